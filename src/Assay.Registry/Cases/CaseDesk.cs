using Assay.Exchange.Cases;
using Assay.Labels.Status;
using Assay.Registry.Labels;
using Assay.Registry.Status;

namespace Assay.Registry.Cases;

/// <summary>
/// Where cases change, one act at a time: the case's events first, then the label's standing that follows from them. What a stop leaves between the two is made good
/// by <see cref="Settle"/> at the next start. A machine puts a label under review and does nothing graver; everything else has a person behind it.
/// </summary>
public sealed class CaseDesk(CaseShelf cases, LabelShelf labels, StatusDesk desk, People people, TimeProvider time)
{
    private readonly Lock acting = new();

    public Case? Find(string id) => cases.Find(id);
    public IReadOnlyList<Case> All => cases.All;
    public CaseShelf Shelf => cases;

    /// <summary>The case with the names of people that are still known, for those who may read them.</summary>
    public Case Named(Case one) => Case.Of(one.Id, [.. one.Events.Select(e => e.By.IsMachine ? e : e with { By = e.By with { Name = people.Name(e.By.Name) ?? "a name that was forgotten" } })]);

    /// <summary>A person's act. When this returns it is kept, and what it means for the label is in the signed list.</summary>
    /// <exception cref="Refusal">404 no such case, 422 the case does not allow it.</exception>
    public Case Act(string id, Func<Case, DateTimeOffset, Case> act)
    {
        lock (acting)
        {
            var now = Now();
            var one = (cases.Find(id) ?? throw new Refusal(404, "the number of a case", "another", "id")).AsOf(now);
            try
            {
                one = act(one, now);
            }
            catch (RefusedException refused)
            {
                throw new Refusal(422, refused.Expected, refused.Found, refused.Where);
            }
            cases.Keep(_ => [one]);
            if (one.Label is { } label) Settle([label.Id]);
            return one;
        }
    }

    /// <summary>What an import brought.</summary>
    public sealed record Signals(IReadOnlyList<Case> Opened, IReadOnlyList<Case> Changed);

    /// <summary>Matches: a known-exploited one opens a case, one about a known case is added to it, and any of them reopens what was called not exploitable.</summary>
    public Signals Signal(IReadOnlyList<Chain> chains)
    {
        lock (acting)
        {
            var now = Now();
            var touched = new Dictionary<string, Case>(StringComparer.Ordinal);
            var fresh = new Dictionary<(string Label, string Name), string>();
            var opened = new HashSet<string>(StringComparer.Ordinal);
            cases.Keep(next =>
            {
                foreach (var chain in chains)
                {
                    var names = chain.Advisory.Aliases.Append(chain.Advisory.Id).Distinct(StringComparer.Ordinal).ToList();
                    var known = names.Select(n => fresh.GetValueOrDefault((chain.Label.Id, n))).FirstOrDefault(i => i is not null) ?? cases.Find(chain.Label.Id, names)?.Id;
                    if (known is not null)
                    {
                        var before = touched.GetValueOrDefault(known) ?? cases.Find(known)!;
                        // Another part of the same product with the same flaw belongs to the same case, as evidence.
                        var after = before.Add(now, chain);
                        if (!ReferenceEquals(before, after)) touched[known] = after;
                    }
                    else if (chain.Advisory.Exploited)
                    {
                        var one = Case.Open(next(now), new MatchSignalled(now, Actor.Registry, chain));
                        touched[one.Id] = one;
                        opened.Add(one.Id);
                        foreach (var name in names) fresh[(chain.Label.Id, name)] = one.Id;
                    }
                    foreach (var other in cases.OfLabel(chain.Label.Id))
                    {
                        var before = touched.GetValueOrDefault(other.Id) ?? other;
                        if (before.Id == known || before.Chain is not { } own || own.Component.Name != chain.Component.Name || names.Contains(own.Advisory.Id)) continue;
                        var after = before.Concerned(now, chain.Advisory);
                        if (!ReferenceEquals(before, after)) touched[other.Id] = after;
                    }
                }
                return [.. touched.Values];
            });
            Settle(touched.Values.Select(c => c.Label!.Id));
            return new Signals([.. touched.Values.Where(c => opened.Contains(c.Id))], [.. touched.Values.Where(c => !opened.Contains(c.Id))]);
        }
    }

    /// <summary>A gateway's incident; the same one twice is one case.</summary>
    public (Case Case, bool IsNew) Report(IncidentRecord incident, string gatewayName)
    {
        lock (acting)
        {
            if (cases.FindIncident(incident.Gateway, incident.Id) is { } known) return (known, false);
            var now = Now();
            var label = incident.Label is { } id && labels.Find(id) is { } record ? Link(record) : null;
            return (cases.Keep(next => [Case.Open(next(now), new IncidentSignalled(now, Actor.Gateway(gatewayName), incident, label))])[0], true);
        }
    }

    public static LabelLink Link(LabelRecord label) => new(label.Id, label.Subject, label.Maker, label.Model, [label.Versions.ToString()]);

    /// <summary>Ends emergency suspensions whose date has passed, and brings every label to what its cases say.</summary>
    public void SettleAll()
    {
        lock (acting)
        {
            var now = Now();
            var ended = cases.All.Select(c => (Before: c, After: c.AsOf(now))).Where(c => !ReferenceEquals(c.Before, c.After)).Select(c => c.After).ToList();
            if (ended.Count > 0) cases.Keep(_ => ended);
            Settle(cases.All.Select(c => c.Label?.Id).OfType<string>());
        }
    }

    private void Settle(IEnumerable<string> ids)
    {
        var changes = ids.Distinct(StringComparer.Ordinal).Select(Change).OfType<StatusChange>().ToList();
        if (changes.Count == 0) return;
        try
        {
            desk.ChangeAll(changes);
        }
        catch (Refusal) when (changes.Count > 1)
        {
            // An authority was faster with one of the labels; the others are not its hostages.
            foreach (var change in changes)
            {
                try
                {
                    desk.Change(change);
                }
                catch (Refusal refused)
                {
                    Console.Error.WriteLine($"assay serve: label {change.Label} does not follow its case: {refused.Message}");
                }
            }
        }
    }

    // What an authority set by hand, outside of any case, is left alone unless a case says something graver, or later.
    private StatusChange? Change(string id)
    {
        if (labels.Find(id) is not { Standing: not Standing.Withdrawn } label) return null;
        var own = cases.OfLabel(id);
        var last = labels.History(id).LastOrDefault();
        var leading = own.Where(c => c.Consequence != Consequence.None).OrderByDescending(c => c.Consequence).ThenByDescending(c => c.LastChange).FirstOrDefault();
        if (leading is null)
        {
            if (label.Standing == Standing.InForce || last?.Case is not { } behind || own.FirstOrDefault(c => c.Id == behind) is not { } settled) return null;
            var by = settled.Events.LastOrDefault(e => !e.By.IsMachine)?.By;
            return Change(label, Standing.InForce, null, settled.Standing?.Decision.Reason ?? "the case no longer asks for it", by, null, settled);
        }
        var to = leading.Consequence switch
        {
            Consequence.Suspended => Standing.Suspended,
            Consequence.UpdateNeeded => Standing.UpdateNeeded,
            _ => Standing.UnderReview,
        };
        var below = to == Standing.UnderReview ? null : leading.EndsWith;
        if (last is { Case: null } && (last.At >= leading.LastChange || Gravity(label.Standing) > Gravity(to))) return null;
        if (label.Standing == to && label.UpdateBelow == below && (to == Standing.UnderReview || last?.LookAgain == leading.LookAgain)) return null;
        var reason = leading.Standing?.Decision.Reason
            ?? $"{leading.Vulnerability} is known to be exploited, and {leading.Chain!.Reason}";
        var decider = leading.Standing?.By ?? (label.Standing == Standing.InForce ? null : leading.Events.LastOrDefault(e => !e.By.IsMachine)?.By ?? LastPerson(own));
        return Change(label, to, below, reason, decider, leading.LookAgain, leading);
    }

    private static Actor? LastPerson(IEnumerable<Case> own) => own.SelectMany(c => c.Events).Where(e => !e.By.IsMachine).OrderBy(e => e.At).LastOrDefault()?.By;

    private static int Gravity(Standing standing) => standing switch { Standing.Suspended => 3, Standing.UpdateNeeded => 2, Standing.UnderReview => 1, _ => 0 };

    private StatusChange? Change(LabelRecord label, Standing to, string? below, string reason, Actor? by, DateOnly? lookAgain, Case one)
    {
        // The desk lets no machine do this: it follows from a person's act in a case that was lost from view.
        if (by is null && (label.Standing != Standing.InForce || to != Standing.UnderReview)) return null;
        return new StatusChange
        {
            Label = label.Id,
            To = to,
            UpdateBelow = below,
            Reason = reason.Length <= NoticeList.MaxReason ? reason : reason[..(NoticeList.MaxReason - 1)] + "…",
            Role = by?.Role ?? StatusDesk.Automatic,
            By = by is null ? null : new Person(by.Name, people.Name(by.Name) ?? "", Role.None),
            LookAgain = lookAgain,
            Case = one.Id,
        };
    }

    // Events are kept with microseconds.
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
