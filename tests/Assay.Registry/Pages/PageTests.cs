using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Registry.Tests.Pages;

/// <summary>The pages as people meet them: their words, and what a real browser, axe (accessibility) and html-validate say of them.</summary>
public partial class PageTests
{
    private const int MaxBytes = 50_000;

    private static readonly (string Name, string? Change)[] States =
    [
        ("in force", null),
        ("under review", """{ "state": "underReview", "reason": "CVE-2024-1234 is used by attackers, and busybox 1.36.1 is in its range", "role": "CSIRT" }"""),
        ("update needed", """{ "state": "updateNeeded", "updateBelow": "1.2", "reason": "version 1.2 mends CVE-2024-1234", "role": "CSIRT" }"""),
        ("suspended", """{ "state": "suspended", "reason": "the download function is reachable from the internet", "role": "market surveillance", "lookAgain": "2027-01-15" }"""),
        ("withdrawn", """{ "state": "withdrawn", "reason": "the maker gave the product up", "role": "market surveillance" }"""),
    ];

    [Fact]
    public async Task The_page_of_a_label_says_what_to_do_first_in_every_state()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        string[] words = ["No action known to be needed as of ", "Ask the maker.", "Update to 1.2.", "Limit its use.", "Limit its use."];
        for (var i = 0; i < States.Length; i++)
        {
            if (States[i].Change is { } change) Assert.Equal(HttpStatusCode.OK, (await registry.Change(id, change)).Status);
            var answer = await registry.Get($"/labels/{id}");
            var text = Text(answer.Text);
            var first = text.IndexOf(words[i], StringComparison.Ordinal);
            Assert.True(first > 0, text);
            // Before everything else but the name of the device.
            Assert.True(first < text.IndexOf("Security updates", StringComparison.Ordinal) && first < 260, text[..300]);
            foreach (var part in new[] { LabelCheck.NotALabel, "Lumen Doorbell", "the maker promises them until 2099-12-31", "Examined by lab", "D. Example (head of office)", "3 by a tool", "5.6-5-1: no unit was taken apart",
                "What happened", "issued. Entry 0 of the log", "How to object", LabelCheck.ModelOnly, id }) Assert.Contains(part, text, StringComparison.Ordinal);
            Assert.DoesNotContain("Aura", text, StringComparison.Ordinal);
            Assert.DoesNotMatch(Praise(), text);
            Assert.True(answer.Bytes.Length < MaxBytes, $"{answer.Bytes.Length} bytes");
        }
        var history = Text((await registry.Get($"/labels/{id}")).Text);
        // The newest first, each with its reason and role.
        int At(string what) => history.IndexOf(what, history.IndexOf("What happened", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(At("withdrawn") < At("suspended") && At("suspended") < At("update needed below 1.2") && At("update needed below 1.2") < At("under review") && At("under review") < At("issued"));
        Assert.Contains("Says market surveillance; looked at again by 2027-01-15", history, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_of_an_authority_is_a_label_and_names_where_to_object()
    {
        await using var registry = await RunningRegistry.Start(settings: s => s with { IsAuthority = true, Name = "Office of Labels", Objections = "mailto:objections@office.example" });
        var id = await registry.Issue();
        var page = (await registry.Get($"/labels/{id}")).Text;
        Assert.DoesNotContain(LabelCheck.NotALabel, page, StringComparison.Ordinal);
        Assert.Contains("href=\"mailto:objections@office.example\"", page, StringComparison.Ordinal);
        Assert.Contains("Office of Labels", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_label_says_so()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var registry = await RunningRegistry.Start(time);
        var id = await registry.Issue();
        time.Advance(TimeSpan.FromDays(3 * 365));
        Assert.Contains("This label is expired.", Text((await registry.Get($"/labels/{id}")).Text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_and_landing_lead_to_the_label()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        Assert.Contains($"href=\"/labels/{id}\"", (await registry.Get("/?q=doorbell+LUMEN")).Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"/labels/{id}\"", (await registry.Get($"/?q={id}")).Text, StringComparison.Ordinal);
        Assert.Contains("No label is kept here that fits", (await registry.Get("/?q=toaster")).Text, StringComparison.Ordinal);
        Assert.Contains("action=\"/\"", (await registry.Get("/code")).Text, StringComparison.Ordinal);
        foreach (var path in new[] { "/labels/0123456789abcdef", "/labels/..%2f..%2fkeys", "/nowhere", "/log/tile/../../keys/log.pem", "/log/tile/%2e%2e/%2e%2e/keys/log.pem" })
        {
            var program = await registry.Get(path);
            Assert.Equal((HttpStatusCode.NotFound, "application/json"), (program.Status, program.Content.ContentType!.MediaType));
            var person = await registry.Send(HttpMethod.Get, path, null, null, ("Accept", "text/html"));
            Assert.Equal((HttpStatusCode.NotFound, "text/html"), (person.Status, person.Content.ContentType!.MediaType));
        }
    }

    [Fact]
    public async Task Nothing_is_loaded_nothing_runs_and_nobody_frames_us()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        foreach (var path in new[] { "/", "/code", $"/labels/{id}", "/sign-in" })
        {
            var answer = await registry.Get(path);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("form-action 'self'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("script", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            Assert.DoesNotMatch(Loads(), answer.Text);
        }
    }

    [Fact]
    public async Task Hostile_names_stay_text()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue("<script>document.title='taken'</script>", "\"><img src=x onerror=\"document.title='taken'\">");
        await registry.Change(id, """{ "state": "suspended", "reason": "</p><script>document.title='taken'</script>\u202egpj.exe", "role": "<b>x</b>" }""");
        foreach (var path in new[] { $"/labels/{id}", "/?q=%3Cscript%3Edocument.title='taken'%3C/script%3E", "/" })
        {
            var dom = Browser.Dom(registry.Address + path, 1000, 900);
            Assert.Contains("document.title", dom, StringComparison.Ordinal);
            Assert.DoesNotContain("<title>taken", dom, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", dom, StringComparison.Ordinal);
            Assert.DoesNotContain("\u202e", dom, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_page_of_a_long_certificate_stays_small()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue(new string('M', 60), new string('D', 60));
        for (var i = 0; i < 45; i++) await registry.Change(id, $$"""{ "state": "{{(i % 2 == 0 ? "underReview" : "inForce")}}", "reason": "{{new string('r', 200)}} {{i}}", "role": "CSIRT" }""");
        var page = await registry.Get($"/labels/{id}");
        Assert.True(page.Bytes.Length < MaxBytes, $"{page.Bytes.Length} bytes");
        Assert.Contains("The last 40 of 45 changes", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_judges_find_no_barrier_no_fault_and_nothing_too_wide()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        var pages = new List<(string Name, string Html)>();
        foreach (var (name, change) in States)
        {
            if (change is not null) await registry.Change(id, change);
            pages.Add((name, (await registry.Get($"/labels/{id}")).Text));
        }
        pages.Add(("search", (await registry.Get("/?q=lumen")).Text));
        pages.Add(("nothing found", (await registry.Get("/?q=toaster")).Text));
        pages.Add(("landing", (await registry.Get("/code")).Text));
        pages.Add(("sign in", (await registry.Get("/sign-in")).Text));
        pages.Add(("not found", (await registry.Send(HttpMethod.Get, "/nowhere", null, null, ("Accept", "text/html"))).Text));
        var signedIn = await registry.Send(HttpMethod.Post, "/sign-in", null, new FormUrlEncodedContent([KeyValuePair.Create("key", await registry.Person("Everybody", "administrator", "authority"))]));
        var cookie = ("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        pages.Add(("desk", (await registry.Send(HttpMethod.Get, "/desk", null, null, cookie)).Text));
        pages.Add(("form", (await registry.Send(HttpMethod.Get, $"/labels/{await registry.Issue(model: "Other")}", null, null, cookie)).Text));
        Assert.Contains("Change its status", pages[^1].Html, StringComparison.Ordinal);

        foreach (var some in pages.Chunk(4)) Judge(some);
    }

    [Fact]
    public void The_judges_see_what_is_wrong()
    {
        const string Wrong = "<!DOCTYPE html><html><head><title>x</title></head><body><main><h1>A</h1><p style=\"color:#ccc;background:#fff\">pale</p><div style=\"width:900px\">wide</div><input></main></body></html>";
        var said = Assert.ThrowsAny<Exception>(() => Judge([("wrong", Wrong)])).Message;
        foreach (var fault in new[] { "html-has-lang", "color-contrast", "label", "too wide", "element-required-attributes" }) Assert.Contains(fault, said, StringComparison.Ordinal);
    }

    // Several pages by all judges in one run: the browser takes seconds to start.
    private static void Judge(IReadOnlyList<(string Name, string Html)> pages)
    {
        var judges = Npm.Folder("axe-core@4.14.1");
        var validator = Npm.Folder("html-validate@9.0.0");
        var axe = File.ReadAllText(Path.Combine(judges, "node_modules", "axe-core", "axe.min.js"));
        var faults = new List<string>();
        using var scratch = new Scratch();
        var frames = new StringBuilder();
        for (var i = 0; i < pages.Count; i++)
        {
            var bare = Policy().Replace(pages[i].Html, "");
            File.WriteAllText(scratch.File($"page{i}.html"), pages[i].Html);
            // Judged in place, folded parts open; axe needs the page to be seen, so it stands in a frame of the width that is asked for.
            var script = $$"""
                <script>{{axe}}</script><script>
                addEventListener('load', () => {
                  const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth ? ['too wide: ' + document.documentElement.scrollWidth] : [];
                  document.querySelectorAll('details').forEach(d => d.open = true);
                  axe.run().then(r => parent.postMessage(JSON.stringify({ page: location.hash, passes: r.passes.length, found: wide.concat(r.violations.map(v => v.id + ' ' + v.nodes[0].html)) }), '*'));
                });
                </script>
                """;
            File.WriteAllText(scratch.File($"judged{i}.html"), bare.Replace("</body>", script + "</body>", StringComparison.Ordinal));
            foreach (var width in new[] { 360, 1100 }) frames.Append(System.Globalization.CultureInfo.InvariantCulture, $"<iframe title=\"{i}\" src=\"judged{i}.html#{i}-{width}\" width=\"{width}\" height=\"900\" style=\"border:0\"></iframe>");
        }
        File.WriteAllText(scratch.File(".htmlvalidate.json"), """{ "root": true, "extends": ["html-validate:standard"], "rules": { "long-title": "off" } }""");
        var valid = Tool.Run(Path.Combine(validator, "node_modules", ".bin", "html-validate"), [.. pages.Select((_, i) => scratch.File($"page{i}.html"))], scratch.Folder);
        if (valid.Exit != 0) faults.Add(valid.Text + valid.Error);
        File.WriteAllText(scratch.File("frames.html"), $$"""
            <!DOCTYPE html><html lang="en"><title>frames</title><body><pre id="said"></pre>{{frames}}
            <script>addEventListener('message', e => document.getElementById('said').textContent += 'SAID' + e.data + 'END')</script></body></html>
            """);
        var dom = Browser.Dom(scratch.File("frames.html"), 1400, 900);
        dom = dom[dom.IndexOf("id=\"said\"", StringComparison.Ordinal)..dom.IndexOf("</pre>", StringComparison.Ordinal)];
        var answers = Said().Matches(dom).Select(m => JsonDocument.Parse(WebUtility.HtmlDecode(m.Groups[1].Value)).RootElement).ToList();
        Assert.Equal(2 * pages.Count, answers.Count);
        foreach (var answer in answers)
        {
            var page = answer.GetProperty("page").GetString()!.TrimStart('#');
            Assert.True(answer.GetProperty("passes").GetInt32() > 8, "axe hardly looked");
            faults.AddRange(answer.GetProperty("found").EnumerateArray().Select(f => $"{pages[int.Parse(page.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture)].Name} at {page.Split('-')[1]}: {f}"));
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task A_browser_shows_every_state_at_the_size_of_a_phone_and_of_a_desk()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        var pictures = new HashSet<string>();
        // Where a person wants to look at them.
        var kept = Environment.GetEnvironmentVariable("ASSAY_PICTURES");
        foreach (var (name, change) in States)
        {
            if (change is not null) await registry.Change(id, change);
            foreach (var (width, height) in new[] { (500, 2600), (1100, 1600) })
            {
                var picture = Browser.Picture($"{registry.Address}/labels/{id}", width, height);
                Assert.True(picture.Length > 20_000);
                Assert.True(pictures.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(picture))), "two states look the same");
                if (kept is not null) File.WriteAllBytes(Path.Combine(kept, $"{name}-{width}.png"), picture);
            }
        }
    }

    // As a person without a screen hears it.
    private static string Text(string html) =>
        Regex.Replace(WebUtility.HtmlDecode(Regex.Replace(Regex.Replace(html, "<style>.*?</style>|<title>.*?</title>|<a class=\"skip\".*?</a>", " ", RegexOptions.Singleline), "<[^>]+>", "")), @"\s+", " ");

    [GeneratedRegex("<meta http-equiv=\"Content-Security-Policy\"[^>]*>")]
    private static partial Regex Policy();

    [GeneratedRegex("SAID(.*?)END", RegexOptions.Singleline)]
    private static partial Regex Said();

    [GeneratedRegex(@"\b(secure|safe|good|fine|trustworthy)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Praise();

    [GeneratedRegex("<(script|img|iframe|link|object|embed|video|audio)|src=|url\\(|@import", RegexOptions.IgnoreCase)]
    private static partial Regex Loads();
}
