using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Guard;
using Assay.Guard.Admission;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;
using Assay.Traffic.Mud;
using Device = Assay.Guard.Admission.Device;

namespace Assay.Tests.Watching;

/// <summary>DHCP as a hostile device sends it, as frames, through the watch into the household.</summary>
public sealed class HostileDeviceTests : IDisposable
{
    private static readonly MacAddress Doorbell = new(0x00005e00530b);
    private readonly Office office = new();
    private readonly Scratch scratch = new();
    private readonly Household household;
    private readonly DeviceWatch watch;
    private long number;

    public HostileDeviceTests()
    {
        File.WriteAllBytes(scratch.File("hallmark.cose"), office.Hallmark());
        Directory.CreateDirectory(scratch.File("state"));
        household = new Household(Configuration.Read(Encoding.UTF8.GetBytes($$"""
            folder: state
            inside: [br0]
            outside: wan0
            names: { listen: 192.168.77.1, upstream: [203.0.113.53] }
            devices: [ { mac: "{{Doorbell}}", label: hallmark.cose, mud: "{{Path.Combine(Checkout.Root, "examples", "doorbell-1.1", "mud", "edb-100.json")}}" } ]
            """), scratch.Folder), office.Trust, new TurnedClock(Office.Start));
        household.Listed(office.Lists().Status, null);
        watch = new DeviceWatch(household.Sighted);
    }

    private Device Device => household.Look(v => v.Devices.Single(d => d.Mac == Doorbell));

    // A DHCP request as RFC 2131 has it, from the doorbell's MAC, with these options behind the message type.
    private void Dhcp(params (byte Code, byte[] Value)[] options)
    {
        var dhcp = new List<byte>(new byte[240]);
        (dhcp[0], dhcp[1], dhcp[2]) = (1, 1, 6);
        Convert.FromHexString("00005e00530b").CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(dhcp)[28..]);
        Convert.FromHexString("63825363").CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(dhcp)[236..]);
        dhcp.AddRange([53, 1, 3]);
        foreach (var (code, value) in options) dhcp.AddRange([code, (byte)value.Length, .. value]);
        dhcp.Add(255);
        var frame = new byte[14 + 20 + 8 + dhcp.Count];
        frame.AsSpan(0, 6).Fill(0xff);
        Convert.FromHexString("00005e00530b").CopyTo(frame, 6);
        (frame[12], frame[14], frame[22], frame[23]) = (8, 0x45, 64, 17);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)(frame.Length - 14));
        frame.AsSpan(30, 4).Fill(0xff);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(34), 68);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(36), 67);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), (ushort)(8 + dhcp.Count));
        dhcp.CopyTo(frame, 42);
        var packet = new Packet();
        var one = new Frame { Number = ++number, Offset = 0, Time = 1_800_000_000_000_000_000 + number, LinkType = LinkType.Ethernet, OriginalLength = frame.Length, Bytes = frame };
        watch.Take(one, packet, packet.Decode(one));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private void SaysVersion() => household.Sighted(new Sighting { Time = Office.Start, Frame = 1, Mac = Doorbell, Kind = SightingKind.Version, Value = "EDB-100/1.1", Source = "HTTP User-Agent", Version = new VersionStatement("EDB-100", "1.1") });

    [Fact]
    public void The_configured_mud_address_is_seen_and_agrees()
    {
        SaysVersion();
        Dhcp((161, Text("https://doorbell.example/mud/edb-100.json")));
        Assert.Equal("https://doorbell.example/mud/edb-100.json", Device.MudUrl);
        Assert.Equal(GuardAction.Narrow, Device.Ruling!.Action);
    }

    [Fact]
    public void A_lying_mud_address_takes_the_binding_away_and_opens_nothing()
    {
        SaysVersion();
        Assert.Equal(GuardAction.Narrow, Device.Ruling!.Action);
        Dhcp((161, Text("https://evil.example/everything.json")));
        Assert.Equal((Binding.Claimed, GuardAction.Heal), (Device.Ruling!.Binding, Device.Ruling.Action));
        Assert.Contains(Device.Ruling.Reasons, r => r.StartsWith("refused: it names the MUD file https://evil.example", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(161)]
    [InlineData(12)]
    [InlineData(60)]
    public void Options_with_control_characters_or_without_end_reach_no_terminal_and_free_nothing(byte code)
    {
        Dhcp((code, Text("https://x\u001b]0;owned\u0007\r\n$(reboot)`; flush ruleset")));
        Dhcp((code, [.. Enumerable.Repeat((byte)'A', 255)]));
        Dhcp((code, [0xff, 0xfe, 0x00, 0x80]));
        Dhcp((code, []));
        var document = household.Look(v => GuardStatus.Document(v, new GuardSelf { IsGuarding = true }));
        using var json = JsonDocument.Parse(document);
        foreach (var device in json.RootElement.GetProperty("devices").EnumerateArray())
        {
            Assert.Equal("heal", device.GetProperty("action").GetString());
            foreach (var name in new[] { "name", "mudUrl" })
            {
                if (device.TryGetProperty(name, out var value)) Assert.DoesNotContain(value.GetString()!, char.IsControl);
            }
            Assert.DoesNotContain(device.GetProperty("reasons").EnumerateArray().SelectMany(r => r.GetString()!), char.IsControl);
        }
        // Nothing of it enters the rules.
        var (profiles, devices) = household.Policy();
        var rules = new RuleSet(new Gateway { Inside = ["br0"], Outside = "wan0", Addresses = [], Names = [Address.Parse("192.168.77.1")] }, profiles).Whole(devices);
        Assert.DoesNotContain("reboot", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", rules, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_options_are_no_reason_to_fall()
    {
        for (var length = 0; length < 12; length++) Dhcp((161, new byte[length]), ((byte)(length * 20), new byte[length]));
        Assert.Equal(GuardAction.Heal, Device.Ruling!.Action);
    }

    public void Dispose()
    {
        office.Dispose();
        scratch.Dispose();
    }
}
