using System.Text;
using System.Text.Json.Nodes;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;

namespace Assay.Traffic.Tests.Devices;

/// <summary>Kinds are learnt alike from any order, read back as they were written, and hostile files of profiles are refused.</summary>
public sealed class KindProfilesTests
{
    private static Fingerprint Of(params string[] traits) => new() { Mac = new MacAddress(1), Traits = [.. traits.Order(StringComparer.Ordinal)], Frames = 10 };

    private static string[] Common(int from, int count, string prefix) => [.. Enumerable.Range(from, count).Select(i => $"{prefix} {i}")];

    private static List<(string, Fingerprint)> Setups() =>
    [
        .. Enumerable.Range(0, 6).Select(i => ("camera", Of([.. Common(0, 10, "stack"), .. Common(0, 8, "camera"), $"draws {i}"]))),
        .. Enumerable.Range(0, 6).Select(i => ("lamp", Of([.. Common(0, 10, "stack"), .. Common(0, 8, "lamp"), $"draws {i}"]))),
        .. Enumerable.Range(0, 6).Select(i => ("plug a", Of([.. Common(5, 10, "stack"), .. Common(0, 8, "plug"), $"draws {i}"]))),
        .. Enumerable.Range(0, 6).Select(i => ("plug b", Of([.. Common(5, 10, "stack"), .. Common(0, 8, "plug"), $"draws {i}"]))),
    ];

    [Fact]
    public void A_device_that_speaks_like_a_kind_is_named_with_reasons()
    {
        var match = KindProfiles.Learn(Setups(), names: true).Match(Of([.. Common(0, 10, "stack"), .. Common(0, 8, "camera"), "draws 99"]));
        Assert.Equal("camera", match.Kinds[0].Name);
        Assert.True(match.Kinds[0].Confidence > 0.9);
        Assert.Contains("camera 0 (in 6 of 6, of no other kind)", match.Kinds[0].Reasons);
        Assert.Null(match.Unknown);
    }

    [Fact]
    public void Two_kinds_that_speak_alike_share_the_confidence_and_name_each_other()
    {
        var profiles = KindProfiles.Learn(Setups(), names: true);
        var match = profiles.Match(Of([.. Common(5, 10, "stack"), .. Common(0, 8, "plug"), "draws 3"]));
        Assert.Equal(["plug a", "plug b"], match.Kinds.Select(k => k.Name).Order(StringComparer.Ordinal));
        Assert.All(match.Kinds, k => Assert.InRange(k.Confidence, 0.4, 0.6));
        Assert.Equal(["plug b"], profiles.Kinds.Single(k => k.Name == "plug a").Alike);
        Assert.Contains("hard to tell from plug a", match.Kinds.Single(k => k.Name == "plug b").Reasons);
    }

    [Fact]
    public void A_device_of_no_kind_and_one_that_shows_too_little_are_unknown_with_the_reason()
    {
        var profiles = KindProfiles.Learn(Setups(), names: true);
        var strange = profiles.Match(Of([.. Common(0, 10, "stack"), .. Common(0, 20, "kettle")]));
        Assert.Empty(strange.Kinds);
        Assert.StartsWith("nearest is ", strange.Unknown, StringComparison.Ordinal);
        var silent = profiles.Match(Of("stack 1", "stack 2"));
        Assert.Empty(silent.Kinds);
        Assert.Contains("found 2 of 2", silent.Unknown, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_count_only_where_they_were_asked_for()
    {
        List<(string, Fingerprint)> setups =
        [
            .. Enumerable.Range(0, 4).Select(_ => ("a", Of([.. Common(0, 10, "stack"), Fingerprint.NamePrefix + "host name a"]))),
            .. Enumerable.Range(0, 4).Select(_ => ("b", Of([.. Common(0, 10, "stack"), Fingerprint.NamePrefix + "host name b"]))),
        ];
        var named = Of([.. Common(0, 10, "stack"), Fingerprint.NamePrefix + "host name b"]);
        Assert.Equal("b", KindProfiles.Learn(setups, names: true).Match(named).Kinds[0].Name);
        Assert.All(KindProfiles.Learn(setups, names: false).Match(named).Kinds, k => Assert.Equal(0.5, k.Confidence));
    }

    [Fact]
    public void The_same_set_ups_in_any_order_give_the_same_bytes_and_a_file_gives_the_same_answers()
    {
        var bytes = EvidenceJson.Bytes(json => KindProfilesJson.Write(json, KindProfiles.Learn(Setups(), names: true)));
        var reversed = Setups();
        reversed.Reverse();
        Assert.Equal(bytes, EvidenceJson.Bytes(json => KindProfilesJson.Write(json, KindProfiles.Learn(reversed, names: true))));
        var read = KindProfilesJson.Read(bytes);
        Assert.Equal(bytes, EvidenceJson.Bytes(json => KindProfilesJson.Write(json, read)));
        foreach (var (_, fingerprint) in Setups())
        {
            Assert.Equal(KindProfiles.Learn(Setups(), names: true).Match(fingerprint).Kinds.Select(k => (k.Name, k.Confidence)), read.Match(fingerprint).Kinds.Select(k => (k.Name, k.Confidence)));
        }
    }

    [Fact]
    public void One_kind_alone_cannot_be_learnt() =>
        Assert.Contains("found 1", Assert.Throws<ArgumentException>(() => KindProfiles.Learn([("a", Of(Common(0, 10, "stack")))], names: true)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("schema", "\"assay/kind-profiles/2\"")]
    [InlineData("names", "1")]
    [InlineData("temperature", "0")]
    [InlineData("temperature", "1e999")]
    [InlineData("traits", "[ \"a\", \"a\" ]")]
    [InlineData("traits", "[ 1 ]")]
    [InlineData("kinds", "[]")]
    [InlineData("trial", "{ \"right\": 2, \"tried\": 1 }")]
    public void A_file_with_a_wrong_member_is_refused(string member, string value)
    {
        var node = JsonNode.Parse(Written())!;
        Assert.NotEmpty(KindProfilesJson.Read(Encoding.UTF8.GetBytes(node.ToJsonString())).Kinds);
        var text = node.ToJsonString().Replace($"\"{member}\":{node[member]!.ToJsonString()}", $"\"{member}\":{value}", StringComparison.Ordinal);
        Assert.Throws<UnreadableException>(() => KindProfilesJson.Read(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("seen", "[ 0 ]")]
    [InlineData("seen", "[ 0, 7 ]")]
    [InlineData("seen", "[ 0, 0 ]")]
    [InlineData("seen", "[ 0, 1, 0, 1 ]")]
    [InlineData("seen", "[ -1, 1 ]")]
    [InlineData("seen", "[ 100000, 1 ]")]
    [InlineData("seen", "[ 0.5, 1 ]")]
    [InlineData("setups", "0")]
    [InlineData("least", "2")]
    [InlineData("name", "\"lamp\"")]
    public void A_kind_with_a_wrong_member_is_refused(string member, string value)
    {
        var node = JsonNode.Parse(Written())!;
        node["kinds"]![0]![member] = JsonNode.Parse(value);
        Assert.Throws<UnreadableException>(() => KindProfilesJson.Read(Encoding.UTF8.GetBytes(node.ToJsonString())));
    }

    [Fact]
    public void Every_cut_of_a_file_is_refused_and_never_a_crash()
    {
        var bytes = Written();
        for (var length = 0; length < bytes.Length - 2; length += 7) Assert.Throws<UnreadableException>(() => KindProfilesJson.Read(bytes.AsMemory(0, length)));
    }

    private static byte[] Written() => EvidenceJson.Bytes(json => KindProfilesJson.Write(json, KindProfiles.Learn(Setups(), names: true)));

    [Theory]
    [InlineData("says host name esp_06d902", "5ccf7f06d902", "says host name esp_…")]
    [InlineData("says host name cam-74-da-38-80-7a-08", "74da38807a08", "says host name cam-…")]
    [InlineData("says mDNS dch0d60.local", "908d78dd0d60", "says mdns dch….local")]
    [InlineData("says DNS cafe.example", "908d78dd0d60", "says dns cafe.example")]
    [InlineData("says mDNS 39.10.10.10.in-addr.arpa", "908d78dd0d60", null)]
    public void No_part_of_the_address_stays_in_a_name(string word, string mac, string? expected) => Assert.Equal(expected, FingerprintWatch.Anonymous(word, mac));

    [Theory]
    [InlineData("LOCATION: http://192.168.1.20:49153/x", 12)]
    [InlineData("version 1.2.3 of 10.0.0.1 and 10.0.0.2", 16)]
    [InlineData("no address 1.2.3", 0)]
    [InlineData("x1.2.3.4", 0)]
    public void Addresses_in_a_text_do_not_lengthen_it(string text, int expected) => Assert.Equal(expected, FingerprintWatch.AddressText(Encoding.ASCII.GetBytes(text)));
}
