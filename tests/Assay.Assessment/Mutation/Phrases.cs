namespace Assay.Assessment.Tests.Mutation;

/// <summary>What honest makers write in the place of the example's words. Every phrase says something true of the same device.</summary>
internal static class Phrases
{
    private const string Ixit = HonestDossier.Ixit, Ics = HonestDossier.Ics;

    public static readonly IReadOnlyList<(string Name, string From, string[] Others)> All =
    [
        (Ixit, "Default Status: No password is set; the device accepts nothing but the first password, within ten minutes after its button was pressed",
            ["Default Status: Not set. Nothing works before the owner has chosen one", "Default Status: Disabled until the user defines a password during onboarding"]),
        (Ixit, "Password Generation Mechanism: \"None: nothing is pre-installed\"",
            ["Password Generation Mechanism: N/A (no factory password)", "Password Generation Mechanism: \"Not applicable, passwords are user defined\"", "Password Generation Mechanism: \"-\""]),
        (Ixit, "Cryptographic Details: TLS 1.3 (ComMech-2); the device keeps a scrypt verifier (N 16384, r 8, p 1, 16 bytes of salt)",
            ["Cryptographic Details: TLS 1.3 with AES-128-GCM; passwords stored with Argon2id", "Cryptographic Details: \"TLS 1.3; neither MD5 nor SHA-1 is used anywhere\"", "Cryptographic Details: HTTPS (TLS 1.2 or 1.3, ECDHE with AES-GCM); PBKDF2-HMAC-SHA256, 600000 rounds"]),
        (Ixit, "Brute Force Prevention: Five attempts, then a pause that doubles from one minute to one day",
            ["Brute Force Prevention: Account is locked for 15 minutes after 10 failed attempts", "Brute Force Prevention: Rate limiting, at most 3 tries per minute", "Brute Force Prevention: Exponential back-off after each wrong password"]),
        (Ixit, "Documentation of Replacement: \"Not applicable: the device can be updated\"",
            ["Documentation of Replacement: N/A", "Documentation of Replacement: \"Not needed, as all software can be updated\""]),
        (Ixit, "Model Designation: EDB-100, printed under the cover and shown in the app", ["Model Designation: \"EDB-100\"", "Model Designation: \"The label on the back reads EDB-100\"", "Model Designation: EDB-100 (type plate, mDNS name, app)"]),
        (Ixit, "Support Period: Until 2031-12-31, for every component that can be updated",
            ["Support Period: 2031-12-31", "Support Period: \"Security updates are provided until 31 December 2031\"", "Support Period: until 31.12.2031 for all updatable components"]),
        (Ixit, "Time Frame: Acknowledged within 3 working days, a status update at least every 14 days, repaired within 30 days, critical ones within 7 days",
            ["Time Frame: \"3 days to acknowledge, two-weekly status updates, 30 days to fix (7 if critical)\"", "Time Frame: Receipt confirmed within 72 hours; progress reported every two weeks; fix in 30 days, critical in one week"]),
        (Ixit, "Confirmation of Vulnerability Actions: Yes", ["Confirmation of Vulnerability Actions: Confirmed", "Confirmation of Vulnerability Actions: \"Yes, see the attached statement\"", "Confirmation of Vulnerability Actions: true"]),
        (Ixit, "Cryptographic Usage: Calls SoftComp-3 for TLS and signatures", ["Cryptographic Usage: Yes, through SoftComp-3", "Cryptographic Usage: Signature check and TLS (library of SoftComp-3)"]),
        (Ixit, "Update Mechanism: \"None: it cannot be changed\"", ["Update Mechanism: \"Not updateable (mask ROM)\"", "Update Mechanism: \"N/A, immutable ROM code\""]),
        (Ixit, "Security Guarantees: Integrity, authenticity\n      Cryptographic Details: Signature ECDSA P-256 over SHA-256; transport TLS 1.3",
            ["Security Guarantees: Authenticity and integrity of the package\n      Cryptographic Details: Ed25519 signature over the image digest (SHA-512); download over TLS 1.3", "Security Guarantees: Integrity and authenticity\n      Cryptographic Details: ECDSA with the curve P-256 and SHA-256, HTTPS"]),
        (Ixit, "Initiation and Interaction: Automatic, at night; the owner may also start it in the app", ["Initiation and Interaction: Automatic. No user interaction is needed", "Initiation and Interaction: \"Started by the device every night between 2 and 4; manual start in the app\""]),
        (Ixit, "Update Checking: After every start and once a day", ["Update Checking: On boot, then every 24 hours", "Update Checking: Daily, and after power-up", "Update Checking: At start-up and periodically (24 h)"]),
        (Ixit, "Configuration: The owner can postpone, or switch automatic updates off, in the app; they are on at first use", ["Configuration: Automatic updates are enabled by default and can be disabled in the app", "Configuration: Default on; may be postponed or turned off by the user"]),
        (Ixit, "Protection Scheme: scrypt, file readable by its own user only (/data, mode 750)", ["Protection Scheme: Salted hash (scrypt) in a file with mode 600", "Protection Scheme: Stored hashed, access restricted to the service account"]),
        (Ixit, "Provisioning Mechanism: Made on the device at first start; it never leaves it", ["Provisioning Mechanism: Generated on first boot by the device itself", "Provisioning Mechanism: Key pair created on the device; only the public part is sent out"]),
        (Ixit, "Cryptographic Details: TLS 1.3 only, the maker's own root\n", ["Cryptographic Details: TLS 1.3, server authenticated against a pinned root\n", "Cryptographic Details: \"TLS 1.3 (TLS_AES_128_GCM_SHA256), certificates of the maker's CA\"\n"]),
        (Ixit, "Justification: The basic function\n      Allows Configuration: Yes", ["Justification: Needed to deliver the main function\n      Allows Configuration: Yes", "Justification: Core service\n      Allows Configuration: Yes (settings of the owner)"]),
        (Ixit, "Justification: Security updates", ["Justification: Required to install security updates", "Justification: Updates"]),
        (Ixit, "Authentication Mechanism: None needed\n    - id: SoftServ-3", ["Authentication Mechanism: N/A, no interface\n    - id: SoftServ-3", "Authentication Mechanism: Not applicable (local process)\n    - id: SoftServ-3"]),
        (Ixit, "Status: \"Disabled: no console is started, the boot loader takes no input\"", ["Status: Disabled", "Status: \"Off. UART console deactivated in software\"", "Status: Not active in the delivered product"]),
        (Ixit, "Protection: Disabled in software", ["Protection: Console and boot prompt are switched off by software", "Protection: \"No login, no shell, no boot loader prompt\""]),
        (Ixit, "Disclosed Information: Host name and address; no version", ["Disclosed Information: The host name, nothing else", "Disclosed Information: Device name and IP address (needed for discovery)"]),
        (Ixit, "Purpose: To tell the owner that somebody is at the door", ["Purpose: Notification of the owner", "Purpose: Function of the product, which tells that the bell was rung"]),
        (Ixit, "Obtaining Consent: Asked in the app at set-up, item by item", ["Obtaining Consent: Opt-in screen of the app for each purpose", "Obtaining Consent: Consent dialogue during onboarding"]),
        (Ixit, "Withdrawing Consent: In the app, Privacy, at any time", ["Withdrawing Consent: Can be revoked at any time in the privacy settings", "Withdrawing Consent: App menu Privacy"]),
        (Ixit, "Lifecycle: Deleted after 30 days", ["Lifecycle: Retention 30 days, then erased", "Lifecycle: Kept for one month"]),
        (Ixit, "Description: The button. There is no camera and no microphone.", ["Description: Push button (the only sensor)", "Description: A capacitive button; the device has neither a camera nor a microphone"]),
        (Ixit, "Purpose: To find faults of the firmware", ["Purpose: Product improvement, detection of crashes", "Purpose: Diagnosis of firmware errors"]),
        (Ixit, "Security Examination: By hand, once a month; not automatic", ["Security Examination: Reviewed monthly by the security team for anomalies", "Security Examination: Monthly manual review"]),
        (Ixit, "Target Type: Associated service", ["Target Type: Cloud service", "Target Type: Associated services (cloud account)"]),
        (Ixit, "Confirmation: The light turns red, then green", ["Confirmation: LED blinks green when finished", "Confirmation: \"The device restarts in set-up mode and the LED signals success\""]),
        (Ixit, "Default: \"None: set-up does not go on without one\"", ["Default: \"No default; the user must choose\"", "Default: Has to be set by the user"]),
        (Ixit, "Options: On, postponed, off\n      Default: On", ["Options: \"enabled, disabled\"\n      Default: \"enabled\"", "Options: Automatic (recommended), manual\n      Default: Automatic"]),
        (Ixit, "Handling Unexpected Data: The whole answer is dropped", ["Handling Unexpected Data: Rejected and logged", "Handling Unexpected Data: Input that does not match the rules is discarded"]),
        (Ixit, "Description: \"None in this series: the fuses of the chip are not set.\"", ["Description: No hardware secure boot in this model", "Description: \"Not implemented\""]),
        (Ics, "justification: The owner chooses the password at set-up; the device has none before.", ["justification: User-defined password, forced at first use", "justification: \"No factory default; must be set during onboarding\""]),
        (Ics, "justification: No password is pre-installed, so none is generated.", ["justification: There are no pre-installed passwords", "justification: \"Not applicable: the product ships without a password\""]),
    ];
}
