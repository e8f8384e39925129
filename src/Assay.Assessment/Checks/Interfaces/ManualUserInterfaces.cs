using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Ways to use the device that a manual speaks of and IXIT 27-UserIntf does not list.</summary>
public sealed class ManualUserInterfaces() : Check("manual-user-interfaces", 1, Polarity.Support, CoverageScope.Document,
    "user interfaces that a manual speaks of and no row of IXIT 27-UserIntf lists", "the manual as a text, and IXIT 27-UserIntf", "5.13-1-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var manuals = examined.Of(FileKind.Document).Where(IsManual).ToList();
        var table = examined.Declaration.Table(27);
        if (manuals.Count == 0) return [Open(Units[0], "no manual was handed over as a text")];
        if (table is null) return [Open(Units[0], "IXIT 27-UserIntf was not handed over", "IXIT 27-UserIntf")];
        var rows = string.Join("\n\n", examined.Rows(27).Select(r => $"{r.Row.Id.Replace('-', ' ')}\n{Papers.Whole(r.Row)}"));
        var answers = new List<Answer>();
        var seen = 0;
        foreach (var (name, used, listed) in Kinds)
        {
            foreach (var manual in manuals)
            {
                var line = 0;
                while (line < manual.Lines.Count && !(used.IsMatch(manual.Lines[line]) && !Fields.Negation.IsMatch(manual.Lines[line]))) line++;
                if (line == manual.Lines.Count) continue;
                seen++;
                if (listed.IsMatch(rows)) break;
                answers.Add(Contradicts(Units[0], new Contradiction($"whether the device is used by {name}", new Statement($"{manual.Name}: {Wording.Begin(manual.Lines[line])}", manual.At(line + 1), IsPaper: true), Papers.Says(table, table.Location, $"lists no {name}"))));
                break;
            }
        }
        if (answers.Count > 0) return answers;
        return seen > 0 ? [Supports(Units[0], $"each of {seen} way(s) of use that the manual speaks of is listed")] : [Open(Units[0], "the manual names no way of use that a program knows")];
    }

    private static bool IsManual(DossierFile file) => Title.IsMatch(file.Name) || file.Lines.Take(12).Any(l => Title.IsMatch(l));

    private static (string Name, Regex Used, Regex Listed)[] Kinds => field ??=
    [
        ("an app", UsesApp, ListsApp), ("a web page", UsesWeb, ListsWeb), ("voice", UsesVoice, ListsVoice), ("a touch screen", UsesTouch, ListsTouch), ("a command line", UsesShell, ListsShell),
    ];

    private static Regex Title => field ??= new(@"\b(user|owner'?s?|instruction|operating|quick[- ]?start|getting[- ]started|set-?up|installation)[- _]?(manual|guide|instructions)\b|\bmanual\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex UsesApp => field ??= new(@"\b(open|install|download|start|launch|use|in|with|from|tap( \w+){0,3} in) (the|our|your) (\w+ ){0,2}app\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ListsApp => field ??= new(@"\bapps?\b|\bapplications?\b|smart-?phone|mobile", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex UsesWeb => field ??= new(@"\b(open|in|with|start) (a|the|your|any) (web )?browser\b|\bweb (interface|ui|page of the device)\b|\b(type|enter|visit|browse to) https?://(192\.168|10\.|\w+\.local)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ListsWeb => field ??= new(@"\bweb\w*|browser|https?\b|portal|html", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex UsesVoice => field ??= new(@"\b(say|speak|voice (commands?|control|assistant))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ListsVoice => field ??= new(@"\bvoice|speech|microphone|spoken|assistant", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex UsesTouch => field ??= new(@"\btouch[- ]?(screen|display|panel)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ListsTouch => field ??= new(@"\btouch|display|screen|panel", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex UsesShell => field ??= new(@"\b(ssh (to|into|root@)|over (ssh|telnet)|log in (by|over|via|with) (ssh|telnet)|command[- ]line interface)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ListsShell => field ??= new(@"\bssh|telnet|command|cli\b|shell|terminal|console", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
