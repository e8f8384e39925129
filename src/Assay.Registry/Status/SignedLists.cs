using System.Globalization;
using System.Security.Cryptography;
using Assay.Labels.Status;
using Assay.Labels.Trust;
using Assay.Registry.Labels;
using Assay.Registry.Storage;
using Dapper;

namespace Assay.Registry.Status;

/// <summary>What everybody may fetch: the status list and its notices, signed together.</summary>
/// <param name="Status">The list's token.</param>
/// <param name="Notices">Its notices.</param>
public sealed record PublishedLists(byte[] Status, string StatusTag, byte[] Notices, string NoticesTag, DateTimeOffset AsOf, DateTimeOffset Until, long Edition);

/// <summary>Signs the lists out of the rows, after each act and before they end.</summary>
public sealed class SignedLists(RegistrySettings settings, string address, RegistryKeys keys, Database database, TimeProvider time)
{
    /// <summary>2^20 places of 2 bits: a place drawn at random says nothing about its label.</summary>
    public const int Slots = 1 << 20;
    /// <summary>How a hallmark writes the list's address: it has no room for more.</summary>
    public const string Pointer = "s/1";
    /// <summary>Deltas that are kept, each from one edition to the next; who has an older list fetches the whole one.</summary>
    public const int KeptDeltas = 64;
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24), TimeToLive = TimeSpan.FromSeconds(300), Renewal = TimeSpan.FromHours(1);

    private volatile PublishedLists? current;
    // The newest list, and the one of the edition before it: where the newest delta leads, and whence.
    private (StatusList List, long Edition)? newest, before;

    public string Uri { get; } = $"{address}/status/1";
    public PublishedLists Current => current ?? throw new InvalidOperationException("nothing is signed yet");

    /// <summary>Signs both lists anew, and the delta that leads here from the edition before, and puts them in place.</summary>
    /// <param name="edition">Entries of the log that the rows stand for.</param>
    public void Publish(long edition)
    {
        var rows = database.Read(c => c.Query<Row>("""
            select l.slot Slot, h.standing Standing, h.update_below UpdateBelow, h.reason Reason, h.role Role, h.at At, h.look_again LookAgain, h.case_id CaseId
            from labels l join history h on h.log_index = (select max(log_index) from history where label = l.id) where l.standing <> 'InForce'
            """).ToList());
        var list = new StatusList(Slots);
        var notices = new List<Notice>(rows.Count);
        foreach (var row in rows)
        {
            var standing = Enum.Parse<Standing>(row.Standing);
            list[(int)row.Slot] = standing.State();
            notices.Add(new Notice(row.Slot, standing.Kind()!.Value, row.UpdateBelow, row.Reason, row.Role, LabelShelf.Time(row.At),
                row.LookAgain is null ? null : DateOnly.ParseExact(row.LookAgain, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), row.CaseId));
        }
        // A clock that was set back must not make the new list look older than the one before it.
        var earlier = current is null ? Earlier() : null;
        var asOf = DateTimeOffset.FromUnixTimeSeconds(Math.Max(time.GetUtcNow().ToUnixTimeSeconds(), (current?.AsOf ?? earlier?.IssuedAt ?? DateTimeOffset.UnixEpoch).ToUnixTimeSeconds()));
        var until = asOf + Lifetime;
        var status = StatusListToken.Sign(keys.Status, list, Uri, asOf, until, TimeToLive, edition);
        var explained = NoticeList.Sign(keys.Status, notices, Uri, asOf, until, edition);
        // Notices first: beside an older list they explain too much, beside a newer one too little.
        DurableFile.Write(settings.File("public/notices-1.cose"), explained);
        if (earlier is { Edition: { } kept, List: { Bits: 2, Slots: Slots } } && earlier.Uri == Uri) newest = (earlier.List, kept);
        if (newest is { } last && last.Edition < edition) before = last;
        // Before the list: if we stop between the two, the next start signs this delta again. With each renewal it is signed anew, as fresh as the list.
        if (before is { } from)
        {
            DurableFile.Write(DeltaFile(from.Edition), StatusDelta.Sign(keys.Status, from.List, list, Uri, from.Edition, edition, asOf, until));
            foreach (var old in Deltas().OrderDescending().Skip(KeptDeltas)) File.Delete(DeltaFile(old));
        }
        DurableFile.Write(settings.File("public/status-1.cwt"), status);
        newest = (list, edition);
        current = new PublishedLists(status, Tag(status), explained, Tag(explained), asOf, until, edition);
    }

    public bool IsDue => current is not { } lists || time.GetUtcNow() >= lists.AsOf + Renewal;

    /// <summary>What the list says of one label, for a page of ours.</summary>
    public StatusReading Reading(LabelRecord label) => Reading(label, Current);

    private static StatusReading Reading(LabelRecord label, PublishedLists lists) => new(label.Standing.State(), lists.AsOf, lists.Until, label.UpdateBelow);

    /// <summary>The signed delta from an edition to the next; null where none is kept.</summary>
    public byte[]? Delta(string from)
    {
        if (!long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var edition)) return null;
        try
        {
            return File.ReadAllBytes(DeltaFile(edition));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string DeltaFile(long from) => settings.File($"public/delta-1/{from.ToString(CultureInfo.InvariantCulture)}.cwt");

    private IEnumerable<long> Deltas() => Directory.EnumerateFiles(settings.File("public/delta-1"), "*.cwt")
        .Select(f => long.TryParse(Path.GetFileNameWithoutExtension(f), NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : (long?)null).OfType<long>();

    // What was signed last before this start.
    private StatusListToken? Earlier()
    {
        var file = settings.File("public/status-1.cwt");
        try
        {
            return File.Exists(file) ? StatusListToken.Read(File.ReadAllBytes(file)) : null;
        }
        catch (Evidence.Reading.UnreadableException)
        {
            return null;
        }
    }

    private static string Tag(byte[] bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"";

    private sealed record Row(long Slot, string Standing, string? UpdateBelow, string Reason, string Role, string At, string? LookAgain, string? CaseId);
}
