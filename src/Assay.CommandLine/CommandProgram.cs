using System.Reflection;
using Assay.Evidence;

namespace Assay.CommandLine;

/// <summary>One program: its verbs, and what a person meets when a word is wrong. Each of our programs is a table of contents and one call of this.</summary>
/// <param name="Name">How a person calls it: <c>assay</c>, <c>assay guard</c>.</param>
/// <param name="Summary">For the overview: one line.</param>
public sealed record CommandProgram(string Name, string Summary, IReadOnlyList<Verb> Verbs)
{
    /// <summary>Runs one verb and gives the exit status of <see cref="Exit"/>.</summary>
    public int Run(string[] args)
    {
        if (args.Length == 0 || args[0] is "--help" or "-h" or "help" && args.Length == 1)
        {
            Overview(args.Length == 0 ? Console.Error : Console.Out);
            return args.Length == 0 ? Exit.Usage : Exit.Done;
        }
        if (args[0] is "--version")
        {
            Console.Out.WriteLine($"{Name} {typeof(CommandProgram).Assembly.GetName().Version!.ToString(3)}");
            return Exit.Done;
        }
        var words = args[0] == "help" ? [args[1], "--help"] : args;
        var verb = Verbs.FirstOrDefault(v => v.Name == words[0]);
        if (verb is null)
        {
            Console.Error.WriteLine($"{Name}: expected a verb, found {Shortened.Visible(words[0])}{Arguments.Nearest(words[0], Verbs.Select(v => v.Name))}; {Name} --help lists them");
            return Exit.Usage;
        }
        try
        {
            var rest = words[1..];
            if (!verb.PassesAllOn && rest.TakeWhile(w => w != "--").Any(w => w is "--help" or "-h"))
            {
                verb.Help(Console.Out, Name);
                return Exit.Done;
            }
            if (verb.PassesAllOn) return verb.RunWords!(rest);
            var arguments = Arguments.Parse(rest, verb.Options);
            var terminal = new Terminal(arguments, verb, TimeProvider.System, Name);
            var exit = verb.Run(arguments, terminal);
            terminal.Finish();
            return exit;
        }
        catch (UsageException wrong)
        {
            return Fail(verb, wrong.Message, Exit.Usage, hint: $"{Name} {verb.Name} --help shows an example that works");
        }
        catch (MissingPartException missing)
        {
            return Fail(verb, missing.Message, Exit.Missing);
        }
        catch (IOException pipe) when (pipe.HResult == 32 || pipe.Message.Contains("Broken pipe", StringComparison.Ordinal))
        {
            return Exit.Done; // The reader of our output has seen enough.
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or Assay.Evidence.Reading.UnreadableException or Assay.Evidence.Reading.BudgetException)
        {
            return Fail(verb, failed.Message, Exit.Unreadable);
        }
    }

    private int Fail(Verb verb, string message, int exit, string? hint = null)
    {
        Console.Error.WriteLine($"{Name} {verb.Name}: {Shortened.Visible(message)}");
        if (hint is not null) Console.Error.WriteLine(hint);
        return exit;
    }

    private void Overview(TextWriter writer)
    {
        writer.WriteLine($"{Name} VERB …      {Summary}");
        writer.WriteLine();
        foreach (var verb in Verbs) writer.WriteLine($"  {verb.Name,-12} {verb.Summary}");
        writer.WriteLine();
        writer.WriteLine($"{Name} VERB --help shows the options of a verb and an example that works.");
        writer.WriteLine("Exit status: 0 done · 1 done, and the answer is no · 2 wrong usage · 3 input unreadable · 4 an outside part is missing");
    }
}
