namespace Assay.Traffic.Devices;

/// <summary>A device's own claim of what it is and which version it runs.</summary>
/// <param name="Model">As stated, without words that name a part of it: <c>EDB-100-updater/1.1</c> states the model <c>EDB-100</c>.</param>
/// <param name="Version">Begins with a digit: <c>1.1</c>, <c>2.0.4-rc1</c>; a leading <c>v</c> is taken off.</param>
public readonly record struct VersionStatement(string Model, string Version)
{
    private const int LongestModel = 64, LongestVersion = 32;

    // Names of programs and systems that many devices share: their version is not the device's.
    private static readonly HashSet<string> General = new(StringComparer.OrdinalIgnoreCase)
    {
        "HTTP", "UPnP", "DLNADOC", "Linux", "Unix", "Windows", "Darwin", "Android", "FreeRTOS", "OpenWrt", "Debian", "Ubuntu", "VxWorks", "eCos", "POSIX",
        "Mozilla", "AppleWebKit", "Chrome", "Chromium", "Safari", "Firefox", "Gecko", "Opera", "Edge", "Edg", "Version", "Mobile", "Dalvik", "CFNetwork", "okhttp",
        "curl", "Wget", "BusyBox", "busybox-wget", "libwww-perl", "python-requests", "Python", "Python-urllib", "Java", "Go-http-client", "node", "axios", "libcurl",
        "Apache", "Apache-HttpClient", "nginx", "lighttpd", "mini_httpd", "thttpd", "GoAhead-Webs", "GoAhead", "Boa", "uhttpd", "micro_httpd", "mongoose", "cherokee",
        "SimpleHTTP", "BaseHTTP", "OpenSSL", "OpenSSH", "PHP", "MiniUPnPd", "MiniUPnPc", "libupnp", "Portable SDK for UPnP devices", "gSOAP", "Microsoft-HTTPAPI",
        "Microsoft-Windows", "GSSDP", "ssdp", "udhcp", "udhcpc", "dhcpcd", "dhclient", "MSFT", "android-dhcp", "dnsmasq", "esp-idf", "ESP8266HTTPClient", "lwIP", "mbedTLS",
    };

    // What makers add to a model's name to say which part of it speaks.
    private static readonly string[] Parts = ["-updater", "-update", "-ota", "-agent", "-client", "-firmware", "-fw", "-http", "-httpd", "_updater", "_ota"];

    /// <summary>The first product of an HTTP product line (RFC 9110 section 10.1.5; UPnP's SERVER alike) that is not a general program.</summary>
    public static bool TryReadProducts(string line, out VersionStatement statement)
    {
        var comment = 0;
        foreach (var range in Split(line))
        {
            var token = line.AsSpan(range).Trim(',');
            if (token.IsEmpty) continue;
            // Comments in brackets speak of anything.
            if (token[0] == '(') comment++;
            var inside = comment > 0;
            if (token[^1] == ')') comment = Math.Max(0, comment - 1);
            if (inside) continue;
            var slash = token.IndexOf('/');
            if (slash > 0 && TryMake(token[..slash], token[(slash + 1)..], out statement)) return true;
        }
        statement = default;
        return false;
    }

    /// <summary>A vendor class such as <c>EDB-100 1.0</c>, <c>EDB-100/1.0</c> or <c>EDB-100-1.0</c>.</summary>
    public static bool TryReadVendorClass(string text, out VersionStatement statement)
    {
        if (TryReadProducts(text, out statement)) return true;
        var at = text.LastIndexOf(' ');
        if (at > 0 && TryMake(text.AsSpan(0, at).Trim(), text.AsSpan(at + 1), out statement)) return true;
        at = text.LastIndexOf('-');
        // A number without a dot behind a hyphen is more often part of the model's name.
        return at > 0 && text.AsSpan(at).Contains('.') && TryMake(text.AsSpan(0, at), text.AsSpan(at + 1), out statement);
    }

    /// <summary>False where the model is empty, too long or the name of a general program, or the version does not begin with a number.</summary>
    public static bool TryMake(ReadOnlySpan<char> model, ReadOnlySpan<char> version, out VersionStatement statement)
    {
        statement = default;
        if (version.Length > 1 && version[0] is 'v' or 'V') version = version[1..];
        if (version.Length is 0 or > LongestVersion || !char.IsAsciiDigit(version[0])) return false;
        foreach (var c in version)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_' or '+' or '~' or ':')) return false;
        }
        foreach (var part in Parts)
        {
            if (model.Length > part.Length && model.EndsWith(part, StringComparison.OrdinalIgnoreCase)) model = model[..^part.Length];
        }
        if (model.Length is 0 or > LongestModel || !model.ContainsAnyInRange('A', 'z')) return false;
        foreach (var c in model)
        {
            if (c is < ' ' or > '~') return false;
        }
        var name = model.ToString();
        if (General.Contains(name)) return false;
        statement = new VersionStatement(name, version.ToString());
        return true;
    }

    private static List<Range> Split(string line)
    {
        var ranges = new List<Range>();
        foreach (var range in line.AsSpan().Split(' '))
        {
            if (ranges.Count == 16) break;
            ranges.Add(range);
        }
        return ranges;
    }
}
