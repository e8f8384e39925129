using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Tests.Checks.Planted;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Checks;

/// <summary>Makers say the same thing in many ways: what refutes and what does not, in words of our own for each check that reads prose.</summary>
public class RowParaphraseTests
{
    [Theory]
    [InlineData("none", "none", true)]
    [InlineData("None.", "N/A", true)]
    [InlineData("No notification is given to the user.", "-", true)]
    [InlineData("The user is not informed.", "none", true)]
    [InlineData("TBD", "none", true)]
    [InlineData("not implemented", "none", true)]
    [InlineData("The app shows a warning to the owner.", "All services remain available.", true)]
    [InlineData("A red LED blinks", "The device continues to operate normally with full network access", true)]
    [InlineData("No interaction is needed: the app shows a red banner", "none", false)]
    [InlineData("The status light flashes and an e-mail goes to the administrator.", "Only the alert's own connection to the cloud stays open.", false)]
    [InlineData("The device stays in its boot loader; the app no longer finds it and says why.", "N/A", false)]
    [InlineData("The display reads \"damaged software\".", "No network is started.", false)]
    [InlineData("No notification beyond the blinking lamp, but the hub tells its owner", "None (all interfaces are down)", false)]
    public void Alteration_alert(string user, string network, bool refuted) => Says("alteration-alert", refuted, p => p.Table(20, ["SecBoot-1", $"User Notification: {user}", $"Notification Functionality: {network}"]));

    [Theory]
    [InlineData("Integrity", true)]
    [InlineData("integrity of the software.", true)]
    [InlineData("authenticity", true)]
    [InlineData("none", true)]
    [InlineData("TBD", true)]
    [InlineData("Integrity, authenticity", false)]
    [InlineData("The software is unmodified and comes from the manufacturer.", false)]
    [InlineData("Only signed images that were not tampered with are started", false)]
    [InlineData("Detects manipulated or foreign code", false)]
    [InlineData("Ensures that no unauthorised or altered code runs on the main processor, from the ROM up to the application, by a chain of trust", false)]
    public void Boot_guarantees(string says, bool refuted) => Says("boot-guarantees", refuted, p => p.Table(20, ["SecBoot-1", $"Security Guarantees: {says}"]));

    [Theory]
    [InlineData("Status: enabled", "Justification: no purpose known", true)]
    [InlineData("Status: Enabled, left over from development", "Description: FTP", true)]
    [InlineData("Status: active", "Description: Obsolete upload port that is no longer used.", true)]
    [InlineData("Status: on", "Description: It is not needed by the product", true)]
    [InlineData("Status: TBD", "Description: web", true)]
    [InlineData("Status: enabled, needed for control by the app", "Description: HTTPS", false)]
    [InlineData("Status: Enabled. Carries the video stream.", "Description: RTSP", false)]
    [InlineData("Status: disabled, not needed", "Description: telnet", false)]
    [InlineData("Status: active", "Description: Lets the hub find the lamp. No password is needed for that.", false)]
    [InlineData("Status: Enabled", "Description: mDNS responder. It is used for discovery and not used for anything else.", false)]
    public void Interface_purpose(string status, string description, bool refuted) => Says("interface-purpose", refuted, p => p.Table(28, ["LogIntf-1", status, description]));

    [Theory]
    [InlineData("physical port", "disabled", "none", true)]
    [InlineData("Physical port (USB)", "Enabled, but never used by the customer", "No", true)]
    [InlineData("serial header", "Not needed in the field.", "TBD", true)]
    [InlineData("wireless", "enabled; not needed for operation", "x", true)]
    [InlineData("Air interface (Bluetooth)", "Active. There is no use in normal operation.", "x", true)]
    [InlineData("physical port", "disabled", "inside the casing", false)]
    [InlineData("physical port", "Enabled, needed to charge the battery", "none", false)]
    [InlineData("wireless", "disabled; not needed", "x", false)]
    [InlineData("wireless", "Enabled. Needed to reach the cloud; no cable is needed", "x", false)]
    [InlineData("Physical port", "Enabled. It must remain connected for power when the network is unused", "none", false)]
    public void Interface_protection(string type, string status, string protection, bool refuted) => Says("interface-protection", refuted, p => p.Table(15, ["Intf-1", $"Type: {type}", $"Status: {status}", $"Protection: {protection}"]));

    [Theory]
    [InlineData("enabled", "none", "UART", true)]
    [InlineData("Enabled", "", "JTAG on the board", true)]
    [InlineData("active", "No.", "UART", true)]
    [InlineData("enabled", "TBD", "SWD", true)]
    [InlineData("enabled", "password", "Never needed after production", true)]
    [InlineData("disabled", "none", "UART", false)]
    [InlineData("enabled", "read-only log; the shell is locked by a password", "UART", false)]
    [InlineData("Disabled by default", "a signed command turns it on for an hour", "JTAG, needed for repair only", false)]
    [InlineData("enabled", "one-way output without any command", "USB log", false)]
    [InlineData("permanently disabled", "fuses are blown after production", "JTAG, never needed after production", false)]
    public void Debug_interfaces(string status, string protection, string description, bool refuted) =>
        Says("debug-interfaces", refuted, p => p.Table(15, ["Intf-1", "Type: physical port", "Debug Interface: Yes", $"Status: {status}", $"Protection: {protection}", $"Description: {description}"]));

    [Theory]
    [InlineData("The administrator's user name; harmless", true)]
    [InlineData("Discloses the Wi-Fi key. This is not security relevant.", true)]
    [InlineData("Default password (uncritical)", true)]
    [InlineData("Reveals session tokens, no security impact", true)]
    [InlineData("TBD", true)]
    [InlineData("None", false)]
    [InlineData("Model name and serial number, not security relevant", false)]
    [InlineData("No credentials or keys are disclosed. Only the host name, which is not sensitive.", false)]
    [InlineData("Exposes no sensitive credential sets or internal routing tables.", false)]
    [InlineData("Returns 401 until valid credentials are posted. Low security relevance.", false)]
    [InlineData("Firmware version, needed by the app before pairing", false)]
    public void Disclosed_information(string says, bool refuted) => Says("disclosed-information", refuted, p => p.Table(15, ["Intf-1", $"Disclosed Information: {says}"]));

    [Theory]
    [InlineData("Kept apart in software only.", true)]
    [InlineData("Purely implemented in software", true)]
    [InlineData("The processor has no MMU or MPU; tasks are trusted.", true)]
    [InlineData("Works without hardware support", true)]
    [InlineData("by software alone", true)]
    [InlineData("The MMU keeps processes apart", false)]
    [InlineData("Memory protection unit of the Cortex-M33 with TrustZone", false)]
    [InlineData("Pages are marked no-execute by the processor", false)]
    [InlineData("Enforced by the hardware, not in software alone", false)]
    [InlineData("RISC-V PMP regions are locked at start", false)]
    public void Memory_hardware(string says, bool refuted) => Says("memory-hardware", refuted, p => p.Table(18, ["AccCtrl-1", $"Description: {says}"]));

    [Theory]
    [InlineData("none", true)]
    [InlineData("No.", true)]
    [InlineData("TBD", true)]
    [InlineData("not in place", true)]
    [InlineData("Nothing", true)]
    [InlineData("No release without review by a second engineer.", false)]
    [InlineData("Not only code but also designs are reviewed.", false)]
    [InlineData("Four-eyes principle for each merge", false)]
    [InlineData("Yearly courses", false)]
    [InlineData("None of our releases leaves without tests", false)]
    public void Development_topics(string says, bool refuted) => Says("development-topics", refuted, p => p.Table(19, ["SecDev-1", $"Description: {says}"]));

    [Theory]
    [InlineData("Network connectivity", "Network", true)]
    [InlineData("Power outage", "power", true)]
    [InlineData("Loss of Wi-Fi", "Loss of the cloud connection", true)]
    [InlineData("battery", "brown-out", true)]
    [InlineData("Internet outage", "LAN outage", true)]
    [InlineData("Network outage", "Power outage", false)]
    [InlineData("Connectivity loss", "Mains failure", false)]
    [InlineData("Wi-Fi disconnect", "Loss of supply voltage", false)]
    [InlineData("Both: network and power", "Network", false)]
    [InlineData("broker unreachable", "unplugged device", false)]
    public void Resilience_rows(string one, string other, bool refuted) => Says("resilience-rows", refuted, p => p.Table(23, ["ResMech-1", $"Type: {one}"], ["ResMech-2", $"Type: {other}"]));

    [Theory]
    [InlineData("The lock stops working without internet.", true)]
    [InlineData("Without the cloud nothing happens: the device does not work offline.", true)]
    [InlineData("After a power outage all settings are lost.", true)]
    [InlineData("The hub must be set up again after a power cut.", true)]
    [InlineData("Offline it is unusable while the router is down.", true)]
    [InlineData("The thermostat keeps working locally without internet.", false)]
    [InlineData("It does not stop working when the network is lost.", false)]
    [InlineData("After loss of power the device restarts and resumes its schedule; no settings are lost.", false)]
    [InlineData("Readings are buffered for a day and sent later.", false)]
    [InlineData("The lamp can still be switched by hand, and comes back to its last state.", false)]
    public void Resilience_design(string says, bool refuted) => Says("resilience-design", refuted, p => p.Table(23, ["ResMech-1", $"Description: {says}", "Security Guarantees: availability"]));

    [Theory]
    [InlineData("After a disconnect it retries immediately.", true)]
    [InlineData("Reconnects at once, without delay, until it succeeds.", true)]
    [InlineData("The client attempts to reconnect as fast as possible.", true)]
    [InlineData("There is no pause between retries.", true)]
    [InlineData("Retry happens in a tight loop", true)]
    [InlineData("It never retries immediately.", false)]
    [InlineData("Reconnection waits 10 s, then doubles the pause.", false)]
    [InlineData("Retries with exponential backoff and jitter.", false)]
    [InlineData("Reconnects immediately once, then every 60 s.", false)]
    [InlineData("The fixed retry delay is 67 seconds; no exponential backoff is implemented.", false)]
    public void Reconnect_design(string says, bool refuted) => Says("reconnect-design", refuted, p => p.Table(11, ["ComMech-1", $"Description: {says}"]));

    [Theory]
    [InlineData("pre-ticked box", "in the app", true)]
    [InlineData("Consent is assumed when the device is used", "in the app", true)]
    [InlineData("Users can opt out later; switched on by default", "in the app", true)]
    [InlineData("TBD", "in the app", true)]
    [InlineData("The user ticks a box", "Not possible.", true)]
    [InlineData("The user ticks a box", "none", true)]
    [InlineData("The user ticks a box", "There is no way to withdraw", true)]
    [InlineData("The user ticks a box that is not pre-ticked", "In the app, Privacy", false)]
    [InlineData("Opt-in during set-up", "at any time by the switch in the menu", false)]
    [InlineData("Explicit tap on \"I agree\"", "by mail or in the app; data is then deleted", false)]
    [InlineData("Asked on the first start of the app", "No reason must be given; in the settings", false)]
    [InlineData("N/A", "N/A", false)]
    public void Consent_rows(string given, string back, bool refuted) => Says("consent-rows", refuted, p => p.Table(21, ["PersData-1", $"Obtaining Consent: {given}", $"Withdrawing Consent: {back}"]));

    [Theory]
    [InlineData("none", true)]
    [InlineData("No confirmation is shown.", true)]
    [InlineData("The user is not informed.", true)]
    [InlineData("", false)]
    [InlineData("TBD", true)]
    [InlineData("It is done silently", true)]
    [InlineData("The app says that everything was deleted", false)]
    [InlineData("No further prompt, but the light turns green", false)]
    [InlineData("A mail follows", false)]
    [InlineData("The device restarts and asks for its set-up again", false)]
    [InlineData("No confirmation dialogue before, but a message after", false)]
    public void Deletion_confirmation(string says, bool refuted) => Says("deletion-confirmation", refuted, p => p.Table(25, ["DelFunc-1", "Description: reset of the device", $"Confirmation: {says}"]));

    [Theory]
    [InlineData("Cloud account", "Factory reset", "Device", true)]
    [InlineData("Kept on our servers", "Hold the button", "User data on the device", true)]
    [InlineData("Stored in the online portal", "reset", "device settings", true)]
    [InlineData("sent to the backend", "wipe", "local flash", true)]
    [InlineData("held by the associated service", "button", "device", true)]
    [InlineData("Cloud account", "Deletes the account", "Associated service", false)]
    [InlineData("Kept on the device; never sent to any server.", "Factory reset", "Device", false)]
    [InlineData("No cloud is involved.", "Factory reset", "Device", false)]
    [InlineData("Kept on our servers", "In the app", "Personal data on associated services", false)]
    [InlineData("Stored on the SD card", "format", "memory card of the device", false)]
    public void Deletion_coverage(string data, string function, string target, bool refuted) =>
        Says("deletion-coverage", refuted, p => p.Table(21, ["PersData-1", $"Description: {data}"]).Table(25, ["DelFunc-1", $"Description: {function}", $"Target Type: {target}"], ["DelFunc-2", "Description: reset", "Target Type: device"]));

    [Theory]
    [InlineData("Password", "no password until one is set", true)]
    [InlineData("Updates", "Automatic updates: off", true)]
    [InlineData("Automatic-Updates", "Off", true)]
    [InlineData("Transport encryption", "disabled", true)]
    [InlineData("Wireless", "open network", true)]
    [InlineData("Password", "TBD", true)]
    [InlineData("Password", "None: set-up does not go on without one", false)]
    [InlineData("Telemetry", "No", false)]
    [InlineData("Remote-Access", "Off", false)]
    [InlineData("Automatic-Updates", "On", false)]
    [InlineData("Encryption", "on; unencrypted is not offered", false)]
    public void User_decisions(string name, string preset, bool refuted) => Says("user-decisions", refuted, p => p.Table(26, [$"UserDec-{name.Replace(' ', '-')}", $"Description: {name}", "Options: several", $"Default: {preset}"]));

    [Theory]
    [InlineData("N/A", true)]
    [InlineData("none", true)]
    [InlineData("Not examined.", true)]
    [InlineData("No security examination takes place", true)]
    [InlineData("TBD", true)]
    [InlineData("The cloud looks for bursts of failed log-ins", false)]
    [InlineData("By hand, once a month; not automatic", false)]
    [InlineData("Analysed weekly for unusual restarts. Raw values are not examined for content.", false)]
    [InlineData("An alarm is raised when a device contacts new hosts", false)]
    [InlineData("No automatic rule yet; our staff reads crash reports for signs of attacks", false)]
    public void Telemetry_examination(string says, bool refuted) => Says("telemetry-examination", refuted, p => p.Table(24, ["TelData-1", "Purpose: faults", $"Security Examination: {says}"]));

    [Theory]
    [InlineData("the embedded web page for set-up", "Source: voice", true)]
    [InlineData("REST API on port 443", "Source: InpVal of the microphone", true)]
    [InlineData("Command line over SSH", "Source: nothing of it", true)]
    [InlineData("MQTT topics that the device obeys", "Source: the button", true)]
    [InlineData("browser interface", "Source: sensors", true)]
    [InlineData("the embedded web page for set-up", "Source: forms of the web interface", false)]
    [InlineData("a lamp", "Source: voice", false)]
    [InlineData("The app on the owner's phone", "Source: cloud messages", false)]
    [InlineData("outbound HTTPS client", "Source: voice", false)]
    [InlineData("REST API on port 443", "Source: all inputs of the device", false)]
    public void Input_validation_rows(string subject, string source, bool refuted) => Says("input-validation-rows", refuted, p => p.Table(27, ["UserIntf-9", $"Description: {subject}"]).Table(29, ["InpVal-1", source, "Handling Unexpected Data: rejected"]));

    [Theory]
    [InlineData("ComMech-1", "none", true)]
    [InlineData("ComMech-1", "No encryption.", true)]
    [InlineData("ComMech-1", "plain HTTP", true)]
    [InlineData("none", "TLS", true)]
    [InlineData("sent unencrypted", "TLS", true)]
    [InlineData("ComMech-1", "TLS 1.2 or later", false)]
    [InlineData("ComMech-1", "AES-128-CCM; no clear text fallback", false)]
    [InlineData("ComMech-1 (never sent unencrypted)", "TLS 1.3", false)]
    [InlineData("ComMech-1, encrypted end to end", "DTLS", false)]
    [InlineData("see ComMech-1", "WPA3 with TLS on top", false)]
    public void Personal_data_channels(string channel, string details, bool refuted) =>
        Says("personal-data-channels", refuted, p => p.Table(21, ["PersData-1", "Sensitive: Yes", $"Secure Communication Mechanisms: {channel}"]).Table(11, ["ComMech-1", $"Cryptographic Details: {details}"]));

    [Theory]
    [InlineData("All network services run as unprivileged users.", true)]
    [InlineData("No daemon runs as root.", true)]
    [InlineData("Each process has its own user.", true)]
    [InlineData("lighttpd runs as www-data.", true)]
    [InlineData("The services drop root privileges after start.", true)]
    [InlineData("All services run as root; access is limited by the firewall.", false)]
    [InlineData("The update service runs as its own user.", false)]
    [InlineData("Services run as unprivileged users where possible.", false)]
    [InlineData("The owner's account in the app has its own rights.", false)]
    [InlineData("Running services without root is planned.", false)]
    public void Daemons_as_root(string says, bool refuted) => Says("daemons-as-root", refuted, p => p.WithImage().Saw(FindingKind.Permission, "lighttpd", Traits.RunsAsRoot).Table(17, ["PrivlCtrl-1", $"Description: {says}"]));

    [Theory]
    [InlineData("There are no setuid programs.", true)]
    [InlineData("The image is built without any set-uid binaries", true)]
    [InlineData("SUID bits are not set.", true)]
    [InlineData("The setuid bit has been removed from all programs", true)]
    [InlineData("Only ping has the setuid bit.", false)]
    [InlineData("Setuid programs are reviewed", false)]
    public void Setuid_programs(string says, bool refuted) => Says("setuid-programs", refuted, p => p.WithImage().Saw(FindingKind.Exposure, "/bin/ping", Traits.SetUid).Table(17, ["PrivlCtrl-1", $"Description: {says}"]));

    [Theory]
    [InlineData("Unused packages are removed from the image.", true)]
    [InlineData("We strip unnecessary services", true)]
    [InlineData("Only packages that are needed are installed", true)]
    [InlineData("Dead code and unused programs are eliminated by the build", true)]
    [InlineData("Nothing but the required components gets built", true)]
    [InlineData("The compiler optimises for size.", false)]
    [InlineData("Removal of unused packages is planned.", false)]
    [InlineData("Unused packages are not removed yet", false)]
    public void Dead_services(string says, bool disputed) => Says("dead-services", disputed, p => p.WithImage().Saw(FindingKind.Exposure, "telnet", Traits.Telnet).Table(16, ["CodeMin-1", $"Description: {says}"]));

    [Theory]
    [InlineData("The boot loader verifies the signature of the kernel.", true)]
    [InlineData("Kernel images are signed and checked before they start", true)]
    [InlineData("Only authentic firmware is booted", true)]
    [InlineData("A chain of trust reaches from the ROM to the kernel", true)]
    [InlineData("Secure boot checks each image", true)]
    [InlineData("None: the kernel is not signed.", false)]
    [InlineData("Integrity is checked by a CRC", false)]
    [InlineData("Signing of the kernel is not done in this series", false)]
    public void Unsigned_boot_image(string says, bool disputed) => Says("unsigned-boot-image", disputed, p => p.WithImage().Saw(FindingKind.Hardening, "kernel", Traits.UnsignedBoot).Table(20, ["SecBoot-1", $"Description: {says}"]));

    [Theory]
    [InlineData("disabled", true)]
    [InlineData("Off", true)]
    [InlineData("Deactivated in the product", true)]
    [InlineData("not active", true)]
    [InlineData("Disabled by default; the user can enable it", true)]
    [InlineData("switched off", true)]
    [InlineData("enabled", false)]
    [InlineData("Active, cannot be switched off", false)]
    [InlineData("Enabled; the older protocol version is disabled", false)]
    [InlineData("on", false)]
    [InlineData("Active only during set-up", false)]
    public void Service_declared_off(string status, bool refuted) => Says("service-declared-off", refuted, p => p.WithImage().Saw(FindingKind.Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot).Table(13, ["SoftServ-Telnet", "Description: telnet", $"Status: {status}"]));

    [Theory]
    [InlineData("Active only during set-up", true)]
    [InlineData("Enabled until commissioning is done", true)]
    [InlineData("on-demand, while the provisioning hotspot is up", true)]
    [InlineData("temporarily active for pairing", true)]
    [InlineData("Only available during initial configuration", true)]
    [InlineData("Enabled", false)]
    [InlineData("Always on, also after set-up", false)]
    [InlineData("Active in all states", false)]
    public void Interface_state(string status, bool refuted) => Says("interface-state", refuted, p => p.WithCapture().Heard(FindingKind.Exposure, "192.168.1.5:80/tcp", Traits.Listener).Told("initialised", Talk.In(5)).Table(28, ["LogIntf-1", "Description: web page", $"Status: {status}"]));

    private static void Says(string id, bool against, Func<Plant, Plant> plant)
    {
        var check = Register.All.Single(c => c.Id == id);
        var answers = check.Look(plant(Plant.Papers()).Examined() with { Provisions = [.. Catalogue.Default.Provisions.Select(p => p.Id)] }).ToList();
        Assert.NotEmpty(answers);
        var hits = answers.Where(a => a.Says is Assay.Assessment.Checks.Says.Refutes or Assay.Assessment.Checks.Says.Contradicts).ToList();
        if (against) Assert.NotEmpty(hits);
        else Assert.True(hits.Count == 0, hits.Count == 0 ? "" : hits[0].Reason);
    }
}
