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

    private readonly ulong[] reserved;
    private readonly int[] path;
    private readonly int[]?[] orders = new int[4][];
    private readonly ulong[]?[] planes = new ulong[4 * 8][];

    private QrLayout(int version)
    {
        Version = version;
        Size = 17 + 4 * version;
        RowWords = (Size + 63) / 64;
        reserved = new ulong[Size * RowWords];
        Alignment = AlignmentCentres(version);
        Reserve();
        Patterns = Drawn();
        path = [.. ZigZag()];
    }

    public int Version { get; }
    /// <summary>Modules on a side, without the quiet zone.</summary>
    public int Size { get; }
    /// <summary>A row of modules is so many words, the left one in the lowest bit of the first.</summary>
    public int RowWords { get; }
    public IReadOnlyList<int> Alignment { get; }
    /// <summary>Data modules in the order in which bits are laid, as the number of their bit in all rows.</summary>
    public ReadOnlySpan<int> Path => path;
    /// <summary>The modules that are dark in every code of this version.</summary>
    public ulong[] Patterns { get; }

    /// <summary>The bits of a row's word that are modules.</summary>
    public ulong RowMask(int word) => Size - word * 64 >= 64 ? ulong.MaxValue : (1UL << Size - word * 64) - 1;

    public bool IsSet(ReadOnlySpan<ulong> rows, int x, int y) => (rows[y * RowWords + (x >> 6)] >> x & 1) != 0;
    public (int X, int Y) Place(int module) => (module % (RowWords * 64), module / (RowWords * 64));
    private int Module(int x, int y) => y * RowWords * 64 + x;

    private void Set(ulong[] rows, int x, int y, bool dark = true)
    {
        var bit = 1UL << x;
        ref var word = ref rows[y * RowWords + (x >> 6)];
        word = dark ? word | bit : word & ~bit;
    }

    /// <summary>The data modules that a mask turns over, and the format that says so.</summary>
    public ulong[] MaskPlane(QrLevel level, int mask)
    {
        if (planes[(int)level * 8 + mask] is { } made) return made;
        var plane = new ulong[Size * RowWords];
        foreach (var module in path)
        {
            var (x, y) = Place(module);
            if (Mask(mask, x, y)) Set(plane, x, y);
        }
        for (var i = 0; i < 15; i++)
        {
            if ((FormatBits(level, mask) >> i & 1) == 0) continue;
            var (one, other) = FormatPlace(i);
            Set(plane, one.X, one.Y);
            Set(plane, other.X, other.Y);
        }
        return planes[(int)level * 8 + mask] = plane;
    }

    /// <summary>Bytes of data and checks together.</summary>
    public int Codewords => path.Length / 8;

    public static QrLayout Of(int version) => Made[version] ??= new QrLayout(version);

    public bool IsReserved(int x, int y) => IsSet(reserved, x, y);
    public int CheckBytes(QrLevel level) => CheckBytesTable[(int)level][Version - 1];
    public int Blocks(QrLevel level) => BlocksTable[(int)level][Version - 1];
    public int DataBytes(QrLevel level) => Codewords - CheckBytes(level) * Blocks(level);

    /// <summary>Data bytes of a block; the last blocks are one longer where the data do not divide.</summary>
    public int DataBytes(QrLevel level, int block)
    {
        var (data, blocks) = (DataBytes(level), Blocks(level));
        return data / blocks + (block >= blocks - data % blocks ? 1 : 0);
    }

    /// <summary>For each codeword in the order in which it is laid, where it stands when blocks lie one behind the other: data column by column, then checks column by column.</summary>
    public int[] Order(QrLevel level)
    {
        if (orders[(int)level] is { } made) return made;
        var (blocks, checks) = (Blocks(level), CheckBytes(level));
        var longest = DataBytes(level, blocks - 1);
        var start = new int[blocks];
        for (var block = 1; block < blocks; block++) start[block] = start[block - 1] + DataBytes(level, block - 1) + checks;
        var order = new List<int>(Codewords);
        for (var at = 0; at < longest; at++)
        {
            for (var block = 0; block < blocks; block++)
            {
                if (at < DataBytes(level, block)) order.Add(start[block] + at);
            }
        }
        for (var at = 0; at < checks; at++)
        {
            for (var block = 0; block < blocks; block++) order.Add(start[block] + DataBytes(level, block) + at);
        }
        return orders[(int)level] = [.. order];
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
            for (var row = y; row < y + height; row++)
            {
                for (var column = x; column < x + width; column++) Set(reserved, column, row);
            }
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

    private ulong[] Drawn()
    {
        var dark = new ulong[Size * RowWords];
        void Rings(int centreX, int centreY, int radius, int light)
        {
            for (var y = -radius; y <= radius; y++)
            {
                for (var x = -radius; x <= radius; x++) Set(dark, centreX + x, centreY + y, Math.Max(Math.Abs(x), Math.Abs(y)) != light);
            }
        }
        for (var i = 8; i < Size - 8; i += 2)
        {
            Set(dark, i, 6);
            Set(dark, 6, i);
        }
        foreach (var (x, y) in new[] { (3, 3), (Size - 4, 3), (3, Size - 4) }) Rings(x, y, 3, 2);
        foreach (var (x, y) in AlignmentPatterns()) Rings(x, y, 2, 1);
        Set(dark, 8, Size - 8);
        if (Version < 7) return dark;
        var bits = VersionBits();
        for (var i = 0; i < 18; i++)
        {
            if ((bits >> i & 1) == 0) continue;
            Set(dark, Size - 11 + i % 3, i / 3);
            Set(dark, i / 3, Size - 11 + i % 3);
        }
        return dark;
    }

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
                    if (!IsReserved(x, y)) path.Add(Module(x, y));
                }
            }
            upwards = !upwards;
        }
        return path;
    }
}
