using System.Formats.Cbor;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Log;

/// <summary>A signed statement of anybody (RFC 9943), and its receipts where it is a transparent one. The headers are read, in any algorithm; a signature of ours is checked by <see cref="CoseSign1"/>.</summary>
public sealed record SignedStatement
{
    public const int MaxBytes = 16 << 20;
    public const int MaxReceipts = 16;

    /// <summary>COSE's number of the algorithm.</summary>
    public required long Algorithm { get; init; }
    /// <summary>iss and sub of header 15.</summary>
    public string? Issuer { get; init; }
    public string? Subject { get; init; }
    /// <summary>Header 3, or of a hash envelope (headers 258 to 260) the type of what was hashed.</summary>
    public string? ContentType { get; init; }
    /// <summary>COSE's number of the hash where the payload is the digest of what is spoken of.</summary>
    public long? PayloadHash { get; init; }
    /// <summary>Certificates in header 33.</summary>
    public required int Certificates { get; init; }
    /// <summary>Null where the payload is detached.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }
    /// <summary>Header 394; each is one for <see cref="Receipt.Read"/>.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Receipts { get; init; }
    /// <summary>What was logged: the same message with no unprotected header. Null where it has others than receipts, which only its log knows how to leave out.</summary>
    public ReadOnlyMemory<byte>? Bare { get; init; }

    /// <exception cref="UnreadableException"/>
    public static SignedStatement Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length > MaxBytes) throw new UnreadableException($"a statement of at most {MaxBytes} bytes", $"{file.Length}", 0);
        var (protectedBytes, headers, open, payload, signature) = CoseSign1.Parts(file, CborForm.Tagged);
        var claims = headers[HeaderLabels.CwtClaims];
        var receipts = open[HeaderLabels.Receipts]?.Items("the receipts") ?? [];
        if (receipts.Length > MaxReceipts) throw new UnreadableException($"at most {MaxReceipts} receipts", $"{receipts.Length}", open.Offset);
        var chain = headers[HeaderLabels.Certificates] ?? open[HeaderLabels.Certificates];
        var type = headers[HeaderLabels.PayloadType] ?? headers[HeaderLabels.ContentType];
        return new SignedStatement
        {
            Algorithm = headers.Need(HeaderLabels.Algorithm, "an algorithm").Number("the algorithm"),
            Issuer = claims?[ClaimNumbers.Issuer] is { } issuer ? Claims.Text(issuer, "iss") : null,
            Subject = claims?[ClaimNumbers.Subject] is { } subject ? Claims.Text(subject, "sub") : null,
            ContentType = type is not null && type.IsText() ? type.Text("the content type") : null,
            PayloadHash = headers[HeaderLabels.PayloadHash]?.Number("the hash"),
            Certificates = chain is null ? 0 : chain.IsBytes ? 1 : chain.Items("the certificates").Length,
            Payload = payload,
            Receipts = [.. receipts.Select(r => r.Memory("a receipt"))],
            Bare = open.Entries("headers").Length == (receipts.Length > 0 ? 1 : 0) ? Write(protectedBytes, payload, signature, []) : default(ReadOnlyMemory<byte>?),
        };
    }

    /// <summary>The transparent statement: a logged one with its receipts.</summary>
    /// <exception cref="UnreadableException">Not a statement, or it has receipts or other unprotected headers already.</exception>
    public static byte[] With(ReadOnlyMemory<byte> statement, IReadOnlyList<byte[]> receipts)
    {
        var (protectedBytes, _, open, payload, signature) = CoseSign1.Parts(statement, CborForm.Deterministic);
        if (open.Entries("headers").Length > 0) throw new UnreadableException("a statement without unprotected headers", "some", open.Offset);
        return Write(protectedBytes, payload, signature, receipts);
    }

    private static byte[] Write(ReadOnlyMemory<byte> protectedBytes, ReadOnlyMemory<byte>? payload, ReadOnlyMemory<byte> signature, IReadOnlyList<byte[]> receipts)
    {
        var message = new CborWriter(CborConformanceMode.Canonical);
        message.WriteTag((CborTag)18);
        message.WriteStartArray(4);
        message.WriteByteString(protectedBytes.Span);
        message.WriteStartMap(receipts.Count == 0 ? 0 : 1);
        if (receipts.Count > 0)
        {
            message.WriteInt32(HeaderLabels.Receipts);
            message.WriteStartArray(receipts.Count);
            foreach (var receipt in receipts) message.WriteByteString(receipt);
            message.WriteEndArray();
        }
        message.WriteEndMap();
        if (payload is { } bytes) message.WriteByteString(bytes.Span);
        else message.WriteNull();
        message.WriteByteString(signature.Span);
        message.WriteEndArray();
        return message.Encode();
    }
}
