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
    private static readonly string[] Markers = ["serialnumber", "serial", "sn", "mac", "macaddress", "macaddr", "uuid", "udid", "deviceid", "device_id",
        "imei", "email", "mail", "phone", "ssid", "lat", "lon", "latitude", "longitude", "token"];
    private static readonly string[] PasswordFields = ["password", "passwd", "pass", "pwd", "psw", "psd", "userpass", "loginpass", "passphrase", "pin",
        "admin_password", "user_password", "new_password", "http_passwd", "wpapsk", "wpa_psk", "psk"];
    private static readonly string[] UserFields = ["username", "user", "login", "usr", "account", "name", "email", "loginusername", "user_name", "userid",
        "uid"];

    [GeneratedRegex(@"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}(?<s>[:-]|%3[Aa])(?:[0-9A-Fa-f]{2}\k<s>){4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])",
        RegexOptions.CultureInvariant)]
    private static partial Regex SeparatedMac();

    [GeneratedRegex(@"(?<![0-9A-Fa-f])[0-9A-Fa-f]{12}(?![0-9A-Fa-f])", RegexOptions.CultureInvariant)]
    private static partial Regex BareMac();

    [GeneratedRegex(@"[A-Za-z0-9._+-]{1,64}(?:@|%40)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}", RegexOptions.CultureInvariant)]
    private static partial Regex Mail();

    public static void Request(Notes notes, HttpRequest request)
    {
        var at = request.At;
        var subject = $"{request.Protocol} {request.Server}";
        var remote = Notes.IsRemote(at);
        notes.Observe(at, request.Protocol, Seen.Request, request.Server, $"{request.Method} {request.Url}");
        if (remote)
        {
            notes.Observe(at, request.Protocol, Seen.ClearText, subject, "requests in clear text", FindingKind.Cleartext, 1, null, null, Traits.Http);
        }
        Marker(notes, request, request.Target, at, "address");
        if (request.Authorization is { } authorization) Authorization(notes, request, subject, authorization);
        if (request.Key is { Length: >= 8 } key) Token(notes, request, subject, key, at);
        if (request.Cookie is { } cookies && Session().Match(cookies) is { Success: true } session) Token(notes, request, subject, session.Groups[1].Value, at);
        var question = request.Target.IndexOf('?', StringComparison.Ordinal);
        if (question < 0) return;
        var query = request.Target[(question + 1)..];
        Fields(notes, request, query, at);
        foreach (var pair in query.Split('&').Take(200))
        {
            if (pair.Split('=', 2) is [var name, { Length: >= 16 } value] && KeyFields.Contains(name.ToLowerInvariant())) Token(notes, request, subject, Unescape(value), at);
        }
    }

    // Beyond the local network only: at home it is the table of log-ins that speaks of it.
    private static void Token(Notes notes, HttpRequest request, string subject, string token, in Moment at)
    {
        if (!Notes.IsRemote(at)) return;
        notes.Observe(at, request.Protocol, Seen.Login, subject, $"a key or token in clear text: {Shortened.Secret(token)}", FindingKind.Credential, 0.9, null, null, Traits.OnTheWire, Traits.Token, Traits.Http);
        notes.Observe(at, request.Protocol, Seen.ClearText, subject, "a key or token in clear text", FindingKind.Cleartext, 0.9, null, null, Traits.Http, Traits.Token);
    }

    private static readonly string[] KeyFields = ["api_key", "apikey", "api-key", "access_token", "accesstoken", "auth_token", "authtoken", "device_token", "secret", "client_secret"];

    private static void Authorization(Notes notes, HttpRequest request, string subject, string authorization)
    {
        var at = request.At;
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
            notes.Observe(at, request.Protocol, Seen.DigestCredential, subject, $"{user}: digest of the password in clear text", FindingKind.Credential,
                0.9, null,
                "the password itself was not sent; it can be tried offline", [Traits.OnTheWire, Traits.Digest, Traits.Http, .. DigestAlgorithm().Match(authorization) is { Success: true } named && !named.Groups[1].Value.StartsWith("MD5", StringComparison.OrdinalIgnoreCase) ? (string[])[] : [Traits.WeakHash]]);
        }
        // Whatever the maker calls the scheme, who holds what stands behind it is let in.
        else if (authorization.Split(' ', 2) is [var scheme, { Length: >= 8 } held] && !scheme.Equals("Negotiate", StringComparison.OrdinalIgnoreCase) && !scheme.Equals("NTLM", StringComparison.OrdinalIgnoreCase)) Token(notes, request, subject, held.Trim(), at);
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
        Marker(notes, request, text, at, "body");
        if (text.StartsWith('{') || text.StartsWith('[')) Fields(notes, request, JsonPairs(text), at);
        else if (!text.StartsWith('<')) Fields(notes, request, text.Trim(), at);
    }

    /// <summary>Passwords, tokens and marks of a person in a line of JSON that came over no protocol that is known, or inside of one that carries what it likes.</summary>
    public static void Line(Notes notes, string subject, string text, in Moment at)
    {
        string? user = null, password = null, token = null;
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Match member in JsonMember().Matches(text))
        {
            var name = member.Groups[1].Value.ToLowerInvariant();
            if (member.Groups[2].Length > 0 && password is null && PasswordFields.Contains(name)) password = member.Groups[2].Value;
            else if (user is null && UserFields.Contains(name)) user = member.Groups[2].Value;
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
        if (Mail().IsMatch(text)) found.Add("an e-mail address");
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

    private static void Fields(Notes notes, HttpRequest request, string fields, in Moment at)
    {
        string? user = null, password = null, field = null;
        foreach (var pair in fields.Split('&').Take(200))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) continue;
            var name = pair[..equals].Trim().ToLowerInvariant();
            var last = name[(name.LastIndexOfAny(['.', '[', ':', '$']) + 1)..].TrimEnd(']');
            var value = Unescape(pair[(equals + 1)..]);
            if (value.Length > 0 && password is null && PasswordFields.Contains(last)) (password, field) = (value, name);
            else if (user is null && UserFields.Contains(last)) user = value;
        }
        if (password is null) return;
        request.HasFields = true;
        var subject = $"{request.Protocol} {request.Server}";
        notes.Credential(at, request.Protocol, Seen.FormLogin, subject, user ?? $"({field})", password, Traits.Http, Traits.Login);
        notes.Observe(at, request.Protocol, Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 0.9, null, null, Traits.Http,
            Traits.Login);
    }

    private static string Unescape(string value)
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

    private static void Marker(Notes notes, HttpRequest request, string text, in Moment at, string place)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var certain = false;
        foreach (Match match in SeparatedMac().Matches(text))
        {
            found.Add("a MAC address");
            certain |= notes.Stations.Knows(match.Value.Replace("%3A", ":", StringComparison.OrdinalIgnoreCase));
        }
        foreach (Match match in BareMac().Matches(text))
        {
            if (!notes.Stations.Knows(match.Value)) continue;
            found.Add("a MAC address");
            certain = true;
        }
        if (Mail().IsMatch(text)) found.Add("an e-mail address");
        if (place == "body" && Place().IsMatch(text)) found.Add("a place on the map");
        if (place == "address" && text.IndexOf('?', StringComparison.Ordinal) is var question and >= 0)
        {
            foreach (var pair in text[(question + 1)..].Split('&').Take(200))
            {
                var name = pair.Split('=', 2)[0].ToLowerInvariant();
                if (pair.Length > name.Length + 1 && Markers.Contains(name)) found.Add($"the field \"{name}\"");
            }
        }
        if (found.Count == 0) return;
        var what = string.Join(", ", found);
        notes.Observe(at, request.Protocol, Seen.PersonalMarker, $"{request.Protocol} {request.Server}",
            $"{request.Method} {Masked(notes, request.Url)} carries {what} in its {place}",
            FindingKind.Cleartext, certain ? 0.95 : 0.7, null, null, Traits.Http, Traits.PersonalMarker);
    }

    /// <summary>An address as findings show it: what marks a person or device stays out of the report.</summary>
    private static string Masked(Notes notes, string url)
    {
        url = SeparatedMac().Replace(url, "(MAC)");
        url = BareMac().Replace(url, m => notes.Stations.Knows(m.Value) ? "(MAC)" : m.Value);
        return Mail().Replace(url, "(e-mail)");
    }

    public static void Response(Notes notes, HttpResponse response)
    {
        var at = response.At;
        var server = $"{response.Protocol} {at.Source}:{at.SourcePort.ToString(CultureInfo.InvariantCulture)}";
        notes.Observe(at, response.Protocol, Seen.Response, response.Request?.Server ?? at.Source.ToString(),
            string.Create(CultureInfo.InvariantCulture, $"{response.Status} {response.Type} {(response.Length < 0 ? "" : response.Length)}").TrimEnd());
        if (response.Request is { } asked && response.Status is >= 200 and < 600)
        {
            var target = asked.Target.IndexOf('?', StringComparison.Ordinal) is var query and >= 0 ? asked.Target[..query] : asked.Target;
            notes.Observe(at, response.Protocol, Seen.Exchange, server, string.Create(CultureInfo.InvariantCulture, $"{response.Status} {asked.Method} {asked.Shown} {Masked(notes, target)}"));
        }
        // What a server on the open Internet says of itself is not the device's disclosure.
        if (!at.Source.IsLocal) return;
        if (response.Server is { } banner && VersionNumber().IsMatch(banner))
        {
            notes.Observe(at, response.Protocol, Seen.Banner, server, $"Server: {banner}", FindingKind.Disclosure, 0.9, null, null,
                Traits.VersionDisclosed, Traits.Http);
        }
        if (response.Challenge is { } challenge && RealmOf().Match(challenge) is { Success: true } realm && VersionNumber().IsMatch(realm.Groups[1].Value))
        {
            notes.Observe(at, response.Protocol, Seen.Banner, server, $"realm: {realm.Groups[1].Value}", FindingKind.Disclosure, 0.7, null, null,
                Traits.VersionDisclosed, Traits.Http);
        }
    }

    [GeneratedRegex("realm=\"([^\"]{1,128})\"", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RealmOf();

    [GeneratedRegex(@"\d+\.\d+", RegexOptions.CultureInvariant)]
    internal static partial Regex VersionNumber();

    /// <summary>The first bytes of an answer's body, or none where it has none.</summary>
    public static void Body(Notes notes, HttpResponse response, ReadOnlySpan<byte> body)
    {
        if (response.Request is not { } request) return;
        if (response.Status is >= 200 and < 300 && response.At.Source.IsLocal && MayHoldForm(Encoding.ASCII.GetBytes(response.Type)) && Refusal.In(body))
        {
            notes.Observe(response.At, response.Protocol, Seen.Refusal, $"{response.Protocol} {response.At.Source}:{response.At.SourcePort.ToString(CultureInfo.InvariantCulture)}", "an error or a log-in page");
        }
        if (request.Method is not ("GET" or "POST")) return;
        var named = NamesUpdate(request);
        var image = IsImage(body);
        if (!named && !image) return;
        var delivered = response.Status is 200 or 206
            && (image || response.Length >= Payload || IsBinary(response.Type) && (response.Length < 0 || response.Length >= 4096));
        var subject = $"{request.Protocol} {request.Server}";
        if (delivered)
        {
            var length = response.Length < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {response.Length} bytes");
            notes.Observe(response.At, request.Protocol, Seen.UpdateDownload, subject, $"update fetched in clear text: {Masked(notes, request.Url)}{length}",
                FindingKind.Update, image ? 0.95 : 0.8, null, null, Traits.ClearText, Traits.UpdateDownload, Traits.Http);
        }
        else
        {
            Query(notes, request, string.Create(CultureInfo.InvariantCulture, $"answered {response.Status}, no payload"));
        }
    }

    public static void Unanswered(Notes notes, HttpRequest request)
    {
        if (request.Method is "GET" or "POST" && NamesUpdate(request)) Query(notes, request, "no answer in the capture");
    }

    private static void Query(Notes notes, HttpRequest request, string note) =>
        notes.Observe(request.At, request.Protocol, Seen.UpdateQuery, $"{request.Protocol} {request.Server}",
            $"update asked for in clear text: {Masked(notes, request.Url)}",
            FindingKind.Update, 0.8, null, note, Traits.ClearText, Traits.UpdateQuery, Traits.Http);

    /// <summary>Host or path speak of an update. Words count whole, so that "rotate" is no "ota"; dynamic DNS updates are none.</summary>
    internal static bool NamesUpdate(HttpRequest request)
    {
        var url = request.Url.ToLowerInvariant();
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
