using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>An interface that is on and whose own row says that nobody needs it, or says nothing where its purpose should stand. One answer a row.</summary>
public sealed class InterfacePurpose() : Check("interface-purpose", 2, Polarity.Refute, CoverageScope.Declaration,
    "a purpose for every network and logical interface that is on", "IXIT 15-Intf and 28, with the purpose of every interface that is on", "5.6-1-1a")
{
    public override IEnumerable<Answer> Look(Examined examined) => Judge(examined).Together(asked: 15);

    private IEnumerable<Answer> Judge(Examined examined)
    {
        var rows = examined.Rows(15, 28).Where(r => r.Table.Number == 28 || IsNetwork(Papers.Field(r.Row, "Type"))).ToList();
        if (rows.Count == 0) yield return Open(Units[0], "no table of network or logical interfaces (IXIT 15 or 28) was handed over", "IXIT 15-Intf");
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var status = Papers.Field(of.Row, "Status");
            var whole = $"{status}\n\n{Papers.Field(of.Row, "Purpose", "Justification")}\n\n{Papers.Field(of.Row, "Description")}";
            var state = InterfaceStatus.Of(status);
            if (state is Switched.Off) yield return Supports(Units[0], $"{id} is declared off").For(of);
            else if (Fields.Of(status) == Filled.Placeholder) yield return Refutes(Units[0], $"the status of {id} {Fields.Shown(status)}", of.Row.At("Status")).For(of);
            else if (state is Switched.On && Needless.Match(whole) is { Success: true } needless) yield return Refutes(Units[0], $"{id} is on, and its row says \"{Wording.Begin(needless.Value)}\"", of.Row.At("Status")).For(of);
            else if (Needed.IsMatch(whole)) yield return Supports(Units[0], $"{id} says what it is for").For(of);
            else yield return Open(Units[0], $"{id} names no purpose that a program can read; whether it is needed is for a person", $"the purpose of {id}").For(of);
        }
    }

    private static bool IsNetwork(string? type) => type is null || NetworkWords.IsMatch(type);

    private static Regex NetworkWords => field ??= new(@"\b(network|logical|air|radio|wireless|wi-?fi|wlan|ethernet|lan|bluetooth|ble|zigbee|thread|z-wave|lora\w*|cellular|lte|nb-iot)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Needless => field ??= new(@"\b(no (known |further |real |particular |specific |current )?(purpose|use|need|function)( (in|for|at)\b|\W|$)|not (actually |currently |really )?(needed|required|necessary)( (for|in|by|any more|anymore|at)\b|\W|$)|not (actually |currently |really )?used( (any ?more|at all|by any\w*|yet)\b|\s*[.;,)]|$)|no longer (needed|required|used)|(left|kept) (over )?from (development|test\w*|production|debugging)|left-?over|obsolete|(purpose|reason) (is )?(unknown|unclear)|for no reason|never used|(^|\n)\W*unused\b|\b(is|are|currently|now) unused)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Needed => field ??= new(@"\b(need(ed|s)?|necessary|requir\w+|essential|used? (to|for|by|as)|serves?|provid\w+|allows?|enabl(es|ing) |lets|carr(y|ies)|hosts?|acts? as|connects?|for (the|local|remote|updates?|set-?up|configuration|time|streaming|access|control|telemetry|pairing|commissioning|maintenance|discovery)|purpose|in order to|so that|fulfil\w*|critical|crucial|works? as)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
