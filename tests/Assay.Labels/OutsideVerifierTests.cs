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

    private static string Node(string folder, string script, Dictionary<string, string> input)
    {
        var json = new System.Text.StringBuilder("{");
        foreach (var (name, value) in input) json.Append(json.Length > 1 ? "," : "").Append(JsonSerializer.Serialize(name)).Append(':').Append(JsonSerializer.Serialize(value));
        var result = Tool.Run("node", ["-e", script], environment: new Dictionary<string, string> { ["NODE_PATH"] = Path.Combine(folder, "node_modules") }, input: System.Text.Encoding.UTF8.GetBytes(json.Append('}').ToString()));
        return result.Exit == 0 ? result.Text.Trim() : result.Error;
    }
}
