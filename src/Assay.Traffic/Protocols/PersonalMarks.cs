using System.Text.RegularExpressions;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>What in a text may lead to a person or to one device: addresses of hardware and of mail, fields that are called so.</summary>
/// <param name="Macs">Written with separators, so that they are no other number.</param>
/// <param name="Digits">Twelve hexadecimal digits: a hardware address where a station has it.</param>
/// <param name="Fields">Names of fields of a query.</param>
internal sealed partial record PersonalMarks(string[] Macs, string[] Digits, bool HasMail, string[] Fields)
{
    public static readonly PersonalMarks None = new([], [], false, []);

    private static readonly string[] Markers = ["serialnumber", "serial", "sn", "mac", "macaddress", "macaddr", "uuid", "udid", "deviceid", "device_id",
        "imei", "email", "mail", "phone", "ssid", "lat", "lon", "latitude", "longitude", "token"];

    [GeneratedRegex(@"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}(?<s>[:-]|%3[Aa])(?:[0-9A-Fa-f]{2}\k<s>){4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])",
        RegexOptions.CultureInvariant)]
    private static partial Regex SeparatedMac();

    [GeneratedRegex(@"(?<![0-9A-Fa-f])[0-9A-Fa-f]{12}(?![0-9A-Fa-f])", RegexOptions.CultureInvariant)]
    private static partial Regex BareMac();

    [GeneratedRegex(@"[A-Za-z0-9._+-]{1,64}(?:@|%40)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}", RegexOptions.CultureInvariant)]
    private static partial Regex Mail();

    /// <param name="isAddress">What follows its question mark is fields.</param>
    public static PersonalMarks Of(string text, bool isAddress)
    {
        var mayHoldMac = MayHoldMac(text);
        string[] macs = [], digits = [], fields = [];
        if (mayHoldMac)
        {
            macs = [.. SeparatedMac().Matches(text).Select(m => m.Value)];
            digits = [.. BareMac().Matches(text).Select(m => m.Value)];
        }
        var hasMail = HoldsMail(text);
        if (isAddress && text.IndexOf('?', StringComparison.Ordinal) is var question and >= 0) fields = FieldsOf(text[(question + 1)..]);
        return macs.Length == 0 && digits.Length == 0 && !hasMail && fields.Length == 0 ? None : new PersonalMarks(macs, digits, hasMail, fields);
    }

    private static string[] FieldsOf(string query)
    {
        var fields = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var pair in query.Split('&').Take(200))
        {
            var name = pair.Split('=', 2)[0].ToLowerInvariant();
            if (pair.Length > name.Length + 1 && Markers.Contains(name)) fields.Add(name);
        }
        return [.. fields];
    }

    /// <summary>In words, or null for nothing.</summary>
    /// <param name="certain">A station has one of the addresses.</param>
    public string? Say(Notes notes, out bool certain)
    {
        certain = false;
        if (ReferenceEquals(this, None)) return null;
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var mac in Macs)
        {
            found.Add("a MAC address");
            certain |= notes.Stations.Knows(mac.Replace("%3A", ":", StringComparison.OrdinalIgnoreCase));
        }
        foreach (var mac in Digits)
        {
            if (!notes.Stations.Knows(mac)) continue;
            found.Add("a MAC address");
            certain = true;
        }
        if (HasMail) found.Add("an e-mail address");
        foreach (var field in Fields) found.Add($"the field \"{field}\"");
        return found.Count == 0 ? null : string.Join(", ", found);
    }

    /// <summary>A text without its marks.</summary>
    public static string Masked(Notes notes, string text)
    {
        text = SeparatedMac().Replace(text, "(MAC)");
        text = BareMac().Replace(text, m => notes.Stations.Knows(m.Value) ? "(MAC)" : m.Value);
        return Mail().Replace(text, "(e-mail)");
    }

    /// <summary>False where nothing can be masked: most texts, and sooner than a regular expression says it.</summary>
    public static bool MayHold(string text) => MayHoldMac(text) || MayHoldMail(text);

    public static bool HoldsMail(string text) => MayHoldMail(text) && Mail().IsMatch(text);

    private static bool MayHoldMail(string text) => text.Contains('@', StringComparison.Ordinal) || text.Contains("%40", StringComparison.Ordinal);

    private static bool MayHoldMac(string text)
    {
        int digits = 0, pairs = 0;
        foreach (var character in text)
        {
            if (char.IsAsciiHexDigit(character))
            {
                digits++;
                continue;
            }
            if (digits == 12 || digits == 2 && pairs >= 5) return true;
            pairs = digits == 2 && character is ':' or '-' ? pairs + 1 : 0;
            digits = 0;
        }
        return digits == 12 || digits == 2 && pairs >= 5 || text.Contains("%3", StringComparison.Ordinal);
    }
}
