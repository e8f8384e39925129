using System.Text;
using Assay.CommandLine;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary><c>assay redact</c> as a person runs it.</summary>
[Collection(nameof(AgainstTests))]
public sealed class RedactVerbTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
    private static string Setup => Directory.EnumerateFiles(Path.Combine(Checkout.Root, "examples", "doorbell-1.0", "captures")).Order(StringComparer.Ordinal).First();

    [Fact]
    public void It_writes_a_capture_and_says_what_it_kept()
    {
        using var scratch = new Scratch();
        var (exit, text, _) = Spoken.Run(RedactVerb.Verb, "", Now, Setup, "-o", scratch.File("out.pcapng"));
        Assert.Equal(0, exit);
        Assert.Contains("replaced", text);
        Assert.Contains("kept        times, lengths, ports", text);
        Assert.True(new FileInfo(scratch.File("out.pcapng")).Length > 100);
        // Nothing is overwritten without being told to.
        Assert.Throws<UsageException>(() => Spoken.Run(RedactVerb.Verb, "", Now, Setup, "-o", scratch.File("out.pcapng")));
        // Payload is gone, and flows can still be listed.
        var (_, flows, _) = Spoken.Run(FlowsVerb.Verb, scratch.File("flows"), Now, scratch.File("out.pcapng"));
        var (_, before, _) = Spoken.Run(FlowsVerb.Verb, scratch.File("before"), Now, Setup);
        Assert.Equal(before.Split('\n').Length, flows.Split('\n').Length);
        Assert.Contains(" http ", before);
        Assert.DoesNotContain(" http ", flows);
    }

    [Fact]
    public void It_needs_a_place_to_write_and_a_secret_of_some_length()
    {
        using var scratch = new Scratch();
        Assert.Throws<UsageException>(() => Spoken.Run(RedactVerb.Verb, scratch.File("x"), Now, Setup, Setup, "-o", scratch.File("y")));
        File.WriteAllText(scratch.File("key"), "short");
        Assert.Throws<UsageException>(() => Spoken.Run(RedactVerb.Verb, "", Now, Setup, "--key", scratch.File("key"), "-o", scratch.File("y")));
        File.WriteAllText(scratch.File("key"), "a secret that is long enough");
        Assert.Equal(0, Spoken.Run(RedactVerb.Verb, "", Now, Setup, "--key", scratch.File("key"), "-o", scratch.File("y")).Exit);
        File.WriteAllBytes(scratch.File("no"), Encoding.ASCII.GetBytes("no capture at all, whatever it is called"));
        Assert.Equal(3, Spoken.Run(RedactVerb.Verb, "", Now, scratch.File("no"), "-o", scratch.File("z")).Exit);
        Assert.False(File.Exists(scratch.File("z")));
    }
}
