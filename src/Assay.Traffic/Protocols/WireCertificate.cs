using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>The server's certificate as it went over the wire, up to TLS 1.2.</summary>
internal static class WireCertificate
{
    public static void Note(Notes notes, string protocol, ReadOnlySpan<byte> der, string subject, in Moment at)
    {
        if (CertificateFacts.OfDer(der.ToArray()) is not { } facts)
        {
            notes.Observe(at, protocol, Seen.Certificate, subject, "a certificate that cannot be read");
            return;
        }
        List<string> traits = [], faults = [];
        // Judged at the moment of the connection: what is expired today says nothing of what the device accepted then.
        var when = at.Time == 0 ? notes.Options.AsOf : Frame.At(at.Time);
        if (when > facts.NotAfter) Fault(Traits.Expired, FormattableString.Invariant($"expired on {facts.NotAfter:yyyy-MM-dd}"));
        if (when < facts.NotBefore) Fault(Traits.NotYetValid, FormattableString.Invariant($"valid from {facts.NotBefore:yyyy-MM-dd}"));
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
}
