using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>Lines of JSON over a bare connection, as makers' own protocols are: log-ins and markers of persons in them.</summary>
internal sealed class JsonLinesDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestLine = 16 << 10;

    public static readonly Protocol Protocol = new()
    {
        Application = Application.JsonLines,
        Name = "json",
        Title = "lines of JSON",
        Group = ProtocolGroup.Things,
        Source = "RFC 8259, one value a line",
        Stream = static (bytes, _, _) => bytes is [(byte)'{', (byte)'"', ..] && bytes[..Math.Min(bytes.Length, 128)].IndexOf("\":"u8) > 0 ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new JsonLinesDissector(conversation),
        Datagram = static (bytes, _) => bytes is [(byte)'{', (byte)'"', .., (byte)'}'] && bytes[..Math.Min(bytes.Length, 128)].IndexOf("\":"u8) > 0,
        Read = static (in datagram) =>
        {
            if (!datagram.Notes.IsExamination || !Notes.IsRemote(datagram.At)) return true;
            ref readonly var at = ref datagram.At;
            HttpEvidence.Line(datagram.Notes, FormattableString.Invariant($"json {datagram.Notes.NameAt(datagram.Notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}"), Text(datagram.Bytes, LongestLine), at);
            return true;
        },
        Evidence = [FindingKind.Cleartext, FindingKind.Credential],
        Limits = "what is said inside the house",
    };

    public override Application Application => Application.JsonLines;

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination)
        {
            Done = true;
            return bytes.Length;
        }
        var end = bytes.IndexOf((byte)'\n');
        // Some send no line end; a segment that ends in a brace is taken for a line.
        if (end < 0) end = bytes[^1] == '}' || bytes.Length > LongestLine ? bytes.Length - 1 : -1;
        if (end < 0) return 0;
        if (Notes.IsRemote(at)) HttpEvidence.Line(Notes, FormattableString.Invariant($"json {Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}"), Text(bytes[..end], LongestLine), at);
        return end + 1;
    }
}
