using System.Globalization;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// Orders to machines: what a peer asked to be written, operated, started or stopped, and what the machine said to it. Only an order that was taken is
/// control without authentication; one that was refused, or that nobody answered, is an observation.
/// </summary>
internal sealed class Orders
{
    /// <summary>Orders that wait for their answer at once; the oldest goes unanswered.</summary>
    private const int MostOpen = 4096;

    private readonly Dictionary<Key, Order> open = [];
    private readonly Queue<(Key Key, long Frame)> oldest = new();

    private readonly record struct Key(Address Client, ushort ClientPort, Address Server, ushort ServerPort, string Protocol, ulong Id);
    private readonly record struct Order(string What, long Frame, string? Login);

    /// <summary>A peer gives an order.</summary>
    /// <param name="id">What request and answer share on this pair of endpoints.</param>
    /// <param name="what">The order in words of its protocol, without its values.</param>
    /// <param name="login">How the peer had shown who it is; null where it had not.</param>
    public void Asked(Notes notes, in Moment at, string protocol, ulong id, string what, string? login = null)
    {
        if (!notes.IsExamination) return;
        Note(notes, at, protocol, at.Destination, at.DestinationPort, "asked: " + what);
        var key = new Key(at.Source, at.SourcePort, at.Destination, at.DestinationPort, protocol, id);
        open[key] = new Order(what, at.Frame, login);
        oldest.Enqueue((key, at.Frame));
        while (oldest.Count > MostOpen)
        {
            var (old, frame) = oldest.Dequeue();
            if (open.TryGetValue(old, out var order) && order.Frame == frame) open.Remove(old);
        }
    }

    /// <summary>A machine answers; nothing happens where no order was open under this number.</summary>
    /// <param name="refusal">Why it did not do it; null where it did.</param>
    public void Answered(Notes notes, in Moment at, string protocol, ulong id, string? refusal)
    {
        if (open.Count == 0) return;
        if (!open.Remove(new Key(at.Destination, at.DestinationPort, at.Source, at.SourcePort, protocol, id), out var order)) return;
        if (refusal is not null) Note(notes, at, protocol, at.Source, at.SourcePort, $"refused: {order.What} ({refusal})");
        else if (order.Login is not null) Note(notes, at, protocol, at.Source, at.SourcePort, $"accepted: {order.What} ({order.Login})");
        else
        {
            notes.Observe(at, protocol, Seen.Control, Subject(notes, protocol, at.Source, at.SourcePort), $"accepted: {order.What}", FindingKind.Exposure, 0.95, null,
                string.Create(CultureInfo.InvariantCulture, $"without authentication; asked by {at.Destination} in frame {order.Frame}"), Traits.Control, Traits.WithoutLogin);
        }
    }

    /// <summary>The machine in front of this port, as findings name it.</summary>
    public static string Subject(Notes notes, string protocol, Address server, ushort port) =>
        string.Create(CultureInfo.InvariantCulture, $"{protocol} {notes.NameAt(notes.NameOf(server)) ?? server.ToString()}:{port}");

    private static void Note(Notes notes, in Moment at, string protocol, Address server, ushort port, string value) =>
        notes.Observe(at, protocol, Seen.Control, Subject(notes, protocol, server, port), value);
}
