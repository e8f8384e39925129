using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>HTTP/1 and RTSP (RFC 9112, RFC 7826): requests, answers, credentials, forms, updates.</summary>
internal sealed class HttpDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestHead = 32 << 10, LongestForm = 16 << 10, MostOpen = 64;

    private static readonly string[] Methods =
    [
        "GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "SUBSCRIBE", "UNSUBSCRIBE", "NOTIFY", "M-SEARCH", "PROPFIND",
        "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "ANNOUNCE", "RECORD", "GET_PARAMETER", "SET_PARAMETER",
    ];

    private readonly Side outwardSide = new(), inwardSide = new();
    private readonly Queue<HttpRequest>? open = conversation.Notes.IsExamination ? new Queue<HttpRequest>() : null;
    private bool rtsp;

    private enum State { Head, Body, Form, ChunkSize, Trailer, UntilClose, Lost }

    private sealed class Side
    {
        public State State;
        /// <summary>Bytes of the body or chunk to come.</summary>
        public long Left;
        public bool Chunked;
        /// <summary>The body's first bytes are still to be looked at.</summary>
        public HttpResponse? Unseen;
        public HttpRequest? Form;
        /// <summary>Its body is still to come; a request is written down when it is whole, at the frame that tshark names too.</summary>
        public HttpRequest? Unwritten;
        /// <summary>Status of the answer whose body is still to come.</summary>
        public int Status;
    }

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Http,
        Name = "http",
        Title = "HTTP/1.0 and 1.1",
        Group = ProtocolGroup.Web,
        Source = "RFC 9110, RFC 9112; RFC 7617 (Basic), RFC 7616 (Digest)",
        Ports = [80, 8080],
        Stream = static (bytes, _, _) => Recognises(bytes) && !IsRtsp(bytes) ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new HttpDissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential, FindingKind.Update, FindingKind.Disclosure],
        Proof = [new("method", "http.request.method"), new("status", "http.response.code")],
        Limits = "compressed bodies are not read",
    };

    public static readonly Protocol Rtsp = new()
    {
        Application = Application.Rtsp,
        Name = "rtsp",
        Title = "RTSP 1.0",
        Group = ProtocolGroup.Media,
        Source = "RFC 2326, RFC 7826",
        Ports = [554, 8554],
        Stream = static (bytes, _, _) => IsRtsp(bytes) ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new HttpDissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential, FindingKind.Disclosure],
        Proof = [new("method", "rtsp.method"), new("status", "rtsp.status")],
        Limits = "media that is interleaved is passed over",
    };

    public override Application Application => rtsp ? Application.Rtsp : Application.Http;

    private static bool IsRtsp(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("RTSP/1.0 "u8)) return true;
        if (MethodOf(bytes) is null) return false;
        var line = bytes.IndexOf((byte)'\n') is var end and >= 0 ? bytes[..end].TrimEnd((byte)'\r') : bytes;
        return line.EndsWith(" RTSP/1.0"u8);
    }

    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.StartsWith("HTTP/1."u8) || bytes.StartsWith("RTSP/1.0 "u8) || MethodOf(bytes) is not null;

    /// <summary>The method that a request begins with; what follows must look like a target.</summary>
    public static string? MethodOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5 || bytes[0] is < (byte)'A' or > (byte)'Z') return null;
        foreach (var method in Methods)
        {
            if (bytes.Length <= method.Length + 1 || bytes[method.Length] != ' ' || !Ascii.Equals(bytes[..method.Length], method)) continue;
            var target = bytes[method.Length + 1];
            return target is (byte)'/' or (byte)'*' || char.IsAsciiLetterOrDigit((char)target) ? method : null;
        }
        return null;
    }

    public override void Lost(bool outward)
    {
        var side = outward ? outwardSide : inwardSide;
        side.State = State.Lost;
        side.Unseen = null;
        Write(side);
    }

    /// <summary>Writes down the request whose body ended, at the frame where it did; without one, where its head was.</summary>
    private void Write(Side side, in Moment? at = null)
    {
        if (side.Status > 0 && at is { } whole) Notes.Saw(whole, rtsp ? "rtsp" : "http", "status", side.Status);
        side.Status = 0;
        if (side.Unwritten is not { } request) return;
        side.Unwritten = null;
        if (at is { } end) request.At = end;
        Notes.Saw(request.At, request.Protocol, "method", request.Method);
        HttpEvidence.Request(Notes, request);
    }

    /// <summary>An answer without a length is whole when its sender ends.</summary>
    public override void Closed(bool outward, in Moment at)
    {
        var side = outward ? outwardSide : inwardSide;
        if (side.State == State.UntilClose) Write(side, at);
    }

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var side = outward ? outwardSide : inwardSide;
        switch (side.State)
        {
            case State.UntilClose:
                Look(side, bytes);
                return bytes.Length;
            case State.Lost:
                if (!Recognises(bytes)) return bytes.Length;
                side.State = State.Head;
                return Head(side, bytes, at);
            case State.Body:
                Look(side, bytes);
                var step = (int)Math.Min(side.Left, bytes.Length);
                side.Left -= step;
                if (side.Left > 0) return step;
                side.State = side.Chunked ? State.ChunkSize : State.Head;
                if (!side.Chunked) Write(side, at);
                return step;
            case State.Form:
                if (bytes.Length < side.Left) return 0;
                var length = (int)side.Left;
                Write(side, at);
                HttpEvidence.Form(Notes, side.Form!, bytes[..length], at);
                side.State = State.Head;
                return length;
            case State.ChunkSize:
                return Chunk(side, bytes);
            case State.Trailer:
                var line = bytes.IndexOf((byte)'\n');
                if (line < 0) return bytes.Length > 1024 ? Give(side, bytes) : 0;
                if (!bytes[..line].Trim((byte)'\r').IsEmpty) return line + 1;
                side.State = State.Head;
                Write(side, at);
                return line + 1;
            default:
                return Head(side, bytes, at);
        }
    }

    // What is sent as it is, and lets whoever repeats it in; a signature of the request does not.
    private static bool IsKey(ReadOnlySpan<byte> name) => Is(name, "x-api-key") || Is(name, "api-key") || Is(name, "apikey") || Is(name, "x-auth-token") || Is(name, "x-access-token") || Is(name, "x-token") || Is(name, "auth-token") || Is(name, "x-device-token");

    private int Give(Side side, ReadOnlySpan<byte> bytes)
    {
        side.State = State.Lost;
        Write(side);
        return bytes.Length;
    }

    private int Chunk(Side side, ReadOnlySpan<byte> bytes)
    {
        var line = bytes.IndexOf((byte)'\n');
        if (line < 0) return bytes.Length > 256 ? Give(side, bytes) : 0;
        var text = bytes[..line].Trim((byte)'\r').Trim((byte)' ');
        if (!Utf8Parser.TryParse(text, out int size, out _, 'x') || size < 0) return Give(side, bytes);
        // The line end behind the chunk belongs to it.
        side.Left = size + 2L;
        side.State = size == 0 ? State.Trailer : State.Body;
        return line + 1;
    }

    private void Look(Side side, ReadOnlySpan<byte> body)
    {
        if (side.Unseen is not { } response) return;
        side.Unseen = null;
        HttpEvidence.Body(Notes, response, body);
    }

    private int Head(Side side, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (bytes[0] is (byte)'\r' or (byte)'\n') return 1;
        var end = bytes.IndexOf("\r\n\r\n"u8);
        var length = end + 4;
        var bare = (end < 0 ? bytes : bytes[..end]).IndexOf("\n\n"u8);
        if (bare >= 0 && (end < 0 || bare < end)) (end, length) = (bare, bare + 2);
        if (end < 0)
        {
            if (bytes.Length > LongestHead) return Give(side, bytes);
            return bytes.Length < 16 || Recognises(bytes) ? 0 : Give(side, bytes);
        }
        var head = bytes[..end];
        if (MethodOf(head) is { } method) Request(side, method, head, at);
        else if (head.StartsWith("HTTP/1."u8) || head.StartsWith("RTSP/1.0 "u8)) Response(side, head, at);
        else return Give(side, bytes);
        return length;
    }

    private void Request(Side side, string method, ReadOnlySpan<byte> head, in Moment at)
    {
        var line = NextLine(ref head);
        var target = line[(method.Length + 1)..];
        var space = target.LastIndexOf((byte)' ');
        if (space >= 0)
        {
            rtsp = target[(space + 1)..].StartsWith("RTSP/"u8);
            target = target[..space];
        }
        string? authorization = null, key = null, cookie = null;
        var hasToken = false;
        ReadOnlySpan<byte> host = default, type = default;
        long body = 0;
        var chunked = false;
        while (!head.IsEmpty)
        {
            line = NextLine(ref head);
            if (!Field(line, out var name, out var value)) continue;
            if (Is(name, "host")) host = value;
            else if (Is(name, "content-length")) body = Utf8Parser.TryParse(value, out long number, out _) && number >= 0 ? number : 0;
            else if (Is(name, "transfer-encoding")) chunked = value.EndsWith("chunked"u8);
            else if (Is(name, "content-type")) type = value;
            else if (!Notes.IsExamination) continue;
            else if (Is(name, "authorization") || Is(name, "proxy-authorization")) authorization = Text(value, 4096);
            else if (Is(name, "cookie")) cookie = Text(value, 2048);
            else if (MayLetIn(name))
            {
                hasToken = true;
                if (IsKey(name)) key = Text(value, 256);
            }
        }
        Conversation.Method ??= method;
        if (!host.IsEmpty) Conversation.Host ??= Notes.Intern(host[..Math.Min(host.Length, 255)]);
        var query = target.IndexOf((byte)'?');
        Conversation.Path ??= Notes.Intern(query < 0 ? target : target[..query]);
        HttpRequest? request = null;
        if (Notes.IsExamination)
        {
            request = new HttpRequest
            {
                Method = method,
                At = at,
                To = Notes.Targets.Of(host, target, at),
                Protocol = rtsp ? "rtsp" : "http",
                Authorization = authorization,
                Cookie = cookie,
                HasToken = hasToken,
                Key = key,
            };
            side.Unwritten = request;
            if (open!.Count < MostOpen) open.Enqueue(request);
        }
        Expect(side, body, chunked, untilClose: false);
        if (side.State == State.Head) Write(side);
        if (request is not null && side.State == State.Body && !chunked && body <= LongestForm && HttpEvidence.MayHoldForm(type))
        {
            side.State = State.Form;
            side.Form = request;
        }
    }

    private void Response(Side side, ReadOnlySpan<byte> head, in Moment at)
    {
        var line = NextLine(ref head);
        var status = line.Length >= 12 && Utf8Parser.TryParse(line[9..12], out int number, out _) ? number : 0;
        rtsp = line.StartsWith("RTSP/"u8);
        long body = -1;
        var chunked = false;
        ReadOnlySpan<byte> server = default, type = default, challenge = default, upgrade = default;
        while (!head.IsEmpty)
        {
            line = NextLine(ref head);
            if (!Field(line, out var name, out var value)) continue;
            if (Is(name, "content-length")) body = Utf8Parser.TryParse(value, out long bytes, out _) && bytes >= 0 ? bytes : -1;
            else if (Is(name, "transfer-encoding")) chunked = value.EndsWith("chunked"u8);
            else if (Is(name, "content-type")) type = value;
            else if (Is(name, "server")) server = value;
            else if (Is(name, "www-authenticate")) challenge = value;
            else if (Is(name, "upgrade")) upgrade = value;
        }
        Conversation.Status ??= status;
        if (!server.IsEmpty) Conversation.Server ??= Notes.Intern(server[..Math.Min(server.Length, 128)]);
        if (!Notes.IsExamination)
        {
            // A record names the first request and its answer only, and what a proxy lets through.
            if (Conversation.Method == "CONNECT" && status is >= 200 and < 300) Successor = new TunnelDissector(Conversation, Application.Http);
            else Done = true;
            return;
        }
        var request = status is >= 200 && open!.Count > 0 ? open.Dequeue() : null;
        var response = new HttpResponse
        {
            At = at,
            Status = status,
            Length = body,
            Type = Text(type, 128),
            Server = server.IsEmpty ? null : Text(server, 128),
            Challenge = challenge.IsEmpty ? null : Text(challenge, 256),
            Request = request,
            Protocol = rtsp ? "rtsp" : "http",
        };
        side.Status = status;
        HttpEvidence.Response(Notes, response);
        if (status is < 200 or 204 or 304 || request?.Method == "HEAD") (body, chunked) = (0, false);
        // After a switch of protocols the connection is no HTTP any more.
        if (request?.Method == "CONNECT" && status is >= 200 and < 300)
        {
            Write(side, at);
            Successor = new TunnelDissector(Conversation, Application.Http);
        }
        else if (status == 101 && IsHttp2(upgrade)) Successor = new Http2Dissector(Conversation, request);
        else if (status == 101 && upgrade.Length == 9 && Is(upgrade, "websocket")) Successor = new WebSocketDissector(Conversation, request?.Server ?? "");
        else if (status == 101) Done = true;
        Expect(side, rtsp && body < 0 ? 0 : body, chunked, untilClose: !chunked && body < 0);
        if (side.State == State.Head) Write(side, at);
        side.Unseen = side.State is State.Body or State.ChunkSize or State.UntilClose ? response : null;
        if (side.Unseen is null) HttpEvidence.Body(Notes, response, []);
    }

    private static bool IsHttp2(ReadOnlySpan<byte> upgrade) => upgrade.SequenceEqual("h2c"u8);

    private static readonly uint[] Words = [.. new[] { "token", "auth", "key", "session", "signature", "crypt" }.Select(w => Letters(Encoding.ASCII.GetBytes(w)))];

    private static uint Letters(ReadOnlySpan<byte> name)
    {
        uint letters = 0;
        foreach (var letter in name) letters |= 1u << (letter & 31);
        return letters;
    }

    // Fields of a maker's own that carry a token or say that the body is encrypted. Most names have not even the letters.
    private static bool MayLetIn(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > 64) return false;
        var letters = Letters(name);
        var may = false;
        foreach (var word in Words) may |= (letters & word) == word;
        if (!may) return false;
        Span<byte> lower = stackalloc byte[name.Length];
        return Ascii.ToLower(name, lower, out var length) == System.Buffers.OperationStatus.Done && (lower[..length].IndexOf("token"u8) >= 0 || lower[..length].IndexOf("auth"u8) >= 0
            || lower[..length].IndexOf("key"u8) >= 0 || lower[..length].IndexOf("session"u8) >= 0 || lower[..length].IndexOf("signature"u8) >= 0 || lower[..length].IndexOf("crypt"u8) >= 0);
    }

    private static void Expect(Side side, long body, bool chunked, bool untilClose)
    {
        side.Chunked = chunked;
        side.Left = Math.Max(body, 0);
        side.State = chunked ? State.ChunkSize : untilClose ? State.UntilClose : body > 0 ? State.Body : State.Head;
    }

    /// <summary>Requests that nobody answered in this capture.</summary>
    public override void Finish()
    {
        Write(outwardSide);
        Write(inwardSide);
        if (outwardSide.Unseen is { } first) HttpEvidence.Body(Notes, first, []);
        if (inwardSide.Unseen is { } second) HttpEvidence.Body(Notes, second, []);
        if (open is null) return;
        foreach (var request in open) HttpEvidence.Unanswered(Notes, request);
        open.Clear();
    }

    private static ReadOnlySpan<byte> NextLine(scoped ref ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\n');
        var line = end < 0 ? head : head[..end];
        head = end < 0 ? [] : head[(end + 1)..];
        return line.TrimEnd((byte)'\r');
    }

    internal static bool Field(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var colon = line.IndexOf((byte)':');
        name = colon < 0 ? default : line[..colon];
        value = colon < 0 ? default : line[(colon + 1)..].Trim(" \t"u8);
        return colon > 0;
    }

    internal static bool Is(ReadOnlySpan<byte> name, string lower) => name.Length == lower.Length && Ascii.EqualsIgnoreCase(name, lower);
}

/// <summary>A request while its answer is awaited.</summary>
internal sealed class HttpRequest
{
    public required string Method { get; init; }
    public required HttpTarget To { get; init; }
    public required string Protocol { get; init; }
    public required Moment At { get; set; }
    public string? Authorization { get; set; }
    /// <summary>What stands in for a log-in; never shown in full.</summary>
    public string? Cookie { get; set; }
    /// <summary>A field of the maker's own that may let it in: a token, a key, a signature.</summary>
    public bool HasToken { get; set; }
    /// <summary>The key or token that such a field sends as it is; never shown in full.</summary>
    public string? Key { get; set; }
    /// <summary>The password or token stands in the target or in the form.</summary>
    public bool HasFields { get; set; }

    /// <summary>What the request showed to be let in, in one word (<see cref="Seen.Exchange"/>).</summary>
    public string Shown => Authorization is { } authorization
        ? authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) ? "basic"
            : authorization.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase) ? "digest"
            : authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? "bearer" : "other"
        : HasFields ? "form" : Cookie is not null ? "cookie" : HasToken || Target.Contains("token=", StringComparison.OrdinalIgnoreCase) || Target.Contains("session", StringComparison.OrdinalIgnoreCase)
            || Target.Contains("key=", StringComparison.OrdinalIgnoreCase) || Target.Contains("stok=", StringComparison.OrdinalIgnoreCase) ? "other" : "none";

    public string Target => To.Target;
    public string Server => To.Server;
    public string Url => To.Url;
}

/// <summary>The head of an answer.</summary>
internal sealed class HttpResponse
{
    public required Moment At { get; init; }
    public required int Status { get; init; }
    /// <summary>-1 where the head does not say.</summary>
    public required long Length { get; init; }
    /// <summary>Type and length, each behind a space; what the head does not say is left out.</summary>
    public string Content => Length >= 0 ? string.Create(CultureInfo.InvariantCulture, $" {Type} {Length}") : Type.Length > 0 ? " " + Type : "";
    public required string Type { get; init; }
    public required string? Server { get; init; }
    public required string? Challenge { get; init; }
    public required HttpRequest? Request { get; init; }
    public required string Protocol { get; init; }
}
