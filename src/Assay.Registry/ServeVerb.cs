using System.Runtime.InteropServices;
using Assay.CommandLine;
using Assay.Evidence.Reading;
using Assay.Registry.Storage;

namespace Assay.Registry;

/// <summary><c>assay serve</c>: runs until it is asked to stop (docs/registry.md).</summary>
internal static class ServeVerb
{
    private const int MaxConfig = 64 << 10;

    public static readonly Verb Verb = new()
    {
        Name = "serve",
        Summary = "run a registry: labels, their status, a transparency log, pages",
        Usage = "[--config registry.yaml] [--folder DIR] [--listen ADDRESS] [--address URL]",
        Example = "assay serve --folder registry --listen http://127.0.0.1:8080",
        Formats = ["text"],
        Options =
        [
            new("--config", "FILE", "settings (docs/registry.md); nothing in it is needed"),
            new("--folder", "DIR", "where everything is kept (default: registry)"),
            new("--listen", "ADDRESS", "where to answer (default: http://127.0.0.1:8080; port 0 takes a free one)"),
            new("--address", "URL", "the registry's address as others reach it (default: where it listens)"),
        ],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands is [var word, ..]) throw new UsageException($"serve takes options only, found {word}");
        return Serve(Settings(arguments), terminal).GetAwaiter().GetResult();
    }

    private static RegistrySettings Settings(Arguments arguments)
    {
        var settings = new RegistrySettings { Folder = "registry" };
        if (arguments.Value("--config") is { } config)
        {
            if (new FileInfo(config) is { Length: > MaxConfig }) throw new UnreadableException($"settings of at most {MaxConfig} bytes", "more", 0);
            settings = RegistrySettings.Read(File.ReadAllBytes(config), Path.GetDirectoryName(Path.GetFullPath(config))!);
        }
        if (arguments.Value("--folder") is { } folder) settings = settings with { Folder = folder };
        try
        {
            if (arguments.Value("--listen") is { } listen) settings = settings with { Listen = RegistrySettings.ListenAt(listen) };
            if (arguments.Value("--address") is { } address) settings = settings with { Address = RegistrySettings.AddressOf(address) };
        }
        catch (UnreadableException wrong)
        {
            throw new UsageException($"expected {wrong.Expected}, found {wrong.Found}");
        }
        return settings with { Folder = Path.GetFullPath(settings.Folder) };
    }

    private static async Task<int> Serve(RegistrySettings settings, Terminal terminal)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await using var server = await RegistryServer.Start(settings, terminal.Time, terminal.Complain);
        Console.Out.WriteLine($"listening on {server.Listening}");
        if (server.StartLink is { } link) Console.Out.WriteLine($"first administrator (works once): {link}");
        Console.Out.Flush();
        await stop.Task;
        return Exit.Done;
    }
}
