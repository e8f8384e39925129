namespace Assay.Evidence.Reading;

/// <summary>How much one examination may cost. Hostile input meets a budget, not the machine's end (law 3).</summary>
/// <remarks>Safe for use by several threads.</remarks>
public sealed class Budget
{
    private long bytesLeft;
    private long filesLeft;

    public Budget() { bytesLeft = Bytes; filesLeft = Files; }

    /// <summary>Bytes that decompression and file systems may yield in all. <c>--budget bytes=N</c></summary>
    public long Bytes { get; init { field = value; bytesLeft = value; } } = 16L << 30;
    /// <summary>Bytes of <see cref="Bytes"/> that are not spent; below 0 where more was asked for.</summary>
    public long BytesLeft => Interlocked.Read(ref bytesLeft);
    /// <summary>Bytes of one file, one block or one compressed stream that are held in memory at once. <c>--budget file=N</c></summary>
    public int FileBytes { get; init; } = 256 << 20;
    /// <summary>Entries of all file systems and archives together. <c>--budget files=N</c></summary>
    public long Files { get; init { field = value; filesLeft = value; } } = 2_000_000;
    /// <summary>How deep containers may nest, and folders inside file systems. <c>--budget depth=N</c></summary>
    public int Depth { get; init; } = 64;

    /// <summary>The same limits with nothing spent: what one file tells must not depend on which files were read before it.</summary>
    public Budget Whole() => new() { Bytes = Bytes, FileBytes = FileBytes, Files = Files, Depth = Depth };

    /// <summary>The limits, for a key.</summary>
    public override string ToString() => System.FormattableString.Invariant($"bytes={Bytes} file={FileBytes} files={Files} depth={Depth}");

    /// <exception cref="BudgetException"/>
    public void SpendBytes(long count)
    {
        if (Interlocked.Add(ref bytesLeft, -count) < 0) throw new BudgetException("bytes", Bytes);
    }

    /// <exception cref="BudgetException"/>
    public void SpendFiles(long count = 1)
    {
        if (Interlocked.Add(ref filesLeft, -count) < 0) throw new BudgetException("files", Files);
    }
}
