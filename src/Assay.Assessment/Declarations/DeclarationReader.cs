using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Declarations;

/// <summary>Finds the declarations among files by what they hold, reads each in its layout, and checks the signatures beside them.</summary>
internal static class DeclarationReader
{
    private const int LargestFile = 16 << 20;

    public static Declaration Read(string folder, DateTimeOffset asOf)
    {
        var artefacts = new List<Artefact>();
        try
        {
            var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
            foreach (var file in Directory.EnumerateFiles(folder, "*", all).Order(StringComparer.Ordinal))
            {
                artefacts.Add(Artefact.Open(file, Path.GetRelativePath(folder, file).Replace('\\', '/')));
            }
            return Read(artefacts, asOf);
        }
        finally
        {
            foreach (var artefact in artefacts) artefact.Dispose();
        }
    }

    /// <summary>What a file with a signature that does not count has lost; all of it was read.</summary>
    internal const string FittingSignature = "a signature that fits";

    public static Declaration Read(IReadOnlyList<Artefact> artefacts, DateTimeOffset asOf)
    {
        var byName = new Dictionary<string, Artefact>(StringComparer.Ordinal);
        foreach (var artefact in artefacts) byName.TryAdd(artefact.Name, artefact);
        var parts = new List<(string Name, Gathering Part)>();
        var coverage = new List<Coverage>();
        var drafts = new List<string>();
        foreach (var artefact in artefacts.OrderBy(a => a.Name, StringComparer.Ordinal))
        {
            if (artefact.Size is 0 or > LargestFile) continue;
            var isWorkbook = Workbook.Looks(artefact);
            var text = isWorkbook ? "" : Text(artefact);
            if (text is null) continue;
            var (signer, note) = Signature(artefact, byName, asOf);
            var part = new Gathering(Shortened.Visible(artefact.Name), signer, note);
            var losses = new List<Loss>();
            var isOurs = false;
            try
            {
                if (isWorkbook) isOurs = WorkbookDeclaration.Read(artefact, part, losses);
                else if (isOurs = YamlDeclaration.Looks(text)) part = ReadYaml(Bytes(artefact, text), () => new Gathering(Shortened.Visible(artefact.Name), signer, note));
                else if (TreeDeclaration.LooksCsv(text)) TreeDeclaration.ReadCsv(text, part);
                else if (isOurs = CsvDeclaration.Looks(text)) CsvDeclaration.Read(text, part);
                else if (text.Contains('#') || text.Contains('|')) MarkdownDeclaration.Read(text, part);
            }
            catch (UnreadableException e)
            {
                losses.Add(e.AsLoss(artefact.Name));
            }
            part.Finish();
            if (part.IsEmpty && losses.Count == 0)
            {
                // A draft that nobody filled in is a declaration all the same, and no document to search for promises.
                if (isOurs) drafts.Add(artefact.Name);
                continue;
            }
            if (note is not null) losses.Add(new Loss { Location = new Location { Artefact = artefact.Name }, Expected = FittingSignature, Found = note });
            parts.Add((artefact.Name, part));
            coverage.Add(new Coverage
            {
                Artefact = artefact.Name,
                Scope = CoverageScope.Declaration,
                Unit = "rows",
                Total = part.Rows + part.UnreadParts.Count,
                Examined = part.Rows,
                Losses = losses,
                Counts = new SortedDictionary<string, long>(StringComparer.Ordinal)
                {
                    ["claims"] = part.Claims.Count,
                    ["tables"] = part.Tables.Count,
                    ["selfAssessments"] = part.SelfAssessments.Count,
                    ["unread"] = part.UnreadParts.Count,
                    ["proposals"] = part.Proposals.Count,
                },
            });
        }
        return new Declaration
        {
            Claims = [.. parts.SelectMany(p => p.Part.Claims)],
            Tables = [.. parts.SelectMany(p => p.Part.Tables).OrderBy(t => t.Number).ThenBy(t => t.Location.Artefact, StringComparer.Ordinal)],
            SelfAssessments = [.. parts.SelectMany(p => p.Part.SelfAssessments)],
            Facts = [.. parts.SelectMany(p => p.Part.Facts)],
            Trees = [.. parts.SelectMany(p => p.Part.Trees)],
            Unread = [.. parts.SelectMany(p => p.Part.UnreadParts)],
            Proposals = [.. parts.SelectMany(p => p.Part.Proposals)],
            Coverage = coverage,
            Files = [.. parts.Select(p => p.Name)],
            Drafts = drafts,
        };
    }

    /// <summary>A line that is no YAML is left out and said, so that one slip of the pen does not lose the whole file; what is left has to be a declaration all the same.</summary>
    /// <exception cref="UnreadableException">The first slip, where too many lines or too little is left.</exception>
    private static Gathering ReadYaml(ReadOnlySpan<byte> bytes, Func<Gathering> start)
    {
        var left = new List<(int Line, string Text, string Expected)>();
        var rest = bytes.ToArray();
        UnreadableException? first = null;
        while (true)
        {
            var part = start();
            try
            {
                YamlDeclaration.Read(rest, part);
                if (first is not null && part.Claims.Count == 0 && part.Tables.Count == 0) throw first;
                foreach (var (line, text, expected) in left) part.Unread(line, text, expected);
                return part;
            }
            catch (UnreadableException wrong) when (wrong != first && wrong is { Line: > 0, Expected: "well-formed YAML" } && left.Count < MostSlips)
            {
                first ??= wrong;
                if (Cut(rest, wrong.Line.Value) is not { } text) throw first;
                left.Add((wrong.Line.Value, text, wrong.Expected));
            }
        }
    }

    private const int MostSlips = 20;

    // The line as it stood, spaces in its place; null where there is nothing to take away.
    private static string? Cut(byte[] bytes, int line)
    {
        var start = 0;
        for (var at = 1; at < line; at++)
        {
            var end = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (end < 0) return null;
            start += end + 1;
        }
        var rest = bytes.AsSpan(start);
        var whole = rest.IndexOf((byte)'\n') is var length and >= 0 ? rest[..length] : rest;
        var text = Encoding.UTF8.GetString(whole).Trim();
        whole.Fill((byte)' ');
        return text.Length > 0 ? text : null;
    }

    // As they are where they are UTF-8, so that offsets hold.
    private static ReadOnlySpan<byte> Bytes(Artefact artefact, string text)
    {
        var bytes = artefact.Bytes.Span(0, (int)artefact.Size);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? bytes : Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Who signed the file, or why the signature beside it does not count; both null where there is none.</summary>
    internal static (Signer?, string?) Signature(Artefact artefact, IReadOnlyDictionary<string, Artefact> byName, DateTimeOffset asOf)
    {
        string? note = null;
        foreach (var ending in DetachedSignature.Endings)
        {
            // draft.yaml.p7s, or draft.p7s beside draft.yaml.
            if (!byName.TryGetValue(artefact.Name + ending, out var beside) && !byName.TryGetValue(Path.ChangeExtension(artefact.Name, ending), out beside)) continue;
            if (ReferenceEquals(beside, artefact)) continue;
            var (signer, why) = DetachedSignature.Check(beside.Bytes.Span(0, (int)Math.Min(beside.Size, 2 << 20)), artefact.Bytes.Span(0, (int)artefact.Size), asOf, ending == ".cose");
            if (signer is not null) return (signer, null);
            note ??= $"{Shortened.Visible(Path.GetFileName(beside.Name))}: {why}";
        }
        return (null, note);
    }

    // A zero byte shows what is no text, unless the mark of UTF-16 stands before it.
    private static string? Text(Artefact artefact)
    {
        var bytes = artefact.Bytes.Span(0, (int)artefact.Size);
        return bytes is not ([0xff, 0xfe, ..] or [0xfe, 0xff, ..]) && bytes[..Math.Min(bytes.Length, 4096)].IndexOf((byte)0) >= 0 ? null : PlainText.Of(bytes);
    }
}
