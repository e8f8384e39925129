using System.Buffers.Binary;
using Assay.Traffic.Captures;

namespace Assay.Bench;

/// <summary>A flood of TCP openings, each from another source, at one port of one device; written as it is made.</summary>
internal static class FloodMaker
{
    public static int Make(long sources, string file)
    {
        using var output = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        var writer = new PcapWriter(output);
        var frame = new byte[60];
        frame[12] = 8;
        frame[14] = 0x45;
        frame[17] = 40;
        frame[22] = 64;
        frame[23] = Packet.Tcp;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(30), 0xc0a8_0114);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(36), 80);
        frame[46] = 5 << 4;
        frame[47] = (byte)TcpFlags.Syn;
        for (long i = 0; i < sources; i++)
        {
            // An odd factor walks through all numbers of 32 bits: no source comes twice.
            var source = (uint)i * 2_654_435_761u;
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(26), source);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(34), (ushort)(1024 + source % 60_000));
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(38), source);
            writer.Write(1_700_000_000_000_000_000 + i * 1000, frame, frame.Length);
        }
        Console.WriteLine(FormattableString.Invariant($"{file}: {sources} openings, {output.Position} bytes"));
        return 0;
    }
}
