using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Assay.Evidence;

namespace Assay.Traffic.Captures;

/// <summary>Frames of an interface while they pass: a ring of the kernel's that we read in place (packet(7), TPACKET_V3).</summary>
/// <remarks>
/// An interface that goes away ends nothing: it is said in <see cref="CaptureReader.Losses"/> and told at once, and frames are taken up again when one of that name comes back.
/// To take it up again needs no right, so that <see cref="Privileges.Drop"/> may be called as soon as the reader is open.
/// </remarks>
public sealed unsafe partial class LiveReader : CaptureReader
{
    private const int Family = 17, SocketRaw = 3, CloseOnExec = 0x80000, AllProtocols = 3;
    private const int LevelPacket = 263, AddMembership = 1, ReceiveRing = 5, Statistics = 6, RingVersion = 10, LevelSocket = 1, SocketError = 4;
    private const int Version3 = 2, Promiscuous = 1;
    private const int BlockBytes = 1 << 20, BlockCount = 32, FrameBytes = 2048, RetireAfter = 100;
    private const short Readable = 1, Failed = 8;

    private readonly string name;
    private readonly TimeProvider time;
    private readonly CancellationToken cancel;
    private readonly long? until;
    private readonly int socket;
    private readonly byte* ring;
    private int block;
    private uint left;
    private byte* next;
    private bool inBlock, isAway, isOpen = true;
    private LinkType linkType;
    private long dropped, gone, lastElapsed;

    /// <param name="name">As the system calls it: <c>eth0</c>.</param>
    /// <param name="duration">After this time the reading ends; null for none.</param>
    /// <param name="cancel">Ends the reading within a fifth of a second.</param>
    /// <exception cref="IOException">No such interface, or we lack the right (CAP_NET_RAW).</exception>
    public LiveReader(string name, TimeProvider time, TimeSpan? duration, CancellationToken cancel)
        : base(Artefact.Of("interface " + name, []), null)
    {
        (this.name, this.time, this.cancel) = (name, time, cancel);
        if (Index(name) == 0) throw new IOException($"expected the interface {name}, found none of that name");
        until = duration is { } wait ? time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency) : null;
        // Without a protocol until it is bound: no frame of another interface gets in.
        socket = Open(Family, SocketRaw | CloseOnExec, 0);
        if (socket < 0) throw Wrong("socket");
        try
        {
            var version = Version3;
            if (SetOption(socket, LevelPacket, RingVersion, &version, sizeof(int)) != 0) throw Wrong("TPACKET_V3");
            // struct tpacket_req3: size and number of blocks, size and number of frames, milliseconds until a block that is not full is handed over, private bytes, features.
            var request = stackalloc uint[7] { BlockBytes, BlockCount, FrameBytes, BlockBytes / FrameBytes * BlockCount, RetireAfter, 0, 0 };
            if (SetOption(socket, LevelPacket, ReceiveRing, request, 7 * sizeof(uint)) != 0) throw Wrong("ring");
            var mapped = Map(null, (nuint)BlockBytes * BlockCount, 3, 1, socket, 0);
            if (mapped == -1) throw Wrong("mmap");
            ring = (byte*)mapped;
            if (!Attach()) throw Wrong("bind");
        }
        catch
        {
            Close(socket);
            throw;
        }
    }

    public override string Format => "live";

    /// <summary>A line for a person when the interface goes and comes.</summary>
    public Action<string>? Told { get; set; }

    /// <summary>Called about once a second with the time in nanoseconds, between frames.</summary>
    internal Action<long>? Elapsed { get; set; }

    /// <summary>Frames that the kernel dropped because we were too slow.</summary>
    public long Dropped => dropped;

    internal override IEnumerable<(string Name, long Count)> Counts =>
        new (string, long)[] { ("droppedByCapture", dropped), ("interfaceLost", gone) }.Where(c => c.Item2 > 0);

    public override bool Next(out Frame frame)
    {
        frame = default;
        while (true)
        {
            if (inBlock)
            {
                if (left > 0)
                {
                    frame = Take();
                    return true;
                }
                Release();
            }
            Tick();
            if (cancel.IsCancellationRequested || until is { } end && time.GetTimestamp() >= end) return false;
            if (isAway)
            {
                if (Index(name) == 0 || !Attach())
                {
                    cancel.WaitHandle.WaitOne(200);
                    continue;
                }
                isAway = false;
                Told?.Invoke($"{name} is there again; frames are taken up again");
            }
            // struct tpacket_block_desc: version, offset of private bytes, then status, frames, offset of the first.
            var head = ring + (long)block * BlockBytes;
            if ((Volatile.Read(ref *(uint*)(head + 8)) & 1) != 0)
            {
                left = *(uint*)(head + 12);
                next = head + *(uint*)(head + 16);
                inBlock = true;
                continue;
            }
            Wait();
        }
    }

    /// <summary>struct tpacket3_hdr: offset of the next, seconds, nanoseconds, captured and original length, status, offsets of the link and the network header.</summary>
    private Frame Take()
    {
        var at = next;
        var offset = *(uint*)at;
        left--;
        next = at + offset;
        var captured = (int)*(uint*)(at + 12);
        return new Frame
        {
            Number = ++Frames,
            Offset = 0,
            Time = *(uint*)(at + 4) * 1_000_000_000L + *(uint*)(at + 8),
            LinkType = linkType,
            OriginalLength = *(uint*)(at + 16),
            Bytes = new ReadOnlySpan<byte>(at + *(ushort*)(at + 24), captured),
        };
    }

    private void Release()
    {
        Volatile.Write(ref *(uint*)(ring + (long)block * BlockBytes + 8), 0);
        block = (block + 1) % BlockCount;
        inBlock = false;
    }

    private void Wait()
    {
        // struct pollfd: handle, wanted events, what came.
        var poll = (uint)socket | (ulong)(ushort)Readable << 32;
        if (Poll(&poll, 1, 200) <= 0 || ((short)(poll >> 48) & Failed) == 0) return;
        var error = 0;
        uint size = sizeof(int);
        _ = GetOption(socket, LevelSocket, SocketError, &error, ref size);
        // Down or gone: while it is only down it has its number still, and frames come again by themselves.
        if (Index(name) != 0 && Attach()) return;
        isAway = true;
        gone++;
        Lose(new Loss
        {
            Location = new Location { Artefact = Artefact.Name, Frame = Frames },
            Expected = $"the interface {name}",
            Found = "that it went away; what passed until it came back was not seen",
        });
        Told?.Invoke($"{name} went away; waiting for it");
    }

    private void Tick()
    {
        var now = time.GetTimestamp();
        if (now - lastElapsed < time.TimestampFrequency) return;
        lastElapsed = now;
        Count();
        Elapsed?.Invoke((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100);
    }

    private void Count()
    {
        // struct tpacket_stats_v3: frames seen, frames dropped, times the ring was full; reading sets them to zero.
        var counts = stackalloc uint[3];
        uint length = 12;
        if (GetOption(socket, LevelPacket, Statistics, counts, ref length) == 0) dropped += counts[1];
    }

    /// <summary>Binds the socket to the interface that has the name now.</summary>
    private bool Attach()
    {
        var index = Index(name);
        if (index == 0) return false;
        // sockaddr_ll: family, protocol in network order, interface, and fields that bind does not read.
        var place = stackalloc byte[20];
        new Span<byte>(place, 20).Clear();
        *(ushort*)place = Family;
        *(ushort*)(place + 2) = BinaryPrimitives.ReverseEndianness((ushort)AllProtocols);
        *(int*)(place + 4) = index;
        if (Bind(socket, place, 20) != 0) return false;
        linkType = LinkTypeOf(name);
        // struct packet_mreq: frames for others too, where the interface allows it.
        var membership = stackalloc int[4] { index, Promiscuous, 0, 0 };
        _ = SetOption(socket, LevelPacket, AddMembership, membership, 16);
        return true;
    }

    /// <summary>By the kernel's kind of hardware (ARPHRD): what its frames begin with.</summary>
    private static LinkType LinkTypeOf(string name)
    {
        try
        {
            return File.ReadAllText($"/sys/class/net/{name}/type").Trim() switch
            {
                "801" => LinkType.Wireless,
                "802" => LinkType.WirelessPrism,
                "803" => LinkType.WirelessRadiotap,
                "512" => LinkType.Ppp,
                "519" or "65534" or "768" or "769" or "776" or "778" => LinkType.Raw,
                _ => LinkType.Ethernet,
            };
        }
        catch (IOException)
        {
            return LinkType.Ethernet;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!isOpen) return;
        isOpen = false;
        Count();
        _ = Unmap(ring, (nuint)BlockBytes * BlockCount);
        Close(socket);
        base.Dispose(disposing);
    }

    private static IOException Wrong(string call) => new($"{call} for frames: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int family, int type, int protocol);
    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, byte* address, uint length);
    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int name, void* value, uint length);
    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(int socket, int level, int name, void* value, ref uint length);
    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(void* at, nuint length, int protection, int flags, int file, nint offset);
    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* at, nuint length);
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ulong* all, nuint count, int milliseconds);
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Index(string name);
    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int socket);
}
