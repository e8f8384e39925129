using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;
using static Assay.Traffic.Tests.Capture;
using static Assay.Traffic.Tests.Protocols.Industrial.Plants;

namespace Assay.Traffic.Tests.Protocols.Industrial;

/// <summary>Damaged, cut and hostile messages of plants' protocols: nothing is thrown, nothing grows without bound, and what was whole is read all the same.</summary>
public sealed class HostilePlantTests
{
    /// <summary>One message of each kind with the port where it is at home; the second of a pair answers the first.</summary>
    private static List<(bool IsUdp, int Port, byte[] Asked, byte[] Answered)> All() =>
    [
        (false, 502, Modbus(1, 1, 16, 0, 0, 0, 1, 2, 0, 9), Modbus(1, 1, [43, 14, 1, 1, 0, 0, 2, 0, 4, .. "Acme"u8, 2, 4, .. "V2.1"u8])),
        (true, 502, Modbus(1, 1, 5, 0, 7, 0, 0), Modbus(1, 1, 5, 0, 7, 0, 0)),
        (false, 20000, Dnp3(true, 10, 1, 0xc0, 0xc3, 5, 12, 1, 0x28, 1, 0, 3, 0, 0x41, 1, 100, 0, 0, 0, 100, 0, 0, 0, 0),
            Dnp3(false, 1, 10, 0xc0, 0xc3, 129, 0, 0, 30, 1, 0, 0, 2, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5)),
        (true, 20000, Dnp3(true, 10, 1, 0xc0, 0xc3, 18), Dnp3(false, 1, 10, 0xc0, 0xc3, 129, 0, 0)),
        (false, 2404, Iec104(45, 1, 6, 0, 3, 0, 1, 2, 0, 1), Iec104(45, 1, 7, 0, 3, 0, 1, 2, 0, 1)),
        (false, 102, S7(1, 5, [5, 1, 0x12, 10, 0x10, 2, 0, 1, 0, 1, 0x84, 0, 0, 0], [0, 4, 0, 8, 1]), S7(3, 5, [5, 1], [0xff], 0)),
        (false, 102, S7(7, 4, [0, 1, 0x12, 4, 0x11, 0x44, 1, 0], [0xff, 9, 0, 4, 0, 0x11, 0, 0]),
            S7(7, 4, [0, 1, 0x12, 8, 0x12, 0x84, 1, 1, 0, 0, 0, 0], [0xff, 9, 0, 36, 0, 0x11, 0, 0, 0, 28, 0, 1, 0, 7, .. "6ES7 315-2EH14-0AB0 "u8, 0, 0, (byte)'V', 3, 2, 6])),
        (false, 102, Iso([1, 0, 1, 0, 0x61, 19, 0x30, 17, 2, 1, 3, 0xa0, 12, 0xa0, 10, 2, 1, 9, 0xa5, 5, 0xa0, 1, 0, 0x80, 0]), Iso([1, 0, 1, 0, 0x61, 14, 0x30, 12, 2, 1, 3, 0xa0, 7, 0xa1, 5, 2, 1, 9, 0xa2, 0])),
        (false, 44818, Cip(3, 0x52, 2, 0x20, 6, 0x24, 1, 5, 0x99, 6, 0, 7, 2, 0x20, 0x8e, 0x24, 1, 1, 0, 1, 0), Cip(3, 0x8a, 0, 0, 0, 2, 0, 6, 0, 10, 0, 0xcd, 0, 0, 0, 0xcc, 0, 0, 0)),
        (true, 44818, Enip(0x63, 0, []), Enip(0x63, 0, [1, 0, 0x0c, 0, 38, 0, 2, 0, 0xaf, 0x12, 192, 168, 1, 20, .. new byte[8], 1, 0, 14, 0, 55, 0, 20, 11, 0, 0, 0xef, 0xbe, 0xad, 0xde, 4, .. "1756"u8, 3])),
        (true, 47808, Bacnet([0, 5, 9, 20, 0x09, 0, 0x1d, 9, 0, .. "filister"u8]), Bacnet([0x30, 9, 12, 0x0c, 2, 0, 0, 99, 0x19, 44, 0x3e, 0x75, 6, 0, .. "6.1.0"u8, 0x3f])),
        (true, 47808, Bacnet(0x10, 8), Bacnet(0x10, 0, 0xc4, 2, 0, 0, 99, 0x22, 5, 0xc4, 0x91, 3, 0x21, 15)),
        (false, 4840, OpcUa("OPN", [.. U32(1), .. Text("http://opcfoundation.org/UA/SecurityPolicy#None"), .. Text(null), .. Text(null), .. new byte[8], 1, 0, 0xbe, 1]),
            OpcUa("MSG", [.. U32(1), .. U32(1), .. U32(2), .. U32(2), 1, 0, 0xaf, 1, .. new byte[16], 0, .. U32(0), 0, 0, 0, .. U32(1), .. new byte[80]])),
        (true, 2123, Gtp2(32, 77, 1, 0, 8, 0, 0x62, 0x02, 0x21, 0x43, 0x65, 0x87, 0x09, 0xf1), Gtp2(33, 77, 2, 0, 2, 0, 16, 0)),
        (true, 2123, [0x32, 16, 0, 14, 0, 0, 0, 5, 0, 9, 0, 0, 2, 0x62, 2, 0x21, 0x43, 0x65, 0x87, 9, 0xf1, 14], [0x32, 17, 0, 6, 0, 0, 0, 5, 0, 9, 0, 0, 1, 128]),
        (true, 3671, [6, 0x10, 4, 0x20, 0, 21, 4, 1, 7, 0, 0x11, 0, 0xbc, 0xe0, 0, 0, 9, 1, 1, 0, 0x81], [6, 0x10, 2, 4, 0, 60, 54, 1, .. new byte[52]]),
        (false, 5094, [1, 0, 0, 0, 0, 1, 0, 13, 1, 0, 0, 0x75, 0x30], [1, 1, 3, 0, 0, 5, 0, 13, 6, 0x80, 35, 0, 0xa5]),
    ];

    private static Capture Write(Func<byte[], byte[]> change)
    {
        var capture = new Capture();
        var port = 40000;
        foreach (var (isUdp, at, asked, answered) in All())
        {
            port++;
            if (isUdp)
            {
                capture.Udp(Phone, port, Device, at, change(asked));
                capture.Udp(Device, at, Phone, port, change(answered));
                continue;
            }
            var talk = capture.Connect(Phone, Device, at, port);
            if (at == 102) talk.Client(IsoConnect);
            talk.Client(change(asked));
            talk.Server(change(answered));
        }
        return capture;
    }

    [Fact]
    public void Every_message_is_of_its_protocol_as_it_is()
    {
        var examination = Write(b => b).Examine();
        Assert.DoesNotContain(examination.Flows, f => f.Application is Application.Unknown or Application.IsoTransport);
        Assert.True(examination.Taken().Count >= 5);
    }

    [Fact]
    public void Mutated_messages_do_no_harm()
    {
        var random = new Random(62443);
        for (var round = 0; round < 3000; round++)
        {
            var capture = Write(good =>
            {
                var bad = good.ToArray();
                for (var n = random.Next(0, 4); n > 0; n--)
                {
                    var at = random.Next(bad.Length);
                    bad[at] = random.Next(4) switch { 0 => 0xff, 1 => 0, 2 => (byte)(bad[at] ^ 1 << random.Next(8)), _ => (byte)random.Next(256) };
                }
                return random.Next(5) switch { 0 => bad[..random.Next(bad.Length + 1)], 1 => [.. bad, .. good], _ => bad };
            });
            var examination = capture.Examine();
            Assert.Equal(capture.Count, examination.Coverage.Total);
            Assert.All(examination.Findings, f => Assert.True(f.Value.Length <= 600, f.Value));
        }
    }

    [Fact]
    public void A_message_cut_at_any_byte_is_read_whole_once_its_rest_has_come()
    {
        foreach (var (isUdp, port, asked, _) in All().Where(m => !m.IsUdp && m.Port != 102))
        {
            var whole = new Capture();
            whole.Connect(Phone, Device, port).Client(asked);
            var expected = whole.Examine();
            Assert.NotEqual(Application.Unknown, expected.Flows[0].Application);
            for (var at = 1; at < asked.Length; at++)
            {
                var capture = new Capture();
                var talk = capture.Connect(Phone, Device, port);
                talk.Client(asked[..at]);
                talk.Client(asked[at..]);
                var found = capture.Examine();
                Assert.True(expected.Flows[0].Application == found.Flows[0].Application, $"{expected.Flows[0].Application} cut at {at}: {found.Flows[0].Application}");
                Assert.Equal(expected.Control().Count, found.Control().Count);
            }
        }
    }

    [Fact]
    public void Orders_that_nobody_answers_are_bounded_and_the_newest_is_kept()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 502);
        for (var i = 0; i < 10_000; i++) talk.Client(Modbus(i, 1, 6, 0, 7, 0, 9));
        talk.Server(Modbus(1, 1, 6, 0, 7, 0, 9));
        Assert.Empty(capture.Examine().Taken());
        talk.Server(Modbus(9_999, 1, 6, 0, 7, 0, 9));
        Assert.Single(capture.Examine().Taken());
    }

    [Fact]
    public void Fragments_and_chunks_without_end_are_given_up()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 20000);
        var data = new byte[200];
        data[0] = 0x40;
        for (var i = 0; i < 300; i++)
        {
            talk.Client(Dnp3(true, 10, 1, data));
            data[0] = (byte)(i + 1 & 0x3f);
        }
        var opc = capture.Connect(Phone, Device, 4840, 40001);
        var chunk = OpcUa("MSG", new byte[8000]);
        chunk[3] = (byte)'C';
        for (var i = 0; i < 60; i++) opc.Client(chunk);
        var iso = capture.Connect(Phone, Device, 102, 40002);
        iso.Client(IsoConnect);
        for (var i = 0; i < 60; i++) iso.Client(Iso(new byte[8000], isLast: false));
        using var artefact = Artefact.Of("endless", capture.Pcap());
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(CaptureExamination.Of(artefact, Options).Coverage.IsWhole);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 16 << 20);
    }
}
