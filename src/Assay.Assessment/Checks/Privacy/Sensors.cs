using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Sensors that another table or a component names and the sensor table does not.</summary>
public sealed class Sensors() : Check("sensors", 1, Polarity.Support, CoverageScope.Declaration,
    "cameras, microphones and other sensors that IXIT 22-ExtSens does not list", "IXIT 22-ExtSens, and pictures of the opened device", "5.8-3-1c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var listed = examined.Declaration.Table(22);
        if (listed is null) return [Open(Units[0], "IXIT 22-ExtSens was not handed over")];
        var text = string.Join('\n', listed.Rows.Select(Papers.Whole));
        var answers = new List<Answer>();
        var agree = 0;
        foreach (var sensor in Known)
        {
            var has = sensor.Words.Any(w => Wording.Names(text, w) && !Wording.Denies(text, w));
            if (has) agree++;
            if (has) continue;
            foreach (var (table, row) in examined.Rows(6, 21, 24, 27))
            {
                var says = Papers.Whole(row);
                if (sensor.Words.FirstOrDefault(w => Wording.Names(says, w) && !Wording.Denies(says, w)) is not { } word) continue;
                answers.Add(Contradicts(Units[0], new Contradiction($"whether the device has a {sensor.Name}", Papers.Says(table, row, $"names a {word}"), Papers.Says(listed, listed.Location, $"lists no {sensor.Name}"))));
                break;
            }
            if (examined.Components.FirstOrDefault(c => sensor.Drivers.Contains(c.Name, StringComparer.OrdinalIgnoreCase)) is { Evidence.Count: > 0 } driver)
            {
                answers.Add(Contradicts(Units[0], new Contradiction($"whether the device has a {sensor.Name}", new Statement($"component {driver.Name}", driver.Evidence[0].Location, IsPaper: false), Papers.Says(listed, listed.Location, $"lists no {sensor.Name}"))));
            }
        }
        if (answers.Count > 0) return answers;
        return agree > 0 ? [Supports(Units[0], "every sensor that another paper names is listed")] : [Open(Units[0], "no paper names a sensor; what the device has can only be seen on it")];
    }

    private static readonly (string Name, string[] Words, string[] Drivers)[] Known =
    [
        ("camera", ["camera", "webcam", "video sensor", "image sensor", "video doorbell"], ["uvcvideo", "v4l2", "rtsp-simple-server"]),
        ("microphone", ["microphone", "audio sensor"], ["alsa-lib", "pulseaudio"]),
        ("motion sensor", ["motion sensor", "PIR", "motion detector"], []),
        ("position receiver", ["GPS", "GNSS"], ["gpsd"]),
        ("fingerprint reader", ["fingerprint"], ["libfprint"]),
    ];
}
