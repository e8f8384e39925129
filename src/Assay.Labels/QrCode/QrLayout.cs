namespace Assay.Labels.QrCode;

/// <summary>How many wrong bytes a code survives: about 7, 15, 25, 30 in a hundred.</summary>
public enum QrLevel { L, M, Q, H }

/// <summary>Where everything lies in a code of one version, and how its bytes are cut into blocks (ISO/IEC 18004 tables 1, 9 and E.1).</summary>
internal sealed class QrLayout
{
    public const int MaxVersion = 40;

    // Table 9: check bytes of one block, and number of blocks, by level and version.
    private static readonly byte[][] CheckBytesTable =
    [
        [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
        [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28],
        [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
        [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
    ];
    private static readonly byte[][] BlocksTable =
    [
        [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25],
        [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49],
        [1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68],
        [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81],
    ];

    private static readonly QrLayout?[] Made = new QrLayout?[MaxVersion + 1];

    private readonly bool[] reserved;
    private readonly int[] path;
    private readonly bool[]?[] planes = new bool[8][];

    private QrLayout(int version)
    {
        Version = version;
        Size = 17 + 4 * version;
        reserved = new bool[Size * Size];
        Alignment = AlignmentCentres(version);
        Reserve();
        path = [.. ZigZag()];
    }

    public int Version { get; }
    /// <summary>Modules on a side, without the quiet zone.</summary>
    public int Size { get; }
    public IReadOnlyList<int> Alignment { get; }
    /// <summary>Data modules as x + y·Size, in the order in which bits are laid.</summary>
    public IReadOnlyList<int> Path => path;
    internal ReadOnlySpan<int> PathSpan => path;

    /// <summary>The modules that a mask turns over: data alone.</summary>
    internal bool[] MaskPlane(int mask)
    {
        if (planes[mask] is { } made) return made;
        var plane = new bool[Size * Size];
        foreach (var module in path) plane[module] = Mask(mask, module % Size, module / Size);
        return planes[mask] = plane;
    }
    /// <summary>Bytes of data and checks together.</summary>
    public int Codewords => Path.Count / 8;

    public static QrLayout Of(int version) => Made[version] ??= new QrLayout(version);

    public bool IsReserved(int x, int y) => reserved[y * Size + x];
    public int CheckBytes(QrLevel level) => CheckBytesTable[(int)level][Version - 1];
    public int Blocks(QrLevel level) => BlocksTable[(int)level][Version - 1];
    public int DataBytes(QrLevel level) => Codewords - CheckBytes(level) * Blocks(level);

    /// <summary>Data bytes of a block; the last blocks are one longer where the data do not divide.</summary>
    public int DataBytes(QrLevel level, int block)
    {
        var (data, blocks) = (DataBytes(level), Blocks(level));
        return data / blocks + (block >= blocks - data % blocks ? 1 : 0);
    }

    /// <summary>For each codeword in the order in which it is laid, its block and its place there: data column by column, then checks column by column.</summary>
    public IEnumerable<(int Block, int At)> Interleaved(QrLevel level)
    {
        var blocks = Blocks(level);
        var longest = DataBytes(level, blocks - 1);
        for (var at = 0; at < longest; at++)
        {
            for (var block = 0; block < blocks; block++)
            {
                if (at < DataBytes(level, block)) yield return (block, at);
            }
        }
        for (var at = 0; at < CheckBytes(level); at++)
        {
            for (var block = 0; block < blocks; block++) yield return (block, DataBytes(level, block) + at);
        }
    }

    /// <summary>The eight patterns of table 10, true where a module is inverted.</summary>
    public static bool Mask(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => (x / 3 + y / 2) % 2 == 0,
        5 => x * y % 2 + x * y % 3 == 0,
        6 => (x * y % 2 + x * y % 3) % 2 == 0,
        _ => ((x + y) % 2 + x * y % 3) % 2 == 0,
    };

    /// <summary>The fifteen bits beside the finder patterns: level, mask, and ten check bits (BCH), inverted by a fixed pattern.</summary>
    public static int FormatBits(QrLevel level, int mask)
    {
        var data = (level switch { QrLevel.L => 1, QrLevel.M => 0, QrLevel.Q => 3, _ => 2 }) << 3 | mask;
        var rest = data;
        for (var i = 0; i < 10; i++) rest = rest << 1 ^ (rest >> 9) * 0x537;
        return (data << 10 | rest) ^ 0x5412;
    }

    /// <summary>Where bit <paramref name="bit"/> of the format stands, once beside the upper left finder and once shared between the other two.</summary>
    public ((int X, int Y) One, (int X, int Y) Other) FormatPlace(int bit) =>
    (
        bit switch
        {
            < 6 => (8, bit),
            6 => (8, 7),
            7 => (8, 8),
            8 => (7, 8),
            _ => (14 - bit, 8),
        },
        bit < 8 ? (Size - 1 - bit, 8) : (8, Size - 15 + bit)
    );

    /// <summary>From version 7 on: six bits of version and twelve check bits.</summary>
    public int VersionBits()
    {
        var rest = Version;
        for (var i = 0; i < 12; i++) rest = rest << 1 ^ (rest >> 11) * 0x1f25;
        return Version << 12 | rest;
    }

    private static int[] AlignmentCentres(int version)
    {
        if (version == 1) return [];
        var count = version / 7 + 2;
        var step = (version * 8 + count * 3 + 5) / (count * 4 - 4) * 2;
        var centres = new int[count];
        centres[0] = 6;
        for (var i = count - 1; i > 0; i--) centres[i] = 17 + 4 * version - 7 - (count - 1 - i) * step;
        return centres;
    }

    private void Reserve()
    {
        void Area(int x, int y, int width, int height)
        {
            for (var row = y; row < y + height; row++) Array.Fill(reserved, true, row * Size + x, width);
        }
        Area(0, 0, 9, 9);
        Area(Size - 8, 0, 8, 9);
        Area(0, Size - 8, 9, 8);
        Area(0, 6, Size, 1);
        Area(6, 0, 1, Size);
        foreach (var (x, y) in AlignmentPatterns()) Area(x - 2, y - 2, 5, 5);
        if (Version < 7) return;
        Area(Size - 11, 0, 3, 6);
        Area(0, Size - 11, 6, 3);
    }

    /// <summary>Centres of the alignment patterns; three would lie on a finder and are left out.</summary>
    public IEnumerable<(int X, int Y)> AlignmentPatterns() =>
        from y in Alignment
        from x in Alignment
        where !(x == 6 && y == 6 || x == 6 && y == Size - 7 || x == Size - 7 && y == 6)
        select (x, y);

    // Two columns at a time from the right, upwards and downwards in turn, around the vertical timing pattern.
    private List<int> ZigZag()
    {
        var path = new List<int>();
        var upwards = true;
        for (var right = Size - 1; right > 0; right -= 2)
        {
            if (right == 6) right--;
            for (var step = 0; step < Size; step++)
            {
                var y = upwards ? Size - 1 - step : step;
                for (var x = right; x > right - 2; x--)
                {
                    if (!IsReserved(x, y)) path.Add(y * Size + x);
                }
            }
            upwards = !upwards;
        }
        return path;
    }
}
