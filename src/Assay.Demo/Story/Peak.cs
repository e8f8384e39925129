using System.Diagnostics;
using System.Globalization;

namespace Assay.Demo.Story;

/// <summary>The most memory that a process held, anonymous and shared pages without mapped files, looked at fifty times a second.</summary>
internal sealed class Peak
{
    private readonly Process process;
    private long bytes;

    public Peak(Process process)
    {
        this.process = process;
        new Thread(() =>
        {
            while (Look() is > 0 and var now)
            {
                if (now > Interlocked.Read(ref bytes)) Interlocked.Exchange(ref bytes, now);
                Thread.Sleep(20);
            }
        })
        { IsBackground = true }.Start();
    }

    public double Megabytes => Interlocked.Read(ref bytes) / 1e6;

    // 0 once it has ended.
    private long Look()
    {
        try
        {
            return File.ReadLines($"/proc/{process.Id.ToString(CultureInfo.InvariantCulture)}/status")
                .Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal))
                .Sum(line => 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
