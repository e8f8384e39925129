using System.Text;
using System.Text.Json;
using Assay.Assessment.Declarations;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;
using Assay.Firmware;
using Assay.Labels.Trust;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Matching.Parts;
using Assay.Software.Matching.Repairs;
using Assay.Software.Sbom;
using Assay.Software.Vex;
using Microsoft.Data.Sqlite;

namespace Assay.Cli;

/// <summary><c>assay vulns SBOM|IMAGE</c>: known vulnerabilities of the components, why each is listed, and what VEX says of it.</summary>
public static class VulnsVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "vulns",
        Summary = "list known vulnerabilities of the components in a bill of materials or an image, each with its reason",
        Usage = "SBOM|IMAGE|FOLDER --store FILE [--repairs FILE]… [--vex FILE]… [--trust FILE]… [--product ID] [--all] [--fail-on STATUS]",
        Example = "./assay vulns examples/doorbell-1.0/firmware/doorbell-1.0.bin --store advisories.db",
        Options =
        [
            new Option("--store", "FILE", "the store that assay advisories import made"),
            new Option("--repairs", "FILE", "what the build says it mended: a Debian changelog, a Buildroot or OpenEmbedded recipe or report", Repeats: true),
            new Option("--vex", "FILE", "an OpenVEX document; its signature beside it as FILE.cose or FILE.p7s", Repeats: true),
            new Option("--trust", "FILE", "whose signed statements count: a trust list, public key or certificate", Repeats: true),
            new Option("--product", "ID", "what the product is called in VEX: package URL, CPE name or name", Repeats: true),
            new Option("--all", null, "also what is ruled out, each with the reason"),
            new Option("--fail-on", "STATUS", "affected, or candidate for both: exit status 1 when there is one"),
            new Option("--as-of", "DATE", "the date the answers are for (today)"),
        ],
        Formats = ["table", "json", "ndjson"],
        Run = Run,
    };

    private sealed record Examined(string Name, string? Kind, IReadOnlyList<Component> Components, IReadOnlyList<Coverage> Coverage, IReadOnlyList<string> Subject, ProductFacts Product);

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands is not [var path]) throw new UsageException($"vulns expects one SBOM, IMAGE or FOLDER, found {arguments.Operands.Count}");
        var file = arguments.Value("--store") ?? throw new UsageException("vulns expects --store FILE, found none");
        var failing = arguments.Value("--fail-on") switch
        {
            null => [],
            "affected" => new[] { VulnerabilityStatus.Affected },
            "candidate" => [VulnerabilityStatus.Affected, VulnerabilityStatus.Candidate],
            var other => throw new UsageException($"--fail-on expects affected or candidate, found {Shortened.Visible(other)}"),
        };
        if (!File.Exists(file)) throw new FileNotFoundException($"{file}: expected a store, found nothing; assay advisories import makes one");
        var options = terminal.Examination();
        var examined = Examine(path, options);
        var unreadable = examined.Kind is null;
        var heard = new List<HeardVex>();
        foreach (var vex in arguments.Values("--vex")) heard.Add(Hear(vex, arguments, options, terminal, ref unreadable));
        var repairs = arguments.Values("--repairs").SelectMany(f => Repairs(f, options)).ToList();
        var product = examined.Product with { Repairs = [.. examined.Product.Repairs, .. repairs] };
        var judgement = new VexJudgement(heard, [.. arguments.Values("--product"), .. examined.Subject]);
        try
        {
            using var store = AdvisoryStore.Open(file, terminal.Time);
            var surroundings = new Surroundings(examined.Components, product);
            var vulnerabilities = Matcher.Ordered(examined.Components.DistinctBy(c => (c.Name, c.Version, c.Package, c.Purl, string.Join(' ', c.Cpe)))
                .SelectMany(c => Matcher.Match(c, store, surroundings, arguments.Has("--all"))).Select(judgement.Judge));
            switch (terminal.Format)
            {
                case "json":
                    terminal.WriteJson(json => Document(json, examined, store.Status(), vulnerabilities));
                    break;
                case "ndjson":
                    terminal.WriteLines(vulnerabilities, VulnerabilityJson.Write);
                    break;
                default:
                    terminal.Write(writer => Show(writer, examined, store.Status(), vulnerabilities, terminal));
                    break;
            }
            foreach (var loss in examined.Coverage.SelectMany(c => c.Losses).Take(20)) terminal.Complain(loss.ToString());
            if (examined.Kind is null) terminal.Complain($"{path}: expected a bill of materials, an image or an archive, found bytes of no kind that is known");
            unreadable |= examined.Coverage.Any(c => c.Losses.Count > 0 && c.Scope != CoverageScope.Files);
            if (unreadable) return Exit.Unreadable;
            return vulnerabilities.Any(v => failing.Contains(v.Status)) ? Exit.No : Exit.Done;
        }
        catch (SqliteException damaged)
        {
            throw new UnreadableException("an advisory store", $"{file}: {damaged.Message}", 0);
        }
    }

    private static Examined Examine(string path, ExaminationOptions options)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        if (Directory.Exists(path))
        {
            var folder = FirmwareExamination.OfFolder(path, name, options);
            return new Examined(name, folder.Kind, folder.Components, folder.Coverage, [], folder.Product);
        }
        using var artefact = Artefact.Open(path, name);
        if (artefact.Size <= options.Budget.FileBytes && BillOfMaterials.Looks(artefact.Bytes.Whole.Span))
        {
            var bill = BillOfMaterials.Read(name, artefact.Bytes.Whole);
            IReadOnlyList<string> subject = bill.Subject is { } about ? [.. new[] { about.Purl, about.Name }.OfType<string>().Concat(about.Cpe)] : [];
            return new Examined(name, bill.Format, bill.Components, [bill.Coverage], subject, ProductFacts.None);
        }
        var image = FirmwareExamination.Of(artefact, options);
        return new Examined(name, image.Kind, image.Components, image.Coverage, [], image.Product);
    }

    // What a build says may be packed as it lies in a package.
    private static IReadOnlyList<Repair> Repairs(string file, ExaminationOptions options)
    {
        var bytes = ReadWhole(file, options);
        var name = Path.GetFileName(file);
        if (Decompression.IsHeader(CompressionKind.Gzip, bytes))
        {
            using var decoded = Decompression.Decode(CompressionKind.Gzip, bytes, options.Budget, (int)Math.Min(int.MaxValue, options.Budget.FileBytes));
            return BuildRecords.Read(Path.GetFileNameWithoutExtension(name), Encoding.UTF8.GetString(decoded.Content.Span), new Location { Artefact = name });
        }
        return BuildRecords.Read(name, Encoding.UTF8.GetString(bytes), new Location { Artefact = name });
    }

    private static HeardVex Hear(string file, Arguments arguments, ExaminationOptions options, Terminal terminal, ref bool unreadable)
    {
        var bytes = ReadWhole(file, options);
        var losses = new List<Loss>();
        var document = OpenVex.Read(file, bytes, losses);
        foreach (var loss in losses) terminal.Complain(loss.ToString());
        unreadable |= losses.Count > 0;
        foreach (var ending in DetachedSignature.Endings)
        {
            if (!File.Exists(file + ending)) continue;
            var (signer, note) = DetachedSignature.Check(ReadWhole(file + ending, options), bytes, options.AsOf, ending == ".cose");
            if (signer is null)
            {
                terminal.Complain($"{file}: {note}; it is shown and does not count");
                continue;
            }
            var listed = arguments.Values("--trust").Select(KeyFolder.ReadTrust).SelectMany(t => t.Keys)
                .FirstOrDefault(k => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(k.Key.Spki.Span)) == signer.KeyDigest);
            if (listed is null) terminal.Complain($"{file}: signed by {signer.Name}, who is in no list of --trust; it is shown and does not count");
            else return new HeardVex(document, listed.Name);
        }
        return new HeardVex(document, null);
    }

    private static byte[] ReadWhole(string file, ExaminationOptions options)
    {
        using var artefact = Artefact.Open(file);
        if (artefact.Size > options.Budget.FileBytes) throw new BudgetException("file", options.Budget.FileBytes);
        return artefact.Bytes.Whole.ToArray();
    }

    private static void Show(TextWriter writer, Examined examined, StoreStatus status, IReadOnlyList<Vulnerability> vulnerabilities, Terminal terminal)
    {
        if (vulnerabilities.Count > 0)
        {
            TextTable.Write(writer, ["status", "id", "component", "fix", "why"],
                [.. vulnerabilities.Select(v => (IReadOnlyList<string>)
                [
                    Words(v), v.Id, $"{v.Component.Name} {v.Component.Package ?? v.Component.Version}".TrimEnd(), v.Fix ?? "-",
                    v.Reason + Near(v) + string.Concat(v.Vex.Where(c => !c.Counts).Select(c => $" {c.Author} says {VexJudgement.Words(c.Statement)}, {(c.Contradiction is null ? "signed by nobody whom a list knows" : "but " + c.Contradiction)}.")),
                ])], terminal.Width);
            writer.WriteLine();
        }
        var counts = vulnerabilities.GroupBy(v => v.Status).OrderBy(g => g.Key).Select(g => $"{g.Count()} {EvidenceJson.Name(g.Key)}");
        writer.WriteLine($"{examined.Components.Count} component{(examined.Components.Count == 1 ? "" : "s")}: {(vulnerabilities.Count == 0 ? "no advisory of the store names one of them in its version" : string.Join(", ", counts))}.");
        var sources = status.Sources.Select(s => $"{s.Source} {s.Advisories}{(s.Newest is { } newest ? $" to {EvidenceJson.Time(newest)[..10]}" : "")}");
        writer.WriteLine($"asked: {(status.Sources.Count == 0 ? "an empty store" : string.Join(", ", sources))}; what no list names is not known, which does not mean that it is not there.");
    }

    private static string Words(Vulnerability v) => string.Join(", ", new[]
    {
        v.Status == VulnerabilityStatus.NotAffected ? "not affected" : EvidenceJson.Name(v.Status), v.Exploited ? "exploited" : null,
        v.IsOpen ? v.Reach.State switch { ReachState.Listening => "listening", ReachState.Started => "started", _ => null } : null,
    }.OfType<string>());

    // Whether the part is there, and how near it is; what nobody could tell is left to the JSON.
    private static string Near(Vulnerability v) => !v.IsOpen ? "" :
        string.Concat(v.Parts.Where(p => p.State == PresenceState.Present).Select(p => $" Its part is there: {p.Reason}{(p.IsGuess ? " (by the words of the advisory)" : "")}."))
        + (v.Reach is { State: not ReachState.Unknown, Reason: { } why } ? $" {char.ToUpperInvariant(why[0])}{why[1..]}." : "");

    private static void Document(Utf8JsonWriter json, Examined examined, StoreStatus status, IReadOnlyList<Vulnerability> vulnerabilities)
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/vulnerabilities/1");
        json.WriteString("artefact", examined.Name);
        json.WriteString("kind", examined.Kind ?? "unknown");
        json.WriteString("snapshot", status.Snapshot);
        AdvisoriesVerb.Sources(json, status);
        json.WriteNumber("components", examined.Components.Count);
        json.WriteStartArray("vulnerabilities");
        foreach (var vulnerability in vulnerabilities) VulnerabilityJson.Write(json, vulnerability);
        json.WriteEndArray();
        json.WriteStartArray("coverage");
        foreach (var coverage in examined.Coverage) EvidenceJson.Write(json, coverage);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
