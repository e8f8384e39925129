using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Lints;

/// <summary>A mark that waits for words, anywhere in the maker's papers.</summary>
internal sealed class PlaceholderLeft() : Trap("placeholder", "placeholders in fields of detail tables and in reasons")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        foreach (var table in judged.Examined.Declaration.Tables)
        {
            foreach (var row in table.Rows)
            {
                foreach (var (field, says) in row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
                {
                    if (Placeholder.In(says) is { } mark) yield return Lint($"IXIT {table.Number}-{table.Name}, {Shortened.Visible(row.Id)}, {Shortened.Visible(field)}: \"{Wording.Begin(mark)}\" stands where a statement should be", null, LineOf(judged, row.At(field), mark));
                }
            }
        }
        foreach (var claim in judged.Examined.Declaration.Claims.Where(c => Placeholder.Is(c.Justification)))
        {
            yield return Lint($"the reason for {Shortened.Visible(claim.Provision)} is a placeholder (\"{Wording.Begin(claim.Justification!)}\")", claim.Provision, claim.Location);
        }
    }

    // A field may go over many lines: the mark's own line is the better place.
    private static Location LineOf(Judged judged, Location field, string mark)
    {
        if (judged.Examined.Files.FirstOrDefault(f => f.Name == field.Artefact) is not { Lines.Count: > 0 } file || field.Line is not { } line) return field;
        for (var i = line - 1; i >= 0 && i < Math.Min(file.Lines.Count, line + 200); i++)
        {
            if (file.Lines[i].Contains(mark, StringComparison.Ordinal)) return field with { Line = i + 1 };
        }
        return field;
    }
}

/// <summary>One prose in many rows: written once, thought of once.</summary>
internal sealed class CopiedText() : Trap("copied-text", "the same long text in three or more rows")
{
    // Shorter texts are often rightly the same: "TLS 1.2 or 1.3".
    private const int Long = 80, Rows = 3;

    public override IEnumerable<Lint> Find(Judged judged)
    {
        var texts = judged.Examined.Declaration.Tables.SelectMany(t => t.Rows.SelectMany(r => r.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (Table: t, Row: r, f.Key, Text: Print(f.Value)))))
            .Where(t => t.Text.Letters >= Long).GroupBy(t => t.Text);
        foreach (var same in texts)
        {
            var rows = same.DistinctBy(t => (t.Table.Number, t.Row.Id)).ToList();
            if (rows.Count < Rows) continue;
            yield return Lint($"{rows.Count} rows say word for word the same ({string.Join(", ", rows.Take(5).Select(r => $"{r.Table.Number}-{r.Table.Name} {Shortened.Visible(r.Row.Id)}"))}{(rows.Count > 5 ? " …" : "")}; {Shortened.Visible(rows[0].Key)}): read whether it fits each of them", null, [.. rows.Take(20).Select(r => r.Row.At(r.Key))]);
        }
    }

    // Letters and digits in lower case as a number (FNV-1a, 64 bits) and how many they are: marks and blanks make no other text.
    private static (int Letters, ulong Hash) Print(string text)
    {
        if (text.Length < Long) return (0, 0);
        var hash = 14695981039346656037UL;
        var letters = 0;
        foreach (var c in text)
        {
            if (!char.IsLetterOrDigit(c)) continue;
            letters++;
            hash = (hash ^ char.ToLowerInvariant(c)) * 1099511628211UL;
        }
        return (letters, hash);
    }
}

/// <summary>Something should still hold, and its date is over.</summary>
internal sealed class DateInThePast() : Trap("date-in-the-past", "ends of support, validity or deadlines that lie before the day of the assessment")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        var today = DateOnly.FromDateTime(judged.Examined.AsOf.UtcDateTime);
        if (judged.Examined.Device.SupportEnd is { } end && end < today) yield return Lint($"device.yaml: support ended on {Day(end)}", "5.3-13", new Location { Artefact = DeviceSheet.Name });
        foreach (var table in judged.Examined.Declaration.Tables)
        {
            foreach (var row in table.Rows)
            {
                foreach (var (field, says) in row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
                {
                    foreach (var (date, words) in Over(says, today)) yield return Lint($"IXIT {table.Number}-{table.Name}, {Shortened.Visible(row.Id)}, {Shortened.Visible(field)}: \"{words}\" is over", null, row.At(field));
                }
            }
        }
        foreach (var file in judged.Examined.Of(FileKind.Document))
        {
            for (var i = 0; i < Math.Min(file.Lines.Count, 20_000); i++)
            {
                foreach (var (_, words) in Over(file.Lines[i], today)) yield return Lint($"{file.Name}: \"{words}\" is over", null, file.At(i + 1));
            }
        }
    }

    private static IEnumerable<(DateOnly Date, string Words)> Over(string text, DateOnly today)
    {
        if (text.Length > 100_000 || text.AsSpan().IndexOfAny(Ends) < 0) yield break;
        foreach (Match match in Until.Matches(text).Take(20))
        {
            if (Wording.Dates(Time.Replace(match.Value, " ")).Select(d => (DateOnly?)d.Date).FirstOrDefault() is { } date && date < today) yield return (date, Wording.Begin(match.Value));
        }
    }

    private static string Day(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static readonly SearchValues<string> Ends = SearchValues.Create(["until", "expir", "valid", "end of", "support", "later than", "at least"], StringComparison.OrdinalIgnoreCase);

    // "2026-01-01T00:00:00Z": the time of day hides the end of the date.
    private static Regex Time => field ??= new(@"(?<=\d)T(?=\d\d:)", RegexOptions.CultureInvariant);

    // The word that makes a date an end, and the text up to the next sentence.
    private static Regex Until => field ??= new(@"(\b(until|expir(es|y|ed|ation)( date)?|valid (to|through|until)|end of (support|life|service)|support (ends?|period ends)( on)?|not? later than|at least (to|until))\b|^Expires:)[^.;\n]{0,40}?\d{1,4}[^;\n]{0,20}", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}

/// <summary>One product under several names.</summary>
internal sealed class ModelsDiffer() : Trap("models-differ", "different model designations in device.yaml, IXIT, MUD file, bill of materials, announcements and titles")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        var names = new List<(string Where, string Name, Location Place)>();
        var examined = judged.Examined;
        if (examined.Device.Model != Device.Unknown) names.Add(("device.yaml", examined.Device.Model, new Location { Artefact = DeviceSheet.Name }));
        foreach (var (table, row) in examined.Rows(2))
        {
            if (Papers.Field(row, "Model Designation") is { Length: > 0 and < 200 } says && !Wording.IsEmpty(says) && !Placeholder.Is(says)) names.Add(($"IXIT 2-{table.Name}", says, row.At("Model Designation")));
        }
        foreach (var file in examined.Of(FileKind.Mud))
        {
            if (MudAgainstTraffic.Read(file)?.Model is { Length: > 0 } model) names.Add(($"MUD file {file.Name}", model, file.At(1)));
        }
        foreach (var finding in examined.Of(FindingKind.Disclosure).Where(f => f.Subject.StartsWith("mdns ", StringComparison.Ordinal) && Keys.Any(k => f.Value.StartsWith(k, StringComparison.OrdinalIgnoreCase))))
        {
            names.Add(("an mDNS announcement", finding.Value[(finding.Value.IndexOf('=', StringComparison.Ordinal) + 1)..], finding.Location));
        }
        var first = names.FirstOrDefault();
        foreach (var other in names.Skip(1).Where(n => !IsSame(first.Name, n.Name)))
        {
            yield return Lint($"{first.Where} calls the model \"{Wording.Begin(first.Name)}\", {other.Where} \"{Wording.Begin(other.Name)}\": say that both are one product, or correct one", "5.3-16", first.Place, other.Place);
        }
    }

    private static readonly string[] Keys = ["model=", "md=", "ty=", "product=", "modelid="];

    private static bool IsSame(string one, string other)
    {
        string a = Bare(one), b = Bare(other);
        return a.Length == 0 || b.Length == 0 || a.Contains(b, StringComparison.Ordinal) || b.Contains(a, StringComparison.Ordinal);
    }

    private static string Bare(string text) => new([.. text.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}

/// <summary>A word that stands alone where it should lead somewhere.</summary>
internal sealed class Silence() : Trap("by-silence", "\"yes\" or PASS without a row or a reference behind it, and \"not applicable\" without a reason")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        var tables = judged.Examined.Declaration.Tables;
        foreach (var judgement in judged.Judgements.Where(j => j.Unit is null))
        {
            if (judged.On(judgement.Provision) is not { } verdict) continue;
            if (judgement.Passes is null && !judgement.IsTest && (Wording.IsEmpty(judgement.Line) || Placeholder.Is(judgement.Line)))
            {
                yield return Lint($"{judgement.Who} says N/A for {judgement.About} and gives no reason", verdict.Provision, judgement.Place);
            }
            if (judgement.Passes is null && judged.Catalogue.Provision(verdict.Provision) is { Condition: null })
            {
                yield return Lint($"{judgement.Who} says N/A for {judgement.About}, which holds without condition", verdict.Provision, judgement.Place);
            }
            if (judgement.Passes != true || tables.Count == 0) continue;
            var asked = verdict.Units.SelectMany(u => judged.Unit(u.Unit)?.Tables ?? []).Where(t => t > 0).Distinct().ToList();
            if (asked.Count is > 0 and < 10 && !asked.Any(n => tables.Any(t => t.Number == n && (t.Rows.Count > 0 || t.IsDeclaredEmpty))))
            {
                yield return Lint($"{judgement.Who} says {judgement.Said} for {judgement.About}, and no row of the tables that it rests on was handed over (IXIT {string.Join(", ", asked.Order())})", verdict.Provision, judgement.Place);
            }
        }
        // A pass of a test needs a place that another can look up: a table's row, a file, a frame, a command.
        foreach (var judgement in judged.Judgements.Where(j => j is { IsTest: true, Passes: true, Unit: null } && j.Text.Length < 4000 && !HasReference(judged, j.Text)))
        {
            yield return Lint($"{judgement.Who} says PASS for {judgement.About} without naming a row, file, frame or command that another could look up", judged.On(judgement.Provision)?.Provision, judgement.Place);
        }
    }

    private static bool HasReference(Judged judged, string text) => Place.IsMatch(text) || judged.Examined.Declaration.Tables.Any(t => Wording.Names(text, t.Name) || RowIds.Of(t).NamedIn(text).Any(r => r.Id.Length > 3));

    private static Regex Place => field ??= new(@"\b(IXIT|frames?\s+\d|request\s+\d|lines?\s+\d|[\w-]+\.(pcap(ng)?|bin|json|log|txt|md|pdf|c|h|cpp|yaml|xml|png|jpg)\b|nmap|openssl|curl|testssl|wireshark|tcpdump|0x[0-9a-f]{3,})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
