using System.Runtime.InteropServices;
using Assay.Evidence.Reading;

namespace Assay.Labels.Log;

/// <summary>The files of a log or of a witness that is written: each appears under its name whole and on the disk, or not at all.</summary>
internal sealed partial class LogFolder : IDisposable
{
    private const string Drafts = ".new";
    private readonly FileStream held;
    private readonly Action<string>? step;
    private readonly HashSet<string> changed = new(StringComparer.Ordinal);
    private long drafts;

    /// <param name="step">Called before each act on the disk, with its name; a test ends the writer there.</param>
    /// <exception cref="IOException">Another writer holds the folder.</exception>
    public LogFolder(string folder, Action<string>? step = null)
    {
        Path = System.IO.Path.GetFullPath(folder);
        this.step = step;
        Directory.CreateDirectory(System.IO.Path.Combine(Path, Drafts));
        try
        {
            // flock on Linux: gone with the process that held it, however it ended.
            held = new FileStream(System.IO.Path.Combine(Path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken)
        {
            throw new IOException($"expected a folder that nobody else writes, found that another writer holds {Path}", taken);
        }
        foreach (var draft in Directory.EnumerateFiles(System.IO.Path.Combine(Path, Drafts))) File.Delete(draft);
    }

    public string Path { get; }

    public bool Exists(string name) => File.Exists(Full(name));
    public bool HasFolder(string name) => Directory.Exists(Full(name));
    public IEnumerable<string> In(string name) => Directory.Exists(Full(name)) ? Directory.EnumerateFiles(Full(name)).Select(f => System.IO.Path.GetFileName(f)!) : [];

    /// <exception cref="UnreadableException">Longer than <paramref name="maxBytes"/>.</exception>
    public byte[]? Read(string name, int maxBytes)
    {
        if (!File.Exists(Full(name))) return null;
        using var stream = File.OpenRead(Full(name));
        if (stream.Length > maxBytes) throw new UnreadableException($"a file of at most {maxBytes} bytes", $"{stream.Length}", 0);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A whole file under its name, in the place of one that may be there. Its name is on the disk after <see cref="Settle"/>.</summary>
    public void Put(string name, ReadOnlySpan<byte> bytes)
    {
        var draft = System.IO.Path.Combine(Path, Drafts, (drafts++).ToString(System.Globalization.CultureInfo.InvariantCulture));
        step?.Invoke($"write {name}");
        using (var handle = File.OpenHandle(draft, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(handle, bytes, 0);
            step?.Invoke($"flush {name}");
            RandomAccess.FlushToDisk(handle);
        }
        Make(System.IO.Path.GetDirectoryName(name)!);
        step?.Invoke($"name {name}");
        File.Move(draft, Full(name), overwrite: true);
        changed.Add(System.IO.Path.GetDirectoryName(name)!);
    }

    /// <summary>After this, every name since the last call is on the disk.</summary>
    public void Settle()
    {
        foreach (var folder in changed)
        {
            step?.Invoke($"settle {folder}");
            FlushFolder(folder.Length == 0 ? Path : Full(folder));
        }
        changed.Clear();
    }

    public void Delete(string name)
    {
        if (!File.Exists(Full(name))) return;
        step?.Invoke($"delete {name}");
        File.Delete(Full(name));
    }

    public void DeleteFolder(string name)
    {
        if (!Directory.Exists(Full(name))) return;
        step?.Invoke($"delete {name}");
        Directory.Delete(Full(name), recursive: true);
    }

    public void Dispose() => held.Dispose();

    // A new folder's name stands in the folder above it.
    private void Make(string name)
    {
        if (name.Length == 0 || Directory.Exists(Full(name))) return;
        var above = System.IO.Path.GetDirectoryName(name)!;
        Make(above);
        Directory.CreateDirectory(Full(name));
        changed.Add(above);
    }

    private string Full(string name) => System.IO.Path.Combine(Path, name);

    private static void FlushFolder(string folder)
    {
        // The framework opens no folders; Windows needs no flush of them.
        if (OperatingSystem.IsWindows()) return;
        var handle = Open(folder, CloseOnExec);
        if (handle < 0) throw new IOException($"expected to open the folder {folder}, found error {Marshal.GetLastPInvokeError()}");
        var failed = Flush(handle) < 0 ? Marshal.GetLastPInvokeError() : 0;
        _ = Close(handle);
        if (failed != 0) throw new IOException($"expected the folder {folder} on the disk, found error {failed}");
    }

    private const int CloseOnExec = 0x80000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
