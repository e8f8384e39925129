using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Demo.Exercises;

/// <summary><c>assay demo exercise SEED</c>: three exercises for investigators in training, or the score of a sheet (docs/exercises.md).</summary>
internal static class ExerciseVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "exercise",
        Summary = "write seeded exercises for investigators in training, or score a sheet of answers",
        Usage = "SEED -o DIR | SEED --answers FILE",
        Example = "./assay demo exercise 17 -o exercises",
        Options = [new("--answers", "FILE", "score this sheet; files of the exercise beside it are compared with what was handed out")],
        Formats = ["table", "json"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands is not [var seed]) throw new UsageException($"exercise expects one SEED, found {arguments.Operands.Count}");
        if (seed.Length is 0 or > 64 || seed.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))) throw new UsageException("SEED is up to 64 letters, digits, minus and underscore");
        if (arguments.Value("--answers") is { } file) return Judge(terminal, seed, file);
        var folder = arguments.Value("-o") ?? throw new UsageException("exercise expects -o DIR, or --answers FILE");
        var all = Exercise.Names.Select(name => (Name: name, Files: Folder.Files(Exercise.Of(name, seed), seed))).ToList();
        foreach (var (name, files) in all)
        {
            foreach (var path in files.Keys) terminal.Allow(Path.Combine(folder, name, path));
        }
        foreach (var (name, files) in all)
        {
            foreach (var (path, bytes) in files) terminal.WriteFile(Path.Combine(folder, name, path), stream => stream.Write(bytes));
        }
        foreach (var (name, _) in all) Console.Out.WriteLine($"{Path.Combine(folder, name)}: {Exercise.Of(name, seed).Title}; begin with {Folder.QuestionsName}");
        return Exit.Done;
    }

    private static int Judge(Terminal terminal, string seed, string file)
    {
        if (new FileInfo(file).Length > 1 << 20) throw new UnreadableException("a sheet of answers of at most 1 MiB", $"{new FileInfo(file).Length} bytes", 0, 1);
        var sheet = AnswerSheet.Read(File.ReadAllBytes(file));
        if (sheet.Seed != seed) throw new UsageException($"the sheet is for the seed {Shortened.Visible(sheet.Seed)}, not for {seed}");
        if (!Exercise.Names.Contains(sheet.Exercise)) throw new UnreadableException($"exercise: {string.Join(", ", Exercise.Names)}", Shortened.Visible(sheet.Exercise), 0, 1);
        var exercise = Exercise.Of(sheet.Exercise, seed);
        var beside = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in exercise.Items.Keys.Append(Folder.FreezeName))
        {
            var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, name);
            if (File.Exists(path) && new FileInfo(path).Length < 256 << 20) beside[name] = File.ReadAllBytes(path);
        }
        var score = Score.Judge(exercise, sheet, beside);
        if (terminal.Format == "json")
        {
            terminal.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("schema", "assay/exercise-score/1");
                json.WriteString("exercise", exercise.Name);
                json.WriteString("seed", seed);
                json.WriteNumber("points", score.Points);
                json.WriteNumber("of", score.Of);
                json.WriteStartArray("marks");
                foreach (var mark in score.Marks)
                {
                    json.WriteStartObject();
                    json.WriteString("about", mark.About);
                    json.WriteNumber("points", Math.Round(mark.Points, 2));
                    json.WriteNumber("of", mark.Of);
                    json.WriteString("why", mark.Why);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return Exit.Done;
        }
        terminal.Write(text =>
        {
            text.WriteLine($"{exercise.Title}: {Folder.Points(score.Points)} of {Folder.Points(score.Of)} points");
            foreach (var mark in score.Marks)
            {
                var lines = TextTable.Wrap(mark.Why, Math.Max(40, terminal.Width - 38));
                text.WriteLine($"  {mark.About,-22} {Folder.Points(mark.Points),5} of {Folder.Points(mark.Of),-3}  {lines[0]}");
                foreach (var line in lines.Skip(1)) text.WriteLine(new string(' ', 38) + line);
            }
        });
        return Exit.Done;
    }
}
