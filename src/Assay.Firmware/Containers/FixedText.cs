using System.Text;
using Assay.Evidence;

namespace Assay.Firmware.Containers;

/// <summary>Text of a header's field of fixed length, as it may be shown.</summary>
internal static class FixedText
{
    /// <summary>Up to the first zero byte or erased one.</summary>
    internal static string Of(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOfAny((byte)0, (byte)0xff);
        return Shortened.Visible(Encoding.Latin1.GetString(end < 0 ? field : field[..end]));
    }
}
