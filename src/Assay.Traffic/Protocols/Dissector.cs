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

    /// <summary>Reads from the front of what came in order; answers the bytes that are finished with, 0 to see them again with more behind them.</summary>
    public abstract int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at);

    /// <summary>Bytes of this direction are missing, or what was held grew too long.</summary>
    public virtual void Lost(bool outward) { }

    /// <summary>The flow ended.</summary>
    public virtual void Finish() { }

    /// <summary>The reader for what the first bytes of a connection show, by content; by port only where the content cannot tell.</summary>
    /// <param name="undecided">More bytes may tell.</param>
    public static Dissector? Recognise(Conversation conversation, bool outward, ReadOnlySpan<byte> bytes, in Moment at, out bool undecided)
    {
        undecided = false;
        var port = outward ? at.DestinationPort : at.SourcePort;
        if (TlsDissector.Recognises(bytes)) return new TlsDissector(conversation);
        if (HttpDissector.Recognises(bytes)) return new HttpDissector(conversation);
        if (MqttDissector.Recognises(bytes)) return new MqttDissector(conversation);
        if (bytes.StartsWith("SSH-"u8)) return new SshDissector(conversation);
        if (outward && LdapDissector.Recognises(bytes)) return new LdapDissector(conversation);
        if (XmppDissector.Recognises(bytes)) return new XmppDissector(conversation);
        if (JsonLinesDissector.Recognises(bytes)) return new JsonLinesDissector(conversation);
        if (LineDissector.Recognise(conversation, outward, bytes, port) is { } line) return line;
        if (TelnetDissector.Recognises(bytes) || port is 23 or 2323) return new TelnetDissector(conversation);
        if (port == 53 && DnsDissector.Recognises(bytes)) return new DnsDissector(conversation);
        undecided = bytes.Length < 8;
        return null;
    }

    /// <summary>Text of hostile bytes, one character a byte.</summary>
    protected static string Text(ReadOnlySpan<byte> bytes, int most = 512) => Encoding.Latin1.GetString(bytes[..Math.Min(most, bytes.Length)]);
}
