using System.Diagnostics;
using System.Text.Json;
using Assay.Software.Advisories;
using Assay.Software.Vex;

namespace Assay.Tests.Cli;

/// <summary>From lists to answers as a person walks it, by the built command.</summary>
public sealed class VulnsVerbTests : IDisposable
{
    private const string Image = "examples/doorbell-1.1/firmware/doorbell-1.1.bin";
    private readonly Scratch scratch = new();
    private string Store => scratch.File("store.db");

    public void Dispose() => scratch.Dispose();

    private Command.Result Import() => Command.Run("advisories", "import", "examples/advisories", "--store", Store);

    [Fact]
    public void A_list_of_exploited_vulnerabilities_and_a_range_name_the_part_its_fix_and_the_reason()
    {
        var import = Import();
        Assert.True(import.Exit == 0, import.Error);
        Assert.Contains("2 new and 0 changed advisories.", import.Output, StringComparison.Ordinal);
        Assert.Contains("0 new and 0 changed advisories.", Import().Output, StringComparison.Ordinal);

        var answer = Command.Run("vulns", Image, "--store", Store, "--format", "json", "--fail-on", "affected");
        Assert.Equal(1, answer.Exit);
        using var document = JsonDocument.Parse(answer.Output);
        var found = Assert.Single(document.RootElement.GetProperty("vulnerabilities").EnumerateArray());
        Assert.Equal(("CVE-2026-99001", "affected", true, "1.2", "edb-updater"),
            (found.GetProperty("id").GetString(), found.GetProperty("status").GetString(), found.GetProperty("exploited").GetBoolean(), found.GetProperty("fix").GetString(), found.GetProperty("component").GetProperty("name").GetString()));
        var table = Command.Run("vulns", Image, "--store", Store);
        Assert.Equal(0, table.Exit);
        Assert.Contains("affected, exploited", table.Output, StringComparison.Ordinal);
        Assert.Contains("kev 1 to 2026-11-23, osv 1 to 2026-11-20", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bill_of_materials_of_the_image_gives_the_same_vulnerabilities_as_the_image()
    {
        Import();
        File.WriteAllText(scratch.File("sbom.json"), Command.Run("sbom", Image).Output);
        string Ids(string path)
        {
            var answer = Command.Run("vulns", path, "--store", Store, "--format", "ndjson");
            Assert.Equal(0, answer.Exit);
            return string.Join('\n', answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).Select(v => $"{v.GetProperty("id")} {v.GetProperty("status")} {v.GetProperty("component").GetProperty("name")} {v.GetProperty("component").GetProperty("version")}"));
        }
        Assert.NotEmpty(Ids(Image));
        Assert.Equal(Ids(Image), Ids(scratch.File("sbom.json")));
    }

    [Fact]
    public void A_statement_of_the_maker_counts_only_with_its_signature_and_a_list_that_knows_the_key()
    {
        Tool.Need("openssl", "openssl");
        Import();
        var vex = scratch.File("maker.vex.json");
        VexDocument Document(VexJustification why) => new()
        {
            Id = "https://doorbell.example/vex/1",
            Author = "Example Doorbells",
            Time = new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero),
            Statements = [new VexStatement { Vulnerability = "CVE-2026-99001", Products = [new VexProduct("pkg:generic/edb-100@1.1", ["pkg:opkg/edb/edb-updater@1.1-1"])], Status = VexStatus.NotAffected, Justification = why }],
        };
        File.WriteAllBytes(vex, OpenVex.Write(Document(VexJustification.VulnerableCodeNotInExecutePath)));
        Assert.Equal(0, Tool.Run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", scratch.File("key.pem"), "-out", scratch.File("maker.pem"), "-subj", "/CN=Example Doorbells Ltd", "-days", "3650"]).Exit);
        void Sign() => Assert.Equal(0, Tool.Run("openssl", ["cms", "-sign", "-binary", "-in", vex, "-signer", scratch.File("maker.pem"), "-inkey", scratch.File("key.pem"), "-outform", "DER", "-out", vex + ".p7s"]).Exit);
        (int Exit, string Status, bool Counts) Ask(params string[] more)
        {
            var answer = Command.Run(["vulns", Image, "--store", Store, "--vex", vex, "--product", "pkg:generic/edb-100@1.1", "--format", "json", "--fail-on", "candidate", .. more]);
            using var document = JsonDocument.Parse(answer.Output);
            var found = document.RootElement.GetProperty("vulnerabilities")[0];
            return (answer.Exit, found.GetProperty("status").GetString()!, found.GetProperty("vex")[0].GetProperty("counts").GetBoolean());
        }

        Assert.Equal((1, "affected", false), Ask("--trust", scratch.File("maker.pem")));
        Sign();
        Assert.Equal((1, "affected", false), Ask());
        Assert.Equal((0, "notAffected", true), Ask("--trust", scratch.File("maker.pem")));

        // Changed after it was signed; then a lie that is signed.
        File.WriteAllText(vex, File.ReadAllText(vex).Replace("execute_path", "execute_path ", StringComparison.Ordinal).Replace("execute_path ", "execute_path", StringComparison.Ordinal) + "\n");
        Assert.Equal((1, "affected", false), Ask("--trust", scratch.File("maker.pem")));
        File.WriteAllBytes(vex, OpenVex.Write(Document(VexJustification.ComponentNotPresent)));
        Sign();
        Assert.Equal((1, "affected", false), Ask("--trust", scratch.File("maker.pem")));
    }

    [Fact]
    public void Wrong_words_missing_stores_and_damaged_lists_end_as_the_command_promises()
    {
        Assert.Equal(2, Command.Run("advisories", "import", "examples/advisories").Exit);
        Assert.Equal(2, Command.Run("advisories", "import", "--store", Store).Exit);
        Assert.Contains("nearest: import", Command.Run("advisories", "imprt", "--store", Store).Error, StringComparison.Ordinal);
        Assert.Equal(2, Command.Run("vulns", Image).Exit);
        Assert.Equal(2, Command.Run("vulns", Image, "--store", Store, "--fail-on", "everything").Exit);
        Assert.Equal(3, Command.Run("vulns", Image, "--store", Store).Exit);
        Assert.Equal(3, Command.Run("advisories", "status", "--store", Store).Exit);
        File.WriteAllText(scratch.File("broken.json"), File.ReadAllText(Path.Combine(Checkout.Root, "examples/advisories/exploited.json"))[..^20]);
        var broken = Command.Run("advisories", "import", scratch.File("broken.json"), Path.Combine(Checkout.Root, "examples/advisories"), "--store", Store);
        Assert.Equal(3, broken.Exit);
        Assert.Contains("2 new and 0 changed", broken.Output, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run("vulns", Image, "--store", Store).Exit);
        File.WriteAllText(scratch.File("noise"), "neither image nor list");
        Assert.Equal(3, Command.Run("vulns", scratch.File("noise"), "--store", Store, "--fail-on", "candidate").Exit);
        File.WriteAllText(Store, new string('x', 9000));
        Assert.Equal(3, Command.Run("vulns", Image, "--store", Store).Exit);
    }

    [Fact]
    public void A_program_killed_at_any_moment_of_an_import_leaves_a_store_that_opens_and_holds_whole_files_only()
    {
        var lists = Corpus.Files("advisories", "kev-2*.json").Concat(Corpus.Files("advisories/osv")).ToList();
        var kept = new List<int>();
        foreach (var moment in new[] { 0, 0, 1, 1, 2, 5, 10, 20, 40, 80, 120 })
        {
            var file = scratch.File($"store-{kept.Count}.db");
            using var process = Process.Start(new ProcessStartInfo(Command.Program, ["advisories", "import", .. lists, "--store", file, "--quiet"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            using (var watching = AdvisoryStore.Open(file))
            {
                while (!process.HasExited && watching.Status().Files.Count < moment) Thread.Sleep(1);
            }
            if (kept.Count % 2 == 1) Thread.Sleep(7 * kept.Count % 30);
            process.Kill();
            process.WaitForExit();
            using var store = AdvisoryStore.Open(file);
            var status = store.Status();
            // Every file that is listed is there whole: as many records as it says.
            Assert.Equal(status.Files.Sum(f => f.Read), status.Sources.Sum(s => s.Advisories));
            Assert.True(status.Files.Count >= moment, $"{status.Files.Count} files were kept, {moment} were acknowledged");
            kept.Add(status.Files.Count);
            foreach (var list in lists) store.Import(list, File.ReadAllBytes(list));
            Assert.Equal(lists.Count, store.Status().Files.Count);
        }
        Assert.True(kept.Distinct().Count() >= 4 && kept.Any(k => k < lists.Count), string.Join(", ", kept));
    }
}
