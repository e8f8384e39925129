namespace Assay.Html;

/// <summary>An element with its attributes and what it holds. Wrong nesting, an unknown name and a foreign address fail when it is made, not when it is read.</summary>
public sealed class Element : Node
{
    private readonly KeyValuePair<string, string>[] attributes;
    private readonly Node[] children;
    private readonly Content content;

    /// <exception cref="ArgumentException">No such element, or it may not hold one of the children.</exception>
    internal Element(string name, IEnumerable<Node?> children)
        : this(name, Content.Of(name), [], Flat(children)) => Check();

    /// <summary>An element of a served page: of a form, or a link inside the site. Its attributes are ours, never data's names.</summary>
    internal Element(string name, Content content, IEnumerable<Node?> children, IEnumerable<KeyValuePair<string, string?>> own)
        : this(name, content, [.. own.Where(a => a.Value is not null).Select(a => new KeyValuePair<string, string>(a.Key, a.Value!))], Flat(children))
    {
        NeedsSite |= attributes.Length > 0 || content.Place == Place.Part && name is "option" or "legend";
        foreach (var (attribute, value) in attributes)
        {
            if (!Content.HasFormAttribute(attribute)) throw new ArgumentException($"there is no attribute {attribute}");
            if (attribute is "href" or "action" && !Address.IsLocal(value)) throw new ArgumentException($"an address in the site begins with one slash, not {Encoder.Visible(value)}");
        }
        Check();
    }

    private Element(string name, Content content, KeyValuePair<string, string>[] attributes, Node[] children)
    {
        Name = name;
        this.content = content;
        this.attributes = attributes;
        this.children = children;
        foreach (var child in children) NeedsSite |= child is Element { NeedsSite: true };
    }

    public string Name { get; }
    internal Content Content => content;

    /// <summary>It, or something inside it, submits something or leads to another page of the site: only a page that a site serves may hold it.</summary>
    internal bool NeedsSite { get; init; }

    public override string InnerText => string.Concat(children.Select(c => c.InnerText));

    /// <summary>The value of an attribute, or null.</summary>
    public string? this[string attribute]
    {
        get
        {
            foreach (var (name, value) in attributes)
            {
                if (name == attribute) return value;
            }
            return null;
        }
    }

    /// <summary>All elements inside, in the order of the page.</summary>
    public IEnumerable<Element> Inside => children.OfType<Element>().SelectMany(e => e.Inside.Prepend(e));

    /// <summary>The same element with one attribute more; a null value leaves it as it is.</summary>
    /// <exception cref="ArgumentException">The attribute is not in the list, is there already, or an address is not one that <see cref="Address"/> allows.</exception>
    public Element With(string attribute, string? value)
    {
        if (value is null) return this;
        if (!Content.HasAttribute(attribute)) throw new ArgumentException($"there is no attribute {attribute}");
        if (this[attribute] is not null) throw new ArgumentException($"<{Name}> has its {attribute} already");
        if (attribute == "href" && !Address.IsAllowed(value))
            throw new ArgumentException($"an address is https, http, mailto or a fragment, not {Encoder.Visible(value)}");
        if (attribute == "id" && !Address.IsFragment("#" + value))
            throw new ArgumentException($"an id is letters, digits, point, minus and underscore, not {Encoder.Visible(value)}");
        return new Element(Name, content, [.. attributes, new(attribute, value)], children) { NeedsSite = NeedsSite };
    }

    public Element Id(string? id) => With("id", id);
    public Element Class(string? name) => With("class", name);

    internal override void Write(TextWriter to)
    {
        to.Write('<');
        to.Write(Name);
        foreach (var (name, value) in attributes)
        {
            to.Write(' ');
            to.Write(name);
            if (value.Length == 0 && Content.IsSwitch(name)) continue;
            to.Write("=\"");
            Encoder.Write(to, value);
            to.Write('"');
        }
        to.Write('>');
        if (content.Holds == Holds.Nothing)
        {
            // Inside a drawing an element without content is closed too: <rect></rect>; in HTML a void element has no end.
            if (content.Place == Place.Part) Close(to);
            return;
        }
        var lines = content.Holds is Holds.Parts
            || (content.Holds == Holds.Flow && Array.Exists(children, c => c is Element { content.Place: not Place.Phrase }));
        foreach (var child in children)
        {
            if (lines) to.Write('\n');
            child.Write(to);
        }
        if (lines) to.Write('\n');
        Close(to);
    }

    private void Close(TextWriter to)
    {
        to.Write("</");
        to.Write(Name);
        to.Write('>');
    }

    private void Check()
    {
        foreach (var child in children)
        {
            if (!content.MayHold(child)) throw new ArgumentException($"<{Name}> may not hold {(child is Element e ? $"<{e.Name}>" : "text")}");
        }
        if (Name == "a" && Inside.Any(e => e.Name == "a")) throw new ArgumentException("a link may not hold a link");
        if (Name == "form" && Inside.Any(e => e.Name == "form")) throw new ArgumentException("a form may not hold a form");
        if (Name == "details" && children is not [Element { Name: "summary" }, ..]) throw new ArgumentException("<details> begins with its <summary>");
    }

    internal static Node[] Flat(IEnumerable<Node?> children)
    {
        var flat = new List<Node>();
        foreach (var child in children)
        {
            if (child is Many many) flat.AddRange(many.Pieces);
            else if (child is not null) flat.Add(child);
        }
        return [.. flat];
    }
}
