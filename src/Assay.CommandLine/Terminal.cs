using System.Text;
using System.Text.Json;
using Assay.Evidence;

namespace Assay.CommandLine;

/// <summary>Where a verb speaks to: answers go to standard output or to <c>-o</c>, progress and hints to standard error.</summary>
public sealed class Terminal
{
    private readonly Arguments arguments;
    private readonly Verb verb;
    private readonly string program;
    private readonly ProgressLine progress;

    public Terminal(Arguments arguments, Verb verb, TimeProvider time, string program = "assay")
    {
        this.program = program;
        this.arguments = arguments;
        this.verb = verb;
        Time = time;
        Quiet = arguments.Has("--quiet");
        Color = !arguments.Has("--no-color") && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && !Console.IsOutputRedirected && arguments.Value("-o") is null;
        Format = arguments.Value("--format") ?? verb.Formats[0];
        if (!verb.Formats.Contains(Format)) throw new UsageException($"--format of {verb.Name} expects {string.Join(", ", verb.Formats)}, found {Format}");
        progress = new ProgressLine(time, !Quiet && !Console.IsErrorRedirected);
    }

    public TimeProvider Time { get; }
    public bool Quiet { get; }
    public bool Color { get; }
    public string Format { get; }
    /// <summary>Columns of the screen; 100 where there is none.</summary>
    public int Width
    {
        get
        {
            if (Console.IsOutputRedirected) return 100;
            try { return Console.WindowWidth is > 0 and var columns ? Math.Max(40, columns) : 80; }
            catch (IOException) { return 100; }
        }
    }

    /// <summary>What examinations are told, out of the common options.</summary>
    public ExaminationOptions Examination() => new()
    {
        AsOf = arguments.AsOf(Time),
        Budget = arguments.Budget(),
        Cache = arguments.Value("--cache") is { } folder ? FactsFolder.OfContents(folder) : null,
        Progress = progress.Show,
    };

    /// <summary>Writes the answer as text: to <c>-o FILE</c> or to standard output.</summary>
    public void Write(Action<TextWriter> answer) => WriteBytes(stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        answer(writer);
    });

    /// <summary>Writes one JSON document.</summary>
    public void WriteJson(Action<Utf8JsonWriter> answer) => WriteBytes(stream =>
    {
        using (var json = new Utf8JsonWriter(stream, EvidenceJson.Document)) answer(json);
        stream.WriteByte((byte)'\n');
    });

    /// <summary>Writes one JSON record a line.</summary>
    public void WriteLines<T>(IEnumerable<T> records, Action<Utf8JsonWriter, T> write) => WriteBytes(stream =>
    {
        using var json = new Utf8JsonWriter(stream, EvidenceJson.Line);
        foreach (var record in records)
        {
            write(json, record);
            json.Flush();
            stream.WriteByte((byte)'\n');
            json.Reset();
        }
    });

    /// <summary>Writes bytes to <c>-o FILE</c>, whole or not at all, or to standard output.</summary>
    /// <exception cref="UsageException">The file is there and --force was not given.</exception>
    public void WriteBytes(Action<Stream> answer)
    {
        progress.Clear();
        if (arguments.Value("-o") is { } file)
        {
            WriteFile(file, answer);
            Hint($"written: {file}");
            return;
        }
        using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        answer(output);
        output.Flush();
    }

    /// <summary>Writes a file beside its final name first, so that a kill leaves the old one or the new one.</summary>
    public void WriteFile(string file, Action<Stream> answer)
    {
        Allow(file);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        Directory.CreateDirectory(folder);
        var fresh = Path.Combine(folder, $".{Path.GetFileName(file)}.new");
        using (var stream = new BufferedStream(new FileStream(fresh, FileMode.Create, FileAccess.Write), 1 << 16)) answer(stream);
        File.Move(fresh, file, overwrite: true);
    }

    /// <exception cref="UsageException">Something is at <paramref name="path"/> and --force was not given.</exception>
    public void Allow(string path)
    {
        if (arguments.Has("--force")) return;
        if (File.Exists(path)) throw new UsageException($"{path} is there already; --force overwrites it");
    }

    /// <summary>A line for a person on standard error: what to do next. Nothing when --quiet.</summary>
    public void Hint(string text)
    {
        progress.Clear();
        if (!Quiet) Console.Error.WriteLine(text);
    }

    /// <summary>A line on standard error that even --quiet shows.</summary>
    public void Complain(string text)
    {
        progress.Clear();
        Console.Error.WriteLine($"{program} {verb.Name}: {Shortened.Visible(text)}");
    }

    public void Finish() => progress.Clear();
}

/// <summary>One line on standard error that shows how far a long work is, once it lasts longer than a moment.</summary>
public sealed class ProgressLine(TimeProvider time, bool watched)
{
    private readonly Lock access = new();
    private readonly long start = time.GetTimestamp();
    private long shownAt;
    private bool visible;

    public void Show(Progress progress)
    {
        if (!watched) return;
        lock (access)
        {
            if (time.GetElapsedTime(start) < TimeSpan.FromMilliseconds(300)) return;
            if (visible && time.GetElapsedTime(shownAt) < TimeSpan.FromMilliseconds(80)) return;
            shownAt = time.GetTimestamp();
            var bar = "";
            if (progress.Total > 0)
            {
                var share = Math.Clamp((double)progress.Done / progress.Total, 0, 1);
                var full = (int)(share * 24);
                bar = $" [{new string('#', full)}{new string('.', 24 - full)}] {share * 100,3:0} %";
            }
            Console.Error.Write($"\r\x1b[K{Shortened.Visible(progress.Step)}{bar}");
            visible = true;
        }
    }

    public void Clear()
    {
        lock (access)
        {
            if (!visible) return;
            Console.Error.Write("\r\x1b[K");
            visible = false;
        }
    }
}
