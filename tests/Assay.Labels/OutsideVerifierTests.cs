using System.Text.Json;
using Assay.Labels.QrCode;
using Assay.Labels.Token;
using Assay.Tests;
using Code = Assay.Labels.QrCode.QrCode;

namespace Assay.Labels.Tests;

/// <summary>Programs that others wrote come to the same answers about our tokens and pictures.</summary>
public class OutsideVerifierTests
{
    private readonly Samples samples = new();

    [Fact]
    public void The_cose_library_of_npm_verifies_our_tokens_and_refuses_a_forged_one()
    {
        var folder = Npm.Folder("@auth0/cose@1.0.2", "jsqr@1.4.0");
        var hallmark = Samples.Hallmark().Sign(samples.Issuer);
        var statement = samples.Statement();
        var forged = (byte[])hallmark.Clone();
        forged[40] ^= 1;
        // Of any other key than its own a token does not verify either.
        Assert.Equal("true false false true", Node(folder, """
            const { Sign1 } = require('@auth0/cose');
            const { createPublicKey, webcrypto } = require('crypto');
            const input = JSON.parse(require('fs').readFileSync(0));
            const key = spki => webcrypto.subtle.importKey('spki', Buffer.from(spki, 'hex'), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
            const holds = async (token, spki) => { try { await Sign1.decode(Buffer.from(token, 'hex')).verify(await key(spki)); return true; } catch (e) { return false; } };
            (async () => console.log(await holds(input.hallmark, input.issuer), await holds(input.forged, input.issuer), await holds(input.hallmark, input.assessor), await holds(input.statement, input.assessor)))();
            """, new Dictionary<string, string>
        {
            ["hallmark"] = Convert.ToHexString(hallmark),
            ["forged"] = Convert.ToHexString(forged),
            ["statement"] = Convert.ToHexString(statement),
            ["issuer"] = Convert.ToHexString(samples.Issuer.Public.Spki.Span),
            ["assessor"] = Convert.ToHexString(samples.Assessor.Public.Spki.Span),
        }));
    }

    [Fact]
    public void The_code_reader_of_npm_reads_mixed_segments_at_the_versions_of_labels()
    {
        var folder = Npm.Folder("@auth0/cose@1.0.2", "jsqr@1.4.0");
        var texts = new[] { 20, 120, 160, 200, 219 }.Select(length => LabelAddress.Write(Enumerable.Range(0, length).Select(i => (byte)(i * 37 + length)).ToArray())).ToList();
        var pictures = texts.ToDictionary(text => text, text =>
        {
            var png = Png.Read(new LabelPicture { Code = Code.OfAddress(text), Words = "TEST, NOT A LABEL", Scale = 3 }.ToPng());
            return $"{png.Width} {png.Height} {Convert.ToBase64String(png.Grey)}";
        });
        Assert.Equal($"{texts.Count} of {texts.Count}", Node(folder, """
            const jsQR = require('jsqr');
            const input = JSON.parse(require('fs').readFileSync(0));
            let read = 0;
            for (const [text, picture] of Object.entries(input)) {
                const [width, height, base64] = picture.split(' ');
                const grey = Buffer.from(base64, 'base64');
                const rgba = new Uint8ClampedArray(grey.length * 4).fill(255);
                grey.forEach((g, i) => { rgba[4 * i] = rgba[4 * i + 1] = rgba[4 * i + 2] = g; });
                const code = jsQR(rgba, +width, +height);
                if (code && code.data === text) read++;
            }
            console.log(`${read} of ${Object.keys(input).length}`);
            """, pictures));
    }

    [Fact]
    public void The_framework_s_own_cose_reader_verifies_our_tokens()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(samples.Issuer.Public.Spki.Span, out _);
        var message = System.Security.Cryptography.Cose.CoseMessage.DecodeSign1(Samples.Hallmark().Sign(samples.Issuer));
        Assert.True(message.VerifyEmbedded(key));
    }

    [Fact]
    public void Sigstore_s_library_verifies_the_in_toto_form_of_a_certificate()
    {
        var folder = Npm.Folder("@sigstore/core@4.0.1");
        var statement = Statement.Read(samples.Statement());
        var decision = samples.Granted(statement);
        var (label, _) = Issuing.Issue(statement, samples.Assessor.Public, decision, samples.Decider.Public, samples.Issuer, new IssuingTerms { Issuer = "office", IssuedAt = Samples.Now });
        var certificate = SignedFile.Read(label!.Certificate);
        var envelope = System.Text.Encoding.UTF8.GetString(InTotoStatement.Sign(samples.Issuer, certificate));
        Assert.Equal($"true false https://in-toto.io/Statement/v1 {new string('a', 64)} {Convert.ToHexStringLower(certificate.Digest.Span)}", Node(folder, """
            const { dsse, crypto } = require('@sigstore/core');
            const input = JSON.parse(require('fs').readFileSync(0)), envelope = JSON.parse(input.envelope);
            const key = require('crypto').createPublicKey({ key: Buffer.from(input.key, 'hex'), format: 'der', type: 'spki' });
            const payload = Buffer.from(envelope.payload, 'base64'), sig = Buffer.from(envelope.signatures[0].sig, 'base64');
            const holds = bytes => crypto.verify(dsse.preAuthEncoding(envelope.payloadType, bytes), key, sig);
            const statement = JSON.parse(payload);
            console.log(holds(payload), holds(Buffer.concat([payload, Buffer.from(' ')])), statement._type, statement.subject[0].digest.sha256, statement.predicate.certificate);
            """, new Dictionary<string, string> { ["envelope"] = envelope, ["key"] = Convert.ToHexString(samples.Issuer.Public.Spki.Span) }));
    }

    [Fact]
    public void Three_readers_read_codes_of_every_version_of_labels_of_which_a_part_is_lost()
    {
        var folder = Npm.Folder("jsqr@1.4.0", "zxing-wasm@3.1.4");
        Tool.Need("zbarimg", "zbar-tools");
        using var scratch = new Scratch();
        var pictures = new Dictionary<string, string>();
        var files = new List<(string File, string Text)>();
        foreach (var (level, share) in new[] { (QrLevel.M, 0.15), (QrLevel.Q, 0.25) })
        {
            // One token for each version, from less than any hallmark can have to the longest.
            var texts = Enumerable.Range(100, Hallmark.MaxBytes - 99).Select(length => LabelAddress.Write(Enumerable.Range(0, length).Select(i => (byte)(i * 37 + length)).ToArray()));
            foreach (var (text, code) in texts.Select(text => (text, Code: Code.OfAddress(text, level))).DistinctBy(c => c.Code.Version))
            {
                var layout = QrLayout.Of(code.Version);
                // So many of every block's bytes are turned over.
                var wrong = (int)Math.Round(share * layout.Codewords / layout.Blocks(level));
                var turned = QrCodeTests.Damaged(layout, level, Math.Min(wrong, layout.CheckBytes(level) / 2), new Random(code.Version));
                bool Dark(int column, int row) => column >= 0 && row >= 0 && column < code.Size && row < code.Size && code.IsDark(column, row) != turned.Contains(row * code.Size + column);
                var read = QrReader.Read(code.Size, Dark);
                Assert.Equal(text, read.Text);
                Assert.True(read.Repaired >= Math.Floor(share * layout.Codewords) - layout.Blocks(level), $"{level} {code.Version}: {read.Repaired} of {layout.Codewords}");
                var side = (code.Size + 8) * 4;
                var png = Png.Write(side, side, (x, y) => Dark(x / 4 - 4, y / 4 - 4), 10000);
                files.Add((scratch.File($"{level}-{code.Version:00}.png"), text));
                File.WriteAllBytes(files[^1].File, png);
                pictures[$"{level} {code.Version} {text}"] = $"{side} {Convert.ToBase64String(Png.Read(png).Grey)}";
            }
        }
        Assert.True(pictures.Count >= 8, $"{pictures.Count}");
        Assert.Equal(files.Select(f => f.Text), Tool.Run("zbarimg", ["--raw", "-q", "-Sdisable", "-Sqrcode.enable", .. files.Select(f => f.File)]).Text.TrimEnd('\n').Split('\n'));
        Assert.Equal($"jsQR {pictures.Count} of {pictures.Count}, zxing {pictures.Count} of {pictures.Count}", Node(folder, """
            const jsQR = require('jsqr'), { readBarcodes, prepareZXingModule } = require('zxing-wasm/reader');
            const fs = require('fs'), path = require('path');
            const input = JSON.parse(fs.readFileSync(0));
            const wasm = fs.readFileSync(path.join(path.dirname(require.resolve('zxing-wasm/reader')), '../../reader/zxing_reader.wasm'));
            prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length) } });
            (async () => {
                let one = 0, other = 0;
                for (const [name, picture] of Object.entries(input)) {
                    const text = name.split(' ')[2], [side, base64] = picture.split(' ');
                    const grey = Buffer.from(base64, 'base64'), rgba = new Uint8ClampedArray(grey.length * 4).fill(255);
                    grey.forEach((g, i) => { rgba[4 * i] = rgba[4 * i + 1] = rgba[4 * i + 2] = g; });
                    if (jsQR(rgba, +side, +side)?.data === text) one++;
                    const read = await readBarcodes({ data: rgba, width: +side, height: +side, colorSpace: 'srgb' }, { formats: ['QRCode'] });
                    if (read[0]?.text === text) other++;
                }
                const all = Object.keys(input).length;
                console.log(`jsQR ${one} of ${all}, zxing ${other} of ${all}`);
            })();
            """, pictures));
    }

    private static string Node(string folder, string script, Dictionary<string, string> input)
    {
        var json = new System.Text.StringBuilder("{");
        foreach (var (name, value) in input) json.Append(json.Length > 1 ? "," : "").Append(JsonSerializer.Serialize(name)).Append(':').Append(JsonSerializer.Serialize(value));
        var result = Tool.Run("node", ["-e", script], environment: new Dictionary<string, string> { ["NODE_PATH"] = Path.Combine(folder, "node_modules") }, input: System.Text.Encoding.UTF8.GetBytes(json.Append('}').ToString()));
        return result.Exit == 0 ? result.Text.Trim() : result.Error;
    }
}
