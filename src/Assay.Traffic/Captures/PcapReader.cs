using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Traffic.Captures;

/// <summary>The classic format: a header of 24 bytes, then records of 16 (24 in the modified form) bytes and a frame each.</summary>
/// <remarks>
/// The snap length of the header is not believed: it is 0 or too small in real files. A frame longer than its length on the wire is read as captured.
/// </remarks>
internal sealed class PcapReader : CaptureReader
{
    private const uint Microseconds = 0xa1b2c3d4, Nanoseconds = 0xa1b23c4d, Modified = 0xa1b2cd34;
    private const int FileHeader = 24;

    private readonly bool swapped;
    private readonly int recordHeader;
    private readonly uint fraction;
    private readonly LinkType linkType;

    public PcapReader(Artefact artefact, CaptureBytes bytes) : base(artefact, bytes)
    {
        var header = new SpanReader(bytes.Span(0, bytes.Has(0, FileHeader) ? FileHeader : (int)bytes.Left(0)));
        var magic = header.U32("bytes of the pcap magic");
        swapped = magic is not (Microseconds or Nanoseconds or Modified);
        if (swapped) magic = BinaryPrimitives.ReverseEndianness(magic);
        header.BigEndian = swapped;
        header.Skip(16, "bytes of the pcap file header");
        // The upper half holds the length of the frame check sequence and flags.
        linkType = (LinkType)(ushort)header.U32("bytes of the link type");
        recordHeader = magic == Modified ? 24 : 16;
        fraction = magic == Nanoseconds ? 1u : 1000u;
        Position = FileHeader;
    }

    public override string Format => "pcap";

    public static bool Recognises(ReadOnlySpan<byte> start) => start.Length >= 4
        && (IsMagic(BinaryPrimitives.ReadUInt32LittleEndian(start)) || IsMagic(BinaryPrimitives.ReadUInt32BigEndian(start)));

    private static bool IsMagic(uint magic) => magic is Microseconds or Nanoseconds or Modified;

    public override bool Next(out Frame frame)
    {
        frame = default;
        var at = Position;
        if (!Bytes.Has(at, recordHeader))
        {
            var left = Bytes.Left(at);
            return left > 0 ? End($"a record header of {recordHeader} bytes", $"{left} bytes to the end", at) : End();
        }
        var header = Bytes.Span(at, recordHeader);
        var time = U32(header) * 1_000_000_000L + U32(header[4..]) * (long)fraction;
        long captured = U32(header[8..]);
        var original = U32(header[12..]);
        if (captured > LongestFrame) return End($"a frame of at most {LongestFrame} bytes", $"a frame of {captured} bytes", at + 8);
        if (!Bytes.Has(at, recordHeader + captured))
        {
            return End($"{captured} bytes of a frame", $"{Bytes.Left(at + recordHeader)} bytes to the end", at + recordHeader);
        }
        var bytes = Bytes.Span(at + recordHeader, (int)captured);
        Prefetch(bytes);
        frame = new Frame
        {
            Number = ++Frames,
            Offset = at + recordHeader,
            Time = time,
            LinkType = linkType,
            OriginalLength = original,
            Bytes = bytes,
        };
        Position = at + recordHeader + captured;
        return true;
    }

    /// <summary>Asks for the next record while this frame is worked on: its place is known only now, and waiting for memory is half of the time else.</summary>
    /// <remarks>A prefetch is a hint: it reads nothing and cannot fail, also behind the end of the file.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Prefetch(ReadOnlySpan<byte> frame)
    {
        if (!Sse.IsSupported) return;
        var next = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(frame)) + frame.Length;
        Sse.Prefetch0(next);
        Sse.Prefetch0(next + 64);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint U32(ReadOnlySpan<byte> at) => swapped ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
}
