using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>The four things that we sign.</summary>
public enum SignedKind { Statement, Decision, Hallmark, Certificate }

/// <summary>One signed file whose form is read; exactly one of the four is set. Its signature is not checked yet.</summary>
public sealed record SignedFile
{
    public required SignedKind Kind { get; init; }
    public required CoseSign1 Message { get; init; }
    /// <summary>SHA-256 of the whole file.</summary>
    public required ReadOnlyMemory<byte> Digest { get; init; }
    public Statement? Statement { get; init; }
    public Decision? Decision { get; init; }
    public Hallmark? Hallmark { get; init; }
    public Certificate? Certificate { get; init; }

    /// <exception cref="UnreadableException">None of the four, or not in their exact form.</exception>
    public static SignedFile Read(ReadOnlyMemory<byte> file)
    {
        var message = CoseSign1.Read(file);
        // One label has one form: with headers that are not signed, two files could be the same label.
        if (!message.IsBare) throw new UnreadableException("no unprotected header", "one", 0);
        ReadOnlyMemory<byte> digest = SHA256.HashData(file.Span);
        if (message.ContentType is not null) return new() { Kind = SignedKind.Statement, Message = message, Digest = digest, Statement = Statement.Of(message, file) };
        if (file.Length > Certificate.MaxBytes) throw new UnreadableException($"at most {Certificate.MaxBytes} bytes", $"{file.Length}", 0);
        var claims = CborValue.Read(message.Payload, CborForm.Deterministic);
        var (hallmark, decision, certificate) = (claims[ClaimNumbers.Hallmark] is not null, claims[ClaimNumbers.Decision] is not null, claims[ClaimNumbers.Certificate] is not null);
        var kinds = (hallmark ? 1 : 0) + (decision ? 1 : 0) + (certificate ? 1 : 0);
        if (kinds != 1) throw new UnreadableException("one claim that says whether this is a decision, a hallmark or a certificate", $"{kinds}", 0);
        if (decision) return new() { Kind = SignedKind.Decision, Message = message, Digest = digest, Decision = Decision.Of(claims) };
        if (certificate) return new() { Kind = SignedKind.Certificate, Message = message, Digest = digest, Certificate = Certificate.Of(claims) };
        if (file.Length > Hallmark.MaxBytes) throw new UnreadableException($"a hallmark of at most {Hallmark.MaxBytes} bytes", $"{file.Length}", 0);
        return new() { Kind = SignedKind.Hallmark, Message = message, Digest = digest, Hallmark = Hallmark.Of(claims) };
    }
}
