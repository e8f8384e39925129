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
    /// <summary>Flows held open at once, about 80 MB of them.</summary>
    public const int MostFlows = 1 << 19;
    private const int ProgressEvery = 1 << 16;
    /// <summary>Tunnels in tunnels that are entered.</summary>
    private const int MostTunnels = 8;
    /// <summary>Different ends of tunnels that are kept for records.</summary>
    private const int MostTunnelEnds = 1 << 16;

    private readonly Artefact artefact;
    private readonly ExaminationOptions options;
    private readonly Notes notes;
    private readonly FlowCache cache;
    private readonly int share, shares;
    private readonly bool counters, onlyFindings;
    private readonly Fragments reassembly = new();
    private readonly List<TunnelFacts> tunnels = [];
    private readonly Dictionary<TunnelFacts, int> tunnelIndex = [];
    private readonly Dictionary<Address, string> given = [];
    private CaptureReader? source;
    private int givenRead;
    private readonly HashSet<(Address, ushort, byte)> listeners = [];
    private readonly HashSet<(Address, ushort, ushort)> asked = [];
    private readonly SortedDictionary<LinkType, long> unknown = [];
    private readonly AttackWatch? watch;
    private long frames, damaged, notIp, isProtected, tunnelled, fragments, icmp, packets, bytes, firstDamaged, firstDamagedOffset;
    private long from = long.MaxValue, to = long.MinValue;

    /// <param name="share">Which of the <paramref name="shares"/> of flows this walk keeps: each walk reads all frames, and all names that DNS tells.</param>
    /// <param name="counters">Endpoints and counters only: no payload is read, so that there are no names and no applications.</param>
    /// <param name="onlyFindings">Of an examination neither occurrences nor flows: nothing is put in words that is no finding, and nothing is handed to <paramref name="emit"/>.</param>
    public CaptureWalk(Artefact artefact, ExaminationOptions options, bool isExamination, Action<Flow> emit, int mostFlows = MostFlows, int share = 0,
        int shares = 1, bool counters = false, bool onlyFindings = false)
    {
        (this.share, this.shares, this.counters, this.onlyFindings) = (share, shares, counters, onlyFindings);
        this.artefact = artefact;
        this.options = options;
        notes = new Notes(artefact, options, isExamination, isExamination && !onlyFindings);
        if (isExamination) watch = new AttackWatch();
        cache = new FlowCache(mostFlows, (in FlowEntry entry, Conversation? conversation, bool evicted) =>
        {
            if (share > 0 && TellsNames(entry.SourcePort, entry.DestinationPort)) return;
            Flows++;
            if (evicted) Evicted++;
            if (onlyFindings) conversation?.Finish();
            else emit(Record(entry, conversation));
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
        using var reader = CaptureReader.Open(artefact, options.Budget);
        return Run(reader);
    }

    /// <summary>Reads all that <paramref name="reader"/> still has.</summary>
    /// <exception cref="OperationCanceledException"/>
    public Coverage Run(CaptureReader reader)
    {
        source = reader;
        var packet = default(Packet);
        if (reader is LiveReader live) live.Elapsed = cache.Expire;
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
                if (!counters) cache.Finish(frame.Time, forget: onlyFindings);
                // How much content a compressed capture has, nobody knows before its end.
                if (share == 0) options.Progress?.Invoke(new Progress("reading " + artefact.Name, reader.Position, reader.Compression is null ? artefact.Size : 0));
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
                if (packet.IsProtected) isProtected++;
                return;
        }
        packets++;
        if (packet.IsFragment) fragments++;
        if (packet.IsFragment || packet.MayCarry) Inside(frame, ref packet, depth);
        else Count(frame, packet, depth, isWhole: true);
    }

    /// <summary>Puts fragments together and goes into tunnels until the innermost IP packet; that one is counted.</summary>
    private void Inside(in Frame outer, ref Packet packet, Depth depth)
    {
        var frame = outer;
        for (var entered = 0; ;)
        {
            if (packet.IsFragment)
            {
                if (reassembly.Take(frame, ref packet, depth, out var datagram) != Piece.Complete)
                {
                    Count(frame, packet, depth, isWhole: false);
                    return;
                }
                var last = packet;
                frame = new Frame
                {
                    Number = outer.Number,
                    Offset = outer.Offset,
                    Time = outer.Time,
                    LinkType = LinkType.Raw,
                    OriginalLength = datagram.Length,
                    Bytes = datagram.Span,
                };
                depth = packet.Decode(frame);
                (packet.SourceMac, packet.DestinationMac, packet.EtherType) = (last.SourceMac, last.DestinationMac, last.EtherType);
                (packet.Tunnel, packet.TunnelSource, packet.TunnelDestination) = (last.Tunnel, last.TunnelSource, last.TunnelDestination);
                // The pieces before have been counted as they came.
                packet.IpLength = last.IpLength;
                if (depth < Depth.Network)
                {
                    packet = last;
                    Count(outer, packet, Depth.Network, isWhole: false);
                    return;
                }
            }
            if (entered == MostTunnels || !packet.Enter(frame, ref depth)) break;
            if (entered++ == 0) tunnelled++;
        }
        Count(frame, packet, depth, isWhole: true);
    }

    /// <param name="isWhole">No fragment: its payload can be read.</param>
    private void Count(in Frame frame, in Packet packet, Depth depth, bool isWhole)
    {
        bytes += packet.IpLength;
        if (packet.Protocol is Packet.Icmp or Packet.IcmpV6) icmp++;
        // Whatever share the answer falls into, it has to know who asked.
        if (!counters && isWhole && depth == Depth.Transport && packet.Protocol == Packet.Udp) Asks(packet, frame);
        var hash = FlowCache.Hash(packet);
        if (shares > 1 && (hash >> 16) % shares != share && !TellsNames(packet.SourcePort, packet.DestinationPort)) return;
        ref var entry = ref cache.Touch(packet, hash, frame.Number, frame.Time, out var slot, out var outward, out var begun);
        if (begun && packet.Tunnel != TunnelKind.None) entry.Tunnel = IndexOf(packet);
        if (counters) return;
        if (begun) entry.Name = notes.NameOf(entry.Destination);
        if (depth != Depth.Transport || !isWhole) return;
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
                if (!conversation.Hold(HalfRead.Connection))
                {
                    conversation = null;
                    entry.Read = true;
                    return;
                }
                if (entry.StartsOut) conversation.Start(true, entry.StartOut);
                if (entry.StartsIn) conversation.Start(false, entry.StartIn);
            }
            conversation.Take(packet, frame, outward);
            entry.Application = conversation.Application;
            entry.Read = conversation.IsDone;
            if (onlyFindings && entry.Read) conversation = null;
        }
        else if (packet.PayloadLength > 0)
        {
            Datagrams.Take(notes, packet, frame, outward, ref entry, ref cache.Conversation(slot));
        }
    }

    private int IndexOf(in Packet packet)
    {
        var facts = new TunnelFacts(packet.Tunnel, packet.TunnelSource, packet.TunnelDestination);
        if (tunnelIndex.TryGetValue(facts, out var index)) return index;
        if (tunnels.Count == MostTunnelEnds) return 0;
        tunnels.Add(facts);
        tunnelIndex.Add(facts, tunnels.Count);
        return tunnels.Count;
    }

    /// <summary>The name that the capture itself gives to an address; null for none.</summary>
    private string? GivenName(Address address)
    {
        var names = source?.Names ?? [];
        for (; givenRead < names.Count; givenRead++) given.TryAdd(names[givenRead].Address, names[givenRead].Name);
        return given.Count == 0 ? null : given.GetValueOrDefault(address);
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
        if (outward || !(packet.Source.IsLocal || packet.Source.IsBeside(packet.Destination)) || packet.Source.IsMulticast) return;
        const TcpFlags Both = TcpFlags.Syn | TcpFlags.Acknowledge;
        if (packet.Protocol == Packet.Tcp ? (packet.Flags & (Both | TcpFlags.Reset)) != Both : entry.PacketsIn != 1) return;
        Answering(packet, frame);
    }

    /// <summary>An answer to one machine that had asked all of them at this port before.</summary>
    private bool AnswersAll(in Packet packet) => packet.Source.IsLocal && !packet.Source.IsMulticast && asked.Contains((packet.Destination, packet.DestinationPort, packet.SourcePort));

    private void Asks(in Packet packet, in Frame frame)
    {
        if (packet.DestinationPort == 69) Tftp.Asks(notes, packet, packet.Payload(frame));
        if (notes.IsExamination && (packet.Destination.IsMulticast || packet.Destination.IsV4 && (byte)packet.Destination.Low == 255) && asked.Count < 1 << 16) asked.Add((packet.Source, packet.SourcePort, packet.DestinationPort));
    }

    private void Answering(in Packet packet, in Frame frame)
    {
        if (!listeners.Add((packet.Source, packet.SourcePort, packet.Protocol))) return;
        var at = new Moment(frame, packet);
        var protocol = Flow.NameOf(packet.Protocol);
        notes.Observe(at, protocol, Seen.Listener, $"{packet.Source}:{packet.SourcePort}/{protocol}", packet.Protocol == Packet.Tcp ? "accepted a connection" : "answered a datagram",
            FindingKind.Exposure, packet.Protocol == Packet.Tcp ? 1 : 0.8, null, packet.SourceMac.Bits == 0 ? null : $"station {packet.SourceMac}",
                Traits.Listener);
    }

    private Flow Record(in FlowEntry entry, Conversation? conversation)
    {
        conversation?.Finish();
        var names = new List<string>(2);
        Add(conversation?.ServerName);
        Add(HostName(conversation?.Host));
        Add(notes.NameAt(entry.Name) ?? (counters ? null : GivenName(entry.Destination)));
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
            Tunnel = entry.Tunnel == 0 ? null : tunnels[entry.Tunnel - 1],
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
            losses.Add(Lost("a link type that is decoded (Ethernet, 802.11, PPP, raw IP, loopback, Linux cooked and others)",
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
        losses.AddRange(notes.Losses);
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
        foreach (var (name, count) in reader.Counts) counts[name] = count;
        Add("fragmentOverlaps", reassembly.Overlaps);
        Add("incompleteDatagrams", reassembly.Incomplete);
        Add("protected", isProtected);
        Add("reassembled", reassembly.Whole);
        Add("tunnelled", tunnelled);
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

        void Add(string name, long count)
        {
            if (count > 0) counts[name] = count;
        }
    }

    private Loss Lost(string expected, string found) => new() { Location = new Location { Artefact = artefact.Name }, Expected = expected, Found = found };
}
