using System.Text;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Reports;

/// <summary>The answer for a person at a terminal: levels, verdicts as a table, contradictions, what was not checked, and at the end what to do next.</summary>
public sealed class TerminalReport
{
    private readonly AssessmentResult result;
    private readonly TextWriter to;
    private readonly int width;
    private readonly bool colour;

    private TerminalReport(AssessmentResult result, TextWriter to, int width, bool colour)
    {
        this.result = result;
        this.to = to;
        this.width = Math.Clamp(width, 40, 120);
        this.colour = colour;
    }

    /// <summary>Lines of at most <paramref name="width"/> columns (40 to 120 are obeyed), ending in a line feed each.</summary>
    /// <param name="colour">False writes no escape sequence at all; symbols and words say the same.</param>
    public static void Write(AssessmentResult result, TextWriter to, int width, bool colour) => new TerminalReport(result, to, width, colour).Write();

    private void Write()
    {
        Line(Phrases.Name(result.Device), Style.Strong);
        Line(result.Device.Versions.Count == 0 ? "Versions not stated"
            : $"Version{(result.Device.Versions.Count == 1 ? "" : "s")} {string.Join(", ", result.Device.Versions)}");
        Line($"As of {Phrases.Date(result.AsOf)}");
        Line($"{result.Editions.Standard} with {result.Editions.Methodology}{(result.Editions.Provisional ? " (provisional)" : "")}");

        Table();
        Contradictions();
        List("Traps in the dossier", RowsAndTraps.Lines(result));
        List("Other catalogues", OtherCatalogues.Lines(result));
        List("Records of laboratories", LabRecordsShown.Lines(result));
        List("Not checked", result.NotChecked);
        Losses();
        Answer();
    }

    // Failures and disputes in full; what is open or met takes one row each; what needs nobody is a list of ids.
    private void Table()
    {
        var rows = result.Verdicts.Where(v => v.Outcome is not (Outcome.NotClaimed or Outcome.NotApplicable)).ToList();
        if (rows.Count > 0)
        {
            Heading("Provisions");
            var id = Math.Max(9, rows.Max(r => Columns(r.Provision)));
            static string Said(ProvisionVerdict r) =>
                $"{Phrases.Symbol(r.Outcome)} {Phrases.Word(r.Outcome)}{(r is { Outcome: Outcome.Pass, Grade: { } g } ? ", " + Phrases.Word(g) : "")}";
            var wide = rows.Max(r => Columns(Said(r))) + 1;
            foreach (var verdict in rows)
            {
                var room = width - id - wide - 2;
                var lines = Wrap(Visible(Phrases.Bare(verdict)), room);
                if (verdict.Outcome is not (Outcome.Fail or Outcome.Disputed) && lines.Count > 1) lines = [Cut(lines[0], room)];
                for (var i = 0; i < lines.Count; i++)
                {
                    to.Write(Padded(i == 0 ? Visible(verdict.Provision) : "", id + 1));
                    Paint(Padded(i == 0 ? Said(verdict) : "", wide + 1), Of(verdict.Outcome));
                    to.Write(lines[i]);
                    to.Write('\n');
                }
            }
        }
        foreach (var outcome in new[] { Outcome.NotClaimed, Outcome.NotApplicable })
        {
            var ids = result.Verdicts.Where(v => v.Outcome == outcome).Select(v => v.Provision).ToList();
            if (ids.Count == 0) continue;
            to.Write('\n');
            Line($"{Phrases.Symbol(outcome)} {Phrases.Word(outcome)}: {string.Join(", ", ids)}");
        }
        to.Write('\n');
        if (result.Verdicts.Count > 0) Line(Phrases.Counts(result.Verdicts.Select(v => v.Outcome)));
        Line($"Test units by grade: {Phrases.Counts(result.Grades)}");
    }

    private void Contradictions()
    {
        var all = Phrases.Contradictions(result);
        if (all.Count == 0) return;
        Heading("Contradictions");
        foreach (var contradiction in all)
        {
            Item($"{Phrases.Symbol(Outcome.Disputed)} ", contradiction.About);
            foreach (var side in new[] { contradiction.One, contradiction.Other })
                Item($"    {(side.IsPaper ? "document" : "evidence")}: ", $"{side.Says} ({side.Location})");
        }
    }

    private void Losses()
    {
        const int Shown = 5;
        var losses = result.Coverage.SelectMany(c => c.Losses).ToList();
        var lines = losses.Take(Shown).Select(l => l.ToString()).ToList();
        if (losses.Count > Shown) lines.Add($"and {Phrases.Number(losses.Count - Shown)} more in assessment.json");
        List("Lost", lines);
        if (result.Unread.Count == 0) return;
        lines = [.. result.Unread.Take(Shown).Select(u => $"{u.Location}: expected {u.Expected}, found {u.Text}")];
        if (result.Unread.Count > Shown) lines.Add($"and {Phrases.Number(result.Unread.Count - Shown)} more in assessment.json");
        List("Unread parts of the declaration", lines);
    }

    private void Answer()
    {
        List("About the dossier itself", result.Advice);
        Heading("The answer");
        foreach (var level in result.Levels)
        {
            Paint(level.Met ? "✓ " : "✕ ", level.Met ? Style.Pass : Style.Fail);
            Line($"level {level.Level}, {level.Profile}: {(level.Met ? "met" : $"blocked by {Phrases.Count(Phrases.Blocked(level).Count, "provision")} ({Phrases.Blocks(level)})")}",
                Style.Plain, "  ", 2);
        }
        if (result.Levels.Count == 0) Line(Phrases.Answer(result));
        if (result.Editions.Provisional) Line(Phrases.Provisional);
        if (Phrases.NextLevel(result) is { } next)
        {
            Heading($"What blocks level {next.Level}");
            foreach (var provision in Phrases.Blocked(next))
            {
                foreach (var (units, outcome, reason, settle) in Phrases.Alike(provision))
                {
                    Paint($"{Phrases.Symbol(outcome)} ", Of(outcome));
                    Line($"{(units.Length > 0 ? units : provision.Key)} {Phrases.BlockingWord(outcome)}: {Phrases.Short(reason)}", Style.Plain, "  ", 2);
                    if (settle is not null) Item("    ", $"would settle it: {settle}");
                }
            }
        }
        Heading("Do this next");
        Line(result.NextStep);
    }

    private void List(string heading, IReadOnlyList<string> sentences)
    {
        if (sentences.Count == 0) return;
        Heading(heading);
        foreach (var sentence in sentences) Item("- ", sentence);
    }

    private void Heading(string text)
    {
        to.Write('\n');
        Line(text, Style.Strong);
    }

    private void Item(string mark, string text)
    {
        to.Write(mark);
        Line(text, Style.Plain, new string(' ', mark.Length), mark.Length);
    }

    // The one place where text meets the terminal: what could move its cursor is made visible first.
    private void Line(string text, Style style = Style.Plain, string indent = "", int taken = 0)
    {
        var first = true;
        foreach (var line in Wrap(Visible(text), width - taken))
        {
            if (!first) to.Write(indent);
            Paint(line, style);
            to.Write('\n');
            first = false;
        }
    }

    private enum Style { Plain, Strong, Pass, Fail, Disputed, Inconclusive }

    private static Style Of(Outcome outcome) => outcome switch
    {
        Outcome.Fail => Style.Fail,
        Outcome.Disputed => Style.Disputed,
        Outcome.Inconclusive => Style.Inconclusive,
        Outcome.Pass => Style.Pass,
        _ => Style.Plain,
    };

    private void Paint(string text, Style style)
    {
        if (!colour || style == Style.Plain)
        {
            to.Write(text);
            return;
        }
        var code = style switch { Style.Strong => "1", Style.Pass => "32", Style.Fail => "31", Style.Disputed => "35", _ => "33" };
        to.Write($"\x1b[{code}m{text}\x1b[0m");
    }

    private static string Visible(string text) => Html.Encoder.Visible(Shortened.Visible(text));

    private static string Padded(string text, int columns) => text + new string(' ', Math.Max(0, columns - Columns(text)));

    private static string Cut(string line, int columns)
    {
        while (Columns(line) > columns - 2)
        {
            var blank = line.LastIndexOf(' ');
            line = blank > columns / 2 ? line[..blank] : line[..^(char.IsLowSurrogate(line[^1]) ? 2 : 1)];
        }
        return line + " …";
    }

    // Breaks at blanks; a word longer than a line is cut into pieces.
    private static List<string> Wrap(string text, int columns)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        var used = 0;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var size = Columns(word);
            if (used > 0 && used + 1 + size > columns) End();
            if (used > 0)
            {
                line.Append(' ');
                used++;
            }
            foreach (var rune in word.EnumerateRunes())
            {
                var columnsOfRune = Columns(rune);
                if (used + columnsOfRune > columns) End();
                line.Append(rune.ToString());
                used += columnsOfRune;
            }
        }
        End();
        return lines;

        void End()
        {
            if (used > 0 || lines.Count == 0) lines.Add(line.ToString());
            line.Clear();
            used = 0;
        }
    }

    private static int Columns(string text) => text.EnumerateRunes().Sum(Columns);

    // What a terminal gives a character: none for marks that combine, two for the wide blocks of East Asia and for pictures, else one.
    private static int Columns(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark or System.Globalization.UnicodeCategory.Format => 0,
        _ => rune.Value is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff)
            or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0x1f300 and <= 0x1faff) or (>= 0x20000 and <= 0x3fffd) ? 2 : 1,
    };
}
