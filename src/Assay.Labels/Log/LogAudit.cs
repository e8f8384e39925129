using Assay.Evidence.Reading;
using Assay.Labels.Trust;

namespace Assay.Labels.Log;

/// <summary>What the entries of a whole log say against each other: a registry that does one of these is found out by anyone who reads.</summary>
public static class LogAudit
{
    public const int MaxContradictions = 100;

    /// <summary>Reads every entry; those that are not ours are passed over.</summary>
    /// <returns>In words, each with the entries it rests on; empty where nothing contradicts.</returns>
    /// <exception cref="UnreadableException">The log is not whole (<see cref="LogCheck"/>).</exception>
    public static IReadOnlyList<string> Of(LogReader log)
    {
        var places = new Dictionary<(string List, long Index), (long Entry, string Label)>();
        var labels = new Dictionary<string, (long Entry, long Index)>(StringComparer.Ordinal);
        var withdrawn = new Dictionary<string, long>(StringComparer.Ordinal);
        var contradictions = new List<string>();
        long at = 0;
        foreach (var bytes in log.Entries())
        {
            var entry = at++;
            if (contradictions.Count == MaxContradictions) break;
            LogEntry read;
            try
            {
                read = LogEntry.Read(bytes);
            }
            catch (UnreadableException)
            {
                continue;
            }
            var label = Convert.ToHexStringLower(read.Label.Span);
            if (read.Issued is { } issued)
            {
                var place = (issued.StatusUri, issued.Index);
                if (places.TryGetValue(place, out var other) && other.Label != label)
                    contradictions.Add($"entries {other.Entry} and {entry} give place {issued.Index} of {issued.StatusUri} to two labels, {other.Label} and {label}");
                places.TryAdd(place, (entry, label));
                if (labels.TryGetValue(label, out var before) && before.Index != issued.Index)
                    contradictions.Add($"entries {before.Entry} and {entry} give label {label} two places, {before.Index} and {issued.Index}");
                labels.TryAdd(label, (entry, issued.Index));
            }
            if (read.Changed is not { } changed) continue;
            if (!labels.TryGetValue(label, out var known)) contradictions.Add($"entry {entry} changes label {label}, which no entry before it issued");
            else if (known.Index != changed.Index) contradictions.Add($"entry {entry} changes place {changed.Index} for label {label}, which entry {known.Entry} put in place {known.Index}");
            if (withdrawn.TryGetValue(label, out var final) && changed.State != LabelState.Withdrawn) contradictions.Add($"entry {entry} changes label {label}, which entry {final} withdrew for ever");
            if (changed.State == LabelState.Withdrawn) withdrawn.TryAdd(label, entry);
        }
        return contradictions;
    }
}
