using System.Text;
using Assay.CommandLine;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary><c>assay label challenge</c> and <c>verify --device</c>: whether the unit in front of us is one that the label speaks of.</summary>
public static partial class LabelVerb
{
    private static int WriteChallenge(Arguments arguments, Terminal terminal)
    {
        var challenge = Challenge.Fresh(terminal.Time);
        terminal.WriteBytes(stream => stream.Write(challenge.File.Span));
        terminal.Hint("next: let the device sign this file as it is (SHA-256), then assay label verify LABEL --device FILE --challenge FILE --answer FILE");
        return Exit.Done;
    }

    private static DeviceBinding? Binding(Arguments arguments)
    {
        ReadOnlyMemory<byte>? Pin(string option) => arguments.Value(option) is { } file ? DeviceBinding.PinOf(DeviceProof.Read(Encoding.UTF8.GetString(Read(file))).Spki.Span) : default(ReadOnlyMemory<byte>?);
        var (authority, device) = (Pin("--device-ca"), Pin("--device"));
        return authority is null && device is null ? null : new(authority, device);
    }

    // What the device showed, to be held against each label; null where none was shown.
    private static Func<SignedFile, UnitCheck>? Shown(Arguments arguments, DateTimeOffset asOf)
    {
        var (device, challenge, answer) = (arguments.Value("--device"), arguments.Value("--challenge"), arguments.Value("--answer"));
        if (device is null && challenge is null && answer is null) return null;
        if (device is null || challenge is null || answer is null) throw new UsageException("--device, --challenge and --answer go together: a certificate or a key alone can be copied");
        var proof = DeviceProof.Read(Encoding.UTF8.GetString(Read(device)));
        var (asked, signed) = (Challenge.Read(Read(challenge)), Read(answer));
        return label => proof.Against(label.Hallmark?.Binding ?? label.Certificate?.Binding, asked, signed, asOf);
    }

    private static IEnumerable<(string, string?)> FactsOf(DeviceBinding? binding)
    {
        if (binding?.DeviceKey is { } device) yield return ("one device", $"whose key's SHA-256 begins {Convert.ToHexStringLower(device.Span)}");
        if (binding?.IssuingAuthority is { } authority) yield return ("devices", $"with a certificate of the authority whose key's SHA-256 begins {Convert.ToHexStringLower(authority.Span)}");
    }
}
