using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using ZipEntry = Assay.Evidence.Compression.ZipEntry;
using ZipReader = Assay.Evidence.Compression.Zip;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// zip archives as part of an image (APPNOTE 6.3.10): the central directory says what is there; where it is gone, the members' own headers do, and that
/// is a loss. What stands behind the end record is no part of it.
/// </summary>
internal sealed class Zip : Archive
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "zip",
        Title = "zip archive",
        Group = FormatGroup.Archive,
        Source = "PKWARE APPNOTE.TXT 6.3.10",
        Proof = "`zip`, Python's zipfile",
        Limits = "methods other than stored and deflate; encrypted members; archives in several files",
        Signatures = [new([(byte)'P', (byte)'K', 3, 4])],
        Recognise = Recognise,
        Open = opening => opening.Archive(Open(opening.Bytes, opening.Place, opening.Budget)),
    };

    private const int TypeMask = 0xf000, LinkType = 0xa000, DirectoryType = 0x4000;
    private const int LongestTarget = 65536;

    private readonly ZipReader zip;
    private readonly List<ZipEntry> held = [];

    private Zip(ZipReader zip, Place place, Budget budget) : base(place, budget) => this.zip = zip;

    public override string Format => "zip";

    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 31 || bytes[4] is < 10 or > 63 || bytes[5] > 20) return null;
        ushort method = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), name = BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]);
        return method <= 99 && name is > 0 and < 1024 && name <= bytes.Length - 30 && bytes.Slice(30, name).IndexOf((byte)0) < 0 ? new("zip", 0) : null;
    }

    internal static Zip Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        ZipReader? reader = null;
        var length = 0;
        UnreadableException? failure = null;
        try
        {
            reader = ZipReader.Begin(bytes, out length);
        }
        catch (UnreadableException unreadable)
        {
            failure = unreadable;
        }
        var isRecovered = reader is null;
        reader ??= ZipReader.Recover(bytes, out length);
        var zip = new Zip(reader, place, budget);
        if (isRecovered) zip.Lose(failure ?? new UnreadableException("the directory of a zip archive before its end record", $"none behind {reader.Entries.Count} members that stand whole", length));
        try
        {
            zip.List(budget);
        }
        catch (BudgetException spent)
        {
            zip.Lose("entries within the budget", spent.Message, length);
        }
        zip.Seal(Math.Max(length, 4));
        return zip;
    }

    private void List(Budget budget)
    {
        foreach (var entry in zip.Entries)
        {
            if (Clean(Encoding.UTF8.GetBytes(entry.Name)) is not { } path) continue;
            var type = entry.Mode < 0 ? 0 : entry.Mode & TypeMask;
            var isFolder = type == DirectoryType || entry.Name.EndsWith('/');
            var listed = new FileEntry
            {
                Path = path,
                Type = isFolder ? FileType.Directory : type == LinkType ? FileType.Link : FileType.Regular,
                Mode = entry.Mode <= 0 ? -1 : entry.Mode & 0xfff,
                Modified = entry.Modified,
                Size = isFolder || type == LinkType ? 0 : entry.Size,
            };
            if (Has(path) && !isFolder) Lose(path, "one member of a name", "another of the same name, which counts");
            if (listed.Type == FileType.Link)
            {
                try
                {
                    if (entry.Size > LongestTarget) throw new UnreadableException($"a link target of at most {LongestTarget} bytes", $"{entry.Size}", entry.Offset);
                    Add(listed with { Target = zip.Read(entry, budget) });
                }
                catch (UnreadableException unreadable)
                {
                    Lose(path, unreadable);
                }
                continue;
            }
            if (isFolder)
            {
                Add(listed);
                continue;
            }
            Add(listed, entry.Offset);
            held.Add(entry);
        }
    }

    private protected override bool IsPacked => true;

    // What is affordable was spent before; one member's reading must not hang on which was read first.
    internal override ReadOnlyMemory<byte> Read(Member member) => zip.Read(held[member.Index], Budget.Whole());
}
