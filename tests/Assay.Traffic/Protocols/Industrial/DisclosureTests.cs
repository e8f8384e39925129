using Assay.Evidence;
using Assay.Traffic.Flows;
using static Assay.Traffic.Tests.Capture;
using static Assay.Traffic.Tests.Protocols.Industrial.Plants;

namespace Assay.Traffic.Tests.Protocols.Industrial;

/// <summary>What machines say of themselves to anybody who asks, and that the question alone discloses nothing.</summary>
public sealed class DisclosureTests
{
    [Fact]
    public void Modbus_device_identification_names_maker_and_revision()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 502);
        talk.Client(Modbus(1, 1, 43, 14, 1, 0));
        Assert.Empty(capture.Examine().Disclosed());
        talk.Server(Modbus(1, 1, [43, 14, 1, 1, 0, 0, 2, 0, 4, .. "Acme"u8, 2, 4, .. "V2.1"u8]));
        var examination = capture.Examine();
        Assert.Equal(["revision: V2.1", "vendor: Acme"], examination.Disclosed().Order());
        Assert.True(examination.Findings.Single(f => f.Value == "revision: V2.1").Has(Traits.VersionDisclosed));
        Assert.False(examination.Findings.Single(f => f.Value == "vendor: Acme").Has(Traits.VersionDisclosed));
    }

    [Fact]
    public void An_identity_of_ethernet_ip_is_read_over_udp()
    {
        var capture = new Capture();
        capture.Udp(Phone, 40000, Device, 44818, Enip(0x63, 0, []));
        Assert.Empty(capture.Examine().Disclosed());
        byte[] item = [1, 0, 0, 2, 0xaf, 0x12, 192, 168, 1, 20, .. new byte[8], 1, 0, 14, 0, 55, 0, 20, 11, 0, 0, 0xef, 0xbe, 0xad, 0xde, 4, .. "1756"u8, 3];
        capture.Udp(Device, 44818, Phone, 40000, Enip(0x63, 0, [1, 0, 0x0c, 0, (byte)item.Length, 0, .. item]));
        Assert.Equal(["identity: 1756, revision 20.11, vendor 1, type 14, product 55, serial number deadbeef"], capture.Examine().Disclosed());
    }

    [Fact]
    public void A_bacnet_i_am_and_a_read_model_are_read()
    {
        var capture = new Capture();
        capture.Udp(Phone, 47808, Device, 47808, Bacnet(0x10, 8));
        Assert.Empty(capture.Examine().Disclosed());
        capture.Udp(Device, 47808, Phone, 47808, Bacnet(0x10, 0, 0xc4, 2, 0, 0, 99, 0x22, 5, 0xc4, 0x91, 3, 0x21, 15));
        capture.Udp(Device, 47808, Phone, 47808, Bacnet([0x30, 9, 12, 0x0c, 2, 0, 0, 99, 0x19, 44, 0x3e, 0x75, 6, 0, .. "6.1.0"u8, 0x3f]));
        Assert.Equal(["firmware revision: 6.1.0", "identity: device 99, vendor 15"], capture.Examine().Disclosed().Order());
    }

    [Fact]
    public void A_system_status_list_of_s7_names_the_module()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 102);
        talk.Client(IsoConnect);
        talk.Server(IsoConfirm);
        talk.Client(S7(7, 4, [0, 1, 0x12, 4, 0x11, 0x44, 1, 0], [0xff, 9, 0, 4, 0, 0x11, 0, 0]));
        Assert.Empty(capture.Examine().Disclosed());
        byte[] entry = [0, 7, .. "6ES7 315-2EH14-0AB0 "u8, 0, 0, (byte)'V', 3, 2, 6];
        talk.Server(S7(7, 4, [0, 1, 0x12, 8, 0x12, 0x84, 1, 1, 0, 0, 0, 0], [0xff, 9, 0, 36, 0, 0x11, 0, 0, 0, (byte)entry.Length, 0, 1, .. entry]));
        Assert.Equal(["firmware order number: 6ES7 315-2EH14-0AB0 V3.2.6"], capture.Examine().Disclosed());
    }

    [Fact]
    public void A_knx_description_names_the_device()
    {
        var capture = new Capture();
        capture.Udp(Phone, 40000, Device, 3671, [6, 0x10, 2, 3, 0, 14, 8, 1, 192, 168, 1, 30, 0x9c, 0x40]);
        Assert.Empty(capture.Examine().Disclosed());
        byte[] name = [.. "IP Router N148"u8, .. new byte[16]];
        byte[] body = [54, 1, 2, 0, 0x11, 0, 0, 0, 0, 1, 2, 3, 4, 5, 224, 0, 23, 12, 0, 1, 2, 3, 4, 5, .. name];
        capture.Udp(Device, 3671, Phone, 40000, [6, 0x10, 2, 4, 0, (byte)(6 + body.Length), .. body]);
        Assert.Equal(["identity: IP Router N148, serial number 000102030405, MAC address 00:01:02:03:04:05"], capture.Examine().Disclosed());
    }

    [Fact]
    public void Bytes_that_only_look_alike_are_no_protocol_of_a_plant()
    {
        // Each breaks one thing that the protocol fixes.
        (int Port, byte[] Bytes)[] strange =
        [
            (8502, Modbus(1, 1, 3, 0, 7, 0, 0)), (8502, [0, 1, 0, 1, 0, 6, 1, 3, 0, 7, 0, 1]), (8502, Modbus(1, 1, 99, 1, 2)), (4444, [5, 0x64, 5, 0xc4, 1, 0, 2, 0, 9, 9]),
            (4444, [0x68, 4, 7, 0, 0, 1]), (4444, [3, 0, 0, 22, 9, 0xe0, .. new byte[16]]), (4444, Enip(0x65, 0, [2, 0, 0, 0])), (4444, Enip(0x04, 0, [])),
            (4444, OpcUa("MSX", new byte[20])), (4444, [6, 0x10, 9, 9, 0, 6]), (4444, [1, 0, 3, 0, 0, 5, 0, 13, 2, 0x80, 35, 0, 0]),
        ];
        foreach (var (port, bytes) in strange)
        {
            var capture = new Capture();
            capture.Connect(Phone, Device, port).Client(bytes);
            capture.Udp(Phone, 40000, Device, port, bytes);
            var examination = capture.Examine();
            Assert.All(examination.Flows, f => Assert.True(f.Application == Application.Unknown, $"{f.Application} in {Convert.ToHexString(bytes)}"));
        }
    }
}
