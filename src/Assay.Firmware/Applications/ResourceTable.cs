using Assay.Evidence.Reading;

namespace Assay.Firmware.Applications;

/// <summary>
/// <c>resources.arsc</c>: from a resource id (package, type, entry: 8, 8 and 16 bits) to its values, one a configuration. Strings and booleans only, which is
/// what a manifest refers to: names of files, versions, switches.
/// </summary>
internal sealed class ResourceTable
{
    private readonly Dictionary<uint, List<string>> values = [];
    private readonly Dictionary<uint, uint> references = [];

    internal const int Most = 2_000_000;

    internal static readonly ResourceTable Empty = new();

    /// <summary>All values of a resource, over at most eight references.</summary>
    internal IReadOnlyList<string> Of(uint id)
    {
        for (var steps = 0; steps < 8; steps++)
        {
            if (values.TryGetValue(id, out var found)) return found;
            if (!references.TryGetValue(id, out id)) break;
        }
        return [];
    }

    /// <exception cref="UnreadableException"/>
    internal static ResourceTable Read(ReadOnlySpan<byte> bytes)
    {
        var table = new ResourceTable();
        var reader = new SpanReader(bytes);
        if (reader.U16("chunk type") != 0x0002) throw new UnreadableException("a table of resources", "another chunk", 0);
        var header = reader.U16();
        reader.Seek(Math.Min(header, bytes.Length));
        string[] strings = [];
        var count = 0;
        while (reader.Left >= 8)
        {
            var (at, type, own, size) = Chunk(ref reader, bytes.Length);
            if (type == 0x0001 && strings.Length == 0) strings = BinaryXml.Strings(bytes.Slice(at, size), at);
            if (type == 0x0200) table.Package(bytes.Slice(at, size), own, at, strings, ref count);
            reader.Seek(at + size);
        }
        return table;
    }

    private static (int At, int Type, int Header, int Size) Chunk(ref SpanReader reader, int length)
    {
        var at = reader.Position;
        int type = reader.U16(), header = reader.U16();
        var size = reader.U32();
        if (size < 8 || header < 8 || header > size || size > length - at) throw new UnreadableException("a chunk within the table", $"{size} bytes", reader.Offset - 8);
        return (at, type, header, (int)size);
    }

    private void Package(ReadOnlySpan<byte> package, int header, int origin, string[] strings, ref int count)
    {
        var reader = new SpanReader(package, origin);
        reader.Skip(8);
        var id = reader.U32();
        reader.Seek(header);
        while (reader.Left >= 8)
        {
            var (at, type, own, size) = Chunk(ref reader, package.Length);
            if (type == 0x0201) Entries(package.Slice(at, size), own, origin + at, id, strings, ref count);
            reader.Seek(at + size);
        }
    }

    private void Entries(ReadOnlySpan<byte> chunk, int header, int origin, uint package, string[] strings, ref int count)
    {
        var reader = new SpanReader(chunk, origin);
        reader.Skip(8);
        var type = reader.U8();
        var flags = reader.U8();
        reader.Skip(2);
        var entries = reader.U32();
        var start = reader.U32();
        bool isSparse = (flags & 1) != 0, isShort = (flags & 2) != 0;
        if (entries > (uint)(chunk.Length - header) / (isShort ? 2u : 4u) || start > chunk.Length) throw new UnreadableException("entries within their chunk", $"{entries} at 0x{start:x}", origin);
        for (var i = 0; i < entries; i++)
        {
            if (++count > Most) throw new UnreadableException($"at most {Most} resources", "more", origin);
            reader.Seek(header + i * (isShort ? 2 : 4));
            uint offset, index = (uint)i;
            if (isSparse) (index, offset) = (reader.U16(), reader.U16() * 4u);
            else if (isShort) offset = reader.U16() is var small && small == 0xffff ? uint.MaxValue : small * 4u;
            else offset = reader.U32();
            if (offset == uint.MaxValue || offset > chunk.Length - start || chunk.Length - start - offset < 16) continue;
            reader.Seek((int)(start + offset));
            var size = reader.U16();
            var own = reader.U16();
            reader.Skip(4);
            // Compact entries hold their value in place; maps have no single one.
            if ((own & 8) != 0 || (own & 1) != 0 || size < 8) continue;
            reader.Skip(3);
            var kind = reader.U8();
            var data = reader.U32();
            var resource = package << 24 | (uint)type << 16 | index & 0xffff;
            if (kind is 0x01 or 0x07) references.TryAdd(resource, data);
            else if (kind == 0x03 && data < strings.Length) Add(resource, strings[data]);
            else if (kind == 0x12) Add(resource, data != 0 ? "true" : "false");
        }
    }

    private void Add(uint resource, string value)
    {
        if (!values.TryGetValue(resource, out var all)) values[resource] = all = [];
        if (all.Count < 100 && !all.Contains(value)) all.Add(value);
    }
}
