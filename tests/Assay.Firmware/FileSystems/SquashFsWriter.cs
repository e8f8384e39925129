using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Assay.Evidence.Files;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>A writer of SquashFS 1 to 3, which nobody ships any more, in both byte orders; unsquashfs judges it before it judges our reader.</summary>
internal sealed class SquashFsWriter(int version, bool big, Func<byte[], byte[]>? compress = null)
{
    private const int BlockSize = 32768;
    private const int MetadataSize = 8192;
    private readonly Func<byte[], byte[]> compress = compress ?? Zlib;
    private readonly MemoryStream data = new();
    private readonly MemoryStream fragment = new();
    private readonly List<(long Start, int Size)> fragments = [];
    private readonly List<uint> users = [], groups = [];
    private readonly Table inodes = new(), folders = new();
    private int count;

    /// <summary>Names in one folder; folders hold further ones.</summary>
    internal sealed record Item(string Name, FileType Type, int Mode, byte[]? Content = null, string? Target = null, int Device = 0, uint User = 0, uint Group = 0, List<Item>? Items = null);

    private sealed class Table
    {
        internal readonly MemoryStream Flushed = new();
        internal readonly List<byte> Open = [];
        internal (long Block, int Offset) At => (Flushed.Length, Open.Count);
    }

    internal static byte[] Zlib(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize)) zlib.Write(bytes);
        return packed.ToArray();
    }

    private int HeaderSize => version switch { 1 => 51, 2 => 63, _ => 119 };

    private byte[] Pack(params (ulong Value, int Bits)[] fields)
    {
        var bytes = new byte[(fields.Sum(f => f.Bits) + 7) / 8];
        var at = 0;
        foreach (var (value, bits) in fields)
        {
            for (var i = 0; i < bits; i++, at++)
            {
                var bit = big ? value >> (bits - 1 - i) & 1 : value >> i & 1;
                bytes[at >> 3] |= (byte)(bit << (big ? 7 - (at & 7) : at & 7));
            }
        }
        return bytes;
    }

    private void Append(Table table, byte[] bytes)
    {
        table.Open.AddRange(bytes);
        while (table.Open.Count >= MetadataSize)
        {
            table.Flushed.Write(Metadata(table.Open.Take(MetadataSize).ToArray()));
            table.Open.RemoveRange(0, MetadataSize);
        }
    }

    private byte[] Metadata(byte[] bytes)
    {
        var packed = compress(bytes);
        return packed.Length < bytes.Length ? [.. Pack(((ulong)packed.Length, 16)), .. packed] : [.. Pack(((ulong)bytes.Length | 0x8000, 16)), .. bytes];
    }

    private uint Block(byte[] bytes)
    {
        var packed = compress(bytes);
        var isPacked = packed.Length < bytes.Length;
        data.Write(isPacked ? packed : bytes);
        return (uint)(isPacked ? packed.Length : bytes.Length | (version == 1 ? 0x8000 : 1 << 24));
    }

    private static int Number(FileType type) => type switch
    {
        FileType.Directory => 1,
        FileType.Regular => 2,
        FileType.Link => 3,
        FileType.BlockDevice => 4,
        FileType.CharacterDevice => 5,
        FileType.Pipe => 6,
        _ => 7,
    };

    private static int Index(List<uint> numbers, uint number)
    {
        if (!numbers.Contains(number)) numbers.Add(number);
        return numbers.IndexOf(number);
    }

    internal byte[] Write(List<Item> items)
    {
        data.Write(new byte[HeaderSize]);
        var root = Inode(new Item("", FileType.Directory, Convert.ToInt32("755", 8), Items: items));
        CloseFragment();
        Flush(inodes);
        Flush(folders);
        var image = data;
        var inodeTable = image.Length;
        image.Write(inodes.Flushed.ToArray());
        var folderTable = image.Length;
        image.Write(folders.Flushed.ToArray());
        var fragmentBlock = image.Length;
        if (fragments.Count > 0) image.Write(Metadata(fragments.SelectMany(f => version == 2 ? Pack(((ulong)f.Start, 32), ((ulong)f.Size, 32)) : Pack(((ulong)f.Start, 64), ((ulong)f.Size, 32), (0, 32))).ToArray()));
        var fragmentTable = image.Length;
        if (fragments.Count > 0) image.Write(Pack(((ulong)fragmentBlock, version == 2 ? 32 : 64)));
        var userTable = image.Length;
        foreach (var user in users) image.Write(Pack((user, 32)));
        var groupTable = groups.Count == 0 ? 0 : image.Length;
        foreach (var group in groups) image.Write(Pack((group, 32)));
        var bytes = image.ToArray();
        var isWide = version == 3;
        ulong Old(long offset) => isWide ? 0 : (ulong)offset;
        Pack((0x73717368, 32), ((ulong)count, 32), (Old(bytes.Length), 32), (Old(userTable), 32), (Old(groupTable), 32), (Old(inodeTable), 32), (Old(folderTable), 32),
            ((ulong)version, 16), (0, 16), (version == 1 ? BlockSize : 0UL, 16), (15, 16), (0, 8), ((ulong)users.Count, 8), ((ulong)groups.Count, 8), (1700000000, 32),
            ((ulong)root.Block << 16 | (uint)root.Offset, 64), (BlockSize, 32), ((ulong)fragments.Count, 32), (Old(fragmentTable), 32), ((ulong)bytes.Length, 64), ((ulong)userTable, 64),
            ((ulong)groupTable, 64), ((ulong)inodeTable, 64), ((ulong)folderTable, 64), ((ulong)fragmentTable, 64), (ulong.MaxValue, 64)).AsSpan(0, HeaderSize).CopyTo(bytes);
        return [.. bytes, .. new byte[(4096 - bytes.Length % 4096) % 4096]];

        void Flush(Table table)
        {
            if (table.Open.Count > 0) table.Flushed.Write(Metadata([.. table.Open]));
        }
    }

    private void CloseFragment()
    {
        if (fragment.Length == 0) return;
        var start = data.Length;
        fragments.Add((start, (int)Block(fragment.ToArray())));
        fragment.SetLength(0);
    }

    // Children before their folder, so that their places are known.
    private (long Block, int Offset) Inode(Item item)
    {
        (long Block, int Offset) listing = default;
        var size = 0;
        if (item.Type == FileType.Directory) (listing, size) = Folder(item.Items ?? []);
        var number = (ulong)++count;
        int user = Index(users, item.User), group = item.Group == item.User ? version == 1 ? 15 : 255 : Index(groups, item.Group);
        var type = Number(item.Type);
        var isMessage = version == 1 && type > 5;
        var owner = version == 1 ? 4 : 8;
        var start = data.Length;
        List<(ulong Value, int Bits)> fields =
        [
            ((ulong)(isMessage ? 0 : version == 1 ? type + user / 16 * 5 : type), 4), ((ulong)item.Mode, 12), ((ulong)(version == 1 ? user % 16 : user), owner), ((ulong)group, owner),
        ];
        if (isMessage) fields.AddRange([((ulong)type, 4), ((ulong)user / 16, 4)]);
        if (version == 3) fields.AddRange([(1600000000, 32), (number, 32)]);
        if (version == 3 && type != 2) fields.Add((1, 32));
        List<uint> blocks = [];
        switch (type)
        {
            case 1 when version == 3:
                fields.AddRange([((ulong)size + 3, 19), ((ulong)listing.Offset, 13), ((ulong)listing.Block, 32), (number, 32)]);
                break;
            case 1:
                fields.AddRange([((ulong)size, 19), ((ulong)listing.Offset, 13), (1600000000, 32), ((ulong)listing.Block, 24)]);
                break;
            case 2:
                var content = item.Content!;
                var tail = version > 1 ? content.Length % BlockSize : 0;
                for (var at = 0; at < content.Length - tail; at += BlockSize) blocks.Add(Block(content[at..Math.Min(content.Length, at + BlockSize)]));
                ulong index = uint.MaxValue, offset = 0;
                if (tail > 0)
                {
                    if (fragment.Length + tail > BlockSize) CloseFragment();
                    (index, offset) = ((ulong)fragments.Count, (ulong)fragment.Length);
                    fragment.Write(content.AsSpan(content.Length - tail));
                }
                if (version < 3) fields.Add((1600000000, 32));
                fields.Add(((ulong)start, version == 3 ? 64 : 32));
                if (version > 1) fields.AddRange([(index, 32), (offset, 32)]);
                fields.Add(((ulong)content.Length, 32));
                break;
            case 3:
                fields.Add(((ulong)item.Target!.Length, 16));
                break;
            case 4 or 5:
                fields.Add(((ulong)item.Device, 16));
                break;
        }
        var place = inodes.At;
        Append(inodes, [.. Pack([.. fields]), .. blocks.SelectMany(b => Pack((b, version == 1 ? 16 : 32))), .. Encoding.ASCII.GetBytes(item.Target ?? "")]);
        return place;
    }

    private ((long Block, int Offset) Place, int Size) Folder(List<Item> items)
    {
        var children = items.OrderBy(i => i.Name, StringComparer.Ordinal).Select(i => (Item: i, Place: Inode(i), Number: count)).ToList();
        var place = folders.At;
        var listing = new List<byte>();
        for (var i = 0; i < children.Count;)
        {
            var first = children[i];
            var run = children.Skip(i).TakeWhile(c => c.Place.Block == first.Place.Block).Take(256).ToList();
            listing.AddRange(version == 3 ? Pack(((ulong)run.Count - 1, 8), ((ulong)first.Place.Block, 32), ((ulong)first.Number, 32)) : Pack(((ulong)run.Count - 1, 8), ((ulong)first.Place.Block, 24)));
            foreach (var child in run)
            {
                var type = (ulong)Number(child.Item.Type);
                var entry = new List<(ulong, int)> { ((ulong)child.Place.Offset, 13), (type, 3), ((ulong)child.Item.Name.Length - 1, 8) };
                if (version == 3) entry.Add(((ulong)(child.Number - first.Number) & 0xffff, 16));
                listing.AddRange(Pack([.. entry]));
                listing.AddRange(Encoding.ASCII.GetBytes(child.Item.Name));
            }
            i += run.Count;
        }
        Append(folders, [.. listing]);
        return (place, listing.Count);
    }
}
