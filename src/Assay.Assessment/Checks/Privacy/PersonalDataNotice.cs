using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A saved copy of the notice on personal data: does it name what IXIT 21-PersData names, for what, and who receives it?</summary>
public sealed class PersonalDataNotice() : Check("personal-data-notice", 2, Polarity.Refute, CoverageScope.Document,
    "kinds of personal data, purposes and recipients in the saved notice", "a copy of the notice on personal data, saved with its address and date", "6-1-2b", "6-1-2c", "6-1-2d")
{
    public override IEnumerable<Answer> Look(Examined examined) => Judge(examined).Together();

    private IEnumerable<Answer> Judge(Examined examined)
    {
        var pages = Notice.Of(examined, "Documentation of Personal Data");
        if (pages.Count == 0)
        {
            foreach (var unit in Units) yield return Open(unit, "no saved copy of the notice that IXIT 2-UserInfo names was handed over");
            yield break;
        }
        var text = string.Join("\n\n", pages.Select(p => p.Text));
        var kinds = Notice.KindsIn(text);
        yield return kinds.Count == 0 ? Refutes("6-1-2c", "the saved notice names no kind of personal data", pages[0].File.At(1)) : Supports("6-1-2c", $"the saved notice names {string.Join(", ", kinds.Take(4).Select(k => k.Name))}") with { Locations = [pages[0].File.At(1)] };
        var missing = new List<string>();
        if (!Notice.Purpose(text)) missing.Add("for what the data is used");
        if (!Notice.Recipients(text)) missing.Add("who receives it");
        yield return missing.Count > 0 ? Refutes("6-1-2d", $"the saved notice does not say {string.Join(" or ", missing)}", pages[0].File.At(1)) : Supports("6-1-2d", "the saved notice speaks of purposes and recipients") with { Locations = [pages[0].File.At(1)] };
        var rows = examined.Rows(21).ToList();
        foreach (var of in rows)
        {
            if (Otherwise(of.Row, text) is not { } line) continue;
            yield return Contradicts("6-1-2b", new Contradiction($"how long {Shortened.Visible(of.Row.Id)} is kept", Papers.Says(of.Table, of.Row, Wording.Begin(Papers.Field(of.Row, "Lifecycle", "Life")!)), Notice.Says(pages[0], Wording.Begin(line)))).For(of);
        }
        if (rows.Count == 0) yield return Open("6-1-2b", "IXIT 21-PersData was not handed over", "IXIT 21-PersData");
        foreach (var of in rows)
        {
            var own = Notice.KindsIn(Notice.Subject(of.Row));
            var id = Shortened.Visible(of.Row.Id);
            if (own.Count == 0) yield return Open("6-1-2b", $"whether the notice speaks of {id} is for a person").For(of);
            else if (own.Any(kinds.Contains)) yield return Supports("6-1-2b", $"the notice speaks of {id}").For(of);
            else yield return Contradicts("6-1-2b", new Contradiction($"whether {own[0].Name} are processed", Papers.Says(of.Table, of.Row, $"names {own[0].Name}"), Notice.Says(pages[0], $"names no {own[0].Name}"))).For(of);
        }
    }

    // The line of the notice that speaks of the same data, by two words or more of its description, and names other periods than the row.
    private static string? Otherwise(IxitRow row, string notice)
    {
        if (Papers.Field(row, "Lifecycle", "Life") is not { } life || Days(life) is not [var days]) return null;
        var words = Word.Matches(Papers.Field(row, "Description") ?? "").Select(m => m.Value.ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToList();
        var lines = notice.Split('\n').Where(l => words.Count(w => Wording.Names(l, w)) is >= 2 and var shared && shared * 2 >= words.Count).ToList();
        var told = lines.SelectMany(Days).ToList();
        return told.Count > 0 && !told.Contains(days) ? lines.First(l => Days(l).Count > 0) : null;
    }

    private static List<int> Days(string text) => [.. Span.Matches(text).Select(m => int.Parse(m.Groups["n"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) * (char.ToLowerInvariant(m.Groups["unit"].Value[0]) switch { 'w' => 7, 'm' => 30, 'y' => 365, _ => 1 })).Distinct()];

    private static Regex Word => field ??= new(@"\b[A-Za-z]{4,}\b", RegexOptions.CultureInvariant);

    private static Regex Span => field ??= new(@"\b(?<n>\d{1,4})[\s-]*(calendar )?(?<unit>days?|weeks?|months?|years?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
