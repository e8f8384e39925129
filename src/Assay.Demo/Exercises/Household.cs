using System.Globalization;
using System.Text;

namespace Assay.Demo.Exercises;

/// <summary>The home of all exercises: four devices, a phone and a router, whose addresses the seed deals; and an ordinary day of theirs.</summary>
internal sealed class Household
{
    private static readonly string[] Kinds = ["doorbell", "camera", "plug", "hub"];
    private readonly Seeded seeded;

    public Household(Seeded seeded, DateTimeOffset start)
    {
        this.seeded = seeded;
        Router = new Host("router", "00:00:5e:00:53:01", "192.168.77.1");
        var octets = new HashSet<int>();
        Host Deal(string name)
        {
            int octet;
            do octet = seeded.Between(10, 99);
            while (!octets.Add(octet));
            return new Host(name, $"00:00:5e:00:53:{octet:x2}", $"192.168.77.{octet}");
        }
        Devices = [.. Kinds.Select(Deal)];
        Phone = Deal("phone");
        Wire = new Wire(start, Router);
    }

    public Host Router { get; }
    public IReadOnlyList<Host> Devices { get; }
    public Host Phone { get; }
    public Wire Wire { get; }

    public static Host Outside(string name, string address) => new(name, "00:00:5e:00:53:01", address);

    private static readonly Host Clock = Outside("time.doorbell.example", "203.0.113.123");

    /// <summary>A while in which nothing happens that a question asks about: clocks, names, pages between devices and their makers.</summary>
    public void Ordinary(int turns)
    {
        for (var i = 0; i < turns; i++)
        {
            var device = seeded.Of(Devices);
            switch (seeded.Number(3))
            {
                case 0:
                    Wire.Dns(device, Clock.Name, Clock.Address);
                    Wire.Clock(device, Clock);
                    break;
                case 1:
                    var maker = Outside($"{device.Name}.maker.example", $"198.51.100.{20 + Devices.ToList().IndexOf(device)}");
                    Wire.Dns(device, maker.Name, maker.Address);
                    Wire.Tcp(device, maker, 443, ('>', seeded.Bytes(seeded.Between(100, 400))), ('<', seeded.Bytes(seeded.Between(100, 900))));
                    break;
                default:
                    Wire.Dns(Phone, $"news{seeded.Number(9)}.example", "198.51.100.200");
                    Wire.Tcp(Phone, Outside("news", "198.51.100.200"), 443, ('>', seeded.Bytes(300)), ('<', seeded.Bytes(seeded.Between(500, 3000))));
                    break;
            }
            Wire.Wait(seeded.Between(500, 9000));
        }
    }

    public byte[] Leases(DateTimeOffset at)
    {
        var text = new StringBuilder();
        foreach (var host in Devices.Append(Phone).OrderBy(h => h.Address, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{at.AddHours(9).ToUnixTimeSeconds()} {host.Mac} {host.Address} {host.Name} 01:{host.Mac}\n");
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>An image with what every Linux device has; the caller plants into it.</summary>
    public static FirmwareImage Image(string model, string version, DateTimeOffset made)
    {
        var image = new FirmwareImage($"{model} {version}", (uint)made.ToUnixTimeSeconds());
        foreach (var folder in new[] { "bin", "etc", "etc/config", "etc/init.d", "usr", "usr/sbin", "usr/share" }) image.Folder(folder);
        image.Text("etc/version", version + "\n");
        image.Text("etc/hostname", model.ToLowerInvariant() + "\n");
        image.Text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
        image.Text("etc/shadow", "root:*:19000:0:99999:7:::\n");
        image.Text("etc/inittab", "::sysinit:/etc/init.d/rcS\n::respawn:/usr/sbin/deviced\n");
        image.Text("etc/init.d/rcS", "#!/bin/sh\nmount -t proc proc /proc\nfor s in /etc/init.d/S*; do $s start; done\n", isProgram: true);
        image.Text("etc/init.d/S50deviced", "#!/bin/sh\n/usr/sbin/deviced &\n", isProgram: true);
        image.Text("usr/sbin/deviced", $"#!/bin/sh\n# stands in for the device's program, {version}\n", isProgram: true);
        return image;
    }
}
