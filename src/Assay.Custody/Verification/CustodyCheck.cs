using System.Buffers;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Assay.Custody.Freezing;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Custody.Verification;

/// <summary>What became of one file that the list of sums names, or that is there without being named.</summary>
public enum ItemState { Whole, Changed, Missing, Extra }

/// <param name="Sha256">Of the bytes that are there, lower-case hex; null when missing.</param>
public sealed record CheckedItem(string Name, long Bytes, string? Sha256, ItemState State);

/// <summary>Whose key signed the list of sums. The name is what the certificate says; that the key is this person's, one learns elsewhere, by its digest.</summary>
/// <param name="CertificateSha256">Of the certificate's DER bytes, lower-case hex.</param>
/// <param name="IsExpected">Whether it is the certificate that was asked for; null when none was named.</param>
public sealed record FreezeSigner(string Name, string CertificateSha256, bool SelfSigned, DateTimeOffset? SignedAt, bool? IsExpected);

/// <param name="Name">Who confirmed the time, as its certificate says.</param>
/// <param name="Holds">The token is over exactly this signature and its own signature fits.</param>
public sealed record FreezeStamp(string Name, DateTimeOffset? Time, bool Holds);

/// <summary>The answer of <c>custody verify</c>: whole or not, by whom, what is missing, extra or changed (semantics.md section 7).</summary>
public sealed record CustodyCheck
{
    /// <summary>Every named file is there and unchanged, nothing else is, and the signature over the list holds (by the expected signer, when one was named).</summary>
    public bool IsWhole => Faults.Count == 0;
    public required bool WasEncrypted { get; init; }
    /// <summary>Null when the signature does not hold.</summary>
    public required FreezeSigner? Signer { get; init; }
    /// <summary>Null when there is no token.</summary>
    public required FreezeStamp? Stamp { get; init; }
    /// <summary>In the order of the list of sums, then what is extra.</summary>
    public required IReadOnlyList<CheckedItem> Items { get; init; }
    /// <summary>What is wrong, one line each; empty when whole.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>The files of a freeze by name, so that who verified it reads the same bytes; empty names never occur.</summary>
    public required IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files { get; init; }

    /// <summary>Checks a freeze. Nothing of it is written to disk, nothing is decompressed.</summary>
    /// <param name="expected">The signer's certificate as it is known from elsewhere.</param>
    /// <param name="recipient">With <paramref name="key"/>, opens an encrypted freeze.</param>
    /// <exception cref="UnreadableException">Neither form of a freeze; or encrypted, and not for this key.</exception>
    public static CustodyCheck Of(ReadOnlyMemory<byte> file, X509Certificate2? expected = null, X509Certificate2? recipient = null, RSA? key = null)
    {
        var encrypted = !file.Span.StartsWith("PK"u8);
        var zip = encrypted ? Open(file, recipient, key) : file;
        var (files, whole) = StoredZip.Read(zip);
        var faults = new List<string>();
        if (!whole) faults.Add("the zip's own digest does not fit: bytes of it were changed");
        var byName = files.ToDictionary(f => f.Name, f => f.Bytes, StringComparer.Ordinal);
        var items = new List<CheckedItem>();
        if (!byName.TryGetValue(FreezeLayout.Sums, out var sums))
        {
            faults.Add($"{FreezeLayout.Sums} is missing: nothing says what belongs here");
        }
        else
        {
            items.AddRange(Compare(sums, byName, faults));
        }
        FreezeSigner? signer = null;
        FreezeStamp? stamp = null;
        if (!byName.TryGetValue(FreezeLayout.Signature, out var signature)) faults.Add($"{FreezeLayout.Signature} is missing: nobody vouches for the list of sums");
        else
        {
            signer = Signed(signature, sums, expected, faults);
            if (byName.TryGetValue(FreezeLayout.Token, out var token))
            {
                stamp = Stamped(token, signature);
                if (!stamp.Holds) faults.Add($"{FreezeLayout.Token} does not confirm this signature");
            }
        }
        foreach (var item in items)
        {
            if (item.State != ItemState.Whole) faults.Add($"{item.Name} is {EvidenceJson.Name(item.State)}");
        }
        return new CustodyCheck { WasEncrypted = encrypted, Signer = signer, Stamp = stamp, Items = items, Faults = faults, Files = byName };
    }

    private static ReadOnlyMemory<byte> Open(ReadOnlyMemory<byte> file, X509Certificate2? recipient, RSA? key)
    {
        if (file.Length == 0 || file.Span[0] != 0x30) throw new UnreadableException("a freeze: a zip, or CMS around one", file.Length == 0 ? "nothing" : $"bytes that begin {Convert.ToHexStringLower(file.Span[..Math.Min(4, file.Length)])}", 0);
        if (file.Length > FreezeLayout.MostBytes) throw new UnreadableException($"at most {FreezeLayout.MostBytes} bytes", $"{file.Length}", 0);
        var cms = new EnvelopedCms();
        try
        {
            cms.Decode(file.Span);
        }
        catch (Exception hostile) when (IsOfHostileBytes(hostile))
        {
            throw new UnreadableException("CMS EnvelopedData", Shortened.Visible(hostile.Message), 0);
        }
        if (recipient is null || key is null) throw new UnreadableException("the recipient's key and certificate, for this freeze is encrypted", "none", 0);
        try
        {
            var mine = cms.RecipientInfos.Cast<RecipientInfo>().FirstOrDefault(r => IsFor(r, recipient))
                ?? throw new UnreadableException($"a freeze encrypted to {Shortened.Visible(recipient.Subject)}", "other recipients", 0);
            cms.Decrypt(mine, key);
            return cms.ContentInfo.Content;
        }
        catch (Exception hostile) when (IsOfHostileBytes(hostile))
        {
            throw new UnreadableException("a freeze that this key opens", Shortened.Visible(hostile.Message), 0);
        }
    }

    private static bool IsFor(RecipientInfo info, X509Certificate2 recipient) => info.RecipientIdentifier.Value switch
    {
        System.Security.Cryptography.Xml.X509IssuerSerial serial => string.Equals(serial.SerialNumber, recipient.SerialNumber, StringComparison.OrdinalIgnoreCase),
        string identifier => recipient.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any(e => string.Equals(e.SubjectKeyIdentifier, identifier, StringComparison.OrdinalIgnoreCase)),
        _ => false,
    };

    private static IEnumerable<CheckedItem> Compare(ReadOnlyMemory<byte> sums, Dictionary<string, ReadOnlyMemory<byte>> files, List<string> faults)
    {
        var named = new HashSet<string>(StringComparer.Ordinal) { FreezeLayout.Sums, FreezeLayout.Signature, FreezeLayout.Token };
        var number = 0;
        foreach (var line in Encoding.Latin1.GetString(sums.Span).Split('\n').SkipLast(1))
        {
            number++;
            if (line.Length < 67 || line[64] != ' ' || line[65] is not (' ' or '*') || line.AsSpan(0, 64).IndexOfAnyExcept(Hex) >= 0 || !FrozenItem.IsName(line[66..]) || !named.Add(line[66..]))
            {
                faults.Add($"{FreezeLayout.Sums} line {number.ToString(CultureInfo.InvariantCulture)} is no sum of one more file");
                continue;
            }
            var name = line[66..];
            if (!files.TryGetValue(name, out var bytes))
            {
                yield return new CheckedItem(name, 0, null, ItemState.Missing);
                continue;
            }
            var digest = Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
            yield return new CheckedItem(name, bytes.Length, digest, digest == line[..64] ? ItemState.Whole : ItemState.Changed);
        }
        if (sums.Length == 0 || sums.Span[^1] != '\n') faults.Add($"{FreezeLayout.Sums} does not end with a whole line");
        foreach (var (name, bytes) in files.Where(f => !named.Contains(f.Key)).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            yield return new CheckedItem(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes.Span)), ItemState.Extra);
        }
    }

    private static FreezeSigner? Signed(ReadOnlyMemory<byte> signature, ReadOnlyMemory<byte> sums, X509Certificate2? expected, List<string> faults)
    {
        try
        {
            if (signature.Length > 1 << 20) throw new CryptographicException("it is longer than a signature can be");
            var cms = new SignedCms(new ContentInfo(sums.ToArray()), detached: true);
            cms.Decode(signature.Span);
            if (!cms.Detached) throw new CryptographicException("it carries content of its own");
            if (cms.SignerInfos.Count != 1) throw new CryptographicException($"it has {cms.SignerInfos.Count} signers, expected one");
            var info = cms.SignerInfos[0];
            if (info.DigestAlgorithm.Value is not ("2.16.840.1.101.3.4.2.1" or "2.16.840.1.101.3.4.2.2" or "2.16.840.1.101.3.4.2.3")) throw new CryptographicException("its digest is none of SHA-2");
            if (info.Certificate is not { } certificate) throw new CryptographicException("it carries no certificate");
            info.CheckSignature(verifySignatureOnly: true);
            DateTimeOffset? time = null;
            foreach (var attribute in info.SignedAttributes)
            {
                if (attribute.Values.Count > 0 && attribute.Values[0] is Pkcs9SigningTime signed) time = new DateTimeOffset(DateTime.SpecifyKind(signed.SigningTime, DateTimeKind.Utc));
            }
            bool? isExpected = expected is null ? null : expected.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span);
            if (isExpected == false) faults.Add($"signed by {Shortened.Visible(certificate.Subject)}, not by the expected {Shortened.Visible(expected!.Subject)}");
            return new FreezeSigner(Shortened.Visible(certificate.Subject), Convert.ToHexStringLower(SHA256.HashData(certificate.RawData)),
                certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData), time, isExpected);
        }
        catch (Exception hostile) when (IsOfHostileBytes(hostile))
        {
            faults.Add($"{FreezeLayout.Signature} does not hold over {FreezeLayout.Sums}: {Shortened.Visible(hostile.Message)}");
            return null;
        }
    }

    // RFC 3161 section 2.4.2: TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL }
    private static FreezeStamp Stamped(ReadOnlyMemory<byte> response, ReadOnlyMemory<byte> signature)
    {
        try
        {
            var reader = new AsnReader(response, AsnEncodingRules.BER).ReadSequence();
            var status = reader.ReadSequence().ReadInteger();
            if (status > 1 || !reader.HasData) return new FreezeStamp("a service that refused", null, false);
            var encoded = reader.ReadEncodedValue();
            if (!Rfc3161TimestampToken.TryDecode(encoded, out var token, out var used) || used != encoded.Length) return new FreezeStamp("unreadable", null, false);
            var holds = token.VerifySignatureForData(signature.Span, out var by);
            return new FreezeStamp(by is null ? "unnamed" : Shortened.Visible(by.Subject), token.TokenInfo.Timestamp, holds);
        }
        catch (Exception hostile) when (IsOfHostileBytes(hostile))
        {
            return new FreezeStamp("unreadable", null, false);
        }
    }

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    // What the framework throws at bytes that are not what they say.
    private static bool IsOfHostileBytes(Exception e) =>
        e is CryptographicException or AsnContentException or ArgumentException or FormatException or InvalidOperationException or NotSupportedException or OverflowException or InvalidCastException;
}
