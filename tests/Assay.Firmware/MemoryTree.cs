using System.Text;
using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware.Tests;

/// <summary>A small root file system written in a test: path, content, mode; links by their target.</summary>
internal sealed class MemoryTree : IFileSystem
{
    public static readonly DateTimeOffset AsOf = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<FileEntry> entries = [];
    private readonly Dictionary<string, byte[]> contents = new(StringComparer.Ordinal);

    public string Format => "memory";
    public IReadOnlyList<FileEntry> Entries => [.. entries.OrderBy(e => e.Path)];
    public IReadOnlyList<Loss> Losses => [];

    /// <param name="mode">Octal digits.</param>
    public MemoryTree With(string path, byte[] content, string mode = "644")
    {
        entries.Add(new FileEntry { Path = FilePath.Of(path), Type = FileType.Regular, Mode = Convert.ToInt32(mode, 8), Size = content.Length });
        contents[path] = content;
        return this;
    }

    public MemoryTree With(string path, string content, string mode = "644") => With(path, Encoding.UTF8.GetBytes(content), mode);

    public MemoryTree Link(string path, string target)
    {
        entries.Add(new FileEntry { Path = FilePath.Of(path), Type = FileType.Link, Mode = 0x1ff, Target = Encoding.UTF8.GetBytes(target) });
        return this;
    }

    public void ReadContents(FileVisitor visit, int workers, CancellationToken cancel) =>
        Parallel.ForEach(Entries.Where(e => e.Type == FileType.Regular), new ParallelOptions { MaxDegreeOfParallelism = workers }, e => visit([e], contents[e.Path.Text]));

    public RootFacts Facts(int workers = 2) => RootFacts.Examine("it", this, new ExaminationOptions { AsOf = AsOf, Workers = workers });

    /// <summary>Findings as short lines: kind, path and line, traits. Hardening is left out.</summary>
    public List<string> Lines() =>
        [.. Facts().Findings.Where(f => f.Kind is not (FindingKind.Hardening or FindingKind.Exposure)).Select(f => $"{EvidenceJson.Name(f.Kind)} {f.Location.Path}{(f.Location.Line is { } line ? ":" + line : "")} {string.Join(' ', f.Traits)}{(f.Default == true ? " default" : "")}".TrimEnd())];
}
