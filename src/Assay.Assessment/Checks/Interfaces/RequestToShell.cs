using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A line of a script that web requests reach and that hands their text to a shell.</summary>
public sealed class RequestToShell() : Check("request-to-shell", 1, Polarity.Refute, CoverageScope.Files,
    "scripts behind the web server that hand a request's text to a shell", "requests with odd text to every page and interface of the device", "5.13-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var lines = examined.Of(FindingKind.Exposure).Where(f => f.Has(Traits.RequestToShell)).ToList();
        return lines.Count > 0 ? Refutes($"{lines.Count} line(s) hand a request's text to a shell", lines) : Silence(examined);
    }
}
