using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Tests;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>Real makers' dossiers of the corpus. What must come out is counted in the files by other means.</summary>
public class DossierTests
{
    private static readonly DateTimeOffset AsOf = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Dossiers()
    {
        var data = new TheoryData<string>();
        var root = Corpus.Root is null ? null : Path.Combine(Corpus.Root, "dossier");
        if (root is null || !Directory.Exists(root)) data.Add("-");
        else foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)) data.Add(Path.GetFileName(folder));
        return data;
    }

    private static string Folder(string dossier) => Corpus.Folder(dossier == "-" ? "dossier" : $"dossier/{dossier}");

    private static List<(string Name, string Text)> Documents(string dossier, string marker)
    {
        var documents = Directory.EnumerateFiles(Folder(dossier), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => (Path.GetRelativePath(Folder(dossier), f), File.ReadAllText(f))).Where(d => Regex.IsMatch(d.Item2.Split('\n')[0], marker, RegexOptions.IgnoreCase)).ToList();
        if (documents.Count == 0) Assert.Skip($"no Markdown with {marker} in {dossier}");
        return documents;
    }

    [Theory, MemberData(nameof(Dossiers))]
    public void Every_table_is_read_with_nothing_unread(string dossier)
    {
        var documents = Documents(dossier, @"IXIT[ -]\d+-");
        var declaration = Declaration.Read(Folder(dossier), AsOf);
        Assert.Empty(declaration.Unread);
        Assert.All(declaration.Coverage, c => Assert.True(c.IsWhole, c.Artefact));
        foreach (var (name, text) in documents)
        {
            var table = Assert.Single(declaration.Tables, t => t.Location.Artefact == name);
            Assert.Equal(int.Parse(Regex.Match(text.Split('\n')[0], @"IXIT[ -](\d+)-", RegexOptions.IgnoreCase).Groups[1].Value), table.Number);
            // Rows have ids as headings; a table without such headings is one set of fields.
            var ids = Regex.Matches(text, @"^#+\s*(?:\*\*)?ID(?:\*\*)?\s*:\s*(.+)$", RegexOptions.Multiline).Select(m => m.Groups[1].Value.Split(": ")[0].Trim()).ToList();
            Assert.Equal(ids.Count > 0 ? ids : [table.Name], table.Rows.Select(r => r.Id));
            Assert.All(table.Rows, r => Assert.NotEmpty(r.Fields));
            Assert.All(table.Rows, r => Assert.Contains(r.Fields, f => f.Value.Length > 0));
            // Every heading is a row, a field, a section or the table itself: nothing vanished.
            var headings = Regex.Matches(text, @"^#+\s+(.+?)\s*$", RegexOptions.Multiline).Count;
            var placed = table.Rows.Sum(r => r.Lines.Values.Distinct().Count()) + table.Rows.Count + table.Sections.Count;
            Assert.True(placed >= headings - 2, $"{name}: {headings} headings, {placed} placed");
        }
    }

    [Theory, MemberData(nameof(Dossiers))]
    public void Every_word_of_a_table_is_kept(string dossier)
    {
        var documents = Documents(dossier, @"IXIT[ -]\d+-");
        var declaration = Declaration.Read(Folder(dossier), AsOf);
        foreach (var (name, text) in documents)
        {
            var table = Assert.Single(declaration.Tables, t => t.Location.Artefact == name);
            var kept = table.Rows.SelectMany(r => r.Fields.Keys.Concat(r.Fields.Values).Append(r.Id))
                .Concat(table.Sections.SelectMany(s => s.Rows.SelectMany(r => r.Fields.Keys.Concat(r.Fields.Values).Append(r.Id)).Append(s.Text).Append(s.Name)))
                .SelectMany(Words).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var body = text[text.IndexOf('\n')..];
            var lost = Words(Regex.Replace(body, "^#.*$", "", RegexOptions.Multiline)).Where(w => !kept.Contains(w)).Distinct().ToList();
            // Only the label of a summary's first column may go: its cells become ids.
            Assert.True(lost.Count <= 6, $"{name} lost: {string.Join(' ', lost)}");
        }

        static IEnumerable<string> Words(string text) => Regex.Matches(text.Replace("<br>", "\n"), @"[\p{L}\p{N}]{2,}").Select(m => m.Value);
    }

    // Some documents state a figure twice; what a summary says must be there to be held against the row.
    [Theory, MemberData(nameof(Dossiers))]
    public void Summaries_keep_their_own_columns_beside_the_rows(string dossier)
    {
        var documents = Documents(dossier, @"IXIT[ -]\d+-").Where(d => Regex.IsMatch(d.Text, "^## Summary Matrix", RegexOptions.Multiline)).ToList();
        if (documents.Count == 0) Assert.Skip($"no summaries in {dossier}");
        var declaration = Declaration.Read(Folder(dossier), AsOf);
        foreach (var (name, _) in documents)
        {
            var table = Assert.Single(declaration.Tables, t => t.Location.Artefact == name);
            var summary = Assert.Single(table.Sections, s => s.Name.StartsWith("Summary Matrix"));
            Assert.NotEmpty(summary.Rows);
            Assert.All(summary.Rows, r => Assert.True(r.Fields.Count > 0 && r.Location.Line > summary.Location.Line));
        }
    }

    [Theory, MemberData(nameof(Dossiers))]
    public void Self_assessments_are_unsigned_claims_with_the_makers_verdict(string dossier)
    {
        var documents = Documents(dossier, "Test group");
        var declaration = Declaration.Read(Folder(dossier), AsOf);
        Assert.Equal(documents.Count, declaration.SelfAssessments.Count);
        Assert.All(declaration.SelfAssessments, s => Assert.Null(s.SignedBy));
        foreach (var verdict in new[] { "PASS", "FAIL", "N/A" })
        {
            Assert.Equal(documents.Count(d => Regex.IsMatch(d.Text, @"^\*\*Group Verdict\*\*: \*\*" + Regex.Escape(verdict), RegexOptions.Multiline)), declaration.SelfAssessments.Count(s => s.Verdict == verdict));
        }
        Assert.All(documents, d => Assert.Contains(declaration.SelfAssessments, s => d.Text.StartsWith($"# Test group {s.Provision}:") && s.Location.Artefact == d.Name));
    }

    [Theory, MemberData(nameof(Dossiers))]
    public void References_between_tables_lead_to_rows(string dossier)
    {
        Documents(dossier, @"IXIT[ -]\d+-");
        var declaration = Declaration.Read(Folder(dossier), AsOf);
        var mechanisms = declaration.Rows(7).Select(r => r.Id).ToList();
        Assert.NotEmpty(mechanisms);
        Assert.Contains(declaration.Rows(6), r => mechanisms.Any(m => r["Update Mechanism"]!.Contains(m)));
        Assert.Contains(declaration.Rows(6), r => !mechanisms.Any(m => r["Update Mechanism"]!.Contains(m)));
    }

    [Theory, MemberData(nameof(Dossiers))]
    public void Other_documents_of_a_dossier_are_no_declarations(string dossier)
    {
        var declaration = Declaration.Read(Folder(dossier), AsOf);
        Assert.All(declaration.Files, f => Assert.Matches(@"(?i)ixit|self_assessment|ics", f));
    }
}
