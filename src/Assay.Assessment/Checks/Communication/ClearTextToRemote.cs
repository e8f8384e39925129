using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Clear text to a peer beyond the local network. It refutes where log-ins, updates or personal data flow or a table promises encryption to all; else a person judges the content.</summary>
public sealed class ClearTextToRemote() : Check("clear-text-to-remote", 1, Polarity.Refute, CoverageScope.Capture,
    "connections beyond the local network without encryption", "what the clear-text connection carries, in the maker's words and in a capture", "5.5-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var clear = examined.Of(FindingKind.Cleartext).Where(f => f.Location.Frame is not null && f.Has(Traits.Remote)).ToList();
        if (clear.Count == 0) return Silence(examined);
        var grave = clear.Where(f => f.Has(Traits.Login) || f.Has(Traits.Telnet) || f.Has(Traits.Ftp) || f.Has(Traits.PersonalMarker) || f.Has(Traits.Password) || f.Has(Traits.Token)).ToList();
        if (grave.Count > 0) return Refutes($"{grave.Count} connection(s) beyond the local network carry log-ins or personal data in clear text", grave);
        foreach (var (table, row) in examined.Rows(11))
        {
            var says = Papers.Whole(row);
            if (!SaysAll(says)) continue;
            var contradiction = new Contradiction("whether all connections are encrypted", Papers.Says(table, row, Wording.Begin(says)), Papers.Seen(clear[0]));
            return [Contradicts(Units[0], contradiction, clear)];
        }
        return [Open(Units[0], $"{clear.Count} clear-text connection(s) leave the local network; whether their content needs protection is for a person", toSettle: null, clear)];
    }

    private static bool SaysAll(string text) =>
        text.Split('.', '\n').Any(s => (Wording.Names(s, "all") || Wording.Names(s, "every")) && (Wording.Names(s, "TLS") || Wording.Names(s, "encrypted") || Wording.Names(s, "HTTPS")) && !Wording.Names(s, "not"));
}
