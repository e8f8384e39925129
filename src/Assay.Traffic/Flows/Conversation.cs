using Assay.Traffic.Captures;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Flows;

/// <summary>What two TCP endpoints say, put in order and given to the reader of the protocol that the first bytes show.</summary>
internal sealed class Conversation(Notes notes)
{
    /// <summary>Segments looked at before a conversation counts as unknown.</summary>
    private const int MostTries = 12;

    // Given back when the conversation is done: most flows of a capture are, long before it ends.
    private ByteStream? outward = new() { IsOutward = true };
    private ByteStream? inward = new() { IsOutward = false };
    private Dissector? dissector;
    private int tries, held;
    private bool keepsName;

    /// <summary>What is kept of a flow of UDP: facts, and what its reader puts together of several datagrams.</summary>
    public static Conversation OfDatagrams(Notes notes) => new(notes) { outward = null, inward = null };

    public Notes Notes => notes;

    /// <summary>Takes so many bytes out of what all connections may hold; false where there are no more. All is given back when this one is done.</summary>
    public bool Hold(int bytes)
    {
        if (!notes.HalfRead.Take(bytes)) return false;
        held += bytes;
        return true;
    }

    public void GiveBack(int bytes)
    {
        notes.HalfRead.GiveBack(bytes);
        held -= bytes;
    }

    /// <summary>A handshake that comes in pieces over several datagrams.</summary>
    public HandshakePieces? Pieces { get; set; }
    /// <summary>Requests whose answers are awaited, by their number; at most <see cref="MostAsked"/>.</summary>
    public Dictionary<ulong, string> Asked => asked ??= [];
    private Dictionary<ulong, string>? asked;
    public const int MostAsked = 256;
    /// <summary>What the reader of a protocol over UDP keeps between datagrams.</summary>
    public object? Reading { get; set; }
    /// <summary>Nothing more is to be read.</summary>
    public bool IsDone { get; private set; }
    public Application Application { get; set; }
    public string? ServerName { get; set; }
    public string? Alpn { get; set; }
    public string? Ja4 { get; set; }
    public ushort? Offered { get; set; }
    public ushort? Chosen { get; set; }
    public ushort? Suite { get; set; }
    public string? Method { get; set; }
    public string? Host { get; set; }
    public string? Path { get; set; }
    public int? Status { get; set; }
    public string? Server { get; set; }

    public TlsFacts? Tls => Offered is null && Chosen is null ? null : new TlsFacts(Offered, Chosen, Suite, ServerName, Alpn) { Ja4 = Ja4 };
    public HttpFacts? Http => Method is null && Status is null ? null : new HttpFacts(Method, Host, Path, Status, Server);

    /// <summary>The number of a direction's first byte, as its SYN said.</summary>
    public void Start(bool isOutward, uint sequence) => (isOutward ? outward : inward)?.Start(sequence);

    public void Take(in Packet packet, in Frame frame, bool isOutward)
    {
        if (IsDone || (isOutward ? outward : inward) is not { } stream) return;
        var sequence = packet.Sequence;
        // The number of a SYN counts as a byte in front of its payload.
        if ((packet.Flags & TcpFlags.Syn) != 0) sequence++;
        if ((packet.Flags & TcpFlags.Acknowledge) != 0) (isOutward ? inward : outward)?.Confirm(this, packet.Acknowledged);
        if (IsDone) return;
        if (packet.PayloadOnWire > 0) stream.Take(this, sequence, packet.Payload(frame), packet.PayloadOnWire, new Moment(frame, packet));
        if ((packet.Flags & TcpFlags.Fin) != 0 && !IsDone) dissector?.Closed(isOutward, new Moment(frame, packet));
    }

    /// <summary>Bytes of one direction in order; answers how many of them need not come again.</summary>
    public int Read(bool isOutward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var used = 0;
        if (dissector is null)
        {
            var (called, calling) = isOutward ? (at.DestinationPort, at.SourcePort) : (at.SourcePort, at.DestinationPort);
            // Where a capture began in the middle, the side that was called may have spoken first.
            if (!ProtocolTable.IsExpected(called) && ProtocolTable.IsExpected(calling)) called = calling;
            var found = ProtocolTable.OfStream(bytes, isOutward, called, out var undecided);
            if (found is null)
            {
                if (++tries >= MostTries) Release();
                return undecided ? 0 : bytes.Length;
            }
            dissector = found.Dissector!(this);
            Application = dissector.Application;
        }
        while (used < bytes.Length && !IsDone)
        {
            var step = dissector.Read(isOutward, bytes[used..], at);
            used += step;
            if (!keepsName) Application = dissector.Application;
            if (dissector.Successor is { } next)
            {
                dissector = next;
                keepsName |= next.KeepsName;
                continue;
            }
            if (dissector.Done) Release();
            if (step == 0) break;
        }
        return IsDone ? bytes.Length : used;
    }

    public void Lost(bool isOutward) => dissector?.Lost(isOutward);

    /// <summary>The flow ended: what waits behind gaps is read, then all memory is given back but the facts.</summary>
    public void Finish()
    {
        if (!IsDone)
        {
            outward?.Finish(this);
            inward?.Finish(this);
            dissector?.Finish();
        }
        Release();
    }

    private void Release()
    {
        IsDone = true;
        outward?.Release();
        inward?.Release();
        outward = inward = null;
        dissector = null;
        Pieces?.Forget();
        GiveBack(held);
    }
}
