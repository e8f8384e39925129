using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.Containers;
using Assay.Firmware.FileSystems;

namespace Assay.Firmware;

/// <summary>
/// A firmware image, opened in memory: what lies where, down through containers and compression, and the file systems inside. Nothing is written to
/// disk. Structures are found by content at any offset; only the bytes that no structure covers are searched.
/// </summary>
/// <remarks>Dispose it after its parts and their contents are no longer read; the artefact must live as long.</remarks>
public sealed class Image : IDisposable
{
    private readonly List<Decoded> held = [];
    private readonly ExaminationOptions options;
    private readonly string artefact;
    private long heldBytes;

    private Image(string artefact, ExaminationOptions options)
    {
        this.artefact = artefact;
        this.options = options;
    }

    internal ExaminationOptions Options => options;
    /// <summary>Bytes of decoded content that may still be held in memory.</summary>
    internal int RoomLeft => (int)Math.Max(0, options.Budget.FileBytes - heldBytes);

    /// <summary>Keeps decoded content until the image is disposed.</summary>
    internal void Hold(Decoded decoded)
    {
        held.Add(decoded);
        heldBytes += decoded.Content.Length;
    }

    private readonly List<(Part Stream, string Key)> fresh = [];

    /// <summary>A stream that was unpacked in another image and of which all is known that is asked for, or null: then it is unpacked.</summary>
    internal Part? Known(string key, Opening opening)
    {
        if (options.Cache?.Find(key) is not { } bytes || FactBytes.Read(bytes, PartFacts.Read) is not { } facts) return null;
        // Near the end of a budget the order counts in which it is spent.
        if (facts.Held > RoomLeft || facts.Held > options.Budget.BytesLeft / 2 || facts.Length > opening.Bytes.Length) return null;
        Hold((int)facts.Held);
        return facts.Restored(opening.At, opening.Path, opening.Bytes[..(int)facts.Length], opening.Place, options.Budget);
    }

    /// <summary>Notes a stream that was unpacked, whose facts may be kept.</summary>
    internal void Note(string key, Part stream) => fresh.Add((stream, key));

    /// <summary>Keeps the facts of streams for other images.</summary>
    /// <param name="said">What was found in each payload.</param>
    internal void Keep(IReadOnlyDictionary<Part, PayloadFacts> said)
    {
        if (options.Cache is not { } cache || ownLosses.Count > 0) return;
        foreach (var (stream, key) in fresh)
        {
            if (PartFacts.Of(stream, said) is { } facts) cache.Keep(key, FactBytes.Bytes(facts.Write));
        }
    }

    /// <summary>Counts content that was put together.</summary>
    /// <exception cref="BudgetException">More than may be held at once.</exception>
    internal void Hold(int count)
    {
        if (count > RoomLeft) throw new BudgetException("file", options.Budget.FileBytes);
        options.Budget.SpendBytes(count);
        heldBytes += count;
    }

    /// <summary>Bytes of the artefact.</summary>
    public long Size { get; private init; }
    /// <summary>Side by side, ordered by offset; together they cover the image.</summary>
    public IReadOnlyList<Part> Parts { get; private set; } = [];
    /// <summary>All parts, each before its children.</summary>
    public IEnumerable<Part> AllParts => Parts.SelectMany(p => p.WithDescendants());
    /// <summary>Parts whose files are read, in the order of the image.</summary>
    public IReadOnlyList<Part> FileSystems { get; private set; } = [];
    /// <summary>
    /// The one root file system, whose paths stand without a prefix; null when there is none or more than one. One file system alone is the root;
    /// of several, the one that alone holds at least two of the folders that a Linux root has.
    /// </summary>
    public Part? Root { get; private set; }
    /// <summary>All that was lost in containers and file systems so far; complete after the contents were read.</summary>
    public IReadOnlyList<Loss> Losses => [.. ownLosses, .. AllParts.SelectMany(p => p.FileSystem is { } files ? p.Losses.Concat(files.Losses) : p.Losses)];
    private readonly List<Loss> ownLosses = [];

    /// <summary>Whether anything at all was recognised.</summary>
    public bool IsRecognised => AllParts.Any(p => p.Kind is not ("unknown" or "padding"));

    /// <summary>The path of an entry as <c>assay tree</c> and findings show it.</summary>
    public string PathOf(Part part, FileEntry entry) => part == Root ? entry.Path.Text : part.Path + entry.Path.Text;

    /// <summary>Bytes of the image that belong to a structure that was understood; of compressed parts, as much as of their content.</summary>
    public Coverage Coverage => new()
    {
        Artefact = artefact,
        Scope = CoverageScope.Image,
        Unit = "bytes",
        Total = Size,
        Examined = (long)Parts.Sum(Examined),
        Counts = new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["fileSystems"] = FileSystems.Count,
            ["parts"] = AllParts.Count(),
            ["files"] = FileSystems.Sum(p => (long)p.FileSystem!.Entries.Count),
        },
        Losses = Losses,
    };

    /// <summary>Finds and opens everything. Never throws for what the bytes hold.</summary>
    public static Image Open(Artefact artefact, ExaminationOptions options) => Open(artefact, options with { Cache = null }, null);

    /// <param name="early">
    /// Told the file systems that stand in the image itself while large containers beside them are still being unpacked: reading may begin. Which of them
    /// is the root is not known before everything is open.
    /// </param>
    internal static Image Open(Artefact artefact, ExaminationOptions options, Action<IReadOnlyList<Part>>? early)
    {
        var image = new Image(artefact.Name, options) { Size = artefact.Size };
        var bytes = artefact.Bytes.Whole;
        var place = new Place(artefact.Name, null, 0);
        if (bytes.Length < artefact.Size) image.ownLosses.Add(place.Loss(bytes.Length, "an image below 2 GiB", $"{artefact.Size} bytes"));
        if (bytes.Length == 0) image.ownLosses.Add(place.Loss(0, "an image", "an empty file"));
        image.Parts = image.Tile(bytes, image.Scan(bytes, 0, place, "", 0, early: early), "");
        image.FileSystems = image.AllParts.Where(p => p.FileSystem is not null).ToList();
        image.Root = FindRoot(image.FileSystems);
        foreach (var part in image.FileSystems)
        {
            if (part != image.Root && part.FileSystem is ImageFileSystem files) files.Prefix = part.Path;
        }
        if (bytes.Length > 0 && !image.IsRecognised) image.ownLosses.Add(place.Loss(0, "a container or file system that is known", Beginning(bytes.Span)));
        return image;
    }

    private static string Beginning(ReadOnlySpan<byte> bytes) => $"{bytes.Length} bytes that begin with {Convert.ToHexStringLower(bytes[..Math.Min(16, bytes.Length)])}";

    private static readonly string[] RootFolders = ["/bin", "/sbin", "/etc", "/lib", "/usr", "/proc", "/sys", "/init", "/linuxrc"];

    private static Part? FindRoot(IReadOnlyList<Part> fileSystems)
    {
        // An archive around images is a wrapping.
        var filled = fileSystems.Where(p => p.FileSystem!.Entries.Count > 0 && !p.Children.Any(c => c.WithDescendants().Any(d => d.FileSystem?.Entries.Count > 0))).ToList();
        if (filled.Count <= 1) return filled.FirstOrDefault() ?? (fileSystems.Count == 1 ? fileSystems[0] : null);
        var roots = filled.Where(p => LooksLikeRoot(p.FileSystem!)).ToList();
        return roots.Count == 1 ? roots[0] : null;
    }

    /// <summary>Whether at least two of the folders that a Linux root has are there.</summary>
    internal static bool LooksLikeRoot(IFileSystem files) => files.Entries.Select(e => e.Path.Text).Intersect(RootFolders, StringComparer.Ordinal).Take(2).Count() == 2;

    // A container without content of its own lacks what its children lack; a compressed one is as known as its content is.
    private static double Examined(Part part)
    {
        if (!part.IsRead) return 0;
        if (part.Children.Count == 0) return part.Length;
        // Of an archive as much as of its members that are images.
        if (part.FileSystem is { } files)
        {
            var all = Math.Max(1, files.Entries.Sum(e => (double)e.Size));
            return part.Length * Math.Clamp(1 - part.Children.Sum(c => c.Length - Examined(c)) / all, 0, 1);
        }
        if (part.Unpacked is not { } content || content == 0) return part.Length - part.Children.Sum(c => c.Length - Examined(c));
        return part.Length * Math.Clamp(part.Children.Sum(Examined) / content, 0, 1);
    }

    private const long WorthAThread = 1 << 20;
    private long searched;

    // Each byte is searched at most once for each level of nesting; tables whose pieces lie on one another could ask for more than any machine can do.
    private bool IsSearchedEnough(long length, Place place)
    {
        var most = options.Budget.Depth * Math.Max(1 << 16, Size + heldBytes);
        if (searched <= most && (searched += length) > most)
        {
            ownLosses.Add(place.Loss(0, "containers whose pieces lie side by side", $"pieces that lie on one another, so that the image would be searched more than {options.Budget.Depth} times (raise it with --budget depth=NUMBER)"));
        }
        return searched > most;
    }

    // Structures in the order in which they stand from an offset on; only what lies between them is searched.
    internal List<Part> Scan(ReadOnlyMemory<byte> bytes, int start, Place place, string path, int depth, bool insideKernel = false, Action<IReadOnlyList<Part>>? early = null)
    {
        var parts = new List<Part>();
        var later = new List<(int Index, int At, Format Format, Recognised Found)>();
        if (depth >= options.Budget.Depth)
        {
            ownLosses.Add(place.Loss(0, $"containers at most {options.Budget.Depth} deep", "a deeper one (raise it with --budget depth=NUMBER)"));
            return parts;
        }
        if (IsSearchedEnough(bytes.Length - start, place)) return parts;
        var from = start;
        while (from < bytes.Length)
        {
            options.Cancel.ThrowIfCancellationRequested();
            var at = from;
            if (from != start || Formats.At(bytes.Span[from..], out var found) is not { } format) (at, format) = Formats.Next(bytes.Span, from, out found);
            if (format is null) break;
            if (early is not null && format.IsWhole && found.Length >= WorthAThread && found.Length <= bytes.Length - at)
            {
                later.Add((parts.Count, at, format, found));
                parts.Add(new Opening { Image = this, Region = bytes, At = at, Found = found, Place = place.After(at), Path = $"{path}/@0x{at:x}-{found.Kind}", Depth = depth }.Part());
                from = at + (int)found.Length;
                continue;
            }
            if (insideKernel && !format.IsExpectedInKernel || OpenPart(bytes, at, format, found, place, path, depth) is not { } part || insideKernel && part.Unpacked is < 1024)
            {
                from = at + 1;
                continue;
            }
            parts.Add(part);
            // A format whose length nobody states ends where the next structure begins.
            from = at + (int)Math.Max(1, part.Length > 0 ? part.Length : 4);
        }
        if (early is not null && later.Count > 0)
        {
            List<Part> ready = [.. parts.Where((p, i) => p.FileSystem is not null && later.All(l => l.Index != i))];
            // One thread unpacks the containers in their order, so that what is held in memory does not depend on which was first.
            var unpacking = Task.Run(() =>
            {
                foreach (var (index, at, format, found) in later) parts[index] = OpenPart(bytes, at, format, found, place, path, depth) ?? parts[index];
                // What it unpacked it looks into as well, while the other cores read files.
                foreach (var payload in later.SelectMany(l => parts[l.Index].WithDescendants()).Where(p => p.IsPayload)) payload.Said ??= PayloadFacts.Of((payload.Content ?? payload.Bytes).Span, options);
            }, options.Cancel);
            early(ready);
            unpacking.GetAwaiter().GetResult();
        }
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Length > 0) continue;
            var end = i + 1 < parts.Count ? parts[i + 1].Offset : bytes.Length;
            parts[i] = With(parts[i], end - parts[i].Offset, bytes);
        }
        return parts;
    }

    private static Part With(Part part, long length, ReadOnlyMemory<byte> bytes) => new()
    {
        Offset = part.Offset,
        Length = length,
        Kind = part.Kind,
        Path = part.Path,
        Note = part.Note,
        Bytes = bytes.Slice((int)part.Offset, (int)length),
        Losses = part.Losses,
        IsRead = part.IsRead,
    };

    private Part? OpenPart(ReadOnlyMemory<byte> bytes, int at, Format format, Recognised found, Place place, string path, int depth)
    {
        var opening = new Opening { Image = this, Region = bytes, At = at, Found = found, Place = place.After(at), Path = $"{path}/@0x{at:x}-{found.Kind}", Depth = depth };
        try
        {
            return format.Open is null ? opening.Unread() : format.Open(opening);
        }
        catch (UnreadableException unreadable)
        {
            return opening.Part(losses: [opening.Place.Loss(unreadable)], isRead: false, length: found.Length > 0 ? found.Length : 4);
        }
        catch (BudgetException spent)
        {
            return opening.Part(losses: [opening.Place.Loss(0, "content within the budget", spent.Message)], isRead: false, length: found.Length > 0 ? found.Length : 4);
        }
    }

    // What decoded content is made of: known structures, a kernel (which may hold some itself), or just bytes.
    internal IReadOnlyList<Part> Inside(ReadOnlyMemory<byte> content, string path, int depth)
    {
        var place = new Place(artefact, path, 0);
        var first = Formats.At(content.Span, out _);
        if (first is null or { Kind: "elf" } && HasKernelBanner(content.Span))
        {
            var own = $"{path}/@0x0-kernel";
            var inner = Scan(content, first is null ? 0 : 4, place, own, depth, insideKernel: true);
            return [new Part { Offset = 0, Length = content.Length, Kind = "kernel", Path = own, Bytes = content, Children = inner, IsRead = true }];
        }
        var parts = Scan(content, 0, place, path, depth);
        return parts.Count == 0 ? [] : Tile(content, parts, path);
    }

    // linux/init/version-timestamp.c: "Linux version RELEASE (BUILDER) (COMPILER) NUMBER DATE".
    private static bool HasKernelBanner(ReadOnlySpan<byte> bytes)
    {
        var banner = "Linux version "u8;
        while (bytes.IndexOf(banner) is >= 0 and var at)
        {
            bytes = bytes[(at + banner.Length)..];
            if (bytes.Length > 0 && char.IsAsciiDigit((char)bytes[0])) return true;
        }
        return false;
    }

    private const int LeastFiller = 4096;

    // Names what lies between the parts: padding when it is one byte over and over, else unknown.
    internal List<Part> Tile(ReadOnlyMemory<byte> bytes, List<Part> parts, string path, int at = 0)
    {
        var all = new List<Part>();
        foreach (var part in parts)
        {
            if (part.Offset > at) Gaps(at, (int)part.Offset);
            all.Add(part);
            at = (int)(part.Offset + part.Length);
        }
        if (at < bytes.Length) Gaps(at, bytes.Length);
        return all;

        // Filler before and behind bytes that nobody knows is told apart from them.
        void Gaps(int start, int end)
        {
            var span = bytes.Span[start..end];
            var (first, last) = (span.IndexOfAnyExcept((byte)0, (byte)0xff), span.LastIndexOfAnyExcept((byte)0, (byte)0xff));
            if (IsPadding(span)) (first, last) = (-1, -1);
            var head = first >= LeastFiller ? first : 0;
            var tail = first >= 0 && span.Length - 1 - last >= LeastFiller ? last + 1 : span.Length;
            if (head > 0) all.Add(Gap(start, start + head));
            all.Add(Gap(start + head, start + tail));
            if (tail < span.Length) all.Add(Gap(start + tail, end));
        }

        Part Gap(int start, int end)
        {
            var gap = bytes[start..end];
            var filler = gap.Span[0];
            var isPadding = IsPadding(gap.Span);
            var kind = isPadding ? "padding" : "unknown";
            return new Part
            {
                Offset = start,
                Length = end - start,
                Kind = kind,
                Path = $"{path}/@0x{start:x}-{kind}",
                Bytes = gap,
                IsRead = isPadding,
                Note = isPadding ? $"0x{filler:x2}" : null,
            };
        }
    }

    // Zeros and erased flash, and the marks that tell JFFS2 where to begin (OpenWrt's "deadc0de").
    private static bool IsPadding(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOfAnyExcept((byte)0, (byte)0xff) is >= 0 and var at)
        {
            ReadOnlySpan<byte> mark = [0xde, 0xad, 0xc0, 0xde];
            if (!bytes[at..].StartsWith(mark)) return false;
            bytes = bytes[(at + 4)..];
        }
        return true;
    }

    /// <summary>What lies where, for a person.</summary>
    public ImageMap Map() => ImageMap.Of(this, artefact);

    public void Dispose()
    {
        foreach (var decoded in held) decoded.Dispose();
        held.Clear();
    }
}
