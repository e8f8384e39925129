using System.Globalization;
using System.Net;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Mud;

namespace Assay.Assessment.Checks;

/// <summary>
/// What the device did in captures against what its MUD file allows (RFC 8520: what no entry accepts is denied). An entry that may or may not match
/// (a controller, another maker, a name where the capture shows none) allows nothing and accuses nobody.
/// </summary>
public sealed class MudAgainstTraffic() : Check("mud-against-traffic", 1, Polarity.Support, CoverageScope.Capture,
    "conversations of the device that no rule of its MUD file allows", "a MUD file with the missing rules, and a capture that holds the device's own traffic from its first DNS questions on", "5.5-5-2b", "5.6-1-2b")
{
    // More different conversations than a person reads in one answer.
    private const int Most = 20;

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var files = examined.Of(FileKind.Mud).Select(f => (File: f, Mud: Read(f))).Where(f => f.Mud is not null).ToList();
        if (files.Count == 0) return Units.Select(u => Open(u, "no MUD file was handed over, or none could be read", "the device's MUD file (RFC 8520)"));
        var captures = examined.Captures.Where(c => c.IsOfDevice).ToList();
        if (captures.Count == 0) return Units.Select(u => Open(u, "no capture shows the device itself by its own address", "a capture with the device's hardware address in device.yaml (mac:)"));
        var answers = new List<Answer>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int allowed = 0, unclear = 0;
        foreach (var capture in captures)
        {
            foreach (var talk in capture.Conversations.Where(IsJudged))
            {
                var fit = files.Select(f => Fits(f.Mud!, talk)).Max();
                if (fit == Fit.Allowed) allowed++;
                if (fit == Fit.Unclear) unclear++;
                if (fit != Fit.Outside) continue;
                var port = talk.Port is { } p ? p.ToString(CultureInfo.InvariantCulture) : "-";
                if (!seen.Add($"{talk.IsOutward} {talk.Protocol} {(talk.Names.Count > 0 ? talk.Names[0] : talk.Peer)} {port}") || seen.Count > Most) continue;
                var (file, _) = files[0];
                var whom = talk.Names.Count > 0 ? $"{Shortened.Visible(talk.Names[0])} ({talk.Peer})" : talk.Peer;
                var did = talk.IsOutward ? $"the device calls {whom}, {talk.Protocol} port {port}" : $"{whom} is served by the device on {talk.Protocol} port {port}";
                answers.Add(Contradicts(talk.IsOutward ? Units[0] : Units[1], new Contradiction($"with whom the device speaks ({(talk.IsOutward ? whom : $"port {port}")})",
                    new Statement($"MUD file {file.Name}: no rule allows {talk.Protocol} port {port} {(talk.IsOutward ? "to" : "from")} {whom}", file.At(1), IsPaper: true),
                    new Statement(did, talk.At(capture.Artefact), IsPaper: false))));
            }
        }
        if (answers.Count > 0) return answers;
        if (unclear > 0 || allowed == 0)
        {
            return Units.Select(u => Open(u, unclear > 0 ? $"{unclear} conversation(s) fit only rules whose other side this assessment cannot know" : "the captures hold no conversation that a MUD file rules on"));
        }
        return examined.LookedWhole(CoverageScope.Capture) ? Units.Select(u => Supports(u, $"all {allowed} conversation(s) of the device that a MUD file rules on are allowed by it")) : Silence(examined);
    }

    /// <summary>Null for what is no MUD file, which is said elsewhere, and for a profile that was learnt from captures: no maker stated it, and it fits its captures by making.</summary>
    internal static MudFile? Read(DossierFile file)
    {
        try
        {
            return MudFile.Read(file.Artefact.Bytes.Whole) is { IsObserved: false } stated ? stated : null;
        }
        catch (UnreadableException)
        {
            return null;
        }
    }

    internal enum Fit { Outside, Unclear, Allowed }

    // Names, time and addresses (DNS, NTP, DHCP) are granted to every device; groups and broadcasts reach nobody alone.
    private static bool IsJudged(Conversation talk) => talk is { Protocol: "tcp" or "udp", Port: not (null or 53 or 67 or 68 or 123 or 546 or 547) }
        && IPAddress.TryParse(talk.Peer, out var peer) && !peer.IsIPv6Multicast && !peer.IsIPv6LinkLocal
        && !(peer.GetAddressBytes() is [var first, .., var last] && talk.Peer.Contains('.') && (first >= 224 || last == 255 || first is 0 or 127))
        // A question from outside that nobody answered with a protocol is not the device's doing.
        && (talk.IsOutward ? talk.IsAnswered : talk is { IsAnswered: true, Application: not null });

    internal static Fit Fits(MudFile mud, Conversation talk)
    {
        var unclear = mud.Dropped > 0;
        foreach (var entry in mud.Permissions.Where(p => p.FromDevice == talk.IsOutward))
        {
            if (entry.Protocol is { } protocol && protocol != (talk.Protocol == "tcp" ? 6 : 17)) continue;
            if (entry.IpVersion is { } version && version == 6 != talk.Peer.Contains(':')) continue;
            if (talk.Protocol == "tcp" && entry.InitiatedBy != InitiatedBy.Either && entry.InitiatedBy == InitiatedBy.Device != talk.IsOutward) continue;
            var (called, calling) = talk.IsOutward ? (entry.PeerPorts, entry.DevicePorts) : (entry.DevicePorts, entry.PeerPorts);
            if (called.Count > 0 && !called.Any(r => talk.Port >= r.First && talk.Port <= r.Last)) continue;
            switch (IsPeer(entry.Peer, talk))
            {
                case true when calling.Count == 0:
                    if (!entry.Accept) return unclear ? Fit.Unclear : Fit.Outside;
                    return Fit.Allowed;
                // The caller's own port is not known here, and so is whether the entry matches.
                case true or null:
                    unclear = true;
                    break;
            }
        }
        return unclear ? Fit.Unclear : Fit.Outside;
    }

    private static bool? IsPeer(Peer peer, Conversation talk) => peer.Kind switch
    {
        PeerKind.Any => true,
        PeerKind.LocalNetworks => !talk.IsRemote,
        PeerKind.Name => talk.Names.Count == 0 ? null : talk.Names.Any(n => string.Equals(n.TrimEnd('.'), peer.Value, StringComparison.OrdinalIgnoreCase)) ? true : false,
        PeerKind.Network => peer.Value is { } network && IPNetwork.TryParse(network, out var block) && IPAddress.TryParse(talk.Peer, out var address) && block.BaseAddress.AddressFamily == address.AddressFamily && block.Contains(address),
        _ => null,
    };
}
