using Assay.Html;
using Assay.Labels.Page;
using Assay.Labels.QrCode;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;
using Code = Assay.Labels.QrCode.QrCode;

namespace Assay.Labels.Tests;

/// <summary>The sheet on a screen and on paper: what it says is what the files say, and its code is read and as large as it claims.</summary>
public sealed class LabelSheetTests : IDisposable
{
    private readonly Samples samples = new();
    private readonly Scratch scratch = new();

    public void Dispose()
    {
        samples.Dispose();
        scratch.Dispose();
    }

    private static AssessmentSummary Assessment(params (string Provision, string Outcome, string? Grade)[] answers) =>
        AssessmentSummary.Read(Samples.AssessmentJson()) with { Answers = [.. answers.Select(a => new ProvisionAnswer(a.Provision, a.Outcome, a.Grade))] };

    private LabelSheet Sheet(bool isAuthority = true, AssessmentSummary? assessment = null, Paper paper = Paper.A4)
    {
        var token = Samples.Hallmark().Sign(samples.Issuer);
        return new LabelSheet
        {
            Hallmark = Samples.Hallmark(),
            Assessment = assessment,
            Code = Code.OfAddress(LabelAddress.Write(token)),
            Issuer = new TrustedKey { Name = "Office of <Examples>", Key = samples.Issuer.Public, IsAuthority = isAuthority, Roles = KeyRoles.Issuer, Address = "office.example" },
            Paper = paper,
        };
    }

    [Fact]
    public void What_no_file_says_is_unknown()
    {
        var facts = (Sheet(assessment: null) with { Hallmark = Samples.Hallmark() with { SupportEnd = null } }).Facts;
        Assert.Equal(["Security updates", "Automatic updates", "Default password", "Data shared", "Authority"], facts.Select(f => f.Name));
        Assert.All(facts.Take(4), f => Assert.StartsWith("unknown: ", f.Says, StringComparison.Ordinal));
        Assert.Equal("Office of <Examples>, at office.example", facts[4].Says);
        Assert.StartsWith("none: nobody", Sheet(isAuthority: false).Facts[4].Says, StringComparison.Ordinal);
        // A document that names no provision, and one that leaves them open.
        Assert.All(Sheet(assessment: Assessment()).Facts.Skip(1).Take(3), f => Assert.StartsWith("unknown: ", f.Says, StringComparison.Ordinal));
        Assert.All(Sheet(assessment: Assessment(("5.3-4", "inconclusive", null), ("5.1-1", "disputed", null), ("6-1", "inconclusive", null))).Facts.Skip(1).Take(3), f => Assert.StartsWith("unknown: ", f.Says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("5.3-4", "pass", "tool", 1, "they can install by themselves, and do so from the first use on (found by a tool)")]
    [InlineData("5.3-4", "fail", "lab", 1, "they do not install by themselves from the first use on (examined in a laboratory)")]
    [InlineData("5.3-4", "notClaimed", null, 1, "the maker does not claim that they install by themselves")]
    [InlineData("5.1-1", "pass", "declared", 2, "none that devices share: each has its own, or its user sets one (the maker's word)")]
    [InlineData("5.1-1", "notApplicable", null, 2, "it is said to have no password")]
    [InlineData("6-1", "pass", "supported", 3, "the maker tells which personal data are used, by whom and what for (the maker's word, and evidence)")]
    public void What_the_statement_decided_is_said_in_words_with_who_says_it(string provision, string outcome, string? grade, int line, string says) =>
        Assert.Equal(says, Sheet(assessment: Assessment((provision, outcome, grade))).Facts[line].Says);

    [Theory]
    [InlineData(Paper.A4, 595, 842)]
    [InlineData(Paper.A6, 298, 420)]
    public void It_is_one_sheet_of_paper_with_a_code_of_the_size_that_it_names(Paper paper, int width, int height)
    {
        Tool.Need("chromium", "chromium");
        Tool.Need("pdftotext", "poppler-utils");
        Tool.Need("zbarimg", "zbar-tools");
        var sheet = Sheet(isAuthority: false, Assessment(("5.3-4", "pass", "tool"), ("5.1-1", "pass", "lab"), ("6-1", "pass", "declared"), ("6-5", "pass", "declared")), paper);
        var page = sheet.ToPage();
        Assert.Empty(page.Faults());
        File.WriteAllText(scratch.File("sheet.html"), page.ToString());
        File.WriteAllBytes(scratch.File("sheet.pdf"), Browser.Pdf(scratch.File("sheet.html")));
        var facts = Tool.Run("pdfinfo", [scratch.File("sheet.pdf")]).Text;
        Assert.Matches(@"Pages:\s+1\n", facts);
        var size2 = System.Text.RegularExpressions.Regex.Match(facts, @"Page size:\s+([\d.]+) x ([\d.]+)");
        Assert.InRange(double.Parse(size2.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), width - 1.5, width + 1.5);
        Assert.InRange(double.Parse(size2.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture), height - 1.5, height + 1.5);
        var text = Tool.Run("pdftotext", ["-layout", scratch.File("sheet.pdf"), "-"]).Text;
        foreach (var word in new[] { "TEST, NOT A LABEL", "Security updates", "2031-12-31", "Default password", "examined in a laboratory", $"version {sheet.Code.Version}", "does not prove that this very unit" }) Assert.Contains(word, string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        // 300 dots an inch: the code on paper is read, and its modules have the size that it names.
        Assert.Equal(0, Tool.Run("pdftoppm", ["-r", "300", "-png", "-singlefile", "-gray", scratch.File("sheet.pdf"), scratch.File("paper")]).Exit);
        var read = Tool.Run("zbarimg", ["-q", "--raw", scratch.File("paper.png")]).Text.TrimEnd('\n');
        Assert.StartsWith(LabelAddress.DefaultPrefix, read, StringComparison.Ordinal);
        var (left, right) = DarkColumns(Png.Read(File.ReadAllBytes(scratch.File("paper.png"))), sheet.Code);
        Assert.InRange((right - left) / 300.0 * 25.4, sheet.Code.Size * Code.ModuleMillimetres - 0.4, sheet.Code.Size * Code.ModuleMillimetres + 0.4);
    }

    [Fact]
    public void On_a_screen_its_code_is_read_light_and_dark()
    {
        Tool.Need("chromium", "chromium");
        Tool.Need("zbarimg", "zbar-tools");
        File.WriteAllText(scratch.File("sheet.html"), Sheet().ToPage().ToString());
        foreach (var (width, dark) in new[] { (390, false), (1280, true) })
        {
            File.WriteAllBytes(scratch.File("screen.png"), Browser.Picture(scratch.File("sheet.html"), width, 1100, dark));
            Assert.StartsWith(LabelAddress.DefaultPrefix, Tool.Run("zbarimg", ["-q", "--raw", scratch.File("screen.png")]).Text, StringComparison.Ordinal);
        }
    }

    // The code's first row begins and ends with a finder.
    private static (int Left, int Right) DarkColumns(Picture picture, Code code)
    {
        var module = Code.ModuleMillimetres / 25.4 * 300;
        for (var y = 0; y < picture.Height - 5 * module; y++)
        {
            var runs = new List<(int From, int To)>();
            for (var x = 0; x < picture.Width;)
            {
                var from = x;
                while (x < picture.Width && picture.Grey[y * picture.Width + x] < 128) x++;
                if (x > from) runs.Add((from, x));
                x++;
            }
            bool Dark(int x, double across) => picture.Grey[(int)(y + 3.5 * module) * picture.Width + (int)(x + across * module)] < 128;
            // A bar of seven modules, and below its middle the dark core between two light ones: letters have none.
            var finders = runs.Where(r => Math.Abs(r.To - r.From - 7 * module) < module / 2 && Dark(r.From, 3.5) && !Dark(r.From, 1.5) && !Dark(r.From, 5.5)).ToList();
            if (finders.Count == 2) return (finders[0].From, finders[1].To);
        }
        throw new InvalidOperationException($"no code of {code.Size} modules");
    }
}
