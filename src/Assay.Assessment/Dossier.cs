using System.Text;
using System.Text.Json;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Probes;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Firmware.Applications;

namespace Assay.Assessment;

/// <summary>What a file of a dossier was recognised as, by its content.</summary>
public enum FileKind
{
    /// <summary><c>device.yaml</c> at the top of the dossier.</summary>
    Device,
    Capture,
    /// <summary>Any other binary file: the firmware room says what it is.</summary>
    Image,
    /// <summary>CycloneDX or SPDX.</summary>
    BillOfMaterials,
    Mud,
    /// <summary>ICS, IXIT or own assessment: a text that the examination could read as one.</summary>
    Declaration,
    /// <summary>A detached signature (CMS or COSE) over another file.</summary>
    Signature,
    /// <summary>Kconfig output: <c>CONFIG_X=y</c> a line.</summary>
    BuildConfiguration,
    /// <summary>Where parts lie in the flash memory; kept, not judged.</summary>
    PartitionTable,
    /// <summary>What an outside tool wrote: nmap, testssl, ssh-audit, SARIF.</summary>
    ToolResults,
    /// <summary>The archive of a companion app.</summary>
    Application,
    /// <summary>A laboratory's record on single units.</summary>
    LabRecord,
    /// <summary>Any other text: kept, and searched by checks that name it.</summary>
    Document,
    /// <summary>A picture, a PDF, an office file, or a file that could not be opened: coverage lost, and said.</summary>
    Unread,
}

/// <summary>One file of a dossier: an artefact with its name inside the dossier, and what it is.</summary>
public sealed record DossierFile
{
    public required Artefact Artefact { get; init; }
    public required FileKind Kind { get; init; }
    /// <summary>The device's state when the file was made, as <c>device.yaml</c> says: <c>factoryDefault</c>, <c>initialised</c>; null where nobody said.</summary>
    public string? State { get; init; }
    /// <summary>At which interface a scan was taken, as <c>device.yaml</c> says: the id of a row or a name; null where nobody said.</summary>
    public string? Interface { get; init; }
    /// <summary>The lines of a text, without their ends; empty for everything else.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    public string Name => Artefact.Name;

    /// <summary>A line of this file, counted from 1.</summary>
    public Location At(int line) => new() { Artefact = Name, Line = line };
}

/// <summary>A folder of evidence about one device (command.md, "Dossier"). Files are recognised by content; <c>device.yaml</c> only overrides.</summary>
public sealed class Dossier : IDisposable
{
    public required Device Device { get; init; }
    /// <summary>Ordered by name, bytewise.</summary>
    public required IReadOnlyList<DossierFile> Files { get; init; }
    /// <summary>Files that could not be opened, entries of <c>device.yaml</c> that say nothing, links that were not followed.</summary>
    public required IReadOnlyList<Loss> Losses { get; init; }
    /// <summary>What to write into <c>device.yaml</c>; empty when it is whole.</summary>
    public required IReadOnlyList<string> Advice { get; init; }

    /// <summary>Texts beyond this many bytes are not searched, and that is said.</summary>
    public const int TextBytes = 16 << 20;

    /// <param name="folder">Links inside are not followed; hidden folders such as <c>.git</c> are left out.</param>
    /// <param name="maker">From the command line: stands in for a missing <c>device.yaml</c>.</param>
    /// <exception cref="IOException">The folder is missing or may not be read.</exception>
    public static Dossier Open(string folder, string? maker = null, string? model = null)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"no folder {folder}");
        var losses = new List<Loss>();
        var artefacts = new List<Artefact>();
        foreach (var (path, name) in Walk(folder, losses))
        {
            try
            {
                artefacts.Add(Artefact.Open(path, name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                losses.Add(new Loss { Location = new Location { Artefact = name }, Expected = "a file that may be read", Found = e.GetType().Name });
            }
        }
        return Of(artefacts, losses, maker, model);
    }

    /// <summary>A dossier of artefacts that are open already; their order does not matter.</summary>
    public static Dossier Of(IReadOnlyList<Artefact> artefacts, IReadOnlyList<Loss>? losses = null, string? maker = null, string? model = null)
    {
        var ordered = artefacts.OrderBy(a => a.Name, StringComparer.Ordinal).ToList();
        var lost = new List<Loss>(losses ?? []);
        var sheet = DeviceSheet.Read(ordered.FirstOrDefault(a => a.Name == DeviceSheet.Name), lost);
        var files = new List<DossierFile>(ordered.Count);
        foreach (var artefact in ordered) files.Add(Recognise(artefact, sheet, lost));
        foreach (var named in sheet.Files.Keys.Where(n => ordered.All(a => a.Name != n)).Order(StringComparer.Ordinal))
        {
            lost.Add(new Loss { Location = sheet.Files[named].Location, Expected = $"the file {Shortened.Visible(named)} in the dossier", Found = "no such file" });
        }
        var device = sheet.Device with
        {
            Maker = maker ?? sheet.Device.Maker,
            Model = model ?? sheet.Device.Model,
        };
        return new Dossier
        {
            Device = device,
            Files = files,
            Losses = [.. lost.OrderBy(l => l.ToString(), StringComparer.Ordinal)],
            Advice = DeviceSheet.Advice(sheet, device),
        };
    }

    public void Dispose()
    {
        foreach (var file in Files) file.Artefact.Dispose();
    }

    private static IEnumerable<(string Path, string Name)> Walk(string folder, List<Loss> losses)
    {
        var waiting = new Stack<DirectoryInfo>([new DirectoryInfo(folder)]);
        while (waiting.TryPop(out var current))
        {
            FileSystemInfo[] entries;
            try
            {
                entries = current.GetFileSystemInfos();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                losses.Add(Lost(current, "a folder that may be read", e.GetType().Name));
                continue;
            }
            foreach (var entry in entries.OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                if (entry.LinkTarget is not null) losses.Add(Lost(entry, "a file or a folder", "a link, which is not followed"));
                else if (entry is DirectoryInfo below)
                {
                    if (!entry.Name.StartsWith('.')) waiting.Push(below);
                }
                else yield return (entry.FullName, NameOf(entry));
            }
        }

        string NameOf(FileSystemInfo entry) => Path.GetRelativePath(folder, entry.FullName).Replace(Path.DirectorySeparatorChar, '/');

        Loss Lost(FileSystemInfo entry, string expected, string found) =>
            new() { Location = new Location { Artefact = NameOf(entry) }, Expected = expected, Found = found };
    }

    private static DossierFile Recognise(Artefact artefact, DeviceSheet sheet, List<Loss> losses)
    {
        var said = sheet.Files.GetValueOrDefault(artefact.Name);
        var lines = Text(artefact, losses);
        var kind = artefact.Name == DeviceSheet.Name ? FileKind.Device : said?.Kind ?? (lines is null ? KindOfBytes(artefact) : KindOfText(artefact, lines));
        return new DossierFile { Artefact = artefact, Kind = kind, State = said?.State, Interface = said?.Interface, Lines = lines ?? [] };
    }

    private static FileKind KindOfBytes(Artefact artefact)
    {
        var head = artefact.Bytes.Span(0, (int)Math.Min(64, artefact.Size));
        return head switch
        {
            [] => FileKind.Unread,
            [0xd4, 0xc3, 0xb2, 0xa1, ..] or [0xa1, 0xb2, 0xc3, 0xd4, ..] or [0x4d, 0x3c, 0xb2, 0xa1, ..] or [0xa1, 0xb2, 0x3c, 0x4d, ..]
                or [0x0a, 0x0d, 0x0d, 0x0a, ..] => FileKind.Capture,
            [0xaa, 0x50, ..] => FileKind.PartitionTable,
            // COSE_Sign and COSE_Sign1, tagged; and a DER sequence that names signedData.
            [0xd8, 0x62, ..] or [0xd2, 0x84, ..] => FileKind.Signature,
            [0x30, ..] when head.IndexOf(SignedData) is > 0 and < 32 => FileKind.Signature,
            [(byte)'P', (byte)'K', 3, 4, ..] when ApplicationExamination.Recognises(artefact) => FileKind.Application,
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] or [0x89, (byte)'P', (byte)'N', (byte)'G', ..] or [0xff, 0xd8, 0xff, ..]
                or [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] or [(byte)'P', (byte)'K', 3, 4, ..] or [0xd0, 0xcf, 0x11, 0xe0, ..] => FileKind.Unread,
            _ => FileKind.Image,
        };
    }

    // 1.2.840.113549.1.7.2
    private static readonly byte[] SignedData = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

    private static FileKind KindOfText(Artefact artefact, IReadOnlyList<string> lines)
    {
        var first = lines.FirstOrDefault(l => !string.IsNullOrWhiteSpace(l))?.TrimStart() ?? "";
        if (Probe.Recognise(artefact, lines) is not null) return FileKind.ToolResults;
        if (first.StartsWith("-----BEGIN PKCS7", StringComparison.Ordinal) || first.StartsWith("-----BEGIN CMS", StringComparison.Ordinal)) return FileKind.Signature;
        if (first.StartsWith('{') && KindOfJson(artefact) is { } kind) return kind;
        if (LabRecords.Looks(lines)) return FileKind.LabRecord;
        if (first.StartsWith("SPDXVersion:", StringComparison.Ordinal)) return FileKind.BillOfMaterials;
        var settings = lines.Count(l => l.StartsWith("CONFIG_", StringComparison.Ordinal) || l.StartsWith("# CONFIG_", StringComparison.Ordinal));
        if (settings > 0 && settings * 2 >= lines.Count(l => l.Length > 0 && l != "#" && !(l.StartsWith("# ", StringComparison.Ordinal) && !l.StartsWith("# CONFIG_", StringComparison.Ordinal)))) return FileKind.BuildConfiguration;
        return FileKind.Document;
    }

    private static FileKind? KindOfJson(Artefact artefact)
    {
        try
        {
            using var document = JsonDocument.Parse(artefact.Bytes.Whole, new JsonDocumentOptions { MaxDepth = 64 });
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.NameEquals("bomFormat") || member.NameEquals("spdxVersion")) return FileKind.BillOfMaterials;
                if (member.NameEquals("ietf-mud:mud")) return FileKind.Mud;
            }
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Null for what is no text: a zero byte or bytes outside UTF-8.
    private static List<string>? Text(Artefact artefact, List<Loss> losses)
    {
        if (artefact.Size == 0) return [];
        var start = artefact.Bytes.Span(0, (int)Math.Min(artefact.Size, 4096));
        if (start.Contains((byte)0) && start is not ([0xff, 0xfe, ..] or [0xfe, 0xff, ..])) return null;
        if (artefact.Size > TextBytes)
        {
            if (!LooksLikeText(start)) return null;
            losses.Add(new Loss { Location = new Location { Artefact = artefact.Name }, Expected = $"a text of at most {TextBytes} bytes", Found = $"{artefact.Size} bytes" });
            return [];
        }
        var bytes = artefact.Bytes.Span(0, (int)artefact.Size);
        if (!LooksLikeText(bytes) && bytes is not ([0xff, 0xfe, ..] or [0xfe, 0xff, ..])) return null;
        return Declarations.PlainText.Of(bytes) is not { } text ? null : [.. text.ReplaceLineEndings("\n").Split('\n')];
    }

    private static bool LooksLikeText(ReadOnlySpan<byte> start)
    {
        var control = 0;
        foreach (var b in start)
        {
            if (b < 0x20 && b is not ((byte)'\n' or (byte)'\r' or (byte)'\t' or 0x0c or 0x1b)) control++;
        }
        return control == 0;
    }
}
