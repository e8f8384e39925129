using System.Net;
using System.Text.RegularExpressions;
using Assay.Exchange.Cases;
using Assay.Tests;

namespace Assay.Registry.Tests.Cases;

/// <summary>The triage pages as a signed-in person uses them: evidence beside forms, and nothing done without the form's own mark.</summary>
public partial class CasePageTests
{
    [Fact]
    public async Task A_person_triages_decides_and_publishes_by_forms_alone()
    {
        await using var registry = await RunningRegistry.Start();
        var label = await registry.IssueWith("<b>One</b>", "busybox 1.36.1");
        var id = await registry.OpenCase();
        Task<Answer> Form(string path, string? cookie, params (string Name, string Value)[] fields) =>
            registry.Send(HttpMethod.Post, path, null, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))), cookie is null ? [] : [("Cookie", cookie)]);
        var cookie = (await Form("/sign-in", null, ("key", registry.Authority))).Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var page = await registry.Send(HttpMethod.Get, $"/cases/{id}", null, null, ("Cookie", cookie));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.DoesNotContain("<b>One", page.Text, StringComparison.Ordinal);
        foreach (var word in new[] { "CVE-2026-1000", "busybox 1.36.1", "bill of materials", registry.Server.Office.Shelf.Find(label)!.Inventory!, "What can be done" }) Assert.Contains(word, page.Text, StringComparison.Ordinal);
        var mark = Mark().Match(page.Text).Groups[1].Value;
        var look = registry.Time.GetUtcNow().AddDays(20).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        (string, string)[] decision = [("decision", "suspend"), ("reason", "reachable"), ("role", "market surveillance"), ("lookAgain", look), ("updateBelow", ""), ("evidence", ""), ("justification", ""), ("emergency", "true")];
        Assert.Equal(HttpStatusCode.Forbidden, (await Form($"/cases/{id}/decision", cookie, decision)).Status);
        Assert.Equal("underReview", await registry.State(label));
        var done = await Form($"/cases/{id}/decision", cookie, [.. decision, ("csrf", mark)]);
        Assert.True(done.Status == HttpStatusCode.SeeOther, done.Text);
        Assert.Equal("suspended", await registry.State(label));
        Assert.True(registry.Server.Office.Cases.Find(id)!.EndsByItself);
        Assert.Equal(HttpStatusCode.SeeOther, (await Form($"/cases/{id}/publish", cookie, ("csrf", mark), ("tlp", "TLP:CLEAR"), ("summary", ""))).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await Form($"/cases/{id}/triage", cookie, ("csrf", mark), ("assessment", "looked at"))).Status);
        Assert.Equal(CaseState.Triage, registry.Server.Office.Cases.Find(id)!.State);
        page = await registry.Send(HttpMethod.Get, $"/cases/{id}", null, null, ("Cookie", cookie));
        Assert.Contains("Confirm the emergency suspension", page.Text, StringComparison.Ordinal);
        Assert.Contains("/stix/", page.Text, StringComparison.Ordinal);
        Assert.Contains("Aura Authority", page.Text, StringComparison.Ordinal);

        var list = await registry.Send(HttpMethod.Get, "/cases", null, null, ("Cookie", cookie));
        var folder = Npm.Folder("html-validate@9.0.0");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("case.html"), page.Text);
        File.WriteAllText(scratch.File("list.html"), list.Text);
        File.WriteAllText(scratch.File(".htmlvalidate.json"), """{ "root": true, "extends": ["html-validate:standard"] }""");
        var judged = Tool.Run(Path.Combine(folder, "node_modules", ".bin", "html-validate"), ["--config", scratch.File(".htmlvalidate.json"), scratch.File("case.html"), scratch.File("list.html")], scratch.Folder);
        Assert.True(judged.Exit == 0, judged.Text + judged.Error);
    }

    [GeneratedRegex("name=\"csrf\" value=\"([^\"]+)\"")]
    private static partial Regex Mark();
}
