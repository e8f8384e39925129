using System.Globalization;
using System.Text.Json;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Documents;

/// <summary>The parts of <c>assessment.json</c> that say who said what: laboratories' records, and the maker's statement and tables with their signers.</summary>
internal static class LabJson
{
    public static void Write(Utf8JsonWriter json, LabEntry entry)
    {
        var record = entry.Record;
        json.WriteStartObject();
        json.WriteString("unit", entry.Unit);
        if (entry.Row is not null) json.WriteString("row", entry.Row);
        json.WriteString("result", EvidenceJson.Name(record.Result));
        json.WriteBoolean("counts", record.Counts);
        if (Why(record) is { } why) json.WriteString("note", why);
        if (record.Head is { } head)
        {
            json.WriteString("laboratory", head.Laboratory);
            if (head.Accreditation is not null) json.WriteString("accreditation", head.Accreditation);
            if (head.Role is not null) json.WriteString("role", head.Role);
            if (head.Date is { } date) json.WriteString("date", date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }
        json.WriteString("person", record.Person);
        if (record.Method is not null) json.WriteString("method", record.Method);
        json.WriteString("words", record.Words);
        if (record.Expected is not null) json.WriteString("expected", record.Expected);
        if (record.Actual is not null) json.WriteString("actual", record.Actual);
        json.WriteStartArray("evidence");
        foreach (var piece in record.References)
        {
            json.WriteStartObject();
            json.WriteString("artefact", piece.Artefact);
            if (piece.Sha256 is not null) json.WriteString("sha256", piece.Sha256);
            if (piece.Place is not null) json.WriteString("place", piece.Place);
            if (piece.Words is not null) json.WriteString("words", piece.Words);
            if (piece.Note is not null) json.WriteString("note", piece.Note);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Signer(json, record.Signer);
        json.WritePropertyName("location");
        EvidenceJson.Write(json, record.Location);
        json.WriteEndObject();
    }

    /// <summary>Why a record decides nothing, in words; null where it counts.</summary>
    public static string? Why(LabRecord record) => record.Counts ? null : record.Note ?? (record.Signer is null ? "it is not signed" : "it names no evidence");

    public static void WriteDeclaration(Utf8JsonWriter json, AssessmentResult result)
    {
        json.WriteStartObject("declaration");
        json.WriteStartArray("claims");
        foreach (var claim in result.Claims)
        {
            json.WriteStartObject();
            json.WriteString("provision", claim.Provision);
            json.WriteString("support", claim.Support switch { Support.Yes => "yes", Support.No => "no", _ => "n/a" });
            if (claim.Justification is not null) json.WriteString("justification", claim.Justification);
            Signer(json, claim.SignedBy);
            if (claim.SignatureNote is not null) json.WriteString("signatureNote", claim.SignatureNote);
            json.WritePropertyName("location");
            EvidenceJson.Write(json, claim.Location);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("tables");
        foreach (var table in result.Tables)
        {
            json.WriteStartObject();
            json.WriteNumber("number", table.Number);
            json.WriteString("name", table.Name);
            json.WriteNumber("rows", table.Rows);
            Signer(json, table.SignedBy);
            json.WritePropertyName("location");
            EvidenceJson.Write(json, table.Location);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Signer(Utf8JsonWriter json, Signer? signer)
    {
        if (signer is null) return;
        json.WriteStartObject("signedBy");
        json.WriteString("name", signer.Name);
        json.WriteString("key", signer.KeyDigest);
        json.WriteString("form", signer.Form);
        if (signer.Note is not null) json.WriteString("note", signer.Note);
        json.WriteEndObject();
    }
}
