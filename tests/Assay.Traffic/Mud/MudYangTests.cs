using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Traffic.Tests.Mud;

/// <summary>yanglint with the modules of RFC 8519 and RFC 8520 judges what we write, and agrees with what we remark. The modules are of a folder that ASSAY_YANG names.</summary>
public sealed class MudYangTests(ITestOutputHelper output)
{
    private static readonly string? Modules = Environment.GetEnvironmentVariable("ASSAY_YANG");

    private static (bool Valid, string Error) Judge(string file)
    {
        if (string.IsNullOrEmpty(Modules)) Assert.Skip("ASSAY_YANG names no folder with the modules of RFC 8519 and RFC 8520");
        Tool.Need("yanglint", "libyang2-tools");
        string Module(string name) => Directory.EnumerateFiles(Modules!, name + "*.yang").Order(StringComparer.Ordinal).First();
        var result = Tool.Run("yanglint", ["-p", Modules!, "-F", "ietf-access-control-list:*", "-t", "config", "-f", "json", Module("ietf-mud@"), Module("ietf-access-control-list"), Module("ietf-acldns"), file]);
        return (result.Exit == 0, result.Error);
    }

    [Fact]
    public void Observed_profiles_are_valid_and_one_with_another_action_is_not()
    {
        // The judge knows the format by the file's ending.
        var file = Path.ChangeExtension(Path.GetTempFileName(), "json");
        File.Delete(Path.ChangeExtension(file, "tmp"));
        try
        {
            var judged = 0;
            foreach (var label in Corpus.Files("traffic/iot-sentinel", "*mac.txt"))
            {
                Assert.True(MacAddress.TryParse(File.ReadAllText(label), out var mac));
                var traffic = new DeviceTraffic(mac);
                foreach (var capture in Directory.EnumerateFiles(Path.GetDirectoryName(label)!, "*.pcap").Order(StringComparer.Ordinal).Take(3))
                {
                    using var artefact = Artefact.Open(capture);
                    traffic.Add(artefact, Capture.Options);
                }
                var bytes = EvidenceJson.Bytes(ObservedProfile.Learn(traffic).Write);
                File.WriteAllBytes(file, bytes);
                var (valid, error) = Judge(file);
                Assert.True(valid, $"{label}: {error}");
                judged++;
                var text = System.Text.Encoding.UTF8.GetString(bytes);
                if (!text.Contains("\"accept\"", StringComparison.Ordinal)) continue;
                File.WriteAllText(file, text.Replace("\"accept\"", "\"perhaps\"", StringComparison.Ordinal));
                Assert.False(Judge(file).Valid);
            }
            output.WriteLine($"{judged} observed profiles are valid");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void What_yanglint_refuses_departs_for_us_too_and_what_we_call_clean_is_valid()
    {
        var (valid, departing) = (0, 0);
        foreach (var path in Corpus.Files("mud", "*.json").Where(f => MudFile.Recognises(File.ReadAllBytes(f))))
        {
            var (accepted, error) = Judge(path);
            // A module of an extension is not among the standard's: we pass its nodes over and say so.
            if (error.Contains("No module named", StringComparison.Ordinal)) continue;
            var departs = MudFile.Read(File.ReadAllBytes(path)).Remarks.Where(r => r.Weight != RemarkWeight.Advice && r.Rule != "systeminfo-long").ToList();
            // RFC 8520 asks for short descriptions in words that its module does not hold.
            Assert.True(accepted == (departs.Count == 0), $"{path}: yanglint {(accepted ? "accepts it" : error)}; ours: {string.Join("\n", departs)}");
            if (accepted) valid++;
            else departing++;
        }
        output.WriteLine($"{valid} valid for both, {departing} departing for both");
        Assert.True(valid > 10 && departing > 10);
    }
}
