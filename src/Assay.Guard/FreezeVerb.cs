using Assay.CommandLine;

namespace Assay.Guard;

/// <summary><c>guard freeze</c>: all that the gateway knows of a device, sealed for one recipient.</summary>
internal static class FreezeVerb
{
    public static Verb Verb { get; } = new()
    {
        Name = "freeze",
        Summary = "freezes what the gateway knows of a device: capture, connections, leases, names, policy, label, log; encrypted to one recipient",
        Usage = "DEVICE --to RECIPIENT.pem -o FILE [--authority TEXT] [--by NAME] [--reason TEXT]",
        Example = "sudo assay guard freeze 00:00:5e:00:53:0b --to investigator.pem -o doorbell.freeze --by \"A. Example\" --authority \"householder\"",
        Options =
        [
            RunVerb.Configured,
            new("--to", "FILE", "certificate (PEM, RSA) of the only one who can open it"),
            new("--authority", "TEXT", "on whose authority, or on what ground"),
            new("--by", "NAME", "who orders it"),
            new("--reason", "TEXT", "why"),
        ],
        Formats = ["file"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands.Count != 1) throw new UsageException($"guard freeze expects one device, found {arguments.Operands.Count}");
        var to = arguments.Value("--to") ?? throw new UsageException("guard freeze expects --to RECIPIENT.pem: evidence holds what people do, so it is sealed for somebody");
        var file = arguments.Value("-o") ?? throw new UsageException("guard freeze expects -o FILE");
        terminal.Allow(file);
        if (new FileInfo(to).Length > 1 << 16) throw new UsageException($"--to expects a certificate in PEM, found a file of {new FileInfo(to).Length} bytes");
        var recipient = File.ReadAllText(to);
        var configuration = RunVerb.Configuration(arguments);
        if (!Control.Answers(configuration.Socket)) throw new IOException($"expected a guard at {configuration.Socket}, found none that answers: the ring is in its memory alone");
        var frozen = Control.Ask(configuration.Socket, json =>
        {
            json.WriteString("verb", "freeze");
            json.WriteString("device", arguments.Operands[0]);
            json.WriteString("recipient", recipient);
            json.WriteString("authority", arguments.Value("--authority") ?? "none was named");
            json.WriteString("by", arguments.Value("--by") ?? $"{Environment.UserName} on this gateway");
            json.WriteString("reason", arguments.Value("--reason") ?? "none was named");
        });
        var full = Path.GetFullPath(file);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        Durable.Write(full, frozen);
        terminal.Hint($"frozen: {file}; who holds the recipient's key opens it: openssl cms -decrypt -inform DER -in {file} -inkey KEY.pem -out freeze.zip; assay custody verify freeze.zip checks it");
        return Exit.Done;
    }
}
