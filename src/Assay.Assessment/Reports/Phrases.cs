using System.Globalization;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Reports;

/// <summary>The words of all reports, in one place. Of a device they say what was seen and decided, never that it is without fault (semantics.md section 3).</summary>
public static class Phrases
{
    /// <summary>The order in which outcomes are shown: what needs somebody first.</summary>
    public static readonly IReadOnlyList<Outcome> Order =
        [Outcome.Fail, Outcome.Disputed, Outcome.Inconclusive, Outcome.Pass, Outcome.NotClaimed, Outcome.NotApplicable];

    public static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Fail => "fail",
        Outcome.Disputed => "disputed",
        Outcome.Inconclusive => "inconclusive",
        Outcome.Pass => "pass",
        Outcome.NotClaimed => "not claimed",
        _ => "not applicable",
    };

    /// <summary>One character that stands beside the word, so that nothing is said by colour alone.</summary>
    public static string Symbol(Outcome outcome) => outcome switch
    {
        Outcome.Fail => "✕",
        Outcome.Disputed => "≠",
        Outcome.Inconclusive => "?",
        Outcome.Pass => "✓",
        Outcome.NotClaimed => "○",
        _ => "–",
    };

    public static string Meaning(Outcome outcome) => outcome switch
    {
        Outcome.Fail => "refuted by a finding with a place, or declared as not met although it is mandatory",
        Outcome.Disputed => "two sources contradict each other and neither alone refutes",
        Outcome.Inconclusive => "not decided yet; each says what would settle it",
        Outcome.Pass => "met at the grade shown, within the scope and coverage shown",
        Outcome.NotClaimed => "a recommendation that the maker does not claim to meet; no failure",
        _ => "its condition does not hold for this device",
    };

    public static string Word(Grade grade) => grade switch
    {
        Grade.Tool => "by tool",
        Grade.Lab => "by lab",
        Grade.Supported => "supported claim",
        _ => "signed claim",
    };

    public static string Meaning(Grade grade) => grade switch
    {
        Grade.Tool => "decided by a check in its stated scope and coverage",
        Grade.Lab => "recorded and signed by a named person, with evidence",
        Grade.Supported => "a signed claim of the maker that evidence agrees with",
        _ => "a signed claim of the maker alone",
    };

    /// <summary><c>41 tool, 63 lab, 92 declared, 30 open</c>: whole words; a grade that nothing has is left out, what is open never.</summary>
    public static string Counts(UnitCounts grades)
    {
        (int Count, string Word)[] parts = [(grades.Tool, "tool"), (grades.Lab, "lab"), (grades.Supported, "supported"), (grades.Declared, "declared")];
        return string.Join(", ", parts.Where(p => p.Count > 0).Append((Count: grades.Open, Word: "open")).Select(p => $"{Number(p.Count)} {p.Word}"));
    }

    /// <summary><c>3 fail, 1 disputed, 12 inconclusive</c>, in the order of <see cref="Order"/>.</summary>
    public static string Counts(IEnumerable<Outcome> outcomes)
    {
        var counts = outcomes.CountBy(o => o).ToDictionary();
        return string.Join(", ", Order.Where(counts.ContainsKey).Select(o => $"{Number(counts[o])} {Word(o)}"));
    }

    /// <summary>What stands in a level's way, counted: a pass or "not applicable" does so where nobody with a name stands behind it, or not strongly enough.</summary>
    public static string Blocks(LevelResult level)
    {
        var counts = Blocked(level).CountBy(p => Worst(p)).ToDictionary();
        return string.Join(", ", Order.Where(counts.ContainsKey).Select(o => $"{Number(counts[o])} {BlockingWord(o)}"));
    }

    /// <summary>The outcome of something that blocks a level: the plain word, except where the plain word would sound as if nothing were missing.</summary>
    public static string BlockingWord(Outcome outcome) => outcome switch
    {
        Outcome.Pass => "pass at a lower grade",
        Outcome.NotApplicable => "not applicable by unsigned papers",
        _ => Word(outcome),
    };

    /// <summary>The answer in words: which levels are met, and what stands before the next one.</summary>
    public static string Answer(AssessmentResult result)
    {
        if (result.Levels.Count == 0) return "This edition gives no overall answer, because not all of its provisions are in the catalogue.";
        var met = result.Levels.Where(l => l.Met).ToList();
        var first = met.Count switch
        {
            0 => "No level is met.",
            1 => $"Level {met[0].Level} ({met[0].Profile}) is met.",
            _ when met.Count == result.Levels.Count => $"All {met.Count} levels are met.",
            _ => $"Levels {List(met.Select(l => l.Level.ToString(CultureInfo.InvariantCulture)))} are met.",
        };
        return NextLevel(result) is { } next ? $"{first} Level {next.Level} ({next.Profile}) is blocked by {Count(Blocked(next).Count, "provision")}." : first;
    }

    /// <summary>The lowest level that is not met; null when all are.</summary>
    public static LevelResult? NextLevel(AssessmentResult result) => result.Levels.FirstOrDefault(l => !l.Met);

    /// <summary>What blocks a level, one entry for each provision: in the order of outcomes, then of the catalogue.</summary>
    public static IReadOnlyList<IGrouping<string, Blocking>> Blocked(LevelResult level) =>
        [.. level.Blocking.GroupBy(b => b.Provision).OrderBy(p => Rank(Worst(p)))];

    /// <summary>Maker and model, or words that say that nobody named them.</summary>
    public static string Name(Device device) => (device.Maker, device.Model) switch
    {
        (Device.Unknown, Device.Unknown) => "A device that nobody named",
        (Device.Unknown, _) => $"{device.Model}, maker not named",
        (_, Device.Unknown) => $"{device.Maker}, model not named",
        _ => $"{device.Maker} {device.Model}",
    };

    /// <summary>The outcome among these that stands first in <see cref="Order"/>.</summary>
    public static Outcome Worst(IEnumerable<Blocking> blocking)
    {
        var outcomes = blocking.Select(b => b.Outcome).ToHashSet();
        return Order.First(outcomes.Contains);
    }

    private static int Rank(Outcome outcome) => Order.TakeWhile(o => o != outcome).Count();

    /// <summary>The units that have a result of their own; a preparatory step has none unless it was refuted.</summary>
    public static IReadOnlyList<UnitVerdict> Counted(IEnumerable<UnitVerdict> units) =>
        [.. units.Where(u => !u.IsPreparatory || u.Outcome is Outcome.Fail or Outcome.Disputed)];

    /// <summary>Units of one provision that block for the same reason, as one: <c>5.1-2-1a, 5.1-2-1b</c>; what fails comes first.</summary>
    public static IReadOnlyList<(string Units, Outcome Outcome, string Reason, string? Settle)> Alike(IEnumerable<Blocking> blocking) =>
        [.. blocking.GroupBy(b => (b.Outcome, b.Reason, b.Settle)).OrderBy(g => Rank(g.Key.Outcome))
            .Select(g => (string.Join(", ", g.Select(b => b.Unit).OfType<string>()), g.Key.Outcome, g.Key.Reason, g.Key.Settle))];

    /// <summary>A provision's reason without the id of the unit that it was taken from, for where a line is short.</summary>
    public static string Bare(ProvisionVerdict verdict) =>
        verdict.Units.FirstOrDefault(u => verdict.Reason.StartsWith(u.Unit + ": ", StringComparison.Ordinal)) is { } unit
            ? verdict.Reason[(unit.Unit.Length + 2)..] : verdict.Reason;

    /// <summary>Every contradiction once, also those that only a unit names.</summary>
    public static IReadOnlyList<Contradiction> Contradictions(AssessmentResult result) =>
        [.. result.Contradictions.Concat(result.Verdicts.SelectMany(v => v.Units).SelectMany(u => u.Contradictions)).Distinct()];

    /// <summary>What kind of disagreement this is, and where it goes from here.</summary>
    public static string Kind(Contradiction contradiction) => contradiction.IsPaperAgainstPaper
        ? "Document against document: it goes back to the supplier and is no failure of the device."
        : contradiction.One.IsPaper || contradiction.Other.IsPaper
            ? "Document against evidence: what was seen on the device or its image differs from what is written."
            : "Evidence against evidence: two observations of the device differ.";

    public static string Scope(CoverageScope scope) => scope switch
    {
        CoverageScope.Image => "image",
        CoverageScope.Files => "files in the image",
        CoverageScope.Capture => "traffic",
        CoverageScope.Declaration => "declaration",
        CoverageScope.Materials => "bill of materials",
        CoverageScope.Scan => "scan",
        CoverageScope.Application => "companion app",
        CoverageScope.Advisories => "comparison with advisories",
        _ => "document, kept but not read",
    };

    /// <summary><c>all 1,204 frames</c>, or <c>1,000 of 1,204 frames</c>.</summary>
    public static string Extent(Coverage coverage) => coverage.Examined == coverage.Total
        ? $"all {Number(coverage.Total)} {coverage.Unit}"
        : $"{Number(coverage.Examined)} of {Number(coverage.Total)} {coverage.Unit}";

    /// <summary>At most 240 characters, cut at a blank, for where the whole text stands elsewhere in the same report.</summary>
    public static string Short(string text)
    {
        const int Most = 240;
        if (text.Length <= Most) return text;
        var blank = text.LastIndexOf(' ', Most);
        return text[..(blank > Most / 2 ? blank : char.IsHighSurrogate(text[Most - 1]) ? Most - 1 : Most)] + " …";
    }

    /// <summary>A camelCase name of a kind or count as words: <c>billOfMaterials</c> becomes <c>bill of materials</c>.</summary>
    public static string Words(string name) =>
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>The same with a capital letter at its beginning, for where it stands as a heading.</summary>
    public static string Capital(string text) => text.Length > 0 && char.IsAsciiLetterLower(text[0]) ? char.ToUpperInvariant(text[0]) + text[1..] : text;

    /// <summary><c>1 provision</c>, <c>2 provisions</c>.</summary>
    public static string Count(long count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>23 November 2026</c>; the time of day follows where it is not midnight in UTC.</summary>
    public static string Date(DateTimeOffset moment)
    {
        var utc = moment.UtcDateTime;
        return utc.ToString(utc.TimeOfDay == TimeSpan.Zero ? "d MMMM yyyy" : "d MMMM yyyy, HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
    }

    /// <summary>The same moment as <c>--as-of</c> takes it.</summary>
    public static string Argument(DateTimeOffset moment)
    {
        var utc = moment.UtcDateTime;
        return utc.ToString(utc.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary><c>1, 2 and 3</c>.</summary>
    public static string List(IEnumerable<string> items)
    {
        var list = items.ToList();
        return list.Count < 2 ? string.Concat(list) : $"{string.Join(", ", list.SkipLast(1))} and {list[^1]}";
    }

    /// <summary>The group that a provision belongs to: <c>5.1</c> of <c>5.1-2A</c>.</summary>
    public static string Group(string provision) => provision.IndexOf('-', StringComparison.Ordinal) is > 0 and var minus ? provision[..minus] : provision;

    /// <summary>What a group is about, in own words; empty for a group of another catalogue.</summary>
    public static string Topic(string group) => group switch
    {
        "4" or "5.0" => "Reasons for what is not met",
        "5.1" => "Passwords and log-in",
        "5.2" => "Reports of vulnerabilities",
        "5.3" => "Software updates",
        "5.4" => "Stored secrets",
        "5.5" => "Communication",
        "5.6" => "Attack surface",
        "5.7" => "Software integrity",
        "5.8" => "Personal data on the way",
        "5.9" => "Outages",
        "5.10" => "Telemetry",
        "5.11" => "Deleting user data",
        "5.12" => "Installation and upkeep",
        "5.13" => "Input data",
        "6" => "Data protection",
        _ => "",
    };

    public const string NotALabel =
        "This is a statement of assessment, not a label: it says what was examined, how, and with what result. What nobody looked at is named in it and passes nothing.";

    /// <summary>The level of attack that the methodology assumes, in own words (TS 103 701 annex D).</summary>
    public const string Attacker =
        "The methodology assumes an attacker of level basic: public knowledge, ordinary equipment, and the network or the device as a user reaches them. Its user is a person with limited technical knowledge. What a stronger attacker could do was not asked.";

    public const string Method =
        "Each test unit is answered by itself: by a check of files within its stated scope and coverage, by a laboratory's signed record with evidence, or by the maker's signed claim. A unit that nothing decides is inconclusive; silence passes nothing. Units come together to test cases and test groups, one group for each provision: fail before disputed before inconclusive before pass.";

    /// <summary>The edition that was assessed; null for one that this program does not carry.</summary>
    public static Catalogues.Catalogue? Edition(AssessmentResult result) =>
        Catalogues.Catalogue.Editions.FirstOrDefault(c => $"{c.Name} {c.Edition}".EndsWith(result.Editions.Standard, StringComparison.Ordinal));

    public static string Word(LabResult result) => result switch { LabResult.Pass => "pass", LabResult.Fail => "fail", LabResult.NotApplicable => "not applicable", _ => "inconclusive" };

    /// <summary><c>3 pass, 1 fail; 2 that count for nothing</c>.</summary>
    public static string Results(IReadOnlyList<LabEntry> records)
    {
        var counted = records.Where(r => r.Record.Counts).CountBy(r => r.Record.Result).OrderBy(r => r.Key).Select(r => $"{Number(r.Value)} {Word(r.Key)}").ToList();
        var not = records.Count(r => !r.Record.Counts);
        return (counted.Count > 0 ? string.Join(", ", counted) : "none that counts") + (not > 0 && counted.Count > 0 ? $"; {Number(not)} that count{(not == 1 ? "s" : "")} for nothing" : "");
    }

    /// <summary><c>12 records of 2 laboratories' people.</c></summary>
    public static string LabCounts(IReadOnlyList<LabEntry> records) =>
        $"{Count(records.Count, "record")} by {Count(records.Select(r => r.Record.Person).Distinct(StringComparer.Ordinal).Count(), "examiner")}, {Number(records.Count(r => r.Record.Counts))} of them count.";

    public const string Provisional =
        "This edition is provisional: a part of it was not read by us, so the status of some provisions may change.";

    public const string Level =
        "A level is met when each of its provisions is a pass or not applicable at the grade that the level asks for. Nothing is averaged.";
}
