using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Registry.Storage;

namespace Assay.Registry.Status;

/// <summary>The newest checkpoint of our log that witnesses signed (c2sp.org/tlog-cosignature), with the newest line of each witness whom the operator's policy names; kept in <c>public/cosigned</c>.</summary>
/// <remarks>Nothing rests on it here: a reader counts cosignatures by a policy of its own. The policy only bounds what is taken in.</remarks>
public sealed class Cosignatures
{
    private readonly Lock access = new();
    private readonly string file, log;
    private readonly WitnessPolicy? policy;
    private readonly LogVerifier key;
    private readonly TimeProvider time;
    private volatile Checkpoint? newest;

    private Cosignatures(RegistrySettings settings, LogVerifier key, WitnessPolicy? policy, TimeProvider time)
    {
        (file, log) = (settings.File("public/cosigned"), settings.File("log"));
        (this.key, this.policy, this.time) = (key, policy, time);
    }

    /// <exception cref="UnreadableException">The policy is none.</exception>
    internal static Cosignatures Open(RegistrySettings settings, RegistryKeys keys, TimeProvider time)
    {
        var origin = LogVerifier.Read(Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(settings.File("log"), LogWriter.KeyFile)))).Name;
        var policy = settings.Witnesses is { } named ? WitnessPolicy.Read(File.ReadAllBytes(named)) : null;
        var own = new Cosignatures(settings, keys.Log.Verifier(origin), policy, time);
        if (!File.Exists(own.file)) return own;
        try
        {
            own.newest = own.Kept(Checkpoint.Read(File.ReadAllBytes(own.file)), []);
        }
        catch (UnreadableException)
        {
            // Witnesses sign again.
        }
        return own;
    }

    /// <summary>Null where no witness has signed yet.</summary>
    public ReadOnlyMemory<byte>? Newest => newest?.Note;

    /// <summary>The log's own checkpoint, with cosignatures where they are of this very one.</summary>
    public ReadOnlyMemory<byte> On(byte[] checkpoint) => newest is { } cosigned && cosigned.Note.Span.StartsWith(checkpoint) ? cosigned.Note : checkpoint;

    /// <summary>Takes a copy of a checkpoint of ours that a witness signed; on the disk when this returns.</summary>
    /// <returns>What is served from now on.</returns>
    /// <exception cref="Refusal">404: no witnesses are named here; 403: not of our log, or of no witness; 409: another history, a size that the log has not, or an older one.</exception>
    /// <exception cref="UnreadableException">No checkpoint.</exception>
    public ReadOnlyMemory<byte> Take(byte[] note)
    {
        if (policy is null) throw new Refusal(404, "witnesses in the settings of this registry", "none", "witnesses");
        var given = Checkpoint.Read(note);
        if (!given.Verify(key)) throw new Refusal(403, $"a checkpoint signed by {key.Name}", "another", "body");
        var reader = new LogReader(LogReader.Folder(log));
        if (given.Size > reader.Size || !reader.RootAt(given.Size).AsSpan().SequenceEqual(given.Root.Span))
            throw new Refusal(409, "a checkpoint of this log as it lies here", "another history", "body");
        lock (access)
        {
            if (newest is { } last && last.Size > given.Size) throw new Refusal(409, $"a checkpoint of at least {last.Size} entries, which witnesses signed already", $"one of {given.Size}", "body");
            var before = newest is { } same && same.Text == given.Text ? Lines(same) : [];
            var kept = Kept(given, before) ?? throw new Refusal(403, "the signature of a witness in the policy of this registry", "none that counts", "body");
            if (newest is { } known && known.Note.Span.SequenceEqual(kept.Note.Span)) return known.Note;
            DurableFile.Write(file, kept.Note.Span);
            newest = kept;
            return kept.Note;
        }
    }

    // The checkpoint with our signature and the newest line of each witness; null where no witness counts.
    private Checkpoint? Kept(Checkpoint given, IEnumerable<(Cosigned By, string Line)> before)
    {
        if (!given.Verify(key)) return null;
        var lines = before.Concat(Lines(given)).GroupBy(l => l.By.Name).Select(g => g.MaxBy(l => l.By.At)).OrderByDescending(l => l.By.At).Take(Checkpoint.MaxSignatures - 1).Select(l => l.Line).ToList();
        return lines.Count == 0 ? null : Checkpoint.Read(Encoding.UTF8.GetBytes($"{given.Text}\n{Own(given)}{string.Concat(lines)}"));
    }

    // Each line held against the policy by itself: so it is known whose it is, and what nobody asked for is left out.
    private List<(Cosigned By, string Line)> Lines(Checkpoint given)
    {
        var lines = new List<(Cosigned, string)>();
        foreach (var line in given.Signatures.Select(Line))
        {
            var alone = Checkpoint.Read(Encoding.UTF8.GetBytes($"{given.Text}\n{Own(given)}{line}"));
            if (policy?.Of(alone, time.GetUtcNow()).By is [var by, ..]) lines.Add((by, line));
        }
        return lines;
    }

    private string Own(Checkpoint given) => Line(given.Signatures.First(s => s.Name == key.Name && s.KeyId.Span.SequenceEqual(key.Id.Span)));

    private static string Line(NoteSignature signature) => $"— {signature.Name} {Convert.ToBase64String([.. signature.KeyId.Span, .. signature.Bytes.Span])}\n";
}
