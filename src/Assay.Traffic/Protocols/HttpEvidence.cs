using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>What requests and answers in clear text say: credentials, log-ins, personal markers, updates, versions.</summary>
internal static partial class HttpEvidence
{
    /// <summary>
    /// An answer of this length or more, where a name of an update was asked for, is taken for the update itself. 64 KiB: queries are answered in a page.
    /// </summary>
    private const long Payload = 64 << 10;

    private static readonly string[] ImageNames = [".bin", ".img", ".fw", ".trx", ".swu", ".rom", ".chk", ".ota", ".dlf", ".ubi", ".sqsh", ".squashfs",
        ".itb", ".hex"];
    public static void Request(Notes notes, HttpRequest request)
    {
        var at = request.At;
        notes.Observe(at, request.Protocol, Seen.Request, request.Server, $"{request.Method} {request.Url}");
        if (Notes.IsRemote(at))
        {
            notes.Observe(at, request.Protocol, Seen.ClearText, $"{request.Protocol} {request.Server}", "requests in clear text", FindingKind.Cleartext, 1, null, null, Traits.Http);
        }
        Marker(notes, request, request.To.Marks, at, "address");
        if (request.Authorization is { } authorization) Authorization(notes, request, authorization);
        if (request.Key is { Length: >= 8 } key) Token(notes, request, key, at);
        if (request.Cookie is { } cookies && Session().Match(cookies) is { Success: true } session) Token(notes, request, session.Groups[1].Value, at);
        Login(notes, request, request.To.Login, at);
        foreach (var token in request.To.Tokens) Token(notes, request, token, at);
    }

    // Beyond the local network only: at home it is the table of log-ins that speaks of it.
    private static void Token(Notes notes, HttpRequest request, string token, in Moment at)
    {
        if (!Notes.IsRemote(at)) return;
        var subject = $"{request.Protocol} {request.Server}";
        notes.Observe(at, request.Protocol, Seen.Login, subject, $"a key or token in clear text: {Shortened.Secret(token)}", FindingKind.Credential, 0.9, null, null, Traits.OnTheWire, Traits.Token, Traits.Http);
        notes.Observe(at, request.Protocol, Seen.ClearText, subject, "a key or token in clear text", FindingKind.Cleartext, 0.9, null, null, Traits.Http, Traits.Token);
    }

    private static readonly string[] KeyFields = ["api_key", "apikey", "api-key", "access_token", "accesstoken", "auth_token", "authtoken", "device_token", "secret", "client_secret"];

    /// <summary>Keys and tokens in a query.</summary>
    public static IReadOnlyList<string> Tokens(string query)
    {
        var tokens = new List<string>();
        foreach (var pair in query.Split('&').Take(200))
        {
            if (pair.Split('=', 2) is [var name, { Length: >= 16 } value] && KeyFields.Contains(name.ToLowerInvariant())) tokens.Add(Unescape(value));
        }
        return tokens;
    }

    private static void Authorization(Notes notes, HttpRequest request, string authorization)
    {
        var at = request.At;
        var subject = $"{request.Protocol} {request.Server}";
        if (authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            if (Base64(authorization[6..].Trim()) is not { } pair) return;
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            var (user, password) = colon < 0 ? (pair, "") : (pair[..colon], pair[(colon + 1)..]);
            notes.Credential(at, request.Protocol, Seen.BasicCredential, subject, user, password, Traits.Http);
        }
        else if (authorization.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase))
        {
            var user = DigestUser().Match(authorization) is { Success: true } match ? match.Groups[1].Value : "";
            var isStrong = DigestAlgorithm().Match(authorization) is { Success: true } named && !named.Groups[1].ValueSpan.StartsWith("MD5", StringComparison.OrdinalIgnoreCase);
            string[] traits = [Traits.OnTheWire, Traits.Digest, Traits.Http, .. isStrong ? (string[])[] : [Traits.WeakHash]];
            notes.Observe(at, request.Protocol, Seen.DigestCredential, subject, $"{user}: digest of the password in clear text", FindingKind.Credential, 0.9, null,
                "the password itself was not sent; it can be tried offline", traits);
        }
        // Whatever the maker calls the scheme, who holds what stands behind it is let in.
        else if (authorization.Split(' ', 2) is [var scheme, { Length: >= 8 } held] && scheme.ToUpperInvariant() is not ("NEGOTIATE" or "NTLM")) Token(notes, request, held.Trim(), at);
    }

    [GeneratedRegex("username=\"([^\"]{0,128})\"", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DigestUser();

    // A cookie whose name says that it stands for a log-in.
    [GeneratedRegex(@"(?:^|;\s*)(?:\w+[._-])?(?:session(?:[._-]?id)?|sess(?:id)?|sid|phpsessid|jsessionid|auth(?:[._-]?token)?|token|jwt)=([^;\s]{16,512})", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Session();

    // RFC 7616: MD5 where nothing else is named.
    [GeneratedRegex("algorithm=\"?([A-Za-z0-9-]{1,32})", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DigestAlgorithm();

    public static bool MayHoldForm(ReadOnlySpan<byte> type) => type.IsEmpty || type.StartsWith("application/x-www-form-urlencoded"u8)
        || type.StartsWith("application/json"u8) || type.StartsWith("text/"u8) || type.StartsWith("application/xml"u8) || type.StartsWith("application/soap"u8);

    public static void Form(Notes notes, HttpRequest request, ReadOnlySpan<byte> body, in Moment at)
    {
        var text = Encoding.Latin1.GetString(body);
        Marker(notes, request, PersonalMarks.Of(text, isAddress: false), at, "body");
        if (text.StartsWith('{') || text.StartsWith('[')) Login(notes, request, FormLogin.Of(JsonPairs(text)), at);
        else if (!text.StartsWith('<')) Login(notes, request, FormLogin.Of(text.Trim()), at);
    }

    /// <summary>Passwords, tokens and marks of a person in a line of JSON that came over no protocol that is known, or inside of one that carries what it likes.</summary>
    public static void Line(Notes notes, string subject, string text, in Moment at)
    {
        string? user = null, password = null, token = null;
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Match member in JsonMember().Matches(text))
        {
            var name = member.Groups[1].Value.ToLowerInvariant();
            if (member.Groups[2].Length > 0 && password is null && FormLogin.IsPassword(name)) password = member.Groups[2].Value;
            else if (user is null && FormLogin.IsUser(name)) user = member.Groups[2].Value;
            else if (token is null && member.Groups[2].Length >= 16 && (name is "token" or "jwt" or "bearer" || KeyFields.Contains(name))) token = member.Groups[2].Value;
        }
        if (token is not null)
        {
            notes.Observe(at, "json", Seen.Login, subject, $"a key or token in clear text: {Shortened.Secret(token)}", FindingKind.Credential, 0.9, null, null, Traits.OnTheWire, Traits.Token);
            notes.Observe(at, "json", Seen.ClearText, subject, "a key or token in clear text", FindingKind.Cleartext, 0.9, null, null, Traits.Token);
        }
        if (password is not null)
        {
            notes.Credential(at, "json", Seen.Login, subject, user ?? "", password, Traits.Login);
            notes.Observe(at, "json", Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 0.9, null, null, Traits.Login);
        }
        if (PersonalMarks.HoldsMail(text)) found.Add("an e-mail address");
        if (Place().IsMatch(text)) found.Add("a place on the map");
        if (found.Count > 0) notes.Observe(at, "json", Seen.PersonalMarker, subject, $"a line of JSON carries {string.Join(", ", found)}", FindingKind.Cleartext, 0.8, null, null, Traits.PersonalMarker);
    }

    [GeneratedRegex("\"lat(?:itude)?\"\\s*:\\s*\"?-?\\d{1,2}\\.\\d{3,}.{0,40}\"(?:lon|lng|longitude)\"\\s*:\\s*\"?-?\\d{1,3}\\.\\d{3,}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    /// <summary>Flat string members of a JSON object as form fields; good enough to see a password beside its name.</summary>
    private static string JsonPairs(string text) => string.Join('&',
        JsonMember().Matches(text).Select(m => $"{m.Groups[1].Value}={Uri.EscapeDataString(m.Groups[2].Value)}"));

    [GeneratedRegex("\"([A-Za-z0-9_.-]{1,64})\"\\s*:\\s*\"([^\"\\\\]{0,256})\"", RegexOptions.CultureInvariant)]
    private static partial Regex JsonMember();

    private static void Login(Notes notes, HttpRequest request, FormLogin? login, in Moment at)
    {
        if (login is null) return;
        request.HasFields = true;
        var subject = $"{request.Protocol} {request.Server}";
        notes.Credential(at, request.Protocol, Seen.FormLogin, subject, login.User ?? $"({login.Field})", login.Password, Traits.Http, Traits.Login);
        notes.Observe(at, request.Protocol, Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 0.9, null, null, Traits.Http,
            Traits.Login);
    }

    internal static string Unescape(string value)
    {
        try
        {
            return Uri.UnescapeDataString(value.Replace('+', ' '));
        }
        catch (UriFormatException)
        {
            return value;
        }
    }

    private static void Marker(Notes notes, HttpRequest request, PersonalMarks marks, in Moment at, string place)
    {
        if (marks.Say(notes, out var certain) is not { } what) return;
        notes.Observe(at, request.Protocol, Seen.PersonalMarker, $"{request.Protocol} {request.Server}",
            $"{request.Method} {request.To.Masked(notes)} carries {what} in its {place}",
            FindingKind.Cleartext, certain ? 0.95 : 0.7, null, null, Traits.Http, Traits.PersonalMarker);
    }

    public static void Response(Notes notes, HttpResponse response)
    {
        var at = response.At;
        if (response.Request is { } of) notes.Observe(at, response.Protocol, Seen.Response, of.Server, $"{response.Status}{response.Content}");
        else notes.Observe(at, response.Protocol, Seen.Response, $"{at.Source}", $"{response.Status}{response.Content}");
        if (response.Request is { } asked && response.Status is >= 200 and < 600)
        {
            notes.Observe(at, response.Protocol, Seen.Exchange, $"{response.Protocol} {at.Source}:{at.SourcePort}", $"{response.Status} {asked.Method} {asked.Shown} {asked.To.MaskedPath(notes)}");
        }
        // What a server on the open Internet says of itself is not the device's disclosure.
        if (!at.Source.IsLocal) return;
        if (response.Server is { } banner && NamesVersion(banner))
        {
            notes.Observe(at, response.Protocol, Seen.Banner, $"{response.Protocol} {at.Source}:{at.SourcePort}", $"Server: {banner}", FindingKind.Disclosure, 0.9, null, null,
                Traits.VersionDisclosed, Traits.Http);
        }
        if (response.Challenge is { } challenge && RealmOf().Match(challenge) is { Success: true } realm && NamesVersion(realm.Groups[1].Value))
        {
            notes.Observe(at, response.Protocol, Seen.Banner, $"{response.Protocol} {at.Source}:{at.SourcePort}", $"realm: {realm.Groups[1].Value}", FindingKind.Disclosure, 0.7, null, null,
                Traits.VersionDisclosed, Traits.Http);
        }
    }

    [GeneratedRegex("realm=\"([^\"]{1,128})\"", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RealmOf();

    /// <summary>A point between two digits.</summary>
    internal static bool NamesVersion(ReadOnlySpan<char> text)
    {
        for (var from = 1; from < text.Length && text[from..].IndexOf('.') is var next and >= 0; from += next + 1)
        {
            var point = from + next;
            if (point + 1 < text.Length && char.IsDigit(text[point - 1]) && char.IsDigit(text[point + 1])) return true;
        }
        return false;
    }

    /// <summary>The first bytes of an answer's body, or none where it has none.</summary>
    public static void Body(Notes notes, HttpResponse response, ReadOnlySpan<byte> body)
    {
        if (response.Request is not { } request) return;
        if (notes.KeepsObservations && response.Status is >= 200 and < 300 && response.At.Source.IsLocal && MayHoldForm(Encoding.ASCII.GetBytes(response.Type)) && Refusal.In(body))
        {
            notes.Observe(response.At, response.Protocol, Seen.Refusal, $"{response.Protocol} {response.At.Source}:{response.At.SourcePort.ToString(CultureInfo.InvariantCulture)}", "an error or a log-in page");
        }
        if (request.Method is not ("GET" or "POST")) return;
        var named = request.To.NamesUpdate;
        var image = IsImage(body);
        if (!named && !image) return;
        var delivered = response.Status is 200 or 206
            && (image || response.Length >= Payload || IsBinary(response.Type) && (response.Length < 0 || response.Length >= 4096));
        var subject = $"{request.Protocol} {request.Server}";
        if (delivered)
        {
            var length = response.Length < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {response.Length} bytes");
            notes.Observe(response.At, request.Protocol, Seen.UpdateDownload, subject, $"update fetched in clear text: {request.To.Masked(notes)}{length}",
                FindingKind.Update, image ? 0.95 : 0.8, null, null, Traits.ClearText, Traits.UpdateDownload, Traits.Http);
        }
        else
        {
            Query(notes, request, string.Create(CultureInfo.InvariantCulture, $"answered {response.Status}, no payload"));
        }
    }

    public static void Unanswered(Notes notes, HttpRequest request)
    {
        if (request.Method is "GET" or "POST" && request.To.NamesUpdate) Query(notes, request, "no answer in the capture");
    }

    private static void Query(Notes notes, HttpRequest request, string note) =>
        notes.Observe(request.At, request.Protocol, Seen.UpdateQuery, $"{request.Protocol} {request.Server}",
            $"update asked for in clear text: {request.To.Masked(notes)}",
            FindingKind.Update, 0.8, null, note, Traits.ClearText, Traits.UpdateQuery, Traits.Http);

    /// <summary>Host or path speak of an update. Words count whole, so that "rotate" is no "ota"; dynamic DNS updates are none.</summary>
    internal static bool NamesUpdate(string url)
    {
        url = url.ToLowerInvariant();
        if (url.Contains("nic/update", StringComparison.Ordinal)) return false;
        if (ImageNames.Any(n => url.EndsWith(n, StringComparison.Ordinal))) return true;
        foreach (var word in Words().Matches(url).Select(m => m.Value))
        {
            if (word is "ota" or "fota" or "fw" or "update" or "updates" or "updater") return true;
            if (word.Contains("firmware", StringComparison.Ordinal) || word.Contains("upgrade", StringComparison.Ordinal)) return true;
            if (word.StartsWith("fw", StringComparison.Ordinal) && word.Contains("update", StringComparison.Ordinal)) return true;
            if (word is "softwareupdate" or "checkupdate" or "autoupdate" or "swupdate" or "sysupdate" or "sysupgrade" or "updateinfo" or "checkforupdate" or "checkforupdates") return true;
        }
        return false;
    }

    [GeneratedRegex("[a-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    private static bool IsBinary(string type) => type.StartsWith("application/", StringComparison.OrdinalIgnoreCase)
        && !type.Contains("json", StringComparison.OrdinalIgnoreCase) && !type.Contains("xml", StringComparison.OrdinalIgnoreCase)
        && !type.Contains("javascript", StringComparison.OrdinalIgnoreCase) && !type.Contains("form-urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>A file by its name or its first bytes is software for a device.</summary>
    public static bool IsSoftware(string name, ReadOnlySpan<byte> body) => IsImage(body) || ImageNames.Any(n => name.EndsWith(n, StringComparison.OrdinalIgnoreCase)) || name.Contains("firmware", StringComparison.OrdinalIgnoreCase);

    /// <summary>Bytes that images and packages for devices begin with.</summary>
    private static bool IsImage(ReadOnlySpan<byte> body) => body.StartsWith((ReadOnlySpan<byte>)[0x27, 0x05, 0x19, 0x56]) || body.StartsWith("hsqs"u8)
        || body.StartsWith("sqsh"u8)
        || body.StartsWith("HDR0"u8) || body.StartsWith("UBI#"u8) || body.StartsWith((ReadOnlySpan<byte>)[0xd0, 0x0d, 0xfe, 0xed])
            || body.StartsWith("\u007fELF"u8);

    internal static string? Base64(string text)
    {
        var bytes = new byte[text.Length];
        text = text.TrimEnd('=');
        text = text.PadRight((text.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(text, bytes, out var count) ? Encoding.UTF8.GetString(bytes, 0, count) : null;
    }
}
