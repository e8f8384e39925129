using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Components;

namespace Assay.Assessment.Checks;

/// <summary>
/// A library for cryptography whose branch its own maker no longer mends at the assessment's date. Who takes the maintenance over (a distribution, paid support,
/// the vendor's own branch) says so in IXIT 12-NetSecImpl; then a person judges. Dates with their sources in <c>end-of-life.tsv</c>; a branch that is not listed says nothing.
/// </summary>
public sealed class EndOfLifeCryptography() : Check("end-of-life-cryptography", 2, Polarity.Refute, CoverageScope.Files,
    "libraries for cryptography in the image whose branch is no longer maintained", "the maintained branch in the image, or who mends the old one, in IXIT 12-NetSecImpl", "5.5-2-1b")
{
    private static readonly IReadOnlyList<(string Library, string Branch, DateOnly End)> Ends = [.. DataFile.Open(typeof(EndOfLifeCryptography), "end-of-life.tsv").Rows.Select(r => (r.Need("library"), r.Need("branch"), DateOnly.ParseExact(r.Need("end"), "yyyy-MM-dd", CultureInfo.InvariantCulture)))];

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var today = DateOnly.FromDateTime(examined.AsOf.UtcDateTime);
        var known = examined.Components.Concat(examined.Materials).Select(c => (Component: c, End: EndOf(c))).Where(c => c.End is not null).ToList();
        if (known.Count == 0) return Silence(examined);
        var over = known.Where(c => c.End < today).ToList();
        if (over.Count == 0)
        {
            var soonest = known.MinBy(k => k.End);
            return [Supports(Units[0], $"{Name(soonest.Component)} is maintained until {Day(soonest.End!.Value)}") with { Locations = Place(soonest.Component) }];
        }
        var words = string.Join(", ", over.Take(3).Select(o => $"{Name(o.Component)} (until {Day(o.End!.Value)})"));
        var takenOver = examined.Rows(6, 12).Any(r => Maintains.IsMatch(Papers.Whole(r.Row)));
        // A package of a distribution is mended there under its old number.
        return takenOver || over.All(o => o.Component.Package is not null)
            ? [Open(Units[0], $"its maker no longer mends {words}; whether another does is for a person", "who mends the old branch, and the list of what was mended")]
            : [Refutes(Units[0], $"its maker no longer mends {words}, and no table says who does", [.. over.SelectMany(o => Place(o.Component)).Take(10)]).NotIn(6, 12)];
    }

    private static DateOnly? EndOf(Component component)
    {
        if (component.Version is not { } version) return null;
        var name = string.Concat(component.Name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
        var library = name switch { "openssl" or "libssl" or "libcrypto" or "libopenssl" or "openssllibs" or "libssl11" or "libssl3" or "libcrypto3" => "openssl", "mbedtls" or "libmbedtls" or "libmbedcrypto" or "polarssl" => "mbedtls", _ => null };
        if (library is null) return null;
        var match = Ends.Where(e => e.Library == library && version.StartsWith(e.Branch, StringComparison.Ordinal) && (version.Length == e.Branch.Length || !char.IsAsciiDigit(version[e.Branch.Length]))).ToList();
        return match.Count == 0 ? null : match.MaxBy(e => e.Branch.Length).End;
    }

    private static string Name(Component component) => Shortened.Visible($"{component.Name} {component.Version}");
    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    private static List<Location> Place(Component component) => component.Evidence.Count > 0 ? [component.Evidence[0].Location] : [new Location { Artefact = "components" }];

    private static Regex Maintains => field ??= new(@"\b(extended support|premium support|long[- ]term support|lts|back-?port\w*|maintained by|own (branch|fork)|paid support|vendor[- ]maintained|esm|cip)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
