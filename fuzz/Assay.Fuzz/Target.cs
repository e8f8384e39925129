using Assay.Assessment.Examining;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Firmware;
using Assay.Labels.Token;
using Assay.Software.Sbom;
using Assay.Traffic;

namespace Assay.Fuzz;

/// <summary>A family of formats and how its bytes are read. What a reader may throw for damaged input is caught here; anything else is a crash.</summary>
/// <param name="Rooms">Assemblies whose branches guide the fuzzer.</param>
internal sealed record Target(string Name, string[] Rooms, Action<byte[]> Read)
{
    private static readonly string[] Images = ["Assay.Evidence", "Assay.Firmware"];

    internal static readonly Target[] All =
    [
        new("squashfs", Images, Image),
        new("flash", Images, bytes => Image(Sums.Repair(bytes))),
        new("block", Images, Image),
        new("archives", Images, Image),
        new("containers", Images, bytes => Image(Sums.Repair(bytes))),
        new("streams", Images, Image),
        new("programs", ["Assay.Evidence", "Assay.Firmware", "Assay.Software"], bytes => Seen(bytes)),
        new("captures", ["Assay.Evidence", "Assay.Traffic"], Capture),
        new("bills", ["Assay.Evidence", "Assay.Software"], Bill),
        new("tokens", ["Assay.Labels"], Token),
        new("papers", ["Assay.Evidence", "Assay.Assessment"], bytes => Seen(bytes)),
    ];

    // Small budgets: a fuzzer wants many inputs a second, and a budget that ends is an answer.
    private static ExaminationOptions Options => new()
    {
        AsOf = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Budget = new Budget { Bytes = 64 << 20, FileBytes = 16 << 20, Files = 20_000, Depth = 16 },
        Workers = 1,
    };

    private static void Image(byte[] bytes)
    {
        using var image = Firmware.Image.Open(Artefact.Of("input", bytes), Options);
        _ = Tree.Rows(image, parts: true, Options);
        var map = image.Map();
        _ = map.ToText();
        _ = map.ToSvg();
        if (image.Coverage.Examined > image.Coverage.Total) throw new InvalidOperationException($"looked at {image.Coverage.Examined} of {image.Coverage.Total} bytes");
        long at = 0;
        foreach (var part in image.Parts)
        {
            if (part.Offset != at || part.Length < 1) throw new InvalidOperationException($"a part at {part.Offset} of {part.Length} bytes follows one that ends at {at}");
            at += part.Length;
        }
        if (at != bytes.Length) throw new InvalidOperationException($"the parts cover {at} of {bytes.Length} bytes");
    }

    private static void Seen(byte[] bytes)
    {
        using var artefact = Artefact.Of("input", bytes);
        _ = Assessment.Examining.Seen.Of(artefact, Options);
    }

    private static void Capture(byte[] bytes)
    {
        using var artefact = Artefact.Of("input", bytes);
        if (!CaptureExamination.Recognises(artefact)) return;
        try
        {
            _ = CaptureExamination.Of(artefact, Options);
        }
        catch (Exception told) when (told is UnreadableException or BudgetException)
        {
            // Damage that is told.
        }
    }

    private static void Bill(byte[] bytes)
    {
        try
        {
            _ = BillOfMaterials.Read("input", bytes);
        }
        catch (Exception told) when (told is UnreadableException or BudgetException)
        {
            // Damage that is told.
        }
    }

    private static void Token(byte[] bytes)
    {
        try
        {
            _ = Certificate.Read(bytes);
        }
        catch (UnreadableException)
        {
            // Damage that is told.
        }
    }
}
