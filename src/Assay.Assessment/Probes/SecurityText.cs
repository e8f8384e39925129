using System.Globalization;
using Assay.Evidence;

namespace Assay.Assessment.Probes;

/// <summary>
/// <c>security.txt</c> (RFC 9116): fields of name, colon and value, in any order and case; comments begin with <c>#</c>. A signed copy is wrapped as clear
/// text by OpenPGP (RFC 9116 section 2.3; RFC 9580 section 7): the wrapping is taken off, the signature is not verified.
/// </summary>
public sealed class SecurityText
{
    /// <param name="Line">From 1.</param>
    public sealed record Field(string Name, string Value, int Line);

    private SecurityText(IReadOnlyList<Field> fields, bool isSigned, IReadOnlyList<(int Line, string Expected, string Found)> faults)
    {
        Fields = fields;
        IsSigned = isSigned;
        Faults = faults;
    }

    /// <summary>In their order.</summary>
    public IReadOnlyList<Field> Fields { get; }
    public bool IsSigned { get; }
    /// <summary>What the RFC does not allow, with its line.</summary>
    public IReadOnlyList<(int Line, string Expected, string Found)> Faults { get; }

    public IEnumerable<Field> Of(string name) => Fields.Where(f => string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Until when it counts (2.5.5); null where no date can be read.</summary>
    public (DateTimeOffset Until, int Line)? Expires => Of("Expires").FirstOrDefault() is { } entry && Time(entry.Value) is { } time ? (time, entry.Line) : null;

    /// <summary>Where it is published, by its own word (2.5.2); empty where it does not say.</summary>
    public IReadOnlyList<string> Canonical => [.. Of("Canonical").Select(f => f.Value)];

    public bool IsExpired(DateTimeOffset asOf) => Expires is { } expires && expires.Until < asOf;

    /// <summary>Null where the lines are no such file: it needs a contact and one field more, and almost nothing but fields.</summary>
    public static SecurityText? Of(IReadOnlyList<string> lines)
    {
        var fields = new List<Field>();
        var faults = new List<(int, string, string)>();
        int at = 0, other = 0;
        var isSigned = false;
        for (; at < lines.Count && string.IsNullOrWhiteSpace(lines[at]); at++)
        {
        }
        if (at < lines.Count && lines[at].TrimEnd() == "-----BEGIN PGP SIGNED MESSAGE-----")
        {
            isSigned = true;
            // Armour headers such as "Hash: SHA512" end with an empty line.
            for (at++; at < lines.Count && !string.IsNullOrWhiteSpace(lines[at]); at++)
            {
            }
        }
        for (; at < lines.Count; at++)
        {
            var line = lines[at];
            if (isSigned && line.TrimEnd() == "-----BEGIN PGP SIGNATURE-----") break;
            // Lines that begin with a dash are escaped by a dash and a space.
            if (isSigned && line.StartsWith("- ", StringComparison.Ordinal)) line = line[2..];
            if (string.IsNullOrWhiteSpace(line) || line.StartsWith('#')) continue;
            var colon = line.IndexOf(':');
            if (colon <= 0 || !IsName(line.AsSpan(0, colon)) || line[(colon + 1)..].Trim() is not { Length: > 0 } value)
            {
                other++;
                faults.Add((at + 1, "a field: name, colon, value", Shortened.Visible(line.Length > 80 ? line[..80] : line)));
                continue;
            }
            fields.Add(new Field(line[..colon], Shortened.Visible(value), at + 1));
        }
        var known = fields.Count(f => Names.Contains(f.Name, StringComparer.OrdinalIgnoreCase));
        if (known < 2 || other > known || !fields.Any(f => f.Name.Equals("Contact", StringComparison.OrdinalIgnoreCase))) return null;
        var text = new SecurityText(fields, isSigned, faults);
        text.Judge(faults);
        return text;
    }

    private static readonly string[] Names = ["Acknowledgments", "Canonical", "Contact", "Encryption", "Expires", "Hiring", "Policy", "Preferred-Languages", "CSAF"];

    private void Judge(List<(int, string, string)> faults)
    {
        var expires = Of("Expires").ToList();
        if (expires.Count == 0) faults.Add((1, "one field Expires", "none"));
        else if (expires.Count > 1) faults.Add((expires[1].Line, "one field Expires", $"{expires.Count}"));
        if (expires.Count > 0 && Time(expires[0].Value) is null) faults.Add((expires[0].Line, "a time as 2031-12-31T23:00:00Z", expires[0].Value));
        if (Of("Preferred-Languages").Skip(1).FirstOrDefault() is { } second) faults.Add((second.Line, "one field Preferred-Languages", "another one"));
        foreach (var contact in Of("Contact").Where(c => !Uri.TryCreate(c.Value, UriKind.Absolute, out _))) faults.Add((contact.Line, "an address with its scheme, as mailto: or https:", contact.Value));
        foreach (var link in Fields.Where(f => f.Name is not ("Contact" or "Encryption") && f.Value.StartsWith("http://", StringComparison.OrdinalIgnoreCase))) faults.Add((link.Line, "an address that begins with https://", link.Value));
    }

    private static DateTimeOffset? Time(string value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
        }
        return true;
    }
}
