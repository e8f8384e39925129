using System.Text;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Drafts;
using Assay.Assessment.Tests.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Drafts;

/// <summary><c>assess --init</c>: what evidence shows is proposed and claims nothing; what it does not show is asked.</summary>
public class DraftTests
{
    private static readonly ExaminationOptions Options = new() { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero) };

    public static TheoryData<DraftLayout> Layouts() => new(DraftLayout.Yaml, DraftLayout.Csv, DraftLayout.Xlsx);

    private static string Example => Path.Combine(Root(), "examples", "doorbell-1.0");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Assay.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }

    // The example's image and captures, without a word of its maker.
    private static List<Artefact> Evidence(bool sheet) =>
        [.. Directory.EnumerateFiles(Example, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => (f, Path.GetRelativePath(Example, f).Replace('\\', '/')))
            .Where(f => f.Item2.StartsWith("firmware/") || f.Item2.StartsWith("captures/") || (sheet && f.Item2 == "device.yaml")).Select(f => Artefact.Of(f.Item2, File.ReadAllBytes(f.f)))];

    private static IReadOnlyList<(string Name, byte[] Bytes)> Draft(DraftLayout layout, bool sheet = true)
    {
        using var dossier = Dossier.Of(Evidence(sheet));
        return DossierDraft.Of(dossier, Catalogue.Default, Options).Files(layout);
    }

    private static Examined With(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        using var dossier = Dossier.Of([.. Evidence(sheet: true).Where(a => files.All(f => f.Name != a.Name)), .. files.Select(f => Artefact.Of(f.Name, f.Bytes))]);
        return Examination.Of(dossier, Options);
    }

    [Theory, MemberData(nameof(Layouts))]
    public void A_draft_read_back_unedited_claims_nothing_and_nothing_passes_by_it(DraftLayout layout)
    {
        var bare = Evaluation.Of(With([]), Catalogue.Default);
        var examined = With(Draft(layout));
        Assert.Empty(examined.Declaration.Claims);
        Assert.Empty(examined.Declaration.Tables);
        Assert.Empty(examined.Declaration.Facts);
        Assert.Empty(examined.Declaration.Unread);
        Assert.True(examined.Declaration.Proposals.Count > 30);
        Assert.All(examined.Declaration.Proposals, p => Assert.Contains("seen: ", p.From));
        Assert.Contains(examined.Advice, a => a.Contains("proposals of a draft count as nothing"));
        var result = Evaluation.Of(examined, Catalogue.Default);
        Assert.Equal(bare.Verdicts.SelectMany(v => v.Units).Select(u => (u.Unit, u.Outcome)), result.Verdicts.SelectMany(v => v.Units).Select(u => (u.Unit, u.Outcome)));
    }

    [Theory, MemberData(nameof(Layouts))]
    public void Every_layout_proposes_the_same(DraftLayout layout)
    {
        static IEnumerable<(int?, string, string)> Of(DraftLayout l) => With(Draft(l)).Declaration.Proposals.Select(p => (p.Table, p.Id, p.From)).Order();
        Assert.Equal(Of(DraftLayout.Yaml), Of(layout));
        Assert.Equal(Draft(layout).Select(f => Convert.ToHexString(f.Bytes)), Draft(layout).Select(f => Convert.ToHexString(f.Bytes)));
    }

    // A person takes the marks away: in YAML and CSV by the word, in a workbook by its cells.
    private static IEnumerable<(string, byte[])> Taken(DraftLayout layout) => Draft(layout).Select(f => (f.Name, layout == DraftLayout.Xlsx ? f.Bytes : Encoding.UTF8.GetBytes(
        Regex.Replace(Regex.Replace(Encoding.UTF8.GetString(f.Bytes), "(proposal: )\"(?:[^\"\\\\]|\\\\.)*\"", "$1\"\""), "(,)(?:\"seen: (?:[^\"]|\"\")*\"|seen: [^,\r\n]*)", "$1"))));

    [Theory]
    [InlineData(DraftLayout.Yaml)]
    [InlineData(DraftLayout.Csv)]
    public void With_its_marks_taken_away_a_draft_says_what_the_example_says_where_the_evidence_shows_it(DraftLayout layout)
    {
        var drafted = With(Taken(layout)).Declaration;
        Assert.Empty(drafted.Proposals);
        Assert.Empty(drafted.Unread);
        using var filled = Dossier.Open(Example);
        var maker = Examination.Of(filled, Options).Declaration;
        bool Says(int table, params string[] words) => drafted.Rows(table).Any(r => words.All(w => Wording.Names(Papers.Whole(r), w)));
        // What the maker wrote of it, and the evidence shows as well.
        foreach (var (table, words) in new (int, string[])[]
        {
            (1, ["password"]), (7, ["update.doorbell.example"]), (11, ["update.doorbell.example", "80"]), (11, ["cloud.doorbell.example", "443"]), (13, ["telnet"]), (13, ["80"]), (15, ["network"]), (15, ["serial"]), (28, ["80"]), (6, ["linux-kernel", "5.10.110"]),
        })
        {
            Assert.True(Says(table, words), $"{table}: {string.Join(' ', words)}");
        }
        // Every service and channel that was seen has its row now: the checks that compare find nothing undeclared.
        var result = Evaluation.Of(With([.. Taken(layout), ("declaration/all.yaml", Encoding.UTF8.GetBytes("ics:\n" + string.Concat(Catalogue.Default.Provisions.Select(p => $"  {p.Id}: yes\n"))))]), Catalogue.Default);
        Assert.DoesNotContain(result.Contradictions, c => c.About.Contains("listed") && !c.One.IsPaper && c.One.Says.Contains("port"));
        Assert.True(maker.Tables.Count > drafted.Tables.Count);
    }

    [Fact]
    public void A_draft_asks_only_what_was_not_answered()
    {
        var asked = Encoding.UTF8.GetString(Draft(DraftLayout.Yaml).Single(f => f.Name == "declaration/ics.yaml").Bytes);
        // Refuted by what was seen: to be mended, not to be asked.
        Assert.Matches(@"not asked: refuted by what was seen[^\n]*\n  # Pre-installed passwords", asked);
        Assert.Contains("  # 5.6-9: { support: yes", asked);
        Assert.Contains("updateMechanism: { value: yes, proposal:", asked);
        // What the maker said already is not asked again, and a file with claims is never written over.
        using var dossier = Dossier.Of([.. Evidence(true), Artefact.Of("declaration/ics.yaml", "conditions:\n  telemetry: no\nics:\n  5.6-9: yes\nixit:\n  SecDev: none\n"u8.ToArray())]);
        var files = DossierDraft.Of(dossier, Catalogue.Default, Options).Files(DraftLayout.Yaml);
        Assert.DoesNotContain(files, f => f.Name is "declaration/ics.yaml" or "device.yaml");
        var more = Encoding.UTF8.GetString(files.Single(f => f.Name == "declaration/ics-2.yaml").Bytes);
        Assert.DoesNotContain("# 5.6-9:", more);
        // A condition that the maker denies makes its provisions "not applicable", as a proposal.
        Assert.Contains("  5.10-1: { support: n/a, justification:", more);
        Assert.DoesNotContain("19-SecDev", Encoding.UTF8.GetString(files.Single(f => f.Name == "declaration/ixit.yaml").Bytes));
    }

    [Fact]
    public void What_the_device_says_of_itself_is_guessed_with_its_place()
    {
        var sheet = Encoding.UTF8.GetString(Draft(DraftLayout.Yaml, sheet: false).Single(f => f.Name == "device.yaml").Bytes);
        Assert.Matches("# model: \"EDB-100\" +proposal, seen: captures/idle.pcap frame", sheet);
        Assert.Matches("# versions: \\[\"1.0\"\\] +proposal, seen: captures/", sheet);
        Assert.Matches("# mac: \"00:00:5e:00:53:0b\" +proposal, seen: captures/", sheet);
        // The router's own services are none of the device's.
        var tables = Encoding.UTF8.GetString(Draft(DraftLayout.Yaml, sheet: false).Single(f => f.Name == "declaration/ixit.yaml").Bytes);
        Assert.DoesNotContain("What answers on UDP port 67", tables);
    }

    [Fact]
    public void A_drafted_workbook_opens_in_programs_of_others()
    {
        var book = Draft(DraftLayout.Xlsx).Single(f => f.Name.EndsWith(".xlsx")).Bytes;
        var sheets = Outside.Read(book).EnumerateArray().ToList();
        Assert.Equal(32, sheets.Count);
        var ics = sheets.Single(s => s.GetProperty("name").GetString() == "ICS").GetProperty("rows");
        Assert.Equal("Provision", ics[0][0].GetString());
        Assert.Equal("4-1", ics[1][0].GetString());
        Assert.StartsWith("Read me:5 ICS:", Outside.ReadByExcelJs(book));
    }
}
