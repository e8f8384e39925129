using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment.Checks;

/// <summary>Each implementation of IXIT 12-NetSecImpl that the image holds too: is its version the one that the row or its report names?</summary>
public sealed class ImplementationIdentity() : RowCheck("implementation-identity", 1, Polarity.Support, 12,
    "the declared implementations and their versions in the image", "an image, and the version that each report of IXIT 12-NetSecImpl is about", "5.5-2-2a")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var whole = Papers.Whole(row);
        var found = examined.Components.Where(c => c.Version is not null && c.Name.Length > 2 && Wording.Names(whole, c.Name)).ToList();
        if (found.Count == 0)
        {
            yield return Open(Units[0], $"{Name(row)}: no implementation of that name was identified in an image");
            yield break;
        }
        foreach (var component in found.DistinctBy(c => c.Name))
        {
            var versions = found.Where(c => c.Name == component.Name).Select(c => c.Version!).ToList();
            var said = Regex.Matches(whole, $@"\b{Regex.Escape(component.Name)}\b[^.;\n]{{0,24}}?\bv?(\d+(?:\.\d+)+[a-z]?)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking).Select(m => m.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();
            var place = component.Evidence.Count > 0 ? component.Evidence[0].Location : new Location { Artefact = "components" };
            var name = Shortened.Visible(component.Name);
            if (said.Count == 0) yield return Open(Units[0], $"{Name(row)} names {name} without a version; the image holds {Shortened.Visible(versions[0])}") with { Locations = [place] };
            else if (said.Any(s => versions.Any(v => v == s || v.StartsWith(s + ".", StringComparison.Ordinal) || s.StartsWith(v + ".", StringComparison.Ordinal)))) yield return Supports(Units[0], $"the image holds {name} {Shortened.Visible(versions[0])}, as {Name(row)} says") with { Locations = [place] };
            else yield return Contradicts(Units[0], new Contradiction($"the version of {name}", Papers.Says(table, row, $"{name} {said[0]}"), new Statement($"the image holds {name} {Shortened.Visible(versions[0])}", place, IsPaper: false)));
        }
    }
}

/// <summary>Each implementation names how it was reviewed and the report.</summary>
public sealed class ReviewReport() : RowCheck("review-report", 2, Polarity.Refute, 12,
    "a review or evaluation with its report for every row of IXIT 12-NetSecImpl", "the report of each review", "5.5-2-1a", "5.5-2-1b")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        foreach (var (unit, what, field) in new[] { ("5.5-2-1a", "review or evaluation", "Review"), ("5.5-2-1b", "report", "Report") })
        {
            var says = Papers.Field(row, field, unit == "5.5-2-1a" ? "Evaluation" : "Report");
            if (says is null) yield return Open(unit, $"{Name(row)} does not speak of a {what}");
            else if (Wording.IsMissing(says) || Wording.IsNo(says) || Nothing.IsMatch(says) && !Praise.IsMatch(says) || unit == "5.5-2-1a" && GivenUp.Is(says, Answer)) yield return Refutes(unit, $"{Name(row)} names no {what}: \"{Wording.Begin(says)}\"", row.Location);
            else yield return Supports(unit, $"{Name(row)} names a {what}: \"{Wording.Begin(says)}\"");
        }
    }

    private static Regex Answer => field ??= new(@"\b(review\w*|audit\w*|evaluat\w*|certif\w*|cert|fuzz\w*|pen-?test\w*|penetration|test(ed|s|ing)?|assess\w*|validat\w*|verif\w*|analy[sz]\w*|fips|cmvp|cavp|common criteria|cc|eal\d?\+?|psa|community|open[- ]source|public\w*|qualif\w*|examin\w*|inspect\w*|proven|study|scan\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Nothing => field ??= new(@"^[^.]{0,60}\b(not (yet )?(been )?(reviewed|evaluated|audited|assessed)|no (external |independent |formal )?(review|evaluation|audit|report)|never (been )?(reviewed|evaluated|audited)|unreviewed)\b|\b(nobody|no one|no (third|other|outside) (party|person)|none)\b[^.;]{0,40}\b(look\w*|review\w*|read|check\w*|audit\w*|evaluat\w*|seen|examin\w*|inspect\w*)\b|^\W*(does|do) not exist\b|^\W*there (is|are) (no|none)\b|^\W*(only )?(planned|foreseen|to be )|^\W*we trust\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // "Nobody found a flaw": what was not found, by somebody who looked.
    private static Regex Praise => field ??= new(@"\b(nobody|no one|none)( of \w+ \w+)? (has |have )?(found|finds?|discovered|reported)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}

/// <summary>A component that uses cryptography says whether the side effects of exchanging algorithms were thought of.</summary>
public sealed class SideEffects() : RowCheck("side-effects", 1, Polarity.Refute, 6,
    "the maker's word on side effects of exchanging algorithms for every component with cryptography", "IXIT 6-SoftComp with the word on side effects in every row that uses cryptography", "5.5-3-1b")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var usage = Papers.Field(row, "Cryptographic Usage", "Cryptography");
        if (Wording.IsMissing(usage) || Wording.IsNo(usage) || Wording.IsNotApplicable(usage) || Unused.IsMatch(usage!)) yield break;
        var about = Wording.Clauses($"{usage}\n\n{Papers.Field(row, "Side Effect")}").Where(c => Effects.IsMatch(c)).ToList();
        var plain = Papers.Field(row, "Side Effect");
        if (about.FirstOrDefault(c => NotDone.IsMatch(c)) is { } not || Wording.IsNo(plain) && (not = plain) is not null) yield return Refutes(Units[0], $"{Name(row)} did not consider side effects: \"{Wording.Begin(not)}\"", row.At("Cryptographic Usage"));
        else if (about.Count > 0 || Wording.IsYes(plain)) yield return Supports(Units[0], $"{Name(row)} speaks of side effects: \"{Wording.Begin(about.FirstOrDefault() ?? plain!)}\"");
        else yield return Open(Units[0], $"{Name(row)} uses cryptography and says nothing of side effects");
    }

    private static Regex Unused => field ??= new(@"\b(utili[sz]ed|used|usage|primitives?|cryptography)\W{1,8}(no|none|n/a)\b|\b(does|do) not use (any )?crypto", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Effects => field ??= new(@"\bside[- ]effects?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NotDone => field ??= new(@"\b(not|never) (been )?(considered|evaluated|assessed|analysed|analyzed|examined|thought)|side[- ]effects?( considered)?\W{0,6}(no|none|not considered|n)\b(?! (adverse|negative|side))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}

/// <summary>IXIT 14-SecMgmt covers the life of a key: made, handed over, kept, used, renewed, withdrawn after compromise, destroyed.</summary>
public sealed class KeyManagement() : Check("key-management", 2, Polarity.Refute, CoverageScope.Declaration,
    "every stage of a key's life in IXIT 14-SecMgmt", "IXIT 14-SecMgmt with generation, distribution, storage, renewal, compromise and destruction", "5.5-8-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(14).ToList();
        if (rows.Count == 0) return [Open(Units[0], "IXIT 14-SecMgmt was not handed over", "IXIT 14-SecMgmt")];
        var bare = rows.SelectMany(r => r.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (r.Table, r.Row, f.Key, f.Value))).Where(f => !Wording.IsEmpty(f.Key) && (Wording.IsMissing(f.Value) || Wording.IsNo(f.Value) && !Kept.IsMatch(f.Value) || Nothing.IsMatch(f.Value) || rows.Count == 1 && GivenUp.Is(f.Value, Kept))).ToList();
        if (bare.Count > 0) return bare.Select(b => Refutes(Units[0], $"{Shortened.Visible(b.Row.Id)} says nothing under {Shortened.Visible(b.Key)}", b.Row.At(b.Key)).On(b.Table, b.Row));
        var all = string.Join("\n\n", rows.Select(r => Papers.Whole(r.Row)));
        var missing = Stages.Where(s => !s.Words.IsMatch(all)).Select(s => s.Name).ToList();
        // Said to last whatever comes, and no other row tells of an end.
        if (missing.Contains("compromise") && rows.SelectMany(r => r.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => Wording.Clauses(f.Value))).FirstOrDefault(c => ForLife.IsMatch(c)) is { } life)
        {
            return [Refutes(Units[0], $"IXIT 14-SecMgmt knows no end of a key, also after a compromise: \"{Wording.Begin(life)}\"", rows[0].Row.Location)];
        }
        return missing.Count == 0
            ? [Supports(Units[0], "IXIT 14-SecMgmt speaks of every stage of a key's life") with { Locations = [rows[0].Row.Location] }]
            : [Open(Units[0], $"IXIT 14-SecMgmt has no words on {string.Join(", ", missing)}", $"a row of IXIT 14-SecMgmt on {missing[0]}")];
    }

    private static Regex Kept => field ??= new(@"\b(generat\w*|creat\w*|provision\w*|stor(ed|age)|hsm|tpm|vault|rotat\w*|renew\w*|revo\w*|replac\w*|eras\w*|wip\w*|destr\w*|shared|expir\w*|certificate\w*|pki|leaves?|encrypt\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ForLife => field ??= new(@"\b(for|during|over) (the |its |their |his )?(whole |entire )?(life|lifetime|lifespan)\b|\bfor (ever|good|always)\b|\b(lives?|lasts?|valid|used|stays?|remains?) (as|so) long as (the|its) (product|device|unit)|\bwhatever happens\b|\bnever (expire|change)s?\b|\b(is|are) not (managed|handled|renewed|changed)|\bnothing is (done|changed|planned) (with|to|after)|\b(never|not|cannot be) (be )?(changed|replaced|renewed|rotated|revoked|exchanged|withdrawn)\b|\b(lost|stolen|leaked|compromised)? ?keys? (cannot|can not|can't|are never|are not) (be )?(withdrawn|revoked|replaced|exchanged|blocked)|\bnot exchanged\b|\bthat is that\b|\b(stay|remain)s? (the same|unchanged|as (it|they) (is|are))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static (string Name, Regex Words)[] Stages => field ??= [("generation", Generation), ("distribution", Distribution), ("storage", Storage), ("renewal", Renewal), ("compromise", Compromise), ("destruction", Destruction)];

    private static Regex Nothing => field ??= new(@"^\W*(none|no (process|procedure|management)|not (managed|defined|in place|implemented|planned))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    private static Regex Generation => field ??= new(@"\b(generat\w+|creat\w+|random\w*|made)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    private static Regex Distribution => field ??= new(@"\b(provision\w*|distribut\w+|inject\w+|enrol\w*|deliver\w*|transfer\w*|import\w*|install\w*|establish\w*|deploy\w*|exchang\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    private static Regex Storage => field ??= new(@"\b(stor\w+|kept|saved|held|hsm|vault|secure element|protect\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    private static Regex Renewal => field ??= new(@"\b(renew\w*|rotat\w+|expir\w+|updat\w+|replac\w+|rollover|roll-over|re-?key\w*|change[sd]?|validity|lifetime)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    private static Regex Compromise => field ??= new(@"\b(compromis\w+|revo(ke|ked|kes|king|cation)|leak\w*|stolen|incident\w*|breach\w*|withdraw\w*|blacklist\w*|blocklist\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    private static Regex Destruction => field ??= new(@"\b(destr\w+|delet\w+|eras\w+|wip\w+|zeroi[sz]\w*|decommission\w*|disposal|dispos\w+|factory reset|end of life|retire\w*|archiv\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
