using Assay.Assessment.Verdicts;
using Assay.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>Faults in a real image: the example's root file system with one thing added or changed, packed again by mksquashfs.</summary>
internal static class ImageFaults
{

    public static IReadOnlyList<Fault> All =>
    [
        Image("root without a password", ["5.1-1-2c"], r => r.Write("etc/shadow", "root::19000:0:99999:7:::\n", "600")),
        Image("an account with a widely known password", ["5.1-1-2c"], r => r.Write("etc/shadow", $"root:{OpenSsl("1", "admin")}:19000:0:99999:7:::\n", "600")),
        Image("a password stored with MD5", ["5.4-1-2a"], r => r.Write("etc/shadow", $"root:!:19000:0:99999:7:::\nservice:{OpenSsl("1", "correct horse battery staple 7")}:19000:0:99999:7:::\n", "600")),
        Image("Telnet at boot, with a shell for everybody", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b"], r => r.Program("usr/sbin/telnetd").Append("etc/init.d/rcS", "\n/usr/sbin/telnetd -l /bin/sh &\n")),
        Image("Telnet at boot, with a log-in", ["5.1-3-2a", "5.6-1-2b"], r => r.Program("usr/sbin/telnetd").Append("etc/init.d/rcS", "\n/usr/sbin/telnetd &\n")),
        Image("FTP at boot that nobody declared", ["5.6-1-2b"], r => r.Program("usr/sbin/vsftpd").Append("etc/init.d/rcS", "\n/usr/sbin/vsftpd &\n")),
        Image("a private key in the image", ["5.4-3-2a"], r => r.Write("etc/ssl/private/device.key", OpenSslKey(), "600")),
        Image("a host key that every unit shares", ["5.4-4-1b"], r => r.Write("etc/ssh/ssh_host_ecdsa_key", OpenSslKey(), "600")),
        Image("a private key below the web root", ["5.4-1-2a", "5.4-3-2a"], r => r.Write("www/server.key", OpenSslKey(), "644")),
        Image("the key of a wireless network", ["5.4-3-2a"], r => r.Write("etc/wpa_supplicant.conf", "network={\n  ssid=\"factory\"\n  psk=\"tumbling-otter-41\"\n}\n", "600")),
        Image("a token for the cloud", ["5.4-3-2a"], r => r.Write("etc/config/cloud.json", "{\"endpoint\": \"https://cloud.doorbell.example\", \"api_key\": \"ak_live_9fK2mQ7xT4vB8nZ1cR5w\"}\n", "600")),
        Image("a start script that everybody can change", ["5.6-7-1a"], r => r.Write("etc/init.d/S45custom", "#!/bin/sh\nexit 0\n", "777")),
        Image("a debugger", ["5.6-6-1a"], r => r.Program("usr/bin/gdbserver")),
        Image("a packet dumper", ["5.6-6-1a"], r => r.Program("usr/sbin/tcpdump")),
        Image("a serial console without a log-in", ["5.6-4-2a"], r => r.Append("etc/inittab", "\nttyS0::respawn:-/bin/sh\n")),
        Image("an update over http without a check", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/init.d/S61update", "#!/bin/sh\nwget -q -O /tmp/fw.bin http://update.doorbell.example/fw.bin\nmtd write /tmp/fw.bin firmware\nreboot\n", "755")),
        Image("a certificate that expired, with a short key", ["5.5-1-2a"], r => r.Write("etc/ssl/certs/server.pem", Expired(), "644")),
        Image("a program with an executable stack", ["5.6-8-1b"], r => r.OldProgram("usr/sbin/doorbelld"), Outcome.Disputed),
        Image("a component that the bill of materials leaves out", ["5.2-3-1a"], r => r.Program("usr/sbin/dropbear", "SSH-2.0-dropbear_2017.75\0Dropbear server v2017.75\0"), Outcome.Disputed),
    ];

    private static Fault Image(string name, string[] units, Action<RootFolder> change, Outcome outcome = Outcome.Fail) =>
        new(name, "image", units, dossier => dossier.With(HonestDossier.Image, RootFolder.Image(change)), outcome);

    private static string OpenSsl(string scheme, string password) => Tool.Run("openssl", ["passwd", "-" + scheme, "-salt", "abcdefgh", password]).Text.Trim();

    private static string OpenSslKey() => Tool.Run("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]).Text;

    private static string Expired() => File.ReadAllText(Path.Combine(Checkout.Root, "examples", "source", "rootfs-1.0", "etc", "ssl", "certs", "server.pem"));
}

/// <summary>The example's root file system unpacked into a scratch folder, to be changed and packed again.</summary>
internal sealed class RootFolder(string folder)
{
    private static readonly Lazy<(byte[] Kernel, string Tree)> Example = new(Unpack);

    public static byte[] Image(Action<RootFolder> change)
    {
        using var scratch = new Scratch();
        Assert.Equal(0, Tool.Run("cp", ["-a", Example.Value.Tree, scratch.File("root")]).Exit);
        change(new RootFolder(scratch.File("root")));
        var packed = Tool.Run("mksquashfs", [scratch.File("root"), scratch.File("root.squashfs"), "-comp", "gzip", "-noappend", "-no-xattrs", "-no-progress", "-quiet", "-all-root", "-processors", "1"]);
        Assert.True(packed.Exit == 0, packed.Error);
        return [.. Example.Value.Kernel, .. File.ReadAllBytes(scratch.File("root.squashfs"))];
    }

    public RootFolder Write(string path, string text, string mode)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Delete(file);
        File.WriteAllText(file, text);
        Assert.Equal(0, Tool.Run("chmod", [mode, file]).Exit);
        return this;
    }

    public RootFolder Append(string path, string text)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.AppendAllText(file, text);
        return this;
    }

    public RootFolder Bytes(string path, byte[] bytes, string mode)
    {
        Write(path, "", mode);
        File.WriteAllBytes(Path.Combine(folder, path), bytes);
        return this;
    }

    public RootFolder Mode(string path, string mode)
    {
        Assert.Equal(0, Tool.Run("chmod", [mode, Path.Combine(folder, path)]).Exit);
        return this;
    }

    /// <param name="target">As the link names it: nothing has to lie there.</param>
    public RootFolder Link(string path, string target)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.CreateSymbolicLink(file, target);
        return this;
    }

    /// <summary>A program of the image under another name, with a text inside where one is given.</summary>
    public RootFolder Program(string path, string text = "")
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, [.. File.ReadAllBytes(Path.Combine(folder, "usr", "sbin", "updater")), .. System.Text.Encoding.Latin1.GetBytes("\0" + text)]);
        Assert.Equal(0, Tool.Run("chmod", ["755", file]).Exit);
        return this;
    }

    /// <summary>The program as the first version of the example had it.</summary>
    public RootFolder OldProgram(string path)
    {
        using var scratch = new Scratch();
        var image = File.ReadAllBytes(Path.Combine(Checkout.Root, "examples", "doorbell-1.0", "firmware", "doorbell-1.0.bin"));
        File.WriteAllBytes(scratch.File("old.squashfs"), image[65536..]);
        Assert.True(Tool.Run("unsquashfs", ["-q", "-n", "-d", scratch.File("old"), scratch.File("old.squashfs"), path]).Exit is 0 or 2);
        File.Copy(scratch.File("old/" + path), Path.Combine(folder, path), overwrite: true);
        return this;
    }

    private static (byte[], string) Unpack()
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        var image = File.ReadAllBytes(Path.Combine(Checkout.Root, "examples", "doorbell-1.1", "firmware", "doorbell-1.1.bin"));
        var folder = Path.Combine(AppContext.BaseDirectory, "mutation-root");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "root.squashfs"), image[65536..]);
        var unpacked = Tool.Run("unsquashfs", ["-q", "-n", "-d", Path.Combine(folder, "tree"), Path.Combine(folder, "root.squashfs")]);
        Assert.True(Directory.Exists(Path.Combine(folder, "tree", "etc")), unpacked.Error);
        return (image[..65536], Path.Combine(folder, "tree"));
    }
}
