using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;
using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>
/// A file of advisories, recognised by its content: one JSON document, one JSON record a line, CSV, a YAML record, a list of Debian's tracker, a page of OpenWrt's; any of these
/// compressed with gzip, xz or Zstandard, or as members of a zip archive. A damaged record, line or member loses only itself.
/// </summary>
public sealed class AdvisoryFile
{
    private const int Depth = 64, MostLosses = 1000, MostNested = 3;
    private const int MostMemberBytes = 1 << 30;
    private const long MostBytes = 6L << 30;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Depth };
    private static readonly CompressionKind[] Compressed = [CompressionKind.Gzip, CompressionKind.Xz, CompressionKind.Zstandard];

    private readonly string name;
    private readonly string? member;
    private readonly int nested;
    private readonly Budget budget;
    private readonly Action<Advisory> take;
    private readonly Action<string, ExploitForecast> forecast;
    private readonly List<Loss> losses = [];

    private AdvisoryFile(string name, string? member, int nested, Budget budget, Action<Advisory> take, Action<string, ExploitForecast> forecast)
    {
        this.name = name;
        this.member = member;
        this.nested = nested;
        this.budget = budget;
        this.take = take;
        this.forecast = forecast;
    }

    /// <summary>What most records of the file are, or null where none was recognised.</summary>
    public string? Kind { get; private set; }
    public int Read { get; private set; }
    public IReadOnlyList<Loss> Losses => losses;
    /// <summary>Of a form that lists of advisories have, but broken: cut JSON, an archive or compressed file that does not unpack. What is merely something else is not damaged.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Reads every record of a file.</summary>
    /// <param name="name">For losses: how the giver calls the file.</param>
    /// <param name="forecast">Told of each record of EPSS: an id and its forecast.</param>
    public static AdvisoryFile Of(string name, ReadOnlyMemory<byte> file, Action<Advisory> take, Action<string, ExploitForecast> forecast)
    {
        var reading = new AdvisoryFile(name, null, 0, new Budget { FileBytes = MostMemberBytes, Bytes = MostBytes }, take, forecast);
        reading.Whole(file);
        return reading;
    }

    /// <summary>Every advisory of a file, for readers that keep no store.</summary>
    public static IReadOnlyList<Advisory> Advisories(string name, ReadOnlyMemory<byte> file, List<Loss>? losses = null)
    {
        var advisories = new List<Advisory>();
        var reading = Of(name, file, advisories.Add, (_, _) => { });
        losses?.AddRange(reading.Losses);
        return advisories;
    }

    private void Whole(ReadOnlyMemory<byte> file)
    {
        if (Zip.Looks(file.Span)) Archive(file);
        else if (Compressed.Any(k => Decompression.IsHeader(k, file.Span))) Inside(Compressed.First(k => Decompression.IsHeader(k, file.Span)), file);
        else All(file.Span.StartsWith("\ufeff"u8) ? file[3..] : file);
    }

    private void Inside(CompressionKind kind, ReadOnlyMemory<byte> file)
    {
        if (nested == MostNested)
        {
            Lose($"at most {MostNested} files inside each other", "more", null);
            return;
        }
        using var decoded = Decompression.Decode(kind, file.Span, budget);
        if (decoded.Failure is { } failure)
        {
            // Of a cut list nobody knows what the rest would have said.
            IsDamaged = true;
            Lose($"a whole {Decompression.Name(kind)} file", failure.Message, null);
            return;
        }
        Join(member, decoded.Content);
    }

    /// <summary>Every member that is a list; what lies beside them, a page or a licence, is no damage.</summary>
    private void Archive(ReadOnlyMemory<byte> file)
    {
        try
        {
            if (nested == MostNested) throw new UnreadableException($"at most {MostNested} files inside each other", "more", 0);
            var zip = Zip.Open(file);
            foreach (var entry in zip.Entries)
            {
                if (entry.Name.EndsWith('/') || entry.Size == 0) continue;
                var path = Shortened.Visible(entry.Name);
                try
                {
                    Join(member is null ? path : $"{member}/{path}", zip.Read(entry, budget));
                }
                catch (Exception bad) when (bad is UnreadableException or BudgetException)
                {
                    IsDamaged = true;
                    var (expected, found) = bad is UnreadableException told ? (told.Expected, told.Found) : ("an archive within the budget", bad.Message);
                    Lose(expected, found, null, path);
                    if (bad is BudgetException { Budget: "bytes" }) return;
                }
            }
        }
        catch (UnreadableException bad)
        {
            IsDamaged = true;
            Lose(bad.Expected, bad.Found, null);
        }
    }

    private void Join(string? path, ReadOnlyMemory<byte> content)
    {
        var inner = new AdvisoryFile(name, path, nested + 1, budget, take, forecast);
        inner.Whole(content);
        Kind ??= inner.Kind;
        Read += inner.Read;
        IsDamaged |= inner.IsDamaged;
        if (inner.Kind is null && !inner.IsDamaged && path is not null) return;
        foreach (var loss in inner.losses)
        {
            if (losses.Count < MostLosses) losses.Add(loss);
        }
    }

    private void All(ReadOnlyMemory<byte> file)
    {
        var start = file.Span[..Math.Min(file.Length, 4096)].TrimStart(" \t\r\n"u8);
        if (start.IsEmpty)
        {
            Lose("advisories", "an empty file", null);
        }
        else if (Kev.LooksLikeCsv(start))
        {
            Kind = "kev";
            foreach (var advisory in Kev.ReadCsv(Encoding.UTF8.GetString(file.Span), (line, bad) => Lose(bad.Expected, bad.Found, line))) Take("kev", advisory);
        }
        else if (Epss.LooksLikeCsv(start))
        {
            Kind = "epss";
            foreach (var (id, value) in Epss.ReadCsv(Encoding.UTF8.GetString(file.Span))) Forecast(id, value);
        }
        else if (DebianTracker.LooksLikeList(start))
        {
            Kind = "debian";
            foreach (var advisory in DebianTracker.ReadList(file, (line, expected, found) => Lose(expected, found, line))) Take("debian", advisory);
        }
        else if (OpenWrtAdvisory.Looks(file.Span))
        {
            Words(file);
        }
        else if (YamlRecord.Looks(start))
        {
            Yaml(file);
        }
        else if (start[0] is not ((byte)'{' or (byte)'['))
        {
            Lose("JSON, one JSON record a line, CSV, YAML or a tracker's list of a known form", "other bytes", null);
        }
        else if (start[0] == '{' && IsLines(file))
        {
            Lines(file);
        }
        else
        {
            Document(file, null);
        }
        if (Kind is null && losses.Count == 0) Lose("at least one record", "an empty list", null);
    }

    /// <summary>One record a line: the first line is a whole JSON object and more follows; where the first one is damaged, the second one is.</summary>
    private static bool IsLines(ReadOnlyMemory<byte> file)
    {
        var end = file.Span.IndexOf((byte)'\n');
        if (end < 0 || file.Span[end..].Trim(" \t\r\n"u8).IsEmpty) return false;
        if (IsWhole(file[..end])) return true;
        if (!file.Span[..end].TrimEnd(" \t\r"u8).EndsWith("}"u8)) return false;
        var rest = file[(end + 1)..];
        var next = rest.Span.IndexOf((byte)'\n');
        return IsWhole(next < 0 ? rest : rest[..next]);

        static bool IsWhole(ReadOnlyMemory<byte> line)
        {
            if (!line.Span.TrimStart(" \t"u8).StartsWith("{"u8)) return false;
            try
            {
                using var one = JsonDocument.Parse(line, Strict);
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    private void Lines(ReadOnlyMemory<byte> file)
    {
        for (var (at, line) = (0, 1); at < file.Length; line++)
        {
            var end = file.Span[at..].IndexOf((byte)'\n');
            end = end < 0 ? file.Length : at + end;
            if (!file.Span[at..end].Trim(" \t\r"u8).IsEmpty) Document(file[at..end], line);
            at = end + 1;
        }
    }

    private void Words(ReadOnlyMemory<byte> file)
    {
        try
        {
            foreach (var advisory in OpenWrtAdvisory.Read(file.Span)) Take("openwrt", advisory);
        }
        catch (UnreadableException bad)
        {
            Lose(bad.Expected, bad.Found, null);
        }
    }

    private void Yaml(ReadOnlyMemory<byte> file)
    {
        try
        {
            Document(YamlRecord.ToJson(file.Span), null);
        }
        catch (UnreadableException bad)
        {
            IsDamaged = true;
            Lose(bad.Expected, bad.Found, bad.Line);
        }
    }

    private void Document(ReadOnlyMemory<byte> text, int? line)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array)
            {
                var index = 0;
                foreach (var element in root.EnumerateArray()) Record(element, null, $"[{index++}]", line);
                return;
            }
            if (root.ValueKind == JsonValueKind.Object && !CsafDocument.Looks(root) && root.Part("vulnerabilities") is { ValueKind: JsonValueKind.Array } list)
            {
                var (released, index) = (root.Time("dateReleased") ?? root.Time("timestamp"), 0);
                foreach (var element in list.EnumerateArray()) Record(element, released, $"vulnerabilities[{index++}]", line);
                // An answer without results is an answer.
                if (index == 0) Kind ??= root.Part("catalogVersion") is not null ? "kev" : root.Text("format") == "NVD_CVE" ? "nvd" : null;
                return;
            }
            if (root.ValueKind == JsonValueKind.Object && root.Part("data") is { ValueKind: JsonValueKind.Array } data && root.Part("id") is null)
            {
                var index = 0;
                foreach (var element in data.EnumerateArray()) Record(element, null, $"data[{index++}]", line);
                return;
            }
            if (AlpineDatabase.Looks(root))
            {
                Kind ??= "alpine";
                foreach (var advisory in AlpineDatabase.Read(root, (at, expected, found) => Lose(expected, found, line, at))) Take("alpine", advisory);
                return;
            }
            if (DebianTracker.LooksLikeDump(root))
            {
                Kind ??= "debian";
                foreach (var advisory in DebianTracker.ReadDump(root, (at, expected, found) => Lose(expected, found, line, at))) Take("debian", advisory);
                return;
            }
            Record(root, null, "the document", line);
        }
        catch (InvalidOperationException bad)
        {
            // A property's name with a broken escape.
            Lose("JSON in valid UTF-8", Shortened.Visible(bad.Message), line);
        }
        catch (JsonException bad)
        {
            IsDamaged = true;
            Lose($"JSON at most {Depth} deep", bad.Message.Split(" LineNumber", 2)[0], line ?? (int?)bad.LineNumber + 1);
        }
    }

    private void Record(JsonElement record, DateTimeOffset? released, string at, int? line)
    {
        try
        {
            if (record.ValueKind != JsonValueKind.Object) throw new UnreadableException("an object", record.ValueKind.ToString(), 0);
            // Collections of other tools wrap each record: { schema, identifier, item }.
            if (record.Part("identifier") is not null && record.Part("item") is { ValueKind: JsonValueKind.Object } wrapped) record = wrapped;
            if (Kev.Looks(record)) Take("kev", Kev.Read(record, released));
            else if (CveRecord.Looks(record)) Take("cve5", CveRecord.Read(record));
            else if (CsafDocument.Looks(record))
            {
                foreach (var advisory in CsafDocument.Read(record)) Take("csaf", advisory);
                // An informational document names no vulnerability; it is known all the same.
                Kind ??= "csaf";
            }
            else if (Epss.Looks(record))
            {
                var (id, value) = Epss.Read(record) ?? throw new UnreadableException("a probability from 0 to 1", "none", 0);
                Forecast(id, value);
            }
            else if (Nvd.RecordIn(record) is { } cve) Take("nvd", Nvd.Read(cve, record));
            else if (Osv.Looks(record)) Take("osv", Osv.Read(record));
            else throw new UnreadableException("a record of KEV, OSV, NVD 2.0, CVE 5, CSAF, EPSS, or of Debian's or Alpine's tracker", "none of them", 0);
        }
        catch (UnreadableException bad)
        {
            Lose(bad.Expected, bad.Found, line, at);
        }
        // Documents keep broken escapes and lone surrogates until they are asked for.
        catch (Exception bad) when (bad is InvalidOperationException or FormatException or ArgumentException)
        {
            Lose("a record in valid UTF-8", Shortened.Visible(bad.Message), line, at);
        }
    }

    private void Take(string kind, Advisory advisory)
    {
        Kind ??= kind;
        Read++;
        take(advisory);
    }

    private void Forecast(string id, ExploitForecast value)
    {
        Kind ??= "epss";
        Read++;
        forecast(id, value);
    }

    private void Lose(string expected, string found, int? line, string? at = null)
    {
        var path = member is null ? at : at is null ? member : $"{member} {at}";
        if (losses.Count < MostLosses) losses.Add(new Loss { Location = new Location { Artefact = name, Path = path, Line = line }, Expected = expected, Found = found });
    }
}
