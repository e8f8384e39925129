using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Examining;

internal enum DeviceGuess { Maker, Model, Version, Category, Mac }

/// <summary>What a device says of itself on the network, as a proposal for <c>device.yaml</c>: never taken over by a program.</summary>
internal static class DeviceGuesses
{
    /// <returns>The value that most findings agree on, with the first place; null where nothing says it.</returns>
    public static (string Value, Location Place)? Of(Examined examined, DeviceGuess what)
    {
        var said = new List<(string Value, Location Place, int Weight)>();
        foreach (var finding in examined.Findings.OrderBy(f => f, Comparer<Finding>.Create(Finding.Compare)))
        {
            foreach (var (value, weight) in what switch
            {
                DeviceGuess.Mac => Macs(finding),
                DeviceGuess.Category => Categories(finding),
                _ => Words(finding, what),
            })
            {
                said.Add((Shortened.Visible(value), finding.Location, weight));
            }
        }
        return said.GroupBy(s => s.Value, StringComparer.Ordinal).Select(g => (g.Key, g.First().Place, Weight: g.Sum(s => s.Weight))).Where(g => g.Weight > 0)
            .OrderByDescending(g => g.Weight).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => ((string, Location)?)(g.Key, g.Place)).FirstOrDefault();
    }

    // "model=EDB-100", "fw=1.0", "vendor class EDB-100 1.0".
    private static IEnumerable<(string, int)> Words(Finding finding, DeviceGuess what)
    {
        if (finding.Kind != FindingKind.Disclosure) yield break;
        if (Pair.Match(finding.Value) is { Success: true } pair)
        {
            var key = pair.Groups["key"].Value.ToLowerInvariant();
            var of = key switch
            {
                "model" or "md" or "ty" or "product" or "modelname" or "am" => DeviceGuess.Model,
                "fw" or "ver" or "version" or "firmware" or "sw" or "swversion" or "fv" or "srcvers" => DeviceGuess.Version,
                "manufacturer" or "vendor" or "mfg" or "mf" or "maker" or "usb_mfg" => DeviceGuess.Maker,
                _ => (DeviceGuess?)null,
            };
            if (of == what && pair.Groups["value"].Value.Trim() is { Length: > 0 and < 80 } value) yield return (value, 2);
        }
        else if (VendorClass.Match(finding.Value) is { Success: true } vendor)
        {
            if (what == DeviceGuess.Model) yield return (vendor.Groups["model"].Value, 1);
            if (what == DeviceGuess.Version && vendor.Groups["version"].Success) yield return (vendor.Groups["version"].Value, 1);
        }
    }

    // Who discloses and listens is the device; who answers names and addresses is the router.
    private static IEnumerable<(string, int)> Macs(Finding finding)
    {
        if (finding.Location.Frame is null) yield break;
        if (Mac.Match(finding.Subject) is { Success: true } subject) yield return (subject.Value.ToLowerInvariant(), 2);
        if (finding.Note is { } note && note.StartsWith("station ", StringComparison.Ordinal) && Mac.Match(note) is { Success: true } station)
        {
            yield return (station.Value.ToLowerInvariant(), finding.Subject.EndsWith(":53/udp", StringComparison.Ordinal) || finding.Subject.EndsWith(":67/udp", StringComparison.Ordinal) ? -4 : 1);
        }
    }

    private static IEnumerable<(string, int)> Categories(Finding finding)
    {
        var text = finding.Subject;
        if (text.EndsWith(":554/tcp", StringComparison.Ordinal) || text.Contains("_rtsp.", StringComparison.Ordinal)) yield return ("camera", 1);
        if (text.Contains("_ipp.", StringComparison.Ordinal) || text.Contains("_printer.", StringComparison.Ordinal) || text.EndsWith(":9100/tcp", StringComparison.Ordinal)) yield return ("printer", 1);
        if (text.Contains("_googlecast.", StringComparison.Ordinal) || text.Contains("_airplay.", StringComparison.Ordinal) || text.Contains("_raop.", StringComparison.Ordinal)) yield return ("media player", 1);
        if (text.Contains("_hue.", StringComparison.Ordinal)) yield return ("lighting bridge", 1);
    }

    private static Regex Pair => field ??= new(@"^(?<key>[A-Za-z_]{2,16})=(?<value>.+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex VendorClass => field ??= new(@"^vendor class (?<model>[^\s]{2,60})(\s+v?(?<version>\d[\w.-]{0,30}))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex Mac => field ??= new(@"\b[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}\b", RegexOptions.CultureInvariant);
}
