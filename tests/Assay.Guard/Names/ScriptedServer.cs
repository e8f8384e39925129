using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Assay.Guard.Names;
using Assay.Tests.Enforcement;

namespace Assay.Tests.Names;

/// <summary>A name server that answers what the test says, by UDP and TCP; also with several datagrams, or with bytes that are no answer.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly Socket datagrams, listener;
    private readonly Func<DnsQuestion, byte[], bool, IEnumerable<byte[]>> answers;
    private int asked;

    /// <param name="answers">Question, its bytes, whether by TCP; gives whole messages in the order to send.</param>
    public ScriptedServer(string space, Func<DnsQuestion, byte[], bool, IEnumerable<byte[]>> answers, string address = Home.Resolver)
    {
        this.answers = answers;
        var end = new IPEndPoint(IPAddress.Parse(address), 53);
        (datagrams, listener) = Home.Inside(space, () =>
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(end);
            var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            tcp.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            tcp.Bind(end);
            tcp.Listen(64);
            return (udp, tcp);
        });
        _ = Udp();
        _ = Tcp();
    }

    public int Asked => Volatile.Read(ref asked);

    private async Task Udp()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var got = await datagrams.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                var message = buffer[..got.ReceivedBytes];
                Interlocked.Increment(ref asked);
                foreach (var answer in answers(DnsQuestion.Read(message)!, message, false)) await datagrams.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Tcp()
    {
        try
        {
            while (true)
            {
                using var stream = await listener.AcceptAsync();
                var message = await Framed.Read(stream, CancellationToken.None);
                if (message is null) continue;
                Interlocked.Increment(ref asked);
                foreach (var answer in answers(DnsQuestion.Read(message)!, message, true))
                {
                    var head = new byte[2];
                    BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)answer.Length);
                    await stream.SendAsync(head);
                    await stream.SendAsync(answer);
                }
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
        }
    }

    public void Dispose()
    {
        datagrams.Dispose();
        listener.Dispose();
    }
}

/// <summary>An answer put together record by record, as a name server that wishes us ill would.</summary>
internal sealed class Forged(DnsQuestion question)
{
    private readonly List<byte> records = [];
    private int count;

    public ushort Id { get; init; } = question.Id;
    public int Flags { get; init; } = 0x8180;
    public byte[] Question { get; init; } = question.Raw;
    public int? Count { get; init; }

    public Forged Address(string owner, string address, uint seconds = 60)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        return Record(owner, bytes.Length == 4 ? DnsWire.A : DnsWire.Aaaa, bytes, seconds);
    }

    public Forged Alias(string owner, string target, uint seconds = 60)
    {
        var name = new List<byte>();
        DnsWire.WriteName(name, target);
        return Record(owner, DnsWire.Cname, [.. name], seconds);
    }

    public Forged Record(string owner, ushort type, byte[] data, uint seconds = 60, int? length = null)
    {
        DnsWire.WriteName(records, owner);
        DnsWire.Write(records, type);
        DnsWire.Write(records, DnsWire.Internet);
        DnsWire.Write(records, seconds);
        DnsWire.Write(records, (ushort)(length ?? data.Length));
        records.AddRange(data);
        count++;
        return this;
    }

    public byte[] Bytes()
    {
        var message = new List<byte>();
        DnsWire.Write(message, Id);
        DnsWire.Write(message, (ushort)Flags);
        DnsWire.Write(message, (ushort)1);
        DnsWire.Write(message, (ushort)(Count ?? count));
        DnsWire.Write(message, 0u);
        message.AddRange(Question);
        message.AddRange(records);
        return [.. message];
    }
}
