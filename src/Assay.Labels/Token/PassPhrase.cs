using System.Formats.Asn1;
using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>How a key lies encrypted on a disk: PKCS #8 (RFC 5958) under PBES2 (RFC 8018) with AES-256 and PBKDF2.</summary>
public static class PassPhrase
{
    /// <summary>Rounds of PBKDF2 with SHA-256 in what is written here.</summary>
    public const int Rounds = 600_000;
    /// <summary>A file that asks for more would keep a machine busy for nothing.</summary>
    public const int MaxRounds = 5_000_000;
    /// <summary>The environment's variable that holds it, for programs without a person beside them.</summary>
    public const string Variable = "ASSAY_KEY_PASSPHRASE";

    internal static readonly PbeParameters Protection = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Rounds);
    private const string HmacSha256 = "1.2.840.113549.2.9", Aes256Cbc = "2.16.840.1.101.3.4.1.42";
    private const string Pbes2 = "1.2.840.113549.1.5.13", Pbkdf2 = "1.2.840.113549.1.5.12";

    public static bool Encrypts(string pem) => pem.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);

    /// <summary>Looks at the cost before it is paid.</summary>
    /// <exception cref="UnreadableException">Not PBES2 with PBKDF2, or more than <see cref="MaxRounds"/>.</exception>
    internal static void CheckWork(string pem) => Read(pem);

    /// <summary>The bytes of an encrypted PKCS #8, decrypted.</summary>
    /// <exception cref="UnreadableException">Another pass phrase, another scheme, or too much work.</exception>
    internal static byte[] Decrypt(string pem, string? passPhrase)
    {
        if (string.IsNullOrEmpty(passPhrase)) throw new UnreadableException("the pass phrase of an encrypted key", "none", 0);
        var (salt, rounds, iv, data) = Read(pem);
        using var aes = Aes.Create();
        aes.Key = Rfc2898DeriveBytes.Pbkdf2(passPhrase, salt, rounds, HashAlgorithmName.SHA256, 32);
        try
        {
            return aes.DecryptCbc(data, iv);
        }
        catch (CryptographicException)
        {
            throw new UnreadableException("the pass phrase of an encrypted key", "another pass phrase, or another key", 0);
        }
    }

    internal static string Encrypt(ReadOnlySpan<byte> pkcs8, string passPhrase)
    {
        var (salt, iv) = (RandomNumberGenerator.GetBytes(16), RandomNumberGenerator.GetBytes(16));
        using var aes = Aes.Create();
        aes.Key = Rfc2898DeriveBytes.Pbkdf2(passPhrase, salt, Rounds, HashAlgorithmName.SHA256, 32);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Pbes2);
                using (writer.PushSequence())
                {
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(Pbkdf2);
                        using (writer.PushSequence())
                        {
                            writer.WriteOctetString(salt);
                            writer.WriteInteger(Rounds);
                            using (writer.PushSequence())
                            {
                                writer.WriteObjectIdentifier(HmacSha256);
                                writer.WriteNull();
                            }
                        }
                    }
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(Aes256Cbc);
                        writer.WriteOctetString(iv);
                    }
                }
            }
            writer.WriteOctetString(aes.EncryptCbc(pkcs8, iv));
        }
        return PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", writer.Encode());
    }

    private static (byte[] Salt, int Rounds, byte[] Iv, byte[] Data) Read(string pem)
    {
        try
        {
            if (!PemEncoding.TryFind(pem, out var fields) || pem[fields.Label] != "ENCRYPTED PRIVATE KEY") throw new UnreadableException("ENCRYPTED PRIVATE KEY in PEM", "none", 0);
            var info = new AsnReader(Convert.FromBase64String(pem[fields.Base64Data]), AsnEncodingRules.DER).ReadSequence();
            var algorithm = info.ReadSequence();
            Need(algorithm, Pbes2, "PBES2");
            var scheme = algorithm.ReadSequence();
            var derivation = scheme.ReadSequence();
            Need(derivation, Pbkdf2, "PBKDF2");
            var parameters = derivation.ReadSequence();
            var salt = parameters.ReadOctetString();
            if (!parameters.TryReadInt32(out var rounds) || rounds is < 1 or > MaxRounds) throw new UnreadableException($"at most {MaxRounds} rounds of PBKDF2", "more", 0);
            if (parameters.HasData && parameters.PeekTag() == Asn1Tag.Integer) parameters.ReadInteger();
            if (!parameters.HasData) throw new UnreadableException("PBKDF2 with SHA-256", "with SHA-1", 0);
            Need(parameters.ReadSequence(), HmacSha256, "PBKDF2 with SHA-256");
            var cipher = scheme.ReadSequence();
            Need(cipher, Aes256Cbc, "AES-256 in CBC");
            var iv = cipher.ReadOctetString();
            return iv.Length == 16 ? (salt, rounds, iv, info.ReadOctetString()) : throw new UnreadableException("16 bytes for AES to begin with", $"{iv.Length}", 0);
        }
        catch (Exception wrong) when (wrong is AsnContentException or FormatException)
        {
            throw new UnreadableException("an encrypted key in PKCS #8", wrong.Message, 0);
        }
    }

    private static void Need(AsnReader reader, string identifier, string what)
    {
        var found = reader.ReadObjectIdentifier();
        if (found != identifier) throw new UnreadableException(what, found, 0);
    }
}
