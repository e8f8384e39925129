using System.Text;
using Assay.Software.Components;

namespace Assay.Software.Tests.Components;

/// <summary>Against a search of every text at every place.</summary>
public sealed class LiteralSearchTests
{
    private static readonly string[] Texts = ["abc", "abca", "abcab", "cab", "aaaa", "bcabcabc", "abca"];

    [Fact]
    public void Every_occurrence_is_found_in_order_to_the_last_byte()
    {
        var search = new LiteralSearch(Texts);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var content = new byte[random.Next(0, 80)];
            for (var i = 0; i < content.Length; i++) content[i] = (byte)('a' + random.Next(3));
            var found = new List<(int Offset, int Text)>();
            search.Find(content, found, static (all, _, text, offset) => all.Add((offset, text)));
            var expected = Enumerable.Range(0, content.Length)
                .SelectMany(at => Enumerable.Range(0, Texts.Length).Where(t => content.AsSpan(at).StartsWith(Encoding.ASCII.GetBytes(Texts[t]))).Select(t => (at, t))).ToList();
            Assert.Equal(expected.Order(), found.Order());
            Assert.Equal(found.Select(f => f.Offset).Order(), found.Select(f => f.Offset));
        }
    }

    [Fact]
    public void A_text_of_two_bytes_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new LiteralSearch(["ab", "abcd"]));
}
