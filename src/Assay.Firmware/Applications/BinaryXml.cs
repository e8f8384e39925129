using System.Globalization;
using System.Text;
using System.Xml;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Applications;

/// <summary>One element of an Android XML file with what an examination asks of it.</summary>
internal sealed class XmlElement
{
    internal required string Name { get; init; }
    internal List<XmlAttribute> Attributes { get; } = [];
    internal List<XmlElement> Children { get; } = [];
    internal string Text { get; set; } = "";

    /// <summary>The value of an attribute by its local name; the last one wins nowhere, the first does.</summary>
    internal XmlAttribute? this[string name]
    {
        get
        {
            foreach (var attribute in Attributes)
            {
                if (attribute.Name == name) return attribute;
            }
            return null;
        }
    }

    internal IEnumerable<XmlElement> All(string name) => Children.Where(c => c.Name == name);
    internal XmlElement? First(string name) => Children.FirstOrDefault(c => c.Name == name);

    internal IEnumerable<XmlElement> Below
    {
        get
        {
            foreach (var child in Children)
            {
                yield return child;
                foreach (var deeper in child.Below) yield return deeper;
            }
        }
    }
}

/// <param name="Text">A string, a number in decimal digits, <c>true</c>, <c>false</c>; null for a reference.</param>
/// <param name="Reference">Resource that holds the value.</param>
internal sealed record XmlAttribute(string Name, string? Text, uint? Reference);

/// <summary>
/// Android's compiled XML (AXML) as <c>ResourceTypes.h</c> of the platform describes it: chunks of type, header size and size; a string pool; a map from
/// attribute names to resource ids, which counts before the name; then elements. Plain XML is read as well, since builds keep it in archives of sources.
/// </summary>
internal static class BinaryXml
{
    internal const int Deepest = 64;
    internal const int Most = 200_000;

    private const ushort StringPool = 0x0001, Xml = 0x0003, ResourceMap = 0x0180, StartElement = 0x0102, EndElement = 0x0103, CharacterData = 0x0104;

    /// <exception cref="UnreadableException"/>
    internal static XmlElement Read(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.StartsWith("\xef\xbb\xbf"u8) ? bytes[3..] : bytes;
        return start.TrimStart(" \t\r\n"u8) is [(byte)'<', ..] ? Plain(start) : Compiled(bytes);
    }

    private static XmlElement Compiled(ReadOnlySpan<byte> bytes)
    {
        var whole = new SpanReader(bytes);
        if (whole.U16("chunk type") != Xml) throw new UnreadableException("compiled XML", "another chunk", 0);
        whole.Seek(Math.Clamp(whole.U16("header size"), (ushort)8, (ushort)bytes.Length));
        string[] strings = [];
        uint[] resources = [];
        XmlElement? root = null;
        var open = new Stack<XmlElement>();
        var count = 0;
        while (whole.Left >= 8)
        {
            var at = whole.Position;
            var type = whole.U16();
            var header = whole.U16();
            var size = whole.U32();
            if (size < 8 || header < 8 || header > size || size > bytes.Length - at) throw new UnreadableException("a chunk within the file", $"{size} bytes", at);
            var chunk = bytes.Slice(at, (int)size);
            switch (type)
            {
                case StringPool when strings.Length == 0:
                    strings = Strings(chunk, at);
                    break;
                case ResourceMap:
                    resources = new uint[Math.Min((chunk.Length - header) / 4, strings.Length)];
                    var map = new SpanReader(chunk[header..], at);
                    for (var i = 0; i < resources.Length; i++) resources[i] = map.U32();
                    break;
                case StartElement:
                    if (++count > Most) throw new UnreadableException($"at most {Most} elements", "more", at);
                    if (open.Count >= Deepest) throw new UnreadableException($"at most {Deepest} levels", "more", at);
                    var element = Element(chunk, header, at, strings, resources);
                    if (root is null) root = element;
                    else if (open.TryPeek(out var parent)) parent.Children.Add(element);
                    open.Push(element);
                    break;
                case EndElement when open.Count > 0:
                    open.Pop();
                    break;
                case CharacterData when open.Count > 0 && chunk.Length >= header + 4:
                    var text = new SpanReader(chunk[header..], at).U32();
                    if (text < strings.Length && open.Peek().Text.Length < 10_000) open.Peek().Text += strings[text];
                    break;
            }
            whole.Seek(at + (int)size);
        }
        return root ?? throw new UnreadableException("an element", "none", bytes.Length);
    }

    private static XmlElement Element(ReadOnlySpan<byte> chunk, int header, int at, string[] strings, uint[] resources)
    {
        var reader = new SpanReader(chunk[header..], at + header);
        reader.Skip(4);
        var name = reader.U32();
        int start = reader.U16(), size = reader.U16(), count = reader.U16();
        if (size < 20) throw new UnreadableException("attributes of at least 20 bytes", $"{size}", reader.Offset);
        var element = new XmlElement { Name = name < strings.Length ? strings[name] : "" };
        for (var i = 0; i < count; i++)
        {
            reader.Seek(start + i * size);
            reader.Skip(4);
            var key = reader.U32();
            var raw = reader.U32();
            reader.Skip(3);
            var type = reader.U8();
            var data = reader.U32();
            // Attributes of the platform are known by their resource id: packers empty or change their names.
            var own = key < resources.Length ? AttributeName(resources[key]) : null;
            own ??= key < strings.Length ? strings[key] : "";
            element.Attributes.Add(type switch
            {
                0x01 or 0x07 => new XmlAttribute(own, null, data),
                0x03 => new XmlAttribute(own, data < strings.Length ? strings[data] : raw < strings.Length ? strings[raw] : null, null),
                0x12 => new XmlAttribute(own, data != 0 ? "true" : "false", null),
                0x10 => new XmlAttribute(own, ((int)data).ToString(CultureInfo.InvariantCulture), null),
                0x11 => new XmlAttribute(own, data.ToString(CultureInfo.InvariantCulture), null),
                _ => new XmlAttribute(own, raw < strings.Length ? strings[raw] : null, null),
            });
        }
        return element;
    }

    /// <summary>A string pool: UTF-8 or UTF-16, offsets first.</summary>
    internal static string[] Strings(ReadOnlySpan<byte> chunk, int at)
    {
        var reader = new SpanReader(chunk, at);
        reader.Skip(2);
        int header = reader.U16();
        reader.Skip(4);
        var count = reader.U32("string count");
        reader.Skip(4);
        var flags = reader.U32();
        var start = reader.U32();
        if (count > (chunk.Length - header) / 4 || start > chunk.Length) throw new UnreadableException("a string pool within its chunk", $"{count} strings at 0x{start:x}", at);
        var strings = new string[count];
        long total = 0;
        for (var i = 0; i < strings.Length; i++)
        {
            reader.Seek(header + 4 * i);
            var offset = reader.U32();
            strings[i] = offset < chunk.Length - start ? String(chunk[(int)(start + offset)..], (flags & 0x100) != 0) : "";
            // Offsets may all point to one long string.
            if ((total += strings[i].Length) > 64 << 20) throw new UnreadableException("at most 64 MiB of strings", "more", at);
        }
        return strings;
    }

    private static string String(ReadOnlySpan<byte> bytes, bool isUtf8)
    {
        if (isUtf8)
        {
            if (!Length8(ref bytes, out _) || !Length8(ref bytes, out var length) || length > bytes.Length) return "";
            return Encoding.UTF8.GetString(bytes[..length]);
        }
        if (bytes.Length < 2) return "";
        var units = bytes[0] | bytes[1] << 8;
        bytes = bytes[2..];
        if ((units & 0x8000) != 0)
        {
            if (bytes.Length < 2) return "";
            units = (units & 0x7fff) << 16 | bytes[0] | bytes[1] << 8;
            bytes = bytes[2..];
        }
        return (long)units * 2 > bytes.Length ? "" : Encoding.Unicode.GetString(bytes[..(units * 2)]);
    }

    private static bool Length8(ref ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < 1) return false;
        length = bytes[0];
        bytes = bytes[1..];
        if ((length & 0x80) == 0) return true;
        if (bytes.Length < 1) return false;
        length = (length & 0x7f) << 8 | bytes[0];
        bytes = bytes[1..];
        return true;
    }

    // Of android.R.attr, those that an examination asks for.
    private static string? AttributeName(uint resource) => resource switch
    {
        0x01010003 => "name",
        0x01010001 => "label",
        0x01010006 => "permission",
        0x01010009 => "protectionLevel",
        0x0101000c => null,
        0x0101000f => "debuggable",
        0x01010010 => "exported",
        0x01010018 => "authorities",
        0x0101020c => "minSdkVersion",
        0x01010270 => "targetSdkVersion",
        0x01010271 => "maxSdkVersion",
        0x0101021b => "versionCode",
        0x0101021c => "versionName",
        0x01010280 => "allowBackup",
        0x010104ec => "usesCleartextTraffic",
        0x01010527 => "networkSecurityConfig",
        0x0101056c => "usesPermissionFlags",
        0x01010272 => "testOnly",
        _ => null,
    };

    private static XmlElement Plain(ReadOnlySpan<byte> bytes)
    {
        XmlElement? root = null;
        var open = new Stack<XmlElement>();
        var count = 0;
        using var reader = XmlReader.Create(new MemoryStream(bytes.ToArray(), writable: false), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 16 << 20, IgnoreComments = true, IgnoreProcessingInstructions = true });
        try
        {
            while (reader.Read())
            {
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        if (++count > Most || open.Count >= Deepest) throw new UnreadableException($"at most {Most} elements and {Deepest} levels", "more", 0, ((IXmlLineInfo)reader).LineNumber);
                        var element = new XmlElement { Name = reader.LocalName };
                        var isEmpty = reader.IsEmptyElement;
                        while (reader.MoveToNextAttribute()) element.Attributes.Add(new XmlAttribute(reader.LocalName, reader.Value, null));
                        if (root is null) root = element;
                        else open.Peek().Children.Add(element);
                        if (!isEmpty) open.Push(element);
                        break;
                    case XmlNodeType.EndElement:
                        open.Pop();
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA when open.Count > 0 && open.Peek().Text.Length < 10_000:
                        open.Peek().Text += reader.Value;
                        break;
                }
            }
        }
        catch (XmlException wrong)
        {
            throw new UnreadableException("XML", "a text that breaks off, defines its own entities, or is no XML", 0, Math.Max(1, wrong.LineNumber));
        }
        return root ?? throw new UnreadableException("an element", "none", 0);
    }
}
