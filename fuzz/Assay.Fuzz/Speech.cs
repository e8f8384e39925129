using System.Buffers.Binary;

namespace Assay.Fuzz;

/// <summary>
/// Makes a capture of what two machines say, so that a fuzzer changes words and not headers: one byte (1 for UDP, else TCP), the port of the side that is called,
/// then turns of two bytes each (bit 15: the called side speaks; below it the length) with their words.
/// </summary>
internal static class Speech
{
    private const int MostTurns = 64;

    internal static byte[] Capture(ReadOnlySpan<byte> input)
    {
        using var capture = new MemoryStream();
        // The classic header, microseconds; link type 101: IP without a link.
        capture.Write([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0]);
        if (input.Length < 3) return capture.ToArray();
        var isUdp = input[0] == 1;
        var port = BinaryPrimitives.ReadUInt16BigEndian(input[1..]);
        input = input[3..];
        uint time = 0, client = 1000, server = 5000;
        if (!isUdp)
        {
            Frame(capture, ref time, false, port, Tcp(2, 999, 0), []);
            Frame(capture, ref time, true, port, Tcp(0x12, 4999, 1000), []);
        }
        for (var turn = 0; turn < MostTurns && input.Length >= 2; turn++)
        {
            var head = BinaryPrimitives.ReadUInt16BigEndian(input);
            var answers = (head & 0x8000) != 0;
            input = input[2..];
            var words = input[..Math.Min(input.Length, head & 0x3fff)];
            input = input[words.Length..];
            Frame(capture, ref time, answers, port, isUdp ? [] : answers ? Tcp(0x18, server, client) : Tcp(0x18, client, server), words);
            if (answers) server += (uint)words.Length;
            else client += (uint)words.Length;
        }
        return capture.ToArray();
    }

    // From the first sequence number on.
    private static byte[] Tcp(byte flags, uint sequence, uint acknowledged)
    {
        var rest = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(rest, sequence);
        BinaryPrimitives.WriteUInt32BigEndian(rest.AsSpan(4), acknowledged);
        (rest[8], rest[9], rest[10]) = (0x50, flags, 0x20);
        return rest;
    }

    private static void Frame(MemoryStream capture, ref uint time, bool answers, ushort port, ReadOnlySpan<byte> tcp, ReadOnlySpan<byte> words)
    {
        var isUdp = tcp.IsEmpty;
        var length = 20 + (isUdp ? 8 : 4 + tcp.Length) + words.Length;
        Span<byte> head = stackalloc byte[16 + 20 + 4];
        head.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(head, ++time);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], length);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], length);
        var ip = head[16..];
        (ip[0], ip[8], ip[9]) = (0x45, 64, isUdp ? (byte)17 : (byte)6);
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)length);
        // The called side is beyond the house.
        ReadOnlySpan<byte> inside = [192, 168, 1, 20], beyond = [203, 0, 113, 44];
        (answers ? beyond : inside).CopyTo(ip[12..]);
        (answers ? inside : beyond).CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[20..], answers ? port : (ushort)40000);
        BinaryPrimitives.WriteUInt16BigEndian(ip[22..], answers ? (ushort)40000 : port);
        capture.Write(head);
        if (isUdp) capture.Write([(byte)(words.Length + 8 >> 8), (byte)(words.Length + 8), 0, 0]);
        else capture.Write(tcp);
        capture.Write(words);
    }
}
