using System.Globalization;
using System.Text;
using Assay.Assessment;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Documents;
using Assay.Assessment.Drafts;
using Assay.CommandLine;

namespace Assay.Cli;

/// <summary><c>assess DOSSIER --plan --to LEVEL</c>: what is open on the way to a level, in the order to take it. Writes nothing.</summary>
internal static class AssessPlan
{
    public static int Run(Dossier dossier, Catalogue catalogue, Arguments arguments, Terminal terminal)
    {
        int? level = arguments.Value("--to") is not { } word ? null
            : int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Scheme.Level(number) is not null ? number
            : throw new UsageException($"--to expects a level from 1 to {Scheme.Levels.Count}, found {word}");
        var result = AssessVerb.Evaluate(dossier, catalogue, terminal.Examination(), arguments, terminal);
        var plan = Plan.Of(result, level ?? Plan.Next(result));
        using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        if (terminal.Format == "json") output.Write(PlanJson.Bytes(plan, result));
        else
        {
            using var writer = new StreamWriter(output, new UTF8Encoding(false), 1 << 12, leaveOpen: true) { NewLine = "\n" };
            PlanJson.Write(plan, result, writer, terminal.Width);
        }
        output.Flush();
        return Exit.Done;
    }
}
