using System.Text.RegularExpressions;
using Assay.Assessment.Drafts;
using Assay.Evidence;

namespace Assay.Assessment.Declarations;

/// <summary>Files of the dossier that statements lean on: a name that leads nowhere is a statement whose evidence is gone, and is said with its row and field.</summary>
internal static class NamedFiles
{
    private const int Most = 500;

    /// <summary>The declaration with a message for every named file that the dossier does not hold. The statements stay: what they are worth, their signature and the checks say.</summary>
    /// <param name="files">Names of all files of the dossier.</param>
    public static Declaration Checked(Declaration declaration, IReadOnlyList<string> files)
    {
        var there = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in files)
        {
            // By its whole name and by every end of it: papers rarely write the whole path.
            for (var at = 0; at >= 0; at = file.IndexOf('/', at) is var slash && slash >= 0 ? slash + 1 : -1) there.Add(file[at..]);
        }
        var folders = files.Select(f => f.Split('/')).Where(p => p.Length > 1).Select(p => p[0]).Concat(DossierDraft.Folders).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var gone = new List<Unread>();
        foreach (var claim in declaration.Claims) Add(claim.Justification, claim.Location, $"which the justification of {claim.Provision} names", false);
        foreach (var table in declaration.Tables)
        {
            foreach (var row in table.Rows)
            {
                foreach (var (field, text) in row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
                {
                    Add(text, row.At(field), $"which {table.Number}-{table.Name}, row {row.Id}, field {field} names", IsEvidence(field));
                }
            }
        }
        return gone.Count == 0 ? declaration : declaration with { Unread = [.. declaration.Unread, .. gone.Take(Most)] };

        void Add(string? text, Location place, string who, bool evidence)
        {
            if (text is null || gone.Count > Most || text.IndexOf('.') < 0) return;
            foreach (Match match in Name.Matches(text))
            {
                var name = match.Groups["name"].Value;
                var slash = name.IndexOf('/');
                // A bare name may be a file of the device or of the web; where a folder of this dossier or a field for evidence leads to it, it is ours.
                if (!(slash > 0 ? folders.Contains(name[..slash]) || evidence : evidence)) continue;
                if (!there.Contains(name)) gone.Add(new Unread(place, Shortened.Visible(name), $"the file {Shortened.Visible(name)} in the dossier, {Shortened.Visible(who)}: its evidence is gone, or never came") { HidesNoRow = true });
            }
        }
    }

    private static bool IsEvidence(string field) => Names.Bare(field) is "report" or "evidence" or "testreport" or "testevidence" or "attachment" or "attachments" or "evidencefile" or "file" or "files" or "capture";

    // Relative, with the ending of something that is handed over; not the tail of an address or of an absolute path of the device.
    private static Regex Name => field ??= new(@"(?<![\w/.:@~\\-])(?<name>(?:[\w-][\w.-]*/){0,8}[\w-][\w.-]*\.(?:pdf|docx|odt|xlsx|csv|pcapng|pcap|img|bin|md|txt|html?|png|jpe?g|json|ya?ml|xml|sarif|apk|log|zip))(?![\w/-]|\.\w)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
