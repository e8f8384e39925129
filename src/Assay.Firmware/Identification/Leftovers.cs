using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware.Identification;

/// <summary>What those who built and tried the device left in its files: folders of version control, what somebody typed, copies of an editor, memory of crashed programs.</summary>
internal static partial class Leftovers
{
    public static void Read(IReadOnlyList<FileEntry> entries, Notebook notes)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (entry.Type != FileType.Regular || entry.Size == 0) continue;
            var path = entry.Path.Text;
            if (Versioned().Match(path) is { Success: true } folder)
            {
                // A folder holds hundreds of files: it is told once.
                if (told.Add(folder.Groups["folder"].Value)) Note(folder.Groups["folder"].Value, $"a folder of {folder.Groups["kind"].Value} with the history of the sources", path, notes);
            }
            else if (Typed().IsMatch(path)) Note(path, "what somebody typed", path, notes);
            else if (Edited().IsMatch(path)) Note(path, "a copy that an editor or a merge left", path, notes);
        }
    }

    /// <summary>The memory of a program that ended badly, with all that it held.</summary>
    public static void Core(string path, Notebook notes) => Note(path, "the memory of a program that crashed", path, notes);

    private static void Note(string subject, string what, string path, Notebook notes) => notes.Add(FindingKind.Exposure, subject, $"{what} is in the image", 0.9, notes.At(path), [Traits.Leftover]);

    [GeneratedRegex(@"^(?<folder>.*/\.(?<kind>git|svn|hg|bzr|repo))/(?:HEAD|config|index|objects/.+|wc\.db|entries|format|pristine/.+|store/.+|00changelog\.i|branch-format|manifest.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Versioned();

    [GeneratedRegex(@"/\.(?:(?:ba|a|z|k|fi)?sh|python|node_repl|mysql|sqlite|psql|gdb|lua|irb|php)_history$|/\.(?:viminfo|lesshst|wget-hsts|gdbinit|histfile)$", RegexOptions.CultureInvariant)]
    private static partial Regex Typed();

    [GeneratedRegex(@"/\.[^/]+\.sw[op]$|/[^/]+~$|/#[^/]+#$|/[^/]+\.(?:orig|rej)$", RegexOptions.CultureInvariant)]
    private static partial Regex Edited();
}
