using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Probes;

/// <summary>Command lines and addresses as tools record them, fit to be shown: a pass word in them is shortened.</summary>
internal static class Commands
{
    internal static string WithoutSecrets(string command)
    {
        var text = Assigned.Replace(command, m => m.Groups[1].Value + Shortened.Secret(m.Groups[2].Value.Trim('"', '\'')));
        return User.Replace(text, m => m.Groups[1].Value + Shortened.Credential(m.Groups[2].Value, m.Groups[3].Value));
    }

    /// <summary>An address without user information, and its query's secrets shortened.</summary>
    internal static string Address(string url)
    {
        var text = InAddress.Replace(url, "$1");
        return InQuery.Replace(text, m => m.Groups[1].Value + Shortened.Secret(m.Groups[2].Value));
    }

    private static Regex Assigned => field ??= new(@"((?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|auth)\s*[=:]\s*)([^\s,;&]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex User => field ??= new(@"(--?(?:basicauth|user|u|auth)[ =])([^\s:]+):(\S+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex InAddress => field ??= new(@"^([a-z][a-z0-9+.-]*://)[^/@\s]*@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex InQuery => field ??= new(@"([?&][^=&\s]*(?:pass|pwd|secret|token|key|auth|session|sid)[^=&\s]*=)([^&\s#]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
