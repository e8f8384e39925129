using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Ways to delete: at least one for the device, and one for every service that holds personal data. One answer a row of IXIT 21-PersData where the unit asks every service.</summary>
public sealed class DeletionCoverage() : Check("deletion-coverage", 4, Polarity.Refute, CoverageScope.Declaration,
    "a way to delete for the device and for every service that holds personal data", "IXIT 25-DelFunc with a target for every row of 21-PersData", "5.11-1-1a", "5.11-1-1c", "5.11-2-1a", "5.11-2-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var table = examined.Declaration.Table(25);
        var functions = examined.Rows(25).ToList();
        var data = examined.Rows(21).ToList();
        if (table is null) return Units.Select(u => Open(u, "IXIT 25-DelFunc was not handed over"));
        var answers = new List<Answer>();
        // What a user cannot start is no way for users.
        var barred = functions.Where(f => IsBarred(f.Row)).ToList();
        var device = functions.Except(barred).FirstOrDefault(f => Targets(f.Row, Device));
        var service = functions.Except(barred).FirstOrDefault(f => Targets(f.Row, Service));
        var spared = functions.Where(f => Targets(f.Row, Device)).Select(f => (Of: f, Clause: Wording.Clauses($"{Papers.Field(f.Row, "Target")}\n\n{Papers.Field(f.Row, "Description")}").FirstOrDefault(c => Stays.IsMatch(c) && !Nothing.IsMatch(c)))).ToList();
        if (device.Row is null && barred.FirstOrDefault(f => Targets(f.Row, Device)) is { Row: not null } shut) answers.Add(Refutes("5.11-1-1a", $"{Shortened.Visible(shut.Row.Id)} is no way for a user: \"{Wording.Begin(Papers.Field(shut.Row, "Initiation")!)}\"", shut.Row.At("Initiation and Interaction")));
        else if (device.Row is null && functions.FirstOrDefault(f => !IsAway(f.Row)) is { Row: not null } other) answers.AddRange(new[] { "5.11-1-1a", "5.11-1-1c" }.Select(u => Open(u, $"{Shortened.Visible(other.Row.Id)} names a target that may be the device: \"{Wording.Begin(Papers.Field(other.Row, "Target") ?? Papers.Whole(other.Row))}\"", "a target in every row of IXIT 25-DelFunc that says device or service")));
        else if (device.Row is null) answers.AddRange(Refutes("5.11-1-1a", "no row of IXIT 25-DelFunc deletes data on the device", table.Location).NotIn(25), Refutes("5.11-1-1c", "no row of IXIT 25-DelFunc deletes data on the device", table.Location).NotIn(25));
        else
        {
            answers.Add(Supports("5.11-1-1a", $"{Shortened.Visible(device.Row.Id)} deletes data on the device"));
            answers.Add(spared.Count > 0 && spared.All(s => s.Clause is not null) ? Refutes("5.11-1-1c", $"{Shortened.Visible(spared[0].Of.Row.Id)} leaves something behind: \"{Wording.Begin(spared[0].Clause!)}\"", spared[0].Of.Row.Location)
                : data.Count == 0 ? Open("5.11-1-1c", "IXIT 21-PersData was not handed over, or has no rows to be covered") : Supports("5.11-1-1c", $"{Shortened.Visible(device.Row.Id)} deletes data on the device; that it reaches every kind of data is for a person"));
        }
        var held = data.Where(d => AtService(d.Row)).ToList();
        if (held.Count == 0)
        {
            answers.AddRange(new[] { "5.11-2-1a", "5.11-2-1b" }.Select(u => Open(u, data.Count == 0 ? "IXIT 21-PersData was not handed over" : "IXIT 21-PersData names no service that holds personal data")));
            return answers;
        }
        answers.Add(service.Row is null && barred.FirstOrDefault(f => Targets(f.Row, Service)) is { Row: not null } closed
            ? Refutes("5.11-2-1a", $"{Shortened.Visible(closed.Row.Id)} is no way for a user: \"{Wording.Begin(Papers.Field(closed.Row, "Initiation")!)}\"", closed.Row.At("Initiation and Interaction"))
            : service.Row is null
            ? Refutes("5.11-2-1a", $"{Shortened.Visible(held[0].Row.Id)} goes to a service, and no row of IXIT 25-DelFunc deletes there", held[0].Row.Location, table.Location).NotIn(25)
            : Supports("5.11-2-1a", $"{Shortened.Visible(service.Row.Id)} deletes data at a service"));
        foreach (var of in held)
        {
            answers.Add((service.Row is null
                ? Refutes("5.11-2-1b", $"{Shortened.Visible(of.Row.Id)} goes to a service, and no row of IXIT 25-DelFunc deletes there", of.Row.Location, table.Location).NotIn(25)
                : Supports("5.11-2-1b", $"{Shortened.Visible(of.Row.Id)} goes to a service, and {Shortened.Visible(service.Row.Id)} deletes at one")).For(of));
        }
        return answers;
    }

    private static bool IsBarred(IxitRow function) => Papers.Field(function, "Initiation") is { } says && (Fields.Of(says) is Filled.Denied or Filled.Placeholder || Wording.IsNo(says) || Elsewhere.IsMatch(says) && Wording.Clauses(says).All(c => Elsewhere.IsMatch(c)));

    private static Regex Elsewhere => field ??= new(@"\b(send\w*|ship\w*|return\w*|bring\w*|hand\w*|mail\w*) (back )?[^.;]{0,30}\b(workshop|factory|works|makers?|manufacturers?|supplier|service (cent(er|re)|point|department)|dealers?|repair\w*|us)\b|\b(only )?by (our |a |the |an? authori[sz]ed )?(service )?(technicians?|staff|engineers?|employees|dealers?|installers?)( only)?\b|^\W*(only )?(by|through|via) (our|the|an? authori[sz]ed) (\w+ )?(service|support|technician|dealer|workshop|installer|customer service)\b|^\W*an? (\w+ )?(technician|engineer|service \w+|dealer)\b|\b(our|the) (hotline|service|support|technician|dealer)\b (does|deletes|erases|performs|carries|must|has to)|^\W*(only )?(in|at) (the|our) (factory|workshop|works|repair \w+)|\bwith (a |an )?(\w+ )?(programmer|debugger|debug probe|jtag|service (tool|laptop))\b|\bnot (meant|intended|thought) for users\b|\bnot (offered|available|possible|provided|foreseen) (to|for|by) (the )?(users?|customers?|owners?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Stays => field ??= new(@"\b(settings?|configuration|keys?|tokens?|passwords?|credentials?|accounts?|data|histor\w+|logs?|pictures|recordings|personal \w+|users?)\b[^.;]{0,40}\b(stays?|remains?|survives?|(is|are) (kept|retained|preserved|left|not (deleted|erased|wiped|removed|cleared)))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Nothing => field ??= new(@"\b(no|nothing|none|neither|never|not) (\w+ ){0,3}(stays?|remains?|survives?|kept|retained|left)\b|\bno (personal |user )?(settings?|keys?|tokens?|data|passwords?|credentials?|recordings|accounts?)\b|\buntil\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static bool Targets(IxitRow function, Regex words)
    {
        var target = Papers.Field(function, "Target");
        if (Fields.Of(target) == Filled.Words && (Device.IsMatch(target!) || Service.IsMatch(target!))) return words.IsMatch(target!);
        return Fields.Affirms(Papers.Whole(function), words) is not null;
    }

    // Only what plainly lies elsewhere is not the device: makers call their device by many names.
    private static bool IsAway(IxitRow function) => Papers.Field(function, "Target") is { } target && !Wording.IsEmpty(target) ? Away.IsMatch(target) : Away.IsMatch(Papers.Whole(function));

    private static Regex Away => field ??= new(@"\b(cloud|services?|accounts?|servers?|back-?ends?|portal|online|remote storage|hosted|apps?|applications?|relays?|websites?|data ?cent(er|re)s?|(smart|tele)?phones?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A row that speaks of a service only to deny it stays on the device.
    private static bool AtService(IxitRow data) => data.Fields.Values.Any(v => Fields.Affirms(v, Service) is not null);

    private static Regex Device => field ??= new(@"\b(devices?|resets?|factory|local(ly)?|flash|user data|on-?board|gateway|hub|camera|appliance|unit|nvs|memory|settings)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Service => field ??= new(@"\b(cloud|associated services?|services?|accounts?|servers?|back-?ends?|portal|online|remote storage|hosted)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
