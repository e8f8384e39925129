using System.Text;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware.Identification;

/// <summary>The configuration that a kernel was built with: inside of it between two marks (CONFIG_IKCONFIG), in its module <c>configs</c>, or in a file beside it.</summary>
/// <remarks>Source: Linux kernel/configs.c: <c>IKCFG_ST</c>, the gzip stream of <c>.config</c>, <c>IKCFG_ED</c>.</remarks>
internal static class KernelSettings
{
    private const int LargestText = 4 << 20;

    /// <summary>True for the places where distributions put a kernel's configuration as a file.</summary>
    public static bool IsOne(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.StartsWith("config-", StringComparison.Ordinal) && path.Contains("/boot/", StringComparison.Ordinal) || path.Contains("/lib/modules/", StringComparison.Ordinal) && name is "config" or ".config" || name is "config.gz" && path.EndsWith("/proc/config.gz", StringComparison.Ordinal);
    }

    /// <summary>Of a decoded kernel, or of its module <c>configs</c>; null where it carries none.</summary>
    public static KernelConfiguration? Inside(ReadOnlySpan<byte> kernel, Location at, ExaminationOptions options)
    {
        var mark = "IKCFG_ST"u8;
        for (var from = 0; kernel[from..].IndexOf(mark) is >= 0 and var found; from += found + mark.Length)
        {
            var stream = kernel[(from + found + mark.Length)..];
            if (Decompression.IsHeader(CompressionKind.Gzip, stream) && Unpacked(stream, at with { Offset = null }, options) is { } read) return read;
        }
        return null;
    }

    /// <summary>Of a file, plain or gzip.</summary>
    public static KernelConfiguration? OfFile(ReadOnlySpan<byte> file, Location at, ExaminationOptions options) =>
        Decompression.IsHeader(CompressionKind.Gzip, file) ? Unpacked(file, at, options) : file.Length > LargestText ? null : KernelConfiguration.Read(Encoding.UTF8.GetString(file), at);

    private static KernelConfiguration? Unpacked(ReadOnlySpan<byte> stream, Location at, ExaminationOptions options)
    {
        using var decoded = Decompression.Decode(CompressionKind.Gzip, stream, options.Budget.Whole(), LargestText);
        // Half a configuration is no whole list: what it does not name may have been cut off.
        return decoded.Failure is null ? KernelConfiguration.Read(Encoding.UTF8.GetString(decoded.Content.Span), at) : null;
    }
}
