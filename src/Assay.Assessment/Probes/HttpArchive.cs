using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Firmware.Applications;
using Assay.Traffic.Protocols;

namespace Assay.Assessment.Probes;

/// <summary>
/// HAR 1.2: what a browser or proxy exchanged with the device and with others. Browsers leave log-in headers out of what they export unless told to keep
/// them; so a request counts as made without a log-in only where the same archive shows that such headers were kept.
/// </summary>
internal static class HttpArchive
{
    internal static bool Recognises(ProbeText text) => text.First is ['{', ..] && text.Head is { IsObject: true } json && json["log"] is { IsObject: true } log && log["entries"] is { IsArray: true };

    internal static void Read(ProbeText text, ProbeNotes notes, ProbeOptions options)
    {
        notes.Unit = "requests";
        var root = text.Json!;
        if (root.Broken is { } broken) notes.Lose(broken.AsLoss(text.Name));
        var log = root["log"]!;
        var requests = new List<Request>();
        foreach (var entry in log.Each("entries"))
        {
            notes.Total++;
            if (Of(entry, options) is { } request)
            {
                requests.Add(request);
                notes.Examined++;
            }
            else
            {
                notes.Lose(entry.Line, "an entry with a request and its address", "another one");
            }
        }
        notes.From = requests.Select(r => r.At).Where(t => t is not null).Min();
        notes.To = requests.Select(r => r.At).Where(t => t is not null).Max();
        var keeps = requests.Any(r => r.HasLogin);
        var creator = log["creator"];
        notes.Run(creator?.Word("name") ?? "HTTP archive", creator?.Word("version"), null, requests.Where(r => r.IsDevice).Select(r => r.Host).FirstOrDefault(), log.Line,
            keeps ? "log-in headers were kept" : "no request carries a log-in: it may have been taken out on export");
        foreach (var request in requests) Note(request, keeps, notes);
        foreach (var host in requests.Where(r => !r.IsDevice && r.Host.Length > 0).GroupBy(r => r.Host, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var first = host.First();
            var tracker = Tracker.OfHost(host.Key)?.Party;
            notes.Add(FindingKind.Behaviour, host.Key, $"{host.Count()} request(s) to another party{(tracker is null ? "" : $" ({tracker})")}", first.Line, note: Commands.Address(first.Address),
                traits: tracker is null ? [first.Where] : [first.Where, Traits.Tracker]);
        }
    }

    private sealed record Request(string Method, string Address, string Host, string Path, bool IsTls, bool IsDevice, bool HasLogin, bool HasToken, int Status, string Sent, string Received, string? Basic, DateTimeOffset? At, int Line)
    {
        internal string Where => Hosts.IsLocal(Host) ? Traits.Local : Traits.Remote;
    }

    private static Request? Of(JsonAt entry, ProbeOptions options)
    {
        if (entry["request"] is not { IsObject: true } request || request.Word("url") is not { } url || !Uri.TryCreate(url, UriKind.Absolute, out var uri)) return null;
        var response = entry["response"];
        var headers = request.Each("headers").Where(h => h.IsObject).Select(h => (Name: h.Word("name") ?? "", Value: h.Word("value") ?? "")).ToList();
        var authorization = headers.FirstOrDefault(h => h.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)).Value;
        var sets = response?.Each("headers").Any(h => string.Equals(h.Word("name"), "Set-Cookie", StringComparison.OrdinalIgnoreCase)) == true;
        var hasLogin = authorization is { Length: > 0 } || request.Each("cookies").Count > 0 || headers.Any(h => h.Name.Equals("Cookie", StringComparison.OrdinalIgnoreCase)) || sets;
        var sends = request.Each("cookies").Count > 0 || headers.Any(h => LoginHeader.IsMatch(h.Name) && h.Value.Length > 0) || LoginQuery.IsMatch(uri.Query);
        var body = request["postData"];
        var sent = body?.Word("text") ?? string.Join('&', body?.Each("params").Select(p => $"{p.Word("name")}={p.Word("value")}") ?? []);
        // .NET gives a host with brackets for IPv6.
        var host = uri.Host.Trim('[', ']');
        var address = entry.Word("serverIPAddress")?.Trim('[', ']') ?? host;
        var isDevice = options.Addresses.Contains(host, StringComparer.OrdinalIgnoreCase) || options.Addresses.Contains(address, StringComparer.OrdinalIgnoreCase) || (options.Addresses.Count == 0 && Hosts.IsLocal(host));
        var status = int.TryParse(response?.Word("status"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code) ? code : 0;
        DateTimeOffset? at = DateTimeOffset.TryParse(entry.Word("startedDateTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
        return new Request(request.Word("method")?.ToUpperInvariant() ?? "GET", url, host, uri.AbsolutePath, uri.Scheme is "https" or "wss", isDevice, hasLogin, sends || Token.IsMatch(sent), status, sent,
            response?["content"]?.Word("text") ?? "", authorization?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) == true ? authorization[6..] : null, at, request.Line);
    }

    private static void Note(Request request, bool keeps, ProbeNotes notes)
    {
        var subject = $"{request.Method} {request.Host}{request.Path}";
        if (!request.IsTls && (request.Basic is not null || PasswordField.IsMatch(request.Sent)))
        {
            notes.Add(FindingKind.Cleartext, subject, request.Basic is { } basic ? $"HTTP Basic without encryption, {Basic(basic)}" : "a form with a password without encryption", request.Line,
                note: $"status {request.Status}", traits: [Traits.Login, Traits.Password, Traits.Http, request.Where]);
        }
        if (request.IsDevice && (request.Basic is not null || (PasswordField.IsMatch(request.Sent) && LoginPath.IsMatch(request.Path))))
        {
            notes.Add(FindingKind.Service, subject, "takes a password over HTTP", request.Line, traits: [Traits.PasswordLogin, Traits.Http]);
        }
        if (!request.IsDevice || request.HasToken || request.Status is < 200 or >= 300 || LoginPath.IsMatch(request.Path) || Refusal.In(request.Received)) return;
        var isSetting = Setting.IsMatch(request.Path);
        string[] without = keeps ? [Traits.WithoutLogin] : [];
        var note = keeps ? "other requests of the archive carry a log-in, this one none" : "whether a log-in was taken out on export is not known";
        if (request.Method is "POST" or "PUT" or "PATCH" or "DELETE" && request.Sent.Length + request.Path.Length > 0)
        {
            if (isSetting || PasswordField.IsMatch(request.Sent)) notes.Add(FindingKind.Exposure, subject, $"settings changed without a log-in (status {request.Status})", request.Line, keeps ? 0.9 : 0.4, note, traits: [Traits.ConfigurationChange, Traits.Http, .. without]);
        }
        else if (request.Method == "GET" && SecretInAnswer.IsMatch(request.Received))
        {
            notes.Add(FindingKind.Exposure, subject, $"an answer with a secret in it without a log-in (status {request.Status})", request.Line, keeps ? 0.9 : 0.4, note, traits: [Traits.ConfigurationRead, Traits.Http, .. without]);
        }
    }

    private static string Basic(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded.Trim(), bytes, out var written)) return "whose content is no Base64";
        var pair = System.Text.Encoding.UTF8.GetString(bytes, 0, written);
        var colon = pair.IndexOf(':');
        return colon < 0 ? Shortened.Secret(pair) : Shortened.Credential(pair[..colon], pair[(colon + 1)..]);
    }

    private static Regex LoginHeader => field ??= new(@"^(authorization|cookie|proxy-authorization|.*(auth|token|session|api-?key|csrf|xsrf|ticket|sid).*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex LoginQuery => field ??= new(@"[?&][^=&]*(token|auth|session|sid|key|ticket|pass|pwd)[^=&]*=", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A token in the body is a log-in as well.
    private static Regex Token => field ??= new(@"[""&?]?\b(access_?token|auth(orization)?_?(token|key)?|session(_?id|_?key)?|sid|api_?key|stok|ticket)\b""?\s*[:=]\s*""?[^""&\s,}]{6,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex PasswordField => field ??= new(@"(^|[&""{,\s])(pass(word|wd|phrase)?|pwd|passcode|admin_?pass(word)?|user_?pass(word)?|login_?pass(word)?)""?\s*[=:]\s*""?[^""&\s,}]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex LoginPath => field ??= new(@"(log-?in|log-?on|sign-?in|sign-?on|log-?out|auth|session|token|oauth|register|challenge|pairing)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Setting => field ??= new(@"(config|setting|setup|prefs|wifi|wlan|network|passw|admin|users?\b|account|firmware|upgrade|update|reboot|restart|reset|mqtt|ntp|time|save|apply|/set|provision|enable|disable|backup|restore)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A field with a value; stars stand for a value that was not given out.
    private static Regex SecretInAnswer => field ??= new(@"[""']?\b\w*(pass(word|wd|phrase)?|psk|private_?key|secret|wpa_?key|wifi_?key)[""']?\s*[:=]\s*[""'](?![*\u2022.]+[""'])[^""']{4,}[""']", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
