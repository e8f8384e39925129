using System.Collections.Frozen;
using Assay.Assessment.Catalogues;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Checks;

/// <summary>A key or certificate whose private half is published: found in the firmware of other products, or in a list of such keys. Data with its sources in <c>published-keys.tsv</c>.</summary>
public sealed class PublishedKey() : Check("published-key", 1, Polarity.Refute, CoverageScope.Files,
    "keys and certificates whose private half is published", "the keys of a delivered unit, compared with the published lists", "5.4-3-2a", "5.4-4-1b")
{
    private static readonly FrozenDictionary<string, string> Known = DataFile.Open(typeof(PublishedKey), "published-keys.tsv").Rows.ToFrozenDictionary(r => r.Need("key"), r => r.Need("where"), StringComparer.Ordinal);

    /// <summary>How many keys the list holds.</summary>
    public static int Count => Known.Count;

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Findings.Where(f => f.Kind is FindingKind.Key or FindingKind.Certificate or FindingKind.Exposure && KeyId.Of(f) is { } id && Known.ContainsKey(id)).ToList();
        return seen.Count > 0 ? Refutes($"{seen.Count} key(s) or certificate(s) have a published private half, known from {Known[KeyId.Of(seen[0])!]}", seen) : Silence(examined);
    }
}

/// <summary>The same private key or certificate in two images or units of the dossier.</summary>
public sealed class SameKeyInTwoImages() : Check("same-key-in-two-images", 1, Polarity.Refute, CoverageScope.Files,
    "one private key or certificate in two images or units", "the keys of two delivered units", "5.4-4-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var keys = examined.Findings.Where(f => f.Location.Frame is null && KeyId.Of(f) is not null && (f.Kind == FindingKind.Key && f.Has(Traits.PrivateKey) || f.Kind is FindingKind.Certificate or FindingKind.Exposure && !f.Has(Traits.Authority) && f.Note!.Contains("private key is in the same image", StringComparison.Ordinal))).ToList();
        var shared = keys.GroupBy(f => KeyId.Of(f)!, StringComparer.Ordinal).Where(g => g.Select(f => f.Location.Artefact).Distinct(StringComparer.Ordinal).Count() > 1).SelectMany(g => g).ToList();
        if (shared.Count > 0) return Refutes($"the same key is in {shared.Select(f => f.Location.Artefact).Distinct(StringComparer.Ordinal).Count()} images or units", shared);
        return keys.Count > 0 ? [Open(Units[0], "one image holds private keys; whether another unit holds the same cannot be seen from it", toSettle: null, [.. keys.Take(5)])] : Silence(examined);
    }
}
