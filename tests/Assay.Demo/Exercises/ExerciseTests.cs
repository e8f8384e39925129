using Assay.Demo.Exercises;
using Assay.Tests;

namespace Assay.Demo.Tests.Exercises;

public class ExerciseTests
{
    public static TheoryData<string> Names => [.. Exercise.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others(string name)
    {
        var one = Folder.Files(Exercise.Of(name, "17"), "17");
        var again = Folder.Files(Exercise.Of(name, "17"), "17");
        var other = Folder.Files(Exercise.Of(name, "18"), "18");
        Assert.Equal(one.Keys, again.Keys);
        foreach (var (file, bytes) in one) Assert.Equal(bytes, again[file]);
        Assert.NotEqual(one["capture.pcap"], other["capture.pcap"]);
        Assert.NotEqual(one["image.bin"], other["image.bin"]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_freeze_opens_with_outside_tools_and_holds_the_working_copies(string name)
    {
        Tool.Need("unzip", "unzip");
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        foreach (var (file, bytes) in Folder.Files(Exercise.Of(name, "17"), "17")) File.WriteAllBytes(scratch.File(file), bytes);
        Assert.Equal(0, Tool.Run("unzip", ["-q", "freeze.zip", "-d", "out"], scratch.Folder).Exit);
        Assert.Equal(0, Tool.Run("sha256sum", ["-c", "SHA256SUMS"], scratch.File("out")).Exit);
        Assert.Equal(0, Tool.Run("openssl", ["cms", "-verify", "-binary", "-inform", "DER", "-in", "SHA256SUMS.p7s", "-content", "SHA256SUMS", "-CAfile", "../signer.pem", "-purpose", "any", "-out", "/dev/null"], scratch.File("out")).Exit);
        Assert.Equal(File.ReadAllBytes(scratch.File("capture.pcap")), File.ReadAllBytes(Path.Combine(scratch.File("out"), "capture.pcap")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tshark_reads_every_frame_with_right_sums_and_no_sequence_lost(string name)
    {
        Tool.Need("tshark", "tshark");
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("capture.pcap"), Exercise.Of(name, "17").Items["capture.pcap"].Bytes);
        string[] read = ["-r", scratch.File("capture.pcap"), "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
        Assert.NotEqual("", Tool.Run("tshark", [.. read, "-Y", "ip"]).Text);
        Assert.Equal("", Tool.Run("tshark", [.. read, "-Y", "ip.checksum.status==0 or tcp.checksum.status==0 or udp.checksum.status==0 or tcp.analysis.lost_segment or tcp.analysis.retransmission or _ws.malformed"]).Text);
    }

    [Fact]
    public void The_truth_of_the_scan_is_what_tshark_counts()
    {
        Tool.Need("tshark", "tshark");
        using var scratch = new Scratch();
        foreach (var seed in new[] { "1", "2", "3" })
        {
            var exercise = Exercise.Of("scan", seed);
            File.WriteAllBytes(scratch.File("capture.pcap"), exercise.Items["capture.pcap"].Bytes);
            var knocks = Tool.Run("tshark", ["-r", scratch.File("capture.pcap"), "-Y", "tcp.flags.syn==1 && tcp.flags.ack==0 && ip.dst==192.0.2.0/24", "-T", "fields", "-e", "eth.src", "-e", "ip.dst", "-e", "tcp.dstport"]).Text
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')).ToList();
            Assert.Equal(exercise.Questions[0].Truth, knocks.Select(k => k[0]).Distinct());
            Assert.Equal(exercise.Questions[1].Truth, knocks.Select(k => k[2]).Distinct());
            Assert.Equal(exercise.Questions[2].Truth, [ScanExercise.Text(knocks.Select(k => k[1]).Distinct().Count())]);
        }
    }

    [Fact]
    public void A_marker_is_text_alone_and_says_that_it_is_inert()
    {
        foreach (var name in Exercise.Names)
        {
            var image = System.Text.Encoding.Latin1.GetString(Exercise.Of(name, "17").Items["image.bin"].Bytes);
            Assert.Contains("EXERCISE MARKER", image, StringComparison.Ordinal);
            Assert.Contains("inert", image, StringComparison.Ordinal);
            Assert.DoesNotContain("\x7f" + "ELF", image, StringComparison.Ordinal);
        }
    }
}
