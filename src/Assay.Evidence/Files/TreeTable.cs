using System.Globalization;
using System.Text;

namespace Assay.Evidence.Files;

/// <summary>The table of <c>assay tree --format tsv</c> (command.md, "Tree"): path, type, mode, size, target, sha256.</summary>
public static class TreeTable
{
    public const string Header = "path\ttype\tmode\tsize\ttarget\tsha256";

    /// <param name="sha256">Of a regular file's content, or null where it could not be read.</param>
    public static string Row(FileEntry entry, string path, string? sha256)
    {
        var row = new StringBuilder(path);
        row.Append('\t').Append(Letter(entry.Type));
        row.Append('\t').Append(entry.Mode < 0 ? "-" : Convert.ToString(entry.Mode, 8));
        row.Append('\t').Append(entry.Type == FileType.Regular ? entry.Size.ToString(CultureInfo.InvariantCulture) : "-");
        row.Append('\t').Append(entry.TargetText ?? "-");
        row.Append('\t').Append(entry.Type == FileType.Regular ? sha256 ?? "-" : "-");
        return row.ToString();
    }

    public static char Letter(FileType type) => type switch
    {
        FileType.Regular => 'f',
        FileType.Directory => 'd',
        FileType.Link => 'l',
        FileType.CharacterDevice => 'c',
        FileType.BlockDevice => 'b',
        FileType.Pipe => 'p',
        _ => 's',
    };
}
