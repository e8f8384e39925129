using System.Text;
using Assay.Evidence;
using static Assay.Traffic.Tests.Capture;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>Passwords in clear text, protocol by protocol: what is found, where, and how little of it is shown.</summary>
public sealed class CredentialTests
{
    private static Finding? Credential(Capture capture) => Credentials(capture).SingleOrDefault();

    private static List<Finding> Credentials(Capture capture) => [.. capture.Examine().Findings.Where(f => f.Kind == FindingKind.Credential)];

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("admin:1234", "admin:… (4)", true)]
    [InlineData("camera:Tr0ub4dor", "camera:Tr… (9)", null)]
    [InlineData("root:", "root:… (0)", null)]
    public void Http_basic_is_decoded_and_shortened(string pair, string shown, bool? known)
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 10000);
        var frame = talk.Client($"GET / HTTP/1.1\r\nHost: {Device}:10000\r\nAuthorization: Basic {Base64(pair)}\r\n\r\n");
        var again = talk.Client($"GET /a HTTP/1.1\r\nHost: {Device}:10000\r\nauthorization: basic {Base64(pair)}\r\n\r\n");

        Assert.Equal([frame, again], Credentials(capture).Select(f => f.Location.Frame!.Value));
        var finding = Credentials(capture)[0];
        Assert.Equal((shown, $"http {Device}:10000", known), (finding.Value, finding.Subject, finding.Default));
        Assert.True(finding.Has(Traits.OnTheWire) && finding.Has(Traits.Local) && finding.Has(Traits.Http));
        Assert.Equal(known == true, finding.Has(Traits.KnownDefault));
        Assert.DoesNotContain(pair.Split(':')[1] is { Length: > 4 } password ? password : "1234",
            string.Join('\n', capture.Examine().Observations.Select(o => o.Value + o.Subject)));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic %%%\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer YWRtaW46MTIzNA==\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-Note: Authorization: Basic YWRtaW46MTIzNA==\r\n\r\n")]
    [InlineData("POST /save HTTP/1.1\r\nHost: a\r\nContent-Length: 23\r\n\r\nname=lamp&compass=north")]
    public void What_is_no_password_is_none(string request)
    {
        var capture = new Capture();
        capture.Connect(Phone, Device, 80).Client(request);
        Assert.Null(Credential(capture));
        Assert.Contains(capture.Examine().Observations, o => o.What == Seen.Request);
    }

    [Fact]
    public void A_digest_is_noted_but_is_no_password()
    {
        var capture = new Capture();
        capture.Connect(Phone, Device,
            80).Client("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Digest username=\"operator\", realm=\"x\", response=\"00\"\r\n\r\n");
        var finding = Credential(capture)!;
        Assert.StartsWith("operator: digest", finding.Value);
        Assert.True(finding.Has(Traits.Digest));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "username=anna&password=s%65cret99")]
    [InlineData("application/json", "{\"user\": \"anna\", \"password\": \"secret99\"}")]
    [InlineData("application/x-www-form-urlencoded", "loginPassword=secret99&user=anna")]
    public void A_form_log_in_in_clear_text_is_found_when_its_body_is_whole(string type, string body)
    {
        if (body.StartsWith("login", StringComparison.Ordinal)) body = body.Replace("loginPassword", "settings.password", StringComparison.Ordinal);
        var capture = new Capture();
        var talk = capture.Connect(Phone, Cloud, 8080);
        talk.Client($"POST /login HTTP/1.1\r\nHost: portal.example\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body[..10]}");
        var frame = talk.Client(body[10..]);

        var finding = Credential(capture)!;
        Assert.Equal(("anna:se… (8)", "http portal.example:8080"), (finding.Value, finding.Subject));
        Assert.Equal(frame, finding.Location.Frame);
        Assert.True(finding.Has(Traits.Login) && finding.Has(Traits.Remote));
        Assert.Contains(capture.Examine().Findings, f => f.Kind == FindingKind.Cleartext && f.Has(Traits.Login));
    }

    [Fact]
    public void Telnet_is_read_character_by_character_with_echo_corrections_and_negotiation()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 2323);
        talk.Server([255, 253, 24, 255, 251, 1]);
        talk.Client([255, 251, 24]);
        talk.Server("\r\nBusyBox v1.19\r\nhost login: ");
        foreach (var character in "roox\bt")
        {
            talk.Client([(byte)character]);
            talk.Server([(byte)character]);
        }
        talk.Client("\r\n");
        talk.Server("\r\nPassword: ");
        foreach (var character in "xc3511") talk.Client([(byte)character]);
        var frame = talk.Client("\r\0");
        talk.Server("\r\nLogin incorrect\r\n");

        var finding = Credential(capture)!;
        Assert.Equal(("root:xc… (6)", $"telnet {Device}:2323", true), (finding.Value, finding.Subject, finding.Default));
        Assert.Equal(frame, finding.Location.Frame);
        Assert.True(finding.Has(Traits.Telnet) && finding.Has(Traits.Login));
    }

    [Fact]
    public void Telnet_without_a_log_in_is_clear_text_and_no_credential()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 23);
        talk.Server("# ");
        talk.Client("ls\r\n");
        Assert.Null(Credential(capture));
        Assert.Contains(capture.Examine().Findings, f => f.Kind == FindingKind.Cleartext && f.Has(Traits.Telnet));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(2121)]
    public void Ftp_is_known_by_its_words_on_any_port(int port)
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, port);
        talk.Server("220 vsFTPd 2.3.4 ready\r\n");
        talk.Client("USER service\r\n");
        talk.Server("331 Password\r\n");
        var frame = talk.Client("PASS factory-2019\r\n");

        var finding = Credential(capture)!;
        Assert.Equal(("service:fa… (12)", (long?)frame), (finding.Value, finding.Location.Frame));
        Assert.True(finding.Has(Traits.Ftp));
        Assert.Contains(capture.Examine().Findings, f => f.Kind == FindingKind.Disclosure && f.Has(Traits.VersionDisclosed)
            && f.Value.Contains("vsFTPd 2.3.4", StringComparison.Ordinal));
    }

    [Fact]
    public void Ftp_that_turns_to_tls_shows_no_password()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 21);
        talk.Server("220 ready\r\n");
        talk.Client("AUTH TLS\r\n");
        talk.Client("PASS notread\r\n");
        Assert.Null(Credential(capture));
    }

    public static TheoryData<string, string[]> Mail() => new()
    {
        { "smtp", ["S220 mail ESMTP\r\n", "CEHLO lamp\r\n", $"CAUTH PLAIN {Base64("\0anna\0secret99")}\r\n"] },
        { "smtp", ["S220 mail ESMTP\r\n", "CEHLO lamp\r\n", "CAUTH LOGIN\r\n", "S334\r\n", $"C{Base64("anna")}\r\n", "S334\r\n",
            $"C{Base64("secret99")}\r\n"] },
        { "pop3", ["S+OK ready\r\n", "CUSER anna\r\n", "S+OK\r\n", "CPASS secret99\r\n"] },
        { "imap", ["S* OK ready\r\n", "Ca1 LOGIN anna \"secret99\"\r\n"] },
    };

    [Theory]
    [MemberData(nameof(Mail))]
    public void Mail_log_ins_are_read(string protocol, string[] lines)
    {
        var capture = new Capture();
        var talk = capture.Connect(Device, Cloud, 2525);
        foreach (var line in lines) _ = line[0] == 'S' ? talk.Server(line[1..]) : talk.Client(line[1..]);
        var finding = Credential(capture)!;
        Assert.Equal(("anna:se… (8)", $"{protocol} {Cloud}:2525"), (finding.Value, finding.Subject));
    }

    private static byte[] MqttConnect(string client, string? user, string? password)
    {
        static byte[] Field(string text) => [(byte)(text.Length >> 8), (byte)text.Length, .. Encoding.UTF8.GetBytes(text)];
        byte[] body = [.. Field("MQTT"), 4, (byte)((user is null ? 0 : 0x80) | (password is null ? 0 : 0x40) | 2), 0, 60, .. Field(client), .. user is null
            ? [] : Field(user), .. password is null ? [] : Field(password)];
        return [0x10, (byte)body.Length, .. body];
    }

    [Theory]
    [InlineData(1883)]
    [InlineData(443)]
    public void Mqtt_shows_user_and_password_on_any_port(int port)
    {
        var capture = new Capture();
        var bytes = MqttConnect("lamp-1", "anna", "secret99");
        var talk = capture.Connect(Device, Cloud, port);
        talk.Client(bytes[..20]);
        var frame = talk.Client(bytes[20..]);
        var finding = Credential(capture)!;
        Assert.Equal(("anna:se… (8)", (long?)frame), (finding.Value, finding.Location.Frame));
        Assert.True(finding.Has(Traits.Mqtt) && finding.Has(Traits.Remote));
        Assert.Contains(capture.Examine().Observations, o => o.What == Seen.Connect && o.Value == "client lamp-1");
    }

    [Fact]
    public void Mqtt_without_a_password_is_clear_text_only()
    {
        var capture = new Capture();
        capture.Connect(Device, Cloud, 1883).Client(MqttConnect("lamp-1", null, null));
        Assert.Null(Credential(capture));
        Assert.Contains(capture.Examine().Findings, f => f.Kind == FindingKind.Cleartext && f.Has(Traits.Mqtt));
    }
}
