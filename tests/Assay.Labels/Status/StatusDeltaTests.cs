using Assay.Evidence.Reading;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Labels.Tests;

/// <summary>A delta leads from one signed list to the next and to no other; what is no delta of this list is refused, and the whole list is then the way.</summary>
public sealed class StatusDeltaTests(ITestOutputHelper output) : IDisposable
{
    private const string Uri = "https://office.example/status/1";
    private static readonly DateTimeOffset Now = Samples.Now;
    private readonly Samples samples = new();

    public void Dispose() => samples.Dispose();

    private TrustList Trust => new([new TrustedKey { Name = "Office of Examples", Key = samples.Issuer.Public, IsAuthority = true, Roles = KeyRoles.Status }]);

    private static StatusList Changed(StatusList list, int seed, int changes)
    {
        var (next, random) = (list.Copy(), new Random(seed));
        for (var i = 0; i < changes; i++) next[random.Next(list.Slots)] = (LabelState)random.Next(4);
        return next;
    }

    private byte[] Delta(StatusList before, StatusList after, long from = 1, long to = 2, string uri = Uri, SigningKey? key = null, DateTimeOffset? at = null) =>
        StatusDelta.Sign(key ?? samples.Issuer, before, after, uri, from, to, at ?? Now, (at ?? Now).AddDays(1));

    private StatusSnapshot Snapshot(StatusList list, long edition = 1) =>
        StatusSnapshot.Of(StatusListToken.Sign(samples.Issuer, list, Uri, Now.AddHours(-1), Now.AddDays(1), TimeSpan.FromMinutes(5), edition), null, Trust, Now);

    private static bool Same(StatusList one, StatusList other) => one.Slots == other.Slots && Enumerable.Range(0, one.Slots).All(i => one[i] == other[i]);

    [Theory]
    [InlineData(4, 0)]
    [InlineData(4, 4)]
    [InlineData(1000, 1)]
    [InlineData(1000, 2000)]
    [InlineData(1 << 20, 17)]
    [InlineData(1 << 20, 40_000)]
    [InlineData(StatusList.MaxSlots, 3)]
    public void It_leads_from_one_list_to_the_next(int slots, int changes)
    {
        var before = Changed(new StatusList(slots), 1, changes);
        var after = Changed(before, 2, changes);
        after[slots - 1] = LabelState.Suspended;
        var delta = StatusDelta.Read(Delta(before, after));
        Assert.Equal(Enumerable.Range(0, slots).Count(i => before[i] != after[i]), delta.Changes);
        Assert.True(Same(after, delta.Apply(before)));
        // Of another list it leads nowhere.
        var other = before.Copy();
        other[0] = before[0] == after[0] ? (LabelState)(((int)before[0] + 1) % 4) : after[0];
        if (slots > 4) other[1] = (LabelState)(((int)after[1] + 1) % 4);
        if (!Same(other, before) && before[0] == after[0]) Assert.Throws<UnreadableException>(() => delta.Apply(other));
    }

    [Fact]
    public void A_snapshot_followed_by_deltas_answers_as_the_whole_list_does()
    {
        var lists = new List<StatusList> { Changed(new StatusList(10_000), 1, 100) };
        for (var i = 0; i < 5; i++) lists.Add(Changed(lists[^1], i + 2, 50));
        var snapshot = Snapshot(lists[0]);
        for (var i = 1; i < lists.Count; i++)
        {
            snapshot = snapshot.After(Delta(lists[i - 1], lists[i], i, i + 1, at: Now.AddSeconds(i)), null, Trust, Now.AddMinutes(1));
            Assert.Equal((i + 1, Now.AddSeconds(i)), ((int)snapshot.Token.Edition!, snapshot.AsOf));
            for (var slot = 0; slot < 10_000; slot += 7) Assert.Equal(lists[i][slot], snapshot.For(new StatusPointer("s/1", slot))!.State);
        }
    }

    [Fact]
    public void A_delta_of_another_key_list_edition_or_time_is_refused()
    {
        var (before, after) = (Changed(new StatusList(1000), 1, 10), Changed(new StatusList(1000), 2, 10));
        var snapshot = Snapshot(before);
        // A list that has one of the changes already: what is left of them leads elsewhere.
        var close = before.Copy();
        var known = Enumerable.Range(0, 1000).First(i => before[i] != after[i]);
        close[known] = after[known];
        StatusSnapshot After(byte[] delta) => snapshot.After(delta, null, Trust, Now);
        After(Delta(before, after));
        Assert.Contains("unknown key", Assert.Throws<UnreadableException>(() => After(Delta(before, after, key: samples.Assessor))).Message, StringComparison.Ordinal);
        Assert.Contains("from edition 1", Assert.Throws<UnreadableException>(() => After(Delta(before, after, 2, 3))).Message, StringComparison.Ordinal);
        Assert.Contains("a delta of https://other", Assert.Throws<UnreadableException>(() => After(Delta(before, after, uri: "https://other.example/status/1"))).Message, StringComparison.Ordinal);
        Assert.Contains("fetch the whole one", Assert.Throws<UnreadableException>(() => After(Delta(close, after))).Message, StringComparison.Ordinal);
        Assert.Contains("a clock is wrong", Assert.Throws<UnreadableException>(() => After(Delta(before, after, at: Now.AddYears(2)))).Message, StringComparison.Ordinal);
        Assert.Throws<UnreadableException>(() => After(Delta(before, after, at: Now.AddYears(-2))));
    }

    [Fact]
    public void No_changed_byte_passes_and_none_ends_in_anything_but_a_reason()
    {
        var (before, after) = (Changed(new StatusList(400), 1, 10), Changed(new StatusList(400), 2, 10));
        var (snapshot, good) = (Snapshot(before), Delta(before, after));
        for (var i = 0; i < good.Length; i++)
        {
            var forged = (byte[])good.Clone();
            forged[i] ^= 1;
            Assert.Throws<UnreadableException>(() => snapshot.After(forged, null, Trust, Now));
            Assert.Throws<UnreadableException>(() => snapshot.After(good.AsMemory(0, i), null, Trust, Now));
        }
        snapshot.After(good, null, Trust, Now);
    }

    [Fact]
    public void A_delta_of_one_label_in_a_hundred_of_ten_million_is_smaller_than_the_list()
    {
        var before = new StatusList(10_000_000);
        var (after, random) = (before.Copy(), new Random(8));
        for (var i = 0; i < 100_000; i++) after[random.Next(10_000_000)] = (LabelState)(1 + random.Next(3));
        var (delta, list) = (Delta(before, after).Length, StatusListToken.Sign(samples.Issuer, after, Uri, Now, Now.AddDays(1), TimeSpan.FromMinutes(5), 2).Length);
        output.WriteLine($"10,000,000 statuses, 1 % of them set: delta {delta} bytes, whole list {list} bytes");
        Assert.True(delta < 150_000 && delta < list);
    }
}
