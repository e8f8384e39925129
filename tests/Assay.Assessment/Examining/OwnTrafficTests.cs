using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Traffic.Tests;

namespace Assay.Assessment.Tests.Examining;

/// <summary>Whose traffic a capture shows, and what an answer in it means: frames on the wire, read as a dossier's capture is.</summary>
public class OwnTrafficTests
{
    private const string Neighbour = "192.168.1.40";

    private static string Mac(string address) => string.Join(':', Capture.Mac(address).Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>A neighbour that takes a widely known password in clear text, and the device that does or does not.</summary>
    [Theory]
    [InlineData("", Neighbour, Outcome.Inconclusive, "mac:")]
    [InlineData("mac: DEVICE", Neighbour, Outcome.Inconclusive, null)]
    [InlineData("addresses: [192.168.1.20]", Neighbour, Outcome.Inconclusive, null)]
    [InlineData("mac: 02:00:00:00:00:99", Capture.Device, Outcome.Inconclusive, "mac:")]
    [InlineData("mac: DEVICE", Capture.Device, Outcome.Fail, null)]
    [InlineData("addresses: [192.168.1.20]", Capture.Device, Outcome.Fail, null)]
    public void What_a_neighbour_does_fails_no_device(string said, string server, Outcome expected, string? settle)
    {
        var capture = new Capture();
        Login(capture, server);
        capture.Connect(Capture.Device, Capture.Cloud, 443).Client([0]);
        var unit = Unit(capture, said.Replace("DEVICE", Mac(Capture.Device), StringComparison.Ordinal), new LoginInClear());
        Assert.Equal(expected, unit.Outcome);
        if (settle is not null) Assert.Contains(settle, unit.Settle!);
    }

    [Fact]
    public void The_only_machine_beside_the_router_is_the_device()
    {
        var capture = new Capture();
        var talk = capture.Connect(Capture.Device, Capture.Cloud, 80);
        talk.Client("POST /state HTTP/1.1\r\nHost: cloud.example\r\nAuthorization: Basic bWlyYTpRN3ZUMnhLOQ==\r\nContent-Length: 0\r\n\r\n");
        talk.Server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.True(Assert.Single(Examined(capture, "").Captures).IsOfDevice);
        Assert.Equal(Outcome.Fail, Unit(capture, "", new SecretInClearToRemote()).Outcome);
        var other = capture.Connect(Neighbour, Capture.Cloud, 443);
        other.Client([0]);
        Assert.False(Assert.Single(Examined(capture, "").Captures).IsOfDevice);
        Assert.NotEqual(Outcome.Fail, Unit(capture, "", new SecretInClearToRemote()).Outcome);
    }

    [Theory]
    [InlineData("application/json", """{"result":"saved"}""", true)]
    [InlineData("application/json", """{"error":null,"ok":true}""", true)]
    [InlineData("application/json", """{"error":"not logged in"}""", false)]
    [InlineData("application/json", """{"success":false,"code":-3}""", false)]
    [InlineData("text/html", """<html><body><form action="/go"><input name="u"><input type="password" name="p"></form></body></html>""", false)]
    [InlineData("text/html", """<html><head><meta http-equiv="refresh" content="0; url=/login.html"></head></html>""", false)]
    [InlineData("text/plain", "Unauthorized", false)]
    [InlineData("text/plain", "OK", true)]
    public void An_answer_that_says_200_and_means_no_is_no_change(string type, string body, bool changed)
    {
        var capture = new Capture();
        var talk = capture.Connect(Capture.Phone, Capture.Device, 80);
        talk.Client("POST /api/config HTTP/1.1\r\nHost: 192.168.1.20\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"ring\":true}");
        talk.Server($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        var unit = Unit(capture, $"mac: {Mac(Capture.Device)}\nfiles:\n  captures/x.pcap: {{ kind: capture, state: initialised }}", new UnauthenticatedChange());
        Assert.Equal(changed, unit.Outcome == Outcome.Fail);
    }

    private static void Login(Capture capture, string server)
    {
        var talk = capture.Connect(Capture.Phone, server, 80);
        talk.Client("GET / HTTP/1.1\r\nHost: bell\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\r\n");
        talk.Server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }

    private static UnitVerdict Unit(Capture capture, string said, Check check) =>
        Evaluation.Of(Examined(capture, said), Catalogue.Default, [check]).Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == check.Units[0]);

    private static Examined Examined(Capture capture, string said)
    {
        using var dossier = Dossier.Of([Artefact.Of("device.yaml", Encoding.UTF8.GetBytes($"maker: Acme\nmodel: Bell 3\nversions: [1.0]\n{said}\n")), Artefact.Of("captures/x.pcap", capture.Pcap())]);
        return Examination.Of(dossier, Capture.Options);
    }
}
