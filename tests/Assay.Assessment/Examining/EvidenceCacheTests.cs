using Assay.Assessment.Catalogues;
using Assay.Assessment.Documents;
using Assay.Assessment.Examining;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Examining;

/// <summary>What was kept gives the same bytes as what is read anew, and what is damaged is read anew.</summary>
public class EvidenceCacheTests
{
    private static readonly DateTimeOffset AsOf = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_second_run_takes_everything_from_the_cache_and_gives_the_same_bytes()
    {
        using var scratch = new Scratch();
        var cache = scratch.File("cache");
        var fresh = Bytes(null);
        var first = Bytes(cache);
        var kept = Entries(cache);
        Assert.NotEmpty(kept);
        Assert.Equal(fresh, first);
        Assert.Equal(fresh, Bytes(cache));
        Assert.Equal(kept.Order(), Entries(cache).Order());
        // Entries that say nothing leave nothing to assess: it is they that are read, and not the evidence.
        using var dossier = Dossier.Open(Example);
        foreach (var file in dossier.Files.Where(FileFacts.IsWorthKeeping)) new EvidenceCache(cache).Keep(EvidenceCache.Key(file, dossier.Device, new ExaminationOptions { AsOf = AsOf }), new FileFacts());
        var empty = Evaluation.Of(dossier, Catalogue.Default, new ExaminationOptions { AsOf = AsOf }, new EvidenceCache(cache));
        Assert.Empty(empty.Findings);
        Assert.Empty(empty.Components);
    }

    [Fact]
    public void A_damaged_entry_is_read_anew_whatever_byte_was_changed()
    {
        using var scratch = new Scratch();
        var cache = scratch.File("cache");
        var fresh = Bytes(cache);
        foreach (var entry in Entries(cache))
        {
            var whole = File.ReadAllBytes(entry);
            for (var i = 0; i < 24; i++)
            {
                var changed = whole.ToArray();
                changed[(int)((long)i * (whole.Length - 1) / 23)] ^= 0x20;
                File.WriteAllBytes(entry, changed);
                if (i % 8 == 0) Assert.Equal(fresh, Bytes(cache));
            }
            File.WriteAllBytes(entry, whole[..(whole.Length / 2)]);
            Assert.Equal(fresh, Bytes(cache));
            Assert.Equal(whole, File.ReadAllBytes(entry));
        }
    }

    [Fact]
    public void Another_day_another_state_or_another_address_has_another_entry()
    {
        using var scratch = new Scratch();
        var cache = scratch.File("cache");
        Bytes(cache);
        var before = Entries(cache).Count;
        using var dossier = Dossier.Open(Example);
        Evaluation.Of(dossier, Catalogue.Default, new ExaminationOptions { AsOf = AsOf.AddDays(1) }, new EvidenceCache(cache));
        Assert.Equal(2 * before, Entries(cache).Count);
    }

    private static string Example => Path.Combine(Checkout.Root, "examples", "doorbell-1.0");

    private static List<string> Entries(string cache) => [.. Directory.EnumerateFiles(cache)];

    private static byte[] Bytes(string? cache)
    {
        using var dossier = Dossier.Open(Example);
        return AssessmentJson.Bytes(Evaluation.Of(dossier, Catalogue.Default, new ExaminationOptions { AsOf = AsOf }, cache is null ? null : new EvidenceCache(cache)));
    }
}
