using System.Text;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Labels;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Assessment.Tests.Verdicts;

/// <summary>docs/semantics.md and docs/declaration.md say what the program does: their tables and examples are read and tried.</summary>
public class SemanticsPageTests
{
    private static string Page(string name) => File.ReadAllText(Path.Combine(Checkout.Root, "docs", name));

    // The rows of the first table whose header begins with the word.
    private static List<string[]> Table(string page, string header)
    {
        var lines = Page(page).Split('\n');
        var at = Array.FindIndex(lines, l => l.StartsWith($"| {header} |", StringComparison.Ordinal));
        Assert.True(at >= 0, $"no table \"{header}\" in {page}");
        return [.. lines.Skip(at + 2).TakeWhile(l => l.StartsWith('|')).Select(l => l.Trim().Trim('|').Split('|').Select(c => c.Trim().Trim('`')).ToArray())];
    }

    [Fact]
    public void Section_1_names_every_outcome_and_grade_in_the_order_in_which_they_are_tried()
    {
        Assert.Equal(["notApplicable", "fail", "disputed", "pass", "notClaimed", "inconclusive"], Table("semantics.md", "outcome").Select(r => r[0]));
        Assert.Equal(Enum.GetValues<Outcome>().Select(EvidenceJson.Name).Order(), Table("semantics.md", "outcome").Select(r => r[0]).Order());
        Assert.Equal(Enum.GetValues<Grade>().Select(EvidenceJson.Name), Table("semantics.md", "grade").Select(r => r[0]));
    }

    [Fact]
    public void Section_1_lists_the_levels_of_the_scheme() =>
        Assert.Equal(Scheme.Levels.Select(l => $"{l.Number} {l.Of(Catalogue.Default).Count} {EvidenceJson.Name(l.Least)} {EvidenceJson.Name(l.LeastTool)}"),
            Table("semantics.md", "level").Select(r => string.Join(' ', r)));

    [Theory]
    [InlineData(true, 0, true)]
    [InlineData(false, 1, false)]
    [InlineData(false, 0, false)]
    [InlineData(true, 1, false)]
    public void Section_2_a_label_is_refused_where_the_level_is_not_met(bool met, int blocking, bool granted)
    {
        var level = new ProfileLevel(1, null);
        var summary = new AssessmentSummary
        {
            Maker = "m",
            Model = "d",
            Versions = [],
            SupportEnd = null,
            AsOf = default,
            Evidence = [],
            Grades = [],
            NotChecked = [],
            Editions = [],
            Levels = [new AssessedLevel(level, met, blocking == 0 ? [] : [new Assay.Labels.Token.Blocking("5.2-1-1a", "inconclusive", "nothing was declared")])],
        };
        var refusals = Issuing.AgainstGranting(summary, level);
        Assert.Equal(granted, refusals.Count == 0);
        if (blocking > 0) Assert.Contains("5.2-1-1a", refusals[0]);
        Assert.Equal(["evaluate", "decide", "issue"], Table("semantics.md", "act").Select(r => r[0]));
    }

    [Fact]
    public void Section_3_lists_every_answer_of_a_check_with_its_exit_status()
    {
        var rows = Table("semantics.md", "answer");
        var answers = Enum.GetValues<LabelAnswer>();
        Assert.Equal(answers.Length, rows.Count);
        foreach (var answer in answers)
        {
            var words = Regex.Replace(answer.ToString(), "(?<!^)([A-Z])", " $1").ToLowerInvariant();
            var row = Assert.Single(rows, r => r[0].Replace(",", "").StartsWith(words, StringComparison.Ordinal));
            Assert.Equal(row[1], $"{new LabelCheck { Answer = answer, Words = words, Reasons = [], ToAPerson = "" }.Exit}");
        }
    }

    [Fact]
    public void The_example_of_a_declaration_is_read_whole()
    {
        var yaml = Regex.Match(Page("declaration.md"), "```yaml\n(maker:.*?)```", RegexOptions.Singleline).Groups[1].Value;
        var declaration = Declaration.Read([Artefact.Of("example.yaml", Encoding.UTF8.GetBytes(yaml))], default);
        Assert.Empty(declaration.Unread);
        Assert.Equal(4, declaration.Claims.Count);
        Assert.Equal([1, 2, 6, 24], declaration.Tables.Select(t => t.Number));
        Assert.True(declaration.Table(24)!.IsDeclaredEmpty);
        Assert.Equal(Truth.False, DeclaredFacts.Of(declaration, "debugInterface").Truth);
        Assert.Equal(Truth.False, DeclaredFacts.Of(declaration, "presetPasswords").Truth);
        foreach (Match markdown in Regex.Matches(Page("declaration.md"), "```markdown\n(.*?)```", RegexOptions.Singleline))
        {
            var tables = Declaration.Read([Artefact.Of("example.md", Encoding.UTF8.GetBytes(markdown.Groups[1].Value))], default);
            Assert.Empty(tables.Unread);
            Assert.Equal(("AuthMech-1", "Password"), (tables.Table(1)!.Rows[0].Id, tables.Table(1)!.Rows[0]["Authentication Factor"]));
        }
    }

    [Fact]
    public void The_page_names_every_table_and_every_condition()
    {
        var page = Page("declaration.md");
        Assert.All(TableName.All, t => Assert.Contains($"{t.Number}-{t.Name}{(t.Later == t.Name ? "" : $" ({t.Later})")}", page));
        var listed = Regex.Match(page, @"The names: (.*?)\. A row", RegexOptions.Singleline).Groups[1].Value.Split('`').Where((_, i) => i % 2 == 1).Select(Names.Bare).Order();
        var second = Catalogue.Default;
        Assert.Equal(second.Conditions.SelectMany(c => c.Means!.Names).Concat(second.Units.Select(u => u.Escape).OfType<string>()).Select(Names.Bare).Distinct().Order(), listed);
    }
}
