using System.Text;
using Assay.Labels.Token;

namespace Assay.Registry.Tests;

/// <summary>A doorbell that somebody assessed and somebody else decided on, with keys made anew for each test.</summary>
internal sealed class Doorbell : IDisposable
{
    public SigningKey Assessor { get; } = SigningKey.Create();
    public SigningKey Decider { get; } = SigningKey.Create();

    public static byte[] Assessment(bool met = true, string maker = "Lumen", string model = "Doorbell") => Encoding.UTF8.GetBytes($$"""
        {
          "schema": "assay/assessment/1",
          "asOf": "2026-11-20T00:00:00.000000Z",
          "device": { "maker": {{System.Text.Json.JsonSerializer.Serialize(maker)}}, "model": {{System.Text.Json.JsonSerializer.Serialize(model)}}, "versions": ["1.1"], "supportEnd": "2099-12-31" },
          "levels": [
            { "level": 1, "profile": "uk-psti", "met": {{(met ? "true" : "false")}}, "blocking": {{(met ? "[]" : """[ { "unit": "5.1-1-1", "outcome": "fail", "reason": "a default password" } ]""")}} }
          ],
          "evidence": [ { "artefact": "firmware/doorbell.bin", "sha256": "{{new string('a', 64)}}" } ],
          "grades": { "tool": 3, "lab": 0, "supported": 2, "declared": 1, "open": 7 },
          "notChecked": [ "5.6-5-1: no unit was taken apart" ],
          "editions": [ "EN 303 645 V2.1.1", "TS 103 701 V1.1.1" ]
        }
        """);

    /// <summary>A bill of materials with two components.</summary>
    public static byte[] Materials => """
        { "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
          "components": [ { "type": "library", "name": "busybox", "version": "1.36.1" }, { "type": "library", "name": "openssl", "version": "3.0.19" } ] }
        """u8.ToArray();

    public byte[] Statement(DateTimeOffset now, bool met = true, SigningKey? by = null, string maker = "Lumen", string model = "Doorbell") =>
        Assay.Labels.Token.Statement.Sign(by ?? Assessor, Assessment(met, maker, model), "lab", $"{maker}/{model}"[..Math.Min(24, maker.Length + model.Length + 1)], now.AddDays(-2));

    public byte[] Decision(byte[] statement, DateTimeOffset now, bool granted = true, SigningKey? by = null) => new Decision
    {
        Issuer = "office",
        Subject = Assay.Labels.Token.Statement.Read(statement).Subject,
        IssuedAt = now.AddDays(-1),
        Statement = Assay.Labels.Token.Statement.Read(statement).Digest,
        Granted = granted,
        Level = new ProfileLevel(1, "uk-psti"),
        Versions = new VersionRange("1.1", null),
        By = "D. Example",
        Role = "head of office",
        Reason = granted ? null : "the support period is too short",
    }.Sign(by ?? Decider);

    /// <summary>A trust list that names the two keys with their roles.</summary>
    public string Trust(string? assessorRole = "assessor", string? deciderRole = "decision") => $$"""
        { "schema": "assay/trust/1", "issuers": [
          { "name": "Laboratory", "kind": "test", "roles": ["{{assessorRole}}"], "key": {{Pem(Assessor)}} },
          { "name": "Office", "kind": "test", "roles": ["{{deciderRole}}"], "key": {{Pem(Decider)}} } ] }
        """;

    private static string Pem(SigningKey key) =>
        System.Text.Json.JsonSerializer.Serialize(System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", key.Public.Spki.Span));

    public void Dispose()
    {
        Assessor.Dispose();
        Decider.Dispose();
    }
}
