using System.Buffers.Binary;
using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>NPK, the packages of MikroTik: numbered parts one behind another; one may be a SquashFS, another a list of files packed with zlib.</summary>
internal static class MikroTik
{
    internal static readonly Format Format = new()
    {
        Kind = "npk",
        Title = "NPK of MikroTik",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/npk_pack_kernel.c",
        Proof = "`npk_pack_kernel`",
        Limits = "signatures; parts other than file systems and packed files are named by their number",
        Signatures = [new([0x1e, 0xf1, 0xd0, 0xba])],
        Recognise = bytes => Parts(bytes) is { Count: > 0 } parts ? new("npk", HeaderSize + (long)U(bytes, 4), $"{parts.Count} parts") : null,
        Open = Open,
    };

    private const int HeaderSize = 8, PartHeader = 6, Packed = 4, SquashFs = 21, Filler = 22, HighestKind = 255, MostParts = 4096;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    // As many as are there; null where the first is none.
    private static List<(int Kind, int Start, long Length)>? Parts(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + PartHeader) return null;
        var end = HeaderSize + (long)U(bytes, 4);
        var parts = new List<(int, int, long)>();
        for (long at = HeaderSize; at + PartHeader <= Math.Min(end, bytes.Length) && parts.Count < MostParts;)
        {
            int kind = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(int)at..]);
            long length = U(bytes, (int)at + 2);
            if (kind > HighestKind || at + PartHeader + length > end) return parts.Count == 0 ? null : parts;
            parts.Add((kind, (int)at + PartHeader, length));
            at += PartHeader + length;
        }
        return parts;
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes;
        var parts = Parts(bytes.Span)!;
        var losses = new List<Loss>();
        var pieces = new List<Part>();
        var end = (long)HeaderSize;
        foreach (var (kind, start, length) in parts)
        {
            end = start + length;
            var held = (int)Math.Min(length, bytes.Length - start);
            if (held <= 0) continue;
            if (kind == Packed) pieces.Add(Files(opening, start, held, losses));
            else if (kind == SquashFs) pieces.AddRange(opening.Piece(start, held, "squashfs"));
            else pieces.Add(new Part { Offset = start, Length = held, Kind = kind == Filler ? "padding" : "npk-part", Path = $"{opening.Path}/@0x{start:x}-npk-part", Note = string.Create(CultureInfo.InvariantCulture, $"number {kind}"), Bytes = bytes.Slice(start, held), IsRead = true });
        }
        if (end < Math.Min(opening.Found.Length, bytes.Length)) losses.Add(opening.Place.Loss(end, "another part or the end", "other bytes"));
        // The headers of parts are what lies between them.
        return opening.Part(pieces, losses);
    }

    private static Part Files(Opening opening, int start, int length, List<Loss> losses)
    {
        var path = $"{opening.Path}/@0x{start:x}-npk-files";
        var packed = opening.Bytes.Slice(start, length);
        var decoded = Decompression.Decode(CompressionKind.Zlib, packed.Span, opening.Budget, opening.Image.RoomLeft);
        opening.Image.Hold(decoded);
        if (decoded.Loss(opening.Place.Artefact, opening.Place.Start + start) is { } loss) losses.Add(loss);
        var files = NpkFiles.Open(decoded.Content, new Place(opening.Place.Artefact, path, 0), opening.Budget);
        return new Part { Offset = start, Length = length, Kind = "npk-files", Path = path, Note = $"{decoded.Content.Length} bytes unpacked, {files.Entries.Count} entries", Bytes = packed, Content = decoded.Content, FileSystem = files, IsRead = decoded.Failure is null };
    }

    /// <summary>The files of a packed part: a header of 30 bytes each with mode, times and lengths, then name and content.</summary>
    private sealed class NpkFiles : Archive
    {
        private readonly ReadOnlyMemory<byte> content;
        private readonly List<(int Start, int Size)> held = [];

        private NpkFiles(ReadOnlyMemory<byte> content, Place place, Budget budget) : base(place, budget) => this.content = content;

        public override string Format => "npk-files";

        internal static NpkFiles Open(ReadOnlyMemory<byte> content, Place place, Budget budget)
        {
            var files = new NpkFiles(content, place, budget);
            try
            {
                files.ReadObjects();
            }
            catch (UnreadableException unreadable)
            {
                files.Lose(unreadable);
            }
            catch (BudgetException spent)
            {
                files.Lose("entries within the budget", spent.Message, 0);
            }
            files.Seal(content.Length);
            return files;
        }

        private void ReadObjects()
        {
            var reader = new SpanReader(content.Span);
            while (reader.Left > 0)
            {
                var at = reader.Position;
                uint mode = reader.U16("mode of a file");
                reader.Skip(6 + 8, "fields of a file");
                var modified = reader.U32("time of a file");
                reader.Skip(4, "fields of a file");
                var size = reader.U32("length of a file");
                var name = reader.Take(reader.U16("length of a name"), "a name");
                var start = reader.Position;
                var path = Clean(name);
                reader.Skip(size, "content of a file");
                if (path is not { } known) continue;
                var entry = UnixEntry(known, mode, 0, 0, modified, at);
                switch (entry.Type)
                {
                    case FileType.Regular:
                        Add(entry with { Size = size }, start);
                        held.Add((start, (int)size));
                        break;
                    case FileType.Link:
                        Add(entry with { Target = content.Slice(start, (int)Math.Min(size, 65536)).ToArray() });
                        break;
                    default:
                        Add(entry);
                        break;
                }
            }
        }

        private protected override bool IsPacked => false;

        internal override ReadOnlyMemory<byte> Read(Member member) => content.Slice(held[member.Index].Start, held[member.Index].Size);
    }
}
