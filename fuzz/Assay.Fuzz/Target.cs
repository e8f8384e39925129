using Assay.Assessment.Examining;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Firmware;
using Assay.Labels.Log;
using Assay.Labels.QrCode;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Software.Sbom;
using Assay.Traffic;
using Assay.Traffic.Devices;
using Assay.Traffic.Mud;

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
        new("speech", ["Assay.Evidence", "Assay.Traffic"], bytes => Capture(Speech.Capture(bytes))),
        new("profiles", ["Assay.Evidence", "Assay.Traffic"], Profiles),
        new("tokens", ["Assay.Labels"], Token),
        new("lists", ["Assay.Labels"], List),
        new("logs", ["Assay.Labels"], Logged),
        new("codes", ["Assay.Evidence", "Assay.Labels"], Code),
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

    // Damage that is told is an answer.
    private static void Told(Action read)
    {
        try
        {
            read();
        }
        catch (Exception told) when (told is UnreadableException or BudgetException)
        {
        }
    }

    private static void Bill(byte[] bytes) => Told(() => BillOfMaterials.Read("input", bytes));

    private static void Profiles(byte[] bytes)
    {
        Told(() =>
        {
            var file = MudFile.Read(bytes);
            var again = MudFile.Read(bytes);
            if (file.Permissions.Count != again.Permissions.Count) throw new InvalidOperationException("read twice, understood twice differently");
        });
        Told(() => KindProfilesJson.Read(bytes));
        Told(() => DeviceJson.Read(bytes));
        Told(() => MudSignature.Verify(bytes, bytes, [], Options.AsOf));
    }

    private static void Token(byte[] bytes)
    {
        Told(() => Certificate.Read(bytes));
        Told(() => Hallmark.Read(bytes));
        Told(() => Decision.Read(bytes));
        Told(() => Statement.Read(bytes));
        Told(() => SignedFile.Read(bytes));
        Told(() => Challenge.Read(bytes));
        Told(() => DeviceProof.Read(System.Text.Encoding.Latin1.GetString(bytes)));
    }

    private static void List(byte[] bytes)
    {
        Told(() => StatusListToken.Read(bytes));
        Told(() => StatusDelta.Read(bytes));
        Told(() => StatusList.Read(2, bytes, 1 << 20));
        Told(() => NoticeList.Read(bytes));
        Told(() => SignedTrustList.Read(bytes));
        Told(() => TrustList.Read(bytes, "input"));
    }

    private static void Logged(byte[] bytes)
    {
        Told(() => Checkpoint.Read(bytes));
        Told(() => TlogProof.Read(bytes));
        Told(() => Receipt.Read(bytes));
        Told(() => LogEntry.Read(bytes));
        Told(() => SignedStatement.Read(bytes));
        Told(() => WitnessPolicy.Read(bytes));
        Told(() => LogVerifier.Read(System.Text.Encoding.Latin1.GetString(bytes)));
        _ = Tiles.Parse(System.Text.Encoding.Latin1.GetString(bytes));
    }

    private static void Code(byte[] bytes)
    {
        Told(() => LabelPicture.ReadPoints(Sums.RepairPng(bytes)));
        Told(() => LabelPicture.ReadSvg(bytes));
    }
}
