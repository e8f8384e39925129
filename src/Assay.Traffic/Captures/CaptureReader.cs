using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Traffic.Captures;

/// <summary>Frames of a capture in file order, read from the mapped file without copying; nothing is allocated per frame.</summary>
/// <remarks>
/// pcap: draft-ietf-opsawg-pcap, with the nanosecond and the modified ("Kuznetzov") magic, both byte orders. pcapng: draft-ietf-opsawg-pcapng.
/// A damaged record ends the reading: what lies behind it cannot be found again with certainty. The loss is in <see cref="Losses"/>.
/// </remarks>
public abstract class CaptureReader
{
    /// <summary>No link layer carries more in one frame; a record that claims more is damage and not a frame. 128 MiB, as in the pcap tools.</summary>
    public const int LongestFrame = 128 << 20;

    private readonly List<Loss> losses = [];

    private protected CaptureReader(Artefact artefact) => Artefact = artefact;

    public Artefact Artefact { get; }
    /// <summary><c>pcap</c> or <c>pcapng</c>.</summary>
    public abstract string Format { get; }
    public IReadOnlyList<Loss> Losses => losses;
    /// <summary>Bytes from the start of the file to what is read next.</summary>
    public long Position { get; private protected set; }

    private protected MappedBytes Bytes => Artefact.Bytes;
    private protected long Frames { get; set; }

    /// <summary>The next frame, or false at the end or at damage.</summary>
    public abstract bool Next(out Frame frame);

    /// <summary>True where a file begins as a capture does.</summary>
    public static bool Recognises(ReadOnlySpan<byte> start) => PcapReader.Recognises(start) || PcapngReader.Recognises(start);

    /// <exception cref="UnreadableException">The artefact does not begin as a capture does, or its header is cut.</exception>
    public static CaptureReader Open(Artefact artefact)
    {
        var start = artefact.Bytes.Span(0, (int)Math.Min(32, artefact.Size));
        if (PcapReader.Recognises(start)) return new PcapReader(artefact);
        if (PcapngReader.Recognises(start)) return new PcapngReader(artefact);
        var found = start.Length < 4 ? $"{start.Length} bytes in all" : $"0x{BinaryPrimitives.ReadUInt32BigEndian(start):x8}";
        throw new UnreadableException("the first bytes of a pcap or pcapng capture", found, 0);
    }

    private protected bool End(string expected, string found, long at)
    {
        losses.Add(new Loss { Location = new Location { Artefact = Artefact.Name, Offset = at, Frame = Frames + 1 }, Expected = expected, Found = found });
        Position = Bytes.Length;
        return false;
    }
}
