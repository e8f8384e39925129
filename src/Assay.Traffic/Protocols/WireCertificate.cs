using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>The server's certificate as it went over the wire, up to TLS 1.2.</summary>
internal static class WireCertificate
{
    /// <param name="asked">The name that the client asked for; null where it asked for none.</param>
    public static void Note(Notes notes, string protocol, ReadOnlySpan<byte> der, string subject, in Moment at, string? asked = null)
    {
        if (notes.Certificates.Of(der) is not { } facts)
        {
            notes.Observe(at, protocol, Seen.Certificate, subject, "a certificate that cannot be read");
            return;
        }
        List<string> traits = [], faults = [];
        // Judged at the moment of the connection: what is expired today says nothing of what the device accepted then.
        var when = at.Time == 0 ? notes.Options.AsOf : Frame.At(at.Time);
        if (when > facts.NotAfter) Fault(Traits.Expired, FormattableString.Invariant($"expired on {facts.NotAfter:yyyy-MM-dd}"));
        if (when < facts.NotBefore) Fault(Traits.NotYetValid, FormattableString.Invariant($"valid from {facts.NotBefore:yyyy-MM-dd}"));
        if (asked is not null && asked.Contains('.', StringComparison.Ordinal) && !IsFor(facts, asked)) Fault(Traits.ForeignName, $"not for {Shortened.Visible(asked)}");
        if (facts.IsSelfSigned) Fault(Traits.SelfSigned, "issued by itself");
        if (facts.IsShort) Fault(Traits.ShortKey, FormattableString.Invariant($"{facts.KeyAlgorithmName} key of {facts.KeyBits} bits"));
        if (facts.HasWeakHash) Fault(Traits.WeakSignatureHash, $"signed with {facts.SignatureHash}");
        var value = FormattableString.Invariant($"{facts.Subject}; {facts.KeyAlgorithmName} {facts.KeyBits} bits, until {facts.NotAfter:yyyy-MM-dd}");
        if (faults.Count > 0) value += ": " + string.Join(", ", faults);
        notes.Observe(at, protocol, Seen.Certificate, subject, value, FindingKind.Certificate, 1, null, $"{KeyId.Words} {facts.PublicKeyId[..KeyId.Digits]}", [.. traits]);

        void Fault(string trait, string words)
        {
            traits.Add(trait);
            faults.Add(words);
        }
    }

    // RFC 6125: the alternative names, or the common name where there are none; a star stands for one label at the left.
    private static bool IsFor(CertificateFacts facts, string asked)
    {
        var common = facts.Subject.Split(',').Select(p => p.Trim()).FirstOrDefault(p => p.StartsWith("CN=", StringComparison.OrdinalIgnoreCase));
        var names = facts.Names.Count > 0 ? facts.Names : common is null ? [] : [common[3..]];
        // Without a name that could be compared nothing can be told.
        return names.Count == 0 || names.Any(n => n.Equals(asked, StringComparison.OrdinalIgnoreCase)
            || n.StartsWith("*.", StringComparison.Ordinal) && asked.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && asked[dot..].Equals(n[1..], StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>Certificates that were read: a server shows the same one with each connection. At most 4,096, then it begins anew.</summary>
internal sealed class SeenCertificates
{
    private const int Most = 4096;

    private readonly Dictionary<UInt128, CertificateFacts?> known = [];

    /// <summary>Null for what is no certificate.</summary>
    public CertificateFacts? Of(ReadOnlySpan<byte> der)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(der, digest);
        var key = BinaryPrimitives.ReadUInt128BigEndian(digest);
        if (known.TryGetValue(key, out var facts)) return facts;
        if (known.Count >= Most) known.Clear();
        return known[key] = CertificateFacts.OfDer(der.ToArray());
    }
}
