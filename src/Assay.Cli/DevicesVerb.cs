using System.Globalization;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic;
using Assay.Traffic.Devices;

namespace Assay.Cli;

/// <summary><c>assay devices CAPTURE…</c>: which devices are on a network, and of what kind; <c>devices learn</c> makes profiles of labelled captures (docs/devices.md).</summary>
public static class DevicesVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "devices",
        Summary = "list the devices of captures: addresses, names, maker, services, and their kind with reasons; learn kinds from labelled captures",
        Usage = "CAPTURE… | learn FOLDER -o PROFILES",
        Example = "./assay devices examples/doorbell-1.0/captures/setup.pcap",
        Formats = ["table", "json", "ndjson"],
        Options =
        [
            new("--profiles", "FILE", "name kinds by these profiles, as devices learn wrote them"),
            new("--known", "FILE", "begin with this inventory, as --format json wrote it"),
            new("--same", "KIND=FOLDER,…", "learn: these folders hold units of one kind", Repeats: true),
            new("--without-names", null, "learn: leave out names that devices tell or ask for"),
        ],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal) => arguments.Operands switch
    {
        [] => throw new UsageException("devices expects at least one CAPTURE, or learn FOLDER, found none"),
        ["learn", var folder] => Learn(arguments, terminal, folder),
        ["learn", ..] => throw new UsageException("expected learn with one FOLDER"),
        _ => List(arguments, terminal),
    };

    // ---- list

    private static int List(Arguments arguments, Terminal terminal)
    {
        if (arguments.Has("--same") || arguments.Has("--without-names")) throw new UsageException("--same and --without-names belong to devices learn");
        var options = terminal.Examination();
        var profiles = arguments.Value("--profiles") is { } file ? KindProfilesJson.Read(Whole(file, KindProfiles.LongestFile, "profiles")) : null;
        var inventory = new DeviceInventory(profiles);
        if (arguments.Value("--known") is { } known) inventory.Add(DeviceJson.Read(Whole(known, DeviceJson.LongestFile, "an inventory")));
        var coverage = new List<Coverage>();
        var unreadable = false;
        foreach (var capture in arguments.Operands.SelectMany(Files))
        {
            using var artefact = Artefact.Open(capture);
            try
            {
                coverage.Add(inventory.Add(artefact, options));
            }
            catch (UnreadableException wrong)
            {
                terminal.Complain($"{capture}: {wrong.Message}");
                unreadable = true;
            }
        }
        var devices = inventory.All();
        if (terminal.Format == "ndjson") terminal.WriteLines(devices, DeviceJson.Write);
        else if (terminal.Format == "json") terminal.WriteJson(json => Document(json, devices, coverage));
        else terminal.Write(writer => Show(writer, devices, terminal.Width));
        foreach (var loss in coverage.SelectMany(c => c.Losses)) terminal.Complain(loss.ToString());
        return unreadable || coverage.Any(c => c.Losses.Count > 0) ? Exit.Unreadable : Exit.Done;
    }

    private static void Document(Utf8JsonWriter json, IReadOnlyList<Device> devices, IReadOnlyList<Coverage> coverage)
    {
        json.WriteStartObject();
        json.WriteString("schema", DeviceJson.Schema);
        json.WriteStartArray("devices");
        foreach (var device in devices) DeviceJson.Write(json, device);
        json.WriteEndArray();
        json.WriteStartArray("coverage");
        foreach (var one in coverage) EvidenceJson.Write(json, one);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Show(TextWriter writer, IReadOnlyList<Device> devices, int width)
    {
        TextTable.Write(writer, ["device", "maker of its card", "addresses", "names", "kind"],
        [
            .. devices.Select(d => new[]
            {
                d.Mac.ToString(),
                d.Maker ?? (d.IsRandomised ? "(made up)" : "-"),
                string.Join(" ", d.Addresses.Where(a => a.IsV4).DefaultIfEmpty(d.Addresses.FirstOrDefault()).Where(a => a != default).Take(3)),
                string.Join(", ", d.Names.Take(3)),
                Kind(d),
            }),
        ], width);
        writer.WriteLine();
        foreach (var device in devices)
        {
            if (device.Kinds.Count == 0 && device.Unknown is null && device.Services.Count == 0) continue;
            writer.WriteLine(device.Mac.ToString());
            if (device.Unknown is not null) writer.WriteLine($"  unknown: {device.Unknown}");
            foreach (var kind in device.Kinds.Take(3)) writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Shortened.Visible(kind.Name)} {kind.Confidence:0.00}: {Shortened.Visible(string.Join("; ", kind.Reasons))}"));
            if (device.Services.Count > 0) writer.WriteLine($"  services: {Shortened.Visible(string.Join(", ", device.Services.Take(16).Select(Name)))}");
        }
        writer.WriteLine(FormattableString.Invariant($"{devices.Count} {(devices.Count == 1 ? "device" : "devices")}; names and models are what devices say of themselves, and anyone on the link can claim any address."));
    }

    private static string Kind(Device device)
    {
        if (device.Kinds.Count == 0) return device.Unknown is null ? "-" : "unknown";
        // Where two are about as likely, to name one would be a guess.
        var close = device.Kinds.Where(k => k.Confidence * 2 >= device.Kinds[0].Confidence).Take(4).ToList();
        return close.Count == 1 ? string.Create(CultureInfo.InvariantCulture, $"{close[0].Name} {close[0].Confidence:0.00}")
            : "one of " + string.Join(", ", close.Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Name} {k.Confidence:0.00}")));
    }

    private static string Name(DeviceService service) => service.Answered
        ? string.Create(CultureInfo.InvariantCulture, $"{service.Port}/{service.Protocol}{(service.Name is null ? "" : $" {service.Name}")}")
        : $"{service.Name} (announced)";

    // ---- learn

    private static int Learn(Arguments arguments, Terminal terminal, string folder)
    {
        if (arguments.Has("--profiles") || arguments.Has("--known")) throw new UsageException("--profiles and --known belong to devices CAPTURE");
        if (!Directory.Exists(folder)) throw new UsageException($"learn expects a FOLDER with one folder for each kind, found {folder}");
        if (terminal.Format == "ndjson") throw new UsageException("learn writes one document of JSON, found --format ndjson");
        var same = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in arguments.Values("--same"))
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == text.Length - 1) throw new UsageException($"--same expects KIND=FOLDER,FOLDER, found {text}");
            foreach (var one in text[(equals + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries)) same[one] = text[..equals];
        }
        var losses = new List<Loss>();
        var setups = LabelledCaptures.Read(folder, same, terminal.Examination(), losses.Add);
        KindProfiles profiles;
        try
        {
            profiles = KindProfiles.Learn([.. setups.Select(s => (s.Kind, s.Fingerprint))], names: !arguments.Has("--without-names"));
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException($"{folder}: {wrong.Message}");
        }
        terminal.WriteJson(json => KindProfilesJson.Write(json, profiles));
        terminal.Hint(FormattableString.Invariant($"{profiles.Kinds.Count} kinds, {setups.Count} set-ups, {profiles.TraitCount} traits; each set-up left out in turn: {profiles.Trial.Right} of {profiles.Trial.Tried} named right"));
        foreach (var kind in profiles.Kinds.Where(k => k.Alike.Count > 0)) terminal.Hint($"  {Shortened.Visible(kind.Name)} is hard to tell from {Shortened.Visible(string.Join(", ", kind.Alike))}");
        foreach (var loss in losses) terminal.Complain(loss.ToString());
        return losses.Count > 0 ? Exit.Unreadable : Exit.Done;
    }

    // ---- files

    private static byte[] Whole(string file, int most, string what)
    {
        if (new FileInfo(file) is { Exists: true } found && found.Length > most) throw new UnreadableException(FormattableString.Invariant($"{what} of at most {most} bytes"), FormattableString.Invariant($"{found.Length} bytes"), 0);
        return File.ReadAllBytes(file);
    }

    // In a folder, what is recognised as a capture counts; a file that is named must be one.
    private static IEnumerable<string> Files(string operand)
    {
        if (!Directory.Exists(operand)) return [operand];
        return Directory.EnumerateFiles(operand, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Order(StringComparer.Ordinal).Where(file =>
            {
                using var artefact = Artefact.Open(file);
                return CaptureExamination.Recognises(artefact);
            });
    }
}
