using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Containers;

/// <summary>
/// Memory written as text: Intel HEX and Motorola S-records. Every record has a sum; the bytes are put together into runs, and a gap between two runs that
/// is too wide to be filled makes two parts.
/// </summary>
internal static class HexText
{
    internal static readonly Format Intel = new()
    {
        Kind = "intel-hex",
        Title = "Intel HEX",
        Group = FormatGroup.Container,
        Source = "Intel Hexadecimal Object File Format Specification, revision A",
        Proof = "`objcopy`, `srec_cat`, a sample",
        Recognise = bytes => bytes.Length > 10 && bytes[0] == ':' && Begins(bytes, isIntel: true) ? new("intel-hex", 0) : null,
        Open = opening => Open(opening, isIntel: true),
    };

    internal static readonly Format Motorola = new()
    {
        Kind = "srec",
        Title = "Motorola S-record",
        Group = FormatGroup.Container,
        Source = "srec(5)",
        Proof = "`objcopy`, `srec_cat`, a sample",
        Recognise = bytes => bytes.Length > 9 && bytes[0] == 'S' && bytes[1] is >= (byte)'0' and <= (byte)'3' && Begins(bytes, isIntel: false) ? new("srec", 0) : null,
        Open = opening => Open(opening, isIntel: false),
    };

    /// <summary>Erased flash (0xff) fills gaps up to this many bytes.</summary>
    private const int WidestGap = 64 << 10;
    private const int LongestLine = 600, MostLosses = 16, MostRuns = 4096;

    private enum Meaning { Data, Base, Start, Header, Count, End, Wrong }

    /// <param name="Value">Of data the address, of a base what is added to addresses, of a start the address that is run, of a count how many records of data stood before.</param>
    private readonly record struct Record(Meaning Meaning, uint Value = 0, int At = 0, int Length = 0, string Expected = "", string Found = "")
    {
        internal static Record Wrong(string expected, string found) => new(Meaning.Wrong, Expected: expected, Found: found);
    }

    // Three records in a row that are right, or fewer up to the end record: a colon alone proves nothing.
    private static bool Begins(ReadOnlySpan<byte> bytes, bool isIntel)
    {
        Span<byte> decoded = stackalloc byte[LongestLine / 2];
        for (var i = 0; i < 3; i++)
        {
            var line = Line(bytes, out var length);
            if (length == 0) return false;
            var record = isIntel ? IntelRecord(line, decoded) : MotorolaRecord(line, decoded);
            if (record.Meaning == Meaning.Wrong) return false;
            if (record.Meaning == Meaning.End) return true;
            bytes = bytes[length..];
        }
        return true;
    }

    // The line without its end; length is how far the next one is.
    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> bytes, out int length)
    {
        var window = bytes[..Math.Min(bytes.Length, LongestLine)];
        var end = window.IndexOfAny((byte)'\n', (byte)'\r');
        if (end < 0)
        {
            length = bytes.Length <= LongestLine ? bytes.Length : 0;
            return window[..length].TrimEnd(" \t\0\x1a"u8);
        }
        length = end + 1;
        while (length < bytes.Length && bytes[length] is (byte)'\n' or (byte)'\r') length++;
        return window[..end].TrimEnd(" \t"u8);
    }

    private static bool Digits(ReadOnlySpan<byte> text, Span<byte> decoded) =>
        text.Length % 2 == 0 && text.Length / 2 <= decoded.Length && Convert.FromHexString(text, decoded, out _, out var written) == System.Buffers.OperationStatus.Done && written == text.Length / 2;

    // ":LLAAAATT", data, and a sum that makes all bytes together zero.
    private static Record IntelRecord(ReadOnlySpan<byte> line, Span<byte> decoded)
    {
        if (line.Length < 11 || line[0] != ':' || !Digits(line[1..], decoded)) return Record.Wrong("a record of Intel HEX", "other characters");
        var bytes = decoded[..(line.Length / 2)];
        if (bytes.Length != bytes[0] + 5) return Record.Wrong($"a record of {bytes[0]} bytes of data", $"{bytes.Length - 5}");
        byte sum = 0;
        foreach (var b in bytes) sum += b;
        if (sum != 0) return Record.Wrong($"a record with the sum {(byte)(bytes[^1] - sum):x2}", $"{bytes[^1]:x2}");
        var address = (uint)(bytes[1] << 8 | bytes[2]);
        return (bytes[3], bytes[0]) switch
        {
            (0, _) => new(Meaning.Data, address, 4, bytes[0]),
            (1, 0) => new(Meaning.End),
            (2, 2) => new(Meaning.Base, (uint)(bytes[4] << 8 | bytes[5]) << 4),
            (4, 2) => new(Meaning.Base, (uint)(bytes[4] << 8 | bytes[5]) << 16),
            (3 or 5, 4) => new(Meaning.Start, (uint)(bytes[4] << 24 | bytes[5] << 16 | bytes[6] << 8 | bytes[7])),
            _ => Record.Wrong("a record of type 0 to 5", $"type {bytes[3]} with {bytes[0]} bytes"),
        };
    }

    // "Stll", address of two to four bytes, data, and the complement of the sum.
    private static Record MotorolaRecord(ReadOnlySpan<byte> line, Span<byte> decoded)
    {
        if (line.Length < 10 || line[0] != 'S' || line[1] is < (byte)'0' or > (byte)'9' || !Digits(line[2..], decoded)) return Record.Wrong("an S-record", "other characters");
        var bytes = decoded[..((line.Length - 2) / 2)];
        if (bytes.Length != bytes[0] + 1) return Record.Wrong($"a record of {bytes[0]} bytes", $"{bytes.Length - 1}");
        byte sum = 0;
        foreach (var b in bytes[..^1]) sum += b;
        if ((byte)~sum != bytes[^1]) return Record.Wrong($"a record with the sum {(byte)~sum:x2}", $"{bytes[^1]:x2}");
        var kind = line[1] - '0';
        var width = kind switch { 2 or 6 or 8 => 3, 3 or 7 => 4, _ => 2 };
        if (bytes.Length < 2 + width) return Record.Wrong($"an address of {width} bytes", $"{bytes.Length - 2}");
        uint address = 0;
        for (var i = 1; i <= width; i++) address = address << 8 | bytes[i];
        return kind switch
        {
            >= 1 and <= 3 => new(Meaning.Data, address, 1 + width, bytes.Length - 2 - width),
            >= 7 => new(Meaning.End, address),
            4 => Record.Wrong("a record of type 0 to 3 or 5 to 9", "type 4"),
            5 or 6 => new(Meaning.Count, address),
            _ => new(Meaning.Header),
        };
    }

    private static Part Open(Opening opening, bool isIntel)
    {
        var bytes = opening.Bytes.Span;
        Span<byte> decoded = stackalloc byte[LongestLine / 2];
        var memory = new FlashMemory(WidestGap, MostRuns, opening.Image.RoomLeft, opening.Budget);
        var losses = new List<Loss>();
        var at = 0;
        var wrong = 0;
        uint records = 0;
        var isCounted = false;
        uint added = 0;
        uint? start = null;
        var ended = false;
        while (at < bytes.Length && !ended)
        {
            var line = Line(bytes[at..], out var length);
            if (length == 0) break;
            if (line.Length > 0)
            {
                var record = isIntel ? IntelRecord(line, decoded) : MotorolaRecord(line, decoded);
                // What is no record at all ends the text; a record with a wrong sum is lost alone.
                if (record.Meaning == Meaning.Wrong && line[0] != (isIntel ? ':' : 'S')) break;
                switch (record.Meaning)
                {
                    case Meaning.Data:
                        records++;
                        memory.Put((long)added + record.Value, decoded.Slice(record.At, record.Length), at);
                        break;
                    case Meaning.Count:
                        isCounted = records == record.Value;
                        if (!isCounted) losses.Add(opening.Place.Loss(at, $"{record.Value} records of data", $"{records}"));
                        break;
                    case Meaning.Base: added = record.Value; break;
                    case Meaning.Start: start = record.Value; break;
                    case Meaning.End:
                        ended = true;
                        if (!isIntel) start = record.Value;
                        break;
                    case Meaning.Wrong:
                        if (wrong++ < MostLosses) losses.Add(opening.Place.Loss(at, record.Expected, record.Found));
                        break;
                }
            }
            at += length;
        }
        if (wrong > MostLosses) losses.Add(opening.Place.Loss(at, "records with their sums", $"{wrong} wrong ones in all"));
        // Some writers end S-records with their count.
        if (!ended && !isCounted) losses.Add(opening.Place.Loss(at, isIntel ? "an end record (type 1)" : "an end record (S7 to S9)", at == bytes.Length ? "the end of the text" : "other text"));
        return memory.Part(opening, at, losses, start is null ? null : $"start 0x{start:x8}");
    }
}
