using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Devices;

/// <summary>Devices of one or several captures, by MAC address, grown capture by capture and from an earlier inventory. The order of captures does not matter, but for kinds
/// that an earlier inventory named: what was seen later counts.</summary>
/// <param name="profiles">Null where kinds are named only by what devices say of themselves.</param>
public sealed class DeviceInventory(KindProfiles? profiles = null)
{
    private const int MostDevices = 65536, MostEach = 256;

    private static readonly Lazy<Dictionary<string, (string Kind, double Confidence)>> ServiceKinds = new(static () =>
        DataFile.Open(typeof(DeviceInventory), "service-kinds.tsv").Rows.ToDictionary(r => r.Need("service"), r => (r.Need("kind"), double.Parse(r.Need("confidence"), CultureInfo.InvariantCulture)), StringComparer.Ordinal));

    private readonly SortedDictionary<MacAddress, Draft> drafts = [];

    private sealed class Draft
    {
        public readonly SortedSet<Address> Addresses = [];
        public readonly SortedSet<string> Names = new(StringComparer.Ordinal), Roles = new(StringComparer.Ordinal);
        public readonly HashSet<DeviceStatement> Statements = [];
        public readonly HashSet<DeviceService> Services = [];
        public readonly List<(string Model, string Source)> Models = [];
        public readonly List<KindMatch> Matches = [];
        public IReadOnlyList<KindAnswer> Before = [];
        public string? MudUrl;
        public DateTimeOffset First = DateTimeOffset.MaxValue, Last = DateTimeOffset.MinValue;
        public long Frames;
    }

    /// <summary>Reads a capture twice: for what it tells, and for how each device speaks.</summary>
    /// <exception cref="UnreadableException">The artefact does not begin as a capture does.</exception>
    /// <exception cref="OperationCanceledException"/>
    public Coverage Add(Artefact artefact, ExaminationOptions options)
    {
        var examination = CaptureExamination.Of(artefact, options);
        foreach (var station in examination.Stations)
        {
            if (Find(station.Mac) is not { } draft) continue;
            foreach (var address in station.Addresses) Keep(draft.Addresses, address);
            foreach (var name in station.Names) Keep(draft.Names, name);
            draft.Roles.UnionWith(station.Roles);
            if (station.First < draft.First) draft.First = station.First;
            if (station.Last > draft.Last) draft.Last = station.Last;
            draft.Frames += station.Frames;
        }
        Listen(artefact, options);
        var owners = Owners(examination.Stations);
        foreach (var observation in examination.Observations) Service(observation, owners);
        foreach (var flow in examination.Flows)
        {
            if (flow.DestinationPort is not { } port || Flow.NameOf(flow.Application) is not { } application || !owners.TryGetValue(flow.Destination, out var draft)) continue;
            var bare = new DeviceService(flow.ProtocolName, port, null, true);
            if (draft.Services.Remove(bare)) draft.Services.Add(bare with { Name = application });
        }
        return examination.Coverage;
    }

    // An address counts as a device's where one device alone had it.
    private Dictionary<Address, Draft> Owners(IReadOnlyList<Station> stations)
    {
        var owners = new Dictionary<Address, Draft>();
        foreach (var group in stations.SelectMany(s => s.Addresses.Select(a => (Address: a, s.Mac))).GroupBy(p => p.Address).Where(g => g.Count() == 1))
        {
            if (drafts.TryGetValue(group.First().Mac, out var draft)) owners[group.Key] = draft;
        }
        return owners;
    }

    private void Listen(Artefact artefact, ExaminationOptions options)
    {
        var traits = profiles is null ? null : new FingerprintWatch();
        var watch = new DeviceWatch(Take);
        var reader = CaptureReader.Open(artefact);
        var packet = default(Packet);
        long frames = 0;
        while (reader.Next(out var frame))
        {
            if ((++frames & 0xffff) == 0) options.Cancel.ThrowIfCancellationRequested();
            var depth = packet.Decode(frame);
            watch.Take(frame, packet, depth);
            traits?.Take(frame, packet, depth);
            if (depth == Depth.Transport && packet is { Protocol: Packet.Udp, DestinationPort: 137 } && NetBiosName.TryRead(packet.Payload(frame), out var name)
                && Find(packet.SourceMac) is { } draft) Keep(draft.Names, name);
        }
        if (traits is null) return;
        foreach (var fingerprint in traits.All())
        {
            if (!fingerprint.Serves && drafts.TryGetValue(fingerprint.Mac, out var draft)) draft.Matches.Add(profiles!.Match(fingerprint));
        }
    }

    private void Take(Sighting sighting)
    {
        if (Find(sighting.Mac) is not { } draft) return;
        switch (sighting.Kind)
        {
            case SightingKind.Dhcp:
                if (sighting.Address is { } address) Keep(draft.Addresses, address);
                break;
            case SightingKind.Name:
                Keep(draft.Names, sighting.Value);
                break;
            case SightingKind.MudUrl:
                draft.MudUrl = sighting.Value;
                break;
            case SightingKind.Version when sighting.Version is { } version:
                Keep(draft.Statements, new DeviceStatement(sighting.Source, $"{version.Model} {version.Version}"));
                if (draft.Models.Count < MostEach && !draft.Models.Contains((version.Model, sighting.Source))) draft.Models.Add((version.Model, sighting.Source));
                break;
            default:
                Keep(draft.Statements, new DeviceStatement(sighting.Source, sighting.Value));
                break;
        }
    }

    private static void Service(Observation observation, Dictionary<Address, Draft> owners)
    {
        if (!owners.TryGetValue(observation.Source, out var draft)) return;
        if (observation.What == Seen.Listener)
        {
            if (!draft.Services.Any(s => s.Answered && s.Port == observation.SourcePort && s.Protocol == observation.Protocol)) Keep(draft.Services, new DeviceService(observation.Protocol, observation.SourcePort, null, true));
        }
        else if (observation.What == Seen.Announcement && observation.Protocol == "mdns" && observation.Value.StartsWith("service _", StringComparison.Ordinal))
        {
            var type = observation.Value[8..];
            if (type.EndsWith(".local", StringComparison.OrdinalIgnoreCase)) type = type[..^6];
            if (type.StartsWith("_services._dns-sd", StringComparison.Ordinal)) return;
            Keep(draft.Services, new DeviceService(type.EndsWith("._udp", StringComparison.Ordinal) ? "udp" : "tcp", null, type, false));
        }
        else if (observation.What == Seen.Announcement && observation.Protocol == "ssdp" && observation.Value.StartsWith("urn:", StringComparison.Ordinal))
        {
            var end = observation.Value.IndexOf(' ', StringComparison.Ordinal);
            Keep(draft.Services, new DeviceService("udp", 1900, end < 0 ? observation.Value : observation.Value[..end], false));
        }
    }

    /// <summary>Adds the devices of an earlier inventory: what was known stays known.</summary>
    public void Add(IReadOnlyList<Device> known)
    {
        foreach (var device in known)
        {
            if (Find(device.Mac) is not { } draft) continue;
            foreach (var address in device.Addresses) Keep(draft.Addresses, address);
            foreach (var name in device.Names) Keep(draft.Names, name);
            foreach (var role in device.Roles) Keep(draft.Roles, role);
            foreach (var statement in device.Statements) Keep(draft.Statements, statement);
            foreach (var service in device.Services)
            {
                if (service.Name is not null) draft.Services.RemoveWhere(s => s == service with { Name = null });
                else if (draft.Services.Any(s => s.Answered == service.Answered && s.Protocol == service.Protocol && s.Port == service.Port)) continue;
                Keep(draft.Services, service);
            }
            draft.MudUrl ??= device.MudUrl;
            draft.Before = device.Kinds;
            if (device.FirstSeen < draft.First) draft.First = device.FirstSeen;
            if (device.LastSeen > draft.Last) draft.Last = device.LastSeen;
            draft.Frames += device.Frames;
        }
    }

    /// <summary>All devices, ordered by MAC address.</summary>
    public IReadOnlyList<Device> All() =>
    [
        .. drafts.Where(d => d.Value.First <= d.Value.Last).Select(d => new Device
        {
            Mac = d.Key,
            Maker = Makers.Of(d.Key),
            IsRandomised = Makers.IsLocal(d.Key),
            Addresses = [.. d.Value.Addresses],
            Names = [.. d.Value.Names],
            Roles = [.. d.Value.Roles],
            Kinds = Kinds(d.Value),
            Unknown = d.Value.Matches.Count > 0 && d.Value.Matches.All(m => m.Kinds.Count == 0) ? d.Value.Matches.MaxBy(m => m.Explained)!.Unknown : null,
            MudUrl = d.Value.MudUrl,
            Statements = [.. d.Value.Statements.OrderBy(s => s.Source, StringComparer.Ordinal).ThenBy(s => s.Value, StringComparer.Ordinal)],
            Services = [.. d.Value.Services.OrderByDescending(s => s.Answered).ThenBy(s => s.Protocol, StringComparer.Ordinal).ThenBy(s => s.Port ?? 0).ThenBy(s => s.Name, StringComparer.Ordinal)],
            FirstSeen = d.Value.First,
            LastSeen = d.Value.Last,
            Frames = d.Value.Frames,
        }),
    ];

    private static IReadOnlyList<KindAnswer> Kinds(Draft draft)
    {
        var answers = draft.Matches.Where(m => m.Kinds.Count > 0).ToList();
        // Several captures of one device are asked alike, and answer together.
        var learnt = answers.SelectMany(m => m.Kinds).GroupBy(k => k.Name, StringComparer.Ordinal)
            .Select(g => new KindAnswer(g.Key, Math.Round(g.Sum(k => k.Confidence) / answers.Count, 3), g.MaxBy(k => k.Confidence)!.Reasons)).ToList();
        var said = Said(draft);
        var all = learnt.Count == 0 && said.Count == 0 ? draft.Before : [.. learnt, .. said];
        return [.. all.OrderByDescending(k => k.Confidence).ThenBy(k => k.Name, StringComparer.Ordinal).Take(8)];
    }

    /// <summary>Kinds by what a device does for the network, announces, and states as its model: the latter two are its own words.</summary>
    private static List<KindAnswer> Said(Draft draft)
    {
        var said = new Dictionary<string, (double Confidence, SortedSet<string> Reasons)>(StringComparer.Ordinal);
        if (draft.Roles.Contains("gateway")) Say("gateway", 0.9, "forwards packets of others");
        foreach (var service in draft.Services)
        {
            if (service is { Answered: false, Name: { } name } && ServiceKinds.Value.TryGetValue(Unversioned(name), out var row)) Say(row.Kind, row.Confidence, $"announces {name}");
        }
        // A program's name in a product line is no model; by two means, or in its DHCP vendor class, a device speaks of itself.
        foreach (var model in draft.Models.GroupBy(m => m.Model, StringComparer.OrdinalIgnoreCase))
        {
            if (model.Count() < 2 && model.All(m => m.Source != "DHCP option 60")) continue;
            foreach (var (name, source) in model) Say(name, model.Count() > 1 ? 0.6 : 0.4, $"states this model in {source}");
        }
        return [.. said.Select(s => new KindAnswer(s.Key, s.Value.Confidence, [.. s.Value.Reasons]))];

        void Say(string kind, double confidence, string reason)
        {
            if (!said.TryGetValue(kind, out var before)) before = (0, new SortedSet<string>(StringComparer.Ordinal));
            before.Reasons.Add(reason);
            said[kind] = (Math.Max(before.Confidence, confidence), before.Reasons);
        }
    }

    private static string Unversioned(string type)
    {
        if (!type.StartsWith("urn:", StringComparison.Ordinal)) return type;
        var colon = type.LastIndexOf(':');
        return colon > 4 && int.TryParse(type.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? type[..colon] : type;
    }

    private static void Keep<T>(ICollection<T> set, T value)
    {
        if (set.Count < MostEach) set.Add(value);
    }

    private Draft? Find(MacAddress mac)
    {
        if (mac.Bits == 0 || mac.IsMulticast) return null;
        if (drafts.TryGetValue(mac, out var draft)) return draft;
        if (drafts.Count >= MostDevices) return null;
        drafts.Add(mac, draft = new Draft());
        return draft;
    }
}
