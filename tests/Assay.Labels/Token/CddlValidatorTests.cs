using System.Formats.Cbor;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>zcbor (Nordic Semiconductor), a validator that others wrote, holds what we sign against docs/label.cddl, envelope, headers and payload.</summary>
/// <remarks>
/// It comes from PyPI or as source; <c>ASSAY_ZCBOR</c> names the folder of its source (github.com/NordicSemiconductor/zcbor, 0.9.1 and later), which runs with Debian's python3-cbor2,
/// python3-regex and python3-yaml.
/// </remarks>
public sealed class CddlValidatorTests(ITestOutputHelper output) : IDisposable
{
    private const string Uri = "https://office.example/status/1";
    private readonly Samples samples = new();
    private readonly Scratch scratch = new();

    public void Dispose()
    {
        samples.Dispose();
        scratch.Dispose();
    }

    [Fact]
    public void What_we_sign_is_what_the_document_says_and_what_we_do_not_sign_is_not()
    {
        var folder = Environment.GetEnvironmentVariable("ASSAY_ZCBOR");
        Assert.SkipUnless(folder is not null && File.Exists(Path.Combine(folder, "zcbor", "zcbor.py")), "ASSAY_ZCBOR names no folder with the source of zcbor");
        foreach (var (type, file) in Signed())
        {
            var (holds, says) = Validate(folder, type, file);
            Assert.True(holds, $"{type}: {says}");
            output.WriteLine($"{type}: {file.Length} bytes");
        }
        var hallmark = Samples.Hallmark().Sign(samples.Issuer);
        foreach (var (why, type, file) in new (string, string, byte[])[]
        {
            ("another kind", "certificate", hallmark),
            ("another tag", "hallmark", [0xd3, .. hallmark[1..]]),
            ("a claim that nobody knows", "hallmark", Changed(claims => { claims.WriteInt32(99); claims.WriteInt32(1); })),
            ("a pin of 17 bytes", "hallmark", Changed(claims => { claims.WriteInt32(ClaimNumbers.DeviceAuthority); claims.WriteByteString(new byte[17]); })),
            ("a status without its index", "hallmark", Changed(claims => { claims.WriteInt32(ClaimNumbers.Status); claims.WriteStartMap(0); claims.WriteEndMap(); })),
            ("a signature of 63 bytes", "hallmark", [.. hallmark[..^65], 63, .. hallmark[^63..]]),
        })
        {
            Assert.False(Validate(folder, type, file).Holds, why);
        }
    }

    private IEnumerable<(string Type, byte[] File)> Signed()
    {
        var end = Samples.Now.AddDays(1);
        yield return ("statement", samples.Statement());
        var statement = Statement.Read(samples.Statement());
        foreach (var decision in new[] { samples.Granted(statement), samples.Granted(statement, "met") })
        {
            var pin = DeviceBinding.PinOf("spki"u8);
            foreach (var binding in new[] { null, new DeviceBinding(pin, null), new DeviceBinding(null, pin) })
            {
                var (label, refusals) = Issuing.Issue(statement, samples.Assessor.Public, decision, samples.Decider.Public, samples.Issuer,
                    new IssuingTerms { Issuer = "office", IssuedAt = Samples.Now, Product = "Bell", Status = new StatusPointer("s/1", 7), Binding = binding });
                Assert.Empty(refusals);
                yield return ("hallmark", label!.Hallmark);
                yield return ("certificate", label.Certificate);
            }
        }
        var bare = new Decision
        {
            Issuer = "office",
            Subject = statement.Subject,
            IssuedAt = Samples.Now,
            Statement = statement.Digest,
            Granted = false,
            Level = new ProfileLevel(null, "uk-psti"),
            Versions = new VersionRange(null, "1.1"),
            By = "A. Example",
            Role = "head",
        };
        yield return ("decision", bare.Sign(samples.Decider));
        yield return ("decision", (bare with { Level = new ProfileLevel(1, null), Reason = "why" }).Sign(samples.Decider));
        var (before, after) = (new StatusList(4000), new StatusList(4000));
        after[7] = LabelState.Suspended;
        yield return ("status-list", StatusListToken.Sign(samples.Issuer, after, Uri, Samples.Now, end, TimeSpan.FromMinutes(5)));
        yield return ("status-list", StatusListToken.Sign(samples.Issuer, after, Uri, Samples.Now, end, TimeSpan.FromMinutes(5), 3));
        yield return ("notice-list", NoticeList.Sign(samples.Issuer, [], Uri, Samples.Now, end, 3));
        yield return ("notice-list", NoticeList.Sign(samples.Issuer, [new(7, NoticeKind.Suspended, null, "why", "authority", Samples.Now), new(9, NoticeKind.UpdateNeeded, "1.2", "why", "authority", Samples.Now, new DateOnly(2027, 1, 1), "2026-7")], Uri, Samples.Now, end, 3));
        yield return ("status-delta", StatusDelta.Sign(samples.Issuer, before, after, Uri, 1, 2, Samples.Now, end));
        var entry = new LogEntry { Issuer = "office", Subject = "Lumen/Doorbell", At = Samples.Now, Label = new byte[8], Issued = new(new byte[32], new byte[32], new byte[32], Uri, 7) };
        yield return ("log-entry", entry.Sign(samples.Issuer));
        yield return ("log-entry", (entry with { Issued = null, Changed = new(7, LabelState.Notice, NoticeKind.UpdateNeeded, "1.2", "why", "authority", new byte[32], new DateOnly(2027, 1, 1), "2026-7") }).Sign(samples.Issuer));
        yield return ("log-entry", (entry with { Issued = null, Changed = new(7, LabelState.InForce, null, null, "why", "authority", new byte[32], null, null) }).Sign(samples.Issuer));
        var key = LogKey.Create();
        using (var log = LogWriter.Open(scratch.File("log"), "office.example/log", key, TimeProvider.System)) log.AppendAll([new byte[1], new byte[2], new byte[3]]);
        yield return ("receipt", Receipt.Sign(key, new LogReader(LogReader.Folder(scratch.File("log"))), 1));
        var trust = System.Text.Encoding.UTF8.GetBytes("""{ "schema": "assay/trust/1", "domain": "SG", "issuers": [] }""");
        yield return ("trust-list", SignedTrustList.Sign(samples.Issuer, trust, "Office", Samples.Now, end, 1));
    }

    // The hallmark with one claim more than it should have, signed with the true key.
    private byte[] Changed(Action<CborWriter> more)
    {
        var payload = CoseSign1.Read(Samples.Hallmark().Sign(samples.Issuer)).Payload;
        var map = new CborWriter(CborConformanceMode.Ctap2Canonical, convertIndefiniteLengthEncodings: true);
        map.WriteStartMap(null);
        var reader = new CborReader(payload);
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            map.WriteEncodedValue(reader.ReadEncodedValue().Span);
            map.WriteEncodedValue(reader.ReadEncodedValue().Span);
        }
        more(map);
        map.WriteEndMap();
        return CoseSign1.Sign(samples.Issuer, map.Encode());
    }

    private (bool Holds, string Says) Validate(string folder, string type, byte[] file)
    {
        File.WriteAllBytes(scratch.File("file.cbor"), file);
        var result = Tool.Run("/usr/bin/python3", [Path.Combine(folder, "zcbor", "zcbor.py"), "validate", "-q", "-c", Path.Combine(Checkout.Root, "docs", "label.cddl"), "-t", type, "-i", scratch.File("file.cbor"), "--input-as", "cbor"]);
        // Neither a document that it cannot read nor a fault of its own counts as a refusal.
        if (result.Exit != 0) Assert.StartsWith("CddlValidationError", result.Error.TrimEnd().Split('\n').Last(l => l.Contains("Error", StringComparison.Ordinal)).TrimStart("_main.".ToCharArray()), StringComparison.Ordinal);
        return (result.Exit == 0, result.Error);
    }
}
