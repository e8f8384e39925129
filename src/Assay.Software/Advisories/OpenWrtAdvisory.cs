using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>
/// One advisory of OpenWrt, as its wiki (<c>?do=export_raw</c>) and its mailing list carry it: a page in words whose title names the vulnerabilities and whose section
/// "affected versions" names releases. OpenWrt publishes no tracker for machines.
/// </summary>
/// <remarks>Form: https://openwrt.org/advisory/start. Only releases are read, and only from the sentence that calls them affected; a sentence that is not understood gives a candidate.</remarks>
internal static partial class OpenWrtAdvisory
{
    private const int MostBytes = 1 << 20;

    public static bool Looks(ReadOnlySpan<byte> file)
    {
        var start = file[..Math.Min(file.Length, 64 << 10)];
        return start.IndexOf("Security Advisory 2"u8) >= 0 && (start.IndexOf("AFFECTED VERSIONS"u8) >= 0 || start.IndexOf("Affected versions"u8) >= 0) && start.IndexOf("OpenWrt"u8) >= 0;
    }

    /// <exception cref="UnreadableException">No title with a number.</exception>
    public static IReadOnlyList<Advisory> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > MostBytes) throw new UnreadableException($"a page of at most {MostBytes} bytes", $"{file.Length}", MostBytes);
        var text = Encoding.UTF8.GetString(file).Replace("=\r\n", "", StringComparison.Ordinal);
        // Mail may break lines in the middle of words, with an equals sign at the end.
        if (text.Contains("quoted-printable", StringComparison.OrdinalIgnoreCase)) text = text.Replace("=\n", "", StringComparison.Ordinal);
        if (Title().Match(text) is not { Success: true } title) throw new UnreadableException("a title \"Security Advisory YYYY-MM-DD-N\"", "none", 0);
        var number = title.Groups["number"].Value;
        var heading = White().Replace(title.Value, " ").Trim().TrimEnd('=', '*', '#', ' ');
        var section = Section().Match(text);
        var sentence = section.Success ? Sentence().Match(White().Replace(section.Groups["text"].Value, " ")) : Match.Empty;
        var runs = sentence.Success ? Runs(sentence.Value) : [];
        var day = DateTimeOffset.TryParseExact(number[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var stamp) ? stamp : (DateTimeOffset?)null;
        var range = new AffectedRange
        {
            Product = new AffectedProduct { Vendor = "openwrt", Name = "openwrt", IsCpe = true, Part = "o" },
            Versions = runs.Count == 0 ? null : new VersionSet { Scheme = VersionScheme.Generic, Inside = runs },
            Told = runs.Count == 0 ? "in words" : null,
            Note = Package().Match(text) is { Success: true } package ? $"package {package.Groups["name"].Value}" : null,
        };
        var cves = Cve().Matches(text[..Math.Min(text.Length, title.Index + title.Length + 400)]).Select(m => m.Value).Where(c => heading.Contains(c, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        if (cves.Count == 0 && Cve().Matches(text).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList() is [var only]) cves = [only];
        return [.. (cves.Count == 0 ? [null] : cves.Cast<string?>()).Select(cve => new Advisory
        {
            Id = cve is null ? $"OPENWRT-{number}" : $"OPENWRT-{number}#{cve}",
            Aliases = cve is null ? [] : [cve],
            Source = AdvisorySource.Openwrt,
            Summary = Shortened.Visible(heading),
            Published = day,
            Ranges = [range],
        })];
    }

    /// <summary>"OpenWrt versions 18.06.0 to 18.06.6 and versions 19.07.0-rc1 to 19.07.0 are affected": each pair a run, each other number itself.</summary>
    private static List<VersionInterval> Runs(string sentence)
    {
        var runs = new List<VersionInterval>();
        foreach (Match run in Run().Matches(sentence))
        {
            var (from, to) = (run.Groups["a"].Value, run.Groups["b"].Value);
            runs.Add(to.Length > 0 ? new VersionInterval(from, false, to, true) : VersionInterval.Only(from));
        }
        return runs;
    }

    [GeneratedRegex(@"Security Advisory (?<number>20\d\d-\d\d-\d\d(?:-\d{1,2})?)[^\n]{0,400}(?:\n[ \t]*[^\n=\-*#]{0,200}\(CVE[^\n]{0,200})?", RegexOptions.CultureInvariant)]
    private static partial Regex Title();

    [GeneratedRegex(@"(?:AFFECTED VERSIONS|Affected versions)(?<text>.{1,4000})", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Section();

    // Up to the word that ends the list of affected ones; what is said of fixed or ended releases comes after it.
    [GeneratedRegex(@"OpenWrt (?:version|release)s? (?=\d)[^()]{1,400}? (?:are|is) affected", RegexOptions.CultureInvariant)]
    private static partial Regex Sentence();

    [GeneratedRegex(@"(?<a>\d\d\.\d\d(?:\.\d{1,3})?(?:-rc\d{1,2})?)(?: (?:to|through|until|up to) (?:version )?(?<b>\d\d\.\d\d(?:\.\d{1,3})?(?:-rc\d{1,2})?))?", RegexOptions.CultureInvariant)]
    private static partial Regex Run();

    [GeneratedRegex(@"opkg upgrade (?<name>[a-z0-9][a-z0-9._+-]{0,63})", RegexOptions.CultureInvariant)]
    private static partial Regex Package();

    [GeneratedRegex(@"CVE-\d{4}-\d{4,10}", RegexOptions.CultureInvariant)]
    private static partial Regex Cve();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex White();
}
