using System.Text.Json;
using Assay.Assessment.Catalogues;
using Assay.CommandLine;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Cli.Tests;

[Collection(nameof(LabelVerbTests))]
public sealed class CatalogueVerbTests : IDisposable
{
    private const string Judge = """
        import fs from 'node:fs';
        import Ajv from 'ajv/dist/2020.js';
        import formats from 'ajv-formats';
        const [folder, ...pairs] = process.argv.slice(2);
        const ajv = new Ajv({ strict: false, allErrors: true });
        formats(ajv);
        for (let i = 0; i < pairs.length; i += 2) {
          const check = ajv.getSchema(`https://assay.example/schemas/${pairs[i]}`) ?? ajv.compile(JSON.parse(fs.readFileSync(`${folder}/${pairs[i].split('/')[0]}.schema.json`)));
          console.log(check(JSON.parse(fs.readFileSync(pairs[i + 1], 'utf8'))) ? 'valid' : JSON.stringify(check.errors.slice(0, 3)));
        }
        """;

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_list_names_every_catalogue_with_extent_counts_licence_and_what_was_read()
    {
        var text = Spoken("list").Text;
        Assert.All(Catalogue.All, c => Assert.Contains(c.Id, text));
        using var json = JsonDocument.Parse(Spoken("list", "--format", "json").Text);
        var second = json.RootElement.GetProperty("catalogues")[0];
        Assert.Equal(("full", 68, 226), (second.GetProperty("extent").GetString(), second.GetProperty("provisions").GetInt32(), second.GetProperty("units").GetInt32()));
        Assert.Contains("OSCAL", Assert.Throws<UsageException>(() => Spoken("list", "--format", "oscal")).Message);
    }

    [Fact]
    public void What_it_writes_for_programs_follows_its_schemas()
    {
        var node = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        var pairs = new List<string> { Path.Combine(Checkout.Root, "docs", "schemas") };
        void Add(string schema, params string[] words)
        {
            var file = scratch.File($"{pairs.Count}.json");
            File.WriteAllText(file, Spoken([.. words, "--format", "json"]).Text);
            pairs.AddRange([schema, file]);
        }
        File.WriteAllBytes(scratch.File("own.oscal.json"), OscalCatalog.Bytes(Catalogue.Load("nist-ir-8425")));
        Add("catalogues/1", "list");
        foreach (var catalogue in Catalogue.All)
        {
            Add("provisions/1", "show", catalogue.Id);
            Add("mappings/1", "map", catalogue.Id);
        }
        Add("provisions/1", "show", "en303645-3.1.3", "5.3-4a");
        Add("provisions/1", "show", scratch.File("own.oscal.json"));
        Add("mappings/1", "map", "uk-psti-2023", "en303645-2.1.1");
        var valid = (pairs.Count - 1) / 2;
        File.WriteAllText(scratch.File("wrong.json"), File.ReadAllText(pairs[^1]).Replace("\"reviewed\": true", "\"reviewed\": false", StringComparison.Ordinal));
        pairs.AddRange(["mappings/1", scratch.File("wrong.json")]);
        var said = Npm.Run(node, Judge, [.. pairs]).Text.Trim().Split('\n');
        Assert.Equal(valid + 1, said.Length);
        Assert.All(said[..^1], line => Assert.Equal("valid", line));
        Assert.NotEqual("valid", said[^1]);
    }

    [Fact]
    public void One_row_shows_its_condition_units_relations_and_source()
    {
        var text = Spoken("show", "en303645-2.1.1", "5.1-1").Text;
        Assert.Contains("Passwords are used", text);
        Assert.Contains("5.1-1-2a", text);
        Assert.Contains("uk-psti-2023", text);
        Assert.Contains("vsang181", text);
        Assert.Contains("AUM-1-1, AUM-1-2", Spoken("show", "en18031-1", "aum-1").Text);
        Assert.Contains("sources draw the border", Spoken("show", "enisa-2017", "TM-47").Text);
    }

    [Fact]
    public void Oscal_goes_out_and_comes_in_again()
    {
        var file = scratch.File("psti.json");
        Assert.Equal(0, Spoken("show", "uk-psti-2023", "--format", "oscal", "-o", file).Exit);
        var table = Spoken("show", file).Text;
        Assert.Equal(Spoken("show", "uk-psti-2023").Text, table);
        using var mapping = JsonDocument.Parse(Spoken("map", file, "en303645-2.1.1", "--format", "oscal").Text);
        Assert.Equal(Crosswalk.Of("uk-psti-2023", "en303645-2.1.1").Count, mapping.RootElement.GetProperty("mapping-collection").GetProperty("mappings")[0].GetProperty("maps").GetArrayLength());
        Assert.Equal(Spoken("map", "uk-psti-2023", "en303645-2.1.1", "--format", "oscal").Text, Spoken("map", file, "en303645-2.1.1", "--format", "oscal").Text);
    }

    [Fact]
    public void A_mapping_tells_how_many_relations_carry_a_verdict_and_what_none_names()
    {
        var said = Spoken("map", "en18031-1", "en303645-2.1.1");
        Assert.Contains("0 of them equal and reviewed", said.Error);
        Assert.Contains("AUM-3, SCM-2, NMM-1, TCM-1, CCK-1, GEC-3, GEC-4", said.Error);
        Assert.Contains("4 of them equal and reviewed", Spoken("map", "uk-psti-2023", "en303645-2.1.1").Error);
    }

    [Theory]
    [InlineData("(nearest: cra-annex-1)", "show", "cra-anex-1")]
    [InlineData("(nearest: TM-47)", "show", "enisa-2017", "TN-47")]
    [InlineData("(nearest: show)", "shov", "enisa-2017")]
    [InlineData("list, show or map", "")]
    [InlineData("no OSCAL form", "show", "enisa-2017", "TM-47", "--format", "oscal")]
    [InlineData("found none between fi-label and enisa-2017", "map", "fi-label", "enisa-2017", "--format", "oscal")]
    [InlineData("expected list | show", "show")]
    public void What_cannot_be_answered_says_what_was_expected(string said, params string[] words) =>
        Assert.Contains(said, Assert.Throws<UsageException>(() => Spoken([.. words.Where(w => w.Length > 0)])).Message);

    [Fact]
    public void A_file_that_is_no_catalog_is_unreadable_and_a_catalog_with_losses_is_shown_with_them()
    {
        File.WriteAllText(scratch.File("plan.json"), """{ "assessment-plan": {} }""");
        Assert.Contains("\"assessment-plan\"", Assert.Throws<UnreadableException>(() => Spoken("show", scratch.File("plan.json"))).Message);
        File.WriteAllText(scratch.File("lossy.json"), """{ "catalog": { "metadata": { "title": "T" }, "controls": [ { "id": "a-1", "title": "First" }, { "title": "Second" } ] } }""");
        var said = Spoken("show", scratch.File("lossy.json"));
        Assert.Equal(3, said.Exit);
        Assert.Contains("a-1", said.Text);
        Assert.Contains("lossy.json catalog/controls/1: expected an id, found none", said.Error);
    }

    [Fact]
    public void Every_command_of_the_page_works()
    {
        var page = File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "catalogues.md"));
        var commands = page.Where(l => l.StartsWith("./assay catalogue ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2..]).ToList();
        Assert.True(commands.Count >= 6);
        foreach (var words in commands)
        {
            var said = Spoken([.. words.Select(w => w.EndsWith(".json", StringComparison.Ordinal) ? scratch.File(w) : w)]);
            Assert.Equal(0, said.Exit);
            Assert.True(words.Contains("-o") || said.Text.Length > 100, string.Join(' ', words));
        }
    }

    private (int Exit, string Text, string Error) Spoken(params string[] words) => Tests.Spoken.Run(CatalogueVerb.Verb, scratch.File("answer"), Now, words);
}
