using System.Buffers;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Lints;

// The six patterns in which verdicts on TS 103 701 go wrong, applied to the verdicts that the dossier brings along.

/// <summary>A failure is recorded for something that the product does not have.</summary>
internal sealed class EscapeClause() : Trap("escape-clause", "a failure that is recorded where the product has nothing that the provision or unit asks about")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        foreach (var judgement in judged.Judgements.Where(j => j.Passes == false))
        {
            if (judged.On(judgement.Provision) is not { } verdict) continue;
            var units = judgement.Unit is null ? verdict.Units.Where(u => !u.IsPreparatory).ToList() : [.. verdict.Units.Where(u => u.Unit == judgement.Unit)];
            if (units.Count == 0 || units.Select(u => Absent(judged, verdict, u)).ToList() is var absent && absent.Any(a => a is null)) continue;
            yield return Lint($"{judgement.Who} says {judgement.Said} for {judgement.About}, but {absent[0]}: what is not there cannot fail; \"not applicable\" with that reason is the word", verdict.Provision, judgement.Place);
        }
    }

    // Why the unit has nothing to ask; null where it has, or where a check saw what it asks about.
    private static string? Absent(Judged judged, ProvisionVerdict verdict, UnitVerdict unit)
    {
        if (unit.Outcome == Outcome.NotApplicable) return unit.Reason;
        // A record that says no keeps a unit from being not applicable: then the papers are asked again.
        if (unit is not { Outcome: Outcome.Fail, Grade: Grade.Lab or Grade.Declared } || judged.Unit(unit.Unit) is not { } asked || judged.Catalogue.Provision(verdict.Provision) is not { } provision) return null;
        foreach (var facts in new[] { ProductFacts.Condition(judged.Catalogue, provision, judged.Examined), ProductFacts.Feature(asked, judged.Examined) })
        {
            if (facts is { Truth: Truth.False, Against.Count: 0, From: [var from, ..] }) return $"{from.Says} ({from.Location})";
        }
        return null;
    }
}

/// <summary>"All" is passed although a row fails, is disputed or was left out.</summary>
internal sealed class AllRelaxed() : Trap("all-relaxed", "a pass of something that every row must fulfil, while a row fails, is disputed, or was left out of the test")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        foreach (var judgement in judged.Judgements.Where(j => j.Passes == true))
        {
            if (judged.On(judgement.Provision) is not { } verdict) continue;
            var asking = verdict.Units.Where(u => judgement.Unit is null || u.Unit == judgement.Unit).Where(u => judged.Unit(u.Unit)?.EachRow is not null).ToList();
            foreach (var unit in asking)
            {
                var bad = unit.Rows.Where(r => r.Outcome is Outcome.Fail or Outcome.Disputed && (judgement.Row is null || string.Equals(judgement.Row, r.Row.Id, StringComparison.OrdinalIgnoreCase))).ToList();
                if (bad.Count == 0) continue;
                yield return Lint($"{judgement.Who} says {judgement.Said} for {judgement.About}, which every row must fulfil; {bad[0].Row.Id} does not ({unit.Unit}): {Wording.Begin(bad[0].Reason)}", verdict.Provision, [judgement.Place, .. bad.Take(20).Select(r => r.Row.Location)]);
                break;
            }
            if (!judgement.IsTest || asking.Count == 0) continue;
            // A verdict of its own on one row that is no pass, under a pass of the whole.
            if (judgement.Unit is null && judgement.Text.AsSpan().IndexOfAny(NoPass) >= 0 && RowVerdict.Match(judgement.Text) is { Success: true } odd)
            {
                yield return Lint($"{judgement.Who} says {judgement.Said} for {judgement.About}, and one line of it says \"{Wording.Begin(odd.Value.Trim())}\"", verdict.Provision, judgement.Place);
            }
            // Some rows are named one by one, others never.
            foreach (var table in asking.Select(u => judged.Unit(u.Unit)!.EachRow!.Value).Distinct().Order())
            {
                var rows = judged.Examined.Rows(table).Select(r => r.Row).ToList();
                if (rows.Count is < 2 or > 500 || judgement.Unit is not null || AllNamed.IsMatch(judgement.Text)) continue;
                var left = rows.Where(r => !Wording.Names(judgement.Text, r.Id)).ToList();
                if (left.Count == 0 || left.Count == rows.Count || left.Count * 2 > rows.Count) continue;
                yield return Lint($"{judgement.Who} says {judgement.Said} for {judgement.About} and names {rows.Count - left.Count} of {rows.Count} rows of table {table}; nothing is said of {string.Join(", ", left.Take(5).Select(r => Shortened.Visible(r.Id)))}{(left.Count > 5 ? $" and {left.Count - 5} more" : "")}",
                    verdict.Provision, [judgement.Place, .. left.Take(20).Select(r => r.Location)]);
            }
        }
        // A lab that tried single rows, and no record for the others.
        foreach (var unit in judged.Examined.LabRecords.Where(r => r.Row is not null && r.Record.Passes).GroupBy(r => r.Unit, StringComparer.Ordinal))
        {
            if (judged.Unit(unit.Key) is not { EachRow: { } table } asked || judged.Examined.LabRecords.Any(r => r.Unit == unit.Key && r.Row is null)) continue;
            var told = judged.Examined.LabRecords.Where(r => r.Unit == unit.Key).Select(r => r.Row).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
            var left = judged.Examined.Rows(table).Where(r => !told.Contains(r.Row.Id)).ToList();
            if (left.Count > 0) yield return Lint($"{unit.Key} asks every row of table {table}; there are records for {unit.Count()}, and none for {string.Join(", ", left.Take(5).Select(r => Shortened.Visible(r.Row.Id)))}{(left.Count > 5 ? $" and {left.Count - 5} more" : "")}", asked.Provision, [unit.First().Record.Location]);
        }
    }

    private static readonly SearchValues<string> NoPass = SearchValues.Create(["FAIL", "INCONCLUSIVE", "PARTIAL", "NOT TESTED", "OPEN"], StringComparison.Ordinal);

    // A cell or a bold word of a verdict, not a sentence about failing.
    private static Regex RowVerdict => field ??= new(@"(\|\s*\**(FAIL(ED)?|INCONCLUSIVE|PARTIAL(LY)?( PASS)?|NOT TESTED|OPEN)\**\s*(\([^|\n]{0,80}\))?\s*\||\b[Vv]erdict\**\s*:\s*\**(FAIL(ED)?|INCONCLUSIVE|PARTIAL|NOT TESTED)\b)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex AllNamed => field ??= new(@"\b(the same (holds|applies) (for|to) (all|every)|all (other|remaining) (rows|entries|mechanisms|interfaces))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}

/// <summary>Papers that contradict each other were recorded as a failure of the device.</summary>
internal sealed class ConflictAsFailure() : Trap("conflict-as-failure", "a failure that rests on papers which contradict each other, and not on the device")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        foreach (var judgement in judged.Judgements.Where(j => j is { Passes: false, IsTest: true }))
        {
            if (judged.On(judgement.Provision) is not { } verdict) continue;
            var units = verdict.Units.Where(u => judgement.Unit is null || u.Unit == judgement.Unit).ToList();
            if (units.Any(u => u is { Outcome: Outcome.Fail, Grade: Grade.Tool })) continue;
            var papers = units.SelectMany(u => u.Contradictions).FirstOrDefault(c => c.IsPaperAgainstPaper && !(c.One.Location == judgement.Place || c.Other.Location == judgement.Place));
            if (papers is not null)
            {
                yield return Lint($"{judgement.Who} says FAIL for {judgement.About}, where papers contradict each other on {papers.About}: that goes back to the supplier and is no failure of the device", verdict.Provision, judgement.Place, papers.One.Location, papers.Other.Location);
            }
            else if (Conflict.IsMatch(judgement.Line))
            {
                yield return Lint($"{judgement.Who} says FAIL for {judgement.About} because papers do not agree (\"{Wording.Begin(judgement.Line)}\"): that goes back to the supplier and is no failure of the device", verdict.Provision, judgement.Place);
            }
        }
    }

    private static Regex Conflict => field ??= new(@"\b(ICS|IXIT|declaration|statement|documents?|documentation|papers?|tables?)\b[^.\n]{0,80}\b(contradict\w*|conflict\w*|inconsisten\w*|mismatch\w*|disagree\w*|does not (match|agree)|do not (match|agree))|\b(contradict\w*|conflict\w*|inconsisten\w*|mismatch\w*)\b[^.\n]{0,80}\b(ICS|IXIT|declaration|statement|documents?|documentation|papers?|tables?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}

/// <summary>Something passes that applies again what failed.</summary>
internal sealed class InheritanceIgnored() : Trap("inheritance-ignored", "a pass of something that applies other units again, while those are recorded or found as failed")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        var units = judged.Catalogue.Units.Count > 0 ? judged.Catalogue : Catalogue.Default;
        foreach (var judgement in judged.Judgements.Where(j => j.Passes == true))
        {
            if (judged.On(judgement.Provision) is not { } verdict) continue;
            var told = new HashSet<string>(StringComparer.Ordinal);
            foreach (var heir in verdict.Units.Where(u => judgement.Unit is null || u.Unit == judgement.Unit).Select(u => judged.Unit(u.Unit)).OfType<TestUnit>())
            {
                foreach (var source in units.SourcesOf(heir).Where(s => told.Add(s.Provision)))
                {
                    // The same hand says no there, or a check refuted it.
                    if (judged.Judgements.FirstOrDefault(j => j.Passes == false && (j.Unit == source.Id || j.Unit is null && Same(j.Provision, source.Provision)) && j.IsTest == judgement.IsTest) is { } no)
                    {
                        yield return Lint($"{judgement.Who} says {judgement.Said} for {judgement.About}, which applies {source.Case} again, and {no.Who} says {no.Said} for {no.About}", verdict.Provision, judgement.Place, no.Place);
                    }
                    else if (verdict.Units.FirstOrDefault(u => u.Unit == heir.Id) is { Outcome: Outcome.Fail } failed && failed.Reason.StartsWith("inherits ", StringComparison.Ordinal))
                    {
                        yield return Lint($"{judgement.Who} says {judgement.Said} for {judgement.About}, but {heir.Id} {failed.Reason}", verdict.Provision, judgement.Place);
                    }
                }
            }
        }
    }

    private static bool Same(string judged, string provision) => string.Equals(judged, provision, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A pass rests on what was not seen, or on a question about an update instead of the update.</summary>
internal sealed class OverExtrapolated() : Trap("over-extrapolated", "a pass that takes \"no traffic seen\" for \"no communication\", or a question about a version for the update itself")
{
    private static readonly string[] OfUpdates = ["5.3-2", "5.3-7", "5.3-9", "5.3-10"];

    public override IEnumerable<Lint> Find(Judged judged)
    {
        foreach (var judgement in judged.Judgements.Where(j => j.Passes is true or null))
        {
            if (Unseen.Match(judgement.Text) is { Success: true } unseen)
            {
                yield return Lint($"{judgement.Who} says {judgement.Said} for {judgement.About} and cites \"{Wording.Begin(unseen.Value)}\": a capture shows what was sent in its time, not that nothing is ever sent", judged.On(judgement.Provision)?.Provision, judgement.Place);
            }
            if (judgement.Passes != true || !OfUpdates.Contains(judged.On(judgement.Provision)?.Provision)) continue;
            if (Question.Match(judgement.Text) is { Success: true } asked && !Payload.IsMatch(judgement.Text))
            {
                yield return Lint($"{judgement.Who} says {judgement.Said} for {judgement.About} and cites \"{Wording.Begin(asked.Value)}\": a question about a version is not the update; the transfer and the check of the update itself were not seen", judged.On(judgement.Provision)!.Provision, judgement.Place);
            }
        }
        // The same trap in what this assessment itself saw, for whoever judges next.
        var questions = judged.Examined.Findings.Where(f => f.Has(Traits.UpdateQuery)).ToList();
        if (questions.Count > 0 && !judged.Examined.Findings.Any(f => f.Has(Traits.UpdateDownload)))
        {
            yield return Lint($"{questions.Count} observation(s) are of a question for an update, and none of the update itself: they show how the device asks, not how it is updated", "5.3-2", [.. questions.Take(5).Select(q => q.Location)]);
        }
    }

    private static Regex Unseen => field ??= new(@"\bno (\w+ ){0,3}(traffic|packets?|connections?|communication|flows?|telemetry)( \w+){0,3} (was|were|is|are|has been|have been|could be)? ?(seen|observed|captured|recorded|detected|found|visible)\b|\b(saw|observed|captured|found) no (\w+ ){0,3}(traffic|packets|connections?|communication|flows)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex Question => field ??= new(@"\b(captur\w+|observ\w+|seen|recorded|wireshark|tcpdump|pcap)\b[^.\n]{0,120}\b((version|update|metadata|manifest|release)[ -](check|query|queries|request|info\w*|metadata|manifest|file))\b|\b((version|update|metadata|manifest|release)[ -](check|query|queries|request|info\w*|metadata|manifest|file))\b[^.\n]{0,120}\b(captur\w+|observ\w+|seen|recorded|wireshark|tcpdump|pcap)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex Payload => field ??= new(@"\b(download\w*|payload|image (was |is )?(transfer\w*|fetched)|binary (was |is )?(transfer\w*|fetched)|signature (was |is |of the image )?(verif|check)\w*|signed (image|update|firmware|package|binar))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}

/// <summary>"Never happened" stands where "not needed" should be shown.</summary>
internal sealed class CircularNotApplicable() : Trap("circular-not-applicable", "\"not applicable\" for the reason that something never happened so far")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        foreach (var judgement in judged.Judgements.Where(j => j.Passes is null && Placeholder.IsCircular(j.Line)))
        {
            yield return Lint($"{judgement.Who} says N/A for {judgement.About} because \"{Wording.Begin(judgement.Line)}\": that something never happened does not show that it is not needed", judged.On(judgement.Provision)?.Provision ?? judgement.Provision, judgement.Place);
        }
    }
}
