using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every row of the component table names an update mechanism that has a row, or gives a reason why there is none.</summary>
public sealed class ComponentUpdateMechanism() : Check("component-update-mechanism", 4, Polarity.Decide, CoverageScope.Declaration,
    "an update mechanism, or a reason against one, for every row of IXIT 6-SoftComp", "IXIT 6-SoftComp and 7-UpdMech, signed, with every component's update mechanism", "5.3-1-1a", "5.5-3-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(6).ToList();
        var mechanisms = examined.Declaration.Table(7);
        if (rows.Count == 0) return Units.Select(u => Open(u, "IXIT 6-SoftComp was not handed over"));
        var answers = new List<Answer>();
        var reasons = 0;
        var unplaced = 0;
        foreach (var (table, row) in rows)
        {
            var says = Papers.Field(row, "Update Mechanism");
            var crypto = Papers.Field(row, "Cryptographic Usage");
            var usesCrypto = Wording.IsYes(crypto) || (crypto is not null && !Wording.IsNo(crypto) && !Wording.IsNotApplicable(crypto) && !NoCryptography.IsMatch(crypto) && Cryptography.IsMatch(crypto)) || (crypto is not null && crypto.Contains("Utilized:** Yes", StringComparison.OrdinalIgnoreCase));
            if (Wording.IsEmpty(says) || Declarations.Placeholder.Is(says))
            {
                answers.Add(Refutes("5.3-1-1a", $"{Shortened.Visible(row.Id)} names neither an update mechanism nor a reason against one", row.Location).On(table, row));
                if (usesCrypto) answers.Add(Refutes("5.5-3-1a", $"{Shortened.Visible(row.Id)} uses cryptography and names no update mechanism", row.Location).On(table, row));
                continue;
            }
            var (known, unknown) = Papers.References(says!, mechanisms, "UpdMech");
            if (known.Count > 0 && unknown.Count == 0) continue;
            if (unknown.Count > 0 && mechanisms is not null)
            {
                answers.AddRange(Units.Select(u => Contradicts(u, new Contradiction($"whether there is an update mechanism {unknown[0]}", Papers.Says(table, row, $"names {unknown[0]}"),
                    Papers.Says(mechanisms, mechanisms.Location, $"has no row {unknown[0]}"))).NotIn(7).On(table, row)));
                continue;
            }
            if (unknown.Count > 0) unplaced++;
            else
            {
                var never = Wording.IsNo(says) || Never.IsMatch(says!);
                // "Fixed at production" says how it is and not why.
                if (never && says!.Length < 80 && !Why.IsMatch(says)) answers.Add(Refutes("5.3-1-1a", $"{Shortened.Visible(row.Id)} cannot be updated and names no reason: \"{Wording.Begin(says)}\"", row.Location).On(table, row));
                else reasons++;
                if (usesCrypto && never)
                {
                    answers.Add(Refutes("5.5-3-1a", $"{Shortened.Visible(row.Id)} uses cryptography and has no update mechanism", row.Location).On(table, row));
                }
            }
        }
        if (answers.Count > 0) return answers;
        if (unplaced > 0) return Units.Select(u => Open(u, $"{unplaced} component(s) name update mechanisms, but IXIT 7-UpdMech was not handed over", "IXIT 7-UpdMech"));
        if (reasons > 0) return Units.Select(u => Open(u, $"{reasons} component(s) give words instead of an update mechanism; whether the reason holds is for a person", "a person's judgement of the reasons given"));
        var all = $"all {rows.Count} component(s) name an update mechanism that has a row";
        // An unsigned table is anybody's word: it may agree, it decides nothing.
        var files = rows.Select(r => r.Row.Location.Artefact).ToHashSet(StringComparer.Ordinal);
        var unread = examined.Declaration.Unread.Count(u => files.Contains(u.Location.Artefact));
        if (unread > 0) return Units.Select(u => Supports(u, $"{all}; {unread} part(s) of the papers could not be read"));
        return rows.All(r => r.Table.SignedBy is not null)
            ? Units.SelectMany(u => rows.Select(r => Holds(u, r, $"{Shortened.Visible(r.Row.Id)} names an update mechanism that has a row")))
            : Units.SelectMany(u => rows.Select(r => Supports(u, all + "; the table is not signed").On(r.Table, r.Row)));
    }

    private static Regex Never => field ??= new(@"\b(fixed (at|in|by|since|during|with|from) (the )?(production|factory|manufactur\w+|works|delivery|assembly)|(cannot|can not|can't|can never|may not|could not) be (software[- ])?(updated|upgraded|patched|changed|rewritten|replaced|altered|exchanged)|(is|are|was|were) never (updated|upgraded|changed|patched)|not (updat(e)?able|upgrad(e)?able|patchable|changeable)|non-?updat(e)?able|stays? as\b|(no|not any) (way|means|mechanism|possibility)\b|(will|shall) not be (updated|changed)|burn(t|ed) once|unchangeable|immutable|frozen|final)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Why => field ??= new(@"\b(because|since (it|the|its)|due to|reasons?|so that|in order to|for (security|safety|cost|energy|power|size)|constrained|mask rom|rom|read-only|memory|flash|kilobytes?|kb|battery|isolat\w+|security|safety|certif\w+|regulat\w+|(no|without( any)?) (external |network |remote )?(interface|input|access|attack)\w*|replac\w+|exchang\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Cryptography => field ??= new(@"\b(aes\S*|tls\S*|dtls|rsa\S*|ecdsa\S*|ecdh\S*|ed25519|x25519|sha\S*|hmac\S*|cmac|ccm|gcm|scrypt|bcrypt|argon2\w*|pbkdf2\S*|chacha\S*|wpa\d\S*|ssh|luks\d?|dm-crypt|signatures?|encrypt\w*|signed)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NoCryptography => field ??= new(@"\b(utili[sz]ed|used|usage|primitives?|cryptography)\W{1,8}(no|none|n/a)\b|\b(does|do|is|are) not (use|used)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
