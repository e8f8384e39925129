using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Assay.Demo.Home;

/// <summary>
/// The doorbell as a program in its own namespace: it asks for an address, states its version, sets its clock, checks for updates, streams from its cloud,
/// and on command scans like a bot, towards addresses where nobody is. One command a line, one line of JSON as answer; it ends with its input.
/// </summary>
internal sealed class Doorbell(TimeProvider time)
{
    private const string Link = "eth0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private string version = "1.1";
    private Lease? lease;
    private Socket? stream;
    private long received, lastByteAt;
    private readonly List<long> pings = [];

    public static long Microseconds(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;

    public int Serve()
    {
        while (Console.In.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            string answer;
            try
            {
                answer = words[0] switch
                {
                    "start" => Start(words[1]),
                    "announce" => Announce(),
                    "clock" => SetClock(),
                    "check" => Check(),
                    "stream" => Stream(),
                    "streamed" => Streamed(),
                    "ping" => Ping(int.Parse(words[1], CultureInfo.InvariantCulture)),
                    "try" => Try(words[1], int.Parse(words[2], CultureInfo.InvariantCulture)),
                    "update" => Fetch(),
                    "bot" => Bot(int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture)),
                    _ => Answer(false, json => json.WriteString("reason", "unknown command")),
                };
            }
            catch (Exception failed) when (failed is SocketException or IOException or HomeException or EndOfStreamException)
            {
                answer = Answer(false, json => json.WriteString("reason", failed is SocketException socket ? Words(socket.SocketErrorCode) : failed.Message));
            }
            Console.Out.WriteLine(answer);
            Console.Out.Flush();
        }
        return 0;
    }

    // Power on with a version: a new address request states it in the vendor class.
    private string Start(string with)
    {
        version = with;
        stream?.Dispose();
        stream = null;
        lease = Lease.Ask(Link, Plan.Mac, Plan.Model, $"{Plan.Model} {version}", Plan.MudUrl);
        Tools.Do("ip", "address", "replace", $"{lease.Address}/24", "dev", Link);
        Tools.Do("ip", "route", "replace", "default", "via", lease.Router.ToString());
        return Answer(true, json => json.WriteString("address", lease.Address.ToString()));
    }

    private string Announce()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 255);
        socket.Bind(new IPEndPoint(Here.Address, 5353));
        socket.SendTo(Names.Announcement("edb-100", "_doorbell._tcp.local", [$"model={Plan.Model}", $"fw={version}"], Here.Address), new IPEndPoint(IPAddress.Parse("224.0.0.251"), 5353));
        return Answer(true);
    }

    private string SetClock()
    {
        using var socket = Udp();
        var question = new byte[48];
        question[0] = 0x23;
        socket.SendTo(question, new IPEndPoint(Resolve(Plan.Clock), 123));
        var answer = new byte[48];
        if (socket.Receive(answer) < 48) throw new HomeException("the clock's answer is short");
        var seconds = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(40)) - 2_208_988_800L;
        return Answer(true, json => json.WriteNumber("secondsOff", seconds - (Microseconds(time) / 1_000_000)));
    }

    private string Check()
    {
        var (_, body) = Get(Plan.Update, "/edb-100/version");
        return Answer(true, json => json.WriteString("latest", Encoding.ASCII.GetString(body).Trim()));
    }

    private string Fetch()
    {
        var watch = Stopwatch.StartNew();
        var (_, body) = Get(Plan.Update, "/edb-100/edb-100-1.2.bin");
        return Answer(true, json =>
        {
            json.WriteNumber("bytes", body.Length);
            json.WriteString("sha256", Convert.ToHexStringLower(SHA256.HashData(body)));
            json.WriteNumber("milliseconds", watch.ElapsedMilliseconds);
        });
    }

    private string Stream()
    {
        stream?.Dispose();
        var socket = Connect(Resolve(Plan.Cloud), 443);
        socket.NoDelay = true;
        socket.Send(Encoding.ASCII.GetBytes($"GET /video HTTP/1.1\r\nHost: {Plan.Cloud}\r\nUser-Agent: {Plan.Model}/{version}\r\n\r\n"));
        lock (pings) pings.Clear();
        received = 0;
        stream = socket;
        // Blocking threads, so that each ping leaves when it is sent.
        new Thread(() =>
        {
            var buffer = new byte[65536];
            try
            {
                while (socket.Receive(buffer) is > 0 and var count)
                {
                    Interlocked.Add(ref received, count);
                    Interlocked.Exchange(ref lastByteAt, Microseconds(time));
                }
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
            }
        })
        { IsBackground = true }.Start();
        new Thread(() =>
        {
            var number = new byte[4];
            try
            {
                for (var i = 0u; ; i++)
                {
                    BinaryPrimitives.WriteUInt32BigEndian(number, i);
                    lock (pings) pings.Add(Microseconds(time));
                    socket.Send(number);
                    Thread.Sleep(5);
                }
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
            }
        })
        { IsBackground = true }.Start();
        return Answer(true);
    }

    private string Streamed() => Answer(true, json =>
    {
        json.WriteNumber("bytes", Interlocked.Read(ref received));
        json.WriteNumber("lastByteAt", Interlocked.Read(ref lastByteAt));
        lock (pings) json.WriteNumber("pings", pings.Count);
    });

    // When ping N was sent: the first one that never arrived is the first packet that was dropped.
    private string Ping(int number)
    {
        lock (pings) return number >= 0 && number < pings.Count ? Answer(true, json => json.WriteNumber("at", pings[number])) : Answer(false);
    }

    private string Try(string host, int port)
    {
        var address = IPAddress.TryParse(host, out var literal) ? literal : Resolve(host);
        using var socket = Connect(address, port);
        return Answer(true);
    }

    // As the bots of 2016 look for Telnet: many hosts, one port, one SYN each. The range is for documentation; nobody is there.
    private static string Bot(int hosts, int perSecond)
    {
        var open = new List<Socket>();
        for (var i = 1; i <= hosts; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            open.Add(socket);
            try
            {
                socket.Connect(new IPEndPoint(IPAddress.Parse(Plan.Scanned + (100 + i).ToString(CultureInfo.InvariantCulture)), 23));
            }
            catch (SocketException)
            {
                // In progress, or refused at once.
            }
            Thread.Sleep(1000 / perSecond);
        }
        foreach (var socket in open) socket.Dispose();
        return Answer(true, json => json.WriteNumber("hosts", hosts));
    }

    private (string Head, byte[] Body) Get(string host, string path)
    {
        using var socket = Connect(Resolve(host), 80);
        socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {Plan.Model}/{version}\r\nConnection: close\r\n\r\n"));
        using var all = new MemoryStream();
        var buffer = new byte[65536];
        while (socket.Receive(buffer) is > 0 and var count) all.Write(buffer, 0, count);
        var bytes = all.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0) throw new HomeException("the answer has no head");
        var head = Encoding.ASCII.GetString(bytes, 0, end);
        const string Length = "Content-Length: ";
        var at = head.IndexOf(Length, StringComparison.Ordinal);
        var expected = int.Parse(head[(at + Length.Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
        var body = bytes[(end + 4)..];
        return body.Length == expected ? (head, body) : throw new HomeException($"{body.Length} of {expected} bytes came");
    }

    private IPAddress Resolve(string name)
    {
        using var socket = Udp();
        var id = (ushort)RandomNumberGenerator.GetInt32(65536);
        var reason = "no answer";
        for (var tries = 0; tries < 3; tries++)
        {
            socket.SendTo(Names.Question(id, name), new IPEndPoint(Here.Resolver, 53));
            var buffer = new byte[1500];
            try
            {
                var (address, why) = Names.Answer(buffer.AsSpan(0, socket.Receive(buffer)), id);
                return address ?? throw new HomeException($"{name}: {why}");
            }
            catch (SocketException silence)
            {
                reason = Words(silence.SocketErrorCode);
            }
        }
        throw new HomeException($"{name}: {reason}");
    }

    private static Socket Udp() => new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 1500 };

    private static Socket Connect(IPAddress address, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 0 };
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            socket.ConnectAsync(new IPEndPoint(address, port), patience.Token).AsTask().GetAwaiter().GetResult();
            return socket;
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw new HomeException("no answer");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Lease Here => lease ?? throw new HomeException("no address yet");

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused or SocketError.AccessDenied => "refused",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "unreachable",
        SocketError.TimedOut or SocketError.WouldBlock => "no answer",
        SocketError.ConnectionReset => "reset",
        _ => error.ToString(),
    };

    private static string Answer(bool ok, Action<Utf8JsonWriter>? more = null)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", ok);
            more?.Invoke(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
