using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Status;

/// <summary>A signed status list: the CWT form of draft-ietf-oauth-status-list section 5.2. The signature is checked by who knows the keys (<see cref="StatusSnapshot"/>).</summary>
public sealed record StatusListToken
{
    public const string MediaType = "application/statuslist+cwt";
    /// <summary>A list of <see cref="StatusList.MaxSlots"/> slots that no compression shortens, and its envelope.</summary>
    public const int MaxBytes = StatusList.MaxBytes + (1 << 20);

    /// <summary>Where the list is found; the same text as in the labels that point to it, or the whole of what they abbreviate.</summary>
    public required string Uri { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    /// <summary>After this time the list says nothing fresh.</summary>
    public required DateTimeOffset Expires { get; init; }
    /// <summary>How long after its retrieval a copy may be used before one asks again.</summary>
    public TimeSpan? TimeToLive { get; init; }
    /// <summary>Counts the list's changes, so that two of one second have an order; a claim of ours, absent from others' lists.</summary>
    public long? Edition { get; init; }
    public required StatusList List { get; init; }
    public required CoseSign1 Message { get; init; }

    /// <param name="status">A key with the role <see cref="Trust.KeyRoles.Status"/>, under the same name as the issuer of the labels.</param>
    /// <param name="issuedAt">To the second; sign the notices with the same time (<see cref="NoticeList"/>).</param>
    /// <param name="edition">Grows with every list under this address.</param>
    public static byte[] Sign(SigningKey status, StatusList list, string uri, DateTimeOffset issuedAt, DateTimeOffset expires, TimeSpan ttl, long? edition = null) =>
        SignedList.Sign(status, MediaType, uri, issuedAt, expires, edition, map =>
        {
            map.Write(ClaimNumbers.TimeToLive).Write((long)ttl.TotalSeconds);
            map.WriteInt32(ClaimNumbers.StatusList);
            map.WriteStartMap(2);
            map.Write("bits").Write((long)list.Bits);
            map.Write("lst").Write(list.Compressed());
            map.WriteEndMap();
        });

    /// <exception cref="UnreadableException">Another type, a claim missing, or a list that is none or inflates beyond <see cref="StatusList.MaxBytes"/>.</exception>
    public static StatusListToken Read(ReadOnlyMemory<byte> file)
    {
        var signed = SignedList.Read(file, MediaType, MaxBytes);
        var claim = signed.Claims.Need(ClaimNumbers.StatusList, "a status list");
        var bits = (claim["bits"] ?? throw new UnreadableException("bits in the status list", "none", claim.Offset)).Number("bits");
        var lst = (claim["lst"] ?? throw new UnreadableException("lst in the status list", "none", claim.Offset)).Bytes("lst");
        var ttl = signed.Claims[ClaimNumbers.TimeToLive]?.Number("ttl");
        if (ttl is <= 0 or > 10L * 365 * 86_400) throw new UnreadableException("a ttl from a second to ten years", ttl.Value.ToString(CultureInfo.InvariantCulture), 0);
        return new StatusListToken
        {
            Uri = signed.Uri,
            IssuedAt = signed.IssuedAt,
            Expires = signed.Expires,
            TimeToLive = ttl is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Edition = signed.Edition,
            List = StatusList.Read((int)Math.Clamp(bits, 0, 9), lst),
            Message = signed.Message,
        };
    }
}
