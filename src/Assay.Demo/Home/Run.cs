using System.Diagnostics;
using System.Globalization;
using Assay.CommandLine;

namespace Assay.Demo.Home;

/// <summary>
/// One run of the demo on this machine: its id, its folder, and what must be gone afterwards. Only one at a time, by a lock that the kernel drops with
/// the process. A watcher process removes everything when this one ends without doing so itself.
/// </summary>
internal sealed class Run : IDisposable
{
    private readonly FileStream held;
    private readonly Process watcher;
    private readonly List<Process> children = [];
    private readonly bool keep;
    private int gone;

    /// <param name="keep">Leave namespaces and folder where they are, for a look or a test; the next run and --clean remove them.</param>
    /// <exception cref="MissingPartException">Another run is under way.</exception>
    /// <param name="program">Ourselves, to start parts with; the tests name it.</param>
    public Run(bool keep, string? program = null)
    {
        this.keep = keep;
        Program = program ?? Environment.ProcessPath!;
        held = Hold() ?? throw new MissingPartException("another demo is running on this machine; wait for its end");
        Clean();
        Id = Environment.ProcessId.ToString("x", CultureInfo.InvariantCulture);
        // Its keys are in there: a fresh folder for its owner alone, never one that somebody else has put there.
        Folder = Directory.CreateTempSubdirectory($"{Space.Prefix}{Id}-").FullName;
        watcher = Process.Start(Tools.Start(Program, ["part", "watcher", Id, keep ? "keep" : "remove"]))!;
    }

    public string Id { get; }
    public string Folder { get; }
    public string Program { get; }
    public string File(string name) => Path.Combine(Folder, name);
    public Space Place(string part) => new($"{Space.Prefix}{Id}-{part}");

    /// <summary>A program that lives as long as the run: its input stays open until then.</summary>
    public Process Begin(ProcessStartInfo start)
    {
        var process = Process.Start(start)!;
        lock (children) children.Add(process);
        return process;
    }

    /// <summary>Removes everything of this run; may be called from any thread and more than once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref gone, 1) != 0) return;
        lock (children)
        {
            foreach (var child in children) Ask(child);
            foreach (var child in children)
            {
                if (!child.WaitForExit(3000)) child.Kill(entireProcessTree: true);
                child.Dispose();
            }
        }
        if (!keep) Remove(Id);
        watcher.StandardInput.Close();
        watcher.WaitForExit();
        watcher.Dispose();
        held.Dispose();
    }

    /// <summary>What a former run left, once nobody holds the lock. Answers the names of what was removed; null while a demo runs.</summary>
    public static IReadOnlyList<string>? CleanAll()
    {
        using var held = Hold();
        return held is null ? null : Clean();
    }

    /// <summary>The watcher's whole life: waits until its parent has ended in whatever way, and removes what is left.</summary>
    public static int Watch(string id, bool keep)
    {
        // Ctrl-C reaches the whole group; this one stays until its parent is gone.
        using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var hangUp = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGHUP, signal => signal.Cancel = true);
        Console.Out.Close();
        while (Console.In.Read() >= 0) continue;
        if (!keep) Remove(id);
        return Exit.Done;
    }

    private static void Ask(Process child)
    {
        try
        {
            if (child.StartInfo.RedirectStandardInput) child.StandardInput.Close();
            if (!child.HasExited) Signals.Send(Signals.Terminate, child.Id.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception ended) when (ended is InvalidOperationException or IOException)
        {
        }
    }

    private static IReadOnlyList<string> Clean()
    {
        var removed = new List<string>();
        foreach (var space in Space.Remaining(Space.Prefix))
        {
            Space.Remove(space);
            removed.Add(space);
        }
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Space.Prefix + "*").Order(StringComparer.Ordinal))
        {
            EndByFolder(folder);
            try
            {
                Directory.Delete(folder, recursive: true);
                removed.Add(folder);
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's.
            }
        }
        return removed;
    }

    private static void Remove(string id)
    {
        foreach (var space in Space.Remaining($"{Space.Prefix}{id}-")) Space.Remove(space);
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Space.Prefix}{id}-*"))
        {
            EndByFolder(folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    // Without namespaces (no root) a program of a run is known by the run's folder among its words.
    private static void EndByFolder(string folder)
    {
        foreach (var entry in Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => n!.All(char.IsAsciiDigit)))
        {
            if (entry == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) continue;
            try
            {
                var words = System.IO.File.ReadAllText($"/proc/{entry}/cmdline").Split('\0');
                if (words.Any(w => w == folder || w.StartsWith(folder + "/", StringComparison.Ordinal)) && words[0].Contains("assay", StringComparison.Ordinal)) Signals.Send(Signals.Kill, entry!);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
            }
        }
    }

    // The kernel drops the lock with the process; each user has a lock of its own, root's is where nobody else writes.
    private static FileStream? Hold()
    {
        var file = Environment.IsPrivilegedProcess && Directory.Exists("/run") ? "/run/assay-demo.lock" : Path.Combine(Path.GetTempPath(), $"assay-demo.{Environment.UserName}.lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
