using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Examining;

/// <summary>What <c>device.yaml</c> says: who made it, what it is called, and what a file is where its content does not tell.</summary>
internal sealed record DeviceSheet
{
    public const string Name = "device.yaml";

    public required Device Device { get; init; }
    public required bool Exists { get; init; }
    public IReadOnlyDictionary<string, FileSaid> Files { get; init; } = new Dictionary<string, FileSaid>();

    internal sealed record FileSaid(FileKind? Kind, string? State, Location Location, string? Interface = null);

    public static readonly DeviceSheet Missing = new() { Device = new Device { Maker = Device.Unknown, Model = Device.Unknown }, Exists = false };

    /// <summary>Unknown keys and values are losses with their line; nothing here ends an assessment.</summary>
    public static DeviceSheet Read(Artefact? artefact, List<Loss> losses)
    {
        if (artefact is null) return Missing;
        YamlNode? root;
        try
        {
            if (artefact.Size > Dossier.TextBytes) throw new UnreadableException($"at most {Dossier.TextBytes} bytes", $"{artefact.Size} bytes", Dossier.TextBytes);
            root = YamlReader.Read(artefact.Bytes.Span(0, (int)artefact.Size));
        }
        catch (UnreadableException e)
        {
            losses.Add(e.AsLoss(artefact.Name));
            return Missing with { Exists = true };
        }
        if (root is not YamlMap map)
        {
            losses.Add(new Loss { Location = new Location { Artefact = artefact.Name, Line = root?.Line ?? 1 }, Expected = "a map with maker and model", Found = root?.Kind ?? "nothing" });
            return Missing with { Exists = true };
        }
        var device = Missing.Device;
        var files = new Dictionary<string, FileSaid>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            var text = entry.Value.Text?.Trim();
            switch (entry.Key)
            {
                case "maker" when text is { Length: > 0 }: device = device with { Maker = Shortened.Visible(text) }; break;
                case "model" when text is { Length: > 0 }: device = device with { Model = Shortened.Visible(text) }; break;
                case "category" when text is { Length: > 0 }: device = device with { Category = Shortened.Visible(text) }; break;
                case "profile" when text is { Length: > 0 }: break;
                case "mac" when text is { Length: > 0 }: device = device with { Mac = text.Replace('-', ':').ToLowerInvariant() }; break;
                case "address" or "addresses" when Texts(entry.Value) is { Count: > 0 } addresses: device = device with { Addresses = addresses }; break;
                case "version" or "versions" when Texts(entry.Value) is { Count: > 0 } versions: device = device with { Versions = versions }; break;
                case "supportEnd" when text is not null && Declarations.TimeWords.Dates(text) is [{ IsAmbiguous: false } end]:
                    device = device with { SupportEnd = end.Date };
                    break;
                case "supportEnd" when text is not null && Declarations.TimeWords.Dates(text) is [{ IsAmbiguous: true } either]:
                    losses.Add(Odd(artefact.Name, entry.Line, Expected(entry.Key), $"supportEnd: {Shortened.Visible(text)}, which may be two days: {Other(either.Date):yyyy-MM-dd} or {either.Date:yyyy-MM-dd}"));
                    break;
                case "supportEnd" when text is not null && Declarations.TimeWords.Spans(text).Count > 0:
                    losses.Add(Odd(artefact.Name, entry.Line, Expected(entry.Key), $"supportEnd: {Shortened.Visible(text)}, a span whose beginning only the maker knows"));
                    break;
                case "files" when entry.Value is YamlMap said:
                    foreach (var file in said.Entries) files[file.Key] = Said(file, artefact.Name, losses);
                    break;
                default:
                    losses.Add(Odd(artefact.Name, entry.Line, Expected(entry.Key), entry.Key is "maker" or "model" or "category" or "profile" or "mac" or "address" or "addresses" or "version" or "versions" or "supportEnd" or "files"
                        ? $"{entry.Key}: {entry.Value.Kind}" : $"the key {Shortened.Visible(entry.Key)}"));
                    break;
            }
        }
        return new DeviceSheet { Device = device, Exists = true, Files = files };
    }

    /// <summary>Sentences that say what to write.</summary>
    public static IReadOnlyList<string> Advice(DeviceSheet sheet, Device device)
    {
        var advice = new List<string>();
        if (!sheet.Exists) advice.Add($"The dossier has no {Name}. Write one beside its folders, with two lines at least: \"maker: NAME\" and \"model: NAME\" (assay assess --init FOLDER writes a draft).");
        if (device.Maker == Device.Unknown) advice.Add($"Who made the device is not said: write \"maker: NAME\" into {Name}, or give --maker.");
        if (device.Model == Device.Unknown) advice.Add($"What the device is called is not said: write \"model: NAME\" into {Name}, or give --model.");
        if (device.Versions.Count == 0) advice.Add($"Which software version the evidence is for is not said: write \"versions: [1.0]\" into {Name}.");
        return advice;
    }

    private static FileSaid Said(YamlEntry file, string artefact, List<Loss> losses)
    {
        FileKind? kind = null;
        string? state = null, at = null;
        // "firmware/a.bin: image" or "captures/x.pcap: { kind: capture, state: initialised }".
        var parts = file.Value is YamlMap map ? map.Entries : [new YamlEntry("kind", file.Value, file.Line)];
        foreach (var part in parts)
        {
            var text = part.Value.Text?.Trim();
            if (part.Key is "kind" or "is" && text is not null && KindOf(text) is { } named) kind = named;
            else if (part.Key == "version" && text is not null) { } // Which of the versions this file is of: kept in the sheet, which is evidence itself.
            else if (part.Key == "state" && text is "factoryDefault" or "initialised") state = text;
            else if (part.Key == "interface" && text is { Length: > 0 }) at = Shortened.Visible(text);
            else losses.Add(Odd(artefact, part.Line, "is: firmware image, capture, declaration, scan, document …, state: factoryDefault or initialised, interface, or version", $"{Shortened.Visible(part.Key)}: {part.Value.Kind}"));
        }
        return new FileSaid(kind, state, new Location { Artefact = artefact, Line = file.Line }, at);
    }

    private static List<string>? Texts(YamlNode node) => node switch
    {
        // "from: 1.0, to: 1.2": the two ends of the range that the evidence is for.
        YamlMap range when range["from"]?.Text is { } from && range.Entries.All(e => e.Key is "from" or "to") =>
            [.. new[] { from, range["to"]?.Text ?? from }.Select(v => Shortened.Visible(v.Trim())).Distinct(StringComparer.Ordinal)],
        YamlScalar { IsNull: false } one => [Shortened.Visible(one.Value.Trim())],
        YamlList many when many.Items.All(i => i.Text is not null) => [.. many.Items.Select(i => Shortened.Visible(i.Text!.Trim()))],
        _ => null,
    };

    private static FileKind? KindOf(string words) => words.ToLowerInvariant() switch
    {
        "image" or "firmware" or "firmware image" => FileKind.Image,
        "capture" or "traffic capture" => FileKind.Capture,
        "bill of materials" or "billofmaterials" or "sbom" => FileKind.BillOfMaterials,
        "mud" or "mud file" => FileKind.Mud,
        "declaration" or "ics" or "ixit" => FileKind.Declaration,
        "build configuration" or "buildconfiguration" => FileKind.BuildConfiguration,
        "partition table" or "partitiontable" => FileKind.PartitionTable,
        "document" => FileKind.Document,
        "lab record" or "labrecord" => FileKind.LabRecord,
        "signature" => FileKind.Signature,
        "scan" or "tool results" or "toolresults" => FileKind.ToolResults,
        "application" or "app" or "companion app" => FileKind.Application,
        _ => null,
    };

    private static string Expected(string key) => key switch
    {
        "supportEnd" => "a date as 2031-12-31",
        "version" or "versions" => "a version or a list of versions",
        "files" => "a map from file name to what it is",
        "maker" or "model" or "category" or "profile" or "mac" => "a text",
        "address" or "addresses" => "an address or a list of addresses",
        _ => "maker, model, versions, category, profile, mac, addresses, supportEnd or files",
    };

    // Day and month exchanged.
    private static DateOnly Other(DateOnly date) => new(date.Year, date.Day, date.Month);

    private static Loss Odd(string artefact, int line, string expected, string found) =>
        new() { Location = new Location { Artefact = artefact, Line = line }, Expected = expected, Found = found };
}
