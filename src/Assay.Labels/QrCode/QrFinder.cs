using Assay.Evidence.Reading;

namespace Assay.Labels.QrCode;

/// <summary>A picture in shades of grey, 0 black to 255 white.</summary>
public sealed record Picture(int Width, int Height, byte[] Grey);

/// <summary>Finds one upright code in a clean picture: our own print, a screenshot, a scan laid straight. <see cref="QrPhoto"/> reads photographs.</summary>
public static class QrFinder
{
    // A picture can be made that is all finder patterns; what a person prints has three, and words beside them few more.
    private const int MaxCandidates = 64;
    private const int MaxTries = 100;

    private readonly record struct Finder(double X, double Y, double Module);

    /// <exception cref="UnreadableException">No code, or damaged beyond repair.</exception>
    public static QrText Read(Picture picture)
    {
        byte low = 255, high = 0;
        foreach (var grey in picture.Grey) (low, high) = (Math.Min(low, grey), Math.Max(high, grey));
        var threshold = (low + high) / 2;
        bool Dark(int x, int y) => picture.Grey[y * picture.Width + x] <= threshold && low != high;

        var finders = Finders(picture, Dark);
        UnreadableException? last = null;
        var tries = 0;
        foreach (var corner in finders)
        {
            foreach (var right in finders.Where(f => f.X > corner.X && Level(f.Y, corner.Y, corner) && Alike(f, corner)))
            {
                foreach (var below in finders.Where(f => f.Y > corner.Y && Level(f.X, corner.X, corner) && Alike(f, corner) && Math.Abs(f.Y - corner.Y - (right.X - corner.X)) < 3 * corner.Module))
                {
                    if (++tries > MaxTries) throw new UnreadableException("one QR code", "too many shapes that look like its corners", 0);
                    try
                    {
                        return Sampled(picture, Dark, corner, right, below);
                    }
                    catch (UnreadableException wrong)
                    {
                        last = wrong;
                    }
                }
            }
        }
        throw last ?? new UnreadableException("a QR code, upright and clean", "none", 0);
    }

    private static bool Level(double one, double other, Finder of) => Math.Abs(one - other) < 2 * of.Module;
    private static bool Alike(Finder one, Finder other) => Math.Abs(one.Module - other.Module) < 0.25 * other.Module + 0.5;

    private static QrText Sampled(Picture picture, Func<int, int, bool> dark, Finder corner, Finder right, Finder below)
    {
        // The centres of the finders lie 7 modules less than the side apart; the side is 17 + 4·version.
        var rough = (right.X - corner.X) / corner.Module + 7;
        var size = 17 + 4 * (int)Math.Round((rough - 17) / 4);
        if (size is < 21 or > 177 || Math.Abs(rough - size) > 0.05 * size + 1) throw new UnreadableException("a code of 21, 25 … 177 modules", $"{rough:0.0}", 0);
        double acrossX = (right.X - corner.X) / (size - 7), acrossY = (below.Y - corner.Y) / (size - 7);
        return QrReader.Read(size, (x, y) =>
        {
            int at = (int)(corner.X + (x - 3) * acrossX), row = (int)(corner.Y + (y - 3) * acrossY);
            return at >= 0 && row >= 0 && at < picture.Width && row < picture.Height && dark(at, row);
        });
    }

    // Runs dark, light, dark, light, dark as 1:1:3:1:1 along a row, and the same down the column through its middle.
    private static List<Finder> Finders(Picture picture, Func<int, int, bool> dark)
    {
        var found = new List<Finder>();
        Span<int> edges = stackalloc int[6];
        for (var y = 0; y < picture.Height && found.Count < MaxCandidates; y++)
        {
            edges.Clear();
            var was = false;
            for (var x = 0; x <= picture.Width; x++)
            {
                var isDark = x < picture.Width && dark(x, y);
                if (isDark == was) continue;
                was = isDark;
                edges[1..].CopyTo(edges);
                edges[5] = x;
                // At a change to light the last five runs are dark, light, dark, light, dark.
                if (isDark || !Proportion(edges, out var module)) continue;
                var centre = (edges[2] + edges[3]) / 2.0;
                if (found.Any(f => Math.Abs(f.X - centre) < 2 * module && Math.Abs(f.Y - y) < 3 * module)) continue;
                if (Column((int)centre, y, (int)(4 * module) + 2, picture.Height, dark, out var middle, out var tall) && Math.Abs(tall - module) < 0.4 * module + 0.5)
                    found.Add(new Finder(centre, middle, (module + tall) / 2));
            }
        }
        return found;
    }

    private static bool Proportion(ReadOnlySpan<int> edges, out double module)
    {
        module = (edges[5] - edges[0]) / 7.0;
        if (module < 1 || edges[0] == edges[1]) return false;
        for (var run = 0; run < 5; run++)
        {
            var modules = run == 2 ? 3 : 1;
            if (Math.Abs(edges[run + 1] - edges[run] - modules * module) > 0.5 * module * (run == 2 ? 1.5 : 1)) return false;
        }
        return true;
    }

    private static bool Column(int x, int y, int longest, int height, Func<int, int, bool> dark, out double middle, out double module)
    {
        // From the middle outwards both ways: rest of the dark core, a light ring, a dark ring.
        int Edge(int from, int step, bool colour)
        {
            for (var left = longest; left > 0 && from >= 0 && from < height && dark(x, from) == colour; left--) from += step;
            return from;
        }
        Span<int> edges = stackalloc int[6];
        var up = Edge(y, -1, true);
        edges[2] = up + 1;
        up = Edge(up, -1, false);
        edges[1] = up + 1;
        edges[0] = Edge(up, -1, true) + 1;
        edges[3] = Edge(y, 1, true);
        edges[4] = Edge(edges[3], 1, false);
        edges[5] = Edge(edges[4], 1, true);
        middle = (edges[2] + edges[3]) / 2.0;
        return Proportion(edges, out module);
    }
}
