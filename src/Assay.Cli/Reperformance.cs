using System.Globalization;
using System.Text;
using Assay.Assessment;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Documents;
using Assay.Assessment.Repetition;
using Assay.CommandLine;
using Assay.Evidence;

namespace Assay.Cli;

/// <summary><c>assay assess DOSSIER --reperform STATEMENT</c>: a stranger repeats an assessment to the byte, or is told the first thing that differs.</summary>
internal static class Reperformance
{
    public static int Run(string file, Dossier dossier, Catalogue catalogue, Arguments arguments, Terminal terminal)
    {
        var bytes = AssessmentFolder.AssessmentOf(File.ReadAllBytes(file));
        var before = EarlierAssessment.Read(bytes);
        var edition = Catalogue.Editions.FirstOrDefault(c => $"{c.Name} {c.Edition}" == before.Editions.FirstOrDefault());
        var options = terminal.Examination() with { AsOf = arguments.Has("--as-of") ? arguments.AsOf(terminal.Time) : before.AsOf };
        var result = AssessVerb.Evaluate(dossier, edition ?? catalogue, options, arguments, terminal, against: Against.Told(bytes));
        var again = AssessmentJson.Bytes(result);
        if (bytes.Span.SequenceEqual(again))
        {
            Console.Out.WriteLine("the same: every byte of the assessment is repeated");
            return Exit.Done;
        }
        foreach (var line in Differences(before, result, bytes.Span, again)) Console.Out.WriteLine(line);
        return Exit.No;
    }

    // Causes before effects: what was assessed and by what, then the first answer that differs, then the first line.
    private static IEnumerable<string> Differences(EarlierAssessment before, AssessmentResult now, ReadOnlySpan<byte> one, ReadOnlySpan<byte> two)
    {
        var lines = new List<string> { "not the same" };
        var difference = new Difference(before, now);
        if (!difference.SameTool) lines.Add($"  tool: the statement was made by build {Shortened.Visible(before.ToolDigest)}, this is build {ToolDigest.Value}");
        if (!difference.SameEditions) lines.Add($"  editions: the statement is for {Shortened.Visible(string.Join(" with ", before.Editions))}, this is for {now.Editions.Standard} with {now.Editions.Methodology}");
        if (before.AsOf != now.AsOf) lines.Add($"  day: the statement is as of {EvidenceJson.Time(before.AsOf)}, this is as of {EvidenceJson.Time(now.AsOf)}");
        lines.AddRange(difference.Gone.Select(f => $"  evidence: {Shortened.Visible(f)} (sha256 {Shortened.Visible(before.Evidence[f])}) is not in the dossier"));
        lines.AddRange(difference.Changed.Select(f => $"  evidence: {f} has other bytes than the statement says (sha256 {Shortened.Visible(before.Evidence[f])})"));
        lines.AddRange(difference.New.Select(f => $"  evidence: {f} is in the dossier, and the statement does not name it"));
        lines.AddRange(difference.Units.Take(1).Select(u => $"  first unit that differs: {u.Unit}: the statement says {Word(u.Before)}, now {Word(u.After)}, because of {string.Join(", ", u.Because)}"));
        lines.Add(FirstDifference(one, two));
        return lines;
    }

    private static string Word(Assessment.Verdicts.Outcome? outcome) => outcome is { } known ? EvidenceJson.Name(known) : "nothing";

    private static string FirstDifference(ReadOnlySpan<byte> before, ReadOnlySpan<byte> again)
    {
        var one = Encoding.UTF8.GetString(before).Split('\n');
        var two = Encoding.UTF8.GetString(again).Split('\n');
        var line = 0;
        while (line < one.Length && line < two.Length && one[line] == two[line]) line++;
        return string.Create(CultureInfo.InvariantCulture, $"  first line that differs: {line + 1}\n    the statement: {At(one, line)}\n    now:           {At(two, line)}");

        static string At(string[] lines, int line) => line < lines.Length ? Shortened.Visible(lines[line].Trim()) : "(its end)";
    }
}
