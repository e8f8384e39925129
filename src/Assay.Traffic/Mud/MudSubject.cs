using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;

namespace Assay.Traffic.Mud;

/// <summary>Which device of captures a MUD file speaks of, where nobody says: the one that names the file in DHCP, else the only one that is no part of the network.</summary>
public static class MudSubject
{
    /// <summary>Candidates, ordered; one where it is clear.</summary>
    /// <exception cref="Evidence.Reading.UnreadableException">An artefact does not begin as a capture does.</exception>
    public static IReadOnlyList<MacAddress> Find(MudFile? file, IReadOnlyList<Artefact> captures)
    {
        var named = new SortedSet<MacAddress>();
        var traits = new FingerprintWatch();
        foreach (var artefact in captures)
        {
            var watch = new DeviceWatch(seen =>
            {
                if (seen.Kind == SightingKind.MudUrl && seen.Value == file?.Url) named.Add(seen.Mac);
            });
            var reader = CaptureReader.Open(artefact);
            var packet = default(Packet);
            while (reader.Next(out var frame))
            {
                var depth = packet.Decode(frame);
                watch.Take(frame, packet, depth);
                traits.Take(frame, packet, depth);
            }
        }
        return named.Count > 0 ? [.. named] : [.. traits.All().Where(f => !f.Serves).Select(f => f.Mac)];
    }
}
