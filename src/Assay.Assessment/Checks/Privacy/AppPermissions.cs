using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// Permissions by which the companion app may see, hear, place or know people, against what the papers say of personal data. A permission that is also needed for
/// other things (a camera for a code, a place for finding radio networks) stays open; the others contradict papers that are silent on them.
/// </summary>
public sealed class AppPermissions() : Check("app-permissions", 1, Polarity.Support, CoverageScope.Application,
    "permissions of the companion app that no paper on personal data explains", "IXIT 21-PersData and the notice with what each permission is for", "6-1-2c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var asked = examined.Of(FindingKind.Permission).Where(f => f.Has(Traits.SensorPermission)).ToList();
        if (asked.Count == 0) return Silence(examined);
        var rows = examined.Rows(2, 21, 22, 24).ToList();
        var notices = examined.Of(FileKind.Document).Where(f => f.Lines.Any(l => Wording.Names(l, "privacy") || Wording.Names(l, "personal data"))).ToList();
        var data = rows.FirstOrDefault(r => r.Table.Number == 21).Table;
        if (data is null && notices.Count == 0) return [Open(Units[0], $"the app asks for {asked.Count} permission(s) of this kind, but neither IXIT 21-PersData nor a notice was handed over", toSettle: null, asked)];
        var said = string.Join('\n', rows.Select(r => Papers.Whole(r.Row)).Concat(notices.Select(n => string.Join('\n', n.Lines))));
        var silent = asked.Where(f => Known.FirstOrDefault(k => f.Subject.EndsWith("." + k.Permission, StringComparison.Ordinal)) is { Words: { } words } && !words.Any(w => said.Contains(w, StringComparison.OrdinalIgnoreCase))).ToList();
        if (silent.Count == 0) return [Supports(Units[0], $"the papers speak of all that the app's {asked.Count} permission(s) of this kind can tell", asked)];
        var sure = silent.Where(f => Known.First(k => f.Subject.EndsWith("." + k.Permission, StringComparison.Ordinal)).IsAlone).ToList();
        if (sure.Count == 0) return [Open(Units[0], $"no paper says what {silent.Count} permission(s) are for: {string.Join(", ", silent.Take(4).Select(f => f.Subject))}", toSettle: null, silent)];
        var paper = data is not null ? Papers.Says(data, data.Location, $"says nothing of what {sure[0].Subject} gives") : new Statement($"the notice says nothing of what {sure[0].Subject} gives", notices[0].At(1), IsPaper: true);
        return [Contradicts(Units[0], new Contradiction($"whether the app needs {sure[0].Subject}", paper, Papers.Seen(sure[0])), sure).NotIn(2, 21, 22, 24)];
    }

    private static readonly (string Permission, bool IsAlone, string[] Words)[] Known =
    [
        ("CAMERA", false, ["camera", "photo", "picture", "video", "QR", "image"]),
        ("RECORD_AUDIO", true, ["microphone", "audio", "voice", "speech", "intercom", "talk", "sound"]),
        ("ACCESS_FINE_LOCATION", false, ["location", "position", "GPS", "geofenc", "whereabouts"]),
        ("ACCESS_COARSE_LOCATION", false, ["location", "position", "GPS", "geofenc", "whereabouts"]),
        ("ACCESS_BACKGROUND_LOCATION", true, ["location", "position", "GPS", "geofenc", "whereabouts"]),
        ("BODY_SENSORS", true, ["heart", "pulse", "health", "body", "fitness", "vital"]),
        ("BODY_SENSORS_BACKGROUND", true, ["heart", "pulse", "health", "body", "fitness", "vital"]),
        ("ACTIVITY_RECOGNITION", false, ["activity", "steps", "motion", "movement", "fitness"]),
        ("READ_CONTACTS", true, ["contacts", "address book", "phone book"]),
        ("READ_CALENDAR", true, ["calendar", "appointment"]),
        ("READ_CALL_LOG", true, ["call log", "calls", "call history"]),
        ("READ_SMS", true, ["SMS", "text message", "messages"]),
        ("RECEIVE_SMS", true, ["SMS", "text message", "messages"]),
        ("READ_PHONE_STATE", false, ["phone", "device identifier", "IMEI", "call"]),
        ("READ_PHONE_NUMBERS", true, ["phone number", "telephone number", "mobile number"]),
        ("GET_ACCOUNTS", false, ["account"]),
    ];
}
