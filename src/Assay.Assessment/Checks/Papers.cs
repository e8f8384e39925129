using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>How checks read detail tables: fields by the beginning of their name, references by row id, raw lines with their place.</summary>
internal static class Papers
{
    /// <summary>The first field whose name begins with one of the names, whatever its case; columns carry endings such as "(Yes/No)".</summary>
    public static string? Field(IxitRow row, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            foreach (var (key, value) in row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                if (key.StartsWith(name, StringComparison.OrdinalIgnoreCase)) return value;
            }
        }
        return null;
    }

    /// <summary>How an answer points to a row.</summary>
    public static RowPlace Place((IxitTable Table, IxitRow Row) row) => new(row.Table.Number, Shortened.Visible(row.Row.Id), row.Row.Location);

    // Many checks ask the same row for every finding that they weigh.
    private static readonly ConditionalWeakTable<IxitRow, string> Wholes = new();

    /// <summary>All that a row says, id included.</summary>
    public static string Whole(IxitRow row) => Wholes.GetValue(row, static r => Joined(r));

    private static string Joined(IxitRow row) => string.Join('\n', row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}: {f.Value}").Prepend(row.Id));

    /// <summary>Ids of rows of <paramref name="target"/> that the text names, and ids with that table's prefix that no row has.</summary>
    public static (IReadOnlyList<IxitRow> Known, IReadOnlyList<string> Unknown) References(string text, IxitTable? target, params ReadOnlySpan<string> prefixes) => References(text, target is null ? [] : [target], prefixes);

    /// <summary>As above, for a table that several files hold parts of.</summary>
    public static (IReadOnlyList<IxitRow> Known, IReadOnlyList<string> Unknown) References(string text, IReadOnlyList<IxitTable> targets, params ReadOnlySpan<string> prefixes)
    {
        var known = targets.SelectMany(t => RowIds.Of(t).NamedIn(text)).ToList();
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var prefix in prefixes)
        {
            foreach (Match match in Regex.Matches(text, $@"\b{Regex.Escape(prefix)}-[A-Za-z0-9][A-Za-z0-9_.-]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant))
            {
                var id = match.Value.TrimEnd('.', '-', '_');
                if (!targets.Any(t => RowIds.Of(t).Has(id))) unknown.Add(id);
            }
        }
        return (known, [.. unknown]);
    }

    /// <summary>
    /// The lines of the file that holds the table, where the dossier has it as text; else the fields of its rows.
    /// Tables are read into rows by their layout, but a statement may stand beside the layout, and a line is the better place to point to.
    /// </summary>
    public static IEnumerable<(Location Place, string Text)> Lines(Examined examined, IxitTable table)
    {
        var file = examined.Files.FirstOrDefault(f => f.Name == table.Location.Artefact);
        // A file with several tables cannot be cut by this check: then only rows count.
        var alone = examined.Declaration.Tables.Count(t => t.Location.Artefact == table.Location.Artefact) == 1;
        if (file is { Lines.Count: > 0 } && alone)
        {
            for (var i = 0; i < file.Lines.Count; i++) yield return (file.At(i + 1), file.Lines[i]);
            yield break;
        }
        foreach (var row in table.Rows)
        {
            yield return (row.Location, row.Id);
            foreach (var (name, value) in row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal)) yield return (row.Location, $"{name}: {value}");
        }
    }

    public static Statement Says(IxitTable table, IxitRow row, string what) => new($"IXIT {table.Number}-{table.Name}, {Shortened.Visible(row.Id)}: {what}", row.Location, IsPaper: true);

    public static Statement Says(IxitTable table, Location place, string what) => new($"IXIT {table.Number}-{table.Name}: {what}", place, IsPaper: true);

    public static Statement Seen(Finding finding) => new($"{finding.Subject}: {finding.Value}", finding.Location, IsPaper: false);

    /// <summary>A row is about a service when it names one of the service's words.</summary>
    public static bool IsAbout(IxitRow row, IEnumerable<string> words)
    {
        var whole = Whole(row);
        return words.Any(w => Wording.Names(whole, w));
    }

    /// <summary>How papers may call what was found: by the traits of the finding, its subject, and its port.</summary>
    public static IReadOnlyList<string> WordsFor(Finding finding)
    {
        var words = new SortedSet<string>(StringComparer.Ordinal);
        if (finding.Has(Traits.Telnet)) words.UnionWith(["telnet", "telnetd"]);
        if (finding.Has(Traits.Ftp)) words.UnionWith(["ftp", "ftpd", "vsftpd"]);
        if (finding.Has(Traits.Ssh)) words.UnionWith(["ssh", "sshd", "dropbear"]);
        if (finding.Has(Traits.Http)) words.UnionWith(["http", "https", "httpd", "web", "webui", "web-ui"]);
        if (Regex.Match(finding.Subject, @":(\d{1,5})/(tcp|udp)$", RegexOptions.CultureInvariant) is { Success: true } port)
        {
            words.Add(port.Groups[1].Value);
            words.UnionWith(Ports.GetValueOrDefault(port.Groups[1].Value, []));
            return [.. words];
        }
        foreach (var part in finding.Subject.Split(' ', '/', ':', ',', '(', ')').Where(p => p.Length > 2 && !p.All(char.IsDigit) && p is not ("tcp" or "udp" or "port" or "service" or "init" or "etc" or "usr" or "bin" or "sbin")))
        {
            words.Add(part);
            if (part.Length > 4 && part.EndsWith('d')) words.Add(part[..^1]);
        }
        return [.. words];
    }

    /// <summary>How papers may call the service behind a port: the number, and the usual names.</summary>
    public static IReadOnlyList<string> WordsFor(ushort port)
    {
        var number = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return [number, .. Ports.GetValueOrDefault(number, [])];
    }

    // What papers call the service behind a usual port.
    private static readonly Dictionary<string, string[]> Ports = new(StringComparer.Ordinal)
    {
        ["21"] = ["ftp", "ftpd"],
        ["22"] = ["ssh", "sshd", "dropbear"],
        ["23"] = ["telnet", "telnetd"],
        ["53"] = ["dns"],
        ["67"] = ["dhcp"],
        ["68"] = ["dhcp"],
        ["69"] = ["tftp"],
        ["80"] = ["http", "web", "webui", "web-ui"],
        ["123"] = ["ntp"],
        ["161"] = ["snmp"],
        ["443"] = ["https", "web", "webui", "web-ui"],
        ["554"] = ["rtsp"],
        ["1883"] = ["mqtt"],
        ["1900"] = ["ssdp", "upnp"],
        ["5353"] = ["mdns", "bonjour"],
        ["5683"] = ["coap"],
        ["8080"] = ["http", "web", "webui", "web-ui"],
        ["8443"] = ["https", "web", "webui", "web-ui"],
        ["8883"] = ["mqtts", "mqtt"],
    };
}
