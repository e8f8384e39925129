using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>SSH before it is encrypted (RFC 4253, sections 4.2 and 7.1): the banners, and the algorithms that both sides offer.</summary>
internal sealed class SshDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestBanner = 512, LongestPacket = 35000, MostLines = 64;

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Ssh,
        Name = "ssh",
        Title = "SSH",
        Group = ProtocolGroup.Control,
        Source = "RFC 4253; withdrawn algorithms: RFC 8758, RFC 9142, RFC 6151, draft-ietf-curdle-ssh-kex-sha2",
        Ports = [22],
        Stream = static (bytes, _, _) => bytes.StartsWith("SSH-"u8) ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new SshDissector(conversation),
        Evidence = [FindingKind.Disclosure, FindingKind.WeakCrypto],
        Proof = [new("banner", "ssh.protocol"), new("algorithms", "ssh.kex_algorithms")],
        Limits = "what is encrypted; host keys",
    };

    private readonly Side outwardSide = new(), inwardSide = new();

    private sealed class Side
    {
        public bool HasBanner, IsDone;
        public int Lines;
        /// <summary>Key exchange, host key, cipher and sum of each way: lists in the order of preference.</summary>
        public string[][]? Offers;
    }

    public override Application Application => Application.Ssh;

    public override void Lost(bool outward) => End(outward ? outwardSide : inwardSide);

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var side = outward ? outwardSide : inwardSide;
        if (side.IsDone) return bytes.Length;
        if (!side.HasBanner)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0) return bytes.Length < LongestBanner ? 0 : End(side, bytes.Length);
            var line = Text(bytes[..end], LongestBanner).TrimEnd('\r');
            if (line.StartsWith("SSH-", StringComparison.Ordinal)) Banner(side, outward, line, at);
            else if (++side.Lines > MostLines) return End(side, bytes.Length);
            return end + 1;
        }
        if (bytes.Length < 6) return 0;
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length is < 2 or > LongestPacket || bytes[4] >= length - 1) return End(side, bytes.Length);
        if (bytes.Length < 4 + length) return 0;
        var packet = bytes.Slice(5, (int)length - 1 - bytes[4]);
        // Messages to ignore and to debug may come first.
        if (packet[0] is 2 or 4) return 4 + (int)length;
        if (packet[0] == 20) Offers(side, outward, packet[1..], at);
        return End(side, 4 + (int)length);
    }

    private int End(Side side, int used = 0)
    {
        side.IsDone = true;
        Done = outwardSide.IsDone && inwardSide.IsDone;
        return used;
    }

    private void Banner(Side side, bool outward, string line, in Moment at)
    {
        side.HasBanner = true;
        Notes.Saw(at, "ssh", "banner", line);
        var subject = FormattableString.Invariant($"ssh {at.Source}:{at.SourcePort}");
        if (!outward && at.Source.IsLocal)
        {
            Notes.Observe(at, "ssh", Seen.Banner, subject, line, FindingKind.Disclosure, 0.9, null, null, Traits.Ssh, Traits.VersionDisclosed);
            if (line.StartsWith("SSH-1.", StringComparison.Ordinal) && !line.StartsWith("SSH-1.99", StringComparison.Ordinal))
            {
                Notes.Observe(at, "ssh", Seen.OutdatedVersion, subject, "SSH version 1 is spoken", FindingKind.WeakCrypto, 1, null, null, Traits.WeakSsh, Traits.Ssh);
            }
        }
        else Notes.Observe(at, "ssh", Seen.Banner, subject, line);
        if (!Notes.IsExamination || !line.StartsWith("SSH-2.", StringComparison.Ordinal) && !line.StartsWith("SSH-1.99", StringComparison.Ordinal)) End(side);
    }

    /// <summary>KEXINIT: a cookie of 16 bytes, then ten lists of names.</summary>
    private void Offers(Side side, bool outward, ReadOnlySpan<byte> body, in Moment at)
    {
        if (body.Length < 16) return;
        body = body[16..];
        var lists = new string[10][];
        for (var i = 0; i < lists.Length; i++)
        {
            if (body.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(body) is var length && length > body.Length - 4) return;
            var names = Text(body.Slice(4, (int)length), LongestPacket);
            if (i == 0) Notes.Saw(at, "ssh", "algorithms", names);
            lists[i] = names.Split(',', StringSplitOptions.RemoveEmptyEntries);
            body = body[(4 + (int)length)..];
        }
        side.Offers = lists;
        var subject = FormattableString.Invariant($"ssh {at.Source}:{at.SourcePort}");
        // A client offers what old servers may need; what counts is what the device's own log-in accepts, and what both agree on.
        if (!outward && at.Source.IsLocal)
        {
            foreach (var weak in lists.Take(6).SelectMany(l => l).Where(IsWeak).Distinct(StringComparer.Ordinal))
            {
                Notes.Observe(at, "ssh", Seen.WeakSuite, subject, $"SSH offers {weak}", FindingKind.WeakCrypto, 1, null, null, Traits.WeakSsh, Traits.Ssh);
            }
        }
        if (outwardSide.Offers is not { } client || inwardSide.Offers is not { } server) return;
        var address = outward ? at.Destination : at.Source;
        subject = FormattableString.Invariant($"ssh {address}:{(outward ? at.DestinationPort : at.SourcePort)}");
        for (var i = 0; i < 6; i++)
        {
            var agreed = Array.Find(client[i], n => server[i].Contains(n, StringComparer.Ordinal));
            if (agreed is null || !IsWeak(agreed)) continue;
            if (address.IsLocal) Notes.Observe(at, "ssh", Seen.WeakSuite, subject, $"{agreed} was agreed on", FindingKind.WeakCrypto, 1, null, null, Traits.WeakSsh, Traits.Ssh, Traits.Chosen);
            else Notes.Observe(at, "ssh", Seen.WeakSuite, subject, $"{agreed} was agreed on");
        }
    }

    /// <summary>Algorithms that documents withdrew or advise against.</summary>
    internal static bool IsWeak(string algorithm) => algorithm is "none" or "des-cbc" or "des-cbc@ssh.com" or "3des-cbc" or "blowfish-cbc" or "cast128-cbc" or "idea-cbc"
        or "diffie-hellman-group1-sha1" or "diffie-hellman-group-exchange-sha1" or "rsa1024-sha1" or "ssh-dss" or "hmac-sha1-96" or "hmac-sha1-96-etm@openssh.com"
        || algorithm.StartsWith("arcfour", StringComparison.Ordinal) || algorithm.StartsWith("hmac-md5", StringComparison.Ordinal);
}
