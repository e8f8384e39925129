using System.Globalization;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Firmware;

namespace Assay.Cli;

/// <summary><c>assay tree IMAGE</c>: every file inside, by the rules of command.md.</summary>
public static class TreeVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "tree",
        Summary = "list every file inside an image, file system or archive, without unpacking it",
        Usage = "IMAGE [--parts]",
        Example = "./assay tree examples/doorbell-1.0/firmware/doorbell-1.0.bin",
        Options = [new Option("--parts", null, "also what is no root file system: kernel, boot loader, nested containers")],
        Formats = ["table", "tsv", "json", "ndjson"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands.Count != 1) throw new UsageException($"tree expects one IMAGE, found {arguments.Operands.Count}");
        using var artefact = Artefact.Open(arguments.Operands[0]);
        var options = terminal.Examination();
        using var image = Image.Open(artefact, options);
        var rows = Tree.Rows(image, arguments.Has("--parts"), options);
        switch (terminal.Format)
        {
            case "tsv":
                terminal.Write(writer => Tree.Write(rows, writer));
                break;
            case "json":
                terminal.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("schema", "assay/tree/1");
                    json.WriteString("artefact", artefact.Name);
                    json.WriteStartArray("entries");
                    foreach (var row in rows) Write(json, row);
                    json.WriteEndArray();
                    json.WriteStartArray("losses");
                    foreach (var loss in image.Losses) EvidenceJson.Write(json, loss);
                    json.WriteEndArray();
                    json.WriteEndObject();
                });
                break;
            case "ndjson":
                terminal.WriteLines(rows, Write);
                break;
            default:
                terminal.Write(writer => Show(writer, rows));
                break;
        }
        foreach (var loss in image.Losses) terminal.Complain(loss.ToString());
        if (image.FileSystems.Count == 0)
        {
            var kinds = image.AllParts.Select(p => p.Kind).Where(k => k is not ("unknown" or "padding")).Distinct().ToList();
            terminal.Complain(kinds.Count == 0
                ? $"{artefact.Name}: expected an image, file system or archive, found bytes of no kind that is known"
                : $"{artefact.Name}: expected a file system that can be read, found only {string.Join(", ", kinds)} (--parts lists them)");
            return Exit.Unreadable;
        }
        return image.Losses.Count > 0 ? Exit.Unreadable : Exit.Done;
    }

    private static void Show(TextWriter writer, IReadOnlyList<TreeRow> rows)
    {
        foreach (var (entry, path, _) in rows)
        {
            var size = entry.Type == FileType.Regular ? entry.Size.ToString("N0", CultureInfo.InvariantCulture) : entry.Type == FileType.Link ? "" : entry.TargetText ?? "";
            writer.WriteLine($"{Mode(entry)}  {entry.Owner,5} {entry.Group,5}  {size,12}  {Shortened.Visible(path)}{(entry.Type == FileType.Link ? " -> " + Shortened.Visible(entry.TargetText ?? "") : "")}");
        }
    }

    // As ls writes it, because that is how people read it.
    private static string Mode(FileEntry entry)
    {
        var letter = entry.Type switch { FileType.Regular => '-', _ => TreeTable.Letter(entry.Type) };
        if (entry.Mode < 0) return letter + "---------";
        Span<char> mode = stackalloc char[10];
        mode[0] = letter;
        for (var i = 0; i < 9; i++) mode[i + 1] = (entry.Mode & (0x100 >> i)) != 0 ? "rwx"[i % 3] : '-';
        if ((entry.Mode & 0x800) != 0) mode[3] = mode[3] == 'x' ? 's' : 'S';
        if ((entry.Mode & 0x400) != 0) mode[6] = mode[6] == 'x' ? 's' : 'S';
        if ((entry.Mode & 0x200) != 0) mode[9] = mode[9] == 'x' ? 't' : 'T';
        return new string(mode);
    }

    private static void Write(Utf8JsonWriter json, TreeRow row)
    {
        json.WriteStartObject();
        json.WriteString("path", row.Path);
        json.WriteString("type", TreeTable.Letter(row.Entry.Type).ToString());
        if (row.Entry.Mode >= 0) json.WriteString("mode", Convert.ToString(row.Entry.Mode, 8));
        json.WriteNumber("owner", row.Entry.Owner);
        json.WriteNumber("group", row.Entry.Group);
        if (row.Entry.Modified != 0) json.WriteString("modified", EvidenceJson.Time(Moment(row.Entry.Modified)));
        if (row.Entry.Type == FileType.Regular) json.WriteNumber("size", row.Entry.Size);
        if (row.Entry.TargetText is { } target) json.WriteString("target", target);
        if (row.Sha256 is { } hash) json.WriteString("sha256", hash);
        json.WriteEndObject();
    }

    private static DateTimeOffset Moment(long seconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, -62135596800, 253402300799));
}
