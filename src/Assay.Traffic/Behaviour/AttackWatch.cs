using System.Buffers.Binary;
using System.Collections;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Behaviour;

/// <summary>Sees scans, guessing of passwords and floods in frames, live or captured, one frame at a time.</summary>
/// <remarks>
/// Memory is bounded (at most 1,024 sources with 128 openings each, 1,024 targets, 256 attacks); what had to give way is counted in <see cref="Evictions"/>.
/// Nothing is allocated for a frame unless it comes from a new source or belongs to an attack. Same frames, same answers.
/// </remarks>
public sealed class AttackWatch
{
    private const int MostAttacks = 256;
    // An attack that pauses for longer than this is another one.
    private const long Quiet = 600_000_000_000, Overdue = 1_000_000_000, Again = 60_000_000_000;

    private static readonly AttackThreshold HorizontalScan = AttackThreshold.Of("horizontal-scan"), LoginScan = AttackThreshold.Of("login-scan"),
        UdpScan = AttackThreshold.Of("udp-scan"), VerticalScan = AttackThreshold.Of("vertical-scan"), UdpPortScan = AttackThreshold.Of("udp-port-scan"),
        AddressSweep = AttackThreshold.Of("address-sweep"), PingSweep = AttackThreshold.Of("ping-sweep"), LoginConnections = AttackThreshold.Of("login-connections"),
        LoginRefused = AttackThreshold.Of("login-refused"), HttpRefused = AttackThreshold.Of("http-refused"), SynFlood = AttackThreshold.Of("syn-flood"),
        UdpFlood = AttackThreshold.Of("udp-flood"), IcmpFlood = AttackThreshold.Of("icmp-flood"), SynAckReflection = AttackThreshold.Of("synack-reflection"),
        UdpReflection = AttackThreshold.Of("udp-reflection");
    private static readonly BitArray LoginPorts = PortSet("login-ports"), AmplifyingPorts = PortSet("amplifying-ports");

    private readonly SourceTable sources = new();
    private readonly PressureTable targets = new();
    private readonly List<Ongoing> attacks = [];
    private readonly NamedAddresses named = new();
    private readonly long[] peaks = new long[AttackThreshold.All.Count];
    private long lostAttacks;

    /// <summary>Entries that were given up for newer ones because a table was full.</summary>
    public long Evictions => sources.Evictions + targets.Evictions + lostAttacks;

    /// <summary>The highest count that each rule met, whether it crossed its threshold or not.</summary>
    internal IReadOnlyDictionary<string, long> Peaks => AttackThreshold.All.ToDictionary(t => t.Rule, t => peaks[t.Number], StringComparer.Ordinal);

    /// <summary>
    /// Fed with every frame in order. Answers an attack at the frame that crosses its threshold, and once a minute again while its window stays above it, else null;
    /// nothing is allocated in the common case.
    /// </summary>
    public Attack? Take(in Frame frame, in Packet packet, Depth depth)
    {
        // Without times there are no rates.
        if (frame.Time == 0) return null;
        var ethernet = frame.LinkType == LinkType.Ethernet;
        switch (depth)
        {
            case Depth.NotIp when ethernet && packet.EtherType == 0x806:
                return Arp(frame, packet);
            case Depth.Network when packet.Protocol is Packet.Icmp or Packet.IcmpV6 && packet.PayloadLength >= 8 && !packet.Destination.IsMulticast:
                return Icmp(frame, packet, ethernet ? packet.SourceMac : default);
            case Depth.Transport when !packet.Destination.IsMulticast && !packet.Source.IsMulticast:
                return packet.Protocol == Packet.Tcp
                    ? Tcp(frame, packet, ethernet ? packet.SourceMac : default, ethernet ? packet.DestinationMac : default)
                    : Udp(frame, packet, ethernet ? packet.SourceMac : default);
            default:
                return null;
        }
    }

    /// <summary>Every attack so far with its counts up to now, in the order in which thresholds were crossed.</summary>
    public IReadOnlyList<Attack> Attacks() => [.. attacks.Select(a => a.AsAttack())];

    // ---- by protocol

    private Attack? Tcp(in Frame frame, in Packet packet, MacAddress from, MacAddress to)
    {
        const TcpFlags Relevant = TcpFlags.Syn | TcpFlags.Acknowledge | TcpFlags.Reset;
        switch (packet.Flags & Relevant)
        {
            // Without SYN, ACK and RST no packet of TCP is ordinary (RFC 9293 section 3.10.7): scans by FIN, by nothing, by everything.
            case TcpFlags.Syn or TcpFlags.None:
                return Opens(frame, packet, from);
            case TcpFlags.Syn | TcpFlags.Acknowledge:
                return Accepts(frame, packet, from);
            case var flags when (flags & TcpFlags.Reset) != 0:
                return Refuses(sources.Find(packet.Destination), packet.Source, packet.SourcePort, Packet.Tcp, frame);
            default:
                return packet.PayloadLength > 12 ? Says(frame, packet, to) : null;
        }
    }

    private Attack? Opens(in Frame frame, in Packet packet, MacAddress from)
    {
        var source = sources.Get(from, packet.Source, frame.Time);
        var index = source.Find(packet.Destination, packet.DestinationPort, Packet.Tcp);
        var isNew = index < 0;
        if (isNew)
        {
            index = source.Add(packet.Destination, packet.DestinationPort, Packet.Tcp, frame.Time, frame.Number);
            source[index].Named = named.Contains(packet.Destination);
        }
        else
        {
            ref var opening = ref source[index];
            (opening.Last, opening.Frame) = (frame.Time, frame.Number);
            if (opening.Outcome == Outcome.Answered) (opening.Outcome, opening.Asked) = (Outcome.Pending, frame.Time);
        }
        var flood = Press(SynFlood, from, packet.Source, packet.Destination, packet.DestinationPort, frame);
        return Judge(source, source[index], isNew, frame.Time, frame.Number) ?? flood;
    }

    private Attack? Accepts(in Frame frame, in Packet packet, MacAddress from)
    {
        var client = sources.Find(packet.Destination);
        var index = client?.Find(packet.Source, packet.SourcePort, Packet.Tcp) ?? -1;
        if (index < 0)
        {
            // In a ring that is full the question may have been pushed out.
            return client is { Count: Openings.Size } ? null : Press(SynAckReflection, from, packet.Source, packet.Destination, 0, frame);
        }
        ref var opening = ref client![index];
        if (opening.Outcome == Outcome.Answered) return null;
        opening.Outcome = Outcome.Answered;
        targets.Relieve(client.Mac, packet.Source, packet.SourcePort, Rule(SynFlood));
        if (frame.Time - opening.ConnectionsSince > LoginConnections.Window || opening.Connections == 0)
        {
            (opening.ConnectionsSince, opening.Connections, opening.FirstFrame) = (frame.Time, 0, opening.Frame);
        }
        opening.Connections++;
        if (!LoginPorts[opening.Port]) return null;
        Peak(LoginConnections, opening.Connections);
        return opening.Connections < LoginConnections.Count ? null
            : Guesses(LoginConnections, client, opening, opening.Connections, opening.ConnectionsSince, opening.FirstFrame, opening.Frame, frame.Time);
    }

    private Attack? Refuses(Openings? client, Address target, ushort port, byte protocol, in Frame frame)
    {
        var index = client?.Find(target, port, protocol) ?? -1;
        if (index < 0) return null;
        ref var opening = ref client![index];
        if (opening.Outcome != Outcome.Pending) return null;
        opening.Outcome = Outcome.Refused;
        if (protocol == Packet.Tcp) targets.Relieve(client.Mac, target, port, Rule(SynFlood));
        // The attempt is the evidence, the refusal only its outcome.
        return Judge(client, opening, isNew: false, frame.Time, opening.Frame);
    }

    private static ReadOnlySpan<byte> Incorrect => "ncorrect"u8;

    /// <summary>What a server says in clear text when a password is wrong.</summary>
    private Attack? Says(in Frame frame, in Packet packet, MacAddress to)
    {
        var payload = packet.Payload(frame);
        if (payload.StartsWith("HTTP/1."u8) || payload.StartsWith("RTSP/1."u8))
        {
            return payload[8..].StartsWith(" 401"u8) ? Denies(HttpRefused, frame, packet, to) : null;
        }
        if (!LoginPorts[packet.SourcePort]) return null;
        var text = payload[..Math.Min(512, payload.Length)];
        var refused = packet.SourcePort switch
        {
            21 => text.StartsWith("530 "u8),
            110 => text.StartsWith("-ERR"u8),
            143 => text.IndexOf("AUTHENTICATIONFAILED"u8) >= 0,
            _ => text.IndexOf(Incorrect) >= 0 || text.IndexOf("ogin failed"u8) >= 0 || text.IndexOf("uthentication failed"u8) >= 0,
        };
        return refused ? Denies(LoginRefused, frame, packet, to) : null;
    }

    private Attack? Denies(AttackThreshold threshold, in Frame frame, in Packet packet, MacAddress to)
    {
        var client = sources.Get(to, packet.Destination, frame.Time);
        var index = client.Find(packet.Source, packet.SourcePort, Packet.Tcp);
        if (index < 0)
        {
            // The connection is older than what is remembered.
            index = client.Add(packet.Source, packet.SourcePort, Packet.Tcp, frame.Time, frame.Number);
            client[index].Outcome = Outcome.Answered;
        }
        ref var opening = ref client[index];
        if (opening.Refusals == 0 || frame.Time - opening.RefusalsSince > threshold.Window)
        {
            (opening.Refusals, opening.RefusalsSince, opening.RefusalFrame) = (0, frame.Time, frame.Number);
        }
        opening.Refusals++;
        Peak(threshold, opening.Refusals);
        return opening.Refusals < threshold.Count ? null
            : Guesses(threshold, client, opening, opening.Refusals, opening.RefusalsSince, opening.RefusalFrame, frame.Number, frame.Time);
    }

    private Attack? Udp(in Frame frame, in Packet packet, MacAddress from)
    {
        var asker = sources.Find(packet.Destination);
        var index = asker?.Find(packet.Source, packet.SourcePort, Packet.Udp) ?? -1;
        if (index >= 0)
        {
            asker![index].Outcome = Outcome.Answered;
            // Only of a server that was asked: an answer out of nowhere names nothing.
            if (packet.SourcePort == 53) named.Read(packet.Payload(frame));
            targets.Relieve(asker.Mac, packet.Source, 0, Rule(UdpFlood), all: true);
            return null;
        }
        // What comes from a service's port may be the answer to a question that we did not see: it searches no ports, but may be thrown at a victim.
        var service = AmplifyingPorts[packet.SourcePort] && packet.SourcePort != packet.DestinationPort;
        var flood = !service ? Press(UdpFlood, from, packet.Source, packet.Destination, 0, frame)
            : asker is { Count: Openings.Size } ? null
            : Press(UdpReflection, from, packet.Source, packet.Destination, 0, frame);
        // Programs that trace a path send to these ports by intent, where nobody listens.
        if (packet.DestinationPort is >= 33434 and <= 33534) return flood;
        var source = sources.Get(from, packet.Source, frame.Time);
        index = source.Find(packet.Destination, packet.DestinationPort, Packet.Udp);
        if (index >= 0)
        {
            source[index].Last = frame.Time;
            return flood;
        }
        index = source.Add(packet.Destination, packet.DestinationPort, Packet.Udp, frame.Time, frame.Number);
        (source[index].Named, source[index].FromService) = (named.Contains(packet.Destination), service);
        return Judge(source, source[index], isNew: true, frame.Time, frame.Number) ?? flood;
    }

    private Attack? Icmp(in Frame frame, in Packet packet, MacAddress from)
    {
        var message = packet.Payload(frame);
        if (packet.Protocol == Packet.Icmp && message[0] == 3 && message.Length >= 8 + 28) return Unreachable(frame, packet, message[8..]);
        var flood = Press(IcmpFlood, from, packet.Source, packet.Destination, 0, frame);
        if (message[0] != (packet.Protocol == Packet.Icmp ? 8 : 128)) return flood;
        var source = sources.Get(from, packet.Source, frame.Time);
        var index = source.Find(packet.Destination, 0, packet.Protocol);
        if (index >= 0)
        {
            (source[index].Last, source[index].Frame) = (frame.Time, frame.Number);
            return flood;
        }
        index = source.Add(packet.Destination, 0, packet.Protocol, frame.Time, frame.Number);
        return Judge(source, source[index], isNew: true, frame.Time, frame.Number) ?? flood;
    }

    /// <summary>An ICMP message about a packet of ours (RFC 792: its header and 8 bytes of what follows).</summary>
    private Attack? Unreachable(in Frame frame, in Packet packet, ReadOnlySpan<byte> inner)
    {
        var header = (inner[0] & 15) * 4;
        if (inner[0] >> 4 != 4 || header < 20 || inner.Length < header + 4) return null;
        if (Address.V4(BinaryPrimitives.ReadUInt32BigEndian(inner[12..])) != packet.Destination) return null;
        var target = Address.V4(BinaryPrimitives.ReadUInt32BigEndian(inner[16..]));
        return inner[9] is Packet.Tcp or Packet.Udp
            ? Refuses(sources.Find(packet.Destination), target, BinaryPrimitives.ReadUInt16BigEndian(inner[(header + 2)..]), inner[9], frame)
            : null;
    }

    private Attack? Arp(in Frame frame, in Packet packet)
    {
        var bytes = frame.Bytes;
        var at = bytes[12] == 0x81 ? 18 : 14;
        // RFC 826: Ethernet and IPv4, addresses of 6 and 4 bytes.
        if (bytes.Length < at + 28 || BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]) >> 16 != 0x0001_0800_0604) return null;
        var sender = Address.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 14)..]));
        var asked = Address.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 24)..]));
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 6)..]) != 1)
        {
            if (sources.Find(asked) is { } asker && asker.Find(sender, 0, Opening.Arp) is >= 0 and var answered)
            {
                asker[answered].Outcome = Outcome.Answered;
            }
            return null;
        }
        if (sender == asked || asked == Address.V4(0)) return null;
        var source = sources.Get(packet.SourceMac, sender, frame.Time);
        var index = source.Find(asked, 0, Opening.Arp);
        if (index >= 0)
        {
            ref var opening = ref source[index];
            opening.Last = frame.Time;
            if (opening.Outcome == Outcome.Answered) (opening.Outcome, opening.Asked, opening.Frame) = (Outcome.Pending, frame.Time, frame.Number);
            return null;
        }
        index = source.Add(asked, 0, Opening.Arp, frame.Time, frame.Number);
        return Judge(source, source[index], isNew: true, frame.Time, frame.Number);
    }

    // ---- judging

    /// <summary>Whether the latest opening of a source makes its openings a scan.</summary>
    private Attack? Judge(Openings source, in Opening latest, bool isNew, long time, long frame)
    {
        int portFailed = 0, portYoung = 0, portAll = 0, hostFailed = 0, hostYoung = 0;
        for (var i = 0; i < source.Count; i++)
        {
            ref var opening = ref source[i];
            if (opening.Protocol != latest.Protocol || time - opening.Last > HorizontalScan.Window) continue;
            var failed = opening.Outcome == Outcome.Refused || opening.Outcome == Outcome.Pending && time - opening.Asked >= Overdue;
            var young = !failed && opening.Outcome == Outcome.Pending;
            if (opening.Port == latest.Port)
            {
                portAll++;
                if (failed && !opening.Named) portFailed++;
                else if (young && !opening.Named) portYoung++;
            }
            if (opening.Target != latest.Target || opening.FromService) continue;
            if (failed) hostFailed++;
            else if (young) hostYoung++;
        }
        switch (latest.Protocol)
        {
            case Opening.Arp:
                return Scans(AddressSweep, source, latest, Silent(AddressSweep, portFailed, portYoung), isNew, time, frame);
            case Packet.Icmp or Packet.IcmpV6:
                return Scans(PingSweep, source, latest, portAll, isNew, time, frame);
            case Packet.Udp:
                return Scans(UdpScan, source, latest, Silent(UdpScan, portFailed, portYoung), isNew, time, frame)
                    ?? Scans(UdpPortScan, source, latest, Silent(UdpPortScan, hostFailed, hostYoung), isNew, time, frame);
            default:
                return (LoginPorts[latest.Port]
                    ? Scans(LoginScan, source, latest, portAll, isNew, time, frame)
                    : Scans(HorizontalScan, source, latest, Silent(HorizontalScan, portFailed, portYoung), isNew, time, frame))
                    ?? Scans(VerticalScan, source, latest, Silent(VerticalScan, hostFailed, hostYoung), isNew, time, frame);
        }
    }

    // What was asked less than a second ago may still be answered, unless there is so much of it that no use explains it.
    private static int Silent(AttackThreshold threshold, int failed, int young) => young >= 2 * threshold.Count ? failed + young : failed;

    private Attack? Scans(AttackThreshold threshold, Openings source, in Opening latest, int value, bool isNew, long time, long frame)
    {
        Peak(threshold, value);
        if (value < threshold.Count) return null;
        var vertical = threshold.Kind == AttackKind.VerticalScan;
        Address? address = source.Source == Address.V4(0) ? null : source.Source;
        if (Known(threshold, source.Mac, address, vertical ? latest.Target : default, vertical ? (ushort)0 : latest.Port, time) is { } known)
        {
            known.Last = time;
            if (isNew && (vertical || threshold == LoginScan || !latest.Named))
            {
                known.Count++;
                known.AddFrame(frame);
                if (vertical) known.AddPort(latest.Port);
                else known.AddHost(latest.Target);
            }
            return GoesOn(known, time);
        }
        var attack = new Ongoing(threshold, source.Mac, address, vertical ? latest.Target : default, vertical ? (ushort)0 : latest.Port)
        {
            First = long.MaxValue,
            Last = time,
            Count = value,
            Crossed = frame,
        };
        long first = long.MaxValue;
        for (var i = 0; i < source.Count; i++)
        {
            ref var opening = ref source[i];
            if (!Counts(opening, latest, vertical, threshold, time)) continue;
            if (opening.Frame < first) (first, attack.First) = (opening.Frame, opening.Asked);
            if (vertical) attack.AddPort(opening.Port);
            else attack.AddHost(opening.Target);
        }
        attack.AddFrame(first);
        attack.AddFrame(frame);
        for (var i = 0; i < source.Count; i += Math.Max(1, value / 6))
        {
            if (Counts(source[i], latest, vertical, threshold, time)) attack.AddFrame(source[i].Frame);
        }
        return Begin(attack);
    }

    private static bool Counts(in Opening opening, in Opening latest, bool vertical, AttackThreshold threshold, long time) =>
        opening.Protocol == latest.Protocol && time - opening.Last <= threshold.Window
        && (vertical ? opening.Target == latest.Target && !opening.FromService : opening.Port == latest.Port)
        && (opening.Outcome != Outcome.Answered && (vertical || !opening.Named) || threshold == LoginScan || threshold == PingSweep);

    private Attack? Guesses(AttackThreshold threshold, Openings client, in Opening opening, int value, long since, long first, long frame, long time)
    {
        if (Known(threshold, client.Mac, client.Source, opening.Target, opening.Port, time) is { } known)
        {
            (known.Last, known.Count) = (time, known.Count + 1);
            known.AddFrame(frame);
            return GoesOn(known, time);
        }
        var attack = new Ongoing(threshold, client.Mac, client.Source, opening.Target, opening.Port) { First = since, Last = time, Count = value, Crossed = frame };
        attack.AddHost(opening.Target);
        attack.AddFrame(first);
        attack.AddFrame(frame);
        return Begin(attack);
    }

    /// <summary>One more packet on a target.</summary>
    private Attack? Press(AttackThreshold threshold, MacAddress from, Address source, Address target, ushort port, in Frame frame)
    {
        ref var pressure = ref targets.Get(from, target, port, Rule(threshold), frame.Time);
        if (pressure.Count == 0 || frame.Time - pressure.WindowStart > threshold.Window)
        {
            (pressure.WindowStart, pressure.Count, pressure.Source, pressure.Mixed, pressure.Seen) = (frame.Time, 0, source, false, 0);
        }
        pressure.LastUse = frame.Time;
        pressure.Count++;
        pressure.Mixed |= pressure.Source != source;
        // Samples at the 1st, 2nd, 4th … packet of the window.
        pressure.Seen++;
        if (long.IsPow2(pressure.Seen) && long.Log2(pressure.Seen) is < Pressure.Samples.Length and var sample) pressure.Frames[(int)sample] = frame.Number;
        Peak(threshold, pressure.Count);
        if (pressure.Count < threshold.Count) return null;
        if (Known(threshold, from, null, target, port, frame.Time) is { } known)
        {
            (known.Last, known.Count) = (frame.Time, known.Count + 1);
            return GoesOn(known, frame.Time);
        }
        var attack = new Ongoing(threshold, from, null, target, port)
        {
            First = pressure.WindowStart,
            Last = frame.Time,
            Count = pressure.Count,
            Crossed = frame.Number,
            OnlySource = pressure.Mixed ? null : source,
        };
        attack.AddHost(target);
        attack.AddFrame(pressure.Frames[0]);
        attack.AddFrame(frame.Number);
        for (var i = 1; i < Pressure.Samples.Length && 1L << i <= pressure.Seen; i++) attack.AddFrame(pressure.Frames[i]);
        return Begin(attack);
    }

    private Ongoing? Known(AttackThreshold threshold, MacAddress mac, Address? source, Address target, ushort port, long time)
    {
        foreach (var attack in attacks)
        {
            if (attack.Threshold == threshold && attack.Mac == mac && attack.Source == source && attack.Target == target && attack.Port == port
                && time - attack.Last <= Quiet) return attack;
        }
        return null;
    }

    // Whoever lifted a measure in the meantime must hear that there is still reason for it.
    private static Attack? GoesOn(Ongoing known, long time)
    {
        if (time - known.Reported < Again) return null;
        known.Reported = time;
        return known.AsAttack();
    }

    private Attack? Begin(Ongoing attack)
    {
        attack.Reported = attack.Last;
        if (attacks.Count >= MostAttacks && attacks.RemoveAll(a => attack.Last - a.Last > Quiet) is var old)
        {
            lostAttacks += old;
            if (old == 0)
            {
                lostAttacks++;
                return null;
            }
        }
        attacks.Add(attack);
        return attack.AsAttack();
    }

    private void Peak(AttackThreshold threshold, long value)
    {
        ref var peak = ref peaks[threshold.Number];
        if (value > peak) peak = value;
    }

    private static byte Rule(AttackThreshold threshold) => threshold.Number;

    private static BitArray PortSet(string list)
    {
        var set = new BitArray(65536);
        foreach (var port in AttackThreshold.PortsOf(list).Ports) set[port] = true;
        return set;
    }
}
