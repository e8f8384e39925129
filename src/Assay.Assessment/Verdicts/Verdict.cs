using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Drafts;
using Assay.Assessment.Examining;
using Assay.Evidence;

namespace Assay.Assessment.Verdicts;

/// <summary>semantics.md section 1 as pure functions: facts to a unit's answer, units to a provision's, provisions to a profile's and a level's.</summary>
public static class Verdict
{
    /// <summary>The answer for one unit: the first row of the table of outcomes that applies.</summary>
    public static UnitVerdict OfUnit(UnitFacts facts)
    {
        var word = MakersWord.Of(facts);
        var contradictions = Contradictions(facts, word);
        var rows = RowVerdicts.Of(facts, word);
        var answer = NotApplicable(facts, word) ?? Fail(facts, word, rows) ?? Disputed(facts, contradictions, rows) ?? Declined(facts, word) ?? Preparatory(facts) ?? Pass(facts, word, rows)
            ?? NotClaimed(facts, word) ?? Inconclusive(facts, word, rows);
        return answer with
        {
            // Rows of what does not apply, or is not claimed, are answers to a question that nobody asks.
            IsOfRowsAlone = answer.Outcome switch
            {
                Outcome.Fail => facts.Rows.Sum(r => r.Refutations.Count) == facts.Refutations.Count && facts.Lab is not { Counts: true, Result: LabResult.Fail } && rows.Any(r => r.Outcome == Outcome.Fail),
                Outcome.Disputed => facts.Rows.Sum(r => r.Contradictions.Count) == contradictions.Count,
                _ => false,
            },
            Rows = answer.Outcome is Outcome.NotApplicable or Outcome.NotClaimed ? [] : RowVerdicts.Shown(rows),
            Contradictions = contradictions,
            Declared = word.Shown,
            IsPreparatory = facts.Unit.IsPreparatory,
            Settle = answer.Outcome is Outcome.Inconclusive or Outcome.Disputed ? answer.Settle ?? Settle(facts, word) : answer.Settle,
        };
    }

    // Row 1. A refutation is evidence that there is something to refute, so it too keeps a unit from being not applicable.
    private static UnitVerdict? NotApplicable(UnitFacts facts, MakersWord word)
    {
        if (Seen(facts).Count > 0) return null;
        // A laboratory's "not applicable" settles no contradiction of others.
        if (facts.Lab is { Result: LabResult.NotApplicable } && facts.Contradictions.Count > 0) return null;
        if (facts.Condition.Truth == Truth.False && facts.Condition.Against.Count == 0)
        {
            return Answer(facts, Outcome.NotApplicable, facts.Condition.Grade, $"its condition ({facts.Provision.Condition}) does not hold{Basis(facts.Condition)}");
        }
        if (facts.Feature.Truth == Truth.False && facts.Feature.Against.Count == 0)
        {
            return Answer(facts, Outcome.NotApplicable, facts.Feature.Grade,
                $"the product has nothing that this unit asks about ({facts.Unit.Escape}){Basis(facts.Feature)}");
        }
        // The maker's signed and reasoned "not applicable" says that the condition is false; it stands while nothing says otherwise.
        if (word.Support == Support.NotApplicable && word.Signed is { } signed && facts.Condition.Truth == Truth.Unknown && word.NotAccepted is null
            && facts.Condition.Against.Count == 0 && facts.Contradictions.Count == 0)
        {
            return Answer(facts, Outcome.NotApplicable, Grade.Declared,
                $"{signed.SignedBy!.Name} declares that its condition ({facts.Provision.Condition}) does not hold: {signed.Justification}");
        }
        return null;
    }

    private static string Basis(ConditionFacts condition) =>
        (condition.From.Count > 0 ? $": {condition.From[0].Says} ({condition.From[0].Location})" : "") + (condition.Grade is null ? "; by unsigned papers only" : "");

    // Row 2. What refutes: a hit of a check, a lab's signed record that says no.
    private static List<Refutation> Seen(UnitFacts facts)
    {
        var seen = facts.Refutations.Where(r => r.Location.Artefact.Length > 0).ToList();
        foreach (var record in facts.Rows.Select(r => r.Lab).Prepend(facts.Lab))
        {
            if (record is { Counts: true, Result: LabResult.Fail, Signer: { } signer }) seen.Add(new Refutation($"lab {signer.Name}", record.Evidence[0], record.Words, record.Location));
        }
        return seen;
    }

    private static UnitVerdict? Fail(UnitFacts facts, MakersWord word, IReadOnlyList<RowVerdict> rows)
    {
        // What speaks against a recommendation that the maker does not claim agrees with the maker (row 5).
        if (IsDeclined(facts, word)) return null;
        if (Seen(facts) is [var first, ..] all)
        {
            var more = (all.Count > 1 ? $", and {all.Count - 1} more" : "") + (rows.Any(r => r.Outcome == Outcome.Fail) ? $"; {RowVerdicts.Named(rows, Outcome.Fail)}" : "");
            return Answer(facts, Outcome.Fail, null, $"{first.Check}: {first.Words} ({first.Location}){more}") with
            {
                Findings = [.. all.Select(r => r.Finding).Where(f => f.Length > 0).Distinct(StringComparer.Ordinal)],
                Grade = all.All(r => r.Check.StartsWith("lab ", StringComparison.Ordinal)) ? Grade.Lab : Grade.Tool,
            };
        }
        // Papers that disagree on this very word go back to the supplier instead (row 3).
        if (facts.Provision.IsMandatory && word.Support == Support.No && !word.Disagrees)
        {
            return Answer(facts, Outcome.Fail, Grade.Declared, $"the maker says \"no\" to a mandatory provision ({word.First!.Location}){Because(word)}");
        }
        return null;
    }

    // Row 3.
    private static UnitVerdict? Disputed(UnitFacts facts, IReadOnlyList<Contradiction> contradictions, IReadOnlyList<RowVerdict> rows)
    {
        if (contradictions.Count == 0) return null;
        var first = contradictions[0];
        var kind = first.IsPaperAgainstPaper ? "papers of the maker contradict each other"
            : first.IsEvidenceAgainstEvidence ? "pieces of evidence contradict each other" : "the papers and the evidence contradict each other";
        return Answer(facts, Outcome.Disputed, null,
            $"{kind} on {first.About}: \"{first.One.Says}\" ({first.One.Location}) against \"{first.Other.Says}\" ({first.Other.Location})"
                + (rows.Any(r => r.Outcome == Outcome.Disputed) ? $"; {RowVerdicts.Named(rows, Outcome.Disputed)}" : "")) with
        {
            Settle = facts.Settle ?? (first.IsPaperAgainstPaper
                ? "one corrected and signed declaration of the supplier"
                : "a corrected declaration, or evidence that the declaration is right: " + Settle(facts, null)),
        };
    }

    // Inside row 4: a step without a pass condition of its own passes with its case, never alone.
    private static UnitVerdict? Preparatory(UnitFacts facts) => facts.Unit.IsPreparatory
        ? Answer(facts, Outcome.Inconclusive, null, "a preparatory step without a result of its own; it is answered with the other units of its case")
        : null;

    // Row 4. Where every row of a table is asked, only rows decide: a check that speaks of the whole table alone supports.
    private static UnitVerdict? Pass(UnitFacts facts, MakersWord word, IReadOnlyList<RowVerdict> rows)
    {
        if (facts.Unit.EachRow is { } number)
        {
            if (facts.Lab is not { Counts: true, Result: LabResult.Pass } && rows.Any(r => r.Outcome == Outcome.Pass) && rows.All(r => r is { Outcome: Outcome.Pass, Grade: Grade.Tool or Grade.Lab } or { Outcome: Outcome.NotApplicable, Grade: Grade.Lab }))
            {
                var byRows = facts.Rows.SelectMany(r => r.Decisions).Where(d => d.Scope.Length > 0).ToList();
                return Answer(facts, Outcome.Pass, rows.Max(r => r.Grade), $"each of the {rows.Count} row(s) of table {number} is decided: {rows[0].Reason}"
                    + (rows.Count > 1 ? $", and {rows.Count - 1} more" : "") + (byRows.Count > 0 ? $" (looked at: {string.Join("; ", byRows.Select(d => d.Scope).Distinct(StringComparer.Ordinal))})" : "")) with
                {
                    Findings = [.. rows.SelectMany(r => r.Findings).Distinct(StringComparer.Ordinal)],
                    Scope = byRows.Count > 0 ? string.Join("; ", byRows.Select(d => d.Scope).Distinct(StringComparer.Ordinal)) : null,
                };
            }
        }
        var decided = facts.Unit.EachRow is not null ? [] : facts.Decisions.Where(d => d.Scope.Length > 0).ToList();
        if (decided.Count > 0)
        {
            return Answer(facts, Outcome.Pass, Grade.Tool, string.Join("; ", decided.Select(d => $"{d.Check}: {d.Words} (looked at: {d.Scope})"))) with
            {
                Findings = [.. decided.SelectMany(d => d.Findings).Distinct(StringComparer.Ordinal)],
                Scope = string.Join("; ", decided.Select(d => d.Scope).Distinct(StringComparer.Ordinal)),
            };
        }
        if (facts.Lab is { Counts: true, Result: LabResult.Pass, Signer: { } person } lab)
        {
            return Answer(facts, Outcome.Pass, Grade.Lab, $"{lab.Person}, signed by {person.Name}: {lab.Words} ({lab.Location})") with { Findings = lab.Evidence };
        }
        if (word.Support != Support.Yes || word.Signed is not { } signed) return null;
        var looked = facts.Absences.Where(a => a.Scope.Length > 0).ToList();
        var who = $"{signed.SignedBy!.Name} declares it ({signed.Location})";
        // A word for all rows is worth what its weakest row has beside it.
        var whole = facts.Unit.EachRow is null ? [] : facts.Decisions.Where(d => d.Scope.Length > 0).ToList();
        var byRow = rows.Count > 0 && rows.All(r => r is { Outcome: Outcome.Pass, Grade: not Grade.Declared });
        if (facts.Supports.Count == 0 && looked.Count == 0 && whole.Count == 0 && !byRow)
        {
            var beside = rows.Count(r => r.Grade is Grade.Tool or Grade.Lab or Grade.Supported);
            return Answer(facts, Outcome.Pass, Grade.Declared, beside > 0 ? $"{who}; evidence stands beside {beside} of {rows.Count} rows" : who);
        }
        var support = facts.Supports.Select(s => $"{s.Check}: {s.Words}").Concat(whole.Select(d => $"{d.Check}: {d.Words}")).Concat(looked.Select(a => $"{a.Check} looked at {a.Scope} and saw nothing against it"));
        if (byRow) support = support.Append($"evidence stands beside each of {rows.Count} row(s)");
        return Answer(facts, Outcome.Pass, Grade.Supported, $"{who}; {string.Join("; ", support)}") with
        {
            Findings = [.. facts.Supports.Select(s => s.Finding).Where(f => f.Length > 0).Distinct(StringComparer.Ordinal)],
            Scope = looked.Count > 0 ? string.Join("; ", looked.Select(a => a.Scope).Distinct(StringComparer.Ordinal)) : null,
        };
    }

    private static bool IsDeclined(UnitFacts facts, MakersWord word) => !facts.Provision.IsMandatory && word.Support == Support.No && !word.Disagrees;

    // What was seen stays beside it; nothing passes a unit that evidence speaks against.
    private static UnitVerdict? Declined(UnitFacts facts, MakersWord word) => IsDeclined(facts, word) && Seen(facts) is [var first, ..]
        ? Answer(facts, Outcome.NotClaimed, null, $"a recommendation that the maker does not claim{Because(word)}; seen all the same: {first.Check}: {first.Words} ({first.Location})")
        : null;

    // Row 5.
    private static UnitVerdict? NotClaimed(UnitFacts facts, MakersWord word)
    {
        if (facts.Provision.IsMandatory || word.Support == Support.Yes || word.Disagrees) return null;
        return Answer(facts, Outcome.NotClaimed, null, word.Support switch
        {
            Support.No => $"a recommendation that the maker does not claim{Because(word)}",
            Support.NotApplicable => $"a recommendation that the maker calls not applicable{Because(word)}{(word.NotAccepted is { } why ? $"; not accepted as such: {why}" : "")}",
            _ => "a recommendation on which the maker says nothing; no reason is given",
        });
    }

    // Row 6.
    private static UnitVerdict Inconclusive(UnitFacts facts, MakersWord word, IReadOnlyList<RowVerdict> rows)
    {
        var reason = word switch
        {
            { NotAccepted: { } why } => $"declared: n/a; not accepted: {why}",
            { Support: { } support, Signed: null } => $"declared: {Word(support)}, but unsigned{(word.First!.SignatureNote is { } note ? $" ({note})" : "")}",
            { Support: Support.NotApplicable } => "declared: n/a, and nothing shows whether its condition holds",
            { Support: null } => "nothing was declared, and no check could decide it",
            _ => "nothing that was handed over decides it",
        };
        var looked = facts.Absences.Select(a => $"{a.Check} looked at {a.Scope} and saw nothing against it")
            .Concat(facts.Supports.Select(s => $"{s.Check}: {s.Words}"))
            .Concat(facts.Unit.EachRow is null ? [] : facts.Decisions.Where(d => d.Scope.Length > 0).Select(d => $"{d.Check}: {d.Words}; its rows were not decided one by one"))
            .Concat(rows.Any(r => r.Outcome == Outcome.Pass) && rows.Any(r => r.Outcome == Outcome.Inconclusive) ? [$"open: {RowVerdicts.Named(rows, Outcome.Inconclusive)}"] : [])
            .Concat(facts.Lab is { } lab ? [lab.Note is { } against ? $"a record of {lab.Person} that decides nothing: {against}" : lab.Signer is null ? $"an unsigned record of {lab.Person}" : $"a record of {lab.Person} without evidence"] : []);
        return Answer(facts, Outcome.Inconclusive, null, string.Join("; ", looked.Prepend(reason)));
    }

    private static string Because(MakersWord word) => word.First?.Justification is { Length: > 0 } reason ? $"; reason given: {reason}" : "; no reason is given";

    private static string Word(Support support) => support switch { Support.Yes => "yes", Support.No => "no", _ => "n/a" };

    private static UnitVerdict Answer(UnitFacts facts, Outcome outcome, Grade? grade, string reason) =>
        new() { Unit = facts.Unit.Id, Outcome = outcome, Grade = grade, Reason = reason };

    // What the facts bring along, and what follows from them: claims that differ, a claim or an observation against the condition.
    private static List<Contradiction> Contradictions(UnitFacts facts, MakersWord word)
    {
        var all = facts.Contradictions.ToList();
        if (word.Disagrees)
        {
            var other = facts.Claims.First(c => c.Support != word.First!.Support);
            all.Add(new Contradiction($"whether {facts.Provision.Id} is met", Says(word.First!), Says(other)));
        }
        // A person's signed pass never hides what a check saw: the unit fails, and both stand beside each other.
        if (facts.Lab is { Counts: true, Result: LabResult.Pass } lab && Seen(facts) is [var seen, ..])
        {
            all.Add(new Contradiction($"whether {facts.Unit.Id} is met", new Statement($"{lab.Person}: {lab.Words}", lab.Location, IsPaper: false), new Statement($"{seen.Check}: {seen.Words}", seen.Location, IsPaper: false)));
        }
        foreach (var condition in new[] { facts.Condition, facts.Feature })
        {
            if (condition.Truth == Truth.False && condition.Against.Count > 0 && condition.From.Count > 0)
            {
                all.Add(new Contradiction($"whether {facts.Provision.Id} applies", condition.From[0], condition.Against[0]));
            }
        }
        if (word.Support == Support.NotApplicable && facts.Provision.Condition is not null && !word.Disagrees)
        {
            var against = facts.Condition.Truth switch
            {
                Truth.True => facts.Condition.From.Concat(facts.Condition.Against).FirstOrDefault(),
                Truth.Unknown => facts.Condition.Against.FirstOrDefault(),
                _ => null,
            };
            if (against is not null) all.Add(new Contradiction($"whether {facts.Provision.Id} applies", Says(word.First!), against));
        }
        return all;

        static Statement Says(Claim claim) => new(Word(claim.Support) + (claim.Justification is { Length: > 0 } why ? $": {why}" : ""), claim.Location, IsPaper: true);
    }

    private static string Settle(UnitFacts facts, MakersWord? word)
    {
        if (facts.Settle is { Length: > 0 } named) return named;
        if (word is { Support: Support.NotApplicable } or { NotAccepted: not null })
        {
            return facts.Provision.Condition is null
                ? $"a signed \"yes\" or \"no\" for {facts.Provision.Id}, which holds without condition"
                : $"the table rows that show whether condition {facts.Provision.Condition} holds, signed";
        }
        var sign = word?.Support is null or Support.No ? $"a signed \"yes\" for {facts.Provision.Id}" : $"a signature under the line for {facts.Provision.Id}";
        var evidence = Settling.Of(facts.Unit.Id)?.Say(facts.UpdatePeriod) ?? "evidence for a check: an image, a capture or a scan";
        return facts.Unit.Means switch
        {
            Means.Tool => $"{sign}, and {evidence}; or a lab's signed record",
            Means.HandsOn => $"{sign}; for a higher level {evidence}",
            _ => $"{sign}, and {evidence}",
        };
    }

    /// <summary>Units to a provision: fail, then disputed, then inconclusive, then pass; not applicable is neutral. Never averaged.</summary>
    /// <param name="units">Answers for the provision's units; a unit that nobody answered is missing and makes it inconclusive.</param>
    /// <param name="expected">The units that the catalogue has for it.</param>
    public static ProvisionVerdict OfProvision(Provision provision, IReadOnlyList<UnitVerdict> units, IReadOnlyList<TestUnit> expected, bool claimed = false)
    {
        var counted = units.Where(u => !u.IsPreparatory || u.Outcome is Outcome.Fail or Outcome.Disputed).ToList();
        var missing = expected.Where(e => !e.IsPreparatory && units.All(u => u.Unit != e.Id)).Select(e => e.Id).ToList();
        var declared = units.Select(u => u.Declared).FirstOrDefault(d => d is not null);
        ProvisionVerdict Answer(Outcome outcome, string reason, Grade? grade = null, string? settle = null) => new()
        {
            Provision = provision.Id,
            Outcome = outcome,
            Grade = grade,
            Reason = reason,
            Units = units,
            Settle = settle,
            IsMandatory = provision.IsMandatory,
            IsClaimed = claimed,
            Declared = declared,
        };
        foreach (var outcome in new[] { Outcome.Fail, Outcome.Disputed })
        {
            if (counted.FirstOrDefault(u => u.Outcome == outcome) is { } first)
            {
                return Answer(outcome, $"{first.Unit}: {first.Reason}{More(counted, outcome)}", first.Grade, first.Settle);
            }
        }
        // One claim speaks for all units of a recommendation, so a decided unit does not claim the rest for the maker.
        if (counted.Any(u => u.Outcome == Outcome.NotClaimed)) return Answer(Outcome.NotClaimed, counted.First(u => u.Outcome == Outcome.NotClaimed).Reason);
        if (counted.FirstOrDefault(u => u.Outcome == Outcome.Inconclusive) is { } open)
        {
            return Answer(Outcome.Inconclusive, $"{open.Unit}: {open.Reason}{More(counted, Outcome.Inconclusive)}", null, open.Settle);
        }
        if (missing.Count > 0) return Answer(Outcome.Inconclusive, $"nobody answered {string.Join(", ", missing)}", null, $"an answer for {string.Join(", ", missing)}");
        var passed = counted.Where(u => u.Outcome == Outcome.Pass).ToList();
        if (passed.Count > 0)
        {
            // The provision's own grade is what its weakest unit rests on: it must not claim more than each unit carries. Counts stay beside it.
            return Answer(Outcome.Pass, $"{Count(units)}", passed.Max(u => u.Grade));
        }
        if (counted.Count > 0)
        {
            var grade = counted.All(u => u.Grade is not null) ? counted.Max(u => u.Grade) : null;
            return Answer(Outcome.NotApplicable, counted[0].Reason, grade);
        }
        return Answer(Outcome.Inconclusive, "no unit of it was examined", null, $"a catalogue with units for {provision.Id}, or a lab's signed record");
    }

    private static string More(List<UnitVerdict> units, Outcome outcome) => units.Count(u => u.Outcome == outcome) is var n and > 1 ? $" (and {n - 1} more)" : "";

    /// <summary>How many units rest on what.</summary>
    public static UnitCounts Count(IEnumerable<UnitVerdict> units)
    {
        var all = units.Where(u => !u.IsPreparatory || u.Outcome is Outcome.Fail or Outcome.Disputed).ToList();
        int Of(Outcome outcome, Grade? grade = null) => all.Count(u => u.Outcome == outcome && (grade is null || u.Grade == grade));
        return new UnitCounts
        {
            Tool = Of(Outcome.Pass, Grade.Tool),
            Lab = Of(Outcome.Pass, Grade.Lab),
            Supported = Of(Outcome.Pass, Grade.Supported),
            Declared = Of(Outcome.Pass, Grade.Declared),
            Fail = Of(Outcome.Fail),
            Disputed = Of(Outcome.Disputed),
            NotApplicable = Of(Outcome.NotApplicable),
            NotClaimed = Of(Outcome.NotClaimed),
            Open = Of(Outcome.Inconclusive),
        };
    }

    /// <summary>Provisions to a profile: mandatory ones, and recommendations that the maker claims with a signature. The others stand beside.</summary>
    public static ProfileVerdict OfProfile(Catalogue catalogue, IReadOnlyList<ProvisionVerdict> provisions)
    {
        var counts = Count(provisions.SelectMany(p => p.Units));
        if (!catalogue.GivesOverallVerdict)
        {
            var partial = $"{catalogue.Name} {catalogue.Edition} is not complete here: {catalogue.Provisional ?? "single provisions only"}";
            return new ProfileVerdict(null, partial, provisions, counts);
        }
        var counted = provisions.Where(p => p.IsMandatory || p.IsClaimed).ToList();
        var missing = catalogue.Provisions.Where(p => p.IsMandatory && provisions.All(v => v.Provision != p.Id)).Select(p => p.Id).ToList();
        foreach (var outcome in new[] { Outcome.Fail, Outcome.Disputed, Outcome.Inconclusive })
        {
            var ids = counted.Where(p => p.Outcome == outcome).Select(p => p.Provision).ToList();
            if (ids.Count > 0) return new ProfileVerdict(outcome, $"{EvidenceJson.Name(outcome)}: {string.Join(", ", ids)}", provisions, counts);
        }
        if (missing.Count > 0) return new ProfileVerdict(Outcome.Inconclusive, $"not examined: {string.Join(", ", missing)}", provisions, counts);
        if (counted.Any(p => p.Outcome == Outcome.Pass)) return new ProfileVerdict(Outcome.Pass, $"{counts}", provisions, counts);
        return counted.Count > 0
            ? new ProfileVerdict(Outcome.NotApplicable, "no provision applies", provisions, counts)
            : new ProfileVerdict(Outcome.Inconclusive, "nothing was examined", provisions, counts);
    }

    /// <summary>A level is met when each of its provisions is pass or not applicable, each unit at the grade that the level accepts.</summary>
    public static LevelVerdict OfLevel(Level level, Catalogue catalogue, IReadOnlyList<ProvisionVerdict> provisions)
    {
        var blocks = new List<Block>();
        foreach (var provision in level.Of(catalogue))
        {
            if (provisions.FirstOrDefault(v => v.Provision == provision.Id) is not { } verdict)
            {
                blocks.Add(new Block(provision.Id, null, Outcome.Inconclusive, null, "it was not examined", $"an assessment that answers {provision.Id}"));
                continue;
            }
            var before = blocks.Count;
            foreach (var unit in verdict.Units)
            {
                if (unit.IsPreparatory && unit.Outcome is not (Outcome.Fail or Outcome.Disputed)) continue;
                var means = catalogue.Unit(unit.Unit)?.Means ?? Means.Tool;
                var answered = unit.Outcome is Outcome.Pass or Outcome.NotApplicable;
                // What is not there cannot be examined by a tool or in a lab: for "not applicable" a word with a name behind it is enough.
                if (unit.Outcome == Outcome.NotApplicable ? unit.Grade is not null : answered && level.Accepts(unit.Grade, means)) continue;
                var reason = unit.Outcome switch
                {
                    Outcome.NotApplicable => $"{unit.Reason}",
                    Outcome.Pass => $"rests on {EvidenceJson.Name(unit.Grade!.Value)}, the level asks for {EvidenceJson.Name(means == Means.Tool ? level.LeastTool : level.Least)}",
                    _ => unit.Reason,
                };
                var settle = unit.Settle ?? unit.Outcome switch
                {
                    Outcome.NotApplicable => "a signed declaration of what is not there",
                    Outcome.Pass => means == Means.Tool ? "evidence that a check can examine" : "a lab's signed record",
                    Outcome.NotClaimed => $"a signed \"yes\" for {provision.Id}",
                    _ => null,
                };
                blocks.Add(new Block(provision.Id, unit.Unit, unit.Outcome, unit.Grade, reason, settle));
            }
            if (blocks.Count == before && verdict.Outcome is not (Outcome.Pass or Outcome.NotApplicable))
            {
                blocks.Add(new Block(provision.Id, null, verdict.Outcome, verdict.Grade, verdict.Reason, verdict.Settle));
            }
        }
        return new LevelVerdict(level.Number, level.Name, blocks.Count == 0 && catalogue.GivesOverallVerdict, blocks);
    }
}
