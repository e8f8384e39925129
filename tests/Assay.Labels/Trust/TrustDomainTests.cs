using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Trust between domains: signed lists that only grow, recognition in one direction, a stolen key, and an office that another takes over from what was published.</summary>
public sealed class TrustDomainTests(ITestOutputHelper output) : IDisposable
{
    private static readonly DateTimeOffset Now = Samples.Now;
    private readonly Samples samples = new();
    private readonly SigningKey lister = SigningKey.Create(), heir = SigningKey.Create();
    private readonly LogKey logKey = LogKey.Create();
    private readonly Scratch scratch = new();

    public void Dispose()
    {
        samples.Dispose();
        lister.Dispose();
        heir.Dispose();
        scratch.Dispose();
    }

    private static string Entry(string name, SigningKey key, string roles, string more = "", string kind = "authority") =>
        $$"""{ "name": "{{name}}", "kind": "{{kind}}", "roles": [{{string.Join(',', roles.Split(' ').Select(r => $"\"{r}\""))}}], "address": "office.example", "key": {{JsonSerializer.Serialize(key.Public is var k ? PemEncoding.WriteString("PUBLIC KEY", k.Spki.Span) : "")}} {{more}} }""";

    private byte[] Json(IEnumerable<string> entries, string more = "", string domain = "FI") => Encoding.UTF8.GetBytes(
        $$"""{ "schema": "assay/trust/1", "domain": "{{domain}}", "issuers": [ {{string.Join(", ", entries)}} ] {{more}} }""");

    private byte[] Office(string more = "") => Json([Entry("Office", samples.Issuer, "issuer status"), Entry("Office", lister, "list"), Entry("Lab", samples.Assessor, "assessor")], more);

    private TrustList Pinned(SigningKey key, bool isAuthority = true) => new([new TrustedKey { Name = "pinned", Key = key.Public, IsAuthority = isAuthority, Roles = KeyRoles.List }]);

    private byte[] Sign(byte[] json, SigningKey? key = null, long edition = 1, ReadOnlyMemory<byte>? previous = null, DateTimeOffset? at = null) =>
        SignedTrustList.Sign(key ?? lister, json, "Office", at ?? Now, (at ?? Now).AddMonths(6), edition, previous);

    [Fact]
    public void A_signed_list_counts_where_its_signer_does_and_as_far_as_that_goes()
    {
        var list = SignedTrustList.Read(Sign(Office()));
        var (key, against) = list.By(Pinned(lister));
        Assert.Null(against);
        Assert.All(list.Vouched(key!).Keys, k => Assert.True(k.IsAuthority && k.Domain == "FI"));
        // A test key's list makes no authority.
        Assert.All(list.Vouched(list.By(Pinned(lister, isAuthority: false)).Key!).Keys, k => Assert.False(k.IsAuthority));
        Assert.Contains("signs no list of FI", list.By(Pinned(heir)).Against!, StringComparison.Ordinal);
        Assert.Contains("may not sign a list", list.By(new([new TrustedKey { Name = "x", Key = lister.Public, IsAuthority = true, Roles = KeyRoles.Issuer | KeyRoles.Status }])).Against!, StringComparison.Ordinal);
        Assert.Contains("may not sign a list", list.By(new([new TrustedKey { Name = "x", Key = lister.Public, IsAuthority = true, Roles = KeyRoles.List, To = new DateOnly(2020, 1, 1) }])).Against!, StringComparison.Ordinal);
        Assert.NotNull(list.By(new([new TrustedKey { Name = "x", Key = lister.Public, IsAuthority = true, Roles = KeyRoles.List, Domain = "DE" }])).Against);
        var good = Sign(Office());
        for (var i = 0; i < good.Length; i++)
        {
            var forged = (byte[])good.Clone();
            forged[i] ^= 1;
            try
            {
                Assert.NotNull(SignedTrustList.Read(forged).By(Pinned(lister)).Against);
            }
            catch (UnreadableException)
            {
            }
        }
    }

    [Fact]
    public void An_edition_follows_the_one_before_and_no_key_is_ever_lost()
    {
        var first = Sign(Office());
        var second = SignedTrustList.Read(Sign(Office(), edition: 2, previous: first, at: Now.AddDays(1)));
        Assert.Null(second.Against(SignedTrustList.Read(first)));
        Assert.Contains("edition 2", second.Against(second)!, StringComparison.Ordinal);
        Assert.Contains("another edition 1", second.Against(SignedTrustList.Read(Sign(Office())))!, StringComparison.Ordinal);
        void Refused(string because, byte[] json, DateTimeOffset? at = null) =>
            Assert.Contains(because, Assert.Throws<UnreadableException>(() => Sign(json, edition: 2, previous: first, at: at ?? Now.AddDays(1))).Message, StringComparison.Ordinal);
        Refused("a key stays", Json([Entry("Office", samples.Issuer, "issuer status"), Entry("Office", lister, "list")]));
        Refused("other roles", Json([Entry("Office", samples.Issuer, "issuer"), Entry("Office", lister, "list"), Entry("Lab", samples.Assessor, "assessor")]));
        Refused("not of FI", Json([Entry("Office", samples.Issuer, "issuer")], domain: "DE"));
        Refused("the one before of", Office(), Now.AddDays(-1));
        // A window may be closed and a theft told, and neither taken back.
        var closed = Sign(Json([Entry("Office", samples.Issuer, "issuer status", $$""", "stolen": { "log": "{{logKey.Verifier("o.example/log")}}", "size": 3 }"""), Entry("Office", lister, "list"), Entry("Lab", samples.Assessor, "assessor", """, "to": "2026-12-31" """)]), edition: 2, previous: first, at: Now.AddDays(1));
        Assert.Contains("not any more", Assert.Throws<UnreadableException>(() => Sign(Office(), edition: 3, previous: closed, at: Now.AddDays(2))).Message, StringComparison.Ordinal);
    }

    private static TrustList Lists() => TrustList.Read(Encoding.UTF8.GetBytes("""
        { "schema": "assay/trust/1", "domain": "SG", "issuers": [], "recognitions": [
          { "of": "FI", "levels": [ { "theirs": "fi-label", "ours": 3 } ], "from": "2021-10-06", "source": "a memorandum" },
          { "of": "DE", "levels": [ { "theirs": 1, "ours": 2 } ], "categories": ["router", "smart camera"], "from": "2022-10-20" },
          { "of": "KR", "levels": [ { "theirs": 1, "ours": 3 }, { "theirs": 2, "ours": 3 } ], "except": ["door lock", "gas detector"], "from": "2025-01-01", "to": "2027-12-31" } ] }
        """), "sg").And(TrustList.Read("""{ "schema": "assay/trust/1", "domain": "FI", "issuers": [], "recognitions": [ { "of": "SG", "issuer": "Agency", "levels": [ { "theirs": 3, "ours": 2 } ] } ] }"""u8, "fi"));

    [Theory]
    [InlineData("FI", 2, "fi-label", "SG", null, 2026, 3)]
    [InlineData("FI", 1, "uk-psti", "SG", null, 2026, null)]
    [InlineData("FI", 2, "fi-label", "SG", null, 2020, null)]
    [InlineData("FI", 2, "fi-label", "DE", null, 2026, null)]
    [InlineData("FI", 2, "fi-label", "KR", null, 2026, null)]
    [InlineData("DE", 1, null, "SG", "router", 2026, 2)]
    [InlineData("DE", 1, null, "SG", "Router", 2026, 2)]
    [InlineData("DE", 1, null, "SG", "door lock", 2026, null)]
    [InlineData("DE", 1, null, "SG", null, 2026, null)]
    [InlineData("SG", 1, null, "DE", "router", 2026, null)]
    [InlineData("KR", 1, null, "SG", "camera", 2026, 3)]
    [InlineData("KR", 1, null, "SG", "door lock", 2026, null)]
    [InlineData("KR", 1, null, "SG", null, 2026, null)]
    [InlineData("KR", 1, null, "SG", "camera", 2024, null)]
    [InlineData("KR", 1, null, "SG", "camera", 2028, null)]
    [InlineData("KR", 3, null, "SG", "camera", 2026, null)]
    [InlineData("KR", 1, null, "FI", "camera", 2026, null)]
    [InlineData("SG", 3, null, "FI", null, 2026, 2)]
    [InlineData("SG", 3, null, "SG", null, 2026, 3)]
    public void Recognition_has_a_direction_a_time_levels_and_categories_and_does_not_pass_on(string of, int level, string? profile, string by, string? category, int year, int? taken)
    {
        var issuer = new TrustedKey { Name = "Agency", Key = samples.Issuer.Public, IsAuthority = true, Roles = KeyRoles.Issuer, Domain = of };
        var answer = RecognitionAnswer.Of(Lists(), issuer, new ProfileLevel(level, profile), by, category, new DateTimeOffset(year, 11, 23, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal((taken is not null, taken), (answer.IsRecognised, answer.As?.Level));
        Assert.NotEmpty(answer.Reason);
    }

    [Fact]
    public void Recognition_of_one_office_says_nothing_of_another_of_its_domain()
    {
        var other = new TrustedKey { Name = "Another Agency", Key = samples.Issuer.Public, IsAuthority = true, Roles = KeyRoles.Issuer, Domain = "SG" };
        Assert.False(RecognitionAnswer.Of(Lists(), other, new ProfileLevel(3, null), "FI", null, Now).IsRecognised);
        Assert.False(RecognitionAnswer.Of(Lists(), other with { Name = "Agency", Domain = null }, new ProfileLevel(3, null), "FI", null, Now).IsRecognised);
    }

    private (SignedFile Label, LogEntry Entry) Issue(SigningKey issuer, int index, DateTimeOffset at)
    {
        var hallmark = (Samples.Hallmark() with { TokenId = new byte[] { 1, 2, 3, 4, 5, 6, 7, (byte)index }, IssuedAt = at, Status = new StatusPointer("s/1", index) }).Sign(issuer);
        var label = SignedFile.Read(hallmark);
        byte[] certificate = [.. label.Hallmark!.Certificate.Span, .. new byte[16]];
        return (label, new LogEntry { Issuer = "office", Subject = "Lumen/Doorbell", At = at, Label = label.Hallmark.TokenId, Issued = new(certificate, new byte[32], new byte[32], "https://office.example/status/1", index) });
    }

    [Fact]
    public void What_a_stolen_key_signed_counts_where_it_was_logged_before_and_not_where_it_was_logged_after()
    {
        var log = logKey.Verifier("office.example/log");
        var labels = Enumerable.Range(0, 6).Select(i => Issue(samples.Issuer, i, Now.AddDays(-30))).ToList();
        using (var writer = LogWriter.Open(scratch.Folder, log.Name, logKey, TimeProvider.System)) writer.AppendAll([.. labels.Select(l => (ReadOnlyMemory<byte>)l.Entry.Sign(samples.Issuer))]);
        var reader = new LogReader(LogReader.Folder(scratch.Folder));
        var trust = TrustList.Read(Json([Entry("Office", samples.Issuer, "issuer", $$""", "stolen": { "log": "{{log}}", "size": 3 }"""), Entry("Office", samples.Decider, "status")]), "t");
        var before = TrustList.Read(Json([Entry("Office", samples.Issuer, "issuer"), Entry("Office", samples.Decider, "status")]), "t");
        var status = new StatusReading(LabelState.InForce, Now, Now.AddDays(1));
        foreach (var receipt in new[] { false, true })
        {
            for (var i = 0; i < 6; i++)
            {
                ReadOnlyMemory<byte> proof = receipt ? SignedStatement.With(reader.Entry(i), [Receipt.Sign(logKey, reader, i)]) : new TlogProof { Index = i, Path = reader.InclusionProof(i), Checkpoint = reader.Checkpoint, Extra = reader.Entry(i) }.Write();
                var logged = new LoggedReading(LoggedEntry.Read(proof, [log], null, Now), null, false);
                // The thief dates back: every label here is of the same day, a month before the theft.
                Assert.Equal(i < 3 ? LabelAnswer.InForce : LabelAnswer.IssuerUnknown, LabelCheck.Of(labels[i].Label, trust, [], Now, status, logged: logged).Answer);
                Assert.Equal(LabelAnswer.InForce, LabelCheck.Of(labels[i].Label, before, [], Now, status, logged: logged).Answer);
                // Another label's entry proves nothing.
                Assert.Equal(LabelAnswer.IssuerUnknown, LabelCheck.Of(labels[5].Label, trust, [], Now, status, logged: logged).Answer);
            }
        }
        var without = LabelCheck.Of(labels[0].Label, trust, [], Now, status);
        Assert.Equal(LabelAnswer.IssuerUnknown, without.Answer);
        Assert.Contains("no proof of that is at hand", without.Reasons[1], StringComparison.Ordinal);
        // Proofs of another log of the same name do not count, nor does anything else that the key may sign now.
        var foreign = new LoggedReading(new LoggedEntry { Log = LogKey.Create().Verifier(log.Name), Index = 0, Size = 6, Entry = LogEntry.Read(reader.Entry(0)) }, null, false);
        Assert.Equal(LabelAnswer.IssuerUnknown, LabelCheck.Of(labels[0].Label, trust, [], Now, status, logged: foreign).Answer);
        var stolenStatus = TrustList.Read(Json([Entry("Office", samples.Issuer, "issuer status", $$""", "stolen": { "log": "{{log}}", "size": 3 }""")]), "t");
        Assert.Throws<UnreadableException>(() => StatusSnapshot.Of(StatusListToken.Sign(samples.Issuer, new StatusList(8), "https://office.example/status/1", Now.AddDays(-30), Now.AddDays(1), TimeSpan.FromMinutes(5)), null, stolenStatus, Now));
    }

    [Fact]
    public void Who_asks_for_witnesses_gets_no_label_in_force_without_them()
    {
        var log = logKey.Verifier("office.example/log");
        var (label, entry) = Issue(samples.Issuer, 1, Now);
        using (var writer = LogWriter.Open(scratch.Folder, log.Name, logKey, TimeProvider.System)) writer.Append(entry.Sign(samples.Issuer));
        var reader = new LogReader(LogReader.Folder(scratch.Folder));
        var trust = TrustList.Read(Json([Entry("Office", samples.Issuer, "issuer status")]), "t");
        var witness = LogKey.Create();
        var policy = WitnessPolicy.Read(Encoding.UTF8.GetBytes($"log {log}\nwitness w {witness.Witness("w.example")}\nquorum w\n"));
        var proof = new TlogProof { Index = 0, Path = [], Checkpoint = reader.Checkpoint, Extra = reader.Entry(0) };
        var seen = proof with { Checkpoint = reader.Checkpoint.With(Encoding.UTF8.GetBytes(reader.Checkpoint.Cosign(witness, witness.Witness("w.example"), Now))) };
        LabelCheck Check(LoggedReading? logged) => LabelCheck.Of(label, trust, [], Now, new StatusReading(LabelState.InForce, Now, Now.AddDays(1)), logged: logged);
        Assert.Equal(LabelAnswer.InForce, Check(null).Answer);
        Assert.Equal(LabelAnswer.InForce, Check(new(LoggedEntry.Read(seen.Write(), [log], policy, Now), null, true)).Answer);
        Assert.Equal(LabelAnswer.GenuineStatusNotChecked, Check(new(LoggedEntry.Read(proof.Write(), [log], policy, Now), null, true)).Answer);
        Assert.Equal(LabelAnswer.GenuineStatusNotChecked, Check(new(null, "nothing", true)).Answer);
    }

    [Fact]
    public void Another_administrator_carries_on_from_the_published_files_alone()
    {
        // The first office: five labels, one suspended, one withdrawn, a signed list that names an heir. All that remains of it are files.
        var log = logKey.Verifier("office.example/log");
        var labels = Enumerable.Range(0, 5).Select(i => Issue(samples.Issuer, i, Now.AddDays(-30))).ToList();
        StatusChanged Changed(int index, LabelState state, NoticeKind? kind) => new(index, state, kind, null, "a reason", "office", new byte[32], null, null);
        using (var writer = LogWriter.Open(scratch.File("log"), log.Name, logKey, TimeProvider.System))
        {
            writer.AppendAll([.. labels.Select(l => (ReadOnlyMemory<byte>)l.Entry.Sign(samples.Issuer))]);
            foreach (var (index, state, kind) in new[] { (1, LabelState.Suspended, NoticeKind.Suspended), (2, LabelState.Withdrawn, NoticeKind.Withdrawn), (3, LabelState.Suspended, NoticeKind.Suspended) })
                writer.Append((labels[index].Entry with { Issued = null, At = Now.AddDays(-10), Changed = Changed(index, state, kind) }).Sign(samples.Issuer));
            writer.Append((labels[3].Entry with { Issued = null, At = Now.AddDays(-5), Changed = Changed(3, LabelState.InForce, null) }).Sign(samples.Issuer));
            // A stranger's entry, and one that would bring a withdrawn label back.
            writer.Append((labels[0].Entry with { Issued = null, At = Now.AddDays(-4), Changed = Changed(0, LabelState.Withdrawn, NoticeKind.Withdrawn) }).Sign(heir));
            writer.Append((labels[2].Entry with { Issued = null, At = Now.AddDays(-3), Changed = Changed(2, LabelState.InForce, null) }).Sign(samples.Issuer));
        }
        var first = Sign(Json([Entry("Office", samples.Issuer, "issuer status"), Entry("Office", lister, "list"), Entry("Heir", heir, "list", """, "from": "2026-12-01" """)], $$""", "logs": [ "{{log}}" ]"""), at: Now.AddDays(-30));
        File.WriteAllBytes(scratch.File("list.cose"), first);

        // The heir has the files and a key of its own, and nothing else.
        var day = Now.AddDays(20);
        using SigningKey newIssuer = SigningKey.Create(), newStatus = SigningKey.Create();
        var published = SignedTrustList.Read(File.ReadAllBytes(scratch.File("list.cose")));
        var reader = new LogReader(LogReader.Folder(scratch.File("log")));
        Assert.True(LogCheck.Of(LogReader.Folder(scratch.File("log")), log).IsWhole);
        var standing = LogStanding.Of(reader, published.List.Logs[0], published.List);
        Assert.Equal((5, 1), (standing.Labels.Count, standing.PassedOver.Count));
        var (list, notices) = standing.Lists("https://office.example/status/1", 1 << 10);
        var second = Sign(Json([
            Entry("Office", samples.Issuer, "issuer status", """, "to": "2026-12-01" """), Entry("Office", lister, "list", """, "to": "2026-12-01" """), Entry("Heir", heir, "list", """, "from": "2026-12-01" """),
            Entry("Office", newIssuer, "issuer", """, "from": "2026-12-01" """), Entry("Office", newStatus, "status", """, "from": "2026-12-01" """)], $$""", "logs": [ "{{log}}" ]"""), heir, 2, first, day);
        var status = StatusListToken.Sign(newStatus, list, "https://office.example/status/1", day, day.AddDays(1), TimeSpan.FromMinutes(5), 100);
        var explained = NoticeList.Sign(newStatus, notices, "https://office.example/status/1", day, day.AddDays(1), 100);

        // A reader who pinned the first office's key alone follows.
        var (firstSigner, _) = published.By(Pinned(lister));
        var next = SignedTrustList.Read(second);
        Assert.Null(next.Against(published));
        var (signer, against) = next.By(published.Vouched(firstSigner!));
        Assert.True(signer is { Name: "Heir" }, against);
        var trust = next.Vouched(signer!);
        var snapshot = StatusSnapshot.Of(status, explained, trust, day);
        LabelAnswer[] expected = [LabelAnswer.InForce, LabelAnswer.Suspended, LabelAnswer.Withdrawn, LabelAnswer.InForce, LabelAnswer.InForce];
        for (var i = 0; i < 5; i++) Assert.Equal(expected[i], LabelCheck.Of(labels[i].Label, trust, [], day, snapshot.For(new StatusPointer("s/1", i))).Answer);
        // What the heir issues counts from then on, what somebody signs with the old key now does not, and before its day the heir was nobody.
        Assert.Equal(LabelAnswer.InForce, LabelCheck.Of(Issue(newIssuer, 9, day).Label, trust, [], day, snapshot.For(new StatusPointer("s/1", 9))).Answer);
        Assert.Equal(LabelAnswer.IssuerUnknown, LabelCheck.Of(Issue(samples.Issuer, 9, day).Label, trust, [], day, snapshot.For(new StatusPointer("s/1", 9))).Answer);
        Assert.Contains("may not sign", SignedTrustList.Read(Sign(Json([Entry("Office", samples.Issuer, "issuer status"), Entry("Office", lister, "list"), Entry("Heir", heir, "list", """, "from": "2026-12-01" """)]), heir, 2, first, Now)).By(published.Vouched(firstSigner!)).Against!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_of_trusted_entities_passes_npm_s_validator_and_its_signature_holds_for_node()
    {
        var folder = Npm.Folder("@owf/crypto@0.2.0", "@owf/eudi-lote@0.2.0", "@owf/identity-common@0.2.0");
        var recognition = """, "recognitions": [ { "of": "SG", "levels": [ { "theirs": 3, "ours": 2 } ], "except": ["door lock"], "from": "2021-10-06" } ]""";
        var list = SignedTrustList.Read(Sign(Json([Entry("Office", samples.Issuer, "issuer status", $$""", "stolen": { "log": "{{logKey.Verifier("o.example/log")}}", "size": 3 }"""), Entry("Lab", samples.Assessor, "assessor", """, "from": "2025-01-01", "to": "2025-12-31" """), Entry("Office", lister, "list")], recognition)));
        var document = LoteDocument.Write(list);
        Assert.Equal(document, LoteDocument.Write(list));
        File.WriteAllBytes(scratch.File("list.json"), document);
        File.WriteAllText(scratch.File("list.jws"), LoteDocument.Sign(list, lister));
        var result = Npm.Run(folder, """
            import { validateLoTE } from '@owf/eudi-lote';
            import { readFileSync } from 'node:fs';
            import * as crypto from 'node:crypto';
            const [file, jws] = process.argv.slice(2);
            const document = JSON.parse(readFileSync(file));
            const told = d => { try { const r = validateLoTE(d); return r.valid ? 'valid' : JSON.stringify(r.errors); } catch (e) { return 'refused'; } };
            const broken = structuredClone(document); delete broken.LoTE.ListAndSchemeInformation.NextUpdate;
            const other = structuredClone(document); other.LoTE.TrustedEntitiesList[0].TrustedEntityServices[0].ServiceInformation.ServiceDigitalIdentity = {};
            const [h, p, s] = readFileSync(jws, 'utf8').split('.');
            const header = JSON.parse(Buffer.from(h, 'base64url'));
            const certificate = new crypto.X509Certificate(Buffer.from(header.x5c[0], 'base64'));
            const holds = crypto.verify('sha256', Buffer.from(`${h}.${p}`), { key: certificate.publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(s, 'base64url'));
            const forged = crypto.verify('sha256', Buffer.from(`${h}.${p}x`), { key: certificate.publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(s, 'base64url'));
            const thumb = crypto.createHash('sha256').update(certificate.raw).digest('base64url') === header['x5t#S256'];
            console.log(told(document), told(broken) !== 'valid', told(other) !== 'valid', header.alg, holds, forged, thumb, Buffer.from(p, 'base64url').equals(readFileSync(file)));
            """, scratch.File("list.json"), scratch.File("list.jws"));
        output.WriteLine(result.Text + result.Error);
        Assert.Equal("valid true true ES256 true false true true", result.Text.Trim());
    }
}
