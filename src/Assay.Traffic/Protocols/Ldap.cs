using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>LDAP without TLS (RFC 4511): messages by number and result, and the simple bind (section 4.2), which carries a name and a password.</summary>
internal sealed class LdapDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestMessage = 1 << 15;
    /// <summary>Application tags: constructed but for the end, a deletion and the giving up of a request.</summary>
    private const byte BindRequest = 0x60, ExtendedResponse = 0x78;

    private bool startsTls;

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Ldap,
        Name = "ldap",
        Title = "LDAP",
        Group = ProtocolGroup.Names,
        Source = "RFC 4511",
        Ports = [389],
        Stream = static (bytes, outward, port) => (outward && Bind(bytes, out _, out _, out _)) || (port == 389 && Message(bytes, out _, out _, out _, out _)) ? Recognition.Yes
            : port == 389 && bytes[0] == 0x30 && bytes.Length < LongestMessage ? Recognition.More : Recognition.No,
        Dissector = static conversation => new LdapDissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential],
        Proof = [new("number", "ldap.messageID"), new("result", "ldap.resultCode")],
        Limits = "what is asked for and answered; what a SASL mechanism protects; LDAP over UDP",
    };

    public override Application Application => Application.Ldap;

    /// <summary>The next message: a sequence of its number and its operation; behind them may stand controls.</summary>
    private static bool Message(ReadOnlySpan<byte> bytes, out long number, out byte operation, out ReadOnlySpan<byte> content, out int length)
    {
        (number, operation, length) = (0, 0, 0);
        content = default;
        var rest = bytes;
        if (!Ber.Next(ref rest, out var tag, out var message) || tag != 0x30 || !Ber.Next(ref message, out tag, out var digits) || tag != 2 || digits.Length is < 1 or > 4) return false;
        foreach (var digit in digits) number = number << 8 | digit;
        length = bytes.Length - rest.Length;
        return Ber.Next(ref message, out operation, out content) && operation is >= 0x60 and <= 0x79 or 0x42 or 0x4a or 0x50;
    }

    // A bind: version 2 or 3, name, then the choice of how to prove it.
    private static bool Bind(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> name, out byte choice, out ReadOnlySpan<byte> proof)
    {
        name = proof = default;
        choice = 0;
        return Message(bytes, out _, out var operation, out var bind, out _) && operation == BindRequest && Ber.Next(ref bind, out var tag, out var version) && tag == 2
            && version is [2 or 3] && Ber.Next(ref bind, out tag, out name) && tag == 4 && Ber.Next(ref bind, out choice, out proof);
    }

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (bytes[0] != 0x30)
        {
            Done = true;
            return bytes.Length;
        }
        if (!Message(bytes, out var number, out var operation, out var content, out var length))
        {
            var rest = bytes;
            Done = bytes.Length > LongestMessage || Ber.Next(ref rest, out _, out _);
            return 0;
        }
        Notes.Saw(at, "ldap", "number", number);
        // Answers to a bind, a search, a change and an extension begin with their result; those that hand out entries do not.
        var result = content;
        if (operation is 0x61 or 0x65 or 0x67 or 0x69 or 0x6b or 0x6d or 0x6f or ExtendedResponse && Ber.Next(ref result, out var tag, out var code) && tag == 10 && code.Length == 1)
        {
            Notes.Saw(at, "ldap", "result", code[0]);
            if (startsTls && operation == ExtendedResponse && code[0] == 0) Successor = new TunnelDissector(Conversation, Application.Ldap);
        }
        if (outward && content.IndexOf("1.3.6.1.4.1.1466.20037"u8) >= 0) startsTls = true;
        if (outward && Notes.IsExamination && Bind(bytes, out var name, out var choice, out var password)) Login(name, choice, password, at);
        // A record of the flow waits for the agreement to encrypt alone.
        Done |= !Notes.IsExamination && !startsTls;
        return length;
    }

    // Choice 0 is the password as it is; SASL is choice 3.
    private void Login(ReadOnlySpan<byte> name, byte choice, ReadOnlySpan<byte> password, in Moment at)
    {
        if (choice != 0x80 || password.IsEmpty) return;
        var subject = FormattableString.Invariant($"ldap {Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}");
        Notes.Credential(at, "ldap", Seen.Login, subject, Encoding.UTF8.GetString(name[..Math.Min(128, name.Length)]), Encoding.UTF8.GetString(password[..Math.Min(256, password.Length)]), Traits.Login);
        Notes.Observe(at, "ldap", Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 0.95, null, null, Traits.Login);
    }
}
