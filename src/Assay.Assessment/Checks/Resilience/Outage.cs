using Assay.Assessment;
using Assay.Assessment.Examining;

namespace Assay.Assessment.Checks;

/// <summary>A stretch of a capture in which a place that answered at another time did not answer the device.</summary>
/// <param name="To">Name, else address, and port.</param>
/// <param name="Attempts">Connections that nobody answered, in time order.</param>
internal sealed record Outage(CaptureFacts Capture, string To, IReadOnlyList<Conversation> Attempts)
{
    public DateTimeOffset Begin => Attempts[0].First;
    public DateTimeOffset End => Attempts[^1].First;
    public TimeSpan Length => End - Begin;

    /// <summary>Fewer attempts than these show no rhythm.</summary>
    public const int Least = 4;

    /// <summary>Every outage of one place in the device's own captures. A single lost connection is none.</summary>
    public static IReadOnlyList<Outage> In(Examined examined)
    {
        var all = new List<Outage>();
        foreach (var capture in examined.Captures.Where(c => c.IsOfDevice))
        {
            var attempts = capture.Conversations.Where(c => c is { IsOutward: true, Protocol: "tcp", Port: not null, IsRemote: true }).GroupBy(Key).OrderBy(g => g.Key, StringComparer.Ordinal);
            foreach (var place in attempts)
            {
                var ordered = place.OrderBy(c => c.First).ThenBy(c => c.Frame).ToList();
                // A place that never answers may be gone for good: that is no outage of the network.
                if (!ordered.Any(c => c.IsAnswered)) continue;
                var run = new List<Conversation>();
                foreach (var attempt in ordered)
                {
                    if (!attempt.IsAnswered) run.Add(attempt);
                    else Close();
                }
                Close();

                void Close()
                {
                    if (run.Count >= Least) all.Add(new Outage(capture, place.Key, [.. run]));
                    run.Clear();
                }
            }
        }
        return all;
    }

    private static string Key(Conversation conversation) => $"{(conversation.Names.Count > 0 ? conversation.Names[0] : conversation.Peer)}:{conversation.Port}";
}
