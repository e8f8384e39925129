using Assay.Assessment.Tests.Checks.Planted;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Probes;

public class HttpArchiveTests
{
    private static string Entry(string method, string url, string body = "", string answer = "", string header = "", int status = 200) => $$"""
        { "startedDateTime": "2026-10-01T10:00:00Z", "request": { "method": "{{method}}", "url": "{{url}}", "headers": [{{header}}], "postData": { "text": {{System.Text.Json.JsonSerializer.Serialize(body)}} } },
          "response": { "status": {{status}}, "headers": [], "content": { "text": {{System.Text.Json.JsonSerializer.Serialize(answer)}} } } }
        """;

    private const string Cookie = "{ \"name\": \"Cookie\", \"value\": \"sid=0123456789\" }";

    private static IReadOnlyList<Finding> Read(params string[] entries) =>
        ToolSamplesTests.Read($"{{ \"log\": {{ \"version\": \"1.2\", \"creator\": {{ \"name\": \"b\", \"version\": \"1\" }}, \"entries\": [ {string.Join(",\n", entries)} ] }} }}")!.Findings;

    [Theory]
    [InlineData("POST", "http://192.168.1.7/api/wifi", "ssid=home", "{\"ok\":true}", 200, true)]
    [InlineData("POST", "http://192.168.1.7/api/wifi", "ssid=home", "{\"ok\":true}", 401, false)]
    [InlineData("POST", "http://192.168.1.7/api/wifi", "ssid=home", "{\"error\":\"unauthorized\"}", 200, false)]
    [InlineData("POST", "http://192.168.1.7/login", "user=a", "{}", 200, false)]
    [InlineData("POST", "http://192.168.1.7/api/wifi?token=0123456789", "ssid=home", "{}", 200, false)]
    [InlineData("POST", "http://192.168.1.7/api/wifi", "{\"session\":\"0123456789\"}", "{}", 200, false)]
    [InlineData("POST", "http://192.168.1.7/metrics", "uptime=1", "{}", 200, false)]
    [InlineData("POST", "https://api.acme.test/api/wifi", "ssid=home", "{}", 200, false)]
    public void Settings_changed_without_a_log_in_are_told_from_other_requests(string method, string url, string body, string answer, int status, bool changed)
    {
        var findings = Read(Entry("GET", "http://192.168.1.7/", header: Cookie), Entry(method, url, body, answer, status: status));
        Assert.Equal(changed, findings.Any(f => f.Has(Traits.ConfigurationChange) && f.Has(Traits.WithoutLogin)));
    }

    [Fact]
    public void An_archive_without_any_log_in_header_proves_nothing()
    {
        var finding = Assert.Single(Read(Entry("POST", "http://192.168.1.7/api/wifi", "ssid=home", "{}")), f => f.Has(Traits.ConfigurationChange));
        Assert.False(finding.Has(Traits.WithoutLogin));
        Assert.Contains("export", finding.Note);
    }

    [Theory]
    [InlineData("{ \"ssid\": \"home\", \"psk\": \"correct horse\" }", true)]
    [InlineData("{ \"ssid\": \"home\", \"psk\": \"********\" }", false)]
    [InlineData("{ \"ssid\": \"home\" }", false)]
    public void Answers_with_a_secret_are_found_and_the_secret_is_not_shown(string answer, bool found)
    {
        var findings = Read(Entry("GET", "http://192.168.1.7/", header: Cookie), Entry("GET", "http://192.168.1.7/api/status", answer: answer));
        Assert.Equal(found, findings.Any(f => f.Has(Traits.ConfigurationRead)));
        Assert.DoesNotContain(findings, f => $"{f.Subject}{f.Value}{f.Note}".Contains("correct horse"));
    }

    [Fact]
    public void Passwords_in_clear_text_are_shortened()
    {
        var findings = Read(Entry("GET", "http://192.168.1.7/", header: "{ \"name\": \"Authorization\", \"value\": \"Basic YWRtaW46aHVudGVyMjI=\" }"), Entry("POST", "http://192.168.1.7/login", "user=admin&password=hunter22"));
        Assert.Equal(2, findings.Count(f => f.Kind == FindingKind.Cleartext && f.Has(Traits.Login) && f.Has(Traits.Local)));
        Assert.Contains(findings, f => f.Value.Contains("admin:hu… (8)"));
        Assert.DoesNotContain(findings, f => $"{f.Subject}{f.Value}{f.Note}".Contains("hunter22"));
    }

    [Fact]
    public void Other_parties_are_listed_once_each_and_trackers_are_named()
    {
        var findings = Read(Entry("GET", "http://192.168.1.7/"), Entry("GET", "https://api2.amplitude.com/2/httpapi?key=abcdef"), Entry("GET", "https://api2.amplitude.com/x"), Entry("GET", "https://cdn.acme.test/a.js"));
        Assert.Equal(["api2.amplitude.com", "cdn.acme.test"], findings.Where(f => f.Has(Traits.Remote)).Select(f => f.Subject));
        var tracker = Assert.Single(findings, f => f.Has(Traits.Tracker));
        Assert.StartsWith("2 request(s)", tracker.Value);
        Assert.DoesNotContain("abcdef", tracker.Note);
    }

    [Fact]
    public void A_record_points_to_its_line()
    {
        var text = OutsideTools.Har(login: true);
        var finding = Assert.Single(ToolSamplesTests.Read(text)!.Findings, f => f.Has(Traits.ConfigurationChange));
        Assert.Contains("/api/wifi", text.Split('\n')[finding.Location.Line!.Value - 1]);
    }
}
