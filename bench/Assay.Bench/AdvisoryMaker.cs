using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Assay.Bench;

/// <summary>Makes advisories in the forms and sizes in which their sources publish them, about products that <see cref="RematchBench"/> puts into inventories. Same seed, same bytes.</summary>
internal sealed class AdvisoryMaker(int seed)
{
    /// <summary>Products that advisories and inventories share; popularity falls with the number.</summary>
    public const int Products = 3000;
    /// <summary>Versions of each product that are about.</summary>
    public const int Versions = 30;

    private readonly Random random = new(seed);

    public static string Name(int product) => product switch
    {
        0 => "busybox",
        1 => "linux_kernel",
        2 => "openssl",
        3 => "dnsmasq",
        4 => "zlib",
        _ => $"part-{product:d4}",
    };

    public static string Vendor(int product) => product switch
    {
        0 => "busybox",
        1 => "linux",
        2 => "openssl",
        3 => "thekelleys",
        4 => "zlib",
        _ => $"maker-{product % 700:d3}",
    };

    public static string Version(int number) => $"{1 + number / 10}.{number % 10}.{number * 7 % 13}";

    /// <summary>A product by popularity: half of all draws fall on a tenth of them.</summary>
    public static int Product(Random random) => (int)(Products * Math.Pow(random.NextDouble(), 3.3));

    public static int Make(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        var maker = new AdvisoryMaker(20261123);
        var (cve5, nvd, osvZip, osvFiles, csaf, debian) = (count * 26 / 100, count * 26 / 100, count * 14 / 100, count * 12 / 100, count * 5 / 100, count * 12 / 100);
        var kev = count - cve5 - nvd - osvZip - osvFiles - csaf - debian;
        var number = 0;
        using (var zip = ZipFile.Open(Path.Combine(folder, "cvelistV5.zip"), ZipArchiveMode.Create))
        {
            for (var i = 0; i < cve5; i++) maker.Entry(zip, $"cves/2026/{i / 1000}xxx/CVE-2026-{10000 + number}.json", json => maker.Cve5(json, number++));
        }
        for (var page = 0; page * 2000 < nvd; page++)
        {
            using var file = File.Create(Path.Combine(folder, $"nvd-{page}.json"));
            using var json = new Utf8JsonWriter(file);
            json.WriteStartObject();
            json.WriteNumber("resultsPerPage", 2000);
            json.WriteString("format", "NVD_CVE");
            json.WriteString("version", "2.0");
            json.WriteStartArray("vulnerabilities");
            for (var i = page * 2000; i < Math.Min(nvd, page * 2000 + 2000); i++) maker.Nvd(json, number++);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        using (var zip = ZipFile.Open(Path.Combine(folder, "all.zip"), ZipArchiveMode.Create))
        {
            for (var i = 0; i < osvZip; i++) maker.Entry(zip, $"OSV-2026-{number}.json", json => maker.Osv(json, number++));
        }
        Directory.CreateDirectory(Path.Combine(folder, "osv"));
        for (var i = 0; i < osvFiles; i++) One(Path.Combine(folder, "osv", $"OSV-2026-{number}.json"), json => maker.Osv(json, number++));
        Directory.CreateDirectory(Path.Combine(folder, "csaf"));
        for (var i = 0; i < csaf; i++) One(Path.Combine(folder, "csaf", $"exa-{number}.json"), json => maker.Csaf(json, number++));
        One(Path.Combine(folder, "debian.json"), json => maker.Debian(json, ref number, debian));
        One(Path.Combine(folder, "kev.json"), json =>
        {
            json.WriteStartObject();
            json.WriteString("catalogVersion", "2026.11.20");
            json.WriteString("dateReleased", "2026-11-20T00:00:00Z");
            json.WriteStartArray("vulnerabilities");
            for (var i = 0; i < kev; i++) maker.Kev(json, number++);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        using (var packed = new GZipStream(File.Create(Path.Combine(folder, "epss.csv.gz")), CompressionLevel.Fastest))
        {
            var text = new StringBuilder("#model_version:v2026.03.14,score_date:2026-11-20T12:55:00Z\ncve,epss,percentile\n");
            for (var i = 0; i < number; i++) text.Append(CultureInfo.InvariantCulture, $"CVE-2026-{10000 + i},{maker.random.NextDouble():f5},{maker.random.NextDouble():f5}\n");
            packed.Write(Encoding.UTF8.GetBytes(text.ToString()));
        }
        var bytes = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number} advisories and {number} forecasts in {Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count()} files, {bytes / 1e6:f1} MB on disk"));
        return 0;
    }

    private static void One(string file, Action<Utf8JsonWriter> write)
    {
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream);
        write(json);
    }

    private void Entry(ZipArchive zip, string name, Action<Utf8JsonWriter> write)
    {
        using var stream = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        using var json = new Utf8JsonWriter(stream);
        write(json);
    }

    private string Day() => $"2026-{random.Next(1, 11):d2}-{random.Next(1, 28):d2}T10:00:00.000Z";

    private string Words(int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => new string([.. Enumerable.Range(0, random.Next(3, 10)).Select(_ => (char)('a' + random.Next(26)))])));

    private (int Product, string From, string To) Range()
    {
        var (product, from) = (Product(random), random.Next(Versions - 4));
        return (product, Version(from), Version(from + 1 + random.Next(4)));
    }

    private void References(Utf8JsonWriter json, int most)
    {
        json.WriteStartArray("references");
        for (var i = random.Next(2, most); i > 0; i--)
        {
            json.WriteStartObject();
            json.WriteString("url", $"https://example.test/{Words(4).Replace(' ', '/')}");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void Cve5(Utf8JsonWriter json, int number)
    {
        json.WriteStartObject();
        json.WriteString("dataType", "CVE_RECORD");
        json.WriteString("dataVersion", "5.1");
        json.WriteStartObject("cveMetadata");
        json.WriteString("cveId", $"CVE-2026-{10000 + number}");
        json.WriteString("state", "PUBLISHED");
        json.WriteString("datePublished", Day());
        json.WriteString("dateUpdated", "2026-11-19T10:00:00.000Z");
        json.WriteEndObject();
        json.WriteStartObject("containers");
        json.WriteStartObject("cna");
        json.WriteString("title", Words(8));
        json.WriteStartArray("descriptions");
        json.WriteStartObject();
        json.WriteString("lang", "en");
        json.WriteString("value", Words(90));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("affected");
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var (product, _, _) = Range();
            json.WriteStartObject();
            json.WriteString("vendor", Vendor(product));
            json.WriteString("product", Name(product));
            json.WriteString("defaultStatus", "unaffected");
            json.WriteStartArray("versions");
            for (var k = random.Next(1, 5); k > 0; k--)
            {
                var (_, from, to) = Range();
                json.WriteStartObject();
                json.WriteString("version", from);
                json.WriteString("lessThan", to);
                json.WriteString("status", "affected");
                json.WriteString("versionType", "semver");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        References(json, 20);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Nvd(Utf8JsonWriter json, int number)
    {
        json.WriteStartObject();
        json.WriteStartObject("cve");
        json.WriteString("id", $"CVE-2026-{10000 + number}");
        json.WriteString("sourceIdentifier", "cve@example.test");
        json.WriteString("published", Day());
        json.WriteString("lastModified", "2026-11-18T10:00:00.000");
        json.WriteString("vulnStatus", "Analyzed");
        json.WriteStartArray("descriptions");
        foreach (var language in (string[])["en", "es"])
        {
            json.WriteStartObject();
            json.WriteString("lang", language);
            json.WriteString("value", Words(70));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("configurations");
        json.WriteStartObject();
        var platform = number % 10 == 0;
        if (platform) json.WriteString("operator", "AND");
        json.WriteStartArray("nodes");
        Node(json, random.Next(1, 8), vulnerable: true);
        if (platform) Node(json, 2, vulnerable: false);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        References(json, 16);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Node(Utf8JsonWriter json, int matches, bool vulnerable)
    {
        json.WriteStartObject();
        json.WriteString("operator", "OR");
        json.WriteBoolean("negate", false);
        json.WriteStartArray("cpeMatch");
        var product = Product(random);
        for (var i = 0; i < matches; i++)
        {
            var (other, from, to) = Range();
            json.WriteStartObject();
            json.WriteBoolean("vulnerable", vulnerable);
            json.WriteString("criteria", vulnerable ? $"cpe:2.3:a:{Vendor(product)}:{Name(product)}:*:*:*:*:*:*:*:*"
                : i == 0 ? "cpe:2.3:o:linux:linux_kernel:-:*:*:*:*:*:*:*" : $"cpe:2.3:a:{Vendor(other)}:{Name(other)}:-:*:*:*:*:*:*:*");
            if (vulnerable)
            {
                json.WriteString("versionStartIncluding", from);
                json.WriteString("versionEndExcluding", to);
            }
            json.WriteString("matchCriteriaId", $"{number(random):X8}-0000-4000-8000-000000000000");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();

        static int number(Random random) => random.Next();
    }

    private void Osv(Utf8JsonWriter json, int number)
    {
        json.WriteStartObject();
        json.WriteString("schema_version", "1.6.0");
        json.WriteString("id", $"OSV-2026-{number}");
        json.WriteString("modified", "2026-11-18T10:00:00Z");
        json.WriteString("published", Day());
        json.WriteStartArray("aliases");
        json.WriteStringValue($"CVE-2026-{10000 + number}");
        json.WriteEndArray();
        json.WriteString("summary", Words(8));
        json.WriteString("details", Words(150));
        json.WriteStartArray("affected");
        var (product, from, to) = Range();
        json.WriteStartObject();
        json.WriteStartObject("package");
        json.WriteString("name", Name(product));
        json.WriteString("ecosystem", "");
        json.WriteEndObject();
        json.WriteStartArray("ranges");
        json.WriteStartObject();
        json.WriteString("type", "SEMVER");
        json.WriteStartArray("events");
        json.WriteStartObject();
        json.WriteString("introduced", from);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("fixed", to);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("versions");
        for (var i = 0; i < 20; i++) json.WriteStringValue(Version(i));
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        References(json, 6);
        json.WriteEndObject();
    }

    private void Csaf(Utf8JsonWriter json, int number)
    {
        json.WriteStartObject();
        json.WriteStartObject("document");
        json.WriteString("category", "csaf_security_advisory");
        json.WriteString("csaf_version", "2.0");
        json.WriteString("title", Words(8));
        json.WriteStartArray("notes");
        for (var i = 0; i < 4; i++)
        {
            json.WriteStartObject();
            json.WriteString("category", "general");
            json.WriteString("text", Words(200));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("tracking");
        json.WriteString("id", $"EXA-2026-{number}");
        json.WriteString("initial_release_date", Day());
        json.WriteString("current_release_date", "2026-11-18T10:00:00Z");
        json.WriteEndObject();
        json.WriteEndObject();
        var (product, from, to) = Range();
        json.WriteStartObject("product_tree");
        json.WriteStartArray("branches");
        json.WriteStartObject();
        json.WriteString("category", "vendor");
        json.WriteString("name", Vendor(product));
        json.WriteStartArray("branches");
        json.WriteStartObject();
        json.WriteString("category", "product_name");
        json.WriteString("name", Name(product));
        json.WriteStartArray("branches");
        foreach (var (range, id) in ((string, string)[])[($"vers:generic/>={from}|<{to}", "P1"), (to, "P2")])
        {
            json.WriteStartObject();
            json.WriteString("category", id == "P1" ? "product_version_range" : "product_version");
            json.WriteString("name", range);
            json.WriteStartObject("product");
            json.WriteString("name", $"{Name(product)} {range}");
            json.WriteString("product_id", id);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("vulnerabilities");
        json.WriteStartObject();
        json.WriteString("cve", $"CVE-2026-{10000 + number}");
        json.WriteStartObject("product_status");
        json.WriteStartArray("known_affected");
        json.WriteStringValue("P1");
        json.WriteEndArray();
        json.WriteStartArray("fixed");
        json.WriteStringValue("P2");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Debian(Utf8JsonWriter json, ref int number, int count)
    {
        json.WriteStartObject();
        var packages = new SortedDictionary<int, List<int>>();
        for (var i = 0; i < count; i++)
        {
            var product = Product(random);
            if (!packages.TryGetValue(product, out var list)) packages[product] = list = [];
            list.Add(number++);
        }
        foreach (var (product, issues) in packages)
        {
            json.WriteStartObject(Name(product).Replace('_', '-'));
            foreach (var issue in issues)
            {
                json.WriteStartObject($"CVE-2026-{10000 + issue}");
                json.WriteString("description", Words(30));
                json.WriteStartObject("releases");
                foreach (var release in (string[])["bullseye", "bookworm", "trixie", "forky", "sid"])
                {
                    json.WriteStartObject(release);
                    json.WriteString("status", issue % 4 == 0 ? "open" : "resolved");
                    if (issue % 4 != 0) json.WriteString("fixed_version", issue % 7 == 0 ? "0" : $"{Version(random.Next(Versions))}-1");
                    json.WriteString("urgency", "not yet assigned");
                    json.WriteEndObject();
                }
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void Kev(Utf8JsonWriter json, int number)
    {
        var product = Product(random);
        json.WriteStartObject();
        json.WriteString("cveID", $"CVE-2026-{10000 + number}");
        json.WriteString("vendorProject", Vendor(product));
        json.WriteString("product", Name(product));
        json.WriteString("vulnerabilityName", Words(6));
        json.WriteString("dateAdded", "2026-11-18");
        json.WriteString("dueDate", "2026-12-09");
        json.WriteString("shortDescription", Words(30));
        json.WriteEndObject();
    }
}
