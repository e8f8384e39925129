using System.Runtime.InteropServices;
using System.Text;
using Assay.CommandLine;
using Microsoft.Win32.SafeHandles;

namespace Assay.Guard.Enforcement;

/// <summary>The kernel or the library refused rules; nothing of the transaction is in force.</summary>
public sealed class RuleException(string message) : Exception(message);

/// <summary>
/// The kernel's packet filter through libnftables.so.1, in process: each <see cref="Run"/> is one transaction, in force whole or not at all.
/// Works in the network namespace of the thread that opened it; calls may come from any thread, one at a time.
/// </summary>
public sealed partial class Nft : IDisposable
{
    private const uint Json = 1 << 4;
    private readonly Lock access = new();
    private nint context;

    private Nft(nint context) => this.context = context;

    /// <summary>Open it at the start of a process: the library waits with select(2), which ends a process on a file number above 1,023.</summary>
    /// <exception cref="MissingPartException">libnftables.so.1 is not installed.</exception>
    /// <exception cref="IOException">So many files are open already.</exception>
    public static Nft Open()
    {
        nint context;
        using (var next = File.OpenHandle("/dev/null"))
        {
            if (next.DangerousGetHandle() > 1000) throw new IOException($"expected fewer than 1000 open files before libnftables is opened, found number {next.DangerousGetHandle()}");
        }
        try
        {
            context = New(0);
        }
        catch (DllNotFoundException)
        {
            throw new MissingPartException("expected libnftables.so.1 to put rules into the kernel, found none: apt-get install nftables");
        }
        if (context == 0) throw new IOException("libnftables gave no context");
        BufferOutput(context);
        BufferError(context);
        return new Nft(context);
    }

    /// <summary>Commands of the nft language, as one transaction.</summary>
    /// <exception cref="RuleException">Refused; the message says where and why.</exception>
    public void Run(string commands) => Send(commands, false, false);

    /// <summary>Lets library and kernel judge the commands without putting them in force; null, or what is wrong.</summary>
    public string? Check(string commands)
    {
        try
        {
            Send(commands, true, false);
            return null;
        }
        catch (RuleException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>A listing as JSON (libnftables-json(5)). Not for the loop: listing a large set takes seconds.</summary>
    /// <exception cref="RuleException"/>
    public string List(string command) => Send(command, false, true);

    private string Send(string commands, bool dry, bool json)
    {
        lock (access)
        {
            ObjectDisposedException.ThrowIf(context == 0, this);
            SetDryRun(context, dry);
            SetOutput(context, json ? Json : 0);
            var failed = RunBuffer(context, commands) != 0;
            // Both buffers are taken even if unused: they grow until they are read.
            var output = Marshal.PtrToStringUTF8(Output(context)) ?? "";
            var error = Marshal.PtrToStringUTF8(Error(context)) ?? "";
            if (failed) throw new RuleException(Worst(Located(commands) is { Length: > 0 } located ? located : error));
            return output;
        }
    }

    // Of a text in memory the library names no line that it refuses, of a file it does: judge it once more as one, without putting it in force.
    private string Located(string commands)
    {
        var file = CreateMemoryFile("rules", 1);
        if (file < 0) return "";
        using var handle = new SafeFileHandle(file, ownsHandle: true);
        RandomAccess.Write(handle, Encoding.UTF8.GetBytes(commands), 0);
        SetDryRun(context, true);
        RunFile(context, $"/proc/self/fd/{file}");
        Output(context);
        return Marshal.PtrToStringUTF8(Error(context)) ?? "";
    }

    // The library repeats whole lines of the input below each error; the first lines say it.
    private static string Worst(string error)
    {
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0) return "the kernel refused the rules and gave no reason";
        return string.Join(" / ", lines.Where(l => !l.TrimStart().StartsWith('^')).Take(4).Select(l => l.Length > 300 ? l[..300] + "…" : l).Select(Evidence.Shortened.Visible));
    }

    public void Dispose()
    {
        lock (access)
        {
            if (context != 0) Free(context);
            context = 0;
        }
    }

    private const string Library = "libnftables.so.1";
    [LibraryImport(Library, EntryPoint = "nft_ctx_new")]
    private static partial nint New(uint flags);
    [LibraryImport(Library, EntryPoint = "nft_ctx_free")]
    private static partial void Free(nint context);
    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_output")]
    private static partial int BufferOutput(nint context);
    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_error")]
    private static partial int BufferError(nint context);
    [LibraryImport(Library, EntryPoint = "nft_ctx_get_output_buffer")]
    private static partial nint Output(nint context);
    [LibraryImport(Library, EntryPoint = "nft_ctx_get_error_buffer")]
    private static partial nint Error(nint context);
    [LibraryImport(Library, EntryPoint = "nft_ctx_set_dry_run")]
    private static partial void SetDryRun(nint context, [MarshalAs(UnmanagedType.U1)] bool dry);
    [LibraryImport(Library, EntryPoint = "nft_ctx_output_set_flags")]
    private static partial void SetOutput(nint context, uint flags);
    [LibraryImport(Library, EntryPoint = "nft_run_cmd_from_buffer", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RunBuffer(nint context, string commands);
    [LibraryImport(Library, EntryPoint = "nft_run_cmd_from_filename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RunFile(nint context, string name);
    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
