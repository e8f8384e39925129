using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Token;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Assay.Labels.Log;

/// <summary>The Ed25519 key (RFC 8032) of a log, which signs its checkpoints and receipts, or of a witness, which signs those of others. One key is never both.</summary>
public sealed class LogKey
{
    public const int SeedBytes = 32;
    // PKCS #8 (RFC 8410 section 7) around 32 bytes, in the one form that everybody writes.
    private static readonly byte[] Pkcs8 = Convert.FromHexString("302e020100300506032b657004220420");

    // As a PKCS #11 token names the curve: by its name (version 2.40) or its OBJECT IDENTIFIER 1.3.101.112 (version 3).
    private static readonly byte[][] InTokens = [[0x13, 0x0c, .. "edwards25519"u8], [0x06, 0x03, 0x2b, 0x65, 0x70]];

    private readonly byte[] seed = [];
    private readonly HardwareToken? token;
    private readonly byte[] point = new byte[LogVerifier.PointBytes];

    private LogKey(byte[] seed)
    {
        this.seed = seed;
        Ed25519.GeneratePublicKey(seed, 0, point, 0);
    }

    private LogKey(HardwareToken token)
    {
        this.token = token;
        point = token.Point;
    }

    public static LogKey Create() => new(RandomNumberGenerator.GetBytes(SeedBytes));

    /// <param name="pem">PRIVATE KEY as <c>openssl genpkey -algorithm ed25519</c> writes it; or the address of a key in a hardware token (<see cref="HardwareAddress"/>).</param>
    /// <exception cref="UnreadableException">Not an Ed25519 key in PKCS #8.</exception>
    /// <param name="passPhrase">Where the PKCS #8 is encrypted; the PIN of a token.</param>
    public static LogKey FromPem(string pem, string? passPhrase = null)
    {
        if (HardwareAddress.Looks(pem)) return FromToken(HardwareAddress.Read(pem), passPhrase);
        if (PassPhrase.Encrypts(pem)) return FromDer(PassPhrase.Decrypt(pem, passPhrase));
        if (!PemEncoding.TryFind(pem, out var fields) || pem[fields.Label] != "PRIVATE KEY") throw new UnreadableException("an Ed25519 key (PRIVATE KEY in PEM)", "none", 0);
        return FromDer(Convert.FromBase64String(pem[fields.Base64Data]));
    }

    private static LogKey FromToken(HardwareAddress address, string? pin)
    {
        var token = new HardwareToken(address, pin);
        if (token.Point.Length == LogVerifier.PointBytes && InTokens.Any(curve => token.Parameters.AsSpan().SequenceEqual(curve))) return new LogKey(token);
        token.Dispose();
        throw new UnreadableException($"{address} with Ed25519", "another curve", 0);
    }

    private static LogKey FromDer(byte[] der)
    {
        if (der.Length != Pkcs8.Length + SeedBytes || !der.AsSpan().StartsWith(Pkcs8)) throw new UnreadableException("an Ed25519 key in PKCS #8", "another key", 0);
        return new LogKey(der[Pkcs8.Length..]);
    }

    /// <summary>PKCS #8 in PEM, encrypted where a pass phrase is given; of a key that was made here.</summary>
    public string ToPem(string? passPhrase = null) => token is not null ? throw new InvalidOperationException("a key in a token does not leave it") : (string.IsNullOrEmpty(passPhrase) ? PemEncoding.WriteString("PRIVATE KEY", [.. Pkcs8, .. seed]) : PassPhrase.Encrypt([.. Pkcs8, .. seed], passPhrase)) + "\n";

    /// <summary>The public half, under the name of a log.</summary>
    public LogVerifier Verifier(string origin) => new(origin, LogVerifier.SignsText, point);

    /// <summary>The public half, under the name of a witness.</summary>
    public LogVerifier Witness(string name) => new(name, LogVerifier.SignsTextAndTime, point);

    /// <exception cref="IOException">The token does not sign.</exception>
    internal byte[] Sign(ReadOnlySpan<byte> message)
    {
        if (token is not null) return token.Sign(HardwareToken.Eddsa, message);
        var bytes = message.ToArray();
        var signature = new byte[LogVerifier.SignatureBytes];
        Ed25519.Sign(seed, 0, bytes, 0, bytes.Length, signature, 0);
        return signature;
    }
}

/// <summary>The public half of a key for signed notes (c2sp.org/signed-note): a log's Ed25519 key, or that of a witness that adds its time (c2sp.org/tlog-cosignature).</summary>
public sealed class LogVerifier
{
    public const int PointBytes = 32;
    public const int SignatureBytes = 64;
    /// <summary>Signs the note's text.</summary>
    public const byte SignsText = 0x01;
    /// <summary>A witness: signs a time and the note's text.</summary>
    public const byte SignsTextAndTime = 0x04;

    private readonly byte[] point;

    /// <exception cref="UnreadableException">The name is none.</exception>
    internal LogVerifier(string name, byte type, ReadOnlySpan<byte> point)
    {
        if (!IsName(name)) throw new UnreadableException("a name without spaces and without +", name.Length == 0 ? "an empty one" : name, 0);
        Name = name;
        Type = type;
        this.point = point.ToArray();
        Id = SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', type, .. point])[..4];
    }

    /// <summary>The log's origin: <c>registry.example/log</c>.</summary>
    public string Name { get; }
    public byte Type { get; }
    /// <summary>The bare key, 32 bytes.</summary>
    public ReadOnlyMemory<byte> Point => point;
    /// <summary>4 bytes that stand before each signature.</summary>
    public ReadOnlyMemory<byte> Id { get; }

    /// <summary>A vkey: <c>name+id+key</c>, with white space around it.</summary>
    /// <exception cref="UnreadableException">Not one, of another algorithm, or its id is not that of its name and key.</exception>
    public static LogVerifier Read(string text)
    {
        var parts = text.Trim().Split('+', 3);
        var key = new byte[1 + PointBytes];
        if (parts.Length != 3 || parts[1].Length != 8 || !Convert.TryFromBase64String(parts[2], key, out var length)) throw new UnreadableException("a key like name+0123abcd+base64", text.Length > 80 ? text[..80] + "…" : text, 0);
        if (length != key.Length || key[0] is not (SignsText or SignsTextAndTime))
            throw new UnreadableException("an Ed25519 key of a log (type 1) or of a witness (type 4)", length == 0 ? "nothing" : $"type {key[0].ToString(CultureInfo.InvariantCulture)}, {length - 1} bytes", 0);
        var verifier = new LogVerifier(parts[0], key[0], key.AsSpan(1));
        return Convert.ToHexStringLower(verifier.Id.Span) == parts[1] ? verifier : throw new UnreadableException($"the key id {Convert.ToHexStringLower(verifier.Id.Span)}", parts[1], 0);
    }

    /// <summary>The vkey.</summary>
    public override string ToString() => $"{Name}+{Convert.ToHexStringLower(Id.Span)}+{Convert.ToBase64String([Type, .. point])}";

    /// <summary>RFC 8032 section 5.1.7 with the cofactor; keys of low order and points or scalars in a second encoding are refused (docs/log.md).</summary>
    internal bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureBytes) return false;
        var bytes = message.ToArray();
        return Ed25519.Verify(signature.ToArray(), 0, point, 0, bytes, 0, bytes.Length);
    }

    /// <summary>A log's signature over something else than a note: a receipt, whose message begins as no note can.</summary>
    internal bool VerifyDetached(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Type == SignsText && Verify(message, signature);

    /// <summary>A raw Ed25519 check, for the published vectors.</summary>
    internal static bool Verify(ReadOnlySpan<byte> point, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        point.Length == PointBytes && new LogVerifier("vector", SignsText, point).Verify(message, signature);

    internal static bool IsName(string name) => name.Length is > 0 and <= 255 && !name.Any(c => char.IsWhiteSpace(c) || c == '+' || char.IsControl(c));
}
