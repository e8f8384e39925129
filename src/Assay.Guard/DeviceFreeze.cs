using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Assay.Custody.Freezing;
using Assay.Evidence;
using Assay.Guard.Admission;
using Assay.Guard.Enforcement;
using Assay.Guard.Watching;
using Assay.Traffic.Captures;

namespace Assay.Guard;

/// <summary>Who orders a freeze, and for whom.</summary>
/// <param name="Recipient">The only one who can open it.</param>
public sealed record FreezeOrder(MacAddress Mac, X509Certificate2 Recipient, string Authority, string By, string Reason);

/// <summary>Everything that the gateway knows of one device, taken at once (semantics.md section 7): ring, connections, leases, names, policy, label state, log.</summary>
public sealed class DeviceFreeze
{
    private readonly List<FrozenItem> items = [];
    private readonly List<string> notCaptured = [];

    /// <param name="names">Names that were resolved for a device's profile or refused to it, as a table.</param>
    /// <param name="counters">What the rules have counted, as a table.</param>
    /// <param name="rules">The rule set as it is in the kernel, other devices' elements left out.</param>
    public static byte[] Take(FreezeOrder order, Household household, Ring ring, Journal journal, GatewayKey key, Func<Device, string> names, string rules, string counters, TimeProvider time)
    {
        Freeze.RequireRsa(order.Recipient);
        var begun = time.GetUtcNow();
        var freeze = new DeviceFreeze();
        // The ring first: it forgets while we write.
        var (pcap, numbers) = ring.Capture(order.Mac);
        var device = household.Look(view => freeze.Facts(view, order.Mac, names));
        freeze.Capture(pcap, numbers, ring, household.Configuration);
        freeze.Live(device.Addresses);
        freeze.Leases(household.Configuration, order.Mac);
        freeze.Add("policy/rules.nft", rules, "the rule set of the gateway as it was in the kernel, with the elements of this device alone");
        freeze.Add("policy/counters.tsv", counters, "what the rules have counted since the table was last written whole, over all devices");
        freeze.Add("policy/actions.tsv", Own("actions.tsv"), "the table of actions; policy/device.json names the row that was used");
        freeze.Add("guard.log", journal.Of(order.Mac.ToString(), line => Macs(line)), "the guard's own log: lines of this device and of the gateway, none of other devices");
        freeze.notCaptured.Add("traffic between devices that does not pass the gateway");
        freeze.notCaptured.Add("what other devices did: their frames, names and lines of the log are left out");
        freeze.notCaptured.Add("the insides of the device: this is what the network saw of it");
        var page = new FreezePage
        {
            Device = $"{device.Name ?? "device"} ({order.Mac})",
            Authority = $"{order.By}: {order.Authority}",
            Reason = order.Reason,
            Begun = begun,
            Ended = time.GetUtcNow(),
            Clock = "the clock of the gateway; it was not compared with another one for this freeze",
            NotCaptured = freeze.notCaptured,
            Tools = [new FreezeTool("assay-guard", typeof(DeviceFreeze).Assembly.GetName().Version!.ToString(3))],
            Retention = "the gateway keeps no copy; who holds this file sets how long it is kept",
        };
        return Freeze.Write(freeze.items, page, key.Certificate, key.Key, order.Recipient);
    }

    private sealed record Taken(string? Name, IReadOnlyList<Address> Addresses);

    private Taken Facts(HouseholdView view, MacAddress mac, Func<Device, string> names)
    {
        var device = view.Devices.FirstOrDefault(d => d.Mac == mac) ?? throw new ArgumentException($"expected a device that the guard has seen, found {mac}");
        var entry = view.Configuration.Entry(mac);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, EvidenceJson.Document)) GuardStatus.Write(json, device, entry);
        Add("policy/device.json", stream.ToArray(), "what the guard knows of the device and does about it: label, binding, version, action, row and reasons");
        Add("names.tsv", names(device), "names that were resolved for the device's profile with their addresses, and its last questions that were refused");
        if (device.Label is { } label)
        {
            Add(label.Signed.Certificate is null ? "label/hallmark.cose" : "label/certificate.cose", label.Bytes, "the device's label as it was handed to the gateway");
            if (label.Certificate is { } certificate) Add("label/certificate.cose", certificate, "the certificate that the hallmark points to");
        }
        else
        {
            notCaptured.Add("a label: none is known for the device");
        }
        if (view.StatusBytes is { } status) Add("label/status.cwt", status, $"the last verified status list, of {EvidenceJson.Time(view.Snapshot!.AsOf)}");
        else notCaptured.Add("a status list: none was verified");
        if (view.NoticesBytes is { } notices) Add("label/notices.cwt", notices, "the notices beside the status list");
        foreach (var (name, file) in new[] { ("label/mud.json", entry?.Mud), ("label/mud.p7s", entry?.Mud is { } mud ? Path.ChangeExtension(mud, ".p7s") : null) })
        {
            if (file is not null && File.Exists(file)) Add(name, File.ReadAllBytes(file), "the MUD file that is configured for the device, or its signature");
        }
        return new Taken(entry?.Name ?? device.HostName, [.. device.Addresses]);
    }

    private void Capture(byte[] pcap, IReadOnlyList<long> numbers, Ring ring, Configuration configuration)
    {
        Add("capture.pcap", pcap, $"the last {numbers.Count} frames from or to the device on {string.Join(", ", configuration.Inside)}, {(ring.KeepsPayload ? "with payload" : "headers only")}");
        var text = new StringBuilder("frame\tguardFrame\n");
        for (var i = 0; i < numbers.Count; i++) text.Append(CultureInfo.InvariantCulture, $"{i + 1}\t{numbers[i]}\n");
        Add("capture-frames.tsv", text.ToString(), "for each frame of capture.pcap its number in the guard's own count, which the guard's reasons name");
        if (!ring.KeepsPayload) notCaptured.Add("payload: the ring keeps headers alone, as configured");
        notCaptured.Add($"frames before the ring's oldest ({ring.GivenUp} frames of all devices were given up since the guard's start)");
    }

    private void Live(IReadOnlyList<Address> addresses)
    {
        var text = new StringBuilder("protocol\tsource\tsourcePort\tdestination\tdestinationPort\tstate\tpackets\tbytes\n");
        try
        {
            foreach (var c in addresses.SelectMany(a => Connections.List(a)))
                text.Append(CultureInfo.InvariantCulture, $"{c.Protocol}\t{c.Source}\t{c.SourcePort}\t{c.Destination}\t{c.DestinationPort}\t{(c.State.Length == 0 ? "-" : c.State)}\t{c.Packets}\t{c.Bytes}\n");
            Add("connections.tsv", text.ToString(), "connections of the device's addresses in the kernel's table");
        }
        catch (IOException refused)
        {
            notCaptured.Add($"connections: {refused.Message}");
        }
    }

    private void Leases(Configuration configuration, MacAddress mac)
    {
        if (configuration.Leases is not { } file || !File.Exists(file))
        {
            notCaptured.Add("leases: there is no lease file");
            return;
        }
        var lines = File.ReadLines(file).Where(l => l.Contains(mac.ToString(), StringComparison.OrdinalIgnoreCase)).ToList();
        Add("leases.txt", string.Concat(lines.Select(l => l + "\n")), "the device's lines of the DHCP server's lease file");
    }

    private void Add(string name, string text, string what) => Add(name, Encoding.UTF8.GetBytes(text), what);

    private void Add(string name, ReadOnlyMemory<byte> bytes, string what) => items.Add(new FrozenItem { Name = name, Bytes = bytes, What = what });

    private static string Own(string name)
    {
        using var reader = new StreamReader(typeof(DeviceFreeze).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    // A line of the log begins with its time; a device's line goes on with its MAC.
    private static bool Macs(string line) => line.IndexOf(' ', StringComparison.Ordinal) is var at and > 0 && line.Length > at + 18 && MacAddress.TryParse(line.Substring(at + 1, 17), out _);
}
