using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;

namespace Assay.Demo.Story;

/// <summary>A measured figure of the story, for the table at its end.</summary>
internal sealed record Figure(string Name, string Value, string? Limit, bool Holds);

/// <summary>Tells the story: each step with its time, one or two plain lines, and whether it held; the same as lines of JSON where a transcript is asked for.</summary>
internal sealed class Narrator : IDisposable
{
    private readonly TimeProvider time;
    private readonly bool fast;
    private readonly int width;
    private readonly long start;
    private readonly StreamWriter? transcript;
    private readonly List<Figure> figures = [];
    private int failures;

    public Narrator(TimeProvider time, bool fast, int width, string? transcriptFile)
    {
        this.time = time;
        this.fast = fast;
        this.width = width;
        start = time.GetTimestamp();
        transcript = transcriptFile is null ? null : new StreamWriter(transcriptFile, append: false, new UTF8Encoding(false)) { AutoFlush = true };
    }

    public bool AllHeld => failures == 0;

    public void Chapter(string title)
    {
        if (!fast) Thread.Sleep(1500);
        Console.Out.WriteLine();
        Console.Out.WriteLine($"== {title}");
    }

    /// <summary>What happened; further lines are for a person who wants to see it.</summary>
    public void Step(string name, bool held, string line, params IReadOnlyList<(string Name, object Value)> facts)
    {
        if (!held) failures++;
        var at = time.GetElapsedTime(start).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(7);
        var words = TextTable.Wrap(Shortened.Visible(line), Math.Max(40, width - 14));
        Console.Out.WriteLine($"{at} s  {(held ? "   " : "NO ")} {words[0]}");
        foreach (var more in words.Skip(1)) Console.Out.WriteLine($"{"",14}{more}");
        Console.Out.Flush();
        Record(name, held, line, facts);
        if (!fast) Thread.Sleep(700);
    }

    public void Measured(Figure figure)
    {
        figures.Add(figure);
        if (!figure.Holds) failures++;
    }

    public void Finish()
    {
        Console.Out.WriteLine();
        Console.Out.WriteLine("== Figures of this run");
        var table = figures.Max(f => (int?)f.Name.Length) ?? 0;
        foreach (var figure in figures)
        {
            Console.Out.WriteLine($"  {figure.Name.PadRight(table)}  {figure.Value,12}  {(figure.Limit is null ? "" : $"{(figure.Holds ? "within" : "NOT within")} {figure.Limit}")}".TrimEnd());
        }
        Console.Out.WriteLine();
        Console.Out.WriteLine(AllHeld ? "Every step held." : $"{failures} steps did not hold; they are marked NO.");
        Record("end", AllHeld, "", [.. figures.Select(f => (f.Name, (object)f.Value))]);
    }

    private void Record(string name, bool held, string line, IReadOnlyList<(string Name, object Value)> facts)
    {
        if (transcript is null) return;
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("step", name);
            json.WriteString("at", EvidenceJson.Time(time.GetUtcNow()));
            json.WriteBoolean("held", held);
            json.WriteString("text", line);
            foreach (var (key, value) in facts)
            {
                if (value is double number && double.IsFinite(number)) json.WriteNumber(key, number);
                else if (value is long whole) json.WriteNumber(key, whole);
                else json.WriteString(key, value.ToString());
            }
            json.WriteEndObject();
        }
        transcript.WriteLine(Encoding.UTF8.GetString(bytes.ToArray()));
    }

    public void Dispose() => transcript?.Dispose();
}
