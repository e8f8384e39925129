using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>How devices come back to the network after an outage, by the words of IXIT 11-ComMech and of the interface table: not all at once, and not without a pause.</summary>
public sealed class ReconnectDesign() : Check("reconnect-design", 2, Polarity.Refute, CoverageScope.Declaration,
    "connections that are retried without a pause, by the papers' own words", "how long and how randomly the device waits before it connects again (IXIT 11-ComMech, Resilience Measures)", "5.9-3-1a", "5.9-3-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(11, 23, 28).ToList();
        var texts = rows.Select(r => (Of: r, Text: string.Join("\n\n", r.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)))).ToList();
        if (rows.Count == 0)
        {
            foreach (var unit in Units) yield return Open(unit, "IXIT 11-ComMech was not handed over", "IXIT 11-ComMech");
            yield break;
        }
        var hit = false;
        foreach (var (of, text) in texts)
        {
            // A sentence that denies it, or that goes on to a pause, is no confession.
            if (Fields.Sentences(text).FirstOrDefault(s => Rushes.IsMatch(s) && !Denied.IsMatch(s) && !Pauses.IsMatch(Rushes.Replace(s, ""))) is not { } sentence) continue;
            hit = true;
            yield return Refutes("5.9-3-1b", $"{Shortened.Visible(of.Row.Id)} says \"{Wording.Begin(sentence)}\"", of.Row.Location).For(of);
        }
        if (!hit)
        {
            var pausing = texts.FirstOrDefault(t => Fields.Affirms(t.Text, Pauses) is not null);
            yield return pausing.Text is null
                ? Open("5.9-3-1b", "no row says how long the device waits before it connects again")
                : Supports("5.9-3-1b", $"{Shortened.Visible(pausing.Of.Row.Id)} names a pause before connecting again");
        }
        var orderly = texts.FirstOrDefault(t => Orderly.IsMatch(t.Text));
        yield return orderly.Text is null
            ? Open("5.9-3-1a", "no row says in which order the device joins its network")
            : Supports("5.9-3-1a", $"{Shortened.Visible(orderly.Of.Row.Id)} says how the device joins its network");
    }

    private static Regex Rushes => field ??= new(@"\b((re-?connect\w*|retr(y|ies|ied)|re-?tr(y|ies)|connect\w* again|attempts?)\b[^.;]{0,60}?\b(immediately|instantly|at once|without (any )?(delay|pause|wait\w*|back-?off|interval|limit)|as (fast|quickly|often) as possible|in a tight loop|in a busy loop)|(immediate|instant) (re-?connect\w*|retr(y|ies))|(tr(y|ies)|connects?) again (at once|immediately|instantly|without)|endless(ly)?\b[^.;]{0,40}\bwithout\b|\bno (back-?off|pause|delay|waiting time)\b|(every|each) \d{1,3} ?(ms|milliseconds?)\b|no (delay|pause|wait\w*) (before|between) (the )?(re-?connect\w*|retr(y|ies)|attempts?|connection))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Denied => field ??= new(@"\b(not|never|avoids?|prevents?|instead of|rather than|cannot|forbid\w*|prohibit\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Pauses => field ??= new(@"\b(back-?off|exponential\w*|random\w*|jitter\w*|stagger\w*|(waits?|delay|pause|interval|period|cadence)\b[^.]{0,40}\d|\d+[- ]?(s|ms|sec|seconds?|minutes?|min)\b|increasing (delay|interval|pause)s?|rate[- ]limit\w*|throttl\w+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Orderly => field ??= new(@"\b(dhcp|associat\w+|join\w*|handshake|state machine|link[- ]state|address (assignment|lease)|orderly|in order|sequence|arp|router (advertisement|solicitation))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
