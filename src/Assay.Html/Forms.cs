namespace Assay.Html;

/// <summary>Elements for pages that a site serves (<see cref="Page.IsServed"/>): links inside the site, and forms that are sent to it. Each field has its label.</summary>
public static class Forms
{
    private const string On = "";

    /// <summary>A link to another page of the same site.</summary>
    /// <param name="address">As <see cref="Address.IsLocal"/> allows.</param>
    public static Element Here(string address, params IEnumerable<Node?> words) => new("a", Content.Of("a"), words, [new("href", address)]);

    /// <summary>A form that changes something.</summary>
    public static Element Form(string action, params IEnumerable<Node?> children) => new("form", Content.OfForm("form"), children, [new("method", "post"), new("action", action)]);

    /// <summary>A form that asks: its fields become the query.</summary>
    public static Element AskForm(string action, params IEnumerable<Node?> children) => new("form", Content.OfForm("form"), children, [new("method", "get"), new("action", action)]);

    /// <summary>A value that the form carries without showing it.</summary>
    public static Element Hidden(string name, string value) => Input([new("type", "hidden"), new("name", name), new("value", value)]);

    /// <summary>One line of text with its label. The field's id is its name.</summary>
    /// <param name="type"><c>text</c>, <c>search</c>, <c>password</c>, <c>date</c>.</param>
    /// <param name="autocomplete">What a browser may fill in; <c>off</c> by default.</param>
    public static Element Field(string label, string name, string type = "text", string? value = null, bool required = false, int maxLength = 200, string autocomplete = "off", string? id = null) =>
        Labelled(label, id ?? name, Input(
        [
            new("type", type), new("name", name), new("value", value), new("required", required ? On : null), new("autocomplete", autocomplete),
            new("maxlength", type == "date" ? null : maxLength.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ]).Id(id ?? name));

    /// <summary>Several lines of text with their label.</summary>
    public static Element Lines(string label, string name, bool required = false, int maxLength = 2000, int rows = 4, string? value = null, string? id = null) =>
        Labelled(label, id ?? name, new Element("textarea", Content.OfForm("textarea"), [value],
        [
            new("name", name), new("rows", rows.ToString(System.Globalization.CultureInfo.InvariantCulture)), new("required", required ? On : null),
            new("maxlength", maxLength.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ]).Id(id ?? name));

    /// <summary>One of several values.</summary>
    public static Element Choice(string label, string name, IEnumerable<(string Value, string Words)> options, string? chosen = null, string? id = null) =>
        Labelled(label, id ?? name, new Element("select", Content.OfForm("select"),
            options.Select(o => new Element("option", Content.OfForm("option"), [o.Words], [new("value", o.Value), new("selected", o.Value == chosen ? On : null)])),
            [new("name", name)]).Id(id ?? name));

    /// <summary>Any of several values: a box for each.</summary>
    public static Element Boxes(string legend, string name, IEnumerable<(string Value, string Words)> options) => new("fieldset", Content.OfForm("fieldset"),
    [
        new Element("legend", Content.OfForm("legend"), [legend], []),
        .. options.Select(o =>
        {
            var id = Address.Name($"{name}-{o.Value}");
            return Markup.P(Input([new("type", "checkbox"), new("name", name), new("value", o.Value)]).Id(id), " ", Label(o.Words, id)).Class("box");
        }),
    ], [])
    { NeedsSite = true };

    /// <summary>Sends the form.</summary>
    public static Element Button(string words) => new("button", Content.OfForm("button"), [words], [new("type", "submit")]);

    private static Element Labelled(string label, string id, Element field) => Markup.P(Label(label, id), Markup.Br(), field).Class("field");

    private static Element Label(string words, string id) => new("label", Content.OfForm("label"), [words], [new("for", id)]);

    private static Element Input(IEnumerable<KeyValuePair<string, string?>> attributes) => new("input", Content.OfForm("input"), [], attributes);
}
