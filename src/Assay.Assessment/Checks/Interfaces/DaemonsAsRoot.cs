using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Network services that start as root and keep its rights, against rows of IXIT 17-PrivlCtrl that promise an account without them.</summary>
public sealed class DaemonsAsRoot() : Check("daemons-as-root", 2, Polarity.Refute, CoverageScope.Files,
    "network services that run as root, though IXIT 17-PrivlCtrl promises an account without its rights", "the list of processes of a running device with their accounts, and IXIT 17-PrivlCtrl", "5.6-7-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var root = examined.Of(FindingKind.Permission).Where(f => f.Has(Traits.RunsAsRoot)).ToList();
        // What is no network service counts where a row promises an account to it by its name.
        var others = examined.Of(FindingKind.Exposure).Where(f => f.Has(Traits.RunsAsRoot)).ToList();
        if (root.Count + others.Count == 0) return Silence(examined);
        var rows = examined.Rows(17).ToList();
        if (rows.Count == 0) return root.Count == 0 ? Silence(examined) : [Open(Units[0], $"{root.Count} service(s) start as root, and IXIT 17-PrivlCtrl was not handed over", "IXIT 17-PrivlCtrl", root)];
        foreach (var of in rows)
        {
            if (Fields.Sentences(string.Join("\n\n", of.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value))).FirstOrDefault(s => Promise.IsMatch(s) && !Exception.IsMatch(s)) is not { } promise) continue;
            // A promise for one service is broken by that service alone; one for all by any.
            var all = EveryOne.IsMatch(promise);
            var broken = root.Where(f => all || Papers.WordsFor(f).Append(f.Subject).Any(w => Wording.Names(promise, w))).Concat(others.Where(f => Wording.Names(promise, f.Subject))).ToList();
            if (broken.Count == 0) continue;
            return Refutes($"{broken.Count} service(s) start as root and keep its rights, though {Shortened.Visible(of.Row.Id)} says \"{Wording.Begin(promise)}\"", broken)
                .Append(Contradicts(Units[0], new Contradiction("with whose rights services run", Papers.Says(of.Table, of.Row, Wording.Begin(promise)), Papers.Seen(broken[0])), broken));
        }
        if (root.Count == 0) return Silence(examined);
        return [Open(Units[0], $"{root.Count} service(s) start as root; no row of IXIT 17-PrivlCtrl promises another account for them", "why each of these services needs the rights of root", root)];
    }

    private static Regex Promise => field ??= new(@"\b((un|non-?)privileged|non-?root|without root|(a |its |their )?(own|dedicated|separate|service|restricted|limited|different) (system )?(users?|accounts?|uids?|user ids?)|no (\w+ ){0,3}?(runs?|executes?|running) (as|with) root|(not|never) (run|runs|executed|started|running) (as|with) (the rights of )?root|(drops?|dropping|gives? up) (its |their |root )?(root |privileges|rights)|as (user )?(nobody|www-data|daemon|http)|(runs?|running|started|executes?|executed) (as|under) (the |a |an )?(system )?(user|account) (?!root\b)\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Exception => field ??= new(@"\b(except|apart from|other than|where possible|if possible|as far as|planned|will be|future|user accounts? of (the )?(app|owner)|web[- ]?ui users?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex EveryOne => field ??= new(@"\b(all|every|each|any|no|network[- ]facing|services|daemons|processes|servers) (\w+ ){0,2}?(services?|daemons?|process(es)?|servers?|programs?|run|runs|applications?)\b|\b(services|daemons|processes|servers)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
