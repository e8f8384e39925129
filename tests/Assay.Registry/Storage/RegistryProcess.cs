using System.Diagnostics;
using System.Text;
using Assay.Tests;

namespace Assay.Registry.Tests.Storage;

/// <summary>The built program in a process of its own, which can be killed at any moment.</summary>
internal sealed class RegistryProcess : IDisposable
{
    private readonly Process process;
    private readonly StringBuilder error = new();

    private RegistryProcess(Process process) => this.process = process;

    public string Address { get; private set; } = "";
    public string? StartLink { get; private set; }
    public int Id => process.Id;

    /// <param name="listen">A port of its own, so that the registry's address stays the same over restarts.</param>
    public static RegistryProcess Start(string folder, string listen, params string[] more)
    {
        var start = new ProcessStartInfo(Path.Combine(Checkout.Root, ".build", "bin", "Assay.Registry", "release", "assay-registry"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in (string[])["--folder", folder, "--listen", listen, .. more]) start.ArgumentList.Add(word);
        var registry = new RegistryProcess(Process.Start(start)!);
        registry.process.ErrorDataReceived += (_, line) => registry.error.AppendLine(line.Data);
        registry.process.BeginErrorReadLine();
        while (registry.process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("listening on ", StringComparison.Ordinal))
            {
                registry.Address = line["listening on ".Length..];
                return registry;
            }
        }
        throw new InvalidOperationException($"assay-registry ended with {registry.process.ExitCode}: {registry.error}");
    }

    /// <summary>The line for the first administrator, which follows the first line.</summary>
    public string First()
    {
        var line = process.StandardOutput.ReadLine()!;
        return StartLink = line[line.IndexOf("http", StringComparison.Ordinal)..];
    }

    /// <summary>SIGKILL: nothing of the process runs any more after this.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>SIGTERM, and its exit status.</summary>
    public int Stop()
    {
        Tool.Run("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        Assert.True(process.WaitForExit(15_000), "assay-registry did not stop");
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited) Kill();
        process.Dispose();
    }
}
