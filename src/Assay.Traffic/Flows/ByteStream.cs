using System.Buffers;

namespace Assay.Traffic.Flows;

/// <summary>One direction of a TCP connection put in order, as far as a small store allows.</summary>
internal sealed class ByteStream
{
    /// <summary>Bytes of segments that came too early, and how many of them, before the gap is given up.</summary>
    private const int MostEarly = 1 << 16, MostEarlySegments = 64;
    /// <summary>Bytes that wait for the rest of a message: room for the longest TLS record with its certificate chain.</summary>
    public const int MostHeld = 1 << 16;

    private uint next;
    private bool started;
    /// <summary>Up to here the other side has confirmed; what is missing before it, the capture has lost.</summary>
    private uint confirmed;
    private bool anyConfirmed;
    /// <summary>Rented while something is held.</summary>
    private byte[]? held;
    private int heldLength;
    private List<Segment>? early;
    private int earlyBytes;

    private readonly record struct Segment(uint Sequence, byte[] Bytes, int OnWire, Moment At);

    public bool IsOutward { get; init; }

    public void Start(uint sequence)
    {
        if (started) return;
        next = sequence;
        started = true;
    }

    /// <summary>Takes a segment and hands what is in order to the conversation.</summary>
    public void Take(Conversation conversation, uint sequence, ReadOnlySpan<byte> payload, int onWire, in Moment at)
    {
        Start(sequence);
        var ahead = (int)(sequence - next);
        if (ahead > 0 && anyConfirmed && (int)(confirmed - sequence) >= 0) ahead = Skip(conversation, sequence);
        if (ahead > 0)
        {
            early ??= [];
            if (early.Count < MostEarlySegments && earlyBytes + payload.Length <= MostEarly && conversation.Hold(payload.Length))
            {
                early.Add(new Segment(sequence, payload.ToArray(), onWire, at));
                earlyBytes += payload.Length;
                return;
            }
            Drain(conversation, overGaps: true);
            ahead = (int)(sequence - next);
            if (ahead > 0) ahead = Skip(conversation, sequence);
        }
        InOrder(conversation, -ahead, payload, onWire, at);
        if (early is { Count: > 0 }) Drain(conversation, overGaps: false);
    }

    /// <summary>The other side has confirmed everything before <paramref name="sequence"/>.</summary>
    public void Confirm(Conversation conversation, uint sequence)
    {
        if (anyConfirmed && (int)(sequence - confirmed) <= 0) return;
        confirmed = sequence;
        anyConfirmed = true;
        if (early is { Count: > 0 } && (int)(confirmed - next) > 0) Drain(conversation, overGaps: true, until: confirmed);
    }

    /// <summary>No more will come: what waits behind gaps is read now.</summary>
    public void Finish(Conversation conversation)
    {
        if (early is { Count: > 0 }) Drain(conversation, overGaps: true);
    }

    /// <summary>Gives memory back; the conversation gives back what it was counted for.</summary>
    public void Release()
    {
        early = null;
        earlyBytes = 0;
        heldLength = 0;
        if (held is not null) ArrayPool<byte>.Shared.Return(held);
        held = null;
    }

    private void Forget(Conversation conversation)
    {
        heldLength = 0;
        if (held is null) return;
        conversation.GiveBack(held.Length);
        ArrayPool<byte>.Shared.Return(held);
        held = null;
    }

    private int Skip(Conversation conversation, uint sequence)
    {
        Forget(conversation);
        next = sequence;
        conversation.Lost(IsOutward);
        return 0;
    }

    private void InOrder(Conversation conversation, int known, ReadOnlySpan<byte> payload, int onWire, in Moment at)
    {
        // Half the sequence space away is neither before nor behind: such a segment belongs to nothing.
        if (known < 0 || known >= onWire) return;
        next += (uint)(onWire - known);
        if (known < payload.Length) Deliver(conversation, payload[known..], at);
        if (payload.Length >= onWire) return;
        Forget(conversation);
        conversation.Lost(IsOutward);
    }

    private void Deliver(Conversation conversation, ReadOnlySpan<byte> payload, in Moment at)
    {
        if (heldLength == 0)
        {
            var used = conversation.Read(IsOutward, payload, at);
            Hold(conversation, payload[used..]);
            return;
        }
        Hold(conversation, payload);
        if (heldLength == 0) return;
        var done = conversation.Read(IsOutward, held.AsSpan(0, heldLength), at);
        if (conversation.IsDone) return;
        if (done == heldLength) Forget(conversation);
        else
        {
            held.AsSpan(done, heldLength - done).CopyTo(held);
            heldLength -= done;
        }
    }

    private void Hold(Conversation conversation, ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty || conversation.IsDone) return;
        if (heldLength + rest.Length > MostHeld || !HasRoom(conversation, heldLength + rest.Length))
        {
            Forget(conversation);
            conversation.Lost(IsOutward);
            return;
        }
        rest.CopyTo(held.AsSpan(heldLength));
        heldLength += rest.Length;
    }

    private bool HasRoom(Conversation conversation, int length)
    {
        if (held is not null && held.Length >= length) return true;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(MostHeld, Math.Max(512, 2 * length)));
        if (!conversation.Hold(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }
        if (held is not null)
        {
            held.AsSpan(0, heldLength).CopyTo(larger);
            conversation.GiveBack(held.Length);
            ArrayPool<byte>.Shared.Return(held);
        }
        held = larger;
        return true;
    }

    private void Drain(Conversation conversation, bool overGaps, uint? until = null)
    {
        while (early is { Count: > 0 })
        {
            var first = 0;
            for (var i = 1; i < early.Count; i++)
            {
                if ((int)(early[i].Sequence - early[first].Sequence) < 0) first = i;
            }
            var segment = early[first];
            var ahead = (int)(segment.Sequence - next);
            if (ahead > 0 && (!overGaps || until is { } end && (int)(end - segment.Sequence) < 0)) return;
            early.RemoveAt(first);
            earlyBytes -= segment.Bytes.Length;
            conversation.GiveBack(segment.Bytes.Length);
            if (ahead > 0) ahead = Skip(conversation, segment.Sequence);
            InOrder(conversation, -ahead, segment.Bytes, segment.OnWire, segment.At);
        }
    }
}
