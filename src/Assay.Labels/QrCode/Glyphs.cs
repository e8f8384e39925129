using System.Collections.Frozen;

namespace Assay.Labels.QrCode;

/// <summary>Letters of 5 by 7 dots for the words beside a code; small letters are drawn as capitals, what is missing as a question mark.</summary>
internal static class Glyphs
{
    public const int Width = 5;
    public const int Height = 7;
    /// <summary>From one letter to the next.</summary>
    public const int Advance = 6;

    // Seven bytes, the top row first; in each the lower five bits, the left dot first.
    private static readonly FrozenDictionary<char, long> Rows = new Dictionary<char, long>
    {
        ['A'] = 0x0e11111f111111,
        ['B'] = 0x1e11111e11111e,
        ['C'] = 0x0e11101010110e,
        ['D'] = 0x1e11111111111e,
        ['E'] = 0x1f10101e10101f,
        ['F'] = 0x1f10101e101010,
        ['G'] = 0x0e11101711110f,
        ['H'] = 0x1111111f111111,
        ['I'] = 0x0e04040404040e,
        ['J'] = 0x0702020202120c,
        ['K'] = 0x11121418141211,
        ['L'] = 0x1010101010101f,
        ['M'] = 0x111b1515111111,
        ['N'] = 0x11191513111111,
        ['O'] = 0x0e11111111110e,
        ['P'] = 0x1e11111e101010,
        ['Q'] = 0x0e11111115120d,
        ['R'] = 0x1e11111e141211,
        ['S'] = 0x0f10100e01011e,
        ['T'] = 0x1f040404040404,
        ['U'] = 0x1111111111110e,
        ['V'] = 0x11111111110a04,
        ['W'] = 0x11111115151b11,
        ['X'] = 0x11110a040a1111,
        ['Y'] = 0x11110a04040404,
        ['Z'] = 0x1f01020408101f,
        ['0'] = 0x0e11131519110e,
        ['1'] = 0x040c040404040e,
        ['2'] = 0x0e11010608101f,
        ['3'] = 0x0e11010601110e,
        ['4'] = 0x02060a121f0202,
        ['5'] = 0x1f101e0101110e,
        ['6'] = 0x0608101e11110e,
        ['7'] = 0x1f010204080808,
        ['8'] = 0x0e11110e11110e,
        ['9'] = 0x0e11110f01020c,
        [' '] = 0x00000000000000,
        ['.'] = 0x00000000000c0c,
        [','] = 0x000000000c0408,
        ['-'] = 0x0000000e000000,
        [':'] = 0x000c0c000c0c00,
        ['/'] = 0x01010204081010,
        ['('] = 0x02040808080402,
        [')'] = 0x08040202020408,
        ['+'] = 0x0004041f040400,
        ['?'] = 0x0e110102040004,
    }.ToFrozenDictionary();

    public static bool IsDark(char letter, int x, int y)
    {
        var rows = Rows.TryGetValue(char.ToUpperInvariant(letter), out var own) ? own : Rows['?'];
        return (rows >> (Height - 1 - y) * 8 >> Width - 1 - x & 1) != 0;
    }
}
