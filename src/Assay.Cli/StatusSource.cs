using Assay.CommandLine;
using Assay.Evidence.Reading;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary>Where a check takes the state of a label from: files that were handed over, a registry that is asked for whole lists, or for what changed since the one kept here, or nothing.</summary>
internal sealed class StatusSource : IDisposable
{
    /// <summary>More of them take longer than a whole list.</summary>
    private const int MaxDeltas = 16;
    /// <summary>A whole list that is no longer than this is fetched at once.</summary>
    private const int SmallList = 4096;

    private readonly TrustList trust;
    private readonly DateTimeOffset asOf;
    private readonly Terminal terminal;
    private readonly SeenLists seen;
    private readonly (byte[] Status, byte[]? Notices)? files;
    private readonly IReadOnlyList<byte[]> deltas;
    private readonly RemoteRegistry? registry;
    private readonly Dictionary<string, (StatusSnapshot? List, string? Against)> read = new(StringComparer.Ordinal);

    /// <exception cref="UsageException">Files and a registry together, or notices without a list.</exception>
    public StatusSource(Arguments arguments, Terminal terminal, TrustList trust, KeyFolder keys, DateTimeOffset asOf, Func<string, byte[]> file)
    {
        (this.trust, this.asOf, this.terminal) = (trust, asOf, terminal);
        seen = new SeenLists(Path.Combine(keys.Folder, "seen"), trust, asOf);
        var (status, notices, address) = (arguments.Value("--status"), arguments.Value("--notices"), arguments.Value("--registry"));
        if (address is not null && (status ?? notices) is not null) throw new UsageException("expected either --status and --notices or --registry, found both");
        if (notices is not null && status is null) throw new UsageException("--notices expects the status list that they explain: --status FILE");
        deltas = [.. arguments.Values("--delta").Select(file)];
        if (deltas.Count > 0 && status is null) throw new UsageException("--delta expects the status list that it changes: --status FILE");
        if (status is not null) files = (file(status), notices is null ? null : file(notices));
        if (address is not null) registry = new RemoteRegistry(address);
    }

    /// <summary>What a list says of a label, and why there is nothing, or nothing newer.</summary>
    public (StatusReading? Reading, string? Without) For(SignedFile label)
    {
        if ((label.Hallmark?.Status ?? label.Certificate?.Status) is not { } pointer || files is null && registry is null) return (null, null);
        var key = files is null ? pointer.List : "";
        string[] names = [.. trust.Under(label.Message.KeyId).Select(k => k.Name)];
        if (!read.TryGetValue(key, out var one)) read[key] = one = Read(pointer, names);
        var (list, against) = one;
        // What was verified before says more than nothing; whether it is still fresh, the check says.
        if (list is null) list = seen.For(pointer, names);
        if (list is null) return (null, against);
        return list.For(pointer) is { } reading ? (reading, against ?? (reading.State == LabelState.Notice ? list.WithoutNotices : null)) : (null, list.Against(pointer));
    }

    private (StatusSnapshot? List, string? Against) Read(StatusPointer pointer, string[] names)
    {
        byte[] status;
        byte[]? notices;
        try
        {
            if (files is { } handed) (status, notices) = handed;
            else
            {
                var last = Uri.EscapeDataString(pointer.List[(pointer.List.LastIndexOf('/') + 1)..]);
                if (seen.For(pointer, names) is { } kept && Followed(last, kept) is { } followed) return (followed, null);
                if (registry!.Get($"status/{last}", StatusListToken.MaxBytes) is not { } token) return (null, $"{registry.Address} has no status list {last}");
                // After the list: older notices would not count beside it.
                (status, notices) = (token, registry.Get($"notices/{last}", NoticeList.MaxBytes));
            }
        }
        catch (Exception failed) when (failed is IOException or UnreadableException && registry is not null)
        {
            return (null, $"no answer from the registry: {failed.Message}");
        }
        try
        {
            if (deltas.Count > 0)
            {
                // Notices belong to the last of them; a list made of parts is not kept, since no signature stands over its whole.
                var followed = StatusSnapshot.Of(status, null, trust, asOf);
                for (var i = 0; i < deltas.Count; i++) followed = followed.After(deltas[i], i == deltas.Count - 1 ? notices : null, trust, asOf);
                return seen.Before(followed) is { } known && known.AsOf > followed.AsOf ? (known, "an older list than was seen here before") : (followed, null);
            }
            var list = StatusSnapshot.Of(status, notices, trust, asOf);
            if (seen.Before(list) is { } before) list = StatusSnapshot.Of(status, notices, trust, asOf, before);
            Keep(list, status, notices);
            return (list, null);
        }
        catch (UnreadableException wrong)
        {
            return (null, $"the status list was refused: expected {wrong.Expected}, found {wrong.Found}");
        }
    }

    // The list kept here and the deltas since, where they are less to fetch than the whole. Null on any doubt: then the whole list is fetched.
    private StatusSnapshot? Followed(string last, StatusSnapshot kept)
    {
        var room = seen.Room(kept);
        if (room <= SmallList / 2) return null;
        try
        {
            var (list, deltas) = (kept, new List<(long, byte[])>());
            while (list.Token.Edition is { } edition && registry!.Get(FormattableString.Invariant($"status/{last}/delta/{edition}"), room) is { } delta)
            {
                if (deltas.Count == MaxDeltas) return null;
                list = list.After(delta, null, trust, asOf);
                deltas.Add((edition, delta));
                room -= delta.Length;
            }
            if (deltas.Count == 0 || list.Until < asOf || registry!.Get($"notices/{last}", NoticeList.MaxBytes) is not { } notices) return null;
            // A delta that is held back would leave an older list standing: notices of the same edition and time say that there is no newer one.
            list = list.With(notices, trust, asOf);
            if (list.Notices is not { } told || told.Edition != list.Token.Edition || told.IssuedAt != list.AsOf) return null;
            Kept(() => seen.Follow(list, deltas, notices));
            return list;
        }
        catch (Exception doubt) when (doubt is IOException or UnreadableException)
        {
            return null;
        }
    }

    private void Keep(StatusSnapshot list, byte[] status, byte[]? notices) => Kept(() => seen.Keep(list, status, notices));

    private void Kept(Action keep)
    {
        try
        {
            keep();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            terminal.Complain($"this list could not be remembered, so that an older one would not be noticed: {failed.Message}");
        }
    }

    public void Dispose() => registry?.Dispose();
}
