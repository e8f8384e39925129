using Assay.Software.Components;

namespace Assay.Software.Sbom;

/// <summary>One part that a bill of materials names, with what its format says of it beside our <see cref="Software.Components.Component"/>.</summary>
public sealed record BillEntry
{
    public required Component Component { get; init; }
    /// <summary>What the document's other parts call it: bom-ref, SPDXID, spdxId; null where nothing can refer to it.</summary>
    public string? Reference { get; init; }
    /// <summary>In CycloneDX' words: <c>library</c>, <c>application</c>, <c>operating-system</c>, <c>firmware</c>, <c>file</c> …</summary>
    public string Kind { get; init; } = "library";
    public IReadOnlyList<BillHash> Hashes { get; init; } = [];
    /// <summary>References of the parts that it needs.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];
}

/// <param name="Algorithm">As CycloneDX writes it: <c>SHA-256</c>.</param>
/// <param name="Value">Hexadecimal digits, as they stand there.</param>
public sealed record BillHash(string Algorithm, string Value)
{
    // SPDX 2.x, 7.10, and SPDX 3 (HashAlgorithm) beside CycloneDX (hash-alg).
    private static readonly (string CycloneDx, string Spdx, string Spdx3)[] Names =
    [
        ("MD5", "MD5", "md5"), ("SHA-1", "SHA1", "sha1"), ("SHA-256", "SHA256", "sha256"), ("SHA-384", "SHA384", "sha384"), ("SHA-512", "SHA512", "sha512"),
        ("SHA3-256", "SHA3-256", "sha3_256"), ("SHA3-384", "SHA3-384", "sha3_384"), ("SHA3-512", "SHA3-512", "sha3_512"),
        ("BLAKE2b-256", "BLAKE2b-256", "blake2b256"), ("BLAKE2b-384", "BLAKE2b-384", "blake2b384"), ("BLAKE2b-512", "BLAKE2b-512", "blake2b512"), ("BLAKE3", "BLAKE3", "blake3"),
    ];

    /// <summary>From either SPDX's name; null where CycloneDX has no such algorithm.</summary>
    public static BillHash? OfSpdx(string? algorithm, string? value) =>
        value is not null && Names.FirstOrDefault(n => n.Spdx == algorithm || n.Spdx3 == algorithm).CycloneDx is { } name ? new BillHash(name, value) : null;

    /// <summary>As SPDX 2.x calls it; null where it has no name for it.</summary>
    public string? SpdxAlgorithm => Names.FirstOrDefault(n => n.CycloneDx == Algorithm).Spdx;
}
