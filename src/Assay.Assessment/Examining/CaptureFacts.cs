using Assay.Evidence;
using Assay.Traffic;
using Assay.Traffic.Flows;

namespace Assay.Assessment.Examining;

/// <summary>What one capture tells of the device's conversations: with whom, when, how much. Checks of time and of parties read this; findings name single frames.</summary>
public sealed record CaptureFacts
{
    /// <summary>Name relative to the dossier.</summary>
    public required string Artefact { get; init; }
    /// <summary>The device's state as <c>device.yaml</c> says: <c>factoryDefault</c>, <c>initialised</c>; null where nobody said.</summary>
    public string? State { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }
    /// <summary>True where it is known which machine is the device (<see cref="OwnTraffic"/>), so that every conversation is the device's.</summary>
    public required bool IsOfDevice { get; init; }
    /// <summary>What the device calls itself on the network (DHCP, mDNS), where it was seen; ordered.</summary>
    public IReadOnlyList<string> DeviceNames { get; init; } = [];
    /// <summary>In the order of their first frames, at most <see cref="Most"/>.</summary>
    public required IReadOnlyList<Conversation> Conversations { get; init; }
    /// <summary>HTTP requests that were answered in clear text, at most <see cref="Most"/>.</summary>
    public IReadOnlyList<Exchange> Exchanges { get; init; } = [];
    /// <summary>Answers of servers to log-ins in clear text, in order, at most <see cref="Most"/>.</summary>
    public IReadOnlyList<LoginTrial> Trials { get; init; } = [];
    /// <summary>How many more there were.</summary>
    public long Left { get; init; }

    public TimeSpan Length => To - From;

    /// <summary>More conversations than a device has in a day; beyond them they are counted only.</summary>
    public const int Most = 20_000;

    internal static CaptureFacts Of(CaptureExamination capture, DossierFile file, OwnTraffic? own)
    {
        var addresses = own?.Addresses;
        var conversations = new List<Conversation>();
        long left = 0;
        foreach (var flow in capture.Flows)
        {
            bool isOut = addresses is null || addresses.Contains(flow.Source), isIn = addresses is not null && addresses.Contains(flow.Destination);
            if (!isOut && !isIn) continue;
            if (conversations.Count == Most) left++;
            else conversations.Add(Conversation.Of(flow, isOut));
        }
        return new CaptureFacts
        {
            Artefact = file.Name,
            State = file.State,
            From = capture.Coverage.From ?? DateTimeOffset.UnixEpoch,
            To = capture.Coverage.To ?? DateTimeOffset.UnixEpoch,
            IsOfDevice = own is not null,
            DeviceNames = own?.Called ?? [],
            Conversations = conversations,
            Exchanges = [.. Exchange.Of(capture, addresses).Take(Most)],
            Trials = [.. LoginTrial.Of(capture, addresses).Take(Most)],
            Left = left,
        };
    }
}

/// <summary>One flow, seen from the device.</summary>
public sealed record Conversation
{
    public required DateTimeOffset First { get; init; }
    public required DateTimeOffset Last { get; init; }
    /// <summary>Number of the first frame, from 1.</summary>
    public required long Frame { get; init; }
    /// <summary>The device began it.</summary>
    public required bool IsOutward { get; init; }
    /// <summary>The other side's address.</summary>
    public required string Peer { get; init; }
    /// <summary>The other side is outside the local network.</summary>
    public required bool IsRemote { get; init; }
    /// <summary>Names of the other side: what was asked for in TLS or HTTP, then what DNS answered before.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
    /// <summary><c>tcp</c>, <c>udp</c>, <c>icmp</c> …</summary>
    public required string Protocol { get; init; }
    /// <summary>Of the side that was called; null for protocols without ports.</summary>
    public ushort? Port { get; init; }
    /// <summary><c>tls</c>, <c>http</c>, <c>dns</c> …; null where nobody knows.</summary>
    public string? Application { get; init; }
    /// <summary>Bytes of IP packets that the device sent and received.</summary>
    public required long Sent { get; init; }
    public required long Received { get; init; }
    /// <summary>The other side of a TCP connection answered; always true for other protocols with an answer.</summary>
    public required bool IsAnswered { get; init; }

    internal static Conversation Of(Flow flow, bool isOutward)
    {
        var peer = isOutward ? flow.Destination : flow.Source;
        return new Conversation
        {
            First = flow.First,
            Last = flow.Last,
            Frame = flow.FirstFrame,
            IsOutward = isOutward,
            Peer = peer.ToString(),
            IsRemote = !peer.IsLocal && !peer.IsMulticast,
            Names = isOutward ? flow.Names : [],
            Protocol = flow.ProtocolName,
            Port = flow.DestinationPort,
            Application = Flow.NameOf(flow.Application),
            Sent = isOutward ? flow.Bytes.Out : flow.Bytes.In,
            Received = isOutward ? flow.Bytes.In : flow.Bytes.Out,
            IsAnswered = flow.Packets.In > 0,
        };
    }

    public Location At(string artefact) => new() { Artefact = artefact, Frame = Frame };
}

/// <summary>One HTTP request in clear text and the answer to it.</summary>
/// <param name="Server">Address and port.</param>
/// <param name="ToDevice">The device answered; where its address is not known, a local server did.</param>
/// <param name="Shown">What it showed to be let in: <c>none</c>, <c>basic</c>, <c>digest</c>, <c>bearer</c>, <c>form</c>, <c>cookie</c>, <c>other</c>.</param>
/// <param name="Path">Without query.</param>
public sealed record Exchange(DateTimeOffset Time, long Frame, string Client, string Server, bool ToDevice, int Status, string Method, string Shown, string Path)
{
    /// <summary>The status says that it was done, and the body begins as an error or a log-in page does.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Answers that mean no, by frame and the two sides.</summary>
    internal static IReadOnlySet<(long, Traffic.Captures.Address, ushort, Traffic.Captures.Address, ushort)> Refusals(CaptureExamination capture) => capture.Observations.Where(o => o.What == Traffic.Seen.Refusal).Select(Key).ToHashSet();

    internal static (long, Traffic.Captures.Address, ushort, Traffic.Captures.Address, ushort) Key(Observation seen) => (seen.Frame, seen.Source, seen.SourcePort, seen.Destination, seen.DestinationPort);

    internal static IEnumerable<Exchange> Of(CaptureExamination capture, IReadOnlySet<Traffic.Captures.Address>? own)
    {
        var refused = Refusals(capture);
        foreach (var seen in capture.Observations.Where(o => o.What == Traffic.Seen.Exchange))
        {
            var words = seen.Value.Split(' ', 4);
            if (words.Length < 4 || !int.TryParse(words[0], System.Globalization.CultureInfo.InvariantCulture, out var status)) continue;
            if (own is not null && !own.Contains(seen.Source) && !own.Contains(seen.Destination)) continue;
            yield return new Exchange(seen.Time, seen.Frame, seen.Destination.ToString(), FormattableString.Invariant($"{seen.Source}:{seen.SourcePort}"),
                own?.Contains(seen.Source) ?? seen.Source.IsLocal, status, words[1], words[2], words[3])
            { IsRefused = refused.Contains(Key(seen)) };
        }
    }

    public Location At(string artefact) => new() { Artefact = artefact, Frame = Frame };
}

/// <summary>One log-in in clear text and whether it was let in.</summary>
/// <param name="Protocol"><c>http</c>, <c>ftp</c>, <c>telnet</c> …</param>
/// <param name="IsThrottled">The server said that there were too many (HTTP 423, 429).</param>
public sealed record LoginTrial(DateTimeOffset Time, long Frame, string Protocol, string Client, string Server, bool ToDevice, bool IsAccepted, bool IsThrottled)
{
    internal static IEnumerable<LoginTrial> Of(CaptureExamination capture, IReadOnlySet<Traffic.Captures.Address>? own)
    {
        var refused = Exchange.Refusals(capture);
        foreach (var seen in capture.Observations)
        {
            if (own is not null && !own.Contains(seen.Source) && !own.Contains(seen.Destination)) continue;
            bool accepted, throttled = false;
            if (seen.What == Traffic.Seen.LoginAnswer) accepted = seen.Value == "accepted";
            else if (seen.What == Traffic.Seen.Exchange && seen.Value.Split(' ', 4) is [var status, _, "basic" or "digest" or "form", _])
            {
                accepted = status is ['2' or '3', ..];
                throttled = status is "423" or "429";
                // A page that asks again, or an error: nobody was let in, and whether that was one guess too many it does not tell a program.
                if (accepted && refused.Contains(Exchange.Key(seen))) continue;
                if (!accepted && !throttled && status is not ("401" or "403" or "400")) continue;
            }
            else continue;
            yield return new LoginTrial(seen.Time, seen.Frame, seen.Protocol, seen.Destination.ToString(), FormattableString.Invariant($"{seen.Source}:{seen.SourcePort}"),
                own?.Contains(seen.Source) ?? seen.Source.IsLocal, accepted, throttled);
        }
    }

    public Location At(string artefact) => new() { Artefact = artefact, Frame = Frame };
}
