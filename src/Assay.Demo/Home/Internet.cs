using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Demo.Home;

/// <summary>
/// What the doorbell finds outside: update server, cloud, names, clock, and a host it has no business with. One program that listens on all their
/// addresses; told by lines on its input, it answers one line of JSON each, and ends with its input.
/// </summary>
internal sealed class Internet(TimeProvider time)
{
    private long pings, lastPingAt, foreign;

    public int Serve()
    {
        var address = Plan.Names;
        Udp(IPAddress.Parse(Plan.Resolver), 53, question => Names.Reply(question.Span, Plan.Names, 60));
        Udp(address[Plan.Clock], 123, Clock);
        Tcp(address[Plan.Update], 80, Updates);
        Tcp(address[Plan.Cloud], 443, Stream);
        Tcp(IPAddress.Parse(Plan.Foreign), 443, async _ =>
        {
            Interlocked.Increment(ref foreign);
            await Task.CompletedTask;
        });
        Console.Out.WriteLine("""{"ok":true}""");
        Console.Out.Flush();
        while (Console.In.ReadLine() is { } command)
        {
            Console.Out.WriteLine(command == "cloud"
                ? $$"""{"ok":true,"pings":{{Interlocked.Read(ref pings)}},"lastPingAt":{{Interlocked.Read(ref lastPingAt)}},"foreign":{{Interlocked.Read(ref foreign)}}}"""
                : """{"ok":false,"reason":"unknown command"}""");
            Console.Out.Flush();
        }
        return 0;
    }

    /// <summary>The update that everybody may fetch; in the demo its bytes are made, and what matters is that they pass.</summary>
    public static byte[] UpdateImage()
    {
        var image = new byte[1 << 20];
        for (var i = 0; i < image.Length; i += 32) SHA256.HashData(Encoding.ASCII.GetBytes($"edb-100 1.2 {i}"), image.AsSpan(i, 32));
        return image;
    }

    private static readonly byte[] Image = UpdateImage();

    private static async Task Updates(NetworkStream stream)
    {
        var request = await Head(stream);
        var body = request.Contains("/edb-100/version", StringComparison.Ordinal) ? Encoding.ASCII.GetBytes("1.2\n") : Image;
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nServer: updates\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(body);
    }

    // Video that comes for as long as somebody watches; the doorbell sends a numbered ping of four bytes every few milliseconds.
    private async Task Stream(NetworkStream stream)
    {
        await Head(stream);
        var sending = Task.Run(async () =>
        {
            var piece = new byte[4096];
            try
            {
                while (true)
                {
                    await stream.WriteAsync(piece);
                    await Task.Delay(10);
                }
            }
            catch (IOException)
            {
                // The doorbell has gone.
            }
        });
        var number = new byte[4];
        while (true)
        {
            await stream.ReadExactlyAsync(number);
            Interlocked.Exchange(ref pings, BinaryPrimitives.ReadUInt32BigEndian(number));
            Interlocked.Exchange(ref lastPingAt, Doorbell.Microseconds(time));
        }
    }

    private static async Task<string> Head(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 8192 && await stream.ReadAsync(one) == 1)
        {
            head.Add(one[0]);
            if (head.Count >= 4 && head[^1] == '\n' && head[^3] == '\n') break;
        }
        return Encoding.ASCII.GetString([.. head]);
    }

    // RFC 5905 section 7.3, server mode; our own clock is the truth of this small world.
    private byte[]? Clock(ReadOnlyMemory<byte> question)
    {
        if (question.Length < 48) return null;
        var answer = new byte[48];
        answer[0] = 0x24;
        answer[1] = 2;
        question.Span.Slice(40, 8).CopyTo(answer.AsSpan(24));
        var now = Doorbell.Microseconds(time);
        foreach (var at in new[] { 16, 32, 40 })
        {
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(at), (uint)(now / 1_000_000 + 2_208_988_800));
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(at + 4), (uint)((now % 1_000_000 << 32) / 1_000_000));
        }
        return answer;
    }

    private static void Udp(IPAddress address, int port, Func<ReadOnlyMemory<byte>, byte[]?> answer)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, port));
        _ = Task.Run(async () =>
        {
            var buffer = new byte[2048];
            while (true)
            {
                var got = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                if (answer(buffer.AsMemory(0, got.ReceivedBytes)) is { } reply) await socket.SendToAsync(reply, got.RemoteEndPoint);
            }
        });
    }

    private static void Tcp(IPAddress address, int port, Func<NetworkStream, Task> serve)
    {
        var listener = new TcpListener(address, port);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                _ = Task.Run(async () =>
                {
                    await using var stream = new NetworkStream(socket, ownsSocket: true);
                    try
                    {
                        await serve(stream);
                    }
                    catch (Exception ended) when (ended is IOException or SocketException or EndOfStreamException)
                    {
                    }
                });
            }
        });
    }
}
