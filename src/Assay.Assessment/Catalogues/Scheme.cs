using Assay.Assessment.Verdicts;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Catalogues;

/// <summary>One profile in a scheme's ordered list, with the least grade it accepts (semantics.md section 1, "level").</summary>
/// <param name="Number">From 1.</param>
/// <param name="Provisions">Ids of EN 303 645 V2.1.1; null stands for all mandatory ones.</param>
/// <param name="Least">The least grade for units that no tool can examine.</param>
/// <param name="LeastTool">The least grade for units that a tool can examine.</param>
public sealed record Level(int Number, string Name, IReadOnlyList<string>? Provisions, Grade Least, Grade LeastTool, string Source)
{
    /// <summary>The provisions of the level in a catalogue, in its order.</summary>
    public IReadOnlyList<Provision> Of(Catalogue catalogue) =>
        [.. catalogue.Provisions.Where(p => Provisions is null ? p.IsMandatory : Provisions.Contains(p.Id) || (p.Earlier is { } earlier && Provisions.Contains(earlier)))];

    /// <summary>Whether an answer of this grade is enough for a unit of this kind.</summary>
    public bool Accepts(Grade? grade, Means means) => grade is { } g && g <= (means == Means.Tool ? LeastTool : Least);
}

/// <summary>Our default scheme: four levels, data in <c>Catalogues/Data/levels.tsv</c>.</summary>
public static class Scheme
{
    public static IReadOnlyList<Level> Levels => LazyLevels.Value;

    public static Level? Level(int number) => Levels.FirstOrDefault(l => l.Number == number);

    private static readonly Lazy<IReadOnlyList<Level>> LazyLevels = new(() => [.. DataFile.Open(typeof(Scheme), "levels.tsv").Rows.Select(r => new Level(
        int.Parse(r.Need("level"), System.Globalization.CultureInfo.InvariantCulture),
        r.Need("name"),
        r.Need("provisions") == "mandatory" ? null : r.List("provisions", ','),
        Enum.Parse<Grade>(r.Need("least"), ignoreCase: true),
        Enum.Parse<Grade>(r.Need("least_tool"), ignoreCase: true),
        r.Need("source")))]);
}
