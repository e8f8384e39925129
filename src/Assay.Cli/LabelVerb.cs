using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Labels;
using Assay.Labels.Log;
using Assay.Labels.Page;
using Assay.Labels.QrCode;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary><c>assay label decide|issue|verify|show|page</c>: the second and third act, the answers of a check, and the page that gives them in a browser (docs/label.md).</summary>
public static partial class LabelVerb
{
    private const string DefaultIssuer = "assay-test";

    public static readonly Verb Verb = new()
    {
        Name = "label",
        Summary = "decide on a statement, issue a label for a decision, verify or show one",
        Usage = "decide STATEMENT | issue STATEMENT DECISION | verify FILE|PICTURE|TEXT… | show FILE|PICTURE|TEXT… | sheet LABEL [CERTIFICATE [STATEMENT]] | challenge | page",
        Example = "./assay label decide examples/doorbell-1.1-assessment/statement.cose --level 1 --by \"A. Example\" --role \"head of office\"",
        Formats = ["table", "json"],
        Options =
        [
            new("--level", "N", "decide: the level that is asked for"),
            new("--profile", "NAME", "decide: the profile that is asked for, instead of or beside its level"),
            new("--by", "NAME", "decide: who decides"),
            new("--role", "ROLE", "decide: in which role"),
            new("--reason", "TEXT", "decide: why"),
            new("--refuse", null, "decide: write a refusal"),
            new("--from", "VERSION", "decide: the first version spoken of (default: what was examined)"),
            new("--up-to", "VERSION", "decide: the last version spoken of (default: what was examined, open with --from)"),
            new("--expires", "DATE", "issue: end of the label (default: two years after the issue)"),
            new("--product", "ID", "issue: a shorter identity for the box, a GTIN for example"),
            new("--size", "A4|A6", "sheet: what it is printed on (default: A4)"),
            new("--address", "PREFIX", $"issue, sheet: what stands before the digits in the code (default: {LabelAddress.DefaultPrefix})"),
            new("--status-list", "URI", "issue: the status list that the label points to; page: where it lies on the page's own host, /status/1"),
            new("--status-index", "N", "issue: the label's place in it"),
            new("--issuer", "NAME", $"decide, issue: short name of who signs (default: {DefaultIssuer})"),
            new("--in-toto", "FILE", "issue: also write the certificate as an in-toto statement in a DSSE envelope"),
            new("--device-ca", "FILE", "issue: certificate or key of the authority whose certificates the model's devices carry"),
            new("--device", "FILE", "issue: the key of the one device that the label is for; verify: its key, or its certificate with its issuer's"),
            new("--challenge", "FILE", "verify: what the device was asked (label challenge)"),
            new("--answer", "FILE", "verify: the device's signature over it"),
            new("--registry", "ADDRESS", "verify: ask this registry for its lists; issue: let this registry issue"),
            new("--status", "FILE", "verify: a status list, instead of a registry"),
            new("--notices", "FILE", "verify: the notices beside that list"),
            new("--delta", "FILE", "verify: signed changes after that list, in their order", Repeats: true),
            new("--logged", "FILE", "verify: the proof that the label was logged (tlog-proof, or a statement with receipts)"),
            new("--log", "FILE", "verify: the key of a log whose proofs count, as name+id+base64", Repeats: true),
            new("--policy", "FILE", "verify: which witnesses must have seen that log"),
            new("--for", "DOMAIN", "verify: whether this domain recognises the label"),
            new("--category", "NAME", "verify --for: what kind of product it is"),
            new("--as", "FILE", "issue --registry: the key that the registry gave you"),
            new("--sbom", "FILE", "issue --registry: the product's bill of materials, so that advisories find the label"),
            new("--update-host", "HOST", "issue --registry: a host that the product fetches its updates from", Repeats: true),
            new("--key", "FILE", "decide, issue: private key in PEM (default: a development key in the configuration folder)"),
            new("--trust", "FILE", "a trust list, or a public key to be tested with", Repeats: true),
            new("--as-of", "DATE", "the date of the act or of the check (default: now)"),
        ],
        Run = Run,
    };

    public static int Run(Arguments arguments, Terminal terminal) => arguments.Operands switch
    {
        ["decide", var statement] => Decide(arguments, terminal, statement),
        ["issue", var statement, var decision] => Issue(arguments, terminal, statement, decision),
        ["verify", _, ..] => Verify(arguments, terminal),
        ["show", _, ..] => Show(arguments, terminal),
        ["sheet", _] or ["sheet", _, _] or ["sheet", _, _, _] => WriteSheet(arguments, terminal, arguments.Operands[1], [.. arguments.Operands.Skip(2)]),
        ["challenge"] => WriteChallenge(arguments, terminal),
        ["page"] => WritePage(arguments, terminal),
        [] => throw new UsageException("expected decide, issue, verify, show, sheet, challenge or page, found nothing"),
        ["decide", ..] => throw new UsageException("expected decide STATEMENT"),
        ["issue", ..] => throw new UsageException("expected issue STATEMENT DECISION"),
        ["sheet", ..] => throw new UsageException("expected sheet LABEL, perhaps with the certificate and the statement behind it"),
        ["challenge", ..] => throw new UsageException("expected challenge without a file; -o FILE names the one to write"),
        ["page", ..] => throw new UsageException("expected page without a file; -o FILE names the one to write"),
        ["verify" or "show"] => throw new UsageException($"expected {arguments.Operands[0]} with a file, a picture or the text of a code"),
        [var other, ..] => throw new UsageException($"expected decide, issue, verify, show, sheet, challenge or page, found {other}{Arguments.Nearest(other, ["decide", "issue", "verify", "show", "sheet", "challenge", "page"])}"),
    };

    // The page behind a code, with the keys that count here.
    private static int WritePage(Arguments arguments, Terminal terminal)
    {
        var trust = Trust(arguments);
        if (trust.Keys.Count == 0) throw new UsageException("page expects a trust list whose labels it shall know: --trust FILE");
        byte[] page;
        try
        {
            page = VerifierPage.Write(trust, arguments.Value("--status-list"));
        }
        catch (ArgumentException)
        {
            throw new UsageException($"--status-list of a page expects an address without a host, for example /status/1, found {arguments.Value("--status-list")}");
        }
        terminal.WriteBytes(stream => stream.Write(page));
        return Exit.Done;
    }

    private static int Decide(Arguments arguments, Terminal terminal, string statementFile)
    {
        var by = arguments.Value("--by") ?? throw new UsageException("decide expects --by NAME: a named person decides");
        var role = arguments.Value("--role") ?? throw new UsageException("decide expects --role ROLE: in which role this person decides");
        var wanted = new ProfileLevel(Number(arguments, "--level") is { } level ? (int)Math.Min(level, 100) : null, arguments.Value("--profile"));
        if (wanted is { Level: null, Profile: null }) throw new UsageException("decide expects --level N or --profile NAME");
        var reason = arguments.Value("--reason");
        if (by.Length == 0 || role.Length == 0 || reason is "") throw new UsageException("--by, --role and --reason expect a text, found an empty one");

        var (statement, statementKey, against) = Signed(arguments, statementFile, SignedKind.Statement, KeyRoles.Assessor);
        var assessment = AssessmentSummary.Read(statement.Statement!.Assessment);
        var asOf = AsOf(arguments, terminal);
        var refusals = new List<string>();
        if (against is not null) refusals.Add(against);
        if (Day(asOf) is var day && string.CompareOrdinal(day, Day(statement.Statement.IssuedAt)) < 0) refusals.Add($"the statement is of {Day(statement.Statement.IssuedAt)}, after the date of this decision ({day})");
        var refused = arguments.Has("--refuse");
        if (!refused) refusals.AddRange(Issuing.AgainstGranting(assessment, wanted));
        var outputFile = arguments.Value("-o") ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(statementFile))!, "decision.cose");
        if (refusals.Count > 0) return Refused(terminal, "decision", $"{wanted} for {Device(assessment)}", refusals);

        terminal.Allow(outputFile);
        using var key = Key(arguments, terminal, KeyRoles.Decision);
        if (statementKey is not null && key.Public.Equals(statementKey))
            return Refused(terminal, "decision", $"{wanted} for {Device(assessment)}", ["the statement is signed with this same key: who examines does not decide"]);
        var decision = new Decision
        {
            Issuer = Issuer(arguments),
            Subject = statement.Statement.Subject,
            IssuedAt = asOf,
            Statement = statement.Statement.Digest,
            Granted = !refused,
            Level = Issuing.Find(assessment, wanted)?.Level ?? wanted,
            Versions = Versions(arguments, assessment),
            By = by,
            Role = role,
            Reason = reason,
        };
        var bytes = decision.Sign(key);
        terminal.WriteFile(outputFile, stream => stream.Write(bytes));
        Print(terminal, text =>
        {
            text.WriteLine($"{(refused ? "refused" : "granted")}: {decision.Level} for {Shortened.Visible(Device(assessment))}, {Shortened.Visible(decision.Versions.ToString())}");
            text.WriteLine($"  by {Shortened.Visible(by)} ({Shortened.Visible(role)}) on {Day(asOf)}, key {key.Public.Name}");
            text.WriteLine($"written: {Shortened.Visible(outputFile)}");
        }, json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/label-act/1");
            json.WriteString("act", "decision");
            json.WriteBoolean("granted", !refused);
            json.WriteString("about", Device(assessment));
            EvidenceJson.Texts(json, "files", [outputFile]);
            WriteDecision(json, decision);
            json.WriteEndObject();
        });
        if (!refused) terminal.Hint($"next: assay label issue {statementFile} {outputFile}");
        return refused ? Exit.No : Exit.Done;
    }

    private static int Issue(Arguments arguments, Terminal terminal, string statementFile, string decisionFile)
    {
        foreach (var here in new[] { "--in-toto", "--device", "--device-ca" })
        {
            if (arguments.Has(here) && arguments.Has("--registry")) throw new UsageException($"{here} is for an issue with a key at hand: a registry signs with its own");
        }
        if (arguments.Value("--registry") is { } registry) return IssueAtRegistry(arguments, terminal, statementFile, decisionFile, registry);
        foreach (var there in new[] { "--as", "--sbom", "--update-host" })
        {
            if (arguments.Has(there)) throw new UsageException($"{there} is for a registry: issue expects --registry ADDRESS with it");
        }
        var (statement, statementKey, againstStatement) = Signed(arguments, statementFile, SignedKind.Statement, KeyRoles.Assessor);
        var (decision, decisionKey, againstDecision) = Signed(arguments, decisionFile, SignedKind.Decision, KeyRoles.Decision);
        var assessment = AssessmentSummary.Read(statement.Statement!.Assessment);
        var what = $"{decision.Decision!.Level} for {Device(assessment)}";
        var files = LabelFiles(arguments, decisionFile);
        var unsigned = new[] { againstStatement, againstDecision }.OfType<string>().ToList();
        if (unsigned.Count > 0) return Refused(terminal, "label", what, unsigned);
        var status = arguments.Value("--status-list");
        if (status is null != !arguments.Has("--status-index")) throw new UsageException("--status-list and --status-index go together");
        var prefix = arguments.Value("--address") ?? LabelAddress.DefaultPrefix;
        var inToto = arguments.Value("--in-toto");
        foreach (var file in files) terminal.Allow(file);
        if (inToto is not null) terminal.Allow(inToto);

        using var key = Key(arguments, terminal, KeyRoles.Issuer);
        var issuedAt = AsOf(arguments, terminal);
        var (label, refusals) = Issuing.Issue(statement.Statement, statementKey!, decision, decisionKey!, key, new IssuingTerms
        {
            Issuer = Issuer(arguments),
            IssuedAt = issuedAt,
            Expires = arguments.Value("--expires") is { } expires ? Date("--expires", expires) : null,
            Product = arguments.Value("--product"),
            Status = status is null ? null : new StatusPointer(status, Number(arguments, "--status-index")!.Value),
            Binding = Binding(arguments),
        });
        if (label is null) return Refused(terminal, "label", what, refusals);
        if (inToto is not null) terminal.WriteFile(inToto, stream => stream.Write(InTotoStatement.Sign(key, SignedFile.Read(label.Certificate))));

        var trusted = Trust(arguments).Keys.FirstOrDefault(k => k.Key.Equals(key.Public) && k.Recognises(KeyRoles.Issuer, issuedAt));
        Write(terminal, files, label.Hallmark, label.Certificate, trusted, prefix, what, decision.Decision.Versions.ToString(), key.Public.Name, null);
        return Exit.Done;
    }

    private static string[] LabelFiles(Arguments arguments, string decisionFile)
    {
        var folder = arguments.Value("-o") ?? Path.GetDirectoryName(Path.GetFullPath(decisionFile))!;
        return [.. new[] { "hallmark.cose", "certificate.cose", "label.svg", "label.png" }.Select(name => Path.Combine(folder, name))];
    }

    private static void Write(Terminal terminal, string[] files, byte[] hallmark, byte[] certificate, TrustedKey? trusted, string prefix, string what, string versions, string key, Submitted? submitted)
    {
        var isTest = trusted is not { IsAuthority: true };
        var picture = new LabelPicture
        {
            Code = QrCode.OfAddress(Address(hallmark, prefix), QrLevel.M),
            Words = isTest ? LabelCheck.NotALabel : trusted!.Address ?? trusted.Name,
        };
        byte[][] contents = [hallmark, certificate, Encoding.UTF8.GetBytes(picture.ToSvg()), picture.ToPng()];
        for (var i = 0; i < files.Length; i++) terminal.WriteFile(files[i], stream => stream.Write(contents[i]));
        Print(terminal, text =>
        {
            if (isTest) text.WriteLine(LabelCheck.NotALabel);
            text.WriteLine($"issued: {Shortened.Visible(what)}, {Shortened.Visible(versions)}, key {key}");
            text.WriteLine(FormattableString.Invariant($"  hallmark of {hallmark.Length} bytes (at most {Hallmark.MaxBytes}); code of version {picture.Code.Version}, level {picture.Code.Level}; print it {picture.Code.Millimetres:0.0} mm wide or wider"));
            if (submitted is not null)
            {
                text.WriteLine(FormattableString.Invariant($"  label {submitted.Id}, place {submitted.StatusIndex} in the status list, entry {submitted.LogIndex} of the log"));
                if (submitted.Page is { } page) text.WriteLine($"  page {Shortened.Visible(page)}");
            }
            foreach (var file in files) text.WriteLine($"written: {Shortened.Visible(file)}");
        }, json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/label-act/1");
            json.WriteString("act", "label");
            json.WriteBoolean("granted", true);
            json.WriteString("about", what);
            EvidenceJson.Texts(json, "files", files);
            json.WriteBoolean("test", isTest);
            if (isTest) json.WriteString("notice", LabelCheck.NotALabel);
            json.WriteNumber("hallmarkBytes", hallmark.Length);
            json.WriteStartObject("code");
            json.WriteNumber("version", picture.Code.Version);
            json.WriteString("level", picture.Code.Level.ToString());
            json.WriteNumber("millimetres", Math.Round(picture.Code.Millimetres, 1));
            json.WriteEndObject();
            if (submitted is not null)
            {
                json.WriteString("id", submitted.Id);
                if (submitted.Page is { } page) json.WriteString("page", page);
                json.WriteNumber("statusIndex", submitted.StatusIndex);
                json.WriteNumber("logIndex", submitted.LogIndex);
            }
            json.WriteEndObject();
        });
        terminal.Hint($"next: assay label verify {files[3]}{(submitted is null ? "" : " --registry ADDRESS --trust FILE")}");
    }

    /// <summary>One thing that was handed over to be verified or shown.</summary>
    /// <param name="Label">Null where the form itself is wrong; <paramref name="Check"/> then says how.</param>
    /// <param name="Check">Null for a statement and for a decision, which are no labels.</param>
    /// <param name="Signature">Of a statement or a decision: in words.</param>
    private sealed record Examined(string Name, byte[] Token, SignedFile? Label, LabelCheck? Check, string? Signature)
    {
        public RecognitionAnswer? Recognised { get; init; }
        /// <summary>Null where no device was shown, and where the label is nobody's.</summary>
        public UnitCheck? Unit
        {
            get => Check is { Answer: LabelAnswer.Forged or LabelAnswer.IssuerUnknown } && field is not null ? new(false, "nobody in a trust list vouches for this label, so that it binds no unit") : field;
            init;
        }
        public string Limit => Unit is { IsBound: true } bound ? $"This very unit is meant: {bound.Reason}." : LabelCheck.ModelOnly;
    }

    // What a log shows of the labels here; null where nobody asked.
    private static LoggedReading? Logged(Arguments arguments, TrustList trust, DateTimeOffset asOf)
    {
        var policy = arguments.Value("--policy") is { } file ? WitnessPolicy.Read(Read(file)) : null;
        if (arguments.Value("--logged") is not { } proof) return policy is null ? null : new(null, "no proof was named: --logged FILE", true);
        List<LogVerifier> logs = [.. trust.Logs, .. arguments.Values("--log").Select(f => LogVerifier.Read(Encoding.UTF8.GetString(Read(f))))];
        if (logs.Count == 0) return new(null, "no log is known here: --log FILE, or a trust list that names one", policy is not null);
        try
        {
            return new(LoggedEntry.Read(Read(proof), logs, policy, asOf), null, policy is not null);
        }
        catch (UnreadableException wrong)
        {
            return new(null, wrong.Message, policy is not null);
        }
    }

    private static RecognitionAnswer? Recognised(Arguments arguments, TrustList trust, SignedFile label)
    {
        if (arguments.Value("--for") is not { } domain) return arguments.Has("--category") ? throw new UsageException("--category expects --for DOMAIN") : null;
        var (issued, level) = label.Hallmark is { } hallmark ? (hallmark.IssuedAt, hallmark.Level) : (label.Certificate!.IssuedAt, label.Certificate.Level);
        return trust.Under(label.Message.KeyId).FirstOrDefault(k => label.Message.Verify(k.Key)) is { } issuer
            ? RecognitionAnswer.Of(trust, issuer, level, domain, arguments.Value("--category"), issued) : new(false, null, "its issuer is unknown here");
    }

    private static int Verify(Arguments arguments, Terminal terminal)
    {
        var all = Examine(arguments, terminal);
        Answer(terminal, all, whole: false);
        return all.All(e => e.Check is { Exit: 0 }) ? Exit.Done : Exit.No;
    }

    private static int Show(Arguments arguments, Terminal terminal)
    {
        Answer(terminal, Examine(arguments, terminal), whole: true);
        return Exit.Done;
    }

    private static List<Examined> Examine(Arguments arguments, Terminal terminal)
    {
        var trust = Trust(arguments);
        var development = Keys().Development();
        var asOf = AsOf(arguments, terminal);
        using var source = new StatusSource(arguments, terminal, trust, Keys(), asOf, Read);
        var logged = Logged(arguments, trust, asOf);
        var shown = Shown(arguments, asOf);
        return [.. arguments.Operands.Skip(1).Select(operand =>
        {
            var (token, text) = Handed(operand);
            try
            {
                if (text is not null) token = LabelAddress.Read(text);
                var label = SignedFile.Read(token);
                if (label.Kind is SignedKind.Hallmark or SignedKind.Certificate)
                {
                    var (status, without) = source.For(label);
                    return new Examined(operand, token, label, LabelCheck.Of(label, trust, development.Select(d => d.Key), asOf, status, without, logged), null) { Recognised = Recognised(arguments, trust, label), Unit = shown?.Invoke(label) };
                }
                var (_, against) = Signer(label, label.Kind == SignedKind.Statement ? KeyRoles.Assessor : KeyRoles.Decision, trust, development);
                return new Examined(operand, token, label, null, against ?? "its signature holds");
            }
            catch (UnreadableException wrong)
            {
                // It came as a label and is none.
                return new Examined(operand, token, null, LabelCheck.Forged(wrong.Message), null);
            }
        })];
    }

    private static void Answer(Terminal terminal, List<Examined> all, bool whole)
    {
        if (terminal.Format == "json")
        {
            terminal.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("schema", "assay/labels/1");
                json.WriteStartArray("labels");
                foreach (var one in all) WriteExamined(json, one, all);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }
        terminal.Write(text =>
        {
            for (var i = 0; i < all.Count; i++)
            {
                if (i > 0) text.WriteLine();
                WriteExamined(text, all[i], all, whole);
            }
        });
    }

    private static void WriteExamined(TextWriter text, Examined one, List<Examined> all, bool whole)
    {
        void Line(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) text.WriteLine($"  {name,-14} {Shortened.Visible(value)}");
        }
        if (one.Check is { IsTest: true }) text.WriteLine(LabelCheck.NotALabel);
        var name = one.Name.Length > 60 ? one.Name[..57] + "…" : one.Name;
        text.WriteLine($"{Shortened.Visible(name)}: {Shortened.Visible(one.Check?.Words ?? $"not a label but a {one.Label!.Kind.ToString().ToLowerInvariant()}; {one.Signature}")}");
        if (one.Label is not null) foreach (var (what, value) in Facts(one.Label, whole)) Line(what, value);
        if (one.Check is not { } check) return;
        foreach (var reason in check.Reasons) Line("because", reason);
        foreach (var note in Links(one, all)) Line("note", note);
        if (one.Recognised is { } recognised) Line(recognised.IsRecognised ? "recognised" : "not recognised", recognised.Reason);
        Line("to do", check.ToAPerson);
        Line("authority", check.Issuer is { IsAuthority: true } issuer ? issuer.Address ?? issuer.Name : null);
        if (one.Unit is { IsBound: false } unit) Line("not bound", unit.Reason);
        Line("limit", one.Limit);
    }

    private static void WriteExamined(Utf8JsonWriter json, Examined one, List<Examined> all)
    {
        json.WriteStartObject();
        json.WriteString("input", one.Name);
        if (one.Label is not null) json.WriteString("kind", one.Label.Kind.ToString().ToLowerInvariant());
        if (one.Check is { } check)
        {
            json.WriteString("answer", check.Words);
            json.WriteBoolean("test", check.IsTest);
            if (check.IsTest) json.WriteString("notice", LabelCheck.NotALabel);
            EvidenceJson.Texts(json, "reasons", check.Reasons);
            EvidenceJson.Texts(json, "notes", Links(one, all));
            json.WriteString("toDo", check.ToAPerson);
            json.WriteString("limit", one.Limit);
            if (one.Unit is { } unit)
            {
                json.WriteStartObject("unit");
                json.WriteBoolean("bound", unit.IsBound);
                json.WriteString("reason", unit.Reason);
                json.WriteEndObject();
            }
            if (one.Recognised is { } recognised)
            {
                json.WriteStartObject("recognition");
                json.WriteBoolean("recognised", recognised.IsRecognised);
                if (recognised.As?.Level is { } level) json.WriteNumber("level", level);
                if (recognised.As?.Profile is { } profile) json.WriteString("profile", profile);
                json.WriteString("reason", recognised.Reason);
                json.WriteEndObject();
            }
            if (check.Issuer is { } issuer)
            {
                json.WriteStartObject("issuer");
                json.WriteString("name", issuer.Name);
                json.WriteBoolean("authority", issuer.IsAuthority);
                if (issuer.Address is not null) json.WriteString("address", issuer.Address);
                json.WriteString("key", issuer.Key.Name);
                json.WriteEndObject();
            }
        }
        else
        {
            json.WriteString("answer", "not a label");
            json.WriteString("signature", one.Signature);
        }
        if (one.Label is not null)
        {
            json.WriteStartArray("facts");
            foreach (var (what, value) in Facts(one.Label, whole: true))
            {
                if (value is null) continue;
                json.WriteStartObject();
                json.WriteString("name", what);
                json.WriteString("value", value);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    // Hallmark and certificate that were handed over together belong together, or do not.
    private static IReadOnlyList<string> Links(Examined one, List<Examined> all)
    {
        var hallmarks = all.Where(e => e.Label?.Hallmark is not null).ToList();
        var certificates = all.Where(e => e.Label?.Certificate is not null).ToList();
        if (one.Label?.Hallmark is { } own && certificates.Count > 0)
            return [certificates.FirstOrDefault(c => own.PointsTo(c.Token)) is { } found ? $"its certificate is {found.Name}" : "none of the certificates here is its own"];
        if (one.Label?.Certificate is not null && hallmarks.Count > 0)
            return [hallmarks.FirstOrDefault(h => h.Label!.Hallmark!.PointsTo(one.Token)) is { } found ? $"its hallmark is {found.Name}" : "no hallmark here points to it"];
        return [];
    }

    private static IEnumerable<(string Name, string? Value)> Facts(SignedFile file, bool whole) => file switch
    {
        { Hallmark: { } hallmark } => FactsOf(hallmark, whole),
        { Certificate: { } certificate } => FactsOf(certificate, whole),
        { Decision: { } decision } => FactsOf(decision),
        { Statement: { } statement } => FactsOf(statement, whole),
        _ => [],
    };

    private static IEnumerable<(string, string?)> FactsOf(Hallmark hallmark, bool whole)
    {
        yield return ("product", hallmark.Subject);
        yield return ("versions", hallmark.Versions.ToString());
        yield return ("says", hallmark.Level.ToString());
        yield return ("ends", Day(hallmark.Expires));
        yield return ("support until", hallmark.SupportEnd is { } end ? Day(end) : "not named");
        if (!whole) yield break;
        yield return ("issuer says", hallmark.Issuer);
        yield return ("issued", Day(hallmark.IssuedAt));
        yield return ("number", Convert.ToHexStringLower(hallmark.TokenId.Span));
        yield return ("status", hallmark.Status is { } status ? $"place {status.Index} in {status.List}" : "no status list");
        yield return ("certificate", $"SHA-256 begins {Convert.ToHexStringLower(hallmark.Certificate.Span)}");
        foreach (var bound in FactsOf(hallmark.Binding)) yield return bound;
    }

    private static IEnumerable<(string, string?)> FactsOf(Certificate certificate, bool whole)
    {
        yield return ("product", $"{certificate.Maker} {certificate.Model} ({certificate.Subject})");
        yield return ("versions", certificate.Versions.ToString());
        yield return ("says", certificate.Level.ToString());
        yield return ("ends", Day(certificate.Expires));
        yield return ("support until", certificate.SupportEnd is { } end ? Day(end) : "not named");
        if (!whole) yield break;
        yield return ("issuer says", certificate.Issuer);
        yield return ("issued", Day(certificate.IssuedAt));
        yield return ("number", Convert.ToHexStringLower(certificate.TokenId.Span));
        yield return ("status", certificate.Status is { } status ? $"place {status.Index} in {status.List}" : "no status list");
        foreach (var bound in FactsOf(certificate.Binding)) yield return bound;
        yield return ("examined", $"{string.Join(", ", certificate.Examined)} as of {Day(certificate.AsOf)}, by {certificate.Assessor}");
        yield return ("decided", $"by {certificate.DecidedBy} ({certificate.DecidedAs})");
        yield return ("editions", string.Join(", ", certificate.Editions));
        yield return ("grades", Grades(certificate.Grades));
        foreach (var limit in certificate.Limits) yield return ("limit", limit);
        foreach (var item in certificate.NotChecked) yield return ("not checked", item);
        foreach (var (artefact, sha256) in certificate.Evidence) yield return ("evidence", $"{artefact} {sha256}");
        yield return ("statement", Convert.ToHexStringLower(certificate.Statement.Span));
        yield return ("decision", Convert.ToHexStringLower(certificate.Decision.Span));
    }

    private static IEnumerable<(string, string?)> FactsOf(Decision decision)
    {
        yield return ("product", decision.Subject);
        yield return ("versions", decision.Versions.ToString());
        yield return ("decision", $"{decision.Level}: {(decision.Granted ? "granted" : "refused")}");
        yield return ("by", $"{decision.By} ({decision.Role}), signing as {decision.Issuer}, on {Day(decision.IssuedAt)}");
        yield return ("reason", decision.Reason);
        yield return ("statement", Convert.ToHexStringLower(decision.Statement.Span));
    }

    private static IEnumerable<(string, string?)> FactsOf(Statement statement, bool whole)
    {
        yield return ("product", statement.Subject);
        yield return ("by", $"{statement.Issuer} on {Day(statement.IssuedAt)}");
        yield return ("digest", Convert.ToHexStringLower(statement.Digest.Span));
        if (!whole) yield break;
        var assessment = AssessmentSummary.Read(statement.Assessment);
        yield return ("device", Device(assessment));
        foreach (var level in assessment.Levels)
            yield return (level.Met ? "met" : "not met", level.Level + (level.Blocking.Count == 0 ? "" : $": {string.Join("; ", level.Blocking.Take(3).Select(b => $"{b.Name} {b.Outcome}"))}{(level.Blocking.Count > 3 ? $" and {level.Blocking.Count - 3} more" : "")}"));
        yield return ("grades", Grades(assessment.Grades));
    }

    // The signed bytes, or the text of a code that should hold them: a file is known by its content, anything else is such a text.
    private static (byte[] Token, string? Text) Handed(string operand)
    {
        if (!File.Exists(operand))
        {
            if (LabelAddress.Looks(operand)) return ([], operand);
            throw new IOException($"expected a file, a picture or the text of a code, found {(Directory.Exists(operand) ? "the folder" : "no file")} {operand}");
        }
        var bytes = Read(operand);
        if (CoseSign1.Looks(bytes)) return (bytes, null);
        var start = bytes.AsSpan().TrimStart(" \t\r\n"u8);
        string text;
        if (LabelPicture.LooksLikePoints(bytes)) text = LabelPicture.ReadPoints(bytes).Text;
        else if (start.StartsWith("<"u8) || start.StartsWith("\ufeff<"u8)) text = LabelPicture.ReadSvg(bytes).Text;
        else if (bytes.Length < 4096) text = Encoding.UTF8.GetString(bytes).Trim();
        else text = "";
        if (LabelAddress.Looks(text)) return ([], text);
        throw new IOException($"{operand}: expected a signed file, a PNG or SVG of a label's code, or its text; found none of them");
    }

    private static byte[] Read(string file)
    {
        using var artefact = Artefact.Open(file);
        if (artefact.Size > CoseSign1.MaxBytes) throw new UnreadableException($"a file of at most {CoseSign1.MaxBytes} bytes", $"{artefact.Size}", 0);
        return artefact.Bytes.Span(0, (int)artefact.Size).ToArray();
    }

    private static (SignedFile File, VerifyingKey? Key, string? Against) Signed(Arguments arguments, string file, SignedKind kind, KeyRoles role)
    {
        SignedFile signed;
        try
        {
            signed = SignedFile.Read(Read(file));
        }
        catch (UnreadableException wrong)
        {
            throw new UnreadableException($"{wrong.Expected} in {file}", wrong.Found, wrong.Offset);
        }
        if (signed.Kind != kind) throw new UnreadableException($"a {kind.ToString().ToLowerInvariant()} in {file}", $"a {signed.Kind.ToString().ToLowerInvariant()}", 0);
        var (key, against) = Signer(signed, role, Trust(arguments), Keys().Development());
        return (signed, key, against is null ? null : $"the {kind.ToString().ToLowerInvariant()}: {against}");
    }

    // A development key counts for examining and deciding on the machine that made it; a label of such keys stays a test.
    private static (VerifyingKey? Key, string? Against) Signer(SignedFile file, KeyRoles role, TrustList trust, IReadOnlyList<(KeyRoles Role, VerifyingKey Key)> development)
    {
        var named = trust.Under(file.Message.KeyId).ToList();
        var signed = file.Statement?.IssuedAt ?? file.Decision!.IssuedAt;
        var own = development.Where(d => file.Message.KeyId is { } id && d.Key.Id.Span.SequenceEqual(id.Span)).Select(d => d.Key).ToList();
        if (named.Where(k => k.Recognises(role, signed)).Select(k => k.Key).Concat(own).FirstOrDefault(k => file.Message.Verify(k)) is { } key) return (key, null);
        if (named.FirstOrDefault(k => file.Message.Verify(k.Key)) is { } other) return (null, $"its key is {other.Name}'s, but is not recognised for this role on {Day(signed)}");
        if (named.Count + own.Count > 0) return (null, "forged: its signature is not by the key that it names");
        return (null, $"issuer unknown: the key {(file.Message.KeyId is { } id2 ? Convert.ToHexStringLower(id2.Span) : "that it does not name")} stands in no trust list here; name one with --trust FILE");
    }

    private static int Refused(Terminal terminal, string what, string about, IReadOnlyList<string> reasons)
    {
        Print(terminal, text =>
        {
            text.WriteLine($"refused: no {what} on {Shortened.Visible(about)}");
            foreach (var reason in reasons) text.WriteLine($"  {Shortened.Visible(reason)}");
        }, json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/label-act/1");
            json.WriteString("act", what);
            json.WriteBoolean("granted", false);
            json.WriteString("about", about);
            EvidenceJson.Texts(json, "files", []);
            EvidenceJson.Texts(json, "reasons", reasons);
            json.WriteEndObject();
        });
        return Exit.No;
    }

    // -o names the files of decide and issue, so what they say goes to standard output.
    private static void Print(Terminal terminal, Action<TextWriter> text, Action<Utf8JsonWriter> json)
    {
        if (terminal.Format == "json")
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, EvidenceJson.Document)) json(writer);
            Console.Out.WriteLine(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
        }
        else text(Console.Out);
    }

    private static void WriteDecision(Utf8JsonWriter json, Decision decision)
    {
        if (decision.Level.Level is { } level) json.WriteNumber("level", level);
        if (decision.Level.Profile is { } profile) json.WriteString("profile", profile);
        if (decision.Versions.From is { } from) json.WriteString("from", from);
        if (decision.Versions.UpTo is { } upTo) json.WriteString("upTo", upTo);
        json.WriteString("by", decision.By);
        json.WriteString("role", decision.Role);
        if (decision.Reason is { } reason) json.WriteString("reason", reason);
        json.WriteString("statement", Convert.ToHexStringLower(decision.Statement.Span));
    }

    private static string Address(byte[] token, string prefix)
    {
        try
        {
            return LabelAddress.Write(token, prefix);
        }
        catch (UnreadableException wrong)
        {
            throw new UsageException($"--address: {wrong.Message}");
        }
    }

    private static VersionRange Versions(Arguments arguments, AssessmentSummary assessment)
    {
        string? from = arguments.Value("--from"), upTo = arguments.Value("--up-to");
        if (from is "" || upTo is "") throw new UsageException("--from and --up-to expect a version, found an empty one");
        if (from is not null || upTo is not null) return new VersionRange(from, upTo);
        // Nothing said: exactly what was examined, no version more.
        if (assessment.Versions.Count == 1) return new VersionRange(assessment.Versions[0], assessment.Versions[0]);
        throw new UsageException($"the statement names {assessment.Versions.Count} versions; decide expects --from VERSION, --up-to VERSION or both");
    }

    private static KeyFolder Keys() => KeyFolder.OfUser(Environment.GetEnvironmentVariable);

    private static TrustList Trust(Arguments arguments) => arguments.Values("--trust").Aggregate(Keys().Trust(), (all, file) => all.And(KeyFolder.ReadTrust(file)));

    private static SigningKey Key(Arguments arguments, Terminal terminal, KeyRoles role) =>
        arguments.Value("--key") is { } file ? KeyFolder.Open(file, terminal.Complain, Environment.GetEnvironmentVariable) : Keys().Open(role, terminal.Complain, Environment.GetEnvironmentVariable);

    private static string Issuer(Arguments arguments) => arguments.Value("--issuer") is { Length: > 0 and <= 64 } name ? name
        : arguments.Has("--issuer") ? throw new UsageException("--issuer expects a name of 1 to 64 characters") : DefaultIssuer;

    // An act has a time, to the second; a check by day and an act by day agree, because both are the first second of it.
    private static DateTimeOffset AsOf(Arguments arguments, Terminal terminal) =>
        arguments.Has("--as-of") ? arguments.AsOf(terminal.Time) : DateTimeOffset.FromUnixTimeSeconds(terminal.Time.GetUtcNow().ToUnixTimeSeconds());

    private static DateTimeOffset Date(string option, string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date)
            ? date : throw new UsageException($"{option} expects a date such as 2028-11-23, found {text}");

    private static long? Number(Arguments arguments, string option) => arguments.Value(option) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new UsageException($"{option} expects a number, found {text}");

    // From what rests on most to what rests on nothing; a grade that we do not know comes last.
    private static string Grades(IReadOnlyList<KeyValuePair<string, long>> grades)
    {
        string[] order = ["tool", "lab", "supported", "declared", "open"];
        return string.Join(", ", grades.OrderBy(g => Array.IndexOf(order, g.Key) is var at && at < 0 ? order.Length : at).Select(g => $"{g.Value.ToString(CultureInfo.InvariantCulture)} {g.Key}"));
    }

    private static string Device(AssessmentSummary assessment) => $"{assessment.Maker} {assessment.Model}";
    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
