using System.Globalization;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Software.Matching;

namespace Assay.Software.Components;

/// <summary>A package URL (ECMA-427): <c>pkg:type/namespace/name@version?qualifiers#subpath</c>. Its parts are decoded and written as the type's canonical form writes them.</summary>
public sealed record Purl
{
    private const int MostCharacters = 4096, MostQualifiers = 100;

    private Purl()
    {
    }

    /// <summary>In lower case: <c>deb</c>, <c>npm</c>, <c>generic</c>.</summary>
    public required string Type { get; init; }
    /// <summary>Segments joined by <c>/</c>; null where there is none.</summary>
    public required string? Space { get; init; }
    public required string Name { get; init; }
    public required string? Version { get; init; }
    /// <summary>Ordered by their keys, which are in lower case; no value is empty.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Qualifiers { get; init; }
    /// <summary>Segments joined by <c>/</c>, none of them empty, <c>.</c> or <c>..</c>.</summary>
    public required string? Subpath { get; init; }

    /// <summary>Who is named, without qualifiers and subpath: what two package URLs are compared by.</summary>
    public PackageName Matching => new(Type, Space, Name, Version);

    /// <summary>Reads a package URL that keeps every rule, those of its type included.</summary>
    /// <exception cref="UnreadableException">Which rule is broken, and by what.</exception>
    public static Purl Parse(string text) => Take(text, strict: true)!;

    /// <summary>Reads what names a package, if need be without keeping its type's rules, as bills of materials hold many; null where no type or no name can be made out.</summary>
    public static Purl? Read(string? text) => text is null ? null : Take(text, strict: false);

    /// <summary>A package URL out of its parts, not encoded. Empty parts count as absent.</summary>
    /// <exception cref="UnreadableException">A rule of the form or of the type is broken.</exception>
    public static Purl Make(string? type, string? space, string? name, string? version = null, IEnumerable<KeyValuePair<string, string>>? qualifiers = null, string? subpath = null)
    {
        if (!IsType(type)) throw Broken("a type of letters, digits, dots and dashes that begins with a letter", type);
        if (string.IsNullOrEmpty(name)) throw Broken("a name", "none");
        var listed = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in qualifiers ?? [])
        {
            if (!IsKey(key)) throw Broken("a qualifier's key of letters, digits, dots, dashes and underscores", key);
            listed.Add(new(key.ToLowerInvariant(), value));
        }
        return Canonical(type!.ToLowerInvariant(), space, name, version, listed, subpath, strict: true)!;
    }

    /// <summary><c>pkg:deb/debian/libexpat1@2.5.0-1%2Bdeb12u1?arch=armhf</c>: the canonical form of parts whose type's rules nobody asks for.</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="qualifiers">Empty values are left out.</param>
    public static string Of(string type, string? space, string name, string? version, params ReadOnlySpan<(string Name, string? Value)> qualifiers)
    {
        var listed = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in qualifiers) listed.Add(new(key.ToLowerInvariant(), value ?? ""));
        return Canonical(type.ToLowerInvariant(), space, name, version, listed, null, strict: false)!.ToString();
    }

    /// <summary>The canonical form: the same package has the same text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("pkg:").Append(Type).Append('/');
        if (Space is not null) Segments(Space).Append('/');
        // A repository's path on its host is one name of several segments (git-definition.json).
        if (Type == "git") Segments(Name);
        else Encode(text, Name);
        if (Version is not null) Encode(text.Append('@'), Version);
        var mark = '?';
        foreach (var (key, value) in Qualifiers)
        {
            Encode(text.Append(mark).Append(key).Append('='), value);
            mark = '&';
        }
        if (Subpath is not null)
        {
            text.Append('#');
            Segments(Subpath);
        }
        return text.ToString();

        StringBuilder Segments(string path)
        {
            var first = true;
            foreach (var segment in path.Split('/'))
            {
                if (!first) text.Append('/');
                first = false;
                Encode(text, segment);
            }
            return text;
        }
    }

    public bool Equals(Purl? other) => other is not null && ToString() == other.ToString();
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    private static Purl? Take(string text, bool strict)
    {
        if (text.Length > MostCharacters) return strict ? throw Broken($"at most {MostCharacters} characters", $"{text.Length}") : null;
        if (!text.StartsWith("pkg:", strict ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase)) return strict ? throw Broken("the scheme pkg:", text) : null;
        if (strict && text.AsSpan().IndexOfAnyInRange('\0', ' ') is var blank and >= 0) throw new UnreadableException("no blank in a package URL", $"{(int)text[blank]:x2}", blank);
        var rest = text[4..].TrimStart('/');
        string? subpath = null, version = null;
        var qualifiers = new List<KeyValuePair<string, string>>();
        if (rest.LastIndexOf('#') is var hash and >= 0) (rest, subpath) = (rest[..hash], Decode(rest[(hash + 1)..], strict));
        if (rest.IndexOf('?') is var mark and >= 0)
        {
            foreach (var pair in rest[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = pair.IndexOf('=');
                var key = equals < 0 ? pair : pair[..equals];
                if (!IsKey(key) || qualifiers.Count == MostQualifiers)
                {
                    if (strict) throw Broken($"at most {MostQualifiers} qualifiers with keys of letters, digits, dots, dashes and underscores", key);
                    continue;
                }
                qualifiers.Add(new(key, equals < 0 ? "" : Decode(pair[(equals + 1)..], strict)));
            }
            rest = rest[..mark];
        }
        var slash = rest.IndexOf('/');
        var type = slash < 0 ? rest : rest[..slash];
        if (slash < 0 || !IsType(type)) return strict ? throw Broken("a type of letters, digits, dots and dashes, and a name after it", type) : null;
        type = type.ToLowerInvariant();
        if (strict && PurlType.Of(type) is { } known)
        {
            // Keys have no case; but the type's own are written by tools that know them.
            foreach (var (key, _) in qualifiers)
            {
                if (known.Qualifiers.Contains(key, StringComparer.OrdinalIgnoreCase) && !known.Qualifiers.Contains(key)) throw Broken($"the qualifier {key.ToLowerInvariant()} of {type} in lower case", key);
            }
        }
        rest = rest[(slash + 1)..];
        if (rest.LastIndexOf('@') is var at and >= 0 && at > rest.LastIndexOf('/')) (rest, version) = (rest[..at], Decode(rest[(at + 1)..], strict));
        else rest = rest.TrimEnd('/');
        var cut = rest.LastIndexOf('/');
        var name = Decode(rest[(cut + 1)..], strict);
        if (name.Length == 0) return strict ? throw Broken("a name", "none") : null;
        var space = cut < 0 ? null : string.Join('/', rest[..cut].Split('/').Select(s => Decode(s, strict)));
        for (var i = 0; i < qualifiers.Count; i++) qualifiers[i] = new(qualifiers[i].Key.ToLowerInvariant(), qualifiers[i].Value);
        return Canonical(type, space, name, version, qualifiers, subpath, strict);
    }

    private static Purl? Canonical(string type, string? space, string name, string? version, List<KeyValuePair<string, string>> qualifiers, string? subpath, bool strict)
    {
        space = Path(space, dots: true);
        subpath = Path(subpath, dots: false);
        // The host is the namespace, everything after it the name.
        if (type == "git")
        {
            if (space is not null && space.IndexOf('/') is var host and > 0) (space, name) = (space[..host], $"{space[(host + 1)..]}/{name}");
            if (Path(name, dots: true) is not { } path) return strict ? throw Broken("a name", "none") : null;
            name = path;
        }
        if (string.IsNullOrEmpty(version)) version = null;
        qualifiers.RemoveAll(q => q.Value.Length == 0);
        var ordered = qualifiers.OrderBy(q => q.Key, StringComparer.Ordinal).ToList();
        for (var i = ordered.Count - 1; i > 0; i--)
        {
            if (ordered[i].Key != ordered[i - 1].Key) continue;
            if (strict) throw Broken("each qualifier once", ordered[i].Key);
            ordered.RemoveAt(i);
        }
        if (PurlType.Of(type) is { } rules)
        {
            (space, name, version, subpath) = rules.Canonical(space, name, version, subpath, ordered);
            if (strict) Keep(rules, space, name, version, ordered);
        }
        return new Purl { Type = type, Space = space, Name = name, Version = version, Qualifiers = ordered, Subpath = subpath };

        static string? Path(string? path, bool dots)
        {
            if (string.IsNullOrEmpty(path)) return null;
            var joined = string.Join('/', path.Split('/').Where(s => s.Length > 0 && (dots || s is not ("." or ".."))));
            return joined.Length == 0 ? null : joined;
        }
    }

    private static void Keep(PurlType rules, string? space, string name, string? version, List<KeyValuePair<string, string>> qualifiers)
    {
        if (rules.Space == "required" && space is null) throw Broken($"a namespace before the name of {rules.Name}", "none");
        if (rules.Space == "prohibited" && space is not null) throw Broken($"no namespace before the name of {rules.Name}", space);
        if (rules.NamePattern is { } names && !names.IsMatch(name)) throw Broken($"a name of {rules.Name} like {names}", name);
        if (version is not null && rules.VersionPattern is { } versions && !versions.IsMatch(version)) throw Broken($"a version of {rules.Name} like {versions}", version);
        foreach (var needed in rules.Needed)
        {
            if (!qualifiers.Exists(q => q.Key == needed)) throw Broken($"the qualifier {needed} of {rules.Name}", "none");
        }
    }

    private static bool IsType(string? type) =>
        type is { Length: > 0 } && char.IsAsciiLetter(type[0]) && type.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');

    private static bool IsKey(string key) =>
        key.Length > 0 && char.IsAsciiLetter(key[0]) && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static void Encode(StringBuilder to, string part)
    {
        foreach (var b in Encoding.UTF8.GetBytes(part))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'_' or (byte)'~' or (byte)':') to.Append((char)b);
            else to.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }
    }

    private static string Decode(string part, bool strict)
    {
        if (strict)
        {
            for (var at = part.IndexOf('%'); at >= 0; at = part.IndexOf('%', at + 1))
            {
                if (at + 2 >= part.Length || !char.IsAsciiHexDigit(part[at + 1]) || !char.IsAsciiHexDigit(part[at + 2])) throw Broken("two hexadecimal digits after %", part);
            }
        }
        return part.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(part) : part;
    }

    private static UnreadableException Broken(string expected, string? found) => new(expected, Evidence.Shortened.Visible(found ?? "none"), 0);
}
