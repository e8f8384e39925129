using System.Text;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary><c>assay log witness</c>: looks at a log, holds it against what was signed before, and signs its checkpoint with the time (docs/log.md).</summary>
public static partial class LogVerb
{
    private static int WitnessLog(Arguments arguments, Terminal terminal, string where, Func<string, byte[]?> file)
    {
        if (arguments.Value("--key") is not { } told) throw new UsageException("witness expects --key FILE: whose log it is must be known from somebody else than the log");
        var log = LogVerifier.Read(Encoding.UTF8.GetString(Bytes(told, 4096)));
        using var witness = OpenWitness(arguments, terminal, log);
        var reader = new LogReader(file);
        var checkpoint = Merged(arguments, reader.Checkpoint);
        var size = witness.Last(log.Name)?.Size ?? 0;
        WitnessAnswer answer;
        try
        {
            // A log that is shorter than what was signed, or cannot prove that it carries it on, is asked for nothing more.
            answer = checkpoint.Origin != log.Name || size > checkpoint.Size ? witness.Add(size, [], checkpoint)
                : witness.Add(size, size == 0 ? [] : reader.ConsistencyProof(size, checkpoint.Size), checkpoint);
        }
        catch (UnreadableException broken)
        {
            answer = new(422, [], $"its files do not prove that it carries on what was signed: {broken.Message}");
        }
        if (answer.Status == 200) checkpoint = checkpoint.With(answer.Body);
        if (terminal.Format == "json")
        {
            terminal.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("schema", "assay/log-witness/1");
                json.WriteBoolean("signed", answer.Status == 200);
                json.WriteNumber("status", answer.Status);
                json.WriteString("reason", answer.Reason);
                json.WriteString("witness", witness.Verifier.ToString());
                json.WriteString("origin", checkpoint.Origin);
                json.WriteNumber("before", size);
                json.WriteNumber("size", checkpoint.Size);
                if (answer.Status == 200) json.WriteString("checkpoint", Encoding.UTF8.GetString(checkpoint.Note.Span));
                json.WriteEndObject();
            });
        }
        else if (answer.Status == 200) terminal.Write(text => text.Write(Encoding.UTF8.GetString(checkpoint.Note.Span)));
        if (answer.Status == 200) terminal.Hint($"signed as {witness.Verifier.Name}: {Number(size)} entries before, {Number(checkpoint.Size)} now");
        else terminal.Complain($"not signed: {answer.Reason}");
        return answer.Status == 200 ? Exit.Done : Exit.No;
    }

    private static Witness OpenWitness(Arguments arguments, Terminal terminal, LogVerifier log)
    {
        var name = arguments.Value("--name") ?? throw new UsageException("witness expects --name NAME: what stands before its signatures, for example witness.example/w1");
        var keys = KeyFolder.OfUser(Environment.GetEnvironmentVariable);
        var key = arguments.Value("--witness-key") is { } named ? KeyFolder.OpenNote(named, terminal.Complain, Environment.GetEnvironmentVariable) : keys.NoteKey("witness", terminal.Complain, Environment.GetEnvironmentVariable);
        return Witness.Open(arguments.Value("--state") ?? Path.Combine(keys.Folder, "witness"), name, key, [log], terminal.Time);
    }

    // Copies of the checkpoint that witnesses signed: what they add is their signatures, never another tree.
    private static Checkpoint Merged(Arguments arguments, Checkpoint checkpoint) =>
        arguments.Values("--cosigned").Aggregate(checkpoint, (all, file) => all.With(Checkpoint.Read(Bytes(file, Checkpoint.MaxBytes))));

    private static WitnessPolicy? Policy(Arguments arguments) => arguments.Value("--policy") is { } file ? WitnessPolicy.Read(Bytes(file, WitnessPolicy.MaxBytes)) : null;
}
