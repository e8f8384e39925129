using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Containers;

/// <summary>A node of a flattened device tree: its name, the path to it, and the properties that are read.</summary>
/// <param name="Path">From the root: <c>/images/kernel-1/signature</c>.</param>
/// <param name="IsOff">Its own or a higher node's status says that the hardware is not there or not used.</param>
/// <param name="Offset">Of the node, from the start of the tree.</param>
internal sealed record DeviceTreeNode(string Path, bool IsOff, int Offset, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>Where the value of each property lies in the tree, and its length in bytes.</summary>
    public IReadOnlyDictionary<string, (int At, int Length)> Values { get; init; } = new Dictionary<string, (int, int)>();
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}

/// <summary>Flattened device tree (devicetree specification 0.4, chapter 5), and U-Boot's FIT, which is one. Properties that hold text are kept as such, all others by their place.</summary>
internal static class DeviceTree
{
    private const uint Begin = 1, End = 2, Property = 3, Nop = 4, Finish = 9;
    private const int MostNodes = 20_000, MostDepth = 32, LongestText = 512;

    /// <summary>Nodes in their order; a tree that breaks off gives what stood before.</summary>
    public static List<DeviceTreeNode> Read(ReadOnlySpan<byte> tree)
    {
        var nodes = new List<DeviceTreeNode>();
        try
        {
            Walk(tree, nodes);
        }
        catch (UnreadableException)
        {
            // What was read before the break stands; the part's own loss says that it is damaged.
        }
        return nodes;
    }

    private static void Walk(ReadOnlySpan<byte> tree, List<DeviceTreeNode> nodes)
    {
        var reader = new SpanReader(tree, bigEndian: true);
        reader.Seek(8);
        var structure = (int)Math.Min(reader.U32(), int.MaxValue);
        var strings = (int)Math.Min(reader.U32(), int.MaxValue);
        reader.Seek(structure);
        var path = new Stack<(string Path, bool Off, Dictionary<string, string> Properties, Dictionary<string, (int, int)> Values)>();
        for (var steps = 0; steps < 40 * MostNodes && nodes.Count < MostNodes; steps++)
        {
            var at = reader.Position;
            switch (reader.U32("a token of the tree"))
            {
                case Begin:
                    if (path.Count >= MostDepth) return;
                    var name = Text(tree, reader.Position);
                    reader.Skip((name.Length + 4) & ~3, "bytes of a node's name");
                    var above = path.Count > 0 ? path.Peek() : (Path: "", Off: false, Properties: [], Values: []);
                    var properties = new Dictionary<string, string>(StringComparer.Ordinal);
                    var values = new Dictionary<string, (int, int)>(StringComparer.Ordinal);
                    path.Push((path.Count == 0 ? "" : $"{above.Path}/{name}", above.Off, properties, values));
                    nodes.Add(new DeviceTreeNode(path.Peek().Path, above.Off, at, properties) { Values = values });
                    break;
                case Property:
                    var length = (int)Math.Min(reader.U32(), int.MaxValue - 8);
                    var key = Text(tree, (int)Math.Min((long)strings + reader.U32(), tree.Length));
                    if (path.Count > 0) path.Peek().Values[key] = (reader.Position, length);
                    var value = reader.Take(length, "bytes of a property");
                    reader.Skip((4 - length % 4) % 4);
                    if (path.Count == 0 || value.Length is 0 or > LongestText || value[^1] != 0 || value[..^1].IndexOfAnyInRange((byte)1, (byte)31) >= 0) break;
                    // Several texts of one property stand behind zeros.
                    var text = Encoding.Latin1.GetString(value[..^1]).Replace('\0', ' ');
                    path.Peek().Properties[key] = text;
                    if (key == "status" && text is "disabled" or "fail" or "reserved")
                    {
                        var (own, _, kept, places) = path.Pop();
                        path.Push((own, true, kept, places));
                        if (nodes.FindLastIndex(n => n.Path == own) is >= 0 and var index) nodes[index] = nodes[index] with { IsOff = true };
                    }
                    break;
                case End:
                    if (path.Count == 0) return;
                    path.Pop();
                    break;
                case Nop: break;
                default: return;
            }
        }
    }

    private static string Text(ReadOnlySpan<byte> tree, int at)
    {
        if (at >= tree.Length) return "";
        var rest = tree.Slice(at, Math.Min(256, tree.Length - at));
        var end = rest.IndexOf((byte)0);
        return end < 0 ? "" : Encoding.Latin1.GetString(rest[..end]);
    }
}
