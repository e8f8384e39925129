using System.Net;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence.Reading;
using Assay.Labels;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli.Tests;

/// <summary>The state of a label from files and from a registry; a label that a registry issues.</summary>
[Collection(nameof(LabelVerbTests))]
public sealed partial class LabelStatusTests : IDisposable
{
    private const string Uri = "https://registry.example/status/1";
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);
    private readonly Assay.Tests.Scratch scratch = new();
    private readonly KeyFolder keys;
    private readonly SigningKey issuer = SigningKey.Create();
    private readonly SigningKey status = SigningKey.Create();
    private readonly SigningKey other = SigningKey.Create();
    private readonly string? config = Environment.GetEnvironmentVariable("ASSAY_CONFIG");

    public LabelStatusTests()
    {
        Environment.SetEnvironmentVariable("ASSAY_CONFIG", scratch.File("config"));
        keys = new KeyFolder(scratch.File("config"));
        using var assessor = keys.Open(KeyRoles.Assessor, _ => { });
        using var decider = keys.Open(KeyRoles.Decision, _ => { });
        var statement = Statement.Sign(assessor, Encoding.UTF8.GetBytes(Assessment), "lab", "Lumen/Doorbell", Now.AddDays(-3));
        File.WriteAllBytes(scratch.File("statement.cose"), statement);
        File.WriteAllBytes(scratch.File("decision.cose"), new Decision
        {
            Issuer = "office",
            Subject = "Lumen/Doorbell",
            IssuedAt = Now.AddDays(-2),
            Statement = Statement.Read(statement).Digest,
            Granted = true,
            Level = new ProfileLevel(1, "uk-psti"),
            Versions = new VersionRange("1.1", "1.1"),
            By = "A. Example",
            Role = "head of office",
        }.Sign(decider));
        File.WriteAllText(scratch.File("trust.json"), $$"""
            { "schema": "assay/trust/1", "issuers": [
              { "name": "Office of Examples", "kind": "authority", "roles": ["issuer"], "key": {{Pem(issuer)}} },
              { "name": "Office of Examples", "kind": "authority", "roles": ["status"], "key": {{Pem(status)}} },
              { "name": "Another Office", "kind": "authority", "roles": ["issuer", "status"], "key": {{Pem(other)}} } ] }
            """);
        var label = Issued(5);
        File.WriteAllBytes(scratch.File("hallmark.cose"), label.Hallmark);
        File.WriteAllBytes(scratch.File("certificate.cose"), label.Certificate);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("ASSAY_CONFIG", config);
        issuer.Dispose();
        status.Dispose();
        other.Dispose();
        scratch.Dispose();
    }

    [Fact]
    public void A_label_is_in_force_as_of_the_list_that_was_handed_over()
    {
        Lists();
        var verify = Verify("--status", scratch.File("status"), "--notices", scratch.File("notices"));
        Assert.Equal((0, "in force as of 2026-11-23T09:00:00Z"), (verify.Exit, verify.Answer));
        // Without a list nobody can say so; what was seen before does not speak unasked.
        Assert.Equal((1, "genuine, status not checked"), (Verify().Exit, Verify().Answer));
    }

    [Fact]
    public void Every_state_has_its_answer_and_the_notice_says_why()
    {
        Lists(1, LabelState.Notice, new Notice(5, NoticeKind.UpdateNeeded, "1.2", "the log-in is known", "market surveillance", Now, null, "2026-7"));
        var update = Verify("--status", scratch.File("status"), "--notices", scratch.File("notices"));
        Assert.Equal((1, "update needed below 1.2"), (update.Exit, update.Answer));
        Assert.Contains(update.Reasons, r => r.Contains("market surveillance since 2026-11-23: the log-in is known", StringComparison.Ordinal));
        Assert.Contains("case 2026-7", update.Reasons);
        Assert.Equal("under review", Verify("--status", scratch.File("status")).Answer);
        Lists(2, LabelState.Suspended);
        Assert.Equal("suspended", Verify("--status", scratch.File("status"), "--notices", scratch.File("notices")).Answer);
        Lists(3, LabelState.Withdrawn);
        Assert.Equal((1, "withdrawn"), (Verify("--status", scratch.File("status")).Exit, Verify("--status", scratch.File("status")).Answer));
    }

    [Fact]
    public void An_older_list_than_the_one_seen_last_is_refused_and_the_newer_one_still_speaks()
    {
        Lists();
        File.Copy(scratch.File("status"), scratch.File("old"));
        Lists(2, LabelState.Suspended);
        Assert.Equal("suspended", Verify("--status", scratch.File("status")).Answer);
        var replayed = Verify("--status", scratch.File("old"));
        Assert.Equal("suspended", replayed.Answer);
        Assert.Contains(replayed.Reasons, r => r.Contains("the status list was refused: expected a status list not older", StringComparison.Ordinal));
    }

    [Fact]
    public void Forged_foreign_and_stale_lists_put_nothing_in_force_and_the_reason_is_told()
    {
        Lists();
        var good = File.ReadAllBytes(scratch.File("status"));
        Refused("forged", [.. good[..^1], (byte)(good[^1] ^ 1)]);
        using var stranger = SigningKey.Create();
        Refused("unknown key", Token(key: stranger));
        Refused("the role", Token(key: issuer));
        Refused("it does not count", Token(key: other));
        Refused("COSE_Sign1", "no list"u8.ToArray());
        Refused("points to the status list", Token(uri: "https://registry.example/status/2"));
        Refused("nothing fresh", Token(hours: -30));
        Assert.Equal(0, Verify("--status", scratch.File("status")).Exit);

        void Refused(string because, byte[] list)
        {
            File.WriteAllBytes(scratch.File("bad"), list);
            var verify = Verify("--status", scratch.File("bad"));
            Assert.Equal((1, "genuine, status not checked"), (verify.Exit, verify.Answer));
            Assert.True(verify.Reasons.Any(r => r.Contains(because, StringComparison.Ordinal)), $"{because}: {string.Join('\n', verify.Reasons)}");
        }
    }

    [Fact]
    public void A_registry_is_asked_for_whole_lists_and_when_it_is_gone_the_last_one_speaks_until_its_end()
    {
        var asked = new List<string>();
        string address;
        using (var registry = new Served(request =>
        {
            lock (asked) asked.Add(request.Url!.AbsolutePath);
            return request.Url.AbsolutePath switch { "/status/1" => (200, Token()), "/notices/1" => (200, Notices()), _ => (404, []) };
        }))
        {
            address = registry.Address;
            var verify = Verify("--registry", address + "/");
            Assert.Equal((0, "in force as of 2026-11-23T09:00:00Z"), (verify.Exit, verify.Answer));
            // Nothing in the request says which label was asked about.
            Assert.Equal(["/status/1", "/notices/1"], asked);
        }
        var gone = Verify("--registry", address);
        Assert.Equal((0, "in force as of 2026-11-23T09:00:00Z"), (gone.Exit, gone.Answer));
        Assert.Contains(gone.Reasons, r => r.StartsWith("no answer from the registry", StringComparison.Ordinal));
        var late = Verify("--registry", address, "--as-of", "2026-11-26");
        Assert.Equal((1, "genuine, status not checked"), (late.Exit, late.Answer));
        Assert.Contains(late.Reasons, r => r.StartsWith("nothing fresh", StringComparison.Ordinal));
        using var empty = new Served(_ => (404, []));
        using var endless = new Served(_ => (200, new byte[StatusListToken.MaxBytes + 1]));
        Assert.Contains(Verify("--registry", empty.Address).Reasons, r => r.Contains("has no status list 1", StringComparison.Ordinal));
        Assert.Contains(Verify("--registry", endless.Address).Reasons, r => r.Contains("at most", StringComparison.Ordinal));
    }

    [Fact]
    public void A_registry_issues_and_the_same_four_files_are_written()
    {
        File.WriteAllText(scratch.File("key"), "person-key-1\n");
        File.WriteAllText(scratch.File("sbom"), "{ \"bomFormat\": \"CycloneDX\" }");
        string body = "", authorization = "", path = "";
        using var registry = new Served(request =>
        {
            using var content = new MemoryStream();
            request.InputStream.CopyTo(content);
            (body, authorization, path) = (Encoding.Latin1.GetString(content.ToArray()), request.Headers["Authorization"] ?? "", $"{request.HttpMethod} {request.Url!.AbsolutePath}");
            return (201, Answer(Issued(77)));
        });
        string[] words = ["issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "--registry", registry.Address, "--as", scratch.File("key"), "--trust", scratch.File("trust.json")];
        var issue = Label([.. words, "--sbom", scratch.File("sbom"), "--update-host", "update.example", "--update-host", "cdn.example", "-o", scratch.File("box"), "--format", "json"]);
        Assert.True(issue.Exit == 0, issue.Text + issue.Error);
        Assert.Equal(("POST /api/labels", "Bearer person-key-1"), (path, authorization));
        foreach (var part in new[] { "name=statement", "name=decision", "name=sbom", "name=updateHost", "update.example", "cdn.example", "CycloneDX", Encoding.Latin1.GetString(File.ReadAllBytes(scratch.File("decision.cose"))) })
            Assert.Contains(part, body, StringComparison.Ordinal);
        Assert.Equal(["certificate.cose", "hallmark.cose", "label.png", "label.svg"], Directory.GetFiles(scratch.File("box")).Select(Path.GetFileName).Order());
        // The authority's key stands in the trust list, so the picture is no test.
        Assert.DoesNotContain("TEST, NOT A LABEL", File.ReadAllText(scratch.File("box/label.svg")), StringComparison.Ordinal);
        using var told = JsonDocument.Parse(issue.Text);
        Assert.Equal((77, 9, "0102030405060708"), (told.RootElement.GetProperty("statusIndex").GetInt32(), told.RootElement.GetProperty("logIndex").GetInt32(), told.RootElement.GetProperty("id").GetString()));
        File.WriteAllText(scratch.File("issued.json"), issue.Text);
        var judged = Assay.Tests.Npm.Run(Assay.Tests.Npm.Folder("ajv@8.17.1"), """
            import Ajv from 'ajv/dist/2020.js';
            import fs from 'node:fs';
            const [schema, file] = process.argv.slice(2).map(f => JSON.parse(fs.readFileSync(f)));
            console.log(new Ajv({ strict: false }).compile(schema)(file));
            """, Path.Combine(Assay.Tests.Checkout.Root, "docs", "schemas", "label-act.schema.json"), scratch.File("issued.json"));
        Assert.Equal("true\n", judged.Text + judged.Error);

        Assert.Throws<UsageException>(() => Label([.. words, "--key", "x", "-o", scratch.File("box2")]));
        Assert.Throws<UsageException>(() => Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "--registry", registry.Address));
        Assert.Throws<UsageException>(() => Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "--update-host", "x"));
    }

    [Fact]
    public void What_a_registry_refuses_and_a_label_for_another_statement_are_told_and_nothing_is_written()
    {
        File.WriteAllText(scratch.File("key"), "person-key-1");
        (int, byte[]) answer = (409, """{ "error": { "expected": "a label", "found": "an open unit", "where": "statement", "reasons": ["5.1-1-1 is fail: a default password"] } }"""u8.ToArray());
        using var registry = new Served(request =>
        {
            request.InputStream.CopyTo(Stream.Null);
            return answer;
        });
        string[] words = ["issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "--registry", registry.Address, "--as", scratch.File("key"), "-o", scratch.File("box")];
        var refused = Label(words);
        Assert.Equal(1, refused.Exit);
        Assert.Contains("5.1-1-1 is fail: a default password", refused.Text, StringComparison.Ordinal);
        answer = (401, """{ "error": { "expected": "a key", "found": "another", "where": "Authorization" } }"""u8.ToArray());
        Assert.Contains("expected a key, found another (Authorization)", Label(words).Text, StringComparison.Ordinal);
        answer = (500, []);
        Assert.ThrowsAny<IOException>(() => Label(words));
        answer = (201, "{}"u8.ToArray());
        Assert.Throws<UnreadableException>(() => Label(words));
        var mine = Issued(77);
        var another = Issued(78, new string('b', 64));
        answer = (201, Answer(another));
        Assert.Contains("a label for others", Assert.Throws<UnreadableException>(() => Label(words)).Message, StringComparison.Ordinal);
        answer = (201, Answer(new IssuedLabel(mine.Hallmark, another.Certificate)));
        Assert.Throws<UnreadableException>(() => Label(words));
        Assert.False(Directory.Exists(scratch.File("box")));
        answer = (200, Answer(mine));
        Assert.Equal(0, Label(words).Exit);
    }

    [Fact]
    public void Files_and_a_registry_together_and_notices_alone_are_wrong_usage()
    {
        Lists();
        Assert.Throws<UsageException>(() => Label("verify", scratch.File("hallmark.cose"), "--status", scratch.File("status"), "--registry", "http://127.0.0.1:1"));
        Assert.Throws<UsageException>(() => Label("verify", scratch.File("hallmark.cose"), "--notices", scratch.File("notices")));
        Assert.Throws<UsageException>(() => Label("verify", scratch.File("hallmark.cose"), "--registry", "file:///etc/passwd"));
        Assert.ThrowsAny<IOException>(() => Label("verify", scratch.File("hallmark.cose"), "--status", scratch.File("nowhere")));
    }

    private IssuedLabel Issued(long index, string? evidence = null)
    {
        using var assessor = keys.Open(KeyRoles.Assessor, _ => { });
        using var decider = keys.Open(KeyRoles.Decision, _ => { });
        var statement = Statement.Read(File.ReadAllBytes(scratch.File("statement.cose")));
        var decision = SignedFile.Read(File.ReadAllBytes(scratch.File("decision.cose")));
        if (evidence is not null)
        {
            statement = Statement.Read(Statement.Sign(assessor, Encoding.UTF8.GetBytes(Assessment.Replace(new string('a', 64), evidence, StringComparison.Ordinal)), "lab", "Lumen/Doorbell", Now.AddDays(-3)));
            decision = SignedFile.Read((decision.Decision! with { Statement = statement.Digest }).Sign(decider));
        }
        var (label, refusals) = Issuing.Issue(statement, assessor.Public, decision, decider.Public, issuer, new IssuingTerms { Issuer = "office", IssuedAt = Now.AddDays(-1), Status = new StatusPointer("s/1", index) });
        return label ?? throw new InvalidOperationException(string.Join('\n', refusals));
    }

    private static byte[] Answer(IssuedLabel label) => Encoding.UTF8.GetBytes($$"""
        { "id": "0102030405060708", "page": "http://registry.example/labels/0102030405060708", "hallmark": "{{Convert.ToBase64String(label.Hallmark)}}",
          "certificate": "{{Convert.ToBase64String(label.Certificate)}}", "statusIndex": 77, "logIndex": 9 }
        """);

    private void Lists(int edition = 1, LabelState state = LabelState.InForce, params Notice[] notices)
    {
        File.WriteAllBytes(scratch.File("status"), Token(edition, state));
        File.WriteAllBytes(scratch.File("notices"), Notices(edition, notices));
    }

    private byte[] Token(int edition = 1, LabelState state = LabelState.InForce, SigningKey? key = null, string uri = Uri, int hours = -1)
    {
        var list = new StatusList(100);
        list[5] = state;
        return StatusListToken.Sign(key ?? status, list, uri, Now.AddHours(hours), Now.AddHours(hours + 24), TimeSpan.FromMinutes(5), edition);
    }

    private byte[] Notices(int edition = 1, params Notice[] notices) => NoticeList.Sign(status, notices, Uri, Now.AddHours(-1), Now.AddHours(23), edition);

    private (int Exit, string Answer, IReadOnlyList<string> Reasons) Verify(params string[] words)
    {
        var (exit, text, _) = Label(["verify", scratch.File("hallmark.cose"), "--trust", scratch.File("trust.json"), "--format", "json", .. words]);
        using var document = JsonDocument.Parse(text);
        var label = document.RootElement.GetProperty("labels")[0];
        return (exit, label.GetProperty("answer").GetString()!, [.. label.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!)]);
    }

    private (int Exit, string Text, string Error) Label(params string[] words) =>
        words.Contains("-o") || words[0] == "verify" ? Spoken.Run(LabelVerb.Verb, scratch.File("said"), Now, words) : Spoken.Run(LabelVerb.Verb, scratch.File("said"), Now, [.. words, "-o", scratch.File("out")]);

    private static string Pem(SigningKey key) => JsonSerializer.Serialize(System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", key.Public.Spki.Span));

    private static readonly string Assessment = $$"""
        { "asOf": "2026-11-20", "device": { "maker": "Lumen", "model": "Doorbell", "versions": ["1.1"], "supportEnd": "2031-12-31" },
          "levels": [ { "level": 1, "profile": "uk-psti", "met": true, "blocking": [] } ],
          "evidence": [ { "artefact": "firmware/doorbell.bin", "sha256": "{{new string('a', 64)}}" } ],
          "grades": { "tool": 3, "open": 7 }, "notChecked": [ "5.6-5-1: no unit was taken apart" ], "editions": [ "EN 303 645 V2.1.1" ] }
        """;
}
