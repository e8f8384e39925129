using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.Executables;
using Assay.Firmware.Identification;
using Assay.Firmware.Secrets;
using Assay.Software.Components;
using Assay.Software.Components.Packages;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware;

/// <summary>What a root file system, or one file handed over alone, says of a device: findings, components, and how much of it was looked at.</summary>
/// <remarks>Every file's bytes are passed once, on several threads; what needs more than one file (accounts, start scripts, trust lists) is judged from the texts that were kept.</remarks>
public sealed partial record RootFacts
{
    private const int LargestText = 1 << 20, LargestList = 32 << 20;
    private const long MostText = 256L << 20;

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
        files.ReadContents(examination.Visit, options.Workers, options.Cancel);
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
        if (IsBinary(content)) return "/" + name;
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

    private static bool IsBinary(ReadOnlySpan<byte> content) => content[..Math.Min(content.Length, 4096)].Contains((byte)0);

    private sealed class OneFile(string path, byte[] content) : IFileSystem
    {
        public string Format => "file";
        public IReadOnlyList<FileEntry> Entries { get; } = [new FileEntry { Path = FilePath.Of(path), Type = FileType.Regular, Mode = -1, Size = content.Length }];
        public IReadOnlyList<Loss> Losses => [];
        public void ReadContents(FileVisitor visit, int workers, CancellationToken cancel) => visit(Entries, content);
    }

    /// <summary>One pass over one file system.</summary>
    private sealed class Examination(string artefact, IFileSystem files, ExaminationOptions options, string mount)
    {
        private static readonly string[] Marks = [Encoding.ASCII.GetString(PemBlock.Start), .. ConfigurationSecrets.Marked.Select(m => m.Literal)];
        private static readonly LiteralSearch Everything = new([.. VersionReading.Anchors, .. Marks]);
        private static readonly int FirstMark = VersionReading.Anchors.Count;

        private readonly Notebook notes = new(artefact, mount);
        private readonly Keys keys = new(options.AsOf);
        private readonly PartsSeen parts = new(artefact, mount, options);
        private readonly ConcurrentDictionary<string, TextFile> texts = new(StringComparer.Ordinal);
        private readonly ConcurrentBag<Component> components = [];
        private readonly ConcurrentBag<Component> linked = [];
        private readonly ConcurrentBag<RpmPackage> installed = [];
        private readonly ConcurrentBag<Loss> losses = [];
        private readonly ConcurrentDictionary<string, IReadOnlyList<string>> calls = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, (string Hash, string First, bool SpeaksAsShell)> candidates = new(StringComparer.Ordinal);
        private readonly ConcurrentBag<ExecutableSeen> executableFiles = [];
        private readonly ConcurrentDictionary<string, string> programs = new(StringComparer.Ordinal);
        private readonly PackageFiles owned = new(mount);
        private long examined, executables, libraries, modules, scripts, textBytes;

        public void Visit(IReadOnlyList<FileEntry> same, ReadOnlySpan<byte> content)
        {
            var entry = same[0];
            var path = entry.Path.Text;
            Interlocked.Add(ref examined, same.Count);
            options.Progress?.Invoke(new Progress($"reading {artefact}", Interlocked.Read(ref examined), files.Entries.Count));
            var isElf = ElfFacts.Is(content);
            var isBinary = isElf || IsBinary(content);
            keys.AddBinary(path, content);

            var state = new Passing(this, path, isBinary, isBinary || files is OneFile ? new VersionReading() : null);
            Everything.Find(content, state, static (at, bytes, literal, offset) => at.Owner.Hit(at, bytes, literal, offset));
            var seen = state.Versions?.Finish(content, isElf ? path[(path.LastIndexOf('/') + 1)..] : null) ?? [];
            var elf = isElf ? Elf(path, content) : null;
            if (elf is { IsProgram: true, Calls: { } named })
            {
                // A program of many names calls for all of them; only its own name tells whose calls they are.
                var many = same.FirstOrDefault(l => l.Path.Text.EndsWith("/busybox", StringComparison.Ordinal));
                foreach (var link in many is null ? same : [many]) calls[link.Path.Text] = named;
            }
            foreach (var version in seen)
            {
                (IsLinked(version, elf) ? linked : components).Add(Inventory.Of(version, notes.At(path, offset: version.Offset)));
            }
            if (isElf || content is [0xe9, ..]) Embedded(path, content, isElf);
            else if (isBinary) Listed(same, content);
            parts.Visit(path, content, elf, seen.Any(v => v.Pattern.Product == "busybox"));
            var speaksAsShell = isElf && seen.Any(v => v.Pattern.Product is "busybox" or "bash" or "zsh");
            if (speaksAsShell || same.Any(Permissions.IsSetUidRoot) || BootServices.IsShell(path))
            {
                var hash = Convert.ToHexStringLower(SHA256.HashData(content));
                foreach (var link in same) candidates[link.Path.Text] = (hash, path, speaksAsShell);
            }
            if (isElf)
            {
                executableFiles.Add(new ExecutableSeen(mount + path, content.Length, seen.Count > 0 ? Convert.ToHexStringLower(SHA256.HashData(content)) : null, elf?.Soname, elf?.Needed ?? []));
                foreach (var link in same) programs[link.Path.Text] = path;
            }
            else if (PackageFiles.Is(path) && !owned.Keep(path, content)) losses.Add(new Loss { Location = notes.At(path), Expected = "lists of packages' files of bearable size", Found = $"{content.Length} bytes more" });
            if (!isBinary) Keep(same, content);
        }

        // Lists of what a program was built from, that its linker keeps inside.
        private void Embedded(string path, ReadOnlySpan<byte> content, bool isElf)
        {
            try
            {
                var at = notes.At(path);
                var listed = !isElf ? EspDescriptor.ReadImage(content, at) : [
                    .. GoBuildInfo.Read(content, at),
                    .. ElfSections.Find(content, ".dep-v0"u8) is { IsEmpty: false } crates ? RustAuditData.Read(crates, at) : [],
                    .. ElfSections.Find(content, ".flash.appdesc"u8) is { IsEmpty: false } descriptor ? EspDescriptor.Read(descriptor, at) : []];
                foreach (var component in listed) components.Add(component with { Files = [mount + path] });
            }
            catch (UnreadableException e)
            {
                losses.Add(e.AsLoss(artefact, path: mount + path));
            }
        }

        // Lists of packages that are no text.
        private void Listed(IReadOnlyList<FileEntry> same, ReadOnlySpan<byte> content)
        {
            var (path, missed) = (same[0].Path.Text, new List<Loss>());
            if (RpmDatabase.Looks(path, content))
            {
                foreach (var package in RpmDatabase.Read(content, notes.At(path), missed))
                {
                    installed.Add(package);
                    parts.Add(package.Repairs());
                }
            }
            else if (JavaArchive.Looks(content))
            {
                executableFiles.Add(new ExecutableSeen(mount + path, content.Length, null, null, []));
                foreach (var link in same) programs[link.Path.Text] = path;
                foreach (var component in JavaArchive.Read(content.ToArray(), options.Budget, notes.At(path), missed))
                {
                    // What lies in an archive inside of it names that one alone.
                    components.Add(component.Evidence[0].Location.Path == mount + path ? component with { Files = [mount + path] } : component);
                }
            }
            foreach (var loss in missed) losses.Add(loss);
        }

        private sealed record Passing(Examination Owner, string Path, bool IsBinary, VersionReading? Versions);

        private void Hit(Passing at, ReadOnlySpan<byte> content, int literal, int offset)
        {
            if (literal < FirstMark) at.Versions?.Hit(content, literal, offset);
            else if (literal == FirstMark) keys.AddPem(at.Path, content, offset, at.IsBinary);
            else ConfigurationSecrets.ReadMarked(at.Path, content, offset, at.IsBinary, notes);
        }

        // A program keeps the text of the OpenSSL that it was compiled against; what it runs with is the library beside it, where that speaks.
        private static bool IsLinked(VersionSeen version, ElfFacts? elf) =>
            version.Pattern.Product == "openssl" && elf is not null && elf.Needed.Any(n => n.StartsWith("libcrypto.so", StringComparison.Ordinal) || n.StartsWith("libssl.so", StringComparison.Ordinal));

        private ElfFacts? Elf(string path, ReadOnlySpan<byte> content)
        {
            ElfFacts elf;
            try
            {
                elf = ElfFacts.Read(content);
            }
            catch (UnreadableException e)
            {
                losses.Add(e.AsLoss(artefact, path: mount + path));
                return null;
            }
            if (elf.Kind == "module") Interlocked.Increment(ref modules);
            else if (elf.IsProgram) Interlocked.Increment(ref executables);
            else Interlocked.Increment(ref libraries);
            if (elf.Kind is not ("executable" or "library")) return elf;

            var (traits, missing) = (new List<string>(), new List<string>());
            void Lacks(bool so, string trait, string words)
            {
                if (!so) return;
                traits.Add(trait);
                missing.Add(words);
            }
            Lacks(!elf.NoExecute, Traits.NoExecuteMissing, "its stack may be executed");
            Lacks(elf.IsProgram && !elf.IsPie, Traits.PieMissing, "fixed address (no PIE)");
            Lacks(elf.Relro == Relro.None && !elf.IsStatic, Traits.RelroMissing, "no RELRO");
            Lacks(elf.Relro == Relro.Partial && !elf.IsStatic, Traits.RelroPartial, "partial RELRO");
            Lacks(elf.Canary == false, Traits.CanaryMissing, "no stack canary");
            Lacks(elf.Fortify == false, Traits.FortifyMissing, "no FORTIFY");
            if (traits.Count > 0) notes.Add(FindingKind.Hardening, elf.Soname ?? path[(path.LastIndexOf('/') + 1)..], $"{elf}: {string.Join(", ", missing)}", 0.95, notes.At(path), [.. traits]);
            return elf;
        }

        private void Keep(IReadOnlyList<FileEntry> same, ReadOnlySpan<byte> content)
        {
            foreach (var entry in same)
            {
                var path = entry.Path.Text;
                var isScript = content.StartsWith("#!"u8);
                if (isScript) Interlocked.Increment(ref scripts);
                var isList = PackageDatabase.KindOf(path) is not null;
                if (!isScript && !isList && !path.Contains("/etc/", StringComparison.Ordinal) && !path.Contains("/systemd/system/", StringComparison.Ordinal) && !path.EndsWith("/os-release", StringComparison.Ordinal)
                    && !Accounts.IsOne(path) && !ConfigurationSecrets.IsConfiguration(path) && !WebScripts.IsOne(path) && !BuildSettings.IsOne(path) && !EmbeddedCommands.IsOne(path, content)
                    && content.IndexOf("-----BEGIN PUBLIC KEY-----"u8) != 0) continue;
                if (content.Length > (isList ? LargestList : LargestText) || Interlocked.Add(ref textBytes, content.Length) > MostText)
                {
                    if (isList || isScript) losses.Add(new Loss { Location = notes.At(path), Expected = "a text of bearable size", Found = $"{content.Length} bytes" });
                    continue;
                }
                texts[path] = TextFile.Of(entry, content);
            }
        }

        public RootFacts Finish()
        {
            var sorted = texts.Values.OrderBy(t => t.Path, StringComparer.Ordinal).ToList();
            Accounts.Read(sorted, notes, new PasswordTrials());
            keys.Write(notes);
            foreach (var file in sorted) ConfigurationSecrets.Read(file, notes);
            BootServices.Read(files.Entries, texts, calls, notes);
            DevelopmentTools.Read(files.Entries, notes);
            Confinement.Read(files.Entries, sorted, calls, notes);
            WebScripts.Read(files.Entries, sorted, calls, notes);
            Updates.Read(files.Entries, sorted, notes);
            UnverifiedPeers.Read(sorted, notes);
            BuildSettings.Read(sorted, notes);
            var shells = Shells();
            Permissions.Read(files.Entries, texts, shells, Copies(shells), notes);

            var missed = new List<Loss>();
            var distribution = sorted.Where(t => t.Name == "os-release").Select(t => DistributionLine().Match(t.Text)).FirstOrDefault(m => m.Success)?.Groups["id"].Value;
            var listed = sorted.Where(t => PackageDatabase.KindOf(t.Path) is not null).SelectMany(t => PackageDatabase.Read(PackageDatabase.KindOf(t.Path)!, distribution, t.Text, notes.At(t.Path), missed)).ToList();
            listed.AddRange(installed.OrderBy(p => p.Location.Path, StringComparer.Ordinal).ThenBy(p => p.Location.Offset).Select(p => p.Component(distribution)));
            // What is not written into a database yet stands in the log beside it.
            foreach (var log in files.Entries.Where(e => e.Size > 0 && e.Path.Text.EndsWith("/rpmdb.sqlite-wal", StringComparison.Ordinal)))
                missed.Add(new Loss { Location = notes.At(log.Path.Text), Expected = "a database of rpm that was closed", Found = $"{log.Size} bytes of changes beside it that were not read" });
            var alone = linked.Where(l => !listed.Concat(components).Any(c => Inventory.ProductOf(c) == Inventory.ProductOf(l)));
            listed = owned.Join(listed, files.Entries, programs, sorted);
            var merged = Inventory.Merge([.. listed, .. components, .. alone, .. Inventory.Modules(files.Entries, p => notes.At(p))]);
            foreach (var contradiction in Inventory.Contradictions(merged))
                notes.Add(contradiction.Kind, contradiction.Subject, contradiction.Value, contradiction.Confidence, contradiction.Location, []);

            var regular = files.Entries.Count(e => e.Type == FileType.Regular);
            return new RootFacts
            {
                Findings = notes.Sorted(),
                Components = merged,
                Product = parts.Facts(files.Entries, sorted.FirstOrDefault(t => t.Name == "os-release")?.Text, notes.Started()),
                Executables = [.. executableFiles.OrderBy(e => e.Path, StringComparer.Ordinal)],
                Coverage = new Coverage
                {
                    Artefact = artefact,
                    Scope = CoverageScope.Files,
                    Unit = "files",
                    Total = regular,
                    Examined = examined,
                    Counts = new SortedDictionary<string, long>(StringComparer.Ordinal)
                    {
                        ["executables"] = executables,
                        ["libraries"] = libraries,
                        ["kernelModules"] = modules,
                        ["scripts"] = scripts,
                        ["texts"] = sorted.Count,
                        ["keysAndCertificates"] = keys.Count,
                        ["packages"] = listed.Count,
                        ["components"] = merged.Count,
                    },
                    Losses = [.. files.Losses.Concat(missed).Concat(losses).OrderBy(l => l.Location.Path, StringComparer.Ordinal).ThenBy(l => l.Location.Offset).ThenBy(l => l.Expected, StringComparer.Ordinal)],
                },
            };
        }

        private HashSet<string> Copies(HashSet<string> shells)
        {
            var real = shells.Where(s => s.Contains("bin/", StringComparison.Ordinal)).Select(s => candidates[s]).ToList();
            return shells.Where(s => real.Any(r => r.Hash == candidates[s].Hash && r.First != candidates[s].First)).ToHashSet(StringComparer.Ordinal);
        }

        /// <summary>Files that are a shell by what they say, or byte for byte one that has a shell's name.</summary>
        private HashSet<string> Shells()
        {
            var hashes = candidates.Where(c => c.Value.SpeaksAsShell || BootServices.IsShell(c.Key)).Select(c => c.Value.Hash).ToHashSet(StringComparer.Ordinal);
            return candidates.Where(c => hashes.Contains(c.Value.Hash)).Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
        }
    }
}
