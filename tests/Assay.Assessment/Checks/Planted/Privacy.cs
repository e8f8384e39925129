using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Privacy
{
    private const string Pages = "Documentation of Personal Data: https://acme.example/privacy";
    private const string Said = "Saved from https://acme.example/privacy on 2026-10-02\n";

    private const string Whole = Said + """
        What we keep and why. When you use the bell we process your e-mail address and pictures of visitors.
        We use them to show you who rang and to send you a message. Only our own servers receive them; we share nothing with others.
        You can ask us at any time what we keep and have it deleted.
        """;

    private const string Empty = Said + """
        Your trust matters very much to us here at the company. We take every care and follow all the rules that apply in all the lands where we are at home,
        and we look forward to many happy years together with you and your family and all your friends and neighbours in the street.
        """;

    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["deletion-coverage"] = new(
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures, kept in the cloud"]).Table(25, ["DelFunc-1", "Target Type: device", "Description: factory reset"]),
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures, kept in the cloud"]).Table(25, ["DelFunc-1", "Target Type: device"], ["DelFunc-2", "Target Type: cloud account"]),
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures"])),
        ["personal-data-in-clear"] = new(
            Plant.Capture().Heard(Cleartext, "an e-mail address", Traits.PersonalMarker, Traits.Remote),
            Quiet,
            Cut),
        ["sensors"] = new(
            Plant.Papers().Table(22, ["ExtSens-1", "Description: a push button"]).Table(21, ["PersData-1", "Description: pictures of the camera"]),
            Plant.Papers().Table(22, ["ExtSens-1", "Description: a camera"]).Table(21, ["PersData-1", "Description: pictures of the camera"]),
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures of the camera"])),
        ["user-decisions"] = new(
            Plant.Papers().Table(26, ["UserDec-1", "Options: on, off", "Default: no password until the user sets one"]),
            Plant.Papers().Table(26, ["UserDec-1", "Options: on, off", "Default: on"]),
            Plant.Papers()),
        ["telemetry"] = new(
            Plant.Papers().Table(24, ["TelData-1", "Description: uptime", "Purpose: "]),
            Plant.Papers().Table(24, ["TelData-1", "Description: uptime", "Purpose: to find crashes"]),
            Plant.Papers()),
        ["consent-rows"] = new(
            Plant.Papers().Table(21, ["PersData-1", "Obtaining Consent: pre-ticked during set-up", "Withdrawing Consent: not possible"]),
            Plant.Papers().Table(21, ["PersData-1", "Obtaining Consent: the user ticks a box during set-up", "Withdrawing Consent: in the app, at any time"]),
            Plant.Papers().Table(21, ["PersData-1", "Obtaining Consent: during the set-up"])),
        ["deletion-confirmation"] = new(
            Plant.Papers().Table(25, ["DelFunc-1", "Description: factory reset of the device", "Confirmation: none"]),
            Plant.Papers().Table(25, ["DelFunc-1", "Description: deletes the account", "Confirmation: the app says that the account is gone"]),
            Plant.Papers().Table(25, ["DelFunc-1", "Description: reset"])),
        ["guide-covers-decisions"] = new(
            Plant.Papers().File("documents/guide.txt", Said + "Set-up. First put the bell beside the door and screw it to the wall with the four screws from the bag. Then press the button for three seconds until the lamp is blue. Now the bell is ready and rings whenever somebody presses it.").Table(2, ["UserInfo", "Documentation of Secure Setup: https://acme.example/privacy"]).Table(26, ["UserDec-Password", "Description: the password of the owner"]),
            Plant.Papers().File("documents/guide.txt", Said + "Set-up. First put the bell beside the door and screw it to the wall with the four screws from the bag. Then press the button for three seconds until the lamp is blue. Now choose a password; we recommend a long one that you use nowhere else.").Table(2, ["UserInfo", "Documentation of Secure Setup: https://acme.example/privacy"]).Table(26, ["UserDec-Password", "Description: the password of the owner"]),
            Plant.Papers().Table(26, ["UserDec-Password", "Description: the password of the owner"])),
        ["personal-data-channels"] = new(
            Plant.Papers().Table(21, ["PersData-1", "Secure Communication Mechanisms: ComMech-Web", "Sensitive: Yes"]).Table(11, ["ComMech-Web", "Cryptographic Details: none"]),
            Plant.Papers().Table(21, ["PersData-1", "Secure Communication Mechanisms: ComMech-Web", "Sensitive: Yes"]).Table(11, ["ComMech-Web", "Cryptographic Details: TLS 1.3"]),
            Plant.Papers().Table(21, ["PersData-1", "Sensitive: Yes"])),
        ["personal-data-notice"] = new(
            Plant.Papers().File("documents/privacy.txt", Empty).Table(2, ["UserInfo", Pages]),
            Plant.Papers().File("documents/privacy.txt", Whole).Table(2, ["UserInfo", Pages]).Table(21, ["PersData-Pictures", "Description: pictures of visitors"]),
            Plant.Papers().Table(2, ["UserInfo", Pages])),
        ["published-documents"] = new(
            Plant.Papers().Table(2, ["UserInfo", "Documentation of Personal Data: TBD"]),
            Plant.Papers().File("documents/privacy.txt", Whole).Table(2, ["UserInfo", Pages]),
            Plant.Papers()),
        ["telemetry-examination"] = new(
            Plant.Papers().Table(24, ["TelData-1", "Security Examination: N/A"]),
            Plant.Papers().Table(24, ["TelData-1", "Security Examination: N/A"], ["TelData-2", "Security Examination: the cloud looks for devices that log in too often"]),
            Plant.Papers().Table(24, ["TelData-1", "Description: uptime"])),
        ["telemetry-notice"] = new(
            Plant.Papers().File("documents/privacy.txt", Empty).Table(2, ["UserInfo", "Documentation of Telemetry Data: https://acme.example/privacy"]),
            Plant.Papers().File("documents/privacy.txt", Whole + "\nIt also sends its uptime and crash reports, so that we find faults.").Table(2, ["UserInfo", "Documentation of Telemetry Data: https://acme.example/privacy"]),
            Plant.Papers().Table(2, ["UserInfo", "Documentation of Telemetry Data: https://acme.example/privacy"])),
        ["telemetry-personal-data"] = new(
            Plant.Papers().Table(24, ["TelData-1", "Personal Data: PersData-1", "Purpose: TBD"]).Table(21, ["PersData-1", "Description: an address"]),
            Plant.Papers().Table(24, ["TelData-1", "Personal Data: PersData-1", "Purpose: to find crashes"]).Table(21, ["PersData-1", "Description: an address"]),
            Plant.Papers().Table(24, ["TelData-1", "Purpose: to find crashes"])),
        ["traffic-before-consent"] = new(
            Plant.Capture().Heard(Cleartext, "an e-mail address", Traits.PersonalMarker, Traits.Remote).Told("factoryDefault", Talk.Out(1)),
            Plant.Capture().Heard(Cleartext, "an e-mail address", Traits.PersonalMarker, Traits.Remote).Told("factoryDefault", Talk.Out(1)).With(e => e with { Findings = [.. e.Findings.Where(f => !f.Has(Traits.PersonalMarker))] }),
            Plant.Capture().Told("initialised", Talk.Out(1))),
        ["undeclared-party"] = new(
            Plant.Capture().Told("initialised", Talk.Out(1, name: "api.mixpanel.com")).Table(21, ["PersData-1", "Authorized Parties: Acme"]),
            Plant.Capture().Told("initialised", Talk.Out(1), Talk.Out(2, name: "api.mixpanel.com")).Table(21, ["PersData-1", "Authorized Parties: Acme, Mixpanel"]),
            Plant.Capture().Told("initialised", Talk.Out(1, name: "api.mixpanel.com"))),
    };
}
