using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Tests;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Tests.Protocols.Industrial;

/// <summary>What tshark says of the protocols of plants and mobile networks, one call per capture, kept under the user's temporary folder by the capture's digest.</summary>
internal static class PlantTshark
{
    public static readonly Protocol[] Protocols = [.. ProtocolTable.All.Where(p => p.Group is ProtocolGroup.Industry or ProtocolGroup.Mobile)];

    /// <param name="opcUa">Ports where OPC UA was recognised: it has many, and tshark goes by the port.</param>
    /// <returns>By field of ours, <c>protocol.field</c>, the values at each frame in order.</returns>
    public static Dictionary<string, SortedDictionary<long, List<string>>> Read(string file, IEnumerable<ushort> opcUa)
    {
        Tool.Need("tshark", "tshark");
        var fields = Protocols.SelectMany(p => p.Proof.Select(f => (Ours: $"{p.Name}.{f.Name}", f.Theirs))).ToList();
        var arguments = new List<string> { "-n", "-r", file, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|", "-E", "occurrence=a", "-e", "frame.number" };
        foreach (var (_, theirs) in fields) arguments.AddRange(["-e", theirs]);
        foreach (var port in opcUa.Distinct().Order()) arguments.AddRange(["-d", $"tcp.port=={port},opcua"]);
        var key = Convert.ToHexStringLower(SHA256.HashData([.. File.ReadAllBytes(file), .. Encoding.UTF8.GetBytes(string.Join(' ', arguments.Where(a => a != file)))]));
        var folder = Path.Combine(Path.GetTempPath(), "assay-tshark-" + Environment.UserName);
        var kept = Path.Combine(folder, key);
        string text;
        if (File.Exists(kept)) text = File.ReadAllText(kept);
        else
        {
            text = Tool.Run("tshark", arguments, seconds: 300).Text;
            Directory.CreateDirectory(folder);
            var draft = $"{kept}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}";
            File.WriteAllText(draft, text);
            File.Move(draft, kept, overwrite: true);
        }
        var found = new Dictionary<string, SortedDictionary<long, List<string>>>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var columns = line.Split('\t');
            if (!long.TryParse(columns[0], CultureInfo.InvariantCulture, out var frame)) continue;
            for (var i = 0; i < fields.Count && i + 1 < columns.Length; i++)
            {
                if (columns[i + 1].Length == 0) continue;
                if (!found.TryGetValue(fields[i].Ours, out var rows)) found.Add(fields[i].Ours, rows = []);
                rows[frame] = [.. columns[i + 1].Split('|').Select(Plain)];
            }
        }
        return found;
    }

    /// <summary>Numbers in one form, whatever the base that tshark shows them in.</summary>
    private static string Plain(string value) => value.StartsWith("0x", StringComparison.Ordinal)
        && ulong.TryParse(value[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture) : value;
}
