using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>Readers meet bytes that nobody meant: captures of every protocol with bytes changed, at random and always the same.</summary>
public sealed class MutationTests
{
    private const int Rounds = 3, Largest = 200_000;

    [Theory]
    [InlineData("traffic/ndpi/pcap")]
    [InlineData("traffic/suricata-verify")]
    [InlineData("traffic/ja4/pcap")]
    public void Changed_bytes_do_no_harm_to_any_reader(string folder)
    {
        var random = new Random(42);
        int read = 0, recognised = 0;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (var file in Corpus.Files(folder).Where(f => new FileInfo(f).Length < Largest))
        {
            var intact = File.ReadAllBytes(file);
            if (!CaptureReader.IsStart(intact.AsSpan(0, Math.Min(32, intact.Length)))) continue;
            for (var round = 0; round < Rounds; round++)
            {
                var bytes = intact.ToArray();
                // Headers of the file and of records stay mostly whole, or nothing behind them would be read.
                for (var changes = 1 + bytes.Length / 300; changes > 0; changes--) bytes[random.Next(Math.Min(90, bytes.Length - 1), bytes.Length)] = (byte)random.Next(256);
                using var artefact = Artefact.Of(Path.GetFileName(file), bytes);
                try
                {
                    var examination = CaptureExamination.Of(artefact, Capture.Options, new FieldList());
                    recognised += examination.Flows.Count(f => f.Application != Traffic.Flows.Application.Unknown);
                    read++;
                }
                catch (UnreadableException refused)
                {
                    Assert.True(refused.Expected.Length > 0);
                }
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{read} changed captures read in {clock.Elapsed.TotalSeconds:0} s, {recognised} flows recognised in them");
        Assert.True(read > 20 && recognised > 20, $"expected captures and flows as a positive control, found {read} and {recognised}");
    }
}
