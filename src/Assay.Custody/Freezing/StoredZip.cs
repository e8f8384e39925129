using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Custody.Freezing;

/// <summary>
/// A zip in the one form that a freeze has (APPNOTE 6.3, method 0): files stored as they are, one behind the other from offset 0, the directory,
/// and a comment that holds the SHA-256 of every byte before it. So there is nothing to inflate, nothing hidden between files, and no bit that may
/// change unnoticed; what a person changes on purpose is found by the signature inside.
/// </summary>
internal static class StoredZip
{
    private const string CommentStart = "sha256 of all bytes before this comment: ";
    private static readonly int CommentLength = CommentStart.Length + 64;
    private const int LocalLength = 30, CentralLength = 46, EndLength = 22;

    /// <param name="time">Becomes the time of every file, in UTC and even seconds; 1980 to 2107.</param>
    public static byte[] Write(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Bytes)> files, DateTimeOffset time)
    {
        long length = EndLength + CommentLength;
        foreach (var (name, bytes) in files) length += LocalLength + CentralLength + (2L * name.Length) + bytes.Length;
        if (length > FreezeLayout.MostBytes) throw new ArgumentException($"a freeze holds at most {FreezeLayout.MostBytes} bytes, found {length}");
        if (files.Count > FreezeLayout.MostFiles) throw new ArgumentException($"a freeze holds at most {FreezeLayout.MostFiles} files, found {files.Count}");
        var zip = new byte[length];
        var at = 0;
        var offsets = new int[files.Count];
        var sums = new uint[files.Count];
        for (var i = 0; i < files.Count; i++)
        {
            var (name, bytes) = files[i];
            offsets[i] = at;
            sums[i] = Crc32.Of(bytes.Span);
            U32(zip, ref at, 0x04034b50);
            Common(zip, ref at, name, bytes.Length, sums[i], time);
            Text(zip, ref at, name);
            bytes.Span.CopyTo(zip.AsSpan(at));
            at += bytes.Length;
        }
        var directory = at;
        for (var i = 0; i < files.Count; i++)
        {
            var (name, bytes) = files[i];
            U32(zip, ref at, 0x02014b50);
            U16(zip, ref at, 0x0314); // made on Unix by version 2.0, so that the mode below counts
            Common(zip, ref at, name, bytes.Length, sums[i], time);
            U16(zip, ref at, 0); // no comment
            U16(zip, ref at, 0); // disk
            U16(zip, ref at, 0); // internal attributes
            U32(zip, ref at, 0x8124_0000); // a regular file that is only read
            U32(zip, ref at, (uint)offsets[i]);
            Text(zip, ref at, name);
        }
        var size = at - directory;
        U32(zip, ref at, 0x06054b50);
        U32(zip, ref at, 0);
        U16(zip, ref at, (ushort)files.Count);
        U16(zip, ref at, (ushort)files.Count);
        U32(zip, ref at, (uint)size);
        U32(zip, ref at, (uint)directory);
        U16(zip, ref at, (ushort)CommentLength);
        Text(zip, ref at, CommentStart + Convert.ToHexStringLower(SHA256.HashData(zip.AsSpan(0, at))));
        return zip;
    }

    /// <summary>The files, and whether the digest in the comment fits.</summary>
    /// <exception cref="UnreadableException">Not this form: another method, a gap, an overlap, a name that leads elsewhere, a name twice.</exception>
    public static (IReadOnlyList<(string Name, ReadOnlyMemory<byte> Bytes)> Files, bool Whole) Read(ReadOnlyMemory<byte> zip)
    {
        var span = zip.Span;
        if (span.Length > FreezeLayout.MostBytes) throw new UnreadableException($"at most {FreezeLayout.MostBytes} bytes", $"{span.Length}", 0);
        if (span.Length < EndLength + CommentLength || !span.StartsWith("PK\x03\x04"u8)) throw new UnreadableException("a freeze (a zip with stored files)", Begin(span), 0);
        var end = span.Length - EndLength - CommentLength;
        var last = new SpanReader(span[end..], end);
        Expect(ref last, 0x06054b50, "the end of the zip's directory with the comment of a freeze");
        if (last.U32() != 0) throw new UnreadableException("one disk", "several", last.Offset);
        int count = last.U16(), again = last.U16();
        if (count != again || count is 0 or > FreezeLayout.MostFiles) throw new UnreadableException($"1 to {FreezeLayout.MostFiles} files", $"{count} and {again}", last.Offset);
        long size = last.U32(), directory = last.U32();
        if (directory + size != end) throw new UnreadableException($"a directory that ends at 0x{end:x}", $"0x{directory + size:x}", last.Offset);
        if (last.U16() != CommentLength) throw new UnreadableException($"a comment of {CommentLength} bytes", "another length", last.Offset);

        var central = new SpanReader(span[(int)directory..end], directory);
        var local = new SpanReader(span[..(int)directory]);
        var files = new List<(string, ReadOnlyMemory<byte>)>(count);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < count; i++)
        {
            var start = local.Position;
            Expect(ref local, 0x04034b50, "a file, right behind the one before");
            var here = ReadCommon(ref local);
            var name = Name(local.Take(here.NameLength, "bytes of a name"), local.Offset - here.NameLength);
            var content = local.Take(here.Size, $"bytes of {name}");
            Expect(ref central, 0x02014b50, "a file in the directory");
            central.Skip(2);
            var there = ReadCommon(ref central);
            central.Skip(10, "bytes of attributes");
            var offset = central.U32();
            var listed = Name(central.Take(there.NameLength, "bytes of a name"), central.Offset - there.NameLength);
            if (here != there || listed != name || offset != start) throw new UnreadableException($"the directory to tell of {name} what the file tells", $"{listed} at 0x{offset:x}", central.Offset);
            if (!names.Add(name)) throw new UnreadableException("each name once", $"{name} again", central.Offset);
            files.Add((name, zip.Slice(local.Position - content.Length, content.Length)));
        }
        if (local.Left > 0 || central.Left > 0) throw new UnreadableException("nothing between files and directory", $"{local.Left} and {central.Left} bytes", local.Offset);
        var comment = CommentStart + Convert.ToHexStringLower(SHA256.HashData(span[..^CommentLength]));
        return (files, span[^CommentLength..].SequenceEqual(Encoding.ASCII.GetBytes(comment)));
    }

    private readonly record struct Fields(ushort Version, ushort Flags, ushort Time, ushort Date, uint Crc, uint Size, ushort NameLength);

    private static Fields ReadCommon(ref SpanReader reader)
    {
        ushort version = reader.U16(), flags = reader.U16(), method = reader.U16();
        if (flags != 0 || method != 0) throw new UnreadableException("a stored file (method 0, no flags)", $"method {method}, flags 0x{flags:x4}: compressed files are not opened here", reader.Offset - 4);
        ushort time = reader.U16(), date = reader.U16();
        uint crc = reader.U32(), packed = reader.U32(), size = reader.U32();
        if (packed != size) throw new UnreadableException("a stored file of one size", $"{packed} and {size}", reader.Offset - 8);
        ushort name = reader.U16(), extra = reader.U16();
        if (extra != 0) throw new UnreadableException("no extra field", $"{extra} bytes", reader.Offset - 2);
        return new Fields(version, flags, time, date, crc, size, name);
    }

    private static string Name(ReadOnlySpan<byte> bytes, long offset)
    {
        var name = Encoding.Latin1.GetString(bytes);
        return FrozenItem.IsName(name) ? name : throw new UnreadableException("a name that stays in its folder", Assay.Evidence.Shortened.Visible(name.Length > 80 ? name[..80] + "…" : name), offset);
    }

    private static void Expect(ref SpanReader reader, uint mark, string what)
    {
        var found = reader.U32(what);
        if (found != mark) throw new UnreadableException(what, $"0x{found:x8}", reader.Offset - 4);
    }

    private static string Begin(ReadOnlySpan<byte> bytes) => bytes.Length == 0 ? "nothing" : $"bytes that begin {Convert.ToHexStringLower(bytes[..Math.Min(4, bytes.Length)])}";

    // The fields that local and central header share, in their order.
    private static void Common(byte[] zip, ref int at, string name, int length, uint crc, DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        var year = Math.Clamp(utc.Year, 1980, 2107);
        U16(zip, ref at, 20);
        U16(zip, ref at, 0);
        U16(zip, ref at, 0);
        U16(zip, ref at, (ushort)((utc.Hour << 11) | (utc.Minute << 5) | (utc.Second / 2)));
        U16(zip, ref at, (ushort)(((year - 1980) << 9) | (utc.Month << 5) | utc.Day));
        U32(zip, ref at, crc);
        U32(zip, ref at, (uint)length);
        U32(zip, ref at, (uint)length);
        U16(zip, ref at, (ushort)name.Length);
        U16(zip, ref at, 0);
    }

    private static void U16(byte[] zip, ref int at, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(at), value);
        at += 2;
    }

    private static void U32(byte[] zip, ref int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at), value);
        at += 4;
    }

    private static void Text(byte[] zip, ref int at, string text) => at += Encoding.ASCII.GetBytes(text, zip.AsSpan(at));
}
