using System.Globalization;
using Assay.Evidence.Reading;

namespace Assay.Traffic.Devices;

/// <summary>What kind a device may be, with how sure that is and why.</summary>
/// <param name="Confidence">0 to 1; with the other answers of one device at most 1 in sum.</param>
/// <param name="Reasons">In words, the weightiest first.</param>
public sealed record KindAnswer(string Name, double Confidence, IReadOnlyList<string> Reasons);

/// <summary>What profiles say of one fingerprint.</summary>
public sealed record KindMatch
{
    /// <summary>The likeliest first; empty where the device is of no kind that was learnt, or showed too little.</summary>
    public required IReadOnlyList<KindAnswer> Kinds { get; init; }
    /// <summary>Why there is no answer; null where there is one.</summary>
    public string? Unknown { get; init; }
    /// <summary>Share of what the device showed that the nearest kind is known to show, 0 to 1, rare traits counting more.</summary>
    public required double Explained { get; init; }
}

/// <summary>One kind, as it was learnt.</summary>
public sealed record KindProfile
{
    public required string Name { get; init; }
    /// <summary>Fingerprints that it was learnt from.</summary>
    public required int Setups { get; init; }
    /// <summary>Kinds that it is mistaken for as often as not, ordered; itself left out.</summary>
    public required IReadOnlyList<string> Alike { get; init; }
    /// <summary>Below this share of explained traits the answer is "unknown", 0 to 1.</summary>
    public required double Least { get; init; }
    /// <summary>In how many of <see cref="Setups"/> each trait was seen.</summary>
    public required IReadOnlyDictionary<string, int> Traits { get; init; }
}

/// <summary>
/// Kinds of devices by how they speak. For each kind the share of set-ups that showed a trait; a fingerprint is weighed against every kind trait by trait (Bernoulli
/// naive Bayes); what is absent counts a quarter where the capture does not hold how the device joined, since much went before then. How sure an answer is follows from how the profiles did on set-ups left out while learning.
/// </summary>
public sealed class KindProfiles
{
    /// <summary>Bytes of a file of profiles at most.</summary>
    public const int LongestFile = 32 << 20;
    internal const int MostKinds = 4096, MostTraits = 1 << 16;
    private const double Shrink = 0.1, Late = 0.25, Least = 0.001, Margin = 0.85, Shown = 0.05;
    private const int MostReasons = 5, FewestTraits = 8;

    private readonly Dictionary<string, int> index = new(StringComparer.Ordinal);
    private readonly string[] traits;
    // By kind and trait: in how many set-ups; over all kinds: in how many set-ups and of how many kinds.
    private readonly int[][] counts;
    private readonly int[] totals, spread;
    private readonly int setups;
    // Logarithms of the share that shows a trait, and of the share that does not; the latter's sums.
    private readonly double[][] present, absent;
    private readonly double[] nothing;

    internal KindProfiles(IReadOnlyList<KindProfile> kinds, double temperature, bool names)
    {
        (Kinds, Temperature, Names) = (kinds, temperature, names);
        traits = [.. kinds.SelectMany(k => k.Traits.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        for (var t = 0; t < traits.Length; t++) index.Add(traits[t], t);
        counts = new int[kinds.Count][];
        totals = new int[traits.Length];
        spread = new int[traits.Length];
        for (var k = 0; k < kinds.Count; k++)
        {
            setups += kinds[k].Setups;
            counts[k] = new int[traits.Length];
            foreach (var (trait, count) in kinds[k].Traits)
            {
                var t = index[trait];
                counts[k][t] = count;
                totals[t] += count;
                if (count > 0) spread[t]++;
            }
        }
        present = new double[kinds.Count][];
        absent = new double[kinds.Count][];
        nothing = new double[kinds.Count];
        for (var k = 0; k < kinds.Count; k++)
        {
            present[k] = new double[traits.Length];
            absent[k] = new double[traits.Length];
            for (var t = 0; t < traits.Length; t++)
            {
                var share = Share(counts[k][t], kinds[k].Setups, totals[t], setups);
                (present[k][t], absent[k][t]) = (Math.Log(share), Math.Log(1 - share));
                nothing[k] += absent[k][t];
            }
        }
    }

    /// <summary>Ordered by name.</summary>
    public IReadOnlyList<KindProfile> Kinds { get; }
    /// <summary>By what differences of weight are divided before they become shares of confidence; learnt.</summary>
    public double Temperature { get; }
    /// <summary>True where names that devices tell or ask for were learnt too.</summary>
    public bool Names { get; }
    /// <summary>Of the set-ups that were left out one after the other while learning, how many were given their own kind; (0, 0) where that is not known.</summary>
    public (int Right, int Tried) Trial { get; init; }
    /// <summary>Distinct traits that count.</summary>
    public int TraitCount => traits.Length;

    private static double Share(int count, int of, int total, int all)
    {
        var background = (total + 0.5) / (all + 1);
        return Math.Clamp((count + Shrink * background) / (of + Shrink), Least, 1 - Least);
    }

    // What a device does when it joins a network: without it, much may have been said before the capture began.
    private static double Absent(IReadOnlyList<string> shown) => shown.Any(t => t is "EAPOL" or "DHCP discover") ? 1 : Late;

    // A trait of few kinds says more than one of many; one of none the most.
    private double Weight(int trait) => Math.Log((Kinds.Count + 1.0) / (trait < 0 ? 1 : Math.Max(1, spread[trait])));

    // ---- learning

    /// <summary>Learns from labelled fingerprints. Traits that only one set-up of all showed are left out. Deterministic: the same input in any order gives the same profiles.</summary>
    /// <param name="names">Whether names that devices tell or ask for count.</param>
    /// <exception cref="ArgumentException">Fewer than two kinds.</exception>
    /// <exception cref="BudgetException">More kinds or traits than can be kept.</exception>
    public static KindProfiles Learn(IReadOnlyCollection<(string Kind, Fingerprint Fingerprint)> setups, bool names)
    {
        var examples = setups.Select(s => (s.Kind, Traits: names ? s.Fingerprint.Traits : s.Fingerprint.WithoutNames().Traits)).ToList();
        var groups = examples.GroupBy(e => e.Kind, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        if (groups.Count < 2) throw new ArgumentException(FormattableString.Invariant($"expected captures of at least two kinds, found {groups.Count}"));
        if (groups.Count > MostKinds) throw new BudgetException("kinds", MostKinds);
        var totals = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var trait in examples.SelectMany(e => e.Traits)) totals[trait] = totals.GetValueOrDefault(trait) + 1;
        if (totals.Count(t => t.Value > 1) > MostTraits) throw new BudgetException("traits", MostTraits);
        var kinds = groups.Select(g => new KindProfile
        {
            Name = g.Key,
            Setups = g.Count(),
            Alike = [],
            Least = 0,
            Traits = g.SelectMany(e => e.Traits).Where(t => totals[t] > 1).GroupBy(t => t, StringComparer.Ordinal).ToDictionary(t => t.Key, t => t.Count(), StringComparer.Ordinal),
        }).ToList();
        var draft = new KindProfiles(kinds, 1, names);
        var left = groups.SelectMany((g, k) => g.Select(e => draft.LeftOut(k, e.Traits))).Where(l => l.Scores.Length > 0).ToList();
        return new KindProfiles([.. kinds.Select((kind, k) => kind with { Least = draft.LeastOf(k, left), Alike = draft.AlikeOf(k, left) })], Calibrate(left), names)
        {
            Trial = (left.Count(l => l.Scores.IndexOf(l.Scores.Max()) == l.Kind), left.Count),
        };
    }

    /// <summary>How one set-up is weighed by profiles that did not see it. Scores are empty where its kind has no other set-up.</summary>
    private (int Kind, double[] Scores, double Explained) LeftOut(int own, IReadOnlyList<string> shown)
    {
        if (Kinds[own].Setups < 2) return (own, [], 0);
        var seen = shown.Select(t => index.GetValueOrDefault(t, -1)).ToList();
        var weight = Absent(shown);
        var scores = Scores(seen, weight);
        var isShown = new bool[traits.Length];
        foreach (var t in seen)
        {
            if (t >= 0) isShown[t] = true;
        }
        double score = 0;
        for (var t = 0; t < traits.Length; t++)
        {
            var share = isShown[t] ? Share(counts[own][t] - 1, Kinds[own].Setups - 1, totals[t] - 1, setups - 1) : Share(counts[own][t], Kinds[own].Setups - 1, totals[t], setups - 1);
            score += isShown[t] ? Math.Log(share) : weight * Math.Log(1 - share);
        }
        scores[own] = score;
        double known = 0, all = 0;
        foreach (var t in seen)
        {
            var says = Weight(t);
            all += says;
            if (t >= 0 && counts[own][t] > 1) known += says;
        }
        return (own, scores, all == 0 ? 0 : known / all);
    }

    private double LeastOf(int kind, List<(int Kind, double[] Scores, double Explained)> left)
    {
        var own = left.Where(l => l.Kind == kind).Select(l => l.Explained).Order().ToList();
        // Of one set-up alone nothing is known about the next.
        return own.Count < 2 ? 0.5 : Math.Round(Math.Clamp(own[0] * Margin, 0.3, 0.95), 3);
    }

    private string[] AlikeOf(int kind, List<(int Kind, double[] Scores, double Explained)> left)
    {
        var alike = new SortedSet<string>(StringComparer.Ordinal);
        for (var other = 0; other < Kinds.Count; other++)
        {
            if (other == kind) continue;
            var pair = left.Where(l => l.Kind == kind || l.Kind == other).ToList();
            var mistaken = pair.Count(l => l.Scores[l.Kind == kind ? other : kind] >= l.Scores[l.Kind]);
            if (mistaken > 0 && mistaken * 8 >= pair.Count) alike.Add(Kinds[other].Name);
        }
        return [.. alike];
    }

    // The temperature under which set-ups left out were least surprising.
    private static double Calibrate(List<(int Kind, double[] Scores, double Explained)> left)
    {
        if (left.Count == 0) return 16;
        double[] steps = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
        return steps.MinBy(t => Math.Round(left.Sum(l => -Math.Log(Math.Max(1e-9, Shares(l.Scores, t)[l.Kind]))), 6));
    }

    // ---- answering

    private double[] Scores(List<int> seen, double weight)
    {
        var scores = new double[Kinds.Count];
        for (var k = 0; k < scores.Length; k++)
        {
            scores[k] = weight * nothing[k];
            foreach (var t in seen)
            {
                if (t >= 0) scores[k] += present[k][t] - weight * absent[k][t];
            }
        }
        return scores;
    }

    private static double[] Shares(double[] scores, double temperature)
    {
        var best = scores.Max();
        var shares = scores.Select(s => Math.Exp((s - best) / temperature)).ToArray();
        var sum = shares.Sum();
        for (var k = 0; k < shares.Length; k++) shares[k] /= sum;
        return shares;
    }

    /// <summary>The kinds that a device may be of. No hidden state: the same fingerprint gets the same answer.</summary>
    public KindMatch Match(Fingerprint fingerprint)
    {
        var shown = Names ? fingerprint.Traits : fingerprint.WithoutNames().Traits;
        var seen = shown.Select(t => index.GetValueOrDefault(t, -1)).ToList();
        var known = seen.Where(t => t >= 0).ToList();
        if (known.Count < FewestTraits)
        {
            return new KindMatch
            {
                Kinds = [],
                Explained = 0,
                Unknown = FormattableString.Invariant($"expected at least {FewestTraits} traits that some kind has shown, found {known.Count} of {seen.Count}"),
            };
        }
        var shares = Shares(Scores(known, Absent(shown)), Temperature);
        var order = Enumerable.Range(0, shares.Length).OrderByDescending(k => shares[k]).ThenBy(k => Kinds[k].Name, StringComparer.Ordinal).ToList();
        var explained = Explained(order[0], seen);
        if (explained < Kinds[order[0]].Least)
        {
            return new KindMatch
            {
                Kinds = [],
                Explained = explained,
                Unknown = FormattableString.Invariant($"nearest is {Kinds[order[0]].Name}, which explains {explained * 100:0} % of what was seen; its own set-ups: at least {Kinds[order[0]].Least * 100:0} %"),
            };
        }
        var answers = new List<KindAnswer>();
        foreach (var k in order.Take(5))
        {
            if (answers.Count > 0 && shares[k] < Shown) break;
            answers.Add(new KindAnswer(Kinds[k].Name, Math.Round(Math.Min(shares[k], 0.99), 3), Reasons(k, known)));
        }
        return new KindMatch { Kinds = answers, Explained = explained };
    }

    private double Explained(int kind, List<int> seen)
    {
        double known = 0, all = 0;
        foreach (var t in seen)
        {
            var weight = Weight(t);
            all += weight;
            if (t >= 0 && counts[kind][t] > 0) known += weight;
        }
        return all == 0 ? 0 : known / all;
    }

    private List<string> Reasons(int kind, List<int> known)
    {
        var reasons = known.Where(t => counts[kind][t] > 0)
            .Select(t => (Trait: t, Weight: Math.Log(Share(counts[kind][t], Kinds[kind].Setups, totals[t], setups)) - Math.Log((totals[t] + 0.5) / (setups + 1))))
            .OrderByDescending(r => Math.Round(r.Weight, 6)).ThenBy(r => traits[r.Trait], StringComparer.Ordinal).Take(MostReasons)
            .Select(r => string.Create(CultureInfo.InvariantCulture,
                $"{traits[r.Trait]} (in {counts[kind][r.Trait]} of {Kinds[kind].Setups}{(spread[r.Trait] == 1 ? ", of no other kind" : $", of {spread[r.Trait] - 1} other kinds")})")).ToList();
        if (Kinds[kind].Alike.Count > 0) reasons.Add($"hard to tell from {string.Join(", ", Kinds[kind].Alike)}");
        return reasons;
    }
}
