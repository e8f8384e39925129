using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;

namespace Assay.Assessment.Tests.Checks;

/// <summary>What makers write in many ways must be read in one: phrasings that refute, and honest ones with the same words that must not.</summary>
public class ParaphraseTests
{
    private const string Preset = "Password Generation Mechanism";

    /// <summary>Check, unit, table, fields of the row (the last one is the phrasing), whether it refutes.</summary>
    public static TheoryData<string, string, int, string, bool> Phrasings
    {
        get
        {
            var all = new TheoryData<string, string, int, string, bool>();
            void Add(string check, string unit, int table, string before, bool refutes, params ReadOnlySpan<string> texts)
            {
                foreach (var text in texts) all.Add(check, unit, table, before + text, refutes);
            }

            Add("derived-password", "5.1-2-1c", 1, Preset + ": ", true,
                "The default password is computed from the device's MAC address.",
                "SHA-256 over the serial number, first eight characters",
                "The passphrase consists of the model name followed by the last four digits of the S/N.",
                "Generated out of the SSID with a fixed algorithm in production.",
                "The initial PIN equals the last six digits of the serial number",
                "Factory passwords are based on the hardware address of the Wi-Fi module.",
                "Each unit: prefix \"AC\" and the IMEI, truncated to 8 digits");
            Add("derived-password", "5.1-2-1c", 1, Preset + ": ", false,
                "16 random characters from a hardware random generator. The password isn't derived from the MAC address or the serial number.",
                "A CSPRNG in the production line draws 12 characters, independent of serial number and MAC.",
                "HMAC-SHA256 over the serial number under a secret key that stays in the HSM of the factory",
                "The password is printed on the label beside the serial number and the MAC address.",
                "Random, with no relation to any identifier such as MAC, SSID or serial number",
                "The user sets the password at first use; there is no default.",
                "It is impossible to derive the password from the SSID or the MAC address.",
                "The 16-character mapping of a 64-bit identifier that is kept inside the chip");
            Add("regular-password", "5.1-1-1a", 1, Preset + ": ", true,
                "All devices are delivered with the same default password.",
                "A fixed password for all units of the model, identical on every device",
                "The default password is shared by all devices of a production run.",
                "One password per batch",
                "The passwords are not unique per device.");
            Add("regular-password", "5.1-1-1a", 1, Preset + ": ", false,
                "No two devices have the same password.",
                "The password is unique per device and never the same for all units.",
                "Each unit gets a password of its own; this prevents the same password on all devices.",
                "Random default password for each device in production",
                "Per-device passwords out of a random generator are printed on the label.");
            Add("regular-password", "5.1-2-1a", 1, Preset + ": ", true,
                "An incrementing number that production assigns",
                "The password contains the production date and a running number.",
                "Consecutive numbers, starting at 100000",
                "A counter, encoded in base 32",
                "Sequentially assigned in the order of manufacture");
            Add("regular-password", "5.1-2-1a", 1, Preset + ": ", false,
                "Random; without counters or sequential numbers",
                "The generator excludes consecutive numbers.",
                "12 random characters in production",
                "No counter, date or batch number is part of the password.",
                "Not derived from a running number");
            Add("dictionary-password", "5.1-2-1b", 1, Preset + ": ", true,
                "Two common words and a digit in production",
                "Words from a dictionary with a number behind them",
                "The preset password is an animal followed by three digits, e.g. an animal and a number.",
                "The brand name plus four digits",
                "Default is `admin`, printed on the label");
            Add("dictionary-password", "5.1-2-1b", 1, Preset + ": ", false,
                "Random letters and digits in production; dictionary words are filtered out",
                "No words from a dictionary and no keyboard patterns",
                "Six random words from a list of 7776 (diceware) per device",
                "The generator avoids common words.",
                "Preset: 12 random characters");
            Add("short-password", "5.1-2-1d", 1, Preset + ": ", true,
                "a random 4-digit PIN for each device", "four digits, drawn in production", "A factory PIN of 4 numeric digits", "Default code, length of 4, digits 0-9", "preset, five digits");
            Add("short-password", "5.1-2-1d", 1, Preset + ": ", false,
                "16 hexadecimal characters, random for each device", "Twelve random alphanumeric characters in production", "preset, 128 bits of entropy", "A random factory passphrase of 20 characters", "factory password, 10 characters of a-z, A-Z, 0-9");
            Add("brute-force-prevention", "5.1-5-1a", 1, "Network Interface Proximity: LAN|Authentication Factor: user name and password|Brute Force Prevention: ", true,
                "None.", "No protection is implemented", "Not implemented", "There is no limit on login attempts.", "Unlimited attempts are possible", "-");
            Add("brute-force-prevention", "5.1-5-1a", 1, "Network Interface Proximity: LAN|Authentication Factor: user name and password|Brute Force Prevention: ", false,
                "No more than five attempts, then the account is locked for 15 minutes", "A delay of one second after each attempt; there is no account lockout", "Exponential back-off", "Rate limiting, ten attempts per minute", "After three wrong passwords the device waits 30 s");
            Add("vulnerability-actions", "5.2-2-1a", 3, "Action: triage and fix|Time Frame: ", true, "TBD", "no fixed deadline", "not defined", "None", "whenever the team has time");
            Add("vulnerability-actions", "5.2-2-1a", 3, "Action: triage and fix|Time Frame: ", false, "90 days", "critical: 7 days, else 60 days", "two weeks after confirmation", "within three working days", "next business day for critical ones");
            Add("vulnerability-monitoring", "5.2-3-1a", 5, "Description: ", true, "None", "We do not monitor components.", "No monitoring takes place at the moment.", "TBD", "There is no systematic monitoring");
            Add("vulnerability-monitoring", "5.2-3-1a", 5, "Description: ", false, "Dependabot alerts are reviewed each week", "We subscribe to the advisories of our chip vendor.", "NVD and CISA KEV are compared with the SBOM nightly", "Security mailing lists of all upstream projects", "A scanner watches the CVE feeds; no component is left out");
            Add("update-procedure", "5.3-8-1a", 8, "Time Frame: ", true, "none", "to be defined", "No commitment", "not specified", "We give no fixed time frame");
            Add("update-procedure", "5.3-8-1a", 8, "Time Frame: ", false, "Maximum 90 days", "thirty days", "critical: 72 hours", "2 weeks for severe issues, no later than three months for others", "released monthly");
            Add("published-information", "5.2-1-1a", 2, "Publication of Vulnerability Disclosure Policy: ", true, "On request from support@acme.example", "In the customer portal", "TBD", "Not published yet", "https://acme.example/policy (login required)");
            Add("published-information", "5.2-1-1a", 2, "Publication of Vulnerability Disclosure Policy: ", false, "https://acme.example/security", "Linked at the foot of our web site, no account is needed: https://acme.example/policy", "https://acme.example/.well-known/security.txt", "At https://acme.example/psirt, without registration", "https://acme.example/trust. No log-in is asked for.");
            Add("update-choices", "5.3-6-1b", 7, "Initiation and Interaction: automatic|Configuration: ", true, "None", "Updates cannot be disabled or postponed.", "No configuration", "There is no option to delay the installation", "Not configurable by the user");
            Add("update-choices", "5.3-6-1b", 7, "Initiation and Interaction: automatic|Configuration: ", false, "The user can switch automatic updates off", "A schedule may be selected; updates cannot be skipped for ever", "Toggle in the app", "Enabled by default; can be postponed by seven days", "The owner chooses the channel and the time window");
            Add("update-choices", "5.3-4-1b", 7, "Initiation and Interaction: automatic|Configuration: ", true, "Disabled by default", "Off as delivered; the user may switch it on", "The default is manual", "Must be enabled in the app first", "It is opt-in");
            Add("update-choices", "5.3-4-1b", 7, "Initiation and Interaction: automatic|Configuration: ", false, "Enabled by default", "On as delivered, the user may disable it", "The default is automatic", "opt-out in the app", "Active by default and may be switched off");
            Add("update-guarantees", "5.3-9-1b", 7, "Cryptographic Details: ", true, "Packages are not signed or checked for integrity.", "No integrity check is done", "There is no signature and no integrity protection.", "Images are unsigned; their integrity is not verified", "Without any integrity check");
            Add("update-guarantees", "5.3-9-1b", 7, "Cryptographic Details: ", false, "The boot loader rejects unsigned images.", "Packages without a valid signature are refused", "Ed25519 over a SHA-512 digest, verified on the device", "A package that is not signed is never installed", "SHA-256 hash and RSA-3072 signature; images that fail the integrity check are discarded");
            Add("update-guarantees", "5.3-9-1c", 7, "Security Guarantees: integrity and authenticity|Cryptographic Details: ", true, "The signature is verified by the mobile app before the transfer.", "The server checks the signature", "Validated on the PC by the flashing tool", "The companion app verifies the signature", "A technician verifies the signature with a tool");
            Add("update-guarantees", "5.3-9-1c", 7, "Security Guarantees: integrity and authenticity|Cryptographic Details: ", false, "The device verifies the signature", "The app checks it, and the device itself verifies it again", "Verified by the boot loader on the device", "The gateway checks the signature of each image", "Signature check on the DUT before installation");
            Add("update-notice", "5.3-11-1a", 7, "User Notification: ", true, "None", "No notification is shown", "Not applicable", "Updates are installed silently", "The user is not informed");
            Add("update-notice", "5.3-11-1a", 7, "User Notification: ", false, "The app shows a message", "Push notification and an e-mail with the release notes", "A banner in the web page", "The LED blinks; no message is shown in the app", "Users are notified in the app of every security update");
            Add("parameter-protection", "5.4-1-1b", 10, "Type: critical|Security Guarantees: ", true, "None", "N/A", "TBD", "Confidentiality is not guaranteed.", "No confidentiality");
            Add("parameter-protection", "5.4-1-1b", 10, "Type: critical|Security Guarantees: ", false, "Confidentiality and integrity", "Protected against disclosure", "Kept secret; preventing unauthorized reading", "Confidentiality, blocking extraction from the flash memory", "Cannot be read out by software");
            Add("parameter-protection", "5.4-1-1c", 10, "Type: critical|Protection Scheme: ", true, "Stored in plain text", "Kept in cleartext in the configuration file", "None", "Saved unprotected in flash", "Plaintext in NVS");
            Add("parameter-protection", "5.4-1-1c", 10, "Type: critical|Protection Scheme: ", false, "Stored as a salted hash rather than in plain text", "Never stored in clear text", "AES-256 under a key of the secure element", "Not saved in plain text anywhere", "Flash memory is unencrypted; only a hash instead of the clear text is kept");
            Add("key-generation", "5.4-4-1b", 10, "Type: critical|Description: key for TLS to the cloud|Generation Mechanism: ", true, "The same key for all devices", "Derived from the serial number", "A shared key for all units", "Hard-coded in the firmware", "One key per batch");
            Add("key-generation", "5.4-4-1b", 10, "Type: critical|Description: key for TLS to the cloud|Generation Mechanism: ", false, "Random per device in production", "Generated by the TRNG of the device", "Never the same key for all devices: each is generated at random", "HKDF over a device secret and the serial number", "Key pair made in the secure element of each unit");
            Add("communication-guarantees", "5.5-1-1b", 11, "Security Guarantees: confidentiality, integrity and authenticity|Cryptographic Details: ", true, "None", "N/A", "TBD", "TLS 1.2, certificate verification is disabled", "TLS; the device accepts any certificate");
            Add("communication-guarantees", "5.5-1-1b", 11, "Security Guarantees: confidentiality, integrity and authenticity|Cryptographic Details: ", false, "TLS 1.3 with the certificate checked", "DTLS 1.2, ECDHE, AES-GCM", "The certificate is validated; connections to peers that fail are dropped", "Noise protocol with X25519", "TLS 1.2 or 1.3, no fallback");
            Add("review-report", "5.5-2-1a", 12, "Review/Evaluation Method: ", true, "None", "Not reviewed", "No external review has been done", "TBD", "not yet evaluated");
            Add("review-report", "5.5-2-1a", 12, "Review/Evaluation Method: ", false, "Independent audit", "Open source, reviewed by the community and fuzzed", "Penetration test in 2026", "PSA Certified level 2", "Code review by two engineers; no findings were left open");
            Add("side-effects", "5.5-3-1b", 6, "Cryptographic Usage: ", true, "Yes, TLS. Side effects have not been considered.", "AES. Side effects: no", "TLS; side-effects were never assessed", "Utilized: yes. Side Effects Considered: No.", "Side effects of replacing algorithms were not evaluated");
            Add("side-effects", "5.5-3-1b", 6, "Cryptographic Usage: ", false, "Yes. Side effects are considered in regression tests", "TLS; side effects were assessed, no adverse ones were found", "None", "Utilized: No. Side Effects Considered: No.", "TLS with side effects considered by the maker");
            Add("key-management", "5.5-8-1a", 14, "Description: ", true, "None", "TBD", "No process", "There is none yet: to be defined", "Not defined");
            Add("key-management", "5.5-8-1a", 14, "Description: ", false, "Keys are generated in an HSM", "Rotation each year; none of the keys leaves the vault", "See the key policy, sections 1 to 7", "Generation, storage, use, revocation and destruction follow ISO 11770", "No key is ever shared");
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Phrasings))]
    public void A_phrasing_is_read_as_its_writer_meant_it(string id, string unit, int table, string fields, bool refutes)
    {
        var check = Register.All.Single(c => c.Id == id);
        var examined = Plant.Papers().Table(table, ["Row-1", .. fields.Split('|')]).Examined() with { Provisions = [.. Catalogue.Default.Provisions.Select(p => p.Id)] };
        var against = check.Look(examined).Where(a => a.Unit == unit && a.Says is Says.Refutes or Says.Contradicts).ToList();
        if (refutes) Assert.NotEmpty(against);
        else Assert.Empty(against);
    }
}
