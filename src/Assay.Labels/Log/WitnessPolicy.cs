using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Labels.Log;

/// <summary>Days from and to which something counts, both included; null is open.</summary>
public readonly record struct Window(DateOnly? From, DateOnly? To)
{
    public bool Holds(DateTimeOffset time)
    {
        var day = DateOnly.FromDateTime(time.UtcDateTime);
        return (From is null || From <= day) && (To is null || day <= To);
    }
}

/// <summary>A witness whose cosignature counted.</summary>
public sealed record Cosigned(string Name, DateTimeOffset At);

/// <summary>What a policy says of a checkpoint.</summary>
/// <param name="Against">Why it does not hold; null where it does.</param>
/// <param name="By">Every witness of the policy that cosigned within its time, by name.</param>
public sealed record WitnessVerdict(string? Against, IReadOnlyList<Cosigned> By, int Witnesses)
{
    public bool Holds => Against is null;

    public override string ToString()
    {
        var by = By.Count == 0 ? "by none" : $"by {string.Join(", ", By.Select(b => b.Name))}";
        return FormattableString.Invariant($"witnessed {by} ({By.Count} of {Witnesses}){(Against is null ? "" : $": {Against}")}");
    }
}

/// <summary>Which logs count, and which witnesses must have seen a checkpoint: nested k-of-n groups (c2sp.org/tlog-policy), also in the older form with bare keys in hexadecimal digits (sigsum).</summary>
/// <remarks>
/// Extension, in comments so that others read the same file: <c>#!window NAME FROM TO</c> for a witness or a log, <c>#!valid FROM TO</c> for the whole policy, days or <c>-</c>. A
/// cosignature counts where its own time lies in all of them, so that an old proof still holds after a witness has left. A misspelt one is refused, never passed over.
/// </remarks>
public sealed class WitnessPolicy
{
    public const int MaxBytes = 64 << 10;
    /// <summary>Logs, witnesses and groups together.</summary>
    public const int MaxNames = 256;
    private static readonly TimeSpan ClockDifference = TimeSpan.FromDays(1);

    private readonly Dictionary<string, Member> members = new(StringComparer.Ordinal);
    private readonly List<(Key Key, Window Window)> logs = [];
    private readonly List<(string Name, Key Key)> witnesses = [];
    private readonly Dictionary<string, Window> windows = new(StringComparer.Ordinal);
    private Window valid;
    private string? quorum;

    private WitnessPolicy()
    {
    }

    public int Logs => logs.Count;
    public IReadOnlyList<string> Witnesses => [.. witnesses.Select(w => w.Name)];

    /// <summary>The quorum as a tree, on one line: <c>2 of (a, b, 1 of (c, d))</c>.</summary>
    public string Quorum => Told(quorum!);

    /// <exception cref="UnreadableException">Another keyword, a name that was not defined before, a key or a name twice, or a threshold that cannot be met; with the line.</exception>
    public static WitnessPolicy Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxBytes) throw new UnreadableException($"a witness policy of at most {MaxBytes} bytes", $"{file.Length}", 0);
        if (file.IndexOfAnyInRange((byte)0, (byte)8) >= 0 || file.IndexOfAnyInRange((byte)11, (byte)31) >= 0 || file.Contains((byte)127)) throw new UnreadableException("a policy in lines of text", "a control character", 0);
        var policy = new WitnessPolicy();
        var pending = new List<(int Line, string Name, Window Window)>();
        var number = 0;
        // Names are octets to the format; Latin-1 keeps every one of them apart.
        foreach (var line in Encoding.Latin1.GetString(file).Split('\n'))
        {
            number++;
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            try
            {
                policy.Take(words, number, pending);
            }
            catch (UnreadableException wrong)
            {
                throw new UnreadableException($"{wrong.Expected} in line {number.ToString(CultureInfo.InvariantCulture)}", wrong.Found, 0);
            }
        }
        if (policy.quorum is null) throw new UnreadableException("a line \"quorum NAME\"", "none", file.Length);
        foreach (var (line, name, window) in pending)
        {
            var log = policy.logs.FindIndex(l => l.Key.Name == name);
            if (policy.members.TryGetValue(name, out var member) && member.Key is not null) policy.windows[name] = window;
            else if (log >= 0) policy.logs[log] = (policy.logs[log].Key, window);
            else throw new UnreadableException($"the name of a witness or of a log in line {line.ToString(CultureInfo.InvariantCulture)}", name, 0);
        }
        // Without a witness nobody says when, so that no window could be held against anything.
        if (policy.quorum == "none" && (pending.Count > 0 || policy.valid != default)) throw new UnreadableException("no window where no witness says the time", "one, with \"quorum none\"", 0);
        return policy;
    }

    /// <summary>Whether this checkpoint is of a log that counts and was seen by enough witnesses.</summary>
    /// <param name="asOf">The time of the check: a cosignature from later than a day after it does not count.</param>
    /// <param name="notBefore">Where given, older cosignatures do not count: a log that hides new entries is noticed by this.</param>
    public WitnessVerdict Of(Checkpoint checkpoint, DateTimeOffset asOf, DateTimeOffset? notBefore = null)
    {
        var log = logs.FindIndex(l => l.Key.Signed(checkpoint));
        if (logs.Count > 0 && log < 0) return new($"no log of the policy signed the checkpoint of {checkpoint.Origin}", [], witnesses.Count);
        var by = new List<Cosigned>();
        foreach (var (name, key) in witnesses)
        {
            if (key.Witnessed(checkpoint) is not { } time) continue;
            if (time > asOf + ClockDifference || time < notBefore) continue;
            if (!valid.Holds(time) || log >= 0 && !logs[log].Window.Holds(time) || windows.TryGetValue(name, out var window) && !window.Holds(time)) continue;
            by.Add(new(name, time));
        }
        var counted = by.Select(b => b.Name).ToHashSet(StringComparer.Ordinal);
        return new(quorum == "none" || Met(quorum!, counted) ? null : $"the policy asks for {Quorum}", by, witnesses.Count);
    }

    private void Take(string[] words, int number, List<(int Line, string Name, Window Window)> pending)
    {
        switch (words)
        {
            case ["#!window", var name, var from, var to]:
                pending.Add((number, name, new(Day(from), Day(to))));
                break;
            case ["#!valid", var from, var to]:
                if (valid != default) throw new UnreadableException("one #!valid", "another", 0);
                valid = new(Day(from), Day(to));
                break;
            case [var own, ..] when own.StartsWith("#!", StringComparison.Ordinal):
                throw new UnreadableException("#!window NAME FROM TO or #!valid FROM TO", own, 0);
            case [var comment, ..] when comment.StartsWith('#'):
                break;
            case ["log", _] or ["log", _, _]:
                Counted();
                var log = Key.Read(words[1], LogVerifier.SignsText);
                if (logs.Any(l => l.Key.Same(log))) throw new UnreadableException("each log once", "the same key again", 0);
                logs.Add((log, default));
                break;
            case ["witness", _, _] or ["witness", _, _, _]:
                var witness = Key.Read(words[2], LogVerifier.SignsTextAndTime);
                if (witnesses.Any(w => w.Key.Same(witness))) throw new UnreadableException("each witness once", "the same key again", 0);
                Define(words[1], new(witness, 0, []));
                witnesses.Add((words[1], witness));
                break;
            case ["group", var name, var least, _, ..]:
                var names = words[3..];
                foreach (var member in names.Where(m => !members.ContainsKey(m))) throw new UnreadableException("a witness or group that was defined before", member, 0);
                // Each name stands in one group, so that no witness counts twice.
                foreach (var member in names) if (!members[member].Take()) throw new UnreadableException("each name in one group, once", member, 0);
                var threshold = least switch
                {
                    "all" => names.Length,
                    "any" => 1,
                    _ when int.TryParse(least, NumberStyles.None, CultureInfo.InvariantCulture, out var k) && k >= 1 && k <= names.Length => k,
                    _ => throw new UnreadableException($"all, any, or a number from 1 to {names.Length}", least, 0),
                };
                Define(name, new(null, threshold, names));
                break;
            case ["quorum", var name]:
                if (quorum is not null) throw new UnreadableException("one quorum", "another", 0);
                if (name != "none" && !members.ContainsKey(name)) throw new UnreadableException("a witness or group that was defined before, or none", name, 0);
                quorum = name;
                break;
            default:
                throw new UnreadableException("log KEY, witness NAME KEY, group NAME K MEMBERS or quorum NAME", words[0], 0);
        }
    }

    private void Define(string name, Member member)
    {
        if (name == "none" || !members.TryAdd(name, member)) throw new UnreadableException("a name that is new", name, 0);
        Counted();
    }

    private void Counted()
    {
        if (members.Count + logs.Count > MaxNames) throw new UnreadableException($"at most {MaxNames} logs, witnesses and groups", "more", 0);
    }

    // A group's members were defined before it, so that the tree is as deep as there are groups.
    private bool Met(string name, HashSet<string> counted) => members[name] switch
    {
        { Key: not null } => counted.Contains(name),
        var group => group.Names.Count(n => Met(n, counted)) >= group.Threshold,
    };

    private string Told(string name) => name == "none" ? "none" : members[name] switch
    {
        { Key: not null } => name,
        var group => $"{group.Threshold.ToString(CultureInfo.InvariantCulture)} of ({string.Join(", ", group.Names.Select(Told))})",
    };

    private static DateOnly? Day(string text) => text == "-" ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw new UnreadableException("a day like 2026-12-31, or -", text, 0);

    private sealed class Member(Key? key, int threshold, string[] names)
    {
        private bool taken;
        public Key? Key { get; } = key;
        public int Threshold { get; } = threshold;
        public string[] Names { get; } = names;
        public bool Take() => !taken && (taken = true);
    }

    // A key with its name, or a bare one: then the note says the name, and the key's id binds both.
    private sealed class Key
    {
        private readonly byte[] point;
        private readonly LogVerifier? named;

        private Key(byte[] point, LogVerifier? named)
        {
            this.point = point;
            this.named = named;
        }

        public string? Name => named?.Name;

        public static Key Read(string text, byte type)
        {
            if (text.Length == 2 * LogVerifier.PointBytes && text.All(char.IsAsciiHexDigit)) return new(Convert.FromHexString(text), null);
            var named = LogVerifier.Read(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text)));
            return named.Type == type ? new(named.Point.ToArray(), named) : throw new UnreadableException(type == LogVerifier.SignsText ? "the key of a log (type 1)" : "the key of a witness (type 4)", $"type {named.Type}", 0);
        }

        public bool Same(Key other) => point.AsSpan().SequenceEqual(other.point);

        // sigsum.org/v1/tree/ and the SHA-256 of the key: the origin of a log that its policy names by its key alone.
        public bool Signed(Checkpoint checkpoint) => named is not null ? checkpoint.Verify(named)
            : checkpoint.Origin == $"sigsum.org/v1/tree/{Convert.ToHexStringLower(SHA256.HashData(point))}" && checkpoint.Verify(new LogVerifier(checkpoint.Origin, LogVerifier.SignsText, point));

        public DateTimeOffset? Witnessed(Checkpoint checkpoint) => named is not null ? checkpoint.Witnessed(named)
            : checkpoint.Signatures.Select(s => s.Name).Distinct(StringComparer.Ordinal).Select(n => checkpoint.Witnessed(new LogVerifier(n, LogVerifier.SignsTextAndTime, point))).FirstOrDefault(t => t is not null);
    }
}
