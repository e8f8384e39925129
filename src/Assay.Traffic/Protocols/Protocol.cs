using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>What first bytes say of a protocol.</summary>
internal enum Recognition : byte
{
    No,
    /// <summary>So far it may be; more bytes tell.</summary>
    More,
    Yes,
}

/// <summary>Judges the first bytes of one side of a connection by all that they allow to check. Allocates nothing and never throws.</summary>
/// <param name="outward">They come from who began the connection.</param>
/// <param name="port">Of the side that was called; a hint, no proof.</param>
internal delegate Recognition StreamRecogniser(ReadOnlySpan<byte> bytes, bool outward, ushort port);

/// <summary>Judges a datagram by all that it allows to check. Allocates nothing and never throws.</summary>
/// <param name="usual">One of its ports is in <see cref="Protocol.Ports"/>: what is too weak anywhere may be enough there.</param>
internal delegate bool DatagramRecogniser(ReadOnlySpan<byte> bytes, bool usual);

/// <summary>Reads one datagram of a flow that was recognised. Never throws for what the bytes hold.</summary>
/// <returns>False where this datagram is none of the protocol.</returns>
internal delegate bool DatagramReader(in Datagram datagram);

/// <summary>One datagram as readers get it.</summary>
internal readonly ref struct Datagram
{
    private readonly ref Conversation? kept;
    private readonly ref readonly Moment at;

    public Datagram(Notes notes, ref Conversation? kept, ReadOnlySpan<byte> bytes, bool outward, in Moment at)
    {
        Notes = notes;
        this.kept = ref kept;
        Bytes = bytes;
        Outward = outward;
        this.at = ref at;
    }

    public Notes Notes { get; }
    /// <summary>The payload as captured.</summary>
    public ReadOnlySpan<byte> Bytes { get; }
    /// <summary>It comes from who began the flow.</summary>
    public bool Outward { get; }
    public ref readonly Moment At => ref at;
    /// <summary>What is kept of the flow between datagrams; made when it is asked for.</summary>
    public Conversation Conversation => kept ??= Conversation.OfDatagrams(Notes);
}

/// <summary>Where a protocol has its place on the page of protocols.</summary>
internal enum ProtocolGroup { Names, Encryption, Web, Control, Mail, Media, Things, Industry, Mobile }

/// <summary>A field that a reader reports to an <see cref="IFieldWitness"/>, and what tshark calls it.</summary>
/// <param name="Name">As the reader calls it.</param>
/// <param name="Theirs">As tshark calls it; several names divided by spaces where tshark has one for each variant.</param>
internal readonly record struct ProvedField(string Name, string Theirs);

/// <summary>
/// One protocol: how it shows itself, what reads it, what evidence it gives and by what it is proved. Each stands beside its reader and in
/// <see cref="ProtocolTable.All"/>; the page of protocols is made from that list.
/// </summary>
internal sealed record Protocol
{
    public required Application Application { get; init; }
    /// <summary>One word, as flows and observations show it.</summary>
    public required string Name { get; init; }
    /// <summary>For a person.</summary>
    public required string Title { get; init; }
    public required ProtocolGroup Group { get; init; }
    /// <summary>The document that the reader was written from.</summary>
    public required string Source { get; init; }
    /// <summary>Where it is expected. It is asked first there, and elsewhere by content alone.</summary>
    public ushort[] Ports { get; init; } = [];
    /// <summary>Without its port it cannot be told from other bytes.</summary>
    public bool OnlyOnPorts { get; init; }
    /// <summary>Over TCP; null where it does not go there.</summary>
    public StreamRecogniser? Stream { get; init; }
    public Func<Conversation, Dissector>? Dissector { get; init; }
    /// <summary>Over UDP; null where it does not go there.</summary>
    public DatagramRecogniser? Datagram { get; init; }
    public DatagramReader? Read { get; init; }
    /// <summary>What carries it, where it has no connection or datagram of its own: the reader of that one hands it on.</summary>
    public Application? Inside { get; init; }
    /// <summary>Datagrams are read for flow records too, for the names or fingerprints in them; else in an examination only.</summary>
    public bool TellsFlows { get; init; }
    /// <summary>Kinds of findings that its reader makes; none for a protocol that gives observations only.</summary>
    public FindingKind[] Evidence { get; init; } = [];
    /// <summary>Two fields that agree with tshark on every frame of every corpus; none for a protocol that nobody has proved, which the page says.</summary>
    public ProvedField[] Proof { get; init; } = [];
    /// <summary>What of the protocol is not read, in words; null where nothing is known to be left out.</summary>
    public string? Limits { get; init; }
}

/// <summary>Is told fields as readers read them, so that an outside dissector can be laid beside them frame by frame. There is none in production.</summary>
internal interface IFieldWitness
{
    /// <param name="frame">The frame with the last byte of the message.</param>
    void Saw(long frame, string protocol, string field, string value);

    /// <summary>As above, with the ends of the message; readers call this one.</summary>
    void Saw(in Moment at, string protocol, string field, string value) => Saw(at.Frame, protocol, field, value);
}
