using System.Text.Json;
using Assay.Labels.Log;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Which signatures count (docs/log.md): the published right and wrong ones, the ones on which verifiers differ, and a key that openssl made.</summary>
public class Ed25519VectorTests
{
    [Fact]
    public void The_vectors_of_wycheproof_hold_exactly_where_they_should()
    {
        var (right, wrong) = (0, 0);
        foreach (var file in Corpus.Files("vectors/wycheproof", "ed25519*.json"))
        {
            using var vectors = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var group in vectors.RootElement.GetProperty("testGroups").EnumerateArray())
            {
                var point = Convert.FromHexString(group.GetProperty("publicKey").GetProperty("pk").GetString()!);
                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    var expected = test.GetProperty("result").GetString() == "valid";
                    Assert.True(expected == LogVerifier.Verify(point, Hex(test, "msg"), Hex(test, "sig")), $"tcId {test.GetProperty("tcId")}");
                    if (expected) right++;
                    else wrong++;
                }
            }
        }
        Assert.True(right > 50 && wrong > 50, $"{right} right, {wrong} wrong");
    }

    [Fact]
    public void Where_verifiers_differ_points_of_low_order_and_second_encodings_are_refused_and_all_else_holds()
    {
        string[] refusing = ["low_order_A", "non_canonical_A", "non_canonical_R", "reencoded_k"];
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Corpus.Folder("vectors/cctv-ed25519"), "ed25519vectors.json")));
        int held = 0, refused = 0;
        foreach (var vector in vectors.RootElement.EnumerateArray())
        {
            var flags = vector.TryGetProperty("flags", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(f => f.GetString()!).ToList() : [];
            var expected = !flags.Any(refusing.Contains);
            Assert.True(expected == LogVerifier.Verify(Hex(vector, "key"), System.Text.Encoding.UTF8.GetBytes(vector.GetProperty("msg").GetString()!), Hex(vector, "sig")),
                $"{vector.GetProperty("number")}: {string.Join(' ', flags)}");
            if (expected) held++;
            else refused++;
        }
        Assert.True(held > 100 && refused > 100, $"{held} held, {refused} refused");
    }

    [Fact]
    public void A_key_of_openssl_signs_and_openssl_verifies_what_we_sign()
    {
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        Assert.Equal(0, Tool.Run("openssl", ["genpkey", "-algorithm", "ed25519", "-out", scratch.File("key.pem")]).Exit);
        var key = LogKey.FromPem(File.ReadAllText(scratch.File("key.pem")));
        Assert.Equal(File.ReadAllText(scratch.File("key.pem")).Trim(), key.ToPem().Trim());
        var checkpoint = Checkpoint.Read(Checkpoint.Sign(key, "office.example/log", 7, new byte[32]));
        Assert.True(checkpoint.Verify(key.Verifier("office.example/log")));
        Assert.False(checkpoint.Verify(key.Verifier("office.example/other")));
        Assert.False(checkpoint.Verify(LogKey.Create().Verifier("office.example/log")));
        File.WriteAllText(scratch.File("text"), checkpoint.Text);
        File.WriteAllBytes(scratch.File("signature"), checkpoint.Signatures[0].Bytes.ToArray());
        string[] verify = ["pkeyutl", "-verify", "-rawin", "-inkey", scratch.File("key.pem"), "-in", scratch.File("text"), "-sigfile", scratch.File("signature")];
        Assert.Equal(0, Tool.Run("openssl", verify).Exit);
        File.AppendAllText(scratch.File("text"), "x");
        Assert.NotEqual(0, Tool.Run("openssl", verify).Exit);
    }

    private static byte[] Hex(JsonElement vector, string name) => Convert.FromHexString(vector.GetProperty(name).GetString()!);
}
