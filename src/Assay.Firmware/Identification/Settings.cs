using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Assay.Firmware.Identification;

/// <summary>One setting of a program: in which section, under which name, with which value.</summary>
/// <param name="Section">Names of the blocks around it, outermost first, a blank between them; empty at the top.</param>
/// <param name="Value">Without quotes and without the mark that ends it.</param>
/// <param name="Line">From 1.</param>
internal sealed record Setting(string Section, string Name, string Value, int Line)
{
    public bool IsOn => Value.ToLowerInvariant() is "true" or "yes" or "on" or "1" or "enable" or "enabled";
    public bool IsOff => Value.ToLowerInvariant() is "false" or "no" or "off" or "0" or "disable" or "disabled" or "none";
}

/// <summary>
/// Configuration in the forms that programs of many makers share: <c>name value</c>, <c>name = value</c>, <c>name: value</c>, sections in brackets, blocks in braces
/// or tags, options of UCI, JSON. Comments are left out. Nothing is run and nothing is included.
/// </summary>
internal static partial class Settings
{
    private const int Most = 20_000, LongestLine = 4096, Deepest = 64;

    public static IReadOnlyList<Setting> Of(TextFile file) => file.Text.TrimStart() is ['{', ..] && Json(file.Text) is { } json ? json : Lines(file);

    private static List<Setting>? Json(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = Deepest });
        var (settings, names, name, line, counted) = (new List<Setting>(), new Stack<string>(), "", 1, 0L);
        try
        {
            while (reader.Read() && settings.Count < Most)
            {
                line += bytes.AsSpan((int)counted, (int)(reader.TokenStartIndex - counted)).Count((byte)'\n');
                counted = reader.TokenStartIndex;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName: name = reader.GetString()!; break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray: names.Push(name); break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray: name = names.Pop(); break;
                    default:
                        settings.Add(new Setting(string.Join(' ', names.Reverse()).Trim(), name, reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan), line));
                        break;
                }
            }
            return settings;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Braces of another language.
            return null;
        }
    }

    private static List<Setting> Lines(TextFile file)
    {
        var (settings, section, blocks) = (new List<Setting>(), "", new List<string>());
        for (var i = 0; i < file.Lines.Count && settings.Count < Most; i++)
        {
            var line = file.Lines[i].Trim();
            if (line.Length is 0 or > LongestLine || line[0] is '#' or ';' or '!' || line.StartsWith("//", StringComparison.Ordinal)) continue;
            if (Remark().Match(line) is { Success: true } remark) line = line[..remark.Index].TrimEnd();
            if (Bracketed().Match(line) is { Success: true } bracketed)
            {
                section = bracketed.Groups["name"].Value;
                continue;
            }
            if (Tagged().Match(line) is { Success: true } tagged)
            {
                if (tagged.Groups["end"].Success && blocks.Count > 0) blocks.RemoveAt(blocks.Count - 1);
                else if (!tagged.Groups["end"].Success && blocks.Count < Deepest) blocks.Add(tagged.Groups["name"].Value);
                continue;
            }
            if (Typed().Match(line) is { Success: true } typed)
            {
                section = typed.Groups["name"].Value;
                continue;
            }
            foreach (var (statement, mark) in Statements(line))
            {
                if (mark == '{')
                {
                    if (blocks.Count < Deepest) blocks.Add(statement.TrimEnd(' ', ':', '='));
                    continue;
                }
                if (Named().Match(statement) is { Success: true } named)
                    settings.Add(new Setting(string.Join(' ', blocks.Prepend(section)).Trim(), named.Groups["name"].Value.Trim(), named.Groups["value"].Value.TrimEnd(',', ';', ' ').Trim('"', '\''), i + 1));
                if (mark == '}' && blocks.Count > 0) blocks.RemoveAt(blocks.Count - 1);
            }
        }
        return settings;
    }

    /// <summary>What stands between the marks <c>;</c>, <c>{</c> and <c>}</c> outside of quotes, with the mark behind it.</summary>
    private static IEnumerable<(string Text, char Mark)> Statements(string line)
    {
        if (line.AsSpan().IndexOfAny('{', '}') < 0)
        {
            yield return (line, '\n');
            yield break;
        }
        var (from, quote) = (0, '\0');
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
            }
            else if (c is '"' or '\'') quote = c;
            else if (c is ';' or '{' or '}')
            {
                yield return (line[from..i].Trim(), c);
                from = i + 1;
            }
        }
        yield return (line[from..].Trim(), '\n');
    }

    [GeneratedRegex(@"\s#.*$", RegexOptions.CultureInvariant)]
    private static partial Regex Remark();

    [GeneratedRegex(@"^\[{1,2}(?<name>[^\[\]]+)\]{1,2}$", RegexOptions.CultureInvariant)]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"^<(?<end>/)?(?<name>[A-Za-z][^<>]*)>$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Tagged();

    [GeneratedRegex(@"^config\s+(?<name>[\w-]+(?:\s+['""]?[\w.-]+['""]?)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Typed();

    // A name of several words stands before an equals sign alone: "guest ok = yes".
    [GeneratedRegex(@"^(?:(?:option|list|set|export)\s+)?['""]?(?:(?<name>[\w./:@*-]+(?: [\w./-]+){0,3})['""]?\s*=\s*(?<value>.*)|(?<name>[\w./@*-]+(?:::[\w.-]+)*)['""]?(?:\s*:)?\s+(?<value>\S.*))$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Named();
}
