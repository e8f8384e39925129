namespace Assay.Assessment.Tests.Mutation;

/// <summary>Changes single fields, rows and lines of the example's papers, whatever words stand in them.</summary>
internal static class Papers
{
    /// <summary>Another value for a field of a row; an empty one leaves the field without words.</summary>
    public static HonestDossier Field(this HonestDossier dossier, string row, string field, string value) => dossier.Lines(HonestDossier.Ixit, lines =>
    {
        var from = lines.IndexOf($"    - id: {row}");
        Assert.True(from >= 0, $"no row {row}");
        var at = lines.FindIndex(from + 1, l => l.StartsWith($"      {field}:", StringComparison.Ordinal));
        Assert.True(at > 0 && !lines.Skip(from + 1).Take(at - from - 1).Any(l => l.StartsWith("    - id:", StringComparison.Ordinal)), $"{row} has no field {field}");
        lines[at] = $"      {field}:{(value.Length > 0 ? " " + Quoted(value) : "")}";
    });

    /// <summary>Another value for a field of a table that is one record.</summary>
    public static HonestDossier Record(this HonestDossier dossier, string field, string value) => dossier.Lines(HonestDossier.Ixit, lines =>
    {
        var at = lines.FindIndex(l => l.StartsWith($"    {field}:", StringComparison.Ordinal));
        Assert.True(at > 0, $"no field {field}");
        lines[at] = $"    {field}:{(value.Length > 0 ? " " + Quoted(value) : "")}";
    });

    public static HonestDossier WithoutRow(this HonestDossier dossier, string row) => dossier.Lines(HonestDossier.Ixit, lines =>
    {
        var from = lines.IndexOf($"    - id: {row}");
        Assert.True(from >= 0, $"no row {row}");
        var end = lines.FindIndex(from + 1, l => l.StartsWith("    - id:", StringComparison.Ordinal) || (l.StartsWith("  ", StringComparison.Ordinal) && !l.StartsWith("   ", StringComparison.Ordinal)));
        lines.RemoveRange(from, (end < 0 ? lines.Count : end) - from);
    });

    /// <summary>A further row at the head of a table.</summary>
    public static HonestDossier WithRow(this HonestDossier dossier, string table, string row, params string[] fields) => dossier.Lines(HonestDossier.Ixit, lines =>
    {
        var at = lines.IndexOf($"  {table}:");
        Assert.True(at >= 0, $"no table {table}");
        lines.InsertRange(at + 1, [$"    - id: {row}", .. fields.Select(f => f.IndexOf(": ", StringComparison.Ordinal) is var cut and > 0 ? $"      {f[..cut]}: {Quoted(f[(cut + 2)..])}" : $"      {f}")]);
    });

    /// <summary>Another line of the conformance statement.</summary>
    public static HonestDossier Claim(this HonestDossier dossier, string provision, string support, string? why = null) => dossier.Lines(HonestDossier.Ics, lines =>
    {
        var at = lines.FindIndex(l => l.StartsWith($"  {provision}:", StringComparison.Ordinal));
        Assert.True(at > 0, $"no line {provision}");
        var more = lines.Skip(at + 1).TakeWhile(l => l.StartsWith("    ", StringComparison.Ordinal)).Count();
        lines.RemoveRange(at, 1 + more);
        lines.InsertRange(at, why is null ? [$"  {provision}: {support}"] : [$"  {provision}:", $"    support: {support}", $"    justification: {Quoted(why)}"]);
    });

    /// <summary>Another answer to a condition.</summary>
    public static HonestDossier Condition(this HonestDossier dossier, string fact, string answer) => dossier.Lines(HonestDossier.Ics, lines =>
    {
        var at = lines.FindIndex(l => l.StartsWith($"  {fact}:", StringComparison.Ordinal));
        Assert.True(at > 0, $"no condition {fact}");
        lines[at] = $"  {fact}: {answer}";
    });

    private static HonestDossier Lines(this HonestDossier dossier, string name, Action<List<string>> change)
    {
        var lines = dossier.Text(name).Split('\n').ToList();
        change(lines);
        return dossier.With(name, string.Join('\n', lines));
    }

    private static string Quoted(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
