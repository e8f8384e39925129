using System.Text;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>TFTP (RFC 1350): files asked for beyond the house, and software that comes as an answer.</summary>
internal static class Tftp
{
    private const int MostTransfers = 1024;

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Tftp,
        Name = "tftp",
        Title = "TFTP",
        Group = ProtocolGroup.Control,
        Source = "RFC 1350",
        Ports = [69],
        OnlyOnPorts = true,
        Datagram = static (bytes, usual) => usual && bytes is [0, 1 or 2, ..] && Named(bytes) is not null,
        Read = static (in datagram) => Read(datagram),
        Evidence = [FindingKind.Cleartext, FindingKind.Update],
        Proof = [new("operation", "tftp.opcode"), new("block", "tftp.block")],
        Limits = "of the content the first block only",
    };

    // A request to read or to write: a name and a mode, both ended by zero.
    private static string? Named(ReadOnlySpan<byte> bytes) =>
        bytes is [0, 1 or 2, not 0, ..] && bytes[2..].IndexOf((byte)0) is > 0 and < 256 and var end ? Encoding.Latin1.GetString(bytes.Slice(2, end)) : null;

    /// <summary>Remembers which file is spoken of: the answer comes from a port of the server's choice (RFC 1350, section 4).</summary>
    public static void Asks(Notes notes, in Packet packet, ReadOnlySpan<byte> payload)
    {
        if (Named(payload) is { } name && notes.Transfers.Count < MostTransfers) notes.Transfers[(packet.Source, packet.SourcePort)] = name;
    }

    /// <summary>This protocol where the datagram answers who asked: data, an acknowledgement, an error, agreed options; else null.</summary>
    public static Protocol? OfAnswer(Notes notes, in Packet packet, ReadOnlySpan<byte> payload) =>
        payload is [0, >= 3 and <= 6, _, _, ..] && notes.Transfers.ContainsKey((packet.Destination, packet.DestinationPort)) ? Protocol : null;

    private static bool Read(in Datagram datagram)
    {
        var notes = datagram.Notes;
        var bytes = datagram.Bytes;
        ref readonly var at = ref datagram.At;
        if (bytes is not [0, >= 1 and <= 6, ..]) return false;
        notes.Saw(at, "tftp", "operation", bytes[1]);
        if (bytes is [_, 3 or 4, var high, var low, ..]) notes.Saw(at, "tftp", "block", high << 8 | low);
        if (Named(bytes) is not null)
        {
            var subject = FormattableString.Invariant($"tftp {notes.NameAt(notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}");
            if (Notes.IsRemote(at)) notes.Observe(at, "tftp", Seen.ClearText, subject, "files in clear text", FindingKind.Cleartext, 1);
            return true;
        }
        if (bytes is not [0, 3, 0, 1, ..] || !notes.Transfers.TryGetValue((at.Destination, at.DestinationPort), out var asked)) return false;
        if (HttpEvidence.IsSoftware(asked, bytes[4..]))
        {
            notes.Observe(at, "tftp", Seen.UpdateDownload, FormattableString.Invariant($"tftp {at.Source}"), $"update fetched in clear text: {asked}", FindingKind.Update, 0.9, null, null, Traits.ClearText, Traits.UpdateDownload);
        }
        return true;
    }
}
