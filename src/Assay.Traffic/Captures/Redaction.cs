using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Traffic.Captures;

/// <summary>A capture written anew so that it can be shared: headers, times and lengths stay, payload becomes zeros, addresses become others.</summary>
/// <remarks>
/// Only what is known to be a header is copied; everything else is zero. Checksums of IP, TCP, UDP, ICMP and GRE fit what is written. What radios and capture cards noted
/// in front of a frame is left away, with names, comments and secrets of the file. See <see cref="Pseudonyms"/> for addresses.
/// </remarks>
public sealed class Redaction
{
    private const int ProgressEvery = 1 << 14;
    private static readonly byte[] Label = "assay redact 1"u8.ToArray();

    private readonly Pseudonyms pseudonyms;
    private readonly Trail trail = new();
    private byte[] output = new byte[4096];
    private Packet packet;
    private readonly SortedDictionary<string, long> leftOut = new(StringComparer.Ordinal);
    private long zeroed;

    private Redaction(byte[] key)
    {
        pseudonyms = new Pseudonyms(key);
        packet.Trail = trail;
    }

    /// <summary>A key that comes of the capture's content: who does not hold the capture cannot make it, not even from its digest.</summary>
    public static byte[] KeyOf(Artefact artefact)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Label);
        const int Step = 1 << 24;
        for (long at = 0; at < artefact.Size; at += Step) hash.AppendData(artefact.Bytes.Span(at, (int)Math.Min(Step, artefact.Size - at)));
        return hash.GetHashAndReset();
    }

    /// <summary>A key of what a person keeps, so that several captures get the same addresses.</summary>
    public static byte[] KeyOf(ReadOnlySpan<byte> secret) => HMACSHA256.HashData(Label, secret);

    /// <summary>Reads a capture and writes it as pcapng.</summary>
    /// <param name="key">32 bytes.</param>
    /// <exception cref="UnreadableException">The artefact is no capture.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static RedactionReport Write(Artefact artefact, Stream stream, byte[] key, ExaminationOptions options)
    {
        using var reader = CaptureReader.Open(artefact, options.Budget);
        var redaction = new Redaction(key);
        var writer = new PcapngWriter(stream);
        long frames = 0;
        while (reader.Next(out var frame))
        {
            if (++frames % ProgressEvery == 0)
            {
                options.Cancel.ThrowIfCancellationRequested();
                options.Progress?.Invoke(new Progress("redacting " + artefact.Name, reader.Position, reader.Compression is null ? artefact.Size : 0));
            }
            redaction.Write(frame, writer);
        }
        return new RedactionReport
        {
            Frames = frames,
            Written = writer.Frames,
            LeftOut = redaction.leftOut,
            ZeroedBytes = redaction.zeroed,
            Addresses = redaction.pseudonyms.Addresses,
            LinkAddresses = redaction.pseudonyms.Macs,
            Losses = reader.Losses,
        };
    }

    private void Write(in Frame frame, PcapngWriter writer)
    {
        var depth = packet.Decode(frame);
        var steps = trail.Steps;
        // A header that a capture card or radio put before the frame goes, and the frame has the link type of what follows it.
        var start = 0;
        var link = frame.LinkType;
        if (steps.Length > 0 && steps[0] is { Kind: Layer.Unknown or Layer.Radio, At: 0 })
        {
            start = steps.Length > 1 ? steps[1].At : 0;
            link = steps.Length > 1 ? LinkOf(steps[1].Kind) : LinkType.Null;
            if (start == 0 || link == LinkType.Null) depth = Depth.LinkUnknown;
        }
        if (depth == Depth.LinkUnknown)
        {
            var name = LinkTypes.Name(frame.LinkType);
            leftOut[name] = leftOut.GetValueOrDefault(name) + 1;
            return;
        }
        for (var tunnels = 0; depth >= Depth.Network && tunnels < 8 && packet.Enter(frame, ref depth);) tunnels++;
        steps = trail.Steps;
        var length = Math.Min(frame.Bytes.Length, trail.End);
        if (output.Length < length) output = new byte[Math.Max(length, 2 * output.Length)];
        var into = output.AsSpan(0, length);
        into.Clear();
        foreach (var (kind, at, size) in steps)
        {
            if (at + size <= length) Copy(kind, frame.Bytes.Slice(at, size), into.Slice(at, size));
        }
        for (var i = steps.Length - 1; i >= 0; i--) Seal(steps, i, into);
        for (var i = start; i < length; i++)
        {
            if (into[i] == 0 && frame.Bytes[i] != 0) zeroed++;
        }
        var gone = start + (frame.Bytes.Length - length);
        writer.Write(Math.Max(0, frame.Time), link, into[start..], Math.Max(length - start, frame.OriginalLength - gone));
    }

    private static LinkType LinkOf(Layer kind) => kind switch
    {
        Layer.Wireless => LinkType.Wireless,
        Layer.Ethernet => LinkType.Ethernet,
        Layer.IPv4 or Layer.IPv6 => LinkType.Raw,
        Layer.Cooked => LinkType.LinuxCooked,
        Layer.Cooked2 => LinkType.LinuxCooked2,
        _ => LinkType.Null,
    };

    private void Copy(Layer kind, ReadOnlySpan<byte> from, Span<byte> to)
    {
        switch (kind)
        {
            case Layer.Plain:
                from.CopyTo(to);
                break;
            case Layer.Ethernet:
                Mac(from, to);
                Mac(from[6..], to[6..]);
                break;
            case Layer.Cooked:
                from[..6].CopyTo(to);
                if (BinaryPrimitives.ReadUInt16BigEndian(from[4..]) == 6) Mac(from[6..], to[6..]);
                from[14..].CopyTo(to[14..]);
                break;
            case Layer.Cooked2:
                from[..12].CopyTo(to);
                if (from[11] == 6) Mac(from[12..], to[12..]);
                break;
            case Layer.Wireless:
                Wireless(from, to);
                break;
            case Layer.Arp:
                // Of Ethernet and IPv4: 6 and 4 bytes, twice.
                if (from.Length < 28 || !from[..6].SequenceEqual((ReadOnlySpan<byte>)[0, 1, 8, 0, 6, 4])) break;
                from[..8].CopyTo(to);
                Mac(from[8..], to[8..]);
                V4(from[14..], to[14..]);
                Mac(from[18..], to[18..]);
                V4(from[24..], to[24..]);
                break;
            case Layer.IPv4:
                // Options become the end of options.
                from[..12].CopyTo(to);
                V4(from[12..], to[12..]);
                V4(from[16..], to[16..]);
                break;
            case Layer.IPv6:
                from[..8].CopyTo(to);
                V6(from[8..], to[8..]);
                V6(from[24..], to[24..]);
                break;
            case Layer.Fragment:
                from.CopyTo(to);
                break;
            case Layer.Extension:
                from[..Math.Min(2, from.Length)].CopyTo(to);
                break;
            case Layer.Tcp:
                from[..20].CopyTo(to);
                TcpOptions(from[20..], to[20..]);
                break;
            case Layer.Udp:
                from.CopyTo(to);
                break;
            case Layer.Icmp:
                Icmp(from, to);
                break;
            case Layer.Gre:
                from.CopyTo(to);
                break;
            case Layer.Gtp:
                Gtp(from, to);
                break;
            case Layer.Options:
                // Class, kind and length of each option; its content is zero.
                for (var at = 0; at + 4 <= from.Length; at += 4 + (from[at + 3] & 0x1f) * 4) from.Slice(at, 4).CopyTo(to[at..]);
                break;
        }
    }

    private void Mac(ReadOnlySpan<byte> from, Span<byte> to)
    {
        var bits = pseudonyms.Of(MacAddress.Of(from)).Bits;
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(bits >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(to[2..], (uint)bits);
    }

    private void V4(ReadOnlySpan<byte> from, Span<byte> to) =>
        BinaryPrimitives.WriteUInt32BigEndian(to, (uint)pseudonyms.Of(Address.V4(BinaryPrimitives.ReadUInt32BigEndian(from))).Low);

    private void V6(ReadOnlySpan<byte> from, Span<byte> to) => pseudonyms.Of(Address.V6(from)).CopyTo(to);

    private void Wireless(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (from.Length < 10) return;
        var control = BinaryPrimitives.ReadUInt16LittleEndian(from);
        var (type, subtype) = (control >> 2 & 3, control >> 4 & 15);
        from[..4].CopyTo(to);
        Mac(from[4..], to[4..]);
        // CTS and acknowledgements have one address; what follows is their check sequence.
        if (from.Length < 16 || type == 1 && subtype is 12 or 13) return;
        Mac(from[10..], to[10..]);
        if (from.Length < 24) return;
        Mac(from[16..], to[16..]);
        from.Slice(22, 2).CopyTo(to[22..]);
        var rest = 24;
        if (type == 2 && (control & 0x300) == 0x300 && from.Length >= 30)
        {
            Mac(from[24..], to[24..]);
            rest = 30;
        }
        from[rest..].CopyTo(to[rest..]);
    }

    /// <summary>Segment size, window scale and what SACK needs stay; everything else, time stamps too, becomes "no operation".</summary>
    private static void TcpOptions(ReadOnlySpan<byte> from, Span<byte> to)
    {
        to.Fill(1);
        while (!from.IsEmpty && from[0] != 0)
        {
            var length = from[0] == 1 ? 1 : from.Length >= 2 ? from[1] : 0;
            if (length == 0 || length > from.Length || from[0] != 1 && length < 2) break;
            if (from[0] is 2 or 3 or 4 or 5) from[..length].CopyTo(to);
            from = from[length..];
            to = to[length..];
        }
    }

    private void Icmp(ReadOnlySpan<byte> from, Span<byte> to)
    {
        var six = packet.Protocol == Packet.IcmpV6;
        from[..4].CopyTo(to);
        if (from[0] is 128 or 129 && six || from[0] is 0 or 8 && !six)
        {
            from.Slice(4, 4).CopyTo(to[4..]);
            return;
        }
        if (!six) return;
        // Neighbour discovery (RFC 4861) and listeners (RFC 2710): addresses of their own, then options.
        var (addresses, kept) = from[0] switch { 135 or 136 or >= 130 and <= 132 => (1, 8), 137 => (2, 8), 133 => (0, 8), 134 => (0, 16), _ => (-1, 0) };
        var options = kept + 16 * addresses;
        if (addresses < 0 || from.Length < options) return;
        from[..kept].CopyTo(to);
        for (var i = 0; i < addresses; i++) V6(from[(kept + 16 * i)..], to[(kept + 16 * i)..]);
        if (from[0] < 133) return;
        for (var at = options; at + 8 <= from.Length && from[at + 1] > 0; at += from[at + 1] * 8)
        {
            from.Slice(at, 2).CopyTo(to[at..]);
            if (from[at] is 1 or 2) Mac(from[(at + 2)..], to[(at + 2)..]);
        }
    }

    /// <summary>Lengths, kinds and sequence numbers; the number of a subscriber's tunnel is zero.</summary>
    private static void Gtp(ReadOnlySpan<byte> from, Span<byte> to)
    {
        from[..4].CopyTo(to);
        if (from.Length < 12) return;
        from.Slice(8, 4).CopyTo(to[8..]);
        for (var at = 12; at < from.Length && from[at] > 0; at += from[at] * 4)
        {
            var last = at + from[at] * 4 - 1;
            if (last >= from.Length) return;
            (to[at], to[last]) = (from[at], from[last]);
        }
    }

    // ---- checksums, from the innermost header outwards

    private static void Seal(ReadOnlySpan<(Layer Kind, int At, int Length)> steps, int index, Span<byte> frame)
    {
        var (kind, at, length) = steps[index];
        if (at + length > frame.Length) return;
        switch (kind)
        {
            case Layer.IPv4:
                Put(frame[(at + 10)..], 0);
                Put(frame[(at + 10)..], Sum(0, frame.Slice(at, length)));
                break;
            case Layer.Tcp or Layer.Udp or Layer.Icmp when Network(steps, index) is { } ip:
                var end = EndOf(frame, ip.Kind, ip.At);
                var field = at + kind switch { Layer.Tcp => 16, Layer.Udp => 6, _ => 2 };
                if (field + 2 > frame.Length) break;
                var size = end - at;
                if (kind == Layer.Udp)
                {
                    // A sum of zero over IPv4 says that there is none.
                    if (ip.Kind == Layer.IPv4 && frame[field] == 0 && frame[field + 1] == 0) break;
                    if (BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 4)..]) is var said and > 0) size = said;
                }
                Put(frame[field..], 0);
                // What was not captured counts as the zeros that payload has become.
                var covered = frame[at..Math.Clamp(at + size, at, frame.Length)];
                var sum = Sum(kind == Layer.Icmp && ip.Kind == Layer.IPv4 ? 0 : Pseudo(frame, ip, kind, size), covered);
                Put(frame[field..], kind == Layer.Udp && sum == 0 ? (ushort)0xffff : sum);
                break;
            case Layer.Gre when (frame[at] & 0x80) != 0 && length >= 8 && Network(steps, index) is { } carrier:
                Put(frame[(at + 4)..], 0);
                Put(frame[(at + 4)..], Sum(0, frame[at..Math.Clamp(EndOf(frame, carrier.Kind, carrier.At), at, frame.Length)]));
                break;
        }
    }

    private static (Layer Kind, int At, int Length)? Network(ReadOnlySpan<(Layer Kind, int At, int Length)> steps, int index)
    {
        for (var i = index - 1; i >= 0; i--)
        {
            if (steps[i].Kind is Layer.IPv4 or Layer.IPv6) return steps[i];
        }
        return null;
    }

    private static int EndOf(ReadOnlySpan<byte> frame, Layer kind, int at)
    {
        int said = kind == Layer.IPv4 ? BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..]) : BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 4)..]);
        return said == 0 ? frame.Length : at + said + (kind == Layer.IPv6 ? 40 : 0);
    }

    private static uint Pseudo(ReadOnlySpan<byte> frame, (Layer Kind, int At, int Length) ip, Layer kind, int size)
    {
        var addresses = ip.Kind == Layer.IPv4 ? frame.Slice(ip.At + 12, 8) : frame.Slice(ip.At + 8, 32);
        return Add(0, addresses) + (uint)(kind switch { Layer.Tcp => Packet.Tcp, Layer.Udp => Packet.Udp, _ => Packet.IcmpV6 }) + (uint)(size & 0xffff) + (uint)(size >> 16);
    }

    private static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 2; bytes = bytes[2..])
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            sum = (sum & 0xffff) + (sum >> 16);
        }
        if (bytes.Length == 1) sum += (uint)bytes[0] << 8;
        return sum;
    }

    private static ushort Sum(uint before, ReadOnlySpan<byte> bytes)
    {
        var sum = Add((before & 0xffff) + (before >> 16), bytes);
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    private static void Put(Span<byte> at, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(at, value);
}

/// <summary>What a redaction kept, replaced and left out.</summary>
public sealed record RedactionReport
{
    /// <summary>Frames read, and of these written.</summary>
    public required long Frames { get; init; }
    public required long Written { get; init; }
    /// <summary>Frames that were not written because their link layer is not decoded, by its name.</summary>
    public required IReadOnlyDictionary<string, long> LeftOut { get; init; }
    /// <summary>Bytes that were not zero and are zero now.</summary>
    public required long ZeroedBytes { get; init; }
    /// <summary>Different IP addresses, and link-layer addresses, that were replaced.</summary>
    public required int Addresses { get; init; }
    public required int LinkAddresses { get; init; }
    public required IReadOnlyList<Loss> Losses { get; init; }
}
