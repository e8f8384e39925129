using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Advisories;

namespace Assay.Software.Vex;

/// <summary>A VEX document in any of the three formats, recognised by content: OpenVEX, CSAF 2.0, CycloneDX.</summary>
public static class VexFile
{
    /// <exception cref="UnreadableException">None of them, or damaged.</exception>
    public static VexDocument Read(string artefact, ReadOnlyMemory<byte> file, List<Loss> losses)
    {
        if (file.Span.StartsWith("\ufeff"u8)) file = file[3..];
        if (OpenVex.Looks(file.Span)) return OpenVex.Read(artefact, file, losses);
        try
        {
            using var document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 64 });
            var root = document.RootElement;
            if (CsafDocument.Looks(root)) return CsafVex.Read(artefact, root, losses);
            if (root.Text("bomFormat") == "CycloneDX") return CycloneDxVex.Read(artefact, root, losses);
        }
        catch (JsonException bad)
        {
            throw new UnreadableException("JSON at most 64 deep", Shortened.Visible(bad.Message.Split(" LineNumber", 2)[0]), bad.BytePositionInLine ?? 0);
        }
        catch (InvalidOperationException bad)
        {
            throw new UnreadableException("text in UTF-8", Shortened.Visible(bad.Message), 0);
        }
        throw new UnreadableException("a VEX document: OpenVEX, CSAF 2.0 or CycloneDX", "another one", 0);
    }
}
