using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>What goes through a proxy's tunnel after it agreed, or behind an agreement to encrypt: recognised anew, by its own first bytes.</summary>
/// <param name="around">What the connection began with.</param>
/// <param name="keepsName">Flow records name that one also later on.</param>
internal sealed class TunnelDissector(Conversation conversation, Application around, bool keepsName = false) : Dissector(conversation)
{
    private const int MostTries = 12;

    private int tries;

    public override Application Application => around;
    public override bool KeepsName => keepsName;

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
