using System.Globalization;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;

namespace Assay.Cli;

/// <summary><c>assay redact CAPTURE -o OUT</c>: a capture that can be shared, without payload and with other addresses; says what it kept.</summary>
public static class RedactVerb
{
    private const int LongestKey = 1 << 20;

    public static readonly Verb Verb = new()
    {
        Name = "redact",
        Summary = "write a capture that can be shared: headers, times and lengths without payload, with other addresses",
        Usage = "CAPTURE -o OUT.pcapng [--key FILE]",
        Example = "./assay redact examples/doorbell-1.0/captures/setup.pcap -o setup.redacted.pcapng --force",
        Options = [new Option("--key", "FILE", "a secret of yours, 16 bytes or more: several captures get the same addresses by it")],
        Formats = ["table", "json"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands.Count != 1) throw new UsageException($"redact expects one CAPTURE, found {arguments.Operands.Count}");
        if (arguments.Value("-o") is not { } file) throw new UsageException("redact expects -o OUT.pcapng, where the new capture goes");
        using var artefact = Artefact.Open(arguments.Operands[0]);
        var key = arguments.Value("--key") is { } secret ? KeyOf(secret) : Redaction.KeyOf(artefact);
        terminal.Allow(file);
        RedactionReport? report = null;
        try
        {
            terminal.WriteFile(file, stream => report = Redaction.Write(artefact, stream, key, terminal.Examination()));
        }
        catch (UnreadableException wrong)
        {
            terminal.Complain($"{artefact.Name}: {wrong.Message}");
            return Exit.Unreadable;
        }
        terminal.Finish();
        if (terminal.Format == "json") Show(report!, file);
        else Say(report!, file);
        foreach (var loss in report!.Losses) terminal.Complain(loss.ToString());
        return report.Losses.Count > 0 ? Exit.Unreadable : Exit.Done;
    }

    private static byte[] KeyOf(string file)
    {
        using var secret = Artefact.Open(file);
        if (secret.Size is < 16 or > LongestKey) throw new UsageException($"--key expects a file of 16 to {LongestKey} bytes, found {secret.Size} in {file}");
        return Redaction.KeyOf(secret.Bytes.Span(0, (int)secret.Size));
    }

    private static void Say(RedactionReport report, string file)
    {
        var text = Console.Out;
        text.WriteLine($"{file}: {Number(report.Written)} of {Number(report.Frames)} frames");
        foreach (var (kind, count) in report.LeftOut) text.WriteLine($"left out    {Number(count)} frames of {kind}, which is not decoded");
        text.WriteLine($"replaced    {Number(report.Addresses)} IP addresses, {Number(report.LinkAddresses)} link-layer addresses; the same one by the same one");
        text.WriteLine($"zeroed      {Number(report.ZeroedBytes)} bytes: all payload, names, options that may tell something, bodies of messages");
        text.WriteLine("kept        times, lengths, ports, sequence numbers, flags and message kinds, VLAN and network numbers, the maker's half of link-layer addresses, the kind of");
        text.WriteLine("            local networks, loopback, multicast and broadcast addresses");
        text.WriteLine("not in it   names, comments and secrets of the file, and what a radio noted of its frames");
        text.WriteLine("Who knows when somebody was where may still recognise them by times and lengths.");
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static void Show(RedactionReport report, string file)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, EvidenceJson.Document))
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/redaction/1");
            json.WriteString("written", file);
            json.WriteNumber("frames", report.Frames);
            json.WriteNumber("writtenFrames", report.Written);
            json.WriteStartObject("leftOut");
            foreach (var (kind, count) in report.LeftOut) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteNumber("replacedAddresses", report.Addresses);
            json.WriteNumber("replacedLinkAddresses", report.LinkAddresses);
            json.WriteNumber("zeroedBytes", report.ZeroedBytes);
            json.WriteStartArray("losses");
            foreach (var loss in report.Losses) EvidenceJson.Write(json, loss);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }
}
