using Assay.Software.Sbom.Shapes;

namespace Assay.Software.Sbom;

/// <summary>Licence expressions (SPDX 2.3, annex D): identifiers joined by AND, OR and WITH, in brackets; WITH binds most, OR least.</summary>
public sealed class LicenceExpression
{
    private const int Deepest = 64;

    private readonly List<string> words;
    private readonly List<string> identifiers = [];
    private int at, depth;
    private string? fault;

    private LicenceExpression(string text)
    {
        words = Words(text);
        if (words.Count == 0) fault = "an empty text";
        else Either();
        if (fault is null && at < words.Count) fault = $"{words[at]} where the expression could have ended";
    }

    /// <summary>Why it is no expression; null where it is one.</summary>
    public string? Fault => fault;
    /// <summary>Licences and exceptions that it names, without a trailing plus, in their order.</summary>
    public IReadOnlyList<string> Identifiers => identifiers;
    /// <summary>Those of them that are neither on the list nor defined by the document (LicenseRef-, AdditionRef-).</summary>
    public IEnumerable<string> Unknown => identifiers.Where(i => i is not ("NONE" or "NOASSERTION") && !ShapeTable.Licences.Contains(i)
        && !i.StartsWith("LicenseRef-", StringComparison.Ordinal) && !i.StartsWith("DocumentRef-", StringComparison.Ordinal) && !i.StartsWith("AdditionRef-", StringComparison.Ordinal));
    /// <summary>A single identifier of the list.</summary>
    public bool IsListed => fault is null && words.Count == 1 && ShapeTable.Licences.Contains(words[0]);

    public static LicenceExpression Read(string text) => new(text);

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i])) i++;
            else if (text[i] is '(' or ')') words.Add(text[i++].ToString());
            else
            {
                var start = i;
                while (i < text.Length && !char.IsWhiteSpace(text[i]) && text[i] is not ('(' or ')')) i++;
                words.Add(text[start..i]);
            }
        }
        return words;
    }

    private bool Takes(string word)
    {
        if (at >= words.Count || !string.Equals(words[at], word, StringComparison.OrdinalIgnoreCase)) return false;
        at++;
        return true;
    }

    private void Either()
    {
        do Both();
        while (fault is null && Takes("OR"));
    }

    private void Both()
    {
        do One();
        while (fault is null && Takes("AND"));
    }

    private void One()
    {
        if (Takes("("))
        {
            if (++depth > Deepest)
            {
                fault = $"more than {Deepest} brackets in each other";
                return;
            }
            Either();
            depth--;
            if (fault is null && !Takes(")")) fault = at < words.Count ? $"{words[at]} where a bracket has to close" : "a bracket that does not close";
            return;
        }
        Identifier("a licence");
        if (fault is null && Takes("WITH")) Identifier("an exception");
    }

    private void Identifier(string what)
    {
        if (at >= words.Count)
        {
            fault = $"its end where {what} has to stand";
            return;
        }
        var word = words[at];
        var plain = word.EndsWith('+') && !ShapeTable.Licences.Contains(word) ? word[..^1] : word;
        var isName = plain.Length > 0 && plain.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or ':' || c == '+');
        if (!isName || word.ToUpperInvariant() is "AND" or "OR" or "WITH") fault = $"{word} where {what} has to stand";
        else identifiers.Add(plain);
        at++;
    }
}
