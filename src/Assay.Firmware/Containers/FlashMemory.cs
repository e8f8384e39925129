using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Containers;

/// <summary>Bytes by address, as records or blocks bring them, in runs; short gaps are filled as erased flash is.</summary>
/// <param name="widestGap">Bytes that are filled with 0xff.</param>
/// <param name="mostRuns">More is told as damage.</param>
/// <param name="room">Bytes that may be held.</param>
internal sealed class FlashMemory(int widestGap, int mostRuns, int room, Budget budget)
{
    private readonly List<(long Address, byte[] Bytes)> pieces = [];
    private long held;

    /// <exception cref="BudgetException">More than may be held.</exception>
    internal void Put(long address, ReadOnlySpan<byte> bytes, int offset)
    {
        if (bytes.Length == 0) return;
        held += bytes.Length;
        if (held > room) throw new BudgetException("file", budget.FileBytes);
        if (address < 0 || address + bytes.Length > 1L << 33) throw new UnreadableException("an address below 8 GiB", $"0x{address:x}", offset);
        pieces.Add((address, bytes.ToArray()));
    }

    /// <summary>The runs in order of their addresses, each looked into; the first in order of the text wins where two overlap, and that is told.</summary>
    internal Part Part(Opening opening, long length, List<Loss> losses, string? note)
    {
        var runs = new List<(long Address, List<(long Address, byte[] Bytes)> Pieces, long End)>();
        foreach (var piece in pieces.Select((p, i) => (p, i)).OrderBy(p => p.p.Address).ThenBy(p => p.i).Select(p => p.p))
        {
            if (runs is [.., var last] && piece.Address - last.End <= widestGap)
            {
                last.Pieces.Add(piece);
                runs[^1] = last with { End = Math.Max(last.End, piece.Address + piece.Bytes.Length) };
            }
            else
            {
                runs.Add((piece.Address, [piece], piece.Address + piece.Bytes.Length));
            }
        }
        if (runs.Count > mostRuns)
        {
            losses.Add(opening.Place.Loss(0, $"at most {mostRuns} runs of memory", $"{runs.Count}"));
            runs.RemoveRange(mostRuns, runs.Count - mostRuns);
        }
        var total = runs.Sum(r => r.End - r.Address);
        opening.Image.Hold((int)Math.Min(total, int.MaxValue));
        var overlaps = 0;
        var children = new List<Part>();
        var content = new byte[total];
        var at = 0;
        foreach (var (address, own, end) in runs)
        {
            var bytes = content.AsMemory(at, (int)(end - address));
            bytes.Span.Fill(0xff);
            var filled = address;
            foreach (var (from, data) in own)
            {
                var skip = (int)Math.Clamp(filled - from, 0, data.Length);
                if (skip > 0) overlaps++;
                data.AsSpan(skip).CopyTo(bytes.Span[(int)(from + skip - address)..]);
                filled = Math.Max(filled, from + data.Length);
            }
            var path = string.Create(CultureInfo.InvariantCulture, $"{opening.Path}/@0x{address:x}-memory");
            children.Add(new Part
            {
                Offset = at,
                Length = bytes.Length,
                Kind = "memory",
                Path = path,
                Note = $"from address 0x{address:x8}",
                Bytes = bytes,
                Children = opening.Image.Inside(bytes, path, opening.Depth + 1),
                IsRead = true,
            });
            at += bytes.Length;
        }
        if (overlaps > 0) losses.Add(opening.Place.Loss(0, "every address once", $"{overlaps} runs over others"));
        var words = $"{total} bytes in {runs.Count} runs{(note is null ? "" : ", " + note)}";
        return opening.Part(children, losses, length: length, note: words, content: content);
    }
}
