using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Labels.Page;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>The page in a real browser gives the answer of the command, without a network, on a phone and on a desk, in every language.</summary>
public sealed class VerifierPageTests(ITestOutputHelper output) : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly Samples samples = new();
    private readonly Scratch scratch = new();
    private int files;

    private string Next() => (++files).ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        samples.Dispose();
        scratch.Dispose();
    }

    private TrustList Trust(bool isAuthority = true, KeyRoles roles = KeyRoles.Issuer | KeyRoles.Status, DateOnly? to = null, StolenKey? stolen = null) =>
        new([new TrustedKey { Name = "Office of <Examples>", Key = samples.Issuer.Public, IsAuthority = isAuthority, Roles = roles, Address = "office.example", To = to, Stolen = stolen }]);

    private static Hallmark Label() => Samples.Hallmark() with { IssuedAt = Now.AddDays(-10), Expires = Now.AddYears(1), SupportEnd = DateOnly.FromDateTime(Now.UtcDateTime).AddYears(3), Status = new StatusPointer("s/1", 7) };

    // Where root allows, in a network namespace that has no interface at all.
    private string Dom(string address, int width = 390, string language = "en", bool network = false)
    {
        Tool.Need("chromium", "chromium");
        string[] browser = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", $"--accept-lang={language}",
            $"--user-data-dir={scratch.File($"profile-{Next()}")}", "--dump-dom", $"--window-size={width},844", "--virtual-time-budget=5000", .. network ? Array.Empty<string>() : ["--host-resolver-rules=MAP * ~NOTFOUND"], address];
        var cut = !network && OperatingSystem.IsLinux() && Tool.Has("unshare") && Tool.Run("unshare", ["-n", "true"]).Exit == 0;
        var result = cut ? Tool.Run("unshare", ["-n", "chromium", .. browser]) : Tool.Run("chromium", browser);
        Assert.True(result.Exit == 0, result.Error);
        return result.Text;
    }

    private string Page(TrustList trust, Func<string, string>? change = null)
    {
        var file = scratch.File($"{Next()}.html");
        var page = Encoding.UTF8.GetString(VerifierPage.Write(trust));
        File.WriteAllText(file, change?.Invoke(page) ?? page);
        return "file://" + file;
    }

    private static string Digits(byte[] token) => LabelAddress.Write(token)[(LabelAddress.DefaultPrefix.Length - 1)..];

    private static string? Answer(string dom) => Regex.Match(dom, "data-answer=\"([a-zA-Z]+)\"") is { Success: true } match ? match.Groups[1].Value : null;

    [Fact]
    public void It_answers_as_the_command_does_without_a_network()
    {
        var token = Label().Sign(samples.Issuer);
        var forged = (byte[])token.Clone();
        forged[60] ^= 1;
        var late = (byte[])token.Clone();
        late[^1] ^= 1;
        var expired = (Label() with { Expires = Now.AddDays(-1) }).Sign(samples.Issuer);
        var ended = (Label() with { SupportEnd = new DateOnly(2020, 1, 1) }).Sign(samples.Issuer);
        var future = (Label() with { IssuedAt = Now.AddYears(3), Expires = Now.AddYears(5) }).Sign(samples.Issuer);
        var cases = new (string What, byte[] Token, TrustList Trust)[]
        {
            ("a label", token, Trust()), ("of a test key", token, Trust(isAuthority: false)), ("of a key that issues nothing", token, Trust(roles: KeyRoles.Status)), ("of a key that had ended", token, Trust(to: new DateOnly(2020, 1, 1))),
            ("of nobody", token, TrustList.Empty), ("with a changed claim", forged, Trust()), ("with a changed signature", late, Trust()), ("expired", expired, Trust()), ("without support", ended, Trust()), ("from the future", future, Trust()),
            ("of a stolen key", token, Trust(stolen: new StolenKey(Labels.Log.LogKey.Create().Verifier("o.example/log"), 3))),
        };
        foreach (var (what, bytes, trust) in cases)
        {
            LabelCheck check;
            try
            {
                check = LabelCheck.Of(SignedFile.Read(bytes), trust, [], Now);
            }
            catch (Evidence.Reading.UnreadableException wrong)
            {
                check = LabelCheck.Forged(wrong.Message);
            }
            var dom = Dom(Page(trust) + Digits(bytes));
            var expected = check.Answer switch { LabelAnswer.GenuineStatusNotChecked => "notChecked", var other => char.ToLowerInvariant(other.ToString()[0]) + other.ToString()[1..] };
            Assert.True(expected == Answer(dom), $"{what}: expected {expected}, found {Answer(dom)}");
            Assert.Equal(check.IsTest, !Regex.IsMatch(dom, "id=\"test\" hidden"));
            output.WriteLine($"{what}: {Answer(dom)}");
        }
    }

    [Fact]
    public void What_is_no_label_is_said_to_be_none_and_nothing_to_check_is_asked_for()
    {
        var page = Page(Trust());
        Assert.Null(Answer(Dom(page)));
        var token = Label().Sign(samples.Issuer);
        // Bytes after the end, a long form of a length, and other text: one reading alone is a label.
        byte[] longer = [.. token, 0];
        foreach (var text in new[] { "#1", "#0" + Digits(token)[1..], "#12345678901234567890", "#" + new string('9', 600), Digits(longer), "#<img src=x onerror=alert(1)>" }) Assert.Equal("forged", Answer(Dom(page + text)));
        Assert.Equal("notChecked", Answer(Dom(page + Digits(token))));
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1280)]
    public void It_fits_a_phone_and_a_desk_in_every_language_and_shows_names_as_text(int width)
    {
        var token = (Label() with { Subject = "Longmakername/And<b>a</b>model", Level = new ProfileLevel(1, null) }).Sign(samples.Issuer);
        // A judge is put into a copy: does anything stand beyond the edge, in any language?
        var page = Page(Trust(), p => Regex.Replace(p, "<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "").Replace("</body>", """
            <script>addEventListener('load',()=>setTimeout(()=>{const wide=[],edge=Math.min(innerWidth,WIDTH);document.documentElement.style.width=`${edge}px`;for(const option of $('languages').options){$('languages').value=option.value;show();
            if([...document.querySelectorAll('body *')].some(e=>e.getBoundingClientRect().right>edge+.5))wide.push(option.value);if([...document.querySelectorAll('h1,h2,dt,dd,p:not([hidden]),button')].some(e=>/undefined|\{\d\}/.test(e.textContent)))wide.push(option.value+'!');}
            document.documentElement.dataset.wide=`${wide.join(' ')}|${$('languages').options.length}|${document.querySelectorAll('b').length}|${edge}`;},2000))</script></body>
            """.Replace("WIDTH", width.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), StringComparison.Ordinal));
        var wide = Regex.Match(Dom(page + Digits(token), width), "data-wide=\"([^\"]*)\"").Groups[1].Value;
        output.WriteLine(wide);
        // Chromium's window is never narrower than 500, so that the page is made as wide as it is asked for.
        Assert.Equal($"|{VerifierPage.Languages}|0|{width}", wide);
    }

    [Fact]
    public void It_speaks_the_reader_s_language_and_says_where_its_words_are_a_draft()
    {
        var token = Label().Sign(samples.Issuer);
        var german = Dom(Page(Trust()) + Digits(token), language: "de");
        Assert.Contains("Echt, Status nicht geprüft", german, StringComparison.Ordinal);
        Assert.Contains("id=\"draft\" hidden", german, StringComparison.Ordinal);
        var finnish = Dom(Page(Trust()) + Digits(token), language: "fi");
        Assert.Contains("Aito, tilaa ei tarkistettu", finnish, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"draft\" hidden", finnish, StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_status_list_on_its_own_host_it_says_what_the_list_says_and_asks_for_the_whole_of_it()
    {
        var token = Label().Sign(samples.Issuer);
        foreach (var (state, key, expected) in new[] { (LabelState.InForce, samples.Issuer, "inForce"), (LabelState.Suspended, samples.Issuer, "suspended"), (LabelState.Withdrawn, samples.Issuer, "withdrawn"), (LabelState.Notice, samples.Issuer, "underReview"), (LabelState.InForce, samples.Decider, "notChecked") })
        {
            var list = new StatusList(1 << 20);
            list[7] = state;
            var asked = new List<string>();
            using var served = new PageServer(path =>
            {
                asked.Add(path);
                return path switch { "/l" => VerifierPage.Write(Trust(), "/status/1"), "/status/1" => StatusListToken.Sign(key, list, "https://office.example/status/1", Now.AddMinutes(-5), Now.AddDays(1), TimeSpan.FromMinutes(5), 1), _ => null };
            });
            Assert.Equal(expected, Answer(Dom($"{served.Address}/l{Digits(token)}", network: true)));
            // What follows the # is never sent, and the whole list is asked for.
            Assert.Equal(["/l", "/status/1"], asked.Where(p => p != "/favicon.ico"));
        }
    }

    [Fact]
    public void Its_forty_phrases_stand_in_twenty_four_languages_with_the_same_places()
    {
        Assert.Equal(40, VerifierPage.Names.Count);
        Assert.Equal(VerifierPage.Languages, VerifierPage.Phrases.Count);
        Assert.Equal(["en", "de", "fr"], VerifierPage.Phrases.Where(l => l.Reviewed).Select(l => l.Code));
        var english = VerifierPage.Phrases[0];
        static IEnumerable<string> Places(string phrase) => Regex.Matches(phrase, @"\{\d\}").Select(m => m.Value).Order();
        foreach (var language in VerifierPage.Phrases)
        {
            for (var i = 0; i < 40; i++) Assert.True(Places(english.Words[i]).SequenceEqual(Places(language.Words[i])), $"{language.Code}: {language.Words[i]}");
        }
        Assert.DoesNotMatch(@"(?i)\b(good|fine|safe|secure)\b", string.Join(' ', english.Words));
        // Every phrase is used, and the answers are those of the command.
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "src", "Assay.Labels", "Page", "verifier.html"));
        foreach (var name in VerifierPage.Names) Assert.Contains($"'{name}'", page, StringComparison.Ordinal);
        Assert.Contains(LabelCheck.ModelOnly, english.Words);
        Assert.Contains(LabelCheck.NotALabel, english.Words);
    }

    [Fact]
    public void The_page_is_one_file_that_runs_nothing_but_its_own_script()
    {
        var page = Encoding.UTF8.GetString(VerifierPage.Write(Trust()));
        Assert.Equal(page, Encoding.UTF8.GetString(VerifierPage.Write(Trust())));
        Assert.Contains("default-src 'none'; script-src 'sha256-", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Office of <Examples>", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=", page);
        Assert.Throws<ArgumentException>(() => VerifierPage.Write(Trust(), "https://other.example/status/1"));
        Assert.Throws<ArgumentException>(() => VerifierPage.Write(Trust(), "//other.example/status/1"));
        output.WriteLine($"{page.Length} characters");
    }

    private sealed class PageServer : IDisposable
    {
        private readonly HttpListener listener = new();

        public PageServer(Func<string, byte[]?> answer)
        {
            for (var attempt = 0; ; attempt++)
            {
                using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
                {
                    probe.Start();
                    Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";
                }
                listener.Prefixes.Clear();
                listener.Prefixes.Add(Address + "/");
                try
                {
                    listener.Start();
                    break;
                }
                catch (HttpListenerException) when (attempt < 5)
                {
                }
            }
            _ = Task.Run(async () =>
            {
                while (listener.IsListening)
                {
                    try
                    {
                        var context = await listener.GetContextAsync();
                        var body = answer(context.Request.Url!.AbsolutePath);
                        context.Response.StatusCode = body is null ? 404 : 200;
                        if (context.Request.Url.AbsolutePath == "/l") context.Response.ContentType = "text/html; charset=utf-8";
                        context.Response.OutputStream.Write(body ?? []);
                        context.Response.Close();
                    }
                    catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
                    {
                        return;
                    }
                }
            });
        }

        public string Address { get; }
        public void Dispose() => listener.Close();
    }
}
