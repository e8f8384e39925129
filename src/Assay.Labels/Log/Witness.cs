using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Labels.Log;

/// <summary>What a witness answers (c2sp.org/tlog-witness).</summary>
/// <param name="Status">The HTTP status that the clause names: 200, 400, 403, 404, 409 or 422.</param>
/// <param name="Body">Signature lines with 200; the size of the last cosigned checkpoint with 409; else empty.</param>
/// <param name="Reason">In words, for who runs the witness.</param>
public sealed record WitnessAnswer(int Status, byte[] Body, string Reason)
{
    public string ContentType => Status == 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8";
}

/// <summary>Signs that a log's checkpoint carries on from the last one it signed, and never two histories (c2sp.org/tlog-witness, c2sp.org/tlog-cosignature).</summary>
/// <remarks>
/// One file a log, with the newest checkpoint that was accepted. The order is the guarantee: signature of the log, consistency with the file, new file on the disk and
/// its name too, and only then our signature. If we stop before the file, nothing changed; if we stop after it, the log asks again from the size that it is told.
/// One witness a folder at a time; safe for use by several threads. After an exception the disk's state is unknown here, so that nothing more is signed before it is opened again.
/// </remarks>
public sealed class Witness : IDisposable
{
    public const int MaxProof = 63;
    public const int MaxRequestBytes = Checkpoint.MaxBytes + (MaxProof + 2) * 64;
    /// <summary>Checkpoints of a log that contradict what was signed are kept as evidence, up to so many.</summary>
    public const int MaxEvidence = 1000;
    private const string Contradictions = "contradictions";

    private readonly Lock access = new();
    private readonly LogFolder folder;
    private readonly LogKey key;
    private readonly IReadOnlyList<LogVerifier> logs;
    private readonly TimeProvider time;
    private bool failed;

    private Witness(LogFolder folder, string name, LogKey key, IReadOnlyList<LogVerifier> logs, TimeProvider time)
    {
        this.folder = folder;
        this.key = key;
        this.logs = logs;
        this.time = time;
        Verifier = key.Witness(name);
    }

    public LogVerifier Verifier { get; }

    /// <param name="folder">Keep it for as long as the key: a key without its folder could sign another history.</param>
    /// <param name="name">The witness's name in its signatures: <c>witness.example/w1</c>.</param>
    /// <param name="logs">The keys of the logs that it signs for; several of one origin are allowed.</param>
    /// <exception cref="IOException">Another witness holds the folder.</exception>
    /// <exception cref="UnreadableException">The folder is of another key, or a file in it is not what was written.</exception>
    public static Witness Open(string folder, string name, LogKey key, IReadOnlyList<LogVerifier> logs, TimeProvider time) => Open(folder, name, key, logs, time, null);

    internal static Witness Open(string folder, string name, LogKey key, IReadOnlyList<LogVerifier> logs, TimeProvider time, Action<string>? step)
    {
        var files = new LogFolder(folder, step);
        try
        {
            var witness = new Witness(files, name, key, logs, time);
            var vkey = witness.Verifier + "\n";
            if (files.Read(LogWriter.KeyFile, 4096) is { } known)
            {
                if (Encoding.UTF8.GetString(known) != vkey) throw new UnreadableException($"the folder of the witness {witness.Verifier}", Encoding.UTF8.GetString(known).Trim(), 0);
            }
            else
            {
                files.Put(LogWriter.KeyFile, Encoding.UTF8.GetBytes(vkey));
                files.Settle();
            }
            foreach (var log in logs) witness.Last(log.Name);
            return witness;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>The newest checkpoint of a log that was accepted here; null where there is none.</summary>
    public Checkpoint? Last(string origin)
    {
        if (folder.Read(NameOf(origin), Checkpoint.MaxBytes) is not { } note) return null;
        var checkpoint = Checkpoint.Read(note);
        return checkpoint.Origin == origin && logs.Any(checkpoint.Verify) ? checkpoint : throw new UnreadableException($"a checkpoint of {origin} in {NameOf(origin)}", $"another, of {checkpoint.Origin}", 0);
    }

    /// <summary>One <c>add-checkpoint</c>: the size that the caller believes to be the last, the proof from there, and a checkpoint.</summary>
    public WitnessAnswer Add(ReadOnlySpan<byte> request)
    {
        long old;
        List<byte[]> proof;
        Checkpoint checkpoint;
        try
        {
            (old, proof, checkpoint) = ReadRequest(request);
        }
        catch (UnreadableException wrong)
        {
            return new(400, [], wrong.Message);
        }
        return Add(old, proof, checkpoint);
    }

    /// <param name="old">0 for the first.</param>
    public WitnessAnswer Add(long old, IReadOnlyList<byte[]> proof, Checkpoint checkpoint)
    {
        if (logs.All(l => l.Name != checkpoint.Origin)) return new(404, [], $"{checkpoint.Origin} is no log of this witness");
        if (!logs.Any(checkpoint.Verify)) return new(403, [], $"no key of {checkpoint.Origin} signed this checkpoint");
        if (old < 0 || old > checkpoint.Size || proof.Count > MaxProof) return new(400, [], FormattableString.Invariant($"an old size of {old} for a checkpoint of {checkpoint.Size}"));
        // Comparing and keeping are one act: else two requests at once could take the log back by some entries.
        lock (access)
        {
            if (failed) throw new IOException("expected a witness that can sign, found that its folder could not be written; open it again");
            var last = Last(checkpoint.Origin);
            var size = last?.Size ?? 0;
            var told = Encoding.ASCII.GetBytes(size.ToString(CultureInfo.InvariantCulture) + "\n");
            if (last is not null && checkpoint.Size == size && !checkpoint.Root.Span.SequenceEqual(last.Root.Span))
            {
                Keep(checkpoint);
                return new(409, told, "the same size with another root: another history");
            }
            if (old != size) return new(409, told, FormattableString.Invariant($"the last size signed here is {size}, and the caller says {old}"));
            var holds = checkpoint.Size == size
                ? proof.Count == 0 && checkpoint.Root.Span.SequenceEqual(last is null ? MerkleTree.EmptyRoot() : last.Root.Span)
                : size == 0 ? proof.Count == 0 : MerkleTree.VerifyConsistency(size, checkpoint.Size, last!.Root.Span, checkpoint.Root.Span, proof);
            if (!holds)
            {
                Keep(checkpoint);
                return new(422, [], FormattableString.Invariant($"it was not proved that {checkpoint.Size} entries begin with the {size} signed here"));
            }
            if (last is null || checkpoint.Size > size)
            {
                failed = true;
                folder.Put(NameOf(checkpoint.Origin), checkpoint.Note.Span);
                folder.Settle();
                failed = false;
            }
            return new(200, Encoding.UTF8.GetBytes(checkpoint.Cosign(key, Verifier, time.GetUtcNow())), FormattableString.Invariant($"signed {checkpoint.Origin} at {checkpoint.Size}"));
        }
    }

    /// <summary>The body of a request, for who asks a witness.</summary>
    public static byte[] Request(long old, IEnumerable<byte[]> proof, Checkpoint checkpoint) =>
        [.. Encoding.UTF8.GetBytes($"old {old.ToString(CultureInfo.InvariantCulture)}\n{string.Concat(proof.Select(p => Convert.ToBase64String(p) + "\n"))}\n"), .. checkpoint.Note.Span];

    public void Dispose() => folder.Dispose();

    private static (long Old, List<byte[]> Proof, Checkpoint Checkpoint) ReadRequest(ReadOnlySpan<byte> request)
    {
        if (request.Length > MaxRequestBytes) throw new UnreadableException($"a request of at most {MaxRequestBytes} bytes", $"{request.Length}", 0);
        var blank = request.IndexOf("\n\n"u8);
        if (blank < 0) throw new UnreadableException("an old size, a proof, an empty line and a checkpoint", "no empty line", 0);
        var lines = Encoding.Latin1.GetString(request[..blank]).Split('\n');
        if (!lines[0].StartsWith("old ", StringComparison.Ordinal) || !long.TryParse(lines[0].AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var old)
            || lines[0].Length > 5 && lines[0][4] == '0') throw new UnreadableException("old and a size in the first line", lines[0].Length > 40 ? lines[0][..40] : lines[0], 0);
        if (lines.Length - 1 > MaxProof) throw new UnreadableException($"at most {MaxProof} hashes", $"{lines.Length - 1}", 0);
        var proof = new List<byte[]>();
        foreach (var line in lines[1..])
        {
            var hash = new byte[MerkleTree.HashBytes];
            if (line.Length != 44 || !Convert.TryFromBase64String(line, hash, out var length) || length != hash.Length || Convert.ToBase64String(hash) != line)
                throw new UnreadableException("a hash of 32 bytes in base64", line.Length > 60 ? line[..60] : line, 0);
            proof.Add(hash);
        }
        return (old, proof, Checkpoint.Read(request[(blank + 2)..]));
    }

    // A log's own signature under a history that does not follow: evidence that anybody can check.
    private void Keep(Checkpoint checkpoint)
    {
        if (folder.In(Contradictions).Count() >= MaxEvidence) return;
        folder.Put($"{Contradictions}/{Convert.ToHexStringLower(SHA256.HashData(checkpoint.Note.Span))}", checkpoint.Note.Span);
        folder.Settle();
    }

    private static string NameOf(string origin) => $"log-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)))}";
}
