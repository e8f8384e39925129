using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Other people's readers of status lists read ours, and we read what they compress.</summary>
public class OutsideStatusTests
{
    private static readonly DateTimeOffset Issued = Samples.Now;

    private const string Script = """
        import { StatusList, StatusListCwt } from '@owf/token-status-list';
        import { StatusList as Other } from '@sd-jwt/jwt-status-list';
        import { Decoder, Encoder } from 'cbor-x';
        const token = Buffer.from(process.argv[2], 'hex');
        // The draft calls aggregation_uri optional; this version of the library does not read a list without the key, so it is added on the way.
        const cbor = new Decoder({ mapsAsObjects: false }), back = new Encoder({ mapsAsObjects: false });
        const parts = cbor.decode(token.subarray(1));
        const claims = cbor.decode(parts[2]);
        claims.get(65533).set('aggregation_uri', undefined);
        const list = StatusListCwt.fromToken(Buffer.concat([Buffer.from([0xd2]), back.encode([parts[0], parts[1], back.encode(claims), parts[3]])])).payload;
        console.log([...claims.keys()].join(' '));
        console.log(list.subject, list.issuedAt.toISOString(), list.expirationTime.toISOString(), list.timeToLive, list.statusList.getBitsPerStatus(), list.statusList.statusList.length);
        console.log(list.statusList.statusList.map((s, i) => [i, s]).filter(([, s]) => s).map(s => s.join('=')).join(' '));
        // The type stands where RFC 9596 has it, inside what is signed.
        const protectedHeaders = token.subarray(4, 4 + token[3]);
        console.log(token[2] === 0x58, protectedHeaders.includes('application/statuslist+cwt'));
        // What the two libraries compress, for us to read.
        const theirs = new StatusList(new Array(4096).fill(0), 2);
        const others = new Other(new Array(4096).fill(0), 2);
        for (const [i, s] of [[0, 3], [77, 2], [4095, 1]]) { theirs.setStatus(i, s); others.setStatus(i, s); }
        console.log(Buffer.from(theirs.compressStatusListToBytes()).toString('hex'));
        console.log(Buffer.from(others.compressStatusList(), 'base64url').toString('hex'));
        """;

    [Fact]
    public void Two_libraries_of_npm_read_our_list_and_we_read_theirs()
    {
        var folder = Npm.Folder("@owf/token-status-list@0.3.0-alpha-20260508181749", "@sd-jwt/jwt-status-list@0.19.0");
        using var key = SigningKey.Create();
        var list = new StatusList(5000);
        list[0] = LabelState.Withdrawn;
        list[1] = LabelState.Suspended;
        list[4999] = LabelState.Notice;
        var token = StatusListToken.Sign(key, list, "https://office.example/status/1", Issued, Issued.AddDays(1), TimeSpan.FromMinutes(5), 7);
        var result = Npm.Run(folder, Script, Convert.ToHexString(token));
        Assert.True(result.Exit == 0, result.Error);
        var lines = result.Text.Trim().Split('\n');
        Assert.Equal("2 4 6 65533 65534 -65543", lines[0]);
        Assert.Equal("https://office.example/status/1 2026-11-23T12:00:00.000Z 2026-11-24T12:00:00.000Z 300 2 5000", lines[1]);
        Assert.Equal("0=1 1=2 4999=3", lines[2]);
        Assert.Equal("true true", lines[3]);
        foreach (var compressed in lines[4..])
        {
            var theirs = StatusList.Read(2, Convert.FromHexString(compressed));
            Assert.Equal([(0, LabelState.Notice), (77, LabelState.Suspended), (4095, LabelState.Withdrawn)], Enumerable.Range(0, theirs.Slots).Select(i => (i, theirs[i])).Where(s => s.Item2 != LabelState.InForce));
        }
        Assert.Equal(6, lines.Length);
    }

    [Fact]
    public void The_framework_s_own_cose_reader_verifies_our_lists()
    {
        using var key = SigningKey.Create();
        using var ec = System.Security.Cryptography.ECDsa.Create();
        ec.ImportSubjectPublicKeyInfo(key.Public.Spki.Span, out _);
        foreach (var file in new[]
        {
            StatusListToken.Sign(key, new StatusList(1 << 20), "https://office.example/status/1", Issued, Issued.AddDays(1), TimeSpan.FromMinutes(5)),
            NoticeList.Sign(key, [new Notice(3, NoticeKind.UnderReview, null, "why", "automatic", Issued)], "https://office.example/status/1", Issued, Issued.AddDays(1)),
        })
        {
            Assert.True(System.Security.Cryptography.Cose.CoseMessage.DecodeSign1(file).VerifyEmbedded(ec));
            var at = file.Length / 2;
            file[at] ^= 1;
            Assert.False(Verifies(file));
        }

        bool Verifies(byte[] file)
        {
            try
            {
                return System.Security.Cryptography.Cose.CoseMessage.DecodeSign1(file).VerifyEmbedded(ec);
            }
            catch (System.Security.Cryptography.CryptographicException)
            {
                return false;
            }
        }
    }
}
