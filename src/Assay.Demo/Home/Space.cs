using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Assay.Demo.Home;

/// <summary>One network namespace of the home, named <c>assay-demo-RUN-PART</c>.</summary>
internal sealed partial class Space(string name)
{
    public const string Prefix = "assay-demo-";

    public string Name => name;

    /// <summary>Root in a container often may not make one.</summary>
    public static bool MayBeMade()
    {
        var probe = Prefix + "probe";
        var made = Tools.Run("ip", ["netns", "add", probe]).Exit == 0;
        Tools.Run("ip", ["netns", "delete", probe]);
        return made;
    }

    public void Make() => Tools.Do("ip", "netns", "add", name);

    /// <summary>The words that run a program in here.</summary>
    public string[] Words(string program, IEnumerable<string> words) => ["netns", "exec", name, Tools.Find(program) ?? program, .. words];

    public string Do(string program, params string[] words) => Tools.Do("ip", Words(program, words));

    /// <summary>A socket that belongs to this namespace whatever thread uses it later: a socket stays where it was made (netns(7)).</summary>
    public Socket Socket(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        using var home = File.OpenHandle("/proc/thread-self/ns/net");
        using var there = File.OpenHandle($"/run/netns/{name}");
        Enter(there.DangerousGetHandle());
        try
        {
            return new Socket(family, type, protocol);
        }
        finally
        {
            Enter(home.DangerousGetHandle());
        }
    }

    /// <summary>Namespaces of this or of a former run.</summary>
    public static IReadOnlyList<string> Remaining(string prefix) => Directory.Exists("/run/netns")
        ? [.. Directory.EnumerateFileSystemEntries("/run/netns").Select(f => Path.GetFileName(f)!).Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Ends the programs inside, then the namespace with its links.</summary>
    public static void Remove(string name)
    {
        foreach (var signal in new[] { Signals.Terminate, Signals.Kill })
        {
            for (var tries = 0; tries < 20; tries++)
            {
                var inside = Tools.Run("ip", ["netns", "pids", name]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                if (inside.Length == 0) break;
                if (tries == 0) Signals.Send(signal, inside);
                Thread.Sleep(50);
            }
        }
        Tools.Run("ip", ["netns", "delete", name]);
    }

    private static void Enter(nint handle)
    {
        if (SetNamespace((int)handle, 0x4000_0000) != 0) throw new HomeException($"the namespace could not be entered: error {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int handle, int kind);
}
