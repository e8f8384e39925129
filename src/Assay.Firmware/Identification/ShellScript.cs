namespace Assay.Firmware.Identification;

/// <summary>One simple command of a shell script: its words with known variables put in.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Conditional">Inside <c>if</c>, <c>case</c> or behind a test: it may never run.</param>
internal sealed record ShellCommand(int Line, IReadOnlyList<string> Words, bool Conditional)
{
    public string Name => Words[0][(Words[0].LastIndexOf('/') + 1)..];
}

/// <summary>A shell script read word by word as far as its commands show: quotes, comments, separators, assignments of fixed values. Nothing is run.</summary>
internal static class ShellScript
{
    private const int MostCommands = 50_000;
    private static readonly HashSet<string> Openers = new(StringComparer.Ordinal) { "if", "case", "for", "while", "until" };
    private static readonly HashSet<string> Closers = new(StringComparer.Ordinal) { "fi", "esac", "done" };
    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        "if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "(", ")", "exec", "nohup", "busybox", "sudo", "env", "time", "eval", "command", "setsid", "in",
    };

    public static List<ShellCommand> Commands(TextFile file)
    {
        var commands = new List<ShellCommand>();
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        var depth = 0;
        string? until = null;
        for (var i = 0; i < file.Lines.Count && commands.Count < MostCommands; i++)
        {
            var number = i + 1;
            var line = file.Lines[i];
            if (until is not null)
            {
                if (line.Trim() == until) until = null;
                continue;
            }
            while (line.EndsWith('\\') && i + 1 < file.Lines.Count && line.Length < 16384) line = line[..^1] + " " + file.Lines[++i].TrimStart();
            var behindTest = false;
            foreach (var (words, separator) in Split(line))
            {
                if (words.Count == 0) continue;
                if (Openers.Contains(words[0])) depth++;
                if (Closers.Contains(words[0])) depth = Math.Max(0, depth - 1);
                var here = words.FirstOrDefault(w => w.StartsWith("<<", StringComparison.Ordinal) && w.Length > 2 && w[2] != '<');
                if (here is not null) until = here.TrimStart('<', '-').Trim('\'', '"');
                var command = Simple(words, variables);
                if (command.Count > 0) commands.Add(new ShellCommand(number, command, depth > 0 || behindTest));
                behindTest = separator is "&&" or "||";
            }
        }
        return commands;
    }

    private static List<string> Simple(List<string> words, Dictionary<string, string> variables)
    {
        // "case WORD in PATTERN) command": what stands behind the pattern on the same line is a command like others.
        var at = words[0] == "case" ? words.IndexOf("in") + 1 : 0;
        while (at < words.Count)
        {
            var word = words[at];
            var equals = word.IndexOf('=');
            if (equals > 0 && word.AsSpan(0, equals).IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") < 0)
            {
                if (variables.Count < 1000) variables[word[..equals]] = Expand(word[(equals + 1)..], variables);
                at++;
            }
            else if (Skipped.Contains(word[(word.LastIndexOf('/') + 1)..]) || word is "local" or "export" or "readonly" || word.EndsWith(')') && !word.Contains('(') || word.EndsWith("()", StringComparison.Ordinal)) at++;
            else if (word is "nice" or "ionice" or "chrt")
            {
                at++;
                while (at < words.Count && (words[at].StartsWith('-') || int.TryParse(words[at], out _))) at++;
            }
            else break;
        }
        var command = new List<string>();
        for (; at < words.Count; at++)
        {
            var expanded = Expand(words[at], variables);
            // An unquoted variable may hold several words.
            if (expanded != words[at] && expanded.Contains(' ')) command.AddRange(expanded.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            else command.Add(expanded);
        }
        if (command.Count > 0 && command[0].Length == 0) command.RemoveAt(0);
        return command;
    }

    private static string Expand(string word, Dictionary<string, string> variables)
    {
        if (!word.Contains('$')) return word;
        foreach (var (name, value) in variables.OrderByDescending(v => v.Key.Length))
        {
            if (value.Length > 1024 || word.Length > 8192) break;
            word = word.Replace("${" + name + "}", value, StringComparison.Ordinal).Replace("$" + name, value, StringComparison.Ordinal);
        }
        return word;
    }

    /// <summary>The simple commands of one line with the separator behind each.</summary>
    private static List<(List<string> Words, string Separator)> Split(string line)
    {
        var commands = new List<(List<string>, string)>();
        var words = new List<string>();
        var word = new System.Text.StringBuilder();
        var (quote, any) = ('\0', false);
        void EndWord()
        {
            if (any || word.Length > 0) words.Add(word.ToString());
            word.Clear();
            any = false;
        }
        void EndCommand(string separator)
        {
            EndWord();
            commands.Add((words, separator));
            words = [];
        }
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else if (c == '\\' && quote == '"' && i + 1 < line.Length) word.Append(line[++i]);
                else word.Append(c);
                continue;
            }
            switch (c)
            {
                case '\'' or '"':
                    quote = c;
                    any = true;
                    break;
                case '\\' when i + 1 < line.Length:
                    word.Append(line[++i]);
                    break;
                case '#' when word.Length == 0 && !any:
                    EndCommand("");
                    return commands;
                case ' ' or '\t' or '\r':
                    EndWord();
                    break;
                case '&' when i > 0 && line[i - 1] == '>' || i + 1 < line.Length && line[i + 1] == '>':
                    word.Append(c);
                    break;
                case '&' or '|' or ';':
                    var two = i + 1 < line.Length && line[i + 1] == c;
                    EndCommand(two ? new string(c, 2) : c.ToString());
                    if (two) i++;
                    break;
                default:
                    word.Append(c);
                    break;
            }
        }
        EndCommand("");
        return commands;
    }
}
