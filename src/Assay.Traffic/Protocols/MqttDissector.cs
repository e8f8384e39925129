using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>MQTT without TLS: the CONNECT packet (3.1, 3.1.1, 5.0; section 3.1 of the OASIS standard).</summary>
internal sealed class MqttDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestConnect = 8 << 10;

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Mqtt,
        Name = "mqtt",
        Title = "MQTT 3.1, 3.1.1, 5.0",
        Group = ProtocolGroup.Things,
        Source = "OASIS MQTT 3.1.1 and 5.0, chapters 2 and 3",
        Ports = [1883],
        Stream = static (bytes, _, _) => Recognises(bytes) ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new MqttDissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential],
        Proof = [new("type", "mqtt.msgtype"), new("topic", "mqtt.topic")],
    };

    public override Application Application => Application.Mqtt;

    public static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8 || bytes[0] != 0x10) return false;
        var at = 1;
        while (at < 5 && at < bytes.Length && bytes[at] >= 0x80) at++;
        at++;
        if (at >= bytes.Length) return false;
        return bytes[at..].StartsWith("\0\u0004MQTT"u8) || bytes[at..].StartsWith("\0\u0006MQIsdp"u8);
    }

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination || !Recognises(bytes))
        {
            Done = true;
            return bytes.Length;
        }
        int length = 0, shift = 0, start = 1;
        while (start < 5)
        {
            var part = bytes[start++];
            length |= (part & 0x7f) << shift;
            shift += 7;
            if (part < 0x80) break;
        }
        if (length > LongestConnect) Done = true;
        else if (bytes.Length < start + length) return 0;
        else
        {
            Done = true;
            try
            {
                Connect(bytes.Slice(start, length), at);
            }
            catch (UnreadableException)
            {
                // A CONNECT that contradicts itself opens no session.
            }
        }
        return bytes.Length;
    }

    private void Connect(ReadOnlySpan<byte> body, in Moment at)
    {
        var packet = new SpanReader(body, 0, bigEndian: true);
        packet.Skip(packet.U16(), "bytes of protocol name");
        var level = packet.U8("protocol level");
        var flags = packet.U8("flags");
        packet.Skip(2, "bytes of keep-alive");
        if (level == 5) Properties(ref packet);
        var client = Field(ref packet);
        if ((flags & 4) != 0)
        {
            if (level == 5) Properties(ref packet);
            Field(ref packet);
            Field(ref packet);
        }
        var user = (flags & 0x80) != 0 ? Field(ref packet) : null;
        var password = (flags & 0x40) != 0 ? Field(ref packet) : null;
        var server = Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString();
        var subject = FormattableString.Invariant($"mqtt {server}:{at.DestinationPort}");
        Notes.Observe(at, "mqtt", Seen.Connect, subject, $"client {client}");
        Notes.Observe(at, "mqtt", Seen.ClearText, subject, "messages in clear text", FindingKind.Cleartext, 1, null, null, Traits.Mqtt);
        if (user is null && password is null) return;
        Notes.Credential(at, "mqtt", Seen.Login, subject, user ?? "", password ?? "", Traits.Login, Traits.Mqtt);
        Notes.Observe(at, "mqtt", Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 1, null, null, Traits.Login, Traits.Mqtt);
    }

    private static string Field(ref SpanReader packet) => Encoding.UTF8.GetString(packet.Take(packet.U16(), "bytes of a field"));

    private static void Properties(ref SpanReader packet)
    {
        int length = 0, shift = 0;
        byte part;
        do
        {
            part = packet.U8("property length");
            length |= (part & 0x7f) << shift;
            shift += 7;
        }
        while (part >= 0x80 && shift < 28);
        packet.Skip(length, "bytes of properties");
    }
}
