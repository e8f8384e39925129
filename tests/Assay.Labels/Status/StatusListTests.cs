using System.IO.Compression;
using System.Text.RegularExpressions;
using Assay.Evidence.Reading;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Status lists: the draft's own examples, our own, and lists that are traps.</summary>
public partial class StatusListTests
{
    /// <summary>The tables of the draft's appendix: index to status, everything else 0.</summary>
    private static readonly (int Index, int Value)[] Long1 = [(0, 1), (1993, 1), (25460, 1), (159495, 1), (495669, 1), (554353, 1), (645645, 1), (723232, 1), (854545, 1), (934534, 1), (1000345, 1)];
    private static readonly (int Index, int Value)[] Long2 =
        [(0, 1), (1993, 2), (25460, 1), (159495, 3), (495669, 1), (554353, 1), (645645, 2), (723232, 1), (854545, 1), (934534, 2), (1000345, 3)];
    private static readonly (int Index, int Value)[] Long4 =
        [(0, 1), (1993, 2), (35460, 3), (459495, 4), (595669, 5), (754353, 6), (845645, 7), (923232, 8), (924445, 9), (934534, 10), (1004534, 11), (1000345, 12), (1030203, 13), (1030204, 14), (1030205, 15)];

    [Fact]
    public void Every_list_of_the_draft_has_the_bits_that_its_tables_have()
    {
        var (short_, long_, others) = (0, 0, 0);
        foreach (var file in Corpus.Files("vectors/token-status-list", "*_cbor.md"))
        {
            var name = Path.GetFileName(file);
            var text = File.ReadAllText(file);
            var hex = text.Contains("encoded:", StringComparison.Ordinal) ? text[(text.IndexOf("encoded:", StringComparison.Ordinal) + 8)..] : text;
            var claim = CborValue.Read(Convert.FromHexString(Space().Replace(hex, "")), CborForm.WellFormed);
            var list = StatusList.Read((int)claim["bits"]!.Number("bits"), claim["lst"]!.Bytes("lst"));
            var again = StatusList.Read(list.Bits, list.Compressed());
            Assert.Equal(Values(list), Values(again));
            if (Octets().Match(text) is { Success: true } match)
            {
                var bytes = match.Groups["bytes"].Value.Split(',').Select(b => Convert.ToByte(b.Trim()[2..], 16)).ToArray();
                Assert.Equal(Values(bytes, list.Bits), Values(list));
                short_++;
            }
            else if (Table(name) is { } table)
            {
                Assert.Equal(1 << 20, list.Slots);
                Assert.Equal(table.OrderBy(t => t.Index), Values(list).Select((v, i) => (Index: i, Value: v)).Where(t => t.Value != 0));
                long_++;
            }
            else
            {
                // 8 bits: each value from 0 to 255 stands somewhere.
                Assert.Equal(8, list.Bits);
                Assert.Equal(Enumerable.Range(0, 256), Values(list).Distinct().Order());
                Assert.Throws<InvalidOperationException>(() => list[0]);
                others++;
            }
        }
        Assert.True(short_ >= 2 && long_ >= 3 && others >= 1, $"{short_} short, {long_} long, {others} others");

        static (int Index, int Value)[]? Table(string name) => name.Contains("1_long", StringComparison.Ordinal) ? Long1
            : name.Contains("2_long", StringComparison.Ordinal) ? Long2 : name.Contains("encoding4", StringComparison.Ordinal) ? Long4 : null;
    }

    [Fact]
    public void The_same_lists_in_json_have_the_same_bits()
    {
        var lists = 0;
        foreach (var file in Corpus.Files("vectors/token-status-list", "*_json.md"))
        {
            var text = Space().Replace(File.ReadAllText(file), "");
            var json = System.Text.Json.JsonDocument.Parse(text[text.IndexOf("{\"bits\"", StringComparison.Ordinal)..]).RootElement;
            var ours = StatusList.Read(json.GetProperty("bits").GetInt32(), System.Buffers.Text.Base64Url.DecodeFromChars(json.GetProperty("lst").GetString()));
            var twin = Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileName(file).Replace("_json", "_cbor", StringComparison.Ordinal));
            if (!File.Exists(twin)) continue;
            var hex = File.ReadAllText(twin);
            if (hex.Contains("encoded:", StringComparison.Ordinal)) hex = hex[(hex.IndexOf("encoded:", StringComparison.Ordinal) + 8)..];
            var claim = CborValue.Read(Convert.FromHexString(Space().Replace(hex, "")), CborForm.WellFormed);
            Assert.Equal(Values(StatusList.Read(ours.Bits, claim["lst"]!.Bytes("lst"))), Values(ours));
            lists++;
        }
        Assert.True(lists >= 5, $"{lists}");
    }

    [Fact]
    public void The_draft_s_signed_list_and_the_token_that_points_into_it_are_read()
    {
        var token = StatusListToken.Read(Example("status_list_cwt.md"));
        Assert.Equal("https://example.com/statuslists/1", token.Uri);
        Assert.Equal((1_686_920_170, 2_291_720_170, 43_200.0), (token.IssuedAt.ToUnixTimeSeconds(), token.Expires.ToUnixTimeSeconds(), token.TimeToLive!.Value.TotalSeconds));
        Assert.Equal((1, 16), (token.List.Bits, token.List.Slots));
        Assert.Equal([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], Values(token.List));
        Assert.Equal((LabelState.Withdrawn, LabelState.InForce), (token.List[0], token.List[1]));

        var pointing = CoseSign1.Read(Example("referenced_token_cwt.md"), CborForm.WellFormed);
        var status = Claims.Status(CborValue.Read(pointing.Payload, CborForm.WellFormed)[ClaimNumbers.Status])!;
        Assert.Equal((0, token.Uri), (status.Index, status.List));
        // A token is no list, and the other way round.
        Assert.Throws<UnreadableException>(() => StatusListToken.Read(Example("referenced_token_cwt.md")));
    }

    [Fact]
    public void What_is_written_in_a_slot_is_read_there_and_nowhere_else()
    {
        var list = new StatusList(1001);
        Assert.Equal(1004, list.Slots);
        list[0] = LabelState.Notice;
        list[1] = LabelState.Suspended;
        list[1000] = LabelState.Withdrawn;
        list[1000] = LabelState.Suspended;
        list[1] = LabelState.InForce;
        var read = StatusList.Read(2, list.Compressed());
        Assert.Equal([(0, LabelState.Notice), (1000, LabelState.Suspended)], Enumerable.Range(0, read.Slots).Select(i => (i, read[i])).Where(s => s.Item2 != LabelState.InForce));
        var copy = list.Copy();
        list[5] = LabelState.Withdrawn;
        Assert.Equal(LabelState.InForce, copy[5]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[list.Slots]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new StatusList(StatusList.MaxSlots + 1));
    }

    [Fact]
    public void A_list_that_inflates_without_end_is_refused_at_its_limit()
    {
        static byte[] Zeros(int megabytes)
        {
            using var output = new MemoryStream();
            using (var zlib = new ZLibStream(output, CompressionLevel.SmallestSize, leaveOpen: true))
                for (var i = 0; i < megabytes; i++) zlib.Write(new byte[1 << 20]);
            return output.ToArray();
        }
        Assert.Equal(StatusList.MaxSlots, StatusList.Read(2, Zeros(4)).Slots);
        Assert.Contains("at most", Assert.Throws<UnreadableException>(() => StatusList.Read(2, Zeros(5))).Message, StringComparison.Ordinal);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<UnreadableException>(() => StatusList.Read(2, Zeros(1000)));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1100L << 20);
    }

    [Fact]
    public void A_million_labels_of_which_one_in_a_hundred_is_not_in_force_have_some_15_KB()
    {
        var list = new StatusList(1_000_000);
        var random = new Random(7);
        for (var i = 0; i < 10_000; i++) list[random.Next(list.Slots)] = (LabelState)random.Next(1, 4);
        Assert.InRange(list.Compressed().Length, 10_000, 20_000);
    }

    [Fact]
    public void What_is_not_one_whole_zlib_stream_is_no_list()
    {
        var good = new StatusList(4000).Compressed();
        Assert.Equal(4000, StatusList.Read(2, good).Slots);
        Assert.Throws<UnreadableException>(() => StatusList.Read(2, [.. good, 0]));
        Assert.Throws<UnreadableException>(() => StatusList.Read(2, good[..^1]));
        Assert.Throws<UnreadableException>(() => StatusList.Read(2, []));
        Assert.Throws<UnreadableException>(() => StatusList.Read(3, good));
        var changed = (byte[])good.Clone();
        changed[^1] ^= 1;
        Assert.Throws<UnreadableException>(() => StatusList.Read(2, changed));
    }

    private static byte[] Example(string name) => Convert.FromHexString(Space().Replace(File.ReadAllText(Path.Combine(Corpus.Folder("vectors/token-status-list"), name)), ""));
    private static int[] Values(StatusList list) => [.. Enumerable.Range(0, list.Slots).Select(list.Value)];
    private static int[] Values(byte[] bytes, int bits) => [.. bytes.SelectMany(b => Enumerable.Range(0, 8 / bits).Select(i => b >> i * bits & (1 << bits) - 1))];

    [GeneratedRegex(@"\s")]
    private static partial Regex Space();
    [GeneratedRegex(@"byte_array = \[(?<bytes>[^\]]+)\]")]
    private static partial Regex Octets();
}
