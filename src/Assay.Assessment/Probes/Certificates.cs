using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Cryptography;

namespace Assay.Assessment.Probes;

/// <summary>
/// Certificates that a service showed to a tool. Whether one had expired is judged at the time of the run: a server that renews its certificate every few weeks
/// shows another one by the date of the assessment. A report without a time says nothing of it here.
/// </summary>
internal static class Certificates
{
    /// <param name="pem">One or more blocks; line ends may have become spaces.</param>
    internal static void Note(string pem, string subject, int line, string where, ProbeNotes notes)
    {
        const string Begin = "-----BEGIN CERTIFICATE-----", End = "-----END CERTIFICATE-----";
        for (int at = 0, count = 0; count < 20 && (at = pem.IndexOf(Begin, at, StringComparison.Ordinal)) >= 0; count++)
        {
            var end = pem.IndexOf(End, at, StringComparison.Ordinal);
            if (end < 0) return;
            var body = new StringBuilder();
            foreach (var c in pem.AsSpan(at + Begin.Length, end - at - Begin.Length))
            {
                if (!char.IsWhiteSpace(c)) body.Append(c);
            }
            at = end;
            var der = new byte[body.Length];
            if (!Convert.TryFromBase64String(body.ToString(), der, out var written) || CertificateFacts.OfDer(der.AsMemory(0, written)) is not { } facts) continue;
            // Behind the first one come authorities; a self-signed one of a device often calls itself an authority too.
            var traits = new List<string> { where };
            if (facts.IsSelfSigned) traits.Add(Traits.SelfSigned);
            if (facts.IsAuthority && count > 0) traits.Add(Traits.Authority);
            if ((notes.From ?? notes.To) is { } then)
            {
                if (facts.NotAfter < then) traits.Add(Traits.Expired);
                // Clocks differ a little, and a certificate may be made right before the run.
                if (facts.NotBefore > then.AddDays(1)) traits.Add(Traits.NotYetValid);
            }
            if (facts.IsShort) traits.Add(Traits.ShortKey);
            if (facts.HasWeakHash && !(facts.IsSelfSigned && facts.IsAuthority)) traits.Add(Traits.WeakSignatureHash);
            notes.Add(FindingKind.Certificate, $"{subject} {facts.Subject}",
                $"{facts.KeyAlgorithmName} {facts.KeyBits?.ToString(CultureInfo.InvariantCulture) ?? "?"} bits, {facts.SignatureHash ?? "no hash of its own"}, until {facts.NotAfter.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}",
                line, note: $"SHA-256 {facts.Sha256}", traits: traits);
        }
    }
}
