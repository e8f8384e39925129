using System.Collections.Concurrent;
using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Evidence.Files;
using Assay.Firmware.Executables;
using Assay.Firmware.FileSystems;
using Assay.Firmware.Identification;
using Assay.Firmware.Secrets;
using Assay.Software.Components;
using Assay.Software.Components.Packages;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware;

public sealed partial record RootFacts
{
    /// <summary>
    /// One pass over one file system. What a content tells wherever it lies (<see cref="ContentFacts"/>) is found out once, or known from another image;
    /// what follows from its place, and from several files together, is judged here.
    /// </summary>
    private sealed class Examination(string artefact, IFileSystem files, ExaminationOptions options, string mount) : IPackReader
    {
        private const int LargestText = 1 << 20, LargestList = 32 << 20;
        private const long MostText = 256L << 20;

        private readonly Notebook notes = new(artefact, mount);
        private readonly Keys keys = new(options.AsOf);
        private readonly PartsSeen parts = new(artefact, mount, options);
        private readonly KnownContents? known = files is OneFile || options.Cache is not { } cache ? null : new KnownContents(cache);
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

        public void Read()
        {
            if (known is not null && files is IPackedFileSystem packed)
            {
                packed.ReadContents(Visit, this, options.Workers, options.Cancel);
                known.Keep(options.Workers);
            }
            else
            {
                files.ReadContents(Visit, options.Workers, options.Cancel);
            }
        }

        public IReadOnlyList<PackedContent> Needed(Pack pack)
        {
            known!.Find(pack);
            var needed = new List<PackedContent>();
            foreach (var content in pack.Contents)
            {
                if (known.Of(content.Entries) is { } facts && !IsReadWhole(content.Entries, facts)) Add(content.Entries, facts);
                else needed.Add(content);
            }
            return needed;
        }

        private void Visit(IReadOnlyList<FileEntry> same, ReadOnlySpan<byte> content)
        {
            var facts = known?.Of(same) ?? Learn(same, content);
            Add(same, facts);
            if (IsReadWhole(same, facts)) AddWhole(same, content, facts);
        }

        private ContentFacts Learn(IReadOnlyList<FileEntry> same, ReadOnlySpan<byte> content)
        {
            var name = NameOf(same[0].Path.Text);
            if (known is not null) return known.Learn(same, name, content, files is IPackedFileSystem);
            return ContentFacts.Of(name, content, files is OneFile, IsCandidate(same));
        }

        private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

        private static bool IsCandidate(IReadOnlyList<FileEntry> same) => same.Any(Permissions.IsSetUidRoot) || BootServices.IsShell(same[0].Path.Text);

        // What is read beyond its own facts: texts that are kept, lists of packages, histories, settings of kernels.
        private static bool IsReadWhole(IReadOnlyList<FileEntry> same, ContentFacts facts) =>
            facts.IsListing || !facts.IsElf && PackageFiles.Is(same[0].Path.Text) || PartsSeen.Reads(same[0].Path.Text, facts.Elf) || !facts.IsBinary && same.Any(e => IsKept(e.Path.Text, facts));

        private void AddWhole(IReadOnlyList<FileEntry> same, ReadOnlySpan<byte> content, ContentFacts facts)
        {
            var path = same[0].Path.Text;
            if (facts.IsListing) Listed(same, content);
            if (PartsSeen.Reads(path, facts.Elf)) parts.Visit(path, content, facts.Elf);
            if (!facts.IsElf && PackageFiles.Is(path) && !owned.Keep(path, content)) losses.Add(new Loss { Location = notes.At(path), Expected = "lists of packages' files of bearable size", Found = $"{content.Length} bytes more" });
            if (!facts.IsBinary) Keep(same, content, facts);
        }

        // Everything that follows from the facts and the file's names.
        private void Add(IReadOnlyList<FileEntry> same, ContentFacts facts)
        {
            var path = same[0].Path.Text;
            Interlocked.Add(ref examined, same.Count);
            options.Progress?.Invoke(new Progress($"reading {artefact}", Interlocked.Read(ref examined), files.Entries.Count));
            foreach (var key in facts.Keys) keys.Add(path, key);
            foreach (var token in facts.Tokens) notes.Add(FindingKind.Secret, token.Name, token.Shown, 0.85, notes.At(path, token.Line, token.Offset), [Traits.Token]);
            foreach (var loss in facts.Losses) losses.Add(loss with { Location = loss.Location with { Artefact = artefact, Path = mount + path } });
            if (facts.IsScript) Interlocked.Add(ref scripts, same.Count);
            if (facts.Elf is { } elf) AddElf(same, elf, facts.Applets);
            foreach (var version in facts.Versions)
            {
                (IsLinked(version, facts.Elf) ? linked : components).Add(Inventory.Of(version, notes.At(path, offset: version.Offset)));
            }
            foreach (var component in facts.Embedded)
            {
                components.Add(component with { Files = [mount + path], Evidence = [.. component.Evidence.Select(e => e with { Location = e.Location with { Artefact = artefact, Path = mount + path } })] });
            }
            if (facts.SpeaksAsShell || IsCandidate(same))
            {
                foreach (var link in same) candidates[link.Path.Text] = (facts.Sha256!, path, facts.SpeaksAsShell);
            }
            if (!facts.IsElf) return;
            executableFiles.Add(new ExecutableSeen(mount + path, facts.Size, facts.Versions.Count > 0 ? facts.Sha256 : null, facts.Elf?.Soname, facts.Elf?.Needed ?? []));
            foreach (var link in same) programs[link.Path.Text] = path;
        }

        // A program keeps the text of the OpenSSL that it was compiled against; what it runs with is the library beside it, where that speaks.
        private static bool IsLinked(VersionSeen version, ElfFacts? elf) =>
            version.Pattern.Product == "openssl" && elf is not null && elf.Needed.Any(n => n.StartsWith("libcrypto.so", StringComparison.Ordinal) || n.StartsWith("libssl.so", StringComparison.Ordinal));

        private void AddElf(IReadOnlyList<FileEntry> same, ElfFacts elf, AppletTable? applets)
        {
            var path = same[0].Path.Text;
            parts.Add(path, elf, applets);
            if (elf is { IsProgram: true, Calls: { } named })
            {
                // A program of many names calls for all of them; only its own name tells whose calls they are.
                var many = same.FirstOrDefault(l => l.Path.Text.EndsWith("/busybox", StringComparison.Ordinal));
                foreach (var link in many is null ? same : [many]) calls[link.Path.Text] = named;
            }
            if (elf.Kind == "module") Interlocked.Increment(ref modules);
            else if (elf.IsProgram) Interlocked.Increment(ref executables);
            else Interlocked.Increment(ref libraries);
            if (elf.Kind == "core") Leftovers.Core(path, notes);
            if (elf.Kind is not ("executable" or "library")) return;

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
            if (traits.Count > 0) notes.Add(FindingKind.Hardening, elf.Soname ?? NameOf(path), $"{elf}: {string.Join(", ", missing)}", 0.95, notes.At(path), [.. traits]);
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

        private static bool IsKept(string path, ContentFacts facts) =>
            facts.IsScript || facts.IsTelling || PackageDatabase.KindOf(path) is not null || path.Contains("/etc/", StringComparison.Ordinal) || path.Contains("/systemd/system/", StringComparison.Ordinal) || path.EndsWith("/os-release", StringComparison.Ordinal)
            || Accounts.IsOne(path) || WrittenSecrets.IsOne(path) || ConfigurationSecrets.IsConfiguration(path) || WebScripts.IsOne(path) || BuildSettings.IsOne(path);

        private void Keep(IReadOnlyList<FileEntry> same, ReadOnlySpan<byte> content, ContentFacts facts)
        {
            foreach (var entry in same)
            {
                var path = entry.Path.Text;
                if (!IsKept(path, facts)) continue;
                var isList = PackageDatabase.KindOf(path) is not null;
                if (content.Length > (isList ? LargestList : LargestText) || Interlocked.Add(ref textBytes, content.Length) > MostText)
                {
                    if (isList || facts.IsScript) losses.Add(new Loss { Location = notes.At(path), Expected = "a text of bearable size", Found = $"{content.Length} bytes" });
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
            foreach (var file in sorted)
            {
                ConfigurationSecrets.Read(file, notes);
                WrittenSecrets.Read(file, notes);
            }
            BootServices.Read(files.Entries, texts, calls, notes);
            ProgramSettings.Read(sorted, notes);
            DevelopmentTools.Read(files.Entries, notes);
            Leftovers.Read(files.Entries, notes);
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
