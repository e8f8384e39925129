using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// The companion app's settings allow connections without encryption to hosts beyond the local network. What is allowed need not happen: it speaks against the
/// papers only where they promise encryption and the app names such a host.
/// </summary>
public sealed class AppClearText() : Check("app-clear-text", 1, Polarity.Support, CoverageScope.Application,
    "clear-text connections to remote hosts that the companion app's settings allow", "the network settings of the released app without exceptions for remote hosts, or a capture of the app", "5.5-1-2a", "5.8-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var clear = examined.Of(FindingKind.Cleartext).Where(f => f.Has(Traits.Remote)).ToList();
        var allowed = clear.Where(f => f.Has(Traits.ClearTextAllowed)).ToList();
        var addresses = clear.Where(f => f.Has(Traits.ClearTextAddress)).ToList();
        if (allowed.Count == 0) return Silence(examined);
        var all = allowed.FirstOrDefault(f => f.Subject == "all hosts");
        // A host with an exception of its own was meant; under a general one only what the app names.
        var meant = allowed.Where(f => f != all).Concat(all is null ? [] : addresses).ToList();
        if (meant.Count == 0) return Units.Select(u => Open(u, "the app's settings allow connections without encryption, and no remote address without encryption is named in it", toSettle: null, allowed));
        foreach (var (table, row) in examined.Rows(11))
        {
            var says = Papers.Whole(row);
            if (!PromisesEncryption(says) || !IsAboutApp(says, meant)) continue;
            return Units.Select(u => Contradicts(u, new Contradiction("whether the companion app's connections are encrypted", Papers.Says(table, row, Wording.Begin(says)), Papers.Seen(meant[0])), meant));
        }
        return Units.Select(u => Open(u, $"the app may reach {meant.Count} remote host(s) without encryption; what goes there is for a person", toSettle: null, meant));
    }

    private static bool PromisesEncryption(string says) =>
        new[] { "TLS", "HTTPS", "encrypted", "DTLS", "MQTTS", "encryption" }.Any(w => Wording.Names(says, w) && !Wording.Denies(says, w));

    private static bool IsAboutApp(string says, IReadOnlyList<Finding> meant) =>
        new[] { "app", "apps", "application", "mobile", "smartphone", "phone", "Android" }.Any(w => Wording.Names(says, w)) || meant.Any(f => says.Contains(f.Subject, StringComparison.OrdinalIgnoreCase));
}
