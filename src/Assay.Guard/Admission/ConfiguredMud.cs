using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Mud;

namespace Assay.Guard.Admission;

/// <summary>A MUD file that was configured for a device, or why it counts for nothing. One that is refused allows nothing.</summary>
public sealed record ConfiguredMud
{
    public required string File { get; init; }
    /// <summary>Null where it was refused.</summary>
    public MudFile? Mud { get; init; }
    /// <summary>SHA-256 of the file, lower-case hex; empty where it could not be read.</summary>
    public required string Digest { get; init; }
    /// <summary>Whose signature was found, or that there was none to ask for; where refused, why.</summary>
    public required string Reason { get; init; }

    /// <summary>Reads the file, and checks its signature where a signer is configured: then nothing but that signer's word counts.</summary>
    public static ConfiguredMud Read(string file, string? signer, DateTimeOffset asOf)
    {
        byte[] bytes;
        try
        {
            bytes = Whole(file, MudFile.LongestFile);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or UnreadableException)
        {
            return new ConfiguredMud { File = file, Digest = "", Reason = $"MUD file refused: {wrong.Message}" };
        }
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        ConfiguredMud Refused(string reason) => new() { File = file, Digest = digest, Reason = $"MUD file refused: {reason}" };
        var signed = "no signer is configured for the MUD file: taken on the word of the configuration";
        if (signer is not null)
        {
            var p7s = Path.ChangeExtension(file, ".p7s");
            if (!System.IO.File.Exists(p7s)) return Refused($"expected its signature in {p7s}, found no file");
            try
            {
                using var certificate = X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(Whole(signer, 1 << 16)));
                var answer = MudSignature.Verify(bytes, Whole(p7s, 1 << 20), [certificate], asOf);
                if (!answer.IsValid) return Refused(answer.Reason);
                signed = $"MUD file {answer.Reason}";
            }
            catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or UnreadableException or CryptographicException)
            {
                return Refused(wrong.Message);
            }
        }
        try
        {
            return new ConfiguredMud { File = file, Digest = digest, Mud = MudFile.Read(bytes), Reason = signed };
        }
        catch (Exception wrong) when (wrong is UnreadableException or BudgetException)
        {
            return Refused(wrong.Message);
        }
    }

    /// <summary>Why this file is another device's than the label's, or null: it names another model.</summary>
    public string? Against(ShelfLabel label) => Mud?.Model is { } model && !label.IsModel(model)
        ? $"MUD file refused: it speaks of the model {Shortened.Visible(model)}, the label of {Shortened.Visible(label.Model)}" : null;

    internal static byte[] Whole(string file, int most)
    {
        using var artefact = Artefact.Open(file);
        if (artefact.Size > most) throw new UnreadableException($"a file of at most {most} bytes", $"{artefact.Size}", 0);
        return artefact.Bytes.Span(0, (int)artefact.Size).ToArray();
    }
}
