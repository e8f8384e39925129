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

    private static Row[] Load(string file) => [.. Load(file, Fields).Select(Parse)];

    /// <summary>Other fields of every frame: each row holds the values of each field, in order; kept as well.</summary>
    public static List<string[][]> FieldsOf(string file, string[] fields, params string[] preferences) =>
        [.. Load(file, fields, preferences).Select(line => line.Split('\t').Select(c => c.Length == 0 ? Array.Empty<string>() : c.Split('|')).ToArray())];

    private static string[] Load(string file, string[] fields, params string[] preferences)
    {
        Tool.Need("tshark", "tshark");
        // Content before ports: else a client port that is registered for something else hides a TLS hello (3671, KNXnet/IP).
        var arguments = new List<string> { "-n", "-o", "tcp.try_heuristic_first:TRUE", "-r", file, "-T", "fields", "-E", "separator=/t", "-E",
            "aggregator=|", "-E", "occurrence=a" };
        foreach (var preference in preferences) arguments.AddRange(["-o", preference]);
        foreach (var field in fields) arguments.AddRange(["-e", field]);
        var key = Convert.ToHexStringLower(SHA256.HashData([.. File.ReadAllBytes(file),
            .. Encoding.UTF8.GetBytes(string.Join(' ', arguments.Where(a => a != file)))]));
        var folder = Path.Combine(Path.GetTempPath(), "assay-tshark-" + Environment.UserName);
        var kept = Path.Combine(folder, key);
        string text;
        if (File.Exists(kept)) text = File.ReadAllText(kept);
        else
        {
            text = Tool.Run("tshark", arguments).Text;
            Directory.CreateDirectory(folder);
            var draft = kept + "." + Environment.ProcessId;
            File.WriteAllText(draft, text);
            File.Move(draft, kept, overwrite: true);
        }
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static Row Parse(string line)
    {
        var columns = line.Split('\t');
        return new Row(long.Parse(columns[0], System.Globalization.CultureInfo.InvariantCulture),
            [.. columns.Select(c => c.Length == 0 ? Array.Empty<string>() : c.Split('|'))]);
    }
}
