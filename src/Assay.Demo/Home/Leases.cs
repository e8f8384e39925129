using System.Diagnostics;

namespace Assay.Demo.Home;

/// <summary>dnsmasq in the gateway, for addresses alone: names are the guard's.</summary>
internal static class Leases
{
    public static Process Serve(Run run, Space gateway)
    {
        System.IO.File.WriteAllText(File(run), "");
        return run.Begin(Tools.Start("ip", gateway.Words("dnsmasq",
        [
            "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", $"--interface={Plan.Inside}", "--bind-interfaces", "--except-interface=lo",
            "--dhcp-range=192.168.77.50,192.168.77.99,255.255.255.0,12h", $"--dhcp-option=option:router,{Plan.Gateway}", $"--dhcp-option=option:dns-server,{Plan.Gateway}",
            $"--dhcp-leasefile={File(run)}", $"--pid-file={run.File("dnsmasq.pid")}", "--dhcp-authoritative", "--no-ping", "--user=root", "--log-facility=/dev/null",
        ])));
    }

    public static string File(Run run) => run.File("dnsmasq.leases");
}
