using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment;

/// <summary>Which texts of a dossier are declarations, and what they say together.</summary>
internal static class DeclarationFiles
{
    public static bool Recognises(Artefact artefact, IReadOnlyList<string> lines) => false;

    public static Declaration Read(IReadOnlyList<DossierFile> files) => Declaration.Empty;
}
