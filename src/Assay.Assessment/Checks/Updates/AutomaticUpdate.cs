using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>Every software component with an update mechanism has one that is easy, one that runs by itself, and one that asks for new versions: by what the tables say of each mechanism it names.</summary>
public sealed class AutomaticUpdate() : RowCheck("automatic-update", 3, Polarity.Refute, 6,
    "an easy, an unattended and an asking update mechanism for every component of IXIT 6-SoftComp", "IXIT 7-UpdMech with initiation, configuration and update checking of every mechanism", "5.3-3-1a", "5.3-4-1a", "5.3-5-1a")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        if (UpdatePaths.Of(examined, row) is not { } paths) yield break;
        // A boot loader that only a person replaces may have its reason; the others have none.
        var first = Boot.IsMatch($"{row.Id}\n{Wording.Clauses(Papers.Field(row, "Description")).FirstOrDefault()}");
        var names = string.Join(", ", paths.Select(Name).Take(4));
        yield return !first && paths.All(UpdatePaths.NeedsSkill) ? Refutes("5.3-3-1a", $"{Name(row)} is updated only with tools or skill that a user does not have ({names})", row.Location)
            : paths.Any(p => UpdatePaths.IsAutomatic(p) == true) ? Supports("5.3-3-1a", $"{Name(row)} is updated without a person by {names}")
            : Open("5.3-3-1a", $"{Name(row)}: whether {names} is easy is for a person");
        yield return paths.Any(p => UpdatePaths.IsAutomatic(p) == true) ? Supports("5.3-4-1a", $"{Name(row)} names a mechanism that runs by itself")
            : !first && paths.All(p => UpdatePaths.IsAutomatic(p) == false) ? Refutes("5.3-4-1a", $"{Name(row)}: each of its mechanisms needs a person ({names})", row.Location)
            : Open("5.3-4-1a", $"{Name(row)}: IXIT 7-UpdMech does not say whether {names} runs by itself");
        if (paths.All(p => UpdatePaths.PeriodHours(p) > LongestPeriod)) yield return Refutes("5.3-5-1a", $"{Name(row)}: none of its mechanisms asks for new versions as often as once a year ({names})", row.Location);
        else yield return paths.Any(p => UpdatePaths.Checks(p) == true) ? Supports("5.3-5-1a", $"{Name(row)} names a mechanism that asks for new versions")
            : !first && paths.All(p => UpdatePaths.Checks(p) == false) ? Refutes("5.3-5-1a", $"{Name(row)}: none of its mechanisms asks for new versions ({names})", row.Location)
            : Open("5.3-5-1a", $"{Name(row)}: IXIT 7-UpdMech does not say when {names} asks for new versions");
    }

    // Hours of a year: who asks more seldom does not ask regularly in any product's life.
    private const double LongestPeriod = 366 * 24;

    private static Regex Boot => field ??= new(@"\b(boot ?loader|boot rom|rom boot|second[- ]stage|first[- ]stage|boot stage|recovery (image|partition)|factory image|mask rom)\b|-\w*boot\w*\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
