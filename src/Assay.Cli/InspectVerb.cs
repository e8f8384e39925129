using System.Globalization;
using System.Text.Json;
using Assay.Assessment;
using Assay.Assessment.Examining;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Firmware;
using Assay.Software.Components;

namespace Assay.Cli;

/// <summary><c>assay inspect PATH…</c>: what was seen, where, how sure, and what was looked at.</summary>
public static class InspectVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "inspect",
        Summary = "show what is seen in images, captures and other files, where, and how much was looked at",
        Usage = "PATH… [--map] [--as-of DATE]",
        Example = "./assay inspect examples/doorbell-1.0/firmware/doorbell-1.0.bin --as-of 2026-11-23",
        Options =
        [
            new Option("--as-of", "DATE", "the date the answers are for (today)"),
            new Option("--map", null, "show what lies where in an image (--format svg draws it)"),
            new Option("--cache", "FOLDER", "keep there what the files inside images told, for the next image that shares them; may be deleted at any time"),
        ],
        Formats = ["table", "json", "ndjson", "svg"],
        Run = Run,
    };

    private const int MostHardening = 12;

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands.Count == 0) throw new UsageException("inspect expects at least one PATH, found none");
        var options = terminal.Examination();
        var seen = new List<Seen>();
        foreach (var (path, name) in arguments.Operands.SelectMany(Paths))
        {
            if (Directory.Exists(path)) seen.Add(Seen.OfRootFolder(path, name, options));
            else
            {
                using var artefact = Artefact.Open(path, name);
                seen.Add(Seen.Of(artefact, options));
            }
        }
        var findings = seen.SelectMany(s => s.Findings).Order(Comparer<Finding>.Create(Finding.Compare)).ToList();
        switch (terminal.Format)
        {
            case "json":
                terminal.WriteJson(json => Document(json, seen, findings));
                break;
            case "ndjson":
                terminal.WriteLines(findings, EvidenceJson.Write);
                break;
            case "svg":
                terminal.Write(writer => writer.Write(Drawing(seen)));
                break;
            default:
                terminal.Write(writer => Show(writer, seen, findings, arguments.Has("--map"), terminal));
                break;
        }
        var unreadable = false;
        foreach (var one in seen)
        {
            if (one.Kind == Seen.Unknown)
            {
                unreadable = true;
                terminal.Complain($"{one.Artefact}: expected an image, a capture, a bill of materials or a declaration, found {(one.Size == 0 ? "an empty file" : "bytes of no kind that is known")}");
            }
            foreach (var coverage in one.Coverage.Where(c => c.Losses.Count > 0))
            {
                // What one file inside a root file system lacks is said; the image was readable all the same.
                unreadable |= coverage.Scope is not (CoverageScope.Files or CoverageScope.Document);
            }
            foreach (var loss in one.Coverage.SelectMany(c => c.Losses).Take(20)) terminal.Complain(loss.ToString());
            var more = one.Coverage.Sum(c => c.Losses.Count) - 20;
            if (more > 0) terminal.Complain($"{one.Artefact}: {more} more losses; --format json lists all");
        }
        return unreadable ? Exit.Unreadable : Exit.Done;
    }

    // One drawing is one image: of several there is nothing to say which.
    private static string Drawing(IReadOnlyList<Seen> seen) =>
        seen.Where(s => s.Map is not null).ToList() is [var only] ? only.Map!.ToSvg() : throw new UsageException($"--format svg expects one image, found {seen.Count(s => s.Map is not null)}");

    // A folder is an unpacked root file system when it looks like one, else a folder of evidence whose files are looked at one by one.
    private static IEnumerable<(string Path, string Name)> Paths(string operand)
    {
        if (!Directory.Exists(operand)) return [(operand, operand)];
        if (Directory.Exists(Path.Combine(operand, "etc")) && (Directory.Exists(Path.Combine(operand, "bin")) || Directory.Exists(Path.Combine(operand, "usr")))) return [(operand, operand)];
        return Directory.EnumerateFiles(operand, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Order(StringComparer.Ordinal).Select(f => (f, f));
    }

    private static void Show(TextWriter writer, IReadOnlyList<Seen> seen, IReadOnlyList<Finding> findings, bool map, Terminal terminal)
    {
        foreach (var one in seen)
        {
            writer.WriteLine($"{Shortened.Visible(one.Artefact)}: {one.Kind}, {one.Size.ToString("N0", CultureInfo.InvariantCulture)} bytes");
            // An image's second, empty file system is no news.
            foreach (var coverage in one.Coverage.Where(c => c.Total > 0 || one.Coverage.Count == 1))
            {
                var counts = string.Join(", ", coverage.Counts.Select(c => $"{c.Value.ToString("N0", CultureInfo.InvariantCulture)} {c.Key}"));
                writer.WriteLine($"  looked at {coverage.Examined.ToString("N0", CultureInfo.InvariantCulture)} of {coverage.Total.ToString("N0", CultureInfo.InvariantCulture)} {coverage.Unit}{(counts.Length > 0 ? $" ({counts})" : "")}");
            }
            if (map && one.Map is not null)
            {
                writer.WriteLine();
                writer.Write(one.Map.ToText());
            }
        }
        writer.WriteLine();
        var components = seen.SelectMany(s => s.Components).ToList();
        // A root file system has hundreds of programs: what they lack is counted for a person, and listed whole for a program.
        var hardening = findings.Where(f => f.Kind == FindingKind.Hardening).ToList();
        var counted = hardening.Count > MostHardening;
        // The same at many frames of one capture is one row with its count.
        var rows = findings.Where(f => !counted || f.Kind != FindingKind.Hardening)
            .GroupBy(f => f.Location.Frame is null ? f.Id : $"{f.Kind} {f.Subject} {f.Value} {f.Location.Artefact} {string.Join(' ', f.Traits)}").Select(g => (f: g.First(), times: g.Count())).Select(row => Row(row.f, row.times)).ToList();
        IReadOnlyList<string> Row(Finding f, int times) =>
        [
            EvidenceJson.Name(f.Kind),
            f.Subject,
            f.Location.Path is null && f.Location.Frame is null && f.Location.Offset is null ? f.Location.Artefact : f.Location.ToString()[(seen.Count == 1 ? f.Location.Artefact.Length + 1 : 0)..],
            f.Value + (f.Default == true ? " (a known default)" : "") + (times > 1 ? $" ({times} times)" : "") + (f.Confidence < 0.9 ? $" ({f.Confidence * 100:0} % sure)" : ""),
        ];
        if (rows.Count > 0) TextTable.Write(writer, ["kind", "subject", "where", "what was seen"], rows, terminal.Width);
        if (counted)
        {
            var lacks = hardening.SelectMany(f => f.Traits).GroupBy(t => t, StringComparer.Ordinal).OrderByDescending(g => g.Count()).Select(g => $"{g.Key} {g.Count()}");
            writer.WriteLine($"hardening: {hardening.Count} programs and libraries lack something ({string.Join(", ", lacks)}); --format json lists each");
        }
        writer.WriteLine();
        writer.WriteLine($"{findings.Count} finding{(findings.Count == 1 ? "" : "s")}, {components.Count} component{(components.Count == 1 ? "" : "s")}; what is not listed was not seen, which does not mean that it is not there.");
    }

    private static void Document(Utf8JsonWriter json, IReadOnlyList<Seen> seen, IReadOnlyList<Finding> findings)
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/findings/1");
        json.WriteStartArray("artefacts");
        foreach (var one in seen)
        {
            json.WriteStartObject();
            json.WriteString("artefact", one.Artefact);
            json.WriteString("kind", one.Kind);
            json.WriteNumber("size", one.Size);
            if (one.Sha256 is not null) json.WriteString("sha256", one.Sha256);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("parts");
        foreach (var (one, row) in seen.Where(s => s.Map is not null).SelectMany(s => s.Map!.Rows.Select(r => (s, r)))) Write(json, one.Artefact, row);
        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var finding in findings) EvidenceJson.Write(json, finding);
        json.WriteEndArray();
        json.WriteStartArray("components");
        foreach (var component in seen.SelectMany(s => s.Components)) ComponentJson.Write(json, component);
        json.WriteEndArray();
        json.WriteStartArray("coverage");
        foreach (var coverage in seen.SelectMany(s => s.Coverage)) EvidenceJson.Write(json, coverage);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string artefact, MapRow row)
    {
        json.WriteStartObject();
        json.WriteString("artefact", artefact);
        json.WriteString("path", row.Path);
        json.WriteNumber("offset", row.Offset);
        json.WriteNumber("length", row.Length);
        json.WriteString("kind", row.Kind);
        json.WriteNumber("entropy", Math.Round(row.Entropy, 2));
        if (row.IsRoot) json.WriteBoolean("root", true);
        if (row.Note is not null) json.WriteString("note", row.Note);
        if (row.Reason is not null) json.WriteString("reason", row.Reason);
        json.WriteEndObject();
    }
}
