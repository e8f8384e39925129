using Assay.Assessment.Catalogues;
using Assay.Assessment.Verdicts;

namespace Assay.Assessment.Declarations;

/// <summary>
/// What the tables say about the facts that conditions ask for (<see cref="Condition.Means"/>, <see cref="TestUnit.Escape"/>). A fact is false only where
/// the maker says so: a statement under <c>conditions</c>, a table declared empty, or rows that all deny it. A missing table or field leaves it unknown.
/// </summary>
public static class DeclaredFacts
{
    /// <summary>What the declaration says of one fact; unknown facts and silence are <see cref="Truth.Unknown"/>.</summary>
    public static ConditionFacts Of(Declaration declaration, string fact)
    {
        var said = declaration.Facts.Where(f => f.Fact == fact).ToList();
        var read = fact switch
        {
            "passwords" => AnyRow(declaration, 1, r => Field(r, "Authentication Factor", IsPassword)),
            "presetPasswords" => AnyRow(declaration, 1, r => Field(r, "Authentication Factor", IsPassword) is var password and not Truth.True
                ? password
                : Field(r, "Password Generation Mechanism", t => !Denies(t) && !Checks.PresetPassword.IsNone(t) && !Checks.PresetPassword.IsUsersOwn(t))),
            "userAuthentication" => AnyRow(declaration, 1, r => Shows(r, "Target", t => Mentions(t, "user", "end-user", "owner", "operator", "administrator", "admin", "installer", "person", "resident", "customer") && !Denies(t)) is Truth.True
                ? Field(r, "Authentication Factor", t => !Denies(t))
                : Truth.Unknown),
            "networkAuthentication" => AnyRow(declaration, 1, r =>
                Shows(r, "Network Interface Proximity", t => t.Contains("network", StringComparison.OrdinalIgnoreCase) && !Denies(t))),
            "notUpdateable" => AnyRow(declaration, 6, r => Field(r, "Update Mechanism", NotUpdateable)),
            "updateMechanism" => HasRows(declaration, 7),
            // A channel of the table of communication is a network, whatever the row calls it.
            "networkUpdates" => AnyRow(declaration, 7, r =>
                Shows(r, "Description", t => Mentions(t, "network", "https", "http", "over the air", "over-the-air", "ota", "download") || Checks.Papers.References(t, [.. declaration.Tables.Where(o => o.Number == 11)]).Known.Count > 0)),
            "automaticUpdates" => AnyRow(declaration, 7, r => Shows(r, "Initiation and Interaction", t =>
                Mentions(t, "automatic", "automated", "automatically") && !Mentions(t, "not automatic", "no automatic", "not automated"))),
            "updateNotifications" => AnyRow(declaration, 7, r => Field(r, "User Notification", t => !Denies(t))),
            "hardCodedIdentity" => AnyRow(declaration, 10, r =>
                Mentions(All(r), "hard-coded unique", "hardcoded unique", "hard-coded identity") ? Truth.True : Truth.Unknown),
            "criticalParameters" => AnyRow(declaration, 10, r => Shows(r, "Type", t => t.Contains("critical", StringComparison.OrdinalIgnoreCase) && !Denies(t))),
            "sensitiveParameters" => HasRows(declaration, 10),
            "debugInterface" => AnyRow(declaration, 15, r => Field(r, "Debug Interface", t =>
                t.StartsWith("yes", StringComparison.OrdinalIgnoreCase) ? Truth.True : Denies(t) ? Truth.False : Truth.Unknown)),
            "personalData" => HasRows(declaration, 21),
            "userDataOnDevice" => HasRows(declaration, 21) is { Truth: Truth.True } rows ? rows : ConditionFacts.Unknown,
            "consent" => AnyRow(declaration, 21, r => Field(r, "Obtaining Consent", t => !Denies(t))),
            "externalSensors" => HasRows(declaration, 22),
            "telemetry" => HasRows(declaration, 24),
            _ => ConditionFacts.Unknown,
        };
        if (said.Count == 0) return read;
        // The plain word counts, a signed one first; another word or a row that shows the opposite stands against it, paper against paper.
        var word = said.FirstOrDefault(s => s.SignedBy is not null) ?? said[0];
        return new ConditionFacts
        {
            Truth = word.Holds ? Truth.True : Truth.False,
            From = [Says(word)],
            Grade = word.SignedBy is null ? null : Grade.Declared,
            Against = word.Holds ? [] : [.. said.Where(s => s.Holds).Select(Says), .. read.Truth == Truth.True ? read.From : []],
        };
    }

    private static Statement Says(FactClaim claim) => Says($"conditions: {claim.Fact}: {(claim.Holds ? "yes" : "no")}", claim.Location);

    // "Some row has it": one row that says yes settles it; no needs every row to say no, and every table of that number to be there.
    private static ConditionFacts AnyRow(Declaration declaration, int number, Func<IxitRow, Truth> has)
    {
        var tables = declaration.Tables.Where(t => t.Number == number).ToList();
        if (tables.Count == 0) return ConditionFacts.Unknown;
        var rows = tables.SelectMany(t => t.Rows.Select(r => (Row: r, t.SignedBy, Has: has(r)))).ToList();
        if (rows.FirstOrDefault(r => r.Has == Truth.True) is { Row: { } yes, SignedBy: var by })
        {
            return new ConditionFacts { Truth = Truth.True, From = [Says(yes.Id, yes.Location)], Grade = by is null ? null : Grade.Declared };
        }
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

    private static Truth Field(IxitRow row, string field, Func<string, Truth> test) =>
        row[field] is { Length: > 0 } text && !Placeholder.Is(text) ? test(text) : Truth.Unknown;

    // Words that show something, where other words do not deny it.
    private static Truth Shows(IxitRow row, string field, Func<string, bool> test) => Field(row, field, t => test(t) ? Truth.True : Truth.Unknown);

    private static bool IsPassword(string text) => !Denies(text) && Mentions(text, "password", "passphrase", "passcode", "pin", "pins");

    private static bool NotUpdateable(string text) =>
        Denies(text) || Mentions(text, "cannot be updated", "can not be updated", "not updateable", "not updatable", "non-updateable", "non-updatable",
            "no update", "immutable", "never updated");

    /// <summary>The text begins by saying no: <c>None</c>, <c>N/A (…)</c>, <c>No debug port</c>, <c>Not applicable.</c></summary>
    internal static bool Denies(string text)
    {
        // A dash stands where there is nothing to say.
        if (text.AsSpan().Trim().Trim("-\u2013\u2014").IsEmpty) return true;
        var word = text.AsSpan().TrimStart(" \t\n*_`>-");
        foreach (var no in new[] { "none", "no", "n/a", "na", "not applicable", "not used", "not asked", "not needed", "not required", "not obtained", "nothing", "never" })
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
                if (end < text.Length && text[end] == 's') end++;
                if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end]))) return true;
            }
        }
        return false;
    }

    private static string All(IxitRow row) => string.Join('\n', row.Fields.Values);
}
