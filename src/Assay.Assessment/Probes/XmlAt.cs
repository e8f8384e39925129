using System.Text;
using System.Xml;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Probes;

/// <summary>An element of an XML text with its line. Entities and internal subsets are refused, depth and number of elements are limited.</summary>
internal sealed class XmlAt
{
    internal const int Most = 1_000_000;
    internal const int Deepest = 64;

    private readonly List<XmlAt> children = [];
    private readonly Dictionary<string, string> attributes = new(StringComparer.Ordinal);
    private StringBuilder? text;

    internal required string Name { get; init; }
    /// <summary>From 1.</summary>
    internal required int Line { get; init; }
    /// <summary>Its end tag was read: everything that belongs to it is here.</summary>
    internal bool IsClosed { get; private set; }
    /// <summary>At the root: why the text ended before its end.</summary>
    internal UnreadableException? Broken { get; private set; }

    internal IReadOnlyList<XmlAt> Children => children;
    internal string Text => text?.ToString() ?? "";
    internal string? this[string attribute] => attributes.GetValueOrDefault(attribute);

    internal IEnumerable<XmlAt> All(string name) => children.Where(c => c.Name == name);
    internal XmlAt? First(string name) => children.FirstOrDefault(c => c.Name == name);

    /// <summary>Every element below of this name, in order.</summary>
    internal IEnumerable<XmlAt> Below(string name)
    {
        foreach (var child in children)
        {
            if (child.Name == name) yield return child;
            foreach (var deeper in child.Below(name)) yield return deeper;
        }
    }

    /// <summary>Null where not even a first element is there.</summary>
    internal static XmlAt? Read(ReadOnlySpan<byte> bytes)
    {
        // Tools write a document type without content; one with content could define entities, and is not read.
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 4096)]);
        if (head.IndexOf("<!DOCTYPE", StringComparison.OrdinalIgnoreCase) is >= 0 and var at && head.IndexOf('[', at) is > 0 and var bracket && (head.IndexOf('>', at) is var close && (close < 0 || bracket < close)))
        {
            throw new UnreadableException("XML without definitions of its own", "a document type with an internal subset", at, 1 + head[..at].Count(c => c == '\n'));
        }
        XmlAt? root = null;
        var open = new Stack<XmlAt>();
        var count = 0;
        using var stream = new MemoryStream(bytes.ToArray(), writable: false);
        using var reader = XmlReader.Create(stream, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Ignore,
            XmlResolver = null,
            MaxCharactersInDocument = Dossier.TextBytes,
            MaxCharactersFromEntities = 1024,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        });
        var place = (IXmlLineInfo)reader;
        try
        {
            while (reader.Read())
            {
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        if (++count > Most) throw new UnreadableException($"at most {Most} elements", "more", 0, place.LineNumber);
                        if (open.Count >= Deepest) throw new UnreadableException($"at most {Deepest} levels", "more", 0, place.LineNumber);
                        var element = new XmlAt { Name = reader.LocalName, Line = place.LineNumber };
                        var isEmpty = reader.IsEmptyElement;
                        while (reader.MoveToNextAttribute()) element.attributes[reader.LocalName] = reader.Value;
                        if (root is null) root = element;
                        else open.Peek().children.Add(element);
                        if (isEmpty) element.IsClosed = true;
                        else open.Push(element);
                        break;
                    case XmlNodeType.EndElement:
                        open.Pop().IsClosed = true;
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA when open.Count > 0:
                        (open.Peek().text ??= new StringBuilder()).Append(reader.Value);
                        break;
                }
            }
        }
        catch (XmlException wrong)
        {
            root?.Broken = new UnreadableException("XML to its end", wrong.LineNumber == 0 ? "its end" : "a text that breaks off or is no XML", 0, Math.Max(1, wrong.LineNumber));
        }
        catch (UnreadableException wrong)
        {
            root?.Broken = wrong;
        }
        return root;
    }
}
