using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Labels.QrCode;
using Assay.Labels.Token;

namespace Assay.Guard.Admission;

/// <summary>One label that was handed to the guard, as a file: its form is read, its signature is not checked yet.</summary>
public sealed record ShelfLabel
{
    /// <summary>A certificate lists its evidence; beyond this it is none of ours.</summary>
    private const int LongestFile = 4 << 20;

    /// <summary>Where it was read from.</summary>
    public required string File { get; init; }
    public required SignedFile Signed { get; init; }
    /// <summary>The file as handed over, or the token out of the picture.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }
    /// <summary>16 lower-case hexadecimal digits: the token's id.</summary>
    public required string Id { get; init; }
    public required string Subject { get; init; }
    public required string Issuer { get; init; }
    /// <summary>From the certificate; else what follows the slash of the subject, else the subject.</summary>
    public required string Model { get; init; }
    public required VersionRange Versions { get; init; }
    public required ProfileLevel Level { get; init; }
    public required StatusPointer? Status { get; init; }
    /// <summary>The least grade in the certificate; a hallmark alone does not tell, so it counts as declared.</summary>
    public required Grade Grade { get; init; }
    /// <summary>The certificate beside the hallmark, where it is the hallmark's own.</summary>
    public ReadOnlyMemory<byte>? Certificate { get; init; }

    /// <summary>Reads hallmark.cose, certificate.cose, or a PNG or SVG of the code; known by content.</summary>
    /// <exception cref="UnreadableException">None of them.</exception>
    /// <exception cref="IOException"/>
    public static ShelfLabel Read(string file)
    {
        var bytes = Whole(file);
        var token = bytes;
        if (!CoseSign1.Looks(bytes))
        {
            var start = bytes.AsSpan().TrimStart(" \t\r\n"u8);
            if (LabelPicture.LooksLikePoints(bytes)) token = LabelAddress.Read(LabelPicture.ReadPoints(bytes).Text);
            else if (start.StartsWith("<"u8)) token = LabelAddress.Read(LabelPicture.ReadSvg(bytes).Text);
            else throw new UnreadableException("hallmark.cose, certificate.cose, or a PNG or SVG of the code", "another file", 0);
        }
        return Of(file, SignedFile.Read(token), token);
    }

    private static ShelfLabel Of(string file, SignedFile signed, byte[] token)
    {
        if (signed.Certificate is { } certificate)
        {
            return new ShelfLabel
            {
                File = file,
                Signed = signed,
                Bytes = token,
                Id = Convert.ToHexStringLower(certificate.TokenId.Span),
                Subject = certificate.Subject,
                Issuer = certificate.Issuer,
                Model = certificate.Model,
                Versions = certificate.Versions,
                Level = certificate.Level,
                Status = certificate.Status,
                Grade = Least(certificate),
            };
        }
        if (signed.Hallmark is not { } hallmark) throw new UnreadableException("a hallmark or a certificate", $"a {signed.Kind.ToString().ToLowerInvariant()}", 0);
        // The certificate usually lies beside: it counts when the hallmark points to exactly these bytes.
        Certificate? beside = null;
        ReadOnlyMemory<byte>? besideBytes = null;
        var path = Path.Combine(Path.GetDirectoryName(file) ?? ".", "certificate.cose");
        if (System.IO.File.Exists(path))
        {
            var whole = Whole(path);
            if (hallmark.PointsTo(whole)) (beside, besideBytes) = (SignedFile.Read(whole).Certificate, whole);
        }
        return new ShelfLabel
        {
            File = file,
            Signed = signed,
            Bytes = token,
            Id = Convert.ToHexStringLower(hallmark.TokenId.Span),
            Subject = hallmark.Subject,
            Issuer = hallmark.Issuer,
            Model = beside?.Model ?? hallmark.Subject[(hallmark.Subject.LastIndexOf('/') + 1)..],
            Versions = hallmark.Versions,
            Level = hallmark.Level,
            Status = hallmark.Status,
            Grade = beside is null ? Grade.Declared : Least(beside),
            Certificate = besideBytes,
        };
    }

    /// <summary>Whether a model that a device states is this label's: letters and digits alone count, without the maker's name before it.</summary>
    public bool IsModel(string stated)
    {
        var (own, other) = (Plain(Model), Plain(stated));
        return own.Length > 0 && (own == other || Subject.Contains('/') && Plain(Subject) == other);
    }

    /// <summary>A model as it compares: lower-case letters and digits.</summary>
    public static string Plain(string model) => string.Concat(model.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static Grade Least(Certificate certificate)
    {
        var least = Grade.Tool;
        var any = false;
        foreach (var (name, count) in certificate.Grades)
        {
            if (count <= 0) continue;
            // "open" and words that we do not know are no grade; they do not raise anything.
            Grade? grade = name switch { "declared" => Grade.Declared, "supported" => Grade.Supported, "lab" => Grade.Lab, "tool" => Grade.Tool, _ => null };
            if (grade is not { } known) continue;
            any = true;
            if (Strength(known) < Strength(least)) least = known;
        }
        return any ? least : Grade.Declared;
    }

    private static int Strength(Grade grade) => grade switch { Grade.Declared => 0, Grade.Supported => 1, Grade.Lab => 2, _ => 3 };

    private static byte[] Whole(string file)
    {
        using var artefact = Artefact.Open(file);
        if (artefact.Size > LongestFile) throw new UnreadableException($"a label of at most {LongestFile} bytes", $"{artefact.Size}", 0);
        return artefact.Bytes.Span(0, (int)artefact.Size).ToArray();
    }
}
