using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Assay.Software.Sbom.Shapes;

/// <summary>What form a text has to have.</summary>
internal enum TextForm
{
    Free, NotEmpty, Locale2, DateTime, Date, Iri, Uri, Email, MediaType, Digest, Hexadecimal, Uuid, Locale, BomLink, BomLinkElement, Cre, PatentNumber, Country, Licence, SpdxId, Reference, Link,
}

/// <summary>The forms of texts that bills of materials name: RFC 3339, 3986 and 3987, 6531 in its outline, RFC 9562, and CycloneDX's own.</summary>
internal static partial class TextForms
{
    public static TextForm Called(string word) => word switch
    {
        "text" => TextForm.Free,
        "text1" => TextForm.NotEmpty,
        "date-time" => TextForm.DateTime,
        "date" => TextForm.Date,
        "iri" => TextForm.Iri,
        "uri" => TextForm.Uri,
        "email" => TextForm.Email,
        "media-type" => TextForm.MediaType,
        "digest" => TextForm.Digest,
        "hexadecimal" => TextForm.Hexadecimal,
        "uuid" => TextForm.Uuid,
        "locale" => TextForm.Locale,
        "bom-link" => TextForm.BomLink,
        "bom-link-element" => TextForm.BomLinkElement,
        "cre" => TextForm.Cre,
        "patent-number" => TextForm.PatentNumber,
        "country" => TextForm.Country,
        "spdx-id" => TextForm.SpdxId,
        "ref" => TextForm.Reference,
        "link" => TextForm.Link,
        _ => throw new InvalidOperationException($"shapes: no form is called {word}"),
    };

    public static string Told(TextForm form) => form switch
    {
        TextForm.Free => "a text",
        TextForm.NotEmpty or TextForm.Reference or TextForm.Link => "a text that is not empty",
        TextForm.DateTime => "a time such as 2026-11-23T09:00:00Z (RFC 3339)",
        TextForm.Date => "a date such as 2026-11-23",
        TextForm.Iri => "an IRI reference (RFC 3987)",
        TextForm.Uri => "a URI with its scheme (RFC 3986)",
        TextForm.Email => "an e-mail address",
        TextForm.MediaType => "a media type in lower case such as text/plain",
        TextForm.Digest => "32, 40, 64, 96 or 128 hexadecimal digits",
        TextForm.Hexadecimal => "hexadecimal digits",
        TextForm.Uuid => "urn:uuid: and a UUID in lower case",
        TextForm.Locale => "a language such as en or en-US",
        TextForm.BomLink => "urn:cdx:SERIAL/VERSION",
        TextForm.BomLinkElement => "urn:cdx:SERIAL/VERSION#REFERENCE",
        TextForm.Cre => "CRE:NUMBER-NUMBER",
        TextForm.PatentNumber => "a patent's number of 2 to 30 letters, digits, - / . ( )",
        TextForm.Country => "two capital letters",
        TextForm.SpdxId => "SPDXRef- and letters, digits, . or -",
        _ => "a text",
    };

    public static bool Fits(TextForm form, string text) => form switch
    {
        TextForm.NotEmpty or TextForm.Reference or TextForm.Link => text.Length > 0,
        TextForm.DateTime => IsTime(text),
        TextForm.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        TextForm.Iri => IsReference(text),
        TextForm.Uri => Scheme().IsMatch(text) && IsReference(text) && text.All(char.IsAscii),
        TextForm.Email => IsAddress(text),
        TextForm.MediaType => MediaType().IsMatch(text),
        TextForm.Digest => text.Length is 32 or 40 or 64 or 96 or 128 && text.All(char.IsAsciiHexDigit),
        TextForm.Hexadecimal => text.Length > 0 && text.All(char.IsAsciiHexDigit),
        TextForm.Uuid => text.StartsWith("urn:uuid:", StringComparison.Ordinal) && IsUuid(text.AsSpan(9)),
        TextForm.Locale => Locale().IsMatch(text),
        TextForm.BomLink => BomLink().IsMatch(text),
        TextForm.BomLinkElement => BomLinkElement().IsMatch(text),
        TextForm.Cre => Cre().IsMatch(text),
        TextForm.PatentNumber => PatentNumber().IsMatch(text),
        TextForm.Country => text.Length == 2 && text.All(char.IsAsciiLetterUpper),
        TextForm.SpdxId => SpdxId().IsMatch(text),
        _ => true,
    };

    private static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length != 36) return false;
        for (var i = 0; i < 36; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigitLower(text[i])) return false;
        }
        return true;
    }

    // RFC 3339, 5.6: with a zone; second 60 only where a leap second can be, at the end of a UTC day.
    private static bool IsTime(string text)
    {
        var match = Time().Match(text);
        if (!match.Success || !DateOnly.TryParseExact(match.Groups["date"].ValueSpan, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)) return false;
        var (hour, minute, second) = (Number("hour"), Number("minute"), Number("second"));
        var (zoneHour, zoneMinute) = match.Groups["zone"].Success ? (Number("zoneHour"), Number("zoneMinute")) : (0, 0);
        if (hour > 23 || minute > 59 || zoneHour > 23 || zoneMinute > 59) return false;
        if (second < 60) return true;
        var zone = (zoneHour * 60 + zoneMinute) * (match.Groups["zone"].Value is ['-', ..] ? -1 : 1);
        return second == 60 && ((hour * 60 + minute - zone) % 1440 + 1440) % 1440 == 1439;

        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    // RFC 3987, 2.2, by its characters: no space, no control, none of <>"{}|\^`, and each % before two digits; at most one fragment; ':' in the first segment only behind a scheme.
    private static bool IsReference(string text)
    {
        var fragment = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c <= ' ' || c is '<' or '>' or '"' or '{' or '}' or '|' or '\\' or '^' or '`' or '\x7f') return false;
            if (c == '%' && (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))) return false;
            if (c == '#' && fragment) return false;
            fragment |= c == '#';
        }
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var end = text.AsSpan().IndexOfAny('/', '?', '#');
        return colon < 0 || end >= 0 && end < colon || Scheme().IsMatch(text);
    }

    private static bool IsAddress(string text)
    {
        var at = text.LastIndexOf('@');
        if (at is < 1 || at == text.Length - 1 || text.Any(c => char.IsControl(c))) return false;
        var local = text.AsSpan(0, at);
        var domain = text.AsSpan(at + 1);
        if (local.Length > 64 && local[0] != '"' || domain.Length > 255 || domain[0] is '.' or '-' || domain[^1] is '-' || domain.Contains("..", StringComparison.Ordinal)) return false;
        if (local[0] != '"' && (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal) || local.IndexOfAny(" ,;:<>()[]\\\"@") >= 0)) return false;
        if (domain[0] == '[') return domain[^1] == ']' && IPAddress.TryParse(domain[1..^1].ToString().Replace("IPv6:", "", StringComparison.OrdinalIgnoreCase), out _);
        return domain.IndexOfAny(" ,;:<>()[]\\\"@/") < 0;
    }

    [GeneratedRegex(@"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\.[0-9]+)?(?:[Zz]|(?<zone>[+-](?<zoneHour>[0-9]{2}):?(?<zoneMinute>[0-9]{2})))\z")]
    private static partial Regex Time();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]*:")]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^[-+a-z0-9.]+/[-+a-z0-9.]+\z")]
    private static partial Regex MediaType();

    [GeneratedRegex(@"^[a-z]{2}(-[A-Z]{2})?\z")]
    private static partial Regex Locale();

    [GeneratedRegex(@"^urn:cdx:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/[1-9][0-9]*\z")]
    private static partial Regex BomLink();

    [GeneratedRegex(@"^urn:cdx:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/[1-9][0-9]*#[^\r\n]+\z")]
    private static partial Regex BomLinkElement();

    [GeneratedRegex(@"^CRE:[0-9]+-[0-9]+\z")]
    private static partial Regex Cre();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9\-/.()\s]{0,28}[A-Za-z0-9]\z")]
    private static partial Regex PatentNumber();

    [GeneratedRegex(@"^SPDXRef-[A-Za-z0-9.-]+\z")]
    private static partial Regex SpdxId();
}
