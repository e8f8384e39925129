using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Assessment;
using Assay.Assessment.Repetition;
using Assay.Assessment.Verdicts;
using Assay.CommandLine;
using Assay.Evidence;

namespace Assay.Cli;

/// <summary><c>--since ASSESSMENT</c> of <c>assess</c>: what changed, because of what, and how much was carried over.</summary>
internal static class DifferenceReport
{
    public const string Name = "difference.json";

    // More than a screen or two nobody reads.
    private const int Shown = 40;

    public static void Write(Difference difference, string file, Terminal terminal)
    {
        terminal.WriteFile(file, stream =>
        {
            using (var json = new Utf8JsonWriter(stream, EvidenceJson.Document)) difference.Write(json);
            stream.WriteByte((byte)'\n');
        });
        if (terminal.Format != "table") return;
        using var writer = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { NewLine = "\n" };
        writer.WriteLine();
        writer.WriteLine($"Since {difference.Before.AsOf.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}{(difference.Before.Versions.Count > 0 ? $" (version {Shortened.Visible(string.Join(", ", difference.Before.Versions))})" : "")}");
        writer.WriteLine($"  {Count(difference.Answered, "unit")} answered again, {difference.Carried} carried over because nothing that they rest on changed");
        if (!difference.SameTool) writer.WriteLine("  the earlier assessment was made by another build, so everything was answered again");
        if (!difference.SameEditions) writer.WriteLine("  the earlier assessment was for other editions, so everything was answered again");
        foreach (var (words, files) in new[] { ("new", difference.New), ("gone", difference.Gone), ("changed", difference.Changed) })
        {
            if (files.Count > 0) writer.WriteLine($"  {words}: {string.Join(", ", files.Select(Shortened.Visible))}");
        }
        foreach (var (level, met) in difference.Levels) writer.WriteLine($"  level {level} is {(met ? "met now and was not" : "not met any more")}");
        if (difference.Units.Count == 0) writer.WriteLine("  no unit has another outcome");
        else
        {
            writer.WriteLine();
            TextTable.Write(writer, ["unit", "before", "now", "because of"], [.. difference.Units.Take(Shown).Select(u => (IReadOnlyList<string>)
                [u.Unit, Word(u.Before, u.GradeBefore), Word(u.After, u.GradeAfter), string.Join(", ", u.Because)])], terminal.Width);
            if (difference.Units.Count > Shown) writer.WriteLine($"and {difference.Units.Count - Shown} more: {Name} has them all");
        }
    }

    private static string Count(int count, string what) => $"{count.ToString(CultureInfo.InvariantCulture)} {what}{(count == 1 ? "" : "s")}";

    private static string Word(Outcome? outcome, Grade? grade) => outcome is not { } known ? "-" : EvidenceJson.Name(known) + (grade is { } of ? $" ({EvidenceJson.Name(of)})" : "");
}
