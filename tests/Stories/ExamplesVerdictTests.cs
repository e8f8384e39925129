using System.Text.Json;

namespace Assay.Tests;

/// <summary>What the command says of the two example dossiers: 1.0 earns nothing and is told why, 1.1 earns level 1 and a label that is a test.</summary>
public sealed class ExamplesVerdictTests(ExamplesVerdictTests.Assessed assessed) : IClassFixture<ExamplesVerdictTests.Assessed>
{
    private static readonly string Examples = Path.Combine(Checkout.Root, "examples");

    /// <summary>Both dossiers, assessed once.</summary>
    public sealed class Assessed : IDisposable
    {
        private readonly Scratch scratch = new();
        private readonly Dictionary<string, JsonElement> results = [];

        public Assessed()
        {
            foreach (var version in (string[])["1.0", "1.1"])
            {
                Runs[version] = Assay("assess", Path.Combine(Examples, $"doorbell-{version}"), "--as-of", "2026-11-01", "-o", Folder(version), "--no-color");
                if (File.Exists(Path.Combine(Folder(version), "assessment.json")))
                {
                    using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(version), "assessment.json")));
                    results[version] = document.RootElement.Clone();
                }
            }
        }

        public Dictionary<string, Command.Result> Runs { get; } = [];

        public JsonElement this[string version] => results.TryGetValue(version, out var result) ? result : throw new InvalidOperationException(Runs[version].Error);

        public string Folder(string version) => scratch.File($"assessed-{version}");

        public string At(string name) => scratch.File(name);

        public Command.Result Assay(params string[] arguments) => Command.RunIn(scratch.Folder, scratch.File("configuration"), arguments);

        public void Dispose() => scratch.Dispose();
    }

    [Fact]
    public void Every_table_and_line_of_both_declarations_is_read()
    {
        foreach (var version in (string[])["1.0", "1.1"])
        {
            Assert.Empty(assessed[version].GetProperty("unread").EnumerateArray());
            Assert.Empty(assessed[version].GetProperty("advice").EnumerateArray());
            var papers = assessed[version].GetProperty("coverage").EnumerateArray().Where(c => c.GetProperty("scope").GetString() == "declaration").ToList();
            Assert.Equal(68, papers.Sum(c => Count(c, "claims")));
            Assert.Equal(29, papers.Sum(c => Count(c, "tables")));
        }

        static long Count(JsonElement coverage, string name) => coverage.GetProperty("counts").TryGetProperty(name, out var count) ? count.GetInt64() : 0;
    }

    [Fact]
    public void The_first_version_does_not_meet_level_1_and_hears_what_blocks_it()
    {
        Assert.Equal(0, assessed.Runs["1.0"].Exit);
        Assert.False(Level(1, "1.0").GetProperty("met").GetBoolean());
        var blocking = Level(1, "1.0").GetProperty("blocking").EnumerateArray().Select(b => b.GetProperty("provision").GetString()).ToHashSet();
        Assert.Superset(new HashSet<string?> { "5.1-1", "5.1-2", "5.2-1", "5.3-13" }, blocking);
        Assert.Contains("What blocks level 1", assessed.Runs["1.0"].Output, StringComparison.Ordinal);
        Assert.Equal("fail", Outcome("1.0", "5.2-1"));
        Assert.Equal("disputed", Outcome("1.0", "5.3-13"));
    }

    [Fact]
    public void The_repaired_version_meets_level_1_by_signed_claims()
    {
        Assert.Equal(0, assessed.Runs["1.1"].Exit);
        Assert.True(Level(1, "1.1").GetProperty("met").GetBoolean(), assessed.Runs["1.1"].Output);
        Assert.Equal("pass", Outcome("1.1", "5.1-1"));
        Assert.Equal("notApplicable", Outcome("1.1", "5.1-2"));
        Assert.Equal("pass", Outcome("1.1", "5.2-1"));
        Assert.Equal("pass", Outcome("1.1", "5.3-13"));
        // What the maker says is missing is shown, and fails nothing.
        foreach (var missing in (string[])["5.3-1", "5.7-1", "5.7-2", "5.9-3", "5.10-1"]) Assert.Equal("notClaimed", Outcome("1.1", missing));
        Assert.Empty(assessed["1.1"].GetProperty("contradictions").EnumerateArray());
    }

    [Fact]
    public void The_maker_contradicts_itself_on_the_support_period_of_the_first_version()
    {
        var contradiction = Assert.Single(assessed["1.0"].GetProperty("contradictions").EnumerateArray(), c => c.GetProperty("kind").GetString() == "paperAgainstPaper");
        var sides = contradiction.GetProperty("one").GetProperty("says").GetString() + contradiction.GetProperty("other").GetProperty("says").GetString();
        Assert.Contains("2031-12-31", sides, StringComparison.Ordinal);
        Assert.Contains("2028-03-31", sides, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_that_was_planted_in_the_captures_is_found_at_its_frame()
    {
        var planted = Table("planted-captures.tsv");
        Assert.True(planted.Count > 10);
        Assert.Empty(planted.Where(row => !Findings("1.0").Any(f => Kind(f) == row["kind"] && Place(f, "artefact") == row["path"] && Place(f, "frame") == row["frame"])).Select(Words));
    }

    [Fact]
    public void Every_fault_that_was_planted_in_the_image_is_found_at_its_path()
    {
        var planted = Table("planted.tsv");
        Assert.True(planted.Count > 10);
        Assert.Empty(planted.Where(row => !Findings("1.0").Any(f => Kind(f) == row["kind"] && Place(f, "artefact") == "firmware/doorbell-1.0.bin" && Place(f, "path") == row["path"])).Select(Words));
        Assert.Equal("fail", Outcome("1.0", "5.1-1"));
    }

    [Fact]
    public void What_was_planted_in_the_first_version_is_gone_from_the_repaired_one()
    {
        // Neutral sightings stay: who answers, what a name says, whom the device trusts; and that nothing signs the kernel, which 1.1 says itself.
        var faults = Findings("1.1").Where(f => Kind(f) is not ("exposure" or "disclosure") && !(Kind(f) == "service" && f.GetProperty("subject").GetString() == "mdns") && !(Kind(f) == "hardening" && Place(f, "path") == "/@0x0-uimage")).Select(f => f.ToString());
        Assert.Empty(faults);
        Assert.DoesNotContain(Findings("1.1"), f => f.TryGetProperty("traits", out var traits) && traits.EnumerateArray().Any(t => t.GetString() == "versionDisclosed"));
    }

    [Fact]
    public void The_image_contradicts_what_the_maker_says_of_telnet_and_of_the_serial_pads()
    {
        var contradictions = assessed["1.0"].GetProperty("contradictions").EnumerateArray().Where(c => c.GetProperty("kind").GetString() == "paperAgainstEvidence").ToList();
        Assert.NotEmpty(contradictions);
        // The image and the capture may each stand against a paper: the row of the table, or the MUD file, which has no rule for port 23.
        Assert.All(contradictions, c => Assert.Matches("SoftServ-6|no rule allows tcp port 23|Intf-2: Disabled", c.GetProperty("one").GetProperty("says").GetString()!));
        Assert.Contains(contradictions, c => Place(c.GetProperty("other"), "path") == "/etc/init.d/rcS");
        Assert.Contains(contradictions, c => Place(c.GetProperty("other"), "path") == "/etc/inittab");
        Assert.Equal("fail", Outcome("1.0", "5.6-1"));
    }

    [Fact]
    public void The_repaired_version_gets_a_label_that_says_it_is_a_test_and_the_first_version_is_refused()
    {
        var decided = Decide("1.1", "yes.cose");
        Assert.True(decided.Exit == 0, decided.Output + decided.Error);
        var issued = assessed.Assay("label", "issue", Path.Combine(assessed.Folder("1.1"), "statement.cose"), assessed.At("yes.cose"), "-o", assessed.At("label"));
        Assert.True(issued.Exit == 0, issued.Output + issued.Error);
        var picture = Assert.Single(Directory.GetFiles(assessed.At("label"), "*.png"));
        var verified = assessed.Assay("label", "verify", picture);
        Assert.Contains("TEST, NOT A LABEL", verified.Output, StringComparison.Ordinal);

        var refused = Decide("1.0", "no.cose");
        Assert.Equal(1, refused.Exit);
        Assert.Contains("5.2-1-2b", refused.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(assessed.At("no.cose")));

        Command.Result Decide(string version, string name) => assessed.Assay("label", "decide", Path.Combine(assessed.Folder(version), "statement.cose"),
            "--level", "1", "--by", "A. Example", "--role", "head of office", "-o", assessed.At(name));
    }

    private IEnumerable<JsonElement> Findings(string version) => assessed[version].GetProperty("findings").EnumerateArray();

    private static string? Kind(JsonElement finding) => finding.GetProperty("kind").GetString();

    private static string? Place(JsonElement finding, string part) => finding.GetProperty("location").TryGetProperty(part, out var place) ? place.ToString() : null;

    private static string Words(Dictionary<string, string> row) => string.Join(' ', row.Values);

    private static List<Dictionary<string, string>> Table(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Examples, name)).Select(l => l.Split('\t')).ToList();
        return lines.Skip(1).Select(l => lines[0].Zip(l).ToDictionary(p => p.First, p => p.Second)).ToList();
    }

    private JsonElement Level(int level, string version) => Assert.Single(assessed[version].GetProperty("levels").EnumerateArray(), l => l.GetProperty("level").GetInt32() == level);

    private string? Outcome(string version, string provision) =>
        Assert.Single(assessed[version].GetProperty("verdicts").EnumerateArray(), v => v.GetProperty("provision").GetString() == provision).GetProperty("outcome").GetString();
}
