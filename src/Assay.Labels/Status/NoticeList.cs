using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Status;

/// <summary>Every current notice of one status list in one signed file, so that nobody who reads it says which label they ask about. Ours: no published format has it.</summary>
public sealed record NoticeList
{
    public const string MediaType = "application/vnd.assay.notices+cwt";
    public const int MaxBytes = 8 << 20;
    public const int MaxReason = 1000;

    /// <summary>The address of the status list that these notices explain.</summary>
    public required string Uri { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset Expires { get; init; }
    /// <summary>The same number as in the status list that was signed with it.</summary>
    public long? Edition { get; init; }
    /// <summary>By growing index, each index once.</summary>
    public required IReadOnlyList<Notice> Notices { get; init; }
    public required CoseSign1 Message { get; init; }

    /// <summary>The notice of a slot; null where there is none.</summary>
    public Notice? For(long index)
    {
        int low = 0, high = Notices.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (Notices[middle].Index == index) return Notices[middle];
            if (Notices[middle].Index < index) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }

    /// <param name="issuedAt">The time of the status list that is signed with it: notices that are older than a list do not count beside it.</param>
    public static byte[] Sign(SigningKey status, IEnumerable<Notice> notices, string uri, DateTimeOffset issuedAt, DateTimeOffset expires, long? edition = null)
    {
        var sorted = notices.OrderBy(n => n.Index).ToList();
        var file = SignedList.Sign(status, MediaType, uri, issuedAt, expires, edition, map =>
        {
            map.WriteInt32(ClaimNumbers.Notices);
            map.WriteStartArray(sorted.Count);
            foreach (var notice in sorted)
            {
                map.WriteStartArray(8);
                map.Write(notice.Index).Write((long)notice.Kind).Write(notice.UpdateBelow).Write(notice.Reason).Write(notice.Role);
                map.Write(notice.Since).Write(notice.LookAgain).Write(notice.Case);
                map.WriteEndArray();
            }
            map.WriteEndArray();
        });
        // What we could not read back, nobody could: the writer learns of a notice twice, or of one without a reason.
        _ = Read(file);
        return file;
    }

    /// <exception cref="UnreadableException">Another type, a claim missing, an index twice or out of order, or a notice that is none.</exception>
    public static NoticeList Read(ReadOnlyMemory<byte> file)
    {
        var signed = SignedList.Read(file, MediaType, MaxBytes);
        var notices = new List<Notice>();
        foreach (var item in signed.Claims.Need(ClaimNumbers.Notices, "notices").Items("notices"))
        {
            var notice = NoticeOf(item);
            if (notices.Count > 0 && notices[^1].Index >= notice.Index)
                throw new UnreadableException("notices by growing index, each once", $"{notice.Index} after {notices[^1].Index}", item.Offset);
            notices.Add(notice);
        }
        return new NoticeList { Uri = signed.Uri, IssuedAt = signed.IssuedAt, Expires = signed.Expires, Edition = signed.Edition, Notices = notices, Message = signed.Message };
    }

    private static Notice NoticeOf(CborValue item)
    {
        var parts = Claims.Items(item, "a notice", 8);
        var index = parts[0].Number("the index");
        if (index < 0) throw new UnreadableException("an index of 0 or more", index.ToString(CultureInfo.InvariantCulture), parts[0].Offset);
        var kind = Kind(parts[1]);
        var below = parts[2].IsNull ? null : Claims.Text(parts[2], "the version", 128);
        // A suspension may name the version that ends it for a device; an update without its version would say nothing.
        if (below is null ? kind == NoticeKind.UpdateNeeded : kind is not (NoticeKind.UpdateNeeded or NoticeKind.Suspended))
            throw new UnreadableException("a version with \"update needed\", perhaps one with \"suspended\", and none else", below is null ? "none" : "one", parts[2].Offset);
        return new Notice(index, kind, below, Claims.Text(parts[3], "the reason", MaxReason), Claims.Text(parts[4], "the role", 256),
            Claims.Time(parts[5], "since"), Claims.Day(parts[6], "the date to look again"), parts[7].IsNull ? null : Claims.Text(parts[7], "the case", 256));
    }

    internal static NoticeKind Kind(CborValue value)
    {
        var number = value.Number("the kind of notice");
        return number is >= 1 and <= 4 ? (NoticeKind)number : throw new UnreadableException("a kind of notice from 1 to 4", number.ToString(CultureInfo.InvariantCulture), value.Offset);
    }
}
