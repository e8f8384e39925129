using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Tools for developers in the image: debuggers, packet dumpers, tracers.</summary>
public sealed class DebugTools() : Check("debug-tools", 1, Polarity.Absent, CoverageScope.Files,
    "debuggers, packet dumpers and other developers' tools in the image", "the list of files that the product needs", "5.6-6-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var tools = examined.Of(FindingKind.Debug).Where(f => f.Has(Traits.DebugTool)).ToList();
        return tools.Count > 0 ? Refutes($"{tools.Count} developers' tool(s) are in the image", tools) : Silence(examined);
    }
}
