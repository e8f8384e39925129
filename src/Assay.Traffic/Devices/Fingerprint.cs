using Assay.Evidence;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Devices;

/// <summary>
/// How one device speaks, as a set of traits: which kinds of frames it sends, how long and how often, what it asks of DHCP, how it opens connections. Only what the
/// device sends counts, and no address is part of any trait; texts that hold its own address are counted without it.
/// </summary>
public sealed record Fingerprint
{
    public required MacAddress Mac { get; init; }
    /// <summary>In words, ordered. Those that carry a name the device told or asked for begin with <see cref="NamePrefix"/>.</summary>
    public required IReadOnlyList<string> Traits { get; init; }
    /// <summary>Frames that were looked at; at most <see cref="MostFrames"/>.</summary>
    public required long Frames { get; init; }

    /// <summary>True where it forwards for others, leases addresses or answers for names: part of the network itself.</summary>
    public bool Serves { get; init; }

    public const string NamePrefix = "says ";
    /// <summary>Frames of a device from which its traits are taken; what comes behind does not change them.</summary>
    public const int MostFrames = 5000;
    /// <summary>Traits of one device at most.</summary>
    public const int MostTraits = 4096;

    /// <summary>Without traits that carry names.</summary>
    public Fingerprint WithoutNames() => this with { Traits = [.. Traits.Where(t => !t.StartsWith(NamePrefix, StringComparison.Ordinal))] };

    /// <summary>All devices of a capture, ordered by MAC address. Damage behind the header ends the reading.</summary>
    /// <exception cref="Evidence.Reading.UnreadableException">The artefact does not begin as a capture does.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static IReadOnlyList<Fingerprint> Of(Artefact artefact, ExaminationOptions options)
    {
        var watch = new FingerprintWatch();
        var reader = CaptureReader.Open(artefact);
        var packet = default(Packet);
        long frames = 0;
        while (reader.Next(out var frame))
        {
            if ((++frames & 0xffff) == 0) options.Cancel.ThrowIfCancellationRequested();
            var depth = packet.Decode(frame);
            watch.Take(frame, packet, depth);
        }
        return watch.All();
    }
}
