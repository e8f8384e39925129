using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Cli;
using Assay.CommandLine;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli.Tests;

/// <summary>The console and the environment are one for the whole program, so these tests run alone.</summary>
[CollectionDefinition(nameof(LabelVerbTests), DisableParallelization = true)]
public sealed class OneConsole;

/// <summary>The way from a statement to a picture on the box and back to an answer, as a person walks it.</summary>
[Collection(nameof(LabelVerbTests))]
public sealed class LabelVerbTests : IDisposable
{
    private readonly Assay.Tests.Scratch scratch = new();
    private readonly KeyFolder keys;
    private readonly string? config = Environment.GetEnvironmentVariable("ASSAY_CONFIG");

    public LabelVerbTests()
    {
        Environment.SetEnvironmentVariable("ASSAY_CONFIG", scratch.File("config"));
        keys = new KeyFolder(scratch.File("config"));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("ASSAY_CONFIG", config);
        scratch.Dispose();
    }

    [Fact]
    public void A_statement_that_meets_its_level_becomes_a_test_label_and_every_form_of_it_gives_the_same_answer()
    {
        Statement(met: true);
        var decide = Label("decide", scratch.File("statement.cose"), "--level", "1", "--by", "A. Example", "--role", "head of office");
        Assert.Equal(0, decide.Exit);
        Assert.StartsWith("granted: level 1 (uk-psti) for Lumen Doorbell, from 1.1 up to 1.1", decide.Text, StringComparison.Ordinal);
        Assert.Contains("nobody vouches for it", decide.Error, StringComparison.Ordinal);

        var issue = Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "-o", scratch.File("box"));
        Assert.Equal(0, issue.Exit);
        Assert.StartsWith("TEST, NOT A LABEL\n", issue.Text, StringComparison.Ordinal);
        Assert.Contains("level M; print it", issue.Text, StringComparison.Ordinal);
        Assert.Equal(["certificate.cose", "hallmark.cose", "label.png", "label.svg"], Directory.GetFiles(scratch.File("box")).Select(Path.GetFileName).Order());
        Assert.Contains("TEST, NOT A LABEL", File.ReadAllText(scratch.File("box/label.svg")), StringComparison.Ordinal);

        var text = LabelAddress.Write(File.ReadAllBytes(scratch.File("box/hallmark.cose")));
        File.WriteAllText(scratch.File("scanned.txt"), text + "\n");
        foreach (var form in new[] { scratch.File("box/hallmark.cose"), scratch.File("box/certificate.cose"), scratch.File("box/label.png"), scratch.File("box/label.svg"), scratch.File("scanned.txt"), text, text[24..] })
        {
            var verify = Verify(form);
            Assert.Equal((1, "issuer unknown", true), (verify.Exit, verify.Answer, verify.IsTest));
            Assert.Equal("Ask the maker", verify.ToDo);
        }
        Assert.Equal(1, Label("verify", scratch.File("box/label.png"), "-o", scratch.File("answer.txt")).Exit);
        Assert.StartsWith("TEST, NOT A LABEL\n", File.ReadAllText(scratch.File("answer.txt")), StringComparison.Ordinal);
        Assert.Contains("does not prove that this very unit", File.ReadAllText(scratch.File("answer.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sheet_carries_what_the_signed_files_lead_to_and_refuses_others()
    {
        Statement(met: true);
        Label("decide", scratch.File("statement.cose"), "--level", "1", "--by", "A. Example", "--role", "head of office");
        Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "-o", scratch.File("box"));
        string[] chain = [scratch.File("box/label.png"), scratch.File("box/certificate.cose"), scratch.File("statement.cose")];
        foreach (var size in new[] { "A4", "A6" })
        {
            Assert.Equal(0, Label(["sheet", .. chain, "--size", size, "-o", scratch.File($"{size}.html")]).Exit);
            var sheet = File.ReadAllText(scratch.File($"{size}.html"));
            foreach (var words in new[] { "TEST, NOT A LABEL", "Lumen Doorbell", "unknown: no file at hand says so", "level M" }) Assert.Contains(words, sheet, StringComparison.Ordinal);
        }
        Assert.Throws<UsageException>(() => Label("sheet", chain[0], "--size", "A3"));
        Assert.Throws<UsageException>(() => Label("sheet", chain[1]));
        Assert.Throws<Assay.Evidence.Reading.UnreadableException>(() => Label("sheet", chain[0], chain[2]));
        Assert.Throws<Assay.Evidence.Reading.UnreadableException>(() => Label("sheet", chain[0], chain[1], scratch.File("decision.cose")));
    }

    [Fact]
    public void A_device_that_answers_binds_the_label_and_without_an_answer_it_speaks_of_the_model()
    {
        Assay.Tests.Tool.Need("openssl", "openssl");
        Statement(met: true);
        Label("decide", scratch.File("statement.cose"), "--level", "1", "--by", "A. Example", "--role", "head of office");
        Assert.Equal(0, Assay.Tests.Tool.Run("openssl", ["ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", scratch.File("device.key")]).Exit);
        Assert.Equal(0, Assay.Tests.Tool.Run("openssl", ["pkey", "-in", scratch.File("device.key"), "-pubout", "-out", scratch.File("device.pub")]).Exit);
        var issue = Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "--device", scratch.File("device.pub"), "--product", "Bell", "-o", scratch.File("box"));
        Assert.True(issue.Exit == 0, issue.Text + issue.Error);
        Assert.Equal(0, Label("challenge", "-o", scratch.File("challenge")).Exit);
        Assert.Equal(0, Assay.Tests.Tool.Run("openssl", ["dgst", "-sha256", "-sign", scratch.File("device.key"), "-out", scratch.File("answer"), scratch.File("challenge")]).Exit);
        using var issuer = keys.Open(KeyRoles.Issuer, _ => { });
        File.WriteAllText(scratch.File("office.pem"), new string(System.Security.Cryptography.PemEncoding.Write("PUBLIC KEY", issuer.Public.Spki.Span)));
        string[] shown = ["--device", scratch.File("device.pub"), "--challenge", scratch.File("challenge"), "--answer", scratch.File("answer")];
        var bound = Label(["verify", scratch.File("box/label.png"), "--trust", scratch.File("office.pem"), .. shown]).Text;
        Assert.Contains("This very unit is meant", bound, StringComparison.Ordinal);
        Assert.DoesNotContain("does not prove", bound, StringComparison.Ordinal);
        // The same of nobody's label, with a wrong answer, and with none.
        Assert.Contains("binds no unit", Label(["verify", scratch.File("box/label.png"), .. shown]).Text, StringComparison.Ordinal);
        File.WriteAllBytes(scratch.File("answer"), new byte[70]);
        var wrong = Label(["verify", scratch.File("box/label.png"), "--trust", scratch.File("office.pem"), .. shown]).Text;
        Assert.Contains("not a signature of this key", wrong, StringComparison.Ordinal);
        Assert.Contains("does not prove", wrong, StringComparison.Ordinal);
        Assert.Contains("does not prove", Label("verify", scratch.File("box/label.png"), "--trust", scratch.File("office.pem")).Text, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => Label("verify", scratch.File("box/label.png"), "--device", scratch.File("device.pub")));
    }

    [Fact]
    public void A_statement_that_does_not_meet_its_level_is_refused_twice_and_the_blocking_units_are_named()
    {
        Statement(met: false);
        var decide = Label("decide", scratch.File("statement.cose"), "--level", "1", "--by", "A. Example", "--role", "head of office");
        Assert.Equal(1, decide.Exit);
        Assert.Contains("5.1-1-1 is fail: a default password", decide.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch.File("decision.cose")));

        // Somebody's own program signed a grant nevertheless.
        var statement = Labels.Token.Statement.Read(File.ReadAllBytes(scratch.File("statement.cose")));
        using var decider = keys.Open(KeyRoles.Decision, _ => { });
        File.WriteAllBytes(scratch.File("decision.cose"), new Decision
        {
            Issuer = "x",
            Subject = statement.Subject,
            IssuedAt = statement.IssuedAt.AddHours(1),
            Statement = statement.Digest,
            Granted = true,
            Level = new ProfileLevel(1, null),
            Versions = new VersionRange(null, null),
            By = "x",
            Role = "x",
        }.Sign(decider));
        var issue = Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"));
        Assert.Equal(1, issue.Exit);
        Assert.Contains("5.1-1-1 is fail: a default password", issue.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch.File("hallmark.cose")));
    }

    [Fact]
    public void An_authority_in_a_trust_list_makes_the_issuer_known_and_a_test_key_does_not_make_a_label()
    {
        Granted();
        using var issuer = keys.Open(KeyRoles.Issuer, _ => { });
        File.WriteAllText(scratch.File("office.pem"), Pem(issuer));
        Assert.Equal(0, Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose")).Exit);
        var hallmark = scratch.File("hallmark.cose");

        var tested = Verify(hallmark, "--trust", scratch.File("office.pem"));
        Assert.Equal((1, "genuine, status not checked", true), (tested.Exit, tested.Answer, tested.IsTest));

        File.WriteAllText(scratch.File("office.json"), $$"""{ "schema": "assay/trust/1", "issuers": [ { "name": "Office", "kind": "authority", "address": "office.example", "key": {{JsonSerializer.Serialize(Pem(issuer))}} } ] }""");
        var known = Verify(hallmark, "--trust", scratch.File("office.json"));
        Assert.Equal((1, "genuine, status not checked", false), (known.Exit, known.Answer, known.IsTest));
        Assert.Equal("expired", Verify(hallmark, "--trust", scratch.File("office.json"), "--as-of", "2040-01-01").Answer);
        Assert.Equal("support ended", Verify(Reissued("2039-01-01", scratch.File("office.json")), "--trust", scratch.File("office.json"), "--as-of", "2032-01-01").Answer);
        // The picture of an authority names where a person finds it.
        Assert.Contains(">office.example</text>", File.ReadAllText(scratch.File("again/label.svg")), StringComparison.Ordinal);
    }

    private string Reissued(string expires, string trust)
    {
        Assert.Equal(0, Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "-o", scratch.File("again"), "--expires", expires, "--trust", trust).Exit);
        return scratch.File("again/hallmark.cose");
    }

    [Fact]
    public void A_changed_hallmark_is_forged_and_says_why()
    {
        Granted();
        Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"));
        var bytes = File.ReadAllBytes(scratch.File("hallmark.cose"));
        Assert.Equal("issuer unknown", Verify(scratch.File("hallmark.cose")).Answer);
        foreach (var at in new[] { 30, bytes.Length - 1 })
        {
            var forged = (byte[])bytes.Clone();
            forged[at] ^= 1;
            File.WriteAllBytes(scratch.File("forged.cose"), forged);
            Assert.Equal((1, "forged", true), (Verify(scratch.File("forged.cose")).Exit, Verify(scratch.File("forged.cose")).Answer, true));
            Assert.Equal("forged", Verify(LabelAddress.Write(forged)).Answer);
        }
        Assert.Equal("forged", Verify("https://assay.example/l#0123").Answer);
        File.WriteAllText(scratch.File("scanned.txt"), "https://assay.example/l#0123");
        Assert.Equal("forged", Verify(scratch.File("scanned.txt")).Answer);
        var picture = new Labels.QrCode.LabelPicture { Code = Labels.QrCode.QrCode.OfAddress("https://assay.example/l#77"), Words = "" };
        File.WriteAllBytes(scratch.File("forged.png"), picture.ToPng());
        Assert.Equal("forged", Verify(scratch.File("forged.png")).Answer);
        Assert.Equal("forged", Verify("https://assay.example/l#" + new string('9', 600)).Answer);
    }

    [Fact]
    public void A_statement_and_a_decision_are_no_labels()
    {
        Granted();
        foreach (var file in new[] { "statement.cose", "decision.cose" })
        {
            var verify = Verify(scratch.File(file));
            Assert.Equal((1, "not a label"), (verify.Exit, verify.Answer));
        }
    }

    [Fact]
    public void Hallmark_and_certificate_that_are_handed_over_together_are_held_against_each_other()
    {
        Granted();
        Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"));
        Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "-o", scratch.File("other"), "--expires", "2031-01-01");
        Assert.Contains("its certificate is", Label("verify", scratch.File("hallmark.cose"), scratch.File("certificate.cose")).Text, StringComparison.Ordinal);
        Assert.Contains("none of the certificates here is its own", Label("verify", scratch.File("hallmark.cose"), scratch.File("other/certificate.cose")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_label_holds_is_shown_in_plain_words()
    {
        Granted();
        Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"));
        var show = Label("show", scratch.File("statement.cose"), scratch.File("decision.cose"), scratch.File("hallmark.cose"), scratch.File("certificate.cose"));
        Assert.Equal(0, show.Exit);
        foreach (var words in new[] { "not a label but a statement", "not a label but a decision", "level 1 (uk-psti): granted", "support until  2031-12-31", "not checked    5.6-5-1: no unit was taken apart", "firmware/doorbell.bin aaaa", "TEST, NOT A LABEL" })
            Assert.Contains(words, show.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?i)\b(good|fine|safe|secure)\b", show.Text);
    }

    [Fact]
    public void What_a_program_gets_fits_the_schemas()
    {
        var folder = Assay.Tests.Npm.Folder("ajv@8.17.1");
        Statement(met: false);
        string[] decide = ["decide", scratch.File("statement.cose"), "--level", "1", "--by", "A", "--role", "B", "--format", "json"];
        Save("refused", Label(decide).Text);
        Granted();
        Save("granted", Label([.. decide, "--force"]).Text);
        Save("issued", Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "--format", "json").Text);
        Save("shown", Label("show", scratch.File("statement.cose"), scratch.File("decision.cose"), scratch.File("hallmark.cose"), scratch.File("certificate.cose"), "https://assay.example/l#0", "--format", "json").Text);
        Save("wrong", """{ "schema": "assay/labels/1", "labels": [ { "input": "x", "answer": "all is well" } ] }""");
        var result = Assay.Tests.Npm.Run(folder, """
            import Ajv from 'ajv/dist/2020.js';
            import fs from 'node:fs';
            const [schemas, ...files] = process.argv.slice(2);
            for (const file of files) {
                const document = JSON.parse(fs.readFileSync(file));
                const schema = JSON.parse(fs.readFileSync(`${schemas}/${document.schema.split('/')[1]}.schema.json`));
                const validate = new Ajv({ strict: false }).compile(schema);
                console.log(file.split('/').pop(), validate(document), validate.errors ? validate.errors.length > 0 : '');
            }
            """, [Path.Combine(Assay.Tests.Checkout.Root, "docs", "schemas"), .. new[] { "refused", "granted", "issued", "shown", "wrong" }.Select(scratch.File)]);
        Assert.Equal("refused true \ngranted true \nissued true \nshown true \nwrong false true\n", result.Text + result.Error);

        void Save(string name, string json) => File.WriteAllText(scratch.File(name), json);
    }

    [Fact]
    public void The_statement_s_own_key_does_not_decide()
    {
        Statement(met: true);
        var decide = Label("decide", scratch.File("statement.cose"), "--level", "1", "--by", "A", "--role", "B", "--key", keys.KeyFile(KeyRoles.Assessor));
        Assert.Equal(1, decide.Exit);
        Assert.Contains("same key", decide.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_of_an_unknown_or_forged_hand_is_not_decided_on()
    {
        using var stranger = SigningKey.Create();
        File.WriteAllBytes(scratch.File("statement.cose"), Labels.Token.Statement.Sign(stranger, Encoding.UTF8.GetBytes(Assessment(true)), "lab", "Lumen/Doorbell", new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero)));
        string[] words = ["decide", scratch.File("statement.cose"), "--level", "1", "--by", "A", "--role", "B"];
        Assert.Contains("issuer unknown", Label(words).Text, StringComparison.Ordinal);
        File.WriteAllText(scratch.File("lab.pem"), Pem(stranger));
        Assert.Equal(0, Label([.. words, "--trust", scratch.File("lab.pem")]).Exit);
        var bytes = File.ReadAllBytes(scratch.File("statement.cose"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(scratch.File("statement.cose"), bytes);
        Assert.Contains("forged", Label([.. words, "--trust", scratch.File("lab.pem"), "--force"]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_signed_too_and_nothing_is_issued_on_it()
    {
        Statement(met: true);
        var decide = Label("decide", scratch.File("statement.cose"), "--level", "1", "--by", "A", "--role", "B", "--refuse", "--reason", "the casing was not looked at");
        Assert.Equal(1, decide.Exit);
        Assert.False(Decision.Read(File.ReadAllBytes(scratch.File("decision.cose"))).Granted);
        var issue = Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"));
        Assert.Equal(1, issue.Exit);
        Assert.Contains("is a refusal: the casing was not looked at", issue.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_overwritten_and_wrong_usage_is_named()
    {
        Granted();
        Assert.Throws<UsageException>(() => Label("decide", scratch.File("statement.cose"), "--level", "1", "--by", "A", "--role", "B"));
        Assert.Equal(0, Label("decide", scratch.File("statement.cose"), "--level", "1", "--by", "A", "--role", "B", "--force").Exit);
        Assert.Throws<UsageException>(() => Label("decide", scratch.File("statement.cose"), "--by", "A", "--role", "B"));
        Assert.Throws<UsageException>(() => Label("decide", scratch.File("statement.cose"), "--level", "1", "--role", "B"));
        Assert.Throws<UsageException>(() => Label("isue"));
        Assert.Throws<UsageException>(() => Label());
        Assert.Throws<UsageException>(() => Label("issue", scratch.File("statement.cose"), scratch.File("decision.cose"), "--address", "http://x/#"));
        Assert.ThrowsAny<IOException>(() => Label("verify", scratch.File("nowhere.png")));
        File.WriteAllText(scratch.File("note.txt"), "a note");
        Assert.ThrowsAny<IOException>(() => Label("verify", scratch.File("note.txt")));
    }

    private sealed class Today : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);
    }

    private void Granted()
    {
        Statement(met: true);
        Assert.Equal(0, Label("decide", scratch.File("statement.cose"), "--level", "1", "--by", "A. Example", "--role", "head of office").Exit);
    }

    private void Statement(bool met)
    {
        using var assessor = keys.Open(KeyRoles.Assessor, _ => { });
        File.WriteAllBytes(scratch.File("statement.cose"), Labels.Token.Statement.Sign(assessor, Encoding.UTF8.GetBytes(Assessment(met)), "lab", "Lumen/Doorbell", new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero)));
    }

    private static string Assessment(bool met) => $$"""
        { "asOf": "2026-11-20", "device": { "maker": "Lumen", "model": "Doorbell", "versions": ["1.1"], "supportEnd": "2031-12-31" },
          "levels": [ { "level": 1, "profile": "uk-psti", "met": {{(met ? "true" : "false")}}, "blocking": [{{(met ? "" : """{ "unit": "5.1-1-1", "provision": "5.1-1", "outcome": "fail", "reason": "a default password" }""")}}] } ],
          "evidence": [ { "artefact": "firmware/doorbell.bin", "sha256": "{{new string('a', 64)}}" } ],
          "grades": { "tool": 3, "open": 7 }, "notChecked": [ "5.6-5-1: no unit was taken apart" ], "editions": [ "EN 303 645 V2.1.1" ] }
        """;

    private static string Pem(SigningKey key) => System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", key.Public.Spki.Span);

    private (int Exit, string Answer, bool IsTest, string ToDo) Verify(params string[] words)
    {
        var file = scratch.File("answer.json");
        var exit = Label(["verify", .. words, "--format", "json", "-o", file, "--force"]).Exit;
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var label = document.RootElement.GetProperty("labels")[0];
        return (exit, label.GetProperty("answer").GetString()!, label.TryGetProperty("test", out var test) && test.GetBoolean(), label.TryGetProperty("toDo", out var toDo) ? toDo.GetString()! : "");
    }

    // What goes to standard output directly, and what a terminal would get, read back through -o.
    private (int Exit, string Text, string Error) Label(params string[] words)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var said = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var complained = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        string? answer = null;
        if (words is ["verify" or "show", ..] && !words.Contains("-o")) words = [.. words, "-o", answer = scratch.File("said.txt"), "--force"];
        Console.SetOut(said);
        Console.SetError(complained);
        try
        {
            var arguments = Arguments.Parse(words, LabelVerb.Verb.Options);
            var exit = LabelVerb.Verb.Run(arguments, new Terminal(arguments, LabelVerb.Verb, new Today()));
            return (exit, said + (answer is null ? "" : File.ReadAllText(answer)), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
