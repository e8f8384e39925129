using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>The bytes of one handshake stream that come in pieces, in any order, some twice: CRYPTO frames of QUIC, fragments of DTLS messages. Bounded.</summary>
internal sealed class HandshakePieces(Conversation conversation)
{
    /// <summary>Bytes that are kept: room for the longest ClientHello with its post-quantum key shares, and for a certificate chain.</summary>
    public const int Most = 1 << 15;

    private byte[] bytes = [];
    private readonly List<(int From, int To)> have = [];

    /// <summary>Which handshake these pieces belong to: a connection identifier's hash, or a message's number.</summary>
    public ulong Of { get; set; }
    /// <summary>Nothing more is wanted of it.</summary>
    public bool IsDone { get; set; }
    /// <summary>The secret's source for the initial keys of QUIC: the connection identifier that the client first chose.</summary>
    public byte[] Connection { get; set; } = [];

    /// <summary>All bytes from the front up to the first gap.</summary>
    public ReadOnlySpan<byte> Whole => bytes.AsSpan(0, have.Count > 0 && have[0].From == 0 ? have[0].To : 0);

    public void Forget()
    {
        conversation.GiveBack(bytes.Length);
        bytes = [];
        have.Clear();
    }

    /// <summary>Takes a piece; false where it goes beyond what is kept.</summary>
    public bool Take(long at, ReadOnlySpan<byte> piece)
    {
        if (at < 0 || at + piece.Length > Most) return false;
        if (piece.IsEmpty) return true;
        var (from, to) = ((int)at, (int)at + piece.Length);
        if (bytes.Length < to)
        {
            var size = Math.Max(2048, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)to));
            if (!conversation.Hold(size - bytes.Length)) return false;
            Array.Resize(ref bytes, size);
        }
        piece.CopyTo(bytes.AsSpan(from));
        var place = 0;
        while (place < have.Count && have[place].To < from) place++;
        while (place < have.Count && have[place].From <= to)
        {
            (from, to) = (Math.Min(from, have[place].From), Math.Max(to, have[place].To));
            have.RemoveAt(place);
        }
        // As many gaps as this are made on purpose.
        if (have.Count >= 256) return false;
        have.Insert(place, (from, to));
        return true;
    }
}
