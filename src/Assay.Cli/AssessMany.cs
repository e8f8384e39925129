using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Assessment;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Verdicts;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary><c>assay assess DOSSIER DOSSIER…</c>: a shelf of dossiers at once, one on each core; a folder of answers for each, and a line for each.</summary>
internal static class AssessMany
{
    public static int Run(IReadOnlyList<string> folders, Catalogue catalogue, Arguments arguments, Terminal terminal)
    {
        var targets = folders.Select(f => Target(f, arguments)).ToList();
        if (targets.Distinct(StringComparer.Ordinal).Count() < targets.Count) throw new UsageException("expected dossiers of different names, found two that would be written to one folder");
        for (var i = 0; i < folders.Count; i++)
        {
            AssessVerb.Outside(targets[i], folders[i]);
            foreach (var name in AssessmentFolder.Names) terminal.Allow(Path.Combine(targets[i], name));
        }
        // Made once, before many ask for it at the same time.
        if (!arguments.Has("--key")) KeyFolder.OfUser(Environment.GetEnvironmentVariable).Open(KeyRoles.Assessor, terminal.Hint, Environment.GetEnvironmentVariable).Dispose();
        var options = terminal.Examination();
        var lines = new Line[folders.Count];
        var done = 0;
        var writing = new Lock();
        Parallel.For(0, folders.Count, new ParallelOptions { MaxDegreeOfParallelism = options.Workers, CancellationToken = options.Cancel }, i =>
        {
            lines[i] = Assess(folders[i], targets[i], catalogue, options with { Workers = 1, Progress = null }, arguments, terminal, writing);
            options.Progress?.Invoke(new Progress($"assessed {folders[i]}", Interlocked.Increment(ref done), folders.Count));
        });
        Print(lines, terminal);
        // The worst of them all: unreadable before "no" before done.
        return lines.Max(l => l.Status switch { Exit.Unreadable => 2, Exit.No => 1, _ => 0 }) switch { 2 => Exit.Unreadable, 1 => Exit.No, _ => Exit.Done };
    }

    private static string Target(string folder, Arguments arguments) => arguments.Value("-o") is { } all
        ? Path.Combine(all, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) + "-assessment") : AssessVerb.Beside(folder);

    private static Line Assess(string folder, string target, Catalogue catalogue, ExaminationOptions options, Arguments arguments, Terminal terminal, Lock writing)
    {
        try
        {
            using var dossier = AssessVerb.Open(folder, arguments);
            var result = AssessVerb.Evaluate(dossier, catalogue, options, arguments, terminal);
            var files = AssessmentFolder.Files(result, arguments.Value("--key"), terminal).ToList();
            lock (writing)
            {
                foreach (var (name, bytes) in files) terminal.WriteFile(Path.Combine(target, name), stream => stream.Write(bytes));
            }
            return Line.Of(folder, target, result, AssessVerb.Status(result, arguments.Value("--fail-on")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UnreadableException)
        {
            // One dossier that cannot be opened does not keep the others from being assessed.
            return new Line(folder, target, null, null, e.Message, Exit.Unreadable);
        }
    }

    // To standard output even with -o, which names the folder for what is written.
    private static void Print(IReadOnlyList<Line> lines, Terminal terminal)
    {
        using var output = new BufferedStream(Console.OpenStandardOutput());
        if (terminal.Format == "table")
        {
            using var writer = new StreamWriter(output, new UTF8Encoding(false)) { NewLine = "\n" };
            TextTable.Write(writer, ["dossier", "level", "failed", "disputed", "open", "next"], [.. lines.Select(l => (IReadOnlyList<string>)
                [l.Dossier, l.Level is { } level ? level == 0 ? "none" : Number(level) : "-", Number(l.Counts?.Fail), Number(l.Counts?.Disputed), Number(l.Counts?.Open), l.Next])], terminal.Width);
            terminal.Hint($"written: {lines.Count(l => l.Counts is not null)} folders, each with {string.Join(", ", AssessmentFolder.Names)}");
            return;
        }
        using (var json = new Utf8JsonWriter(output, EvidenceJson.Document)) Write(json, lines);
        output.WriteByte((byte)'\n');
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<Line> lines)
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/assessments/1");
        json.WriteStartArray("assessments");
        foreach (var line in lines)
        {
            json.WriteStartObject();
            json.WriteString("dossier", line.Dossier);
            json.WriteString("folder", line.Target);
            if (line.Level is { } level) json.WriteNumber("level", level);
            if (line.Counts is { } counts)
            {
                json.WriteStartObject("units");
                foreach (var (name, count) in new (string, int)[]
                {
                    ("tool", counts.Tool), ("lab", counts.Lab), ("supported", counts.Supported), ("declared", counts.Declared), ("fail", counts.Fail), ("disputed", counts.Disputed),
                    ("notApplicable", counts.NotApplicable), ("notClaimed", counts.NotClaimed), ("open", counts.Open),
                }) json.WriteNumber(name, count);
                json.WriteEndObject();
            }
            json.WriteString("next", line.Next);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Number(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "-";

    /// <param name="Level">The highest level that is met with all below it; 0 for none; null where the dossier could not be opened.</param>
    private sealed record Line(string Dossier, string Target, int? Level, UnitCounts? Counts, string Next, int Status)
    {
        public static Line Of(string dossier, string target, AssessmentResult result, int status) =>
            new(dossier, target, result.Levels.TakeWhile(l => l.Met).LastOrDefault()?.Level ?? 0, result.Grades, result.NextStep, status);
    }
}
