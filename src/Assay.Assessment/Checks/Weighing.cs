using Assay.Assessment.Catalogues;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// What an answer of a check is worth, by rules that hold for all checks alike: only the device's own traffic counts; what is in no table may stand in a
/// part of it that could not be read; and a paper that lacks what its maker calls not applicable agrees with itself. (What its maker does not claim the verdict itself knows.)
/// </summary>
internal static class Weighing
{
    /// <summary>The answers of a check that count. Reads are noted in <see cref="Examined.Reads"/>.</summary>
    public static IReadOnlyList<Answer> Of(Check check, Examined examined)
    {
        var answers = check.Look(examined.OfDevice()).Select(a => Unread(a, examined)).Select(a => Inapplicable(a, examined)).ToList();
        if (examined.Strangers.Count > 0) answers.AddRange(OfStrangers(check, examined));
        return answers;
    }

    /// <summary>It speaks of something that it found in none of these tables: no row was read that names it.</summary>
    public static Answer NotIn(this Answer answer, params IReadOnlyList<int> tables) => answer with { NotIn = tables };

    /// <summary>As <see cref="NotIn(Answer, IReadOnlyList{int})"/>, for each.</summary>
    public static IEnumerable<Answer> NotIn(this IEnumerable<Answer> answers, params IReadOnlyList<int> tables) => answers.Select(a => a.NotIn(tables));

    private static Answer Unread(Answer answer, Examined examined)
    {
        if (answer.NotIn.Count == 0 || answer.Says is not (Says.Refutes or Says.Contradicts) || examined.Gap(answer.NotIn) is not { } gap) return answer;
        return answer with
        {
            Says = Says.Open,
            Contradiction = null,
            Reason = $"{answer.Reason}; but {gap.Location} could not be read (\"{gap.Text}\"), and it may stand there",
            Settle = $"{gap.Expected} at {gap.Location}",
        };
    }

    private static Answer Inapplicable(Answer answer, Examined examined)
    {
        if (answer.Says != Says.Refutes || answer.Findings.Count > 0 || answer.Locations.Any(l => l.Frame is not null)) return answer;
        // What holds without condition nobody may call inapplicable.
        if (Catalogue.Default.Unit(answer.Unit) is not { } unit || Catalogue.Default.Provision(unit.Provision) is not { } provision || provision is { IsMandatory: true, Condition: null } || !examined.IsCalledInapplicable(provision.Id)) return answer;
        return answer with { Says = Says.Open, Reason = $"{answer.Reason}; its maker calls the provision not applicable", Settle = "a row that describes it, once it is claimed" };
    }

    // What would count if it were the device's: shown, with what would make it count.
    private static IEnumerable<Answer> OfStrangers(Check check, Examined examined)
    {
        var unknown = examined.Strangers;
        foreach (var answer in check.Look(examined).Where(a => a.Says != Says.Open).DistinctBy(a => (a.Unit, a.Row, a.Says)))
        {
            if (answer.Locations.FirstOrDefault(l => unknown.Contains(l.Artefact)) is not { } place) continue;
            yield return answer with
            {
                Says = Says.Open,
                Contradiction = null,
                IsSilence = false,
                Findings = [.. answer.Findings.Where(f => unknown.Contains(f.Location.Artefact))],
                Reason = $"{answer.Reason}; but nobody says which machine in {Shortened.Visible(place.Artefact)} is the device",
                Settle = "the device's hardware address in device.yaml (mac:), or its addresses (addresses:)",
            };
        }
    }
}
