using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>How the store keeps an advisory: one compact JSON record. Written by hand, so that same facts give same bytes and the same digest.</summary>
internal static class AdvisoryJson
{
    public static byte[] Write(Advisory advisory)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, EvidenceJson.Line)) Write(json, advisory);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Advisory a)
    {
        json.WriteStartObject();
        json.WriteString("id", a.Id);
        json.WriteString("source", EvidenceJson.Name(a.Source));
        Strings(json, "aliases", a.Aliases);
        if (a.Summary is not null) json.WriteString("summary", a.Summary);
        if (a.Published is { } published) json.WriteString("published", EvidenceJson.Time(published));
        // The time of a known-exploited list is the list's, not the record's: it must not make a record look changed.
        if (a.Modified is { } modified && a.Source != AdvisorySource.Kev) json.WriteString("modified", EvidenceJson.Time(modified));
        if (a.Withdrawn) json.WriteBoolean("withdrawn", true);
        if (a.Exploited) json.WriteBoolean("exploited", true);
        if (a.ExploitedSince is { } since) json.WriteString("exploitedSince", Day(since));
        if (a.Due is { } due) json.WriteString("due", Day(due));
        if (a.Fix is not null) json.WriteString("fix", a.Fix);
        Strings(json, "files", a.Files);
        if (a.Ranges.Count > 0)
        {
            json.WriteStartArray("ranges");
            foreach (var range in a.Ranges) Write(json, range);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AffectedRange range)
    {
        json.WriteStartObject();
        var product = range.Product;
        json.WriteString("name", product.Name);
        if (product.Vendor is not null) json.WriteString("vendor", product.Vendor);
        if (product.IsCpe) json.WriteString("part", product.Part);
        if (product.Ecosystem is not null) json.WriteString("ecosystem", product.Ecosystem);
        if (product.Package is { } package)
        {
            json.WriteStartArray("package");
            json.WriteStringValue(package.Type);
            json.WriteStringValue(package.Space);
            json.WriteStringValue(package.Name);
            json.WriteEndArray();
        }
        if (range.Told is not null) json.WriteString("told", range.Told);
        if (range.Standing != Standing.Affected) json.WriteString("standing", EvidenceJson.Name(range.Standing));
        if (range.Note is not null) json.WriteString("note", range.Note);
        if (range.Versions is { } versions)
        {
            json.WriteString("scheme", EvidenceJson.Name(versions.Scheme));
            Runs(json, "inside", versions.Inside);
            if (versions.Outside.Count > 0) Runs(json, "outside", versions.Outside);
        }
        if (range.Needs.Count > 0)
        {
            json.WriteStartArray("needs");
            foreach (var need in range.Needs)
            {
                json.WriteStartArray();
                foreach (var cpe in need)
                {
                    json.WriteStartArray();
                    foreach (var value in new[] { cpe.Part, cpe.Vendor, cpe.Product, cpe.Version }) json.WriteStringValue(value);
                    json.WriteEndArray();
                }
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Runs(Utf8JsonWriter json, string name, IReadOnlyList<VersionInterval> runs)
    {
        json.WriteStartArray(name);
        foreach (var run in runs)
        {
            json.WriteStartArray();
            json.WriteStringValue(run.From);
            json.WriteBooleanValue(run.After);
            json.WriteStringValue(run.To);
            json.WriteBooleanValue(run.Through);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void Strings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <param name="record">What <see cref="Write(Advisory)"/> wrote; anything else is a damaged store and throws.</param>
    public static Advisory Read(ReadOnlyMemory<byte> record)
    {
        using var document = JsonDocument.Parse(record);
        var root = document.RootElement;
        return new Advisory
        {
            Id = root.GetProperty("id").GetString()!,
            Source = Enum.Parse<AdvisorySource>(root.GetProperty("source").GetString()!, ignoreCase: true),
            Aliases = [.. root.List("aliases").Select(a => a.GetString()!)],
            Summary = root.Text("summary"),
            Published = root.Time("published"),
            Modified = root.Time("modified"),
            Withdrawn = root.TryGetProperty("withdrawn", out _),
            Exploited = root.TryGetProperty("exploited", out _),
            ExploitedSince = root.Day("exploitedSince"),
            Due = root.Day("due"),
            Fix = root.Text("fix"),
            Files = [.. root.List("files").Select(f => f.GetString()!)],
            Ranges = [.. root.List("ranges").Select(Range)],
        };
    }

    private static AffectedRange Range(JsonElement range)
    {
        var package = range.List("package").ToList();
        return new AffectedRange
        {
            Product = new AffectedProduct
            {
                Name = range.Text("name")!,
                Vendor = range.Text("vendor"),
                IsCpe = range.TryGetProperty("part", out _),
                Part = range.Text("part"),
                Ecosystem = range.Text("ecosystem"),
                Package = package.Count == 3 ? new PackageName(package[0].GetString()!, package[1].GetString(), package[2].GetString()!, null) : null,
            },
            Told = range.Text("told"),
            Standing = range.Text("standing") is { } standing ? Enum.Parse<Standing>(standing, ignoreCase: true) : Standing.Affected,
            Note = range.Text("note"),
            Versions = range.Text("scheme") is { } scheme
                ? new VersionSet { Scheme = Enum.Parse<VersionScheme>(scheme, ignoreCase: true), Inside = Runs(range, "inside"), Outside = Runs(range, "outside") }
                : null,
            Needs =
            [
                .. range.List("needs").Select(need => (IReadOnlyList<CpeName>)
                [
                    .. need.EnumerateArray().Select(c => new CpeName { Part = c[0].GetString()!, Vendor = c[1].GetString()!, Product = c[2].GetString()!, Version = c[3].GetString()! }),
                ]),
            ],
        };
    }

    private static IReadOnlyList<VersionInterval> Runs(JsonElement range, string name) =>
        [.. range.List(name).Select(r => new VersionInterval(r[0].GetString(), r[1].GetBoolean(), r[2].GetString(), r[3].GetBoolean()))];
}
