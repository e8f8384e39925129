using System.Buffers.Binary;
using Assay.Evidence;

namespace Assay.Firmware.Containers;

/// <summary>UF2: blocks of 512 bytes with an address each, as boot loaders on a USB drive take them. One file may hold blocks for several families of chips.</summary>
internal static class Uf2
{
    internal static readonly Format Format = new()
    {
        Kind = "uf2",
        Title = "UF2",
        Group = FormatGroup.Container,
        Source = "github.com/microsoft/uf2, README.md (\"Overview\")",
        Proof = "`uf2conv.py`",
        Limits = "files inside a container of files are put together by address only",
        Signatures = [new([(byte)'U', (byte)'F', (byte)'2', (byte)'\n', 0x57, 0x51, 0x5d, 0x9e])],
        Recognise = bytes => IsBlock(bytes) ? new("uf2", 0) : null,
        Open = Open,
    };

    private const int Block = 512, LargestPayload = 476, WidestGap = 64 << 10, MostRuns = 4096;
    private const uint NotForFlash = 1, HasFamily = 0x2000;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static bool IsBlock(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= Block && U(bytes, 0) == 0x0a324655 && U(bytes, 4) == 0x9e5d5157 && U(bytes, 508) == 0x0ab16f30 && U(bytes, 16) <= LargestPayload && U(bytes, 20) < U(bytes, 24);

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        var memory = new FlashMemory(WidestGap, MostRuns, opening.Image.RoomLeft, opening.Budget);
        var losses = new List<Loss>();
        var families = new SortedSet<uint>();
        var seen = new Dictionary<uint, HashSet<uint>>();
        var totals = new Dictionary<uint, uint>();
        var at = 0;
        for (; at + Block <= bytes.Length; at += Block)
        {
            var block = bytes.Slice(at, Block);
            if (!IsBlock(block)) break;
            var family = (U(block, 8) & HasFamily) != 0 ? U(block, 28) : 0;
            if (family != 0) families.Add(family);
            if (!seen.TryGetValue(family, out var numbers)) seen[family] = numbers = [];
            numbers.Add(U(block, 20));
            totals[family] = U(block, 24);
            if ((U(block, 8) & NotForFlash) == 0) memory.Put(U(block, 12), block.Slice(32, (int)U(block, 16)), at);
        }
        foreach (var (family, numbers) in seen.OrderBy(s => s.Key))
        {
            if (numbers.Count < totals[family]) losses.Add(opening.Place.Loss(at, $"{totals[family]} blocks", $"{numbers.Count}"));
        }
        return memory.Part(opening, at, losses, families.Count == 0 ? null : "family " + string.Join(", ", families.Select(f => $"0x{f:x8}")));
    }
}
