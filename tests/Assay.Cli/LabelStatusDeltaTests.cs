using System.Globalization;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli.Tests;

public sealed partial class LabelStatusTests
{
    // Random states, so that the whole list is worth not fetching; the label's own is as asked.
    private static StatusList Long(LabelState state, int seed = 1)
    {
        var list = new StatusList(100_000);
        var random = new Random(7);
        for (var i = 0; i < list.Slots; i++) list[i] = (LabelState)random.Next(3);
        for (var i = 0; i < seed; i++) list[1000 + i] = LabelState.Withdrawn;
        list[5] = state;
        return list;
    }

    private static DateTimeOffset Signed(int edition) => Now.AddHours(-10 + edition);

    private byte[] LongToken(int edition, LabelState state, SigningKey? key = null) =>
        StatusListToken.Sign(key ?? status, Long(state, edition), Uri, Signed(edition), Signed(edition).AddHours(24), TimeSpan.FromMinutes(5), edition);

    private byte[] Step(int from, LabelState before, int to, LabelState after, SigningKey? key = null) =>
        StatusDelta.Sign(key ?? status, Long(before, from), Long(after, to), Uri, from, to, Signed(to), Signed(to).AddHours(24));

    private byte[] Told(int edition) => NoticeList.Sign(status, [], Uri, Signed(edition), Signed(edition).AddHours(24), edition);

    // Has seen edition 1, in force; then the registry is at edition 3, suspended. Gives what was asked for then.
    private (string Answer, IReadOnlyList<string> Reasons, List<string> Asked) After(Dictionary<string, byte[]> files)
    {
        var asked = new List<string>();
        var now = new Dictionary<string, byte[]> { ["/status/1"] = LongToken(1, LabelState.InForce), ["/notices/1"] = Told(1) };
        using var registry = new Served(request =>
        {
            lock (asked) asked.Add(request.Url!.AbsolutePath);
            return now.TryGetValue(request.Url.AbsolutePath, out var file) ? (200, file) : (404, []);
        });
        Assert.Equal((0, "in force as of 2026-11-23T01:00:00Z"), (Verify("--registry", registry.Address) is var first ? first.Exit : 9, first.Answer));
        Assert.Equal(["/status/1", "/notices/1"], asked);
        asked.Clear();
        now = new() { ["/status/1"] = LongToken(3, LabelState.Suspended), ["/notices/1"] = Told(3) };
        foreach (var (path, file) in files) now[path] = file;
        var (_, answer, reasons) = Verify("--registry", registry.Address);
        return (answer, reasons, asked);
    }

    [Fact]
    public void Who_has_a_long_list_fetches_what_changed_since_and_an_older_one_is_noticed_afterwards()
    {
        var (answer, _, asked) = After(new() { ["/status/1/delta/1"] = Step(1, LabelState.InForce, 2, LabelState.InForce), ["/status/1/delta/2"] = Step(2, LabelState.InForce, 3, LabelState.Suspended) });
        Assert.Equal("suspended", answer);
        Assert.Equal(["/status/1/delta/1", "/status/1/delta/2", "/status/1/delta/3", "/notices/1"], asked);
        // What was followed is remembered: offline it speaks, and edition 2 is older.
        var replayed = LongToken(2, LabelState.InForce);
        File.WriteAllBytes(scratch.File("old"), replayed);
        var old = Verify("--status", scratch.File("old"));
        Assert.Equal("suspended", old.Answer);
        Assert.Contains(old.Reasons, r => r.Contains("expected a status list not older", StringComparison.Ordinal));
        // The whole list takes the place of list and deltas.
        File.WriteAllBytes(scratch.File("whole"), LongToken(4, LabelState.InForce));
        Assert.StartsWith("in force", Verify("--status", scratch.File("whole")).Answer, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(scratch.File("config/seen"), "*.delta.cwt"));
    }

    public static TheoryData<string> Doubts => ["missing", "the second missing", "forged", "of a stranger", "of another base", "of no delta", "leading elsewhere", "too long", "without notices"];

    [Theory]
    [MemberData(nameof(Doubts))]
    public void On_any_doubt_the_whole_list_is_fetched(string doubt)
    {
        using var stranger = SigningKey.Create();
        var (first, second) = (Step(1, LabelState.InForce, 2, LabelState.InForce), Step(2, LabelState.InForce, 3, LabelState.Suspended));
        var files = new Dictionary<string, byte[]> { ["/status/1/delta/1"] = first, ["/status/1/delta/2"] = second };
        switch (doubt)
        {
            case "missing": files.Clear(); break;
            // Its holder would have "in force" stand.
            case "the second missing": files.Remove("/status/1/delta/2"); break;
            case "forged": files["/status/1/delta/2"] = [.. second[..^1], (byte)(second[^1] ^ 1)]; break;
            case "of a stranger": files["/status/1/delta/2"] = Step(2, LabelState.InForce, 3, LabelState.InForce, stranger); break;
            case "of another base": files["/status/1/delta/1"] = second; break;
            case "of no delta": files["/status/1/delta/1"] = LongToken(3, LabelState.InForce); break;
            case "leading elsewhere": files["/status/1/delta/2"] = StatusDelta.Sign(status, Long(LabelState.Withdrawn, 500), Long(LabelState.InForce, 500), Uri, 2, 3, Signed(3), Signed(3).AddHours(24)); break;
            case "too long": files["/status/1/delta/1"] = new byte[1 << 20]; break;
            default: files["/notices/1"] = "none"u8.ToArray(); break;
        }
        var (answer, reasons, asked) = After(files);
        Assert.Contains("/status/1", asked);
        if (doubt == "without notices")
        {
            // The whole list is then refused by what stands beside it, as ever; the last verified one speaks.
            Assert.Contains(reasons, r => r.StartsWith("the status list was refused", StringComparison.Ordinal));
            return;
        }
        Assert.True(answer == "suspended", $"{doubt}: {answer}: {string.Join("; ", reasons)}: {string.Join(' ', asked)}");
    }
}
