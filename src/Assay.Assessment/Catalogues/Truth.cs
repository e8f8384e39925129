using Assay.Evidence.Reading;

namespace Assay.Assessment.Catalogues;

/// <summary>What is known of a condition. Silence is <see cref="Unknown"/>, never <see cref="False"/>.</summary>
public enum Truth { Unknown, True, False }

/// <summary>A condition as the catalogues write it: names with <c>!</c>, <c>&amp;</c>, <c>|</c> and brackets; <c>&amp;</c> binds tighter.</summary>
public sealed class Expression
{
    private readonly string[] tokens;

    private Expression(string text, string[] tokens)
    {
        Text = text;
        this.tokens = tokens;
    }

    public string Text { get; }
    /// <summary>The names it speaks of, in order, each once.</summary>
    public IReadOnlyList<string> Names => [.. tokens.Where(t => t is not ("!" or "&" or "|" or "(" or ")")).Distinct(StringComparer.Ordinal)];

    /// <exception cref="UnreadableException">Not such an expression.</exception>
    public static Expression Parse(string text)
    {
        var tokens = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == ' ') { i++; continue; }
            var from = i;
            if (char.IsAsciiLetterOrDigit(text[i])) while (i < text.Length && char.IsAsciiLetterOrDigit(text[i])) i++;
            else if ("!&|()".Contains(text[i])) i++;
            else throw new UnreadableException("a name or one of ! & | ( )", $"'{text[i]}'", i);
            tokens.Add(text[from..i]);
        }
        var expression = new Expression(text, [.. tokens]);
        expression.Value(_ => Truth.Unknown);
        return expression;
    }

    /// <summary>Three-valued: unknown wherever the known parts do not settle it (Kleene's strong logic).</summary>
    public Truth Value(Func<string, Truth> known)
    {
        var at = 0;
        var value = Either();
        if (at < tokens.Length) throw new UnreadableException("the end of the condition", tokens[at], at);
        return value;

        Truth Either()
        {
            var left = Both();
            while (at < tokens.Length && tokens[at] == "|")
            {
                at++;
                left = Not(And(Not(left), Not(Both())));
            }
            return left;
        }

        Truth Both()
        {
            var left = One();
            while (at < tokens.Length && tokens[at] == "&")
            {
                at++;
                left = And(left, One());
            }
            return left;
        }

        Truth One()
        {
            if (at >= tokens.Length) throw new UnreadableException("a name", "the end of the condition", at);
            switch (tokens[at++])
            {
                case "!":
                    return Not(One());
                case "(":
                    var inner = Either();
                    if (at >= tokens.Length || tokens[at++] != ")") throw new UnreadableException("a closing bracket", "none", at);
                    return inner;
                case "&" or "|" or ")":
                    throw new UnreadableException("a name", tokens[at - 1], at - 1);
                default:
                    return known(tokens[at - 1]);
            }
        }
    }

    private static Truth Not(Truth a) => a switch { Truth.True => Truth.False, Truth.False => Truth.True, _ => Truth.Unknown };

    private static Truth And(Truth a, Truth b) =>
        a == Truth.False || b == Truth.False ? Truth.False : a == Truth.True && b == Truth.True ? Truth.True : Truth.Unknown;

    public override string ToString() => Text;
}
