using Assay.Evidence;
using Assay.Traffic.Flows;
using static Assay.Traffic.Tests.Capture;
using static Assay.Traffic.Tests.Protocols.Industrial.Plants;

namespace Assay.Traffic.Tests.Protocols.Industrial;

/// <summary>
/// Orders to machines: one that was taken without authentication is a finding at its answer's frame; one that was refused, that nobody answered, or that
/// only reads is none.
/// </summary>
public sealed class ControlTests
{
    /// <summary>Examines what was said and asks for one order that was taken, at the last frame.</summary>
    private static void IsTaken(Capture capture, string subject, string what, Application application)
    {
        var examination = capture.Examine();
        var finding = Assert.Single(examination.Taken());
        Assert.Equal((FindingKind.Exposure, subject, $"accepted: {what}"), (finding.Kind, finding.Subject, finding.Value));
        Assert.Equal(capture.Count, finding.Location.Frame);
        Assert.True(finding.Has(Traits.WithoutLogin) && finding.Has(Traits.Local));
        Assert.Contains($"asked by {Phone} in frame", finding.Note);
        Assert.Contains(examination.Findings, f => f.Kind == FindingKind.Cleartext && f.Subject == subject);
        Assert.Equal(application, Assert.Single(examination.Flows).Application);
    }

    private static void IsNot(Capture capture, params string[] said)
    {
        var examination = capture.Examine();
        Assert.Empty(examination.Taken());
        Assert.Equal(said, examination.Control().Select(c => c[(c.IndexOf(' ') + 1)..]));
    }

    [Theory]
    [InlineData(502)]
    [InlineData(8502)]
    public void A_write_over_modbus_that_is_echoed_was_taken_on_any_port(int port)
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, port);
        talk.Client(Modbus(1, 1, 5, 0, 7, 0xff, 0));
        talk.Server(Modbus(1, 1, 5, 0, 7, 0xff, 0));
        IsTaken(capture, $"modbus {Device}:{port}", "write single coil", Application.Modbus);
    }

    [Fact]
    public void A_write_over_modbus_that_is_refused_or_answered_under_another_number_was_not_taken()
    {
        var refused = new Capture();
        var talk = refused.Connect(Phone, Device, 502);
        talk.Client(Modbus(1, 1, 6, 0, 7, 0, 9));
        talk.Server(Modbus(1, 1, 0x86, 2));
        IsNot(refused, "asked: write single register", "refused: write single register (illegal data address)");

        var other = new Capture();
        talk = other.Connect(Phone, Device, 502);
        talk.Client(Modbus(1, 1, 6, 0, 7, 0, 9));
        talk.Server(Modbus(2, 1, 6, 0, 7, 0, 9));
        IsNot(other, "asked: write single register");
    }

    [Fact]
    public void Reading_registers_is_no_order()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 502);
        talk.Client(Modbus(1, 1, 3, 0, 7, 0, 1));
        talk.Server(Modbus(1, 1, 3, 2, 0, 9));
        IsNot(capture);
        Assert.Equal(Application.Modbus, capture.Examine().Flows[0].Application);
    }

    [Fact]
    public void Messages_split_over_segments_and_several_in_one_are_read_alike()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 502);
        byte[] both = [.. Modbus(1, 1, 16, 0, 0, 0, 1, 2, 0, 9), .. Modbus(2, 1, 15, 0, 0, 0, 1, 1, 1)];
        foreach (var part in both.Chunk(5)) talk.Client(part);
        var frame = talk.Server([.. Modbus(1, 1, 16, 0, 0, 0, 1), .. Modbus(2, 1, 15, 0, 0, 0, 1)]);
        Assert.Equal([(frame, "accepted: write multiple coils"), (frame, "accepted: write multiple registers")],
            capture.Examine().Taken().Select(f => ((int)f.Location.Frame!, f.Value)).OrderBy(f => f.Value));
    }

    [Fact]
    public void Modbus_over_udp_is_read_too()
    {
        var capture = new Capture();
        capture.Udp(Phone, 40000, Device, 502, Modbus(1, 1, 5, 0, 7, 0, 0));
        capture.Udp(Device, 502, Phone, 40000, Modbus(1, 1, 5, 0, 7, 0, 0));
        IsTaken(capture, $"modbus {Device}:502", "write single coil", Application.Modbus);
    }

    private static byte[] Crob(byte status) => [12, 1, 0x28, 1, 0, 3, 0, 0x41, 1, 100, 0, 0, 0, 100, 0, 0, 0, status];

    [Theory]
    [InlineData(20000)]
    [InlineData(4444)]
    public void A_dnp3_operation_whose_echo_says_zero_was_taken(int port)
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, port);
        talk.Client(Dnp3(true, 10, 1, [0xc0, 0xc3, 5, .. Crob(0)]));
        talk.Server(Dnp3(false, 1, 10, [0xc0, 0xc3, 129, 0, 0, .. Crob(0)]));
        IsTaken(capture, $"dnp3 {Device}:{port}", "direct operate binary outputs", Application.Dnp3);
    }

    [Fact]
    public void A_dnp3_operation_is_refused_by_its_status_by_indications_and_by_a_wrong_sum()
    {
        var status = new Capture();
        var talk = status.Connect(Phone, Device, 20000);
        talk.Client(Dnp3(true, 10, 1, [0xc0, 0xc3, 4, .. Crob(0)]));
        talk.Server(Dnp3(false, 1, 10, [0xc0, 0xc3, 129, 0, 0, .. Crob(2)]));
        IsNot(status, "asked: operate binary outputs", "refused: operate binary outputs (no select before)");

        var indications = new Capture();
        talk = indications.Connect(Phone, Device, 20000);
        talk.Client(Dnp3(true, 10, 1, 0xc0, 0xc3, 13));
        talk.Server(Dnp3(false, 1, 10, 0xc0, 0xc3, 129, 0, 1));
        IsNot(indications, "asked: cold restart", "refused: cold restart (function not supported)");

        var damaged = new Capture();
        talk = damaged.Connect(Phone, Device, 20000);
        talk.Client(Dnp3(true, 10, 1, 0xc0, 0xc3, 13));
        var answer = Dnp3(false, 1, 10, 0xc0, 0xc3, 129, 0, 0);
        answer[12] ^= 1;
        talk.Server(answer);
        IsNot(damaged, "asked: cold restart");
    }

    [Fact]
    public void A_dnp3_outstation_that_challenges_does_not_act_without_authentication()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 20000);
        talk.Client(Dnp3(true, 10, 1, 0xc0, 0xc3, 14));
        talk.Server(Dnp3(false, 1, 10, 0xc0, 0xc3, 131, 0, 0, 120, 1, 0x5b, 1, 4, 0, 1, 2, 3, 4));
        talk.Client(Dnp3(true, 10, 1, 0xc1, 0xc3, 32, 120, 2, 0x5b, 1, 4, 0, 1, 2, 3, 4));
        talk.Client(Dnp3(true, 10, 1, 0xc2, 0xc4, 14));
        talk.Server(Dnp3(false, 1, 10, 0xc1, 0xc4, 129, 0, 0));
        IsNot(capture, "asked: warm restart", "asked: warm restart", "accepted: warm restart (after a challenge)");
    }

    [Fact]
    public void A_dnp3_fragment_over_several_frames_and_a_datagram_are_read()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 20000);
        talk.Client(Dnp3(true, 10, 1, [0x40, 0xc3, 2, 50]));
        talk.Client(Dnp3(true, 10, 1, [0x81, 1, 7, 1, 1, 2, 3, 4, 5, 6]));
        talk.Server(Dnp3(false, 1, 10, 0xc0, 0xc3, 129, 0, 0));
        IsTaken(capture, $"dnp3 {Device}:20000", "write time", Application.Dnp3);

        var udp = new Capture();
        udp.Udp(Phone, 20000, Device, 20000, Dnp3(true, 10, 1, 0xc0, 0xc3, 18));
        udp.Udp(Device, 20000, Phone, 20000, Dnp3(false, 1, 10, 0xc0, 0xc3, 129, 0, 0));
        IsTaken(udp, $"dnp3 {Device}:20000", "stop application", Application.Dnp3);
    }

    [Theory]
    [InlineData(2404)]
    [InlineData(4444)]
    public void An_iec_104_command_that_is_confirmed_was_taken(int port)
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, port);
        talk.Client([0x68, 4, 7, 0, 0, 0]);
        talk.Server([0x68, 4, 0x0b, 0, 0, 0]);
        talk.Client(Iec104(45, 1, 6, 0, 3, 0, 1, 2, 0, 1));
        talk.Server(Iec104(45, 1, 7, 0, 3, 0, 1, 2, 0, 1));
        IsTaken(capture, $"iec104 {Device}:{port}", "single command", Application.Iec104);
    }

    [Fact]
    public void An_iec_104_command_is_refused_by_the_negative_bit_and_a_select_is_named()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 2404);
        talk.Client(Iec104(46, 1, 6, 0, 3, 0, 1, 2, 0, 0x81));
        talk.Server(Iec104(46, 1, 0x47, 0, 3, 0, 1, 2, 0, 0x81));
        talk.Client(Iec104(100, 1, 6, 0, 3, 0, 0, 0, 0, 20));
        talk.Server(Iec104(100, 1, 7, 0, 3, 0, 0, 0, 0, 20));
        IsNot(capture, "asked: select, double command", "refused: select, double command (negative confirmation)");
    }

    private static Talk S7Talk(Capture capture, int port = 102)
    {
        var talk = capture.Connect(Phone, Device, port);
        talk.Client(IsoConnect);
        talk.Server(IsoConfirm);
        return talk;
    }

    [Theory]
    [InlineData(102)]
    [InlineData(4444)]
    public void An_s7_controller_that_acknowledges_a_stop_was_stopped(int port)
    {
        var capture = new Capture();
        var talk = S7Talk(capture, port);
        var stop = S7(1, 5, [0x29, 0, 0, 0, 0, 0, 9, .. "P_PROGRAM"u8], []);
        // In two data PDUs of the transport, and three segments.
        byte[] parts = [.. Iso(stop[7..17], isLast: false), .. Iso(stop[17..])];
        foreach (var part in parts.Chunk(12)) talk.Client(part);
        talk.Server(S7(3, 5, [0x29], [], 0));
        IsTaken(capture, $"s7comm {Device}:{port}", "stop the program", Application.S7);
    }

    [Fact]
    public void An_s7_write_is_refused_by_an_error_or_by_one_item()
    {
        var capture = new Capture();
        var talk = S7Talk(capture);
        byte[] item = [5, 2, 0x12, 10, 0x10, 2, 0, 1, 0, 1, 0x84, 0, 0, 0, 0x12, 10, 0x10, 2, 0, 1, 0, 1, 0x84, 0, 0, 0];
        talk.Client(S7(1, 5, item, [0, 4, 0, 8, 1, 0, 0, 4, 0, 8, 1]));
        talk.Server(S7(3, 5, [5, 2], [0xff, 3], 0));
        talk.Client(S7(1, 6, item, [0, 4, 0, 8, 1, 0, 0, 4, 0, 8, 1]));
        talk.Server(S7(2, 6, [], [], 0x8104));
        IsNot(capture, "asked: write variables", "refused: write variables (access denied)", "asked: write variables", "refused: write variables (error 0x8104)");
    }

    [Fact]
    public void An_s7_order_after_an_accepted_password_is_authenticated()
    {
        var capture = new Capture();
        var talk = S7Talk(capture);
        talk.Client(S7(7, 4, [0, 1, 0x12, 4, 0x11, 0x45, 1, 0], [0xff, 9, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]));
        talk.Server(S7(7, 4, [0, 1, 0x12, 8, 0x12, 0x85, 1, 1, 0, 0, 0, 0], [0x0a, 0, 0, 0]));
        talk.Client(S7(1, 5, [0x29, 0, 0, 0, 0, 0, 9, .. "P_PROGRAM"u8], []));
        talk.Server(S7(3, 5, [0x29], [], 0));
        IsNot(capture, "asked: stop the program", "accepted: stop the program (after a password)");
    }

    [Fact]
    public void S7_plus_is_named_and_a_remote_desktop_is_not()
    {
        var capture = new Capture();
        var talk = S7Talk(capture);
        talk.Client(Iso([0x72, 1, 0, 5, 1, 2, 3, 4, 5]));
        Assert.Equal(Application.S7Plus, capture.Examine().Flows[0].Application);

        var other = new Capture();
        talk = other.Connect(Phone, Device, 3389);
        talk.Client([3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0]);
        talk.Server([3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 2, 0, 0, 0]);
        Assert.Equal(Application.IsoTransport, other.Examine().Flows[0].Application);
        Assert.Empty(other.Examine().Control());
    }

    /// <summary>A confirmed service of MMS with the layers above the transport.</summary>
    private static byte[] MmsPdu(byte kind, byte invoke, params byte[] service)
    {
        byte[] pdu = [kind, (byte)(service.Length + 3), 2, 1, invoke, .. service];
        byte[] list = [2, 1, 3, 0xa0, (byte)pdu.Length, .. pdu];
        return Iso([1, 0, 1, 0, 0x61, (byte)(list.Length + 2), 0x30, (byte)list.Length, .. list]);
    }

    [Fact]
    public void An_mms_write_that_succeeds_was_taken_and_one_that_fails_was_not()
    {
        var capture = new Capture();
        var talk = S7Talk(capture);
        byte[] write = [0xa5, 12, 0xa0, 6, 0x30, 4, 0xa0, 2, 0x80, 0, 0xa0, 2, 0x83, 0];
        talk.Client(MmsPdu(0xa0, 9, write));
        talk.Server(MmsPdu(0xa1, 9, 0xa5, 2, 0x81, 0));
        IsTaken(capture, $"mms {Device}:102", "write variables", Application.Mms);

        var refused = new Capture();
        talk = S7Talk(refused);
        talk.Client(MmsPdu(0xa0, 9, write));
        talk.Server(MmsPdu(0xa1, 9, 0xa5, 3, 0x80, 1, 3));
        IsNot(refused, "asked: write variables", "refused: write variables (data access error)");
    }

    [Theory]
    [InlineData(44818)]
    [InlineData(4444)]
    public void A_cip_reset_that_is_answered_with_zero_was_taken(int port)
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, port);
        talk.Client(Enip(0x65, 0, [1, 0, 0, 0]));
        talk.Server(Enip(0x65, 9, [1, 0, 0, 0]));
        talk.Client(Cip(3, 5, 2, 0x20, 1, 0x24, 1));
        talk.Server(Cip(3, 0x85, 0, 0, 0));
        IsTaken(capture, $"enip {Device}:{port}", "reset the identity object", Application.EtherNetIp);
    }

    [Fact]
    public void A_cip_order_inside_an_unconnected_send_is_read_and_its_refusal_too()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 44818);
        talk.Client(Enip(0x65, 0, [1, 0, 0, 0]));
        talk.Client(Cip(3, 0x52, 2, 0x20, 6, 0x24, 1, 5, 0x99, 6, 0, 7, 2, 0x20, 0x8e, 0x24, 1, 1, 0, 1, 0));
        talk.Server(Cip(3, 0x87, 0, 0x0f, 0));
        // A read of an attribute is no order.
        talk.Client(Cip(4, 0x0e, 3, 0x20, 1, 0x24, 1, 0x30, 7));
        talk.Server(Cip(4, 0x8e, 0, 0, 0, 1, 2));
        IsNot(capture, "asked: stop the controller", "refused: stop the controller (privilege violation)");
    }

    [Fact]
    public void Several_cip_services_in_one_packet_are_told_apart()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 44818);
        talk.Client(Enip(0x65, 0, [1, 0, 0, 0]));
        byte[] tag = [0x4d, 2, 0x91, 2, (byte)'a', (byte)'b', 0xc4, 0, 1, 0, 1, 2, 3, 4], read = [0x4c, 2, 0x91, 2, (byte)'a', (byte)'b', 1, 0];
        talk.Client(Cip(3, [0x0a, 2, 0x20, 2, 0x24, 1, 2, 0, 6, 0, (byte)(6 + tag.Length), 0, .. tag, .. read]));
        talk.Server(Cip(3, [0x8a, 0, 0, 0, 2, 0, 6, 0, 10, 0, 0xcd, 0, 0, 0, 0xcc, 0, 0, 0]));
        IsTaken(capture, $"enip {Device}:44818", "write a tag", Application.EtherNetIp);
    }

    [Fact]
    public void A_pccc_write_inside_cip_is_taken_by_its_own_status()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 44818);
        talk.Client(Enip(0x65, 0, [1, 0, 0, 0]));
        byte[] who = [7, 1, 0, 1, 2, 3, 4];
        talk.Client(Cip(3, [0x4b, 2, 0x20, 0x67, 0x24, 1, .. who, 0x0f, 0, 9, 0, 0xa2, 2, 7, 0x89, 0, 0]));
        talk.Server(Cip(3, [0xcb, 0, 0, 0, .. who, 0x4f, 0, 9, 0, 1, 2]));
        talk.Client(Cip(4, [0x4b, 2, 0x20, 0x67, 0x24, 1, .. who, 0x0f, 0, 10, 0, 0x80, 1]));
        talk.Server(Cip(4, [0xcb, 0, 0, 0, .. who, 0x4f, 0x60, 10, 0]));
        IsNot(capture, "asked: change the mode (PCCC)", "refused: change the mode (PCCC) (function not allowed)");
        talk.Client(Cip(5, [0x4b, 2, 0x20, 0x67, 0x24, 1, .. who, 0x0f, 0, 11, 0, 0xaa, 2, 7, 0x89, 0, 0, 1, 2]));
        talk.Server(Cip(5, [0xcb, 0, 0, 0, .. who, 0x4f, 0, 11, 0]));
        IsTaken(capture, $"enip {Device}:44818", "write data (PCCC)", Application.EtherNetIp);
    }

    [Theory]
    [InlineData(47808)]
    [InlineData(4444)]
    public void A_bacnet_write_that_is_acknowledged_was_taken(int port)
    {
        var capture = new Capture();
        capture.Udp(Phone, port, Device, port, Bacnet(0, 5, 9, 15, 0x0c, 1, 0, 0, 1, 0x19, 85, 0x3e, 0x91, 1, 0x3f));
        capture.Udp(Device, port, Phone, port, Bacnet(0x20, 9, 15));
        IsTaken(capture, $"bacnet {Device}:{port}", "write a property", Application.Bacnet);
    }

    [Fact]
    public void A_bacnet_order_that_ends_in_an_error_a_rejection_or_an_abort_was_not_taken()
    {
        var capture = new Capture();
        byte[] write = Bacnet(0, 5, 9, 15, 0x0c, 1, 0, 0, 1, 0x19, 85, 0x3e, 0x91, 1, 0x3f);
        foreach (var answer in new byte[][] { [0x50, 9, 15, 0x91, 2, 0x91, 40], [0x60, 9, 4], [0x71, 9, 4] })
        {
            capture.Udp(Phone, 47808, Device, 47808, write);
            capture.Udp(Device, 47808, Phone, 47808, Bacnet(answer));
        }
        IsNot(capture, "asked: write a property", "refused: write a property (error)", "asked: write a property", "refused: write a property (rejected)", "asked: write a property",
            "refused: write a property (aborted)");
    }

    [Fact]
    public void A_bacnet_password_in_clear_text_is_found_and_shortened()
    {
        var capture = new Capture();
        capture.Udp(Phone, 47808, Device, 47808, Bacnet([0, 5, 9, 20, 0x09, 0, 0x1d, 9, 0, .. "filister"u8]));
        capture.Udp(Device, 47808, Phone, 47808, Bacnet(0x20, 9, 20));
        var credential = Assert.Single(capture.Examine().Findings, f => f.Kind == FindingKind.Credential);
        Assert.Equal(":fi… (8)", credential.Value);
        IsNot(capture, "asked: restart the device", "accepted: restart the device (after a password)");
    }

    [Fact]
    public void A_gtp_session_that_is_created_was_taken_and_the_subscriber_is_shortened()
    {
        var capture = new Capture();
        capture.Udp(Phone, 2123, Device, 2123, Gtp2(32, 77, 1, 0, 8, 0, 0x62, 0x02, 0x21, 0x43, 0x65, 0x87, 0x09, 0xf1));
        capture.Udp(Device, 2123, Phone, 2123, Gtp2(33, 77, 2, 0, 2, 0, 16, 0));
        var examination = capture.Examine();
        Assert.Equal("accepted: create a session", Assert.Single(examination.Taken()).Value);
        Assert.Equal("IMSI 262… (15)", Assert.Single(examination.Findings, f => f.Has(Traits.PersonalMarker)).Value);
        Assert.Equal(Application.Gtp, examination.Flows[0].Application);

        var refused = new Capture();
        refused.Udp(Phone, 2123, Device, 2123, Gtp2(32, 77));
        refused.Udp(Device, 2123, Phone, 2123, Gtp2(33, 77, 2, 0, 2, 0, 73, 0));
        IsNot(refused, "asked: create a session", "refused: create a session (cause 73)");
    }

    [Fact]
    public void A_knx_write_to_a_group_through_a_tunnel_was_taken_when_it_is_acknowledged()
    {
        var capture = new Capture();
        capture.Udp(Phone, 40000, Device, 3671, [6, 0x10, 4, 0x20, 0, 21, 4, 1, 7, 0, 0x11, 0, 0xbc, 0xe0, 0, 0, 9, 1, 1, 0, 0x81]);
        capture.Udp(Device, 3671, Phone, 40000, [6, 0x10, 4, 0x21, 0, 10, 4, 1, 7, 0]);
        IsTaken(capture, $"knx {Device}:3671", "write to a group", Application.Knx);

        var read = new Capture();
        read.Udp(Phone, 40000, Device, 3671, [6, 0x10, 4, 0x20, 0, 21, 4, 1, 7, 0, 0x11, 0, 0xbc, 0xe0, 0, 0, 9, 1, 1, 0, 0]);
        read.Udp(Device, 3671, Phone, 40000, [6, 0x10, 4, 0x21, 0, 10, 4, 1, 7, 0]);
        IsNot(read);
    }

    private static byte[] Hart(byte type, byte delimiter, byte command, params byte[] data)
    {
        byte[] frame = [delimiter, 0x80, command, (byte)data.Length, .. data];
        byte[] whole = [.. frame, frame.Aggregate((byte)0, (sum, b) => (byte)(sum ^ b))];
        return [1, type, 3, 0, 0, 5, 0, (byte)(8 + whole.Length), .. whole];
    }

    [Fact]
    public void A_hart_write_is_taken_by_code_zero_and_refused_by_another()
    {
        var capture = new Capture();
        capture.Udp(Phone, 40000, Device, 5094, Hart(0, 2, 35, 1, 2, 3));
        capture.Udp(Device, 5094, Phone, 40000, Hart(1, 6, 35, 0, 0));
        IsTaken(capture, $"hartip {Device}:5094", "write the range", Application.HartIp);

        var refused = new Capture();
        refused.Udp(Phone, 40000, Device, 5094, Hart(0, 2, 35, 1, 2, 3));
        refused.Udp(Device, 5094, Phone, 40000, Hart(1, 6, 35, 7, 0));
        IsNot(refused, "asked: write the range", "refused: write the range (write protected)");
    }
}
