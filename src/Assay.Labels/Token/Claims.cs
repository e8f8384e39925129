using System.Formats.Cbor;
using System.Globalization;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>From and up to which version a decision speaks; null is an open end. Versions are the maker's own words and are compared by nobody here.</summary>
public sealed record VersionRange(string? From, string? UpTo)
{
    public override string ToString() => (From, UpTo) switch
    {
        (null, null) => "all versions",
        (null, _) => $"up to {UpTo}",
        (_, null) => $"from {From}",
        _ => $"from {From} up to {UpTo}",
    };
}

/// <summary>A profile, and its place in the scheme's ordered list where it has one.</summary>
public sealed record ProfileLevel(int? Level, string? Profile)
{
    public override string ToString() => (Level, Profile) switch
    {
        (null, _) => Profile ?? "no profile named",
        (_, null) => $"level {Level.Value.ToString(CultureInfo.InvariantCulture)}",
        _ => $"level {Level.Value.ToString(CultureInfo.InvariantCulture)} ({Profile})",
    };
}

/// <summary>A slot in a Token Status List.</summary>
/// <param name="List">URI of the list, or a reference that the issuer's entry in the trust list resolves.</param>
public sealed record StatusPointer(string List, long Index);

/// <summary>Reads and writes the parts that our claims sets share. Times are whole seconds since 1970; days are days since 1970-01-01 (RFC 8943).</summary>
internal static class Claims
{
    public const int MaxText = 4096;

    /// <summary>The end of the year 9999, the last that a date can name.</summary>
    private const long LastSecond = 253_402_300_799;
    private const long LastDay = LastSecond / 86_400;

    public static DateTimeOffset Time(CborValue value, string what)
    {
        var seconds = value.Number(what);
        if (seconds is < 0 or > LastSecond) throw new UnreadableException($"seconds since 1970 for {what}", seconds.ToString(CultureInfo.InvariantCulture), value.Offset);
        return DateTimeOffset.FromUnixTimeSeconds(seconds);
    }

    public static DateOnly? Day(CborValue value, string what)
    {
        if (value.IsNull) return null;
        var days = value.Number(what);
        if (days is < 0 or > LastDay) throw new UnreadableException($"days since 1970-01-01 for {what}", days.ToString(CultureInfo.InvariantCulture), value.Offset);
        return DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)days);
    }

    public static string Text(CborValue value, string what, int max = MaxText)
    {
        var text = value.Text(what);
        if (text.Length is 0 || text.Length > max) throw new UnreadableException($"1 to {max} characters for {what}", $"{text.Length}", value.Offset);
        return text;
    }

    public static string? TextOrNull(CborValue value, string what) => value.IsNull ? null : Text(value, what);

    public static byte[] Bytes(CborValue value, string what, int length)
    {
        var bytes = value.Bytes(what);
        if (bytes.Length != length) throw new UnreadableException($"{length} bytes for {what}", $"{bytes.Length}", value.Offset);
        return bytes;
    }

    public static int? LevelOrNull(CborValue value)
    {
        if (value.IsNull) return null;
        var level = value.Number("the level");
        return level is >= 0 and <= 99 ? (int)level : throw new UnreadableException("a level from 0 to 99", level.ToString(CultureInfo.InvariantCulture), value.Offset);
    }

    public static CborValue[] Items(CborValue value, string what, int count)
    {
        var items = value.Items(what);
        return items.Length == count ? items : throw new UnreadableException($"{count} items for {what}", $"{items.Length}", value.Offset);
    }

    public static IReadOnlyList<string> Texts(CborValue value, string what) => [.. value.Items(what).Select(i => Text(i, what))];

    public static StatusPointer? Status(CborValue? value)
    {
        if (value is null) return null;
        var list = value["status_list"] ?? throw new UnreadableException("status_list in the status claim", "none", value.Offset);
        var index = list["idx"] ?? throw new UnreadableException("idx in status_list", "none", list.Offset);
        var uri = list["uri"] ?? throw new UnreadableException("uri in status_list", "none", list.Offset);
        var number = index.Number("idx");
        if (number < 0) throw new UnreadableException("an index of 0 or more", number.ToString(CultureInfo.InvariantCulture), index.Offset);
        return new StatusPointer(Text(uri, "uri", 256), number);
    }

    public static CborWriter Write(this CborWriter writer, string? text)
    {
        if (text is null) writer.WriteNull();
        else writer.WriteTextString(text);
        return writer;
    }

    public static CborWriter Write(this CborWriter writer, long number)
    {
        writer.WriteInt64(number);
        return writer;
    }

    public static CborWriter Write(this CborWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.WriteByteString(bytes);
        return writer;
    }

    public static CborWriter Write(this CborWriter writer, DateTimeOffset time) => writer.Write(time.ToUnixTimeSeconds());

    public static CborWriter Write(this CborWriter writer, DateOnly? day)
    {
        if (day is null) writer.WriteNull();
        else writer.WriteInt32(day.Value.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
        return writer;
    }

    public static CborWriter WriteLevel(this CborWriter writer, int? level)
    {
        if (level is null) writer.WriteNull();
        else writer.WriteInt32(level.Value);
        return writer;
    }

    public static CborWriter WriteTexts(this CborWriter writer, IEnumerable<string> texts)
    {
        var all = texts.ToList();
        writer.WriteStartArray(all.Count);
        foreach (var text in all) writer.WriteTextString(text);
        writer.WriteEndArray();
        return writer;
    }

    public static void WriteStatus(this CborWriter writer, StatusPointer? status)
    {
        if (status is null) return;
        writer.WriteInt32(ClaimNumbers.Status);
        writer.WriteStartMap(1);
        writer.WriteTextString("status_list");
        writer.WriteStartMap(2);
        writer.WriteTextString("idx");
        writer.WriteInt64(status.Index);
        writer.WriteTextString("uri");
        writer.WriteTextString(status.List);
        writer.WriteEndMap();
        writer.WriteEndMap();
    }

    /// <summary>A map in deterministic order, whatever order its entries are written in.</summary>
    public static byte[] Map(Action<CborWriter> entries)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical, convertIndefiniteLengthEncodings: true);
        writer.WriteStartMap(null);
        entries(writer);
        writer.WriteEndMap();
        return writer.Encode();
    }
}
