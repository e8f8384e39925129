using System.Collections.Concurrent;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Firmware.Identification;

namespace Assay.Firmware.Secrets;

/// <summary>A private key or a certificate in a file; one of both is there.</summary>
/// <param name="Offset">Of its block, in a file that is no text.</param>
/// <param name="Line">Of its block, in a text.</param>
/// <param name="IsPublished">It stands in a library whose source everybody has.</param>
internal sealed record KeySeen(long? Offset, int? Line, bool IsPublished, PrivateKeyFacts? Key, CertificateFacts? Certificate);

/// <summary>Private keys and certificates wherever they stand in a file system, judged when all files were seen: a root among many is trusted, one alone is shown.</summary>
internal sealed class Keys(DateTimeOffset asOf)
{
    private const int LargestDer = 64 << 10;
    /// <summary>So many certificate authorities in one file or folder are a list of whom to trust.</summary>
    private const int Many = 5;

    private readonly ConcurrentBag<(string Path, long? Offset, int? Line, PrivateKeyFacts Facts, bool Published)> keys = [];
    private readonly ConcurrentBag<(string Path, long? Offset, int? Line, CertificateFacts Facts, bool Published)> certificates = [];

    public int Count => keys.Count + certificates.Count;

    /// <summary>A key or certificate that a file holds.</summary>
    public void Add(string path, KeySeen seen)
    {
        if (seen.Certificate is { } certificate) certificates.Add((path, seen.Offset, seen.Line, certificate, seen.IsPublished));
        if (seen.Key is { } key) keys.Add((path, seen.Offset, seen.Line, key, seen.IsPublished));
    }

    /// <summary>A PEM block begins at <paramref name="offset"/>; null where it is none that is known.</summary>
    /// <param name="inProgram">Inside an executable or another file that is no text: the place is shown as an offset, not as a line.</param>
    public static KeySeen? Pem(ReadOnlySpan<byte> content, int offset, bool inProgram)
    {
        if (PemBlock.At(content, offset) is not { } block) return null;
        var seen = new KeySeen(inProgram ? offset : null, inProgram ? null : content[..offset].Count((byte)'\n') + 1, inProgram && IsPublished(content), null, null);
        if (block.Label.EndsWith("CERTIFICATE", StringComparison.Ordinal)) return CertificateFacts.OfDer(block.Der) is { } certificate ? seen with { Certificate = certificate } : null;
        if (PrivateKeyFacts.Of(block) is { } key) return seen with { Key = key };
        return block.Label == "PGP PRIVATE KEY BLOCK" ? seen with { Key = new PrivateKeyFacts { Algorithm = "OpenPGP", Format = "armoured" } } : null;
    }

    /// <summary>A whole file that is a key or certificate in binary form, else null.</summary>
    public static KeySeen? Binary(ReadOnlySpan<byte> content)
    {
        if (content.Length is < 40 or > LargestDer) return null;
        var seen = new KeySeen(null, null, false, null, null);
        if (content[0] == 0 && PrivateKeyFacts.OfDropbear(content) is { } dropbear) return seen with { Key = dropbear };
        if (content[0] != 0x30 || !SpansTheFile(content)) return null;
        var der = content.ToArray();
        if (CertificateFacts.OfDer(der) is { } certificate) return seen with { Certificate = certificate };
        return PrivateKeyFacts.OfDer(der) is { } key ? seen with { Key = key } : null;
    }

    // Mbed TLS ships its test keys inside its library; everybody has them, and no device of ours is named by them.
    private static bool IsPublished(ReadOnlySpan<byte> content) => content.IndexOf("mbedtls_test_"u8) >= 0;

    private static bool SpansTheFile(ReadOnlySpan<byte> der)
    {
        if (der[1] < 0x80) return der[1] + 2 == der.Length;
        var count = der[1] & 0x7f;
        if (count is 0 or > 3) return count == 0;
        var length = 0;
        for (var i = 0; i < count; i++) length = length << 8 | der[2 + i];
        // A line end behind the last byte is what an editor adds.
        return der.Length - (length + 2 + count) is 0 or 1;
    }

    public void Write(Notebook notes)
    {
        var held = keys.Where(k => k.Facts.PublicKeyId is not null).Select(k => k.Facts.PublicKeyId!).ToHashSet(StringComparer.Ordinal);
        foreach (var key in keys.Where(k => !k.Published)) Write(key.Path, key.Offset, key.Line, key.Facts, notes);
        foreach (var library in keys.Where(k => k.Published).GroupBy(k => k.Path, StringComparer.Ordinal))
            notes.Add(FindingKind.Exposure, Name(library.Key), $"{library.Count()} test keys that the library's source publishes", 0.8, notes.At(library.Key), [Traits.PrivateKey]);

        var own = certificates.Where(c => !c.Published).ToList();
        var authorities = own.Where(c => c.Facts.IsAuthority && !held.Contains(c.Facts.PublicKeyId)).ToList();
        var perFile = authorities.GroupBy(c => c.Path, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var perFolder = authorities.GroupBy(c => Folder(c.Path), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        foreach (var certificate in own)
        {
            var trusted = certificate.Facts.IsAuthority && !held.Contains(certificate.Facts.PublicKeyId)
                && (perFile[certificate.Path] >= Many || perFolder[Folder(certificate.Path)] >= Many || IsTrustPath(certificate.Path) || NamesAnAuthority(certificate.Facts));
            if (!trusted) Write(certificate.Path, certificate.Offset, certificate.Line, certificate.Facts, held, notes);
        }
        foreach (var bundle in authorities.GroupBy(c => c.Path, StringComparer.Ordinal))
        {
            var all = bundle.ToList();
            if (all.Count < Many && perFolder[Folder(bundle.Key)] < Many && !IsTrustPath(bundle.Key) && !all.All(c => NamesAnAuthority(c.Facts))) continue;
            var expired = all.Count(c => c.Facts.NotAfter < asOf);
            notes.Add(FindingKind.Exposure, "trusted authorities", $"{all.Count} certificate authorities, {expired} expired", 0.9, notes.At(bundle.Key), [Traits.Authority]);
        }
    }

    private static void Write(string path, long? offset, int? line, PrivateKeyFacts key, Notebook notes)
    {
        List<string> traits = [Traits.PrivateKey];
        var value = key.ToString();
        if (key.IsShort)
        {
            traits.Add(Traits.ShortKey);
            value += ", short";
        }
        if (IsHostKey(path, key))
        {
            traits.Add(Traits.HostKey);
            value += ", a host key that every device of this image shares";
        }
        if (IsUnderWebRoot(path))
        {
            traits.Add(Traits.UnderWebRoot);
            value += ", below the web server's root";
        }
        if (key.Encrypted) traits.Add(Traits.Encrypted);
        notes.Add(FindingKind.Key, Name(path), value, 0.95, notes.At(path, line, offset), [.. traits], key.PublicKeyId is { } id ? $"{KeyId.Words} {id[..KeyId.Digits]}" : null);
    }

    private void Write(string path, long? offset, int? line, CertificateFacts facts, HashSet<string> held, Notebook notes)
    {
        var traits = new List<string>();
        var faults = new List<string>();
        void Fault(bool isOne, string trait, string words)
        {
            if (!isOne) return;
            traits.Add(trait);
            faults.Add(words);
        }
        Fault(facts.NotAfter < asOf, Traits.Expired, $"expired {Day(facts.NotAfter)}");
        Fault(facts.NotBefore > asOf, Traits.NotYetValid, $"valid only from {Day(facts.NotBefore)}");
        Fault(facts.IsShort, Traits.ShortKey, "short key");
        Fault(facts.IsSelfSigned, Traits.SelfSigned, "self-signed");
        Fault(facts.HasWeakHash, Traits.WeakSignatureHash, $"signed with {facts.SignatureHash}");
        if (facts.IsAuthority) traits.Add(Traits.Authority);
        var value = $"{facts.KeyAlgorithmName}{(facts.KeyBits is null ? "" : $" {facts.KeyBits}")}, {facts.SignatureHash ?? "own hash"}, valid {Day(facts.NotBefore)} to {Day(facts.NotAfter)}";
        if (faults.Count > 0) value += ": " + string.Join(", ", faults);
        var kind = faults.Count == 0 ? FindingKind.Exposure : FindingKind.Certificate;
        var note = $"{(held.Contains(facts.PublicKeyId) ? "its private key is in the same image; " : "")}{KeyId.Words} {facts.PublicKeyId[..KeyId.Digits]}";
        notes.Add(kind, facts.Subject.Length == 0 ? Name(path) : facts.Subject, value, 0.95, notes.At(path, line, offset), [.. traits], note);
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsHostKey(string path, PrivateKeyFacts key) =>
        key.Format == "Dropbear" || Name(path).StartsWith("ssh_host_", StringComparison.Ordinal) || Name(path).Contains("host_key", StringComparison.Ordinal);

    private static bool IsUnderWebRoot(string path) =>
        path.Split('/').Any(p => p is "www" or "htdocs" or "webroot" or "wwwroot" or "public_html" or "web" or "html" or "cgi-bin") || path.Contains("/srv/http/", StringComparison.Ordinal);

    private static bool IsTrustPath(string path) =>
        path.Contains("/ca-certificates/", StringComparison.Ordinal) || path.Contains("/trust-anchors/", StringComparison.Ordinal) || path.Contains("/cacerts/", StringComparison.Ordinal)
        || Name(path) is "ca-certificates.crt" or "ca-bundle.crt" or "cacert.pem" or "ca-bundle.pem" or "cacerts.pem" or "roots.pem" or "tls-ca-bundle.pem";

    private static bool NamesAnAuthority(CertificateFacts facts) =>
        facts.Subject.Split([' ', ',', '=', '-', '.'], StringSplitOptions.RemoveEmptyEntries).Any(w => w is "CA" or "Root" or "Authority" or "ROOT" or "root" or "ca" or "Certification");

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
    private static string Folder(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];
}
