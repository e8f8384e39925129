using System.Globalization;
using Assay.Html;
using Assay.Labels.QrCode;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using static Assay.Html.Markup;

namespace Assay.Labels.Page;

/// <summary>A line that people ask for, in words.</summary>
public sealed record SheetFact(string Name, string Says);

/// <summary>The sheet that lies beside a device or hangs on a shelf: its code, how large to print it, and what people ask first. Offline, from signed files alone.</summary>
/// <remarks>A fact that no file at hand carries is unknown and said to be; none is guessed from another.</remarks>
public sealed record LabelSheet
{
    public required Hallmark Hallmark { get; init; }
    /// <summary>The one that the hallmark points to; null where it is not at hand.</summary>
    public Certificate? Certificate { get; init; }
    /// <summary>Of the statement that the certificate names; null where it is not at hand.</summary>
    public AssessmentSummary? Assessment { get; init; }
    public required QrCode.QrCode Code { get; init; }
    /// <summary>Who vouches for the key that signed; null where nobody does.</summary>
    public TrustedKey? Issuer { get; init; }
    public Paper Paper { get; init; }

    private bool IsTest => Issuer is not { IsAuthority: true };

    public IReadOnlyList<SheetFact> Facts =>
    [
        new("Security updates", Hallmark.SupportEnd is { } end ? $"promised by the maker until {Iso(end)}" : "unknown: the maker names no date"),
        new("Automatic updates", AutomaticUpdates()),
        new("Default password", DefaultPassword()),
        new("Data shared", DataShared()),
        new("Authority", IsTest ? "none: nobody in a trust list vouches for the key that signed this" : Issuer!.Address is { } address ? $"{Issuer.Name}, at {address}" : $"{Issuer.Name}; its own address is unknown here"),
    ];

    private string AutomaticUpdates() => Of("5.3-4") switch
    {
        { Outcome: "pass" } found => $"they can install by themselves, and do so from the first use on{How(found)}",
        { Outcome: "fail" } found => $"they do not install by themselves from the first use on{How(found)}",
        { Outcome: "notClaimed" } => "the maker does not claim that they install by themselves",
        { Outcome: "notApplicable" } => "none: no part of it is said to take updates",
        { } open => Open(open),
        null => NotAtHand,
    };

    private string DefaultPassword() => Of("5.1-1") switch
    {
        { Outcome: "pass" } found => $"none that devices share: each has its own, or its user sets one{How(found)}",
        { Outcome: "fail" } found => $"not each device has its own, and its user does not always set one{How(found)}",
        { Outcome: "notApplicable" } => "it is said to have no password",
        { } open => Open(open),
        null => NotAtHand,
    };

    private string DataShared()
    {
        var told = Of("6-1") switch
        {
            { Outcome: "pass" } found => $"the maker tells which personal data are used, by whom and what for{How(found)}",
            { Outcome: "fail" } found => $"the maker does not tell all of which personal data are used, by whom and what for{How(found)}",
            { Outcome: "notApplicable" } => "it is said to use no personal data",
            { } open => Open(open),
            null => NotAtHand,
        };
        var usage = Of("6-5") switch
        {
            { Outcome: "pass" } found => $"; it sends usage data, and its users are told which{How(found)}",
            { Outcome: "fail" } found => $"; it sends usage data, and its users are not told all of it{How(found)}",
            { Outcome: "notApplicable" } => "; it is said to send no usage data",
            _ => "",
        };
        return told + usage;
    }

    private ProvisionAnswer? Of(string provision) => Assessment?.Answers.FirstOrDefault(a => a.Provision == provision);

    private const string NotAtHand = "unknown: no file at hand says so";
    private static string Open(ProvisionAnswer answer) => answer.Outcome == "disputed" ? "unknown: what is said about it contradicts itself" : "unknown: the assessment left it open";

    private static string How(ProvisionAnswer answer) => answer.Grade switch
    {
        "tool" => " (found by a tool)",
        "lab" => " (examined in a laboratory)",
        "supported" => " (the maker's word, and evidence)",
        "declared" => " (the maker's word)",
        _ => "",
    };

    /// <summary>UTF-8 HTML that stands alone and prints on one page.</summary>
    public Html.Page ToPage()
    {
        var product = Certificate is { } account ? $"{account.Maker} {account.Model}" : Hallmark.Subject;
        var width = Code.Millimetres.ToString("0.0", CultureInfo.InvariantCulture);
        return new Html.Page
        {
            Title = $"{product}: label",
            Paper = Paper,
            Body =
            [
                Main(
                    Header(
                        IsTest ? P(LabelCheck.NotALabel).Class("banner") : null,
                        P("Label of a device").Class("kicker"),
                        H1(Data(product))),
                    Section(
                        Div(Drawn(width)).Class("code"),
                        P("Whether it is still in force, the code says: scan it, or check it with ", Markup.Code("assay label verify"), ".")).Class("scan"),
                    Section(
                        H2("In short"),
                        Dl([.. Facts.SelectMany(f => new Node[] { Dt(f.Name), Dd(Data(f.Says)) }),
                            Dt("Versions"), Dd(Data(Hallmark.Versions.ToString())),
                            Dt("What was asked of it"), Dd(Data((Certificate?.Level ?? Hallmark.Level).ToString())),
                            Dt("The label ends"), Dd(Iso(DateOnly.FromDateTime(Hallmark.Expires.UtcDateTime)))]).Class("facts")),
                    Section(
                        P(LabelCheck.ModelOnly),
                        P(IsTest ? "Whoever prints this by hand can print anything: only the signature in the code counts."
                            : "A page behind a picture can say anything: look for the authority at its own address."),
                        P($"Code: version {Code.Version.ToString(CultureInfo.InvariantCulture)}, level {Code.Level}, {width} mm wide with its white margin. Do not print it smaller.").Class("soft")))
                    .Class(Paper == Paper.A6 ? "label-sheet small" : "label-sheet").Id("content"),
            ],
        };
    }

    private Element Drawn(string width)
    {
        var side = (Code.Size + 2 * QrCode.QrCode.QuietZone).ToString(CultureInfo.InvariantCulture);
        return Drawing(IsTest ? $"Code of a test, {LabelCheck.NotALabel}" : "Code of the label",
            Shape("rect").With("width", side).With("height", side).Class("quiet"),
            Shape("path").With("d", LabelPicture.Path(Code)).Class("modules"))
            .With("viewBox", $"0 0 {side} {side}").With("width", $"{width}mm").With("height", $"{width}mm");
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
