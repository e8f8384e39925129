using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Matching.Versions;

namespace Assay.Software.Matching;

/// <summary>One condition of a range: a comparator and a version, decoded.</summary>
/// <param name="Comparator"><c>=</c>, <c>!=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</param>
public readonly record struct VersConstraint(string Comparator, string Version);

/// <summary>A range of versions in the VERS notation: <c>vers:npm/&gt;=1.0.0|&lt;2.0.0</c> (vers-spec, clause 5), its constraints from the oldest version to the newest.</summary>
public sealed record VersRange
{
    private const int MostConstraints = 1000, MostCharacters = 65_536;
    private static readonly string[] Comparators = [">=", "<=", "!=", ">", "<"];

    private VersRange()
    {
    }

    /// <summary>In lower case: <c>npm</c>, <c>openssl</c>.</summary>
    public required string Type { get; init; }
    /// <summary>How its versions are compared; null for a type that nobody described.</summary>
    public required VersionScheme? Scheme { get; init; }
    /// <summary>True for <c>*</c>, every version; the list is empty then.</summary>
    public bool IsEverything { get; init; }
    public required IReadOnlyList<VersConstraint> Constraints { get; init; }

    /// <summary>Reads the canonical form: sorted, each version once, an alternation of lower and upper bounds, no blanks.</summary>
    /// <exception cref="UnreadableException">Which rule is broken, and by what.</exception>
    public static VersRange Parse(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\0', ' ') is var blank and >= 0) throw new UnreadableException("no blank in a canonical range", $"{(int)text[blank]:x2}", blank);
        if (!text.StartsWith("vers:", StringComparison.Ordinal)) throw Broken("the scheme vers:", text);
        if (text.AsSpan().ContainsAnyExceptInRange('!', '~')) throw Broken("printable ASCII", text);
        var range = Take(text, strict: true);
        var scheme = range.Scheme;
        if (range.IsEverything || scheme is not { } order) return range;
        for (var i = 1; i < range.Constraints.Count; i++)
        {
            var sign = VersionOrder.Compare(range.Constraints[i - 1].Version, range.Constraints[i].Version, order);
            if (sign > 0) throw Broken("constraints from the oldest version to the newest", $"{range.Constraints[i].Version} after {range.Constraints[i - 1].Version}");
            if (sign == 0) throw Broken("each version once", range.Constraints[i].Version);
        }
        var ranges = range.Constraints.Where(c => c.Comparator != "!=").ToList();
        for (var i = 1; i < ranges.Count; i++)
        {
            if (ranges[i - 1].Comparator == "=" && ranges[i].Comparator[0] == '<') throw Broken("another version or a lower bound after a version", ranges[i].Comparator + ranges[i].Version);
        }
        var bounds = ranges.Where(c => c.Comparator != "=").ToList();
        for (var i = 1; i < bounds.Count; i++)
        {
            if (bounds[i - 1].Comparator[0] == bounds[i].Comparator[0]) throw Broken("lower and upper bounds in turn", bounds[i].Comparator + bounds[i].Version);
        }
        return range;
    }

    /// <summary>Reads what others write: in any order, with blanks and repetitions, and puts it in order; null where it is not this notation.</summary>
    public static VersRange? Read(string text)
    {
        text = text.Trim();
        if (!text.StartsWith("vers:", StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            return Take("vers:" + text[5..], strict: false);
        }
        catch (UnreadableException)
        {
            return null;
        }
    }

    /// <summary>The versions of a range in this notation or of its constraints alone (<c>&gt;=1.0|&lt;1.4</c>); null where it is neither, or where no version in it has a digit.</summary>
    /// <param name="otherwise">For constraints alone and for a type that nobody described.</param>
    public static VersionSet? Set(string text, VersionScheme otherwise)
    {
        text = text.Trim();
        var range = Read(text.StartsWith("vers:", StringComparison.OrdinalIgnoreCase) ? text : "vers:unknown/" + text);
        return range is null || range.Constraints.Any(c => !c.Version.Any(char.IsAsciiDigit)) ? null : range.ToSet(otherwise);
    }

    /// <summary>A range as its ecosystem writes it (<c>^1.2.9 || &gt;=2.0.1</c> of npm) as one in this notation.</summary>
    /// <remarks>VERS has no "and": where parts joined by "or" overlap, their bounds stand side by side.</remarks>
    /// <exception cref="UnreadableException">Not in the ecosystem's notation, or one that we do not know.</exception>
    public static VersRange FromNative(string type, string native)
    {
        type = type.ToLowerInvariant();
        if (native.Length > MostCharacters) throw Broken($"a range of at most {MostCharacters} characters", $"{native.Length}");
        if (NativeRange.Read(type, native) is not { } constraints) return new VersRange { Type = type, Scheme = VersionSchemes.OfType(type), IsEverything = true, Constraints = [] };
        return Ordered(type, constraints);
    }

    /// <summary>Whether a version lies inside, by the published procedure.</summary>
    public bool Contains(string version) => ToSet(VersionScheme.Generic).Holding(version) is not null;

    /// <param name="otherwise">For a type that nobody described.</param>
    public VersionSet ToSet(VersionScheme otherwise)
    {
        var (runs, outside, open, closed) = (new List<VersionInterval>(), new List<VersionInterval>(), (VersConstraint?)null, false);
        var bounds = Constraints.Any(c => c.Comparator != "!=");
        foreach (var constraint in Constraints)
        {
            switch (constraint.Comparator)
            {
                case "=":
                    runs.Add(VersionInterval.Only(constraint.Version));
                    continue;
                case "!=":
                    outside.Add(VersionInterval.Only(constraint.Version));
                    continue;
                case ">" or ">=":
                    open ??= constraint;
                    closed = false;
                    continue;
            }
            // Of two upper bounds in a row the later holds.
            var last = closed ? runs.FindLastIndex(r => !(r.Through && r.From == r.To)) : -1;
            var from = last >= 0 ? (runs[last].From, runs[last].After) : (open?.Version, open?.Comparator == ">");
            if (last >= 0) runs.RemoveAt(last);
            runs.Add(new VersionInterval(from.Item1, from.Item2, constraint.Version, constraint.Comparator == "<="));
            (open, closed) = (null, true);
        }
        if (open is { } start) runs.Add(new VersionInterval(start.Version, start.Comparator == ">", null, false));
        if (IsEverything && Type != "none" || !bounds && outside.Count > 0) runs.Add(VersionInterval.Everything);
        return new VersionSet { Scheme = Scheme ?? otherwise, Inside = runs, Outside = outside };
    }

    public override string ToString()
    {
        var text = new StringBuilder("vers:").Append(Type).Append('/');
        if (IsEverything) return text.Append('*').ToString();
        for (var i = 0; i < Constraints.Count; i++)
        {
            if (i > 0) text.Append('|');
            if (Constraints[i].Comparator != "=") text.Append(Constraints[i].Comparator);
            foreach (var b in Encoding.UTF8.GetBytes(Constraints[i].Version))
            {
                if (b is > (byte)' ' and < 0x7f && !"><=!*|%".Contains((char)b, StringComparison.Ordinal)) text.Append((char)b);
                else text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }
        return text.ToString();
    }

    public bool Equals(VersRange? other) => other is not null && ToString() == other.ToString();
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    private static VersRange Take(string text, bool strict)
    {
        if (text.Length > MostCharacters) throw Broken($"a range of at most {MostCharacters} characters", $"{text.Length}");
        var slash = text.IndexOf('/');
        var type = slash < 0 ? text[5..] : text[5..slash];
        if (!strict) type = type.Trim().ToLowerInvariant();
        if (slash < 0 || type.Length == 0 || !char.IsAsciiLetterLower(type[0]) || type.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '-')))
            throw Broken("a type of small letters, digits, dots and dashes, and a slash", type);
        if (type == "invalid") throw Broken("a type that is not reserved for what is no range", type);
        var scheme = VersionSchemes.OfType(type);
        var rest = text[(slash + 1)..];
        if (rest.Trim() == "*") return new VersRange { Type = type, Scheme = scheme, IsEverything = true, Constraints = [] };
        if (type is "all" or "none") throw Broken($"* alone for {type}", rest);
        if (strict && rest.StartsWith('|')) throw Broken("no pipe before the first constraint", rest);
        if (strict && rest.EndsWith('|')) throw Broken("no pipe after the last constraint", rest);
        var parts = rest.Split('|', strict ? StringSplitOptions.None : StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length is 0 or > MostConstraints) throw Broken($"1 to {MostConstraints} constraints", $"{parts.Length}");
        var constraints = new List<VersConstraint>(parts.Length);
        foreach (var part in parts)
        {
            if (part.Length == 0) throw Broken("a constraint between two pipes", "none");
            var comparator = Comparators.FirstOrDefault(c => part.StartsWith(c, StringComparison.Ordinal)) ?? "=";
            var version = comparator != "=" ? part[comparator.Length..] : part;
            if (!strict) version = (comparator == "=" ? version.TrimStart('=') : version).Trim();
            if (version.Length == 0) throw Broken("a version in each constraint", part);
            if (version.AsSpan().IndexOfAny("><=!*") >= 0) throw Broken("a version in which > < = ! and * are percent-encoded", version);
            constraints.Add(new VersConstraint(comparator, Decoded(version, type, strict)));
        }
        return strict ? new VersRange { Type = type, Scheme = scheme, Constraints = constraints } : Ordered(type, constraints);
    }

    private static string Decoded(string version, string type, bool strict)
    {
        for (var at = version.IndexOf('%'); at >= 0; at = version.IndexOf('%', at + 1))
        {
            if (at + 2 >= version.Length || !char.IsAsciiHexDigit(version[at + 1]) || !char.IsAsciiHexDigit(version[at + 2])) throw Broken("two hexadecimal digits after %", version);
            if (strict && (char.IsAsciiLetterLower(version[at + 1]) || char.IsAsciiLetterLower(version[at + 2]))) throw Broken("percent-encoding in capital letters", version);
        }
        var plain = Uri.UnescapeDataString(version);
        if (strict && type == "datetime")
        {
            if (plain.Length != version.Length && plain.Contains(':', StringComparison.Ordinal) && !version.Contains(':', StringComparison.Ordinal)) throw Broken("colons of a time as they are", version);
            if (plain.AsSpan().ContainsAny('t', 'z') || !VersionOrder.Fits(plain, VersionScheme.DateTime)) throw Broken("a date and time of RFC 3339 with a capital T and Z", version);
        }
        return plain;
    }

    private static VersRange Ordered(string type, IReadOnlyList<VersConstraint> constraints)
    {
        var scheme = VersionSchemes.OfType(type);
        return new VersRange
        {
            Type = type,
            Scheme = scheme,
            Constraints = VersionOrder.Sorted(constraints, (a, b) => VersionOrder.Compare(a.Version, b.Version, scheme ?? VersionScheme.Generic) is var order and not 0
                ? order : Math.Sign(string.CompareOrdinal(a.Comparator, b.Comparator))),
        };
    }

    private static UnreadableException Broken(string expected, string found) => new(expected, Shortened.Visible(found), 0);
}
