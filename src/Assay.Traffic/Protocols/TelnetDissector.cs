using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>Telnet (RFC 854): the prompts of the server, and what is typed behind them, character by character.</summary>
internal sealed class TelnetDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestLine = 256;

    private readonly StringBuilder shown = new(), typed = new();
    private string? user;
    private Prompt prompt;
    private bool noted, tried;

    private enum Prompt { None, User, Password }

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Telnet,
        Name = "telnet",
        Title = "Telnet",
        Group = ProtocolGroup.Control,
        Source = "RFC 854, RFC 855",
        Ports = [23, 2323],
        Stream = static (bytes, _, port) => port is 23 or 2323 || Recognises(bytes) ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new TelnetDissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential],
        Proof = [new("command", "telnet.cmd"), new("option", "telnet.subcmd")],
        Limits = "off its ports only where it negotiates options; prompts in languages other than English",
    };

    public override Application Application => Application.Telnet;

    /// <summary>An option negotiation: IAC, then WILL, WONT, DO or DONT, then an option that exists.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length >= 3 && bytes[0] == 255 && bytes[1] is >= 251 and <= 254 && bytes[2] < 50
        && (bytes.Length < 6 || bytes[3] != 255 || bytes[4] is >= 240);

    public override void Lost(bool outward) => (outward ? typed : shown).Clear();

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination)
        {
            Done = true;
            return bytes.Length;
        }
        var subject = FormattableString.Invariant($"telnet {(outward ? at.Destination : at.Source)}:{(outward ? at.DestinationPort : at.SourcePort)}");
        if (!noted)
        {
            noted = true;
            Notes.Observe(at, "telnet", Seen.ClearText, subject, "a terminal session in clear text", FindingKind.Cleartext, 1, null, null, Traits.Telnet);
        }
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == 255)
            {
                var length = Command(bytes[i..]);
                if (length == 0) return i;
                Saw(bytes.Slice(i, length), at);
                i += length - 1;
            }
            else if (outward) Type(bytes[i], subject, at);
            else Show(bytes[i], subject, at);
        }
        return bytes.Length;
    }

    private void Saw(ReadOnlySpan<byte> command, in Moment at)
    {
        if (Notes.Witness is null || command.Length < 2 || command[1] == 255) return;
        Notes.Saw(at, "telnet", "command", command[1]);
        if (command[1] is >= 250 and <= 254 && command.Length > 2) Notes.Saw(at, "telnet", "option", command[2]);
        // The end of a suboption is a command of its own.
        if (command[1] == 250 && command.EndsWith((ReadOnlySpan<byte>)[255, 240])) Notes.Saw(at, "telnet", "command", 240);
    }

    /// <summary>Length of the command in front, 0 where its end has not come yet.</summary>
    private static int Command(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2) return 0;
        if (bytes[1] is >= 251 and <= 254) return bytes.Length < 3 ? 0 : 3;
        if (bytes[1] != 250) return 2;
        var end = bytes.IndexOf((ReadOnlySpan<byte>)[255, 240]);
        return end >= 0 ? end + 2 : bytes.Length > LongestLine ? bytes.Length : 0;
    }

    private void Show(byte character, string subject, in Moment at)
    {
        if (character is (byte)'\r' or (byte)'\n')
        {
            if (tried && shown.Length > 0)
            {
                var said = shown.ToString();
                tried = false;
                var refused = said.Contains("incorrect", StringComparison.OrdinalIgnoreCase) || said.Contains("invalid", StringComparison.OrdinalIgnoreCase)
                    || said.Contains("fail", StringComparison.OrdinalIgnoreCase) || said.Contains("denied", StringComparison.OrdinalIgnoreCase) || said.Contains("wrong", StringComparison.OrdinalIgnoreCase);
                Notes.Observe(at, "telnet", Seen.LoginAnswer, subject, refused ? "refused" : "accepted");
            }
            shown.Clear();
            return;
        }
        if (character < 32) return;
        if (shown.Length >= LongestLine) shown.Remove(0, LongestLine / 2);
        shown.Append((char)character);
        if (character is not ((byte)':' or (byte)' ' or (byte)'>')) return;
        var line = shown.ToString().TrimEnd(' ', ':', '>');
        if (line.EndsWith("ogin", StringComparison.Ordinal) || line.EndsWith("sername", StringComparison.Ordinal)
            || line.EndsWith("ser name", StringComparison.Ordinal)
            || line.EndsWith("ccount", StringComparison.Ordinal))
        {
            prompt = Prompt.User;
        }
        else if (line.EndsWith("assword", StringComparison.Ordinal)) prompt = Prompt.Password;
    }

    private void Type(byte character, string subject, in Moment at)
    {
        if (character is 8 or 127)
        {
            if (typed.Length > 0) typed.Length--;
            return;
        }
        if (character is not ((byte)'\r' or (byte)'\n'))
        {
            if (character >= 32 && typed.Length < LongestLine) typed.Append((char)character);
            return;
        }
        // The line feed or zero behind a carriage return ends no second line.
        if (typed.Length == 0 && (prompt == Prompt.None || character == '\n')) return;
        var line = typed.ToString();
        typed.Clear();
        if (prompt == Prompt.User) user = line;
        else if (prompt == Prompt.Password)
        {
            Notes.Credential(at, "telnet", Seen.Login, subject, user ?? "", line, Traits.Login, Traits.Telnet);
            Notes.Observe(at, "telnet", Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 0.95, null, null, Traits.Login,
                Traits.Telnet);
            user = null;
            tried = true;
            shown.Clear();
        }
        prompt = Prompt.None;
    }
}
