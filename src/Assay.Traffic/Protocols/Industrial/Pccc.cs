namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// Commands of older Allen-Bradley controllers inside CIP (DF1 Protocol and Command Set, 1770-6.5.16, chapter 7): who asks, then command, status,
/// transaction, function.
/// </summary>
internal static class Pccc
{
    /// <summary>The order in a request; null for one that only reads.</summary>
    /// <param name="data">What stands behind the path of the service.</param>
    public static string? Order(ReadOnlySpan<byte> data)
    {
        if (Body(data) is not [var command, _, _, _, var function, ..]) return null;
        return (command & 0x0f, function) switch
        {
            (0x0f, 0x00 or 0x02 or 0x03 or 0x08 or 0x18 or 0x26 or 0x5e or 0x67 or 0x79 or 0xa9 or 0xaa or 0xab or 0xaf) => "write data (PCCC)",
            (0x0f, 0x05 or 0x50) => "begin a download (PCCC)",
            (0x0f, 0x07) => "shut down (PCCC)",
            (0x0f, 0x0a) => "restart (PCCC)",
            (0x0f, 0x3a or 0x80) => "change the mode (PCCC)",
            (0x0f, 0x41) => "disable forces (PCCC)",
            (0x0f, 0x57) => "initialise memory (PCCC)",
            (0x0f, 0x8f) => "apply the configuration of a port (PCCC)",
            (0x07, 0x00 or 0x01) => "switch outputs (PCCC)",
            (0x07, 0x04) => "begin a download (PCCC)",
            (0x06, 0x02 or 0x08 or 0x0a) => "set variables (PCCC)",
            _ => null,
        };
    }

    /// <summary>Why an answer refuses; null where its status is zero.</summary>
    public static string? Refusal(ReadOnlySpan<byte> data) => Body(data) is [_, var status, ..] ? status switch
    {
        0 => null,
        0x10 => "illegal command",
        0x50 => "addressing problem or protected memory",
        0x60 => "function not allowed",
        0x70 => "in program mode",
        0xf0 => "error of the extended status",
        _ => "PCCC status",
    } : "no status";

    // The length of the requester's identity counts its own byte.
    private static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> data) => data.IsEmpty || data[0] == 0 || data[0] > data.Length ? default : data[data[0]..];
}
