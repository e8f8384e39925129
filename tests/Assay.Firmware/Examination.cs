using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Tests;

/// <summary>How tests open images: a fixed date, two workers, and budgets that keep a bad file small.</summary>
internal static class Examination
{
    internal static ExaminationOptions Options(Budget? budget = null) => new()
    {
        AsOf = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Budget = budget ?? new Budget(),
        Workers = 2,
    };

    internal static string Tree(Image image, bool parts = false)
    {
        using var writer = new StringWriter();
        Assay.Firmware.Tree.Write(Assay.Firmware.Tree.Rows(image, parts, Options()), writer);
        return writer.ToString();
    }

    internal static string TreeOf(string file)
    {
        using var artefact = Artefact.Open(file, Path.GetFileName(file));
        using var image = Image.Open(artefact, Options());
        return Tree(image);
    }

    internal static Image Open(byte[] bytes, Budget? budget = null) => Image.Open(Artefact.Of("image", bytes), Options(budget));
}
