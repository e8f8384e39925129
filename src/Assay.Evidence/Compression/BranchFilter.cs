using System.Buffers.Binary;
using System.Numerics;

namespace Assay.Evidence.Compression;

/// <summary>
/// The filters that stand before LZMA2: delta, and the branch converters that turn absolute call targets back into relative ones
/// (xz file format 1.2.1, sections 5.3.2 and 5.3.3; instruction layouts from the processors' manuals).
/// </summary>
internal static class BranchFilter
{
    internal const int Delta = 0x03, X86 = 0x04, PowerPc = 0x05, Ia64 = 0x06, Arm = 0x07, ArmThumb = 0x08, Sparc = 0x09, Arm64 = 0x0a, RiscV = 0x0b;

    /// <summary>What <paramref name="id"/>'s start offset must be a multiple of; 0 for a filter that is not known.</summary>
    internal static uint Alignment(ulong id) => id switch
    {
        X86 => 1,
        ArmThumb or RiscV => 2,
        PowerPc or Arm or Sparc or Arm64 => 4,
        Ia64 => 16,
        _ => 0,
    };

    /// <summary>Undoes the branch converter <paramref name="id"/> over a whole block.</summary>
    /// <param name="start">The address of the block's first byte.</param>
    internal static void Undo(ulong id, Span<byte> block, uint start)
    {
        switch (id)
        {
            case X86: UndoX86(block, start); break;
            case PowerPc: UndoPowerPc(block, start); break;
            case Ia64: UndoIa64(block, start); break;
            case Arm: UndoArm(block, start); break;
            case ArmThumb: UndoArmThumb(block, start); break;
            case Sparc: UndoSparc(block, start); break;
            case Arm64: UndoArm64(block, start); break;
            case RiscV: UndoRiscV(block, start); break;
            default: throw new ArgumentOutOfRangeException(nameof(id));
        }
    }

    /// <summary>Undoes the difference to the byte <paramref name="distance"/> (1 to 256) before.</summary>
    internal static void UndoDelta(Span<byte> block, int distance)
    {
        for (var i = distance; i < block.Length; i++) block[i] += block[i - distance];
    }

    // E8 and E9 (CALL and JMP) with a 32-bit operand whose top byte is 00 or FF. Opcodes within three bytes before make it doubtful that this is
    // one: recent holds them as bits, and what the encoder left alone because of them is left alone here.
    private static void UndoX86(Span<byte> block, uint start)
    {
        uint recent = 0;
        var last = -1;
        for (var i = 0; i + 4 < block.Length; i++)
        {
            if ((block[i] & 0xfe) != 0xe8) continue;
            var gap = i - last;
            last = i;
            recent = gap > 3 ? 0 : recent << (gap - 1) & 7;
            var inside = 32 - BitOperations.LeadingZeroCount(recent);
            var several = (recent & (recent - 1)) != 0;
            if (recent != 0 && (several || IsSign(block[i + 4 - inside])) || !IsSign(block[i + 4]))
            {
                recent = recent << 1 & 7 | 1;
                continue;
            }
            var operand = BinaryPrimitives.ReadUInt32LittleEndian(block[(i + 1)..]);
            uint target;
            while (true)
            {
                target = operand - (start + (uint)i + 5);
                if (recent == 0 || !IsSign((byte)(target >> (24 - 8 * inside)))) break;
                operand = target ^ ((1u << (32 - 8 * inside)) - 1);
            }
            target = target & 0x1ffffff | 0 - (target & 0x1000000);
            BinaryPrimitives.WriteUInt32LittleEndian(block[(i + 1)..], target);
            i += 4;
        }

        static bool IsSign(byte b) => b is 0 or 0xff;
    }

    // bl with the AA bit clear and LK set: opcode 18, 24-bit word offset.
    private static void UndoPowerPc(Span<byte> block, uint start)
    {
        for (var i = 0; i + 4 <= block.Length; i += 4)
        {
            var word = BinaryPrimitives.ReadUInt32BigEndian(block[i..]);
            if ((word & 0xfc000003) != 0x48000001) continue;
            BinaryPrimitives.WriteUInt32BigEndian(block[i..], 0x48000001 | ((word & 0x03fffffc) - (start + (uint)i)) & 0x03fffffc);
        }
    }

    // A bundle of 128 bits holds a 5-bit template and three slots of 41 bits; the template says which slots are branch units.
    private static void UndoIa64(Span<byte> block, uint start)
    {
        ReadOnlySpan<byte> branchSlots = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 6, 6, 0, 0, 7, 7, 4, 4, 0, 0, 4, 4, 0, 0];
        for (var i = 0; i + 16 <= block.Length; i += 16)
        {
            var mask = branchSlots[block[i] & 0x1f];
            for (var slot = 0; slot < 3; slot++)
            {
                if (((mask >> slot) & 1) == 0) continue;
                var bit = 5 + slot * 41;
                var at = i + (bit >> 3);
                var shift = bit & 7;
                ulong word = 0;
                for (var j = 0; j < 6; j++) word |= (ulong)block[at + j] << (8 * j);
                var instruction = word >> shift;
                if (((instruction >> 37) & 0xf) != 5 || ((instruction >> 9) & 7) != 0) continue;
                var address = (uint)((instruction >> 13) & 0xfffff) | ((uint)(instruction >> 36) & 1) << 20;
                address = ((address << 4) - (start + (uint)i)) >> 4;
                instruction &= ~(0x8fffffUL << 13);
                instruction |= (ulong)(address & 0xfffff) << 13;
                instruction |= (ulong)(address & 0x100000) << (36 - 20);
                word = word & ((1UL << shift) - 1) | instruction << shift;
                for (var j = 0; j < 6; j++) block[at + j] = (byte)(word >> (8 * j));
            }
        }
    }

    // BL, always: 24-bit word offset from eight bytes ahead.
    private static void UndoArm(Span<byte> block, uint start)
    {
        for (var i = 0; i + 4 <= block.Length; i += 4)
        {
            if (block[i + 3] != 0xeb) continue;
            var word = BinaryPrimitives.ReadUInt32LittleEndian(block[i..]) & 0xffffff;
            BinaryPrimitives.WriteUInt32LittleEndian(block[i..], 0xeb000000 | ((word << 2) - (start + (uint)i + 8)) >> 2 & 0xffffff);
        }
    }

    // BL in two half words of eleven bits each, from four bytes ahead.
    private static void UndoArmThumb(Span<byte> block, uint start)
    {
        for (var i = 0; i + 4 <= block.Length; i += 2)
        {
            if ((block[i + 1] & 0xf8) != 0xf0 || (block[i + 3] & 0xf8) != 0xf8) continue;
            uint high = BinaryPrimitives.ReadUInt16LittleEndian(block[i..]), low = BinaryPrimitives.ReadUInt16LittleEndian(block[(i + 2)..]);
            var target = (((high & 0x7ff) << 11 | low & 0x7ff) << 1) - (start + (uint)i + 4) >> 1;
            BinaryPrimitives.WriteUInt16LittleEndian(block[i..], (ushort)(0xf000 | target >> 11 & 0x7ff));
            BinaryPrimitives.WriteUInt16LittleEndian(block[(i + 2)..], (ushort)(0xf800 | target & 0x7ff));
            i += 2;
        }
    }

    // CALL with a displacement of 23 bits, sign-extended.
    private static void UndoSparc(Span<byte> block, uint start)
    {
        for (var i = 0; i + 4 <= block.Length; i += 4)
        {
            var word = BinaryPrimitives.ReadUInt32BigEndian(block[i..]);
            if (word >> 22 is not (0x100 or 0x1ff)) continue;
            var target = (word << 2) - (start + (uint)i) >> 2;
            BinaryPrimitives.WriteUInt32BigEndian(block[i..], (0 - (target >> 22 & 1)) << 22 & 0x3fffffff | target & 0x3fffff | 0x40000000);
        }
    }

    // BL with 26 bits of words; ADRP with 21 bits of pages, of which the encoder converts the range of +-512 MiB only.
    private static void UndoArm64(Span<byte> block, uint start)
    {
        for (var i = 0; i + 4 <= block.Length; i += 4)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(block[i..]);
            var here = start + (uint)i;
            if (word >> 26 == 0x25)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(block[i..], 0x94000000 | word - (here >> 2) & 0x03ffffff);
            }
            else if ((word & 0x9f000000) == 0x90000000)
            {
                var page = word >> 29 & 3 | word >> 3 & 0x1ffffc;
                if ((page + 0x020000 & 0x1c0000) != 0) continue;
                var target = page - (here >> 12);
                word = word & 0x9000001f | (target & 3) << 29 | (target & 0x3fffc) << 3 | (0 - (target & 0x020000)) & 0xe00000;
                BinaryPrimitives.WriteUInt32LittleEndian(block[i..], word);
            }
        }
    }

    // JAL to ra or t0, and AUIPC with the instruction that uses it; the encoder swaps the pair so that the address is one big-endian number.
    private static void UndoRiscV(Span<byte> block, uint start)
    {
        for (var i = 0; i + 8 <= block.Length; i += 2)
        {
            uint first = block[i];
            if (first == 0xef)
            {
                uint b1 = block[i + 1], b2 = block[i + 2], b3 = block[i + 3];
                if ((b1 & 0x0d) != 0) continue;
                var address = (b1 & 0xf0) << 13 | b2 << 9 | b3 << 1;
                address -= start + (uint)i;
                block[i + 1] = (byte)(b1 & 0x0f | address >> 8 & 0xf0);
                block[i + 2] = (byte)(address >> 16 & 0x0f | address >> 7 & 0x10 | address << 4 & 0xe0);
                block[i + 3] = (byte)(address >> 4 & 0x7f | address >> 13 & 0x80);
                i += 4 - 2;
            }
            else if ((first & 0x7f) == 0x17)
            {
                var word = BinaryPrimitives.ReadUInt32LittleEndian(block[i..]);
                uint second;
                if ((word & 0xe80) != 0)
                {
                    // An AUIPC that was left as it was, unless a second instruction that uses its register says that it was escaped.
                    second = BinaryPrimitives.ReadUInt32LittleEndian(block[(i + 4)..]);
                    if (((word << 8 ^ second) & 0xf8003) != 3)
                    {
                        i += 6 - 2;
                        continue;
                    }
                    var restored = 0x17 | 2u << 7 | second << 12;
                    second = word & 0xfffff000 | second >> 20;
                    BinaryPrimitives.WriteUInt32LittleEndian(block[i..], restored);
                    BinaryPrimitives.WriteUInt32LittleEndian(block[(i + 4)..], second);
                }
                else
                {
                    var register = word >> 27;
                    if (((word - 0x3100 & 0x3f80) << 18) >= (register & 0x1d))
                    {
                        i += 4 - 2;
                        continue;
                    }
                    var address = BinaryPrimitives.ReadUInt32BigEndian(block[(i + 4)..]) - (start + (uint)i);
                    second = word >> 12 | address << 20;
                    BinaryPrimitives.WriteUInt32LittleEndian(block[i..], 0x17 | register << 7 | address + 0x800 & 0xfffff000);
                    BinaryPrimitives.WriteUInt32LittleEndian(block[(i + 4)..], second);
                }
                i += 8 - 2;
            }
        }
    }
}
