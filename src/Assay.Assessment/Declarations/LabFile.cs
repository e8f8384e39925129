using System.Globalization;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Declarations;

/// <summary>One laboratory's record as it stands in a file: its head and its lines, before anything is held against the dossier. Layouts: docs/lab.md.</summary>
internal sealed class LabFile
{
    private const int MostLines = 5_000, MostPieces = 64, LongestText = 1_000;

    /// <param name="Number">Of the file, from 1.</param>
    public sealed record Line(string Unit, string? Row, string Result, string? Method, string? Words, string? Expected, string? Actual, IReadOnlyList<Piece> Evidence, int Number);

    /// <param name="Place">All that says where in the file, in words.</param>
    public sealed record Piece(string File, string? Sha256, string? Place, string? Words, long? Frame, long? Line);

    public required LabHead Head { get; init; }
    public string? Maker { get; private init; }
    public string? Model { get; private init; }
    public required IReadOnlyList<Line> Lines { get; init; }
    /// <summary>Lines of a draft whose result nobody wrote.</summary>
    public int NotFilledIn { get; private init; }

    /// <exception cref="UnreadableException">No YAML and no table of comma-separated values, or beyond the budget.</exception>
    public static LabFile Read(DossierFile file, List<Loss> losses)
    {
        var reading = new Reading(file, losses);
        if (HeaderLine(file.Lines) is >= 0 and var header) reading.Csv(header);
        else if (YamlReader.Read(file.Artefact.Bytes.Span(0, (int)file.Artefact.Size)) is YamlMap map) reading.Yaml(map);
        else throw new UnreadableException("a laboratory's record: a map with laboratory, person, date and records", "something else", 0);
        return reading.Done();
    }

    /// <summary>Index of the line with the columns of a comma-separated record, or -1. Lines before it are <c># key: value</c>.</summary>
    public static int HeaderLine(IReadOnlyList<string> lines)
    {
        for (var i = 0; i < Math.Min(lines.Count, 60); i++)
        {
            var line = lines[i].TrimStart('\ufeff');
            if (string.IsNullOrWhiteSpace(line) || line.StartsWith('#')) continue;
            if (line.Length > 4096) return -1;
            var columns = CsvDeclaration.Rows(line, CsvDeclaration.Separator(line)).First().Cells.Select(c => Key(c)).ToList();
            return columns.Contains("unit") && columns.Contains("result") && (columns.Contains("file") || columns.Contains("evidence") || columns.Contains("laboratory")) ? i : -1;
        }
        return -1;
    }

    // Names that laboratories use for the same thing, each as we call it.
    private static string Key(string name) => Names.Bare(name) switch
    {
        "unit" or "testunit" or "unitid" or "testunitid" => "unit",
        "row" or "ixitrow" or "ixit" or "rowid" => "row",
        "result" or "verdict" or "outcome" or "testresult" => "result",
        "method" or "testmethod" or "how" or "procedure" => "method",
        "words" or "remark" or "remarks" or "comment" or "comments" or "description" or "observation" or "reason" or "note" or "notes" => "words",
        "expected" or "expectedresult" => "expected",
        "actual" or "actualresult" or "observed" or "found" => "actual",
        "evidence" or "files" => "evidence",
        "file" or "artefact" or "artifact" or "evidencefile" => "file",
        "sha256" or "digest" or "hash" or "evidencesha256" => "sha256",
        "frame" or "frames" or "packet" => "frame",
        "line" or "lines" => "line",
        "request" or "requests" => "request",
        "page" or "pages" => "page",
        "laboratory" or "lab" or "testlaboratory" or "testlab" => "laboratory",
        "accreditation" or "accredited" => "accreditation",
        "person" or "tester" or "examiner" or "testedby" or "examinedby" => "person",
        "role" or "function" => "role",
        "date" or "testedon" or "examinedon" or "testdate" => "date",
        "maker" or "manufacturer" => "maker",
        "model" or "product" => "model",
        "version" or "versions" or "softwareversion" or "firmwareversion" => "version",
        "image" or "images" or "firmware" or "imagesha256" => "image",
        var other => other,
    };

    private static readonly string[] HeadKeys = ["laboratory", "accreditation", "person", "role", "date", "maker", "model", "version", "image", "device", "records"];
    private static readonly string[] LineKeys = ["unit", "row", "result", "method", "words", "expected", "actual", "evidence"];
    private static readonly string[] PieceKeys = ["file", "sha256", "frame", "line", "request", "page", "offset", "path", "command", "time", "words"];

    private sealed class Reading(DossierFile file, List<Loss> losses)
    {
        private readonly Dictionary<string, string> head = new(StringComparer.Ordinal);
        private readonly List<string> versions = [], images = [];
        private readonly List<Line> lines = [];
        private int blank;

        public LabFile Done() => new()
        {
            Head = new LabHead
            {
                Laboratory = head.GetValueOrDefault("laboratory", ""),
                Accreditation = head.GetValueOrDefault("accreditation"),
                Person = head.GetValueOrDefault("person", ""),
                Role = head.GetValueOrDefault("role"),
                Date = TimeWords.Dates(head.GetValueOrDefault("date")) is [{ IsAmbiguous: false, IsFigures: false, Date: var date }] ? date : null,
                Versions = versions,
                Images = images,
            },
            Maker = head.GetValueOrDefault("maker"),
            Model = head.GetValueOrDefault("model"),
            Lines = lines,
            NotFilledIn = blank,
        };

        public void Yaml(YamlMap root)
        {
            foreach (var entry in root.Entries)
            {
                switch (Key(entry.Key))
                {
                    case "records" or "results" or "units":
                        Records(entry.Value);
                        break;
                    case "schema" or "title" or "edition" or "standard" or "language" or "words":
                        break;
                    case var key:
                        Said(key, entry);
                        break;
                }
            }
        }

        private void Said(string key, YamlEntry entry)
        {
            switch (key, entry.Value)
            {
                case (_, YamlScalar { IsNull: true }):
                    break;
                case ("laboratory" or "person" or "device", YamlMap map):
                    foreach (var part in map.Entries)
                    {
                        var named = Key(part.Key);
                        if (named == "name" && key != "device") named = key;
                        if (named is "sha256" && key == "device") named = "image";
                        if (named is "name" && key == "device") named = "model";
                        Said(named, part);
                    }
                    break;
                case ("version" or "image", YamlList list):
                    foreach (var item in list.Items) Head(key, item.Text ?? (item as YamlMap)?["sha256"]?.Text ?? "", item.Line);
                    break;
                case ("image", YamlMap image):
                    Head(key, image.Entries.FirstOrDefault(e => Key(e.Key) == "sha256")?.Value.Text ?? "", entry.Line);
                    break;
                case (_, YamlScalar scalar) when HeadKeys.Contains(key):
                    Head(key, scalar.Value, entry.Line);
                    break;
                case ("address" or "contact" or "website" or "email" or "number" or "id", _):
                    break;
                default:
                    Odd(entry.Line, $"one of {string.Join(", ", HeadKeys)}", entry.Key, HeadKeys);
                    break;
            }
        }

        private void Head(string key, string text, int line)
        {
            text = Text(text);
            if (text.Length == 0) return;
            if (key == "version") versions.AddRange(text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(v => !versions.Contains(v)));
            else if (key == "image")
            {
                // A file's name may stand before its digest; the digest alone says what ran.
                if (Digest(text.Split(' ', ',')[^1]) is { } digest) images.Add(digest);
                else Odd(line, "the SHA-256 of an image, 64 hexadecimal digits", text, []);
            }
            else head.TryAdd(key, text);
        }

        private void Records(YamlNode node)
        {
            if (node is YamlList list)
            {
                foreach (var item in list.Items)
                {
                    if (item is YamlMap map) Record(map, null, item.Line);
                    else Odd(item.Line, "a map with unit, result and evidence", item.Kind, []);
                }
            }
            else if (node is YamlMap map)
            {
                foreach (var entry in map.Entries)
                {
                    // "5.1-4-2a: { result: … }", or one such map for each row.
                    if (entry.Value is YamlMap inner) Record(inner, entry.Key, entry.Line);
                    else if (entry.Value is YamlList rows && rows.Items.All(i => i is YamlMap)) foreach (var row in rows.Items) Record((YamlMap)row, entry.Key, row.Line);
                    else if (entry.Value is YamlScalar { IsNull: true }) blank++;
                    else Odd(entry.Line, "a map with result and evidence", entry.Value.Kind, []);
                }
            }
            else if (node is not YamlScalar { IsNull: true }) Odd(node.Line, "a list of records", node.Kind, []);
        }

        private void Record(YamlMap map, string? unit, int number)
        {
            var said = new Dictionary<string, string>(StringComparer.Ordinal);
            if (unit is not null) said["unit"] = unit;
            var pieces = new List<Piece>();
            foreach (var entry in map.Entries)
            {
                var key = Key(entry.Key);
                if (key == "evidence") Pieces(entry.Value, pieces);
                else if (key == "title") continue;
                else if (LineKeys.Contains(key) && entry.Value is YamlScalar scalar) said[key] = scalar.IsNull ? "" : Text(scalar.Value);
                else if (key == "id" && entry.Value is YamlScalar id) said.TryAdd("unit", Text(id.Value));
                else Odd(entry.Line, $"one of {string.Join(", ", LineKeys)}", entry.Key, LineKeys);
            }
            Record(said, pieces, number);
        }

        private void Pieces(YamlNode node, List<Piece> pieces)
        {
            switch (node)
            {
                case YamlList list:
                    foreach (var item in list.Items) Pieces(item, pieces);
                    break;
                case YamlMap map:
                    var said = new Dictionary<string, string>(StringComparer.Ordinal);
                    foreach (var entry in map.Entries)
                    {
                        var key = Key(entry.Key);
                        if (key == "name") key = "file";
                        if (PieceKeys.Contains(key) && entry.Value is YamlScalar scalar) said[key] = scalar.IsNull ? "" : Text(scalar.Value);
                        else Odd(entry.Line, $"one of {string.Join(", ", PieceKeys)}", entry.Key, PieceKeys);
                    }
                    if (said.Values.Any(v => v.Length > 0)) Piece(said, pieces, node.Line);
                    break;
                case YamlScalar { IsNull: false } name:
                    Piece(new Dictionary<string, string>(StringComparer.Ordinal) { ["file"] = Text(name.Value) }, pieces, node.Line);
                    break;
            }
        }

        public void Csv(int header)
        {
            foreach (var line in file.Lines.Take(header))
            {
                var text = line.TrimStart('\ufeff', '#', ' ', '\t');
                if (text.IndexOf(':') is > 0 and var colon && HeadKeys.Contains(Key(text[..colon]))) Head(Key(text[..colon]), text[(colon + 1)..], 0);
            }
            var rest = string.Join('\n', file.Lines.Skip(header)).TrimStart('\ufeff');
            List<string>? columns = null;
            Dictionary<string, string>? open = null;
            var pieces = new List<Piece>();
            var begun = 0;
            foreach (var (cells, offset) in CsvDeclaration.Rows(rest, CsvDeclaration.Separator(file.Lines[header])))
            {
                if (columns is null)
                {
                    columns = [.. cells.Select(Key)];
                    foreach (var odd in columns.Where(c => c.Length > 0 && !HeadKeys.Contains(c) && !LineKeys.Contains(c) && !PieceKeys.Contains(c))) Odd(header + 1, "a column of a record", odd, [.. LineKeys, .. PieceKeys]);
                    continue;
                }
                var said = new Dictionary<string, string>(StringComparer.Ordinal);
                for (var i = 0; i < Math.Min(columns.Count, cells.Count); i++)
                {
                    if (cells[i].Length == 0) continue;
                    var key = columns[i] == "evidence" ? "file" : columns[i];
                    if (HeadKeys.Contains(key)) Head(key, cells[i], header + offset);
                    else said.TryAdd(key, Text(cells[i]));
                }
                if (said.Count == 0) continue;
                // A line without a unit goes on with the evidence of the line before it.
                if (said.ContainsKey("unit"))
                {
                    if (open is not null) Record(open, pieces, begun);
                    (open, pieces, begun) = (said, [], header + offset);
                }
                else if (open is null)
                {
                    Odd(header + offset, "a unit in the first line", string.Join(" | ", cells), []);
                    continue;
                }
                if (said.ContainsKey("file") || said.ContainsKey("sha256"))
                {
                    // Words of a line are the result's own; further lines have words on their evidence.
                    Piece(said.Where(p => p.Key != "words" || !said.ContainsKey("unit")).ToDictionary(StringComparer.Ordinal), pieces, header + offset);
                }
            }
            if (open is not null) Record(open, pieces, begun);
        }

        private void Record(Dictionary<string, string> said, List<Piece> pieces, int number)
        {
            if (said.GetValueOrDefault("result", "").Length == 0)
            {
                blank++;
                return;
            }
            if (lines.Count >= MostLines) throw new UnreadableException($"at most {MostLines} results in one record", "more", 0);
            string? Of(string key) => said.GetValueOrDefault(key) is { Length: > 0 } text ? text : null;
            lines.Add(new Line(said.GetValueOrDefault("unit", ""), Of("row"), said["result"], Of("method"), Of("words"), Of("expected"), Of("actual"), pieces, number));
        }

        private void Piece(Dictionary<string, string> said, List<Piece> pieces, int number)
        {
            if (pieces.Count >= MostPieces)
            {
                Odd(number, $"at most {MostPieces} pieces of evidence for one result", "more", []);
                return;
            }
            var places = new[] { "path", "line", "frame", "request", "page", "offset", "time", "command" }.Where(k => said.GetValueOrDefault(k, "").Length > 0).Select(k => $"{k} {said[k]}").ToList();
            string? digest = null;
            if (said.GetValueOrDefault("sha256") is { Length: > 0 } hex && (digest = Digest(hex)) is null) Odd(number, "a SHA-256 of 64 hexadecimal digits", hex, []);
            var name = said.GetValueOrDefault("file", "");
            pieces.Add(new Piece(name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name, digest, places.Count > 0 ? string.Join(", ", places) : null, said.GetValueOrDefault("words") is { Length: > 0 } words ? words : null, Last("frame"), Last("line")));

            // "12-20" and "12, 15": the last number must exist too.
            long? Last(string key) => said.GetValueOrDefault(key)?.Split('-', '–', ',', ' ').LastOrDefault(p => p.Length > 0) is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
        }

        private void Odd(int line, string expected, string found, string[] known)
        {
            var near = Names.Nearest(found, known);
            losses.Add(new Loss { Location = file.At(Math.Max(1, line)), Expected = expected + (near is null ? "" : $"; perhaps {near} is meant"), Found = $"\"{Shortened.Visible(found.Length > 60 ? found[..60] + "…" : found)}\"" });
        }

        private static string? Digest(string text)
        {
            var hex = text.Trim().Trim('`', '"');
            if (hex.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase) || hex.StartsWith("sha-256:", StringComparison.OrdinalIgnoreCase)) hex = hex[(hex.IndexOf(':') + 1)..].Trim();
            return hex.Length == 64 && hex.All(char.IsAsciiHexDigit) ? hex.ToLowerInvariant() : null;
        }

        // One line, at most a thousand characters, nothing that moves a cursor.
        private static string Text(string text)
        {
            var flat = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            if (flat.Length > LongestText) flat = flat[..(char.IsHighSurrogate(flat[LongestText - 1]) ? LongestText - 1 : LongestText)] + "…";
            return Shortened.Visible(flat);
        }
    }
}
