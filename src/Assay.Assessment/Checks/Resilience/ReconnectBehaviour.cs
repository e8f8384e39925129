using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>How the device tries to connect while nobody answers: a burst of attempts, or an even rhythm where the papers promise growing or random pauses.</summary>
/// <remarks>It speaks only of an outage that is in the capture: a place that answered at another time and then did not. Quiet captures say nothing.</remarks>
public sealed class ReconnectBehaviour() : Check("reconnect-behaviour", 1, Polarity.Refute, CoverageScope.Capture,
    "bursts of connections, and missing pauses, while a place that answered before does not", "a capture of an hour, started with everything working, in which the internet is cut for ten minutes behind the router (mac in device.yaml)", "5.9-3-2a")
{
    /// <summary>More connections to one place within <see cref="Window"/> than any protocol's own repetition makes.</summary>
    public const int Burst = 20;
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    public override IEnumerable<Answer> Look(Examined examined)
    {
        if (examined.Captures.Count == 0) return [Open(Units[0], "no capture was handed over")];
        if (!examined.Captures.Any(c => c.IsOfDevice)) return [Open(Units[0], "in no capture is the device itself known by its address", "mac: in device.yaml, and a capture with an outage")];
        var outages = Outage.In(examined);
        if (outages.Count == 0) return [Open(Units[0], "no capture holds an outage: every place that answered the device went on answering")];
        var answers = new List<Answer>();
        var promise = Promise(examined);
        foreach (var outage in outages)
        {
            if (Densest(outage.Attempts) is { Count: >= Burst } dense)
            {
                answers.Add(Refutes(Units[0], string.Create(CultureInfo.InvariantCulture, $"{dense.Count} connections to {Shortened.Visible(outage.To)} within {Window.TotalSeconds:0} s while nobody answered"), dense.From.At(outage.Capture.Artefact)));
            }
            else if (promise is { } promised && IsEven(outage, out var every))
            {
                var seen = new Statement(string.Create(CultureInfo.InvariantCulture, $"{outage.Attempts.Count} attempts at {Shortened.Visible(outage.To)}, one every {every:0.0} s"), outage.Attempts[0].At(outage.Capture.Artefact), IsPaper: false);
                answers.Add(Refutes(Units[0], string.Create(CultureInfo.InvariantCulture, $"{outage.Attempts.Count} attempts at {Shortened.Visible(outage.To)} come evenly, one every {every:0.0} s, though growing or random pauses are declared ({promised.Row.Row.Location})"), outage.Attempts[0].At(outage.Capture.Artefact)));
                answers.Add(Contradicts(Units[0], new Contradiction("how long the device waits before it connects again", Papers.Says(promised.Row.Table, promised.Row.Row, Wording.Begin(promised.Sentence)), seen)));
            }
        }
        if (answers.Count > 0) return answers;
        var longest = outages.MaxBy(o => o.Length)!;
        return longest.Length >= TimeSpan.FromMinutes(1)
            ? [Supports(Units[0], string.Create(CultureInfo.InvariantCulture, $"{outages.Sum(o => o.Attempts.Count)} attempts in {outages.Count} outage(s) of single places, the longest of {longest.Length.TotalSeconds:0} s; no burst")) with { Locations = [longest.Attempts[0].At(longest.Capture.Artefact)] }]
            : [Open(Units[0], "the outages in the captures are shorter than a minute")];
    }

    private static (int Count, Conversation From)? Densest(IReadOnlyList<Conversation> attempts)
    {
        var best = (Count: 0, From: attempts[0]);
        for (int from = 0, to = 0; from < attempts.Count; from++)
        {
            while (to < attempts.Count && attempts[to].First - attempts[from].First <= Window) to++;
            if (to - from > best.Count) best = (to - from, attempts[from]);
        }
        return best;
    }

    // Six pauses or more that differ by less than a tenth: neither growing nor random. A pause that grows to a limit begins below it, and this outage begins within the capture.
    private static bool IsEven(Outage outage, out double seconds)
    {
        var pauses = outage.Attempts.Zip(outage.Attempts.Skip(1), (a, b) => (b.First - a.First).TotalSeconds).ToList();
        seconds = pauses.Count == 0 ? 0 : pauses.Average();
        if (pauses.Count < 6 || seconds < 0.5) return false;
        var mean = seconds;
        return outage.Capture.Conversations.Any(c => c.IsAnswered && c.IsOutward && c.First < outage.Begin) && pauses.All(p => Math.Abs(p - mean) < 0.1 * mean);
    }

    private static ((Declarations.IxitTable Table, Declarations.IxitRow Row) Row, string Sentence)? Promise(Examined examined)
    {
        var rows = examined.Rows(11, 23, 28).Select(r => (Of: r, Text: string.Join("\n\n", r.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)))).ToList();
        // Another row may declare the even rhythm that was seen.
        if (rows.Any(r => Fields.Affirms(r.Text, Fixed) is not null)) return null;
        foreach (var (of, text) in rows)
        {
            if (Fields.Sentences(text).FirstOrDefault(s => Growing.IsMatch(s) && Connecting.IsMatch(s) && !Elsewhere.IsMatch(s) && !Fields.Negation.IsMatch(s)) is { } sentence) return (of, sentence);
        }
        return null;
    }

    private static Regex Growing => field ??= new(@"\b(exponential\w*|jitter\w*|random\w* (delay|wait|pause|interval|time|back-?off|period)\w*|randomi[sz]ed|(increas|grow)ing (delay|wait|pause|interval|period)s?|back-?off (grows|doubles|increases)|doubl(es|ed|ing) (the |its )?(delay|wait|pause|interval|period))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Connecting => field ??= new(@"\b(re-?connect\w*|retr(y|ies|ied)|connect\w*|attempts?|cloud|broker|server|backend|mqtt|https?|tls)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // Address leases, time and the radio link have pauses of their own.
    private static Regex Elsewhere => field ??= new(@"\b(dhcp|arp|s?ntp|dns|wi-?fi|wlan|associat\w+|access point|link[- ]layer|radio)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Fixed => field ??= new(@"\b(fixed|constant|static|default|even|every)( \w+){0,3}? (retry|re-?connect\w*|delay|interval|pause|period|\d+[- ]?(s|sec|seconds?|minutes?))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
