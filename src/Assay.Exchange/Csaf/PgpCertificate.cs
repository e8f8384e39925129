using System.Text;
using Assay.Evidence.Reading;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Assay.Exchange.Csaf;

/// <summary>A public OpenPGP key with its subkeys, and what it says about a detached signature. Hostile bytes give a refusal, never another exception.</summary>
public sealed class PgpCertificate
{
    public const int MaxBytes = 1 << 20, MaxSignatureBytes = 64 << 10;
    private readonly PgpPublicKeyRing ring;

    private PgpCertificate(PgpPublicKeyRing ring)
    {
        this.ring = ring;
        Fingerprint = Convert.ToHexString(ring.GetPublicKey().GetFingerprint());
    }

    /// <summary>40 upper-case hexadecimal digits of the primary key (version 4).</summary>
    public string Fingerprint { get; }

    /// <summary>The first user id; null where there is none.</summary>
    public string? UserId => ring.GetPublicKey().GetUserIds().FirstOrDefault();

    /// <summary>An armoured or binary key file with one certificate.</summary>
    /// <exception cref="UnreadableException"/>
    public static PgpCertificate Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length > MaxBytes) throw new UnreadableException($"a key of at most {MaxBytes} bytes", $"{file.Length} bytes", 0);
        return Reading("a public OpenPGP key", () =>
        {
            using var decoder = PgpUtilities.GetDecoderStream(new MemoryStream(file.ToArray()));
            return new PgpCertificate(new PgpPublicKeyRing(decoder));
        });
    }

    /// <summary>Armoured, for <c>openpgp-key.asc</c>.</summary>
    public string ToArmor() => Armored(ring.Encode);

    /// <summary>Returns when this key made the detached signature over exactly these bytes.</summary>
    /// <param name="asOf">An expired key, and a signature from the future, do not count.</param>
    /// <exception cref="UnreadableException">Says what was expected and found: no signature, another key's, a weak hash, a revoked or expired key, other bytes.</exception>
    public void Verify(ReadOnlySpan<byte> bytes, ReadOnlyMemory<byte> signatureFile, DateTimeOffset asOf)
    {
        if (signatureFile.Length > MaxSignatureBytes) throw new UnreadableException($"a signature of at most {MaxSignatureBytes} bytes", $"{signatureFile.Length} bytes", 0);
        var data = bytes.ToArray();
        var signatures = Reading("a detached OpenPGP signature", () =>
        {
            using var decoder = PgpUtilities.GetDecoderStream(new MemoryStream(signatureFile.ToArray()));
            return new PgpObjectFactory(decoder).NextPgpObject() as PgpSignatureList ?? throw new IOException("no signature packet");
        });
        UnreadableException? why = null;
        for (var i = 0; i < signatures.Count && i < 8; i++)
        {
            var signature = signatures[i];
            try
            {
                Reading("a signature that verifies", () => Check(signature, data, asOf));
                return;
            }
            catch (UnreadableException refused)
            {
                why ??= refused;
            }
        }
        throw why ?? new UnreadableException("a detached OpenPGP signature", "an empty list", 0);
    }

    private bool Check(PgpSignature signature, byte[] data, DateTimeOffset asOf)
    {
        if (signature.SignatureType != PgpSignature.BinaryDocument) throw new UnreadableException("a signature over a binary document", $"type 0x{signature.SignatureType:x2}", 0);
        if (signature.HashAlgorithm is not (HashAlgorithmTag.Sha256 or HashAlgorithmTag.Sha384 or HashAlgorithmTag.Sha512 or HashAlgorithmTag.Sha3_256 or HashAlgorithmTag.Sha3_512))
            throw new UnreadableException("a hash of the SHA-2 or SHA-3 family", signature.HashAlgorithm.ToString(), 0);
        var key = ring.GetPublicKeys().FirstOrDefault(k => k.KeyId == signature.KeyId)
            ?? throw new UnreadableException($"a signature by the key {Fingerprint}", $"one by the key {signature.KeyId:X16}", 0);
        var primary = ring.GetPublicKey();
        if (primary.HasRevocation() || key.HasRevocation()) throw new UnreadableException("a key that is in force", "a revoked one", 0);
        if (!key.IsMasterKey && !IsBound(key, primary)) throw new UnreadableException("a subkey that its primary key signed for signing", "one without such a signature", 0);
        Expired(primary, asOf);
        Expired(key, asOf);
        if (signature.CreationTime > asOf.UtcDateTime.AddDays(1)) throw new UnreadableException("a signature that was made before now", $"one of {signature.CreationTime:yyyy-MM-dd}", 0);
        signature.InitVerify(key);
        signature.Update(data);
        return signature.Verify() ? true : throw new UnreadableException($"a signature over these bytes by the key {Fingerprint}", "a signature over other bytes", 0);
    }

    private static void Expired(PgpPublicKey key, DateTimeOffset asOf)
    {
        if (key.GetValidSeconds() is var seconds and > 0 && key.CreationTime.AddSeconds(seconds) < asOf.UtcDateTime)
            throw new UnreadableException("a key that is in force", $"one that expired on {key.CreationTime.AddSeconds(seconds):yyyy-MM-dd}", 0);
    }

    private static bool IsBound(PgpPublicKey subkey, PgpPublicKey primary)
    {
        foreach (var binding in subkey.GetSignaturesOfType(PgpSignature.SubkeyBinding))
        {
            if (binding.KeyId != primary.KeyId || binding.GetHashedSubPackets() is not { } packets || (packets.GetKeyFlags() & PgpKeyFlags.CanSign) == 0) continue;
            binding.InitVerify(primary);
            if (binding.VerifyCertification(primary, subkey)) return true;
        }
        return false;
    }

    // The library answers hostile bytes with exceptions of many kinds; to a caller they are all one.
    private static T Reading<T>(string expected, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception wrong) when (wrong is not (UnreadableException or OutOfMemoryException))
        {
            throw new UnreadableException(expected, wrong.Message.Split('\n')[0], 0);
        }
    }

    internal static string Armored(Action<Stream> encode)
    {
        var text = new MemoryStream();
        using (var armor = new ArmoredOutputStream(text, new Dictionary<string, string>())) encode(armor);
        return Encoding.ASCII.GetString(text.ToArray());
    }
}
