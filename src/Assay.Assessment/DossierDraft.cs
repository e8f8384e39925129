using System.Text;
using Assay.Assessment.Catalogues;

namespace Assay.Assessment;

/// <summary>A dossier to begin with: <c>device.yaml</c> and a declaration with a line for every provision, to be filled in by the maker.</summary>
public static class DossierDraft
{
    public static readonly IReadOnlyList<string> Folders = ["firmware", "captures", "sbom", "mud", "declaration", "documents", "probes"];

    /// <summary>Names relative to the dossier, and their text.</summary>
    public static IReadOnlyList<(string Name, string Text)> Files(string? maker, string? model, Catalogue catalogue) =>
        [(DeviceSheet.Name, Sheet(maker, model)), ("declaration/ics.yaml", Statement(catalogue))];

    private static string Sheet(string? maker, string? model) => $"""
        # What this dossier is about. Only maker and model are required.
        maker: {Quoted(maker ?? "")}
        model: {Quoted(model ?? "")}
        # versions: ["1.0"]           software versions that the evidence is for
        # category: doorbell
        # mac: 00:00:5e:00:53:01      the device's own address in captures
        # supportEnd: 2031-12-31      until when security updates come
        # files:                      only where the content does not tell
        #   captures/setup.pcap: {"{"} is: capture, state: factoryDefault {"}"}

        """.ReplaceLineEndings("\n");

    // Nothing is claimed in the maker's place: every line is a comment until somebody answers it.
    private static string Statement(Catalogue catalogue)
    {
        var text = new StringBuilder();
        text.Append("# Conformance statement: for each provision \"yes\", \"no\" or \"n/a\", and a reason for every \"no\" and \"n/a\".\n");
        text.Append("# Take the # away from the lines that you answer. A detached signature lies beside this file: ics.yaml.p7s\n");
        text.Append($"# {catalogue.Name} {catalogue.Edition}\nics:\n");
        foreach (var provision in catalogue.Provisions)
        {
            text.Append($"  # {provision.Title} ({(provision.IsMandatory ? "mandatory" : "recommended")}{(provision.Condition is null ? "" : $", under condition {provision.Condition.Text}")})\n");
            text.Append($"  # {provision.Id}: {{ support: yes, justification: \"\" }}\n");
        }
        return text.ToString();
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
