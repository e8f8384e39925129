using System.Buffers;
using System.Text;
using System.Text.Json;
using Assay.Evidence.Reading;

namespace Assay.Software.Sbom;

/// <summary>SPDX 2.2 and 2.3 as tags and values (clause 4.4 of the specification), turned into the JSON that says the same; one tag a line, long texts between <c>&lt;text&gt;</c> and <c>&lt;/text&gt;</c>.</summary>
internal static class TagValue
{
    public static bool Looks(ReadOnlySpan<byte> file) => file.TrimStart(" \t\r\n\ufeff"u8).StartsWith("SPDXVersion:"u8)
        || file.TrimStart(" \t\r\n\ufeff"u8).StartsWith("#"u8) && file[..Math.Min(file.Length, 64 << 10)].IndexOf("\nSPDXVersion:"u8) >= 0;

    /// <exception cref="UnreadableException">A line without a tag, or a text that does not end.</exception>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlySpan<byte> file)
    {
        var rows = Rows(file);
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        var at = Document(json, rows);
        List(json, "packages", Blocks(rows, at, "PackageName"), Package);
        List(json, "files", Blocks(rows, at, "FileName"), FileOf);
        List(json, "snippets", Blocks(rows, at, "SnippetSPDXID", "SnippetSPDXIdentifier"), Snippet);
        List(json, "hasExtractedLicensingInfos", Blocks(rows, at, "LicenseID"), Licence);
        List(json, "relationships", [.. rows.Where(r => r.Tag == "Relationship").Select(r => new List<Row> { r })], (j, b) => Relationship(j, b[0]));
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private sealed record Row(string Tag, string Value, int Line);

    private static readonly string[] Begins = ["PackageName", "FileName", "SnippetSPDXID", "SnippetSPDXIdentifier", "LicenseID"];

    private static List<Row> Rows(ReadOnlySpan<byte> file)
    {
        var rows = new List<Row>();
        var line = 0;
        string? tag = null;
        var (start, text) = (0, new StringBuilder());
        foreach (var raw in Encoding.UTF8.GetString(file).AsSpan().EnumerateLines())
        {
            line++;
            if (tag is not null)
            {
                text.Append('\n');
                Take(raw);
                continue;
            }
            var trimmed = raw.Trim().TrimStart('\ufeff');
            if (trimmed.IsEmpty || trimmed[0] == '#') continue;
            var colon = trimmed.IndexOf(':');
            if (colon < 1 || trimmed[..colon].ContainsAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")) throw new UnreadableException("Tag: value", CycloneDxRules.Cut(trimmed.ToString()), 0, line);
            var value = trimmed[(colon + 1)..].Trim();
            if (value.StartsWith("<text>"))
            {
                (tag, start) = (trimmed[..colon].ToString(), line);
                Take(value["<text>".Length..]);
            }
            else rows.Add(new Row(trimmed[..colon].ToString(), value.ToString(), line));
        }
        if (tag is not null) throw new UnreadableException($"</text> of {tag}", "the end of the document", 0, start);
        return rows;

        void Take(ReadOnlySpan<char> part)
        {
            var end = part.IndexOf("</text>");
            text.Append(end < 0 ? part : part[..end]);
            if (end < 0) return;
            rows.Add(new Row(tag!, text.ToString(), start));
            tag = null;
            text.Clear();
        }
    }

    private static int Document(Utf8JsonWriter json, List<Row> rows)
    {
        var end = rows.FindIndex(r => Begins.Contains(r.Tag));
        var own = end < 0 ? rows : rows[..end];
        Texts(json, own, ("SPDXVersion", "spdxVersion"), ("DataLicense", "dataLicense"), ("SPDXID", "SPDXID"), ("DocumentName", "name"), ("DocumentNamespace", "documentNamespace"), ("DocumentComment", "comment"));
        if (own.Any(r => r.Tag is "Created" or "Creator"))
        {
            json.WriteStartObject("creationInfo");
            Texts(json, own, ("Created", "created"), ("LicenseListVersion", "licenseListVersion"), ("CreatorComment", "comment"));
            Many(json, own, "Creator", "creators");
            json.WriteEndObject();
        }
        List(json, "externalDocumentRefs", [.. own.Where(r => r.Tag == "ExternalDocumentRef").Select(r => new List<Row> { r })], (j, b) =>
        {
            var words = b[0].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 3) throw new UnreadableException("DocumentRef-NAME URI ALGORITHM: DIGEST", CycloneDxRules.Cut(b[0].Value), 0, b[0].Line);
            j.WriteString("externalDocumentId", words[0]);
            j.WriteString("spdxDocument", words[1]);
            j.WritePropertyName("checksum");
            Checksum(j, string.Join(' ', words[2..]), b[0].Line);
        });
        return end < 0 ? rows.Count : end;
    }

    // A block begins with its first tag and ends before the next block of any kind.
    private static List<List<Row>> Blocks(List<Row> rows, int from, params string[] begin)
    {
        var blocks = new List<List<Row>>();
        List<Row>? block = null;
        for (var i = from; i < rows.Count; i++)
        {
            if (Begins.Contains(rows[i].Tag))
            {
                block = begin.Contains(rows[i].Tag) ? [] : null;
                if (block is not null) blocks.Add(block);
            }
            block?.Add(rows[i]);
        }
        return blocks;
    }

    private static void Package(Utf8JsonWriter json, List<Row> block)
    {
        Texts(json, block, ("PackageName", "name"), ("SPDXID", "SPDXID"), ("PackageVersion", "versionInfo"), ("PackageFileName", "packageFileName"), ("PackageSupplier", "supplier"), ("PackageOriginator", "originator"),
            ("PackageDownloadLocation", "downloadLocation"), ("PackageHomePage", "homepage"), ("PackageSourceInfo", "sourceInfo"), ("PackageLicenseConcluded", "licenseConcluded"), ("PackageLicenseDeclared", "licenseDeclared"),
            ("PackageLicenseComments", "licenseComments"), ("PackageCopyrightText", "copyrightText"), ("PackageSummary", "summary"), ("PackageDescription", "description"), ("PackageComment", "comment"),
            ("PrimaryPackagePurpose", "primaryPackagePurpose"), ("ReleaseDate", "releaseDate"), ("BuiltDate", "builtDate"), ("ValidUntilDate", "validUntilDate"));
        if (block.FirstOrDefault(r => r.Tag == "FilesAnalyzed") is { } analysed) json.WriteBoolean("filesAnalyzed", analysed.Value.Equals("true", StringComparison.OrdinalIgnoreCase));
        Many(json, block, "PackageAttributionText", "attributionTexts");
        Many(json, block, "PackageLicenseInfoFromFiles", "licenseInfoFromFiles");
        Checksums(json, block, "PackageChecksum");
        if (block.FirstOrDefault(r => r.Tag == "PackageVerificationCode") is { } code)
        {
            json.WriteStartObject("packageVerificationCode");
            json.WriteString("packageVerificationCodeValue", code.Value.Split(' ')[0]);
            json.WriteEndObject();
        }
        List(json, "externalRefs", [.. block.Where(r => r.Tag == "ExternalRef").Select(r => new List<Row> { r })], (j, b) =>
        {
            var words = b[0].Value.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 3) throw new UnreadableException("CATEGORY TYPE LOCATOR", CycloneDxRules.Cut(b[0].Value), 0, b[0].Line);
            j.WriteString("referenceCategory", words[0]);
            j.WriteString("referenceType", words[1]);
            j.WriteString("referenceLocator", words[2].Trim());
        });
    }

    private static void FileOf(Utf8JsonWriter json, List<Row> block)
    {
        Texts(json, block, ("FileName", "fileName"), ("SPDXID", "SPDXID"), ("LicenseConcluded", "licenseConcluded"), ("LicenseComments", "licenseComments"), ("FileCopyrightText", "copyrightText"), ("FileComment", "comment"), ("FileNotice", "noticeText"));
        Many(json, block, "FileType", "fileTypes");
        Many(json, block, "LicenseInfoInFile", "licenseInfoInFiles");
        Many(json, block, "FileContributor", "fileContributors");
        Checksums(json, block, "FileChecksum");
    }

    private static void Snippet(Utf8JsonWriter json, List<Row> block)
    {
        Texts(json, block, ("SnippetSPDXID", "SPDXID"), ("SnippetSPDXIdentifier", "SPDXID"), ("SnippetFromFileSPDXID", "snippetFromFile"), ("SnippetName", "name"), ("SnippetLicenseConcluded", "licenseConcluded"),
            ("SnippetCopyrightText", "copyrightText"), ("SnippetComment", "comment"), ("SnippetLicenseComments", "licenseComments"));
        Many(json, block, "LicenseInfoInSnippet", "licenseInfoInSnippets");
        var file = block.FirstOrDefault(r => r.Tag == "SnippetFromFileSPDXID")?.Value ?? "";
        json.WriteStartArray("ranges");
        foreach (var (tag, member) in new[] { ("SnippetByteRange", "offset"), ("SnippetLineRange", "lineNumber") })
        {
            if (block.FirstOrDefault(r => r.Tag == tag) is not { } range) continue;
            var ends = range.Value.Split(':');
            if (ends.Length != 2 || !int.TryParse(ends[0], out var first) || !int.TryParse(ends[1], out var last)) throw new UnreadableException("FIRST:LAST", CycloneDxRules.Cut(range.Value), 0, range.Line);
            json.WriteStartObject();
            foreach (var (name, number) in new[] { ("startPointer", first), ("endPointer", last) })
            {
                json.WriteStartObject(name);
                json.WriteString("reference", file);
                json.WriteNumber(member, number);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Licence(Utf8JsonWriter json, List<Row> block)
    {
        Texts(json, block, ("LicenseID", "licenseId"), ("ExtractedText", "extractedText"), ("LicenseName", "name"), ("LicenseComment", "comment"));
        Many(json, block, "LicenseCrossReference", "seeAlsos");
    }

    private static void Relationship(Utf8JsonWriter json, Row row)
    {
        var words = row.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3) throw new UnreadableException("ID TYPE ID", CycloneDxRules.Cut(row.Value), 0, row.Line);
        json.WriteString("spdxElementId", words[0]);
        json.WriteString("relationshipType", words[1]);
        json.WriteString("relatedSpdxElement", words[2]);
    }

    private static void Checksums(Utf8JsonWriter json, List<Row> block, string tag)
    {
        if (!block.Any(r => r.Tag == tag)) return;
        json.WriteStartArray("checksums");
        foreach (var row in block.Where(r => r.Tag == tag)) Checksum(json, row.Value, row.Line);
        json.WriteEndArray();
    }

    private static void Checksum(Utf8JsonWriter json, string text, int line)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1) throw new UnreadableException("ALGORITHM: DIGEST", CycloneDxRules.Cut(text), 0, line);
        json.WriteStartObject();
        json.WriteString("algorithm", text[..colon].Trim());
        json.WriteString("checksumValue", text[(colon + 1)..].Trim());
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, List<Row> block, params ReadOnlySpan<(string Tag, string Member)> names)
    {
        foreach (var (tag, member) in names)
        {
            var said = block.Where(r => r.Tag == tag).ToList();
            if (said.Count > 1) throw new UnreadableException($"{tag} once", "it is there again", 0, said[1].Line);
            if (said.Count == 1) json.WriteString(member, said[0].Value);
        }
    }

    private static void Many(Utf8JsonWriter json, List<Row> block, string tag, string member)
    {
        if (!block.Any(r => r.Tag == tag)) return;
        json.WriteStartArray(member);
        foreach (var row in block.Where(r => r.Tag == tag)) json.WriteStringValue(row.Value);
        json.WriteEndArray();
    }

    private static void List(Utf8JsonWriter json, string member, List<List<Row>> blocks, Action<Utf8JsonWriter, List<Row>> write)
    {
        if (blocks.Count == 0) return;
        json.WriteStartArray(member);
        foreach (var block in blocks)
        {
            json.WriteStartObject();
            write(json, block);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
