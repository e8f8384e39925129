using Assay.Assessment.Verdicts;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>One thing that is wrong with a product or its papers, planted into an honest dossier.</summary>
/// <param name="Where"><c>table</c>, <c>image</c>, <c>capture</c>, <c>document</c>, <c>scan</c>.</param>
/// <param name="Units">The units that ask for it: one of them has to be refuted.</param>
/// <param name="Outcome"><see cref="Outcome.Disputed"/> where papers or a paper and evidence contradict and neither alone refutes.</param>
internal sealed record Fault(string Name, string Where, string[] Units, Func<HonestDossier, HonestDossier> Plant, Outcome Outcome = Outcome.Fail)
{
    public override string ToString() => $"{Where}: {Name}";
}

/// <summary>The faults that are planted, one at a time.</summary>
internal static class Faults
{
    public static IReadOnlyList<Fault> All => [.. Tables, .. ImageFaults.All, .. CaptureFaults.All];

    private const string Image = HonestDossier.Image;

    private static readonly Fault[] Tables =
    [
        // Who logs in, and how.
        Table("a generator that counts", ["5.1-2-1a", "5.1-1-1a"], d => Preset(d).Field("AuthMech-1", "Password Generation Mechanism", "An incrementing counter, starting at 1000 for the first unit")),
        Table("a generator that takes the MAC address", ["5.1-2-1c"], d => Preset(d).Field("AuthMech-1", "Password Generation Mechanism", "The last six digits of the MAC address")),
        Table("one preset password for all", ["5.1-1-1a", "5.1-2-1a"], d => Preset(d).Field("AuthMech-1", "Password Generation Mechanism", "The same password, admin1234, is set on all units")),
        Table("a generator that nobody described", ["5.1-1-1a"], d => Preset(d).Field("AuthMech-1", "Password Generation Mechanism", "TBD")),
        Table("a log-in over MD5", ["5.1-3-1c"], d => d.Field("AuthMech-1", "Cryptographic Details", "HTTP Digest with MD5 over plain HTTP")),
        Table("no limit to guessing", ["5.1-5-1a"], d => d.Field("AuthMech-1", "Brute Force Prevention", "None")),
        Table("a limit to guessing that is still open", ["5.1-5-1a"], d => d.Field("AuthMech-1", "Brute Force Prevention", "to be defined")),
        // What is published.
        Table("a support period with a question mark", ["5.3-13-1a", "5.3-13-2c"], d => d.Record("Support Period", "? years")),
        Table("a support period that is over", ["5.3-13-1a", "5.3-13-2c"], d => d.Record("Support Period", "2024-12-31")),
        Table("a disclosure policy for account holders only", ["5.2-1-1a"], d => d.Record("Publication of Vulnerability Disclosure Policy", "In the customer portal, after log-in with an account")),
        Table("a support period that is published nowhere", ["5.3-13-1a"], d => d.Record("Publication of Support Period", "Not published")),
        Table("another model name in the papers", ["5.3-16-2b", "5.3-16-1a"], d => d.Record("Model Designation", "CHIME-7, printed under the cover"), Outcome.Disputed),
        // Vulnerabilities.
        Table("no confirmation of vulnerability actions", ["5.2-2-1b"], d => d.Record("Confirmation of Vulnerability Actions", "No")),
        Table("no confirmation of monitoring", ["5.2-3-1d"], d => d.Record("Confirmation of Vulnerability Monitoring", "No, planned")),
        Table("no confirmation of update procedures", ["5.3-8-1b"], d => d.Record("Confirmation of Update Procedures", "No")),
        Table("no confirmation of the management of keys", ["5.5-8-1b"], d => d.Record("Confirmation of Secure Management", "No")),
        Table("no confirmation of development", ["5.6-9-1b"], d => d.Record("Confirmation of Secure Development", "No")),
        Table("a time frame that is still open", ["5.2-2-1a"], d => d.Field("VulnTypes-1", "Time Frame", "TBD")),
        Table("update procedures without a time", ["5.3-8-1a"], d => d.Field("UpdProc-1", "Time Frame", "tbd")),
        // Updates.
        Table("a component without an update mechanism", ["5.3-1-1a", "5.5-3-1a"], d => d.Field("SoftComp-2", "Update Mechanism", "")),
        Table("an update mechanism that no row has", ["5.3-1-1a", "5.5-3-1a"], d => d.Field("SoftComp-3", "Update Mechanism", "UpdMech-9"), Outcome.Disputed),
        Table("an update signature over MD5", ["5.3-7-1c"], d => d.Field("UpdMech-1", "Cryptographic Details", "MD5 checksum of the image, RSA-512")),
        Table("an update whose cryptography is still open", ["5.3-7-1a", "5.3-7-1c"], d => d.Field("UpdMech-1", "Cryptographic Details", "???")),
        Table("no word to the user on updates", ["5.3-11-1a", "5.3-11-1b"], d => d.Field("UpdMech-1", "User Notification", "None")),
        // Parameters.
        Table("protection of a secret that is still open", ["5.4-1-1a", "5.4-1-1b", "5.4-1-1c"], d => d.Field("SecParam-2", "Protection Scheme", "TODO")),
        Table("the owner's password stored, and in no row", ["5.4-1-1d"], d => d.WithoutRow("SecParam-1").WithoutRow("SecParam-2").WithoutRow("SecParam-4")),
        // Communication.
        Table("TLS 1.0 on the declared channel", ["5.5-1-1c"], d => d.Field("ComMech-2", "Cryptographic Details", "TLS 1.0 with RC4-SHA")),
        Table("a channel whose guarantees are still open", ["5.5-1-1a"], d => d.Field("ComMech-1", "Security Guarantees", "TBC")),
        Table("a management of keys that is still open", ["5.5-8-1a"], d => d.Field("SecMgmt-1", "Description", "To be defined").WithoutRow("SecMgmt-2")),
        Table("a service that configures without a log-in", ["5.5-4-1a", "5.5-5-1a"], d => d.Field("SoftServ-1", "Authentication Mechanism", "")),
        Table("a log-in mechanism that no row has", ["5.5-4-1a"], d => d.Field("SoftServ-1", "Authentication Mechanism", "AuthMech-7"), Outcome.Disputed),
        // Interfaces.
        Table("a service without a reason", ["5.6-5-1a"], d => d.Field("SoftServ-4", "Justification", "")),
        Table("a service whose reason is still open", ["5.6-5-1a"], d => d.Field("SoftServ-3", "Justification", "tbd")),
        Table("a debug interface that is on without need", ["5.6-4-1a", "5.6-4-1b", "5.6-4-1c"], d => d.Field("Intf-2", "Status", "Enabled").Field("Intf-2", "Protection", "None")),
        Table("a development process that nobody described", ["5.6-9-1a"], d => d.Field("SecDev-1", "Description", "TBD")),
        Table("no hardware behind access control", ["5.6-8-1a"], d => d.Field("AccCtrl-1", "Description", "None; the microcontroller has no memory protection."), Outcome.Fail),
        Table("a boot mechanism that guarantees nothing", ["5.7-1-1a", "5.7-1-1b"], d => d.Claim("5.7-1", "yes").Field("SecBoot-1", "Description", "The boot loader starts the kernel."), Outcome.Fail),
        // People's data.
        Table("personal data over a channel in clear", ["5.8-1-1a", "5.8-2-1a"], d => d.Field("ComMech-2", "Security Guarantees", "None").Field("ComMech-2", "Cryptographic Details", "None, plain HTTP")),
        Table("personal data over a channel that no row has", ["5.8-1-1a", "5.8-2-1a"], d => d.Field("PersData-1", "Secure Communication Mechanisms", "ComMech-8"), Outcome.Disputed),
        Table("consent that is preset", ["6-2-1a"], d => d.Field("PersData-1", "Obtaining Consent", "The box is ticked by default")),
        Table("consent that nobody can take back", ["6-3-1a"], d => d.Field("PersData-1", "Withdrawing Consent", "Not possible")),
        Table("telemetry with personal data and no purpose", ["6-5-2b", "6-4-1a"], d => d.Field("TelData-1", "Purpose", "").Field("TelData-1", "Personal Data", "PersData-2")),
        Table("no deletion in the cloud", ["5.11-2-1a", "5.11-2-1b"], d => d.WithoutRow("DelFunc-2")),
        Table("no deletion on the device", ["5.11-1-1a", "5.11-1-1c"], d => d.WithoutRow("DelFunc-1")),
        Table("a deletion that confirms nothing", ["5.11-4-1b"], d => d.Field("DelFunc-1", "Confirmation", "None")),
        Table("a default without protection", ["5.12-1-1b"], d => d.Field("UserDec-1", "Default", "No password until the user sets one")),
        Table("a decision without a default", ["5.12-1-1b"], d => d.Field("UserDec-2", "Default", "")),
        Table("a camera that the sensors' table leaves out", ["5.8-3-1a", "5.8-3-1c"], d => d.Field("PersData-1", "Description", "Pictures of the door camera and the time of rings"), Outcome.Disputed),
        // Resilience and input.
        Table("no mechanism for an outage of the network", ["5.9-1-1a"], d => d.WithoutRow("ResMech-1")),
        Table("an input that no row validates", ["5.13-1-1a"], d => d.WithRow("28-ExtAPI", "ExtAPI-9", "Description: Web interface with forms for settings, TCP 8080", "Access: Local network", "Status: Enabled", "Disclosed Information: None")),
        Table("unexpected data without an answer", ["5.13-1-1b"], d => d.Field("InpVal-1", "Handling Unexpected Data", "TBD")),
        // The statement itself.
        Table("a recommendation refused without a reason", ["4-1-1a"], d => d.Claim("5.10-1", "no")),
        Table("not applicable without a reason", ["4-1-1a"], d => d.Claim("5.3-14", "n/a")),
        Table("a no to a mandatory provision", ["5.6-1-1a", "5.6-1-2a", "5.6-1-2b"], d => d.Claim("5.6-1", "no", "Unused ports stay open.")),
        Document("a policy without times", ["5.2-1-2b"], d => d.With("documents/security-policy.md", "# Vulnerability disclosure policy\n\nWrite to security@doorbell.example. We read every mail.\n")),
        Document("a contact file that expired", ["5.2-1-2a"], d => d.With("documents/security.txt", "Contact: mailto:security@doorbell.example\nExpires: 2025-01-01T00:00:00Z\nPolicy: https://doorbell.example/security-policy\n")),
        Document("another support period in public", ["5.3-13-2c"], d => d.With("documents/support.md", "Saved from https://doorbell.example/support on 2026-10-20\n\nSupport period: security updates for EDB-100 until 2028-06-30\n"), Outcome.Disputed),
    ];

    private static HonestDossier Preset(HonestDossier dossier) => dossier.Condition("presetPasswords", "yes").Claim("5.1-2", "yes").Field("AuthMech-1", "Default Status", "A password is preset at the factory and printed on the label");

    private static Fault Table(string name, string[] units, Func<HonestDossier, HonestDossier> plant, Outcome outcome = Outcome.Fail) => new(name, "table", units, plant, outcome);
    private static Fault Document(string name, string[] units, Func<HonestDossier, HonestDossier> plant, Outcome outcome = Outcome.Fail) => new(name, "document", units, plant, outcome);
}
