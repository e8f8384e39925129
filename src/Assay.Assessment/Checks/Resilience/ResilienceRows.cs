using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>The mechanisms of IXIT 23-ResMech together speak of loss of network and of loss of power.</summary>
public sealed class ResilienceRows() : Check("resilience-rows", 1, Polarity.Refute, CoverageScope.Declaration,
    "a mechanism for loss of network and one for loss of power in IXIT 23-ResMech", "IXIT 23-ResMech with a row for loss of network and one for loss of power", "5.9-1-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(23).ToList();
        if (rows.Count == 0) return [Open(Units[0], "IXIT 23-ResMech was not handed over", "IXIT 23-ResMech")];
        bool network = rows.Any(r => Speaks(r.Row, Network)), power = rows.Any(r => Speaks(r.Row, Power));
        var table = rows[0].Table;
        if (network && power) return [Supports(Units[0], $"the {rows.Count} mechanism(s) speak of loss of network and of loss of power")];
        return [Refutes(Units[0], $"no row of IXIT 23-ResMech is for loss of {(network ? "power" : power ? "network" : "network or power")}", table.Location).NotIn(23)];
    }

    // The type decides; a row without one speaks by all its words.
    private static bool Speaks(IxitRow row, Regex words) => Fields.Of(row, "Type") == Filled.Words
        ? words.IsMatch(Papers.Field(row, "Type")!) || Both.IsMatch(Papers.Field(row, "Type")!) || (!Network.IsMatch(Papers.Field(row, "Type")!) && !Power.IsMatch(Papers.Field(row, "Type")!) && words.IsMatch(Papers.Whole(row)))
        : words.IsMatch(Papers.Whole(row));

    private static Regex Network => field ??= new(@"\b(networks?|connectivity|connections?|internet|links?|wi-?fi|wlan|ethernet|wan|lan|wireless|radio|cellular|lte|offline|online|cloud|broker|server|uplink|reconnect\w*|backend)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Power => field ??= new(@"\b(power\w*|brown-?outs?|black-?outs?|mains|batter(y|ies)|electric\w*|voltage|ups|supply|unplugg\w*|energy)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Both => field ??= new(@"^\W*(both|all|any)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
