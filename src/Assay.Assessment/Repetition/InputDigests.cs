using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment.Repetition;

/// <summary>
/// Digests of the parts of what was examined. A check is pure, so where every part that it read has the same digest as before, it would answer the
/// same: an answer may be carried over, and a difference between two assessments has a cause that can be named.
/// </summary>
internal sealed class InputDigests(Examined examined)
{
    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);

    /// <summary>16 hexadecimal digits over the named parts together.</summary>
    public string Of(IEnumerable<string> parts) => Digest(parts.Select(p => $"{p} {Of(p)}"));

    /// <summary>16 hexadecimal digits of one part; of no content for a name that nobody knows.</summary>
    public string Of(string part) => known.TryGetValue(part, out var digest) ? digest : known[part] = Digest(Lines(part));

    public static string Digest(IEnumerable<string> lines)
    {
        var text = new ArrayBufferWriter<byte>();
        foreach (var line in lines)
        {
            Encoding.UTF8.GetBytes(line, text);
            text.Write("\n"u8);
        }
        return Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan).AsSpan(0, 8));
    }

    private IEnumerable<string> Lines(string part)
    {
        var (name, of) = part.IndexOf(':') is var at and >= 0 ? (part[..at], part[(at + 1)..]) : (part, null);
        return name switch
        {
            "device" => [examined.Device.ToString() + string.Join('\n', examined.Device.Versions.Concat(examined.Device.Addresses))],
            "asOf" => [EvidenceJson.Time(examined.AsOf)],
            "provisions" => examined.Provisions,
            "files" => examined.Files.Where(f => of is null || EvidenceJson.Name(f.Kind) == of).Select(f => $"{f.Name} {f.Kind} {f.State} {f.Interface} {f.Artefact.Sha256}"),
            "findings" => examined.Findings.Where(f => of is null || EvidenceJson.Name(f.Kind) == of).Select(f => Whose(f.Location.Artefact) + Json(json => EvidenceJson.Write(json, f))),
            "coverage" => examined.Coverage.Where(c => of is null || EvidenceJson.Name(c.Scope) == of).Select(c => Whose(c.Artefact) + Json(json => EvidenceJson.Write(json, c))),
            "components" => examined.Components.Select(c => Json(json => ComponentJson.Write(json, c))),
            "materials" => examined.Materials.Select(c => Json(json => ComponentJson.Write(json, c))),
            "captures" => examined.Captures.Select(c => Convert.ToHexStringLower(SHA256.HashData(FactsFormat.Bytes(new FileFacts { Capture = c })))),
            "claims" => examined.Declaration.Claims.Select(c => c.ToString()).Concat(examined.Declaration.SelfAssessments.Select(s => s.ToString())),
            "unread" => Gaps(examined.Declaration),
            "advisories" => examined.Advisories is not { } asked ? ["none"] : [asked.Snapshot, .. asked.Vulnerabilities.Select(v => $"{v.Id} {v.Status} {v.Exploited} {v.Fix} {v.RepairUnknown} {v.Component.Name} {v.Component.Version} {v.Component.Package}"),
                .. asked.Published.Concat(asked.ExploitedSince).OrderBy(p => p.Key, StringComparer.Ordinal).ThenBy(p => p.Value).Select(p => $"{p.Key} {p.Value:o}")],
            "labRecords" => examined.LabRecords.Select(l => $"{l} {string.Join(' ', l.Record.Evidence)}"),
            "table" => examined.Declaration.Tables.Where(t => t.Number.ToString(CultureInfo.InvariantCulture) == of).SelectMany(Lines),
            "declaration" => Lines(examined.Declaration).Concat(examined.Files.Where(f => examined.Declaration.Files.Contains(f.Name)).Select(f => f.Artefact.Sha256)),
            _ => [],
        };
    }

    // The same finding counts or does not by whose traffic it is.
    private string Whose(string artefact) => (strangers ??= examined.Strangers).Contains(artefact) ? "? " : "";

    private IReadOnlySet<string>? strangers;

    private static IEnumerable<string> Gaps(Declaration declaration) =>
        declaration.Unread.Select(u => u.ToString()).Concat(declaration.Coverage.Select(c => Json(json => EvidenceJson.Write(json, c))));

    private static IEnumerable<string> Lines(Declaration declaration) =>
        declaration.Claims.Select(c => c.ToString())
            .Concat(declaration.Tables.SelectMany(Lines))
            .Concat(declaration.SelfAssessments.Select(s => s.ToString()))
            .Concat(declaration.Facts.Select(f => f.ToString()))
            .Concat(Gaps(declaration))
            .Concat(declaration.Files);

    private static IEnumerable<string> Lines(IxitTable table) =>
        table.Rows.Concat(table.Sections.SelectMany(s => s.Rows)).SelectMany(Lines)
            .Concat(table.Sections.Select(s => $"{s.Name} {s.Text} {s.Location}"))
            .Prepend($"{table.Number} {table.Name} {table.Location} {table.SignedBy} {table.IsDeclaredEmpty}");

    private static IEnumerable<string> Lines(IxitRow row) => row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}: {f.Value}").Prepend($"{row.Id} {row.Location}");

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, EvidenceJson.Line)) write(json);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
