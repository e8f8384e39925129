using System.Text;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Traffic.Tests.Mud;

/// <summary>Which entry allows a talk, how the nearest one differs, who opened it, and by which name a host is known.</summary>
public sealed class MudCheckTests
{
    private const string Device = Capture.Device, Cloud = Capture.Cloud;
    private static readonly MacAddress Mac = MacAddress.Of(Capture.Mac(Device));

    private static byte[] Answer(string asked, params (string Owner, ushort Type, byte[] Data)[] records) =>
    [
        0, 1, 0x81, 0x80, 0, 1, 0, (byte)records.Length, 0, 0, 0, 0, .. Labels(asked), 0, 1, 0, 1,
        .. records.SelectMany(r => (byte[])[.. Labels(r.Owner), (byte)(r.Type >> 8), (byte)r.Type, 0, 1, 0, 0, 0, 60, 0, (byte)r.Data.Length, .. r.Data]),
    ];

    private static byte[] Labels(string name) => [.. name.Split('.').SelectMany(l => (byte[])[(byte)l.Length, .. Encoding.ASCII.GetBytes(l)]), 0];

    private static readonly byte[] CloudBytes = System.Net.IPAddress.Parse(Cloud).GetAddressBytes();

    /// <summary>Frames as the device's link sees them: what others send goes to its MAC address.</summary>
    private static Capture Link() => new();

    private static DeviceTraffic Read(Capture capture)
    {
        var bytes = capture.Pcap();
        // The builder sends every frame to one address; those that are not the device's own are for it.
        for (var at = 24; at < bytes.Length; at += 16 + BitConverter.ToInt32(bytes, at + 8))
        {
            if (!bytes.AsSpan(at + 22, 6).SequenceEqual(Capture.Mac(Device))) Capture.Mac(Device).CopyTo(bytes, at + 16);
        }
        var traffic = new DeviceTraffic(Mac);
        using var artefact = Artefact.Of("test.pcap", bytes);
        Assert.Empty(traffic.Add(artefact, Capture.Options));
        return traffic;
    }

    private static MudComparison Check(byte[] file, Capture capture, params (string Class, string Address)[] members)
    {
        var traffic = Read(capture);
        var all = traffic.Members.ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal);
        foreach (var (name, address) in members) all[name] = [Address.Parse(address)];
        return new MudCheck(MudFile.Read(file), all).Compare(traffic.Talks());
    }

    private static byte[] UpdateFile => MudText.File(MudText.Ace(MudText.Update, name: "update"),
        MudText.Ace(""" "ipv4": { "ietf-acldns:src-dnsname": "update.maker.example", "protocol": 6 }, "tcp": { "ietf-mud:direction-initiated": "from-device", "source-port": { "operator": "eq", "port": 443 } } """, name: "update-answer"));

    private static Capture Named(string name = "update.maker.example") => Link().Udp("192.168.1.1", 53, Device, 5000, Answer(name, (name, 1, CloudBytes)));

    [Fact]
    public void A_connection_to_a_name_is_allowed_by_its_entry_and_its_answers_use_the_other()
    {
        var capture = Named();
        capture.Connect(Device, Cloud, 443);
        var comparison = Check(UpdateFile, capture);
        var talk = comparison.Judgements.Single(j => j.Talk.Peer == Address.Parse(Cloud));
        Assert.Equal((MudVerdict.Allowed, "update", true), (talk.Verdict, talk.Entry!.Name, talk.Talk.ByDevice));
        Assert.Equal((1L, 2L, 2L, 1L), (talk.Talk.FirstFrame - 1, talk.Talk.FirstFrame, talk.Talk.Packets.Out, talk.Talk.Packets.In));
        Assert.Empty(comparison.Unused);
    }

    [Fact]
    public void Another_port_of_the_same_name_names_the_entry_that_is_nearest_and_how_it_differs()
    {
        var capture = Named();
        capture.Connect(Device, Cloud, 8443);
        var comparison = Check(UpdateFile, capture);
        var deviation = comparison.Judgements.Single(j => j.Talk.Protocol == Packet.Tcp);
        Assert.Equal((MudVerdict.Deviation, "update", "expected port 443 of the other side, found 8443"), (deviation.Verdict, deviation.Entry!.Name, deviation.Differs));
        Assert.Equal(["update", "update-answer"], comparison.Unused.Select(p => p.Name));
    }

    [Fact]
    public void An_address_that_no_answer_named_is_not_let_through_by_a_name()
    {
        var capture = Named();
        capture.Connect(Device, "203.0.113.10", 443);
        var deviation = Check(UpdateFile, capture).Judgements.Single(j => j.Talk.Protocol == Packet.Tcp);
        Assert.Equal("expected update.maker.example, found 203.0.113.10, which no answer named", deviation.Differs);
    }

    [Fact]
    public void A_server_name_that_the_client_claims_names_nothing()
    {
        var capture = Link();
        capture.Connect(Device, Cloud, 443).Client("GET / HTTP/1.1\r\nHost: update.maker.example\r\n\r\n");
        Assert.Equal(1, Check(UpdateFile, capture).Deviations);
    }

    [Fact]
    public void The_name_that_was_asked_holds_through_its_aliases()
    {
        var capture = Link().Udp("192.168.1.1", 53, Device, 5000, Answer("update.maker.example", ("update.maker.example", 5, Labels("edge.cdn.example")), ("edge.cdn.example", 1, CloudBytes)));
        capture.Connect(Device, Cloud, 443);
        Assert.Equal(0, Check(UpdateFile, capture).Judgements.Count(j => j.Talk.Protocol == Packet.Tcp && j.Verdict == MudVerdict.Deviation));
        // An address beside the answer belongs to its own owner only.
        capture = Link().Udp("192.168.1.1", 53, Device, 5000, Answer("update.maker.example", ("ns.other.example", 1, CloudBytes)));
        capture.Connect(Device, Cloud, 443);
        Assert.Equal(1, Check(UpdateFile, capture).Judgements.Count(j => j.Talk.Protocol == Packet.Tcp && j.Verdict == MudVerdict.Deviation));
    }

    [Fact]
    public void A_connection_that_the_other_side_opens_needs_an_entry_that_lets_it()
    {
        var capture = Link();
        capture.Connect(Capture.Phone, Device, 80);
        const string Web = """ "ietf-mud:mud": { "local-networks": [null] }, "ipv4": { "protocol": 6 }, "tcp": { "ietf-mud:direction-initiated": "DIRECTION", "destination-port": { "operator": "eq", "port": 80 } } """;
        Assert.Equal(0, Check(MudText.File("", MudText.Ace(Web.Replace("DIRECTION", "to-device", StringComparison.Ordinal))), capture).Deviations);
        var refused = Check(MudText.File("", MudText.Ace(Web.Replace("DIRECTION", "from-device", StringComparison.Ordinal))), capture);
        Assert.Equal("expected the device to open it, found the other side", Assert.Single(refused.Judgements).Differs);
        Assert.Equal("expected an entry to the device, found none", Assert.Single(Check(MudText.File(), capture).Judgements).Differs);
    }

    [Fact]
    public void The_first_entry_that_matches_decides()
    {
        var capture = Link();
        capture.Connect(Device, Cloud, 443);
        var deny = MudText.Ace($$""" "ipv4": { "destination-ipv4-network": "{{Cloud}}/32" } """, """{ "forwarding": "drop" }""", "deny");
        var allow = MudText.Ace(""" "ipv4": { "destination-ipv4-network": "203.0.113.0/24" } """, name: "allow");
        Assert.Equal("this entry refuses it", Assert.Single(Check(MudText.File(deny + "," + allow), capture).Judgements).Differs);
        Assert.Equal("allow", Assert.Single(Check(MudText.File(allow + "," + deny), capture).Judgements).Entry!.Name);
    }

    [Theory]
    [InlineData("\"my-controller\": [null]", "my-controller")]
    [InlineData("\"same-manufacturer\": [null]", "maker maker.example")]
    [InlineData("\"manufacturer\": \"Lights.Example\"", "maker lights.example")]
    [InlineData("\"model\": \"https://lights.example/bulb\"", "model https://lights.example/bulb")]
    [InlineData("\"controller\": \"urn:example:hub\"", "urn:example:hub")]
    public void A_class_holds_those_that_are_told_and_nobody_else(string match, string name)
    {
        var capture = Link();
        capture.Connect(Device, Capture.Phone, 9000);
        var file = MudText.File(MudText.Ace($$""" "ietf-mud:mud": { {{match}} } """));
        Assert.Equal(1, Check(file, capture).Deviations);
        Assert.Equal(0, Check(file, capture, (name, Capture.Phone)).Deviations);
        Assert.Equal(1, Check(file, capture, (name, "192.168.1.99")).Deviations);
    }

    [Fact]
    public void A_local_resolver_is_of_the_class_of_names_and_one_elsewhere_is_not()
    {
        var file = MudText.File(MudText.Ace(""" "ietf-mud:mud": { "controller": "urn:ietf:params:mud:dns" }, "ipv4": { "protocol": 17 }, "udp": { "destination-port": { "operator": "eq", "port": 53 } } """));
        Assert.Equal(0, Check(file, Link().Udp(Device, 5000, "192.168.1.1", 53, new byte[20])).Deviations);
        Assert.Equal(1, Check(file, Link().Udp(Device, 5000, "203.0.113.53", 53, new byte[20])).Deviations);
    }

    [Fact]
    public void What_the_link_needs_is_no_matter_of_the_file()
    {
        var comparison = Check(MudText.File(), Link().Udp(Device, 68, "255.255.255.255", 67, new byte[300]));
        Assert.Equal(MudVerdict.OfTheLink, Assert.Single(comparison.Judgements).Verdict);
        // The control: the same from another port is the device's own doing.
        Assert.Equal(1, Check(MudText.File(), Link().Udp(Device, 6868, "255.255.255.255", 67, new byte[300])).Deviations);
    }

    [Fact]
    public void A_profile_that_was_learnt_says_so_and_names_what_was_asked()
    {
        var capture = Named();
        capture.Connect(Device, Cloud, 443);
        capture.Connect(Capture.Phone, Device, 80);
        var profile = ObservedProfile.Learn(Read(capture));
        var file = MudFile.Read(EvidenceJson.Bytes(profile.Write));
        Assert.True(file.IsObserved);
        Assert.Contains(file.Remarks, r => r.Rule == "observed-profile");
        Assert.False(MudFile.Read(UpdateFile).IsObserved);
        Assert.Contains(file.Permissions, p => p is { FromDevice: true, InitiatedBy: InitiatedBy.Device } && p.Peer == new Peer(PeerKind.Name, "update.maker.example") && p.PeerPorts.SequenceEqual([new PortRange(443, 443)]));
        Assert.Contains(file.Permissions, p => p is { FromDevice: false, InitiatedBy: InitiatedBy.Peer } && p.Peer.Kind == PeerKind.LocalNetworks && p.DevicePorts.SequenceEqual([new PortRange(80, 80)]));
        Assert.DoesNotContain(file.Permissions, p => p.Peer.Kind == PeerKind.Any);
    }

    [Theory]
    [InlineData(""" "ipv4": { "destination-ipv4-network": "203.0.113.9/32" } """, "address-literal")]
    [InlineData(""" "ipv4": { "ietf-acldns:dst-dnsname": "d41d8cd98f00b204e980.maker.example" } """, "name-drawn")]
    [InlineData(""" "ipv4": { "ietf-acldns:dst-dnsname": "ec2-52-18-200-165.compute.maker.example" } """, "name-drawn")]
    [InlineData(""" "ipv4": { "destination-ipv4-network": "8.8.8.8/32", "protocol": 17 }, "udp": { "destination-port": { "operator": "eq", "port": 53 } } """, "resolver-named")]
    public void Advice_of_RFC_9726_is_given_where_a_file_shows_it(string matches, string rule)
    {
        Assert.Contains(MudFile.Read(MudText.File(MudText.Ace(matches))).Remarks, r => r.Rule == rule && r.Weight == RemarkWeight.Advice);
        foreach (var clean in new[] { MudText.Update, """ "ipv4": { "destination-ipv4-network": "192.168.1.0/24", "protocol": 17 }, "udp": { "destination-port": { "operator": "eq", "port": 53 } } """ })
        {
            Assert.DoesNotContain(MudFile.Read(MudText.File(MudText.Ace(clean))).Remarks, r => r.Rule == rule);
        }
    }
}
