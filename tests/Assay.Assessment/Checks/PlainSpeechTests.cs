using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Tests.Checks;

/// <summary>One fault, or none, told in the many ways of people who fill in a form at the end of a day: whatever check reads it, the unit's answer is what the writer meant.</summary>
public class PlainSpeechTests
{
    private const string Preset = "Authentication Factor: password|Default Status: printed on the label|Password Generation Mechanism: ";
    private const string Login = "Network Interface Proximity: LAN|Authentication Factor: password|Brute Force Prevention: ";
    private const string Mechanism = "Description: Over the air from our server|Security Guarantees: integrity, authenticity|Cryptographic Details: ";
    private const string Secret = "Description: key for TLS to the cloud|Type: critical|Security Guarantees: confidentiality, integrity|";
    private const string Channel = "Description: To the cloud|Security Guarantees: confidentiality, integrity, authenticity|Cryptographic Details: ";
    private const string Debug = "Description: JTAG|Type: Physical|Debug Interface: Yes|Status: Enabled|Protection: ";

    /// <summary>Unit, whether the words refute it, the words, table, and the fields before them.</summary>
    public static TheoryData<string, bool, string, int, string> Phrasings
    {
        get
        {
            var all = new TheoryData<string, bool, string, int, string>();
            void Bad(string unit, int table, string before, params ReadOnlySpan<string> texts)
            {
                foreach (var text in texts) all.Add(unit, true, text, table, before);
            }
            void Fine(string unit, int table, string before, params ReadOnlySpan<string> texts)
            {
                foreach (var text in texts) all.Add(unit, false, text, table, before);
            }

            Bad("5.1-1-1a", 1, Preset, "All units leave the factory with the password 'welcome1'", "Identical for the whole series", "One for each country", "The installer code is the same everywhere", "Every unit of a batch gets the same one", "Fixed value in the firmware");
            Fine("5.1-1-1a", 1, Preset, "Drawn for each unit by the HSM", "No unit gets the password of another", "Every unit has one of its own, sixteen characters", "A label printer draws it anew for each device");
            Bad("5.1-2-1a", 1, Preset, "Year and week of manufacture and a serial count", "Numbered through, beginning with 10000", "The next free number of the list", "Counted upwards on the line", "Month of assembly with the shift");
            Fine("5.1-2-1a", 1, Preset, "Twenty characters without any order", "Random, not counted upwards", "Hardware generator, 14 characters, nothing to do with the date of manufacture");
            Bad("5.1-2-1c", 1, Preset, "Last six characters of the MAC", "Serial number in hexadecimal", "MD5 of the SSID", "Computed from what stands on the type plate", "The MAC address with the bytes swapped", "The number under the bar code, reversed");
            Fine("5.1-2-1c", 1, Preset, "Random and printed next to the serial number", "Not computable from MAC, SSID or serial number", "From a generator that knows nothing of the serial number");
            Bad("5.1-2-1d", 1, Preset, "Six digits", "a four-digit number", "Three letters and two digits", "PIN of 5 digits", "0000 to 9999, by chance");
            Fine("5.1-2-1d", 1, Preset, "16 random letters and digits", "five words from a list of 7,776", "128 random bits");
            Bad("5.1-3-1a", 1, "Target: user|Security Guarantees: ", "none", "No guarantees", "not needed in a home", "nothing", "We do not give any");
            Fine("5.1-3-1a", 1, "Target: user|Security Guarantees: ", "C/I/A", "integrity + authenticity", "No one but the owner gets in; integrity and authenticity");
            Bad("5.1-3-1b", 1, "Target: user|Cryptographic Details: ", "Plain HTTP", "The password goes over the air unencrypted", "Bluetooth with Just Works", "none; HTTP without TLS", "cleartext over port 80", "no encryption in the LAN");
            Fine("5.1-3-1b", 1, "Target: user|Cryptographic Details: ", "HTTPS; plain HTTP is redirected", "TLS 1.3, nothing is sent in clear text", "SRP over DTLS", "HTTP is closed, TLS 1.2 only");
            Bad("5.1-3-1c", 1, "Target: user|Cryptographic Details: ", "MD5-crypt", "SHA-1 without salt", "our own cipher", "TLS 1.0", "a proprietary algorithm", "WEP", "DES");
            Fine("5.1-3-1c", 1, "Target: user|Cryptographic Details: ", "Argon2id, TLS 1.3", "our own certificate, TLS 1.3", "no MD5, no SHA-1: SHA-256", "TLS 1.2 or newer, older ones are refused");
            Bad("5.1-5-1a", 1, Login, "Nothing", "no measures", "unlimited", "as often as one likes", "We trust the home network", "The password is long enough", "not foreseen", "Not considered necessary", "There is none", "wrong attempts are written to a log, nothing else", "No restriction, the interface is local");
            Fine("5.1-5-1a", 1, Login, "30 s pause after 5 tries", "CAPTCHA", "Blocked for an hour", "each failure doubles the wait", "no more than 3 tries a minute", "There is no unlimited guessing: ten tries, then a lock-out", "Account locks");
            Bad("5.2-1-1a", 2, "Publication of Vulnerability Disclosure Policy: ", "Internal document", "None", "We do not publish one", "available to customers with an account", "after signing an NDA", "by e-mail on demand", "intranet", "not public", "Only for partners", "planned for next year", "to be published");
            Fine("5.2-1-1a", 2, "Publication of Vulnerability Disclosure Policy: ", "acme.example/psirt", "https://acme.example/vdp - no account needed", "acme.example/.well-known/security.txt (public)", "On our web page, for everyone, acme.example/security");
            Bad("5.2-2-1a", 3, "Description: remote flaws|Action: fix|Time Frame: ", "unspecified", "as soon as resources allow", "depends on the workload", "no promise", "when we get to it", "with the next model", "best effort", "we cannot say");
            Fine("5.2-2-1a", 3, "Description: remote flaws|Action: fix|Time Frame: ", "14 d", "ack 2 days, fix 30 days", "one month", "within a fortnight", "48h/14d", "best effort, at most 30 days");
            Bad("5.2-2-1a", 3, "Description: remote flaws|Time Frame: 30 days|Action: ", "none", "No action", "wait", "ignored until customers complain", "nothing is done");
            Fine("5.2-2-1a", 3, "Description: remote flaws|Time Frame: 30 days|Action: ", "fix", "wait for the fix of the supplier, then release it", "patch, advisory", "accepted reports are fixed");
            foreach (var (unit, about) in new[] { ("5.2-2-1b", "Vulnerability Actions"), ("5.2-3-1d", "Vulnerability Monitoring"), ("5.3-8-1b", "Update Procedures"), ("5.5-8-1b", "Secure Management"), ("5.6-9-1b", "Secure Development") })
            {
                Bad(unit, 4, $"Confirmation of {about}: ", "no", "Not confirmed", "not yet", "We cannot confirm this", "planned for Q3 2027", "in progress", "under preparation", "to be done", "open", "will follow", "Nein", "cannot be confirmed", "partly", "N");
                Fine(unit, 4, $"Confirmation of {about}: ", "yes", "Y", "Confirmed.", "We confirm", "Ja", "true", "confirmed, no exceptions", "Yes; nothing is planned to change", "ok", "x", "The supplier confirms it");
            }
            Bad("5.2-3-1a", 5, "Description: ", "nothing", "We rely on our customers", "nobody does this", "reports of users only", "not done", "There is no process for this", "We have no resources for monitoring", "only when somebody calls");
            Fine("5.2-3-1a", 5, "Description: ", "NVD daily", "Renovate and OSV alerts, triaged by the team, patched in the next release", "customers and researchers report to us, and we watch the CVE feed", "no manual steps: a bot compares the SBOM with OSV");
            Bad("5.3-1-1a", 6, "Description: radio firmware|Update Mechanism: ", "-", "none", "not updatable", "cannot be updated", "immutable", "frozen at production", "no update possible", "never");
            Fine("5.3-1-1a", 6, "Description: boot ROM|Update Mechanism: ", "none: mask ROM", "Cannot be updated because it sits in the chip's ROM", "not updatable for security reasons (root of trust)", "n/a, one-time programmable memory");
            Bad("5.3-2-1a", 7, Mechanism, "none; every file with the right name is installed", "Whatever lies on the server is flashed", "any image is accepted");
            Fine("5.3-2-1a", 7, Mechanism, "Ed25519; older versions are refused", "RSA-PSS; any image without a signature is refused", "ECDSA, version must rise");
            Bad("5.3-7-1a", 7, "Description: OTA|Security Guarantees: ", "none", "no", "not applicable", "-", "No guarantees are given");
            Fine("5.3-7-1a", 7, "Description: OTA|Security Guarantees: ", "I, A", "integrity and authenticity", "Only genuine, unaltered software is installed");
            Bad("5.3-9-1a", 7, Mechanism, "CRC32", "check sum", "MD5 sum of the file", "no signature", "SHA-256 hash in the same folder", "the file name is compared", "unsigned", "Not signed, only packed", "None");
            Fine("5.3-9-1a", 7, Mechanism, "Ed25519", "CMS/RSA-3072, checked on the device", "signed manifest with SHA-256 of each file", "SHA-256 of the file, fetched through TLS 1.3 with pinned certificate", "HMAC under a key of each device");
            Bad("5.3-9-1c", 7, Mechanism, "ECDSA, checked by the app only", "Signature is verified on our server before delivery", "the phone verifies it", "RSA-2048; verification happens in the cloud", "checked by the PC tool");
            Fine("5.3-9-1c", 7, Mechanism, "ECDSA, checked on the device", "verified by U-Boot", "Signed on our server, verified in the unit", "the app checks it first, then the boot loader verifies it");
            Bad("5.3-7-1c", 7, Mechanism, "MD5", "RSA-512", "RSA-1024", "SHA-1 with RSA", "our own hash function", "DES-MAC", "CRC32");
            Fine("5.3-7-1c", 7, Mechanism, "RSA-3072, SHA-256", "RSA-4096", "Ed25519", "ECDSA P-256 (no SHA-1)", "our own key, RSA-3072-PSS");
            Bad("5.3-8-1a", 8, "Description: test, release|Time Frame: ", "none", "as needed", "depends", "no fixed time", "when ready", "with the next product", "whenever possible");
            Fine("5.3-8-1a", 8, "Description: test, release|Time Frame: ", "30d", "a month", "within 2 weeks", "14 days for critical ones", "critical: at once, others each quarter");
            Bad("5.3-6-1b", 7, "Initiation and Interaction: automatic|Configuration: ", "none", "not configurable", "The user has no influence", "forced", "nothing can be set", "cannot be changed by the user", "No setting for it", "always on, no choice");
            Fine("5.3-6-1b", 7, "Initiation and Interaction: automatic|Configuration: ", "on/off in the app", "may be postponed for a week", "user can disable it", "can be deferred; on by default", "No restriction: the user may switch it off");
            Bad("5.3-6-1c", 7, "Initiation and Interaction: automatic|Configuration: ", "off by default", "disabled until the user enables it", "Initially off", "is off when delivered", "opt-in", "The user has to switch it on first");
            Fine("5.3-6-1c", 7, "Initiation and Interaction: automatic|Configuration: ", "on by default", "may be turned off", "active when delivered", "can be disabled until the next start", "on; switching off is possible");
            Bad("5.3-6-1e", 7, "User Notification: app message|Configuration: ", "notifications are off by default", "automatic on; notices initially off", "messages disabled as delivered");
            Fine("5.3-6-1e", 7, "User Notification: app message|Configuration: ", "both on", "notices may be switched off", "notifications can be muted, on by default");
            Bad("5.3-11-1b", 7, "User Notification: ", "none", "\"Update available\", nothing more", "version number only", "The app shows the new version number without saying why", "just a dot on the icon");
            Fine("5.3-11-1b", 7, "User Notification: ", "app tells which hole is closed", "Message with the risk and the version number", "push: reason, risk, duration", "Release notes name each flaw; nothing else is advertised");
            Bad("5.3-12-1a", 7, "User Notification: ", "none", "app tells the risk; the device restarts without warning", "Restarts unannounced at night", "No warning before the restart");
            Fine("5.3-12-1a", 7, "User Notification: ", "warns that it restarts for a minute", "app: reason; light off for 20 s, said beforehand", "the device does not restart without a warning");
            Bad("5.3-13-2c", 2, "Support Period: ", "? years", "tbd", "as long as possible", "depends on demand", "unlimited for the time being", "not defined", "none", "a reasonable time", "ended in 2021", "until 12/2023", "lifetime");
            Fine("5.3-13-2c", 2, "Support Period: ", "2031-12-31", "5 years", "until the end of 2032", "Q4 2030", "five years from the purchase", "30.06.2033");
            Bad("5.3-13-1a", 2, "Publication of Support Period: ", "none", "not published", "customer account", "on request", "on demand by e-mail", "printed in the contract only", "internal list", "known to our support staff");
            Fine("5.3-13-1a", 2, "Publication of Support Period: ", "acme.example/support", "box and acme.example/eol, no account", "label on the box");
            Bad("5.3-16-1a", 2, "Model Designation: ", "none", "not on the device", "only in our ERP system", "no label", "Not printed anywhere");
            Fine("5.3-16-1a", 2, "Model Designation: ", "X-1, label on the back", "X-1 (no other name is used), rating plate", "X-1 in the menu About");
            Bad("5.4-1-1c", 10, Secret + "Protection Scheme: ", "none", "clear text file", "stored unencrypted in flash", "base64", "XOR with a fixed byte", "readable by all processes", "plain flash", "ordinary file, no encryption", "obfuscated");
            Fine("5.4-1-1c", 10, Secret + "Protection Scheme: ", "TPM", "encrypted flash", "not readable by other processes; AES-256 by eFuse key", "secure element, never in plain text", "AES-GCM, result stored as Base64", "file permissions 600, root only, encrypted partition");
            Bad("5.4-1-1a", 10, "Description: private TLS key|Security Guarantees: confidentiality|Type: ", "public", "not critical, public", "TBD");
            Fine("5.4-1-1a", 10, "Description: public key for updates|Security Guarantees: integrity|Type: ", "public", "PSP", "public security parameter");
            Bad("5.4-2-1c", 10, "Description: hard-coded unique identity|Type: critical|Security Guarantees: integrity, tamper resistance|Protection Scheme: ", "can be rewritten with our service tool", "may be changed over the serial port", "rewritable flash", "EEPROM that can be overwritten", "editable in the service menu", "none");
            Fine("5.4-2-1c", 10, "Description: hard-coded unique identity|Type: critical|Security Guarantees: integrity, tamper resistance|Protection Scheme: ", "eFuse, cannot be changed", "secure element, non-writable", "one-time programmable; can never be overwritten", "write-protected after production");
            Bad("5.4-3-1b", 10, Secret + "Protection Scheme: encrypted flash|Provisioning Mechanism: ", "hard-coded", "part of the source code", "In the source", "constant in the firmware", "built into the firmware image", "array in keys.h");
            Fine("5.4-3-1b", 10, Secret + "Protection Scheme: encrypted flash|Provisioning Mechanism: ", "generated on first boot", "injected in production, not in the source code", "not hard-coded; enrolment by EST", "never part of the firmware");
            Bad("5.4-4-1b", 10, Secret + "Generation Mechanism: ", "the same for all devices", "one for the whole series", "rand() with time as seed", "from the serial number", "hash of the MAC address", "typed in by an employee", "fixed", "constant", "derived from the date of production", "counter", "identical in every unit");
            Fine("5.4-4-1b", 10, Secret + "Generation Mechanism: ", "TRNG", "unique per device", "random, dated by the HSM", "HSM, per unit; counter mode DRBG", "P-256 key pair made in the TPM", "HKDF of a random root key and the serial number");
            Bad("5.5-1-1b", 11, Channel, "none", "no TLS", "plain MQTT", "unencrypted UDP", "HTTP", "without encryption", "TLS, but certificates are not checked", "TLS; validation switched off", "Telnet", "plain text JSON over TCP", "self-made XOR", "Zigbee with the default trust center link key");
            Fine("5.5-1-1b", 11, Channel, "TLS 1.3", "HTTPS (TLS 1.2)", "DTLS; no unencrypted packets", "MQTT inside TLS", "HTTP over TLS 1.3", "AES-128-CCM", "WireGuard", "no plain HTTP, TLS only");
            Bad("5.5-1-1c", 11, Channel, "TLS 1.0", "RC4", "SSLv3", "TLS 1.2, falls back to TLS 1.0 for old servers", "WEP", "MD5 HMAC", "proprietary cipher", "TLS_RSA_WITH_NULL_SHA256", "3DES");
            Fine("5.5-1-1c", 11, Channel, "TLS 1.2/1.3", "TLS 1.3; TLS 1.0 and 1.1 are switched off", "AES-128-CCM, no 3DES", "TLS 1.3 only, no fall-back to TLS 1.0", "WPA2/WPA3 (WEP is not supported)");
            Bad("5.5-2-1a", 12, "Description: own MQTT client|Review/Evaluation Method: ", "none", "not done", "never", "no review", "not reviewed by anyone", "planned", "Nobody has reviewed it", "We trust our developers");
            Fine("5.5-2-1a", 12, "Description: mbedTLS|Review/Evaluation Method: ", "public review", "audit", "reviewed; nobody found a flaw", "fuzzing and review by an institute", "None of the reviews found a critical flaw");
            Bad("5.5-4-1a", 13, "Description: settings page|Status: Enabled|Allows Configuration: Yes|Authentication Mechanism: ", "none", "not needed in the LAN", "open", "anyone in the LAN", "without password", "no log-in", "anonymous", "-", "nothing", "free for all", "no authentication");
            Fine("5.5-4-1a", 13, "Description: settings page|Status: Enabled|Allows Configuration: Yes|Authentication Mechanism: ", "AuthMech-1", "certificate of the controller", "nobody gets in without a password", "open only after log-in by the app");
            Bad("5.5-8-1a", 14, "Description: ", "none", "keys never change", "no process", "A key lives as long as the product", "not planned", "Keys are not managed", "nothing is done after production");
            Fine("5.5-8-1a", 14, "Description: ", "generated in the TPM, rotated each year, revoked upon compromise, erased by reset", "Keys live in the vault; compromise leads to revocation", "no key leaves the HSM; renewal, revocation, destruction as in our policy");
            Bad("5.6-1-1a", 15, "Type: network|Status: Enabled|Description: ", "FTP server, not used any more", "debug web page, no purpose for users", "Bluetooth, not needed", "Telnet left over from development", "Port 9999, purpose unknown", "unused radio");
            Fine("5.6-1-1a", 15, "Type: network|Status: Enabled|Description: ", "Wi-Fi", "Ethernet, needed for the cloud", "Bluetooth for pairing", "HTTPS, not used by guests");
            Bad("5.6-2-1b", 15, "Type: network|Status: Enabled|Disclosed Information: ", "firmware version, kernel version and user names", "software version and list of connected devices to everybody", "exact OS version, uptime, configuration");
            Fine("5.6-2-1b", 15, "Type: network|Status: Enabled|Disclosed Information: ", "none", "host name", "model, needed for discovery", "MAC address", "Firmware version, needed by the app to choose its protocol", "no firmware version, no user names");
            Bad("5.6-4-1a", 15, Debug, "none", "not locked", "No fuse is set", "nothing", "open", "the fuse was not burnt", "Lock bits are left open", "-", "unprotected", "reachable from outside");
            Fine("5.6-4-1a", 15, Debug, "disabled by fuse", "APPROTECT", "locked; only opened by a signed token", "fuse burnt", "switched off in software after the test");
            Bad("5.6-5-1a", 13, "Description: UPnP|Status: Enabled|Justification: ", "none", "unknown", "historical", "nobody knows", "no reason", "not needed any more", "it came with the SDK", "?", "just in case", "may be useful some day");
            Fine("5.6-5-1a", 13, "Description: HTTPS|Status: Enabled|Justification: ", "settings", "the product's function", "needed by the app", "no other way to configure it", "The owner needs it");
            Bad("5.6-6-1a", 16, "Description: ", "none", "No minimisation", "not done", "Nothing is removed", "The SDK is shipped as it is", "We do not remove anything", "TBD");
            Fine("5.6-6-1a", 16, "Description: ", "linker removes unused code", "Nothing that is not needed is built", "minimal Yocto image", "no debug symbols, unused drivers removed");
            Bad("5.6-7-1a", 17, "Description: ", "none", "everything is root", "All services run with root rights", "there is only one user: root", "No separation", "one process does everything as root", "not implemented");
            Fine("5.6-7-1a", 17, "Description: ", "each daemon has its own user", "No service runs as root", "root only for the updater, all services run as own users", "SELinux", "single task with MPU regions");
            Bad("5.6-8-1a", 18, "Description: ", "none", "no hardware support", "in software only", "The MCU has no MPU", "not available", "software checks");
            Fine("5.6-8-1a", 18, "Description: ", "MMU", "MPU of the Cortex-M33", "TrustZone, not only software", "PMP");
            Bad("5.6-9-1a", 19, "Description: ", "none", "not documented", "No defined process", "we just write code", "There is no process", "nothing formal", "TBD", "We improvise");
            Fine("5.6-9-1a", 19, "Description: ", "IEC 62443-4-1", "training, threat model, coding rules, tests, reviews, archive, signed release, supplier audits", "No release without a review and tests");
            Bad("5.7-1-1a", 20, "Description: boot|Detection Mechanisms: signature|Security Guarantees: ", "none", "no guarantee", "only integrity", "Integrity", "nothing", "not needed");
            Fine("5.7-1-1a", 20, "Description: boot|Detection Mechanisms: signature|Security Guarantees: ", "I, A", "integrity, authenticity", "Authenticity and integrity of all stages");
            Bad("5.7-1-1b", 20, "Description: boot|Security Guarantees: integrity, authenticity|Detection Mechanisms: ", "none", "not implemented", "no check", "The loader starts every image", "CRC only", "check sum", "disabled", "nothing is verified", "switched off in production");
            Fine("5.7-1-1b", 20, "Description: boot|Security Guarantees: integrity, authenticity|Detection Mechanisms: ", "signature", "RSA signature of each stage; nothing unverified is started", "hash tree under a signed root", "does not start without a valid signature");
            Bad("5.7-2-1a", 20, "Description: boot|User Notification: ", "none", "nobody is told", "the device just keeps running", "no message", "it goes on working", "silent", "not indicated", "The user notices nothing");
            Fine("5.7-2-1a", 20, "Description: boot|User Notification: ", "red LED", "siren", "app message", "the screen stays black and the lamp blinks three times", "no start; the display shows E5");
            Bad("5.7-2-1b", 20, "Description: boot|User Notification: LED|Notification Functionality: ", "all functions stay available", "everything keeps working", "full network access", "The cloud connection goes on as usual", "no restriction", "unrestricted");
            Fine("5.7-2-1b", 20, "Description: boot|User Notification: LED|Notification Functionality: ", "none", "message to the service only", "recovery page on LAN 1", "no function but the alert stays available", "nothing stays open");
            Bad("5.9-1-1b", 23, "Description: local mode|Type: Network|Security Guarantees: ", "none", "no", "nothing");
            Fine("5.9-1-1b", 23, "Description: local mode|Type: Network|Security Guarantees: ", "A", "availability of the lamp", "availability");
            Bad("5.9-2-1b", 23, "Type: Network|Description: ", "Without the cloud nothing works", "The device needs the internet for every function", "does not work offline", "Stops when the network is away", "no function without network", "useless without the server");
            Fine("5.9-2-1b", 23, "Type: Network|Description: ", "works offline", "all local functions keep working without network", "Nothing stops when the cloud is away", "buttons and timers do not need the network");
            Bad("5.9-2-1c", 23, "Type: Power|Description: ", "All settings are lost", "has to be set up anew after a power cut", "forgets its configuration when power fails", "the user must pair it again", "starts in factory state after an outage", "does not start by itself");
            Fine("5.9-2-1c", 23, "Type: Power|Description: ", "restores its state", "nothing is lost", "settings survive, no new set-up is needed", "starts by itself with the last settings");
            Bad("5.9-3-1b", 11, "Cryptographic Details: TLS 1.3|Description: ", "cloud; reconnects immediately and without limit", "cloud, retries every 10 ms", "cloud; tries again at once, endlessly", "no back-off", "reconnects in an endless loop without waiting");
            Fine("5.9-3-1b", 11, "Cryptographic Details: TLS 1.3|Description: ", "cloud; exponential back-off", "cloud, random 1-10 min", "cloud; does not retry at once, waits 30 s", "never reconnects immediately");
            Bad("5.10-1-1a", 24, "Description: crashes|Security Examination: ", "none", "not examined", "no", "statistics for sales", "no one looks at it", "not for security", "We do not examine it", "only product improvement");
            Fine("5.10-1-1a", 24, "Description: crashes|Security Examination: ", "weekly look for spikes", "alerts on anomalies", "outliers are reviewed", "No row is left out: all are checked for anomalies");
            Bad("5.11-4-1b", 25, "Description: reset|Target Type: device|Confirmation: ", "none", "no feedback", "not shown", "nothing happens visibly", "the user is not informed", "no message", "silent");
            Fine("5.11-4-1b", 25, "Description: reset|Target Type: device|Confirmation: ", "LED", "message \"nothing is left\"", "two beeps", "e-mail; no further message is needed");
            Bad("5.11-1-1a", 25, "Description: reset|Target Type: device|Initiation and Interaction: ", "only by our service", "not possible for users", "none", "by sending it to the manufacturer", "a technician with a service laptop");
            Fine("5.11-1-1a", 25, "Description: reset|Target Type: device|Initiation and Interaction: ", "button 10 s", "app or button", "menu; our service helps by telephone", "Hold the key; no technician is needed");
            Bad("5.12-1-1b", 26, "Description: Firewall|Options: on/off|Default: ", "off", "disabled", "no", "-", "none", "not enabled");
            Bad("5.12-1-1b", 26, "Description: Telnet access|Options: on/off|Default: ", "on", "enabled", "yes");
            Bad("5.12-1-1b", 26, "Description: Wi-Fi encryption|Options: WPA2, none|Default: ", "none", "open", "off", "no encryption");
            Fine("5.12-1-1b", 26, "Description: Remote access|Options: on/off|Default: ", "off", "no", "disabled", "off until the owner switches it on");
            Fine("5.12-1-1b", 26, "Description: Automatic updates|Options: on/off|Default: ", "on", "yes", "enabled");
            Bad("5.13-1-1b", 29, "Source: UserIntf-1|Handling Unexpected Data: ", "none", "accepted", "no checks", "not handled", "is stored as it is", "undefined behaviour", "not specified", "the device crashes", "nothing");
            Fine("5.13-1-1b", 29, "Source: UserIntf-1|Handling Unexpected Data: ", "rejected", "ignored", "nothing is stored, error 400", "dropped", "not processed", "no unchecked value reaches the shell");
            Bad("6-2-1a", 21, "Description: pictures|Obtaining Consent: ", "implied by use", "pre-ticked box", "opt-out", "by accepting the purchase", "part of the general terms, no separate question", "active unless the user objects", "TBD", "on by default", "is taken for granted");
            Fine("6-2-1a", 21, "Description: pictures|Obtaining Consent: ", "opt-in", "separate box, empty", "asked, off until yes", "question in the app, default no", "no pre-ticked boxes; user taps yes", "unticked box");
            Bad("6-3-1a", 21, "Description: pictures|Obtaining Consent: opt-in|Withdrawing Consent: ", "none", "not possible", "cannot be withdrawn", "only within 30 days", "irrevocable", "not foreseen", "by destroying the device", "no");
            Fine("6-3-1a", 21, "Description: pictures|Obtaining Consent: opt-in|Withdrawing Consent: ", "app", "at any time", "same switch", "mail to us, no reason is asked", "No form: the switch in the app");
            Bad("6-1-1a", 2, "Documentation of Personal Data: ", "none", "not available", "We have no such notice", "no", "TBD", "not published", "nowhere", "does not exist");
            Fine("6-1-1a", 2, "Documentation of Personal Data: ", "acme.example/privacy", "leaflet", "No account needed: acme.example/privacy", "in the app before first use");
            Bad("6-5-1a", 2, "Documentation of Telemetry Data: ", "none", "not documented", "users are not informed", "no", "nowhere", "we do not tell users");
            Fine("6-5-1a", 2, "Documentation of Telemetry Data: ", "acme.example/privacy#telemetry", "leaflet, page 3", "in the app");

            Bad("5.1-1-1a", 1, Preset, "We print the same eight characters on each sticker", "One password serves the whole production run", "Set to the model's name by the tester");
            Bad("5.1-5-1a", 1, Login, "We saw no need for it", "Every attempt is answered straight away", "The user may try until it fits", "Not part of this release", "Guessing is unlikely because nobody knows the address", "Left to the router");
            Fine("5.1-5-1a", 1, Login, "The page answers after a pause that grows with every error", "Nobody can guess more than four times before the page closes for an hour", "Without a limit an attacker would win, so we stop after six tries for ten minutes");
            Bad("5.2-1-1a", 2, "Publication of Vulnerability Disclosure Policy: ", "Our sales people hand it out", "We have not written one so far", "Customers with a maintenance contract can read it", "It can be asked for by letter");
            Bad("5.2-2-1a", 3, "Description: remote flaws|Action: fix|Time Frame: ", "whenever the next release happens to come", "we do what we can", "subject to available staff", "not before the next trade fair", "there is no set time");
            Bad("5.2-3-1a", 5, "Description: ", "Our users tell us when something is broken", "Since we have had no incident we look at nothing", "The supplier is expected to call us", "It was decided not to follow such lists", "Once the product is sold we do not look at it again");
            Bad("5.3-1-1a", 6, "Description: sensor firmware|Update Mechanism: ", "stays as it left the factory", "No way to change it", "there is no mechanism", "not provided", "burnt once", "will not be updated");
            Bad("5.3-9-1c", 7, Mechanism, "RSA-3072; our web shop checks the file before it is offered, the device trusts it", "ECDSA; the gateway app does the checking for the device", "Signed, but the device itself does not look at the signature");
            Bad("5.3-12-1a", 7, "User Notification: ", "The app names the hole; the lamp goes dark for minutes and no one is told", "mail with the risk; the device is off for ten minutes, which is not announced");
            Bad("5.3-13-2c", 2, "Support Period: ", "for a reasonable period", "while stocks last", "a good while", "as the market demands", "we have not decided", "3 March 2019", "no commitment");
            Bad("5.4-1-1c", 10, Secret + "Protection Scheme: ", "a text file that every process may read", "lies unprotected on the SD card", "hidden in a file with an unusual name", "coded with ROT13", "written down in /etc/config in the clear");
            Bad("5.4-4-1b", 10, Secret + "Generation Mechanism: ", "copied from the reference design", "the chip vendor's sample key", "all devices carry the same pair", "computed from the device name", "shipped with the SDK", "made once and used for all", "Unix time at first start", "every unit of a batch shares it");
            Fine("5.4-4-1b", 10, Secret + "Generation Mechanism: ", "made once for each device in the secure element", "not shared: each device makes its own pair", "random at first start", "by the owner", "element's RNG");
            Bad("5.5-1-1b", 11, Channel, "Anybody in range can read along", "the frames are not protected", "protection was left out to save power", "the TLS library is configured not to verify the server", "HTTP, as the data is public anyway");
            Bad("5.5-2-1a", 12, "Description: own parser|Review/Evaluation Method: ", "Works fine in the field, so no review was made", "still outstanding", "We have not had the time", "by customers in daily use");
            Bad("5.5-4-1a", 13, "Description: settings page|Status: Enabled|Allows Configuration: Yes|Authentication Mechanism: ", "whoever is in the Wi-Fi may use it", "trusted network, no question asked", "no need, it is local", "the page opens for all", "guests too", "not protected");
            Bad("5.5-8-1a", 14, "Description: ", "The key is made once and that is that", "Lost keys cannot be withdrawn", "No thought was given to it", "Keys have no end date and are not exchanged");
            Bad("5.6-4-1a", 15, Debug, "pins are easy to reach and accept any probe", "the lock was not applied in series", "no protection, useful for returns", "left as on the evaluation board", "we did not get round to it");
            Bad("5.6-5-1a", 13, "Description: SSDP|Status: Enabled|Justification: ", "it was in the example code", "nobody has switched it off", "we are not sure", "has no function today", "was once wanted by a customer", "not known");
            Bad("5.6-7-1a", 17, "Description: ", "each program may do everything", "we did not use privileges");
            Bad("5.6-8-1a", 18, "Description: ", "Discipline of the programmers", "The processor has no means for that", "flat memory, everybody may write everywhere", "by the compiler only");
            Bad("5.6-9-1a", 19, "Description: ", "Every developer works as he likes", "none that we know of", "We have no rules for that");
            Bad("5.7-1-1b", 20, "Description: boot|Security Guarantees: integrity, authenticity|Detection Mechanisms: ", "planned for the next chip", "The signature is there, but the loader ignores it", "a check that is compiled out in series", "the first stage trusts the second", "we look whether the image is complete");
            Bad("5.7-2-1a", 20, "Description: boot|User Notification: ", "Only an entry in an internal log", "the user cannot tell", "it is not made known to anyone", "boots as if nothing had happened");
            Bad("5.9-2-1b", 23, "Type: Network|Description: ", "When the server is gone the lamp cannot be switched", "it waits until the cloud answers", "no local control at all", "The oven refuses every command while offline");
            Fine("5.9-2-1b", 23, "Type: Network|Description: ", "When the server is gone the lamp is switched by its button", "it does not wait for the cloud", "The oven obeys its knobs while offline", "Unlocking does not depend on the network");
            Bad("5.9-2-1c", 23, "Type: Power|Description: ", "the owner begins again from the start", "comes back as new from the box", "times and names have to be typed in again", "remains off until somebody presses the key for ten seconds and sets it up anew");
            Bad("5.10-1-1a", 24, "Description: crashes|Security Examination: ", "is only billed", "stored and forgotten", "goes to the sales department", "not analysed in that respect", "nobody has the time");
            Bad("5.11-1-1a", 25, "Description: reset|Target Type: device|Initiation and Interaction: ", "our hotline does it after proof of purchase", "with a programmer on the test pads", "in the factory", "not meant for users");
            Bad("5.11-4-1b", 25, "Description: reset|Target Type: device|Confirmation: ", "one has to guess", "cannot be seen", "it just restarts without a word", "no sign of it", "there is nothing to see");
            Bad("5.12-1-1b", 26, "Description: Share usage with partners|Options: yes/no|Default: ", "yes, data is passed on", "on, sent to our partners");
            Bad("5.12-1-1b", 26, "Description: Password for the page|Options: yes/no|Default: ", "no", "without", "empty");
            Bad("5.13-1-1b", 29, "Source: UserIntf-1|Handling Unexpected Data: ", "goes straight to the shell", "we trust the app to send correct values", "it is believed", "no reaction is defined", "whatever comes is written to the database");
            Bad("6-2-1a", 21, "Description: pictures|Obtaining Consent: ", "whoever uses the app agrees", "a line on page 40 of the terms", "Box already ticked", "not asked for", "We take it for granted", "consent is given with the purchase");
            Bad("6-3-1a", 21, "Description: pictures|Obtaining Consent: opt-in|Withdrawing Consent: ", "once given it stands", "there is no such function", "we do not offer it", "not before the contract ends", "for ever");
            Fine("6-3-1a", 21, "Description: pictures|Obtaining Consent: opt-in|Withdrawing Consent: ", "settings > privacy", "whenever the owner likes", "by letter, mail or in the app", "No questions are asked: the same switch");
            Bad("6-1-1a", 2, "Documentation of Personal Data: ", "we found it unnecessary", "in preparation", "known to our lawyer", "told by telephone on request", "not written");
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Phrasings))]
    public void Plain_words_are_read_as_their_writer_meant_them(string unit, bool refutes, string words, int table, string before)
    {
        var examined = Plant.Papers().Table(table, [$"{TableName.All[table - 1].Name}-1", .. (before + words).Split('|')]).Examined() with { Provisions = [.. Catalogue.Default.Provisions.Select(p => p.Id)] };
        var against = Register.All.Where(c => c.Units.Contains(unit)).SelectMany(c => c.Look(examined)).Where(a => a.Unit == unit && a.Says is Says.Refutes or Says.Contradicts).ToList();
        if (refutes) Assert.NotEmpty(against);
        else Assert.True(against.Count == 0, against.Count == 0 ? "" : $"{against[0].Check}: {against[0].Reason}");
    }
}
