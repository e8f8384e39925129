using System.Text;
using Assay.Assessment.Catalogues.Trees;
using Assay.Assessment.Documents;
using Assay.Assessment.Reports;
using Assay.Assessment.Verdicts;
using Assay.Tests;

namespace Assay.Assessment.Tests.Reports;

/// <summary>Other catalogues and decision trees as a person meets them, and as a program reads them.</summary>
public class OtherCataloguesTests
{
    private static readonly AssessmentResult Result = Answered.Result();

    [Fact]
    public void Each_catalogue_says_what_is_decided_proposed_and_open()
    {
        var html = HtmlReportTests.Html(Result);
        Assert.Contains("<h2>Other catalogues</h2>", html, StringComparison.Ordinal);
        foreach (var other in Result.Others)
        {
            Assert.Contains(other.Name, html, StringComparison.Ordinal);
            Assert.Equal(other.Items.Count, other.Items.Count(i => i.IsDecided) + other.Items.Count(i => i.IsProposed) + other.Items.Count(i => i.IsOpen));
        }
        Assert.Contains("proposed: ", html, StringComparison.Ordinal);
        Assert.Contains("equal, reviewed", html, StringComparison.Ordinal);
        Assert.Contains("intersects, not reviewed", html, StringComparison.Ordinal);
        Assert.Contains("its own decision tree", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_terminal_has_one_line_for_each_catalogue()
    {
        var text = TerminalReportTests.Text(Result, 120, colour: false);
        Assert.Contains("Other catalogues", text, StringComparison.Ordinal);
        Assert.Contains("Finnish Cybersecurity Label", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Other catalogues", TerminalReportTests.Text(Demo.Doorbell(), 120, colour: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_tells_its_path_to_a_reader_that_hears_the_page()
    {
        var tree = DecisionTree.Find("ACM-1")!;
        var whole = TreePictures.Picture(tree, tree.Walk(n => n.Short == "DN-4"), Outcome.Pass);
        Assert.Equal("Decision tree of ACM-1; the path: DN-1 no, DN-2 no, DN-3 no, DN-4 yes; it ends in pass", whole["aria-label"]);
        // Three edges down and one to the end; one end filled, the four questions walked.
        Assert.Equal(4, whole.Inside.Count(e => e["class"] == "edge walked"));
        Assert.Equal(4, whole.Inside.Count(e => e["class"] == "node walked"));
        Assert.Single(whole.Inside, e => e.Name == "rect" && e["class"] == "pass");
        Assert.Equal(4, whole.Inside.Count(e => e["class"] == "end"));
        var open = TreePictures.Picture(tree, tree.Walk(n => n.Short == "DN-1" ? false : null), Outcome.Inconclusive);
        Assert.EndsWith("DN-2 has no answer", open["aria-label"], StringComparison.Ordinal);
        Assert.Single(open.Inside, e => e["class"] == "node open");
    }

    [Fact]
    public void An_end_that_is_disputed_has_not_the_colour_of_a_pass()
    {
        var tree = DecisionTree.Find("AUM-2")!;
        var picture = TreePictures.Picture(tree, tree.Walk(_ => true), Outcome.Disputed);
        Assert.DoesNotContain(picture.Inside, e => e["class"] == "pass");
        Assert.Single(picture.Inside, e => e["class"] == "disputed");
    }

    [Fact]
    public void Every_tree_is_drawn_inside_its_view()
    {
        foreach (var tree in DecisionTree.All)
        {
            for (var answers = 0; answers < 1 << tree.Nodes.Count; answers++)
            {
                var nodes = tree.Nodes.ToList();
                var picture = TreePictures.Picture(tree, tree.Walk(n => (answers >> nodes.IndexOf(n) & 1) == 1), Outcome.Pass);
                var view = picture["viewBox"]!.Split(' ').Select(v => int.Parse(v, System.Globalization.CultureInfo.InvariantCulture)).ToList();
                foreach (var box in picture.Inside.Where(e => e.Name == "rect"))
                {
                    int Of(string name) => int.Parse(box[name]!, System.Globalization.CultureInfo.InvariantCulture);
                    Assert.InRange(Of("x") + Of("width"), 0, view[0] + view[2]);
                    Assert.InRange(Of("y") + Of("height"), 0, view[1] + view[3]);
                }
                // No two boxes on one place.
                Assert.Equal(picture.Inside.Count(e => e.Name == "rect"), picture.Inside.Where(e => e.Name == "rect").Select(e => (e["x"], e["y"])).Distinct().Count());
            }
        }
    }

    [Fact]
    public void What_the_maker_wrote_is_shown_and_runs_nothing()
    {
        var html = HtmlReportTests.Html(Result);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.Contains("camera picture", html, StringComparison.Ordinal);
        Assert.Contains("Without a record", html, StringComparison.Ordinal);
        Assert.Contains("Found, and in no record: 1 thing.", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_documents_are_valid_by_their_published_schemas()
    {
        Assert.Equal("valid", Judged(AssessmentJson.Bytes(Result), "assessment"));
        Assert.Equal("valid", Judged(TreeRecordJson.Bytes(Result), "en18031-record"));
        Assert.Equal(TreeRecordJson.Bytes(Result), TreeRecordJson.Bytes(Answered.Result()));
    }

    [Fact]
    public void The_schemas_refuse_what_is_not_so()
    {
        Assert.Contains("enum", Judged(TreeRecordJson.Bytes(Result), "en18031-record", "\"answer\": \"yes\"", "\"answer\": \"perhaps\""), StringComparison.Ordinal);
        Assert.Contains("enum", Judged(AssessmentJson.Bytes(Result), "assessment", "\"relation\": \"equal\"", "\"relation\": \"same\""), StringComparison.Ordinal);
    }

    private static string Judged(byte[] document, string schema, string from = "", string to = "")
    {
        const string Judge = """
            import { createRequire } from "node:module";
            import { readFileSync } from "node:fs";
            const require = createRequire(import.meta.url);
            const [document, ...schemas] = process.argv.slice(2);
            const Ajv = require("ajv/dist/2020");
            const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: true });
            require("ajv-formats")(ajv);
            const read = file => JSON.parse(readFileSync(file, "utf8"));
            for (const other of schemas.slice(1)) ajv.addSchema(read(other));
            const validate = ajv.compile(read(schemas[0]));
            console.log(validate(read(document)) ? "valid" : JSON.stringify(validate.errors.slice(0, 5)));
            """;
        var (folder, schemas) = (Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1"), Path.Combine(Checkout.Root, "docs", "schemas"));
        using var scratch = new Scratch();
        var text = Encoding.UTF8.GetString(document);
        File.WriteAllText(scratch.File("a.json"), from.Length == 0 ? text : text.Replace(from, to, StringComparison.Ordinal));
        return Npm.Run(folder, Judge, scratch.File("a.json"), Path.Combine(schemas, schema + ".schema.json"), Path.Combine(schemas, "findings.schema.json")).Text.Trim();
    }
}
