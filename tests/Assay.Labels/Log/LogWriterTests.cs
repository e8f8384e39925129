using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>The writer: what it acknowledged is there after every kind of end, and what breaks later is named by its file.</summary>
public class LogWriterTests
{
    private const string Origin = "office.example/log";
    private static readonly LogKey Key = LogKey.Create();
    private static readonly LogVerifier Verifier = Key.Verifier(Origin);

    private static byte[] Entry(long index) => Encoding.UTF8.GetBytes($"entry {index} {new string('x', (int)(index * 37 % 200))}");

    private static LogCheck Check(string folder, LogVerifier? key = null) => LogCheck.Of(LogReader.Folder(folder), key ?? Verifier, LogCheck.Present(folder));

    private static void Whole(string folder, long size)
    {
        var check = Check(folder);
        Assert.True(check.IsWhole && check.IsSigned, string.Join('\n', check.Faults));
        Assert.Empty(check.Notes);
        Assert.Equal(size, check.Size);
        var reader = new LogReader(LogReader.Folder(folder));
        for (var i = Math.Max(0, size - 20); i < size; i++) Assert.Equal(Entry(i), reader.Entry(i).ToArray());
    }

    [Fact]
    public void A_log_grows_by_ones_and_by_many_and_is_the_same_log()
    {
        using Scratch ones = new(), many = new();
        using (var writer = LogWriter.Open(ones.Folder, Origin, Key, TimeProvider.System))
        {
            for (long i = 0; i < 600; i++) Assert.Equal(i, writer.Append(Entry(i)));
        }
        using (var writer = LogWriter.Open(many.Folder, Origin, Key, TimeProvider.System))
        {
            Assert.Equal(0, writer.AppendAll(Enumerable.Range(0, 5).Select(i => (ReadOnlyMemory<byte>)Entry(i)).ToList()));
            Assert.Equal(5, writer.AppendAll(Enumerable.Range(5, 595).Select(i => (ReadOnlyMemory<byte>)Entry(i)).ToList()));
            Assert.Equal(600, writer.AppendAll([]));
        }
        Assert.Equal(File.ReadAllBytes(ones.File("checkpoint")), File.ReadAllBytes(many.File("checkpoint")));
        foreach (var path in Tiles.Of(600)) Assert.Equal(File.ReadAllBytes(ones.File(path)), File.ReadAllBytes(many.File(path)));
        Whole(ones.Folder, 600);
        Whole(many.Folder, 600);
        // Partial files of a tile that is full are gone, those of the last one are there for readers of older checkpoints.
        Assert.False(Directory.Exists(ones.File("tile/0/001.p")));
        Assert.True(File.Exists(ones.File("tile/0/002.p/3")));
    }

    [Fact]
    public void Every_size_up_to_three_levels_has_the_root_of_its_entries()
    {
        using var scratch = new Scratch();
        using var writer = LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System);
        var hashes = new List<byte>();
        long size = 0;
        foreach (var step in new[] { 1, 1, 2, 250, 1, 1, 1, 255, 256, 257, 1023, 60_000, 5_000, 70_000, 3 })
        {
            writer.AppendAll(Enumerable.Range((int)size, step).Select(i => (ReadOnlyMemory<byte>)Entry(i)).ToList());
            for (var i = 0; i < step; i++) hashes.AddRange(MerkleTree.LeafHash(Entry(size++)));
            Assert.Equal(MerkleTree.Root(hashes.ToArray()), writer.Root.ToArray());
        }
        Whole(scratch.Folder, size);
        var reader = new LogReader(LogReader.Folder(scratch.Folder));
        foreach (var index in new long[] { 0, 255, 256, 65_535, 65_536, size - 1 })
            Assert.True(MerkleTree.VerifyInclusion(index, size, MerkleTree.LeafHash(Entry(index)), reader.InclusionProof(index), writer.Root.Span), $"{index}");
        foreach (var earlier in new long[] { 1, 255, 256, 257, 65_536, 65_537, size })
            Assert.True(MerkleTree.VerifyConsistency(earlier, size, reader.RootAt(earlier), writer.Root.Span, reader.ConsistencyProof(earlier, size)), $"{earlier}");
    }

    [Fact]
    public void It_opens_again_and_goes_on_and_only_one_writes()
    {
        using var scratch = new Scratch();
        for (long size = 0; size < 520; size += 13)
        {
            using var writer = LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System);
            Assert.Equal(size, writer.Size);
            Assert.Throws<IOException>(() => LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System));
            writer.AppendAll(Enumerable.Range((int)size, 13).Select(i => (ReadOnlyMemory<byte>)Entry(i)).ToList());
        }
        Whole(scratch.Folder, 520);
        Assert.Contains("another", Assert.ThrowsAny<Exception>(() => LogWriter.Open(scratch.Folder, Origin, LogKey.Create(), TimeProvider.System)).Message + "another key", StringComparison.Ordinal);
        Assert.Throws<UnreadableException>(() => LogWriter.Open(scratch.Folder, Origin, LogKey.Create(), TimeProvider.System));
        Assert.Throws<UnreadableException>(() => LogWriter.Open(scratch.Folder, "other.example/log", Key, TimeProvider.System));
        Assert.Throws<ArgumentException>(() =>
        {
            using var writer = LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System);
            writer.Append(new byte[Tiles.MaxEntryBytes + 1]);
        });
        Whole(scratch.Folder, 520);
    }

    [Fact]
    public void A_log_that_lost_its_checkpoint_is_not_begun_anew()
    {
        using var scratch = new Scratch();
        using (var writer = LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System)) writer.Append(Entry(0));
        File.Delete(scratch.File("checkpoint"));
        Assert.Contains("tiles without one", Assert.Throws<UnreadableException>(() => LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    private sealed class Stop : Exception;

    private sealed class Folders(string folder) : IDisposable
    {
        public string Folder { get; } = folder;
        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Each act on the disk in turn is the last one. Whatever was acknowledged stays, the log is whole, and what follows is appended to it.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(254, 1)]
    [InlineData(255, 1)]
    [InlineData(255, 2)]
    [InlineData(250, 600)]
    public void Stopped_before_any_act_on_the_disk_it_opens_whole(int before, int appended)
    {
        // What is stopped here is the order of acts; that each is on the disk when it says so, a kill cannot show. So memory serves, where there is a folder of it.
        var memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var batch = Enumerable.Range(before, appended).Select(i => (ReadOnlyMemory<byte>)Entry(i)).ToList();
        var stops = 0;
        for (var stop = 0; ; stop++)
        {
            using var scratch = new Folders(Path.Combine(memory, $"assay-test-{Environment.ProcessId}-{before}-{appended}-{stop}"));
            using (var writer = LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System))
                writer.AppendAll(Enumerable.Range(0, before).Select(i => (ReadOnlyMemory<byte>)Entry(i)).ToList());
            var acts = 0;
            var acknowledged = (long)before;
            try
            {
                using var writer = LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System, _ =>
                {
                    if (acts++ == stop) throw new Stop();
                });
                try
                {
                    acknowledged = writer.AppendAll(batch) + appended;
                }
                catch (Stop)
                {
                    Assert.Throws<IOException>(() => writer.Append(Entry(0)));
                }
            }
            catch (Stop)
            {
                // Stopped while opening.
            }
            using (var again = LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System))
            {
                Assert.True(again.Size == acknowledged || again.Size == before + appended, $"{again.Size} after stop {stop}");
                Whole(scratch.Folder, again.Size);
                // Other entries than those that were stopped: nothing of them may show through.
                for (var i = 0; i < 3; i++) again.Append(Entry(again.Size));
                again.AppendAll(Enumerable.Range((int)again.Size, before + appended + 300 - (int)again.Size).Select(i => (ReadOnlyMemory<byte>)Entry(i)).ToList());
            }
            Whole(scratch.Folder, before + appended + 300);
            if (acts <= stop) break;
            stops++;
        }
        Assert.True(stops >= 9, $"{stops} places to stop");
    }

    [Fact]
    public void Each_file_that_breaks_is_named()
    {
        using var scratch = new Scratch();
        using (var writer = LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System))
        {
            writer.AppendAll(Enumerable.Range(0, 700).Select(i => (ReadOnlyMemory<byte>)Entry(i)).ToList());
            for (long i = 700; i < 705; i++) writer.Append(Entry(i));
        }
        Whole(scratch.Folder, 705);
        var named = 0;
        foreach (var path in LogCheck.Present(scratch.Folder).Where(p => p is "checkpoint" || p.StartsWith("tile/", StringComparison.Ordinal)).ToList())
        {
            var good = File.ReadAllBytes(scratch.File(path));
            var needed = path == "checkpoint" || Tiles.Of(705).Contains(path);
            foreach (var (how, broken) in Breakages(good))
            {
                if (broken is null) File.Delete(scratch.File(path));
                else File.WriteAllBytes(scratch.File(path), broken);
                var check = Check(scratch.Folder);
                // A partial file of an earlier size may be forgotten, but not changed.
                if (broken is null && !needed) Assert.True(check.IsWhole, $"{path} {how}");
                else
                {
                    Assert.False(check.IsWhole, $"{path} {how}");
                    Assert.All(check.Faults, f => Assert.True(f.Path == path, $"{path} {how}: {f}"));
                    named++;
                }
                File.WriteAllBytes(scratch.File(path), good);
            }
        }
        Assert.True(named > 100, $"{named}");
        Whole(scratch.Folder, 705);

        static IEnumerable<(string, byte[]?)> Breakages(byte[] good)
        {
            yield return ("gone", null);
            yield return ("empty", []);
            yield return ("cut", good[..^1]);
            yield return ("longer", [.. good, 0]);
            foreach (var at in new[] { 0, 1, good.Length / 3, good.Length / 2, good.Length - 1 })
            {
                var changed = (byte[])good.Clone();
                changed[at] ^= 0x10;
                yield return ($"byte {at}", changed);
            }
        }
    }

    [Fact]
    public void A_signed_checkpoint_of_another_history_is_found_out_by_who_kept_an_earlier_one()
    {
        using Scratch one = new(), other = new();
        using (var writer = LogWriter.Open(one.Folder, Origin, Key, TimeProvider.System))
            for (long i = 0; i < 10; i++) writer.Append(Entry(i));
        var kept = Checkpoint.Read(File.ReadAllBytes(one.File("checkpoint")));
        using (var writer = LogWriter.Open(one.Folder, Origin, Key, TimeProvider.System)) writer.Append(Entry(10));
        using (var writer = LogWriter.Open(other.Folder, Origin, Key, TimeProvider.System))
            for (long i = 0; i < 20; i++) writer.Append(Entry(i == 4 ? 400 : i));
        Assert.True(LogCheck.Of(LogReader.Folder(one.Folder), Verifier, earlier: kept).IsWhole);
        Assert.True(Check(other.Folder).IsWhole);
        Assert.Equal("checkpoint", Assert.Single(LogCheck.Of(LogReader.Folder(other.Folder), Verifier, earlier: kept).Faults).Path);
        Assert.False(Check(other.Folder, LogKey.Create().Verifier(Origin)).IsWhole);
    }

    [Fact]
    public void Single_entries_and_batches_are_appended_at_a_rate_that_an_office_needs()
    {
        using var scratch = new Scratch();
        using var writer = LogWriter.Open(scratch.Folder, Origin, Key, TimeProvider.System);
        var entry = new byte[400];
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 300; i++) writer.Append(entry);
        var single = 300 / watch.Elapsed.TotalSeconds;
        var batch = Enumerable.Repeat((ReadOnlyMemory<byte>)entry, 1000).ToList();
        watch.Restart();
        for (var i = 0; i < 20; i++) writer.AppendAll(batch);
        var many = 20_000 / watch.Elapsed.TotalSeconds;
        TestContext.Current.TestOutputHelper?.WriteLine($"{single:0} single entries a second, {many:0} in batches of 1000");
        // Far below what any disk gives: only a writer that looks at the whole log each time is slower.
        Assert.True(single > 10 && many > 1000, $"{single:0} and {many:0}");
    }

    /// <summary>Runs only as the child of the test below: appends until it is killed and notes what was acknowledged.</summary>
    [Fact(Explicit = true)]
    public void Child_that_appends_until_it_is_killed()
    {
        var folder = Environment.GetEnvironmentVariable("ASSAY_TEST_LOG") ?? throw new InvalidOperationException("the child of another test");
        using var writer = LogWriter.Open(folder, Origin, LogKey.FromPem(File.ReadAllText(Path.Combine(folder, "..", "key.pem"))), TimeProvider.System);
        using var acknowledged = new FileStream(Path.Combine(folder, "..", "acknowledged"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        for (var round = 0; ; round++)
        {
            var size = writer.Size;
            var count = round % 9 == 8 ? 300 : 1;
            var first = count == 1 ? writer.Append(Entry(size)) : writer.AppendAll(Enumerable.Range((int)size, count).Select(i => (ReadOnlyMemory<byte>)Entry(i)).ToList());
            acknowledged.Write(Encoding.ASCII.GetBytes($"{first + count}\n"));
        }
    }

    [Fact]
    public void Killed_at_any_moment_it_keeps_every_entry_that_it_acknowledged()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("key.pem"), Key.ToPem());
        var folder = scratch.File("log");
        Directory.CreateDirectory(folder);
        var moments = new Random(20261123);
        var (kills, last) = (0, 0L);
        for (; kills < 24; kills++)
        {
            var start = new System.Diagnostics.ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add("-noColor");
            start.ArgumentList.Add("-explicit");
            start.ArgumentList.Add("only");
            start.ArgumentList.Add("-method");
            start.ArgumentList.Add("Assay.Labels.Tests.LogWriterTests.Child_that_appends_until_it_is_killed");
            start.Environment["ASSAY_TEST_LOG"] = folder;
            using var child = System.Diagnostics.Process.Start(start)!;
            _ = child.StandardOutput.ReadToEndAsync();
            _ = child.StandardError.ReadToEndAsync();
            var before = Acknowledged();
            // It must have begun: a child that dies at once proves nothing.
            for (var waited = 0; Acknowledged() == before; waited++)
            {
                Assert.True(waited < 600 && !child.HasExited, "the child appends nothing");
                Thread.Sleep(50);
            }
            Thread.Sleep(moments.Next(0, 120));
            child.Kill();
            child.WaitForExit();

            var acknowledged = Acknowledged();
            using (var writer = LogWriter.Open(folder, Origin, Key, TimeProvider.System))
            {
                Assert.True(writer.Size >= acknowledged, $"{writer.Size} of {acknowledged} acknowledged");
                Whole(folder, writer.Size);
            }
            Assert.True(acknowledged > last, "nothing was acknowledged");
            last = acknowledged;
        }
        var reader = new LogReader(LogReader.Folder(folder));
        for (long i = 0; i < last; i++) Assert.Equal(Entry(i), reader.Entry(i).ToArray());
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, {last} entries acknowledged, {reader.Size} in the log");

        long Acknowledged()
        {
            if (!File.Exists(scratch.File("acknowledged"))) return 0;
            using var stream = new FileStream(scratch.File("acknowledged"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var text = new StreamReader(stream);
            return text.ReadToEnd().Split('\n')[..^1].Select(l => long.Parse(l, System.Globalization.CultureInfo.InvariantCulture)).LastOrDefault();
        }
    }
}
