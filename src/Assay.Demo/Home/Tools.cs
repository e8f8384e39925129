using System.Diagnostics;
using Assay.CommandLine;

namespace Assay.Demo.Home;

/// <summary>Outside programs that the home is built with.</summary>
internal static class Tools
{
    /// <summary>What the packets need, by the Debian package that brings it.</summary>
    public static readonly IReadOnlyList<(string Program, string Package)> ForPackets = [("ip", "iproute2"), ("nft", "nftables"), ("dnsmasq", "dnsmasq-base")];

    /// <exception cref="MissingPartException">Names all that is missing, with one command.</exception>
    public static void Require(IReadOnlyList<(string Program, string Package)> needed)
    {
        var missing = needed.Where(n => Find(n.Program) is null).ToList();
        if (missing.Count > 0) throw new MissingPartException($"{string.Join(", ", missing.Select(m => m.Program))} missing: apt-get install {string.Join(' ', missing.Select(m => m.Package))}");
    }

    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin", "/usr/bin", "/bin"])
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public sealed record Answer(int Exit, string Output, string Error);

    /// <summary>Runs a program to its end; its input is empty.</summary>
    public static Answer Run(string program, IEnumerable<string> words, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = Start(program, words);
        start.RedirectStandardError = true;
        if (folder is not null) start.WorkingDirectory = folder;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Answer(process.ExitCode, output, error.Result);
    }

    /// <exception cref="HomeException">It ended with another status than 0.</exception>
    public static string Do(string program, params string[] words)
    {
        var answer = Run(program, words);
        return answer.Exit == 0 ? answer.Output : throw new HomeException($"{program} {string.Join(' ', words)}: {answer.Error.Trim()}");
    }

    public static ProcessStartInfo Start(string program, IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(Find(program) ?? program) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var word in words) start.ArgumentList.Add(word);
        return start;
    }
}

/// <summary>The home could not be built or a part of it ended; the message says which and why.</summary>
internal sealed class HomeException(string message) : Exception(message);
