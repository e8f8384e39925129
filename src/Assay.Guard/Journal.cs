using System.Text;
using Assay.Evidence;

namespace Assay.Guard;

/// <summary>The guard's own log, one line an act: on the terminal and in <c>guard.log</c>, of which two halves of a megabyte are kept.</summary>
public sealed class Journal(string? folder, TimeProvider time, Action<string> show)
{
    private const int Half = 1 << 20;
    private readonly Lock access = new();

    public void Tell(string line)
    {
        var text = $"{EvidenceJson.Time(time.GetUtcNow())} {Shortened.Visible(line)}";
        show(text);
        if (folder is null) return;
        lock (access)
        {
            var file = Path.Combine(folder, "guard.log");
            try
            {
                if (File.Exists(file) && new FileInfo(file).Length > Half) File.Move(file, file + ".1", overwrite: true);
                using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
                stream.Write(Encoding.UTF8.GetBytes(text + "\n"));
            }
            catch (IOException full)
            {
                // A full disk must not stop the guard; the terminal still has the line.
                show($"the log cannot be written: {full.Message}");
            }
        }
    }

    /// <summary>The lines that name a word, or that concern no device; both halves, oldest first.</summary>
    public string Of(string word, Func<string, bool> others)
    {
        var text = new StringBuilder();
        lock (access)
        {
            foreach (var file in folder is null ? [] : new[] { Path.Combine(folder, "guard.log.1"), Path.Combine(folder, "guard.log") })
            {
                if (!File.Exists(file)) continue;
                foreach (var line in File.ReadLines(file))
                {
                    if (line.Contains(word, StringComparison.Ordinal) || !others(line)) text.Append(line).Append('\n');
                }
            }
        }
        return text.ToString();
    }
}
