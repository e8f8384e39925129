using System.Text;
using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// The algorithm and key length of the signature that an update package names in itself (flattened image tree, U-Boot: <c>sha256,rsa2048</c>), beside the declared
/// ones. SHA-1, MD5 and RSA below 2048 bits refute; another length than the declared one contradicts. That the device checks it cannot be seen from a package.
/// </summary>
public sealed class UpdateSignatureStrength() : Check("update-signature-strength", 2, Polarity.Refute, CoverageScope.Image,
    "the algorithm and key length of the signature inside an update package", "the update package as it is sent to devices", "5.3-7-1c", "5.3-7-1d")
{
    private const int Step = 1 << 22, Overlap = 64;

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var named = new List<(string Algorithm, int Bits, string Hash, Location Place)>();
        foreach (var file in examined.Of(FileKind.Image))
        {
            for (long at = 0; at < file.Artefact.Size && named.Count < 32; at += Step - Overlap)
            {
                var window = file.Artefact.Bytes.Span(at, (int)Math.Min(Step, file.Artefact.Size - at));
                foreach (var word in new[] { "rsa"u8.ToArray(), "ecdsa"u8.ToArray() })
                {
                    for (var from = 0; from < window.Length && window[from..].IndexOf(word) is >= 0 and var found; from += found + word.Length)
                    {
                        if (from + found == 0 || window[from + found - 1] != ',') continue;
                        var start = Math.Max(0, from + found - 8);
                        var text = Encoding.Latin1.GetString(window.Slice(start, Math.Min(24, window.Length - start)));
                        if (Algorithm.Match(text) is not { Success: true } match || start + match.Index != from + found - match.Groups["hash"].Length - 1) continue;
                        named.Add((match.Groups["kind"].Value, int.Parse(match.Groups["bits"].Value, System.Globalization.CultureInfo.InvariantCulture), match.Groups["hash"].Value, new Location { Artefact = file.Name, Offset = at + start + match.Index }));
                    }
                }
            }
        }
        // A key in the image by which its scripts check what they fetch says how strong the check is.
        var brief = examined.Of(FindingKind.Update).Where(f => f.Has(Traits.ShortKey)).ToList();
        if (brief.Count > 0) return Refutes($"{brief.Count} key(s) that updates are checked with are too short for any current catalogue: {brief[0].Value}", brief);
        if (named.Count == 0) return examined.Of(FileKind.Image).Any() ? Units.Select(u => Open(u, "no signature names its algorithm inside the images")) : Silence(examined);
        if (named.Where(n => n.Hash is "sha1" or "md5" || n.Algorithm == "rsa" && n.Bits < 2048).ToList() is { Count: > 0 } weak)
        {
            return Units.Select(u => Refutes(u, $"the package's signature is {weak[0].Hash} with {weak[0].Algorithm} {weak[0].Bits}, which no current catalogue recommends", [.. weak.Take(5).Select(w => w.Place)]));
        }
        foreach (var (table, row) in examined.Rows(7))
        {
            if (Papers.Field(row, "Cryptographic Details") is not { } says || Declared.Match(says) is not { Success: true } declared) continue;
            var bits = int.Parse(declared.Groups["bits"].Value, System.Globalization.CultureInfo.InvariantCulture);
            if (named.All(n => n.Algorithm != "rsa" || n.Bits == bits)) continue;
            var other = named.First(n => n.Algorithm == "rsa" && n.Bits != bits);
            return [Contradicts(Units[0], new Contradiction("the key length of the update's signature", Papers.Says(table, row, declared.Value), new Statement($"the package names {other.Hash},{other.Algorithm}{other.Bits}", other.Place, IsPaper: false))),
                Open(Units[1], "the papers and the package name different key lengths")];
        }
        return Units.Select(u => Supports(u, $"the package's signature is {named[0].Hash} with {named[0].Algorithm} {named[0].Bits}") with { Locations = [named[0].Place] });
    }

    private static Regex Algorithm => field ??= new(@"(?<hash>sha1|sha256|sha384|sha512|md5),(?<kind>rsa|ecdsa)(?<bits>1024|2048|3072|4096|256|384)", RegexOptions.CultureInvariant);

    private static Regex Declared => field ??= new(@"\bRSA(?:SSA)?(?:-PSS)?[\s-]?(?<bits>1024|2048|3072|4096)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
