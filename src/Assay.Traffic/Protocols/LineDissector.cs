using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>Protocols of text lines that log in with a name and a password: FTP (RFC 959), SMTP (RFC 4954), POP3 (RFC 1939), IMAP (RFC 3501).</summary>
internal sealed class LineDissector : Dissector
{
    private const int LongestLine = 4096;

    private readonly Application application;
    private readonly string name;
    private string? user;
    private Waiting waiting;
    private bool greeted, tried, switching;

    private enum Waiting { Nothing, Plain, LoginUser, LoginPassword, Mail }

    private LineDissector(Conversation conversation, Application application, string name) : base(conversation)
    {
        this.application = application;
        this.name = name;
    }

    public static readonly Protocol Ftp = Of(Application.Ftp, "ftp", "FTP, its control connection", ProtocolGroup.Control, "RFC 959, RFC 4217", [21],
        [new("command", "ftp.request.command"), new("code", "ftp.response.code")], "the data connections");
    public static readonly Protocol Smtp = Of(Application.Smtp, "smtp", "SMTP", ProtocolGroup.Mail, "RFC 5321, RFC 4954, RFC 3207", [25, 587, 2525],
        [new("command", "smtp.req.command"), new("code", "smtp.response.code")], "the text of mails");
    public static readonly Protocol Pop3 = Of(Application.Pop3, "pop3", "POP3", ProtocolGroup.Mail, "RFC 1939, RFC 2595", [110],
        [], "the text of mails");
    public static readonly Protocol Imap = Of(Application.Imap, "imap", "IMAP", ProtocolGroup.Mail, "RFC 3501, RFC 9051", [143],
        [], "the text of mails");

    private static Protocol Of(Application application, string name, string title, ProtocolGroup group, string source, ushort[] ports, ProvedField[] proof,
        string limits) => new()
        {
            Application = application,
            Name = name,
            Title = title,
            Group = group,
            Source = source,
            Ports = ports,
            Stream = (bytes, outward, port) => Guess(outward, bytes, port) == application ? Recognition.Yes : Recognition.No,
            Dissector = conversation => new LineDissector(conversation, application, name),
            Evidence = [FindingKind.Cleartext, FindingKind.Credential, FindingKind.Disclosure],
            Proof = proof,
            Limits = limits,
        };

    public override Application Application => application;

    private static Application? Guess(bool outward, ReadOnlySpan<byte> bytes, ushort port)
    {
        Application? application = null;
        if (bytes.StartsWith("220"u8) && bytes.Length > 3 && bytes[3] is (byte)' ' or (byte)'-')
        {
            application = port is 25 or 587 or 2525 || bytes.IndexOf("SMTP"u8) >= 0 ? Flows.Application.Smtp : Flows.Application.Ftp;
        }
        else if (outward && (bytes.StartsWith("USER "u8) || bytes.StartsWith("AUTH TLS"u8))) application = port == 110 ? Flows.Application.Pop3
            : Flows.Application.Ftp;
        else if (outward && (bytes.StartsWith("EHLO"u8) || bytes.StartsWith("HELO"u8)) && bytes.Length > 4 && bytes[4] is (byte)' ' or (byte)'\r' or (byte)'\n') application = Flows.Application.Smtp;
        else if (outward && port == 21 && bytes.Length > 4 && bytes[4] is (byte)'\r' or (byte)' ' or (byte)'\n' && IsFtpVerb(bytes[..4])) application = Flows.Application.Ftp;
        else if (!outward && bytes.StartsWith("+OK"u8)) application = Flows.Application.Pop3;
        else if (!outward && bytes.StartsWith("* OK"u8)) application = Flows.Application.Imap;
        return application;
    }

    private static bool IsFtpVerb(ReadOnlySpan<byte> verb) => verb.SequenceEqual("QUIT"u8) || verb.SequenceEqual("PASS"u8) || verb.SequenceEqual("SYST"u8) || verb.SequenceEqual("FEAT"u8)
        || verb.SequenceEqual("TYPE"u8) || verb.SequenceEqual("PASV"u8) || verb.SequenceEqual("EPSV"u8) || verb.SequenceEqual("LIST"u8) || verb.SequenceEqual("RETR"u8) || verb.SequenceEqual("STOR"u8)
        || verb.SequenceEqual("NOOP"u8) || verb.SequenceEqual("PORT"u8);

    public override void Lost(bool outward)
    {
        if (outward) (user, waiting) = (null, Waiting.Nothing);
    }

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination)
        {
            Done = true;
            return bytes.Length;
        }
        // What follows the wish to encrypt waits for the server's answer: no password is read where it may be none.
        if (outward && switching) return 0;
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0) return bytes.Length > LongestLine ? bytes.Length : 0;
        var line = Text(bytes[..end], LongestLine).TrimEnd('\r');
        Saw(outward, line, at);
        if (outward) Client(line, at);
        else Server(line, at);
        return end + 1;
    }

    /// <summary>Reports the fields that prove the reader: the verb of a request, the code or tag of an answer.</summary>
    private void Saw(bool outward, string line, in Moment at)
    {
        if (Notes.Witness is null || outward && waiting != Waiting.Nothing) return;
        var word = line.Split(' ', 2)[0];
        if (outward && application == Application.Imap)
        {
            if (line.Split(' ', 3) is not [var tag, var verb, ..]) return;
            Notes.Saw(at, name, "tag", tag);
            Notes.Saw(at, name, "command", verb.ToUpperInvariant());
        }
        else if (outward) Notes.Saw(at, name, "command", word.ToUpperInvariant());
        else if (application == Application.Pop3)
        {
            if (word is "+OK" or "-ERR") Notes.Saw(at, name, "status", word);
        }
        else if (line.Length >= 3 && line.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '9') < 0 && (line.Length == 3 || line[3] == ' ' || line[3] == '-' && application == Application.Ftp)) Notes.Saw(at, name, "code", line[..3]);
    }

    private void Server(string line, in Moment at)
    {
        if (switching)
        {
            if (line.Length >= 4 && (application switch
            {
                Application.Ftp => line.StartsWith("234", StringComparison.Ordinal),
                Application.Smtp => line.StartsWith("220", StringComparison.Ordinal),
                Application.Pop3 => line.StartsWith("+OK", StringComparison.Ordinal),
                _ => line.Contains(" OK", StringComparison.Ordinal),
            })) Successor = new TunnelDissector(Conversation, application, keepsName: true);
            switching = false;
            return;
        }
        if (tried && Answer(line) is { } answer)
        {
            tried = false;
            Notes.Observe(at, name, Seen.LoginAnswer, FormattableString.Invariant($"{name} {at.Source}:{at.SourcePort}"), answer);
        }
        if (waiting == Waiting.Mail && application == Application.Smtp && line.Length > 0 && line[0] is '4' or '5') waiting = Waiting.Nothing;
        if (greeted) return;
        greeted = true;
        if (!at.Source.IsLocal || !HttpEvidence.NamesVersion(line)) return;
        Notes.Observe(at, name, Seen.Banner, FormattableString.Invariant($"{name} {at.Source}:{at.SourcePort}"), line, FindingKind.Disclosure, 0.8, null, null,
            Trait(Traits.VersionDisclosed));
    }

    /// <summary>What the server says to a log-in, by the codes of each protocol; null for any other line.</summary>
    private string? Answer(string line) => application switch
    {
        Application.Ftp => line.StartsWith("530", StringComparison.Ordinal) || line.StartsWith("430", StringComparison.Ordinal) ? "refused" : line.StartsWith("230", StringComparison.Ordinal) ? "accepted" : null,
        Application.Smtp => line.StartsWith("535", StringComparison.Ordinal) || line.StartsWith("534", StringComparison.Ordinal) ? "refused" : line.StartsWith("235", StringComparison.Ordinal) ? "accepted" : null,
        Application.Pop3 => line.StartsWith("-ERR", StringComparison.Ordinal) ? "refused" : line.StartsWith("+OK", StringComparison.Ordinal) ? "accepted" : null,
        Application.Imap => line.Split(' ', 3) is [not "*", "NO", ..] ? "refused" : line.Split(' ', 3) is [not "*", "OK", ..] ? "accepted" : null,
        _ => null,
    };

    private void Client(string line, in Moment at)
    {
        switch (waiting)
        {
            case Waiting.Plain:
                waiting = Waiting.Nothing;
                Plain(line, at);
                return;
            case Waiting.Mail:
                // The text of a mail ends with a dot alone; nothing of it is read.
                if (line == ".") waiting = Waiting.Nothing;
                return;
            case Waiting.LoginUser:
                waiting = Waiting.LoginPassword;
                user = HttpEvidence.Base64(line) ?? "";
                return;
            case Waiting.LoginPassword:
                waiting = Waiting.Nothing;
                Login(user ?? "", HttpEvidence.Base64(line) ?? "", at);
                return;
        }
        var words = line.Split(' ', application == Application.Imap ? 4 : 3);
        var verb = words[0].ToUpperInvariant();
        switch (application)
        {
            case Application.Ftp or Application.Pop3 when verb == "USER":
                user = line.Length > 5 ? line[5..].Trim() : "";
                break;
            case Application.Ftp or Application.Pop3 when verb == "PASS":
                Login(user ?? "", line.Length > 5 ? line[5..] : "", at);
                break;
            case Application.Imap when words.Length == 4 && words[1].Equals("LOGIN", StringComparison.OrdinalIgnoreCase):
                Login(words[2].Trim('"'), words[3].Trim('"'), at);
                break;
            case Application.Smtp when verb == "DATA":
                waiting = Waiting.Mail;
                break;
            case Application.Ftp when verb == "AUTH":
            case Application.Smtp when verb == "STARTTLS":
            case Application.Pop3 when verb == "STLS":
            case Application.Imap when words.Length > 1 && words[1].Equals("STARTTLS", StringComparison.OrdinalIgnoreCase):
                // From here on it is encrypted, if the server agrees.
                switching = true;
                break;
            default:
                var auth = Array.FindIndex(words, w => w.Equals("AUTH", StringComparison.OrdinalIgnoreCase)
                    || w.Equals("AUTHENTICATE", StringComparison.OrdinalIgnoreCase));
                if (auth is 0 or 1 && words.Length > auth + 1) Auth(words[auth + 1], words.Length > auth + 2 ? words[auth + 2] : null, at);
                break;
        }
    }

    private void Auth(string mechanism, string? initial, in Moment at)
    {
        if (mechanism.Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
        {
            if (initial is null) waiting = Waiting.Plain;
            else Plain(initial, at);
        }
        else if (mechanism.Equals("LOGIN", StringComparison.OrdinalIgnoreCase))
        {
            waiting = initial is null ? Waiting.LoginUser : Waiting.LoginPassword;
            if (initial is not null) user = HttpEvidence.Base64(initial) ?? "";
        }
    }

    private void Plain(string text, in Moment at)
    {
        var parts = HttpEvidence.Base64(text)?.Split('\0');
        if (parts is { Length: 3 }) Login(parts[1], parts[2], at);
    }

    private void Login(string who, string password, in Moment at)
    {
        tried = true;
        var subject = FormattableString.Invariant($"{name} {Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}");
        Notes.Credential(at, name, Seen.Login, subject, who, password, Trait(Traits.Login));
        Notes.Observe(at, name, Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 0.95, null, null, Trait(Traits.Login));
    }

    private string[] Trait(string trait) => application == Application.Ftp ? [trait, Traits.Ftp] : [trait];
}
