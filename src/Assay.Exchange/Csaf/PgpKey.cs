using System.Text;
using Assay.Evidence.Reading;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace Assay.Exchange.Csaf;

/// <summary>A private OpenPGP key (RFC 9580, version 4, Ed25519 in the form that GnuPG 2.2 reads too) that signs what a provider publishes.</summary>
public sealed class PgpKey
{
    private readonly PgpSecretKeyRing ring;
    private readonly PgpPrivateKey key;

    private PgpKey(PgpSecretKeyRing ring)
    {
        this.ring = ring;
        key = ring.GetSecretKey().ExtractPrivateKey(null);
        var certificate = new MemoryStream();
        foreach (var one in ring.GetSecretKeys()) one.PublicKey.Encode(certificate);
        Certificate = PgpCertificate.Read(certificate.ToArray());
    }

    /// <summary>The public half.</summary>
    public PgpCertificate Certificate { get; }

    /// <param name="userId">Whose key: <c>Registry of Example &lt;csaf@registry.example&gt;</c>.</param>
    public static PgpKey Create(string userId, DateTimeOffset created)
    {
        var generator = new Ed25519KeyPairGenerator();
        generator.Init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        var pair = new PgpKeyPair(PublicKeyAlgorithmTag.EdDsa_Legacy, generator.GenerateKeyPair(), Whole(created));
        var properties = new PgpSignatureSubpacketGenerator();
        properties.SetKeyFlags(true, PgpKeyFlags.CanCertify | PgpKeyFlags.CanSign);
        properties.SetPreferredHashAlgorithms(false, [(int)HashAlgorithmTag.Sha512, (int)HashAlgorithmTag.Sha256]);
        var rings = new PgpKeyRingGenerator(PgpSignature.PositiveCertification, pair, userId, SymmetricKeyAlgorithmTag.Null, HashAlgorithmTag.Sha512, Array.Empty<char>(), false,
            properties.Generate(), null, new SecureRandom());
        return new PgpKey(rings.GenerateSecretKeyRing());
    }

    /// <summary>The private key, armoured, without a pass phrase: for a file that only its owner reads.</summary>
    public string ToArmor() => PgpCertificate.Armored(ring.Encode);

    /// <exception cref="UnreadableException">No private key, or one with a pass phrase.</exception>
    public static PgpKey FromArmor(string text)
    {
        try
        {
            using var decoder = PgpUtilities.GetDecoderStream(new MemoryStream(Encoding.ASCII.GetBytes(text)));
            return new PgpKey(new PgpSecretKeyRing(decoder));
        }
        catch (Exception wrong) when (wrong is PgpException or IOException or InvalidCastException or ArgumentException or NullReferenceException or IndexOutOfRangeException)
        {
            throw new UnreadableException("a private OpenPGP key without a pass phrase, armoured", wrong.Message, 0);
        }
    }

    /// <summary>A detached signature over the bytes, armoured: what stands in an <c>.asc</c> file.</summary>
    public byte[] Sign(ReadOnlySpan<byte> bytes, DateTimeOffset at)
    {
        var generator = new PgpSignatureGenerator(key.PublicKeyPacket.Algorithm, HashAlgorithmTag.Sha512);
        generator.InitSign(PgpSignature.BinaryDocument, key, new SecureRandom());
        var subpackets = new PgpSignatureSubpacketGenerator();
        subpackets.SetSignatureCreationTime(false, Whole(at));
        subpackets.SetIssuerFingerprint(false, ring.GetPublicKey());
        subpackets.SetIssuerKeyID(false, key.KeyId);
        generator.SetHashedSubpackets(subpackets.Generate());
        generator.Update(bytes.ToArray());
        var signature = generator.Generate();
        return Encoding.ASCII.GetBytes(PgpCertificate.Armored(signature.Encode));
    }

    // OpenPGP counts whole seconds.
    private static DateTime Whole(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds()).UtcDateTime;
}
