using System.Formats.Cbor;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Labels.Log;

/// <summary>A label was issued: what it rests on, and its place in a status list. Two labels in one place are thereby provable by anyone.</summary>
/// <param name="Certificate">SHA-256 of certificate.cose.</param>
/// <param name="Statement">SHA-256 of statement.cose.</param>
/// <param name="Decision">SHA-256 of decision.cose.</param>
/// <param name="StatusUri">The status list's whole address.</param>
public sealed record LabelIssued(ReadOnlyMemory<byte> Certificate, ReadOnlyMemory<byte> Statement, ReadOnlyMemory<byte> Decision, string StatusUri, long Index);

/// <summary>A label's status changed.</summary>
/// <param name="Kind">Null where the label is in force again.</param>
/// <param name="Role">Who decided; never a person's name, which no log can forget.</param>
/// <param name="Commitment">SHA-256 of a salt and the name (<see cref="LogEntry.Commit"/>): who holds both can prove later who it was.</param>
public sealed record StatusChanged(
    long Index, LabelState State, NoticeKind? Kind, string? UpdateBelow, string Reason, string Role, ReadOnlyMemory<byte> Commitment, DateOnly? LookAgain, string? Case);

/// <summary>What we log: a signed statement (RFC 9943: who speaks of what stands in header 15) that a label was issued, or that its status changed. Exactly one of the two is set.</summary>
public sealed record LogEntry
{
    public const string MediaType = "application/vnd.assay.log-entry+cbor";
    public const int SaltBytes = 16;

    /// <summary>The short name that the issuer signs under.</summary>
    public required string Issuer { get; init; }
    /// <summary>The product, as in the label.</summary>
    public required string Subject { get; init; }
    public required DateTimeOffset At { get; init; }
    /// <summary>The hallmark's token id, 8 bytes.</summary>
    public required ReadOnlyMemory<byte> Label { get; init; }
    public LabelIssued? Issued { get; init; }
    public StatusChanged? Changed { get; init; }
    /// <summary>Null before it is signed.</summary>
    public CoseSign1? Message { get; init; }

    /// <summary>SHA-256 of salt and name: the log keeps it, a store that can forget keeps both.</summary>
    /// <param name="salt"><see cref="SaltBytes"/> random bytes, for this entry alone.</param>
    public static byte[] Commit(ReadOnlySpan<byte> salt, string name)
    {
        if (salt.Length != SaltBytes) throw new ArgumentException($"a salt of {SaltBytes} bytes", nameof(salt));
        return SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(name)]);
    }

    /// <summary>The bytes to append.</summary>
    public byte[] Sign(SigningKey key)
    {
        var payload = Claims.Map(map =>
        {
            if (Issued is { } issued)
            {
                map.WriteInt32(ClaimNumbers.Issued);
                map.WriteStartArray(6);
                map.Write(Label.Span).Write(issued.Certificate.Span).Write(issued.Statement.Span).Write(issued.Decision.Span).Write(issued.StatusUri).Write(issued.Index);
                map.WriteEndArray();
            }
            if (Changed is { } changed)
            {
                map.WriteInt32(ClaimNumbers.Changed);
                map.WriteStartArray(10);
                map.Write(Label.Span).Write(changed.Index).Write((long)changed.State);
                if (changed.Kind is { } kind) map.Write((long)kind);
                else map.WriteNull();
                map.Write(changed.UpdateBelow).Write(changed.Reason).Write(changed.Role).Write(changed.Commitment.Span).Write(changed.LookAgain).Write(changed.Case);
                map.WriteEndArray();
            }
        });
        var entry = CoseSign1.Sign(key, payload, MediaType, claims =>
        {
            claims.WriteStartMap(3);
            claims.WriteInt32(ClaimNumbers.Issuer);
            claims.Write(Issuer);
            claims.WriteInt32(ClaimNumbers.Subject);
            claims.Write(Subject);
            claims.WriteInt32(ClaimNumbers.IssuedAt);
            claims.Write(At);
            claims.WriteEndMap();
        });
        if (entry.Length > Tiles.MaxEntryBytes) throw new ArgumentException($"an entry has at most {Tiles.MaxEntryBytes} bytes, not {entry.Length}");
        // What we could not read back, nobody could.
        _ = Read(entry);
        return entry;
    }

    /// <summary>Reads the form. The signature is checked by who knows the keys.</summary>
    /// <exception cref="UnreadableException"/>
    public static LogEntry Read(ReadOnlyMemory<byte> entry)
    {
        var message = CoseSign1.Read(entry, maxBytes: Tiles.MaxEntryBytes);
        if (!message.IsBare) throw new UnreadableException("no unprotected header", "one", 0);
        if (message.ContentType != MediaType) throw new UnreadableException($"the content type {MediaType}", message.ContentType ?? "none", 0);
        var header = message.Claims ?? throw new UnreadableException("claims in header 15", "none", 0);
        var payload = CborValue.Read(message.Payload, CborForm.Deterministic);
        var (issued, changed) = (payload[ClaimNumbers.Issued], payload[ClaimNumbers.Changed]);
        if (issued is null == changed is null) throw new UnreadableException("that a label was issued, or that its status changed", issued is null ? "neither" : "both", payload.Offset);
        var parts = Claims.Items((issued ?? changed)!, "the entry", issued is null ? 10 : 6);
        return new LogEntry
        {
            Issuer = Claims.Text(header.Need(ClaimNumbers.Issuer, "iss"), "iss", 64),
            Subject = Claims.Text(header.Need(ClaimNumbers.Subject, "sub"), "sub", 256),
            At = Claims.Time(header.Need(ClaimNumbers.IssuedAt, "iat"), "iat"),
            Label = Claims.Bytes(parts[0], "the label's number", Hallmark.TokenIdBytes),
            Issued = issued is null ? null : new LabelIssued(
                Claims.Bytes(parts[1], "the certificate's digest", SHA256.HashSizeInBytes), Claims.Bytes(parts[2], "the statement's digest", SHA256.HashSizeInBytes),
                Claims.Bytes(parts[3], "the decision's digest", SHA256.HashSizeInBytes), Claims.Text(parts[4], "the status list", 512), Index(parts[5])),
            Changed = changed is null ? null : new StatusChanged(
                Index(parts[1]), State(parts[2]), parts[3].IsNull ? null : NoticeList.Kind(parts[3]), parts[4].IsNull ? null : Claims.Text(parts[4], "the version", 128),
                Claims.Text(parts[5], "the reason", NoticeList.MaxReason), Claims.Text(parts[6], "the role", 256),
                Claims.Bytes(parts[7], "the commitment", SHA256.HashSizeInBytes), Claims.Day(parts[8], "the date to look again"), parts[9].IsNull ? null : Claims.Text(parts[9], "the case", 256)),
            Message = message,
        };
    }

    private static long Index(CborValue value) => value.Number("the index") is >= 0 and var index ? index
        : throw new UnreadableException("an index of 0 or more", value.Number("the index").ToString(CultureInfo.InvariantCulture), value.Offset);

    private static LabelState State(CborValue value) => value.Number("the state") is >= 0 and <= 3 and var state ? (LabelState)state
        : throw new UnreadableException("a state from 0 to 3", value.Number("the state").ToString(CultureInfo.InvariantCulture), value.Offset);
}
