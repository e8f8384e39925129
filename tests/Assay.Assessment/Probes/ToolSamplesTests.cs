using Assay.Assessment.Probes;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Probes;

/// <summary>Outputs of tools that others fed into assessments, and the same cut and bent.</summary>
public class ToolSamplesTests
{
    internal static readonly DateTimeOffset AsOf = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string> Folders => new()
    {
        { "har", "HTTP archive" }, { "ssh-audit", "ssh-audit report" }, { "testssl", "testssl report" }, { "zap", "ZAP report" }, { "shell-ps", "list of processes" }, { "shell-ss", "list of sockets" },
    };

    [Theory, MemberData(nameof(Folders))]
    public void Every_sample_is_recognised_by_its_content(string folder, string kind)
    {
        foreach (var file in Corpus.Files($"traffic/tool-samples/{folder}").Where(f => Path.GetFileName(f) != "00meta.json"))
        {
            // The name says nothing.
            var artefact = Artefact.Of("a", File.ReadAllBytes(file));
            var result = Read(artefact);
            Assert.NotNull(result);
            Assert.Equal(kind, result.Kind);
            Assert.Empty(result.Coverage.SelectMany(c => c.Losses));
            Assert.All(result.Coverage, c => Assert.Equal(CoverageScope.Scan, c.Scope));
            Assert.Contains(result.Findings, f => f.Has(Traits.ToolRun));
            Assert.All(result.Findings, f => Assert.InRange(f.Location.Line ?? 0, 1, File.ReadAllLines(file).Length));
        }
    }

    [Fact]
    public void Samples_of_other_kinds_are_taken_for_no_tools()
    {
        foreach (var folder in new[] { "release", "setup-doc", "vulnerabilities", "batch" })
        {
            foreach (var file in Corpus.Files($"traffic/tool-samples/{folder}")) Assert.Null(Read(Artefact.Of("a", File.ReadAllBytes(file))));
        }
    }

    [Fact]
    public void Cut_and_bent_samples_end_in_findings_or_losses_and_never_in_an_exception()
    {
        var random = new Random(20261101);
        var seeds = Seeds().ToList();
        var read = 0;
        for (var round = 0; round < 1500; round++)
        {
            var bytes = (byte[])seeds[round % seeds.Count].Clone();
            switch (random.Next(4))
            {
                case 0: bytes = bytes[..random.Next(bytes.Length)]; break;
                case 1: for (var i = random.Next(1, 20); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256); break;
                case 2: for (var i = random.Next(1, 8); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)"<>[]{}\",:&;0"[random.Next(12)]; break;
                default:
                    var (from, to) = (random.Next(bytes.Length), random.Next(bytes.Length));
                    bytes = [.. bytes[..Math.Max(from, to)], .. bytes[Math.Min(from, to)..]];
                    break;
            }
            var result = Read(Artefact.Of("a", bytes));
            if (result is null) continue;
            read++;
            Assert.All(result.Coverage, c => Assert.InRange(c.Examined, 0, c.Total));
            Assert.All(result.Findings, f => Assert.DoesNotContain(f.Value + f.Subject + f.Note, char.IsControl));
            Assert.Equal(result.Findings.Select(f => f.Id), Read(Artefact.Of("a", bytes))!.Findings.Select(f => f.Id));
        }
        Assert.True(read > 500, $"{read} of 1500 were still recognised");
    }

    private static IEnumerable<byte[]> Seeds()
    {
        foreach (var (folder, _) in Folders.Select(f => f.Data))
        {
            foreach (var file in Corpus.Files($"traffic/tool-samples/{folder}")) yield return File.ReadAllBytes(file);
        }
        foreach (var text in new[] { NmapTests.Sample, SarifTests.Sample, Tests.Checks.Planted.OutsideTools.Har(true), Tests.Checks.Planted.OutsideTools.Zap(3, 3, "x"), Tests.Checks.Planted.OutsideTools.Ssh("curve25519-sha256") })
        {
            yield return System.Text.Encoding.UTF8.GetBytes(text);
        }
    }

    internal static ProbeResult? Read(Artefact artefact, string? mac = null, params string[] addresses)
    {
        using var dossier = Dossier.Of([artefact]);
        return Probe.Read(artefact, dossier.Files[0].Lines, new ProbeOptions { AsOf = AsOf, Mac = mac, Addresses = addresses });
    }

    internal static ProbeResult? Read(string text, string? mac = null, params string[] addresses) => Read(Artefact.Of("probes/result", System.Text.Encoding.UTF8.GetBytes(text)), mac, addresses);
}
