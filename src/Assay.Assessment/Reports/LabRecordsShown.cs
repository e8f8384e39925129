using System.Globalization;
using Assay.Assessment.Declarations;
using Assay.Assessment.Documents;
using Assay.Assessment.Verdicts;
using Assay.Html;
using static Assay.Assessment.Reports.HtmlReport;
using static Assay.Html.Markup;

namespace Assay.Assessment.Reports;

/// <summary>Laboratories' records in a report: who examined, what counts, and why the rest does not.</summary>
internal static class LabRecordsShown
{
    // Beyond this a page helps nobody; assessment.json holds every line.
    private const int Most = 400;

    /// <summary>Null where no laboratory recorded anything.</summary>
    public static Many? Section(AssessmentResult result)
    {
        if (result.LabRecords.Count == 0) return null;
        return Many(
            P($"{Phrases.LabCounts(result.LabRecords)} A record counts where it is signed, its evidence is in the dossier with the digest that it names, and it is of this version. It never hides what a check saw."),
            Many(result.LabRecords.GroupBy(l => l.Record.Location.Artefact, StringComparer.Ordinal).Select(File)));
    }

    private static Many File(IGrouping<string, LabEntry> file)
    {
        var first = file.First().Record;
        var lines = file.ToList();
        return Many(
            H3(Data(first.Head?.Laboratory is { Length: > 0 } laboratory ? laboratory : first.Person)),
            Head(first, file.Key),
            Details(
                Summary($"{Phrases.Count(lines.Count, "record")}: {Phrases.Results(lines)}"),
                Table("Records", ["Test unit", "Recorded", "In words", "Evidence"], lines.Take(Most).Select(Row)),
                lines.Count > Most ? P($"and {Phrases.Number(lines.Count - Most)} more in assessment.json").Class("soft") : null)
                .With("open", lines.Count <= 12 || lines.Any(l => !l.Record.Counts) ? "" : null));
    }

    /// <summary>Who, when, of what, signed by whom.</summary>
    public static Element Head(LabRecord record, string artefact) => Facts(
        ("Examined by", Many(Data(record.Person), record.Head?.Role is { } role ? Many(", ", Data(role)) : null)),
        ("Accreditation", record.Head?.Accreditation is { } accreditation ? Many(Data(accreditation), " (its own word, not checked here)") : null),
        ("On", record.Head?.Date is { } date ? Date(date) : "no date"),
        ("Versions", record.Head?.Versions is [_, ..] versions ? Join(versions.Select(Data)) : null),
        ("Images", record.Head?.Images is [_, ..] images ? Join(images.Select(i => Code(i).Class("digest"))) : null),
        ("Signed by", Signer(record.Signer, record.Head?.SignatureNote)),
        ("File", Data(artefact)));

    /// <summary>The name in a signature with its note, or why there is none.</summary>
    public static Node Signer(Signer? signer, string? note) => signer is null
        ? note is null ? "nobody: it counts for nothing" : Many("nobody: ", note)
        : Many(Data(signer.Name), $" ({signer.Form}, key ", Code(signer.KeyDigest[..Math.Min(16, signer.KeyDigest.Length)] + "…"), ")", signer.Note is { } known ? $"; {known}" : null);

    private static IReadOnlyList<Node> Row(LabEntry entry)
    {
        var record = entry.Record;
        return
        [
            Many(LabReport.Id(entry.Unit), entry.Row is { } row ? Many(", row ", Data(row)) : null),
            Many(P(Phrases.Word(record.Result)), LabJson.Why(record) is { } why ? P(Mark("does not count"), " ", why) : null),
            Many(P(Data(record.Words)), record.Method is { } method ? P("Method: ", Data(method)).Class("soft") : null,
                record.Expected is { } expected ? P("Expected: ", Data(expected)).Class("soft") : null, record.Actual is { } actual ? P("Actual: ", Data(actual)).Class("soft") : null),
            record.References.Count == 0 ? "none" : Many(record.References.Select(Piece)),
        ];
    }

    /// <summary>One piece of evidence, with its place and the beginning of its digest.</summary>
    public static Element Piece(LabEvidence piece) => P(Data(piece.Artefact), piece.Place is { } place ? Many(" ", Data(place)) : null,
        piece.Sha256 is { } digest ? Many(" ", Code(digest[..Math.Min(12, digest.Length)] + "…").Class("digest")) : null,
        piece.Words is { } words ? Many(": ", Data(words)) : null, piece.Note is { } note ? Many(" ", Mark("does not count"), " ", note) : null);

    /// <summary>The same for a terminal, one line a file and one for each record that does not count.</summary>
    public static IReadOnlyList<string> Lines(AssessmentResult result)
    {
        const int Shown = 5;
        var lines = new List<string>();
        foreach (var file in result.LabRecords.GroupBy(l => l.Record.Location.Artefact, StringComparer.Ordinal))
        {
            var first = file.First().Record;
            var date = first.Head?.Date is { } day ? $", {day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}" : "";
            lines.Add($"{(first.Head?.Laboratory is { Length: > 0 } laboratory ? laboratory : "a laboratory without a name")}, {(first.Person.Length > 0 ? first.Person : "nobody named")}{date} ({file.Key}): {Phrases.Results([.. file])}; "
                + (first.Signer is { } signer ? $"signed by {signer.Name}{(signer.Note is { } note ? $" ({note})" : "")}" : first.Head?.SignatureNote is { } odd ? $"not signed: {odd}" : "not signed, so it decides nothing"));
            var not = file.Where(l => !l.Record.Counts && l.Record.Signer is not null).ToList();
            lines.AddRange(not.Take(Shown).Select(l => $"{l.Unit} of {l.Record.Location} does not count: {LabJson.Why(l.Record)}"));
            if (not.Count > Shown) lines.Add($"and {Phrases.Number(not.Count - Shown)} more in assessment.json");
        }
        return lines;
    }
}
