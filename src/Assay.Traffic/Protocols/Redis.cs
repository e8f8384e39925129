using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>Redis without TLS: the commands AUTH and HELLO, which carry a password (RESP, "Redis serialization protocol").</summary>
internal sealed class RedisDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestCommand = 16 << 10;

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Redis,
        Name = "redis",
        Title = "Redis",
        Group = ProtocolGroup.Things,
        Source = "RESP2, RESP3",
        Ports = [6379],
        Stream = static (bytes, outward, _) => !outward || bytes is not [(byte)'*', >= (byte)'1' and <= (byte)'9', ..] ? Recognition.No : bytes.Length < 6 ? Recognition.More : bytes[..6].IndexOf("\r\n$"u8) > 0 ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new RedisDissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential],
        Limits = "all commands but those that log in",
    };

    private bool told;

    public override Application Application => Application.Redis;

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination || !outward)
        {
            Done |= !Notes.IsExamination;
            return bytes.Length;
        }
        var subject = FormattableString.Invariant($"redis {Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}");
        if (!told && Notes.IsRemote(at)) Notes.Observe(at, "redis", Seen.ClearText, subject, "messages in clear text", FindingKind.Cleartext, 1);
        told = true;
        // Lines of "*count", "$length" and words in turn; a segment holds whole commands.
        var words = Text(bytes, LongestCommand).Split("\r\n").Where((l, i) => i % 2 == 0 && i > 0).ToList();
        var auth = words.FindIndex(w => w.Equals("AUTH", StringComparison.OrdinalIgnoreCase));
        if (auth < 0 || auth > 2) return bytes.Length;
        Done = true;
        var held = words.Skip(auth + 1).Where(w => w.Length > 0).Take(2).ToList();
        if (held.Count == 0) return bytes.Length;
        Notes.Credential(at, "redis", Seen.Login, subject, held.Count == 2 ? held[0] : "", held[^1], Traits.Login);
        Notes.Observe(at, "redis", Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 0.95, null, null, Traits.Login);
        return bytes.Length;
    }
}
