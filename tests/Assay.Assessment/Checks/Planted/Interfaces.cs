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
    };
}
