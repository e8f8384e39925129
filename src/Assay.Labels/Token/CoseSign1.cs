using System.Formats.Cbor;
using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>One signer's COSE message (RFC 9052 section 4.2) with ES256 and nothing else.</summary>
/// <remarks>
/// Stricter than the RFC where two readers could see two things: the algorithm stands in the protected bucket, no label stands in both buckets, nothing follows the
/// message, and what we sign ourselves is deterministic CBOR. Sizes are checked before anything is read.
/// </remarks>
public sealed class CoseSign1
{
    /// <summary>r and s, 32 bytes each.</summary>
    public const int SignatureBytes = 64;
    /// <summary>A statement carries a whole assessment.json.</summary>
    public const int MaxBytes = 64 << 20;
    /// <summary>What a header bucket may hold; ours hold under 300 bytes.</summary>
    public const int MaxHeaderBytes = 64 << 10;

    private const int Es256 = -7;
    private readonly ReadOnlyMemory<byte> protectedBytes;

    private CoseSign1(ReadOnlyMemory<byte> protectedBytes, CborValue headers, bool isBare, ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> signature)
    {
        this.protectedBytes = protectedBytes;
        IsBare = isBare;
        Payload = payload;
        Signature = signature;
        ContentType = headers[HeaderLabels.ContentType] is { } type && type.IsText() ? type.Text("the content type") : null;
        Type = headers[HeaderLabels.Type] is { } typ && typ.IsText() ? typ.Text("the type") : null;
        KeyId = headers[HeaderLabels.KeyId]?.Memory("the key id");
        Claims = headers[HeaderLabels.CwtClaims];
    }

    /// <summary>Header 3, from the protected bucket; null where absent or a number.</summary>
    public string? ContentType { get; }
    /// <summary>Header 16 (RFC 9596), from the protected bucket: what the whole message is; null where absent or a number.</summary>
    public string? Type { get; }
    /// <summary>Header 4, from the protected bucket.</summary>
    public ReadOnlyMemory<byte>? KeyId { get; }
    /// <summary>Header 15 (RFC 9597), from the protected bucket.</summary>
    internal CborValue? Claims { get; }
    /// <summary>Nothing stands in the unprotected bucket, where a stranger could add to it.</summary>
    public bool IsBare { get; }
    public ReadOnlyMemory<byte> Payload { get; }
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>Reads a message with or without tag 18, and with tag 61 around it (RFC 8392 section 6).</summary>
    /// <exception cref="UnreadableException">Too long, not COSE_Sign1, another algorithm, or not in <paramref name="form"/>.</exception>
    public static CoseSign1 Read(ReadOnlyMemory<byte> message, CborForm form = CborForm.Deterministic, int maxBytes = MaxBytes)
    {
        if (message.Length > maxBytes) throw new UnreadableException($"at most {maxBytes} bytes", $"{message.Length}", 0);
        var (protectedBytes, headers, open, payload, signature) = Parts(message, form);
        if (open[HeaderLabels.Algorithm] is { } unprotected) throw new UnreadableException("the algorithm in the protected bucket", "it in the unprotected one", unprotected.Offset);
        var algorithm = headers.Need(HeaderLabels.Algorithm, "an algorithm");
        if (!algorithm.IsNumber(Es256))
            throw new UnreadableException($"the algorithm ES256 ({Es256})", algorithm.IsText() ? "a text" : $"{algorithm.Number("the algorithm")}", algorithm.Offset);
        // RFC 9052 section 3.1: who does not understand a critical header must refuse. We know none.
        if (headers[HeaderLabels.Critical] is { } critical) throw new UnreadableException("no critical header", "one", critical.Offset);

        if (payload is not { } bytes) throw new UnreadableException("the payload inside the message", "a detached payload", 0);
        if (signature.Length != SignatureBytes) throw new UnreadableException($"a signature of {SignatureBytes} bytes (r and s)", $"{signature.Length} bytes", message.Length - signature.Length);
        return new CoseSign1(protectedBytes, headers, open.Entries("the unprotected headers").Length == 0, bytes, signature);
    }

    /// <summary>The four parts of a message of any algorithm, whose headers stand once.</summary>
    /// <exception cref="UnreadableException"/>
    internal static (ReadOnlyMemory<byte> ProtectedBytes, CborValue Headers, CborValue Open, ReadOnlyMemory<byte>? Payload, ReadOnlyMemory<byte> Signature) Parts(ReadOnlyMemory<byte> message, CborForm form)
    {
        if (message.IsEmpty) throw new UnreadableException("a COSE_Sign1 message", "nothing", 0);
        var start = Untagged(message.Span);
        // Parts are slices, and whoever handed the message over may write into it later.
        if (form == CborForm.Deterministic) message = message.ToArray();
        var envelope = CborValue.Read(message[start..], form, start);
        var parts = envelope.Items("COSE_Sign1");
        if (parts.Length != 4) throw new UnreadableException("an array of 4", $"{parts.Length} items", envelope.Offset);
        var protectedBytes = parts[0].Memory("the protected headers");
        if (protectedBytes.Length is 0 or > MaxHeaderBytes) throw new UnreadableException("the algorithm in the protected bucket", $"{protectedBytes.Length} bytes", parts[0].Offset);
        var headers = CborValue.Read(protectedBytes, form, parts[0].Offset + (protectedBytes.Length < 24 ? 1 : protectedBytes.Length < 256 ? 2 : 3));
        CheckLabels(headers.Entries("the protected headers"));
        CheckLabels(parts[1].Entries("the unprotected headers"));
        foreach (var (label, _) in parts[1].Entries("the unprotected headers"))
        {
            if (Array.Exists(headers.Entries("the protected headers"), p => Same(p.Key, label)))
                throw new UnreadableException("a header label once", "the same label in both buckets", label.Offset);
        }
        return (protectedBytes, headers, parts[1], parts[2].IsNull ? default(ReadOnlyMemory<byte>?) : parts[2].Memory("the payload"), parts[3].Memory("the signature"));
    }

    /// <summary>Whether these bytes begin like such a message; says nothing of the rest.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes) => bytes.Length > 3 && (bytes[0] == 0xd2 && bytes[1] == 0x84 || bytes[0] == 0xd8 && bytes[1] == 61);

    /// <summary>True when <paramref name="key"/> signed exactly these protected headers and this payload.</summary>
    public bool Verify(VerifyingKey key, ReadOnlySpan<byte> externalData = default)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashSigned(hash, protectedBytes.Span, externalData, Payload.Span);
        return key.VerifyHash(hash, Signature.Span);
    }

    /// <summary>A message with tag 18, deterministic but for the signature itself.</summary>
    /// <param name="claims">Written as header 15, for a payload that is not itself a claims set.</param>
    /// <param name="type">Written as header 16, where others recognise the message by it.</param>
    public static byte[] Sign(SigningKey key, ReadOnlySpan<byte> payload, string? contentType = null, Action<CborWriter>? claims = null, string? type = null)
    {
        var headers = new CborWriter(CborConformanceMode.Ctap2Canonical, convertIndefiniteLengthEncodings: true);
        headers.WriteStartMap(null);
        headers.WriteInt32(HeaderLabels.Algorithm);
        headers.WriteInt32(Es256);
        if (contentType is not null)
        {
            headers.WriteInt32(HeaderLabels.ContentType);
            headers.WriteTextString(contentType);
        }
        headers.WriteInt32(HeaderLabels.KeyId);
        headers.WriteByteString(key.Public.Id.Span);
        if (claims is not null)
        {
            headers.WriteInt32(HeaderLabels.CwtClaims);
            claims(headers);
        }
        if (type is not null)
        {
            headers.WriteInt32(HeaderLabels.Type);
            headers.WriteTextString(type);
        }
        headers.WriteEndMap();
        var protectedBytes = headers.Encode();

        var message = new CborWriter(CborConformanceMode.Canonical, initialCapacity: protectedBytes.Length + payload.Length + 128);
        message.WriteTag((CborTag)18);
        message.WriteStartArray(4);
        message.WriteByteString(protectedBytes);
        message.WriteStartMap(0);
        message.WriteEndMap();
        message.WriteByteString(payload);
        message.WriteByteString(key.Sign(Signed(protectedBytes, default, payload)));
        message.WriteEndArray();
        return message.Encode();
    }

    // Sig_structure, RFC 9052 section 4.4: an array of four, of which the first is "Signature1". An empty header map is written there as an empty string, which Read does not let in.
    internal static byte[] Signed(ReadOnlySpan<byte> protectedBytes, ReadOnlySpan<byte> externalData, ReadOnlySpan<byte> payload)
    {
        var structure = new byte[SignedLength(protectedBytes, externalData, payload)];
        WriteSigned(structure, protectedBytes, externalData, payload);
        return structure;
    }

    // Of most messages the structure fits the stack.
    private static void HashSigned(Span<byte> hash, ReadOnlySpan<byte> protectedBytes, ReadOnlySpan<byte> externalData, ReadOnlySpan<byte> payload)
    {
        var length = SignedLength(protectedBytes, externalData, payload);
        var structure = length <= 1024 ? stackalloc byte[length] : new byte[length];
        WriteSigned(structure, protectedBytes, externalData, payload);
        SHA256.HashData(structure, hash);
    }

    private static ReadOnlySpan<byte> SignedStart => [0x84, 0x6a, 0x53, 0x69, 0x67, 0x6e, 0x61, 0x74, 0x75, 0x72, 0x65, 0x31];

    private static int SignedLength(ReadOnlySpan<byte> protectedBytes, ReadOnlySpan<byte> externalData, ReadOnlySpan<byte> payload) =>
        SignedStart.Length + HeadLength(protectedBytes.Length) + protectedBytes.Length + HeadLength(externalData.Length) + externalData.Length + HeadLength(payload.Length) + payload.Length;

    private static int HeadLength(int bytes) => bytes < 24 ? 1 : bytes < 1 << 8 ? 2 : bytes < 1 << 16 ? 3 : 5;

    private static void WriteSigned(Span<byte> to, ReadOnlySpan<byte> protectedBytes, ReadOnlySpan<byte> externalData, ReadOnlySpan<byte> payload)
    {
        SignedStart.CopyTo(to);
        String(String(String(to[SignedStart.Length..], protectedBytes), externalData), payload);
    }

    private static Span<byte> String(Span<byte> to, ReadOnlySpan<byte> bytes)
    {
        var head = HeadLength(bytes.Length);
        to[0] = (byte)(0x40 | head switch { 1 => bytes.Length, 2 => 24, 3 => 25, _ => 26 });
        for (var i = 1; i < head; i++) to[i] = (byte)(bytes.Length >> 8 * (head - 1 - i));
        bytes.CopyTo(to[head..]);
        return to[(head + bytes.Length)..];
    }

    private static int Untagged(ReadOnlySpan<byte> message)
    {
        var at = 0;
        if (message is [0xd8, 61, ..]) at = 2;
        if (at < message.Length && message[at] == 0xd2) return at + 1;
        if (at == 0 && message[0] >> 5 == 4) return 0;
        throw new UnreadableException("tag 18 (COSE_Sign1), also inside tag 61 (CWT), or an untagged array", at < message.Length ? $"the byte 0x{message[at]:x2}" : "the end", at);
    }

    private static void CheckLabels(KeyValuePair<CborValue, CborValue>[] bucket)
    {
        foreach (var (label, _) in bucket)
        {
            if (!label.IsText()) label.Number("a header label");
        }
    }

    private static bool Same(CborValue one, CborValue other) => one.IsText() ? other.IsText(one.Text("a label")) : !other.IsText() && other.IsNumber(one.Number("a label"));
}

/// <summary>Header labels (RFC 9052 section 3.1, RFC 9360, RFC 9596, RFC 9597, RFC 9942).</summary>
internal static class HeaderLabels
{
    public const int Algorithm = 1;
    public const int Critical = 2;
    public const int ContentType = 3;
    public const int KeyId = 4;
    public const int CwtClaims = 15;
    public const int Type = 16;
    // RFC 9360.
    public const int Certificates = 33;
    // Hash envelope: the payload is a digest, made so, of something of that type.
    public const int PayloadHash = 258;
    public const int PayloadType = 259;
    // RFC 9942.
    public const int Receipts = 394;
    public const int Structure = 395;
    public const int Proofs = 396;
}
