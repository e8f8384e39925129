using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>HTTP/2 without TLS (RFC 9113): known beforehand, or agreed on by an upgrade from HTTP/1.1. Requests and answers give the same evidence as HTTP/1.</summary>
/// <param name="upgraded">The request of HTTP/1.1 that is answered as stream 1; null where the client began with HTTP/2.</param>
internal sealed class Http2Dissector(Conversation conversation, HttpRequest? upgraded = null) : Dissector(conversation)
{
    private const int LongestFrame = 1 << 15, MostStreams = 256, LongestForm = 16 << 10;

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Http2,
        Name = "http2",
        Title = "HTTP/2 without TLS",
        Group = ProtocolGroup.Web,
        Source = "RFC 9113, RFC 7541; the upgrade: RFC 7540 section 3.2",
        Stream = static (bytes, _, _) => bytes.StartsWith(Preface) ? Recognition.Yes : bytes.Length < 24 && Preface.StartsWith(bytes) ? Recognition.More : Recognition.No,
        Dissector = static conversation => new Http2Dissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential, FindingKind.Update, FindingKind.Disclosure],
        Proof = [new("type", "http2.type"), new("stream", "http2.streamid"), new("path", "http2.headers.path")],
        Limits = "what was pushed is not read; connections that are caught in the middle are not known",
    };

    private readonly Side outwardSide = new(), inwardSide = new();
    private readonly Dictionary<int, Exchange> streams = upgraded is null ? [] : new() { [1] = new Exchange { Request = upgraded } };

    private sealed class Side
    {
        public readonly Hpack Fields = new();
        /// <summary>Bytes of a DATA frame that are still to come, and whose they are.</summary>
        public int Left, Stream;
        /// <summary>A block of fields that goes on in the next frame.</summary>
        public List<byte>? Block;
        public int BlockStream;
        public bool Lost, Greeted;
    }

    private sealed class Exchange
    {
        public required HttpRequest Request { get; init; }
        public HttpResponse? Response { get; set; }
        public bool BodySeen { get; set; }
        public bool IsForm { get; init; }
        public List<byte> Form { get; } = [];
    }

    public override Application Application => Application.Http2;

    public override void Lost(bool outward)
    {
        // The tables of fields are worth nothing behind a gap.
        (outward ? outwardSide : inwardSide).Lost = true;
        Done = outwardSide.Lost && inwardSide.Lost;
    }

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var side = outward ? outwardSide : inwardSide;
        if (side.Lost) return bytes.Length;
        if (outward && !side.Greeted)
        {
            if (bytes.Length < Preface.Length && Preface.StartsWith(bytes)) return 0;
            if (!bytes.StartsWith(Preface))
            {
                Lost(outward);
                return bytes.Length;
            }
            side.Greeted = true;
            Notes.Saw(at, "http2", "preface", 1);
            return Preface.Length;
        }
        if (side.Left > 0)
        {
            var part = Math.Min(side.Left, bytes.Length);
            Data(outward, side.Stream, bytes[..part], at);
            side.Left -= part;
            if (side.Left == 0) Saw(at, 0, side.Stream);
            return part;
        }
        if (bytes.Length < 9) return 0;
        var length = bytes[0] << 16 | bytes[1] << 8 | bytes[2];
        var (type, flags) = (bytes[3], bytes[4]);
        var stream = (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]) & 0x7fffffff);
        if (type == 0)
        {
            // Padding of DATA is read as data: nobody pads what is not encrypted.
            (side.Left, side.Stream) = (length, stream);
            if (length == 0) Saw(at, 0, stream);
            return 9;
        }
        if (length > LongestFrame)
        {
            Lost(outward);
            return bytes.Length;
        }
        if (bytes.Length < 9 + length) return 0;
        Saw(at, type, stream);
        if (!Frame(outward, side, type, flags, stream, bytes.Slice(9, length), at)) Lost(outward);
        return 9 + length;
    }

    private void Saw(in Moment at, int type, int stream)
    {
        Notes.Saw(at, "http2", "type", type);
        Notes.Saw(at, "http2", "stream", stream);
    }

    private bool Frame(bool outward, Side side, int type, int flags, int stream, ReadOnlySpan<byte> body, in Moment at)
    {
        if (type == 9)
        {
            if (side.Block is not { } begun || side.BlockStream != stream || begun.Count + body.Length > 1 << 16) return false;
            begun.AddRange(body);
        }
        else if (type is 1 or 5)
        {
            var padding = 0;
            if ((flags & 8) != 0)
            {
                if (body.IsEmpty) return false;
                padding = body[0];
                body = body[1..];
            }
            var skip = type == 5 ? 4 : (flags & 0x20) != 0 ? 5 : 0;
            if (skip + padding > body.Length) return false;
            (side.Block, side.BlockStream) = ([.. body[skip..^padding]], stream);
        }
        else return true;
        if ((flags & 4) == 0) return true;
        var block = side.Block.ToArray();
        side.Block = null;
        if (side.Fields.Read(block) is not { } fields) return false;
        if (type != 5) Fields(outward, stream, fields, at);
        return true;
    }

    private void Fields(bool outward, int stream, List<(string Name, string Value)> fields, in Moment at)
    {
        string? method = null, path = null, authority = null, status = null, authorization = null, type = null, server = null, challenge = null;
        long length = -1;
        string? cookie = null;
        var token = false;
        foreach (var (name, value) in fields)
        {
            switch (name)
            {
                case ":method": method = value; break;
                case ":path": path = value; break;
                case ":authority" or "host": authority ??= value; break;
                case ":status": status = value; break;
                case "authorization" or "proxy-authorization": authorization = value; break;
                case "content-type": type = value; break;
                case "content-length": length = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1; break;
                case "server": server = value; break;
                case "www-authenticate": challenge = value; break;
                case "cookie": cookie = value.Length > 2048 ? value[..2048] : value; break;
                default: token |= name.Contains("token", StringComparison.Ordinal) || name.Contains("auth", StringComparison.Ordinal) || name.Contains("key", StringComparison.Ordinal); break;
            }
            if (name == ":path") Notes.Saw(at, "http2", "path", value);
        }
        if (outward && method is not null) Request(stream, method, path ?? "", authority, authorization, type, cookie, token, at);
        else if (!outward && status is not null && int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code)) Response(stream, code, length, type, server, challenge, at);
    }

    private void Request(int stream, string method, string path, string? authority, string? authorization, string? type, string? cookie, bool token, in Moment at)
    {
        Conversation.Method ??= method;
        if (authority is not null) Conversation.Host ??= Notes.Intern(authority.AsSpan(0, Math.Min(authority.Length, 255)));
        var query = path.IndexOf('?', StringComparison.Ordinal);
        Conversation.Path ??= Notes.Intern(query < 0 ? path : path.AsSpan(0, query));
        if (!Notes.IsExamination) return;
        var request = new HttpRequest { Method = method, To = Notes.Targets.Of(authority, path.AsSpan(), at), Protocol = "http2", At = at, Authorization = authorization, Cookie = cookie, HasToken = token };
        HttpEvidence.Request(Notes, request);
        if (streams.Count >= MostStreams) return;
        streams[stream] = new Exchange { Request = request, IsForm = method is "POST" or "PUT" && HttpEvidence.MayHoldForm(Encoding.ASCII.GetBytes(type ?? "")) };
    }

    private void Response(int stream, int status, long length, string? type, string? server, string? challenge, in Moment at)
    {
        Conversation.Status ??= status;
        if (server is not null) Conversation.Server ??= Notes.Intern(server.AsSpan(0, Math.Min(server.Length, 128)));
        if (!Notes.IsExamination)
        {
            Done = true;
            return;
        }
        var exchange = streams.GetValueOrDefault(stream);
        var response = new HttpResponse
        {
            At = at,
            Status = status,
            Length = length,
            Type = type ?? "",
            Server = server,
            Challenge = challenge,
            Request = exchange?.Request,
            Protocol = "http2",
        };
        if (status < 200) return;
        HttpEvidence.Response(Notes, response);
        if (exchange is null) return;
        Form(exchange, at);
        exchange.Response = response;
        if (length == 0) Body(stream, exchange, []);
    }

    private void Data(bool outward, int stream, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!streams.TryGetValue(stream, out var exchange)) return;
        if (!outward) Body(stream, exchange, bytes);
        else if (exchange.IsForm && exchange.Form.Count + bytes.Length <= LongestForm) exchange.Form.AddRange(bytes);
    }

    private void Form(Exchange exchange, in Moment at)
    {
        if (exchange.Form.Count > 0) HttpEvidence.Form(Notes, exchange.Request, exchange.Form.ToArray(), at);
        exchange.Form.Clear();
    }

    private void Body(int stream, Exchange exchange, ReadOnlySpan<byte> bytes)
    {
        if (exchange.BodySeen || exchange.Response is not { } response) return;
        exchange.BodySeen = true;
        HttpEvidence.Body(Notes, response, bytes);
        streams.Remove(stream);
    }

    /// <summary>Requests that nobody answered in this capture.</summary>
    public override void Finish()
    {
        foreach (var (_, exchange) in streams.OrderBy(s => s.Key))
        {
            Form(exchange, exchange.Request.At);
            if (exchange.Response is { } response) HttpEvidence.Body(Notes, response, []);
            else HttpEvidence.Unanswered(Notes, exchange.Request);
        }
        streams.Clear();
    }
}
