using System.Text;

namespace Assay.Firmware.Applications;

/// <summary>Addresses with a scheme inside any bytes: texts, code, native libraries.</summary>
internal static class Addresses
{
    /// <param name="Host">Lower case, without port.</param>
    /// <param name="Offset">Of the scheme's first letter.</param>
    internal readonly record struct Found(string Scheme, string Host, int Offset)
    {
        internal bool IsClear => Scheme is "http" or "ws" or "ftp" or "mqtt" or "tcp" or "rtsp";
    }

    private static readonly string[] Schemes = ["https", "http", "wss", "ws", "ftps", "ftp", "mqtts", "mqtt", "rtsps", "rtsp", "ssl", "tcp"];

    // Names of vocabularies and pages for people; nobody connects to them.
    private static readonly string[] Vocabularies =
    [
        "schemas.android.com", "w3.org", "xml.org", "xmlpull.org", "apache.org", "java.sun.com", "sun.com", "ns.adobe.com", "adobe.com", "json-schema.org", "purl.org", "openxmlformats.org", "microsoft.com", "oasis-open.org",
        "slf4j.org", "xmlsoap.org", "opengis.net", "dublincore.org", "iptc.org", "example.com", "example.org", "example.net", "rdfs.org", "xmlns.com", "schema.org", "jquery.com", "github.com", "githubusercontent.com", "stackoverflow.com",
        "developer.android.com", "developers.google.com", "developers.facebook.com", "goo.gl", "bit.ly", "kotlinlang.org", "jetbrains.com", "mozilla.org", "ietf.org", "wikipedia.org", "unicode.org", "opensource.org", "gnu.org", "creativecommons.org", "reactjs.org", "react.dev", "reactnative.dev", "flutter.dev", "dart.dev", "dartbug.com", "fb.me", "ecma-international.org", "sqlite.org", "openssl.org", "zlib.net", "libpng.org", "freetype.org", "khronos.org", "inkscape.org", "sodipodi.sourceforge.net", "scripts.sil.org", "npmjs.com", "npmjs.org", "feross.org", "mths.be", "lodash.com", "momentjs.com", "angularjs.org", "docs.oracle.com", "oracle.com", "play.google.com", "market.android.com", "bouncycastle.org", "eclipse.org", "android.com", "relaxng.org", "digicert.com", "verisign.com", "globalsign.com", "letsencrypt.org", "entrust.net", "pki.goog", "aka.ms", "tools.ietf.org", "dom4j.org", "jdom.org", "saxproject.org", "exslt.org", "crbug.com", "chromium.org", "webkit.org", "tc39.es", "whatwg.org", "spec.graphql.org",
    ];

    internal static bool IsVocabulary(string host)
    {
        foreach (var name in Vocabularies)
        {
            if (host == name || (host.Length > name.Length && host.EndsWith(name, StringComparison.Ordinal) && host[^(name.Length + 1)] == '.')) return true;
        }
        return false;
    }

    internal static void In(ReadOnlySpan<byte> bytes, Action<Found> each)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var next = bytes[at..].IndexOf("://"u8);
            if (next < 0) return;
            at += next;
            if (SchemeBefore(bytes[..at]) is { } scheme && Host(bytes[(at + 3)..]) is { } host) each(new Found(scheme, host, at - scheme.Length));
            at += 3;
        }
    }

    private static string? SchemeBefore(ReadOnlySpan<byte> before)
    {
        foreach (var scheme in Schemes)
        {
            if (before.Length < scheme.Length) continue;
            var tail = before[^scheme.Length..];
            var matches = true;
            for (var i = 0; i < tail.Length && matches; i++) matches = (tail[i] | 0x20) == scheme[i];
            if (matches && (before.Length == scheme.Length || !IsLetter(before[^(scheme.Length + 1)]))) return scheme;
        }
        return null;
    }

    private static string? Host(ReadOnlySpan<byte> after)
    {
        var length = 0;
        while (length < after.Length && length < 254 && (IsLetter(after[length]) || after[length] is (byte)'.' or (byte)'-' or >= (byte)'0' and <= (byte)'9')) length++;
        // A name that goes on with a placeholder or user information is none that can be told.
        if (length == after.Length || after[length] is not ((byte)'%' or (byte)'$' or (byte)'{' or (byte)'@' or (byte)'*' or (byte)'_'))
        {
            var host = Encoding.ASCII.GetString(after[..length]).ToLowerInvariant().Trim('.');
            var last = host.LastIndexOf('.');
            if (last <= 0 || host.Contains("..", StringComparison.Ordinal)) return null;
            var top = host.AsSpan(last + 1);
            if (System.Net.IPAddress.TryParse(host, out _)) return host.Count(c => c == '.') == 3 ? host : null;
            return top.Length >= 2 && !top.ContainsAnyExceptInRange('a', 'z') ? host : null;
        }
        return null;
    }

    private static bool IsLetter(byte b) => (b | 0x20) is >= (byte)'a' and <= (byte)'z';
}
