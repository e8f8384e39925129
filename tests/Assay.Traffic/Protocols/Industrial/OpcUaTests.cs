using Assay.Evidence;
using Assay.Traffic.Flows;
using static Assay.Traffic.Tests.Capture;
using static Assay.Traffic.Tests.Protocols.Industrial.Plants;

namespace Assay.Traffic.Tests.Protocols.Industrial;

/// <summary>OPC UA: channels without security, who opens sessions, and orders.</summary>
public sealed class OpcUaTests
{
    private const string None = "http://opcfoundation.org/UA/SecurityPolicy#None";
    private static readonly byte[] RequestHeader = [0, 0, .. new byte[16], .. Text(null), 0, 0, 0, 0, 0, 0, 0];

    private static byte[] ResponseHeader(uint result = 0) => [.. new byte[12], .. U32(result), 0, .. U32(0), 0, 0, 0];
    private static byte[] Open(string policy, int service) => OpcUa("OPN", [.. U32(1), .. Text(policy), .. Text(null), .. Text(null), .. new byte[8], .. NodeId(service)]);
    private static byte[] Message(int request, int service, params byte[] body) => OpcUa("MSG", [.. U32(1), .. U32(1), .. U32(request), .. U32(request), .. NodeId(service), .. body]);
    private static byte[] NodeId(int number) => [1, 0, (byte)number, (byte)(number >> 8)];

    /// <summary>A request to activate a session with a token of the user.</summary>
    private static byte[] Activate(int request, int token, params byte[] body) =>
        Message(request, 467, [.. RequestHeader, .. Text(null), .. Text(null), .. U32(0), .. U32(0), .. NodeId(token), 1, .. U32(body.Length), .. body]);

    private static Talk Connect(Capture capture, int port, string policy = None)
    {
        var talk = capture.Connect(Phone, Device, port);
        talk.Client(OpcUa("HEL", [.. new byte[20], .. Text("opc.tcp://a")]));
        talk.Server(OpcUa("ACK", new byte[20]));
        talk.Client(Open(policy, 446));
        talk.Server(Open(policy, 449));
        return talk;
    }

    [Theory]
    [InlineData(4840)]
    [InlineData(12001)]
    public void An_anonymous_write_under_no_security_was_taken(int port)
    {
        var capture = new Capture();
        var talk = Connect(capture, port);
        talk.Client(Activate(2, 321, Text("anonymous")));
        talk.Server(Message(2, 470, [.. ResponseHeader(), .. Text(null), .. U32(0), .. U32(0)]));
        talk.Client(Message(3, 673, RequestHeader));
        var frame = talk.Server(Message(3, 676, [.. ResponseHeader(), .. U32(1), .. U32(0), .. U32(0)]));
        var examination = capture.Examine();
        var finding = Assert.Single(examination.Taken());
        Assert.Equal(("accepted: write", $"opcua {Device}:{port}", (long)frame), (finding.Value, finding.Subject, finding.Location.Frame!.Value));
        Assert.Contains(examination.Findings, f => f.Kind == FindingKind.Cleartext && f.Value == "messages in clear text");
        Assert.Contains(examination.Observations, o => o.What == Seen.Login && o.Value == "anonymous");
        Assert.Equal(Application.OpcUa, examination.Flows[0].Application);
    }

    [Fact]
    public void A_write_that_is_refused_and_one_of_a_user_are_no_control_without_authentication()
    {
        var capture = new Capture();
        var talk = Connect(capture, 4840);
        talk.Client(Message(2, 673, RequestHeader));
        talk.Server(Message(2, 676, [.. ResponseHeader(), .. U32(1), .. U32(0x801f0000), .. U32(0)]));
        talk.Client(Activate(3, 324, [.. Text("p"), .. Text("operator"), .. Text("Tr0ub4dor"), .. Text(null)]));
        talk.Server(Message(3, 470, ResponseHeader()));
        talk.Client(Message(4, 712, RequestHeader));
        talk.Server(Message(4, 715, [.. ResponseHeader(), .. U32(1), .. U32(0)]));
        var examination = capture.Examine();
        Assert.Empty(examination.Taken());
        Assert.Equal(["asked: write", "refused: write (status 0x801f0000)", "asked: call a method", "accepted: call a method (with a user name)"], examination.Control().Select(c => c[(c.IndexOf(' ') + 1)..]));
        Assert.Equal("operator:Tr… (9)", Assert.Single(examination.Findings, f => f.Kind == FindingKind.Credential).Value);
    }

    [Fact]
    public void An_encrypted_password_is_no_clear_text_one()
    {
        var capture = new Capture();
        var talk = Connect(capture, 4840);
        talk.Client(Activate(3, 324, [.. Text("p"), .. Text("operator"), .. Text("scrambled"), .. Text("http://www.w3.org/2001/04/xmlenc#rsa-oaep")]));
        Assert.DoesNotContain(capture.Examine().Findings, f => f.Kind == FindingKind.Credential);
        Assert.Contains(capture.Examine().Observations, o => o.Value == "a user name");
    }

    [Fact]
    public void A_channel_under_a_policy_is_not_read_and_a_withdrawn_policy_is_weak()
    {
        var capture = new Capture();
        var talk = Connect(capture, 4840, "http://opcfoundation.org/UA/SecurityPolicy#Basic128Rsa15");
        talk.Client(Message(3, 673, RequestHeader));
        talk.Server(Message(3, 676, [.. ResponseHeader(), .. U32(1), .. U32(0), .. U32(0)]));
        var examination = capture.Examine();
        Assert.Empty(examination.Control());
        Assert.DoesNotContain(examination.Findings, f => f.Kind == FindingKind.Cleartext);
        Assert.Equal("security policy Basic128Rsa15", Assert.Single(examination.Findings, f => f.Kind == FindingKind.WeakCrypto).Value);

        var sound = new Capture();
        Connect(sound, 4840, "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256");
        Assert.DoesNotContain(sound.Examine().Findings, f => f.Kind is FindingKind.WeakCrypto or FindingKind.Cleartext);
    }

    [Fact]
    public void A_server_that_offers_no_security_says_so_and_says_what_it_is()
    {
        var capture = new Capture();
        var talk = Connect(capture, 4840);
        talk.Client(Message(2, 428, RequestHeader));
        byte[] application = [.. Text("urn:a"), .. Text("urn:maker:product"), 2, .. Text("Pump 7 v1.2"), .. U32(0), .. Text(null), .. Text(null), .. U32(0)];
        byte[] endpoint = [.. Text("opc.tcp://a"), .. application, .. Text(null), .. U32(1), .. Text(None), .. U32(1), .. Text("0"), .. U32(0), .. Text(null), .. Text(null), .. Text(null), .. Text(null), 0];
        // In two chunks.
        var answer = Message(2, 431, [.. ResponseHeader(), .. U32(1), .. endpoint]);
        byte[] first = [.. answer[..60]], second = [.. answer[..24], .. answer[60..]];
        first[3] = (byte)'C';
        U32(first.Length).CopyTo(first, 4);
        U32(second.Length).CopyTo(second, 4);
        talk.Server(first);
        talk.Server(second);
        var examination = capture.Examine();
        Assert.Equal("offers security mode None", Assert.Single(examination.Findings, f => f.Kind == FindingKind.WeakCrypto).Value);
        Assert.Equal(["application: Pump 7 v1.2", "product: urn:maker:product"], examination.Disclosed().Order());
        Assert.True(examination.Findings.Single(f => f.Value.StartsWith("application", StringComparison.Ordinal)).Has(Traits.VersionDisclosed));
        // Asking where a server is needs no security.
        Assert.DoesNotContain(examination.Findings, f => f.Kind == FindingKind.Cleartext);
    }
}
