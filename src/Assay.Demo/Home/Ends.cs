using System.Runtime.InteropServices;

namespace Assay.Demo.Home;

/// <summary>Ctrl-C and SIGTERM end a run as its last line would: everything is removed, then the program ends with 128 and the signal's number.</summary>
internal sealed class Ends : IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];

    public Ends(Run run)
    {
        foreach (var (signal, exit) in new[] { (PosixSignal.SIGINT, 130), (PosixSignal.SIGTERM, 143), (PosixSignal.SIGHUP, 129) })
        {
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                run.Dispose();
                Environment.Exit(exit);
            }));
        }
    }

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
    }
}
