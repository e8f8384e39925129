using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Assay.Evidence.Reading;

/// <summary>The bytes of a file, mapped and not copied. Any length; every view is checked against it.</summary>
/// <remarks>If another program cuts the file while it is mapped, the operating system ends the process: files are read as they were handed over.</remarks>
public sealed unsafe class MappedBytes : IDisposable
{
    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;
    private readonly byte[]? array;
    private readonly byte* start;
    private bool disposed;

    private MappedBytes(byte[] array) { this.array = array; Length = array.Length; }

    private MappedBytes(MemoryMappedFile file, MemoryMappedViewAccessor view, long length)
    {
        this.file = file;
        this.view = view;
        Length = length;
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        start = pointer + view.PointerOffset;
    }

    public long Length { get; }

    public static MappedBytes Of(byte[] content) => new(content);

    /// <exception cref="IOException"/>
    public static MappedBytes Open(string path)
    {
        // A pipe or device says that it is empty, and would block or never end when opened: what is empty is not opened.
        var length = new FileInfo(path).Length;
        if (length == 0) return new MappedBytes([]);
        var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        try
        {
            return new MappedBytes(file, file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The view would leave the file.</exception>
    public ReadOnlySpan<byte> Span(long offset, int count)
    {
        Check(offset, count);
        return array is not null ? array.AsSpan((int)offset, count) : new ReadOnlySpan<byte>(start + offset, count);
    }

    /// <summary>As <see cref="Span"/>, for readers that keep the view while this object lives.</summary>
    public ReadOnlyMemory<byte> Memory(long offset, int count)
    {
        Check(offset, count);
        return array is not null ? array.AsMemory((int)offset, count) : new View(this, offset, count).Memory;
    }

    /// <summary>The whole file, or its first 2 GiB less one byte.</summary>
    public ReadOnlyMemory<byte> Whole => Memory(0, (int)Math.Min(Length, int.MaxValue));

    private void Check(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (offset < 0 || offset > Length - count) throw new ArgumentOutOfRangeException(nameof(offset), $"{count} bytes at 0x{offset:x} of {Length}");
    }

    public void Dispose()
    {
        if (view is null || disposed) return;
        disposed = true;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file!.Dispose();
    }

    private sealed class View(MappedBytes owner, long offset, int count) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(owner.start + offset, count);
        public override MemoryHandle Pin(int elementIndex = 0) => new(owner.start + offset + elementIndex);
        public override void Unpin() { }
        protected override void Dispose(bool disposing) { }
    }
}
