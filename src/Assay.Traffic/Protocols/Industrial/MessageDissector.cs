using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>Messages that say their own length, one behind the other in a TCP stream.</summary>
internal abstract class MessageDissector(Conversation conversation) : Dissector(conversation)
{
    /// <summary>Runs of bytes that are no message, after which the rest is left alone.</summary>
    private const int MostStray = 8;

    private int stray;
    private bool noted;

    /// <summary>More is to be read for flow records alone; else in an examination only.</summary>
    protected virtual bool TellsFlows => false;

    /// <summary>Length of the message in front, in bytes; 0 where more is needed to tell, negative where no message begins so.</summary>
    protected abstract int Measure(ReadOnlySpan<byte> bytes);

    /// <summary>One whole message.</summary>
    /// <exception cref="UnreadableException">It contradicts itself; it proves nothing then.</exception>
    protected abstract void Take(bool outward, ReadOnlySpan<byte> message, in Moment at);

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination && !TellsFlows)
        {
            Done = true;
            return bytes.Length;
        }
        var length = Measure(bytes);
        if (length < 0)
        {
            // The next segment may begin with a message again.
            Done = ++stray > MostStray;
            return bytes.Length;
        }
        if (length == 0 || length > bytes.Length) return 0;
        try
        {
            Take(outward, bytes[..length], at);
        }
        catch (UnreadableException)
        {
            // Lengths inside the message run over its end.
        }
        return length;
    }

    /// <summary>Says once that this conversation can be read by anybody on the way.</summary>
    protected void InClear(in Moment at, string protocol, bool toServer)
    {
        if (noted) return;
        noted = true;
        var subject = toServer ? Orders.Subject(Notes, protocol, at.Destination, at.DestinationPort) : Orders.Subject(Notes, protocol, at.Source, at.SourcePort);
        Notes.Observe(at, protocol, Seen.ClearText, subject, "messages in clear text", FindingKind.Cleartext, 1);
    }
}
