using System.Diagnostics;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Demo.Home;

namespace Assay.Demo.Story;

/// <summary>The programs that the story drives, found beside this one or in the clone, run as a person would: with words, in a namespace where there is one.</summary>
internal sealed class Programs(Run run)
{
    private readonly string assay = Sibling.Find("assay", "Cli");
    private readonly string guard = Sibling.Find("assay-guard", "Guard");
    private readonly string registry = Sibling.Find("assay-registry", "Registry");

    /// <summary>Figures of start and memory are promised for published programs; those of a clone are compiled while they run.</summary>
    public bool ArePublished => !File.Exists(guard + ".dll");

    private Dictionary<string, string> Environment => new() { ["ASSAY_CONFIG"] = run.File("config"), ["NO_COLOR"] = "1", ["DOTNET_TieredPGO"] = "0" };

    /// <summary><c>assay …</c>, to its end.</summary>
    public Tools.Answer Assay(Space? space, params string[] words) => To(space, assay, words);

    /// <summary><c>assay guard …</c>, to its end.</summary>
    public Tools.Answer Guard(Space? space, params string[] words) => To(space, guard, words);

    /// <summary>The registry, until the run ends.</summary>
    public Process Serve(Space? space, params string[] words) => Begin(space, registry, words);

    public Process GuardRun(Space space, params string[] words) => Begin(space, guard, words);

    private Tools.Answer To(Space? space, string program, string[] words) => space is null
        ? Tools.Run(program, words, Environment, run.Folder)
        : Tools.Run("ip", space.Words(program, words), Environment, run.Folder);

    private Process Begin(Space? space, string program, string[] words)
    {
        var start = space is null ? Tools.Start(program, words) : Tools.Start("ip", space.Words(program, words));
        start.WorkingDirectory = run.Folder;
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        start.RedirectStandardError = true;
        var process = run.Begin(start);
        var log = run.File($"{Path.GetFileName(program)}.log");
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text) File.AppendAllText(log, text + "\n");
        };
        process.BeginErrorReadLine();
        return process;
    }

    /// <exception cref="HomeException">The answer is no JSON.</exception>
    public static JsonElement Json(Tools.Answer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Output);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new HomeException($"expected JSON, found: {(answer.Error.Length > 0 ? answer.Error : answer.Output).Trim()}");
        }
    }
}
