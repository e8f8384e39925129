using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>What the rows of IXIT 23-ResMech promise: a guarantee in every row, work on the spot without the network, a clean return after loss of power.</summary>
public sealed class ResilienceDesign() : Check("resilience-design", 2, Polarity.Refute, CoverageScope.Declaration,
    "guarantees of every row of IXIT 23-ResMech, and words on work without network and on return after loss of power", "IXIT 23-ResMech with what still works without network and how the device comes back after loss of power", "5.9-1-1b", "5.9-2-1b", "5.9-2-1c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(23).ToList();
        if (rows.Count == 0)
        {
            foreach (var unit in Units) yield return Open(unit, "IXIT 23-ResMech was not handed over", "IXIT 23-ResMech");
            yield break;
        }
        foreach (var of in rows)
        {
            var says = Papers.Field(of.Row, "Security Guarantees", "Guarantees");
            yield return (Fields.Of(says) switch
            {
                Filled.Empty or Filled.Placeholder or Filled.Denied => Refutes("5.9-1-1b", $"what {Shortened.Visible(of.Row.Id)} guarantees: the field {Fields.Shown(says)}", of.Row.At("Security Guarantees")),
                Filled.Words => Supports("5.9-1-1b", $"{Shortened.Visible(of.Row.Id)} names a guarantee"),
                _ => Open("5.9-1-1b", $"{Shortened.Visible(of.Row.Id)} names no guarantee"),
            }).For(of);
        }
        foreach (var (unit, what, against, supporting) in new[] { ("5.9-2-1b", "work without the network", StopsOffline, WorksOffline), ("5.9-2-1c", "the return after loss of power", Forgets, Returns) })
        {
            var said = rows.Select(r => (Of: r, Text: string.Join("\n\n", r.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)))).ToList();
            var bad = said.Select(s => (s.Of, Sentence: Fields.Sentences(s.Text).FirstOrDefault(x => against.IsMatch(x) && !NeverStops.IsMatch(x)))).FirstOrDefault(s => s.Sentence is not null);
            if (bad.Sentence is not null) yield return Refutes(unit, $"{Shortened.Visible(bad.Of.Row.Id)} says on {what}: \"{Wording.Begin(bad.Sentence)}\"", bad.Of.Row.Location);
            else if (said.Any(s => supporting.IsMatch(s.Text))) yield return Supports(unit, $"IXIT 23-ResMech speaks of {what}");
            else yield return Open(unit, $"IXIT 23-ResMech does not speak of {what} in words that a program can read", $"a row of IXIT 23-ResMech on {what}");
        }
    }

    private static Regex StopsOffline => field ??= new(@"\b(without|when|if|as soon as|once|while) (the |an? )?(\w+ )?(network|internet|cloud|connection|server|wi-?fi|wlan|service)( (is|are) (\w+ ){0,2}(away|down|lost|missing|off|gone|unreachable|unavailable))?,? (the |it |this )?(\w+ )?(nothing (works|functions|runs)|(does|do|can|will) ?not (open|work|function|operate|start|respond|react|run|close|switch|heat|ring|play|record|lock|unlock|water|charge|clean)|(is|are) (useless|unusable|dead|locked|blocked|inoperable|stuck)|stops?\b)|\b(cannot|can not|can no longer) be (switched|operated|opened|used|controlled|closed|locked|unlocked|started|stopped|set)\b|\bwaits? (until|for) the (cloud|server|network|internet|connection)\b|\bno (local )?(control|operation|function\w*)( at all)?\W*$|\brefuses (every|all|any)\b[^.;]{0,30}\b(offline|without)\b|\b(useless|unusable|dead|inoperable|nothing works|no function\w*) without\b|\b(needs?|requires?|depends on) (the |an? )?(network|internet|cloud|connection|server|online \w+) (for|at|in) (every|all|each|any|its)\b|\bstops? (\w+ ){0,2}(when|if|without|as soon as)\b[^.;]{0,30}\b(network|internet|cloud|connection|server)\b|\b((stops?|ceases?|refuses?|fails?) (working|to work|functioning|to function|operating|to operate|all functions?)( \w+){0,6}? (offline|without (the |an? )?(network|internet|cloud|connection)|(network|internet|cloud|connection) (is )?(lost|down|unavailable|missing))|(does|do|can|will) ?not (work|function|operate|be (used|operated|controlled))( \w+){0,3}? (offline|without (the |an? )?(network|internet|cloud|connection|server))|(unusable|inoperable|inoperative|out of (service|order|function)|no (local )?function\w*( is)?( available| possible| left)?)( \w+){0,3}? (offline|without (the |an? )?(network|internet|cloud|connection)|(while|when|during) ))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NeverStops => field ??= new(@"\b(not|never|without) (stop|cease|fail|refus|los)\w*|\b(does|do|is|are|need|needs) ?(not|n['’]t) (wait|need|depend|require)|\bnothing (stops|fails|is lost|gets lost)|\bno (settings|configuration|data) (is|are|gets?) lost", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex WorksOffline => field ??= new(@"\b(local(ly)?|offline|without (the |an? )?(network|internet|cloud|connection)|continues? (to (work|operate|function|run|record|measure)|working|operating|functioning|its)|keeps? (working|running|operating|measuring|recording)|remains? (operational|usable|functional|available)|buffer\w*|cach\w+|store[sd]? and forward)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Forgets => field ??= new(@"\b(must|has to|have to|needs? to) (be )?(set ?(it )?up|pair(ed)?|configure[d]?|commission(ed)?|enter(ed)?|program(med)?)( it| everything| all)? (again|anew|afresh|from scratch)|\b(begins?|starts?) (again )?(from the (start|beginning)|at zero|from scratch|anew)|\bas (new|good as new) from the box|\bhave to be (typed|entered|keyed|set) (in )?again|\bsets? it up (anew|again)|\b(forgets?|loses?) (its |all |the |every)(\w+ )?(settings?|configuration|pairing|data|state|memory|time)?|\b(settings?|configuration|pairing|data|state|everything) (is|are|gets?|goes) (gone|lost|forgotten|wiped|erased|deleted)\b|\b(starts?|comes? up|is|boots?) in (the )?factory (state|settings|defaults?)|\b((must|has to|needs? to|have to) be (set up|configured|paired|commissioned|initiali[sz]ed|provisioned) (again|anew|from scratch)|all (settings|configuration|data) (is|are) lost|(settings|configuration) (is|are|will be) (lost|reset|erased) (after|on|by|with|when)( \w+){0,3}? (power|outage)|does not (restart|resume|recover|come back|start)( \w+){0,4}? (power|by itself|automatically)|(returns?|falls? back|resets?) to factory (defaults?|settings?)( \w+){0,4}? (power|outage))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Returns => field ??= new(@"\b(restart\w*|reboot\w*|resum\w+|recover\w*|restor\w+|(comes|come|coming) back|boots?|starts? (up )?again|returns? to (its )?(previous|last|normal|former)|non-?volatile|persist\w*|roll(s|ed)?[- ]?back|journal\w*|wear[- ]level\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
