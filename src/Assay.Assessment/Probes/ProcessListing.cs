using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Probes;

/// <summary>What <c>ps</c> shows on the device itself: which programs run, and under whose account.</summary>
internal static class ProcessListing
{
    internal static bool Recognises(ProbeText text) => Header.IsMatch(text.First);

    internal static void Read(ProbeText text, ProbeNotes notes, ProbeOptions options)
    {
        notes.Unit = "processes";
        var head = 1 + text.Lines.TakeWhile(l => string.IsNullOrWhiteSpace(l)).Count();
        var columns = text.First.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int user = Array.FindIndex(columns, c => c is "USER" or "UID"), command = columns.Length - 1;
        notes.Run("ps", null, null, null, head, "taken on the device itself");
        for (var i = head; i < text.Lines.Count; i++)
        {
            var line = text.Lines[i];
            if (string.IsNullOrWhiteSpace(line)) continue;
            notes.Total++;
            var words = line.Split((char[]?)null, columns.Length, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < columns.Length)
            {
                notes.Lose(i + 1, $"{columns.Length} columns", $"{words.Length}");
                continue;
            }
            notes.Examined++;
            // Threads of the kernel stand in brackets.
            if (words[command].StartsWith('[')) continue;
            notes.Count(user >= 0 && words[user] is "root" or "0" ? "asRoot" : "asOthers");
            notes.Add(FindingKind.Behaviour, $"process {words[command].Split(' ')[0]}", $"runs as {(user >= 0 ? words[user] : "somebody")}: {Commands.WithoutSecrets(words[command])}", i + 1, 0.8, "seen on the device itself");
        }
    }

    private static Regex Header => field ??= new(@"^(USER|UID|PID)\s.*\b(CMD|COMMAND)\s*$", RegexOptions.CultureInvariant);
}
