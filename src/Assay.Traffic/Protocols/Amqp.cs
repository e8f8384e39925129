using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>AMQP without TLS: the mechanisms PLAIN and AMQPLAIN of 0-9-1 (section 4.2.3, connection.start-ok) and SASL of 1.0 (section 5.3), which carry a name and a password.</summary>
internal sealed class AmqpDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestFrame = 16 << 10;

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Amqp,
        Name = "amqp",
        Title = "AMQP",
        Group = ProtocolGroup.Things,
        Source = "AMQP 0-9-1, AMQP 1.0",
        Ports = [5672],
        Stream = static (bytes, outward, _) => !outward || !"AMQP"u8.StartsWith(bytes[..Math.Min(bytes.Length, 4)]) ? Recognition.No : bytes.Length < 8 ? Recognition.More : bytes[4] is 0 or 2 or 3 ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new AmqpDissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential],
        Limits = "all mechanisms but PLAIN, and the messages themselves",
    };

    private bool greeted;

    public override Application Application => Application.Amqp;

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination)
        {
            Done = true;
            return bytes.Length;
        }
        if (!outward) return bytes.Length;
        if (bytes.StartsWith("AMQP"u8))
        {
            if (bytes.Length < 8) return 0;
            if (!greeted && Notes.IsRemote(at)) Notes.Observe(at, "amqp", Seen.ClearText, Subject(at), "messages in clear text", FindingKind.Cleartext, 1);
            greeted = true;
            // Protocol 2 is TLS inside.
            Done = bytes[4] == 2;
            return 8;
        }
        if (Log(bytes, out var length) is { } login)
        {
            Done = true;
            Notes.Credential(at, "amqp", Seen.Login, Subject(at), login.User, login.Password, Traits.Login);
            Notes.Observe(at, "amqp", Seen.ClearText, Subject(at), "a log-in in clear text", FindingKind.Cleartext, 0.95, null, null, Traits.Login);
            return bytes.Length;
        }
        if (length > bytes.Length && length <= LongestFrame) return 0;
        Done = length is 0 or > LongestFrame;
        return Done ? bytes.Length : length;
    }

    private string Subject(in Moment at) => FormattableString.Invariant($"amqp {Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}");

    /// <summary>The log-in that the frame at the start holds.</summary>
    /// <param name="length">Bytes of the frame; more than there are where it goes on, 0 where it is none.</param>
    private static (string User, string Password)? Log(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 8;
        if (bytes.Length < 8) return null;
        // 0-9-1: type 1, channel, size, then class 10 method 11; 1.0: size, offset, type 1 for SASL.
        var old = bytes[0] == 1;
        var size = old ? BinaryPrimitives.ReadUInt32BigEndian(bytes[3..]) + 8L : BinaryPrimitives.ReadUInt32BigEndian(bytes);
        length = size is < 8 or > int.MaxValue ? 0 : (int)size;
        if (length == 0 || length > bytes.Length) return null;
        var frame = bytes[..length];
        if (old ? frame.Length < 12 || BinaryPrimitives.ReadUInt32BigEndian(frame[7..]) != 0x000a000b : frame[5] != 1) return null;
        // The mechanism's name, then its answer: nothing, the name, the password, with a zero before each (RFC 4616).
        var plain = frame.IndexOf("PLAIN"u8);
        if (plain < 0) return null;
        var answer = frame[(plain + 5)..];
        var counted = old ? 4 : answer.Length > 1 && answer[0] == 0xa0 ? 2 : answer.Length > 4 && answer[0] == 0xb0 ? 5 : 0;
        if (counted == 0 || answer.Length < counted) return null;
        var said = old || counted == 5 ? BinaryPrimitives.ReadUInt32BigEndian(answer[(counted - 4)..]) : answer[1];
        if (said > answer.Length - counted) return null;
        return Encoding.UTF8.GetString(answer.Slice(counted, (int)said)).Split('\0') is [_, var user, { Length: > 0 } password] ? (user, password) : null;
    }
}
