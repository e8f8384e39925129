using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Tests;

/// <summary>The two dossiers of examples/: made by outside writers, the same each time, and read without complaint by outside readers.</summary>
public partial class ExamplesTests
{
    private static readonly string Examples = Path.Combine(Checkout.Root, "examples");

    public static TheoryData<string> Images => Made("*.bin");
    public static TheoryData<string> Captures => Made("*.pcap");

    [Fact]
    public void The_images_come_out_the_same_again()
    {
        NeedMakers();
        var used = Tool.Run("bash", [Path.Combine(Examples, "make"), "--tools"]).Text;
        var recorded = File.ReadAllText(Path.Combine(Examples, "source", "made-with.txt"));
        if (used != recorded) Assert.Skip($"other versions of the tools make other bytes; made with:\n{recorded}here:\n{used}");

        using var scratch = new Scratch();
        Make(scratch);
        AssertSame(scratch, "*.bin", atLeast: 2);
    }

    [Fact]
    public void The_captures_come_out_the_same_again()
    {
        Tool.Need("python3", "python3");
        using var scratch = new Scratch();
        var made = Tool.Run("python3", ["-B", Path.Combine(Examples, "source", "captures.py"), scratch.Folder]);
        Assert.True(made.Exit == 0, made.Error);
        AssertSame(scratch, "*.pcap", atLeast: 4);
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Tshark_finds_nothing_wrong_with_a_frame(string capture)
    {
        Tool.Need("tshark", "tshark");
        var bad = Tshark(capture, "_ws.malformed || _ws.expert.severity >= 0x600000 || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0");
        Assert.True(bad.Exit == 0, bad.Error);
        Assert.Equal("", bad.Text);
    }

    [Fact]
    public void Tshark_would_have_seen_a_wrong_checksum()
    {
        Tool.Need("tshark", "tshark");
        using var scratch = new Scratch();
        var bytes = File.ReadAllBytes(Path.Combine(Examples, "doorbell-1.0", "captures", "setup.pcap"));
        bytes[24 + 16 + 60] ^= 1; // a byte of the first frame's payload: file header, record header, then into the DHCP message
        File.WriteAllBytes(scratch.File("wrong.pcap"), bytes);
        Assert.NotEqual("", Tshark(scratch.File("wrong.pcap"), "udp.checksum.status == 0").Text);
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Every_address_in_a_capture_is_a_local_or_a_documentation_address(string capture)
    {
        Tool.Need("tshark", "tshark");
        var addresses = Tool.Run("tshark", ["-r", Path.Combine(Examples, capture), "-T", "fields", "-e", "ip.addr"]).Text
            .Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
        Assert.NotEmpty(addresses);
        Assert.All(addresses, address => Assert.Matches(FictitiousAddress(), address));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Unsquashfs_finds_the_root_file_system_after_the_kernel(string image)
    {
        Tool.Need("unsquashfs", "squashfs-tools");
        var listed = Tool.Run("unsquashfs", ["-lln", "-o", "65536", Path.Combine(Examples, image)]);
        Assert.True(listed.Exit == 0, listed.Error);
        Assert.Contains("squashfs-root/usr/sbin/doorbelld", listed.Text, StringComparison.Ordinal);
        // The repaired image has neither the service nor a file that anybody may change.
        Assert.Equal(image.Contains("1.0", StringComparison.Ordinal), listed.Text.Contains("telnetd", StringComparison.Ordinal));
        Assert.Equal(image.Contains("1.0", StringComparison.Ordinal), Regex.IsMatch(listed.Text, "^-rwxrwxrwx", RegexOptions.Multiline));
    }

    [Fact]
    public void Every_planted_place_is_in_the_image()
    {
        Tool.Need("unsquashfs", "squashfs-tools");
        var listed = Tool.Run("unsquashfs", ["-lln", "-o", "65536", Path.Combine(Examples, "doorbell-1.0", "firmware", "doorbell-1.0.bin")]).Text;
        var rows = Table("planted.tsv", "kind\tpath\twhat");
        Assert.True(rows.Count > 10);
        Assert.All(rows, row => Assert.Contains("squashfs-root" + row[1] + "\n", listed, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("credential", "http.authbasic == \"admin:admin\"")]
    [InlineData("update", "ip.addr == 203.0.113.10 && tcp.port == 80 && tcp.len > 0")]
    [InlineData("weakCrypto", "tls.handshake.type == 1 && tls.handshake.version == 0x0301")]
    [InlineData("cleartext", "telnet && tcp.srcport == 23")]
    [InlineData("exposure", "tcp.srcport in {23, 80} && ip.src == 192.168.77.20 && tcp.flags.syn == 1 && tcp.flags.ack == 1")]
    [InlineData("disclosure", "(mdns && dns.txt == \"fw=1.0\") || dhcp.option.vendor_class_id == \"EDB-100 1.0\" || http.server == \"doorbelld/1.0\"")]
    public void Tshark_names_the_frames_of_what_was_planted_in_the_captures(string kind, string filter)
    {
        Tool.Need("tshark", "tshark");
        var planted = Table("planted-captures.tsv", "kind\tpath\tframe\twhat").Where(row => row[0] == kind).ToList();
        Assert.NotEmpty(planted);
        foreach (var capture in planted.GroupBy(row => row[1]))
        {
            var seen = Tshark(Path.Combine("doorbell-1.0", capture.Key), filter, "-T", "fields", "-e", "frame.number").Text.Split('\n');
            Assert.All(capture, row => Assert.Contains(row[2], seen));
        }
    }

    [Theory]
    [InlineData("doorbell-1.0", true)]
    [InlineData("doorbell-1.1", false)]
    public void Only_the_first_version_talks_in_clear_text_or_old_tls(string dossier, bool expected)
    {
        Tool.Need("tshark", "tshark");
        foreach (var filter in (string[])["http || telnet", "tls.handshake.type == 2 && !(tls.handshake.extensions.supported_version == 0x0304)"])
        {
            Assert.Equal(expected, Tshark(Path.Combine(dossier, "captures", "setup.pcap"), filter).Text != "");
        }
    }

    [Fact]
    public void Openssl_agrees_that_the_example_maker_signed_every_claim_of_the_repaired_version()
    {
        Tool.Need("openssl", "openssl");
        var papers = Directory.GetFiles(Path.Combine(Examples, "doorbell-1.1", "declaration"), "*.yaml");
        Assert.Equal(2, papers.Length);
        using var scratch = new Scratch();
        foreach (var paper in papers)
        {
            Assert.True(Verifies(paper, paper), $"{paper} was changed after it was signed: examples/make --sign");
            File.WriteAllText(scratch.File("changed.yaml"), File.ReadAllText(paper) + "\n");
            Assert.False(Verifies(paper, scratch.File("changed.yaml")));
        }
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Examples, "doorbell-1.0"), "*.p7s", SearchOption.AllDirectories));

        static bool Verifies(string signed, string content) => Tool.Run("openssl", ["cms", "-verify", "-binary", "-inform", "DER", "-in", signed + ".p7s", "-content", content,
            "-CAfile", Path.Combine(Examples, "source", "maker", "maker.pem"), "-partial_chain", "-purpose", "any", "-out", "/dev/null"]).Exit == 0;
    }

    [Fact]
    public void Each_dossier_is_small()
    {
        // Beside the dossiers may lie what somebody assessed here.
        foreach (var dossier in Directory.EnumerateDirectories(Examples, "doorbell-*").Where(d => !d.EndsWith("-assessment", StringComparison.Ordinal)))
        {
            var bytes = Directory.EnumerateFiles(dossier, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
            Assert.InRange(bytes, 50_000, 600_000);
        }
    }

    private static void Make(Scratch scratch)
    {
        var made = Tool.Run("bash", [Path.Combine(Examples, "make"), scratch.Folder]);
        Assert.True(made.Exit == 0, made.Error);
    }

    private static void AssertSame(Scratch scratch, string pattern, int atLeast)
    {
        var made = Directory.EnumerateFiles(scratch.Folder, pattern, SearchOption.AllDirectories).ToList();
        Assert.True(made.Count >= atLeast);
        foreach (var file in made)
        {
            var committed = Path.Combine(Examples, Path.GetRelativePath(scratch.Folder, file));
            Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(committed)), $"{committed} is not what examples/make makes");
        }
    }

    private static void NeedMakers()
    {
        Tool.Need("arm-linux-gnueabihf-gcc", "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross");
        Tool.Need("mksquashfs", "squashfs-tools");
        Tool.Need("mkimage", "u-boot-tools");
        Tool.Need("python3", "python3");
    }

    private static Tool.Result Tshark(string capture, string filter, params string[] fields) => Tool.Run("tshark",
        ["-r", Path.Combine(Examples, capture), "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y", filter, .. fields]);

    private static List<string[]> Table(string name, string header)
    {
        var lines = File.ReadAllLines(Path.Combine(Examples, name));
        Assert.Equal(header, lines[0]);
        return lines.Skip(1).Select(line => line.Split('\t')).ToList();
    }

    private static TheoryData<string> Made(string pattern) => new(Directory.EnumerateFiles(Examples, pattern, SearchOption.AllDirectories)
        .Where(f => Path.GetRelativePath(Examples, f).StartsWith("doorbell-", true, CultureInfo.InvariantCulture))
        .Select(f => Path.GetRelativePath(Examples, f)).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^(192\.168\.77|192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^0\.0\.0\.0$|^255\.255\.255\.255$|^224\.0\.0\.251$")]
    private static partial Regex FictitiousAddress();
}
