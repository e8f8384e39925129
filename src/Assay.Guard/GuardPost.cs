using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Guard.Enforcement;
using Assay.Guard.Names;
using Assay.Guard.Watching;
using Assay.Labels.Trust;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;

namespace Assay.Guard;

/// <summary>The running guard: the household in the middle, around it the kernel, the forwarder, the lookout, the registry and the control socket.</summary>
public sealed class GuardPost : IDisposable
{
    private readonly Configuration configuration;
    private readonly TimeProvider time;
    private readonly Journal journal;
    private readonly FileStream claim;
    private readonly Nft nft;
    private volatile Kernel? kernel;
    private readonly NameForwarder names;
    private readonly Enforcer enforcer;
    private readonly Lookout lookout;
    private readonly Control control;
    private readonly Lazy<GatewayKey> key;
    private readonly CancellationTokenSource end = new();
    private RegistryFollower? follower;
    private Incidents? incidents;
    private DateTime leasesOf;

    /// <summary>Everything up to the rules in the kernel; nothing is fetched yet.</summary>
    /// <exception cref="MissingPartException">No right, or no libnftables.</exception>
    /// <exception cref="IOException">Another guard has the folder, an interface is not there, an address is not ours.</exception>
    /// <exception cref="RefusalException">This machine cannot be guarded as configured.</exception>
    public GuardPost(Configuration configuration, TimeProvider time, Action<string> show)
    {
        this.configuration = configuration;
        this.time = time;
        if (!IsRoot) throw new MissingPartException("expected the right to write the kernel's rules, found none: sudo assay guard run …");
        Directory.CreateDirectory(configuration.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        claim = Claim(configuration.Folder);
        journal = new Journal(configuration.Folder, time, show);
        nft = Nft.Open();
        var gateway = Enforcer.GatewayOf(configuration);
        if (Kernel.Glance(nft).Refusal(gateway) is { } refusal) throw new RefusalException(refusal);
        Household = new Household(configuration, Trust(configuration), time) { Tell = journal.Tell };
        names = new NameForwarder(new NameForwarderOptions
        {
            Listen = [new IPEndPoint(configuration.Names.Listen, configuration.Names.Port)],
            Upstream = configuration.Names.Upstream,
        }, nft.Run, time);
        enforcer = new Enforcer(nft, names, gateway, journal.Tell);
        ReadLeases();
        var (profiles, devices) = Household.Policy();
        try
        {
            enforcer.Whole(profiles, devices);
        }
        catch (RuleException refused)
        {
            // Why, in words: what the kernel lacks, else what it said.
            throw new RefusalException(Kernel.Probe(nft, configuration.Inside).Refusal(gateway) ?? refused.Message);
        }
        Household.Changed = changes => enforcer.Apply(changes, Household.Policy().Profiles);
        names.Start();
        key = new Lazy<GatewayKey>(() => GatewayKey.Open(configuration.Folder, time));
        lookout = new Lookout(Household, new Ring(configuration.RingBytes, configuration.RingPayload), time);
        lookout.Attacked = (attack, device) => Task.Run(() => Attacked(attack, device));
        lookout.Start();
        control = new Control(configuration.Socket, Answer);
        control.Start();
    }

    public Household Household { get; }
    /// <summary>What the kernel lacks, and what this guard does not do, with what follows for devices.</summary>
    public IReadOnlyList<KernelFeature> Missing => [.. kernel?.Missing ?? [], Ipv6];

    private static readonly KernelFeature Ipv6 = new("IPv6 for guarded devices", false, "the guard carries IPv4 alone; IPv6 of devices is dropped and counted, but for neighbour discovery");

    /// <summary>Asks what the kernel lacks, and tells it: after the rules are in, since judging takes longer than enforcing.</summary>
    public void Probe()
    {
        // With a hand of its own: the dry runs hold up no change of the rules.
        using var probe = Nft.Open();
        kernel = Kernel.Probe(probe, configuration.Inside);
        foreach (var missing in Missing) journal.Tell($"missing: {missing.Name}: {missing.Without}");
    }

    private static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>The trust lists of the configuration.</summary>
    public static TrustList Trust(Configuration configuration) => configuration.Trust.Aggregate(TrustList.Empty, (all, file) => all.And(KeyFolder.ReadTrust(file)));

    /// <summary>Begins to follow the registry, where there is one.</summary>
    public void Follow()
    {
        if (configuration.Registry is not { } registry) return;
        follower = new RegistryFollower(Household, registry.Address, time);
        follower.Start();
        incidents = new Incidents(Household, lookout.Ring, key.Value, journal.Tell);
        _ = Task.Run(() => Quietly(() => incidents.Enrol(follower.Http, registry, end.Token)));
    }

    /// <summary>Guards until <paramref name="stop"/>; once a second time goes on.</summary>
    public void Guard(CancellationToken stop)
    {
        while (!stop.WaitHandle.WaitOne(1000))
        {
            ReadLeases();
            Household.Tick();
            enforcer.Retry();
        }
    }

    /// <summary>Takes the rules out of the kernel; without it they stay, and nobody passes who did not before.</summary>
    public void RemoveRules() => nft.Run(Traffic.Mud.RuleSet.Remove + Traffic.Mud.BridgeCut.Remove);

    private void ReadLeases()
    {
        if (configuration.Leases is not { } file) return;
        try
        {
            var written = File.GetLastWriteTimeUtc(file);
            if (written == leasesOf) return;
            var text = File.ReadAllText(file);
            leasesOf = written;
            Household.Lease(Leases.Read(text));
        }
        catch (IOException)
        {
            // It is being written, or is not there yet: the next look finds it.
        }
    }

    private void Attacked(Traffic.Behaviour.Attack attack, Admission.Device device) => _ = Quietly(async () =>
    {
        var report = (incidents ??= new Incidents(Household, lookout.Ring, key.Value, journal.Tell)).Keep(attack, device);
        if (configuration.Registry is { Consent: true } registry && follower is { } open) await incidents.Send(open.Http, registry, report, end.Token);
    });

    private async Task Quietly(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception wrong) when (wrong is IOException or HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException or UnreadableException)
        {
            if (!end.IsCancellationRequested) journal.Tell($"left undone: {wrong.Message}");
        }
    }

    private byte[] Answer(JsonElement request)
    {
        switch (State.Text(request, "verb"))
        {
            case "status":
                return Household.Look(view => GuardStatus.Document(view, Self()));
            case "admit":
                var admit = State.AdmitOf(request.GetProperty("admit"));
                foreach (var (name, text) in new[] { ("--by", admit.By), ("--role", admit.Role), ("--reason", admit.Reason) })
                {
                    if (string.IsNullOrWhiteSpace(text) || text.Length > 200) throw new UsageException($"{name} expects 1 to 200 characters: a named person decides, and says why");
                }
                var mac = Mac(request);
                _ = Household.Admitted(mac, admit with { At = time.GetUtcNow() }) ?? throw new UsageException($"{mac}: no more devices can be kept");
                return Household.Look(view => GuardStatus.Document(view, Self()));
            case "freeze":
                var order = new FreezeOrder(Mac(request), Recipient(State.Need(request, "recipient")), State.Need(request, "authority"), State.Need(request, "by"), State.Need(request, "reason"));
                var frozen = DeviceFreeze.Take(order, Household, lookout.Ring, journal, key.Value, Names, enforcer.Text(Mac(request)), Counters(), time);
                journal.Tell($"{order.Mac} frozen by {order.By} for {order.Recipient.Subject}: {frozen.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(frozen))}");
                order.Recipient.Dispose();
                return frozen;
            case var other:
                throw new UsageException($"expected status, admit or freeze, found {Shortened.Visible(other ?? "nothing")}");
        }
    }

    private GuardSelf Self() => new()
    {
        IsGuarding = true,
        Missing = Missing,
        Trouble = enforcer.Trouble,
        Remarks = [.. enforcer.Remarks.Select(r => r.ToString()), .. lookout.Fault is { } fault ? [$"a frame could not be judged: {fault}"] : Array.Empty<string>()],
        Frames = lookout.Frames,
        MissedFrames = lookout.Missed,
    };

    // Of one device alone: what others in the house ask is nobody's evidence.
    private string Names(Admission.Device device)
    {
        var text = new StringBuilder("kind\tprofile\tname\taddresses\tnote\n");
        foreach (var one in names.Admitted().Where(a => a.Profile is { } profile && profile == device.Profile))
            text.Append(CultureInfo.InvariantCulture, $"admitted\t{one.Profile}\t{Shortened.Visible(one.Name)}\t{string.Join(' ', one.Addresses)}\tfor another {one.Lifetime.TotalSeconds:0} s\n");
        foreach (var one in names.Snapshot().Recent.Where(r => device.Addresses.Contains(r.Device)))
            text.Append(CultureInfo.InvariantCulture, $"refused\t{device.Profile ?? "-"}\t{Shortened.Visible(one.Name)}\t-\t{EvidenceJson.Time(one.Time)} {one.Reason}\n");
        return text.ToString();
    }

    private string Counters()
    {
        var text = new StringBuilder("counter\tpackets\tbytes\n");
        foreach (var (name, tally) in RuleCounters.Of(nft)) text.Append(CultureInfo.InvariantCulture, $"{name}\t{tally.Packets}\t{tally.Bytes}\n");
        return text.ToString();
    }

    // A person may name a device by its MAC, its address or its name.
    private MacAddress Mac(JsonElement request)
    {
        var said = State.Need(request, "device");
        if (MacAddress.TryParse(said, out var mac)) return mac.IsMulticast ? throw new UsageException($"expected the MAC of a device, found {said}") : mac;
        var found = Household.Look(view => view.Devices.Where(d => d.Addresses.Any(a => a.ToString() == said) || d.HostName == said || view.Configuration.Entry(d.Mac)?.Name == said).Select(d => d.Mac).ToList());
        return found.Count == 1 ? found[0] : throw new UsageException($"expected the MAC, address or name of one device, found {found.Count} devices called {Shortened.Visible(said)}");
    }

    private static X509Certificate2 Recipient(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException wrong)
        {
            throw new UsageException($"--to expects a certificate in PEM: {wrong.Message}");
        }
    }

    private static FileStream Claim(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "guard.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (taken is not DirectoryNotFoundException)
        {
            throw new IOException($"expected no other guard in {folder}, found one: {taken.Message}");
        }
    }

    public void Dispose()
    {
        end.Cancel();
        follower?.Dispose();
        control.Dispose();
        lookout.Dispose();
        names.Dispose();
        if (key.IsValueCreated) key.Value.Dispose();
        nft.Dispose();
        claim.Dispose();
        end.Dispose();
    }
}

/// <summary>The guard does not guard here, and says why and what to do.</summary>
public sealed class RefusalException(string message) : Exception(message);
