using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Cryptography;

namespace Assay.Assessment.Checks;

/// <summary>
/// Passwords of delivered units, handed over as a table with a column for the password: are they different, without a series, and free of the unit's own
/// address, serial number and network name? Two units are the least; from a handful nobody can see that a generator is fit, only that it is not.
/// </summary>
public sealed class PasswordSamples() : Check("password-samples", 2, Polarity.Refute, CoverageScope.Document,
    "passwords of two or more delivered units that are equal, follow a series, come from a list or contain what the unit shows", "a table of the preset passwords of at least ten units with their addresses and serial numbers", "5.1-1-2c", "5.1-2-2a")
{
    private const int Most = 10_000;

    private sealed record Sample(string Password, IReadOnlyList<(string Name, string Value)> Ids, int Line);

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var open = "no table of the passwords of delivered units was handed over";
        foreach (var file in examined.Of(FileKind.Document).Where(f => f.Lines.Count > 2))
        {
            var samples = Read(file.Lines);
            if (samples.Count < 2)
            {
                if (samples.Count == 1) open = $"{file.Name} holds the password of one unit; one says nothing of the others";
                continue;
            }
            var faults = Faults(examined, samples).ToList();
            if (faults.Count > 0) return faults.SelectMany(f => f.Units.Select(u => Refutes(u, f.Words, f.Lines.Take(5).Select(file.At).ToArray()))).DistinctBy(a => (a.Unit, a.Reason));
            return Units.Select(u => Supports(u, $"{samples.Count} passwords of delivered units differ, without a series and without what the units show") with { Locations = [file.At(samples[0].Line)] });
        }
        return Units.Select(u => Open(u, open));
    }

    private static IEnumerable<(string Words, IReadOnlyList<int> Lines, string[] Units)> Faults(Examined examined, List<Sample> samples)
    {
        string[] both = ["5.1-1-2c", "5.1-2-2a"], generator = ["5.1-2-2a"];
        var same = samples.GroupBy(s => s.Password, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (same is not null)
        {
            yield return ($"{same.Count()} of {samples.Count} delivered units have the same password", [.. same.Select(s => s.Line)], both);
            yield break;
        }
        if (samples.Where(s => KnownPasswords.Contains(s.Password)).ToList() is { Count: > 0 } listed) yield return ($"{listed.Count} password(s) of delivered units stand in lists of known passwords", [.. listed.Select(s => s.Line)], generator);
        var shown = samples.Where(s => s.Ids.Count > 0).Select(s => (Sample: s, Id: s.Ids.Select(i => (i.Name, Length: Common(s.Password, i.Value))).MaxBy(i => i.Length))).ToList();
        // Four signs may be alike by chance in one unit, not in every one.
        var least = shown.Count == samples.Count && shown.All(s => s.Id.Length >= 4) ? 4 : 6;
        var contained = shown.Where(s => s.Id.Length >= least).ToList();
        if (contained.Count > 0) yield return ($"{contained.Count} password(s) contain a part of the unit's {contained[0].Id.Name}", [.. contained.Select(s => s.Sample.Line)], generator);
        var prefix = samples.Skip(1).Aggregate(samples[0].Password, (p, s) => p[..p.AsSpan().CommonPrefixLength(s.Password)]);
        var tails = samples.Select(s => s.Password[prefix.Length..]).ToList();
        if (tails.All(t => t.Length is > 0 and <= 15 && t.All(char.IsAsciiDigit)) && tails.Select(t => t.Length).Distinct().Count() == 1)
        {
            var numbers = tails.Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToList();
            var steps = numbers.Zip(numbers.Skip(1), (a, b) => Math.Abs(b - a)).ToList();
            var range = Math.Pow(10, tails[0].Length + Math.Min(prefix.Length - prefix.AsSpan().TrimEnd("0123456789").Length, 9));
            if (steps.Distinct().Count() == 1 && steps.Count > 1 || steps.All(s => s < range / 1000 / samples.Count)) yield return ($"the {samples.Count} passwords follow a series: they are {steps.Min()} to {steps.Max()} apart", [.. samples.Select(s => s.Line)], generator);
        }
        var alphabet = Alphabet(string.Concat(tails));
        var bits = tails.Max(t => t.Length) * Math.Log2(Math.Max(2, alphabet));
        if (samples.Count >= 4 && prefix.Length > 0 && bits < 16) yield return ($"all passwords begin alike, and what differs is at most {bits.ToString("0", CultureInfo.InvariantCulture)} bits", [.. samples.Select(s => s.Line)], generator);
        var declared = examined.Rows(1).Select(r => (r.Row, Says: PresetPassword.GenerationOf(r.Row))).Where(r => r.Says is not null).Select(r => (r.Row, Length: PresetPassword.LengthOf(r.Says!))).ToList();
        if (declared.Count == 1 && declared[0].Length is { } length && samples.Where(s => s.Password.Count(char.IsLetterOrDigit) < length && s.Password.Length < length).ToList() is { Count: > 0 } shorter)
        {
            yield return ($"{shorter.Count} password(s) are shorter than the {length} characters that {Shortened.Visible(declared[0].Row.Id)} declares", [.. shorter.Select(s => s.Line)], both);
        }
    }

    private static int Alphabet(string text) => (text.Any(char.IsAsciiDigit) ? 10 : 0) + (text.Any(char.IsAsciiLetterLower) ? 26 : 0) + (text.Any(char.IsAsciiLetterUpper) ? 26 : 0) + (text.Any(c => !char.IsAsciiLetterOrDigit(c)) ? 32 : 0);

    // The longest run that both share, letters and digits only, whatever their case.
    private static int Common(string password, string id)
    {
        string a = Bare(password), b = Bare(id);
        var best = 0;
        for (var i = 0; i < a.Length; i++)
        {
            while (i + best < a.Length && b.Contains(a.Substring(i, best + 1), StringComparison.Ordinal)) best++;
        }
        return best;
    }

    private static string Bare(string text) => string.Concat(text.Take(64).Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static List<Sample> Read(IReadOnlyList<string> lines)
    {
        for (var i = 0; i + 1 < lines.Count && i < 40; i++)
        {
            foreach (var separator in new[] { '\t', ';', ',', '|' })
            {
                var header = Cells(lines[i], separator);
                var at = header.FindIndex(c => PasswordColumn.IsMatch(c));
                // Connectors have pins and numbers too: there only a column that tells delivered units apart makes a pin a secret.
                var unit = at >= 0 && Contact.IsMatch(header[at]) ? SoldUnitColumn : UnitColumn;
                if (at < 0 || header.Count < 2 || !header.Where((_, c) => c != at).Any(c => unit.IsMatch(c))) continue;
                var samples = new List<Sample>();
                for (var line = i + 1; line < lines.Count && samples.Count < Most; line++)
                {
                    var cells = Cells(lines[line], separator);
                    if (cells.Count != header.Count || cells[at].Length == 0 || cells.All(c => c.All(m => m is '-' or ':' or ' '))) continue;
                    samples.Add(new Sample(cells[at], [.. header.Select((h, c) => (Name: h, Value: cells[c], c)).Where(h => h.c != at && IdColumn.IsMatch(h.Name) && h.Value.Length >= 4).Select(h => (Assay.Evidence.Shortened.Visible(h.Name), h.Value))], line + 1));
                }
                if (samples.Count > 0) return samples;
            }
        }
        return [];
    }

    private static List<string> Cells(string line, char separator)
    {
        if (line.Length > 4096 || !line.Contains(separator)) return [];
        var text = separator == '|' ? line.Trim().Trim('|') : line;
        return [.. text.Split(separator).Select(c => c.Trim().Trim('"', '`', '\'', '*'))];
    }

    private static Regex PasswordColumn => field ??= new(@"\b(pass ?word|passphrase|passcode|passwd|pin|psk|wpa2? key|wi-?fi key|preset secret)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Contact => field ??= new(@"^\W*pins?( ?(no\.?|numbers?|#|names?|assignment))?\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SoldUnitColumn => field ??= new(@"\b(unit|sample|serial|s/?n|mac|bssid|ssid|imei)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex UnitColumn => field ??= new(@"\b(unit|sample|device|serial|s/?n|mac|ssid|id|no|number|imei|#)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex IdColumn => field ??= new(@"\b(serial|s/?n|mac|bssid|ssid|imei|address|host ?name|model)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
