using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Evidence.Reading;
using Assay.Firmware.Executables;
using Assay.Firmware.Secrets;
using Assay.Software.Components;
using Assay.Software.Components.Packages;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware.Identification;

/// <summary>
/// What the bytes of one file tell wherever it lies: it follows from content and <see cref="Name"/> alone, so that the same content in another image needs
/// no second look. Places count from the start of the content; nothing of the content itself is held, and of a secret only its shortened form.
/// </summary>
internal sealed record ContentFacts
{
    private static readonly string[] Marks = [Encoding.ASCII.GetString(PemBlock.Start), .. ConfigurationSecrets.Marked.Select(m => m.Literal)];
    private static readonly LiteralSearch Everything = new([.. VersionReading.Anchors, .. Marks]);
    private static readonly int FirstMark = VersionReading.Anchors.Count;
    private static readonly Location Here = new() { Artefact = "" };

    /// <summary>Without folders: some versions stand in it.</summary>
    public required string Name { get; init; }
    /// <summary>Bytes.</summary>
    public required int Size { get; init; }
    public bool IsElf { get; init; }
    /// <summary>An ELF file, or one with a zero byte near its beginning.</summary>
    public bool IsBinary { get; init; }
    /// <summary>A text that names its interpreter.</summary>
    public bool IsScript { get; init; }
    /// <summary>A text that is kept for what stands in it, wherever it lies: a public key that updates may be checked with, commands that a script of another language hands to a shell.</summary>
    public bool IsTelling { get; init; }
    /// <summary>A list of packages or an archive of classes, which are read for the whole file system.</summary>
    public bool IsListing { get; init; }
    /// <summary>Of the content; null where nobody asked for it and it is no ELF file that names its version.</summary>
    public string? Sha256 { get; init; }
    /// <summary>Null of what is none, or is damaged.</summary>
    public ElfFacts? Elf { get; init; }
    public IReadOnlyList<VersionSeen> Versions { get; init; } = [];
    public IReadOnlyList<KeySeen> Keys { get; init; } = [];
    public IReadOnlyList<TokenSeen> Tokens { get; init; } = [];
    /// <summary>What a program was built from, as its linker keeps it inside; places without a path.</summary>
    public IReadOnlyList<Component> Embedded { get; init; } = [];
    public AppletTable? Applets { get; init; }
    /// <summary>Damage of the ELF structure and of the lists inside.</summary>
    public IReadOnlyList<Loss> Losses { get; init; } = [];

    public bool IsBusyBox => Versions.Any(v => v.Pattern.Product == "busybox");
    public bool SpeaksAsShell => IsElf && Versions.Any(v => v.Pattern.Product is "busybox" or "bash" or "zsh");

    public static bool LooksBinary(ReadOnlySpan<byte> content) => content[..Math.Min(content.Length, 4096)].Contains((byte)0);

    /// <summary>One pass over the content.</summary>
    /// <param name="isAlone">The file was handed over alone: its versions count also where it is a text.</param>
    /// <param name="isHashed">Whether <see cref="Sha256"/> is wanted.</param>
    public static ContentFacts Of(string name, ReadOnlySpan<byte> content, bool isAlone, bool isHashed)
    {
        var isElf = ElfFacts.Is(content);
        var isBinary = isElf || LooksBinary(content);
        var passing = new Passing(isBinary, isBinary || isAlone ? new VersionReading() : null);
        if (Secrets.Keys.Binary(content) is { } whole) passing.Keys.Add(whole);
        Everything.Find(content, passing, static (at, bytes, literal, offset) => at.Hit(bytes, literal, offset));
        var losses = new List<Loss>();
        var versions = passing.Versions?.Finish(content, isElf ? name : null) ?? [];
        var facts = new ContentFacts
        {
            Name = name,
            Size = content.Length,
            IsElf = isElf,
            IsBinary = isBinary,
            IsScript = !isBinary && content.StartsWith("#!"u8),
            IsTelling = !isBinary && (content.StartsWith("-----BEGIN PUBLIC KEY-----"u8) || EmbeddedCommands.IsOne(name, content)),
            IsListing = !isElf && isBinary && content is not [0xe9, ..] && (RpmDatabase.Looks("/Packages", content) || RpmDatabase.Looks("/Packages.db", content) || JavaArchive.Looks(content)),
            Sha256 = isHashed || isElf && versions.Count > 0 ? Convert.ToHexStringLower(SHA256.HashData(content)) : null,
            Elf = isElf ? ReadElf(content, losses) : null,
            Versions = versions,
            Keys = passing.Keys,
            Tokens = passing.Tokens,
            Embedded = isElf || content is [0xe9, ..] ? ReadEmbedded(content, isElf, losses) : [],
            Losses = losses,
        };
        return facts.Elf is not null && facts.IsBusyBox ? facts with { Applets = BusyBoxApplets.Read(content, Here) } : facts;
    }

    private sealed class Passing(bool isBinary, VersionReading? versions)
    {
        public VersionReading? Versions => versions;
        public List<KeySeen> Keys { get; } = [];
        public List<TokenSeen> Tokens { get; } = [];

        public void Hit(ReadOnlySpan<byte> content, int literal, int offset)
        {
            if (literal < FirstMark) versions?.Hit(content, literal, offset);
            else if (literal == FirstMark)
            {
                if (Secrets.Keys.Pem(content, offset, isBinary) is { } key) Keys.Add(key);
            }
            else if (ConfigurationSecrets.Marking(content, offset, isBinary) is { } token)
            {
                Tokens.Add(token);
            }
        }
    }

    private static ElfFacts? ReadElf(ReadOnlySpan<byte> content, List<Loss> losses)
    {
        try
        {
            return ElfFacts.Read(content);
        }
        catch (UnreadableException e)
        {
            losses.Add(e.AsLoss(""));
            return null;
        }
    }

    private static List<Component> ReadEmbedded(ReadOnlySpan<byte> content, bool isElf, List<Loss> losses)
    {
        try
        {
            return !isElf ? [.. EspDescriptor.ReadImage(content, Here)] : [
                .. GoBuildInfo.Read(content, Here),
                .. ElfSections.Find(content, ".dep-v0"u8) is { IsEmpty: false } crates ? RustAuditData.Read(crates, Here) : [],
                .. ElfSections.Find(content, ".flash.appdesc"u8) is { IsEmpty: false } descriptor ? EspDescriptor.Read(descriptor, Here) : []];
        }
        catch (UnreadableException e)
        {
            losses.Add(e.AsLoss(""));
            return [];
        }
    }
}
