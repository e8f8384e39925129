using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Declarations;

/// <summary>
/// Records of laboratories among the files of a dossier (docs/lab.md): read in their layout, their signature checked, their evidence looked up by its
/// digest, their device compared with the dossier's. What does not hold is kept with the reason, and decides nothing.
/// </summary>
public sealed record LabRecords
{
    /// <summary>In the order of files and lines; those that decide nothing are among them, each with its note.</summary>
    public required IReadOnlyList<LabEntry> Entries { get; init; }
    /// <summary>One for each file; what could not be placed is a loss with its line.</summary>
    public required IReadOnlyList<Coverage> Coverage { get; init; }

    /// <summary>Bytes of a record that are read; a lab's record of every unit is a hundredth of it.</summary>
    public const int LargestFile = 4 << 20;

    /// <summary>Whether a text is a record: it names a laboratory and holds results of units, as YAML, JSON or comma-separated. Cheap.</summary>
    public static bool Looks(IReadOnlyList<string> lines)
    {
        bool laboratory = false, results = false;
        foreach (var line in lines.Take(400))
        {
            if (line.Length > 4096) continue;
            laboratory |= LaboratoryKey.IsMatch(line);
            results |= ResultsKey.IsMatch(line);
            if (laboratory && results) return true;
        }
        return LabFile.HeaderLine(lines) >= 0;
    }

    /// <param name="files">Of the whole dossier: evidence is looked up among them.</param>
    /// <param name="declaration">A record that is signed with the maker's own key is shown as such.</param>
    /// <param name="examined">Coverage of the other files: how many frames a capture has.</param>
    public static LabRecords Read(IReadOnlyList<DossierFile> files, Device device, Declaration declaration, IReadOnlyList<Coverage> examined, DateTimeOffset asOf)
    {
        var labs = files.Where(f => f.Kind == FileKind.LabRecord).OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        if (labs.Count == 0) return new LabRecords { Entries = [], Coverage = [] };
        var byName = files.Select(f => f.Artefact).DistinctBy(a => a.Name).ToDictionary(a => a.Name, StringComparer.Ordinal);
        var makers = declaration.Claims.Select(c => c.SignedBy).Concat(declaration.Tables.Select(t => t.SignedBy)).OfType<Signer>().Select(s => s.KeyDigest).ToHashSet(StringComparer.Ordinal);
        var against = new Standing(files.DistinctBy(f => f.Name).ToDictionary(f => f.Name, StringComparer.Ordinal), device, examined, asOf);
        var entries = new List<LabEntry>();
        var coverage = new List<Coverage>();
        foreach (var file in labs)
        {
            var losses = new List<Loss>();
            LabFile? read = null;
            try
            {
                if (file.Artefact.Size > LargestFile) throw new UnreadableException($"a laboratory's record of at most {LargestFile} bytes", $"{file.Artefact.Size} bytes", LargestFile);
                read = LabFile.Read(file, losses);
            }
            catch (UnreadableException unreadable)
            {
                losses.Add(unreadable.AsLoss(file.Name));
            }
            var found = 0;
            if (read is not null)
            {
                var (signer, note) = DeclarationReader.Signature(file.Artefact, byName, asOf);
                if (note is not null) losses.Add(new Loss { Location = new Location { Artefact = file.Name }, Expected = "a signature that fits", Found = note });
                if (signer is not null && makers.Contains(signer.KeyDigest)) signer = signer with { Note = Joined(signer.Note, "the same key signed the declaration: it is the maker's own hand") };
                var head = read.Head with { SignatureNote = note };
                var whole = against.Device(read);
                foreach (var line in read.Lines)
                {
                    if (Entry(line, head, signer, whole, against, file, losses) is not { } entry) continue;
                    entries.Add(entry);
                    found++;
                }
            }
            coverage.Add(new Coverage
            {
                Artefact = file.Name,
                Scope = CoverageScope.Document,
                Unit = "results",
                Total = read?.Lines.Count ?? 0,
                Examined = found,
                Losses = losses,
                Counts = new SortedDictionary<string, long>(StringComparer.Ordinal)
                {
                    ["thatCount"] = entries.Skip(entries.Count - found).Count(e => e.Record.Counts),
                    ["notFilledIn"] = read?.NotFilledIn ?? 0,
                },
            });
        }
        return new LabRecords { Entries = entries, Coverage = coverage };
    }

    private static LabEntry? Entry(LabFile.Line line, LabHead head, Signer? signer, string? whole, Standing against, DossierFile file, List<Loss> losses)
    {
        var place = file.At(line.Number);
        if (UnitId.Of(line.Unit) is not { } unit)
        {
            losses.Add(new Loss { Location = place, Expected = $"a test unit of TS 103 701{UnitId.Perhaps(line.Unit)}", Found = Named(line.Unit) });
            return null;
        }
        if (ResultOf(line.Result) is not { } result)
        {
            losses.Add(new Loss { Location = place, Expected = $"pass, fail, inconclusive or n/a as the result of {unit}", Found = Named(line.Result) });
            return null;
        }
        var references = line.Evidence.Select(e => against.Evidence(e, file.Name)).ToList();
        var lost = references.FirstOrDefault(r => r.Note is not null);
        return new LabEntry(unit, new LabRecord(head.Person, result == LabResult.Pass, line.Words ?? line.Actual ?? "no words", signer, [.. references.Select(r => r.Place is null ? r.Artefact : $"{r.Artefact} {r.Place}")], place)
        {
            Result = result,
            Note = whole ?? (lost is null ? null : $"{lost.Artefact}: {lost.Note}") ?? (signer is null && head.SignatureNote is { } note ? $"unsigned ({note})" : null),
            Head = head,
            Method = line.Method,
            Expected = line.Expected,
            Actual = line.Actual,
            References = references,
        })
        { Row = line.Row };
    }

    private static string Named(string text) => text.Length == 0 ? "nothing" : $"\"{Shortened.Visible(text.Length > 60 ? text[..60] + "…" : text)}\"";

    private static string Joined(string? one, string other) => one is null ? other : $"{one}; {other}";

    private static LabResult? ResultOf(string text) => Names.Bare(text) switch
    {
        "pass" or "passed" or "fulfilled" or "met" or "ok" => LabResult.Pass,
        "fail" or "failed" or "notfulfilled" or "notmet" => LabResult.Fail,
        "inconclusive" or "open" or "notdecided" => LabResult.Inconclusive,
        "na" or "notapplicable" => LabResult.NotApplicable,
        _ => null,
    };

    /// <summary>What a record is held against: the files of the dossier, and the device that it is about.</summary>
    private sealed class Standing(Dictionary<string, DossierFile> files, Device device, IReadOnlyList<Coverage> examined, DateTimeOffset asOf)
    {
        /// <summary>Why a whole file decides nothing, or null.</summary>
        public string? Device(LabFile file)
        {
            var head = file.Head;
            if (head.Laboratory.Length == 0) return "it names no laboratory";
            if (head.Person.Length == 0) return "it names no person";
            if (head.Date is not { } date) return "it has no date that can be read in one way (2026-10-20)";
            if (date > DateOnly.FromDateTime(asOf.UtcDateTime)) return string.Create(CultureInfo.InvariantCulture, $"it is dated {date:yyyy-MM-dd}, after the day of this assessment");
            if (file.Maker is { } maker && device.Maker != Assessment.Device.Unknown && !Names.Comparer.Equals(maker, device.Maker)) return $"it is of a device of {maker}, this one is of {device.Maker}";
            if (file.Model is { } model && device.Model != Assessment.Device.Unknown && !Names.Comparer.Equals(model, device.Model)) return $"it is of {model}, this device is {device.Model}";
            var images = files.Values.Where(f => f.Kind == FileKind.Image).ToList();
            var strange = head.Images.FirstOrDefault(d => images.All(i => i.Artefact.Sha256 != d));
            if (strange is not null) return $"it is of an image with the digest {strange[..Math.Min(12, strange.Length)]}…, which is not in this dossier";
            if (head.Versions.Count > 0 && device.Versions.Count > 0)
            {
                var other = device.Versions.FirstOrDefault(v => !head.Versions.Any(h => Same(h, v)));
                if (other is not null) return $"it is of version {string.Join(", ", head.Versions)}, this dossier is of {string.Join(", ", device.Versions)}";
                return null;
            }
            if (head.Images.Count > 0) return null;
            return head.Versions.Count == 0 ? "it names neither the version nor the image that was examined" : "the dossier does not say its version (device.yaml, versions), so nobody can tell whether it is the one that was examined";
        }

        private static bool Same(string a, string b) => string.Equals(Bare(a), Bare(b), StringComparison.OrdinalIgnoreCase);

        private static string Bare(string version) => version.Trim() is ['v' or 'V', >= '0' and <= '9', ..] text ? text[1..] : version.Trim();

        public LabEvidence Evidence(LabFile.Piece piece, string record)
        {
            string? Why()
            {
                if (piece.File.Length == 0) return "no file is named";
                if (!files.TryGetValue(piece.File, out var file)) return "no such file in the dossier" + (Names.Nearest(piece.File, files.Keys.Order(StringComparer.Ordinal)) is { } near ? $"; perhaps {near} is meant" : "");
                if (piece.File == record || file.Kind is FileKind.LabRecord or FileKind.Signature) return "a record is no evidence of itself";
                if (piece.Sha256 is null) return "its SHA-256 is not given, so nobody can tell whether it is the file that the person saw";
                if (!string.Equals(piece.Sha256, file.Artefact.Sha256, StringComparison.OrdinalIgnoreCase)) return "it has another SHA-256 than the record says: it was changed, or it is another file";
                if (piece.Line > file.Lines.Count && file.Lines.Count > 0) return string.Create(CultureInfo.InvariantCulture, $"it has {file.Lines.Count} lines, the record names line {piece.Line}");
                var frames = examined.FirstOrDefault(c => c.Artefact == piece.File && c.Scope == CoverageScope.Capture)?.Total;
                if (piece.Frame > frames) return string.Create(CultureInfo.InvariantCulture, $"it has {frames} frames, the record names frame {piece.Frame}");
                return null;
            }

            return new LabEvidence(Shortened.Visible(piece.File), piece.Sha256?.ToLowerInvariant(), piece.Place, piece.Words, Why());
        }
    }

    private static Regex LaboratoryKey => field ??= new(@"^\s{0,4}[{\s]*[""']?(test[ _-]?)?(laboratory|lab)[""']?\s*:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ResultsKey => field ??= new(@"^\s{0,4}[{\s]*[""']?(records|results|units)[""']?\s*:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}

/// <summary>Ids of test units, and which one was probably meant.</summary>
internal static class UnitId
{
    /// <summary>The id as the catalogue writes it; null where it has none of this name.</summary>
    public static string? Of(string text)
    {
        var id = text.Trim().Trim('*', '`', '.', ':').Replace('–', '-').Replace('‑', '-');
        if (id.StartsWith("unit", StringComparison.OrdinalIgnoreCase)) id = id[4..].Trim();
        else if (id.StartsWith("test unit", StringComparison.OrdinalIgnoreCase)) id = id[9..].Trim();
        return Catalogue.Default.Unit(id)?.Id;
    }

    /// <summary><c>; perhaps 5.1-4-2a is meant</c>: the units of the case or provision that was named, else the one with the longest equal beginning.</summary>
    public static string Perhaps(string text)
    {
        var id = text.Trim();
        if (id.Length is < 3 or > 40) return "";
        var inside = Catalogue.Default.Units.Where(u => string.Equals(u.Case, id, StringComparison.OrdinalIgnoreCase) || string.Equals(u.Provision, id, StringComparison.OrdinalIgnoreCase)).Select(u => u.Id).Take(6).ToList();
        if (inside.Count > 0) return $"; its units are {string.Join(", ", inside)}";
        var near = Catalogue.Default.Units.Select(u => u.Id).MaxBy(u => (Common(u, id) * 100) - Math.Abs(u.Length - id.Length));
        return near is not null && Common(near, id) >= 3 ? $"; perhaps {near} is meant" : "";
    }

    private static int Common(string a, string b)
    {
        var common = 0;
        while (common < a.Length && common < b.Length && char.ToLowerInvariant(a[common]) == char.ToLowerInvariant(b[common])) common++;
        return common;
    }
}
