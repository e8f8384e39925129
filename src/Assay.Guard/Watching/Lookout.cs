using System.Buffers.Binary;
using Assay.Traffic.Behaviour;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;

namespace Assay.Guard.Watching;

/// <summary>One thread that sees every frame of the inside: into the ring, past the watches, and to the household what is news.</summary>
public sealed class Lookout : IDisposable
{
    // A frame after segmentation offload may be as long as an IP packet.
    private const int LongestFrame = (1 << 16) + 64;
    // Beyond this many pairs of MAC and address the memory of what was told begins anew, so that it stays bounded.
    private const int MostTold = 1 << 14;
    private readonly LinkSocket[] sockets;
    private readonly HashSet<MacAddress> own;
    private readonly Household household;
    private readonly TimeProvider time;
    private readonly DeviceWatch devices;
    private AttackWatch attacks = new();
    private int lifts;
    private readonly Dictionary<(MacAddress, Address), long> told = [];
    private readonly Thread thread;
    private volatile bool ended;
    private long number;

    /// <summary>An attack is news: the household has cut or alarmed already.</summary>
    public Action<Attack, Admission.Device> Attacked { get; set; } = (_, _) => { };

    /// <exception cref="IOException">An interface is not there, or we lack the right to see its frames.</exception>
    public Lookout(Household household, Ring ring, TimeProvider time)
    {
        this.household = household;
        this.time = time;
        Ring = ring;
        var inside = household.Configuration.Inside;
        own = [.. inside.Select(LinkSocket.Own)];
        sockets = [.. inside.Select(name => new LinkSocket(name))];
        devices = new DeviceWatch(sighting =>
        {
            if (!own.Contains(sighting.Mac)) household.Sighted(sighting);
        });
        thread = new Thread(Look) { Name = "lookout", IsBackground = true };
    }

    public Ring Ring { get; }
    public long Frames => Interlocked.Read(ref number);
    /// <summary>Why a frame could not be judged, the last time; null where all could.</summary>
    public string? Fault { get; private set; }
    /// <summary>Frames that the kernel gave up before we saw them.</summary>
    public long Missed { get; private set; }

    public void Start() => thread.Start();

    private void Look()
    {
        var buffer = new byte[LongestFrame];
        var packet = new Packet();
        while (!ended)
        {
            LinkSocket.Wait(sockets, 500);
            foreach (var socket in sockets)
            {
                // Not without end on one interface, so that none starves another.
                for (var i = 0; i < 256 && socket.Take(buffer, out var original) is var length and > 0; i++)
                {
                    var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
                    var frame = new Frame { Number = Interlocked.Increment(ref number), Offset = 0, Time = now, LinkType = LinkType.Ethernet, OriginalLength = original, Bytes = buffer.AsSpan(0, length) };
                    try
                    {
                        Take(frame, ref packet);
                    }
                    catch (Exception wrong) when (wrong is not OutOfMemoryException)
                    {
                        // No frame that a device can send, and no full disk, ends the watching of all others; the status shows it.
                        Fault = wrong.Message;
                    }
                }
                Missed += socket.Dropped();
            }
        }
    }

    private void Take(in Frame frame, ref Packet packet)
    {
        var depth = packet.Decode(frame);
        Ring.Add(frame, packet, depth);
        if (depth is Depth.Damaged or Depth.LinkUnknown && frame.Bytes.Length < 14) return;
        if (!own.Contains(packet.SourceMac) && !packet.SourceMac.IsMulticast && packet.SourceMac.Bits != 0) Tell(frame, packet, depth);
        devices.Take(frame, packet, depth);
        if (household.Lifts != lifts) (attacks, lifts) = (new AttackWatch(), household.Lifts);
        if (attacks.Take(frame, packet, depth) is { } attack && !own.Contains(attack.Mac) && household.Attacked(attack) is { } device) Attacked(attack, device);
    }

    // Each pair of MAC and address is told once a minute, so that the household's lock is not taken for each frame.
    private void Tell(in Frame frame, in Packet packet, Depth depth)
    {
        var address = depth is Depth.Network or Depth.Transport ? packet.Source : Arp(frame, packet);
        var key = (packet.SourceMac, address);
        if (told.TryGetValue(key, out var last) && frame.Time - last < 60_000_000_000) return;
        if (told.Count >= MostTold) told.Clear();
        told[key] = frame.Time;
        household.Seen(packet.SourceMac, address == default ? null : address);
    }

    // Who asks for an address says its own first (RFC 826): Ethernet, IPv4, then the sender's MAC and address.
    private static Address Arp(in Frame frame, in Packet packet)
    {
        var bytes = frame.Bytes;
        if (packet.EtherType != 0x0806 || bytes.Length < 42 || !bytes.Slice(14, 6).SequenceEqual((ReadOnlySpan<byte>)[0, 1, 8, 0, 6, 4])) return default;
        var bits = BinaryPrimitives.ReadUInt32BigEndian(bytes[28..]);
        return bits == 0 || MacAddress.Of(bytes[22..]) != packet.SourceMac ? default : Address.V4(bits);
    }

    public void Dispose()
    {
        ended = true;
        if (thread.IsAlive) thread.Join(2000);
        foreach (var socket in sockets) socket.Dispose();
    }
}
