using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>The words of one long text, for many questions of <see cref="Wording.Names"/>: the text is gone through once, and a question costs what its rarest word does.</summary>
/// <remarks>Answers as <see cref="Wording.Names"/> does: where a word stands alone, each of its own words is one of the text's.</remarks>
internal sealed class WordIndex
{
    private readonly string text;
    private readonly Dictionary<string, List<int>> places = new(StringComparer.OrdinalIgnoreCase);

    public WordIndex(string text)
    {
        this.text = text;
        var known = places.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (at, length) in Words(text))
        {
            var word = text.AsSpan(at, length);
            if (!known.TryGetValue(word, out var found)) known[word] = found = [];
            found.Add(at);
        }
    }

    /// <summary>Of all that some rows say; a word never goes over from one row to the next.</summary>
    public static WordIndex Of(IEnumerable<IxitRow> rows) => new(string.Join('\n', rows.Select(Papers.Whole)));

    public bool NamesAny(IEnumerable<string> words) => words.Any(Names);

    /// <summary>The word stands alone in the text, whatever its case.</summary>
    public bool Names(string word)
    {
        List<int>? rarest = null;
        var within = 0;
        var known = places.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (at, length) in Words(word))
        {
            if (!known.TryGetValue(word.AsSpan(at, length), out var found)) return false;
            if (rarest is null || found.Count < rarest.Count) (rarest, within) = (found, at);
        }
        return rarest is null ? Wording.Names(text, word) : rarest.Exists(at => IsHere(word, at - within));
    }

    private bool IsHere(string word, int at) => at >= 0 && at + word.Length <= text.Length && text.AsSpan(at, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)
        && (at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (at + word.Length == text.Length || !char.IsLetterOrDigit(text[at + word.Length]));

    /// <summary>Runs of letters and digits.</summary>
    internal static IEnumerable<(int At, int Length)> Words(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsLetterOrDigit(text[at])) continue;
            var end = at + 1;
            while (end < text.Length && char.IsLetterOrDigit(text[end])) end++;
            yield return (at, end - at);
            at = end;
        }
    }
}
