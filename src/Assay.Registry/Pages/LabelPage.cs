using System.Globalization;
using Assay.Html;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Registry.Labels;
using Assay.Registry.Status;
using static Assay.Html.Forms;
using static Assay.Html.Markup;
using static Assay.Registry.Pages.PageAnswer;

namespace Assay.Registry.Pages;

/// <summary>The public page of a label, for a person without a trade: what to do first, then until when, what was checked and what was not, and what happened since.</summary>
internal static class LabelPage
{
    /// <summary>Lines of what was not checked that the page shows; the certificate holds all.</summary>
    private const int MostNotChecked = 40;
    private const int MostHistory = 40;
    private const int MostText = 300;

    public static Page Of(Office office, HttpContext context, LabelRecord label)
    {
        var file = SignedFile.Read(office.Shelf.File(label.Id, LabelShelf.Certificate) ?? throw new Refusal(404, "the certificate of the label", "none", "id"));
        var certificate = file.Certificate!;
        var check = LabelCheck.Of(file, office.OwnTrust, [], office.Time.GetUtcNow(), office.Lists.Reading(label));
        var history = office.Shelf.History(label.Id);
        return Framed(office, $"{label.Maker} {label.Model}",
        [
            check.IsTest ? P(LabelCheck.NotALabel).Class("banner") : null,
            P("Label of a device").Class("kicker"),
            H1(Data(Short(label.Maker)), " ", Data(Short(label.Model))),
        ],
        [
            ToDo(office, label, check, history),
            Facts(certificate),
            Checked(office, certificate),
            History(label, history),
            Object(office, label),
            Proof(office, label),
            context.Person() is { } person && person.Has(Role.Authority) ? Change(context, label) : null,
        ]);
    }

    // The words of semantics.md section 3 come first and alone; reasons follow.
    private static Element ToDo(Office office, LabelRecord label, LabelCheck check, IReadOnlyList<HistoryLine> history)
    {
        var now = history.LastOrDefault();
        return Section(
            H2("What to do now"),
            P($"{check.ToAPerson}.").Class("do"),
            P("This label is ", Strong(check.Words), "."),
            label.Standing != Standing.InForce && now is not null
                ? Many(
                    P("Why: ", Data(now.Reason)),
                    P("Since ", Moment(now.At), ", ", Says(now.Role), now.LookAgain is { } again ? Many(". It is looked at again by ", Day(again)) : null, "."))
                : null,
            label is { Standing: Standing.Suspended, UpdateBelow: { } ends } ? P(Strong("Version ", Data(Short(ends)), " ends this for a device: install it.")) : null,
            Meaning(check.Answer) is { } meaning ? P(meaning) : null,
            P(LabelCheck.ModelOnly),
            P("The status on this page is that of the signed list of ", Moment(office.Lists.Current.AsOf), ".").Class("soft")).Id("to-do");
    }

    private static string? Meaning(LabelAnswer answer) => answer switch
    {
        LabelAnswer.InForce => "Nothing is known to this registry that asks you to act. Keep automatic updates switched on.",
        LabelAnswer.UnderReview => "A weakness that is being used somewhere may concern this model. People are looking into it. Install updates when the maker offers them.",
        LabelAnswer.UpdateNeeded => "Look in the device's app or settings which version it runs, and install the update if it is older.",
        LabelAnswer.Suspended => "Until this is settled, use only what you need: switch the device off when you do not use it, and do not let it be reached from the internet. Install every update that the maker offers.",
        LabelAnswer.Withdrawn => "This label is no longer given and will not come back. Do not let the device be reached from the internet, and ask the maker what they advise.",
        LabelAnswer.Expired => "The label has ended. Nobody has looked at the device again since.",
        LabelAnswer.SupportEnded => "The maker no longer promises updates for this model.",
        _ => null,
    };

    private static Element Facts(Certificate certificate) => Section(
        H2("In short"),
        Dl(
            Dt("Security updates"), Dd(certificate.SupportEnd is { } end ? Many("the maker promises them until ", Day(end)) : "the maker names no date"),
            Dt("Versions"), Dd(Data(Short(certificate.Versions.ToString()))),
            Dt("What was asked of it"), Dd(Data(Short(certificate.Level.ToString()))),
            Dt("The label ends"), Dd(Day(DateOnly.FromDateTime(certificate.Expires.UtcDateTime)))).Class("facts"));

    private static Element Checked(Office office, Certificate certificate)
    {
        // Who signs without a name of their own is named by their key; the trust list knows whose it is.
        var assessor = office.Trust.Current.Keys.FirstOrDefault(k => (k.Roles & KeyRoles.Assessor) != 0 && k.Key.Name == certificate.Assessor) is { } known
            ? $"{known.Name} (key {certificate.Assessor})" : certificate.Assessor;
        var hidden = certificate.NotChecked.Count - MostNotChecked;
        return Section(
            H2("What was checked"),
            Dl(
                Dt("Examined by"), Dd(Data(Short(assessor)), ", as of ", Day(DateOnly.FromDateTime(certificate.AsOf.UtcDateTime))),
                Dt("Decided by"), Dd(Data(Short(certificate.DecidedBy)), " (", Data(Short(certificate.DecidedAs)), ")"),
                Dt("Versions examined"), Dd(Data(Short(certificate.Examined.Count == 0 ? "not named" : string.Join(", ", certificate.Examined)))),
                Dt("Held against"), Dd(Data(Short(string.Join(", ", certificate.Editions)))),
                Dt("How it was found"), Dd(Grades(certificate))).Class("facts"),
            H3("What this label does not say"),
            Ul(certificate.Limits.Take(10).Select(l => Li(Data(Short(l))))),
            certificate.NotChecked.Count == 0 ? null : Details(
                Summary(H3($"What was not checked ({certificate.NotChecked.Count.ToString(CultureInfo.InvariantCulture)})")),
                Ul(certificate.NotChecked.Take(MostNotChecked).Select(n => Li(Data(Short(n))))),
                hidden > 0 ? P($"and {hidden.ToString(CultureInfo.InvariantCulture)} more, which the certificate below names.") : null));
    }

    private static Node Grades(Certificate certificate)
    {
        var counts = certificate.Grades.Where(g => g.Value > 0).OrderBy(g => Array.IndexOf(GradeOrder, g.Key) is >= 0 and var at ? at : GradeOrder.Length).Select(g => $"{g.Value.ToString(CultureInfo.InvariantCulture)} {GradeWords(g.Key)}").ToList();
        return counts.Count == 0 ? "not counted" : Data(Short(string.Join(", ", counts)));
    }

    private static readonly string[] GradeOrder = ["tool", "lab", "supported", "declared", "open"];

    private static string GradeWords(string grade) => grade switch
    {
        "tool" => "by a tool",
        "lab" => "in a laboratory",
        "supported" => "on the maker's word with evidence",
        "declared" => "on the maker's word alone",
        "open" => "left open",
        _ => grade,
    };

    private static Element History(LabelRecord label, IReadOnlyList<HistoryLine> history) => Section(
        H2("What happened"),
        history.Count > MostHistory ? P($"The last {MostHistory} of {history.Count.ToString(CultureInfo.InvariantCulture)} changes; the log holds all.") : null,
        Ol([
            .. history.Reverse().Take(MostHistory).Select(h => Li(
                P(Moment(h.At), ": ", Strong(Words(h.Standing, h.UpdateBelow))),
                P("Why: ", Data(h.Reason)),
                P(Says(h.Role, first: true), h.LookAgain is { } again ? Many("; looked at again by ", Day(again)) : null, ". ", Small($"Entry {h.LogIndex.ToString(CultureInfo.InvariantCulture)} of the log."))))
            ,
            Li(P(Moment(label.IssuedAt), ": ", Strong("issued"), ". ", Small($"Entry {label.LogIndex.ToString(CultureInfo.InvariantCulture)} of the log."))),
        ]).Class("history")).Id("history");

    internal static string Words(Standing standing, string? below) => standing switch
    {
        Standing.InForce => "in force again",
        Standing.UnderReview => "under review",
        Standing.UpdateNeeded => $"update needed below {below}",
        Standing.Suspended => below is null ? "suspended" : $"suspended, for versions below {below}",
        _ => "withdrawn",
    };

    private static Element Object(Office office, LabelRecord label)
    {
        var contact = office.Settings.Objections;
        return Section(
            H2("How to object"),
            P("Whoever is affected by a decision on this label may object: the maker, who uses the device, anybody who knows better. Name the label's number ", Code(label.Id), " and the entry of the log."),
            contact is null ? P("Write to the operator of this registry, ", Data(office.Settings.Name), ".")
                : P("Write to ", Address.IsAllowed(contact) ? Link(contact, Data(contact.Replace("mailto:", "", StringComparison.Ordinal))) : Data(contact), ".")).Id("object");
    }

    private static Element Proof(Office office, LabelRecord label) => Section(
        H2("For those who check"),
        P("A page can say anything; signatures cannot. Look for the authority's own address, and check the files with ", Code("assay label verify"), "."),
        Dl(
            Dt("Number"), Dd(Code(label.Id)),
            Dt("Product"), Dd(Data(label.Subject)),
            Dt("Signed files"), Dd(Here($"/labels/{label.Id}/{LabelShelf.Hallmark}", "hallmark"), ", ", Here($"/labels/{label.Id}/{LabelShelf.Certificate}", "certificate")),
            Dt("The code"), Dd(Here($"/labels/{label.Id}/{LabelShelf.Picture}", "as a drawing"), ", ", Here($"/labels/{label.Id}/{LabelShelf.Bitmap}", "as a picture")),
            Dt("Status"), Dd("place ", Code(label.Slot.ToString(CultureInfo.InvariantCulture)), " in the ", Here("/status/1", "signed list"), ", with ", Here("/notices/1", "notices")),
            Dt("Log"), Dd("entry ", Code(label.LogIndex.ToString(CultureInfo.InvariantCulture)), " under this ", Here("/log/checkpoint", "checkpoint"))).Class("facts"));

    private static Element Change(HttpContext context, LabelRecord label) => Section(
        H2("Change its status"),
        label.Standing == Standing.Withdrawn ? P("A withdrawn label stays withdrawn.") : Form($"/labels/{label.Id}/status",
            context.Mark(),
            Choice("New status", "state", [("inForce", "in force"), ("underReview", "under review"), ("updateNeeded", "update needed"), ("suspended", "suspended"), ("withdrawn", "withdrawn, which is final")]),
            Field("Below which version (with \"update needed\"; with \"suspended\" where a version ends it)", "updateBelow", maxLength: StatusDesk.MaxVersion),
            Lines("Reason, for everybody to read; no names", "reason", required: true, maxLength: StatusDesk.MaxReason),
            Field("In which role", "role", required: true, maxLength: StatusDesk.MaxRole, value: "authority"),
            Field("Look again on", "lookAgain", "date"),
            P(Button("Change the status")))).Id("change");

    // Who is named here is a role; a person's name stays in the database.
    private static Node Says(string role, bool first = false)
    {
        if (role == StatusDesk.Automatic) return first ? "Noticed by a machine, decided by nobody yet" : "noticed by a machine, decided by nobody yet";
        return Many(first ? "Says " : "says ", Data(role));
    }

    private static string Short(string text) => text.Length <= MostText ? text : text[..MostText] + "…";
}
