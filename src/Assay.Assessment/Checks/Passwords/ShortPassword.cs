using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>A preset password out of so small a space that a machine goes through it. Below 16 bits (four digits) that holds whatever slows guessing down; below 24 where nothing does.</summary>
public sealed class ShortPassword() : RowCheck("short-password", 2, Polarity.Refute, 1,
    "preset passwords out of a space that a machine searches through", "the length and alphabet of the preset password, and what slows guessing down", "5.1-2-1d")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        if (PresetPassword.GenerationOf(row) is not { } says) yield break;
        if (PresetPassword.BitsOf(says) is not { } bits)
        {
            yield return Open(Units[0], $"{Name(row)} does not say how long the password is, or of how many bits", "the length and alphabet of the preset password");
            yield break;
        }
        var figure = bits.ToString("0", CultureInfo.InvariantCulture);
        var slow = Papers.Field(row, "Brute Force Prevention") is { } prevention && !Wording.IsNo(prevention) && Slows.IsMatch(prevention);
        yield return bits < 16 || bits < 24 && !slow
            ? Refutes(Units[0], $"{Name(row)} makes passwords of about {figure} bits: a machine tries them all", row.At("Password Generation Mechanism"))
            : bits < 48 ? Open(Units[0], $"{Name(row)} makes passwords of about {figure} bits; whether that suffices depends on how fast guesses are answered", "a capture of repeated guesses")
            : Supports(Units[0], $"{Name(row)} makes passwords of about {figure} bits, by its own words");
    }

    private static Regex Slows => field ??= new(@"\b(lock\w*|block\w*|delay\w*|back-?off|rate|limit\w*|throttl\w*|attempts?|tries|captcha|wait\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
