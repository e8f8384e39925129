using System.Collections.Frozen;

namespace Assay.Html;

/// <summary>Where an element may stand: inside a sentence, between paragraphs, or only inside the elements that name it.</summary>
internal enum Place { Phrase, Flow, Part }

/// <summary>What an element may hold.</summary>
internal enum Holds { Nothing, Text, Phrases, Flow, Parts }

/// <summary>
/// The elements and attributes that exist for us, and which may stand in which (HTML Living Standard, section 4, "content model").
/// What can run, load or submit something (script, style, iframe, img, on…) is not in the list and so cannot be written. The elements of a form are a list of
/// their own: only <see cref="Forms"/> makes them, and only a page that a site serves may hold them.
/// </summary>
internal sealed record Content(Place Place, Holds Holds, params string[] Parts)
{
    private static readonly string[] Drawing = ["title", "desc", "g", "rect", "line", "path", "circle", "text", "defs", "symbol", "use"];

    private static readonly FrozenDictionary<string, Content> Elements = new Dictionary<string, Content>
    {
        ["div"] = new(Place.Flow, Holds.Flow),
        ["section"] = new(Place.Flow, Holds.Flow),
        ["article"] = new(Place.Flow, Holds.Flow),
        ["aside"] = new(Place.Flow, Holds.Flow),
        ["header"] = new(Place.Flow, Holds.Flow),
        ["footer"] = new(Place.Flow, Holds.Flow),
        ["main"] = new(Place.Flow, Holds.Flow),
        ["nav"] = new(Place.Flow, Holds.Flow),
        ["h1"] = new(Place.Flow, Holds.Phrases),
        ["h2"] = new(Place.Flow, Holds.Phrases),
        ["h3"] = new(Place.Flow, Holds.Phrases),
        ["h4"] = new(Place.Flow, Holds.Phrases),
        ["h5"] = new(Place.Flow, Holds.Phrases),
        ["p"] = new(Place.Flow, Holds.Phrases),
        ["pre"] = new(Place.Flow, Holds.Phrases),
        ["hr"] = new(Place.Flow, Holds.Nothing),
        ["ul"] = new(Place.Flow, Holds.Parts, "li"),
        ["ol"] = new(Place.Flow, Holds.Parts, "li"),
        ["li"] = new(Place.Part, Holds.Flow),
        ["dl"] = new(Place.Flow, Holds.Parts, "dt", "dd"),
        ["dt"] = new(Place.Part, Holds.Phrases),
        ["dd"] = new(Place.Part, Holds.Flow),
        ["table"] = new(Place.Flow, Holds.Parts, "caption", "thead", "tbody", "tfoot"),
        ["caption"] = new(Place.Part, Holds.Phrases),
        ["thead"] = new(Place.Part, Holds.Parts, "tr"),
        ["tbody"] = new(Place.Part, Holds.Parts, "tr"),
        ["tfoot"] = new(Place.Part, Holds.Parts, "tr"),
        ["tr"] = new(Place.Part, Holds.Parts, "th", "td"),
        ["th"] = new(Place.Part, Holds.Phrases),
        ["td"] = new(Place.Part, Holds.Flow),
        ["details"] = new(Place.Flow, Holds.Flow, "summary"),
        ["summary"] = new(Place.Part, Holds.Phrases, "h2", "h3", "h4", "h5"),
        ["figure"] = new(Place.Flow, Holds.Flow, "figcaption"),
        ["figcaption"] = new(Place.Part, Holds.Flow),
        ["a"] = new(Place.Phrase, Holds.Phrases),
        ["span"] = new(Place.Phrase, Holds.Phrases),
        ["strong"] = new(Place.Phrase, Holds.Phrases),
        ["em"] = new(Place.Phrase, Holds.Phrases),
        ["small"] = new(Place.Phrase, Holds.Phrases),
        ["code"] = new(Place.Phrase, Holds.Phrases),
        ["kbd"] = new(Place.Phrase, Holds.Phrases),
        ["bdi"] = new(Place.Phrase, Holds.Phrases),
        ["time"] = new(Place.Phrase, Holds.Text),
        ["br"] = new(Place.Phrase, Holds.Nothing),
        ["wbr"] = new(Place.Phrase, Holds.Nothing),
        ["svg"] = new(Place.Phrase, Holds.Parts, Drawing),
        ["g"] = new(Place.Part, Holds.Parts, Drawing),
        ["defs"] = new(Place.Part, Holds.Parts, Drawing),
        ["symbol"] = new(Place.Part, Holds.Parts, Drawing),
        ["title"] = new(Place.Part, Holds.Text),
        ["desc"] = new(Place.Part, Holds.Text),
        ["text"] = new(Place.Part, Holds.Text),
        ["rect"] = new(Place.Part, Holds.Nothing),
        ["line"] = new(Place.Part, Holds.Nothing),
        ["path"] = new(Place.Part, Holds.Nothing),
        ["circle"] = new(Place.Part, Holds.Nothing),
        ["use"] = new(Place.Part, Holds.Nothing),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Content> FormElements = new Dictionary<string, Content>
    {
        ["form"] = new(Place.Flow, Holds.Flow),
        ["label"] = new(Place.Phrase, Holds.Phrases),
        ["input"] = new(Place.Phrase, Holds.Nothing),
        ["button"] = new(Place.Phrase, Holds.Phrases),
        ["textarea"] = new(Place.Phrase, Holds.Text),
        ["select"] = new(Place.Phrase, Holds.Parts, "option"),
        ["option"] = new(Place.Part, Holds.Text),
        ["fieldset"] = new(Place.Flow, Holds.Flow, "legend"),
        ["legend"] = new(Place.Part, Holds.Phrases),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> FormAttributes = new[]
    {
        "method", "action", "for", "type", "name", "value", "required", "checked", "selected", "maxlength", "rows", "autocomplete", "spellcheck", "inputmode", "href",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Switches = new[] { "open", "required", "checked", "selected" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Attributes = new[]
    {
        "id", "class", "lang", "dir", "role", "tabindex", "href", "rel", "datetime", "open", "scope", "colspan", "rowspan", "start",
        "aria-label", "aria-labelledby", "aria-describedby", "aria-hidden", "data-label",
        "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "d", "transform", "text-anchor", "preserveAspectRatio",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">No such element.</exception>
    public static Content Of(string element) =>
        Elements.TryGetValue(element, out var content) ? content : throw new ArgumentException($"there is no element <{element}>");

    /// <summary>An element of a form; for <see cref="Forms"/> alone.</summary>
    internal static Content OfForm(string element) => FormElements[element];

    internal static bool HasFormAttribute(string name) => FormAttributes.Contains(name);

    /// <summary>An attribute that is there or not, without a value.</summary>
    internal static bool IsSwitch(string name) => Switches.Contains(name);

    public static bool HasAttribute(string name) => Attributes.Contains(name);

    public bool MayHold(Node child) => child switch
    {
        Element { Name: var name } when Parts.Contains(name) => true,
        Element { Content.Place: var place } => Holds switch
        {
            Holds.Phrases => place == Place.Phrase,
            Holds.Flow => place != Place.Part,
            _ => false,
        },
        _ => Holds is Holds.Text or Holds.Phrases or Holds.Flow,
    };
}
