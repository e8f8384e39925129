using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Firmware.Identification;
using Assay.Software.Components;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware;

/// <summary>What a root file system, or one file handed over alone, says of a device: findings, components, and how much of it was looked at.</summary>
/// <remarks>Every file's bytes are passed once, on several threads; what needs more than one file (accounts, start scripts, trust lists) is judged from the texts that were kept.</remarks>
public sealed partial record RootFacts
{
    public required IReadOnlyList<Finding> Findings { get; init; }
    public required IReadOnlyList<Component> Components { get; init; }
    public required Coverage Coverage { get; init; }
    /// <summary>What is known of the parts of its programs and kernel, what it starts, and what its packages say of themselves.</summary>
    public ProductFacts Product { get; init; } = ProductFacts.None;
    /// <summary>Every ELF program, library and kernel module and every Java archive, by path; what of them belongs to a named component is what a bill of materials can claim to cover.</summary>
    public IReadOnlyList<ExecutableSeen> Executables { get; init; } = [];

    /// <param name="mount">Stands before every path where an image holds several file systems (command.md, "Tree"); else empty.</param>
    public static RootFacts Examine(string artefact, IFileSystem files, ExaminationOptions options, string mount = "")
    {
        var examination = new Examination(artefact, files, options, mount);
        examination.Read();
        return examination.Finish();
    }

    /// <summary>One file that is no image: a program, a key, passwd, a start script. Known by its bytes; locations carry no path.</summary>
    public static RootFacts ExamineFile(string artefact, ReadOnlySpan<byte> content, ExaminationOptions options)
    {
        var only = new OneFile(PlaceOf(artefact, content), content.ToArray());
        var facts = Examine(artefact, only, options);
        return facts with
        {
            Findings = [.. facts.Findings.Where(f => f.Kind != FindingKind.Exposure || f.Location.Line is not null || f.Location.Offset is not null || f.Has(Traits.Authority))
                .Select(f => f with { Location = f.Location with { Path = null } })],
            Components = [.. facts.Components.Select(c => c with { Evidence = [.. c.Evidence.Select(e => e with { Location = e.Location with { Path = null } })] })],
            Coverage = facts.Coverage with { Losses = [.. facts.Coverage.Losses.Select(l => l with { Location = l.Location with { Path = null } })] },
        };
    }

    /// <summary>Where a file with this content would lie in a device; the rules for whole file systems then hold for it.</summary>
    private static string PlaceOf(string artefact, ReadOnlySpan<byte> content)
    {
        var name = artefact[(artefact.LastIndexOfAny(['/', '\\']) + 1)..];
        if (name.Length == 0) name = "file";
        if (ContentFacts.LooksBinary(content)) return "/" + name;
        var text = Encoding.UTF8.GetString(content[..Math.Min(content.Length, 64 << 10)]);
        if (PasswdLine().IsMatch(text)) return "/etc/passwd";
        if (ShadowLine().IsMatch(text)) return "/etc/shadow";
        if (InittabLine().IsMatch(text)) return "/etc/inittab";
        if (text.StartsWith("Package: ", StringComparison.Ordinal)) return text.Contains("\nInstalled-Time: ", StringComparison.Ordinal) ? "/usr/lib/opkg/status" : "/var/lib/dpkg/status";
        return text.StartsWith("C:Q", StringComparison.Ordinal) ? "/lib/apk/db/installed" : "/etc/" + name;
    }

    [GeneratedRegex(@"^[A-Za-z_][\w.-]*:[^:\n]*:\d+:\d+:[^:\n]*:/[^:\n]*:[^:\n]*$", RegexOptions.Multiline)]
    private static partial Regex PasswdLine();

    [GeneratedRegex(@"^[A-Za-z_][\w.-]*:[^:\n]*:\d*:\d*:\d*:\d*:\d*:\d*:\d*$", RegexOptions.Multiline)]
    private static partial Regex ShadowLine();

    [GeneratedRegex(@"^[^:#\n]{0,16}:[^:\n]*:(?:sysinit|respawn|askfirst|askconsole|once|wait):", RegexOptions.Multiline)]
    private static partial Regex InittabLine();

    [GeneratedRegex(@"(?m)^ID=[""']?(?<id>[a-z0-9._-]+)")]
    private static partial Regex DistributionLine();

    private sealed class OneFile(string path, byte[] content) : IFileSystem
    {
        public string Format => "file";
        public IReadOnlyList<FileEntry> Entries { get; } = [new FileEntry { Path = FilePath.Of(path), Type = FileType.Regular, Mode = -1, Size = content.Length }];
        public IReadOnlyList<Loss> Losses => [];
        public void ReadContents(FileVisitor visit, int workers, CancellationToken cancel) => visit(Entries, content);
    }
}
