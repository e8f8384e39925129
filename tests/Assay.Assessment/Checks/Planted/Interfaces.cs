using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Interfaces
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["clear-text-login-service"] = new(
            Plant.Image().Saw(Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot),
            Plant.Image().Saw(Service, "dropbear", Traits.Ssh, Traits.StartedAtBoot),
            Damaged),
        ["console-without-login"] = new(
            Plant.Image().Saw(Debug, "ttyS0", Traits.SerialConsole, Traits.WithoutLogin),
            Plant.Image().Saw(Debug, "ttyS0", Traits.SerialConsole),
            Damaged),
        ["debug-tools"] = new(Plant.Image().Saw(Debug, "gdbserver", Traits.DebugTool), Clean, Damaged),
        ["loose-permissions"] = new(Plant.Image().Saw(Permission, "/etc/init.d/S50ring", Traits.WorldWritable, Traits.BootScript), Plant.Image().Saw(Permission, "/tmp/notes", Traits.WorldWritable), Damaged),
        ["memory-protection"] = new(
            Plant.Image().Saw(Hardening, "/usr/bin/ring", Traits.NoExecuteMissing).Table(18, ["AccCtrl-1", "Description: the MMU keeps data from being executed"]),
            Plant.Image().Saw(Hardening, "/usr/bin/ring", Traits.PieMissing).Table(18, ["AccCtrl-1", "Description: the MMU keeps data from being executed"]),
            Plant.Image(whole: false).Table(18, ["AccCtrl-1", "Description: the MMU keeps data from being executed"])),
        ["service-declared-off"] = new(
            Plant.Image().Saw(Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot).Table(13, ["SoftServ-Telnet", "Description: telnet", "Status: disabled"]),
            Plant.Image().Saw(Service, "httpd", Traits.Http, Traits.StartedAtBoot).Table(13, ["SoftServ-Web", "Description: http", "Status: enabled"]),
            Plant.Image(whole: false).Table(13, ["SoftServ-Telnet", "Description: telnet", "Status: disabled"])),
        ["service-justification"] = new(
            Plant.Papers().Table(13, ["SoftServ-Web", "Justification: TBD"]),
            Plant.Papers().Table(13, ["SoftServ-Web", "Justification: the app needs it"]),
            Plant.Papers()),
        ["service-without-login"] = new(
            Plant.Image().Saw(Service, "telnetd -l /bin/sh", Traits.Telnet, Traits.StartedAtBoot, Traits.WithoutLogin),
            Plant.Image().Saw(Service, "telnetd", Traits.Telnet),
            Damaged),
        ["undeclared-service"] = new(
            Plant.Image().Saw(Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot).Table(13, ["SoftServ-Web", "Description: web page"]),
            Plant.Image().Saw(Service, "httpd", Traits.Http, Traits.StartedAtBoot).Table(13, ["SoftServ-Web", "Description: web page"]),
            Plant.Image().Saw(Service, "ringd", Traits.StartedAtBoot)),
        ["version-disclosure"] = new(
            Plant.Capture().Heard(Disclosure, "Server: lighttpd/1.4.55", Traits.VersionDisclosed).Table(15, ["Intf-Lan", "Disclosed Information: the model's name"]),
            Plant.Capture().Heard(Disclosure, "Server: lighttpd/1.4.55", Traits.VersionDisclosed).Table(15, ["Intf-Lan", "Disclosed Information: name and version of the server"]),
            Plant.Capture().Heard(Disclosure, "Server: lighttpd/1.4.55", Traits.VersionDisclosed)),
        ["broadcast-disclosure"] = new(
            Plant.Capture().Heard(Disclosure, "mdns bell-3").Table(28, ["LogIntf-Mdns", "Description: answers mDNS questions", "Disclosed Information: None."]),
            Plant.Capture().Heard(Disclosure, "mdns bell-3").Table(28, ["LogIntf-Mdns", "Description: answers mDNS questions", "Disclosed Information: the model's name"]),
            Plant.Capture().Heard(Disclosure, "mdns bell-3")),
        ["debug-interfaces"] = new(
            Plant.Papers().Table(15, ["Intf-Uart", "Type: physical port", "Status: Enabled", "Debug Interface: Yes", "Protection: none"]),
            Plant.Papers().Table(15, ["Intf-Uart", "Type: physical port", "Status: Enabled", "Debug Interface: Yes", "Protection: locked by a password; software can turn it off"]),
            Plant.Papers()),
        ["disclosed-information"] = new(
            Plant.Papers().Table(15, ["Intf-Lan", "Disclosed Information: The user name of the administrator. Not security relevant."]),
            Plant.Papers().Table(15, ["Intf-Lan", "Disclosed Information: None."]),
            Plant.Papers().Table(15, ["Intf-Lan", "Disclosed Information: model and firmware version"])),
        ["development-topics"] = new(
            Plant.Papers().Table(19, ["SecDev-1", "Description: none"]),
            Plant.Papers().Table(19, ["SecDev-1", "Description: Developers are trained yearly. Designs start with a threat model. Code follows rules and is reviewed by a second engineer. Tests run for each change. Releases are archived and signed. Suppliers are asked the same."]),
            Plant.Papers().Table(19, ["SecDev-1", "Description: Code is reviewed."])),
        ["input-validation-rows"] = new(
            Plant.Papers().Table(27, ["UserIntf-Web", "Description: the web page of the device", "Type: logical"]).Table(29, ["InpVal-1", "Source: UserIntf-Voice", "Handling Unexpected Data: rejected"]),
            Plant.Papers().Table(27, ["UserIntf-Web", "Description: the web page of the device", "Type: logical"]).Table(29, ["InpVal-1", "Source: UserIntf-Web", "Handling Unexpected Data: rejected with an error"]),
            Plant.Papers().Table(27, ["UserIntf-Lamp", "Description: a lamp", "Type: physical"]).Table(29, ["InpVal-1", "Source: UserIntf-Other", "Description: by length"])),
        ["interface-protection"] = new(
            Plant.Papers().Table(15, ["Intf-Usb", "Type: physical port", "Status: disabled, not needed in the field", "Protection: none"]),
            Plant.Papers().Table(15, ["Intf-Usb", "Type: physical port", "Status: disabled, not needed in the field", "Protection: behind the casing, which opens with a tool only"]),
            Plant.Papers().Table(15, ["Intf-Lan", "Type: network, physical port", "Status: enabled", "Protection: none"])),
        ["interface-purpose"] = new(
            Plant.Papers().Table(15, ["Intf-Ftp", "Type: network", "Status: enabled", "Description: left over from development"]),
            Plant.Papers().Table(15, ["Intf-Lan", "Type: network", "Status: enabled", "Description: carries the app's requests, needed for control"]),
            Plant.Papers().Table(15, ["Intf-Lan", "Type: network", "Status: enabled"])),
        ["interface-state"] = new(
            Plant.Capture().Heard(Exposure, "192.168.1.5:80/tcp", Traits.Listener).Told("initialised", Talk.In(5)).Table(28, ["LogIntf-Setup", "Description: web page for set-up", "Status: Active only during set-up"]),
            Plant.Capture().Heard(Exposure, "192.168.1.5:80/tcp", Traits.Listener).Told("factoryDefault", Talk.In(5)).Table(28, ["LogIntf-Setup", "Description: web page for set-up", "Status: Active only during set-up"]),
            Plant.Capture().Told("initialised", Talk.In(5)).Table(28, ["LogIntf-Setup", "Description: web page for set-up", "Status: Active only during set-up"])),
        ["manual-user-interfaces"] = new(
            Plant.Papers().File("documents/manual.txt", "Bell 3 user manual\nOpen the app and press the button.\n").Table(27, ["UserIntf-Button", "Description: a button"]),
            Plant.Papers().File("documents/manual.txt", "Bell 3 user manual\nOpen the app and press the button.\n").Table(27, ["UserIntf-App", "Description: the mobile app"]),
            Plant.Papers().Table(27, ["UserIntf-App", "Description: the mobile app"])),
        ["code-minimisation"] = new(
            Plant.Papers().Table(16, ["CodeMin-1", "Description: The board support package ships as it is."]),
            Plant.Papers().Table(16, ["CodeMin-1", "Description: Nothing is built that no manifest names."]),
            Plant.Papers().Table(16, ["CodeMin-1", "Description: The linker's work."])),
        ["privilege-design"] = new(
            Plant.Papers().Table(17, ["PrivlCtrl-1", "Description: All processes run as root."]),
            Plant.Papers().Table(17, ["PrivlCtrl-1", "Description: No process runs as root; each has a user of its own."]),
            Plant.Papers().Table(17, ["PrivlCtrl-1", "Description: All services run as root until they have opened their port."])),
        ["memory-hardware"] = new(
            Plant.Papers().Table(18, ["AccCtrl-1", "Description: kept apart in software only"]),
            Plant.Papers().Table(18, ["AccCtrl-1", "Description: the memory protection unit of the processor"]),
            Plant.Papers().Table(18, ["AccCtrl-1", "Description: kept apart"])),
        ["claimed-confinement"] = new(
            Plant.Image().Saw(Hardening, "capabilities", Traits.Confinement).Table(17, ["PrivlCtrl-1", "Description: Each daemon is held by a seccomp filter."]),
            Plant.Image().Saw(Hardening, "seccomp", Traits.Confinement).Table(17, ["PrivlCtrl-1", "Description: Each daemon is held by a seccomp filter."]),
            Plant.Image(whole: false).Table(17, ["PrivlCtrl-1", "Description: Each daemon is held by a seccomp filter."])),
        ["daemons-as-root"] = new(
            Plant.Image().Saw(Permission, "lighttpd", Traits.RunsAsRoot, Traits.StartedAtBoot).Table(17, ["PrivlCtrl-1", "Description: All network services run as unprivileged users."]),
            Plant.Image().Saw(Permission, "dropbear", Traits.RunsAsRoot, Traits.StartedAtBoot).Table(17, ["PrivlCtrl-1", "Description: The lighttpd server runs as its own user."]),
            Plant.Image().Saw(Permission, "dropbear", Traits.RunsAsRoot, Traits.StartedAtBoot)),
        ["dangerous-calls"] = new(
            Plant.Image().Saw(Exposure, "httpd", Traits.DangerousCall).With(e => e with { Findings = [.. e.Findings.Select(f => f.Has(Traits.DangerousCall) ? f with { Value = "names strcpy" } : f)] }).Table(29, ["InpVal-1", "Description: Unsafe string functions are not used."]),
            Plant.Image().Saw(Exposure, "httpd", Traits.DangerousCall).Table(29, ["InpVal-1", "Description: Lengths are checked before each copy."]),
            Damaged),
        ["dead-services"] = new(
            Plant.Image().Saw(Exposure, "telnet", Traits.Telnet).Table(16, ["CodeMin-1", "Description: Unused packages are removed from the image."]),
            Plant.Image().Saw(Exposure, "telnet", Traits.Telnet).Saw(Service, "telnet", Traits.Telnet, Traits.StartedAtBoot).Table(16, ["CodeMin-1", "Description: Unused packages are removed from the image."]),
            Plant.Image().Saw(Exposure, "telnet", Traits.Telnet)),
        ["debug-build-flags"] = new(
            Plant.Papers().File("build/.config", "CONFIG_KGDB=y\nCONFIG_X=y\n").Table(15, ["Intf-Uart", "Type: physical port", "Status: permanently disabled", "Debug Interface: Yes"]),
            Plant.Papers().File("build/.config", "# CONFIG_KGDB is not set\nCONFIG_X=y\n").Table(15, ["Intf-Uart", "Type: physical port", "Status: permanently disabled", "Debug Interface: Yes"]),
            Plant.Papers().Table(15, ["Intf-Uart", "Type: physical port", "Status: permanently disabled", "Debug Interface: Yes"])),
        ["debug-service-started"] = new(Plant.Image().Saw(Debug, "adb", Traits.DebugTool, Traits.StartedAtBoot), Plant.Image().Saw(Debug, "strace", Traits.DebugTool), Damaged),
        ["request-to-shell"] = new(Plant.Image().Saw(Exposure, "ping.cgi", Traits.RequestToShell), Clean, Damaged),
        ["setuid-programs"] = new(
            Plant.Image().Saw(Exposure, "/usr/bin/ring", Traits.SetUid).Table(17, ["PrivlCtrl-1", "Description: The image holds no setuid programs."]),
            Plant.Image().Saw(Exposure, "/bin/su", Traits.SetUid).Table(17, ["PrivlCtrl-1", "Description: Only su has the setuid bit."]),
            Damaged),
        ["test-leftovers"] = new(Plant.Image().Saw(Credential, "test", Traits.PasswordHash), Plant.Image().Saw(Credential, "root", Traits.PasswordHash), Damaged),
        ["undeclared-console"] = new(
            Plant.Image().Saw(Exposure, "ttyS0", Traits.SerialConsole).Table(15, ["Intf-Lan", "Type: network", "Status: enabled"]),
            Plant.Image().Saw(Exposure, "ttyS0", Traits.SerialConsole).Table(15, ["Intf-Uart", "Type: serial port inside", "Debug Interface: Yes"]),
            Plant.Image().Saw(Exposure, "ttyS0", Traits.SerialConsole)),
        ["undeclared-remote-api"] = new(
            Plant.Capture().Heard(Exposure, "192.168.1.5:9999/tcp", Traits.Listener).Table(28, ["LogIntf-Web", "Description: http on port 80"]),
            Plant.Capture().Heard(Exposure, "192.168.1.5:80/tcp", Traits.Listener).Table(28, ["LogIntf-Web", "Description: http on port 80"]),
            Plant.Capture().Heard(Exposure, "192.168.1.5:80/tcp", Traits.Listener)),
    };
}
