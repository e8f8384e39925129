using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Behaviour;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;
using Assay.Traffic.Protocols;

namespace Assay.Traffic;

/// <summary>One pass over a capture: frames to packets to flows to what is said in them.</summary>
internal sealed class CaptureWalk
{
    /// <summary>Flows held open at once, about 170 MB of them.</summary>
    public const int MostFlows = 1 << 20;
    private const int ProgressEvery = 1 << 16;

    private readonly Artefact artefact;
    private readonly ExaminationOptions options;
    private readonly Notes notes;
    private readonly FlowCache cache;
    private readonly int share, shares;
    private readonly HashSet<(Address, ushort, byte)> listeners = [];
    private readonly HashSet<(Address, ushort, ushort)> asked = [];
    private readonly SortedDictionary<LinkType, long> unknown = [];
    private readonly AttackWatch? watch;
    private long frames, damaged, notIp, transport, network, fragments, icmp, packets, bytes, firstDamaged, firstDamagedOffset;
    private long from = long.MaxValue, to = long.MinValue;

    /// <param name="share">Which of the <paramref name="shares"/> of flows this walk keeps: each walk reads all frames, and all names that DNS tells.</param>
    public CaptureWalk(Artefact artefact, ExaminationOptions options, bool isExamination, Action<Flow> emit, int mostFlows = MostFlows, int share = 0,
        int shares = 1)
    {
        (this.share, this.shares) = (share, shares);
        this.artefact = artefact;
        this.options = options;
        notes = new Notes(artefact, options, isExamination);
        if (isExamination) watch = new AttackWatch();
        cache = new FlowCache(mostFlows, (in FlowEntry entry, Conversation? conversation, bool evicted) =>
        {
            if (share > 0 && TellsNames(entry.SourcePort, entry.DestinationPort)) return;
            Flows++;
            if (evicted) Evicted++;
            emit(Record(entry, conversation));
        });
    }

    public Notes Notes => notes;
    /// <summary>Attacks that were seen so far; empty unless this is an examination.</summary>
    public IReadOnlyList<Attack> Attacks => watch?.Attacks() ?? [];
    /// <summary>Flows written out so far.</summary>
    public long Flows { get; private set; }
    /// <summary>Of these, flows that might have gone on, had the cache not been full.</summary>
    public long Evicted { get; private set; }

    /// <exception cref="UnreadableException">This is no capture.</exception>
    public Coverage Run()
    {
        var reader = CaptureReader.Open(artefact);
        var packet = default(Packet);
        while (reader.Next(out var frame))
        {
            frames++;
            if (frame.Time != 0)
            {
                if (frame.Time < from) from = frame.Time;
                if (frame.Time > to) to = frame.Time;
            }
            if (frames % ProgressEvery == 0)
            {
                options.Cancel.ThrowIfCancellationRequested();
                if (share == 0) options.Progress?.Invoke(new Progress("reading " + artefact.Name, reader.Position, artefact.Size));
            }
            Take(frame, ref packet);
        }
        cache.Flush();
        return Coverage(reader);
    }

    private void Take(in Frame frame, ref Packet packet)
    {
        var depth = packet.Decode(frame);
        watch?.Take(frame, packet, depth);
        if (notes.IsExamination) notes.Stations.Sent(packet.SourceMac, depth >= Depth.Network ? packet.Source : null, frame.Time);
        switch (depth)
        {
            case Depth.LinkUnknown:
                unknown[frame.LinkType] = unknown.GetValueOrDefault(frame.LinkType) + 1;
                return;
            case Depth.Damaged:
                if (damaged++ == 0) (firstDamaged, firstDamagedOffset) = (frame.Number, frame.Offset);
                return;
            case Depth.NotIp:
                notIp++;
                return;
            case Depth.Network:
                network++;
                break;
            default:
                transport++;
                break;
        }
        packets++;
        bytes += packet.IpLength;
        if (packet.IsFragment) fragments++;
        if (packet.Protocol is Packet.Icmp or Packet.IcmpV6) icmp++;
        // Whatever share the answer falls into, it has to know who asked.
        if (notes.IsExamination && depth == Depth.Transport && packet.Protocol == Packet.Udp) Asks(packet, frame);
        var hash = FlowCache.Hash(packet);
        if (shares > 1 && (hash >> 16) % shares != share && !TellsNames(packet.SourcePort, packet.DestinationPort)) return;
        ref var entry = ref cache.Touch(packet, hash, frame.Number, frame.Time, out var slot, out var outward, out var begun);
        if (begun) entry.Name = notes.NameOf(entry.Destination);
        if (depth != Depth.Transport) return;
        if (notes.IsExamination) Listener(entry, packet, frame, outward);
        if (packet.Protocol == Packet.Tcp)
        {
            if (entry.Read) return;
            if ((packet.Flags & TcpFlags.Syn) != 0)
            {
                if (outward) (entry.StartsOut, entry.StartOut) = (true, packet.Sequence + 1);
                else (entry.StartsIn, entry.StartIn) = (true, packet.Sequence + 1);
            }
            ref var conversation = ref cache.Conversation(slot);
            if (conversation is null)
            {
                if (packet.PayloadOnWire == 0) return;
                conversation = new Conversation(notes);
                if (entry.StartsOut) conversation.Start(true, entry.StartOut);
                if (entry.StartsIn) conversation.Start(false, entry.StartIn);
            }
            conversation.Take(packet, frame, outward);
            entry.Application = conversation.Application;
            entry.Read = conversation.IsDone;
        }
        else if (packet.PayloadLength > 0)
        {
            var application = Datagrams.Read(notes, packet, frame, packet.Payload(frame));
            if (application != Application.Unknown) entry.Application = application;
        }
    }

    private static bool TellsNames(ushort source, ushort destination) => source is 53 or 5353 or 5355 || destination is 53 or 5353 or 5355;

    /// <summary>A port that answers: a SYN+ACK, or a datagram back from where one was sent to before.</summary>
    private void Listener(in FlowEntry entry, in Packet packet, in Frame frame, bool outward)
    {
        if (listeners.Count > 1 << 16) return;
        if (packet.Protocol == Packet.Udp && AnswersAll(packet))
        {
            Answering(packet, frame);
            return;
        }
        if (outward || !packet.Source.IsLocal || packet.Source.IsMulticast) return;
        const TcpFlags Both = TcpFlags.Syn | TcpFlags.Acknowledge;
        if (packet.Protocol == Packet.Tcp ? (packet.Flags & (Both | TcpFlags.Reset)) != Both : entry.PacketsIn != 1) return;
        Answering(packet, frame);
    }

    /// <summary>An answer to one machine that had asked all of them at this port before.</summary>
    private bool AnswersAll(in Packet packet) => packet.Source.IsLocal && !packet.Source.IsMulticast && asked.Contains((packet.Destination, packet.DestinationPort, packet.SourcePort));

    private void Asks(in Packet packet, in Frame frame)
    {
        if (packet.DestinationPort == 69) PlainDatagrams.Asks(notes, packet, packet.Payload(frame));
        if ((packet.Destination.IsMulticast || packet.Destination.IsV4 && (byte)packet.Destination.Low == 255) && asked.Count < 1 << 16) asked.Add((packet.Source, packet.SourcePort, packet.DestinationPort));
    }

    private void Answering(in Packet packet, in Frame frame)
    {
        if (!listeners.Add((packet.Source, packet.SourcePort, packet.Protocol))) return;
        var at = new Moment(frame, packet);
        var subject = FormattableString.Invariant($"{packet.Source}:{packet.SourcePort}/{Flow.NameOf(packet.Protocol)}");
        notes.Observe(at, Flow.NameOf(packet.Protocol), Seen.Listener, subject, packet.Protocol == Packet.Tcp ? "accepted a connection" : "answered a datagram",
            FindingKind.Exposure, packet.Protocol == Packet.Tcp ? 1 : 0.8, null, packet.SourceMac.Bits == 0 ? null : $"station {packet.SourceMac}",
                Traits.Listener);
    }

    private Flow Record(in FlowEntry entry, Conversation? conversation)
    {
        conversation?.Finish();
        var names = new List<string>(2);
        Add(conversation?.ServerName);
        Add(HostName(conversation?.Host));
        Add(notes.NameAt(entry.Name));
        var ports = entry.Protocol is Packet.Tcp or Packet.Udp && (entry.SourcePort | entry.DestinationPort) != 0;
        return new Flow
        {
            First = Frame.At(entry.First),
            Last = Frame.At(entry.Last),
            FirstFrame = entry.FirstFrame,
            Source = entry.Source,
            SourcePort = ports ? entry.SourcePort : null,
            Destination = entry.Destination,
            DestinationPort = ports ? entry.DestinationPort : null,
            Protocol = entry.Protocol,
            Application = conversation is { Application: not Application.Unknown } ? conversation.Application : entry.Application,
            Packets = (entry.PacketsOut, entry.PacketsIn),
            Bytes = (entry.BytesOut, entry.BytesIn),
            Flags = (entry.FlagsOut, entry.FlagsIn),
            Names = names.Count == 0 ? [] : names,
            Tls = conversation?.Tls,
            Http = conversation?.Http,
        };

        void Add(string? name)
        {
            if (!string.IsNullOrEmpty(name) && !names.Contains(name)) names.Add(name);
        }
    }

    /// <summary>The host of an HTTP Host field without its port; null for an address, which the record holds anyway.</summary>
    private static string? HostName(string? host)
    {
        if (host is null || host.StartsWith('[')) return null;
        var colon = host.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0) host = host[..colon];
        return System.Net.IPAddress.TryParse(host, out _) ? null : host;
    }

    private Coverage Coverage(CaptureReader reader)
    {
        var losses = new List<Loss>(reader.Losses);
        foreach (var (type, count) in unknown)
        {
            losses.Add(Lost("a link type that is decoded (Ethernet, raw IP, loopback, Linux cooked)",
                FormattableString.Invariant($"{count} frames of {LinkTypes.Name(type)}")));
        }
        if (damaged > 0)
        {
            losses.Add(new Loss
            {
                Location = new Location { Artefact = artefact.Name, Frame = firstDamaged, Offset = firstDamagedOffset },
                Expected = "whole headers down to the transport layer",
                Found = FormattableString.Invariant($"{damaged} frames whose headers are cut or contradict themselves; this is the first"),
            });
        }
        if (notes.Loss is { } unwritten) losses.Add(unwritten);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["bytes"] = bytes,
            ["damaged"] = damaged,
            ["evictedFlows"] = Evicted,
            ["flows"] = Flows,
            ["fragments"] = fragments,
            ["icmp"] = icmp,
            ["notIp"] = notIp,
            ["otherLinkType"] = unknown.Values.Sum(),
            ["packets"] = packets,
        };
        // A flood with forged sources pushes sources out of the watch; that is no damage of the capture.
        if (watch is { Evictions: > 0 }) counts["evictedFromWatch"] = watch.Evictions;
        return new Coverage
        {
            Artefact = artefact.Name,
            Scope = CoverageScope.Capture,
            Unit = "frames",
            Total = frames,
            Examined = frames - damaged - unknown.Values.Sum(),
            From = from <= to ? Frame.At(from) : null,
            To = from <= to ? Frame.At(to) : null,
            Counts = counts,
            Losses = losses,
        };
    }

    private Loss Lost(string expected, string found) => new() { Location = new Location { Artefact = artefact.Name }, Expected = expected, Found = found };
}
