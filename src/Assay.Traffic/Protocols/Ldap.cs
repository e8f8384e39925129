using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>LDAP without TLS: the simple bind (RFC 4511, section 4.2), which carries a name and a password.</summary>
internal sealed class LdapDissector(Conversation conversation) : Dissector(conversation)
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.Ldap,
        Name = "ldap",
        Title = "LDAP",
        Group = ProtocolGroup.Names,
        Source = "RFC 4511",
        Ports = [389],
        Stream = static (bytes, outward, _) => outward && Recognises(bytes) ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new LdapDissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential],
        Limits = "all but the first message, where it is a bind",
    };

    public override Application Application => Application.Ldap;

    private static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length >= 14 && Bind(bytes, out _, out _, out _);

    // A message: sequence, number; a bind: application tag 0, version 2 or 3, name, then the choice of how to prove it.
    private static bool Bind(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> name, out byte choice, out ReadOnlySpan<byte> proof)
    {
        name = proof = default;
        choice = 0;
        return Ber.Next(ref bytes, out var tag, out var message) && tag == 0x30 && Ber.Next(ref message, out tag, out var number) && tag == 2 && number.Length is >= 1 and <= 4
            && Ber.Next(ref message, out tag, out var bind) && tag == 0x60 && Ber.Next(ref bind, out tag, out var version) && tag == 2 && version is [2 or 3]
            && Ber.Next(ref bind, out tag, out name) && tag == 4 && Ber.Next(ref bind, out choice, out proof);
    }

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        Done = true;
        // Choice 0 is the password as it is; SASL is choice 3.
        if (!Notes.IsExamination || !outward || !Bind(bytes, out var name, out var choice, out var password) || choice != 0x80 || password.IsEmpty) return bytes.Length;
        var subject = FormattableString.Invariant($"ldap {Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}");
        Notes.Credential(at, "ldap", Seen.Login, subject, Encoding.UTF8.GetString(name[..Math.Min(128, name.Length)]), Encoding.UTF8.GetString(password[..Math.Min(256, password.Length)]), Traits.Login);
        Notes.Observe(at, "ldap", Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 0.95, null, null, Traits.Login);
        return bytes.Length;
    }
}
