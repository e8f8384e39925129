using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Ways to delete: at least one for the device, and one for every service that holds personal data.</summary>
public sealed class DeletionCoverage() : Check("deletion-coverage", 1, Polarity.Refute, CoverageScope.Declaration,
    "a way to delete for the device and for every service that holds personal data", "IXIT 25-DelFunc with a target for every row of 21-PersData", "5.11-1-1c", "5.11-2-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var functions = examined.Declaration.Table(25);
        var data = examined.Declaration.Table(21);
        if (functions is null || data is null) return Units.Select(u => Open(u, $"IXIT {(functions is null ? "25-DelFunc" : "21-PersData")} was not handed over"));
        if (data.Rows.Count == 0) return Units.Select(u => Open(u, "IXIT 21-PersData has no rows to be covered"));
        var text = string.Join('\n', functions.Rows.Select(Papers.Whole));
        var device = functions.Rows.Count > 0 && DeviceWords.Any(w => Wording.Names(text, w));
        var service = functions.Rows.Count > 0 && ServiceWords.Any(w => Wording.Names(text, w));
        var answers = new List<Answer>();
        if (!device) answers.Add(Refutes("5.11-1-1c", "no row of IXIT 25-DelFunc deletes data on the device", functions.Location));
        var remote = data.Rows.Where(r => ServiceWords.Any(w => Wording.Names(Papers.Whole(r), w))).ToList();
        if (remote.Count > 0 && !service) answers.Add(Refutes("5.11-2-1b", $"{Shortened.Visible(remote[0].Id)} goes to a service, and no row of IXIT 25-DelFunc deletes there", remote[0].Location, functions.Location));
        if (answers.All(a => a.Unit != "5.11-1-1c")) answers.Add(Supports("5.11-1-1c", "IXIT 25-DelFunc has a row for data on the device"));
        if (answers.All(a => a.Unit != "5.11-2-1b")) answers.Add(remote.Count == 0 ? Open("5.11-2-1b", "IXIT 21-PersData names no service that holds personal data") : Supports("5.11-2-1b", "IXIT 25-DelFunc has a row for data at services"));
        return answers;
    }

    private static readonly string[] DeviceWords = ["device", "reset", "factory", "local", "flash", "user data"];
    private static readonly string[] ServiceWords = ["cloud", "service", "services", "account", "server", "backend", "associated service"];
}
