using System.IO.Compression;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Applications;

/// <summary>
/// The members of a zip archive (APPNOTE 6.3.10) as its central directory lists them: stored and deflated ones, without encryption and without ZIP64.
/// Nothing is written anywhere. Sizes are believed only as limits; a member that yields another length is unreadable.
/// </summary>
internal sealed class ZipDirectory
{
    private readonly ReadOnlyMemory<byte> bytes;

    private ZipDirectory(ReadOnlyMemory<byte> bytes, IReadOnlyList<Member> members, int start)
    {
        this.bytes = bytes;
        Members = members;
        Start = start;
    }

    /// <param name="Name">As the archive gives it; a name with a step upwards is kept as a name and never opened as a path.</param>
    internal sealed record Member(string Name, int Method, int Flags, uint Compressed, uint Size, uint Header);

    /// <summary>In the order of the directory.</summary>
    internal IReadOnlyList<Member> Members { get; }
    /// <summary>Where the central directory begins: what lies before it and behind the last member is the signing block of an app.</summary>
    internal int Start { get; }

    internal const int MostMembers = 100_000;

    /// <exception cref="UnreadableException">No end record, or a directory outside of the archive.</exception>
    internal static ZipDirectory Read(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        // The end record stands in the last 22 bytes and before a comment of at most 65,535.
        var from = Math.Max(0, span.Length - 22 - 65535);
        var at = span.Length < 22 ? -1 : span[from..].LastIndexOf("PK\x05\x06"u8);
        if (at < 0 || from + at + 22 > span.Length) throw new UnreadableException("the end record of a zip archive", "none", span.Length);
        var end = new SpanReader(span.Slice(from + at, 22), from + at);
        end.Skip(10);
        var count = end.U16();
        var size = end.U32();
        var start = end.U32();
        if (start == uint.MaxValue || count == ushort.MaxValue) throw new UnreadableException("a zip archive without ZIP64", "ZIP64", end.Offset);
        if (start > span.Length || size > span.Length - start) throw new UnreadableException($"a directory within {span.Length} bytes", $"{size} bytes at 0x{start:x}", end.Offset);
        var directory = new SpanReader(span.Slice((int)start, (int)size), start);
        var members = new List<Member>(Math.Min(count, (ushort)10000));
        while (directory.Left >= 46 && members.Count < MostMembers)
        {
            if (directory.U32() != 0x02014b50) throw new UnreadableException("a directory entry", "other bytes", directory.Offset - 4);
            directory.Skip(4);
            var flags = directory.U16();
            var method = directory.U16();
            directory.Skip(8);
            var (compressed, plain) = (directory.U32(), directory.U32());
            int name = directory.U16(), extra = directory.U16(), comment = directory.U16();
            directory.Skip(8);
            var header = directory.U32();
            var text = Encoding.UTF8.GetString(directory.Take(name, "bytes of a name"));
            directory.Skip(extra + comment, "bytes of extra fields");
            members.Add(new Member(text, method, flags, compressed, plain, header));
        }
        return new ZipDirectory(bytes, members, (int)start);
    }

    internal Member? Find(string name) => Members.FirstOrDefault(m => m.Name == name);

    /// <summary>The content of one member.</summary>
    /// <exception cref="UnreadableException"/>
    /// <exception cref="BudgetException"/>
    internal byte[] Open(Member member, Budget budget)
    {
        if ((member.Flags & 1) != 0) throw new UnreadableException("a member without encryption", "an encrypted one", member.Header);
        // Deflate yields at most 1,032 times its input: a member that promises more is no honest one.
        if (member.Size > 1032L * member.Compressed + 64) throw new UnreadableException($"at most {1032L * member.Compressed} bytes of content", $"{member.Size}", member.Header);
        if (member.Size > budget.FileBytes) throw new BudgetException("file", budget.FileBytes);
        var local = new SpanReader(bytes.Span[(int)Math.Min(member.Header, bytes.Length)..], member.Header);
        if (local.U32() != 0x04034b50) throw new UnreadableException("a member's own header", "other bytes", member.Header);
        local.Skip(22);
        int name = local.U16(), extra = local.U16();
        local.Skip(name + extra);
        var place = (int)member.Header + local.Position;
        var packed = local.Take(member.Compressed, "bytes of content");
        budget.SpendBytes(member.Size);
        switch (member.Method)
        {
            case 0:
                if (member.Size != member.Compressed) throw new UnreadableException($"{member.Size} stored bytes", $"{member.Compressed}", place);
                return packed.ToArray();
            case 8:
                return Inflate(bytes.Slice(place, packed.Length), member.Size, place);
            default:
                throw new UnreadableException("a stored or deflated member", $"method {member.Method}", member.Header);
        }
    }

    private static byte[] Inflate(ReadOnlyMemory<byte> packed, uint size, int place)
    {
        var content = new byte[size];
        try
        {
            using var source = new MemoryStream(packed.ToArray(), writable: false);
            using var inflate = new DeflateStream(source, CompressionMode.Decompress);
            var read = inflate.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (read < content.Length) throw new UnreadableException($"{size} bytes of content", $"{read}", place);
            if (inflate.ReadByte() >= 0) throw new UnreadableException($"{size} bytes of content", "more", place);
            return content;
        }
        catch (InvalidDataException)
        {
            throw new UnreadableException("deflate data", "a code that deflate does not know", place);
        }
    }
}
