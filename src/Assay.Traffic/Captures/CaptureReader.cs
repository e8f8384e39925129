using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Traffic.Captures;

/// <summary>Frames of a capture in file order, read from the mapped file without copying; nothing is allocated per frame.</summary>
/// <remarks>
/// pcap: draft-ietf-opsawg-pcap, with the nanosecond and the modified ("Kuznetzov") magic, both byte orders. pcapng: draft-ietf-opsawg-pcapng. Either may be compressed.
/// A damaged record ends the reading: what lies behind it cannot be found again with certainty. The loss is in <see cref="Losses"/>.
/// </remarks>
public abstract class CaptureReader : IDisposable
{
    /// <summary>No link layer carries more in one frame; a record that claims more is damage and not a frame. 128 MiB, as in the pcap tools.</summary>
    public const int LongestFrame = 128 << 20;

    private readonly List<Loss> losses = [];

    private protected CaptureReader(Artefact artefact, CaptureBytes? bytes)
    {
        Artefact = artefact;
        Bytes = bytes!;
    }

    public Artefact Artefact { get; }
    /// <summary><c>pcap</c>, <c>pcapng</c>, <c>live</c>.</summary>
    public abstract string Format { get; }
    /// <summary>How the file is compressed: <c>gzip</c>, <c>zstd</c> …; null where it is not.</summary>
    public string? Compression => Bytes?.Compression;
    public IReadOnlyList<Loss> Losses => losses;
    /// <summary>Bytes from the start of the file, or of its content where it is compressed, to what is read next.</summary>
    public long Position { get; private protected set; }
    /// <summary>Names that the capture itself gives to addresses, in the order of the file, so far.</summary>
    internal virtual IReadOnlyList<(Address Address, string Name)> Names => [];
    /// <summary>What else stands in the capture, by name, for its coverage; only what is not zero.</summary>
    internal virtual IEnumerable<(string Name, long Count)> Counts => [];

    private protected CaptureBytes Bytes { get; }
    private protected long Frames { get; set; }

    /// <summary>The next frame, or false at the end or at damage. Its bytes are valid until the next call.</summary>
    public abstract bool Next(out Frame frame);

    /// <summary>True where a file begins as a capture does, whether compressed or not.</summary>
    public static bool Recognises(Artefact artefact)
    {
        var start = artefact.Bytes.Span(0, (int)Math.Min(32, artefact.Size));
        return IsStart(start)
            || PackedContent.KindOf(artefact.Bytes) is { } kind && IsStart(PackedContent.Start(kind, artefact.Bytes, new Budget(), 32));
    }

    /// <summary>True where content begins as a capture does.</summary>
    public static bool IsStart(ReadOnlySpan<byte> start) => PcapReader.Recognises(start) || PcapngReader.Recognises(start);

    /// <exception cref="UnreadableException">The artefact does not begin as a capture does, or its header is cut.</exception>
    /// <param name="budget">For what a compressed capture holds; its limits by default.</param>
    public static CaptureReader Open(Artefact artefact, Budget? budget = null)
    {
        var bytes = CaptureBytes.Of(artefact, budget ?? new Budget());
        try
        {
            var start = bytes.Has(0, 32) ? bytes.Span(0, 32) : bytes.Span(0, (int)bytes.Left(0));
            if (PcapReader.Recognises(start)) return new PcapReader(artefact, bytes);
            if (PcapngReader.Recognises(start)) return new PcapngReader(artefact, bytes);
            var found = start.Length < 4 ? $"{start.Length} bytes in all" : $"0x{BinaryPrimitives.ReadUInt32BigEndian(start):x8}";
            if (bytes.Compression is { } compression) found += $" in {compression} content";
            throw new UnreadableException("the first bytes of a pcap or pcapng capture", found, 0);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Ends the reading at damage. Where compressed content failed, that is the reason.</summary>
    private protected bool End(string expected, string found, long at)
    {
        losses.Add(Bytes.Failure ?? new Loss
        {
            Location = new Location { Artefact = Artefact.Name, Offset = at, Frame = Frames + 1 },
            Expected = expected,
            Found = found,
        });
        Position = Bytes.Stop();
        return false;
    }

    /// <summary>Ends the reading where nothing follows: without a loss, unless compressed content failed there.</summary>
    private protected bool End()
    {
        if (Bytes.Failure is { } failure && !losses.Contains(failure)) losses.Add(failure);
        return false;
    }

    private protected void Lose(Loss loss) => losses.Add(loss);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) Bytes?.Dispose();
    }
}
