using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Firmware.Identification;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware;

/// <summary>
/// What a compressed stream of an image was found to hold, without what it holds: kinds, places and lengths of the parts inside, what a kernel among them
/// says, and the names in a file system that has no contents (the few devices that a kernel brings along). With it the same stream in another image need
/// not be unpacked.
/// </summary>
internal sealed record PartFacts
{
    private const int MostEntries = 4096;

    public required long Offset { get; init; }
    public required long Length { get; init; }
    public required string Kind { get; init; }
    /// <summary>Behind the path of the stream; empty for the stream itself.</summary>
    public required string Path { get; init; }
    public string? Note { get; init; }
    public bool IsRead { get; init; }
    /// <summary>Bytes that compression hid, or null where nothing was compressed.</summary>
    public long? Unpacked { get; init; }
    public double Entropy { get; init; }
    public PayloadFacts? Said { get; init; }
    /// <summary>Of a file system, with the name of its format.</summary>
    public IReadOnlyList<FileEntry>? Entries { get; init; }
    public string? Format { get; init; }
    public IReadOnlyList<PartFacts> Children { get; init; } = [];

    /// <summary>Bytes unpacked by it and by all below it.</summary>
    public long Held => (Unpacked ?? 0) + Children.Sum(c => c.Held);

    /// <summary>Entries of all its file systems.</summary>
    public int Files => (Entries?.Count ?? 0) + Children.Sum(c => c.Files);

    /// <summary>What the facts of a stream follow from: its bytes, how it is packed, how deep it lies, and the limits.</summary>
    public static string Key(CompressionKind kind, ReadOnlySpan<byte> stream, int depth, Budget budget) =>
        FactsFolder.Key(KnownContents.Build, "stream", Decompression.Name(kind), depth.ToString(System.Globalization.CultureInfo.InvariantCulture), budget.ToString(), Convert.ToHexStringLower(SHA256.HashData(stream)));

    /// <summary>Null for a stream of which more than facts are needed: files with content, structures that are looked into elsewhere, damage.</summary>
    /// <param name="said">What was found in each payload.</param>
    public static PartFacts? Of(Part stream, IReadOnlyDictionary<Part, PayloadFacts> said) => Of(stream, stream.Path.Length, said, isInside: false);

    private static PartFacts? Of(Part part, int prefix, IReadOnlyDictionary<Part, PayloadFacts> said, bool isInside)
    {
        if (part.Losses.Count > 0 || isInside && IsLookedInto(part.Kind) || part.IsPayload && !said.ContainsKey(part)) return null;
        if (part.FileSystem is { } files && (files.Losses.Count > 0 || files.Entries.Count > MostEntries || files.Entries.Any(e => e.Type == FileType.Regular))) return null;
        var children = part.Children.Select(c => Of(c, prefix, said, isInside: true)).ToList();
        if (children.Contains(null)) return null;
        return new PartFacts
        {
            Offset = part.Offset,
            Length = part.Length,
            Kind = part.Kind,
            Path = part.Path[prefix..],
            Note = part.Note,
            IsRead = part.IsRead,
            Unpacked = part.Unpacked,
            Entropy = part.EntropyBits,
            Said = said.GetValueOrDefault(part),
            Entries = part.FileSystem?.Entries,
            Format = part.FileSystem?.Format,
            Children = children!,
        };
    }

    // What stands in these is read when everything is open (BootFacts, ImageMap).
    private static bool IsLookedInto(string kind) => kind is "dtb" or "fit" or "uimage" or "unknown" or "mcuboot" or "esp-image" or "member";

    /// <summary>The part as if it had been unpacked, with all below it; their bytes are not there.</summary>
    /// <param name="bytes">Of the stream, as they are in the image.</param>
    /// <exception cref="BudgetException">As many files as were found are more than may be read.</exception>
    public Part Restored(long offset, string path, ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        if (Entries is { Count: > 0 } entries) budget.SpendFiles(entries.Count);
        return new Part
        {
            Offset = offset,
            Length = Length,
            Kind = Kind,
            Path = path + Path,
            Note = Note,
            IsRead = IsRead,
            Bytes = bytes,
            Unpacked = Unpacked,
            EntropyBits = Entropy,
            Said = Said,
            FileSystem = Entries is null ? null : new Named(Format!, Entries, place, budget),
            Children = [.. Children.Select(c => c.Restored(c.Offset, path, default, place, budget))],
        };
    }

    /// <summary>A file system of which the names are known, and which has no contents.</summary>
    private sealed class Named(string format, IReadOnlyList<FileEntry> entries, Place place, Budget budget) : ImageFileSystem(place, budget)
    {
        public override string Format => format;
        public override IReadOnlyList<FileEntry> Entries => entries;
        internal override long Length => 0;

        public override void ReadContents(FileVisitor visit, int workers, CancellationToken cancel)
        {
        }
    }

    public void Write(BinaryWriter to)
    {
        to.Write(Offset);
        to.Write(Length);
        to.Write(Kind);
        to.Write(Path);
        to.Text(Note);
        to.Write(IsRead);
        to.Number(Unpacked);
        to.Write(Entropy);
        to.Write(Said is not null);
        if (Said is { } said) Write(to, said);
        to.Text(Format);
        if (Format is not null) to.List(Entries!, e => Write(to, e));
        to.List(Children, c => c.Write(to));
    }

    public static PartFacts Read(BinaryReader from) => Read(from, 0);

    private static PartFacts Read(BinaryReader from, int depth)
    {
        if (depth > 256) throw new UnreadableException("parts at most 256 deep", "deeper ones", from.BaseStream.Position);
        var facts = new PartFacts
        {
            Offset = from.ReadInt64(),
            Length = from.ReadInt64(),
            Kind = from.ReadString(),
            Path = from.ReadString(),
            Note = from.Text(),
            IsRead = from.ReadBoolean(),
            Unpacked = from.Number(),
            Entropy = from.ReadDouble(),
            Said = from.ReadBoolean() ? ReadPayload(from) : null,
            Format = from.Text(),
        };
        if (facts.Format is not null) facts = facts with { Entries = from.List(() => ReadEntry(from)) };
        return facts with { Children = from.List(() => Read(from, depth + 1)) };
    }

    private static void Write(BinaryWriter to, PayloadFacts said)
    {
        to.List(said.Versions, v => ContentBytes.Version(to, v));
        to.Text(said.Delay?.Subject);
        if (said.Delay is { } delay)
        {
            to.Write((byte)delay.Kind);
            to.Write(delay.Value);
            to.Write(delay.Confidence);
            to.Texts(delay.Traits);
        }
        to.Write(said.Kernel is not null);
        if (said.Kernel is not { } kernel) return;
        to.Text(kernel.Version);
        to.List([.. kernel.Options], o =>
        {
            to.Write(o.Key);
            to.Write(o.Value);
        });
    }

    private static PayloadFacts ReadPayload(BinaryReader from)
    {
        var versions = from.List(() => ContentBytes.Version(from));
        var here = new Location { Artefact = "" };
        var delay = from.Text() is not { } subject ? null
            : new Finding { Subject = subject, Kind = (FindingKind)from.ReadByte(), Value = from.ReadString(), Confidence = from.ReadDouble(), Traits = from.Texts(), Location = here };
        if (!from.ReadBoolean()) return new PayloadFacts { Versions = versions, Delay = delay };
        var version = from.Text();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in from.List(() => (from.ReadString(), from.ReadString()))) options[name] = value;
        return new PayloadFacts { Versions = versions, Delay = delay, Kernel = new KernelConfiguration(version, options, here) };
    }

    private static void Write(BinaryWriter to, FileEntry entry)
    {
        to.Write7BitEncodedInt(entry.Path.Raw.Length);
        to.Write(entry.Path.Raw);
        to.Write((byte)entry.Type);
        to.Write(entry.Mode);
        to.Write(entry.Owner);
        to.Write(entry.Group);
        to.Write(entry.Modified);
        to.Number(entry.Target?.Length);
        if (entry.Target is { } target) to.Write(target);
        to.Write(entry.DeviceMajor);
        to.Write(entry.DeviceMinor);
    }

    private static FileEntry ReadEntry(BinaryReader from) => new()
    {
        Path = new FilePath(Raw(from, from.Read7BitEncodedInt())),
        Type = (FileType)from.ReadByte(),
        Mode = from.ReadInt32(),
        Owner = from.ReadUInt32(),
        Group = from.ReadUInt32(),
        Modified = from.ReadInt64(),
        Target = from.Number() is { } length ? Raw(from, length) : null,
        DeviceMajor = from.ReadUInt32(),
        DeviceMinor = from.ReadUInt32(),
    };

    private static byte[] Raw(BinaryReader from, long length)
    {
        if (length > from.BaseStream.Length - from.BaseStream.Position) throw new UnreadableException("a name inside the entry", $"{length} bytes", from.BaseStream.Position);
        return from.ReadBytes((int)length);
    }
}
