using System.Text;
using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware.Identification;

/// <summary>A text of a root file system that is kept until all files were seen: scripts, configuration, accounts, package lists.</summary>
internal sealed record TextFile(FileEntry Entry, string Path, string Text)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
    public string Folder => Path[..Math.Max(0, Path.LastIndexOf('/'))];
    /// <summary>A shell script, or a part of one that others read in.</summary>
    public bool IsScript => Text.StartsWith("#!", StringComparison.Ordinal) || Path.EndsWith(".sh", StringComparison.Ordinal);
    public IReadOnlyList<string> Lines { get; } = Text.Split('\n');

    public static TextFile Of(FileEntry entry, ReadOnlySpan<byte> content) => new(entry, entry.Path.Text, Encoding.UTF8.GetString(content).Replace("\r\n", "\n", StringComparison.Ordinal));
}

/// <summary>Where facts are written down as findings of one artefact. Safe for several threads.</summary>
/// <param name="mount">Stands before every path: empty for the only root file system, <c>/@0x540000-squashfs</c> for one of several.</param>
internal sealed class Notebook(string artefact, string mount)
{
    private const int MostStarted = 4096;

    private readonly List<Finding> findings = [];
    private readonly Dictionary<string, StartedProgram> started = new(StringComparer.Ordinal);

    public Location At(string path, int? line = null, long? offset = null) => new() { Artefact = artefact, Path = mount + path, Line = line, Offset = offset };

    public void Add(FindingKind kind, string subject, string value, double confidence, Location at, string[] traits, string? note = null, bool? isDefault = null)
    {
        var finding = new Finding
        {
            Kind = kind,
            Subject = Shortened.Visible(subject),
            Value = Shortened.Visible(value),
            Confidence = confidence,
            Location = at,
            Traits = [.. traits.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Note = note,
            Default = isDefault,
        };
        lock (findings) findings.Add(finding);
    }

    /// <summary>A command that runs at boot, whatever it is; the first place stands.</summary>
    /// <param name="program">Without folder.</param>
    public void Start(string program, string? service, Location at)
    {
        lock (findings)
        {
            if (started.Count >= MostStarted || program.Length is 0 or > 64 || program.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or '+' or '['))) return;
            if (!started.TryGetValue(program, out var known) || known.Service is null && service is not null) started[program] = new StartedProgram(program, service, known?.Location ?? at);
        }
    }

    /// <summary>Every command that runs at boot, by name.</summary>
    public IReadOnlyList<StartedProgram> Started()
    {
        lock (findings) return [.. started.Values.OrderBy(s => s.Program, StringComparer.Ordinal)];
    }

    public bool Has(FindingKind kind, string path)
    {
        lock (findings) return findings.Any(f => f.Kind == kind && f.Location.Path == mount + path);
    }

    public bool HasAt(FindingKind kind, string path, int line)
    {
        lock (findings) return findings.Any(f => f.Kind == kind && f.Location.Line == line && f.Location.Path == mount + path);
    }

    /// <summary>Each finding once, in the order of <see cref="Finding.Compare"/>.</summary>
    public List<Finding> Sorted()
    {
        var sorted = findings.DistinctBy(f => f.Id).ToList();
        sorted.Sort(Finding.Compare);
        return sorted;
    }
}
