using System.Diagnostics;
using System.Globalization;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Checks;

/// <summary>All 29 tables with 800 rows each: no check may take longer than a person waits. Long, so by name only: <c>./test --long</c>.</summary>
public class EnormousTableTests(ITestOutputHelper output)
{
    private const int Rows = 800;

    /// <summary>Seconds of processor time that one check may take; on a quiet machine the slowest takes a fraction of it.</summary>
    private const double Most = 30;

    private static readonly string[] Texts =
    [
        "The device checks the signature of the image by ECDSA P-256 with SHA-256 before it writes; see UpdMech-{0}, ComMech-{0} and SecParam-{0}.",
        "Password of the web page on port {0}, drawn by the HSM on the line: 12 characters of a-z and 0-9; AuthMech-{0}; no default; the user sets it at the first start.",
        "TLS 1.3 with AES-128-GCM to the cloud at host{0}.acme.example, certificates are checked; personal data PersData-{0} goes there after consent, which the user gives in the app.",
        "Off by default (UART, test pads {0}); enabled by the user for an hour; Intf-{0} takes requests by REST and MQTT and rejects what is not valid with an error.",
        "critical",
        "A reset deletes settings, keys and accounts on the device; DelFunc-{0} says so on the display; nothing is left behind, and SoftComp-{0} 1.{0}.2 is updated every 30 days.",
    ];

    [Fact(Explicit = true)]
    public void No_check_is_slow_on_long_tables()
    {
        var fields = TableName.All.ToDictionary(t => t.Number, t => t.Fields.Count > 0 ? t.Fields : ["Description"]);
        var tables = TableName.All.Select(t => new IxitTable
        {
            Number = t.Number,
            Name = t.Name,
            Location = new Location { Artefact = $"declaration/{t.Number}.yaml", Line = 1 },
            Rows = [.. Enumerable.Range(1, Rows).Select(i => new IxitRow
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"{t.Name}-{i}"),
                Location = new Location { Artefact = $"declaration/{t.Number}.yaml", Line = i + 1 },
                Fields = fields[t.Number].Select((f, j) => (f, Text: string.Format(CultureInfo.InvariantCulture, Texts[(i + j) % Texts.Length], i))).ToDictionary(f => f.f, f => f.Text, StringComparer.OrdinalIgnoreCase),
            })],
        }).ToList();
        var slow = new List<(string Id, double Seconds)>();
        foreach (var check in Register.All)
        {
            var examined = PlantedDossiers.ByCheck[check.Id].Fails.Examined() with { Provisions = [.. Catalogue.Default.Provisions.Select(p => p.Id)] };
            examined = examined with { Declaration = examined.Declaration with { Tables = tables } };
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            _ = Weighing.Of(check, examined).Count;
            slow.Add((check.Id, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds));
            if (slow[^1].Seconds > 2) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{check.Id}: {slow[^1].Seconds:0.0} s"));
        }
        var worst = slow.MaxBy(s => s.Seconds);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{slow.Count} checks on 29 tables of {Rows} rows: {slow.Sum(s => s.Seconds):0.0} s of processor time, the slowest {worst.Id} with {worst.Seconds:0.0} s"));
        Assert.True(worst.Seconds < Most, $"{worst.Id} takes {worst.Seconds} s");
    }
}
