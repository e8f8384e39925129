using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware.Identification;

/// <summary>Programs and pages that web requests reach: lines that hand a request's text to a shell, and calls without a bound. Facts of the text; whether a check stands before them a person sees.</summary>
internal static partial class WebScripts
{
    /// <summary>A text that a web server runs, by where it lies or how it is called.</summary>
    public static bool IsOne(string path) => Place().IsMatch(path);

    public static void Read(IReadOnlyList<FileEntry> entries, IReadOnlyList<TextFile> texts, IReadOnlyDictionary<string, IReadOnlyList<string>> calls, Notebook notes)
    {
        foreach (var text in texts.Where(t => IsOne(t.Path)))
        {
            for (var i = 0; i < text.Lines.Count; i++)
            {
                var line = text.Lines[i];
                if (line.Length > 4096 || Comment().IsMatch(line) || !HandsOver().IsMatch(line) || Guarded().IsMatch(line)) continue;
                var shown = line.Trim();
                notes.Add(FindingKind.Exposure, text.Name, $"a request's text goes to a shell: {(shown.Length > 100 ? shown[..100] + "…" : shown)}", 0.85, notes.At(text.Path, i + 1), [Traits.RequestToShell]);
            }
        }
        foreach (var (path, names) in calls.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            if (!IsServer(path)) continue;
            var dangerous = names.Where(n => n is "gets" or "system" or "popen" or "strcpy" or "strcat" or "sprintf" or "vsprintf").ToList();
            if (dangerous.Count > 0) notes.Add(FindingKind.Exposure, path[(path.LastIndexOf('/') + 1)..], $"names {string.Join(", ", dangerous)}, and web requests reach it", 0.8, notes.At(path), [Traits.DangerousCall]);
        }
    }

    private static bool IsServer(string path) => Place().IsMatch(path) || Servers.Contains(path[(path.LastIndexOf('/') + 1)..]);

    private static readonly HashSet<string> Servers = new(StringComparer.Ordinal) { "httpd", "uhttpd", "mini_httpd", "boa", "goahead", "webs", "thttpd", "web_server", "webserver", "http_server", "alphapd", "lighttpd", "appweb" };

    [GeneratedRegex(@"/(cgi-bin|www/cgi|htdocs/cgi|cgi)/[^/]+$|\.cgi$|/(www|htdocs|web|webroot|var/www)/.*\.(php|lua|asp|sh|py|pl)$|/usr/lib/lua/luci/controller/.*\.lua$", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    [GeneratedRegex(@"^\s*(#|//|--|\*|;)", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();

    // One line, from where the request's text comes to where it runs: shell, PHP, Lua (LuCI), Perl, Python.
    [GeneratedRegex(@"\beval\b[^;|]*\$\{?(QUERY_STRING|REQUEST_URI|HTTP_[A-Z_]+|FORM_\w+|POST_\w+|REPLY)\b|\b(sh|ash|bash) -c [^;|]*\$\{?(QUERY_STRING|REQUEST_URI|HTTP_[A-Z_]+|FORM_\w+|POST_\w+)\b|\b(system|exec|shell_exec|passthru|popen|proc_open|eval)\s*\([^;]*\$_(GET|POST|REQUEST|COOKIE|SERVER)\b|`[^`]*\$_(GET|POST|REQUEST|COOKIE)\b|\b(os\.execute|io\.popen|luci\.sys\.(exec|call)|luci\.util\.exec|sys\.(exec|call))\s*\([^;]*\b(luci\.http\.formvalue|http\.formvalue|http\.getenv|formvalue)\b|\b(os\.system|os\.popen|subprocess\.\w+)\s*\([^;]*\b(request\.|form\[|form\.getvalue|QUERY_STRING)", RegexOptions.CultureInvariant)]
    private static partial Regex HandsOver();

    [GeneratedRegex(@"escapeshell(arg|cmd)|shellquote|shlex\.quote|intval\s*\(|tonumber\s*\(|urldecode_only_digits|basename\s*\(|is_numeric", RegexOptions.CultureInvariant)]
    private static partial Regex Guarded();
}
