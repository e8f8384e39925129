using static Assay.Assessment.Tests.Mutation.HeldOutFourth;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>Faults of the fifth set in the conformance statement, the detail tables, and the files beside them: numbers, dates, enumerations, references.</summary>
internal static class HeldOutFifthFields
{
    // Papers that contradict one another: they go back to the maker.
    private static readonly HeldOutFault[] Contradictions =
    [
        Against("no passwords, says the statement; one, says the table", ["5.1-1-1a", "5.1-1-2a", "5.1-5-1a", "5.1-3-1a", "5.1-4-1a"], d => d.Condition("passwords", "no").Claim("5.1-1", "n/a", "There are no passwords.")),
        Against("no telemetry, says the statement; some, says the table", ["5.10-1-1a", "6-5-1a", "6-4-1a", "6-5-2b"], d => d.Condition("telemetry", "no").Claim("6-5", "n/a", "There is no telemetry.")),
        Against("no update mechanism, says the statement; one, says the table", ["5.3-3-1a", "5.3-7-1a", "5.3-8-1a", "5.3-2-1a", "5.3-4-1a"], d => d.Condition("updateMechanism", "no").Claim("5.3-7", "n/a", "There are no updates.")),
        Against("no updates by network, says the statement; HTTPS, says the table", ["5.3-10-1a", "5.3-10-1b", "5.3-10-1c"], d => d.Condition("networkUpdates", "no").Claim("5.3-10", "n/a", "Updates come by cable.")),
        Against("no automatic updates, says the statement; at night, says the table", ["5.3-6-1a", "5.3-6-1b", "5.3-6-1c"], d => d.Condition("automaticUpdates", "no").Condition("updateNotifications", "no").Claim("5.3-6", "n/a", "Nothing is automatic.")),
        Against("no debug interface, says the statement; test pads, says the table", ["5.6-4-1a", "5.6-4-1b", "5.6-4-1c", "5.6-4-2a"], d => d.Condition("debugInterface", "no").Claim("5.6-4", "n/a", "There is no debug interface.")),
        Against("no consent, says the statement; item by item, says the table", ["6-2-1a", "6-3-1a", "6-2-2a"], d => d.Condition("consent", "no").Claim("6-2", "n/a", "Nothing rests on consent.")),
        Against("nobody logs in, says the statement; the owner, says the table", ["5.1-4-1a", "5.1-4-2a"], d => d.Condition("userAuthentication", "no").Claim("5.1-4", "n/a", "Nobody logs in.")),
        Against("not applicable, with its condition true", ["5.4-2-1a", "5.4-2-1b", "5.4-2-1c", "5.4-2-2a"], d => d.Condition("hardCodedIdentity", "yes")),
        Against("preset passwords, and none generated", ["5.1-2-1a", "5.1-2-1b", "5.1-2-1c", "5.1-2-1d", "5.1-1-1a"], d => d.Condition("presetPasswords", "yes")),
        Against("a support period of another day in the sheet", ["5.3-13-2c", "5.3-13-1a"], d => d.Told(HonestDossier.Sheet, "supportEnd: 2031-12-31", "supportEnd: 2029-06-30")),
        Against("a support period of another day in the table", ["5.3-13-2c", "5.3-13-1a"], d => d.Record("Support Period", "Until 2028-03-31, for every component that can be updated")),
        Against("updates that end before the support does", ["5.3-13-1a", "5.3-8-1a", "5.3-13-2c"], d => d.Field("UpdProc-1", "Time Frame", "30 days from the report, 7 days for critical ones, until 2027-12-31")),
        Against("another model in the statement", ["5.3-16-2b", "5.3-16-1a"], d => d.Told(HonestDossier.Ics, "model: EDB-100", "model: EDB-250")),
        Against("another model in the profile for networks", ["5.3-16-2b", "5.3-16-1a"], d => d.Told("mud/edb-100.json", "\"model-name\": \"EDB-100\"", "\"model-name\": \"EDB-900\"")),
        Against("a parameter sent over a channel that no row has", ["5.5-6-1a", "5.5-7-1a", "5.4-1-1a"], d => d.Field("SecParam-1", "Secure Communication Mechanisms", "ComMech-7")),
        Against("an input of a service that no row has", ["5.13-1-1a"], d => d.Field("InpVal-1", "Source", "SoftServ-12")),
        Against("a channel over an interface that no row has", ["5.5-1-1a", "5.5-1-1b", "5.6-1-1a", "5.6-1-2b"], d => d.Field("ComMech-1", "Interface", "Intf-9")),
        Against("telemetry with personal data that no row has", ["6-4-1a", "6-5-2b"], d => d.Field("TelData-1", "Personal Data", "PersData-7")),
        Field("channels over an interface that is off", ["5.6-1-1a", "5.6-1-2a", "5.5-1-1a"], d => d.Field("Intf-1", "Status", "Disabled")),
        Field("automatic updates off at first, and on at first", ["5.3-4-1b", "5.3-6-1c", "5.12-1-1b"], d => d.Field("UserDec-2", "Default", "Off")),
        Against("rings kept thirty days, and a year", ["6-1-2b"], d => d.Field("PersData-1", "Lifecycle", "Deleted after 365 days")),
        Against("a microphone in the guide alone", ["5.8-3-1a", "5.8-3-1c", "5.8-3-1b"], d => d.Told("documents/user-guide.md", "The button is the only sensor: there is no camera and no microphone.", "The doorbell has a button and a microphone.")),
        Against("a part of the image that the bill of materials leaves out", ["5.2-3-1a", "5.3-1-1b"], d => d.With("sbom/edb-100.cdx.json", WithoutUpdater(d.Text("sbom/edb-100.cdx.json")))),
        Against("another kernel in the bill of materials", ["5.2-3-1a", "5.5-2-2a"], d => d.Told("sbom/edb-100.cdx.json", "5.10.245", "4.14.98")),
    ];

    // What the tables say is no answer to what is asked.
    private static readonly HeldOutFault[] Weak =
    [
        Field("no look for updates", ["5.3-5-1a"], d => d.Field("UpdMech-1", "Update Checking", "Never")),
        Field("a look for updates every two years", ["5.3-5-1a"], d => d.Field("UpdMech-1", "Update Checking", "Every 24 months")),
        Field("updates by hand alone", ["5.3-4-1a"], d => d.Field("UpdMech-1", "Initiation and Interaction", "Manual")),
        Field("automatic updates that are off at first", ["5.3-4-1b", "5.3-6-1c"], d => d.Field("UpdMech-1", "Configuration", "The owner can switch automatic updates on; default: off").Field("UserDec-2", "Default", "Off")),
        Field("an update signed with SHA-1 and a short key", ["5.3-7-1c", "5.3-7-1d"], d => d.Field("UpdMech-1", "Cryptographic Details", "RSA-1024 with SHA-1; transport TLS 1.3")),
        Field("an update checked by CRC32", ["5.3-7-1c", "5.3-7-1b", "5.3-9-1b"], d => d.Field("UpdMech-1", "Cryptographic Details", "CRC32")),
        Field("an update that guarantees nothing", ["5.3-7-1a"], d => d.Field("UpdMech-1", "Security Guarantees", "None")),
        Field("an update that guarantees availability", ["5.3-7-1a"], d => d.Field("UpdMech-1", "Security Guarantees", "Availability")),
        Field("TLS 1.1 on the channel to the cloud", ["5.5-1-1c", "5.5-1-1d"], d => d.Field("ComMech-2", "Cryptographic Details", "TLS 1.1, AES-128-CBC, HMAC-SHA1")),
        Field("SSL 3 on the channel to the cloud", ["5.5-1-1c", "5.5-1-1d"], d => d.Field("ComMech-2", "Cryptographic Details", "SSLv3")),
        Field("a range of versions that begins too low", ["5.5-1-1c", "5.5-1-1d"], d => d.Field("ComMech-1", "Cryptographic Details", "TLS 1.0 - 1.3")),
        Field("a short exchange of keys", ["5.5-1-1c", "5.5-1-1d"], d => d.Field("ComMech-2", "Cryptographic Details", "TLS 1.2, DHE with a group of 768 bits, AES-128-GCM")),
        Field("passwords kept with MD5", ["5.1-3-1c", "5.1-3-1d"], d => d.Field("AuthMech-1", "Cryptographic Details", "TLS 1.3; the device keeps MD5 of the password")),
        Field("attempts without number", ["5.1-5-1a"], d => d.Field("AuthMech-1", "Brute Force Prevention", "Unlimited attempts")),
        Field("a million attempts and a second's pause", ["5.1-5-1a"], d => d.Field("AuthMech-1", "Brute Force Prevention", "1,000,000 attempts, then a pause of one second")),
        Field("four digits from the factory", ["5.1-2-1d"], d => Preset(d, "Four random decimal digits")),
        Field("the serial number as the password", ["5.1-2-1c", "5.1-2-1a"], d => Preset(d, "Serial number of the device, in hexadecimal")),
        Field("a private key that counts as public", ["5.4-1-1a"], d => d.Field("SecParam-2", "Type", "public")),
        Field("a private key without confidentiality", ["5.4-1-1b"], d => d.Field("SecParam-2", "Security Guarantees", "Integrity")),
        Field("a key of the radio that nothing protects", ["5.4-1-1c", "5.4-1-1b"], d => d.Field("SecParam-4", "Protection Scheme", "None")),
        Field("a key of the radio written otherwise", ["5.4-1-1c"], d => d.Field("SecParam-4", "Protection Scheme", "Base64")),
        Field("a private key in the source", ["5.4-3-1b", "5.4-3-1a"], d => d.Field("SecParam-2", "Provisioning Mechanism", "Hard-coded in the source code")),
        Field("a private key shared by a series", ["5.4-4-1b"], d => d.Field("SecParam-2", "Generation Mechanism", "One key for all devices of the series")),
        Field("settings without a log-in", ["5.5-4-1a", "5.5-5-1a"], d => d.Field("SoftServ-4", "Allows Configuration", "Yes").Field("SoftServ-4", "Authentication Mechanism", "None")),
        Against("a debug interface that is on", ["5.6-4-1b", "5.6-4-1c", "5.6-4-1a"], d => d.Field("Intf-2", "Status", "Enabled")),
        Field("no mechanism for a loss of power", ["5.9-1-1a"], d => d.Field("ResMech-2", "Type", "Network outage")),
        Field("both deletions on the device", ["5.11-2-1a", "5.11-2-1b"], d => d.Field("DelFunc-2", "Target Type", "Device")),
        Field("sensitive data over a channel without cryptography", ["5.8-2-1a", "5.8-1-1a"], d => d.Field("PersData-1", "Secure Communication Mechanisms", "ComMech-3")),
        Field("consent that nobody asks for", ["6-2-1a"], d => d.Field("PersData-1", "Obtaining Consent", "None")),
        Field("no note on personal data", ["6-1-1a"], d => d.Record("Documentation of Personal Data", "None")),
        Field("no note on telemetry", ["6-5-1a"], d => d.Record("Documentation of Telemetry Data", "None")),
        Field("no word on deletion in the guide", ["5.11-3-1b"], d => d.Record("Documentation of Deletion", "None")),
        Field("no guide for the set-up", ["5.12-2-1b", "5.12-2-1c", "5.12-2-1a"], d => d.Record("Documentation of Secure Setup", "None")),
        Field("no guide for the password", ["5.1-4-1a"], d => d.Record("Documentation of Change Mechanisms", "None")),
        Field("no model designation", ["5.3-16-1a", "5.3-16-2b"], d => d.Record("Model Designation", "None")),
        Field("a confirmation in part", ["5.2-3-1d"], d => d.Record("Confirmation of Vulnerability Monitoring", "Partially")),
        Field("a verified start that is none", ["5.7-1-1a", "5.7-1-1b"], d => d.Claim("5.7-1", "yes")),
        Field("anomalies that a person looks for", ["5.10-1-1a"], d => d.Claim("5.10-1", "yes").Field("TelData-1", "Security Examination", "None")),
        Field("implementations that nobody reviewed", ["5.5-2-1a", "5.5-2-1b"], d => d.Field("NetSecImpl-1", "Review/Evaluation Method", "None").Field("NetSecImpl-1", "Report", "None")),
        Field("a support period that ended last year", ["5.3-13-1a", "5.3-13-2c"], d => d.Record("Support Period", "Until 31 December 2025")),
        Field("a support period that began and lasted two years", ["5.3-13-1a", "5.3-13-2c"], d => d.Record("Support Period", "2 years from 2023-05-01")),
        Field("access to memory that software alone controls", ["5.6-8-1a"], d => d.Field("AccCtrl-1", "Description", "Software only")),
        Field("repairs in five years", ["5.3-8-1a", "5.2-2-1a"], d => d.Field("UpdProc-1", "Time Frame", "5 years").Field("VulnTypes-1", "Time Frame", "5 years")),
        Field("the key of the radio told to everybody", ["5.6-2-1a", "5.6-2-1b"], d => d.Field("Intf-1", "Disclosed Information", "Host name, MAC address, passphrase of the Wi-Fi")),
        Field("telemetry agreed to unless one objects", ["6-2-1a", "5.12-1-1b", "6-5-2b"], d => d.Field("UserDec-3", "Default", "Yes")),
    ];

    public static HeldOutFault[] All => [.. Contradictions, .. Weak];

    private static HeldOutFault Against(string name, string[] units, Func<HonestDossier, HonestDossier> change) => Field(name, units, change, contradiction: true);

    private static HonestDossier Preset(HonestDossier dossier, string generator) =>
        dossier.Condition("presetPasswords", "yes").Claim("5.1-2", "yes").Field("AuthMech-1", "Default Status", "A password is preset").Field("AuthMech-1", "Password Generation Mechanism", generator);

    private static string WithoutUpdater(string bill)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(bill)!;
        var parts = json["components"]!.AsArray();
        parts.Remove(parts.Single(p => (string?)p!["name"] == "edb-updater"));
        json["dependencies"]!.AsArray().Clear();
        return json.ToJsonString();
    }
}
