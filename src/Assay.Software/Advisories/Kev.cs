using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>A list of known exploited vulnerabilities, in the form of CISA's: JSON with a catalogue around it, a bare list, or CSV. It names vendors and products in words, and no versions.</summary>
internal static class Kev
{
    public static bool Looks(JsonElement record) => record.Part("cveID") is not null;
    public static bool LooksLikeCsv(ReadOnlySpan<byte> start) => start.StartsWith("cveID,"u8) || start.StartsWith("\"cveID\","u8);

    /// <exception cref="UnreadableException">No identifier or no product.</exception>
    public static Advisory Read(JsonElement record, DateTimeOffset? released) => Make(
        record.Text("cveID"), record.Text("vendorProject"), record.Text("product"), record.Text("vulnerabilityName"), record.Text("dateAdded"), record.Text("dueDate"), released);

    private static Advisory Make(string? id, string? vendor, string? product, string? name, string? added, string? due, DateTimeOffset? released)
    {
        if (string.IsNullOrWhiteSpace(id)) throw new UnreadableException("an entry with cveID", "none", 0);
        if (string.IsNullOrWhiteSpace(product)) throw new UnreadableException($"{id} with a product", "none", 0);
        var since = added is null ? null : JsonReading.DayOf(added);
        return new Advisory
        {
            Id = id.Trim(),
            Source = AdvisorySource.Kev,
            Summary = string.IsNullOrWhiteSpace(name) ? null : name.Trim(),
            Published = since is { } day ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : null,
            Modified = released,
            Exploited = true,
            ExploitedSince = since,
            Due = due is null ? null : JsonReading.DayOf(due),
            Ranges = [new AffectedRange { Product = new AffectedProduct { Vendor = string.IsNullOrWhiteSpace(vendor) ? null : vendor.Trim(), Name = product.Trim() } }],
        };
    }

    /// <summary>The rows of a CSV file after RFC 4180; a row that cannot be read is told to <paramref name="lose"/>.</summary>
    public static IEnumerable<Advisory> ReadCsv(string text, Action<int, UnreadableException> lose)
    {
        Dictionary<string, int>? columns = null;
        var rows = new List<(int Line, List<string> Cells)>(Rows(text));
        // The list carries no date of its own: the newest entry's day stands for it.
        DateTimeOffset? released = null;
        foreach (var (line, cells) in rows)
        {
            if (columns is null)
            {
                columns = cells.Select((name, i) => (name, i)).DistinctBy(c => c.name, StringComparer.Ordinal).ToDictionary(c => c.name, c => c.i, StringComparer.Ordinal);
                if (columns.TryGetValue("dateAdded", out var at)) released = rows.Skip(1).Select(r => at < r.Cells.Count ? JsonReading.TimeOf(r.Cells[at]) : null).Max();
                continue;
            }
            string? Cell(string name) => columns.TryGetValue(name, out var i) && i < cells.Count ? Assay.Evidence.Shortened.Visible(cells[i]) : null;
            Advisory advisory;
            try
            {
                advisory = Make(Cell("cveID"), Cell("vendorProject"), Cell("product"), Cell("vulnerabilityName"), Cell("dateAdded"), Cell("dueDate"), released);
            }
            catch (UnreadableException bad)
            {
                lose(line, bad);
                continue;
            }
            yield return advisory;
        }
    }

    /// <summary>Rows of RFC 4180 with the line each begins on.</summary>
    internal static IEnumerable<(int Line, List<string> Cells)> Rows(string text)
    {
        var (cells, cell, quoted, line, start) = (new List<string>(), new System.Text.StringBuilder(), false, 1, 1);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n') line++;
            if (quoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') { cell.Append('"'); i++; }
                else quoted = false;
            }
            else if (c == '"' && cell.Length == 0)
            {
                quoted = true;
            }
            else if (c == ',')
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else if (c == '\n')
            {
                cells.Add(cell.ToString().TrimEnd('\r'));
                cell.Clear();
                if (cells.Count > 1 || cells[0].Length > 0) yield return (start, cells);
                cells = [];
                start = line;
            }
            else
            {
                cell.Append(c);
            }
        }
        cells.Add(cell.ToString().TrimEnd('\r'));
        if (cells.Count > 1 || cells[0].Length > 0) yield return (start, cells);
    }
}
