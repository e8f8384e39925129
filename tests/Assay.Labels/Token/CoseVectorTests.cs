using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Labels.Token;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Other people's vectors: what they call valid and we can read must verify, what they call invalid must not.</summary>
public class CoseVectorTests
{
    [Fact]
    public void The_cose_working_group_examples_verify_exactly_where_they_should()
    {
        int verified = 0, refused = 0, otherAlgorithm = 0;
        var unprotectedAlgorithm = new List<string>();
        foreach (var file in Corpus.Files("vectors/cose-wg", "*.json"))
        {
            using var example = JsonDocument.Parse(File.ReadAllBytes(file));
            var input = example.RootElement.GetProperty("input");
            if (!input.TryGetProperty("sign0", out var sign0) || !example.RootElement.TryGetProperty("output", out var output)) continue;
            var message = Convert.FromHexString(output.GetProperty("cbor").GetString()!);
            var mustFail = example.RootElement.TryGetProperty("fail", out var fail) && fail.GetBoolean();
            var key = sign0.GetProperty("key");
            if (sign0.GetProperty("alg").GetString() != "ES256" || key.GetProperty("crv").GetString() != "P-256")
            {
                Assert.Throws<UnreadableException>(() => CoseSign1.Read(message, CborForm.WellFormed));
                otherAlgorithm++;
                continue;
            }
            var external = sign0.TryGetProperty("external", out var hex) ? Convert.FromHexString(hex.GetString()!) : Array.Empty<byte>();
            var holds = Holds(message, VerifyingKey.FromPoint(Coordinate(key, "x"), Coordinate(key, "y")), external, out var reason);
            if (mustFail)
            {
                Assert.False(holds, Path.GetFileName(file));
                refused++;
            }
            else if (!holds && reason!.Contains("protected", StringComparison.Ordinal))
            {
                // RFC 9052 lets the algorithm stand unprotected; we do not, because a stranger could exchange it.
                unprotectedAlgorithm.Add(Path.GetFileName(file));
            }
            else
            {
                Assert.True(holds, $"{Path.GetFileName(file)}: {reason}");
                message[^1] ^= 1;
                Assert.False(Holds(message, VerifyingKey.FromPoint(Coordinate(key, "x"), Coordinate(key, "y")), external, out _), Path.GetFileName(file));
                verified++;
            }
        }
        Assert.True(verified > 0, $"{verified} verified, {refused} refused, {otherAlgorithm} of another algorithm");
        Assert.True(unprotectedAlgorithm.Count <= 1, string.Join(", ", unprotectedAlgorithm));
    }

    [Fact]
    public void The_green_certificates_verify_but_for_the_cases_where_we_are_strict_on_purpose()
    {
        int verified = 0, refused = 0, differ = 0;
        foreach (var file in Corpus.Files("vectors/dgc", "*.json"))
        {
            using var example = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = example.RootElement;
            if (!root.GetProperty("EXPECTEDRESULTS").TryGetProperty("EXPECTEDVERIFY", out var expected)) continue;
            if (!root.TryGetProperty("COSE", out var cose) || cose.GetString() is not { Length: > 0 } hex) continue;
            if (!root.GetProperty("TESTCTX").TryGetProperty("CERTIFICATE", out var certificate) || certificate.GetString() is not { Length: > 0 } base64) continue;
            VerifyingKey key;
            try
            {
                key = VerifyingKey.FromPem($"-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----");
            }
            catch (UnreadableException)
            {
                // Signed with RSA: no algorithm of ours, and the message says so itself.
                Assert.Throws<UnreadableException>(() => CoseSign1.Read(Convert.FromHexString(hex), CborForm.WellFormed));
                continue;
            }
            var holds = Holds(Convert.FromHexString(hex), key, [], out var reason);
            if (holds == expected.GetBoolean())
            {
                if (!holds)
                {
                    refused++;
                    continue;
                }
                verified++;
                var turned = Convert.FromHexString(hex);
                turned[^1] ^= 1;
                Assert.False(Holds(turned, key, [], out _), file);
                continue;
            }
            // Valid for others, refused here: the algorithm unprotected (as in CO20), or a label in both buckets (as in CO21).
            Assert.True(expected.GetBoolean(), $"{file} must not verify");
            Assert.True(reason is not null && (reason.Contains("the algorithm in the protected bucket", StringComparison.Ordinal)
                || reason.Contains("an algorithm under 1", StringComparison.Ordinal) || reason.Contains("both buckets", StringComparison.Ordinal)), $"{Path.GetFileName(file)}: {reason ?? "the signature does not hold"}");
            differ++;
        }
        TestContext.Current.SendDiagnosticMessage($"verified {verified}, refused {refused}, strict {differ}");
        Assert.True(verified > 0 && differ * 20 <= verified, $"verified {verified}, refused {refused}, strict {differ}");
    }

    [Fact]
    public void A_message_inside_the_tag_of_a_web_token_is_read()
    {
        var tagged = 0;
        foreach (var file in Corpus.Files("vectors/dgc", "*.json"))
        {
            using var example = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!example.RootElement.TryGetProperty("COSE", out var cose) || cose.GetString() is not { } hex || !hex.StartsWith("d83d", StringComparison.OrdinalIgnoreCase)) continue;
            Assert.Equal(CoseSign1.SignatureBytes, CoseSign1.Read(Convert.FromHexString(hex), CborForm.WellFormed).Signature.Length);
            tagged++;
        }
        if (tagged == 0) Assert.Skip("no message with tag 61 in this corpus");
    }

    [Fact]
    public void Every_signature_vector_of_wycheproof_is_judged_as_it_should_be()
    {
        var folder = Corpus.Folder("vectors/wycheproof");
        int tests = 0, valid = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "ecdsa_secp256r1_sha256_p1363*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
            {
                var key = VerifyingKey.FromSpki(Convert.FromHexString(group.GetProperty("publicKeyDer").GetString()!));
                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    var holds = key.Verify(Convert.FromHexString(test.GetProperty("msg").GetString()!), Convert.FromHexString(test.GetProperty("sig").GetString()!));
                    var result = test.GetProperty("result").GetString();
                    if (result != "acceptable") Assert.True(holds == (result == "valid"), $"test {test.GetProperty("tcId")}: {test.GetProperty("comment")}");
                    tests++;
                    if (holds) valid++;
                }
            }
        }
        if (tests == 0) Assert.Skip("no P1363 vectors in this corpus");
        Assert.True(valid > 0 && valid < tests, $"{valid} of {tests} hold");
    }

    [Fact]
    public void Every_item_of_the_cbor_appendix_is_read_or_refused_for_a_reason_that_we_chose()
    {
        int read = 0, refused = 0;
        foreach (var file in Corpus.Files("vectors/cbor", "*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var item in document.RootElement.EnumerateArray())
            {
                var hex = item.GetProperty("hex").GetString()!;
                var bytes = Convert.FromHexString(hex);
                if (!IsOurs(hex, item))
                {
                    Assert.Throws<UnreadableException>(() => CborValue.Read(bytes, CborForm.WellFormed));
                    refused++;
                    continue;
                }
                Check(item, CborValue.Read(bytes, CborForm.WellFormed), hex);
                read++;
                // What round-trips is in shortest form; what does not is written in pieces, and no token of ours is.
                if (!item.GetProperty("roundtrip").GetBoolean()) Assert.Throws<UnreadableException>(() => CborValue.Read(bytes, CborForm.Deterministic));
                else CborValue.Read(bytes, CborForm.Deterministic);
            }
        }
        Assert.True(read > 0 && refused > 0, $"{read} read, {refused} refused");
    }

    // Tags, floating point, undefined and simple values, and integers beyond 63 bits stand in no token of ours.
    private static bool IsOurs(string hex, JsonElement item)
    {
        var first = Convert.FromHexString(hex[..2])[0];
        if (first >> 5 == 6 || first is 0xf7 or 0xf9 or 0xfa or 0xfb or >= 0xe0 and < 0xf4 or 0xf8) return false;
        return first is not (0x1b or 0x3b) || item.TryGetProperty("decoded", out var decoded) && decoded.TryGetInt64(out _);
    }

    private static void Check(JsonElement item, CborValue value, string hex)
    {
        if (!item.TryGetProperty("decoded", out var decoded)) return;
        switch (decoded.ValueKind)
        {
            case JsonValueKind.Number: Assert.True(value.IsNumber(decoded.GetInt64()), hex); break;
            case JsonValueKind.String: Assert.True(value.IsText(decoded.GetString()!), hex); break;
            case JsonValueKind.True or JsonValueKind.False: Assert.Equal(decoded.GetBoolean(), value.Boolean(hex)); break;
            case JsonValueKind.Null: Assert.True(value.IsNull, hex); break;
            case JsonValueKind.Array: Assert.Equal(decoded.GetArrayLength(), value.Items(hex).Length); break;
            case JsonValueKind.Object: Assert.Equal(decoded.EnumerateObject().Count(), value.Entries(hex).Length); break;
        }
    }

    private static bool Holds(byte[] message, VerifyingKey key, byte[] external, out string? reason)
    {
        reason = null;
        try
        {
            return CoseSign1.Read(message, CborForm.WellFormed).Verify(key, external);
        }
        catch (UnreadableException wrong)
        {
            reason = wrong.Message;
            return false;
        }
    }

    private static byte[] Coordinate(JsonElement key, string name) => key.TryGetProperty(name + "_hex", out var hex)
        ? Convert.FromHexString(hex.GetString()!) : System.Buffers.Text.Base64Url.DecodeFromChars(key.GetProperty(name).GetString());
}
