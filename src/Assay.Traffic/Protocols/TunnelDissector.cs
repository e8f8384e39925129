using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>What goes through a proxy's tunnel after it agreed: recognised anew, by its own first bytes.</summary>
internal sealed class TunnelDissector(Conversation conversation) : Dissector(conversation)
{
    private const int MostTries = 12;

    private int tries;

    public override Application Application => Application.Http;

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (ProtocolTable.OfStream(bytes, outward, 0, out var undecided) is { } protocol)
        {
            Successor = protocol.Dissector!(Conversation);
            return 0;
        }
        if (++tries >= MostTries) Done = true;
        return undecided ? 0 : bytes.Length;
    }
}
