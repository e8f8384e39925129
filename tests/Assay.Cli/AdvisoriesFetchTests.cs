using Assay.Exchange;
using Assay.Exchange.Csaf;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary><c>assay advisories fetch</c>, as a person of a second organisation runs it.</summary>
[Collection("alone")]
public class AdvisoriesFetchTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly CsafPublisher Publisher = new("Registry of Example", "https://registry.example");

    private static CsafDocument Document(int issue) => new()
    {
        Category = CsafCategory.IncidentResponse,
        Title = "An incident",
        Publisher = Publisher,
        Id = "ASSAY-2026-0001",
        Revisions = [.. Enumerable.Range(1, issue).Select(n => new CsafRevision(n, Now.AddHours(n - 10), $"Issue {n}"))],
        Tlp = Tlp.Clear,
        Notes = [new CsafNote("summary", "What", "x")],
    };

    [Fact]
    public void Documents_are_written_when_hash_and_signature_are_right_and_time_is_not_turned_back()
    {
        using var scratch = new Scratch();
        using var served = new Served(request =>
        {
            var file = Path.Combine(scratch.File("web"), request.Url!.AbsolutePath.Replace("/.well-known/csaf/", "/csaf/", StringComparison.Ordinal).Replace("/csaf/", "", StringComparison.Ordinal).TrimStart('/'));
            return File.Exists(file) ? (200, File.ReadAllBytes(file)) : (404, []);
        });
        var key = PgpKey.Create("Registry of Example", Now.AddDays(-1));
        var provider = new Provider(scratch.File("web"), new ProviderSettings(Publisher, served.Address), key);
        File.WriteAllText(scratch.File("key.asc"), key.Certificate.ToArmor());
        var folder = scratch.File("out");
        (int Exit, string Text, string Error) Fetch(params string[] more) =>
            Command.Run(["advisories", "fetch", served.Address, "-o", folder, .. more]) is var r ? (r.Exit, r.Output, r.Error) : default;

        provider.Publish(Document(2), Now);
        var first = Fetch("--key", scratch.File("key.asc"));
        Assert.True(first.Exit == 0, first.Error);
        Assert.Contains("the key that was given", first.Text, StringComparison.Ordinal);
        Assert.Equal(Document(2).Bytes(), File.ReadAllBytes(Path.Combine(folder, "assay-2026-0001.json")));
        Assert.True(File.Exists(Path.Combine(folder, "assay-2026-0001.json.asc")));
        var own = Fetch();
        Assert.Contains("compare it in another way", own.Error, StringComparison.Ordinal);
        Assert.Contains("unchanged", own.Text, StringComparison.Ordinal);

        provider.Publish(Document(3), Now);
        Assert.Equal(1, Fetch().Exit);
        Assert.Equal(0, Fetch("--force").Exit);
        provider.Publish(Document(2), Now);
        var back = Fetch("--force", "--format", "json");
        Assert.Equal(1, back.Exit);
        Assert.Contains("refused: not newer", back.Text, StringComparison.Ordinal);
        Assert.Equal(Document(3).Bytes(), File.ReadAllBytes(Path.Combine(folder, "assay-2026-0001.json")));

        File.WriteAllText(scratch.File("web/white/2026/assay-2026-0001.json"), "{}");
        var tampered = Fetch();
        Assert.Equal(1, tampered.Exit);
        Assert.Contains("sha512", tampered.Error, StringComparison.Ordinal);
        Assert.Equal(2, Command.Run("advisories", "fetch", "ftp://x", "-o", folder).Exit);
        Assert.Equal(2, Command.Run("advisories", "fetch", served.Address).Exit);
        Assert.Equal(3, Command.Run("advisories", "fetch", served.Address + "/nothing.json", "-o", folder).Exit);
    }
}
