using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Assay.Registry.Storage;

/// <summary>Files that are there whole, or not at all, after a kill or a power cut: written beside their place, flushed, renamed, and the folder flushed.</summary>
internal static partial class DurableFile
{
    private const int ReadOnly = 0;

    public static void Write(string file, ReadOnlySpan<byte> bytes, bool secret = false)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        Directory.CreateDirectory(folder);
        var fresh = Path.Combine(folder, $".{Path.GetFileName(file)}.new");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
        if (secret && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(fresh, options))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, file, overwrite: true);
        FlushFolder(folder);
    }

    /// <summary>Makes renames inside the folder last. Elsewhere than on Unix a rename lasts by itself.</summary>
    public static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsWindows()) Flush(folder);
    }

    [UnsupportedOSPlatform("windows")]
    private static void Flush(string folder)
    {
        var handle = OpenFolder(folder, ReadOnly);
        if (handle < 0) throw new IOException($"cannot open the folder {folder}: error {Marshal.GetLastPInvokeError()}");
        try
        {
            if (Flush(handle) != 0) throw new IOException($"cannot flush the folder {folder}: error {Marshal.GetLastPInvokeError()}");
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
