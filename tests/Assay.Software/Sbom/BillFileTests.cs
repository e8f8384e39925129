using System.Text;
using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Software.Sbom;
using Assay.Tests;

namespace Assay.Software.Tests.Sbom;

public class BillFileTests
{
    [Fact]
    public void Every_valid_document_of_the_CycloneDX_suite_is_accepted_and_written_again_equal()
    {
        var (count, wrong) = (0, new List<string>());
        foreach (var path in Corpus.Files("sbom/cyclonedx", "valid-*.json"))
        {
            var bytes = File.ReadAllBytes(path);
            using var file = BillFile.Read(Path.GetFileName(path), bytes);
            if (file.Faults.Count > 0) wrong.Add($"{path}: {file.Faults[0]}");
            if (!SameAgain(file, bytes)) wrong.Add($"{path}: not the same again");
            count++;
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count >= 100, $"{count} documents");
        TestContext.Current.SendDiagnosticMessage($"{count} valid documents");
    }

    [Fact]
    public void Every_invalid_document_of_the_CycloneDX_suite_is_refused_with_a_path_and_a_reason()
    {
        var (count, wrong) = (0, new List<string>());
        foreach (var path in Corpus.Files("sbom/cyclonedx", "invalid-*.json"))
        {
            count++;
            try
            {
                using var file = BillFile.Read(Path.GetFileName(path), File.ReadAllBytes(path));
                if (file.Faults.Count == 0) wrong.Add($"{path}: accepted");
                else if (!file.Faults[0].Path.StartsWith('$') || file.Faults[0].Expected.Length == 0) wrong.Add($"{path}: {file.Faults[0]}");
            }
            catch (UnreadableException refused)
            {
                if (!refused.Message.Contains('$', StringComparison.Ordinal)) wrong.Add($"{path}: {refused.Message}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count >= 60, $"{count} documents");
        TestContext.Current.SendDiagnosticMessage($"{count} invalid documents");
    }

    [Fact]
    public void Examples_of_CycloneDX_and_SPDX_are_written_again_equal_and_break_no_rule_that_their_schema_does_not_state()
    {
        var (count, faulty, wrong) = (0, new List<string>(), new List<string>());
        foreach (var path in Corpus.Files("sbom/cyclonedx/bom-examples", "*.json").Concat(Corpus.Files("sbom/spdx", "*.json")))
        {
            var bytes = File.ReadAllBytes(path);
            using var file = BillFile.Read(Path.GetFileName(path), bytes);
            if (!SameAgain(file, bytes)) wrong.Add($"{path}: not the same again");
            if (file.Faults.Count > 0) faulty.Add($"{path}: {file.Faults[0]} ({file.Faults.Count})");
            count++;
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count >= 90, $"{count} documents");
        TestContext.Current.SendDiagnosticMessage($"{count} examples");
        Assert.True(faulty.Count == 0, string.Join('\n', faulty));
    }

    private static bool SameAgain(BillFile file, byte[] bytes)
    {
        using var written = new MemoryStream();
        file.Write(written);
        using var before = JsonDocument.Parse(bytes);
        using var after = JsonDocument.Parse(written.ToArray());
        return JsonElement.DeepEquals(before.RootElement, after.RootElement);
    }
}
