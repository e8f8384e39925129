using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Documents;
using Assay.Assessment.Drafts;
using Assay.Assessment.Reports;
using Assay.Tests;

namespace Assay.Assessment.Tests.Reports;

/// <summary>Nothing that we say of a device or an outcome praises it (semantics.md section 3). Requirement titles of the catalogues and names of features are no praise.</summary>
public partial class WordingTests
{
    [Theory]
    [InlineData("The device is secure.", "secure")]
    [InlineData("A safe product", "safe")]
    [InlineData("Everything is fine here", "fine")]
    [InlineData("looks good", "good")]
    [InlineData("It has no known vulnerabilities", "no known vulnerabilities")]
    [InlineData("Officially endorsed by us", "endorsed")]
    [InlineData("It verifies its software with secure boot", null)]
    [InlineData("a secure update mechanism exists", null)]
    [InlineData("The words \"good\" and `safe` are not used", null)]
    [InlineData("security updates, safety relevance, defined, refined", null)]
    public void The_lint_knows_praise_from_names_of_features(string text, string? praise) => Assert.Equal(praise, Praise(text).FirstOrDefault());

    [Theory]
    [InlineData("doorbell")]
    [InlineData("repaired")]
    [InlineData("answered")]
    [InlineData("empty")]
    public void No_report_praises(string name)
    {
        var result = HtmlReportTests.Result(name);
        var text = string.Concat(HtmlReport.Page(result, new()).Body.Select(n => n.InnerText + "\n")) + TerminalReportTests.Text(result, 80, colour: false);
        foreach (var title in Titles(result)) text = text.Replace(title, "TITLE", StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Praise(text));
    }

    /// <summary>Everything that assess writes, of every dossier that is here: both reports, the terminal's, JSON, OSCAL, the draft of a record. The maker's own words are quoted, not spoken.</summary>
    [Fact]
    public void Nothing_that_is_written_of_any_dossier_praises()
    {
        var folders = Directory.EnumerateDirectories(Path.Combine(Checkout.Root, "examples")).Where(f => File.Exists(Path.Combine(f, "device.yaml"))).ToList();
        if (Corpus.Root is not null) folders.AddRange(Directory.EnumerateDirectories(Corpus.Folder("dossier")));
        Assert.True(folders.Count > 1);
        var praise = new List<string>();
        foreach (var folder in folders.Order(StringComparer.Ordinal))
        {
            using var dossier = Dossier.Open(folder);
            var own = Flat(string.Join('\n', dossier.Files.SelectMany(f => f.Lines)));
            foreach (var catalogue in Catalogue.Editions)
            {
                var result = Evaluation.Of(dossier, catalogue, new Assay.Evidence.ExaminationOptions { AsOf = Checks.Plant.AsOf });
                foreach (var (name, text) in Written(result)) praise.AddRange(Spoken(text, Titles(result), own).Select(p => $"{Path.GetFileName(folder)} {catalogue.Id} {name}: {p}"));
            }
        }
        None(praise);
    }

    [Fact]
    public void Nothing_that_is_written_with_a_laboratorys_records_praises() =>
        None(Written(LabDemo.Result()).SelectMany(w => Spoken(w.Text, Titles(LabDemo.Result()), "").Select(p => $"{w.Name}: {p}")));

    [Fact]
    public void The_walk_hears_praise_and_knows_the_makers_words()
    {
        Assert.NotEmpty(Spoken("We find that the device is secure as built", [], ""));
        Assert.Empty(Spoken("declared: the device is secure as built", [], Flat("Our text says: the  device is\nsecure as built.")));
        Assert.NotEmpty(Spoken("declared: the device is secure, say we", [], Flat("secure as built")));
    }

    /// <summary>Titles of requirements say what is asked. They praise no device: no title says that one is, has or does.</summary>
    [Fact]
    public void No_title_of_the_data_praises_a_device()
    {
        var read = 0;
        var praise = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.tsv", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach (var cell in File.ReadLines(file).SelectMany(l => l.Split('\t')).Where(c => c.Contains(' ', StringComparison.Ordinal)))
            {
                read++;
                if (Claim().IsMatch(cell)) praise.Add($"{Path.GetRelativePath(Checkout.Root, file)}: {cell}");
            }
        }
        Assert.True(read > 500, $"only {read} cells were read");
        Assert.Matches(Claim(), "The device is secure");
        None(praise);
    }

    [Fact]
    public void No_check_praises()
    {
        Assert.NotEmpty(Assessment.Checks.Register.All);
        Assert.Empty(Assessment.Checks.Register.All.SelectMany(c => Praise($"{c.LooksFor}\n{c.Settle}").Select(p => $"{c.Id}: {p}")));
    }

    private static IEnumerable<(string Name, string Text)> Written(AssessmentResult result)
    {
        yield return ("report.html", Bare(HtmlReportTests.Html(result)));
        yield return ("lab-report.html", Bare(LabReportTests.Html(result)));
        yield return ("terminal", TerminalReportTests.Text(result, 120, colour: false));
        yield return ("assessment.json", Strings(AssessmentJson.Bytes(result)));
        yield return ("assessment-plan", Strings(OscalPlan.Bytes(result)));
        yield return ("assessment-results", Strings(OscalResults.Bytes(result)));
        yield return ("draft of a record", LabDraft.Text(result));
    }

    private static string Bare(string html) => System.Net.WebUtility.HtmlDecode(Tag().Replace(html[html.IndexOf("<body>", StringComparison.Ordinal)..], " "));

    // Every string of a document that people read, one a line.
    private static string Strings(byte[] json)
    {
        var text = new StringBuilder();
        var reader = new System.Text.Json.Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == System.Text.Json.JsonTokenType.String && reader.GetString() is { } value && value.Contains(' ', StringComparison.Ordinal)) text.Append(value).Append('\n');
        }
        return text.ToString();
    }

    // A word of praise with its neighbours: where the dossier itself says the three in a row, they are its words.
    private static IEnumerable<string> Spoken(string text, IEnumerable<string> titles, string own)
    {
        // A sentence may go on with a title, then its first letter is small.
        foreach (var title in titles) text = text.Replace(title, "TITLE", StringComparison.OrdinalIgnoreCase);
        text = Feature().Replace(Quoted().Replace(Flat(text).Replace("secure-boot-flag", "CHECK", StringComparison.Ordinal), "QUOTED"), "FEATURE");
        foreach (Match match in Word().Matches(text))
        {
            var before = text[..match.Index].TrimEnd().Split(' ')[^1];
            var after = text[(match.Index + match.Length)..].TrimStart().Split(' ')[0];
            var near = text[Math.Max(0, match.Index - before.Length - 1)..Math.Min(text.Length, match.Index + match.Length + after.Length + 1)].Trim();
            if (own.Length == 0 || !own.Contains(near.Trim('…', '"', '(', ')', ';', ' ', '.', ',', '\\'), StringComparison.OrdinalIgnoreCase)) yield return near;
        }
    }

    private static void None(IEnumerable<string> praise) => Assert.True(!praise.Any(), string.Join('\n', praise.Distinct()));

    private static string Flat(string text) => Blank().Replace(text, " ");

    /// <summary>Every string between quotes in the source, so that also a phrase is read that no example of ours brings out.</summary>
    [Fact]
    public void No_phrase_in_the_source_praises()
    {
        var read = 0;
        var praise = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach (Match literal in Literal().Matches(Comment().Replace(File.ReadAllText(file), "")))
            {
                read++;
                // One word alone is a name: a field, a key, a trait.
                if (!literal.Value.Contains(' ', StringComparison.Ordinal)) continue;
                // A pattern says what is looked for in other people's papers.
                if (literal.Value.StartsWith("\"\\b(", StringComparison.Ordinal)) continue;
                praise.AddRange(Praise(literal.Value.Trim('"', '$')).Select(p => $"{Path.GetRelativePath(Checkout.Root, file)}: \"{p}\" in {literal.Value}"));
            }
        }
        Assert.True(read > 500, $"only {read} strings were read");
        None(praise);
    }

    [Fact]
    public void No_page_of_the_documents_praises()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(Checkout.Root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Checkout.Root, "README.md")).ToList();
        Assert.True(pages.Count > 3);
        Assert.Empty(pages.SelectMany(page => Praise(File.ReadAllText(page)).Select(p => $"{Path.GetRelativePath(Checkout.Root, page)}: {p}")));
    }

    private static IEnumerable<string> Titles(AssessmentResult result) => result.Provisions.Values.Select(p => p.Title)
        .Concat(Catalogue.All.SelectMany(c => c.Provisions.Select(p => p.Title).Concat(c.Units.Select(u => u.Title)))).OrderByDescending(t => t.Length);

    private static IEnumerable<string> Praise(string text) => Word().Matches(Feature().Replace(Quoted().Replace(text, "QUOTED"), "FEATURE")).Select(m => m.Value.ToLower(CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\b(secure|securely|safe|safely|good|fine|endorsed|trustworthy|harmless|unhackable)\b|\b(no|free of|without)( known)? vulnerabilities\b", RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    // Names of things that a device has or a standard asks for, which the field calls so.
    [GeneratedRegex(@"\bsecure (boot|storage|encrypted storage|initiali[sz]ation|element|setup|update|communication|management|development|default|defaults|shell|management procedures)\b|\bsecurely (stored|updateable)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Feature();

    // A word in quotation marks or code is spoken about, not spoken.
    [GeneratedRegex("\"[\\w ]+\"|`[^`\n]*`|```.*?```", RegexOptions.Singleline)]
    private static partial Regex Quoted();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();

    [GeneratedRegex(@"\b(device|product|it|maker)\b[^.;]{0,40}\b(is|are|stays|remains)\s+(always\s+|fully\s+|completely\s+)?(secure|safe|good|fine|endorsed|trustworthy|unhackable)\b|\b(no|free of|without)( known)? vulnerabilities\b|\b(endorsed|unhackable|trustworthy)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Claim();

    [GeneratedRegex("\\$?\"(?:\\\\.|[^\"\\\\\n])*\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
