using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Firmware;
using Assay.Labels.Token;
using Assay.Software.Components;
using Assay.Traffic;

namespace Assay.Assessment.Repetition;

/// <summary>Which build of the rooms gave an answer: an input of every assessment (semantics.md section 1).</summary>
public static class ToolDigest
{
    /// <summary>
    /// 32 hexadecimal digits over the compiler's own digests of the rooms that an answer passes through, their data files included. Builds are deterministic:
    /// the same sources under the same compiler give the same digest, as a framework-dependent and as a native program.
    /// </summary>
    public static string Value { get; } = Convert.ToHexStringLower(SHA256.HashData(
        ((Type[])[typeof(Artefact), typeof(CoseSign1), typeof(Component), typeof(CaptureExamination), typeof(Image), typeof(ToolDigest)])
            .SelectMany(room => room.Module.ModuleVersionId.ToByteArray()).ToArray()).AsSpan(0, 16));
}
