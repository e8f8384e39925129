namespace Assay.Html;

/// <summary>A piece of a page: text, an element, or several of them. There is no way to make markup out of a string of data.</summary>
public abstract class Node
{
    private protected Node()
    {
    }

    /// <summary>A string is text, always encoded; no string is no piece.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static implicit operator Node?(string? text) => text is null ? null : new Text(text);

    /// <summary>What a reader without markup would get: the text of this piece, elements left out.</summary>
    public abstract string InnerText { get; }

    internal abstract void Write(TextWriter to);
}

/// <summary>Text of a page. Markup is encoded; characters that a person would not see, or that would change the order of others, are shown as <c>\uNNNN</c>.</summary>
public sealed class Text(string content) : Node
{
    public override string InnerText => Encoder.Visible(content);
    internal override void Write(TextWriter to) => Encoder.Write(to, content);
}

/// <summary>Several pieces in a row; an element that receives it receives the pieces.</summary>
public sealed class Many(IEnumerable<Node?> pieces) : Node
{
    /// <summary>Neither nulls nor <see cref="Many"/> among them.</summary>
    internal Node[] Pieces { get; } = Element.Flat(pieces);
    public override string InnerText => string.Concat(Pieces.Select(p => p.InnerText));

    internal override void Write(TextWriter to)
    {
        foreach (var piece in Pieces) piece.Write(to);
    }
}
