namespace Assay.Firmware.Containers.Vendors;

/// <summary>The pattern that routers of Linksys want before a TRX.</summary>
internal static class Linksys
{
    internal static readonly Format Format = new()
    {
        Kind = "linksys-bin",
        Title = "BIN of Linksys: a pattern of 32 bytes before a TRX",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/addpattern.c",
        Proof = "`addpattern`",
        Signatures = [new("U2ND"u8.ToArray(), 14)],
        Recognise = bytes => bytes.Length > 64 && bytes[32..].StartsWith("HDR0"u8) && Trx.Format.Recognise(bytes[32..]) is { } trx ? new("linksys-bin", 32 + trx.Length, FixedText.Of(bytes[..8])) : null,
        Open = opening => opening.Container(32),
    };
}
