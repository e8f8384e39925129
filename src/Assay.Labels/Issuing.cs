using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels;

/// <summary>What an issuer adds to a decision.</summary>
public sealed record IssuingTerms
{
    /// <summary>The issuer's short name in the token.</summary>
    public required string Issuer { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    /// <summary>Default: <see cref="Issuing.DefaultYears"/> years after the issue.</summary>
    public DateTimeOffset? Expires { get; init; }
    /// <summary>A shorter identity of the product for the box, a GTIN for example; default: the statement's subject.</summary>
    public string? Product { get; init; }
    public StatusPointer? Status { get; init; }
    /// <summary>Whose devices, or which device, the label is bound to; null for a label of the model.</summary>
    public DeviceBinding? Binding { get; init; }
}

/// <summary>The two files that an issue yields.</summary>
public sealed record IssuedLabel(byte[] Hallmark, byte[] Certificate);

/// <summary>Decide and issue, acts two and three of semantics.md section 2. Who refuses says every reason at once.</summary>
public static class Issuing
{
    public const int DefaultYears = 2;
    /// <summary>A decision that waited longer is made anew: the assessment behind it is as old.</summary>
    public const int DecisionDays = 365;

    /// <summary>Why nobody may grant this level on this statement; empty when they may.</summary>
    public static IReadOnlyList<string> AgainstGranting(AssessmentSummary assessment, ProfileLevel wanted)
    {
        if (Find(assessment, wanted) is not { } level)
        {
            var known = string.Join(", ", assessment.Levels.Select(l => l.Level.ToString()));
            return [$"the statement says nothing of {wanted}; it speaks of {(known.Length > 0 ? known : "no level")}"];
        }
        if (level.Met && level.Blocking.Count == 0) return [];
        if (level.Blocking.Count == 0) return [$"{level.Level} is not met"];
        return [.. level.Blocking.Select(b => $"{b.Name} is {b.Outcome}: {b.Reason}")];
    }

    public static AssessedLevel? Find(AssessmentSummary assessment, ProfileLevel wanted) =>
        assessment.Levels.FirstOrDefault(l => (wanted.Level is null || l.Level.Level == wanted.Level) && (wanted.Profile is null || l.Level.Profile == wanted.Profile));

    /// <summary>The label for a granted decision, or the reasons against it.</summary>
    /// <param name="statementKey">The key under which the statement's signature was verified.</param>
    /// <param name="decisionFile">decision.cose; its digest goes into the certificate.</param>
    /// <param name="decisionKey">The key under which the decision's signature was verified.</param>
    public static (IssuedLabel? Label, IReadOnlyList<string> Refusals) Issue(
        Statement statement, VerifyingKey statementKey, SignedFile decisionFile, VerifyingKey decisionKey, SigningKey issuer, IssuingTerms terms)
    {
        var decision = decisionFile.Decision ?? throw new ArgumentException("not a decision", nameof(decisionFile));
        var assessment = AssessmentSummary.Read(statement.Assessment);
        var expires = terms.Expires ?? terms.IssuedAt.AddYears(DefaultYears);
        var refusals = new List<string>();
        if (!decision.Statement.Span.SequenceEqual(statement.Digest.Span))
            refusals.Add($"the decision is on another statement (SHA-256 {Convert.ToHexStringLower(decision.Statement.Span)}), not on this one ({Convert.ToHexStringLower(statement.Digest.Span)})");
        if (decision.Subject != statement.Subject) refusals.Add($"the decision is on {decision.Subject}, the statement on {statement.Subject}");
        if (statementKey.Equals(decisionKey)) refusals.Add("statement and decision are signed with the same key: who examines does not decide");
        if (!decision.Granted) refusals.Add($"the decision of {decision.By} ({decision.Role}) is a refusal{(decision.Reason is null ? "" : $": {decision.Reason}")}");
        if (decision.IssuedAt.UtcDateTime.Date < statement.IssuedAt.UtcDateTime.Date) refusals.Add($"the decision of {Day(decision.IssuedAt)} is older than the statement of {Day(statement.IssuedAt)}");
        if (decision.IssuedAt > terms.IssuedAt.AddDays(1)) refusals.Add($"the decision is dated {Day(decision.IssuedAt)}, after the issue on {Day(terms.IssuedAt)}");
        if (decision.IssuedAt.AddDays(DecisionDays) < terms.IssuedAt) refusals.Add($"the decision expired: it is of {Day(decision.IssuedAt)}, more than {DecisionDays} days before the issue");
        if (expires <= terms.IssuedAt) refusals.Add($"the label would end on {Day(expires)}, before it begins");
        if (assessment.SupportEnd is { } end && end < DateOnly.FromDateTime(terms.IssuedAt.UtcDateTime))
            refusals.Add($"the maker's support ended on {end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
        refusals.AddRange(AgainstGranting(assessment, decision.Level));
        if (refusals.Count > 0) return (null, refusals);

        // One number for one decision: issuing it twice gives no second label to withdraw.
        var tokenId = decisionFile.Digest[..Hallmark.TokenIdBytes];
        var subject = terms.Product ?? statement.Subject;
        var certificate = new Certificate
        {
            Issuer = terms.Issuer,
            Subject = subject,
            IssuedAt = terms.IssuedAt,
            Expires = expires,
            TokenId = tokenId,
            Status = terms.Status,
            Binding = terms.Binding,
            Level = decision.Level,
            Versions = decision.Versions,
            SupportEnd = assessment.SupportEnd,
            Maker = assessment.Maker,
            Model = assessment.Model,
            Examined = assessment.Versions,
            AsOf = assessment.AsOf,
            Editions = assessment.Editions,
            Limits = Limits(assessment, terms),
            NotChecked = assessment.NotChecked,
            Grades = assessment.Grades,
            Evidence = assessment.Evidence,
            Assessor = statement.Issuer,
            DecidedBy = decision.By,
            DecidedAs = decision.Role,
            Statement = statement.Digest,
            Decision = decisionFile.Digest,
        }.Sign(issuer);
        var hallmark = new Hallmark
        {
            Issuer = terms.Issuer,
            Subject = subject,
            IssuedAt = terms.IssuedAt,
            Expires = expires,
            TokenId = tokenId,
            Status = terms.Status,
            Binding = terms.Binding,
            Level = decision.Level,
            Versions = decision.Versions,
            SupportEnd = assessment.SupportEnd,
            Certificate = System.Security.Cryptography.SHA256.HashData(certificate).AsMemory(0, Hallmark.CertificateDigestBytes),
        };
        // A level's number says enough on the box; the profile's name then stands in the certificate alone.
        if (hallmark.SignedBytes > Hallmark.MaxBytes && hallmark.Level.Level is not null) hallmark = hallmark with { Level = hallmark.Level with { Profile = null } };
        // Where that is not enough and nobody named a shorter identity, the model stands there alone, and its maker in the certificate that the hallmark pins.
        if (hallmark.SignedBytes > Hallmark.MaxBytes && terms.Product is null && subject.EndsWith("/" + assessment.Model, StringComparison.Ordinal)) hallmark = hallmark with { Subject = assessment.Model };
        try
        {
            var label = new IssuedLabel(hallmark.Sign(issuer), certificate);
            // What we could not read back, nobody could.
            _ = SignedFile.Read(label.Hallmark);
            _ = SignedFile.Read(label.Certificate);
            return (label, []);
        }
        catch (UnreadableException wrong)
        {
            return (null, [wrong.Message]);
        }
    }

    private static List<string> Limits(AssessmentSummary assessment, IssuingTerms terms)
    {
        var limits = new List<string>
        {
            terms.Binding switch
            {
                null => "It speaks of the model and this range of versions, and proves nothing of a single unit.",
                { DeviceKey: not null } => "It speaks of the one device that holds the key named here; whoever does not ask for an answer of that key knows only the model.",
                _ => "It speaks of devices with a certificate of the authority named here; whoever does not ask for one knows only the model.",
            },
            $"It rests on what was examined by {Day(assessment.AsOf)}; what became known later is not in it.",
        };
        if (assessment.Versions.Count > 0) limits.Add($"Examined were the versions {string.Join(", ", assessment.Versions)} and no others.");
        if (assessment.SupportEnd is null) limits.Add("The maker names no end of support.");
        if (terms.Status is null) limits.Add("It points to no status list, so whether it was withdrawn cannot be asked.");
        return limits;
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
