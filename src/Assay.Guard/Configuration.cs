using System.Globalization;
using System.Net;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Guard.Admission;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Guard;

/// <summary>What a named person decided about a device, until when.</summary>
/// <param name="Until">The last day on which it counts; null until it is taken back.</param>
/// <param name="At">When it was said; null for one that stands in the configuration.</param>
public sealed record Admit(GuardAction Action, string By, string Role, string Reason, DateOnly? Until, DateTimeOffset? At)
{
    public bool Counts(DateTimeOffset now) => Until is null || DateOnly.FromDateTime(now.UtcDateTime) <= Until;
}

/// <summary>One device of <c>guard.yaml</c>; all paths are absolute.</summary>
public sealed record DeviceEntry
{
    public required MacAddress Mac { get; init; }
    public string? Name { get; init; }
    /// <summary>hallmark.cose, certificate.cose, or a picture of the code.</summary>
    public string? Label { get; init; }
    public string? Mud { get; init; }
    /// <summary>Certificate that must have signed the MUD file; the signature lies beside it as <c>.p7s</c>.</summary>
    public string? MudSigner { get; init; }
    public IReadOnlyList<string> Updates { get; init; } = [];
    public Criticality Critical { get; init; }
    public Admit? Admit { get; init; }
}

/// <summary>The forwarder's place.</summary>
public sealed record NamesEntry(IPAddress Listen, int Port, IReadOnlyList<IPEndPoint> Upstream);

/// <param name="Enrolment">One-time token, or a file that holds it.</param>
/// <param name="Consent">Whether incidents may be reported to it.</param>
public sealed record RegistryEntry(Uri Address, string? Enrolment, string? Name, bool Consent);

/// <summary><c>guard.yaml</c>, read once. Paths are relative to the file's own folder.</summary>
public sealed record Configuration
{
    public const int MaxDevices = 4096;

    public required string Folder { get; init; }
    public required IReadOnlyList<string> Inside { get; init; }
    public required string Outside { get; init; }
    public string? Leases { get; init; }
    public required NamesEntry Names { get; init; }
    public RegistryEntry? Registry { get; init; }
    public IReadOnlyList<string> Trust { get; init; } = [];
    public IReadOnlyList<string> Labels { get; init; } = [];
    public IReadOnlyList<DeviceEntry> Devices { get; init; } = [];
    /// <summary>Whether the ring keeps payload, or headers alone.</summary>
    public bool RingPayload { get; init; }
    /// <summary>Bytes of the ring.</summary>
    public int RingBytes { get; init; } = 4 << 20;

    public string Socket => Path.Combine(Folder, "guard.sock");

    public DeviceEntry? Entry(MacAddress mac) => Devices.FirstOrDefault(d => d.Mac == mac);

    /// <exception cref="UnreadableException">Names the line, what was expected and what was found.</exception>
    /// <exception cref="IOException"/>
    public static Configuration Open(string file)
    {
        using var artefact = Artefact.Open(file);
        if (artefact.Size > 1 << 20) throw new UnreadableException("a guard.yaml of at most 1048576 bytes", $"{artefact.Size}", 0);
        return Read(artefact.Bytes.Span(0, (int)artefact.Size), Path.GetDirectoryName(Path.GetFullPath(file))!);
    }

    /// <param name="home">The folder that relative paths begin at.</param>
    public static Configuration Read(ReadOnlySpan<byte> yaml, string home)
    {
        var root = Map(YamlReader.Read(yaml), 1, "folder", "inside", "outside", "leases", "names", "registry", "trust", "labels", "devices", "ring");
        string Place(string path) => Path.GetFullPath(Path.Combine(home, path));
        var ring = root["ring"] is { } r && r is not YamlScalar { IsNull: true } ? Map(r, r.Line, "payload", "bytes") : null;
        var devices = root["devices"] is { } list && list is not YamlScalar { IsNull: true } ? Items(list).Select(d => Device(d, Place)).ToList() : [];
        if (devices.Count > MaxDevices) throw new UnreadableException($"at most {MaxDevices} devices", $"{devices.Count}", 0, root["devices"]!.Line);
        if (devices.GroupBy(d => d.Mac).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new UnreadableException("each mac once", $"{twice.Key} again", 0, root["devices"]!.Line);
        var inside = Texts(root["inside"]);
        if (inside.Count == 0) throw new UnreadableException("\"inside\": the interfaces that devices are on", "none", 0, root.Line);
        foreach (var name in inside) Interface(name, root["inside"]!.Line);
        var outside = Text(root, "outside") ?? throw new UnreadableException("\"outside\": the interface to the Internet", "none", 0, root.Line);
        Interface(outside, root["outside"]!.Line);
        return new Configuration
        {
            Folder = Place(Text(root, "folder") ?? "/var/lib/assay-guard"),
            Inside = inside,
            Outside = outside,
            Leases = Text(root, "leases") is { } leases ? Place(leases) : null,
            Names = root["names"] is { } names ? NamesOf(names) : throw new UnreadableException("\"names\": where devices ask for names, and which resolvers are asked", "none", 0, root.Line),
            Registry = root["registry"] is { } registry && registry is not YamlScalar { IsNull: true } ? RegistryOf(registry, Place) : null,
            Trust = [.. Texts(root["trust"]).Select(Place)],
            Labels = [.. Texts(root["labels"]).Select(Place)],
            Devices = devices,
            RingPayload = ring is not null && Flag(ring, "payload"),
            RingBytes = ring is not null && Text(ring, "bytes") is { } bytes ? Number(bytes, ring.Line, 1 << 16, 256 << 20) : 4 << 20,
        };
    }

    private static DeviceEntry Device(YamlNode node, Func<string, string> place)
    {
        var map = Map(node, node.Line, "mac", "name", "label", "mud", "mudSigner", "updates", "critical", "admit");
        var mac = Text(map, "mac") ?? throw new UnreadableException("\"mac\" of a device", "none", 0, node.Line);
        if (!MacAddress.TryParse(mac, out var address) || address.IsMulticast) throw new UnreadableException("a mac such as 00:00:5e:00:53:0b", mac, 0, map["mac"]!.Line);
        var updates = Texts(map["updates"]);
        foreach (var host in updates)
        {
            if (!HostName(host)) throw new UnreadableException("a host name in \"updates\"", host, 0, map["updates"]!.Line);
        }
        return new DeviceEntry
        {
            Mac = address,
            Name = Text(map, "name"),
            Label = Text(map, "label") is { } label ? place(label) : null,
            Mud = Text(map, "mud") is { } mud ? place(mud) : null,
            MudSigner = Text(map, "mudSigner") is { } signer ? place(signer) : null,
            Updates = [.. updates.Select(u => u.TrimEnd('.').ToLowerInvariant())],
            Critical = Text(map, "critical") is { } critical ? Word<Criticality>(critical, map["critical"]!.Line) : Criticality.None,
            Admit = map["admit"] is { } admit && admit is not YamlScalar { IsNull: true } ? AdmitOf(admit) : null,
        };
    }

    private static Admit AdmitOf(YamlNode node)
    {
        var map = Map(node, node.Line, "action", "by", "role", "reason", "until");
        string Need(string key) => Text(map, key) is { Length: > 0 and <= 200 } text ? text : throw new UnreadableException($"\"{key}\" of an admission: a named person decides, and says why", "none", 0, node.Line);
        DateOnly? until = null;
        if (Text(map, "until") is { } day)
        {
            until = DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                ? date : throw new UnreadableException("a date such as 2027-01-01", day, 0, map["until"]!.Line);
        }
        return new Admit(Word<GuardAction>(Need("action"), node.Line), Need("by"), Need("role"), Need("reason"), until, null);
    }

    private static NamesEntry NamesOf(YamlNode node)
    {
        var map = Map(node, node.Line, "listen", "port", "upstream");
        var listen = Text(map, "listen") ?? throw new UnreadableException("\"listen\" of names", "none", 0, node.Line);
        if (!IPAddress.TryParse(listen, out var address)) throw new UnreadableException("an address to listen on", listen, 0, map["listen"]!.Line);
        var upstream = Texts(map["upstream"]).Select(u => IPEndPoint.TryParse(u, out var end)
            ? new IPEndPoint(end.Address, end.Port == 0 ? 53 : end.Port) : throw new UnreadableException("an address of a resolver", u, 0, map["upstream"]!.Line)).ToList();
        if (upstream.Count == 0) throw new UnreadableException("\"upstream\" of names: the resolvers to ask", "none", 0, node.Line);
        return new NamesEntry(address, Text(map, "port") is { } port ? Number(port, map["port"]!.Line, 1, 65535) : 53, upstream);
    }

    private static RegistryEntry RegistryOf(YamlNode node, Func<string, string> place)
    {
        var map = Map(node, node.Line, "address", "enrolment", "name", "consent");
        var address = Text(map, "address") ?? throw new UnreadableException("\"address\" of the registry", "none", 0, node.Line);
        if (!Uri.TryCreate(address.EndsWith('/') ? address : address + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new UnreadableException("an http or https address of the registry", address, 0, map["address"]!.Line);
        var enrolment = Text(map, "enrolment");
        if (enrolment is not null && File.Exists(place(enrolment))) enrolment = File.ReadAllText(place(enrolment)).Trim();
        return new RegistryEntry(uri, enrolment, Text(map, "name"), Flag(map, "consent"));
    }

    private static YamlMap Map(YamlNode? node, int line, params string[] keys)
    {
        if (node is not YamlMap map) throw new UnreadableException($"a map with {string.Join(", ", keys)}", node?.Kind ?? "nothing", 0, line);
        foreach (var entry in map.Entries)
        {
            if (!keys.Contains(entry.Key)) throw new UnreadableException($"one of {string.Join(", ", keys)}", Shortened.Visible(entry.Key), 0, entry.Line);
        }
        return map;
    }

    private static IReadOnlyList<YamlNode> Items(YamlNode node) => node is YamlList list ? list.Items : throw new UnreadableException("a list", node.Kind, 0, node.Line);

    private static string? Text(YamlMap map, string key) => map[key] switch
    {
        null or YamlScalar { IsNull: true } => null,
        YamlScalar scalar => scalar.Value,
        var other => throw new UnreadableException($"a text for \"{key}\"", other.Kind, 0, other.Line),
    };

    private static IReadOnlyList<string> Texts(YamlNode? node) => node switch
    {
        null or YamlScalar { IsNull: true } => [],
        YamlScalar scalar => [scalar.Value],
        YamlList list => [.. list.Items.Select(i => i.Text ?? throw new UnreadableException("a text in the list", i.Kind, 0, i.Line))],
        _ => throw new UnreadableException("a list of texts", node.Kind, 0, node.Line),
    };

    private static bool Flag(YamlMap map, string key) => Text(map, key) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw new UnreadableException($"true or false for \"{key}\"", other, 0, map[key]!.Line),
    };

    private static int Number(string text, int line, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw new UnreadableException($"a number from {least} to {most}", text, 0, line);

    private static T Word<T>(string text, int line) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (EvidenceJson.Name(value) == text) return value;
        }
        throw new UnreadableException($"one of {string.Join(", ", Enum.GetValues<T>().Select(v => EvidenceJson.Name(v)))}", Shortened.Visible(text), 0, line);
    }

    // What the kernel lets an interface be called; it goes into rules as a quoted text.
    private static void Interface(string name, int line)
    {
        if (name.Length is 0 or > 15 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@')) throw new UnreadableException("the name of an interface", Shortened.Visible(name), 0, line);
    }

    private static bool HostName(string name) => name.Length is > 0 and <= 253
        && name.TrimEnd('.').Split('.').All(l => l.Length is > 0 and <= 63 && l.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && l[0] != '-' && l[^1] != '-');
}
