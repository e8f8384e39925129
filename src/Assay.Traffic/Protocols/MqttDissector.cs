using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>MQTT without TLS (3.1, 3.1.1, 5.0): who connects with which password, whether anybody may, and the topics.</summary>
internal sealed class MqttDissector(Conversation conversation) : Dissector(conversation)
{
    /// <summary>Bytes of a packet that are waited for; of a longer one only the topic is read.</summary>
    private const int LongestPacket = 16 << 10;
    private const int MostTopics = 256;

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Mqtt,
        Name = "mqtt",
        Title = "MQTT 3.1, 3.1.1, 5.0",
        Group = ProtocolGroup.Things,
        Source = "OASIS MQTT 3.1.1 and 5.0, chapters 2 and 3",
        Ports = [1883],
        Stream = static (bytes, _, _) => Recognise(bytes),
        Dissector = static conversation => new MqttDissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential, FindingKind.Exposure, FindingKind.Update],
        Proof = [new("type", "mqtt.msgtype"), new("topic", "mqtt.topic")],
        Limits = "of what is published, all but objects of JSON and software; enhanced log-ins of version 5; connections that are caught in the middle are not known",
    };

    private readonly Side outwardSide = new(), inwardSide = new();
    private readonly HashSet<string> topics = new(StringComparer.Ordinal);
    private int level;
    private bool tried, connected;

    private sealed class Side
    {
        /// <summary>Bytes of a long packet that are still to come, its first byte and its topic.</summary>
        public long Left;
        public int First;
        public string? Topic;
        public bool Lost;
    }

    public override Application Application => Application.Mqtt;

    private static Recognition Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] != 0x10) return Recognition.No;
        if (!Head(bytes, out var start, out var length)) return bytes.Length < 5 ? Recognition.More : Recognition.No;
        if (bytes.Length < start + 8) return length >= 10 && bytes.Length < 12 ? Recognition.More : Recognition.No;
        return bytes[start..].StartsWith("\0\u0004MQTT"u8) || bytes[start..].StartsWith("\0\u0006MQIsdp"u8) ? Recognition.Yes : Recognition.No;
    }

    /// <summary>The fixed header (section 2.1): where the packet's body begins, and how long it is.</summary>
    private static bool Head(ReadOnlySpan<byte> bytes, out int start, out int length)
    {
        length = 0;
        start = 1;
        for (var shift = 0; shift < 28; shift += 7)
        {
            if (start >= bytes.Length) return false;
            var part = bytes[start++];
            length |= (part & 0x7f) << shift;
            if (part < 0x80) return true;
        }
        return false;
    }

    public override void Lost(bool outward)
    {
        (outward ? outwardSide : inwardSide).Lost = true;
        Done = outwardSide.Lost && inwardSide.Lost;
    }

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var side = outward ? outwardSide : inwardSide;
        if (!Notes.IsExamination)
        {
            Done = true;
            return bytes.Length;
        }
        if (side.Lost) return bytes.Length;
        if (side.Left > 0)
        {
            var step = (int)Math.Min(side.Left, bytes.Length);
            side.Left -= step;
            if (side.Left > 0) return step;
            Saw(side.First, at);
            if (side.Topic is { } topic) Topic(topic, "publish", at);
            return step;
        }
        if (!Head(bytes, out var start, out var length))
        {
            if (bytes.Length < 5) return 0;
            Lost(outward);
            return bytes.Length;
        }
        var type = bytes[0] >> 4;
        if (type == 0)
        {
            Lost(outward);
            return bytes.Length;
        }
        var whole = bytes.Length - start >= length;
        if (!whole && length <= LongestPacket) return 0;
        if (!whole && bytes.Length - start < 4096) return 0;
        var body = bytes.Slice(start, Math.Min(length, bytes.Length - start));
        if (whole) Saw(bytes[0], at);
        if (!whole)
        {
            // The beginning of a message that is too long to be kept.
            if (type == 3 && Notes.IsRemote(at) && TopicOf(type, body) is { } named && body.Length > 2 + named.Length) Payload(outward, body[(2 + (body[0] << 8 | body[1]))..], at);
            (side.First, side.Left, side.Topic) = (bytes[0], start + (long)length - bytes.Length, TopicOf(type, body));
            return bytes.Length;
        }
        try
        {
            Packet(outward, type, body, at);
        }
        catch (UnreadableException)
        {
            // A packet that contradicts itself is read as far as it goes.
        }
        return start + length;
    }

    private void Saw(int first, in Moment at)
    {
        Notes.Saw(at, "mqtt", "type", first >> 4);
        Notes.Saw(at, "mqtt", "flags", first & 15);
    }

    private static string? TopicOf(int type, ReadOnlySpan<byte> body) =>
        type == 3 && body.Length >= 2 && (body[0] << 8 | body[1]) is var length && length <= body.Length - 2 ? Encoding.UTF8.GetString(body.Slice(2, length)) : null;

    private void Packet(bool outward, int type, ReadOnlySpan<byte> body, in Moment at)
    {
        var packet = new SpanReader(body, 0, bigEndian: true);
        switch (type)
        {
            case 1:
                Connect(ref packet, at);
                break;
            case 2 when body.Length >= 2:
                Connected(body[1], at);
                break;
            case 3:
                Topic(Field(ref packet), "publish", at);
                if (Notes.IsRemote(at)) Payload(outward, packet.Take(packet.Left, "bytes of a message"), at);
                break;
            case 8 or 10:
                packet.Skip(2, "bytes of packet identifier");
                if (level == 5) Properties(ref packet);
                while (packet.Left > 0)
                {
                    Topic(Field(ref packet), type == 8 ? "subscribe" : "unsubscribe", at);
                    if (type == 8) packet.Skip(1, "byte of options");
                }
                break;
        }
    }

    private string Subject(bool toServer, in Moment at)
    {
        var address = toServer ? at.Destination : at.Source;
        return FormattableString.Invariant($"mqtt {Notes.NameAt(Notes.NameOf(address)) ?? address.ToString()}:{(toServer ? at.DestinationPort : at.SourcePort)}");
    }

    private void Connect(ref SpanReader packet, in Moment at)
    {
        packet.Skip(packet.U16(), "bytes of protocol name");
        level = packet.U8("protocol level") & 0x7f;
        var flags = packet.U8("flags");
        packet.Skip(2, "bytes of keep-alive");
        if (level == 5) Properties(ref packet);
        var client = Field(ref packet);
        if ((flags & 4) != 0)
        {
            if (level == 5) Properties(ref packet);
            Notes.Saw(at, "mqtt", "will", Field(ref packet));
            Field(ref packet);
        }
        var user = (flags & 0x80) != 0 ? Field(ref packet) : null;
        var password = (flags & 0x40) != 0 ? Field(ref packet) : null;
        Notes.Saw(at, "mqtt", "level", level);
        Notes.Saw(at, "mqtt", "client", client);
        if (user is not null) Notes.Saw(at, "mqtt", "user", user);
        var subject = Subject(true, at);
        Notes.Observe(at, "mqtt", Seen.Connect, subject, $"client {client}");
        Notes.Observe(at, "mqtt", Seen.ClearText, subject, "messages in clear text", FindingKind.Cleartext, 1, null, null, Traits.Mqtt);
        connected = true;
        tried = user is not null || password is not null;
        if (!tried) return;
        Notes.Credential(at, "mqtt", Seen.Login, subject, user ?? "", password ?? "", Traits.Login, Traits.Mqtt);
        Notes.Observe(at, "mqtt", Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 1, null, null, Traits.Login, Traits.Mqtt);
    }

    private void Connected(int code, in Moment at)
    {
        Notes.Saw(at, "mqtt", "answer", code);
        if (!connected) return;
        var subject = Subject(false, at);
        if (tried) Notes.Observe(at, "mqtt", Seen.LoginAnswer, subject, code == 0 ? "accepted" : "refused");
        else if (code == 0 && at.Source.IsLocal)
        {
            Notes.Observe(at, "mqtt", Seen.Server, subject, "lets a client in without a name or password", FindingKind.Exposure, 0.9, null, null, Traits.Mqtt, Traits.WithoutLogin);
        }
    }

    // Behind the packet's number and properties, where there are any: an object of JSON, as most things publish.
    private void Payload(bool outward, ReadOnlySpan<byte> message, in Moment at)
    {
        // Behind the topic stands the number of a packet that is to be acknowledged, in version 5 an empty list of properties.
        for (var skip = 0; skip <= 3 && skip < message.Length; skip++)
        {
            if (!HttpEvidence.IsSoftware("", message[skip..])) continue;
            Notes.Observe(at, "mqtt", Seen.UpdateDownload, Subject(outward, at), "update fetched in clear text: a message", FindingKind.Update, 0.9, null, null, Traits.ClearText, Traits.UpdateDownload);
            return;
        }
        if (message.IndexOf("{\""u8) is >= 0 and var start && start <= 256) HttpEvidence.Line(Notes, Subject(outward, at), Text(message[start..], LongestPacket), at);
    }

    private void Topic(string topic, string verb, in Moment at)
    {
        Notes.Saw(at, "mqtt", "topic", topic);
        if (topics.Count >= MostTopics || !topics.Add(verb + " " + topic)) return;
        Notes.Observe(at, "mqtt", verb == "publish" ? Seen.Announcement : Seen.Request, Subject(true, at), $"{verb} {topic}");
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
