using System.Buffers.Binary;
using System.Diagnostics;
using Assay.Evidence.Reading;
using Assay.Firmware.Containers;

namespace Assay.Firmware.Tests.Containers;

/// <summary>Alone, so that time and memory of the process are those of one reader.</summary>
[CollectionDefinition(nameof(MutationTests), DisableParallelization = true)]
public class MutationsAlone;

/// <summary>
/// For every format of <see cref="Formats"/>: the valid file opens, and two hundred files made of it by flipped bits, cuts, lengths at their limits and runs
/// put elsewhere each end with content or with words, and never with an exception, within time and memory. A format without a valid file fails.
/// </summary>
[Collection(nameof(MutationTests))]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class MutationTests
{
    private const int Each = 200;
    private const long MostAllocated = 256L << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private static Budget Small => new() { Bytes = 64 << 20, FileBytes = 16 << 20, Files = 20_000 };

    public static TheoryData<string> Kinds => [.. Formats.All.Select(f => f.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whatever_is_made_of_a_valid_file_ends_with_content_or_with_words(string kind)
    {
        var valid = Seeds.Of(kind);
        var format = Formats.All.Single(f => f.Kind == kind);
        using (var image = Examination.Open(valid))
        {
            var part = image.AllParts.FirstOrDefault(p => IsOf(p, kind));
            Assert.True(part is not null, $"{kind} is not found in its valid file: {string.Join(", ", image.AllParts.Select(p => p.Name))}");
            Assert.Equal(format.Open is not null && kind != "dlink-encrypted", part.IsRead);
            Examination.Tree(image, parts: true);
        }
        var opened = 0;
        for (var seed = 0; seed < Each; seed++)
        {
            var bytes = Mutate(valid, new Random(seed));
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var watch = Stopwatch.StartNew();
            try
            {
                using var image = Examination.Open(bytes, Small);
                var tree = Examination.Tree(image, parts: true);
                Assert.Equal(bytes.Length, image.Parts.Sum(p => p.Length));
                Assert.True(image.IsRecognised || image.Losses.Count > 0, "nothing was recognised, and nothing was said");
                Assert.True(image.Coverage.IsWhole || image.Losses.Count > 0 || image.AllParts.Any(p => p.Kind == "unknown"), "coverage was lost, and nothing was said");
                var told = image.Losses.Select(l => l.Location.Path).ToHashSet();
                foreach (var row in tree.Split('\n').Where(r => r.Contains("\tf\t", StringComparison.Ordinal) && r.EndsWith("\t-", StringComparison.Ordinal)))
                {
                    Assert.Contains(row[..row.IndexOf('\t', StringComparison.Ordinal)], told);
                }
                if (image.AllParts.Any(p => IsOf(p, kind))) opened++;
            }
            catch (Exception failure)
            {
                Assert.Fail($"{kind}, seed {seed}: {failure}");
            }
            Assert.True(watch.Elapsed < Longest, $"{kind}, seed {seed}: {watch.Elapsed}");
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            Assert.True(allocated < MostAllocated, $"{kind}, seed {seed}: {allocated >> 20} MiB of {bytes.Length} bytes");
        }
        // A header whose sum covers all of it is gone with most changes; some must miss it.
        Assert.True(opened > 0, $"{kind}: none of {Each} was still known");
    }

    private static bool IsOf(Part part, string kind) => part.Kind == kind || kind == "yaffs2" && part.Kind == "yaffs1";

    private static byte[] Mutate(byte[] valid, Random random)
    {
        var bytes = valid.ToArray();
        // Headers and directories stand at both ends.
        int Place(int room) => random.Next(4) switch { 0 => random.Next(Math.Min(128, room)), 1 => random.Next(Math.Min(4096, room)), 2 => room - 1 - random.Next(Math.Min(600, room)), _ => random.Next(room) };
        switch (random.Next(6))
        {
            case 0:
                for (var n = random.Next(1, 9); n > 0; n--) bytes[Place(bytes.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                for (var n = random.Next(1, 12); n > 0; n--) bytes[Place(bytes.Length)] = (byte)(random.Next(3) switch { 0 => 0xff, 1 => 0, _ => random.Next(256) });
                break;
            case 2:
                return bytes[..random.Next(16, bytes.Length)];
            case 3:
                ReadOnlySpan<uint> limits = [uint.MaxValue, int.MaxValue, 0x80000000, 0, 1, 0x00ffffff, 0xffffff00];
                for (var n = random.Next(1, 4); n > 0; n--) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Place(bytes.Length - 4) & ~3), limits[random.Next(limits.Length)]);
                break;
            case 4:
                // A run in place of another: what was valid there says something false here.
                var length = random.Next(1, Math.Min(2048, bytes.Length / 2));
                bytes.AsSpan(random.Next(bytes.Length - length), length).ToArray().CopyTo(bytes, Place(bytes.Length - length));
                break;
            default:
                // A run more, or one less.
                var (at, run) = (Place(bytes.Length), random.Next(1, 600));
                return random.Next(2) == 0 ? [.. bytes[..at], .. bytes[..Math.Min(run, bytes.Length)], .. bytes[at..]] : [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + run)..]];
        }
        return bytes;
    }
}
