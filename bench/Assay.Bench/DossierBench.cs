using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Assay.Assessment;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Documents;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Bench;

/// <summary>A shelf of dossiers: made out of one, each with its own bytes, and assessed against all catalogues.</summary>
internal static class DossierBench
{
    /// <summary>Writes <paramref name="count"/> dossiers below <paramref name="to"/>. Images, captures and papers differ in every one, so that nothing is read once for all.</summary>
    internal static int Make(string from, int count, string to)
    {
        var files = Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Select(f => (Name: Path.GetRelativePath(from, f), Bytes: File.ReadAllBytes(f))).ToList();
        for (var i = 0; i < count; i++)
        {
            var folder = Path.Combine(to, string.Create(CultureInfo.InvariantCulture, $"dossier-{i:D4}"));
            foreach (var (name, bytes) in files)
            {
                var file = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, Changed(bytes, i));
            }
        }
        Console.WriteLine($"{count} dossiers of {files.Count} files, {files.Sum(f => (long)f.Bytes.Length)} bytes each");
        return 0;
    }

    /// <summary>Examines and evaluates every dossier below a folder, on all cores; writes nothing.</summary>
    internal static int Assess(string folder)
    {
        var dossiers = Directory.GetDirectories(folder);
        var carrying = new Carrying(Catalogue.Default, [.. Catalogue.All.Where(c => c.Id != Catalogue.Default.Id)]);
        var options = new ExaminationOptions { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), Workers = 1 };
        var watch = Stopwatch.StartNew();
        long bytes = 0, units = 0;
        var stages = new long[4];
        Parallel.ForEach(dossiers, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, one =>
        {
            var at = Stopwatch.GetTimestamp();
            void Stage(int stage) => Interlocked.Add(ref stages[stage], -at + (at = Stopwatch.GetTimestamp()));
            using var dossier = Dossier.Open(one);
            var examined = Examination.Of(dossier, options);
            Stage(0);
            var result = Evaluation.Of(examined, Catalogue.Default);
            Stage(1);
            result = carrying.Onto(result, examined);
            Stage(2);
            Interlocked.Add(ref bytes, AssessmentJson.Bytes(result).Length);
            Stage(3);
            Interlocked.Add(ref units, result.Verdicts.Sum(v => v.Units.Count));
        });
        Console.WriteLine(FormattableString.Invariant($"{dossiers.Length} dossiers against {Catalogue.All.Count} catalogues in {watch.Elapsed.TotalSeconds:F1} s on {Environment.ProcessorCount} cores: {units} units, {bytes} bytes of assessments"));
        Console.WriteLine(FormattableString.Invariant($"for each, on one core: reading {Each(0)} ms, answering {Each(1)} ms, other catalogues {Each(2)} ms, writing JSON {Each(3)} ms"));

        string Each(int stage) => (stages[stage] * 1000.0 / Stopwatch.Frequency / Math.Max(1, dossiers.Length)).ToString("F1", CultureInfo.InvariantCulture);
        return 0;
    }

    private static byte[] Changed(byte[] bytes, int number)
    {
        // The time zone field of a capture's header, which nobody uses; a comment in text; what lies behind an image.
        if (bytes.Length > 24 && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == 0xa1b2c3d4)
        {
            var changed = bytes.ToArray();
            BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(8), number);
            return changed;
        }
        if (bytes.Contains((byte)0)) return [.. bytes, .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number:D8}"))];
        return bytes is [(byte)'{', ..] ? [.. bytes, .. Enumerable.Repeat((byte)' ', number % 512), (byte)'\n'] : [.. bytes, .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"# {number}\n"))];
    }
}
