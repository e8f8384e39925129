using Assay.Assessment.Declarations;
using Assay.Firmware.Applications;

namespace Assay.Assessment.Checks;

/// <summary>Whom papers name as receivers of data, and whether a host in a capture is one of them.</summary>
internal sealed class Parties
{
    private readonly WordIndex papers;

    private Parties(string papers) => (this.papers, IsEmpty) = (new WordIndex(papers), papers.Length == 0);

    /// <summary>Everything that the tables on data, channels, services and user information say, and the saved notices.</summary>
    public static Parties Of(Examined examined)
    {
        var tables = examined.Rows(2, 7, 11, 13, 21, 24, 28).Select(r => Papers.Whole(r.Row));
        var notices = Notice.Of(examined, "Documentation of Personal Data").Concat(Notice.Of(examined, "Documentation of Telemetry")).Select(p => p.Text);
        return new Parties(string.Join('\n', tables.Concat(notices)));
    }

    public bool IsEmpty { get; }

    /// <summary>The papers name the host, a name that it ends with, or the label that its owner registered.</summary>
    public bool Name(string host)
    {
        var labels = host.TrimEnd('.').Split('.');
        for (var i = 0; i < labels.Length - 1; i++)
        {
            if (papers.Names(string.Join('.', labels[i..]))) return true;
        }
        // "cloud.acme.example" belongs to whom the papers call Acme; two letters and the ends of names name nobody.
        var owner = labels.Length >= 3 && labels[^2].Length <= 3 && labels[^1].Length == 2 ? labels[^3] : labels.Length >= 2 ? labels[^2] : labels[0];
        return owner.Length > 2 && papers.Names(owner);
    }

    /// <summary>The papers name the party by its name, the first word of it, or another that everybody calls it by.</summary>
    public bool Name(Tracker tracker) => tracker.Words.Any(papers.Names);
}
