using System.Text;
using System.Text.RegularExpressions;

namespace Assay.Firmware.Identification;

/// <summary>Commands that scripts of other languages hand to a shell as a fixed text: <c>os.execute("…")</c> of Lua, <c>os.system</c> and <c>subprocess</c> of Python, <c>system</c> and <c>exec</c> of PHP and Perl.</summary>
internal static partial class EmbeddedCommands
{
    /// <summary>A text of one of these languages that has something to do with shells or with peers whose certificate is not looked at; others are not kept.</summary>
    public static bool IsOne(string path, ReadOnlySpan<byte> content)
    {
        var dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') && path[(dot + 1)..] is "lua" or "py" or "php" or "pl" or "js" or "rb"
            && (content.IndexOf("execute"u8) >= 0 || content.IndexOf("popen"u8) >= 0 || content.IndexOf("system"u8) >= 0 || content.IndexOf("exec("u8) >= 0 || content.IndexOf("subprocess"u8) >= 0 || UnverifiedPeers.MayBe(content));
    }

    /// <summary>The same text with nothing but these commands, each on its line; null where there is none.</summary>
    public static TextFile? Of(TextFile file)
    {
        if (file.Path.EndsWith(".sh", StringComparison.Ordinal) || file.Text.StartsWith("#!", StringComparison.Ordinal) && file.Lines[0].Contains("sh", StringComparison.Ordinal) && !file.Lines[0].Contains("lua", StringComparison.Ordinal)) return null;
        if (file.Path.Contains("/systemd/system/", StringComparison.Ordinal)) return OfUnit(file);
        var (text, any) = (new StringBuilder(), false);
        foreach (var line in file.Lines)
        {
            if (line.Length <= 4096 && line.TrimStart() is not (['#', ..] or ['-', '-', ..] or ['/', '/', ..]))
            {
                foreach (Match match in Called().Matches(line))
                {
                    text.Append(match.Groups["list"].Success ? Ends().Replace(match.Groups["list"].Value, " ") : match.Groups["text"].Value).Append("; ");
                    any = true;
                }
            }
            text.Append('\n');
        }
        return any ? new TextFile(file.Entry, file.Path, text.ToString()) : null;
    }

    // What a unit of systemd starts, and what it hands to a shell.
    private static TextFile? OfUnit(TextFile file)
    {
        var lines = file.Lines.Select(l => Started().Match(l) is { Success: true } started ? Shelled().Match(started.Groups["text"].Value) is { Success: true } shelled ? shelled.Groups["text"].Value : started.Groups["text"].Value : "").ToList();
        return lines.Any(l => l.Length > 0) ? new TextFile(file.Entry, file.Path, string.Join('\n', lines)) : null;
    }

    [GeneratedRegex(@"^\s*Exec(?:Start|StartPre|StartPost|Reload|Condition)\s*=\s*[-@:+!]*(?<text>\S.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Started();

    [GeneratedRegex(@"^(?:/\S+/)?(?:ba|da|a)?sh\s+-\w*c\s+(?<quote>['""])(?<text>.*)\k<quote>\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Shelled();

    [GeneratedRegex(@"\b(?:os\.execute|io\.popen|os\.system|os\.popen|subprocess\.\w+|shell_exec|passthru|popen|system|exec|execSync|luci\.sys\.(?:exec|call)|sys\.(?:exec|call))\s*\(\s*(?:\[(?<list>[^\]\n]{1,2000})\]|(?<quote>[""'])(?<text>.*?)\k<quote>\s*[,)])", RegexOptions.CultureInvariant)]
    private static partial Regex Called();

    // ["wget", "-O", "/tmp/fw"]: what stands between the words of a list.
    [GeneratedRegex(@"[""']\s*,\s*[""']|^\s*[""']|[""']\s*,?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Ends();
}
