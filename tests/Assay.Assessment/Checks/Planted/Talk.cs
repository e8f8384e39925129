using Assay.Assessment.Examining;

namespace Assay.Assessment.Tests.Checks.Planted;

/// <summary>Conversations of a device in a capture, second by second.</summary>
internal static class Talk
{
    private static readonly DateTimeOffset Start = new(2026, 10, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>The device speaks outward with a place on the internet.</summary>
    public static Conversation Out(double second, bool answered = true, string name = "cloud.acme.example", ushort port = 443, string protocol = "tcp", string peer = "203.0.113.7") => new()
    {
        First = Start.AddSeconds(second),
        Last = Start.AddSeconds(second + 1),
        Frame = 1 + (long)(second * 10),
        IsOutward = true,
        Peer = peer,
        IsRemote = true,
        Names = name.Length > 0 ? [name] : [],
        Protocol = protocol,
        Port = port,
        Application = "tls",
        Sent = 500,
        Received = answered ? 500 : 0,
        IsAnswered = answered,
    };

    /// <summary>Somebody on the local network speaks with the device.</summary>
    public static Conversation In(double second, bool answered = true, ushort port = 80) => Out(second, answered, "", port, peer: "192.168.1.20") with { IsOutward = false, IsRemote = false, Application = "http", Sent = answered ? 500 : 0, Received = 500 };

    /// <summary>An outage of ten minutes, with attempts at these seconds after it began.</summary>
    public static IReadOnlyList<Conversation> Outage(params IEnumerable<double> attempts) => [Out(0), Out(30), .. attempts.Select(a => Out(60 + a, answered: false)), Out(700)];

    /// <summary>A capture of the device itself.</summary>
    public static Plant Told(this Plant plant, string? state, params IReadOnlyList<Conversation> conversations) => plant.With(e => e with
    {
        Captures = [.. e.Captures, new CaptureFacts
        {
            Artefact = "captures/start.pcap",
            State = state,
            From = Start,
            To = Start.AddHours(1),
            IsOfDevice = true,
            Conversations = conversations,
        }],
    });
}
