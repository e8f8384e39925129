using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Where to report a vulnerability: the same address in every paper that names one?</summary>
public sealed class SecurityContact() : Check("security-contact", 1, Polarity.Support, CoverageScope.Declaration,
    "the same contact for reports of vulnerabilities in every paper", "the supplier's word on which contact holds, and corrected papers", "5.2-1-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var papers = new List<(string Paper, SortedSet<string> Addresses, Statement Says)>();
        foreach (var file in examined.Files.Where(f => f.Kind is FileKind.Document && f.Lines.Count > 0))
        {
            Take(file.Name, file.Lines.Select((l, i) => (file.At(i + 1), l)));
        }
        foreach (var (table, row) in examined.Rows(2))
        {
            Take($"IXIT {table.Number}-{table.Name}", row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => f.Value.Split('\n').Select(l => (row.At(f.Key), $"{f.Key}: {l}"))));
        }
        if (papers.Count < 2) return [Open(Units[0], papers.Count == 0 ? "no paper names an address for reports of vulnerabilities" : "only one paper names an address for reports of vulnerabilities", "a second paper with the contact: the saved policy, security.txt, or IXIT 2-UserInfo")];
        var answers = new List<Answer>();
        for (var i = 1; i < papers.Count; i++)
        {
            if (papers[i].Addresses.Overlaps(papers[0].Addresses)) continue;
            answers.Add(Contradicts(Units[0], new Contradiction("where to report a vulnerability", papers[0].Says, papers[i].Says)));
        }
        return answers.Count > 0 ? answers : [Supports(Units[0], $"{papers.Count} papers name the same address, {papers[0].Addresses.Min}")];

        void Take(string paper, IEnumerable<(Location Place, string Text)> lines)
        {
            var found = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
            Statement? says = null;
            var before = "";
            foreach (var (place, text) in lines)
            {
                if (!text.Contains('@', StringComparison.Ordinal))
                {
                    if (text.Trim().Length > 0) before = text;
                    continue;
                }
                // The address counts where its own line or the one before speaks of reports on security.
                if (Topic.IsMatch(text) || Topic.IsMatch(before) && !Other.IsMatch(text))
                {
                    foreach (Match address in Address.Matches(text))
                    {
                        if (found.Count < 20) found.Add(address.Value.TrimEnd('.').ToLowerInvariant());
                        says ??= new Statement($"{paper}: {Shortened.Visible(address.Value)}", place, IsPaper: true);
                    }
                }
                if (text.Trim().Length > 0) before = text;
            }
            if (says is null) return;
            var at = papers.FindIndex(p => p.Paper == paper);
            if (at < 0) papers.Add((paper, found, says));
            else papers[at].Addresses.UnionWith(found);
        }
    }

    private static Regex Topic => field ??= new(@"\b(vulnerabilit(y|ies)|security (issues?|reports?|researchers?|contact|team|flaws?|problems?|e-?mail)|disclosure|PSIRT)\b|^Contact:\s*mailto:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    // Other desks of the same maker.
    private static Regex Other => field ??= new(@"\b(sales|press|support question|privacy|data protection|warranty|jobs|marketing|customer (service|support))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex Address => field ??= new(@"(?<![\w.+-])[\w+-][\w.+-]{0,63}@[\w-]{1,63}(\.[\w-]{1,63}){1,5}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
