using Assay.Evidence.Reading;

namespace Assay.Evidence;

/// <summary>How facts stand in bytes for a <see cref="FactsFolder"/>: every member in a fixed order, the same facts the same bytes. Ours alone, never exchanged.</summary>
public static class FactBytes
{
    /// <summary>The bytes that <paramref name="write"/> puts down.</summary>
    public static byte[] Bytes(Action<BinaryWriter> write)
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, System.Text.Encoding.UTF8, leaveOpen: true)) write(writer);
        return body.ToArray();
    }

    /// <summary>What <paramref name="read"/> makes of all the bytes; null where they are not what was written so.</summary>
    public static T? Read<T>(byte[] bytes, Func<BinaryReader, T> read) where T : class
    {
        try
        {
            using var stream = new MemoryStream(bytes);
            using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8);
            var facts = read(reader);
            return stream.Position == stream.Length ? facts : null;
        }
        catch (Exception e) when (e is IOException or ArgumentException or OverflowException or FormatException or InvalidOperationException or UnreadableException)
        {
            return null;
        }
    }

    public static void Text(this BinaryWriter to, string? text)
    {
        to.Write(text is not null);
        if (text is not null) to.Write(text);
    }

    public static string? Text(this BinaryReader from) => from.ReadBoolean() ? from.ReadString() : null;

    public static void Texts(this BinaryWriter to, IReadOnlyList<string> texts) => to.List(texts, to.Write);

    public static List<string> Texts(this BinaryReader from) => from.List(from.ReadString);

    public static void List<T>(this BinaryWriter to, IReadOnlyList<T> all, Action<T> each)
    {
        to.Write7BitEncodedInt(all.Count);
        foreach (var one in all) each(one);
    }

    public static List<T> List<T>(this BinaryReader from, Func<T> each)
    {
        var count = from.Read7BitEncodedInt();
        if (count < 0 || count > from.BaseStream.Length - from.BaseStream.Position) throw new UnreadableException("a list inside the entry", $"{count} members", from.BaseStream.Position);
        var all = new List<T>(count);
        for (var i = 0; i < count; i++) all.Add(each());
        return all;
    }

    /// <summary>0 and more; null is kept as such.</summary>
    public static void Number(this BinaryWriter to, long? number) => to.Write7BitEncodedInt64(number ?? -1);

    public static long? Number(this BinaryReader from) => from.Read7BitEncodedInt64() is var number and >= 0 ? number : null;

    public static void Time(this BinaryWriter to, DateTimeOffset? time) => to.Write(time?.UtcTicks ?? -1);

    public static DateTimeOffset? Time(this BinaryReader from) => from.ReadInt64() is var ticks and >= 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public static void Location(this BinaryWriter to, Location l)
    {
        to.Write(l.Artefact);
        to.Text(l.Path);
        to.Number(l.Offset);
        to.Number(l.Frame);
        to.Write7BitEncodedInt(l.Line ?? -1);
    }

    public static Location Location(this BinaryReader from) => new() { Artefact = from.ReadString(), Path = from.Text(), Offset = from.Number(), Frame = from.Number(), Line = from.Read7BitEncodedInt() is var line and >= 0 ? line : null };

    public static void Loss(this BinaryWriter to, Loss loss)
    {
        to.Location(loss.Location);
        to.Write(loss.Expected);
        to.Write(loss.Found);
    }

    public static Loss Loss(this BinaryReader from) => new() { Location = from.Location(), Expected = from.ReadString(), Found = from.ReadString() };
}
