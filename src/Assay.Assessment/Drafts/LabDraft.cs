using System.Globalization;
using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Drafts;

/// <summary>
/// A laboratory's record to be filled in (docs/lab.md): its head, and a line for every unit that only a person can still answer, or that rests on less
/// than a laboratory. A line without a result is read as not filled in and says nothing.
/// </summary>
public static class LabDraft
{
    /// <summary>YAML that <see cref="Declarations.LabRecords"/> reads back.</summary>
    public static string Text(AssessmentResult result)
    {
        var text = new StringBuilder();
        text.Append("# A laboratory's record. Fill in the head; write pass, fail, inconclusive or n/a as the result of each unit that you examined, in your own words,\n");
        text.Append("# and name the evidence: a file of the dossier with its SHA-256, and the frame, line, request or page in it. What you leave empty says nothing.\n");
        text.Append("# Put it into the dossier and sign it: openssl cms -sign -binary -in lab.yaml -signer lab.pem -inkey lab.key -outform DER -out lab.yaml.p7s\n");
        text.Append("laboratory:\n  name:\n  accreditation:\nperson:\n  name:\n  role:\ndate:\ndevice:\n");
        text.Append($"  maker: {Quoted(result.Device.Maker)}\n  model: {Quoted(result.Device.Model)}\n");
        text.Append($"  versions: [{string.Join(", ", result.Device.Versions.Select(Quoted))}]\n");
        var images = result.Evidence.Where(e => e.Kind == "image").ToList();
        if (images.Count > 0) text.Append($"  images: [{string.Join(", ", images.Select(i => i.Sha256))}]\n");
        text.Append("# Files of the dossier:\n");
        foreach (var item in result.Evidence.Where(e => e.Kind is not ("labRecord" or "signature" or "device"))) text.Append($"#   file: {Flat(item.Artefact)}\n#     sha256: {item.Sha256}\n");
        text.Append("records:\n");
        var any = false;
        foreach (var (unit, verdict) in Open(result))
        {
            any = true;
            var title = Catalogue.Default.Unit(unit.Unit)?.Title ?? result.Provisions[verdict.Provision].Title;
            text.Append($"  # {Flat(title)}\n");
            text.Append($"  # so far: {Reports.Phrases.Word(unit.Outcome)}{(unit is { Outcome: Outcome.Pass, Grade: { } grade } ? ", " + Reports.Phrases.Word(grade) : "")}\n");
            if (Catalogue.Default.Unit(unit.Unit)?.EachRow is { } table) text.Append(CultureInfo.InvariantCulture, $"  # asks every row of table {table}: examine each, or add \"row: ID\" and a record for every row\n");
            text.Append($"  - unit: {unit.Unit}\n    result:\n    method:\n    expected:\n    actual:\n    words:\n    evidence:\n      - {{ file: , sha256: , line: , words: }}\n");
        }
        if (!any) text.Append("  []\n");
        return text.ToString();
    }

    /// <summary>Units that a laboratory can still answer: mandatory or claimed, not refuted by a check, and not decided by one.</summary>
    public static IEnumerable<(UnitVerdict Unit, ProvisionVerdict Provision)> Open(AssessmentResult result) =>
        from verdict in result.Verdicts
        where verdict.IsMandatory || verdict.IsClaimed
        from unit in verdict.Units
        where !unit.IsPreparatory && unit switch
        {
            { Outcome: Outcome.Inconclusive or Outcome.Disputed } => true,
            { Outcome: Outcome.Pass, Grade: Grade.Supported or Grade.Declared } => true,
            { Outcome: Outcome.NotApplicable, Grade: null } => true,
            _ => false,
        }
        select (unit, verdict);

    private static string Flat(string text) => Shortened.Visible(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    private static string Quoted(string text) => $"\"{Flat(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
