using System.Text;
using Assay.Evidence;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware.Identification;

/// <summary>The table of applets inside of a BusyBox program: names one after the other, each ended by a zero byte, in rising order, since the program searches it by halves.</summary>
/// <remarks>Source: BusyBox libbb/appletlib.c and applets/applet_tables.c (<c>applet_names</c>). A build with a single applet has no table. A table names all that is built in, links or none.</remarks>
internal static class BusyBoxApplets
{
    private const int FewestNames = 5, MostNames = 1000, LongestName = 20;
    private static readonly HashSet<string> Known = [.. AppletTable.KnownNames];

    // Names that nearly every build has: where one of them stands between two zero bytes, the table may lie around it.
    private static readonly byte[][] Anchors = [.. new[] { "cat", "ls", "sh", "ash", "mount", "echo", "cp", "init", "ps", "rm", "test", "udhcpc", "vi", "wget", "tar", "grep", "sed", "kill", "id", "ifconfig" }.Select(n => Encoding.ASCII.GetBytes($"\0{n}\0"))];

    /// <summary>The table, or null where none is there that can be told from other texts: at least five rising names, four fifths of them known as applets.</summary>
    public static AppletTable? Read(ReadOnlySpan<byte> program, Location at)
    {
        List<string>? best = null;
        var bestAt = 0;
        foreach (var anchor in Anchors)
        {
            for (var from = 0; from < program.Length && program[from..].IndexOf(anchor) is >= 0 and var found; from += found + anchor.Length - 1)
            {
                var (names, start) = Around(program, from + found + 1);
                if (names.Count > (best?.Count ?? FewestNames - 1) && names.Count(Known.Contains) * 5 >= names.Count * 4) (best, bestAt) = (names, start);
            }
            // The table holds every anchor that is built in: a long one that was found needs no other.
            if (best is { Count: > 40 }) break;
        }
        return best is null ? null : new AppletTable(best, at with { Offset = bestAt });
    }

    private static (List<string> Names, int Start) Around(ReadOnlySpan<byte> program, int at)
    {
        var (names, start) = (new List<string>(), at);
        var name = NameAt(program, at, out var end);
        if (name is null) return (names, at);
        names.Add(name);
        for (var (next, last) = (end, name); names.Count < MostNames && NameAt(program, next, out var after) is { } following && string.CompareOrdinal(following, last) > 0; (next, last) = (after, following)) names.Add(following);
        // Backwards: the byte before a name is the zero that ends the one before.
        for (var first = name; start >= 2 && names.Count < MostNames;)
        {
            var back = start - 2;
            while (back >= 0 && start - back <= LongestName + 1 && program[back] != 0) back--;
            if (back < 0 && start > LongestName || NameAt(program, back + 1, out _) is not { } before || string.CompareOrdinal(before, first) >= 0) break;
            names.Insert(0, before);
            (start, first) = (back + 1, before);
        }
        return (names, start);
    }

    private static string? NameAt(ReadOnlySpan<byte> program, int at, out int end)
    {
        end = at;
        if (at >= program.Length) return null;
        var length = program[at..Math.Min(program.Length, at + LongestName + 1)].IndexOf((byte)0);
        if (length is <= 0) return null;
        foreach (var b in program.Slice(at, length))
        {
            if (b is not (>= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9' or (byte)'_' or (byte)'-' or (byte)'.' or (byte)'[')) return null;
        }
        end = at + length + 1;
        return Encoding.ASCII.GetString(program.Slice(at, length));
    }
}
