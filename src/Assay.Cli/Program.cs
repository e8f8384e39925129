using Assay.Cli;
using Assay.Evidence;

// The table of contents of the command: one file per verb.
IReadOnlyList<Verb> verbs =
[
    InspectVerb.Verb,
    TreeVerb.Verb,
    SbomVerb.Verb,
    FlowsVerb.Verb,
    AssessVerb.Verb,
    LabelVerb.Verb,
    CatalogueVerb.Verb,
];

return Run(args, verbs);

static int Run(string[] args, IReadOnlyList<Verb> verbs)
{
    if (args.Length == 0 || args[0] is "--help" or "-h" or "help" && args.Length == 1)
    {
        Overview(verbs, args.Length == 0 ? Console.Error : Console.Out);
        return args.Length == 0 ? Exit.Usage : Exit.Done;
    }
    if (args[0] is "--version")
    {
        Console.Out.WriteLine($"assay {typeof(Verb).Assembly.GetName().Version!.ToString(3)}");
        return Exit.Done;
    }
    var words = args[0] == "help" ? [args[1], "--help"] : args;
    var verb = verbs.FirstOrDefault(v => v.Name == words[0]);
    if (verb is null)
    {
        Console.Error.WriteLine($"assay: expected a verb, found {Shortened.Visible(words[0])}{Arguments.Nearest(words[0], verbs.Select(v => v.Name))}; assay --help lists them");
        return Exit.Usage;
    }
    try
    {
        var rest = words[1..];
        if (rest.TakeWhile(w => w != "--").Any(w => w is "--help" or "-h"))
        {
            verb.Help(Console.Out);
            return Exit.Done;
        }
        var arguments = Arguments.Parse(rest, verb.Options);
        var terminal = new Terminal(arguments, verb, TimeProvider.System);
        var exit = verb.Run(arguments, terminal);
        terminal.Finish();
        return exit;
    }
    catch (UsageException wrong)
    {
        return Fail(verb, wrong.Message, Exit.Usage, hint: $"assay {verb.Name} --help shows an example that works");
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

static int Fail(Verb verb, string message, int exit, string? hint = null)
{
    Console.Error.WriteLine($"assay {verb.Name}: {Shortened.Visible(message)}");
    if (hint is not null) Console.Error.WriteLine(hint);
    return exit;
}

static void Overview(IReadOnlyList<Verb> verbs, TextWriter writer)
{
    writer.WriteLine("assay VERB …      an assay office for connected devices");
    writer.WriteLine();
    foreach (var verb in verbs) writer.WriteLine($"  {verb.Name,-12} {verb.Summary}");
    writer.WriteLine();
    writer.WriteLine("assay VERB --help shows the options of a verb and an example that works.");
    writer.WriteLine("Exit status: 0 done · 1 done, and the answer is no · 2 wrong usage · 3 input unreadable · 4 an outside part is missing");
}
