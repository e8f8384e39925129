namespace Assay.CommandLine;

/// <summary>One verb of the command: what it is called, what it takes, what it does.</summary>
public sealed record Verb
{
    public required string Name { get; init; }
    /// <summary>For the list of verbs: one line without a full stop.</summary>
    public required string Summary { get; init; }
    /// <summary>What follows the verb: <c>IMAGE [--parts]</c>.</summary>
    public required string Usage { get; init; }
    /// <summary>A command that works in a fresh clone.</summary>
    public required string Example { get; init; }
    public IReadOnlyList<Option> Options { get; init; } = [];
    /// <summary>What --format may be; the first is the default.</summary>
    public required IReadOnlyList<string> Formats { get; init; }
    public required Func<Arguments, Terminal, int> Run { get; init; }

    /// <summary>Another program answers, --help included: <see cref="RunWords"/> gets all words as they came.</summary>
    public bool PassesAllOn { get; init; }
    public Func<string[], int>? RunWords { get; init; }

    /// <param name="program">How the program is called: <c>assay</c>, <c>assay guard</c>.</param>
    public void Help(TextWriter writer, string program = "assay")
    {
        writer.WriteLine($"{program} {Name} {Usage}");
        writer.WriteLine();
        writer.WriteLine($"  {Summary}.");
        writer.WriteLine();
        writer.WriteLine($"Formats: {string.Join(", ", Formats)}");
        writer.WriteLine("Options:");
        foreach (var option in Options.Concat(Arguments.Common))
        {
            writer.WriteLine($"  {option.Name + (option.Value is null ? "" : " " + option.Value),-24} {option.Help}");
        }
        writer.WriteLine();
        writer.WriteLine("Example:");
        writer.WriteLine($"  {Example}");
    }
}
