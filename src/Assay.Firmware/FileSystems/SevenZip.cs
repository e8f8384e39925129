using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using SevenZipEntry = Assay.Evidence.Compression.SevenZipEntry;
using SevenZipReader = Assay.Evidence.Compression.SevenZip;

namespace Assay.Firmware.FileSystems;

/// <summary>7z archives as part of an image: what <see cref="Assay.Evidence.Compression.SevenZip"/> reads, as files.</summary>
internal sealed class SevenZip : Archive
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "7z",
        Title = "7z archive",
        Group = FormatGroup.Archive,
        Source = "7-zip/DOC/7zFormat.txt, Methods.txt",
        Proof = "`7z`",
        Limits = "BCJ2, PPMd, Deflate64; encrypted archives; archives in several files",
        Signatures = [new([(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c])],
        Recognise = bytes => SevenZipReader.LengthOf(bytes) is { } length ? new("7z", length) : null,
        Open = opening => opening.Archive(Open(opening.Bytes, opening.Found.Length, opening.Place, opening.Budget)),
    };

    private const int TypeMask = 0xf000, LinkType = 0xa000, LongestTarget = 65536;
    private readonly List<SevenZipEntry> held = [];
    private SevenZipReader? reader;

    private SevenZip(Place place, Budget budget) : base(place, budget) { }

    public override string Format => "7z";

    private static SevenZip Open(ReadOnlyMemory<byte> bytes, long length, Place place, Budget budget)
    {
        var archive = new SevenZip(place, budget);
        try
        {
            archive.reader = SevenZipReader.Open(bytes, budget);
            foreach (var entry in archive.reader.Entries) archive.List(entry);
        }
        catch (UnreadableException unreadable)
        {
            archive.Lose(unreadable);
        }
        catch (BudgetException spent)
        {
            archive.Lose("entries within the budget", spent.Message, 0);
        }
        archive.Seal(Math.Min(length, bytes.Length));
        return archive;
    }

    private void List(SevenZipEntry entry)
    {
        if (Clean(Encoding.UTF8.GetBytes(entry.Name.Replace('\\', '/'))) is not { } path) return;
        var isLink = entry.Mode >= 0 && (entry.Mode & TypeMask) == LinkType;
        var listed = new FileEntry
        {
            Path = path,
            Type = entry.IsFolder ? FileType.Directory : isLink ? FileType.Link : FileType.Regular,
            Mode = entry.Mode < 0 ? -1 : entry.Mode & 0xfff,
            Modified = entry.Modified,
            Size = isLink ? 0 : entry.Size,
        };
        if (entry.IsFolder)
        {
            Add(listed);
            return;
        }
        if (!isLink)
        {
            Add(listed, entry.Start);
            held.Add(entry);
            return;
        }
        try
        {
            if (entry.Size > LongestTarget) throw new UnreadableException($"a link target of at most {LongestTarget} bytes", $"{entry.Size}", entry.Start);
            Add(listed with { Target = reader!.Read(entry, Budget).ToArray() });
        }
        catch (Exception failure) when (failure is UnreadableException or BudgetException)
        {
            Lose(path, failure);
        }
    }

    private protected override bool IsPacked => true;

    internal override ReadOnlyMemory<byte> Read(Member member) => reader!.Read(held[member.Index], Budget);
}
