using System.Security.Cryptography;
using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Drafts;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Tests.Declarations;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Reports;

/// <summary>The repaired example with a laboratory's signed record of everything that was open, one unit failed, and a second record that decides nothing.</summary>
internal static class LabDemo
{
    private const string Protocol = "Protocol of the laboratory: every step, one a line.\n";

    // Once: the record is signed with a new key each time.
    private static readonly Lazy<AssessmentResult> Once = new(Make);

    public static AssessmentResult Result() => Once.Value;

    private static AssessmentResult Make()
    {
        var examples = Path.Combine(Checkout.Root, "examples", "doorbell-1.1");
        var files = Directory.EnumerateFiles(examples, "*", SearchOption.AllDirectories).Select(f => Artefact.Open(f, Path.GetRelativePath(examples, f).Replace('\\', '/'))).ToList();
        files.Add(Artefact.Of("lab/protocol.txt", Encoding.UTF8.GetBytes(Protocol)));
        var draft = LabDraft.Text(Of(files));
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Protocol)));
        var record = draft.Replace("laboratory:\n  name:\n  accreditation:", "laboratory:\n  name: Example Lab\n  accreditation: none, this is a test", StringComparison.Ordinal)
            .Replace("person:\n  name:\n  role:", "person:\n  name: Ada Tester\n  role: test engineer", StringComparison.Ordinal).Replace("\ndate:", "\ndate: 2026-10-20", StringComparison.Ordinal)
            .Replace("    result:\n    method:\n", "    result: pass\n    method: as the unit says\n", StringComparison.Ordinal)
            .Replace("    words:\n", "    words: examined on one device\n", StringComparison.Ordinal)
            .Replace("{ file: , sha256: , line: , words: }", $"{{ file: lab/protocol.txt, sha256: {digest}, line: 1 }}", StringComparison.Ordinal)
            .Replace("unit: 5.9-1-2a\n    result: pass", "unit: 5.9-1-2a\n    result: fail", StringComparison.Ordinal);
        files.Add(Artefact.Of("lab/record.yaml", Encoding.UTF8.GetBytes(record)));
        files.Add(Artefact.Of("lab/record.yaml.p7s", LabRecordTests.Cms(record, "Example Lab")));
        files.Add(Artefact.Of("lab/other.csv", Encoding.UTF8.GetBytes("# laboratory: Other Lab\n# person: Bob Trier\n# date: 2026-10-21\n# version: 1.1\nunit,result,words,file,sha256\n"
            + $"5.4-1-2a,pass,\"read the flash, nothing in clear\",lab/protocol.txt,{digest}\n5.4-1-2x,pass,as above,lab/protocol.txt,{digest}\n")));
        return Of(files);
    }

    private static AssessmentResult Of(IReadOnlyList<Artefact> files) => Evaluation.Of(Dossier.Of(files), Catalogue.Default, new ExaminationOptions { AsOf = Plant.AsOf });
}
