using System.Runtime.InteropServices;

namespace Assay.Traffic.Captures;

/// <summary>The rights that opening an interface needs, given up for good once it is open (setgroups(2), setgid(2), setuid(2)).</summary>
public static partial class Privileges
{
    /// <summary>The user and group that own nothing: <c>nobody</c> of every Linux.</summary>
    private const uint Nobody = 65534;
    private const int NoNewPrivileges = 38;

    /// <summary>
    /// Where the process is root, it becomes nobody, with no group and no capability, and cannot come back. Where it is not, no program that it starts may gain rights; a
    /// capability that its file gave it stays with it. Answers whether it was root.
    /// </summary>
    /// <exception cref="IOException">The system refused: then the process must not go on.</exception>
    public static bool Drop()
    {
        _ = Control(NoNewPrivileges, 1, 0, 0, 0);
        if (EffectiveUser() != 0) return false;
        Check(SetGroups(0, 0), "setgroups");
        Check(SetGroup(Nobody, Nobody, Nobody), "setresgid");
        Check(SetUser(Nobody, Nobody, Nobody), "setresuid");
        // What cannot be undone must not succeed.
        if (SetUser(0, 0, 0) == 0) throw new IOException("expected to have given up the rights of root, found that they can be taken back");
        return true;
    }

    private static void Check(int answer, string call)
    {
        if (answer != 0) throw new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nuint count, nint groups);
    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroup(uint real, uint effective, uint saved);
    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUser(uint real, uint effective, uint saved);
    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);
}
