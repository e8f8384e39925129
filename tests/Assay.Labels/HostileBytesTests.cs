using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.QrCode;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Changed, cut and stretched bytes in every form that this room reads: each is read or refused in our own words, soon and in little memory, and never anything else.</summary>
public sealed class HostileBytesTests(ITestOutputHelper output) : IDisposable
{
    private const int Inputs = 500, Pictures = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private const long Memory = 512 << 20;
    private readonly Samples samples = new();
    private readonly Scratch scratch = new();

    public void Dispose()
    {
        asked?.Dispose();
        samples.Dispose();
        scratch.Dispose();
    }

    [Theory]
    [InlineData("hallmark")]
    [InlineData("certificate")]
    [InlineData("decision")]
    [InlineData("statement")]
    [InlineData("assessment")]
    [InlineData("signed file")]
    [InlineData("label address")]
    [InlineData("hardware address")]
    [InlineData("public key")]
    [InlineData("private key")]
    [InlineData("status list")]
    [InlineData("status delta")]
    [InlineData("notices")]
    [InlineData("zlib")]
    [InlineData("log entry")]
    [InlineData("receipt")]
    [InlineData("statement with receipts")]
    [InlineData("tlog-proof")]
    [InlineData("checkpoint")]
    [InlineData("tile")]
    [InlineData("bundle")]
    [InlineData("witness policy")]
    [InlineData("witness request")]
    [InlineData("verifier key")]
    [InlineData("log key")]
    [InlineData("trust list")]
    [InlineData("signed trust list")]
    [InlineData("challenge")]
    [InlineData("device proof")]
    [InlineData("svg")]
    [InlineData("png")]
    [InlineData("jpeg")]
    public void Whatever_comes_is_read_or_refused(string form)
    {
        var (good, read) = Form(form);
        read(good);
        var random = new Random(form.Length * 7919);
        int refused = 0, passed = 0;
        for (var i = 0; i < (form is "png" or "jpeg" ? Pictures : Inputs); i++)
        {
            var bytes = good.ToArray().ToList();
            for (var changes = random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(5))
                {
                    case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                    case 1: bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 9))); break;
                    case 2: bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 9))); break;
                    case 3: bytes[at] = (byte)random.Next(256); break;
                    default: if (i % 4 == 0) bytes.RemoveRange(at, bytes.Count - at); break;
                }
            }
            var (before, begun) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            try
            {
                read([.. bytes]);
                passed++;
            }
            catch (UnreadableException)
            {
                refused++;
            }
            catch (BudgetException)
            {
                refused++;
            }
            var (memory, time) = (GC.GetAllocatedBytesForCurrentThread() - before, Stopwatch.GetElapsedTime(begun));
            Assert.True(memory < Memory && time < Patience, $"input {i}: {memory} bytes, {time}");
        }
        output.WriteLine($"{form}: {refused} refused, {passed} read");
        Assert.True(refused > 0, $"{refused} refused, {passed} read");
    }

    private (byte[] Good, Action<byte[]> Read) Form(string form)
    {
        var end = Samples.Now.AddDays(1);
        const string Uri = "https://o.example/status/1";
        var list = new StatusList(4000);
        list[7] = LabelState.Suspended;
        var key = LogKey.Create();
        var verifier = key.Verifier("o.example/log");
        return form switch
        {
            "hallmark" => (Samples.Hallmark().Sign(samples.Issuer), b => Hallmark.Read(b)),
            "certificate" => (Issued().Certificate, b => Certificate.Read(b)),
            "decision" => (samples.Granted().Decision!.Sign(samples.Decider), b => Decision.Read(b)),
            "statement" => (samples.Statement(), b => Statement.Read(b)),
            "assessment" => (Samples.AssessmentJson(), b => AssessmentSummary.Read(b)),
            "signed file" => (Issued().Hallmark, b => SignedFile.Read(b)),
            "label address" => (Encoding.UTF8.GetBytes(LabelAddress.Write(Issued().Hallmark)), b => LabelAddress.Read(Encoding.UTF8.GetString(b))),
            "hardware address" => ("pkcs11:token=office;object=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so"u8.ToArray(), b => HardwareAddress.Read(Encoding.UTF8.GetString(b))),
            "public key" => (Pem("PUBLIC KEY", samples.Issuer.Public.Spki.Span), b => VerifyingKey.FromPem(Encoding.UTF8.GetString(b))),
            "private key" => (Private(), b => SigningKey.FromPem(Encoding.UTF8.GetString(b)).Dispose()),
            "status list" => (StatusListToken.Sign(samples.Issuer, list, Uri, Samples.Now, end, TimeSpan.FromMinutes(5), 3), b => StatusListToken.Read(b)),
            "status delta" => (StatusDelta.Sign(samples.Issuer, new StatusList(4000), list, Uri, 2, 3, Samples.Now, end), b => StatusDelta.Read(b).Apply(new StatusList(4000))),
            "notices" => (NoticeList.Sign(samples.Issuer, [new(7, NoticeKind.Suspended, null, "why", "authority", Samples.Now)], Uri, Samples.Now, end), b => NoticeList.Read(b)),
            "zlib" => (list.Compressed(), b => StatusList.Read(2, b)),
            "log entry" => (Entry(), b => LogEntry.Read(b)),
            "receipt" => (Receipt.Sign(key, Log(key), 3), b => Refused(Receipt.Read(b).Against(Entry(), verifier) is not null)),
            "statement with receipts" => (SignedStatement.With(Log(key).Entry(3), [Receipt.Sign(key, Log(key), 3)]), b => LoggedEntry.Read(b, [verifier], null, Samples.Now)),
            "tlog-proof" => (Proof(Log(key)), b => LoggedEntry.Read(b, [verifier], null, Samples.Now)),
            "checkpoint" => (Checkpoint.Sign(key, "o.example/log", 7, new byte[32]), b => Checkpoint.Read(b).Verify(verifier)),
            "tile" => (LogReader.Folder(LogFolderOf(key))("tile/0/000.p/9")!, b => new LogReader(path => path == "tile/0/000.p/9" ? b : LogReader.Folder(scratch.File("log"))(path)).InclusionProof(3)),
            "bundle" => ([0, 3, 1, 2, 3, 0, 0, 0, 1, 9], b => Tiles.ReadEntries(b, 3)),
            "witness policy" => (Encoding.UTF8.GetBytes($"log {verifier}\nwitness w1 {key.Witness("w.example/1")}\nwitness w2 {LogKey.Create().Witness("w.example/2")}\ngroup g 1 w1 w2\nquorum g\n#!window w1 2026-01-01 2026-06-30\n"), b => WitnessPolicy.Read(b)),
            "witness request" => (Witness.Request(0, [], Log(key).Checkpoint), Asked(key)),
            "verifier key" => (Encoding.UTF8.GetBytes(verifier.ToString()), b => LogVerifier.Read(Encoding.UTF8.GetString(b))),
            "log key" => (Encoding.UTF8.GetBytes(key.ToPem()), b => LogKey.FromPem(Encoding.UTF8.GetString(b))),
            "trust list" => (Trust(), b => TrustList.Read(b, "theirs")),
            "signed trust list" => (SignedTrustList.Sign(samples.Issuer, Trust(), "Office", Samples.Now, end, 1), b => SignedTrustList.Read(b)),
            "challenge" => (Challenge.Make(Samples.Now, new byte[32]).File.ToArray(), b => Challenge.Read(b)),
            "device proof" => (DeviceCertificate(), b => DeviceProof.Read(Encoding.UTF8.GetString(b))),
            "svg" => (Encoding.UTF8.GetBytes(Picture().ToSvg()), b => LabelPicture.ReadSvg(b)),
            "png" => (Picture().ToPng(), b => LabelPicture.ReadPoints(b)),
            "jpeg" => (Photograph(), b => LabelPicture.ReadPoints(b)),
            _ => throw new ArgumentOutOfRangeException(nameof(form)),
        };
    }

    // An answer that says no is a refusal too.
    private static void Refused(bool no)
    {
        if (no) throw new UnreadableException("what holds", "what does not", 0);
    }

    private byte[]? entry;
    private byte[] Entry() => entry ??= new LogEntry { Issuer = "o", Subject = "a/b", At = Samples.Now, Label = new byte[8], Issued = new(new byte[32], new byte[32], new byte[32], "https://o.example/status/1", 7) }.Sign(samples.Issuer);

    private IssuedLabel Issued()
    {
        var statement = Statement.Read(samples.Statement());
        return Issuing.Issue(statement, samples.Assessor.Public, samples.Granted(statement), samples.Decider.Public, samples.Issuer, new IssuingTerms { Issuer = "office", IssuedAt = Samples.Now }).Label!;
    }

    private string LogFolderOf(LogKey key)
    {
        if (Directory.Exists(scratch.File("log"))) return scratch.File("log");
        using var writer = LogWriter.Open(scratch.File("log"), "o.example/log", key, TimeProvider.System);
        writer.AppendAll([.. Enumerable.Repeat((ReadOnlyMemory<byte>)Entry(), 9)]);
        return scratch.File("log");
    }

    private LogReader Log(LogKey key) => new(LogReader.Folder(LogFolderOf(key)));

    private static byte[] Proof(LogReader log) => new TlogProof { Index = 3, Path = log.InclusionProof(3), Checkpoint = log.Checkpoint, Extra = log.Entry(3) }.Write();

    private Witness? asked;

    private Action<byte[]> Asked(LogKey key)
    {
        var witness = asked = Witness.Open(scratch.File("witness"), "w.example/1", LogKey.Create(), [key.Verifier("o.example/log")], TimeProvider.System);
        return b => Refused(witness.Add(b).Status is 400 or 403);
    }

    private static byte[] Pem(string label, ReadOnlySpan<byte> der) => Encoding.ASCII.GetBytes(PemEncoding.WriteString(label, der));

    private static byte[] Private()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem());
    }

    private byte[] Trust() => Encoding.UTF8.GetBytes($$"""
        { "schema": "assay/trust/1", "domain": "FI", "issuers": [ { "name": "Office", "kind": "authority", "roles": ["issuer", "status", "list"], "address": "office.example",
          "key": {{System.Text.Json.JsonSerializer.Serialize(Encoding.ASCII.GetString(Pem("PUBLIC KEY", samples.Issuer.Public.Spki.Span)))}} } ],
          "recognitions": [ { "of": "SG", "levels": [ { "theirs": 3, "ours": 2 } ], "from": "2021-10-06" } ] }
        """);

    private static byte[] DeviceCertificate()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=unit 7", made, HashAlgorithmName.SHA256).CreateSelfSigned(Samples.Now, Samples.Now.AddYears(1));
        return Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());
    }

    private LabelPicture Picture() => new() { Code = Assay.Labels.QrCode.QrCode.OfAddress(LabelAddress.Write(Issued().Hallmark)), Words = "TEST", Scale = 3 };

    private byte[] Photograph()
    {
        Tool.Need("convert-im6", "imagemagick");
        File.WriteAllBytes(scratch.File("print.png"), Picture().ToPng());
        var made = Tool.Run("convert-im6", [scratch.File("print.png"), "-quality", "80", scratch.File("photo.jpg")]);
        Assert.True(made.Exit == 0, made.Error);
        return File.ReadAllBytes(scratch.File("photo.jpg"));
    }
}
