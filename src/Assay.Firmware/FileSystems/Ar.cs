using System.Globalization;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// ar archives (deb(5); ar(5) of BSD; GNU binutils/include/aout/ar.h): packages of Debian and opkg, and libraries. Long names as GNU keeps them, in a
/// member of their own, and as BSD does, before the data; the tables of symbols are no files.
/// </summary>
internal sealed class Ar : Archive
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "ar",
        Title = "ar archive: packages of Debian and opkg, static libraries",
        Group = FormatGroup.Archive,
        Source = "deb(5) of dpkg; binutils/include/aout/ar.h",
        Proof = "`dpkg-deb`, `ar`",
        Limits = "thin archives, whose members stand elsewhere",
        Signatures = [new("!<arch>\n"u8.ToArray())],
        Recognise = bytes => bytes.Length >= 8 + HeaderSize && bytes[66] == '`' && bytes[67] == '\n' ? new("ar", 0) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.Archive(files, files.Has(FilePath.Of("/debian-binary")) ? "package of Debian or opkg" : null);
        },
    };

    private const int HeaderSize = 60;
    private readonly ReadOnlyMemory<byte> archive;
    private readonly List<(int Start, int Size)> held = [];

    private Ar(ReadOnlyMemory<byte> archive, Place place, Budget budget) : base(place, budget) => this.archive = archive;

    public override string Format => "ar";

    internal static Ar Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var ar = new Ar(bytes, place, budget);
        var end = 8;
        try
        {
            ar.ReadMembers(ref end);
        }
        catch (UnreadableException unreadable)
        {
            ar.Lose(unreadable);
        }
        catch (BudgetException spent)
        {
            ar.Lose("entries within the budget", spent.Message, end);
        }
        ar.Seal(end);
        return ar;
    }

    private void ReadMembers(ref int end)
    {
        var bytes = archive.Span;
        ReadOnlySpan<byte> names = [];
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        // What follows without a header's mark is no part of the archive.
        while (bytes.Length - end >= HeaderSize && bytes[end + 58] == '`' && bytes[end + 59] == '\n')
        {
            var header = bytes.Slice(end, HeaderSize);
            var size = Number(header.Slice(48, 10), 10, "a size", end + 48);
            var data = end + HeaderSize;
            var whole = size <= bytes.Length - data;
            var name = header[..16].TrimEnd((byte)' ');
            var start = data;
            if (name.SequenceEqual("//"u8))
            {
                names = bytes.Slice(data, (int)Math.Min(size, bytes.Length - data));
            }
            else if (!name.SequenceEqual("/"u8) && !name.SequenceEqual("/SYM64/"u8) && !name.StartsWith("__.SYMDEF"u8))
            {
                if (name.StartsWith("#1/"u8))
                {
                    var length = Number(name[3..], 10, "the length of a name", end + 3);
                    if (length > size || length > bytes.Length - data) throw new UnreadableException($"a name of {length} bytes inside its member", $"{size}", end);
                    name = bytes.Slice(data, (int)length).TrimEnd((byte)0);
                    start += (int)length;
                    size -= length;
                }
                else if (name.Length > 1 && name[0] == '/' && char.IsAsciiDigit((char)name[1]))
                {
                    var at = Number(name[1..], 10, "the place of a name", end + 1);
                    if (at >= names.Length) throw new UnreadableException($"a name inside the {names.Length} bytes of names", $"{at}", end);
                    var rest = names[(int)at..];
                    var stop = rest.IndexOf((byte)'\n');
                    name = (stop < 0 ? rest : rest[..stop]).TrimEnd((byte)'/');
                }
                else
                {
                    name = name.TrimEnd((byte)'/');
                }
                if (!name.StartsWith("__.SYMDEF"u8) && Clean(name) is { } path)
                {
                    // Libraries may hold several objects of one name; each is shown.
                    if (Has(path))
                    {
                        var again = seen[path.Text] = seen.GetValueOrDefault(path.Text, 1) + 1;
                        path = FilePath.Of(string.Create(CultureInfo.InvariantCulture, $"{path.Text}~{again}"));
                    }
                    Add(new FileEntry
                    {
                        Path = path,
                        Type = FileType.Regular,
                        Mode = (int)(Number(header.Slice(40, 8), 8, "a mode", end + 40) & 0xfff),
                        Owner = (uint)Number(header.Slice(28, 6), 10, "an owner", end + 28),
                        Group = (uint)Number(header.Slice(34, 6), 10, "a group", end + 34),
                        Modified = Number(header.Slice(16, 12), 10, "a time", end + 16),
                        Size = size,
                    }, end);
                    held.Add((start, whole ? (int)size : -1));
                }
            }
            if (!whole)
            {
                end = bytes.Length;
                throw new UnreadableException($"{size} bytes of a member", $"{bytes.Length - data} to the end", data);
            }
            end = start + (int)size;
            if (end % 2 != 0 && end < bytes.Length) end++;
        }
    }

    private static long Number(ReadOnlySpan<byte> field, int radix, string what, long offset)
    {
        long number = 0;
        foreach (var b in field.Trim((byte)' '))
        {
            if (b < '0' || b >= '0' + radix) throw new UnreadableException($"digits of {what}", FilePath.Escape(field), offset);
            number = number * radix + b - '0';
        }
        return number;
    }

    private protected override bool IsPacked => false;

    internal override ReadOnlyMemory<byte> Read(Member member)
    {
        var (start, size) = held[member.Index];
        return size >= 0 ? archive.Slice(start, size) : throw new UnreadableException($"{member.Size} bytes of content", $"{archive.Length - start} to the end of the archive", start);
    }
}
