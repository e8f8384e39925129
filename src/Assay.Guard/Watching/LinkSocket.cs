using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Assay.Guard.Watching;

/// <summary>Every frame of one interface as the kernel hands it over (packet(7)), both directions.</summary>
internal sealed unsafe partial class LinkSocket : IDisposable
{
    private const int Family = 17, Raw = 3, CloseOnExec = 0x80000, AllProtocols = 3, TruncatedLength = 0x20, DontWait = 0x40;
    private readonly int socket;

    /// <exception cref="IOException">No such interface, or we lack the right (CAP_NET_RAW).</exception>
    public LinkSocket(string name)
    {
        Name = name;
        var index = Index(name);
        if (index == 0) throw new IOException($"expected the interface {name}, found none of that name");
        var order = BinaryPrimitives.ReverseEndianness((ushort)AllProtocols);
        // Without a protocol until it is bound: no frame of another interface gets in, and nobody waits for the kernel to change it over.
        socket = Open(Family, Raw | CloseOnExec, 0);
        if (socket < 0) throw Failed("socket");
        var size = 4 << 20;
        _ = SetOption(socket, 1, 33, &size, 4); // SO_RCVBUFFORCE: a burst waits in the kernel, not in us.
        // sockaddr_ll: family, protocol in network order, interface, and fields that bind does not read.
        var place = stackalloc byte[20];
        new Span<byte>(place, 20).Clear();
        *(ushort*)place = Family;
        *(ushort*)(place + 2) = order;
        *(int*)(place + 4) = index;
        if (Bind(socket, place, 20) != 0) throw Failed("bind");
    }

    public string Name { get; }
    public int Handle => socket;

    /// <summary>The next frame that waits; 0 where none does. <paramref name="original"/> is its length on the wire.</summary>
    public int Take(Span<byte> buffer, out int original)
    {
        fixed (byte* bytes = buffer)
        {
            var got = Receive(socket, bytes, buffer.Length, TruncatedLength | DontWait);
            original = (int)Math.Max(0, got);
            // The interface went down or away: frames come again when it does.
            return Math.Min(original, buffer.Length);
        }
    }

    /// <summary>Frames that the kernel dropped because we were too slow, since the last call.</summary>
    public uint Dropped()
    {
        var counts = stackalloc uint[2];
        uint length = 8;
        return GetOption(socket, 263, 6, counts, ref length) == 0 ? counts[1] : 0;
    }

    /// <summary>Waits until one of the sockets has a frame, or the time is over.</summary>
    public static void Wait(ReadOnlySpan<LinkSocket> sockets, int milliseconds)
    {
        Span<ulong> polls = stackalloc ulong[Math.Max(1, sockets.Length)];
        // struct pollfd: handle, then wanted events (POLLIN = 1), then what came.
        for (var i = 0; i < sockets.Length; i++) polls[i] = (uint)sockets[i].socket | 1UL << 32;
        fixed (ulong* all = polls) _ = Poll(all, (nuint)sockets.Length, milliseconds);
    }

    public void Dispose() => Close(socket);

    /// <summary>The interface's own link-layer address; all zeros where it has none.</summary>
    public static Traffic.Captures.MacAddress Own(string name)
    {
        try
        {
            return Traffic.Captures.MacAddress.TryParse(File.ReadAllText($"/sys/class/net/{name}/address"), out var mac) ? mac : default;
        }
        catch (IOException)
        {
            return default;
        }
    }

    private static IOException Failed(string call) => new($"{call} for frames: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int family, int type, int protocol);
    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, byte* address, uint length);
    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* bytes, nint length, int flags);
    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int name, void* value, uint length);
    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(int socket, int level, int name, void* value, ref uint length);
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ulong* all, nuint count, int milliseconds);
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Index(string name);
    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int socket);
}
