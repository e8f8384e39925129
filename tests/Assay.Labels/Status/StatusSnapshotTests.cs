using Assay.Evidence.Reading;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Labels.Tests;

/// <summary>Which list answers for which label. Each refusal stands beside a list of the same kind that is taken.</summary>
public sealed class StatusSnapshotTests : IDisposable
{
    private const string Uri = "https://o.example/status/1";
    private static readonly DateTimeOffset Now = Samples.Now.AddDays(10);
    private readonly Samples samples = new();
    private readonly SigningKey status = SigningKey.Create();
    private readonly SigningKey stranger = SigningKey.Create();
    private readonly TrustList trust;

    public StatusSnapshotTests() => trust = new([
        new TrustedKey { Name = "Office of Examples", Key = samples.Issuer.Public, IsAuthority = true, Roles = KeyRoles.Issuer },
        new TrustedKey { Name = "Office of Examples", Key = status.Public, IsAuthority = true, Roles = KeyRoles.Status, To = DateOnly.FromDateTime(Now.AddDays(100).UtcDateTime) },
        new TrustedKey { Name = "Another Office", Key = samples.Decider.Public, IsAuthority = true, Roles = KeyRoles.Issuer | KeyRoles.Status },
    ]);

    public void Dispose()
    {
        samples.Dispose();
        status.Dispose();
        stranger.Dispose();
    }

    private static StatusList List(params (int Index, LabelState State)[] states)
    {
        var list = new StatusList(1000);
        foreach (var (index, state) in states) list[index] = state;
        return list;
    }

    private byte[] Token(StatusList? list = null, SigningKey? key = null, string uri = Uri, int minutes = 0, long? edition = null) =>
        StatusListToken.Sign(key ?? status, list ?? List(), uri, Now.AddMinutes(minutes), Now.AddMinutes(minutes).AddDays(1), TimeSpan.FromMinutes(5), edition);

    private byte[] Notices(IReadOnlyList<Notice> notices, SigningKey? key = null, string uri = Uri, int minutes = 0, long? edition = null) =>
        NoticeList.Sign(key ?? status, notices, uri, Now.AddMinutes(minutes), Now.AddMinutes(minutes).AddDays(1), edition);

    private static Notice Update(long index, string below = "1.2") => new(index, NoticeKind.UpdateNeeded, below, "the log-in is known", "market surveillance", Now, new DateOnly(2027, 1, 1), "2026-7");

    private StatusSnapshot Read(byte[] token, byte[]? notices = null, StatusSnapshot? previous = null, DateTimeOffset? asOf = null) =>
        StatusSnapshot.Of(token, notices, trust, asOf ?? Now.AddHours(1), previous);

    private SignedFile Label(long index, string list = "s/1", SigningKey? key = null) =>
        SignedFile.Read((Samples.Hallmark() with { Status = new StatusPointer(list, index), Level = new ProfileLevel(1, null) }).Sign(key ?? samples.Issuer));

    private LabelCheck Check(StatusSnapshot snapshot, SignedFile label, DateTimeOffset? asOf = null) =>
        LabelCheck.Of(label, trust, [], asOf ?? Now.AddHours(1), snapshot.For(label.Hallmark!.Status!), snapshot.Against(label.Hallmark.Status!));

    private void Refused(string because, Func<StatusSnapshot> read) => Assert.Contains(because, Assert.Throws<UnreadableException>(() => read()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_fresh_list_puts_a_label_in_force_and_each_slot_has_its_answer()
    {
        var snapshot = Read(Token(List((3, LabelState.Withdrawn), (4, LabelState.Suspended), (5, LabelState.Notice), (6, LabelState.Notice))), Notices([Update(5), new(4, NoticeKind.Suspended, null, "its update is not signed", "authority", Now)]));
        Assert.Equal("in force as of 2026-12-03T12:00:00Z", Check(snapshot, Label(0)).Words);
        Assert.Equal(0, Check(snapshot, Label(0)).Exit);
        Assert.Equal("withdrawn", Check(snapshot, Label(3)).Words);
        Assert.Equal("suspended", Check(snapshot, Label(4)).Words);
        Assert.Contains(Check(snapshot, Label(4)).Reasons, r => r.Contains("its update is not signed", StringComparison.Ordinal) && r.Contains("authority", StringComparison.Ordinal));
        Assert.Equal("update needed below 1.2", Check(snapshot, Label(5)).Words);
        // A slot that says "notice" and has none is under review.
        Assert.Equal("under review", Check(snapshot, Label(6)).Words);
        Assert.Equal("in force as of 2026-12-03T12:00:00Z", Check(snapshot, Label(7, Uri)).Words);
    }

    [Fact]
    public void A_list_of_another_issuer_says_nothing_of_a_label()
    {
        // Both stand in the trust list, both are at an address that ends in 1.
        var other = Read(Token(key: samples.Decider, uri: "https://another.example/status/1"));
        var check = Check(other, Label(0));
        Assert.Equal("genuine, status not checked", check.Words);
        Assert.Contains(check.Reasons, r => r.Contains("of Another Office", StringComparison.Ordinal));
        var suspended = Read(Token(List((0, LabelState.Suspended)), samples.Decider, "https://another.example/status/1"));
        Assert.Equal("genuine, status not checked", Check(suspended, Label(0)).Words);
        // Even at the very address that the label names.
        Assert.Equal("genuine, status not checked", Check(Read(Token(key: samples.Decider)), Label(0, Uri)).Words);
        Assert.Equal(0, Check(Read(Token()), Label(0)).Exit);
        Assert.Equal(0, Check(Read(Token(key: samples.Decider)), Label(0, Uri, samples.Decider)).Exit);
    }

    [Fact]
    public void A_test_key_of_the_same_name_does_not_speak_for_an_authority()
    {
        var trusting = trust.And(new([new TrustedKey { Name = "Office of Examples", Key = stranger.Public, IsAuthority = false, Roles = KeyRoles.All }]));
        var snapshot = StatusSnapshot.Of(Token(key: stranger), null, trusting, Now);
        Assert.Equal("genuine, status not checked", LabelCheck.Of(Label(0), trusting, [], Now, snapshot.For(new("s/1", 0))).Words);
        var test = SignedFile.Read((Samples.Hallmark() with { Status = new StatusPointer("s/1", 0) }).Sign(stranger));
        Assert.Equal(0, LabelCheck.Of(test, trusting, [], Now, snapshot.For(new("s/1", 0))).Exit);
    }

    [Fact]
    public void Forged_and_foreign_lists_and_those_of_a_key_without_the_role_are_refused()
    {
        Assert.NotNull(Read(Token(), Notices([])));
        Refused("unknown key", () => Read(Token(key: stranger)));
        Refused("the role \"status\"", () => Read(Token(key: samples.Issuer)));
        var token = Token();
        for (var at = 0; at < token.Length; at += 7)
        {
            var forged = (byte[])token.Clone();
            forged[at] ^= 4;
            Assert.Throws<UnreadableException>(() => Read(forged));
        }
        token[^1] ^= 1;
        Refused("forged", () => Read(token));
        Refused("unknown key", () => Read(Token(), Notices([], stranger)));
        Refused("notices of Another Office", () => Read(Token(), Notices([], samples.Decider)));
        Refused("notices of the list", () => Read(Token(), Notices([], uri: "https://o.example/status/2")));
        Refused("a clock is wrong", () => Read(Token(), asOf: Now.AddDays(-3)));
        Refused("the type", () => Read(Notices([])));
        Refused("the type", () => Read(Token(), Token()));
        // The key's time in the trust list ended before this one was signed.
        Refused("the role \"status\"", () => Read(Token(minutes: 200 * 1440), asOf: Now.AddDays(201)));
    }

    [Fact]
    public void An_older_list_than_the_last_one_is_refused_and_a_newer_one_is_not()
    {
        var last = Read(Token(minutes: 10, edition: 7));
        Assert.NotNull(Read(Token(minutes: 10, edition: 7), previous: last));
        Assert.NotNull(Read(Token(minutes: 10, edition: 8), previous: last));
        Assert.NotNull(Read(Token(minutes: 11), previous: last));
        Refused("not older than that of 2026-12-03T12:10:00Z", () => Read(Token(minutes: 9, edition: 9), previous: last));
        Refused("(edition 6)", () => Read(Token(minutes: 10, edition: 6), previous: last));
        Refused("not older", () => Read(Token(minutes: 10), previous: last));
        Refused("the status list https://o.example/status/1", () => Read(Token(uri: "https://o.example/status/2", minutes: 20), previous: last));
    }

    [Fact]
    public void Old_notices_beside_a_new_list_do_not_count()
    {
        var list = List((5, LabelState.Notice));
        Assert.Equal("update needed below 1.2", Check(Read(Token(list), Notices([Update(5)])), Label(5)).Words);
        Assert.Equal("update needed below 1.2", Check(Read(Token(list), Notices([Update(5)], minutes: 1)), Label(5)).Words);
        var replayed = Read(Token(list, minutes: 10), Notices([Update(5)]));
        Assert.Equal("under review", Check(replayed, Label(5)).Words);
        Assert.Contains("older than the list", replayed.WithoutNotices, StringComparison.Ordinal);
        Assert.Equal("under review", Check(Read(Token(list, edition: 4), Notices([Update(5)], edition: 3)), Label(5)).Words);
        // The bits are the truth: a notice of another kind does not soften them.
        Assert.Equal("suspended", Check(Read(Token(List((5, LabelState.Suspended))), Notices([Update(5)])), Label(5)).Words);
        Assert.Equal(0, Check(Read(Token(), Notices([Update(5)])), Label(5)).Exit);
    }

    [Fact]
    public void After_its_end_a_list_is_stale_and_puts_nothing_in_force()
    {
        var late = Now.AddDays(3);
        var snapshot = Read(Token(List((4, LabelState.Suspended))), asOf: late);
        var check = Check(snapshot, Label(0), late);
        Assert.Equal("genuine, status not checked", check.Words);
        Assert.Contains(check.Reasons, r => r.StartsWith("nothing fresh", StringComparison.Ordinal));
        Assert.Equal("suspended", Check(snapshot, Label(4), late).Words);
    }

    [Fact]
    public void A_slot_beyond_the_end_and_another_list_are_unknown_with_the_reason()
    {
        var snapshot = Read(Token());
        Assert.NotNull(snapshot.For(new("s/1", 999)));
        Assert.Null(snapshot.For(new("s/1", 1000)));
        Assert.Null(snapshot.For(new("s/1", long.MaxValue)));
        Assert.Null(snapshot.For(new("s/2", 0)));
        Assert.Null(snapshot.For(new("https://o.example/x/status/1", 0)));
        Assert.Null(snapshot.For(new("s/", 0)));
        var check = Check(snapshot, Label(1000));
        Assert.Equal("genuine, status not checked", check.Words);
        Assert.Contains(check.Reasons, r => r.Contains("beyond the end", StringComparison.Ordinal));
    }

    [Fact]
    public void Notices_come_back_as_they_were_written_and_a_wrong_one_is_not_written()
    {
        var written = new List<Notice> { Update(9), new(2, NoticeKind.UnderReview, null, "an entry of a list of exploited vulnerabilities matches", "automatic", Now) };
        var read = NoticeList.Read(Notices(written, edition: 3));
        Assert.Equal(written.OrderBy(n => n.Index), read.Notices);
        Assert.Equal((3L, written[1], null), (read.Edition!.Value, read.For(2), read.For(3)));
        Assert.Throws<UnreadableException>(() => Notices([Update(9), Update(9)]));
        Assert.Throws<UnreadableException>(() => Notices([Update(9) with { UpdateBelow = null }]));
        Assert.Throws<UnreadableException>(() => Notices([Update(9) with { Kind = NoticeKind.Withdrawn }]));
        Assert.Throws<UnreadableException>(() => Notices([Update(9) with { Reason = "" }]));
        Assert.Throws<UnreadableException>(() => Notices([Update(-1)]));
    }

    [Fact]
    public void A_list_of_ten_million_labels_is_read()
    {
        var list = new StatusList(10_000_000);
        for (var i = 0; i < 100_000; i++) list[(int)(i * 7919L % 10_000_000)] = (LabelState)(i % 3 + 1);
        var snapshot = Read(Token(list));
        Assert.Equal(LabelState.Suspended, snapshot.For(new("s/1", 7919))!.State);
        Assert.Equal(Enumerable.Range(0, list.Slots).Select(list.Value), Enumerable.Range(0, list.Slots).Select(snapshot.Token.List.Value));
    }
}
