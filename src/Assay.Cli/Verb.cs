namespace Assay.Cli;

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

    public void Help(TextWriter writer)
    {
        writer.WriteLine($"assay {Name} {Usage}");
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
