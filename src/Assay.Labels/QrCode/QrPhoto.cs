using Assay.Evidence.Reading;

namespace Assay.Labels.QrCode;

/// <summary>Finds a code in an ordinary photograph: turned, seen aslant, a little blurred, unevenly lit. A print as it left us is <see cref="QrFinder"/>'s, which is asked first.</summary>
/// <remarks>
/// Dark is what is darker than its neighbourhood. Any line through the middle of a finder pattern cuts it as 1:1:3:1:1, however it is turned, and three of them with the small
/// pattern in the fourth corner fix the plane. What was taken for a code by mistake fails its checks, so that many may be tried.
/// </remarks>
internal static class QrPhoto
{
    private const int MaxSide = 1600;
    private const int MaxFinders = 24;
    private const int MaxTriples = 60;
    private const int MaxTries = 400;

    private readonly record struct Point(double X, double Y)
    {
        public static Point operator +(Point a, Point b) => new(a.X + b.X, a.Y + b.Y);
        public static Point operator -(Point a, Point b) => new(a.X - b.X, a.Y - b.Y);
        public static Point operator *(Point a, double by) => new(a.X * by, a.Y * by);
        public double Length => Math.Sqrt(X * X + Y * Y);
    }

    private sealed class Finder(Point at, double module)
    {
        public Point At { get; private set; } = at;
        public double Module { get; private set; } = module;
        public int Seen { get; private set; } = 1;

        public bool Takes(Point point, double size)
        {
            if ((point - At).Length > 1.5 * Module + 1 || size > 2 * Module || Module > 2 * size) return false;
            (At, Module, Seen) = ((At * Seen + point) * (1.0 / (Seen + 1)), (Module * Seen + size) / (Seen + 1), Seen + 1);
            return true;
        }
    }

    /// <exception cref="UnreadableException">No code, or damaged beyond repair.</exception>
    public static QrText Read(Picture picture)
    {
        var smaller = Smaller(picture);
        try
        {
            return Read(new Plane(smaller));
        }
        catch (UnreadableException)
        {
            // Noise hides small patterns, and a little blur hides noise.
            return Read(new Plane(Blurred(smaller)));
        }
    }

    private static QrText Read(Plane plane)
    {
        var finders = Finders(plane);
        var tries = 0;
        foreach (var (corner, right, below) in Triples(finders).Take(MaxTriples))
        {
            var (across, down) = (Modules(plane, corner.At, right.At), Modules(plane, corner.At, below.At));
            if (across is null || down is null) continue;
            var rough = ((right.At - corner.At).Length / across.Value + (below.At - corner.At).Length / down.Value) / 2 + 7;
            var nearest = 17 + 4 * (int)Math.Round((rough - 17) / 4);
            foreach (var size in new[] { nearest, nearest + 4, nearest - 4, nearest + 8, nearest - 8 }.Where(s => s is >= 21 and <= 177))
            {
                foreach (var fourth in Fourths(plane, corner.At, right.At, below.At, size))
                {
                    if (++tries > MaxTries) throw new UnreadableException("one QR code", "too many shapes that look like its corners", 0);
                    try
                    {
                        return QrReader.Read(size, fourth);
                    }
                    catch (UnreadableException)
                    {
                        // Another size, another plane, another three: the checks of the code say which is right.
                    }
                }
            }
        }
        throw new UnreadableException("a QR code that can be read", finders.Count < 3 ? "none" : "shapes like its corners, and no code between them", 0);
    }

    // A photograph has more points than its code needs; fewer are quicker, and less noisy.
    private static Picture Smaller(Picture picture)
    {
        var by = (Math.Max(picture.Width, picture.Height) + MaxSide - 1) / MaxSide;
        if (by == 1) return picture;
        var (width, height) = (picture.Width / by, picture.Height / by);
        var grey = new byte[width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var sum = 0;
                for (var row = 0; row < by; row++) for (var column = 0; column < by; column++) sum += picture.Grey[(y * by + row) * picture.Width + x * by + column];
                grey[y * width + x] = (byte)(sum / (by * by));
            }
        }
        return new Picture(width, height, grey);
    }

    private static Picture Blurred(Picture picture)
    {
        var grey = new byte[picture.Grey.Length];
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var (sum, count) = (0, 0);
                for (var row = Math.Max(0, y - 1); row <= Math.Min(picture.Height - 1, y + 1); row++)
                {
                    for (var column = Math.Max(0, x - 1); column <= Math.Min(picture.Width - 1, x + 1); column++, count++) sum += picture.Grey[row * picture.Width + column];
                }
                grey[y * picture.Width + x] = (byte)(sum / count);
            }
        }
        return picture with { Grey = grey };
    }

    private sealed class Plane
    {
        private readonly bool[] dark;

        public Plane(Picture picture)
        {
            (Width, Height) = (picture.Width, picture.Height);
            dark = new bool[Width * Height];
            var sums = new long[(Width + 1) * (Height + 1)];
            for (var y = 0; y < Height; y++)
            {
                long row = 0;
                for (var x = 0; x < Width; x++)
                {
                    row += picture.Grey[y * Width + x];
                    sums[(y + 1) * (Width + 1) + x + 1] = sums[y * (Width + 1) + x + 1] + row;
                }
            }
            // Wide enough to hold light and dark of a large code, narrow enough for a shadow across the picture.
            var reach = Math.Max(8, Math.Max(Width, Height) / 16);
            for (var y = 0; y < Height; y++)
            {
                int top = Math.Max(0, y - reach), bottom = Math.Min(Height, y + reach + 1);
                for (var x = 0; x < Width; x++)
                {
                    int left = Math.Max(0, x - reach), right = Math.Min(Width, x + reach + 1);
                    var sum = sums[bottom * (Width + 1) + right] - sums[top * (Width + 1) + right] - sums[bottom * (Width + 1) + left] + sums[top * (Width + 1) + left];
                    dark[y * Width + x] = picture.Grey[y * Width + x] * (long)(bottom - top) * (right - left) * 100 < sum * 92;
                }
            }
        }

        public int Width { get; }
        public int Height { get; }

        public bool IsDark(int x, int y) => x >= 0 && y >= 0 && x < Width && y < Height && dark[y * Width + x];
        public bool IsDark(Point point) => IsDark((int)Math.Floor(point.X), (int)Math.Floor(point.Y));
        public bool Holds(Point point) => point.X >= 0 && point.Y >= 0 && point.X < Width && point.Y < Height;
    }

    private static List<Finder> Finders(Plane plane)
    {
        var found = new List<Finder>();
        Span<int> edges = stackalloc int[6];
        for (var y = 0; y < plane.Height; y++)
        {
            edges.Clear();
            var was = false;
            for (var x = 0; x <= plane.Width; x++)
            {
                var isDark = x < plane.Width && plane.IsDark(x, y);
                if (isDark == was) continue;
                was = isDark;
                edges[1..].CopyTo(edges);
                edges[5] = x;
                if (isDark || !Proportion(edges, out var module)) continue;
                // Across, down, and across again through the middle found: noise seldom holds three times.
                if (Through(plane, new((edges[2] + edges[3]) / 2.0, y + 0.5), new(0, 1), 8 * module) is not { } tall) continue;
                if (Through(plane, tall.Middle, new(1, 0), 8 * module) is not { } wide || wide.Module > 2 * tall.Module || tall.Module > 2 * wide.Module) continue;
                var (at, size) = (wide.Middle, (wide.Module + tall.Module) / 2);
                if (!found.Any(f => f.Takes(at, size)) && found.Count < 1000) found.Add(new Finder(at, size));
            }
        }
        return [.. found.OrderByDescending(f => f.Seen).Take(MaxFinders)];
    }

    private static (Point Middle, double Module)? Through(Plane plane, Point from, Point step, double most)
    {
        // From the middle outwards both ways, in half points: rest of the core, light ring, dark ring.
        if (!plane.IsDark(from)) return null;
        Span<double> edges = stackalloc double[6];
        for (var way = -1; way <= 1; way += 2)
        {
            var (at, colour) = (0.0, true);
            for (var run = 0; run < 3; run++, colour = !colour)
            {
                while (plane.IsDark(from + step * (way * at)) == colour)
                {
                    at += 0.5;
                    if (at > most || !plane.Holds(from + step * (way * at))) { if (run < 2 || at > most) return null; break; }
                }
                edges[way < 0 ? 2 - run : 3 + run] = way * at;
            }
        }
        var module = (edges[5] - edges[0]) / 7;
        if (module < 1) return null;
        for (var run = 0; run < 5; run++)
        {
            var modules = run == 2 ? 3 : 1;
            if (Math.Abs(edges[run + 1] - edges[run] - modules * module) > 0.7 * module * (run == 2 ? 1.5 : 1)) return null;
        }
        return (from + step * ((edges[2] + edges[3]) / 2), module);
    }

    private static bool Proportion(ReadOnlySpan<int> edges, out double module)
    {
        module = (edges[5] - edges[0]) / 7.0;
        if (module < 1 || edges[0] == edges[1]) return false;
        for (var run = 0; run < 5; run++)
        {
            var modules = run == 2 ? 3 : 1;
            if (Math.Abs(edges[run + 1] - edges[run] - modules * module) > 0.7 * module * (run == 2 ? 1.5 : 1)) return false;
        }
        return true;
    }

    // Three finders of like size about a right angle; the corner between, the other two so that the code is not mirrored. The likeliest first.
    private static IEnumerable<(Finder Corner, Finder Right, Finder Below)> Triples(List<Finder> finders)
    {
        var all = new List<(double Worth, Finder Corner, Finder Right, Finder Below)>();
        foreach (var corner in finders)
        {
            foreach (var right in finders)
            {
                foreach (var below in finders)
                {
                    if (corner == right || corner == below || right == below) continue;
                    Point a = right.At - corner.At, b = below.At - corner.At;
                    // With y downwards, right to below turns clockwise on the screen.
                    if (a.X * b.Y - a.Y * b.X <= 0) continue;
                    var (longer, shorter) = (Math.Max(a.Length, b.Length), Math.Min(a.Length, b.Length));
                    var angle = Math.Abs((a.X * b.X + a.Y * b.Y) / (a.Length * b.Length));
                    var sizes = new[] { corner.Module, right.Module, below.Module };
                    if (longer > 2 * shorter || angle > 0.6 || sizes.Max() > 2 * sizes.Min() || shorter < 10 * sizes.Min()) continue;
                    all.Add((angle + longer / shorter + sizes.Max() / sizes.Min() - 3.0 * Math.Min(20, Math.Min(corner.Seen, Math.Min(right.Seen, below.Seen))) / 20, corner, right, below));
                }
            }
        }
        return all.OrderBy(t => t.Worth).Select(t => (t.Corner, t.Right, t.Below));
    }

    // How long a module is on the way from one finder to another, out of both finders along that line.
    private static double? Modules(Plane plane, Point from, Point to)
    {
        var step = (to - from) * (1 / (to - from).Length);
        var (one, other) = (Through(plane, from, step, (to - from).Length), Through(plane, to, step, (to - from).Length));
        return one is null || other is null ? one?.Module ?? other?.Module : (one.Value.Module + other.Value.Module) / 2;
    }

    // Where the small pattern of the fourth corner may be, the likeliest first; without one (version 1) the plane is a parallelogram.
    private static IEnumerable<Func<int, int, bool>> Fourths(Plane plane, Point corner, Point right, Point below, int size)
    {
        Point across = (right - corner) * (1.0 / (size - 7)), down = (below - corner) * (1.0 / (size - 7));
        if (size == 21)
        {
            yield return Sampled(plane, corner, right, below, right + below - corner, size, size - 3.5);
            yield break;
        }
        var expected = corner + across * (size - 10) + down * (size - 10);
        var reach = 4 + 0.1 * size;
        var found = new List<(double Worth, Point At)>();
        for (var v = -reach; v <= reach; v += 0.34)
        {
            for (var u = -reach; u <= reach; u += 0.34)
            {
                var at = expected + across * u + down * v;
                var right25 = 0;
                for (var row = -2; row <= 2; row++)
                {
                    for (var column = -2; column <= 2; column++)
                    {
                        if (plane.IsDark(at + across * column + down * row) == (Math.Max(Math.Abs(row), Math.Abs(column)) != 1)) right25++;
                    }
                }
                if (right25 >= 22) found.Add((right25 - 0.02 * (Math.Abs(u) + Math.Abs(v)), at));
            }
        }
        // Places beside each other are one pattern: its middle is their mean.
        var tried = new List<Point>();
        foreach (var (_, at) in found.OrderByDescending(f => f.Worth))
        {
            if (tried.Any(t => (t - at).Length < 2 * across.Length)) continue;
            tried.Add(at);
            if (tried.Count > 6) break;
            var near = found.Where(f => (f.At - at).Length < 1.2 * across.Length).ToList();
            var best = near.Max(f => Math.Floor(f.Worth + 0.5));
            var middle = near.Where(f => Math.Floor(f.Worth + 0.5) >= best).Aggregate((Sum: new Point(0, 0), Count: 0), (sum, f) => (sum.Sum + f.At, sum.Count + 1));
            yield return Sampled(plane, corner, right, below, middle.Sum * (1.0 / middle.Count), size, size - 6.5);
        }
        yield return Sampled(plane, corner, right, below, expected, size, size - 6.5);
    }

    // The plane through four points, as a map from modules to the picture; each module is looked at in five places.
    private static Func<int, int, bool> Sampled(Plane plane, Point corner, Point right, Point below, Point fourth, int size, double at)
    {
        var map = Map([(3.5, 3.5, corner), (size - 3.5, 3.5, right), (3.5, size - 3.5, below), (at, at, fourth)]);
        return (x, y) =>
        {
            var votes = 0;
            foreach (var (u, v) in Places)
            {
                double column = x + 0.5 + u, row = y + 0.5 + v;
                var depth = map[6] * column + map[7] * row + 1;
                if (plane.IsDark(new((map[0] * column + map[1] * row + map[2]) / depth, (map[3] * column + map[4] * row + map[5]) / depth))) votes++;
            }
            return votes >= 3;
        };
    }

    private static readonly (double U, double V)[] Places = [(0, 0), (-0.2, -0.2), (0.2, -0.2), (-0.2, 0.2), (0.2, 0.2)];

    // Eight numbers of a projective map from four pairs, by elimination.
    private static double[] Map(ReadOnlySpan<(double X, double Y, Point To)> pairs)
    {
        var rows = new double[8][];
        for (var i = 0; i < 4; i++)
        {
            var (x, y, to) = pairs[i];
            rows[2 * i] = [x, y, 1, 0, 0, 0, -x * to.X, -y * to.X, to.X];
            rows[2 * i + 1] = [0, 0, 0, x, y, 1, -x * to.Y, -y * to.Y, to.Y];
        }
        for (var column = 0; column < 8; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < 8; row++) if (Math.Abs(rows[row][column]) > Math.Abs(rows[pivot][column])) pivot = row;
            (rows[column], rows[pivot]) = (rows[pivot], rows[column]);
            // Four points on one line are no plane; what is read then fails its checks.
            if (Math.Abs(rows[column][column]) < 1e-12) return new double[8];
            for (var row = 0; row < 8; row++)
            {
                if (row == column) continue;
                var by = rows[row][column] / rows[column][column];
                for (var i = column; i < 9; i++) rows[row][i] -= by * rows[column][i];
            }
        }
        return [.. Enumerable.Range(0, 8).Select(i => rows[i][8] / rows[i][i])];
    }
}
