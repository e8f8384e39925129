namespace Assay.Labels.Token;

/// <summary>Every claim number that we write; the same table for others is docs/label.cddl, and a test holds the two together.</summary>
internal static class ClaimNumbers
{
    // Registered: RFC 8392, RFC 9711, and the Token Status List draft.
    public const int Issuer = 1;
    public const int Subject = 2;
    public const int Expires = 4;
    public const int IssuedAt = 6;
    public const int TokenId = 7;
    // RFC 8747.
    public const int Confirmation = 8;
    public const int SoftwareName = 270;
    public const int SoftwareVersion = 271;
    public const int StatusList = 65533;
    public const int TimeToLive = 65534;
    public const int Status = 65535;

    // Ours, from the private range below -65536. Exactly one of them stands in a token and says what the token is.
    public const int Hallmark = -65537;
    public const int Decision = -65538;
    public const int Certificate = -65539;
    public const int Notices = -65540;
    public const int Issued = -65541;
    public const int Changed = -65542;

    // Ours, beside the others: which edition of a list this is; what changed since another; the digest of the one before.
    public const int Edition = -65543;
    public const int Delta = -65544;
    public const int Previous = -65545;

    // Ours, in a label: whose certificates the devices carry.
    public const int DeviceAuthority = -65546;
}
