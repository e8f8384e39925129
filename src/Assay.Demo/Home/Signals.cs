using System.Globalization;
using System.Runtime.InteropServices;

namespace Assay.Demo.Home;

/// <summary>Signals to processes of a run, by the kernel's own call: a small machine has no <c>kill</c> program.</summary>
internal static partial class Signals
{
    public const int Terminate = 15, Kill = 9;

    /// <summary>A process that has ended already is no error.</summary>
    public static void Send(int signal, params IEnumerable<string> processes)
    {
        foreach (var process in processes)
        {
            if (int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 1) _ = SendTo(id, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendTo(int process, int signal);
}
