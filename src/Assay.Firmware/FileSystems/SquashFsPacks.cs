using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// What contents follow from, by digest, before anything is decoded. A large file's blocks lie one behind the other, so that it is one run of bytes and the
/// list of their sizes; small files follow from the fragment block that holds them and their place in it. What packs its fragments anew when one small file
/// changes changes the digest of all that share the block.
/// </summary>
internal sealed partial class SquashFs
{
    public void ReadContents(FileVisitor visit, IPackReader reader, int workers, CancellationToken cancel)
    {
        var readable = contents.Where(c => c.Size > 0 && c.Size <= Budget.FileBytes).ToList();
        // Near the end of a budget the order counts in which it is spent.
        if (readable.Sum(c => (decimal)c.Size) > Budget.BytesLeft / 2)
        {
            ReadContents(visit, workers, cancel);
            return;
        }
        var known = new ConcurrentDictionary<Content, bool>();
        var groups = readable.Where(c => c.Blocks > 0).Select(c => new[] { c }).Concat(readable.Where(c => c.Blocks == 0).GroupBy(c => c.Fragment).Select(g => g.ToArray()));
        Parallel.ForEach(groups, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, workers), CancellationToken = cancel }, group =>
        {
            if (Digest(group[0]) is not { } digest) return;
            var isLarge = group[0].Blocks > 0;
            var needed = reader.Needed(new Pack(digest, [.. group.Select(c => new PackedContent(c.Entries, isLarge ? 0 : c.FragmentOffset, c.Size))])).Select(c => c.Entries).ToHashSet();
            foreach (var content in group)
            {
                if (!needed.Contains(content.Entries) && TrySpend(content)) known[content] = true;
            }
        });
        ReadContents(visit, known.Keys.ToHashSet(), workers, cancel);
    }

    /// <returns>Null where something that it follows from cannot be read, which reading the content will tell.</returns>
    private byte[]? Digest(Content content)
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Span<byte> number = stackalloc byte[8];
            Number(hash, number, codec.Kind is { } kind ? (int)kind : -1);
            Number(hash, number, codec.Skip);
            Number(hash, number, codec.Properties);
            Number(hash, number, header.BlockSize);
            Number(hash, number, content.Blocks);
            if (content.Blocks > 0)
            {
                Number(hash, number, content.Size);
                long length = 0;
                foreach (var size in BlockList(content))
                {
                    Number(hash, number, size);
                    length += size & (CompressedBit - 1);
                }
                if (!TryAppend(hash, content.DataStart, length)) return null;
            }
            if (content.Fragment != NoFragment && (content.Blocks == 0 || content.Size % header.BlockSize != 0))
            {
                var (start, size) = FragmentEntry(content.Fragment);
                Number(hash, number, size);
                if (content.Blocks > 0) Number(hash, number, content.FragmentOffset);
                if (!TryAppend(hash, start, size & (CompressedBit - 1))) return null;
            }
            return hash.GetHashAndReset();
        }
        catch (Exception failure) when (failure is UnreadableException or BudgetException)
        {
            return null;
        }
    }

    private bool TryAppend(IncrementalHash hash, long start, long length)
    {
        if (start < 0 || length < 0 || start > image.Length - length) return false;
        hash.AppendData(image.Span.Slice((int)start, (int)length));
        return true;
    }

    private static void Number(IncrementalHash hash, Span<byte> number, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        hash.AppendData(number);
    }
}
