using System.Buffers;

namespace Assay.Custody.Freezing;

/// <summary>One piece of evidence as it was taken: bytes under a name, and one line in words.</summary>
public sealed record FrozenItem
{
    /// <summary>ASCII letters, digits, <c>. _ -</c> and <c>/</c> between folders, at most 200 characters; no folder is empty, <c>.</c> or <c>..</c>.</summary>
    public required string Name { get; init; }
    public required ReadOnlyMemory<byte> Bytes { get; init; }
    /// <summary>What it is and where it came from: <c>the last 60 s of frames on br0, headers only</c>.</summary>
    public required string What { get; init; }

    /// <summary>True for a name that stays inside the folder it is unpacked into, on any system, and that <c>sha256sum</c> writes as it is.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 200 && name.AsSpan().IndexOfAnyExcept(Allowed) < 0 && name.Split('/').All(part => part.Length > 0 && part is not ("." or "..") && part[0] != '-');

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/");
}
