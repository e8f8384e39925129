using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Software.Matching.Versions;

/// <summary>Ranges as ecosystems write them, taken apart into constraints. Each rule names its source; aboutcode-org/univers, src/univers/version_range.py, is what VERS' own test data were made with.</summary>
internal static class NativeRange
{
    private const int MostParts = 1000;
    private static readonly string[] Signs = ["===", "<<", ">>", "<=", ">=", "!=", "~>", "~=", "==", "<", ">", "="];

    /// <summary>Null for a range of every version.</summary>
    /// <exception cref="UnreadableException">Not in the ecosystem's notation, or one that we do not know.</exception>
    public static IReadOnlyList<VersConstraint>? Read(string type, string native) => type switch
    {
        "npm" => Npm(native),
        "conan" => Conan(native),
        "gem" => Gem(native),
        "maven" => Intervals(native, bareIsLeast: false),
        "nuget" => Intervals(native, bareIsLeast: true),
        "nginx" => Nginx(native),
        "openssl" => [.. Parts(native.ToLowerInvariant(), ',').Select(v => new VersConstraint("=", v.Replace(" ", "", StringComparison.Ordinal)))],
        "pypi" => [.. Parts(native, ',').Select(Python)],
        "deb" or "rpm" or "alpm" or "apk" => [.. Parts(native, ',').Select(Relation)],
        _ => throw new UnreadableException("a notation of ranges that is known: alpm, apk, conan, deb, gem, maven, nginx, npm, nuget, openssl, pypi, rpm", Shortened.Visible(type), 0),
    };

    /// <summary>node-semver, README "Ranges": comparators joined by blanks, alternatives by ||, tilde, caret, hyphen and x.</summary>
    private static List<VersConstraint>? Npm(string native)
    {
        if (native.Trim() is "*" or "") return null;
        var constraints = new List<VersConstraint>();
        foreach (var alternative in native.Split("||"))
        {
            if (alternative.Split(" - ") is [var low, var high])
            {
                constraints.Add(new(">=", Three(low)));
                var last = Numbers(high);
                constraints.Add(last.Count == 3 ? new("<=", Three(high)) : new("<", Next(last, last.Count - 1)));
                continue;
            }
            var comparator = "";
            foreach (var word in alternative.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            {
                if (comparator + word is "<" or "<=" or ">" or ">=" or "=" or "==" or "~" or "^")
                {
                    comparator += word;
                    continue;
                }
                constraints.AddRange(NpmWord(comparator, word));
                comparator = "";
            }
            if (constraints.Count > MostParts) throw new UnreadableException($"at most {MostParts} constraints", $"{constraints.Count}", 0);
        }
        return constraints;
    }

    private static IEnumerable<VersConstraint> NpmWord(string comparator, string word)
    {
        var sign = comparator.Length > 0 ? comparator : new[] { "<=", ">=", "==", "<", ">", "=", "~>", "~", "^" }.FirstOrDefault(s => word.StartsWith(s, StringComparison.Ordinal)) ?? "";
        var version = comparator.Length > 0 ? word : word[sign.Length..];
        if (version.Split('.').Any(p => p is "x" or "X" or "*"))
        {
            // A comparator before an x-range changes nothing in the test data.
            var fixedParts = version.Split('.').TakeWhile(p => p is not ("x" or "X" or "*")).Select(p => p.TrimStart('v', 'V')).ToList();
            if (fixedParts.Count == 0) return [new(">=", "0.0.0")];
            return [new(">=", Three(string.Join('.', fixedParts))), new("<", Next(Numbers(string.Join('.', fixedParts)), fixedParts.Count - 1))];
        }
        var (plain, numbers) = (Three(version), Numbers(version));
        switch (sign)
        {
            case "^":
                var first = numbers.FindIndex(n => n.AsSpan().ContainsAnyExcept('0'));
                return [new(">=", plain), new("<", Next(numbers, first < 0 ? numbers.Count - 1 : first))];
            case "~" or "~>" when plain.Contains('-', StringComparison.Ordinal):
                // Prereleases of this one version, then what follows it: where the patch is 0, the test data let the second part end where it begins.
                while (numbers.Count < 3) numbers.Add("0");
                var release = string.Join('.', numbers);
                return [new(">=", plain), new("<", Next(numbers, 2)), new(">=", release), new("<", numbers[2].AsSpan().ContainsAnyExcept('0') ? Next(numbers, 1) : release)];
            case "~" or "~>":
                return [new(">=", plain), new("<", Next(numbers, Math.Min(numbers.Count - 1, 1)))];
            default:
                return [new(sign is "" or "==" ? "=" : sign, plain)];
        }
    }

    /// <summary>The version with three numbers at least, without <c>v</c>: 1.2-rc is 1.2.0-rc.</summary>
    private static string Three(string version)
    {
        version = version.Trim().TrimStart('v', 'V', '=');
        var end = version.AsSpan().IndexOfAnyExcept("0123456789.");
        var (core, rest) = end < 0 ? (version, "") : (version[..end], version[end..]);
        return core + string.Concat(Enumerable.Repeat(".0", Math.Max(0, 3 - core.Split('.').Length))) + rest;
    }

    private static List<string> Numbers(string version)
    {
        version = version.Trim().TrimStart('v', 'V', '=');
        var end = version.AsSpan().IndexOfAnyExcept("0123456789.");
        var numbers = (end < 0 ? version : version[..end]).Split('.').ToList();
        if (numbers.Any(n => !DecimalDigits.Are(n))) throw new UnreadableException("a version of dotted numbers", Shortened.Visible(version), 0);
        return numbers;
    }

    /// <summary>One more at the place, zeros after it, three numbers.</summary>
    private static string Next(List<string> numbers, int place) =>
        string.Join('.', [.. numbers.Take(place), More(numbers[place]), .. Enumerable.Repeat("0", Math.Max(0, 2 - place))]);

    private static string More(string number) =>
        (System.Numerics.BigInteger.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>Conan 2, "Version ranges": tilde, caret, alternatives, a dash at the end for prereleases, which VERS cannot say.</summary>
    private static List<VersConstraint> Conan(string native)
    {
        var constraints = new List<VersConstraint>();
        foreach (var alternative in native.Split(',')[0].Split("||"))
        {
            foreach (var condition in alternative.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var text = condition.EndsWith('-') ? condition[..^1] : condition;
                if (text is "" or "*")
                {
                    constraints.Add(new(">=", "0.0.0"));
                    continue;
                }
                var sign = new[] { "<=", ">=", "<", ">", "=", "~", "^" }.FirstOrDefault(s => text.StartsWith(s, StringComparison.Ordinal)) ?? "";
                var version = text[sign.Length..];
                if (version.Length == 0) throw new UnreadableException("a version after the comparator", Shortened.Visible(condition), 0);
                if (sign is not ("~" or "^"))
                {
                    constraints.Add(new(sign.Length == 0 ? "=" : sign, version));
                    continue;
                }
                var main = ConanVersion.Main(version);
                var place = sign == "~" ? Math.Min(main.Length - 1, 1) : Array.FindIndex(main, m => m.AsSpan().ContainsAnyExcept('0'));
                if (place < 0) place = main.Length - 1;
                if (!DecimalDigits.Are(main[place])) throw new UnreadableException("a number to count up", Shortened.Visible(version), 0);
                constraints.Add(new(">=", version));
                // The dash keeps the prereleases of the end out.
                constraints.Add(new("<", string.Join('.', [.. main.Take(place), More(main[place])]) + "-"));
            }
        }
        return constraints;
    }

    /// <summary>rubygems: lib/rubygems/requirement.rb and version.rb (bump).</summary>
    private static List<VersConstraint> Gem(string native)
    {
        var constraints = new List<VersConstraint>();
        foreach (var part in Parts(native, ','))
        {
            var (sign, version) = Split(part);
            if (sign is "" or "=" or "!=" or ">" or "<" or ">=" or "<=")
            {
                constraints.Add(new(sign.Length == 0 ? "=" : sign, version));
                continue;
            }
            if (sign != "~>") throw new UnreadableException("=, !=, >, <, >=, <= or ~>", Shortened.Visible(part), 0);
            var numbers = version.Split('.', '-').TakeWhile(n => DecimalDigits.Are(n)).ToList();
            if (numbers.Count == 0) throw new UnreadableException("a version that begins with a number", Shortened.Visible(version), 0);
            if (numbers.Count > 1) numbers.RemoveAt(numbers.Count - 1);
            numbers[^1] = More(numbers[^1]);
            constraints.Add(new(">=", version));
            constraints.Add(new("<", string.Join('.', numbers)));
        }
        return constraints;
    }

    /// <summary>Brackets of intervals: Maven, "Dependency Version Requirement Specification"; NuGet, "Version ranges".</summary>
    private static List<VersConstraint>? Intervals(string native, bool bareIsLeast)
    {
        var text = native.Replace(" ", "", StringComparison.Ordinal);
        if (text.Length > 0 && text[0] is not ('[' or '(') && bareIsLeast) return [new(">=", text)];
        var constraints = new List<VersConstraint>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.AsSpan(at).IndexOfAny(']', ')');
            if (text[at] is not ('[' or '(') || end < 0 || constraints.Count > MostParts) throw new UnreadableException("intervals such as [1.0,2.0)", Shortened.Visible(native), 0);
            end += at;
            var bounds = text[(at + 1)..end].Split(',');
            if (bounds is [var only] && only.Length > 0 && text[at] == '[' && text[end] == ']') constraints.Add(new("=", only));
            else if (bounds is [var low, var high])
            {
                if (low.Length == 0 && high.Length == 0) return null;
                if (low == high) constraints.Add(new("=", low));
                else
                {
                    if (low.Length > 0) constraints.Add(new(text[at] == '[' ? ">=" : ">", low));
                    if (high.Length > 0) constraints.Add(new(text[end] == ']' ? "<=" : "<", high));
                }
            }
            else throw new UnreadableException("intervals such as [1.0,2.0)", Shortened.Visible(native), 0);
            at = end + 1;
            if (at < text.Length && text[at++] != ',') throw new UnreadableException("a comma between intervals", Shortened.Visible(native), 0);
        }
        return constraints.Count == 0 ? throw new UnreadableException("intervals such as [1.0,2.0)", "none", 0) : constraints;
    }

    /// <summary>nginx' security advisories: from-to, and from+ for the rest of a branch; branches with an even second number end there, the mainline goes on.</summary>
    private static List<VersConstraint>? Nginx(string native)
    {
        var text = native.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        if (text.StartsWith("nginx/windows", StringComparison.Ordinal)) text = text[13..];
        if (text == "all") return null;
        var constraints = new List<VersConstraint>();
        foreach (var part in Parts(text, ','))
        {
            if (part.Split('-') is [var from, var to])
            {
                constraints.Add(new(">=", string.Join('.', Numbers(from))));
                constraints.Add(new("<=", string.Join('.', Numbers(to))));
            }
            else if (part.EndsWith('+'))
            {
                var numbers = Numbers(part[..^1]);
                constraints.Add(new(">=", string.Join('.', numbers)));
                if (numbers.Count > 1 && (numbers[1][^1] - '0') % 2 == 0) constraints.Add(new("<", Next(numbers, 1)));
            }
            else
            {
                constraints.Add(new("=", string.Join('.', Numbers(part))));
            }
        }
        return constraints;
    }

    /// <summary>PEP 440, "Version specifiers"; compatible releases, arbitrary equality and .* have no counterpart in VERS.</summary>
    private static VersConstraint Python(string part)
    {
        var (sign, version) = Split(part);
        if (sign is not ("==" or "!=" or "<=" or ">=" or "<" or ">") || !VersionOrder.Fits(version, VersionScheme.PyPi)) throw new UnreadableException("==, !=, <=, >=, < or > and a version of PEP 440", Shortened.Visible(part), 0);
        return new(sign == "==" ? "=" : sign, version);
    }

    /// <summary>Debian policy 7.1, RPM "Dependencies": one relation, the strict ones of Debian as two signs.</summary>
    private static VersConstraint Relation(string part)
    {
        var (sign, version) = Split(part.Trim('(', ')', ' '));
        return sign switch
        {
            "<<" => new("<", version),
            ">>" => new(">", version),
            "=" or "==" => new("=", version),
            "<" or "<=" or ">" or ">=" or "!=" => new(sign, version),
            _ => throw new UnreadableException("<, <<, <=, =, >=, >> or > before a version", Shortened.Visible(part), 0),
        };
    }

    private static (string Sign, string Version) Split(string part)
    {
        part = part.Replace(" ", "", StringComparison.Ordinal);
        var sign = Signs.FirstOrDefault(s => part.StartsWith(s, StringComparison.Ordinal)) ?? "";
        var version = part[sign.Length..];
        return version.Length == 0 ? throw new UnreadableException("a version after the comparator", Shortened.Visible(part), 0) : (sign, version);
    }

    private static List<string> Parts(string native, char separator)
    {
        var parts = native.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        return parts.Count is 0 or > MostParts ? throw new UnreadableException($"1 to {MostParts} conditions", $"{parts.Count}", 0) : parts;
    }
}
