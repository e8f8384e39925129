using System.Formats.Cbor;
using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>What ties a label to units instead of to a model alone: who issues the certificates of the model's devices, or the key of one device. Both are the first half of the SHA-256 of a SubjectPublicKeyInfo.</summary>
/// <param name="IssuingAuthority">Of the authority whose certificates the model's devices carry; null where the label names none.</param>
/// <param name="DeviceKey">Of one device; the label is then one unit's (RFC 8747 <c>cnf</c> with <c>kid</c>). Null for a label of the model.</param>
public sealed record DeviceBinding(ReadOnlyMemory<byte>? IssuingAuthority, ReadOnlyMemory<byte>? DeviceKey)
{
    public const int PinBytes = 16;
    private const int KeyId = 3;

    /// <summary>How a key is pinned.</summary>
    public static ReadOnlyMemory<byte> PinOf(ReadOnlySpan<byte> spki) => SHA256.HashData(spki).AsMemory(0, PinBytes);

    internal static void Write(CborWriter map, DeviceBinding? binding)
    {
        if (binding?.DeviceKey is { } device)
        {
            map.WriteInt32(ClaimNumbers.Confirmation);
            map.WriteStartMap(1);
            map.WriteInt32(KeyId);
            map.WriteByteString(device.Span);
            map.WriteEndMap();
        }
        if (binding?.IssuingAuthority is { } authority)
        {
            map.WriteInt32(ClaimNumbers.DeviceAuthority);
            map.WriteByteString(authority.Span);
        }
    }

    /// <exception cref="UnreadableException"/>
    internal static DeviceBinding? Read(CborValue claims)
    {
        // Not null but default: null would become an empty pin on its way through an array.
        ReadOnlyMemory<byte>? authority = default, device = default;
        if (claims[ClaimNumbers.DeviceAuthority] is { } named) authority = Claims.Bytes(named, "the authority of device certificates", PinBytes);
        if (claims[ClaimNumbers.Confirmation] is { } confirmation)
        {
            // Another way to name a key is not passed over: the label would then seem to speak of the model alone.
            if (confirmation.Entries("cnf").Length != 1) throw new UnreadableException("one key in cnf", "more or none", confirmation.Offset);
            device = Claims.Bytes(confirmation.Need(KeyId, "kid"), "the device's key", PinBytes);
        }
        return authority is null && device is null ? null : new(authority, device);
    }
}
