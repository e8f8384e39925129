using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>ISO transport on TCP: its data put together, and handed to the reader of what they begin as: S7 communication or MMS.</summary>
internal sealed class IsoTransportDissector(Conversation conversation) : MessageDissector(conversation)
{
    public const string Name = "tpkt";
    /// <summary>Bytes of one message over several data PDUs.</summary>
    private const int Longest = 1 << 16;

    private readonly byte[]?[] held = new byte[2][];
    private readonly int[] heldLength = new int[2];
    private Application application = Application.IsoTransport;
    private S7? s7;
    private Mms? mms;

    public override Application Application => application;

    // The transport says nothing of what it carries before its first data.
    protected override bool TellsFlows => application == Application.IsoTransport;

    public override void Lost(bool outward) => heldLength[outward ? 1 : 0] = 0;

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (application != Application.IsoTransport || TlsDissector.Protocol.Stream!(bytes, outward, 0) != Recognition.Yes) return base.Read(outward, bytes, at);
        // Remote desktops agree on TLS in their first two messages, and go on without the transport.
        Successor = new TlsDissector(Conversation);
        return 0;
    }

    protected override int Measure(ReadOnlySpan<byte> bytes) => IsoTransport.Measure(bytes);

    protected override void Take(bool outward, ReadOnlySpan<byte> message, in Moment at)
    {
        Notes.Saw(at, Name, "length", message.Length);
        if (!IsoTransport.TryRead(message, out var pdu)) return;
        Notes.Saw(at, Name, "type", pdu.Type >> 4);
        if (pdu.Type != IsoTransport.Data) return;
        var side = outward ? 1 : 0;
        if (pdu.IsLast && heldLength[side] == 0)
        {
            Message(outward, pdu.UserData, at);
            return;
        }
        var length = heldLength[side] + pdu.UserData.Length;
        if (length > Longest)
        {
            heldLength[side] = 0;
            return;
        }
        var store = held[side];
        if (store is null || store.Length < length)
        {
            Array.Resize(ref store, Math.Max(length, 2048));
            held[side] = store;
        }
        pdu.UserData.CopyTo(store.AsSpan(heldLength[side]));
        heldLength[side] = length;
        if (!pdu.IsLast) return;
        heldLength[side] = 0;
        Message(outward, store.AsSpan(0, length), at);
    }

    private void Message(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (S7.Recognises(bytes))
        {
            application = Application.S7;
            Clear(outward, S7.Name, at);
            (s7 ??= new S7(Notes)).Read(bytes, at);
        }
        else if (bytes is [0x72, >= 1 and <= 3 or 0xfe, ..])
        {
            // S7comm-plus is named and not read: later versions of it are encrypted.
            application = Application.S7Plus;
        }
        else if (Mms.Recognises(bytes))
        {
            application = Application.Mms;
            Clear(outward, Mms.Name, at);
            (mms ??= new Mms(Notes)).Read(bytes, at);
        }
    }

    private void Clear(bool outward, string name, in Moment at) =>
        InClear(at, name, at.DestinationPort == IsoTransport.Port || at.SourcePort != IsoTransport.Port && outward);
}
