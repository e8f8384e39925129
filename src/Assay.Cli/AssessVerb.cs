using System.Globalization;
using System.Text;
using Assay.Assessment;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Documents;
using Assay.Assessment.Drafts;
using Assay.Assessment.Examining;
using Assay.Assessment.Repetition;
using Assay.Assessment.Reports;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Cli;

/// <summary><c>assay assess DOSSIER</c>: evidence in, verdicts out, and a folder with everything that a decision needs.</summary>
public static class AssessVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "assess",
        Summary = "evaluate a dossier: what holds, what does not, and what would settle the rest",
        Usage = "DOSSIER… [--as-of DATE] [-o FOLDER]",
        Example = "./assay assess examples/doorbell-1.0 --as-of 2026-11-01",
        Formats = ["table", "json"],
        Options =
        [
            new("--as-of", "DATE", "the day the answers are for, for instance 2026-11-01; today where none is given"),
            new("--catalogue", "ID", "which edition: " + string.Join(", ", Catalogue.Editions.Select(c => c.Id))),
            new("--maker", "NAME", "who made it, where device.yaml does not say"),
            new("--model", "NAME", "what it is called, where device.yaml does not say"),
            new("--init", null, "write device.yaml and a draft declaration into DOSSIER, with what its evidence shows as proposals"),
            new("--layout", "NAME", "of the draft: yaml, csv or xlsx; yaml where none is given"),
            new("--plan", null, "print what is open on the way to a level, in the order to take it, and write nothing"),
            new("--to", "LEVEL", "of --plan: 1 to 4; the lowest level that is not met where none is given"),
            new("--reperform", "STATEMENT", "repeat the assessment of statement.cose or assessment.json on DOSSIER and compare"),
            new("--since", "ASSESSMENT", "answer again only what rests on changed evidence since this assessment.json or statement.cose, and show the difference"),
            new("--cache", "FOLDER", "keep there what images and captures told, for the next time; may be deleted at any time"),
            new("--lab-draft", "FILE", "write a laboratory's record to be filled in: every unit that a person can still settle"),
            new("--key", "FILE", "sign statement.cose with this key instead of the development key"),
            new("--store", "FILE", "compare the components with this store of advisories (assay advisories import)"),
            new(Against.Option, "ID[,ID]", "answer these catalogues too, from the same dossier: all, ids (assay catalogue list), or a file with an OSCAL catalog"),
            new("--fail-on", "WHAT", "exit 1 where a provision has this outcome: fail, disputed, inconclusive"),
        ],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        var catalogue = arguments.Value("--catalogue") is { } id ? Load(id) : Catalogue.Default;
        if (arguments.Value("--fail-on") is { } word && word is not ("fail" or "disputed" or "inconclusive")) throw new UsageException($"--fail-on expects fail, disputed or inconclusive, found {word}");
        if (arguments.Operands.Count > 1 && !OfOne.Any(arguments.Has)) return AssessMany.Run(arguments.Operands, catalogue, arguments, terminal);
        if (arguments.Operands is not [var folder]) throw new UsageException($"expected one DOSSIER, found {arguments.Operands.Count}");
        if (arguments.Has("--init")) return Init(folder, arguments, terminal);
        using var dossier = Open(folder, arguments);
        if (arguments.Has("--plan")) return AssessPlan.Run(dossier, catalogue, arguments, terminal);
        if (arguments.Value("--reperform") is { } statement) return Reperformance.Run(statement, dossier, catalogue, arguments, terminal);

        var target = arguments.Value("-o") ?? Beside(folder);
        Outside(target, folder);
        var since = arguments.Value("--since") is { } earlier ? EarlierAssessment.Read(AssessmentFolder.AssessmentOf(File.ReadAllBytes(earlier))) : null;
        var draft = arguments.Value("--lab-draft");
        if (draft is not null) terminal.Allow(draft);
        // Before the work, so that nobody waits for an answer that may not be written.
        foreach (var name in since is null ? AssessmentFolder.Names : [.. AssessmentFolder.Names, DifferenceReport.Name]) terminal.Allow(Path.Combine(target, name));
        var result = Evaluate(dossier, catalogue, terminal.Examination(), arguments, terminal, since);
        foreach (var (name, bytes) in AssessmentFolder.Files(result, arguments.Value("--key"), terminal)) terminal.WriteFile(Path.Combine(target, name), stream => stream.Write(bytes));
        if (draft is not null) terminal.WriteFile(draft, stream => stream.Write(Encoding.UTF8.GetBytes(LabDraft.Text(result))));
        Print(result, arguments, terminal);
        if (since is not null) DifferenceReport.Write(new Difference(since, result), Path.Combine(target, DifferenceReport.Name), terminal);
        if (draft is not null) terminal.Hint($"written: {draft}: fill it in, put it into the dossier and sign it (docs/lab.md)");
        terminal.Hint($"written: {target}/ ({string.Join(", ", AssessmentFolder.Names)}{(since is null ? "" : $", {DifferenceReport.Name}")})");
        return Status(result, arguments.Value("--fail-on"));
    }

    // These speak of one dossier.
    private static readonly string[] OfOne = ["--init", "--plan", "--reperform", "--maker", "--model", "--since", "--lab-draft"];

    /// <summary>Evaluates as the options say.</summary>
    internal static AssessmentResult Evaluate(Dossier dossier, Catalogue catalogue, ExaminationOptions options, Arguments arguments, Terminal terminal, EarlierAssessment? since = null, string? against = null)
    {
        var cache = arguments.Value("--cache") is { } folder ? new EvidenceCache(folder) : null;
        var others = Against.Of(arguments.Value(Against.Option) ?? against, catalogue, terminal);
        var examined = AdvisoryInput.Join(Examination.Of(dossier, options, cache), arguments, terminal);
        return others.Onto(Evaluation.Of(examined, catalogue, since), examined);
    }

    /// <summary>Where an assessment goes when nobody says: beside its dossier.</summary>
    internal static string Beside(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + "-assessment";

    internal static void Outside(string target, string folder)
    {
        if (IsInside(target, folder)) throw new UsageException($"-o expects a folder outside the dossier, found {target}: what is written must not become evidence");
    }

    private static void Print(AssessmentResult result, Arguments arguments, Terminal terminal)
    {
        using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        if (terminal.Format == "json") output.Write(AssessmentJson.Bytes(result));
        else
        {
            using var writer = new StreamWriter(output, new UTF8Encoding(false), 1 << 12, leaveOpen: true) { NewLine = "\n" };
            TerminalReport.Write(result, writer, terminal.Width, terminal.Color);
        }
        output.Flush();
    }

    /// <summary>3 where something that was handed over is damaged, or nothing of it could be read; 1 where --fail-on is met; else 0: to evaluate is done, whatever the answer.</summary>
    public static int Status(AssessmentResult result, string? failOn)
    {
        if (result.Evidence.Count > 0 && result.Evidence.All(e => e.Kind == "unread")) return Exit.Unreadable;
        // Damage of an image, capture, declaration or bill of materials; what one file inside an image lacks, or a picture nobody reads, is no damage.
        if (result.Coverage.Any(c => c.Losses.Count > 0 && c.Scope is not (CoverageScope.Files or CoverageScope.Document))) return Exit.Unreadable;
        var records = result.Evidence.Where(e => e.Kind == "labRecord").Select(e => e.Artefact).ToHashSet(StringComparer.Ordinal);
        if (result.Coverage.Any(c => c.Losses.Count > 0 && records.Contains(c.Artefact))) return Exit.Unreadable;
        return failOn is not null && result.Verdicts.Any(v => EvidenceJson.Name(v.Outcome) == failOn) ? Exit.No : Exit.Done;
    }

    private static int Init(string folder, Arguments arguments, Terminal terminal)
    {
        var layout = arguments.Value("--layout") switch
        {
            null or "yaml" => DraftLayout.Yaml,
            "csv" => DraftLayout.Csv,
            "xlsx" => DraftLayout.Xlsx,
            var other => throw new UsageException($"--layout expects yaml, csv or xlsx, found {other}"),
        };
        using var dossier = Directory.Exists(folder) ? Open(folder, arguments) : Dossier.Of([], maker: arguments.Value("--maker"), model: arguments.Value("--model"));
        var draft = DossierDraft.Of(dossier, Catalogue.Default, terminal.Examination());
        foreach (var (name, bytes) in draft.Files(layout))
        {
            var file = Path.Combine(folder, name);
            terminal.WriteFile(file, stream => stream.Write(bytes));
            Console.Out.WriteLine($"written: {file}");
        }
        var (proposed, provisions, tables) = draft.Counts;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{proposed} proposals out of the evidence, each with its place and no claim until its mark is taken away; {provisions} provisions and {tables} tables are asked"));
        foreach (var name in DossierDraft.Folders) Directory.CreateDirectory(Path.Combine(folder, name));
        terminal.Hint($"put images into firmware/, captures into captures/, texts into documents/, fill in the drafts, then: assay assess {folder}");
        return Exit.Done;
    }

    internal static Dossier Open(string folder, Arguments arguments)
    {
        if (File.Exists(folder)) throw new UsageException($"expected a folder, found the file {folder} (assay inspect looks at one file)");
        return Dossier.Open(folder, arguments.Value("--maker"), arguments.Value("--model"));
    }

    private static Catalogue Load(string id)
    {
        try
        {
            return Catalogue.LoadEdition(id);
        }
        catch (UnreadableException wrong)
        {
            throw new UsageException($"--catalogue: {wrong.Message}");
        }
    }

    private static bool IsInside(string path, string folder)
    {
        var inner = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var outer = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return inner == outer || inner.StartsWith(outer + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}
