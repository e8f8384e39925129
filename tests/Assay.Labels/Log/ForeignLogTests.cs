using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Logs that other programs wrote: we read their layout, verify their checkpoints and prove their entries.</summary>
public class ForeignLogTests
{
    private static readonly LogVerifier Tessera = LogVerifier.Read("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");

    [Fact]
    public void Every_checkpoint_of_a_log_of_tessera_is_the_root_of_its_tiles_and_each_leads_to_the_next()
    {
        var folder = Corpus.Folder("vectors/tessera-log");
        var checkpoints = Directory.EnumerateFiles(folder, "checkpoint.*").Select(f => Checkpoint.Read(File.ReadAllBytes(f))).OrderBy(c => c.Size).ToList();
        Assert.True(checkpoints.Count > 10);
        var newest = checkpoints[^1];
        var reader = new LogReader(path => path == Tiles.Checkpoint ? newest.Note.ToArray() : LogReader.Folder(folder)(path));
        foreach (var checkpoint in checkpoints)
        {
            Assert.True(checkpoint.Verify(Tessera), $"size {checkpoint.Size}");
            Assert.Equal(checkpoint.Root.ToArray(), reader.RootAt(checkpoint.Size));
            foreach (var later in checkpoints.Where(c => checkpoint.Size > 0 && c.Size >= checkpoint.Size))
                Assert.True(MerkleTree.VerifyConsistency(checkpoint.Size, later.Size, checkpoint.Root.Span, later.Root.Span, reader.ConsistencyProof(checkpoint.Size, later.Size)), $"{checkpoint.Size} to {later.Size}");
        }
        for (long i = 0; i < reader.Size; i++)
            Assert.True(MerkleTree.VerifyInclusion(i, reader.Size, MerkleTree.LeafHash(reader.Entry(i).Span), reader.InclusionProof(i), newest.Root.Span), $"entry {i}");
        Assert.Equal("one", System.Text.Encoding.UTF8.GetString(reader.Entry(0).Span));

        var check = LogCheck.Of(path => path == Tiles.Checkpoint ? newest.Note.ToArray() : LogReader.Folder(folder)(path), Tessera,
            LogCheck.Present(folder).Where(p => p.StartsWith("tile/", StringComparison.Ordinal)), checkpoints[3]);
        Assert.True(check.IsWhole && check.IsSigned, string.Join('\n', check.Faults));
        Assert.Equal(newest.Size, check.Size);
    }

    [Fact]
    public void No_changed_byte_of_a_checkpoint_passes()
    {
        var good = File.ReadAllBytes(Path.Combine(Corpus.Folder("vectors/tessera-log"), "checkpoint.15"));
        Assert.True(Passes(good));
        for (var i = 0; i < good.Length; i++)
        {
            var forged = (byte[])good.Clone();
            forged[i] ^= 1;
            Assert.False(Passes(forged), $"byte {i}");
        }
        // A second signature under the same name and id, which does not hold, spoils the first.
        var text = System.Text.Encoding.UTF8.GetString(good);
        var line = text[text.LastIndexOf('—')..];
        var other = Checkpoint.Read(good).Signatures[0];
        var wrong = $"— {other.Name} {Convert.ToBase64String([.. other.KeyId.Span, .. new byte[64]])}\n";
        Assert.False(Passes(System.Text.Encoding.UTF8.GetBytes(text + wrong)));
        Assert.True(Passes(System.Text.Encoding.UTF8.GetBytes(text + line)));
        // Signatures of strangers are no matter of ours.
        Assert.True(Passes(System.Text.Encoding.UTF8.GetBytes(text + "— stranger.example AAAAAAAAAAA=\n")));
    }

    [Fact]
    public void A_tree_of_sunlight_s_mirror_and_the_times_of_its_witnesses_hold()
    {
        var mirror = Path.Combine(Corpus.Folder("vectors/sunlight"), "skylight", "witness", "mirror");
        var (trees, times) = (0, 0);
        foreach (var file in Directory.EnumerateFiles(Corpus.Folder("vectors/sunlight"), "checkpoint", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            Checkpoint checkpoint;
            try
            {
                checkpoint = Checkpoint.Read(File.ReadAllBytes(file));
            }
            catch (UnreadableException)
            {
                Assert.StartsWith("decoy", File.ReadAllText(file), StringComparison.Ordinal);
                continue;
            }
            foreach (var key in Keys())
            {
                if (checkpoint.Witnessed(key) is not { } time) continue;
                Assert.Equal(2025, time.Year + (time.Month == 12 ? 0 : -1));
                Assert.True(checkpoint.Verify(key));
                times++;
            }
            var folder = Path.GetDirectoryName(file)!;
            if (!folder.StartsWith(mirror + "/", StringComparison.Ordinal)) continue;
            // Its bundles are stand-ins; the hashes are real.
            var reader = new LogReader(LogReader.Folder(folder));
            Assert.Equal(checkpoint.Root.ToArray(), reader.RootAt(reader.Size));
            for (long i = 0; i < reader.Size; i++) Assert.True(MerkleTree.VerifyInclusion(i, reader.Size, reader.LeafHash(i), reader.InclusionProof(i), checkpoint.Root.Span), $"entry {i}");
            var check = LogCheck.Of(LogReader.Folder(folder), null);
            Assert.NotEmpty(check.Faults);
            Assert.All(check.Faults, f => Assert.StartsWith("tile/entries/", f.Path, StringComparison.Ordinal));
            trees++;
        }
        Assert.True(trees >= 1 && times >= 3, $"{trees} trees, {times} times");

        static IEnumerable<LogVerifier> Keys() => Directory.EnumerateFiles(Corpus.Folder("vectors/sunlight"), "*.v0.json", SearchOption.AllDirectories).SelectMany(f =>
        {
            using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(f));
            return json.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == System.Text.Json.JsonValueKind.Array).SelectMany(p => p.Value.EnumerateArray())
                .Where(v => v.ValueKind == System.Text.Json.JsonValueKind.String && v.GetString()!.Count(c => c == '+') >= 2).Select(v => LogVerifier.Read(v.GetString()!)).ToList();
        });
    }

    [Fact]
    public void The_tiles_of_a_certificate_log_have_the_names_that_we_give_them()
    {
        var names = 0;
        var folder = Path.Combine(Corpus.Folder("vectors/sunlight"), "navigli2025h2");
        foreach (var path in LogCheck.Present(folder).Where(p => p.StartsWith("tile/0/", StringComparison.Ordinal)))
        {
            var tile = Tiles.Parse(path);
            Assert.NotNull(tile);
            Assert.Equal(path, Tiles.Hashes(tile.Value.Level, tile.Value.Index, tile.Value.Width));
            Assert.Equal(tile.Value.Width * MerkleTree.HashBytes, new FileInfo(Path.Combine(folder, path)).Length);
            names++;
        }
        Assert.True(names >= 4);
    }

    [Fact]
    public void The_example_note_of_the_specification_has_the_key_id_that_we_compute()
    {
        const string Key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        Assert.Equal(Key, LogVerifier.Read(Key).ToString());
        Assert.Throws<UnreadableException>(() => LogVerifier.Read(Key.Replace("530d903a", "530d903b", StringComparison.Ordinal)));
        Assert.Throws<UnreadableException>(() => LogVerifier.Read(Key.Replace("foo", "fop", StringComparison.Ordinal)));
    }

    private static bool Passes(byte[] note)
    {
        try
        {
            return Checkpoint.Read(note).Verify(Tessera);
        }
        catch (UnreadableException)
        {
            return false;
        }
    }
}
