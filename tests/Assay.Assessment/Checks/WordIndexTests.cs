using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Checks;

public class WordIndexTests
{
    private static readonly char[] Letters = ['a', 'B', '1', '-', ' '];

    [Fact]
    public void It_answers_as_the_search_through_the_text_does()
    {
        var words = Texts(3).Where(w => w.Length > 0).ToList();
        var both = new HashSet<bool>();
        foreach (var text in Texts(5))
        {
            var index = new WordIndex(text);
            foreach (var word in words)
            {
                Assert.True(Wording.Names(text, word) == index.Names(word), $"\"{word}\" in \"{text}\"");
                both.Add(index.Names(word));
            }
        }
        Assert.Equal(2, both.Count);
    }

    [Fact]
    public void Rows_are_found_in_a_text_as_by_asking_each()
    {
        string[] ids = ["UpdMech-1", "UpdMech-2", "UpdMech-12", "App", "the app", "---", "updmech-2"];
        var place = new Location { Artefact = "ixit.yaml", Line = 1 };
        var table = new IxitTable { Number = 7, Name = "UpdMech", Location = place, Rows = [.. ids.Select(id => new IxitRow { Id = id, Fields = new Dictionary<string, string>(), Location = place })] };
        foreach (var text in new[] { "by UpdMech-2, UPDMECH-12 and the App", "UpdMech-13 or updmech-1", "nothing", "--- none", "App-2" })
        {
            var (known, unknown) = Papers.References(text, table, "UpdMech");
            Assert.Equal(ids.Where(id => Wording.Names(text, id)), known.Select(r => r.Id));
            Assert.Equal(text.Contains("UpdMech-13", StringComparison.Ordinal) ? ["UpdMech-13"] : [], unknown);
        }
    }

    [Fact]
    public void A_row_that_another_file_holds_is_known()
    {
        var first = Plant.Papers().TableIn("declaration/one.yaml", 1, ["AuthMech-1", "Description: a password"]).TableIn("declaration/two.yaml", 1, ["AuthMech-2", "Description: a key"])
            .Table(13, ["SoftServ-Web", "Authentication Mechanism: AuthMech-2"]).Examined();
        Assert.DoesNotContain(new ServiceAuthentication().Look(first), a => a.Says == Says.Contradicts);
        var none = Plant.Papers().TableIn("declaration/one.yaml", 1, ["AuthMech-1", "Description: a password"]).Table(13, ["SoftServ-Web", "Authentication Mechanism: AuthMech-2"]).Examined();
        Assert.Contains(new ServiceAuthentication().Look(none), a => a.Says == Says.Contradicts);
    }

    private static IEnumerable<string> Texts(int longest) =>
        Enumerable.Range(0, longest).Aggregate((IEnumerable<string>)[""], (texts, _) => [.. texts, .. texts.SelectMany(t => Letters.Select(l => t + l))]).Distinct();
}
