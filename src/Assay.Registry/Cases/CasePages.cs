using System.Globalization;
using Assay.Evidence;
using Assay.Exchange.Cases;
using Assay.Exchange.Reporting;
using Assay.Html;
using static Assay.Html.Forms;
using static Assay.Html.Markup;
using static Assay.Registry.Pages.PageAnswer;

namespace Assay.Registry.Cases;

/// <summary>The pages on which cases are triaged: what was seen beside what can be done about it.</summary>
internal static class CasePages
{
    private const int MostShown = 200;

    public static Page List(Office office, HttpContext context)
    {
        var now = office.Time.GetUtcNow();
        var all = office.Cases.All;
        var open = all.Where(c => c.IsOpen).ToList();
        return Framed(office, "Cases", [H1("Cases"), P($"{open.Count} open, {all.Count - open.Count} closed.")],
        [
            Section(H2("Open"), open.Count == 0 ? P("None.") : Cases("Open cases, the newest first", open.Take(MostShown), now),
                open.Count > MostShown ? P($"Only the newest {MostShown} are shown; the interface lists all.") : null),
            all.Count > open.Count ? Section(H2("Closed"), Cases("Closed cases, the newest first", all.Where(c => !c.IsOpen).Take(MostShown), now)) : null,
        ]);
    }

    private static Element Cases(string caption, IEnumerable<Case> cases, DateTimeOffset now) => Table(caption, ["Case", "What", "Stands at", "The label", "Next limit"], cases.Select(c => new Node[]
    {
        Here($"/cases/{c.Id}", c.Id),
        Data(c.Title),
        State(c),
        Words(c.Consequence),
        Next(c, now),
    }));

    private static string State(Case one) => one.State switch
    {
        CaseState.Signal => one.Certainty == Certainty.Candidate ? "signal, a candidate by name alone" : "signal",
        CaseState.Triage => "triage",
        CaseState.Aware => "aware",
        CaseState.Notified => "notified",
        _ => "closed",
    };

    private static string Words(Consequence consequence) => consequence switch
    {
        Consequence.UnderReview => "under review",
        Consequence.UpdateNeeded => "update needed",
        Consequence.Suspended => "suspended",
        _ => "unchanged",
    };

    private static Node Next(Case one, DateTimeOffset now)
    {
        var next = one.Clocks.Where(c => c.Due is not null && c.SentAt is null).MinBy(c => c.Due);
        return next is null ? Span("none runs") : Span(next.IsLate(now) ? Strong("late since ") : null, Moment(next.Due!.Value), " ", Duty(next.Duty));
    }

    private static string Duty(Duty duty) => duty switch
    {
        Exchange.Cases.Duty.EarlyWarning => "early warning",
        Exchange.Cases.Duty.Notification => "notification",
        Exchange.Cases.Duty.FinalReport => "final report",
        _ => "notice to users",
    };

    public static Page Of(Office office, HttpContext context, Case stored)
    {
        var now = office.Time.GetUtcNow();
        var one = office.Cases.Named(stored);
        return Framed(office, one.Id, [P(Here("/cases", "Cases")).Class("kicker"), H1(one.Id), P(Data(one.Title))],
        [
            Section(
                H2("Where it stands"),
                P($"{State(one)}; the label: {Words(one.Consequence)}."),
                one.Standing is { } standing
                    ? Many(
                        P("Decided: ", Strong(Name(standing.Decision.Kind)), " by ", Data(standing.By.ToString()), ", ", Moment(standing.At), "."),
                        P("Why: ", Data(standing.Decision.Reason)),
                        one.LookAgain is { } day ? P("Looked at again on ", Day(day), one.EndsByItself ? "; it ends by itself after that day unless confirmed." : ".") : null)
                    : P("No person has decided yet."),
                P("What users are told first: ", Data(UserNotice.Of(one).First))),
            .. Evidence(one),
            Section(
                H2("Limits"),
                P("Duty of: ", Data(one.Maker), ". A limit begins when a named person says that the maker is aware."),
                Table("Reports under Article 14", ["Report", "Due", "Why", "Sent"], one.Clocks.Select(c => new Node[]
                {
                    Duty(c.Duty)!,
                    c.Due is { } due ? Span(c.IsLate(now) ? Strong("late: ") : null, Moment(due)) : "not running"!,
                    c.Basis!,
                    c.SentAt is { } sent ? Moment(sent) : "no"!,
                }))),
            one.IsOpen ? Acts(context, one) : Section(H2("Closed"), P("New evidence opens it again.")),
            Publish(office, context, one),
            Section(H2("What happened"), Table("Events, the oldest first", ["When", "What", "By", "Words"], one.Events.Select(e => new Node[] { Moment(e.At), Happened(e)!, Data(e.By.ToString()), Data(Said(e)) }))),
        ]);
    }

    private static IEnumerable<Node?> Evidence(Case one)
    {
        if (one.Incident is { } seen)
        {
            yield return Section(
                H2("What the gateway saw"),
                Dl(
                    Dt("Kind"), Dd(Data(seen.Kind)), Dt("From"), Dd(Moment(seen.First)), Dt("To"), Dd(Moment(seen.Last)), Dt("Threshold"), Dd(Data(seen.Threshold)),
                    Dt("Frames"), Dd(seen.Frames.Count == 0 ? "none named" : string.Join(", ", seen.Frames.Take(20).Select(f => f.ToString(CultureInfo.InvariantCulture)))),
                    Dt("Targets"), Dd(Data(seen.Targets.Count == 0 ? "none named" : string.Join(", ", seen.Targets))), Dt("What it did"), Dd(Data(seen.Action)),
                    Dt("Device"), Dd(Data($"{seen.Device}{(seen.Version is { } v ? $", version {v}" : "")}")),
                    Dt("Frozen evidence"), Dd(seen.Evidence is { } sha256 ? Code(sha256) : "none"!)));
        }
        var number = 0;
        foreach (var chain in one.Chains.Take(20))
        {
            yield return Section(
                H2(number++ == 0 ? "Why: advisory, component, inventory, label" : "Further evidence"),
                P(chain.Certainty == Certainty.Affected ? "The version lies in a stated range." : "By name alone: whether this version has the flaw is not known.", " ", Data(chain.Reason)),
                Dl(
                    Dt("Advisory"), Dd(Data(chain.Advisory.Id), " (", Data(string.Join(", ", chain.Advisory.Sources)), ")", chain.Advisory.Exploited
                        ? Many(", ", Strong("exploited"), chain.Advisory.ExploitedSince is { } since ? Many(" since ", Day(since)) : null) : null),
                    Dt("Says"), Dd(Data(chain.Advisory.Summary ?? "nothing more")), Dt("First version without it"), Dd(Data(chain.Advisory.Fix ?? "not named")),
                    Dt("Component"), Dd(Data($"{chain.Component.Name} {chain.Component.Version}")), Dt("Seen"), Dd(Data($"{chain.Component.Seen} ({chain.Component.Method})")),
                    Dt("Inventory"), Dd($"{chain.Inventory.Components} components, SHA-256 ", Code(chain.Inventory.Digest)),
                    Dt("Label"), Dd(Here($"/labels/{chain.Label.Id}", Data($"{chain.Label.Maker} {chain.Label.Model}")))),
                chain.MakerSays.Count == 0 ? P("The maker says nothing about it here.")
                    : Table("Maker says; shown, and decides nothing", ["Who", "What", "Signed", "What evidence says"], chain.MakerSays.Select(w => new Node[]
                    {
                        Data(w.By), Data(w.Justification is { } why ? $"{w.Status} ({why})" : w.Status), (w.Signed ? "yes" : "no")!, Data(w.Contradiction is { } but ? $"contradicts: {but}" : "nothing against it"),
                    })));
        }
    }

    private static Element Acts(HttpContext context, Case one)
    {
        Element Act(string name, string button, params IEnumerable<Node?> fields) => Form($"/cases/{one.Id}/{name}", [context.Mark(), .. fields, P(Button(button))]);
        return Section(
            H2("What can be done"),
            H3("Triage"),
            Act("triage", "Keep this assessment", Lines("What is it, in your words", "assessment", required: true, maxLength: Case.LongestText, id: "triage-assessment")),
            one.Certainty == Certainty.Affected ? Many(
                H3("The maker is aware"),
                Act("aware", "State awareness", Field("Since (2026-11-23T09:00:00Z; empty for now)", "since", id: "aware-since"), Lines("On which evidence", "reason", required: true, maxLength: Case.LongestText, id: "aware-reason"))) : null,
            one.Label is not null ? Many(
                H3("Decide about the label"),
                Act("decision", "Decide",
                    Choice("Decision", "decision", Enum.GetValues<DecisionKind>().Where(k => one.Kind == CaseKind.Vulnerability || k != DecisionKind.NotExploitable).Select(k => (EvidenceJson.Name(k), Name(k))), id: "decision-kind"),
                    Lines("Reason, for everybody to read", "reason", required: true, maxLength: 1000, id: "decision-reason"),
                    Field("In which role", "role", maxLength: Status.StatusDesk.MaxRole, id: "decision-role"),
                    Field("Look again on", "lookAgain", "date", required: true, id: "decision-look"),
                    Field("Versions below this one need an update", "updateBelow", maxLength: 64, id: "decision-below"),
                    Field("Where the vulnerable function was seen present and reachable (for a suspension on evidence)", "evidence", maxLength: 500, id: "decision-evidence"),
                    one.Kind == CaseKind.Vulnerability ? Choice("Why it is not exploitable here", "justification", [("", "does not apply"), .. Decision.Justifications.Select(j => (j, j.Replace('_', ' ')))], id: "decision-justification") : null,
                    Boxes("An emergency", "emergency", [("true", "the suspension ends by itself unless somebody confirms it")]))) : null,
            one.EndsByItself ? Many(
                H3("Confirm the emergency suspension"),
                Act("confirm", "Confirm", Lines("Reason", "reason", required: true, maxLength: Case.LongestText, id: "confirm-reason"), Field("Look again on", "lookAgain", "date", required: true, id: "confirm-look"))) : null,
            H3("A measure is available"),
            Act("measure", "Keep it", Field("Since (empty for now)", "since", id: "measure-since"), Field("Version", "version", maxLength: 64, id: "measure-version"), Lines("What it is", "text", required: true, maxLength: Case.LongestText, id: "measure-text")),
            one.Awareness is not null ? Many(
                H3("A report was sent"),
                Act("notified", "Keep it", Choice("Which", "duty", Enum.GetValues<Duty>().Select(d => (EvidenceJson.Name(d), Duty(d))), id: "notified-duty"),
                    Field("When (empty for now)", "sentAt", id: "notified-at"), Field("To whom", "to", required: true, id: "notified-to"))) : null,
            H3("Close"),
            Act("close", "Close the case", Lines("Reason", "reason", required: true, maxLength: Case.LongestText, id: "close-reason")));
    }

    private static Element Publish(Office office, HttpContext context, Case one) => Section(
        H2("Tell others"),
        P("Drafts for the maker to complete and send: ", Here($"/api/cases/{one.Id}/article14/earlyWarning.txt", "early warning"), ", ", Here($"/api/cases/{one.Id}/article14/notification.txt", "notification"), ", ",
            Here($"/api/cases/{one.Id}/article14/finalReport.txt", "final report"), ". Nothing is sent from here."),
        office.Publications.Of(one.Id) is { Count: > 0 } published
            ? Table("Published", ["What", "For whom", "Issue", "When"], published.Select(p => new Node[] { Here(p.Path, p.Kind), Exchange.TlpLabels.Name(p.Tlp)!, p.Revision.ToString(CultureInfo.InvariantCulture)!, Moment(p.At) })) : P("Nothing is published yet."),
        one.Certainty == Certainty.Affected
            ? Form($"/cases/{one.Id}/publish", context.Mark(), Choice("For whom", "tlp", Enum.GetValues<Exchange.Tlp>().Select(t => (Exchange.TlpLabels.Name(t), Exchange.TlpLabels.Name(t))), id: "publish-tlp"),
                Field("What changed", "summary", id: "publish-summary"), P(Button("Publish advisory, VEX, STIX and notice"))) : P("A candidate is not published: whether the product is concerned is not known."));

    private static string Name(DecisionKind kind) => kind switch
    {
        DecisionKind.Suspend => "suspend",
        DecisionKind.UpdateNeeded => "update needed below a version",
        DecisionKind.NotExploitable => "not exploitable here",
        _ => "end the review, update notice or suspension",
    };

    private static string Happened(CaseEvent e) => e switch
    {
        MatchSignalled or IncidentSignalled => "signal",
        EvidenceAdded => "evidence",
        Triaged => "triage",
        BecameAware => "aware",
        Decided d => $"decided: {Name(d.Decision.Kind)}",
        SuspensionConfirmed => "suspension confirmed",
        SuspensionEnded => "suspension ended",
        MeasureAvailable => "measure available",
        NoticeSent n => $"sent: {Duty(n.Duty)}",
        Closed => "closed",
        _ => "reopened",
    };

    private static string Said(CaseEvent e) => e switch
    {
        MatchSignalled s => s.Chain.Reason,
        IncidentSignalled s => s.Incident.Threshold,
        EvidenceAdded a => a.Chain.Reason,
        Triaged t => t.Assessment,
        BecameAware a => $"since {EvidenceJson.Time(a.Since)}: {a.Reason}",
        Decided d => d.Decision.Reason,
        SuspensionConfirmed c => c.Reason,
        SuspensionEnded s => s.Reason,
        MeasureAvailable m => $"{m.Version} since {EvidenceJson.Time(m.Since)}: {m.Text}",
        NoticeSent n => $"to {n.To}, {EvidenceJson.Time(n.SentAt)}",
        Closed c => c.Reason,
        Reopened r => r.Reason,
        _ => "",
    };
}
