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
