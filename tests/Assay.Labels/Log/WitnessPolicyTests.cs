using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Policies of others are read as they are meant; ours hold in their time; what is no policy is refused.</summary>
public class WitnessPolicyTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly LogKey LogsKey = LogKey.Create();
    private static readonly LogVerifier Log = LogsKey.Verifier("office.example/log");
    private static readonly LogKey[] Keys = [LogKey.Create(), LogKey.Create(), LogKey.Create(), LogKey.Create()];
    private static readonly LogVerifier[] Witnesses = [.. Keys.Select((k, i) => k.Witness($"w{i}.example"))];

    private static WitnessPolicy Policy(string text) => WitnessPolicy.Read(Encoding.UTF8.GetBytes(text));

    private static string Named => $"log {Log} https://office.example/log\n" + string.Concat(Witnesses.Select((w, i) => $"witness w{i}\t{w}\n"));

    private static Checkpoint Cosigned(params (int Witness, DateTimeOffset At)[] by)
    {
        var checkpoint = Checkpoint.Read(Checkpoint.Sign(LogsKey, Log.Name, 5, new byte[32]));
        return by.Aggregate(checkpoint, (all, one) => all.With(Encoding.UTF8.GetBytes(all.Cosign(Keys[one.Witness], Witnesses[one.Witness], one.At))));
    }

    private static Checkpoint CosignedBy(params int[] by) => Cosigned([.. by.Select(b => (b, Now))]);

    [Fact]
    public void Every_policy_of_the_corpus_is_read_and_a_quorum_of_its_witnesses_is_what_it_asks_for()
    {
        var files = Corpus.Files("vectors/sigsum-policy");
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            var policy = WitnessPolicy.Read(bytes);
            output.WriteLine($"{Path.GetFileName(file)}: {policy.Logs} logs, {policy.Witnesses.Count} witnesses, {policy.Quorum}");
            var lines = File.ReadAllLines(file).Select(l => l.Trim()).ToList();
            Assert.Equal(lines.Count(l => l.StartsWith("log ", StringComparison.Ordinal)), policy.Logs);
            Assert.Equal(lines.Count(l => l.StartsWith("witness ", StringComparison.Ordinal)), policy.Witnesses.Count);
            foreach (var group in lines.Where(l => l.StartsWith("group ", StringComparison.Ordinal)).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))) Assert.Contains($"{group[2]} of (", policy.Quorum, StringComparison.Ordinal);
            Assert.Throws<UnreadableException>(() => WitnessPolicy.Read([.. bytes, .. "\nwitnesses x\n"u8]));
            Assert.Throws<UnreadableException>(() => WitnessPolicy.Read([.. bytes, .. "\nquorum none\n"u8]));
        }
        output.WriteLine($"{files.Count} of {files.Count} policies read, as many with an unknown keyword refused");
    }

    [Theory]
    [InlineData("1 of 3", 1, 3)]
    [InlineData("2 of 3", 2, 3)]
    [InlineData("3 of 4", 3, 4)]
    public void Exactly_the_sets_of_k_witnesses_or_more_meet_a_threshold(string what, int k, int n)
    {
        var policy = Policy($"{Named}group g {k} {string.Join(' ', Enumerable.Range(0, n).Select(i => $"w{i}"))}\nquorum g\n");
        for (var set = 0; set < 1 << n; set++)
        {
            var by = Enumerable.Range(0, n).Where(i => (set >> i & 1) == 1).ToArray();
            Assert.True(by.Length >= k == policy.Of(CosignedBy(by), Now).Holds, $"{what}: {string.Join(' ', by)}");
        }
    }

    [Fact]
    public void Groups_nest_as_the_clause_s_example_says()
    {
        var policy = Policy($"{Named}group x all w0 w1\ngroup y any w2 w3\ngroup both all x y\nquorum both\n");
        Assert.Equal("2 of (2 of (w0, w1), 1 of (w2, w3))", policy.Quorum);
        for (var set = 0; set < 16; set++)
        {
            var by = Enumerable.Range(0, 4).Where(i => (set >> i & 1) == 1).ToArray();
            Assert.Equal(by.Contains(0) && by.Contains(1) && (by.Contains(2) || by.Contains(3)), policy.Of(CosignedBy(by), Now).Holds);
        }
        Assert.True(Policy($"log {Log}\nquorum none\n").Of(CosignedBy(), Now).Holds);
        Assert.False(Policy($"log {LogKey.Create().Verifier(Log.Name)}\nquorum none\n").Of(CosignedBy(), Now).Holds);
        Assert.True(Policy("quorum none").Of(CosignedBy(), Now).Holds);
    }

    [Fact]
    public void A_bare_key_counts_under_whatever_name_the_note_has_and_a_log_under_its_own()
    {
        var origin = $"sigsum.org/v1/tree/{Convert.ToHexStringLower(SHA256.HashData(Log.Point.Span))}";
        string Hex(LogVerifier key) => Convert.ToHexStringLower(key.Point.Span);
        var policy = Policy($"log {Hex(Log)}\nwitness w {Hex(Witnesses[0])}\nquorum w\n");
        var checkpoint = Checkpoint.Read(Checkpoint.Sign(LogsKey, origin, 5, new byte[32]));
        Assert.True(policy.Of(checkpoint.With(Encoding.UTF8.GetBytes(checkpoint.Cosign(Keys[0], Witnesses[0], Now))), Now).Holds);
        Assert.False(policy.Of(checkpoint.With(Encoding.UTF8.GetBytes(checkpoint.Cosign(Keys[1], Witnesses[1], Now))), Now).Holds);
        Assert.False(policy.Of(CosignedBy(0), Now).Holds);
    }

    [Fact]
    public void An_old_proof_still_holds_after_a_witness_left_and_a_new_one_does_not()
    {
        var policy = Policy($"{Named}group g 2 w0 w1 w2\nquorum g\n#!window w0 - 2026-06-30\n#!window w2 2026-07-01 -\n#!window {Log.Name} 2025-01-01 2027-12-31\n");
        var (before, after) = (new DateTimeOffset(2026, 6, 30, 23, 59, 0, TimeSpan.Zero), new DateTimeOffset(2026, 7, 1, 0, 1, 0, TimeSpan.Zero));
        Assert.True(policy.Of(Cosigned((0, before), (1, before)), Now).Holds);
        Assert.False(policy.Of(Cosigned((0, after), (1, after)), Now).Holds);
        Assert.True(policy.Of(Cosigned((1, after), (2, after)), Now).Holds);
        Assert.False(policy.Of(Cosigned((1, before), (2, before)), Now).Holds);
        Assert.False(policy.Of(Cosigned((0, Now.AddYears(-3)), (1, Now.AddYears(-3))), Now).Holds);
        // Others pass over the comments and read the same tree.
        Assert.Equal("2 of (w0, w1, w2)", policy.Quorum);
        Assert.False(Policy($"{Named}quorum w0\n#!valid 2027-01-01 -").Of(CosignedBy(0), Now).Holds);
        Assert.True(Policy($"{Named}quorum w0\n#!valid - 2027-01-01").Of(CosignedBy(0), Now).Holds);
    }

    [Fact]
    public void A_signature_from_the_future_or_an_old_one_where_a_fresh_one_is_asked_for_does_not_count()
    {
        var policy = Policy($"{Named}quorum w0\n");
        Assert.True(policy.Of(Cosigned((0, Now.AddHours(1))), Now).Holds);
        Assert.False(policy.Of(Cosigned((0, Now.AddYears(3))), Now).Holds);
        Assert.True(policy.Of(Cosigned((0, Now.AddHours(-1))), Now, Now.AddHours(-2)).Holds);
        Assert.False(policy.Of(Cosigned((0, Now.AddHours(-3))), Now, Now.AddHours(-2)).Holds);
    }

    [Theory]
    [InlineData("group g 2 w0\nquorum g")]
    [InlineData("group g 0 w0\nquorum g")]
    [InlineData("group g most w0 w1\nquorum g")]
    [InlineData("group g 1 w9\nquorum g")]
    [InlineData("group g 2 w0 w0\nquorum g")]
    [InlineData("group g 1 w0\ngroup h 1 w0\nquorum h")]
    [InlineData("group none 1 w0\nquorum none")]
    [InlineData("group w1 1 w0\nquorum w1")]
    [InlineData("group g 1 g\nquorum g")]
    [InlineData("group g 1 none\nquorum g")]
    [InlineData("quorum w9")]
    [InlineData("quorum w0\nquorum w0")]
    [InlineData("")]
    [InlineData("quorum w0\n#!window w9 - -")]
    [InlineData("quorum w0\n#!window w0 2026-13-01 -")]
    [InlineData("quorum w0\n#!windows w0 - -")]
    [InlineData("quorum none\n#!valid 2026-01-01 -")]
    [InlineData("quorum w0\n\u0001")]
    [InlineData("quorum w0\nlog 00")]
    public void What_is_no_policy_is_refused(string rest)
    {
        Assert.Throws<UnreadableException>(() => Policy(Named + rest));
        Policy(Named + "quorum w0");
    }

    [Fact]
    public void Keys_stand_once_and_in_their_kind()
    {
        Assert.Throws<UnreadableException>(() => Policy($"log {Witnesses[0]}\nquorum none"));
        Assert.Throws<UnreadableException>(() => Policy($"witness w {Log}\nquorum w"));
        Assert.Throws<UnreadableException>(() => Policy($"{Named}witness again {Keys[0].Witness("another.example")}\nquorum w0"));
        Assert.Throws<UnreadableException>(() => Policy($"{Named}log {LogsKey.Verifier("another.example")}\nquorum w0"));
    }
}
