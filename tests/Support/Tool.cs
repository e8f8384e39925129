using System.Diagnostics;

namespace Assay.Tests;

/// <summary>An outside program that judges us: run with a time limit; the test skips, with the package's name, when it is missing.</summary>
public static class Tool
{
    public sealed record Result(int Exit, byte[] Output, string Error)
    {
        public string Text => System.Text.Encoding.UTF8.GetString(Output);
    }

    /// <summary>Skips the test unless <paramref name="program"/> is on the path.</summary>
    public static void Need(string program, string package)
    {
        if (!Has(program)) Assert.Skip($"{program} is missing (apt-get install {package})");
    }

    public static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin")
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    public static Result Run(string program, IEnumerable<string> arguments, string? folder = null, int seconds = 120,
        IReadOnlyDictionary<string, string>? environment = null, byte[]? input = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Environment.CurrentDirectory,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            if (input is not null) process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended before it read everything; its exit status says why.
        }
        if (!process.WaitForExit(seconds * 1000))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {seconds} s");
        }
        reading.Wait();
        var result = new Result(process.ExitCode, output.ToArray(), error.Result);
        // Streams that were touched do not go with their process.
        process.StandardOutput.Dispose();
        process.StandardError.Dispose();
        return result;
    }
}

/// <summary>A folder that is gone after the test.</summary>
public sealed class Scratch : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("assay-test-").FullName;
    public string File(string name) => Path.Combine(Folder, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // Names that are no UTF-8 are beyond the runtime.
            Tool.Run("rm", ["-rf", Folder]);
        }
    }
}
