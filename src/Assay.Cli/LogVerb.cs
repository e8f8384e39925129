using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary><c>assay log fsck|prove|witness</c>: whether a transparency log is whole and where it breaks; the proof that one entry is in it; a witness of it (docs/log.md).</summary>
public static partial class LogVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "log",
        Summary = "check a transparency log whole, prove that an entry is in it, or witness it",
        Usage = "fsck FOLDER|ADDRESS | prove FOLDER|ADDRESS INDEX | witness FOLDER|ADDRESS",
        Example = "./assay log fsck registry/log --key log.vkey",
        Formats = ["table", "json", "tlog-proof", "receipt"],
        Options =
        [
            new("--key", "FILE", "the log's public key as name+id+base64, from somebody else than the log (default: the one beside it)"),
            new("--earlier", "FILE", "fsck: a checkpoint of this log that you kept; the log must begin with it"),
            new("--policy", "FILE", "fsck, prove: which witnesses must have signed the checkpoint"),
            new("--cosigned", "FILE", "a copy of the checkpoint with signatures of witnesses", Repeats: true),
            new("--log-key", "FILE", "prove --format receipt: the log's private key"),
            new("--name", "NAME", "witness: its name in signatures"),
            new("--witness-key", "FILE", "witness: its private key (default: a development key in the configuration folder)"),
            new("--state", "FOLDER", "witness: what it signed before; keep it as long as the key (default: in the configuration folder)"),
        ],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (terminal.Format is "tlog-proof" or "receipt" && arguments.Operands is not ["prove", ..]) throw new UsageException($"--format {terminal.Format} is for prove");
        switch (arguments.Operands)
        {
            case ["fsck", var where]:
                return With(where, file => Check(arguments, terminal, where, file));
            case ["prove", var where, var index]:
                if (!long.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) throw new UsageException($"expected the index of an entry, found {index}");
                return With(where, file => Prove(arguments, terminal, number, file));
            case ["witness", var where]:
                return With(where, file => WitnessLog(arguments, terminal, where, file));
            case ["fsck" or "prove" or "witness", ..]:
                throw new UsageException($"expected {arguments.Operands[0]} FOLDER|ADDRESS{(arguments.Operands[0] == "prove" ? " INDEX" : "")}");
            default:
                throw new UsageException($"expected fsck, prove or witness, found {(arguments.Operands.Count == 0 ? "nothing" : arguments.Operands[0])}{(arguments.Operands.Count == 0 ? "" : Arguments.Nearest(arguments.Operands[0], ["fsck", "prove", "witness"]))}");
        }
    }

    private static int With(string where, Func<Func<string, byte[]?>, int> act)
    {
        if (RemoteRegistry.Looks(where))
        {
            using var remote = new RemoteRegistry(where);
            return act(path => remote.Get(path, path is Tiles.Checkpoint or LogWriter.KeyFile ? Checkpoint.MaxBytes : Tiles.MaxBundleBytes));
        }
        if (!Directory.Exists(where)) throw new IOException($"expected the folder or the address of a log, found {(File.Exists(where) ? "the file" : "no folder")} {where}");
        return act(LogReader.Folder(where));
    }

    private static int Check(Arguments arguments, Terminal terminal, string where, Func<string, byte[]?> file)
    {
        var (key, wrongKey) = Key(arguments, file);
        var earlier = arguments.Value("--earlier") is { } kept ? Checkpoint.Read(Bytes(kept, Checkpoint.MaxBytes)) : null;
        var check = LogCheck.Of(file, key, RemoteRegistry.Looks(where) ? null : LogCheck.Present(where), earlier);
        if (wrongKey is not null) check = check with { Faults = [.. check.Faults, wrongKey] };
        // What a whole log says against itself; in a broken one there is nothing to rely on.
        var against = check.IsWhole ? LogAudit.Of(new LogReader(file)) : [];
        var policy = Policy(arguments);
        WitnessVerdict? witnessed = null;
        if (policy is not null && check.Origin is not null) witnessed = policy.Of(Merged(arguments, Checkpoint.Read(file(Tiles.Checkpoint)!)), arguments.AsOf(terminal.Time));
        var told = arguments.Has("--key");
        var whose = check.IsSigned ? told ? "signed by the key that you named" : "signed by the key beside it: name one of your own with --key FILE to know whose log it is" : "nobody says whose it is";
        if (terminal.Format == "json")
        {
            terminal.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("schema", "assay/log-check/1");
                json.WriteBoolean("whole", check.IsWhole);
                if (check.Origin is not null) json.WriteString("origin", check.Origin);
                json.WriteNumber("size", check.Size);
                if (!check.Root.IsEmpty) json.WriteString("root", Convert.ToBase64String(check.Root.Span));
                json.WriteNumber("files", check.Files);
                json.WriteBoolean("signed", check.IsSigned);
                json.WriteBoolean("keyWasTold", told);
                json.WriteStartArray("faults");
                foreach (var fault in check.Faults)
                {
                    json.WriteStartObject();
                    json.WriteString("path", fault.Path);
                    json.WriteString("expected", fault.Expected);
                    json.WriteString("found", fault.Found);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteStartArray("contradictions");
                foreach (var contradiction in against) json.WriteStringValue(contradiction);
                json.WriteEndArray();
                json.WriteStartArray("notes");
                foreach (var note in check.Notes) json.WriteStringValue(note);
                json.WriteEndArray();
                if (witnessed is not null) WriteWitnessed(json, witnessed);
                json.WriteEndObject();
            });
        }
        else
        {
            terminal.Write(text =>
            {
                text.WriteLine($"{(check.IsWhole ? "whole" : "broken")}: {Number(check.Size)} entries of {Shortened.Visible(check.Origin ?? "an unnamed log")}, {Number(check.Files)} files read");
                foreach (var fault in check.Faults) text.WriteLine($"  {Shortened.Visible(fault.ToString())}");
                if (check.Faults.Count >= LogCheck.MaxFaults) text.WriteLine("  and perhaps more");
                foreach (var contradiction in against) text.WriteLine($"  contradiction: {Shortened.Visible(contradiction)}");
                foreach (var note in check.Notes) text.WriteLine($"  note: {Shortened.Visible(note)}");
                if (!check.Root.IsEmpty) text.WriteLine($"  root  {Convert.ToBase64String(check.Root.Span)}");
                text.WriteLine($"  key   {whose}");
                if (witnessed is not null) text.WriteLine($"  seen  {Shortened.Visible(witnessed.ToString())}");
            });
        }
        return check.IsWhole && against.Count == 0 && witnessed is not { Holds: false } ? Exit.Done : Exit.No;
    }

    private static void WriteWitnessed(Utf8JsonWriter json, WitnessVerdict witnessed)
    {
        json.WriteStartObject("witnessed");
        json.WriteBoolean("holds", witnessed.Holds);
        if (witnessed.Against is { } against) json.WriteString("against", against);
        json.WriteNumber("witnesses", witnessed.Witnesses);
        json.WriteStartArray("by");
        foreach (var (name, at) in witnessed.By)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("at", EvidenceJson.Time(at));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static int Prove(Arguments arguments, Terminal terminal, long index, Func<string, byte[]?> file)
    {
        var (key, wrongKey) = Key(arguments, file);
        if (wrongKey is not null) throw new UnreadableException($"{wrongKey.Expected} in {wrongKey.Path}", wrongKey.Found, 0);
        var reader = new LogReader(file);
        var checkpoint = Merged(arguments, reader.Checkpoint);
        var witnessed = Policy(arguments)?.Of(checkpoint, arguments.AsOf(terminal.Time));
        if (key is not null && !checkpoint.Verify(key)) throw new UnreadableException($"a checkpoint signed by {key}", checkpoint.Origin == key.Name ? "another signature" : $"the log {checkpoint.Origin}", 0);
        if (index >= reader.Size)
        {
            terminal.Complain($"expected an entry below {Number(reader.Size)}, found {Number(index)}");
            return Exit.No;
        }
        var bytes = reader.Entry(index);
        var proof = reader.InclusionProof(index);
        switch (terminal.Format)
        {
            case "tlog-proof":
                // The entry goes along: its hash proves it, and who holds the file needs nothing else.
                terminal.WriteBytes(stream => stream.Write(new TlogProof { Index = index, Path = proof, Checkpoint = checkpoint, Extra = bytes }.Write()));
                break;
            case "receipt":
                if (arguments.Value("--log-key") is not { } logKey) throw new UsageException("--format receipt expects --log-key FILE: only the log can give a receipt");
                var receipt = Receipt.Sign(KeyFolder.OpenNote(logKey, terminal.Complain, Environment.GetEnvironmentVariable), reader, index);
                var statement = SignedStatement.With(bytes, [receipt]);
                terminal.WriteBytes(stream => stream.Write(statement));
                break;
            case "json":
                terminal.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("schema", "assay/log-proof/1");
                    json.WriteString("origin", checkpoint.Origin);
                    json.WriteNumber("size", checkpoint.Size);
                    json.WriteString("root", Convert.ToBase64String(checkpoint.Root.Span));
                    json.WriteBoolean("signed", key is not null);
                    json.WriteNumber("index", index);
                    json.WriteString("leaf", Convert.ToBase64String(reader.LeafHash(index)));
                    json.WriteStartArray("proof");
                    foreach (var hash in proof) json.WriteStringValue(Convert.ToBase64String(hash));
                    json.WriteEndArray();
                    json.WriteString("checkpoint", Encoding.UTF8.GetString(checkpoint.Note.Span));
                    json.WriteBase64String("entry", bytes.Span);
                    if (witnessed is not null) WriteWitnessed(json, witnessed);
                    json.WriteStartArray("facts");
                    foreach (var (name, value) in Facts(bytes))
                    {
                        json.WriteStartObject();
                        json.WriteString("name", name);
                        json.WriteString("value", value);
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                    json.WriteEndObject();
                });
                break;
            default:
                terminal.Write(text =>
                {
                    text.WriteLine($"entry {Number(index)} is in the log: {proof.Count} hashes lead to the root of {Number(checkpoint.Size)} entries of {Shortened.Visible(checkpoint.Origin)}");
                    foreach (var (name, value) in Facts(bytes)) text.WriteLine($"  {name,-12} {Shortened.Visible(value)}");
                    text.WriteLine($"  {"checkpoint",-12} {(key is null ? "nobody says whose it is" : arguments.Has("--key") ? "signed by the key that you named" : "signed by the key beside the log")}");
                    if (witnessed is not null) text.WriteLine($"  {"seen",-12} {Shortened.Visible(witnessed.ToString())}");
                });
                break;
        }
        return witnessed is { Holds: false } ? Exit.No : Exit.Done;
    }

    private static List<(string Name, string Value)> Facts(ReadOnlyMemory<byte> bytes)
    {
        LogEntry entry;
        try
        {
            entry = LogEntry.Read(bytes);
        }
        catch (UnreadableException wrong)
        {
            return [("entry", $"{Number(bytes.Length)} bytes that are no entry of ours: {wrong.Message}")];
        }
        var facts = new List<(string, string?)> { ("label", Convert.ToHexStringLower(entry.Label.Span)), ("product", entry.Subject), ("said by", entry.Issuer), ("on", EvidenceJson.Time(entry.At)) };
        if (entry.Issued is { } issued)
        {
            facts.Add(("what", $"issued, place {Number(issued.Index)} in {issued.StatusUri}"));
            facts.Add(("certificate", Convert.ToHexStringLower(issued.Certificate.Span)));
            facts.Add(("statement", Convert.ToHexStringLower(issued.Statement.Span)));
            facts.Add(("decision", Convert.ToHexStringLower(issued.Decision.Span)));
        }
        if (entry.Changed is { } changed)
        {
            facts.Add(("what", $"{EvidenceJson.Name(changed.State)}{(changed.Kind is { } kind && changed.State == LabelState.Notice ? $", {EvidenceJson.Name(kind)}" : "")}{(changed.UpdateBelow is { } below ? $" below {below}" : "")}, place {Number(changed.Index)}"));
            facts.Add(("because", changed.Reason));
            facts.Add(("role", changed.Role));
            facts.Add(("commitment", Convert.ToHexStringLower(changed.Commitment.Span)));
            facts.Add(("look again", changed.LookAgain?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
            facts.Add(("case", changed.Case));
        }
        facts.Add(("signed with", entry.Message!.KeyId is { } id ? $"key {Convert.ToHexStringLower(id.Span)}" : null));
        return [.. facts.Where(f => f.Item2 is not null).Select(f => (f.Item1, f.Item2!))];
    }

    // The key beside a log proves that it agrees with itself; a fault of that file is a fault of the log.
    private static (LogVerifier? Key, LogFault? Wrong) Key(Arguments arguments, Func<string, byte[]?> file)
    {
        if (arguments.Value("--key") is { } named) return (LogVerifier.Read(Encoding.UTF8.GetString(Bytes(named, 4096))), null);
        if (file(LogWriter.KeyFile) is not { } beside) return (null, null);
        try
        {
            return (LogVerifier.Read(Encoding.UTF8.GetString(beside)), null);
        }
        catch (UnreadableException wrong)
        {
            return (null, new LogFault(LogWriter.KeyFile, wrong.Expected, wrong.Found));
        }
    }

    private static byte[] Bytes(string file, int max)
    {
        using var stream = File.OpenRead(file);
        if (stream.Length > max) throw new UnreadableException($"a file of at most {max} bytes", $"{stream.Length}", 0);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
