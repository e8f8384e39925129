using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>What a device calls out to its whole network by mDNS, SSDP, DHCP or SNMP, against rows that say that it discloses nothing.</summary>
public sealed class BroadcastDisclosure() : Check("broadcast-disclosure", 1, Polarity.Refute, CoverageScope.Capture,
    "announcements by mDNS, SSDP, DHCP or SNMP against \"Disclosed Information: none\"", "a capture of the device's announcements from its start on, and the field Disclosed Information of every interface", "5.6-2-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var told = examined.Of(FindingKind.Disclosure).Where(f => f.Location.Frame is not null && Channel(f) is not null).ToList();
        if (told.Count == 0) return Silence(examined);
        var rows = examined.Rows(15, 28).Where(r => Papers.Field(r.Row, "Disclosed") is not null).ToList();
        if (rows.Count == 0) return [Open(Units[0], "the device announces itself, but no table of disclosed information was handed over", "IXIT 15-Intf with its field Disclosed Information", told)];
        var answers = new List<Answer>();
        var listed = new List<Finding>();
        foreach (var group in told.GroupBy(f => Channel(f)!.Value.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var channel = Channel(group.First())!.Value;
            var about = rows.Where(r => channel.Words.Any(w => Wording.Names(Papers.Whole(r.Row), w))).ToList();
            var silent = about.Where(r => Fields.Of(r.Row, "Disclosed") is Filled.Denied or Filled.Empty).ToList();
            if (about.Any(r => Fields.Of(r.Row, "Disclosed") == Filled.Words)) listed.AddRange(group);
            else if (silent.Count > 0) answers.AddRange(Refutes($"{group.Count()} announcement(s) by {channel.Name}, though {Shortened.Visible(silent[0].Row.Id)} lists nothing that it discloses", [.. group]).Select(a => a.For(silent[0])));
            else if (rows.All(r => Fields.Of(r.Row, "Disclosed") is Filled.Denied or Filled.NotApplicable or Filled.Empty)) answers.AddRange(Refutes($"{group.Count()} announcement(s) by {channel.Name}, though no row of the tables lists anything that is disclosed", [.. group]).NotIn(15, 28));
        }
        if (answers.Count > 0) return answers;
        return listed.Count == told.Count
            ? [Supports(Units[0], "the rows of what announces itself say what they disclose", listed)]
            : [Open(Units[0], $"{told.Count - listed.Count} announcement(s) by a channel that no row names; whether they tell what is sensitive is for a person", "a row for every channel of announcements, with its field Disclosed Information", [.. told.Except(listed)])];
    }

    private static (string Name, string[] Words)? Channel(Finding finding)
    {
        foreach (var channel in Channels)
        {
            if (Wording.Names(finding.Subject, channel.Name) || Wording.Names(finding.Value, channel.Name)) return channel;
        }
        return null;
    }

    private static readonly (string Name, string[] Words)[] Channels =
    [
        ("mdns", ["mdns", "bonjour", "dns-sd", "zeroconf", "multicast dns", "5353"]),
        ("ssdp", ["ssdp", "upnp", "1900"]),
        ("dhcp", ["dhcp"]),
        ("snmp", ["snmp", "161"]),
    ];
}
