using Assay.Exchange.Cases;

namespace Assay.Exchange.Tests.Cases;

/// <summary>Semantics, section 4: what a machine may do to a case, what only a named person may, and what ends by itself.</summary>
public class CaseTests
{
    private static readonly DateTimeOffset Later = Examples.Signal.AddHours(1);

    [Fact]
    public void A_known_exploited_match_with_a_version_in_range_asks_for_review_and_for_nothing_more()
    {
        var one = Examples.Vulnerability();
        Assert.Equal((CaseState.Signal, Consequence.UnderReview), (one.State, one.Consequence));
        Assert.Equal((Examples.Signal, Actor.Registry), (one.SignalledAt, one.SignalledBy));
    }

    [Theory]
    [InlineData(Certainty.Candidate, true)]
    [InlineData(Certainty.Affected, false)]
    [InlineData(Certainty.Candidate, false)]
    public void A_candidate_or_a_flaw_nobody_exploits_changes_no_status(Certainty certainty, bool exploited) =>
        Assert.Equal(Consequence.None, Examples.Vulnerability(Examples.Match(certainty: certainty, exploited: exploited)).Consequence);

    [Fact]
    public void A_candidate_becomes_affected_when_an_advisory_with_versions_arrives()
    {
        var one = Examples.Vulnerability(Examples.Match(certainty: Certainty.Candidate)).Add(Later, Examples.Match());
        Assert.Equal((Certainty.Affected, Consequence.UnderReview), (one.Certainty, one.Consequence));
        Assert.Same(one, one.Add(Later, Examples.Match()));
    }

    [Fact]
    public void The_signal_stays_as_it_was_whatever_happens_later()
    {
        var one = Examples.Vulnerability();
        var after = one.Triage(Later, Examples.Ada, "reachable").Aware(Later, Examples.Ada, Later, "reproduced").Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.Suspend));
        Assert.Same(one.Events[0], after.Events[0]);
        Assert.Equal(Examples.Signal, after.SignalledAt);
        Assert.Single(one.Events);
    }

    [Fact]
    public void The_way_is_signal_triage_aware_notified_closed()
    {
        var one = Examples.Vulnerability();
        var states = new List<CaseState> { one.State };
        void Next(Case after)
        {
            one = after;
            states.Add(one.State);
        }
        Next(one.Triage(Later, Examples.Ada, "the shell is in the image"));
        Next(one.Aware(Later, Examples.Ada, Later.AddMinutes(-5), "reproduced on a device"));
        Next(one.Notified(Later, Examples.Ada, Duty.EarlyWarning, Later, "CSIRT of Example"));
        one = one.Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.UpdateNeeded));
        Next(one.Close(Later, Examples.Ada, "the update is out"));
        Assert.Equal([CaseState.Signal, CaseState.Triage, CaseState.Aware, CaseState.Notified, CaseState.Closed], states);
        Assert.Equal(Consequence.UpdateNeeded, one.Consequence);
        Assert.Equal(Later.AddMinutes(-5).AddHours(24), one.Clocks[0].Due);
        Assert.Equal(Later, one.Clocks[0].SentAt);
    }

    [Fact]
    public void The_clocks_start_at_awareness_and_not_at_the_signal()
    {
        var one = Examples.Vulnerability();
        Assert.All(one.Clocks, c => Assert.Null(c.Due));
        var aware = one.Aware(Examples.Signal.AddDays(3), Examples.Ada, Examples.Signal.AddDays(2), "the maker reproduced it");
        Assert.Equal(Examples.Signal.AddDays(3), aware.Clocks[0].Due);
        Assert.Equal("Example Devices", aware.Clocks[0].Actor);
    }

    [Theory]
    [InlineData(DecisionKind.Suspend, Consequence.Suspended)]
    [InlineData(DecisionKind.UpdateNeeded, Consequence.UpdateNeeded)]
    [InlineData(DecisionKind.NotExploitable, Consequence.None)]
    [InlineData(DecisionKind.Resume, Consequence.None)]
    public void A_decision_of_a_named_person_carries_its_consequence(DecisionKind kind, Consequence consequence)
    {
        var one = Examples.Vulnerability().Decide(Later, Examples.Ada, Examples.Decision(kind));
        Assert.Equal((consequence, Examples.InTwoWeeks), (one.Consequence, one.LookAgain));
        Assert.Equal(Examples.Ada, one.Standing!.By);
    }

    [Fact]
    public void A_machine_decides_nothing()
    {
        var one = Examples.Vulnerability();
        foreach (var machine in new[] { Actor.Registry, Actor.Gateway("g") })
        {
            Assert.Contains("a named person", Assert.Throws<RefusedException>(() => one.Decide(Later, machine, Examples.Decision(DecisionKind.Suspend))).Message, StringComparison.Ordinal);
            Assert.Throws<RefusedException>(() => one.Aware(Later, machine, Later, "x"));
            Assert.Throws<RefusedException>(() => one.Triage(Later, machine, "x"));
            Assert.Throws<RefusedException>(() => one.Close(Later, machine, "x"));
        }
    }

    public static TheoryData<string, Decision> Wrong => new()
    {
        { "words", Examples.Decision(DecisionKind.Suspend) with { Reason = " " } },
        { "objection", Examples.Decision(DecisionKind.Suspend) with { Objection = "" } },
        { "after today", Examples.Decision(DecisionKind.Suspend) with { LookAgain = new DateOnly(2026, 11, 23) } },
        { "within a year", Examples.Decision(DecisionKind.Suspend) with { LookAgain = new DateOnly(2028, 11, 23) } },
        { "updateBelow", Examples.Decision(DecisionKind.UpdateNeeded) with { UpdateBelow = null } },
        { "updateBelow", Examples.Decision(DecisionKind.Resume) with { UpdateBelow = "1.2" } },
        { "emergency", Examples.Decision(DecisionKind.Resume) with { Emergency = true } },
        { "component_not_present", Examples.Decision(DecisionKind.NotExploitable) with { Justification = "trust us" } },
        { "signed statement", Examples.Decision(DecisionKind.NotExploitable) with { Statement = null } },
        { "at most 4000", Examples.Decision(DecisionKind.Suspend) with { Reason = new string('x', 4001) } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_decision_without_its_parts_is_refused_with_what_is_missing(string said, Decision decision) =>
        Assert.Contains(said, Assert.Throws<RefusedException>(() => Examples.Vulnerability().Decide(Later, Examples.Ada, decision)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_emergency_suspension_ends_by_itself_after_its_date()
    {
        var one = Examples.Vulnerability().Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.Suspend) with { Emergency = true });
        Assert.True(one.EndsByItself);
        Assert.Same(one, one.AsOf(new DateTimeOffset(2026, 12, 7, 23, 59, 59, TimeSpan.Zero)));
        var ended = one.AsOf(new DateTimeOffset(2026, 12, 8, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal((Consequence.UnderReview, null), (ended.Consequence, ended.Standing));
        Assert.IsType<SuspensionEnded>(ended.Events[^1]);
        Assert.Same(ended, ended.AsOf(new DateTimeOffset(2027, 12, 8, 0, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void A_confirmed_emergency_suspension_stays()
    {
        var one = Examples.Vulnerability().Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.Suspend) with { Emergency = true })
            .Confirm(Later.AddDays(1), new Actor("Bo Example", "authority"), "the lab reproduced it", new DateOnly(2027, 1, 10));
        Assert.False(one.EndsByItself);
        Assert.Equal(new DateOnly(2027, 1, 10), one.LookAgain);
        var after = one.AsOf(new DateTimeOffset(2027, 2, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(Consequence.Suspended, after.Consequence);
        Assert.Throws<RefusedException>(() => one.Confirm(Later.AddDays(2), Examples.Ada, "again", new DateOnly(2027, 1, 10)));
    }

    [Fact]
    public void A_plain_suspension_does_not_end_by_itself() =>
        Assert.Equal(Consequence.Suspended, Examples.Vulnerability().Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.Suspend)).AsOf(Later.AddYears(2)).Consequence);

    [Fact]
    public void Not_exploitable_here_reopens_when_another_advisory_speaks_of_the_same_component()
    {
        var settled = Examples.Vulnerability().Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.NotExploitable));
        var reopened = settled.Concerned(Later.AddDays(1), Examples.Match(id: "CVE-2026-1").Advisory);
        Assert.Equal((CaseState.Triage, Consequence.UnderReview), (reopened.State, reopened.Consequence));
        Assert.Contains("CVE-2026-1", Assert.IsType<Reopened>(reopened.Events[^1]).Reason, StringComparison.Ordinal);
        var suspended = Examples.Vulnerability().Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.Suspend));
        Assert.Same(suspended, suspended.Concerned(Later.AddDays(1), Examples.Match(id: "CVE-2026-1").Advisory));
    }

    [Fact]
    public void New_evidence_opens_a_closed_case_and_the_same_evidence_does_not()
    {
        var closed = Examples.Vulnerability().Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.NotExploitable)).Close(Later, Examples.Ada, "settled");
        Assert.Equal(CaseState.Closed, closed.State);
        Assert.Same(closed, closed.Add(Later.AddDays(1), Examples.Match() with { Inventory = new InventoryLink(new string('b', 64), 14) }));
        var reopened = closed.Add(Later.AddDays(1), Examples.Match(source: "osv"));
        Assert.Equal((CaseState.Triage, Consequence.UnderReview), (reopened.State, reopened.Consequence));
    }

    [Fact]
    public void A_case_does_not_close_over_a_label_under_review_or_suspended()
    {
        Assert.Contains("under review", Assert.Throws<RefusedException>(() => Examples.Vulnerability().Close(Later, Examples.Ada, "done")).Message, StringComparison.Ordinal);
        var suspended = Examples.Vulnerability().Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.Suspend));
        Assert.Throws<RefusedException>(() => suspended.Close(Later, Examples.Ada, "done"));
        Assert.Equal(CaseState.Closed, suspended.Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.Resume)).Close(Later, Examples.Ada, "done").State);
    }

    [Fact]
    public void Awareness_is_not_stated_of_a_candidate_and_not_of_the_future()
    {
        Assert.Throws<RefusedException>(() => Examples.Vulnerability(Examples.Match(certainty: Certainty.Candidate)).Aware(Later, Examples.Ada, Later, "x"));
        Assert.Throws<RefusedException>(() => Examples.Vulnerability().Aware(Later, Examples.Ada, Later.AddSeconds(1), "x"));
        Assert.Throws<RefusedException>(() => Examples.Vulnerability().Notified(Later, Examples.Ada, Duty.EarlyWarning, Later, "CSIRT"));
    }

    [Fact]
    public void Every_event_comes_back_from_its_line_as_it_was()
    {
        var one = Examples.Vulnerability().Add(Later, Examples.Match(source: "osv")).Triage(Later, Examples.Ada, "a \"quoted\" \u202e word").Aware(Later, Examples.Ada, Later, "seen")
            .Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.Suspend) with { Emergency = true, Evidence = "doorbell.bin /bin/busybox at 0x10" })
            .Confirm(Later, Examples.Ada, "confirmed", Examples.InTwoWeeks)
            .MeasureIsAvailable(Later, Examples.Ada, Later, "1.2", "an update").Notified(Later, Examples.Ada, Duty.Notification, Later, "CSIRT")
            .Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.NotExploitable)).Concerned(Later, Examples.Match(id: "CVE-2026-2").Advisory)
            .Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.UpdateNeeded)).Close(Later, Examples.Ada, "done");
        var ended = Examples.Vulnerability().Decide(Later, Examples.Ada, Examples.Decision(DecisionKind.Suspend) with { Emergency = true }).AsOf(Later.AddYears(1));
        Case[] all = [one, ended, Examples.Incident().Triage(Later, Examples.Ada, "x")];
        foreach (var whole in all)
        {
            var lines = whole.Events.Select(CaseJson.Event).ToList();
            var again = Case.Of(whole.Id, [.. lines.Select(l => CaseJson.ReadEvent(l))]);
            Assert.Equal(lines, again.Events.Select(CaseJson.Event).ToList());
            Assert.Equal(CaseJson.Document(whole, Later), CaseJson.Document(again, Later));
            Assert.Equal(whole.State, again.State);
        }
        Assert.Equal(typeof(CaseEvent).Assembly.GetTypes().Count(t => t.BaseType == typeof(CaseEvent)), all.SelectMany(c => c.Events).Select(e => e.GetType()).Distinct().Count());
    }

    [Fact]
    public void A_damaged_line_is_refused()
    {
        var line = CaseJson.Event(Examples.Vulnerability().Events[0]);
        Assert.IsType<MatchSignalled>(CaseJson.ReadEvent(line));
        var random = new Random(3);
        for (var i = 0; i < 3000; i++)
        {
            var damaged = line.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                CaseJson.ReadEvent(damaged);
            }
            catch (Assay.Evidence.Reading.UnreadableException)
            {
                // Refused: what a damaged line should meet.
            }
        }
    }
}
