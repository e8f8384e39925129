using System.Globalization;
using System.Security.Cryptography;

namespace Assay.Demo.Exercises;

/// <summary>One line of a score: what was reached of what, and why.</summary>
/// <param name="About"><c>question 3</c>, <c>question 3, evidence</c>, <c>handling</c></param>
internal sealed record Mark(string About, double Points, double Of, string Why);

/// <summary>The score of one sheet: marks for answers, evidence and handling. Nothing but the seed and the sheet goes in.</summary>
internal sealed record Score(IReadOnlyList<Mark> Marks)
{
    public const double Handling = 6;

    public double Points => Math.Round(Marks.Sum(m => m.Points), 2);
    public double Of => Marks.Sum(m => m.Of);

    /// <param name="beside">Files of the exercise as they lie beside the sheet now, by name; what is not there is not held against anybody.</param>
    public static Score Judge(Exercise exercise, AnswerSheet sheet, IReadOnlyDictionary<string, byte[]> beside)
    {
        var marks = new List<Mark>();
        for (var i = 0; i < exercise.Questions.Count; i++)
        {
            var question = exercise.Questions[i];
            var answer = sheet.Answers.GetValueOrDefault(i + 1) ?? new AnswerSheet.Answer([], []);
            marks.Add(Right(i + 1, question, answer));
            marks.Add(Shown(i + 1, question, answer));
        }
        marks.Add(Handled(exercise, sheet, beside));
        return new Score(marks);
    }

    private static Mark Right(int number, Question question, AnswerSheet.Answer answer)
    {
        var truth = string.Join(", ", question.Truth);
        if (answer.Words.Count == 0) return new Mark($"question {number}", 0, question.Points, $"no answer; it is {truth}: {question.Because}");
        var share = question.Kind switch
        {
            AnswerKind.Words => Several(question.Truth, answer.Words),
            _ when answer.Words.Count > 1 => 0,
            AnswerKind.Number => Near(question.Truth[0], answer.Words[0]),
            AnswerKind.Moment => When(question.Truth[0], answer.Words[0]),
            _ => Same(question.Truth[0], answer.Words[0]) ? 1 : 0,
        };
        var why = share switch
        {
            1 => $"right: {question.Because}",
            0 => $"{Assay.Evidence.Shortened.Visible(string.Join(", ", answer.Words))} is not it; it is {truth}: {question.Because}",
            _ => $"partly; it is {truth}: {question.Because}",
        };
        return new Mark($"question {number}", question.Points * share, question.Points, why);
    }

    private static Mark Shown(int number, Question question, AnswerSheet.Answer answer)
    {
        var about = $"question {number}, evidence";
        var most = question.Points / 2.0;
        if (answer.Evidence.Count == 0) return new Mark(about, 0, most, $"none cited; for example {question.Places[0]}");
        var right = answer.Evidence.Count(cited => question.Places.Any(place => Shows(place, cited)));
        var share = (double)right / answer.Evidence.Count;
        var why = right == answer.Evidence.Count ? "shows it" : right == 0 ? $"does not show it; for example {question.Places[0]}" : $"{right} of {answer.Evidence.Count} places show it; for example {question.Places[0]}";
        return new Mark(about, most * share, most, why);
    }

    private static bool Shows(Place place, AnswerSheet.Citation cited)
    {
        if (!Same(place.Item, cited.Item)) return false;
        if (place.Frames is not null) return cited.Frame is { } frame && place.Frames.Contains(frame);
        if (place.Path is null) return true;
        return cited.Path is { } path ? Same(place.Path, path.StartsWith('/') ? path : "/" + path)
            : cited.Offset is { } offset && place.Bytes is { } run && offset >= run.Start && offset < run.Start + Math.Max(1, run.Length);
    }

    // Each mistake is named with what it costs; together they cost at most all of it.
    private static Mark Handled(Exercise exercise, AnswerSheet sheet, IReadOnlyDictionary<string, byte[]> beside)
    {
        var truth = Folder.Files(exercise, sheet.Seed);
        var mistakes = new List<(double Cost, string Words)>();
        foreach (var (name, bytes) in beside.Where(b => truth.ContainsKey(b.Key) && b.Key != Folder.SheetName).OrderBy(b => b.Key, StringComparer.Ordinal))
        {
            if (!bytes.AsSpan().SequenceEqual(truth[name])) mistakes.Add((3, $"{name} was changed: it is no longer what was handed out"));
        }
        var verified = false;
        var used = false;
        DateTimeOffset? last = null;
        foreach (var act in sheet.Custody)
        {
            if (act.Who is null) mistakes.Add((1, $"line {act.Line} does not say who"));
            if (act.When is null) mistakes.Add((1, $"line {act.Line} does not say when"));
            else if (!Moment(act.When, out var when)) mistakes.Add((1, $"line {act.Line}: {Assay.Evidence.Shortened.Visible(act.When)} is no moment in UTC"));
            else
            {
                if (when < last) mistakes.Add((1, $"line {act.Line} is earlier than the line before it"));
                last = when;
            }
            if (act.Sha256 is { } digest && act.Item is { } item && truth.TryGetValue(item, out var bytes) && !Same(digest, Convert.ToHexStringLower(SHA256.HashData(bytes))))
                mistakes.Add((2, $"line {act.Line}: the digest of {item} is not that of what was handed out, and the line does not say so"));
            switch (act.What?.ToLowerInvariant())
            {
                case "verified":
                    if (act.Sha256 is null) mistakes.Add((1, $"line {act.Line} says verified without the digest that was found"));
                    else if (act.Item == Folder.FreezeName) verified = true;
                    break;
                case "analysed" or "copied":
                    if (!verified && !used) mistakes.Add((2, $"line {act.Line}: {act.Item} is used before {Folder.FreezeName} was verified"));
                    used = true;
                    break;
                case null:
                    mistakes.Add((1, $"line {act.Line} does not say what was done"));
                    break;
            }
        }
        if (!used && sheet.Answers.Any(a => a.Value.Words.Count > 0)) mistakes.Add((2, "no line says that an item was analysed, yet there are answers"));
        if (!verified) mistakes.Add((2, $"no line says that {Folder.FreezeName} was verified, with its digest"));
        var cost = Math.Min(Handling, mistakes.Sum(m => m.Cost));
        return new Mark("handling", Handling - cost, Handling, mistakes.Count == 0 ? "who, when and which digest are there, and the freeze was verified before use" : string.Join("; ", mistakes.Select(m => $"{m.Words} (-{Folder.Points(m.Cost)})")));
    }

    private static bool Same(string one, string other) => string.Equals(one.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase);

    private static double Several(IReadOnlyList<string> truth, IReadOnlyList<string> words)
    {
        var found = truth.Count(t => words.Any(w => Same(t, w)));
        var wrong = words.Distinct(StringComparer.OrdinalIgnoreCase).Count(w => !truth.Any(t => Same(t, w)));
        return Math.Max(0, (double)(found - wrong) / truth.Count);
    }

    private static double Near(string truth, string answer)
    {
        if (!long.TryParse(answer.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return 0;
        var right = long.Parse(truth, CultureInfo.InvariantCulture);
        return number == right ? 1 : Math.Abs(number - right) * 10 <= right ? 0.5 : 0;
    }

    private static double When(string truth, string answer)
    {
        if (!Moment(answer, out var when) || !Moment(truth, out var right)) return 0;
        var off = (when - right).Duration();
        return off <= TimeSpan.FromSeconds(1) ? 1 : off <= TimeSpan.FromMinutes(1) ? 0.5 : 0;
    }

    private static bool Moment(string text, out DateTimeOffset when) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out when);
}
