using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Assay.Guard.Enforcement;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Tests.Enforcement;

/// <summary>
/// A home in network namespaces: doorbell and camera behind the ports of a bridge, a gateway that translates addresses, and an Internet with hosts of its
/// own. Names carry the test process's number; everything is gone after the test.
/// </summary>
internal sealed partial class Home : IDisposable
{
    public const string Doorbell = "192.168.77.20", Camera = "192.168.77.30", Gateway = "192.168.77.1";
    public const string Doorbell6 = "fd77::20", Camera6 = "fd77::30", Gateway6 = "fd77::1";
    public const string Update = "198.51.100.10", Cloud = "198.51.100.20", Elsewhere = "198.51.100.30", Resolver = "203.0.113.53", Time = "198.51.100.40";
    public const string Update6 = "2001:db8:1::10", Cloud6 = "2001:db8:1::20";
    public static readonly MacAddress DoorbellMac = Mac("00:00:5e:00:53:0b"), CameraMac = Mac("00:00:5e:00:53:0c");

    private static int count;
    private readonly string prefix = FormattableString.Invariant($"age{Environment.ProcessId % 10000}x{Interlocked.Increment(ref count)}");
    private readonly List<IDisposable> things = [];

    public string DoorbellSpace => prefix + "d";
    public string CameraSpace => prefix + "c";
    public string GatewaySpace => prefix + "g";
    public string InternetSpace => prefix + "i";

    public Home()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") Assert.Skip("network namespaces need root on Linux");
        Tool.Need("ip", "iproute2");
        Tool.Need("nft", "nftables");
        var lines = new List<string>();
        foreach (var space in new[] { DoorbellSpace, CameraSpace, GatewaySpace, InternetSpace })
        {
            Run("ip", "netns", "add", space);
            Run("ip", "-n", space, "link", "set", "lo", "up");
            // Nobody else is here: an address need not be asked for first.
            Inside(space, () => File.WriteAllText("/proc/sys/net/ipv6/conf/default/accept_dad", "0"));
        }
        Inside(GatewaySpace, () =>
        {
            foreach (var setting in new[] { "ipv4/ip_forward", "ipv6/conf/all/forwarding" }) File.WriteAllText("/proc/sys/net/" + setting, "1");
        });
        Batch(GatewaySpace, $"""
            link add br0 type bridge
            link set br0 up
            addr add {Gateway}/24 dev br0
            addr add {Gateway6}/64 dev br0 nodad
            """);
        Port(DoorbellSpace, "doorbell", DoorbellMac, Doorbell, Doorbell6);
        Port(CameraSpace, "camera", CameraMac, Camera, Camera6);
        Run("ip", "-n", GatewaySpace, "link", "add", "wan0", "type", "veth", "peer", "name", "eth0", "netns", InternetSpace);
        Batch(GatewaySpace, """
            addr add 203.0.113.1/24 dev wan0
            addr add 2001:db8:2::1/64 dev wan0 nodad
            link set wan0 up
            """);
        Batch(InternetSpace, $"""
            addr add {Resolver}/24 dev eth0
            addr add 2001:db8:2::2/64 dev eth0 nodad
            link set eth0 up
            addr add {Update}/32 dev lo
            addr add {Cloud}/32 dev lo
            addr add {Elsewhere}/32 dev lo
            addr add {Time}/32 dev lo
            addr add 8.8.8.8/32 dev lo
            addr add {Update6}/128 dev lo
            addr add {Cloud6}/128 dev lo
            route add fd77::/64 via 2001:db8:2::1
            """);
        Batch(GatewaySpace, """
            route add default via 203.0.113.53
            route add 2001:db8:1::/64 via 2001:db8:2::2
            """);
        Nft = Inside(GatewaySpace, Guard.Enforcement.Nft.Open);
        Nft.Run("table ip home { chain post { type nat hook postrouting priority srcnat; oifname \"wan0\" masquerade; }; }");
    }

    public Nft Nft { get; }

    public static Gateway TheGateway(bool ipv6 = false) => new()
    {
        Inside = ["br0"],
        Outside = "wan0",
        Addresses = [Address.Parse(Gateway), Address.Parse(Gateway6)],
        Names = ipv6 ? [Address.Parse(Gateway), Address.Parse(Gateway6)] : [Address.Parse(Gateway)],
        Ipv6 = ipv6,
    };

    public static DevicePolicy TheDoorbell(GuardAction action, string? profile = "doorbell", params string[] addresses) => new()
    {
        Mac = DoorbellMac,
        Addresses = [.. (addresses.Length > 0 ? addresses : [Doorbell, Doorbell6]).Select(Address.Parse)],
        Action = action,
        Profile = profile,
    };

    public static DevicePolicy TheCamera(GuardAction action, string? profile = null) => new()
    {
        Mac = CameraMac,
        Addresses = [Address.Parse(Camera), Address.Parse(Camera6)],
        Action = action,
        Profile = profile,
    };

    /// <summary>A permission that the device has: a name, TCP or UDP, one port.</summary>
    public static Permission To(string name, ushort port, byte protocol = 6, bool fromDevice = true) => new()
    {
        Name = $"{name} {port}",
        FromDevice = fromDevice,
        Accept = true,
        Peer = new Peer(PeerKind.Name, name),
        Protocol = protocol,
        PeerPorts = [new PortRange(port, port)],
    };

    public static Profile TheProfile(params Permission[] more) => new()
    {
        Id = "doorbell",
        Permissions = [To("update.example", 443), To("cloud.example", 443), To("time.example", 123, 17), .. more],
        UpdateHosts = ["update.example"],
        MudUrl = "https://maker.example/doorbell",
    };

    /// <summary>Runs in a network namespace; sockets that are opened there stay of it.</summary>
    public static T Inside<T>(string space, Func<T> work)
    {
        T result = default!;
        Exception? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle("/run/netns/" + space);
                if (SetNamespace((int)handle.DangerousGetHandle(), 0x40000000) != 0) throw new IOException($"setns {space}: {Marshal.GetLastPInvokeErrorMessage()}");
                result = work();
            }
            catch (Exception one)
            {
                failed = one;
            }
        });
        thread.Start();
        thread.Join();
        if (failed is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failed).Throw();
        return result;
    }

    public static void Inside(string space, Action work) => Inside(space, () =>
    {
        work();
        return 0;
    });

    /// <summary>Answers every byte on these TCP ports and every datagram on these UDP ports, on all addresses of the namespace.</summary>
    public Echo Serve(string space, int[] tcp, int[] udp) => Keep(new Echo(space, tcp, udp));

    public T Keep<T>(T thing) where T : IDisposable
    {
        things.Add(thing);
        return thing;
    }

    /// <summary>Milliseconds: an answer that is expected may take its time on a busy machine, silence is heard out briefly.</summary>
    public static int Within(bool expected) => expected ? 4000 : 400;

    /// <summary>Whether a TCP connection comes about and a byte comes back, within the time.</summary>
    public static bool Reaches(string space, string address, int port, int milliseconds = 400)
    {
        using var socket = Connect(space, address, port, milliseconds);
        return socket is not null && Echoes(socket, milliseconds);
    }

    public static Socket? Connect(string space, string address, int port, int milliseconds = 4000)
    {
        var end = new IPEndPoint(IPAddress.Parse(address), port);
        var socket = Inside(space, () => new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        using var patience = new CancellationTokenSource(milliseconds);
        try
        {
            socket.ConnectAsync(end, patience.Token).AsTask().GetAwaiter().GetResult();
            return socket;
        }
        catch (Exception failed) when (failed is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return null;
        }
    }

    public static bool Echoes(Socket socket, int milliseconds = 4000)
    {
        using var patience = new CancellationTokenSource(milliseconds);
        try
        {
            socket.SendAsync(new byte[] { 42 }, patience.Token).AsTask().GetAwaiter().GetResult();
            return socket.ReceiveAsync(new byte[16], patience.Token).AsTask().GetAwaiter().GetResult() > 0;
        }
        catch (Exception failed) when (failed is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    public static bool ReachesByUdp(string space, string address, int port, int milliseconds = 400)
    {
        var end = new IPEndPoint(IPAddress.Parse(address), port);
        using var socket = Inside(space, () => new Socket(end.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.Connect(end);
        return Echoes(socket, milliseconds);
    }

    public long Counter(string name)
    {
        using var json = System.Text.Json.JsonDocument.Parse(Nft.List($"list counter inet assay {name}"));
        return json.RootElement.GetProperty("nftables").EnumerateArray().First(e => e.TryGetProperty("counter", out _)).GetProperty("counter").GetProperty("packets").GetInt64();
    }

    public static MacAddress Mac(string text) => MacAddress.TryParse(text, out var mac) ? mac : throw new FormatException(text);

    public void Batch(string space, string lines) => Run("ip", ["-n", space, "-batch", "-"], System.Text.Encoding.UTF8.GetBytes(lines + "\n"));

    public Tool.Result In(string space, params string[] words) => Tool.Run("ip", ["netns", "exec", space, .. words]);

    private void Port(string space, string name, MacAddress mac, string address, string address6)
    {
        Run("ip", "-n", GatewaySpace, "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", space);
        Batch(GatewaySpace, $"""
            link set {name} master br0
            link set {name} up
            """);
        Batch(space, $"""
            link set eth0 address {mac}
            addr add {address}/24 dev eth0
            addr add {address6}/64 dev eth0 nodad
            link set eth0 up
            route add default via {Gateway}
            route add default via {Gateway6}
            """);
    }

    private static void Run(string program, params string[] words) => Run(program, words, null);

    private static void Run(string program, string[] words, byte[]? input)
    {
        var result = Tool.Run(program, words, input: input);
        if (result.Exit != 0) throw new IOException($"{program} {string.Join(' ', words)}: {result.Error}");
    }

    public void Dispose()
    {
        foreach (var thing in Enumerable.Reverse(things)) thing.Dispose();
        Nft?.Dispose();
        foreach (var space in new[] { DoorbellSpace, CameraSpace, GatewaySpace, InternetSpace }) Tool.Run("ip", ["netns", "del", space]);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int handle, int kind);
}

/// <summary>A server that sends back what it gets, and counts it.</summary>
internal sealed class Echo : IDisposable
{
    private readonly List<Socket> sockets = [];
    private long bytes;

    public Echo(string space, int[] tcp, int[] udp)
    {
        Home.Inside(space, () =>
        {
            foreach (var port in tcp)
            {
                var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
                sockets.Add(socket);
                socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
                socket.Listen(16);
                _ = Accept(socket);
            }
            foreach (var port in udp)
            {
                var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
                sockets.Add(socket);
                socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
                _ = Datagrams(socket);
            }
        });
    }

    public long Bytes => Interlocked.Read(ref bytes);

    private async Task Accept(Socket listener)
    {
        try
        {
            while (true) _ = Stream(await listener.AcceptAsync());
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Stream(Socket stream)
    {
        lock (sockets) sockets.Add(stream);
        var buffer = new byte[65536];
        try
        {
            for (int got; (got = await stream.ReceiveAsync(buffer)) > 0;)
            {
                Interlocked.Add(ref bytes, got);
                await stream.SendAsync(buffer.AsMemory(0, got));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
        }
    }

    private static async Task Datagrams(Socket socket)
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                // The answer comes from the address that was asked.
                var got = await socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.IPv6Any, 0));
                await socket.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), SocketFlags.None, got.RemoteEndPoint);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
        }
    }

    public void Dispose()
    {
        lock (sockets) foreach (var socket in sockets) socket.Dispose();
    }
}
