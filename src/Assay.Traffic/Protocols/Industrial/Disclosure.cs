using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>What machines say of themselves to anybody who asks: makers, models, revisions, names.</summary>
internal static class Disclosure
{
    private const int Longest = 128;

    /// <summary>The sender of the message said <paramref name="text"/> of itself.</summary>
    public static void Note(Notes notes, in Moment at, string protocol, string what, string text)
    {
        string[] traits = HttpEvidence.NamesVersion(text) ? [Traits.VersionDisclosed] : [];
        notes.Observe(at, protocol, Seen.Identity, Orders.Subject(notes, protocol, at.Source, at.SourcePort), $"{what}: {text}", FindingKind.Disclosure, 0.9, null,
            "told without authentication", traits);
    }

    /// <summary>The text in a field, without padding; empty where it is none.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(Longest, bytes.Length)];
        var end = bytes.IndexOf((byte)0);
        if (end >= 0) bytes = bytes[..end];
        foreach (var b in bytes)
        {
            if (b is < 0x20 or 0x7f) return "";
        }
        return Encoding.Latin1.GetString(bytes).Trim();
    }
}
