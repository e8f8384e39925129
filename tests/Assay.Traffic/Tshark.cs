using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Assay.Tests;

namespace Assay.Traffic.Tests;

/// <summary>What tshark says of a capture, one call per capture, kept under the user's temporary folder by the capture's digest.</summary>
internal static class Tshark
{
    private static readonly string[] Fields =
    [
        "frame.number", "http.authbasic", "tls.handshake.type", "tls.handshake.version", "tls.handshake.extensions.supported_version",
        "tls.handshake.extensions_server_name", "dns.qry.name", "dns.flags.response", "http.request.method", "tcp.analysis.flags", "udp.srcport", "udp.dstport",
        "tls.handshake.ciphersuite", "frame.len", "http.request.full_uri",
    ];

    private static readonly ConcurrentDictionary<string, Lazy<Row[]>> Known = new();

    /// <summary>One frame; a field that occurs several times has its values in order.</summary>
    internal sealed record Row(long Frame, string[][] Values)
    {
        public string[] this[string field] => Values[Array.IndexOf(Fields, field)];
    }

    /// <summary>Every frame of a capture, in order; skips the test where there is no tshark.</summary>
    public static Row[] Read(string file) => Known.GetOrAdd(file, f => new Lazy<Row[]>(() => Load(f))).Value;

    private static Row[] Load(string file) =>
        [.. Kept(file, ["-n", "-o", "tcp.try_heuristic_first:TRUE", "-r", file, .. AsFields("|", Fields)]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Parse(l, '|'))];

    /// <summary>Other fields of every frame: each row holds the values of each field, in order; kept as well.</summary>
    public static List<string[][]> FieldsOf(string file, string[] fields, params string[] preferences) =>
        [.. Kept(file, ["-n", "-o", "tcp.try_heuristic_first:TRUE", "-r", file, .. preferences.SelectMany(p => new[] { "-o", p }), .. AsFields("|", fields)])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t').Select(c => c.Length == 0 ? Array.Empty<string>() : c.Split('|')).ToArray())];

    /// <summary>Arguments for one line a frame.</summary>
    private static IEnumerable<string> AsFields(string aggregator, IEnumerable<string> fields) =>
    [
        "-T", "fields", "-E", "separator=/t", "-E", "aggregator=" + aggregator, "-E", "occurrence=a", .. fields.SelectMany(f => new[] { "-e", f }),
    ];

    /// <summary>Fields of every frame, by their names; segments that came out of order are put in order.</summary>
    public static List<(long Frame, Dictionary<string, string[]> Values)> Table(string file, IReadOnlyList<string> fields)
    {
        const string Between = "\u001f";
        var text = Kept(file, ["-n", "-o", "tcp.try_heuristic_first:TRUE", "-o", "tcp.reassemble_out_of_order:TRUE", "-r", file, .. AsFields(Between, fields.Prepend("frame.number"))]);
        var rows = new List<(long, Dictionary<string, string[]>)>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var row = Parse(line, Between[0]);
            var values = new Dictionary<string, string[]>(StringComparer.Ordinal);
            for (var i = 0; i < fields.Count && i + 1 < row.Values.Length; i++)
            {
                if (row.Values[i + 1].Length > 0) values[fields[i]] = row.Values[i + 1];
            }
            rows.Add((row.Frame, values));
        }
        return rows;
    }

    private static string Kept(string file, List<string> arguments)
    {
        Tool.Need("tshark", "tshark");
        var key = Convert.ToHexStringLower(SHA256.HashData([.. File.ReadAllBytes(file),
            .. Encoding.UTF8.GetBytes(string.Join(' ', arguments.Where(a => a != file)))]));
        var folder = Path.Combine(Path.GetTempPath(), "assay-tshark-" + Environment.UserName);
        var kept = Path.Combine(folder, key);
        if (File.Exists(kept)) return File.ReadAllText(kept);
        var text = Tool.Run("tshark", arguments).Text;
        Directory.CreateDirectory(folder);
        var draft = kept + "." + Environment.ProcessId;
        File.WriteAllText(draft, text);
        File.Move(draft, kept, overwrite: true);
        return text;
    }

    private static Row Parse(string line, char aggregator)
    {
        var columns = line.Split('\t');
        return new Row(long.Parse(columns[0], System.Globalization.CultureInfo.InvariantCulture),
            [.. columns.Select(c => c.Length == 0 ? Array.Empty<string>() : c.Split(aggregator))]);
    }
}
