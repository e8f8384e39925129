using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic;
using Assay.Traffic.Flows;

namespace Assay.Bench;

/// <summary>All that examinations of captures tell, as text to lay beside that of another build: of one capture whole, of a folder a digest for each.</summary>
internal static class ExaminedBench
{
    public static int Run(string path)
    {
        if (File.Exists(path))
        {
            using var to = Console.OpenStandardOutput();
            to.Write(Text(path) ?? throw new InvalidDataException($"expected a capture, found {path}"));
            return 0;
        }
        foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (Text(file) is { } text) Console.WriteLine($"{Convert.ToHexStringLower(SHA256.HashData(text).AsSpan(0, 12))} {text.Length} {Path.GetRelativePath(path, file)}");
        }
        return 0;
    }

    private static byte[]? Text(string file)
    {
        using var artefact = Artefact.Open(file, "capture");
        if (artefact.Size == 0 || !CaptureExamination.Recognises(artefact)) return null;
        CaptureExamination examination;
        try
        {
            examination = CaptureExamination.Of(artefact, new ExaminationOptions { AsOf = DateTimeOffset.UnixEpoch, Workers = 1 });
        }
        catch (UnreadableException wrong)
        {
            return Encoding.UTF8.GetBytes(wrong.Message);
        }
        var text = new ArrayBufferWriter<byte>();
        foreach (var finding in examination.Findings) Write(json => EvidenceJson.Write(json, finding));
        foreach (var observation in examination.Observations) Line(observation.ToString());
        foreach (var flow in examination.Flows) Write(json => FlowJson.Write(json, flow));
        foreach (var s in examination.Stations) Line($"{s.Mac} {string.Join(' ', s.Addresses)} | {string.Join(' ', s.GlobalAddresses)} | {string.Join(' ', s.Names)} | {string.Join(' ', s.Roles)} {s.First:O} {s.Last:O} {s.Frames}");
        Write(json => EvidenceJson.Write(json, examination.Coverage));
        return text.WrittenSpan.ToArray();

        void Write(Action<Utf8JsonWriter> write)
        {
            using (var json = new Utf8JsonWriter(text, EvidenceJson.Line)) write(json);
            Line("");
        }

        void Line(string line) => Encoding.UTF8.GetBytes(line + "\n", text);
    }
}
