using System.Text;
using Assay.Labels.Token;

namespace Assay.Labels.Tests;

/// <summary>A doorbell, its assessment and the three keys, made anew for each test.</summary>
internal sealed class Samples : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public SigningKey Assessor { get; } = SigningKey.Create();
    public SigningKey Decider { get; } = SigningKey.Create();
    public SigningKey Issuer { get; } = SigningKey.Create();

    public static byte[] AssessmentJson(bool met = true) => Encoding.UTF8.GetBytes($$"""
        {
          "schema": "assay/assessment/1",
          "asOf": "2026-11-20T00:00:00.000000Z",
          "device": { "maker": "Lumen", "model": "Doorbell", "versions": ["1.1"], "supportEnd": "2031-12-31" },
          "levels": [
            { "level": 1, "profile": "uk-psti", "met": {{(met ? "true" : "false")}}, "blocking": {{(met ? "[]" : """[ { "unit": "5.1-1-1", "outcome": "fail", "reason": "a default password" } ]""")}} },
            { "level": 2, "profile": "fi-label", "met": false, "blocking": [ { "provision": "5.3-2", "outcome": "inconclusive", "reason": "nobody looked" } ] }
          ],
          "evidence": [ { "artefact": "firmware/doorbell.bin", "sha256": "{{new string('a', 64)}}" } ],
          "grades": { "tool": 3, "lab": 0, "supported": 2, "declared": 1, "open": 7 },
          "notChecked": [ "5.6-5-1: no unit was taken apart" ],
          "editions": [ "EN 303 645 V2.1.1", "TS 103 701 V1.1.1" ]
        }
        """);

    public byte[] Statement(bool met = true) => Labels.Token.Statement.Sign(Assessor, AssessmentJson(met), "lab", "Lumen/Doorbell", Now.AddDays(-2));

    /// <summary>The doorbell's level 1 granted, signed by <see cref="Decider"/>.</summary>
    /// <param name="statement">What was decided on; null for <see cref="Statement"/>.</param>
    public SignedFile Granted(Statement? statement = null, string? reason = null)
    {
        statement ??= Labels.Token.Statement.Read(Statement());
        return SignedFile.Read(new Decision
        {
            Issuer = "office",
            Subject = statement.Subject,
            IssuedAt = Now,
            Statement = statement.Digest,
            Granted = true,
            Level = new ProfileLevel(1, "uk-psti"),
            Versions = new VersionRange("1.1", null),
            By = "A. Example",
            Role = "head",
            Reason = reason,
        }.Sign(Decider));
    }

    public static Hallmark Hallmark() => new()
    {
        Issuer = "dev",
        Subject = "Lumen/Doorbell",
        IssuedAt = Now,
        Expires = Now.AddYears(2),
        TokenId = new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 },
        Level = new ProfileLevel(1, "uk-psti"),
        Versions = new VersionRange("1.1", null),
        SupportEnd = new DateOnly(2031, 12, 31),
        Certificate = Enumerable.Range(1, 16).Select(i => (byte)i).ToArray(),
    };

    public void Dispose()
    {
        Assessor.Dispose();
        Decider.Dispose();
        Issuer.Dispose();
    }
}
