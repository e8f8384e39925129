using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Sensors that another table, a component or the device tree names and the sensor table does not.</summary>
public sealed class Sensors() : Check("sensors", 4, Polarity.Support, CoverageScope.Declaration,
    "cameras, microphones and other sensors that IXIT 22-ExtSens does not list", "IXIT 22-ExtSens, and pictures of the opened device", "5.8-3-1c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var listed = examined.Declaration.Table(22);
        if (listed is null) return [Open(Units[0], "IXIT 22-ExtSens was not handed over")];
        var text = string.Join('\n', examined.Rows(22).Select(r => Papers.Whole(r.Row)));
        var answers = new List<Answer>();
        var agree = 0;
        foreach (var sensor in Known)
        {
            if (sensor.Words.Any(w => Wording.Names(text, w) && !Wording.Denies(text, w)))
            {
                if (IsNamedElsewhere(examined, sensor.Name, sensor.Stated, sensor.Drivers)) agree++;
                continue;
            }
            foreach (var (table, row) in examined.Rows(2, 6, 21, 24, 27))
            {
                // Of the record on the user's papers only what it says of sensors.
                var says = table.Number == 2 ? Papers.Field(row, "Documentation of Sensors") ?? "" : Papers.Whole(row);
                if (sensor.Stated.FirstOrDefault(w => Wording.Names(says, w) && !Wording.Denies(says, w)) is not { } word) continue;
                answers.Add(Contradicts(Units[0], new Contradiction($"whether the device has a {sensor.Name}", Papers.Says(table, row, $"names a {word}"), Papers.Says(listed, listed.Location, $"lists no {sensor.Name}"))).NotIn(22));
                break;
            }
            // The guide that the papers name for sensors, where it affirms one by a verb of having.
            if (sensor.Stated.Length > 0 && Guide(examined, sensor.Stated) is { } guide)
                answers.Add(Contradicts(Units[0], new Contradiction($"whether the device has a {sensor.Name}", guide, Papers.Says(listed, listed.Location, $"lists no {sensor.Name}"))).NotIn(22));
            if (examined.Components.FirstOrDefault(c => sensor.Drivers.Contains(c.Name, StringComparer.OrdinalIgnoreCase)) is { Evidence.Count: > 0 } driver)
            {
                answers.Add(Contradicts(Units[0], new Contradiction($"whether the device has a {sensor.Name}", new Statement($"component {driver.Name}", driver.Evidence[0].Location, IsPaper: false), Papers.Says(listed, listed.Location, $"lists no {sensor.Name}"))).NotIn(22));
            }
            if (examined.Findings.FirstOrDefault(f => f.Has(Traits.Sensor) && f.Subject == sensor.Name) is { } described)
            {
                answers.Add(Contradicts(Units[0], new Contradiction($"whether the device has a {sensor.Name}", Papers.Seen(described), Papers.Says(listed, listed.Location, $"lists no {sensor.Name}")), described).NotIn(22));
            }
        }
        if (answers.Count > 0) return answers;
        return agree > 0 ? [Supports(Units[0], $"each of {agree} kind(s) of sensor that another paper or the image names is listed")] : [Open(Units[0], "no other paper names a sensor; what the device has can only be seen on it")];
    }

    private static Statement? Guide(Examined examined, string[] stated)
    {
        foreach (var file in examined.Of(FileKind.Document))
        {
            for (var i = 0; i < file.Lines.Count; i++)
            {
                if (Has.Match(file.Lines[i]) is not { Success: true } has || Wording.Clauses(file.Lines[i]).FirstOrDefault(c => Has.IsMatch(c) && stated.Any(w => Wording.Names(c, w)) && !Wording.IsDenied(c) && !Elsewhere.IsMatch(c)) is not { } clause) continue;
                return new Statement($"{file.Name}: \"{Wording.Begin(clause)}\"", file.At(i + 1), IsPaper: true);
            }
        }
        return null;
    }

    private static Regex Has => field ??= new(@"\b(it|device|doorbell|lock|camera|gateway|hub|sensor|plug|lamp|thermostat|speaker|product|unit|dut)\b[^.;]{0,30}\b(has|have|contains?|carries|comes with|is equipped with)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Elsewhere => field ??= new(@"\b(phone|smartphone|app|tablet|if|optional\w*|accessor\w+|sold separately|other models?|variant)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // The table alone supports nothing that it says itself.
    private static bool IsNamedElsewhere(Examined examined, string name, string[] stated, string[] drivers) =>
        examined.Rows(6, 21, 24, 27).Any(r => stated.Any(w => Wording.Names(Papers.Whole(r.Row), w) && !Wording.Denies(Papers.Whole(r.Row), w)))
        || examined.Components.Any(c => drivers.Contains(c.Name, StringComparer.OrdinalIgnoreCase)) || examined.Findings.Any(f => f.Has(Traits.Sensor) && f.Subject == name);

    // Words: what a row of the sensor table may call it. Stated: what another table says when it means one in this very device.
    private static readonly (string Name, string[] Words, string[] Stated, string[] Drivers)[] Known =
    [
        ("camera", ["camera", "cameras", "webcam", "video sensor", "image sensor", "video doorbell", "optical sensor", "CMOS sensor"], ["camera", "webcam", "video sensor", "image sensor", "video doorbell"], ["uvcvideo", "v4l2", "rtsp-simple-server"]),
        ("microphone", ["microphone", "microphones", "mic", "audio sensor", "acoustic sensor", "sound sensor"], ["microphone", "audio sensor"], ["alsa-lib", "pulseaudio"]),
        ("motion sensor", ["motion sensor", "PIR", "motion detector", "accelerometer", "gyroscope", "movement sensor", "infrared sensor", "inertial", "IMU", "presence sensor", "radar"], ["motion sensor", "PIR", "motion detector", "accelerometer"], []),
        ("position receiver", ["GPS", "GNSS", "Galileo", "location sensor", "position receiver", "positioning"], ["GPS", "GNSS"], ["gpsd"]),
        ("fingerprint reader", ["fingerprint", "fingerprints", "biometric"], ["fingerprint"], ["libfprint"]),
        ("environment sensor", ["temperature", "humidity", "pressure", "air quality", "gas", "CO2", "environment", "environmental", "climate", "barometer", "thermometer"], [], []),
        ("light sensor", ["light sensor", "ambient light", "brightness", "photodiode", "lux", "proximity"], ["light sensor"], []),
    ];
}
