using Assay.Assessment.Catalogues;
using Assay.Assessment.Verdicts;

namespace Assay.Assessment.Declarations;

/// <summary>
/// What the tables say about the facts that conditions ask for (<see cref="Condition.Means"/>, <see cref="TestUnit.Escape"/>). A fact is false only where
/// the maker says so: a statement under <c>conditions</c>, a table declared empty, or rows that all deny it. A missing table or field leaves it unknown.
/// </summary>
public static class ProductFacts
{
    /// <summary>What the declaration says of one fact; unknown facts and silence are <see cref="Truth.Unknown"/>.</summary>
    public static ConditionFacts Of(Declaration declaration, string fact)
    {
        var said = declaration.Facts.Where(f => f.Fact == fact).ToList();
        var read = fact switch
        {
            "passwords" => AnyRow(declaration, 1, r => Field(r, "Authentication Factor", IsPassword)),
            "presetPasswords" => AnyRow(declaration, 1, r => Field(r, "Authentication Factor", IsPassword) switch
            {
                Truth.True => Field(r, "Password Generation Mechanism", t => !Denies(t)),
                var other => other,
            }),
            "userAuthentication" => AnyRow(declaration, 1, r => Field(r, "Target", t => t.Contains("user", StringComparison.OrdinalIgnoreCase) && !Denies(t)) is Truth.True ? Field(r, "Authentication Factor", t => !Denies(t)) : Truth.Unknown),
            "networkAuthentication" => AnyRow(declaration, 1, r => Field(r, "Network Interface Proximity", t => t.Contains("network", StringComparison.OrdinalIgnoreCase) && !Denies(t)) is Truth.True ? Truth.True : Truth.Unknown),
            "notUpdateable" => AnyRow(declaration, 6, r => Field(r, "Update Mechanism", NotUpdateable)),
            "updateMechanism" => HasRows(declaration, 7),
            "networkUpdates" => AnyRow(declaration, 7, r => Field(r, "Description", t => Mentions(t, "network", "https", "http", "over the air", "over-the-air", "ota", "download")) is Truth.True ? Truth.True : Truth.Unknown),
            "automaticUpdates" => AnyRow(declaration, 7, r => Field(r, "Initiation and Interaction", t => Mentions(t, "automatic", "automated", "automatically") && !Mentions(t, "not automatic", "no automatic", "not automated")) is Truth.True ? Truth.True : Truth.Unknown),
            "updateNotifications" => AnyRow(declaration, 7, r => Field(r, "User Notification", t => !Denies(t))),
            "hardCodedIdentity" => AnyRow(declaration, 10, r => Mentions(All(r), "hard-coded unique", "hardcoded unique", "hard-coded identity") ? Truth.True : Truth.Unknown),
            "criticalParameters" => AnyRow(declaration, 10, r => Field(r, "Type", t => t.Contains("critical", StringComparison.OrdinalIgnoreCase) && !Denies(t)) is Truth.True ? Truth.True : Truth.Unknown),
            "sensitiveParameters" => HasRows(declaration, 10),
            "debugInterface" => AnyRow(declaration, 15, r => Field(r, "Debug Interface", t => t.StartsWith("yes", StringComparison.OrdinalIgnoreCase) ? Truth.True : Denies(t) ? Truth.False : Truth.Unknown)),
            "personalData" => HasRows(declaration, 21),
            "userDataOnDevice" => HasRows(declaration, 21) is { Truth: Truth.True } rows ? rows : ConditionFacts.Unknown,
            "consent" => AnyRow(declaration, 21, r => Field(r, "Obtaining Consent", t => !Denies(t))),
            "externalSensors" => HasRows(declaration, 22),
            "telemetry" => HasRows(declaration, 24),
            _ => ConditionFacts.Unknown,
        };
        if (said.Count == 0) return read;
        // The plain word counts first; a table that says the opposite stands against it as paper, so it is no longer "false" without doubt.
        var word = said[0];
        var statement = new Statement($"{fact}: {(word.Holds ? "yes" : "no")}", word.Location, IsPaper: true);
        if (said.Any(s => s.Holds != word.Holds) || (!word.Holds && read.Truth == Truth.True)) return new ConditionFacts { Truth = Truth.True, From = [statement, .. read.From] };
        return new ConditionFacts { Truth = word.Holds ? Truth.True : Truth.False, From = [statement], Grade = word.SignedBy is null ? null : Grade.Declared };
    }

    /// <summary>Whether a provision applies, by the declaration alone.</summary>
    public static ConditionFacts Applies(Declaration declaration, Catalogue catalogue, Provision provision)
    {
        if (provision.Condition is null) return ConditionFacts.Unconditional;
        var facts = catalogue.FactsOf(provision).ToDictionary(f => f, f => Of(declaration, f), StringComparer.Ordinal);
        var truth = catalogue.Applies(provision, f => facts[f].Truth);
        // What is false rests on its weakest word: unsigned where one of the facts that it may come from is unsigned.
        var known = facts.Values.Where(f => f.Truth != Truth.Unknown).ToList();
        return new ConditionFacts
        {
            Truth = truth,
            From = [.. known.SelectMany(f => f.From)],
            Grade = known.Count > 0 && known.All(f => f.Grade is not null) ? known.Max(f => f.Grade) : null,
        };
    }

    /// <summary>Whether a unit has something to ask about, by the declaration alone.</summary>
    public static ConditionFacts Feature(Declaration declaration, TestUnit unit) => unit.Escape is null ? ConditionFacts.Unconditional : Of(declaration, unit.Escape);

    // "Some row has it": one row that says yes settles it; no needs every row to say no, and every table of that number to be there.
    private static ConditionFacts AnyRow(Declaration declaration, int number, Func<IxitRow, Truth> has)
    {
        var tables = declaration.Tables.Where(t => t.Number == number).ToList();
        if (tables.Count == 0) return ConditionFacts.Unknown;
        var rows = tables.SelectMany(t => t.Rows.Select(r => (Row: r, t.SignedBy, Has: has(r)))).ToList();
        if (rows.FirstOrDefault(r => r.Has == Truth.True) is { Row: { } yes, SignedBy: var by }) return new ConditionFacts { Truth = Truth.True, From = [Says(yes.Id, yes.Location)], Grade = by is null ? null : Grade.Declared };
        if (rows.Count == 0 ? !tables.All(t => t.IsDeclaredEmpty) : rows.Any(r => r.Has == Truth.Unknown)) return ConditionFacts.Unknown;
        var name = TableName.All[number - 1].Name;
        return new ConditionFacts
        {
            Truth = Truth.False,
            From = [Says(rows.Count == 0 ? $"table {number}-{name} is declared empty" : $"no row of {number}-{name} has it", tables[0].Location)],
            Grade = tables.All(t => t.SignedBy is not null) ? Grade.Declared : null,
        };
    }

    private static ConditionFacts HasRows(Declaration declaration, int number) => AnyRow(declaration, number, _ => Truth.True);

    private static Statement Says(string words, Evidence.Location location) => new(words, location, IsPaper: true);

    private static Truth Field(IxitRow row, string field, Func<string, bool> test) => Field(row, field, t => test(t) ? Truth.True : Truth.False);

    private static Truth Field(IxitRow row, string field, Func<string, Truth> test) => row[field] is { Length: > 0 } text && !Placeholder.Is(text) ? test(text) : Truth.Unknown;

    private static bool IsPassword(string text) => !Denies(text) && Mentions(text, "password", "passphrase", "passcode", "pin", "pins");

    private static bool NotUpdateable(string text) =>
        Denies(text) || Mentions(text, "cannot be updated", "can not be updated", "not updateable", "not updatable", "non-updateable", "non-updatable", "no update", "immutable", "never updated");

    /// <summary>The text begins by saying no: <c>None</c>, <c>N/A (…)</c>, <c>No debug port</c>, <c>Not applicable.</c></summary>
    internal static bool Denies(string text)
    {
        var word = text.AsSpan().TrimStart(" \t\n*_`>-");
        foreach (var no in new[] { "none", "no", "n/a", "na", "not applicable", "not used", "nothing", "never" })
        {
            if (word.StartsWith(no, StringComparison.OrdinalIgnoreCase) && (word.Length == no.Length || !char.IsLetterOrDigit(word[no.Length]))) return true;
        }
        return false;
    }

    // Whole words only: "pin" is not in "mapping".
    private static bool Mentions(string text, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            for (var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                var end = at + word.Length;
                if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end]) || (text[end] == 's' && (end + 1 == text.Length || !char.IsLetterOrDigit(text[end + 1]))))) return true;
            }
        }
        return false;
    }

    private static string All(IxitRow row) => string.Join('\n', row.Fields.Values);
}
