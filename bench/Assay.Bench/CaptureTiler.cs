using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Traffic.Captures;

namespace Assay.Bench;

/// <summary>
/// Makes a large capture out of a folder of small ones: copy after copy, each with its own private addresses and MACs, one frame every 30 µs.
/// </summary>
internal static class CaptureTiler
{
    private const long Spacing = 30_000;
    private const long Start = 1_700_000_000_000_000_000;

    public static int Run(string folder, string file, long size)
    {
        var captures = Directory.EnumerateFiles(folder, "*.pcap", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        using var output = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b2c3d4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 262144);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        output.Write(header);
        long frames = 0;
        var record = new byte[16 + CaptureReader.LongestFrame / 64];
        for (var copy = 0; output.Position < size; copy++)
        {
            var before = frames;
            foreach (var capture in captures)
            {
                using var artefact = Artefact.Open(capture);
                var reader = CaptureReader.Open(artefact);
                while (output.Position < size && reader.Next(out var frame))
                {
                    if (frame.LinkType != LinkType.Ethernet || frame.Bytes.Length > record.Length - 16) continue;
                    var time = Start + frames++ * Spacing;
                    BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(time / 1_000_000_000));
                    BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), (uint)(time % 1_000_000_000 / 1000));
                    BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), frame.Bytes.Length);
                    BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12), (uint)frame.OriginalLength);
                    frame.Bytes.CopyTo(record.AsSpan(16));
                    Rewrite(record.AsSpan(16, frame.Bytes.Length), copy);
                    output.Write(record.AsSpan(0, 16 + frame.Bytes.Length));
                }
            }
            if (frames == before) throw new InvalidDataException($"expected Ethernet captures in {folder}, found none");
        }
        Console.WriteLine(FormattableString.Invariant($"{file}: {frames} frames, {output.Position} bytes, from {captures.Count} captures"));
        return 0;
    }

    private static void Rewrite(Span<byte> frame, int copy)
    {
        if (frame.Length < 34) return;
        Mac(frame, copy);
        Mac(frame[6..], copy);
        if (BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800) return;
        var ip = frame[14..];
        var length = (ip[0] & 15) * 4;
        if (length < 20 || length > ip.Length) return;
        Private(ip[12..], copy);
        Private(ip[16..], copy);
        ip[10] = ip[11] = 0;
        uint sum = 0;
        for (var i = 0; i < length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(ip[i..]);
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)~sum);
    }

    private static void Mac(Span<byte> mac, int copy)
    {
        if ((mac[0] & 1) == 0) mac[3] = (byte)(mac[3] + copy);
    }

    private static void Private(Span<byte> address, int copy)
    {
        if (address[0] == 10) address[1] = (byte)(address[1] + copy);
        else if (address[0] == 192 && address[1] == 168) address[2] = (byte)(address[2] + copy);
    }
}
