using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// MMS (ISO 9506-2), as IEC 61850-8-1 uses it: session and presentation are passed over, the confirmed services are read. Authentication counts as
/// seen where the request of an association holds a password (ISO 8650-1, annex B).
/// </summary>
internal sealed class Mms(Notes notes)
{
    public const string Name = "mms";
    // Tags of presentation data and of the one value in its list (ISO 8823-1), and of a value of authentication in an association (ISO 8650-1).
    private const byte UserData = 0x61, SingleType = 0xa0, AuthenticationValue = 0xac;

    private string? login;

    /// <summary>A session SPDU that carries a connection, or give-tokens and data before presentation data.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes is [1, 0, 1, 0, UserData, ..] || bytes.Length > 20 && bytes[0] is 0x0d or 0x0e
        && bytes.IndexOf(AbstractSyntax) >= 0 || IsDirect(bytes);

    /// <summary>A confirmed PDU or its error straight behind the transport, as the first stacks had it: it fills the message and begins with an invoke id.</summary>
    private static bool IsDirect(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5 || bytes[0] is not (0xa0 or 0xa1 or 0xa2)) return false;
        var outer = new Ber(bytes);
        return outer.Next(out _, out var content) && outer.Rest.IsEmpty && new Ber(content).Next(out var tag, out var id) && id.Length is >= 1 and <= 4
            && tag == (bytes[0] == 0xa2 ? 0x80 : 2);
    }

    // 1.0.9506.2.1 and its shorter form, as a presentation context names MMS.
    private static ReadOnlySpan<byte> AbstractSyntax => [0x28, 0xca, 0x22, 0x02];

    // Mechanism name 2.2.3.1: a password.
    private static ReadOnlySpan<byte> PasswordMechanism => [0x8b, 0x03, 0x52, 0x03, 0x01];

    public void Read(ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (bytes[0] is 0x0d or 0x0e)
        {
            if (bytes[0] == 0x0d) Password(bytes, at);
            return;
        }
        if (bytes[0] != 1)
        {
            Pdu(bytes, at);
            return;
        }
        var data = Inside(bytes[4..], UserData);
        while (!data.IsEmpty)
        {
            var list = new Ber(data);
            if (!list.Next(out var tag, out var entry) || tag != 0x30) return;
            data = list.Rest;
            var fields = new Ber(entry);
            while (fields.Next(out tag, out var content))
            {
                if (tag == SingleType) Pdu(content, at);
            }
        }
    }

    /// <summary>The password that an association's request holds in clear.</summary>
    private void Password(ReadOnlySpan<byte> bytes, in Moment at)
    {
        var mechanism = bytes.IndexOf(PasswordMechanism);
        if (mechanism < 0) return;
        var value = Inside(Inside(bytes[(mechanism + PasswordMechanism.Length)..], AuthenticationValue), 0x80);
        if (value.IsEmpty) return;
        login = "with a password of the association";
        notes.Credential(at, Name, Seen.Login, Orders.Subject(notes, Name, at.Destination, at.DestinationPort), "", Encoding.Latin1.GetString(value[..Math.Min(64, value.Length)]),
            Traits.Login);
    }

    private static ReadOnlySpan<byte> Inside(ReadOnlySpan<byte> bytes, byte expected)
    {
        var ber = new Ber(bytes);
        return ber.Next(out var tag, out var content) && tag == expected ? content : default;
    }

    private void Pdu(ReadOnlySpan<byte> bytes, in Moment at)
    {
        var outer = new Ber(bytes);
        if (!outer.Next(out var tag, out var content)) return;
        switch (tag)
        {
            case 0xa0:
                Confirmed(content, isRequest: true, at);
                break;
            case 0xa1:
                Confirmed(content, isRequest: false, at);
                break;
            case 0xa2:
                var error = new Ber(content);
                // The invoke id is tagged 0 here.
                if (!error.Next(out tag, out var id) || tag != 0x80) return;
                notes.Saw(at, Name, "invoke", (long)Number(id));
                notes.Orders.Answered(notes, at, Name, Number(id), "service error");
                break;
        }
    }

    private void Confirmed(ReadOnlySpan<byte> bytes, bool isRequest, in Moment at)
    {
        var fields = new Ber(bytes);
        if (!fields.Next(out var tag, out var id) || tag != 2) return;
        var number = Number(id);
        notes.Saw(at, Name, "invoke", (long)number);
        if (!fields.NextLong(out var service, out var content)) return;
        // List of modifiers.
        if (isRequest && service == (0x30, 16) && !fields.NextLong(out service, out content)) return;
        if ((service.First & 0xc0) != 0x80) return;
        notes.Saw(at, Name, isRequest ? "request" : "response", service.Number);
        if (isRequest)
        {
            if (Order(service.Number, content) is { } order) notes.Orders.Asked(notes, at, Name, number, order, login);
            return;
        }
        notes.Orders.Answered(notes, at, Name, number, service.Number == 5 && content.StartsWith((byte)0x80) ? "data access error" : null);
        if (service.Number == 2) Identity(content, at);
    }

    /// <summary>The order behind a confirmed service (ISO 9506-2, clause 7.3); null for one that only reads.</summary>
    private static string? Order(int service, ReadOnlySpan<byte> content) => service switch
    {
        5 when content.IndexOf("$CO$"u8) >= 0 => "operate (write to a control object)",
        5 => "write variables",
        7 => "define a variable",
        10 => "delete variable access",
        11 => "define a variable list",
        13 => "delete a variable list",
        19 => "take control of a semaphore",
        26 => "begin a download",
        36 => "delete a domain",
        38 => "create a program invocation",
        39 => "delete a program invocation",
        40 => "start a program",
        41 => "stop a program",
        42 => "resume a program",
        43 => "reset a program",
        44 => "kill a program",
        75 => "rename a file",
        76 => "delete a file",
        _ => null,
    };

    private void Identity(ReadOnlySpan<byte> content, in Moment at)
    {
        var fields = new Ber(content);
        while (fields.Next(out var tag, out var text))
        {
            var what = tag switch { 0x80 => "vendor", 0x81 => "model", 0x82 => "revision", _ => null };
            if (what is not null && Disclosure.Printable(text) is { Length: > 0 } said) Disclosure.Note(notes, at, Name, what, said);
        }
    }

    private static ulong Number(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < bytes.Length && i < 8; i++) value = value << 8 | bytes[i];
        return value;
    }
}
