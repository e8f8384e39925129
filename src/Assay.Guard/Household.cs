using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Guard.Admission;
using Assay.Labels.Status;
using Assay.Labels.Trust;
using Assay.Traffic.Behaviour;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;
using Assay.Traffic.Mud;
using Device = Assay.Guard.Admission.Device;

namespace Assay.Guard;

/// <summary>A device whose action, profile or addresses changed, for the rule set and the journal.</summary>
/// <param name="Before">Null for a device that is new.</param>
/// <param name="After">Null for one that is forgotten.</param>
public sealed record Change(MacAddress Mac, GuardAction? Before, DevicePolicy? After);

/// <summary>
/// All devices on the inside and the last verified lists: takes what is seen, said and fetched, and answers what is to be enforced.
/// Every member may be called from any thread; what must outlive a kill is on disk before the member returns.
/// </summary>
/// <remarks>
/// Order of each change: memory, then <c>state.json</c>, then <see cref="Changed"/> (the kernel), then the answer to who asked. Killed between disk and kernel, the next start puts
/// all of it into the kernel before it says that it guards; killed before the disk, nobody was told yet and the rules of before stay in the kernel.
/// </remarks>
public sealed class Household
{
    private readonly Lock access = new();
    private readonly Configuration configuration;
    private readonly TimeProvider time;
    private readonly ActionTable table;
    private readonly TrustList trust;
    private readonly Shelf shelf;
    private readonly string? folder;
    private readonly Dictionary<MacAddress, Device> devices = [];
    private readonly Dictionary<string, Profile> profiles = new(StringComparer.Ordinal);
    private StatusSnapshot? snapshot;
    private byte[]? statusBytes, noticesBytes;
    private string? statusFile, noticesFile, gatewayId;
    private DateTimeOffset? registrySeen, registryLost;
    private string? registryTrouble;
    private (DateTimeOffset At, string Reason)? refusedList;
    private readonly Dictionary<string, (StatusSnapshot? Snapshot, long Minute, bool Ended, LabelReading Reading)> readings = new(StringComparer.Ordinal);
    private DateTimeOffset judged;
    private readonly List<MacAddress> forgotten = [];
    private DateTimeOffset? seenOnDisk;
    private int lifts;
    private bool dirty;

    /// <param name="keeps">False for a plan, which reads the state of a guard and changes nothing.</param>
    /// <exception cref="UnreadableException">The state on disk is none: a guard that forgot its cuts would be no guard.</exception>
    public Household(Configuration configuration, TrustList trust, TimeProvider time, bool keeps = true, ActionTable? table = null)
    {
        this.configuration = configuration;
        this.trust = trust;
        this.time = time;
        folder = keeps ? configuration.Folder : null;
        this.table = table ?? ActionTable.Own;
        var now = time.GetUtcNow();
        Started = now;
        shelf = Shelf.Open(configuration, now);
        Recall(now);
        foreach (var entry in configuration.Devices)
        {
            if (!devices.ContainsKey(entry.Mac)) devices[entry.Mac] = new Device { Mac = entry.Mac, FirstSeen = now, Since = now };
        }
        foreach (var device in devices.Values) Judge(device, now);
    }

    public DateTimeOffset Started { get; }
    public Configuration Configuration => configuration;
    /// <summary>Called with every set of changes, in order, under the lock: it must not call back.</summary>
    public Action<IReadOnlyList<Change>> Changed { get; set; } = _ => { };
    /// <summary>One line for the journal.</summary>
    public Action<string> Tell { get; set; } = _ => { };

    /// <summary>Profiles and devices as they are to be in the kernel now.</summary>
    public (IReadOnlyList<Profile> Profiles, IReadOnlyList<DevicePolicy> Devices) Policy()
    {
        lock (access) return ([.. profiles.Values], [.. devices.Values.OrderBy(d => d.Mac).Select(PolicyOf)]);
    }

    /// <summary>The profile of the device that has this address now; for the name forwarder.</summary>
    public (MacAddress Mac, GuardAction Action, Profile? Profile)? At(Address address)
    {
        lock (access)
        {
            foreach (var device in devices.Values)
            {
                if (device.Addresses.Contains(address)) return (device.Mac, device.Ruling!.Action, device.Profile is { } id ? profiles.GetValueOrDefault(id) : null);
            }
            return null;
        }
    }

    /// <summary>A look at everything at once, for status, plan and freeze.</summary>
    public T Look<T>(Func<HouseholdView, T> look)
    {
        lock (access)
        {
            return look(new HouseholdView
            {
                Now = time.GetUtcNow(),
                Started = Started,
                Devices = [.. devices.Values.OrderBy(d => d.Mac)],
                Configuration = configuration,
                Snapshot = snapshot,
                StatusBytes = statusBytes,
                NoticesBytes = noticesBytes,
                RegistrySeen = registrySeen,
                RegistryLost = registryLost,
                RegistryTrouble = registryTrouble,
                RefusedList = refusedList,
                GatewayId = gatewayId,
                LabelsRefused = shelf.Refused,
            });
        }
    }

    /// <summary>A frame came from this address; the first one makes the device.</summary>
    public void Seen(MacAddress mac, Address? address)
    {
        lock (access)
        {
            var now = time.GetUtcNow();
            if (Device(mac, now) is not { } device) return;
            device.LastSeen = now;
            var changed = false;
            // A lease says who has an address; frames alone say so only where there is no lease and nobody else has it.
            if (address is { } own && !device.Leased && device.Addresses.Count < Admission.Device.MostAddresses && !device.Addresses.Contains(own)
                && (own.IsLocal || !own.IsV4) && !own.IsMulticast && !devices.Values.Any(d => d.Addresses.Contains(own)))
            {
                device.Addresses.Add(own);
                changed = true;
            }
            Settle([device], now, changed ? [device] : [], urgent: false);
        }
    }

    /// <summary>All leases as they are now.</summary>
    public void Lease(IReadOnlyList<Lease> leases)
    {
        lock (access)
        {
            var now = time.GetUtcNow();
            var touched = new List<Device>();
            foreach (var of in leases.Where(l => l.Expires is null || l.Expires > now).GroupBy(l => l.Mac))
            {
                if (of.Key.IsMulticast || Device(of.Key, now) is not { } device) continue;
                var addresses = of.Select(l => l.Address).Distinct().Take(Admission.Device.MostAddresses).ToList();
                if (of.Select(l => l.Name).FirstOrDefault(n => n is not null) is { } name) device.HostName = Short(name);
                if (device.Leased && device.Addresses.SequenceEqual(addresses)) continue;
                foreach (var other in devices.Values.Where(d => d != device))
                {
                    if (other.Addresses.RemoveAll(addresses.Contains) > 0 && !touched.Contains(other)) touched.Add(other);
                }
                device.Addresses.Clear();
                device.Addresses.AddRange(addresses);
                device.Leased = true;
                touched.Add(device);
            }
            if (touched.Count > 0) Settle(touched, now, touched, urgent: false);
        }
    }

    /// <summary>A device said something about itself.</summary>
    public void Sighted(Sighting sighting)
    {
        lock (access)
        {
            var now = time.GetUtcNow();
            if (sighting.Mac.IsMulticast || Device(sighting.Mac, now) is not { } device) return;
            device.LastSeen = now;
            var urgent = false;
            switch (sighting.Kind)
            {
                case SightingKind.Name:
                    device.HostName ??= Short(sighting.Value);
                    break;
                case SightingKind.MudUrl when device.MudUrl != sighting.Value:
                    device.MudUrl = sighting.Value;
                    urgent = true;
                    break;
                case SightingKind.Version when sighting.Version is { } stated && stated.Model.Length > 0:
                    var key = ShelfLabel.Plain(stated.Model);
                    var known = device.Stated.FindIndex(s => ShelfLabel.Plain(s.Model) == key);
                    if (known >= 0 && device.Stated[known].Version == stated.Version) return;
                    if (known >= 0) device.Stated.RemoveAt(known);
                    if (device.Stated.Count == Admission.Device.MostModels)
                    {
                        // What its label rests on is not pushed out by other names that it calls itself.
                        var spare = device.Stated.FindIndex(s => device.Label?.IsModel(s.Model) != true);
                        device.Stated.RemoveAt(Math.Max(0, spare));
                    }
                    device.Stated.Add(new StatedVersion(stated.Model, stated.Version, sighting.Source, sighting.Time, sighting.Frame));
                    urgent = true;
                    break;
            }
            Settle([device], now, [], urgent);
        }
    }

    /// <summary>Attack traffic came from a device. Answers the device where this is news.</summary>
    public Device? Attacked(Attack attack)
    {
        lock (access)
        {
            var now = time.GetUtcNow();
            if (attack.Mac.IsMulticast || Device(attack.Mac, now) is not { } device || device.Attack is not null) return null;
            // Programs that list the neighbours do the same: it is told, and cuts nobody.
            if (attack.Kind is AttackKind.AddressSweep or AttackKind.PingSweep)
            {
                Tell($"{device.Mac} {Attack.NameOf(attack.Kind)}: {attack.Threshold}; told, not cut, since programs that list a network do the same");
                return null;
            }
            device.Attack = new SeenAttack(Attack.NameOf(attack.Kind), attack.Threshold, attack.Frames, attack.Targets, attack.Last);
            Settle([device], now, [], urgent: true);
            return device;
        }
    }

    /// <summary>A named person decides about a device; an attack that was seen before is lifted by it.</summary>
    public Ruling? Admitted(MacAddress mac, Admit admit)
    {
        lock (access)
        {
            var now = time.GetUtcNow();
            if (Device(mac, now) is not { } device) return null;
            var lifted = device.Attack is not null && admit.Action != GuardAction.Cut;
            if (lifted)
            {
                device.Attack = null;
                Interlocked.Increment(ref lifts);
            }
            device.Admit = admit;
            Tell($"{mac} admitted to {EvidenceJson.Name(admit.Action)} by {admit.By} ({admit.Role}): {admit.Reason}{(lifted ? "; its cut is lifted" : "")}");
            Settle([device], now, [], urgent: true);
            return device.Ruling;
        }
    }

    /// <summary>How often an attack was lifted. Who watches begins to count anew at each: an attack that goes on is then seen as one again.</summary>
    public int Lifts => Volatile.Read(ref lifts);

    /// <summary>A status list and its notices as they were fetched. Refused unless signed for by a key of the trust lists, of the same address and not older.</summary>
    /// <exception cref="UnreadableException">Refused, with the reason; what was verified before still counts.</exception>
    public void Listed(byte[] status, byte[]? notices)
    {
        lock (access)
        {
            var now = time.GetUtcNow();
            StatusSnapshot next;
            try
            {
                next = StatusSnapshot.Of(status, Memory(notices), trust, now, snapshot);
            }
            catch (UnreadableException wrong)
            {
                refusedList = (now, wrong.Message);
                Tell($"status list refused: {wrong.Message}");
                throw;
            }
            refusedList = null;
            registrySeen = now;
            if (snapshot is not null && statusBytes.AsSpan().SequenceEqual(status) && noticesBytes.AsSpan().SequenceEqual(notices)) return;
            var before = (statusFile, noticesFile);
            (snapshot, statusBytes, noticesBytes) = (next, status, notices);
            if (folder is not null)
            {
                statusFile = Keep("status", ".cwt", status);
                noticesFile = notices is null ? null : Keep("notices", ".cwt", notices);
            }
            dirty = true;
            Tell($"status list of {EvidenceJson.Time(next.AsOf)}, counts until {EvidenceJson.Time(next.Until)}");
            Settle([.. devices.Values], now, [], urgent: true);
            if (folder is not null)
            {
                foreach (var old in new[] { before.statusFile, before.noticesFile })
                {
                    if (old is not null && old != statusFile && old != noticesFile) File.Delete(Path.Combine(folder, old));
                }
            }
        }
    }

    /// <summary>The registry answered, whether or not something was new.</summary>
    public void Reached()
    {
        lock (access)
        {
            if (registryLost is { } lost) Tell($"the registry answers again; it was lost since {EvidenceJson.Time(lost)}");
            (registrySeen, registryLost, registryTrouble) = (time.GetUtcNow(), null, null);
            // The registry is heard every few seconds; a disk of flash is not written as often.
            if (seenOnDisk is null || registrySeen - seenOnDisk > TimeSpan.FromMinutes(5)) dirty = true;
        }
    }

    /// <summary>The registry did not answer.</summary>
    public void Lost(string reason)
    {
        lock (access)
        {
            if (registryLost is null) Tell($"the registry does not answer: {reason}");
            registryLost ??= time.GetUtcNow();
            registryTrouble = reason;
        }
    }

    public void Enrolled(string id)
    {
        lock (access)
        {
            gatewayId = id;
            Save();
        }
    }

    /// <summary>Time went on: lists end, admissions end. Called about once a second; also writes what was not urgent.</summary>
    public void Tick()
    {
        lock (access)
        {
            var now = time.GetUtcNow();
            // Labels and admissions end with a day, which a minute's grain finds; a list ends at its second.
            var due = now.Ticks / TimeSpan.TicksPerMinute != judged.Ticks / TimeSpan.TicksPerMinute || snapshot is { } list && judged <= list.Until && now > list.Until;
            judged = now;
            if (due) Reread(now);
            Settle(due ? [.. devices.Values] : [], now, [], urgent: dirty);
        }
    }

    private Device? Device(MacAddress mac, DateTimeOffset now)
    {
        if (devices.TryGetValue(mac, out var device)) return device;
        if (devices.Count >= Configuration.MaxDevices)
        {
            // Who forges addresses must not fill the house for ever: whoever was silent longest, and of whom nobody said anything, is a stranger again, which heals as well.
            var spare = devices.Values.Where(d => d.Attack is null && d.Admit is null && d.Label is null && configuration.Entry(d.Mac) is null).MinBy(d => d.LastSeen ?? d.FirstSeen);
            if (spare is null) return null;
            devices.Remove(spare.Mac);
            forgotten.Add(spare.Mac);
        }
        device = new Device { Mac = mac, FirstSeen = now, LastSeen = now, Since = now };
        return devices[mac] = device;
    }

    private void Settle(IReadOnlyList<Device> touched, DateTimeOffset now, IReadOnlyList<Device> moved, bool urgent)
    {
        var changes = new List<Change>();
        foreach (var gone in forgotten) changes.Add(new Change(gone, GuardAction.Heal, null));
        forgotten.Clear();
        foreach (var device in touched)
        {
            var (before, profile, settled) = (device.Ruling, device.Profile, device.IsSettled);
            Judge(device, now);
            var after = device.Ruling!;
            if (before is null || before.Action != after.Action)
            {
                device.Since = now;
                Tell($"{device.Mac} {(before is null ? "new" : EvidenceJson.Name(before.Action))} -> {EvidenceJson.Name(after.Action)} (row {after.Row.Number}): {string.Join("; ", after.Reasons)}");
            }
            else if (before.Status != after.Status)
            {
                Tell($"{device.Mac} {EvidenceJson.Name(before.Status)} -> {EvidenceJson.Name(after.Status)} (row {after.Row.Number}), still {EvidenceJson.Name(after.Action)}: {string.Join("; ", after.Reasons)}");
            }
            if (before is null || before.Action != after.Action || profile != device.Profile || moved.Contains(device))
                changes.Add(new Change(device.Mac, before?.Action, PolicyOf(device)));
            if (changes.Count > 0 || settled != device.IsSettled) dirty = true;
            if (before is not null && before.Action != after.Action) urgent = true;
        }
        if (!urgent)
        {
            if (changes.Count > 0) Changed(changes);
            return;
        }
        try
        {
            Save();
        }
        finally
        {
            // A disk that is full is told to who asked, and is no reason to let a device go on.
            if (changes.Count > 0) Changed(changes);
        }
    }

    private void Judge(Device device, DateTimeOffset now)
    {
        var entry = configuration.Entry(device.Mac);
        string? refused = null;
        ShelfLabel? label = null;
        if (entry?.Label is { } file)
        {
            label = shelf.Label(file);
            if (label is null) refused = shelf.Refused.GetValueOrDefault(file) ?? "not read";
        }
        else
        {
            for (var i = device.Stated.Count - 1; i >= 0 && label is null; i--) label = shelf.OfModel(device.Stated[i].Model);
        }
        device.Label = label;
        var mud = entry is null ? null : shelf.Mud(entry);
        var ruling = Ruling.Of(new DeviceFacts
        {
            Now = now,
            Entry = entry,
            Label = label,
            LabelRefused = refused,
            Reading = label is null ? null : Reading(label, now),
            Mud = mud,
            Stated = label is null ? device.Stated.LastOrDefault() : device.Stated.LastOrDefault(s => label.IsModel(s.Model)),
            StatedMudUrl = device.MudUrl,
            Attack = device.Attack,
            Admit = device.Admit,
            IsSettled = device.IsSettled,
        }, table);
        device.Ruling = ruling;
        if (ruling.Settles) device.IsSettled = true;
        else if (ruling.Binding == Binding.Claimed && label is not null && ruling.Status != DeviceStatus.Stale) device.IsSettled = false;
        var hosts = (entry?.Updates ?? []).Concat(ruling.Mud?.UpdateHosts ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        device.Profile = ruling.Mud is null && hosts.Count == 0 ? null : ProfileOf(ruling.Mud is null ? null : mud, hosts);
    }

    // A signature is checked once a minute and at each new list, not for each frame that says something.
    private LabelReading Reading(ShelfLabel label, DateTimeOffset now)
    {
        var (minute, ended) = (now.Ticks / TimeSpan.TicksPerMinute, snapshot is { } list && now > list.Until);
        if (readings.TryGetValue(label.File, out var known) && known.Snapshot == snapshot && known.Minute == minute && known.Ended == ended) return known.Reading;
        var reading = LabelReading.Of(label, trust, snapshot, now);
        readings[label.File] = (snapshot, minute, ended, reading);
        return reading;
    }

    // Devices with the same MUD file and the same update hosts share one chain: ten thousand chains would not load.
    private string ProfileOf(ConfiguredMud? mud, IReadOnlyList<string> hosts)
    {
        var id = "p" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{mud?.Digest} {string.Join(' ', hosts)}")))[..12];
        if (!profiles.ContainsKey(id))
            profiles[id] = new Profile { Id = id, Permissions = mud?.Mud?.Permissions ?? [], UpdateHosts = hosts, MudUrl = mud?.Mud?.Url };
        return id;
    }

    private static DevicePolicy PolicyOf(Device device) => new() { Mac = device.Mac, Addresses = [.. device.Addresses], Action = device.Ruling!.Action, Profile = device.Profile };

    private string Keep(string name, string ending, byte[] bytes)
    {
        var file = $"{name}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}{ending}";
        Durable.Write(Path.Combine(folder!, file), bytes);
        return file;
    }

    private void Save()
    {
        dirty = false;
        seenOnDisk = registrySeen;
        if (folder is null) return;
        Durable.Write(Path.Combine(folder, "state.json"), new State
        {
            Devices = [.. devices.Values.OrderBy(d => d.Mac)],
            StatusFile = statusFile,
            NoticesFile = noticesFile,
            RegistrySeen = registrySeen,
            GatewayId = gatewayId,
        }.Write());
    }

    private void Recall(DateTimeOffset now)
    {
        var home = configuration.Folder;
        var file = Path.Combine(home, "state.json");
        if (!File.Exists(file)) return;
        var state = State.Read(File.ReadAllBytes(file));
        foreach (var device in state.Devices) devices[device.Mac] = device;
        (registrySeen, gatewayId) = (state.RegistrySeen, state.GatewayId);
        (statusFile, noticesFile) = (state.StatusFile, state.NoticesFile);
        Reread(now);
    }

    // The pair that state.json names. Refused (the trust lists changed, or the clock is not set yet), all labels are stale until it can be read or the registry gives another.
    private void Reread(DateTimeOffset now)
    {
        if (statusFile is null || snapshot is not null) return;
        try
        {
            var list = File.ReadAllBytes(Path.Combine(configuration.Folder, Path.GetFileName(statusFile)));
            var notices = noticesFile is null ? null : File.ReadAllBytes(Path.Combine(configuration.Folder, Path.GetFileName(noticesFile)));
            snapshot = StatusSnapshot.Of(list, Memory(notices), trust, now);
            (statusBytes, noticesBytes, refusedList) = (list, notices, null);
        }
        catch (Exception wrong) when (wrong is IOException or UnreadableException)
        {
            refusedList = (now, $"the list kept here: {wrong.Message}");
        }
    }

    // No file is something else than an empty one.
    private static ReadOnlyMemory<byte>? Memory(byte[]? bytes) => bytes is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(bytes);

    private static string Short(string name) => Shortened.Visible(name.Length > 63 ? name[..63] : name);
}

/// <summary>The household at one moment; valid inside <see cref="Household.Look"/> alone.</summary>
public sealed record HouseholdView
{
    public required DateTimeOffset Now { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required IReadOnlyList<Device> Devices { get; init; }
    public required Configuration Configuration { get; init; }
    public StatusSnapshot? Snapshot { get; init; }
    public byte[]? StatusBytes { get; init; }
    public byte[]? NoticesBytes { get; init; }
    public DateTimeOffset? RegistrySeen { get; init; }
    public DateTimeOffset? RegistryLost { get; init; }
    public string? RegistryTrouble { get; init; }
    public (DateTimeOffset At, string Reason)? RefusedList { get; init; }
    public string? GatewayId { get; init; }
    public required IReadOnlyDictionary<string, string> LabelsRefused { get; init; }
}
