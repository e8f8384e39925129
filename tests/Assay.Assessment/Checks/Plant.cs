using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment.Tests.Checks;

/// <summary>A dossier under construction: small real files, and what an image or capture would have shown. Every provision is claimed, nothing is signed.</summary>
internal sealed class Plant
{
    public static readonly DateTimeOffset AsOf = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly Signer Maker = new("Acme", new string('0', 64), "CMS");

    private readonly List<Artefact> files = [Artefact.Of("device.yaml", "maker: Acme\nmodel: Bell 3\nversions: [1.0]\n"u8.ToArray())];
    private readonly List<Finding> findings = [];
    private readonly List<Coverage> coverage = [];
    private readonly List<IxitTable> tables = [];
    private readonly List<Component> components = [];
    private readonly List<Claim> claims = [];
    private readonly List<string> states = [];
    private readonly List<Func<Examined, Examined>> changes = [];
    private readonly List<CaptureFacts> captures = [];
    private bool silent;
    private int line;

    public static Plant Image(bool whole = true) => new Plant().WithImage(whole);
    public static Plant Capture(bool whole = true) => new Plant().WithCapture(whole);
    public static Plant Papers() => new();

    public Plant WithImage(bool whole = true) => Covered("firmware/bell.bin", CoverageScope.Files, "files", whole, new SortedDictionary<string, long>(StringComparer.Ordinal) { ["executables"] = 7 });
    public Plant WithCapture(bool whole = true) => Covered("captures/start.pcap", CoverageScope.Capture, "frames", whole);

    private Plant Covered(string artefact, CoverageScope scope, string unit, bool whole, IReadOnlyDictionary<string, long>? counts = null)
    {
        coverage.Add(new Coverage
        {
            Artefact = artefact,
            Scope = scope,
            Unit = unit,
            Total = 100,
            Examined = whole ? 100 : 60,
            Losses = whole ? [] : [new Loss { Location = new Location { Artefact = artefact, Offset = 64 }, Expected = "the whole of it", Found = "60 of 100" }],
            Counts = counts ?? new SortedDictionary<string, long>(StringComparer.Ordinal),
        });
        return this;
    }

    /// <summary>Something seen in the image.</summary>
    public Plant Saw(FindingKind kind, string subject, params string[] traits)
    {
        findings.Add(new Finding { Kind = kind, Subject = subject, Value = "as planted", Confidence = 1, Location = new Location { Artefact = "firmware/bell.bin", Path = $"/planted/{findings.Count}" }, Traits = traits });
        return this;
    }

    /// <summary>Something seen in the capture.</summary>
    public Plant Heard(FindingKind kind, string subject, params string[] traits)
    {
        findings.Add(new Finding { Kind = kind, Subject = subject, Value = "as planted", Confidence = 1, Location = new Location { Artefact = "captures/start.pcap", Frame = findings.Count + 1 }, Traits = traits });
        return this;
    }

    /// <summary>Something that the capture tells in words of its own.</summary>
    public Plant Told(FindingKind kind, string subject, string value, params string[] traits)
    {
        findings.Add(new Finding { Kind = kind, Subject = subject, Value = value, Confidence = 1, Location = new Location { Artefact = "captures/start.pcap", Frame = findings.Count + 1 }, Traits = traits });
        return this;
    }

    /// <summary>A conversation of the device in the capture: <c>tcp 443 192.0.2.7 cloud.example</c>; <c>in tcp 80 10.0.0.5</c> for one that others began.</summary>
    public Plant Talked(params string[] conversations)
    {
        var talks = conversations.Select((words, i) =>
        {
            var word = words.Split(' ');
            var inward = word[0] == "in";
            if (inward) word = word[1..];
            return new Conversation
            {
                First = AsOf,
                Last = AsOf.AddSeconds(1),
                Frame = i + 1,
                IsOutward = !inward,
                Peer = word[2],
                IsRemote = !word[2].StartsWith("10.", StringComparison.Ordinal),
                Names = word[3..],
                Protocol = word[0],
                Port = ushort.Parse(word[1], System.Globalization.CultureInfo.InvariantCulture),
                Application = "tls",
                Sent = 900,
                Received = 900,
                IsAnswered = true,
            };
        });
        captures.Add(new CaptureFacts { Artefact = "captures/start.pcap", From = AsOf, To = AsOf.AddHours(1), IsOfDevice = true, Conversations = [.. talks], State = "initialised" });
        return this;
    }

    public Plant Captured(CaptureFacts capture)
    {
        captures.Add(capture);
        return this;
    }

    /// <summary>Wrong log-ins in a row that the device answered in clear text.</summary>
    /// <param name="every">Seconds from one to the next.</param>
    public Plant Guessed(int times, double every) => Captured(new CaptureFacts
    {
        Artefact = "captures/start.pcap",
        From = AsOf,
        To = AsOf.AddHours(1),
        IsOfDevice = true,
        Conversations = [],
        State = "initialised",
        Trials = [.. Enumerable.Range(0, times).Select(i => new LoginTrial(AsOf.AddSeconds(i * every), i + 1, "http", "10.0.0.5", "10.0.0.9:80", ToDevice: true, IsAccepted: false, IsThrottled: false))],
    });

    /// <summary>An HTTP request of another machine that the device answered in clear text: <c>200 POST none /config</c>.</summary>
    public Plant Answered(string state, params string[] exchanges) => Captured(new CaptureFacts
    {
        Artefact = "captures/start.pcap",
        From = AsOf,
        To = AsOf.AddHours(1),
        IsOfDevice = true,
        Conversations = [],
        State = state,
        Exchanges = [.. exchanges.Select((e, i) => e.Split(' ') is var w ? new Exchange(AsOf.AddSeconds(i), i + 1, "10.0.0.5", "10.0.0.9:80", ToDevice: true, int.Parse(w[0], System.Globalization.CultureInfo.InvariantCulture), w[1], w[2], w[3]) : null!)],
    });

    /// <summary>A stored password in an image, by the digest of its stored form.</summary>
    public Plant Stored(string image, string digest) => Noted(Credential(image), $"{Assay.Evidence.Cryptography.KeyId.StoredWords} {digest}");

    /// <summary>A private key in an image, by the digest of its public part.</summary>
    public Plant Keyed(string image, string digest) => Noted(Credential(image) with { Kind = FindingKind.Key, Subject = "server.key", Traits = [Traits.PrivateKey] }, $"{Assay.Evidence.Cryptography.KeyId.Words} {digest}");

    private Finding Credential(string image) => new() { Kind = FindingKind.Credential, Subject = "root", Value = "root: SHA-512", Confidence = 1, Location = new Location { Artefact = image, Path = $"/etc/planted-{findings.Count}" }, Traits = [Traits.PasswordHash] };

    private Plant Noted(Finding finding, string note)
    {
        findings.Add(finding with { Note = note });
        return this;
    }

    /// <summary>What a store of advisories answered: one vulnerability of a component, published and exploited since days.</summary>
    public Plant Asked(string component, string version, string id, bool affected, string? published = null, string? exploited = null, string? fix = null)
    {
        var day = (string? text) => text is null ? (DateOnly?)null : DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var place = new Location { Artefact = "firmware/bell.bin", Path = $"/lib/{component}" };
        var vulnerability = new Assay.Software.Matching.Vulnerability
        {
            Id = id,
            Component = new Component { Name = component, Version = version, Evidence = [new ComponentEvidence("string", place, 0.9)] },
            Status = affected ? Assay.Software.Matching.VulnerabilityStatus.Affected : Assay.Software.Matching.VulnerabilityStatus.Candidate,
            Exploited = exploited is not null,
            ExploitedSince = day(exploited),
            Fix = fix,
            Reason = "as planted",
            Advisories = ["nvd " + id],
        };
        advisories = new AdvisoryAnswers
        {
            Snapshot = new string('a', 64),
            Sources = [],
            Vulnerabilities = id.Length == 0 ? [] : [vulnerability],
            Published = published is null ? new Dictionary<string, DateOnly>() : new Dictionary<string, DateOnly> { [id] = day(published)!.Value },
            ExploitedSince = exploited is null ? new Dictionary<string, DateOnly>() : new Dictionary<string, DateOnly> { [id] = day(exploited)!.Value },
            Coverage = new Coverage { Artefact = $"advisories sha256:{new string('a', 64)}", Scope = CoverageScope.Advisories, Unit = "components", Total = 1, Examined = 1 },
        };
        coverage.Add(advisories.Coverage);
        if (id.Length > 0) findings.Add(new Finding
        {
            Kind = FindingKind.Component,
            Subject = $"{component} {version}",
            Value = $"{id}: as planted",
            Confidence = 0.9,
            Location = place,
            Traits = exploited is null ? [affected ? Traits.Affected : Traits.Candidate] : [affected ? Traits.Affected : Traits.Candidate, Traits.Exploited],
        });
        return this;
    }

    private AdvisoryAnswers? advisories;

    public Plant Has(string component, string? version)
    {
        components.Add(new Component { Name = component, Version = version, Evidence = [new ComponentEvidence("string", new Location { Artefact = "firmware/bell.bin", Path = $"/lib/{component}" }, 0.9)] });
        return this;
    }

    public Plant File(string name, string text)
    {
        if (name == "device.yaml") files.Clear();
        files.Add(Artefact.Of(name, Encoding.UTF8.GetBytes(text)));
        return this;
    }

    public Plant File(string name, byte[] bytes)
    {
        files.Add(Artefact.Of(name, bytes));
        return this;
    }

    /// <summary>A detail table; a row is its id and then "field: value" texts.</summary>
    public Plant Table(int number, params string[][] rows) => TableIn($"declaration/ixit-{number}.yaml", number, rows);

    public Plant TableIn(string file, int number, params string[][] rows)
    {
        var place = new Location { Artefact = file, Line = 1 };
        tables.Add(new IxitTable
        {
            Number = number,
            Name = $"Table{number}",
            Location = place,
            Rows = [.. rows.Select((r, i) => new IxitRow
            {
                Id = r[0],
                Fields = r.Skip(1).ToDictionary(f => f[..f.IndexOf(':')], f => f[(f.IndexOf(':') + 1)..].Trim(), StringComparer.OrdinalIgnoreCase),
                Location = place with { Line = 2 + i },
            })],
        });
        return this;
    }

    /// <summary>A line of the conformance statement beside or instead of "yes".</summary>
    public Plant Claims(string provision, Support support, string? why = null)
    {
        claims.RemoveAll(c => c.Provision == provision);
        claims.Add(new Claim { Provision = provision, Support = support, Justification = why, Location = new Location { Artefact = "declaration/ics.yaml", Line = 500 + line++ } });
        return this;
    }

    /// <summary>A port scan as nmap writes it: each port as <c>80/tcp http</c>, everything else of the ranges closed.</summary>
    /// <param name="state">For device.yaml; null leaves it unsaid.</param>
    /// <param name="at">At which interface, for device.yaml.</param>
    /// <param name="told">How many closed ports it tells of; null for all of its ranges.</param>
    public Plant Scanned(string? state, string[] open, string tcp = "1-65535", string udp = "1-65535", string scripts = "", string? at = null, string address = "192.0.2.7", long? told = null)
    {
        var name = $"probes/scan-{states.Count + files.Count}.xml";
        var ports = open.Select(o => o.Split(' ')).Select(o => (Port: o[0].Split('/'), Service: o[1])).ToList();
        string Info(string protocol, string services) => services.Length == 0 ? "" : $"<scaninfo type=\"{(protocol == "tcp" ? "syn" : "udp")}\" protocol=\"{protocol}\" numservices=\"1\" services=\"{services}\"/>";
        string Rest(string protocol, string services) => services.Length == 0 ? "" : (told ?? Assay.Assessment.Probes.NmapXml.Ranges(services) - ports.Count(o => o.Port[1] == protocol)) is var rest ? $"<extraports state=\"closed\" count=\"{rest}\"><extrareasons reason=\"reset\" count=\"{rest}\" proto=\"{protocol}\"/></extraports>" : "";
        File(name, $"""
            <?xml version="1.0"?>
            <!DOCTYPE nmaprun>
            <nmaprun scanner="nmap" args="nmap -p- 192.0.2.7" start="1790000000" version="7.93">
            {Info("tcp", tcp)}{Info("udp", udp)}
            <host><status state="up"/><address addr="{address}" addrtype="ipv4"/>
            <ports>{Rest("tcp", tcp)}{Rest("udp", udp)}
            {string.Join('\n', ports.Select(p => $"<port protocol=\"{p.Port[1]}\" portid=\"{p.Port[0]}\"><state state=\"open\" reason=\"syn-ack\"/><service name=\"{p.Service}\" method=\"probed\" conf=\"10\"/>{scripts}</port>"))}
            </ports></host>
            <runstats><finished time="1790000100" exit="success"/></runstats>
            </nmaprun>
            """);
        return Was(name, state, at);
    }

    /// <summary>What device.yaml says of a file's state.</summary>
    public Plant Was(string name, string? state, string? at = null)
    {
        var said = new[] { state is null ? null : $"state: {state}", at is null ? null : $"interface: {at}" }.OfType<string>().ToList();
        if (said.Count > 0) states.Add($"  {name}: {{ {string.Join(", ", said)} }}\n");
        return this;
    }

    /// <summary>Something seen in a companion app's archive.</summary>
    public Plant App(FindingKind kind, string subject, params string[] traits)
    {
        if (coverage.All(c => c.Scope != CoverageScope.Application)) Covered("app/bell.apk", CoverageScope.Application, "parts", whole: true);
        findings.Add(new Finding { Kind = kind, Subject = subject, Value = "as planted", Confidence = 1, Location = new Location { Artefact = "app/bell.apk", Path = $"/planted-{findings.Count}" }, Traits = traits });
        return this;
    }

    /// <summary>Anything else that an examination would have seen.</summary>
    public Plant With(Func<Examined, Examined> change)
    {
        changes.Add(change);
        return this;
    }

    /// <summary>Without any conformance statement.</summary>
    public Plant Silent()
    {
        silent = true;
        return this;
    }

    /// <param name="signed">All papers signed by the maker.</param>
    public Examined Examined(bool signed = false)
    {
        var sheet = Encoding.UTF8.GetBytes($"maker: Acme\nmodel: Bell 3\nversions: [1.0]\nfiles:\n{string.Concat(states)}");
        var given = states.Count == 0 ? files : [.. files.Where(f => f.Name != "device.yaml"), Artefact.Of("device.yaml", sheet)];
        var examined = Examination.Of(Dossier.Of(given), new ExaminationOptions { AsOf = AsOf });
        var said = silent ? claims : [.. claims, .. Catalogue.Default.Provisions.Where(p => claims.All(c => c.Provision != p.Id))
            .Select((p, i) => new Claim { Provision = p.Id, Support = Support.Yes, Location = new Location { Artefact = "declaration/ics.yaml", Line = i + 1 } })];
        var whole = examined with
        {
            Findings = [.. examined.Findings, .. findings],
            Coverage = [.. examined.Coverage, .. coverage],
            Components = components,
            Advisories = advisories,
            Captures = [.. examined.Captures, .. captures],
            Declaration = examined.Declaration with
            {
                Claims = [.. said.Select(c => signed ? c with { SignedBy = Maker } : c)],
                Tables = [.. tables.Select(t => signed ? t with { SignedBy = Maker } : t)],
            },
        };
        return changes.Aggregate(whole, (all, change) => change(all));
    }
}
