using System.Net;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Labels.Page;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Registry.Tests.Pages;

/// <summary>The page behind a label's code, served by the registry that issued it, answers in a real browser as the command does.</summary>
public class VerifierTests
{
    private static readonly (string? Change, LabelAnswer Answer)[] States =
    [
        (null, LabelAnswer.InForce),
        ("""{ "state": "underReview", "reason": "x" }""", LabelAnswer.UnderReview),
        ("""{ "state": "suspended", "reason": "x" }""", LabelAnswer.Suspended),
        ("""{ "state": "withdrawn", "reason": "x" }""", LabelAnswer.Withdrawn),
    ];

    [Fact]
    public async Task The_code_of_a_label_leads_to_the_answer_of_the_command()
    {
        await using var registry = await RunningRegistry.Start(settings: s => s with { IsAuthority = true, Name = "Office of Labels" });
        var id = await registry.Issue();
        var token = (await registry.Get($"/labels/{id}/hallmark.cose")).Bytes;
        foreach (var (change, answer) in States)
        {
            if (change is not null) Assert.Equal(HttpStatusCode.OK, (await registry.Change(id, change)).Status);
            var checkedHere = await Check(registry, token);
            Assert.Equal(answer, checkedHere);
            Assert.Equal(EvidenceJson.Name(checkedHere), Shown(registry, token));
        }
        var forged = (byte[])token.Clone();
        forged[^1] ^= 1;
        Assert.Equal("forged", Shown(registry, forged));
        if (Environment.GetEnvironmentVariable("ASSAY_PICTURES") is { } kept) File.WriteAllBytes(Path.Combine(kept, "l-1280.png"), Browser.Picture($"{registry.Address}/l{Digits(token)}", 1280, 900));
    }

    [Fact]
    public async Task A_label_of_a_test_registry_is_no_label_there_either()
    {
        await using var registry = await RunningRegistry.Start();
        var token = (await registry.Get($"/labels/{await registry.Issue()}/hallmark.cose")).Bytes;
        Assert.Equal(EvidenceJson.Name(await Check(registry, token)), Shown(registry, token));
        Assert.Contains(LabelCheck.NotALabel, Browser.Dom($"{registry.Address}/l{Digits(token)}", 1000, 900), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_is_the_command_s_with_the_registry_s_own_keys_and_may_be_kept()
    {
        await using var registry = await RunningRegistry.Bare();
        var page = await registry.Get("/l");
        Assert.Equal(VerifierPage.Write(TrustList.Read((await registry.Get("/trust.json")).Bytes, "registry"), "/status/1"), page.Bytes);
        Assert.Equal("text/html; charset=utf-8", page.Content.ContentType!.ToString());
        Assert.Equal("public, max-age=300", page.Headers.CacheControl!.ToString());
        Assert.False(page.Headers.Contains("Set-Cookie"));
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Equal(Regex.Match(page.Text, "Content-Security-Policy\" content=\"([^\"]+)\"").Groups[1].Value + "; frame-ancestors 'none'", policy);
        Assert.Matches("^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+'; connect-src 'self'; ", policy);
        var tag = page.Headers.ETag!;
        Assert.False(tag.IsWeak);
        var again = await registry.Send(HttpMethod.Get, "/l", null, null, ("If-None-Match", tag.ToString()));
        Assert.Equal((HttpStatusCode.NotModified, 0), (again.Status, again.Bytes.Length));
    }

    // As `label verify --registry` finds it; the page knows no notices.
    private static async Task<LabelAnswer> Check(RunningRegistry registry, byte[] token)
    {
        var trust = TrustList.Read((await registry.Get("/trust.json")).Bytes, "registry");
        var hallmark = SignedFile.Read(token);
        var list = StatusSnapshot.Of((await registry.Get("/status/1")).Bytes, null, trust, registry.Time.GetUtcNow());
        return LabelCheck.Of(hallmark, trust, [], registry.Time.GetUtcNow(), list.For(hallmark.Hallmark!.Status!)).Answer;
    }

    private static string Digits(byte[] token) => LabelAddress.Write(token)[(LabelAddress.DefaultPrefix.Length - 1)..];

    private static string Shown(RunningRegistry registry, byte[] token) =>
        Regex.Match(Browser.Dom($"{registry.Address}/l{Digits(token)}", 1000, 900), "data-answer=\"([a-zA-Z]+)\"").Groups[1].Value;
}
