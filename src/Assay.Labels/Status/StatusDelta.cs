using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Labels.Status;

/// <summary>What changed between two editions of a status list, signed: an extension of ours beside the Token Status List, for who has the earlier one. Its digest names the whole list that follows.</summary>
/// <remarks>
/// The changes are two streams, each in zlib form (of no change: no bytes): distances from one changed slot to the next (the first from -1), less one, seven bits a byte with the low ones first; and the new
/// states, two bits each with the low ones first.
/// </remarks>
public sealed record StatusDelta
{
    public const string MediaType = "application/vnd.assay.status-delta+cwt";
    /// <summary>More changes are a new list, and a smaller one.</summary>
    public const int MaxChanges = 4 << 20;
    public const int MaxBytes = 8 << 20;

    private readonly int[] indices;
    private readonly byte[] states;

    private StatusDelta(int[] indices, byte[] states)
    {
        this.indices = indices;
        this.states = states;
    }

    /// <summary>The address of the list.</summary>
    public required string Uri { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset Expires { get; init; }
    /// <summary>The edition that it follows.</summary>
    public required long From { get; init; }
    /// <summary>The edition that it leads to.</summary>
    public required long To { get; init; }
    /// <summary>SHA-256 of that whole list, inflated.</summary>
    public required ReadOnlyMemory<byte> Sha256 { get; init; }
    public required CoseSign1 Message { get; init; }
    public int Changes => indices.Length;

    /// <param name="status">The key that signs the lists.</param>
    /// <param name="issuedAt">As in the list that it leads to.</param>
    /// <exception cref="ArgumentException">Two lists of different length, or not 2 bits a slot, or more than <see cref="MaxChanges"/>.</exception>
    public static byte[] Sign(SigningKey status, StatusList before, StatusList after, string uri, long from, long to, DateTimeOffset issuedAt, DateTimeOffset expires)
    {
        if (before.Bits != 2 || after.Bits != 2 || before.Slots != after.Slots) throw new ArgumentException("two lists of 2 bits a slot and of one length", nameof(after));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(to, from);
        var (gaps, states, count) = Differences(before.Bytes, after.Bytes);
        return SignedList.Sign(status, MediaType, uri, issuedAt, expires, to, map =>
        {
            map.WriteInt32(ClaimNumbers.Delta);
            map.WriteStartArray(5);
            map.Write(from).Write(SHA256.HashData(after.Bytes)).Write((long)count).Write(Compressed(gaps)).Write(Compressed(states));
            map.WriteEndArray();
        });
    }

    /// <summary>Reads the form; the signature is checked by who knows the keys.</summary>
    /// <exception cref="UnreadableException">Another type, a claim missing, more or fewer changes than said, or a stream that inflates beyond them.</exception>
    public static StatusDelta Read(ReadOnlyMemory<byte> file)
    {
        var signed = SignedList.Read(file, MediaType, MaxBytes);
        var parts = Claims.Items(signed.Claims.Need(ClaimNumbers.Delta, "a delta"), "a delta", 5);
        var from = parts[0].Number("the edition that it follows");
        var to = signed.Edition ?? throw new UnreadableException("the edition that it leads to", "none", 0);
        if (from < 0 || to <= from) throw new UnreadableException("a later edition than the one it follows", $"{to.ToString(CultureInfo.InvariantCulture)} after {from.ToString(CultureInfo.InvariantCulture)}", 0);
        var count = parts[2].Number("the number of changes");
        if (count is < 0 or > MaxChanges) throw new UnreadableException($"at most {MaxChanges} changes", count.ToString(CultureInfo.InvariantCulture), parts[2].Offset);
        // Four bytes reach any slot of the longest list.
        var gaps = Inflated(parts[3], "the distances", 4 * (int)count);
        var packed = Inflated(parts[4], "the states", ((int)count + 3) / 4);
        if (packed.Length != (count + 3) / 4) throw new UnreadableException($"{count} states", $"{packed.Length} bytes", parts[4].Offset);
        var indices = new int[count];
        var states = new byte[count];
        var (at, last) = (0, -1L);
        for (var i = 0; i < count; i++)
        {
            long gap = 0;
            for (var shift = 0; ; shift += 7)
            {
                if (at == gaps.Length || shift > 21) throw new UnreadableException($"{count} distances", "fewer, or a longer one", parts[3].Offset);
                var one = gaps[at++];
                gap |= (long)(one & 0x7f) << shift;
                if (one >= 0x80) continue;
                if (one == 0 && shift > 0) throw new UnreadableException("the shortest form of a distance", "a longer one", parts[3].Offset);
                break;
            }
            last += gap + 1;
            if (last >= StatusList.MaxSlots) throw new UnreadableException($"a slot below {StatusList.MaxSlots}", last.ToString(CultureInfo.InvariantCulture), parts[3].Offset);
            indices[i] = (int)last;
            states[i] = (byte)(packed[i / 4] >> i % 4 * 2 & 3);
        }
        if (at != gaps.Length) throw new UnreadableException("the end of the distances", $"{gaps.Length - at} more bytes", parts[3].Offset);
        return new StatusDelta(indices, states)
        {
            Uri = signed.Uri,
            IssuedAt = signed.IssuedAt,
            Expires = signed.Expires,
            From = from,
            To = to,
            Sha256 = Claims.Bytes(parts[1], "the list's digest", SHA256.HashSizeInBytes),
            Message = signed.Message,
        };
    }

    /// <summary>The list that follows; <paramref name="list"/> stays as it is.</summary>
    /// <exception cref="UnreadableException">Another list than the one that it was made from.</exception>
    public StatusList Apply(StatusList list)
    {
        if (list.Bits != 2) throw new UnreadableException("a status list of 2 bits a slot", $"{list.Bits}", 0);
        if (indices.Length > 0 && indices[^1] >= list.Slots) throw new UnreadableException($"changes below slot {list.Slots}", indices[^1].ToString(CultureInfo.InvariantCulture), 0);
        var next = list.Copy();
        for (var i = 0; i < indices.Length; i++) next[indices[i]] = (LabelState)states[i];
        return SHA256.HashData(next.Bytes).AsSpan().SequenceEqual(Sha256.Span) ? next
            : throw new UnreadableException($"the list with the digest {Convert.ToHexStringLower(Sha256.Span)}", "another: fetch the whole one", 0);
    }

    private static (byte[] Gaps, byte[] States, int Count) Differences(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var gaps = new List<byte>();
        var states = new List<byte>();
        var (count, last) = (0, -1);
        for (var at = before.CommonPrefixLength(after); at < before.Length; at += 1 + before[(at + 1)..].CommonPrefixLength(after[(at + 1)..]))
        {
            for (var slot = 0; slot < 4; slot++)
            {
                var state = after[at] >> slot * 2 & 3;
                if ((before[at] >> slot * 2 & 3) == state) continue;
                if (count == MaxChanges) throw new ArgumentException($"at most {MaxChanges} changes", nameof(after));
                var index = at * 4 + slot;
                var gap = (uint)(index - last - 1);
                for (; gap >= 0x80; gap >>= 7) gaps.Add((byte)(gap | 0x80));
                gaps.Add((byte)gap);
                if (count % 4 == 0) states.Add(0);
                states[^1] |= (byte)(state << count % 4 * 2);
                last = index;
                count++;
            }
        }
        return ([.. gaps], [.. states], count);
    }

    private static byte[] Compressed(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(bytes);
        return output.ToArray();
    }

    private static byte[] Inflated(CborValue value, string what, int most)
    {
        var bytes = value.Bytes(what);
        if (most == 0 && bytes.Length == 0) return [];
        // What holds nothing inflates to nothing.
        using var decoded = Decompression.Decode(CompressionKind.Zlib, bytes, new Budget { Bytes = most + 1, FileBytes = most + 1 });
        if (decoded.Failure is BudgetException || decoded.Failure is null && decoded.Content.Length > most) throw new UnreadableException($"at most {most} bytes for {what}", "more", value.Offset);
        if (decoded.Failure is { } wrong) throw new UnreadableException($"{what} in zlib form", wrong.Message, value.Offset);
        if (decoded.Used != bytes.Length) throw new UnreadableException($"the end of {what}", $"{bytes.Length - decoded.Used} more bytes", value.Offset);
        return decoded.Content.ToArray();
    }
}
