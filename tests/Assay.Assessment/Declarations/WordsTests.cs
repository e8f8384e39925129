using Assay.Assessment.Declarations;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>Placeholders, circular reasons, dates and spans of time as people write them.</summary>
public class WordsTests
{
    [Theory]
    [InlineData("minimum duration of **? years after the product model is placed**", "? years")]
    [InlineData("TBD", "TBD")]
    [InlineData("tbd.", "tbd")]
    [InlineData("Support ends TBD", "TBD")]
    [InlineData("TODO: ask legal", "TODO")]
    [InlineData("xxx", "xxx")]
    [InlineData("XX years", "XX years")]
    [InlineData("x years", "x years")]
    [InlineData("n/a yet", "n/a yet")]
    [InlineData("Lorem ipsum dolor sit amet", "Lorem ipsum")]
    [InlineData("to be defined", "to be defined")]
    [InlineData("The date is to be announced.", "to be announced")]
    [InlineData("<insert date>", "<insert date>")]
    [InlineData("see <your model> here", "<your model>")]
    [InlineData("[ ]", "[ ]")]
    [InlineData("???", "???")]
    [InlineData("--", "--")]
    [InlineData("until YYYY-MM-DD", "YYYY-MM")]
    [InlineData("20XX", "20XX")]
    [InlineData("placeholder", "placeholder")]
    [InlineData("5 years", null)]
    [InlineData("N/A", null)]
    [InlineData("None", null)]
    [InlineData("Why is it open? Years of use show the need.", null)]
    [InlineData("The device asks: continue? Yes", null)]
    [InlineData("see https://example.org/policy", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_placeholder_is_told_from_a_statement(string? text, string? found) => Assert.Equal(found, Placeholder.In(text));

    [Theory]
    [InlineData("There was no case so far", true)]
    [InlineData("it never happened", true)]
    [InlineData("No vulnerability has been reported", true)]
    [InlineData("not needed until now", true)]
    [InlineData("The product has no debug port", false)]
    [InlineData("never connects to the internet", false)]
    [InlineData(null, false)]
    public void Never_happened_is_told_from_not_there(string? text, bool circular) => Assert.Equal(circular, Placeholder.IsCircular(text));

    [Theory]
    [InlineData("until 2031-12-31", "2031-12-31")]
    [InlineData("bis 31.12.2031", "2031-12-31")]
    [InlineData("31/12/2031", "2031-12-31")]
    [InlineData("12/31/2031", "2031-12-31")]
    [InlineData("31 December 2031", "2031-12-31")]
    [InlineData("31st of December, 2031", "2031-12-31")]
    [InlineData("December 31, 2031", "2031-12-31")]
    [InlineData("Dec. 2031", "2031-12-31")]
    [InlineData("02/2028", "2028-02-29")]
    [InlineData("2028-02", "2028-02-29")]
    [InlineData("Q2 2028", "2028-06-30")]
    [InlineData("03/04/2028", "2028-04-03 ambiguous")]
    [InlineData("04/04/2028", "2028-04-04")]
    [InlineData("from 2024-01-01 to 2031-12-31", "2024-01-01 2031-12-31")]
    [InlineData("31.02.2028", "")]
    [InlineData("version 1.2.2028", "2028-02-01")]
    [InlineData("2028", "")]
    [InlineData("10.10.0.1", "")]
    [InlineData("TS 103 701", "")]
    [InlineData(null, "")]
    public void Dates_are_read_in_other_notations(string? text, string dates) =>
        Assert.Equal(dates, string.Join(' ', TimeWords.Dates(text).Select(d => d.Date.ToString("yyyy-MM-dd") + (d.IsAmbiguous ? " ambiguous" : ""))));

    [Theory]
    [InlineData("5 years", "60")]
    [InlineData("Enforces 5-year security patch tracking", "60")]
    [InlineData("five (5) years", "60")]
    [InlineData("at least 24 months", "24")]
    [InlineData("two years, then six months more", "24 6")]
    [InlineData("? years", "")]
    [InlineData("90 days", "")]
    [InlineData("0 years", "")]
    [InlineData(null, "")]
    public void Spans_are_read_in_months(string? text, string months) => Assert.Equal(months, string.Join(' ', TimeWords.Spans(text).Select(s => s.Months)));
}
