using Assay.Evidence.Reading;

namespace Assay.Traffic.Mud;

/// <summary>A MUD file (RFC 8520): what its maker says that a device needs. Everything that <see cref="Permissions"/> does not allow is denied.</summary>
/// <remarks>
/// Reading is tolerant of form and strict of meaning: what departs but is clear is used and remarked; what is not understood is never read as allowing more.
/// Every DNS name, network, class and authority in here has passed a check of its characters and can stand in a rule set.
/// </remarks>
public sealed record MudFile
{
    /// <summary>Bytes; a profile of the largest known device has 60 thousand.</summary>
    public const int LongestFile = 4 << 20;
    /// <summary>Entries over all lists; those behind are not used.</summary>
    public const int MostEntries = 4096;

    /// <summary>Where the file says that it lives; checked to be an absolute http or https address, in ASCII.</summary>
    public required string Url { get; init; }
    public DateTimeOffset? LastUpdate { get; init; }
    /// <summary>1 to 168 hours; 48 hours where the file gives none or another.</summary>
    public TimeSpan CacheValidity { get; init; } = TimeSpan.FromHours(48);
    /// <summary>False where the maker says that the device gets no updates of software any more.</summary>
    public required bool IsSupported { get; init; }
    public string? SystemInfo { get; init; }
    public string? Maker { get; init; }
    public string? Model { get; init; }
    public string? FirmwareRev { get; init; }
    public string? SoftwareRev { get; init; }
    public string? Documentation { get; init; }
    /// <summary>In the order of the file: from-device lists first, then to-device lists; the first entry that matches decides.</summary>
    public required IReadOnlyList<Permission> Permissions { get; init; }
    /// <summary>Entries of used lists that were not understood for certain, and are not in <see cref="Permissions"/>.</summary>
    public required int Dropped { get; init; }
    /// <summary>DNS names from the extension <c>trust-label</c>: where the device gets its updates from.</summary>
    public IReadOnlyList<string> UpdateHosts { get; init; } = [];
    /// <summary>From the extension <c>trust-label</c>: where the label is.</summary>
    public string? LabelUri { get; init; }
    public string? SignatureUri { get; init; }
    /// <summary>Names in <c>extensions</c>.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];
    public required IReadOnlyList<MudRemark> Remarks { get; init; }

    /// <summary>The host (and port) of <see cref="Url"/>, in lower case: what same-manufacturer compares (RFC 8520 section 8, erratum 6295).</summary>
    public string Authority => new Uri(Url).Authority.ToLowerInvariant();

    /// <summary>True where the file says of itself that it was learnt from captures: it is no statement of the maker, whoever hands it over.</summary>
    public bool IsObserved => Authority == ObservedProfile.Host;

    /// <summary>True where the bytes may be a MUD file: JSON with the MUD container.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length <= LongestFile && bytes.IndexOf("\"ietf-mud:mud\""u8) >= 0;

    /// <param name="bytes">The file as served.</param>
    /// <exception cref="UnreadableException">
    /// No JSON, too long or too deep, a member named twice in one object, no MUD container, another MUD version than 1, or no usable MUD address.
    /// </exception>
    public static MudFile Read(ReadOnlyMemory<byte> bytes) => new MudReader(bytes).Read();
}
