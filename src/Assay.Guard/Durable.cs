using System.Runtime.InteropServices;

namespace Assay.Guard;

/// <summary>Files that are whole after a kill or a loss of power at any moment: the old one or the new one, never half of one.</summary>
internal static partial class Durable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Write beside, fsync, rename, fsync of the folder. When this returns, the new content is there after a restart.</summary>
    /// <exception cref="IOException"/>
    public static void Write(string file, ReadOnlySpan<byte> content)
    {
        var fresh = file + ".new";
        using (var stream = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, file, overwrite: true);
        Settle(Path.GetDirectoryName(file)!);
    }

    // A rename is in the folder's own pages until they are written.
    private static void Settle(string folder)
    {
        var handle = Open(folder, 0x10000 | 0x80000);
        if (handle < 0) throw new IOException($"{folder}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        var failed = Sync(handle) != 0;
        var why = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (failed) throw new IOException($"{folder}: {Marshal.GetPInvokeErrorMessage(why)}");
    }

    // O_DIRECTORY | O_CLOEXEC with O_RDONLY.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int handle);
    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
