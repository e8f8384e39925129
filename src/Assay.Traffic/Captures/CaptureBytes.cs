using System.Runtime.CompilerServices;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Traffic.Captures;

/// <summary>The bytes of a capture from front to back: mapped, or, where the file is compressed, a window that moves over its content.</summary>
/// <remarks>A view is valid until the next call of <see cref="Has"/>. The content of a compressed capture is never whole in memory and never on disk.</remarks>
internal sealed class CaptureBytes : IDisposable
{
    private const int FirstWindow = 1 << 20;

    private readonly MappedBytes? mapped;
    private readonly Stream? content;
    private readonly Artefact artefact;
    private readonly Budget budget;
    private byte[] window = [];
    /// <summary>Bytes of the content before the window, in the window, and all that are known to be there.</summary>
    private long start, end;
    private bool ended;

    private CaptureBytes(Artefact artefact, Stream? content, Budget budget)
    {
        this.artefact = artefact;
        this.content = content;
        this.budget = budget;
        mapped = content is null ? artefact.Bytes : null;
        end = content is null ? artefact.Size : 0;
        if (content is not null) window = new byte[FirstWindow];
    }

    /// <summary>As compressed: <c>gzip</c>, <c>zstd</c> …; null where the file is the capture itself.</summary>
    public string? Compression { get; private init; }

    /// <summary>Why the content of a compressed capture ends early; null where it does not, or not yet.</summary>
    public Loss? Failure { get; private set; }

    public static bool IsPacked(Artefact artefact) => PackedContent.KindOf(artefact.Bytes) is not null;

    public static CaptureBytes Of(Artefact artefact, Budget budget)
    {
        if (PackedContent.KindOf(artefact.Bytes) is not { } kind) return new CaptureBytes(artefact, null, budget);
        return new CaptureBytes(artefact, PackedContent.Open(kind, artefact.Bytes, budget), budget) { Compression = Decompression.Name(kind) };
    }

    /// <summary>True where so many bytes follow; of a compressed capture they are then in the window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(long at, long count) => at + count <= end ? mapped is not null || at >= start : Fill(at, count);

    /// <summary>Bytes from <paramref name="at"/> to the end, as far as they are known: for messages, after <see cref="Has"/> said no.</summary>
    public long Left(long at) => Math.Max(0, end - at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Span(long at, int count) => mapped is not null ? mapped.Span(at, count) : window.AsSpan(checked((int)(at - start)), count);

    private bool Fill(long at, long count)
    {
        if (content is null || ended || at < start) return false;
        // What lies before the place that is asked for is not asked for again. Room grows with what came, not with what is claimed.
        var keep = (int)Math.Max(0, end - at);
        if (at > end && !Pass(at)) return false;
        window.AsSpan((int)(end - keep - start), keep).CopyTo(window);
        start = at;
        while (end - start < count)
        {
            var held = (int)(end - start);
            if (held == window.Length) Array.Resize(ref window, (int)Math.Min(2L * window.Length, Array.MaxLength));
            if (!Read(window.AsSpan(held), out var got)) return false;
            end += got;
        }
        return true;
    }

    private bool Pass(long at)
    {
        while (end < at)
        {
            if (!Read(window.AsSpan(0, (int)Math.Min(window.Length, at - end)), out var got)) return false;
            end += got;
            start = end;
        }
        return true;
    }

    private bool Read(Span<byte> into, out int got)
    {
        got = 0;
        try
        {
            got = content!.Read(into);
            budget.SpendBytes(got);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or UnreadableException or IOException or BudgetException)
        {
            Failure = new Loss
            {
                Location = new Location { Artefact = artefact.Name },
                Expected = wrong is BudgetException ? "content within the budget" : $"whole {Compression} content",
                Found = wrong is BudgetException ? wrong.Message : $"damage behind {end} bytes of content ({wrong.Message})",
            };
        }
        ended = got == 0 || Failure is not null;
        return !ended;
    }

    /// <summary>Nothing more is read; answers where the bytes end that are known.</summary>
    public long Stop()
    {
        ended = true;
        return end;
    }

    public void Dispose() => content?.Dispose();
}
