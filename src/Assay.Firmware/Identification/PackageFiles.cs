using System.Collections.Concurrent;
using System.Text;
using Assay.Evidence.Files;
using Assay.Software.Components;

namespace Assay.Firmware.Identification;

/// <summary>
/// Which programs and libraries packages say they own: <c>NAME.list</c> of opkg and dpkg with a path a line, <c>NAME.md5sums</c> beside packages of <c>status.d</c>, the lines <c>F:</c> and <c>R:</c> of apk's list,
/// the names in rpm's headers, <c>RECORD</c> and <c>installed-files.txt</c> of Python, and for a Node module all that lies in its folder and in no other module's. Safe for several threads until <see cref="Join"/>.
/// </summary>
/// <remarks>References: deb-md5sums and dpkg's info folder, PyPA "Recording installed projects" (RECORD is CSV; paths count from the folder that the metadata's folder lies in), setuptools "installed-files.txt" (paths count from the metadata's own folder).</remarks>
internal sealed class PackageFiles(string mount)
{
    private const long MostBytes = 64L << 20;
    private const int MostLinks = 8, MostFolders = 64;

    private readonly ConcurrentDictionary<string, byte[]> lists = new(StringComparer.Ordinal);
    private long bytes;

    public static bool Is(string path) =>
        path.EndsWith(".list", StringComparison.Ordinal) && (path.Contains("/opkg/info/", StringComparison.Ordinal) || path.Contains("/var/lib/dpkg/info/", StringComparison.Ordinal))
        || path.EndsWith(".md5sums", StringComparison.Ordinal) && path.Contains("/var/lib/dpkg/status.d/", StringComparison.Ordinal)
        || path.EndsWith(Record, StringComparison.Ordinal) || path.EndsWith(Installed, StringComparison.Ordinal);

    private const string Record = ".dist-info/RECORD", Installed = ".egg-info/installed-files.txt", Module = "/package.json";

    /// <returns>False where there are too many to keep.</returns>
    public bool Keep(string path, ReadOnlySpan<byte> content)
    {
        if (Interlocked.Add(ref bytes, content.Length) > MostBytes) return false;
        lists[path] = content.ToArray();
        return true;
    }

    /// <summary>The packages with those of their files that are there and can run or be loaded.</summary>
    /// <param name="programs">Every ELF file under each of its names, with the name that it is shown by.</param>
    public List<Component> Join(List<Component> packages, IReadOnlyList<FileEntry> entries, IReadOnlyDictionary<string, string> programs, IReadOnlyList<TextFile> texts)
    {
        var installed = texts.Where(t => PackageDatabase.KindOf(t.Path) == "apk").ToList();
        var modules = packages.Where(p => Place(p).EndsWith(Module, StringComparison.Ordinal)).Select(p => Place(p)[..^Module.Length]).ToHashSet(StringComparer.Ordinal);
        if (packages.Count == 0 || lists.IsEmpty && installed.Count + modules.Count == 0 && packages.All(p => p.Files.Count == 0)) return packages;
        var tree = new KnownFiles(entries, programs);
        var owned = new Dictionary<(string Folder, string Package), SortedSet<string>>();
        foreach (var (path, list) in lists.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            if (path.EndsWith(Record, StringComparison.Ordinal) || path.EndsWith(Installed, StringComparison.Ordinal)) Python(path, list, tree, Of(owned, Above(path), ""));
            else Listed(path, list, tree, owned);
        }
        foreach (var text in installed)
        {
            SortedSet<string>? files = null;
            var folder = "";
            foreach (var row in text.Text.AsSpan().EnumerateLines())
            {
                if (row.StartsWith("P:")) files = Of(owned, Folder(text.Path), row[2..].ToString());
                else if (row.StartsWith("F:")) folder = row[2..].ToString();
                else if (row.StartsWith("R:") && files is not null) Add(files, tree.Find(Root(text.Path), $"{folder}/{row[2..]}"));
            }
        }
        if (modules.Count > 0)
        {
            foreach (var (path, shown) in programs)
            {
                if (path.Contains("/node_modules/", StringComparison.Ordinal) && ModuleOf(path, modules) is { } module) Add(Of(owned, module, ""), shown);
            }
        }
        return [.. packages.Select(p => Own(p, tree, owned) is { Count: > 0 } files ? p with { Files = [.. files] } : p.Files.Count > 0 ? p with { Files = [] } : p)];
    }

    // Without the mount; empty where a package has no place.
    private string Place(Component package) => package.Evidence[0].Location.Path is { } at ? at[mount.Length..] : "";

    private SortedSet<string>? Own(Component package, KnownFiles tree, Dictionary<(string, string), SortedSet<string>> owned)
    {
        var place = Place(package);
        if (place.Length == 0) return null;
        if (package.Files.Count == 0)
            return owned.GetValueOrDefault((Folder(place), package.Name)) ?? owned.GetValueOrDefault((Above(place), ""));
        // rpm's headers name their files themselves.
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in package.Files) Add(files, tree.Find(Root(place), file));
        return files;
    }

    private void Listed(string path, byte[] list, KnownFiles tree, Dictionary<(string, string), SortedSet<string>> owned)
    {
        var (isSums, name) = (path.EndsWith(".md5sums", StringComparison.Ordinal), path[(path.LastIndexOf('/') + 1)..path.LastIndexOf('.')]);
        var files = Of(owned, Folder(path), name.Split(':')[0]);
        foreach (var row in Encoding.UTF8.GetString(list).AsSpan().EnumerateLines())
        {
            // md5sum(1) writes the sum before the path; opkg a mode behind it.
            var line = isSums ? row[(row.LastIndexOf("  ") + 1)..].Trim() : row.IndexOf('\t') is > 0 and var tab ? row[..tab] : row;
            if (line.Length > 1) Add(files, tree.Find(Root(path), line));
        }
    }

    private void Python(string path, byte[] list, KnownFiles tree, SortedSet<string> files)
    {
        var isRecord = path.EndsWith(Record, StringComparison.Ordinal);
        var from = isRecord ? Above(Above(path)) : Above(path);
        foreach (var row in Encoding.UTF8.GetString(list).AsSpan().EnumerateLines())
        {
            var line = row.Trim();
            if (line.IsEmpty || line.Length > 4096) continue;
            var name = !isRecord ? line.ToString() : line[0] == '"' ? Quoted(line) : line[..(line.IndexOf(',') is >= 0 and var comma ? comma : line.Length)].ToString();
            if (Resolved(from, name) is { } file) Add(files, tree.Find("", file));
        }
    }

    // RFC 4180: a quotation mark inside stands twice.
    private static string Quoted(ReadOnlySpan<char> line)
    {
        var text = new StringBuilder();
        for (var i = 1; i < line.Length; i++)
        {
            if (line[i] == '"' && (i + 1 >= line.Length || line[++i] != '"')) break;
            text.Append(line[i]);
        }
        return text.ToString();
    }

    /// <summary>An absolute path of one that counts from a folder; null where it leads out of the tree.</summary>
    private static string? Resolved(string folder, string name)
    {
        if (name.StartsWith('/')) return name;
        var parts = folder.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var part in name.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count == 0) return null;
            else parts.RemoveAt(parts.Count - 1);
        }
        return "/" + string.Join('/', parts);
    }

    private static string? ModuleOf(string path, HashSet<string> modules)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (modules.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path.AsSpan(0, end), out var module)) return module;
        }
        return null;
    }

    private static string Above(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "";

    private static SortedSet<string> Of(Dictionary<(string, string), SortedSet<string>> owned, string folder, string package) =>
        owned.TryGetValue((folder, package), out var files) ? files : owned[(folder, package)] = new SortedSet<string>(StringComparer.Ordinal);

    private void Add(SortedSet<string> files, string? path)
    {
        if (path is not null) files.Add(mount + path);
    }

    private static readonly string[] Folders = ["/opkg/", "/dpkg/", "/apk/"];

    // The package manager's own folder: /usr/lib/opkg/, /var/lib/dpkg/.
    private static string Folder(string path) => Folders.Select(f => (At: path.LastIndexOf(f, StringComparison.Ordinal), f.Length)).Where(f => f.At >= 0).Select(f => path[..(f.At + f.Length)]).FirstOrDefault("");

    private static readonly string[] Places = ["/usr/lib/opkg/", "/var/lib/opkg/", "/lib/opkg/", "/var/lib/dpkg/", "/usr/lib/apk/", "/lib/apk/", "/var/lib/rpm/", "/usr/lib/sysimage/rpm/", "/usr/share/rpm/"];

    // What stands before the package manager's place is where its root lies.
    private static string Root(string path) => Places.Select(p => path.IndexOf(p, StringComparison.Ordinal)).Where(at => at >= 0).Select(at => path[..at]).FirstOrDefault("");

    /// <summary>Programs, libraries and what lies in a folder of programs; a listed path leads to them through links of folders too (<c>/lib</c> to <c>usr/lib</c>).</summary>
    private sealed class KnownFiles
    {
        private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> folders = new(StringComparer.Ordinal);

        public KnownFiles(IReadOnlyList<FileEntry> entries, IReadOnlyDictionary<string, string> programs)
        {
            foreach (var (path, shown) in programs) known[path] = shown;
            foreach (var entry in entries)
            {
                var path = entry.Path.Text;
                if (entry.Type is not (FileType.Regular or FileType.Link)) continue;
                if (path.Contains("bin/", StringComparison.Ordinal) || path.LastIndexOf(".so", StringComparison.Ordinal) > path.LastIndexOf('/')) known.TryAdd(path, path);
                if (entry is { Type: FileType.Link, TargetText: { Length: > 0 } target }) folders[path] = target[0] == '/' ? target : path[..(path.LastIndexOf('/') + 1)] + target;
            }
        }

        public string? Find(string root, ReadOnlySpan<char> listed)
        {
            if (listed.Length > 4096) return null;
            return (root.Length > 0 ? Follow($"{root}/{listed.TrimStart('/')}", root) : null) ?? Follow(listed[0] == '/' ? listed : $"/{listed}", "");
        }

        private string? Follow(ReadOnlySpan<char> path, string root)
        {
            for (var links = 0; links <= MostLinks; links++)
            {
                if (known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path, out var shown)) return shown;
                if (Through(root, path) is not { } next) return null;
                path = next;
            }
            return null;
        }

        // The first folder on the way that is a link, replaced by what it leads to.
        private string? Through(string root, ReadOnlySpan<char> path)
        {
            var lookup = folders.GetAlternateLookup<ReadOnlySpan<char>>();
            var end = 0;
            for (var folder = 0; folder < MostFolders && path[(end + 1)..].IndexOf('/') is >= 0 and var length; folder++)
            {
                end += 1 + length;
                if (!lookup.TryGetValue(path[..end], out var target)) continue;
                if (root.Length > 0 && !target.StartsWith(root, StringComparison.Ordinal)) target = root + target;
                return target.Contains("/..", StringComparison.Ordinal) ? null : target.TrimEnd('/') + path[end..].ToString();
            }
            return null;
        }
    }
}
