using System.Text;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>Reads one protocol out of both directions of a TCP connection.</summary>
internal abstract class Dissector(Conversation conversation)
{
    protected Conversation Conversation => conversation;
    protected Notes Notes => conversation.Notes;
    public abstract Application Application { get; }
    /// <summary>Nothing more is to be read.</summary>
    public bool Done { get; protected set; }
    /// <summary>The connection goes on in another protocol, by agreement of both sides: what comes next is read by this one.</summary>
    public Dissector? Successor { get; protected set; }
    /// <summary>The flow goes on under the name of what it began with, whatever is spoken inside.</summary>
    public virtual bool KeepsName => false;

    /// <summary>Reads from the front of what came in order; answers the bytes that are finished with, 0 to see them again with more behind them.</summary>
    public abstract int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at);

    /// <summary>Bytes of this direction are missing, or what was held grew too long.</summary>
    public virtual void Lost(bool outward) { }

    /// <summary>This side said that it sends no more; everything before that was read.</summary>
    public virtual void Closed(bool outward, in Moment at) { }

    /// <summary>The flow ended.</summary>
    public virtual void Finish() { }

    /// <summary>Text of hostile bytes, one character a byte.</summary>
    protected static string Text(ReadOnlySpan<byte> bytes, int most = 512) => Encoding.Latin1.GetString(bytes[..Math.Min(most, bytes.Length)]);
}
