using System.Text;
using System.Text.Json.Nodes;
using Assay.Tests;
using Assay.Traffic.Mud;

namespace Assay.Traffic.Tests.Mud;

/// <summary>Public MUD files of others: every entry is used or accounted for, and nothing that we do not understand ever widens one.</summary>
public sealed class MudCorpusTests(ITestOutputHelper output)
{
    private static IReadOnlyList<(string File, byte[] Bytes)> All() =>
        [.. Corpus.Files("mud", "*.json").Select(f => (f, File.ReadAllBytes(f))).Where(f => MudFile.Recognises(f.Item2))];

    /// <summary>The entries of lists that a policy names, read by another reader than ours.</summary>
    private static IEnumerable<(bool FromDevice, JsonObject Ace, string Type)> Entries(JsonNode root)
    {
        var lists = (root["ietf-access-control-list:acls"] ?? root["ietf-access-control-list:access-lists"])!["acl"]!.AsArray();
        foreach (var (policy, fromDevice) in new[] { ("from-device-policy", true), ("to-device-policy", false) })
        {
            foreach (var name in root["ietf-mud:mud"]![policy]!["access-lists"]!["access-list"]!.AsArray().Select(n => (string)n!["name"]!).Distinct())
            {
                var list = lists.FirstOrDefault(l => (string)l!["name"]! == name);
                if (list is null) continue;
                foreach (var ace in list["aces"]!["ace"]!.AsArray()) yield return (fromDevice, ace!.AsObject(), (string)list["type"]!);
            }
        }
    }

    [Fact]
    public void Every_file_is_read_and_every_entry_is_used_or_dropped_with_a_remark()
    {
        var (used, dropped) = (0, 0);
        foreach (var (path, bytes) in All())
        {
            var file = MudFile.Read(bytes);
            MudFileTests.Holds(file);
            Assert.Equal(Entries(JsonNode.Parse(bytes)!).Count(), file.Permissions.Count + file.Dropped);
            Assert.True(file.Dropped <= file.Remarks.Count(r => r.Weight == RemarkWeight.Dropped), path);
            (used, dropped) = (used + file.Permissions.Count, dropped + file.Dropped);
        }
        output.WriteLine($"{All().Count} files, {used} entries used, {dropped} dropped");
        Assert.True(used > 500 && dropped > 0);
    }

    [Fact]
    public void What_is_dropped_is_of_the_link_layer_or_names_the_devices_own_side()
    {
        foreach (var (path, bytes) in All())
        {
            var file = MudFile.Read(bytes);
            var expected = Entries(JsonNode.Parse(bytes)!).Count(e =>
            {
                var matches = e.Ace["matches"]!.AsObject();
                var mine = e.FromDevice ? "source" : "destination";
                return matches["eth"] is JsonObject eth && eth.Any(m => m.Key != "ethertype" || (string?)m.Value is not ("0x0800" or "0x86dd"))
                    || matches["ipv4"] is JsonObject v4 && v4.ContainsKey($"{mine}-ipv4-network") || matches["ipv6"] is JsonObject v6 && v6.ContainsKey($"{mine}-ipv6-network");
            });
            Assert.True(expected == file.Dropped, $"{path}: expected {expected} dropped, found {file.Dropped}: {string.Join("\n", file.Remarks.Where(r => r.Weight == RemarkWeight.Dropped))}");
        }
    }

    [Fact]
    public void Names_and_ports_of_every_profile_come_out_as_they_went_in()
    {
        var (names, ports) = (0, 0);
        foreach (var (_, bytes) in All())
        {
            var file = MudFile.Read(bytes);
            var entries = Entries(JsonNode.Parse(bytes)!).ToList();
            foreach (var fromDevice in new[] { true, false })
            {
                var key = fromDevice ? "ietf-acldns:dst-dnsname" : "ietf-acldns:src-dnsname";
                var port = fromDevice ? "destination-port" : "source-port";
                var theirs = entries.Where(e => e.FromDevice == fromDevice && (e.Ace["matches"]!["ipv4"] ?? e.Ace["matches"]!["ipv6"])?[key] is not null)
                    .Select(e => $"{((string)(e.Ace["matches"]!["ipv4"] ?? e.Ace["matches"]!["ipv6"])![key]!).ToLowerInvariant()}:{(e.Ace["matches"]!["tcp"] ?? e.Ace["matches"]!["udp"])?[port]?["port"]}").ToList();
                var ours = file.Permissions.Where(p => p.FromDevice == fromDevice && p.Peer.Kind == PeerKind.Name)
                    .Select(p => $"{p.Peer.Value}:{(p.PeerPorts is [var one] && one.First == one.Last ? one.First.ToString(System.Globalization.CultureInfo.InvariantCulture) : "")}").ToList();
                Assert.Equal(theirs, ours);
                (names, ports) = (names + theirs.Count, ports + ours.Count(o => !o.EndsWith(':')));
            }
        }
        output.WriteLine($"{names} entries with names, {ports} of them with a port");
        Assert.True(names > 300 && ports > 100);
    }

    [Fact]
    public void Every_profile_in_the_draft_container_is_read_and_told_so()
    {
        var draft = All().Where(f => f.Bytes.AsSpan().IndexOf("\"ietf-access-control-list:access-lists\""u8) >= 0).ToList();
        var rfc = All().Where(f => f.Bytes.AsSpan().IndexOf("\"ietf-access-control-list:acls\""u8) >= 0).ToList();
        Assert.All(draft, f => Assert.Contains(MudFile.Read(f.Bytes).Remarks, r => r.Rule == "draft-container"));
        Assert.All(rfc, f => Assert.DoesNotContain(MudFile.Read(f.Bytes).Remarks, r => r.Rule == "draft-container"));
        Assert.True(draft.Count > 0 && rfc.Count > 0);
        output.WriteLine($"{draft.Count} in the draft container, {rfc.Count} in the standard's");
    }

    [Fact]
    public void Each_folder_of_semantic_cases_has_the_peer_that_its_name_says()
    {
        var rules = new (string Part, PeerKind Kind)[]
        {
            ("mycontroller", PeerKind.MyController), ("same-m", PeerKind.SameManufacturer), ("mud-mfg-test", PeerKind.Manufacturer), ("model-test", PeerKind.Model),
            ("local-networks", PeerKind.LocalNetworks), ("local_network", PeerKind.LocalNetworks), ("controllerclass-test", PeerKind.Controller), ("tester_controller", PeerKind.Controller),
            ("tester_domain", PeerKind.Name), ("tester_manufacturer", PeerKind.Manufacturer), ("same_manufacturer", PeerKind.SameManufacturer),
        };
        var found = 0;
        foreach (var (path, bytes) in All())
        {
            foreach (var (part, kind) in rules.Where(r => Path.GetRelativePath(Corpus.Root!, path).Contains(r.Part, StringComparison.Ordinal)).Where(r => r.Kind != PeerKind.Controller || !path.Contains("mycontroller", StringComparison.Ordinal)))
            {
                Assert.True(MudFile.Read(bytes).Permissions.Any(p => p.Peer.Kind == kind), $"{path}: expected a peer of kind {kind} ({part})");
                found++;
            }
        }
        Assert.True(found >= rules.Length, $"{found} files carry one of {rules.Length} names");
    }

    [Fact]
    public void A_foreign_match_put_into_any_entry_of_any_file_never_widens_it()
    {
        var tried = 0;
        foreach (var (path, bytes) in All())
        {
            var whole = MudFile.Read(bytes);
            var count = Entries(JsonNode.Parse(bytes)!).Count();
            for (var i = 0; i < count; i += Math.Max(1, count / 12))
            {
                var root = JsonNode.Parse(bytes)!;
                var ace = Entries(root).ElementAt(i).Ace;
                ace["matches"]!["example-ext:colour"] = new JsonObject { ["is"] = "red" };
                var changed = MudFile.Read(Encoding.UTF8.GetBytes(root.ToJsonString()));
                var before = whole.Permissions.Where(p => p.Accept).Select(Text).ToList();
                var after = changed.Permissions.Where(p => p.Accept).Select(Text).ToList();
                Assert.Empty(after.Except(before));
                Assert.True(after.Count <= before.Count, path);
                tried++;
            }
        }
        Assert.True(tried > 300, $"{tried} tried");
        output.WriteLine($"{tried} entries widened by none");
    }

    private static string Text(Permission p) => $"{p.FromDevice} {p.Peer} {p.IpVersion} {p.Protocol} {string.Join(',', p.PeerPorts)} {string.Join(',', p.DevicePorts)} {p.InitiatedBy} {p.IcmpType} {p.IcmpCode}";

    [Fact]
    public void Every_byte_cut_off_a_file_makes_it_refused_and_never_a_crash()
    {
        var (_, bytes) = All().MinBy(f => f.Bytes.Length);
        for (var length = 0; length < bytes.Length - 2; length++) Assert.Throws<Assay.Evidence.Reading.UnreadableException>(() => MudFile.Read(bytes.AsMemory(0, length)));
        Assert.NotEmpty(MudFile.Read(bytes).Permissions);
    }
}
