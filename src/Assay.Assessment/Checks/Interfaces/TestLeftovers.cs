using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>What somebody made to try things out, still in the delivered image: accounts for tests with a log-in, certificates that name an example, folders of version control, what was typed, memory of crashed programs.</summary>
public sealed class TestLeftovers() : Check("test-leftovers", 2, Polarity.Absent, CoverageScope.Files,
    "accounts and certificates that were made for tests, folders of version control, what developers typed, memory of crashed programs", "the list of accounts, certificates and files that the product needs", "5.6-6-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var accounts = examined.Of(FindingKind.Credential).Where(f => f.Location.Frame is null && Account.IsMatch(f.Subject)).ToList();
        var certificates = examined.Of(FindingKind.Certificate).Where(f => f.Location.Frame is null && !f.Has(Traits.Authority) && Certificate.IsMatch(f.Subject)).ToList();
        // The authority of a tool that reads other people's connections is no test certificate by its form, and is trusted by whoever holds it.
        certificates.AddRange(examined.Of(FindingKind.Certificate).Where(f => f.Location.Frame is null && Interception.IsMatch(f.Subject) && !certificates.Contains(f)));
        var files = examined.Findings.Where(f => f.Has(Traits.Leftover)).ToList();
        if (accounts.Count + certificates.Count + files.Count == 0) return Silence(examined);
        return Refutes($"{accounts.Count} account(s) and {certificates.Count} certificate(s) of tests and {files.Count} leftover(s) of development are in the image", [.. accounts, .. certificates, .. files]);
    }

    // The names under which tools for testing issue themselves.
    private static Regex Interception => field ??= new(@"\b(mitmproxy|portswigger|burp|fiddler|charles proxy|zed attack proxy|zap root|proxyman|superfish)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Account => field ??= new(@"^(test\w*|tester|debug|developer|devel|dev|demo|example|qa|factorytest|mfgtest|sample)\d*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // The names that openssl req and packages of web servers propose, and plain words for a test.
    private static Regex Certificate => field ??= new(@"\b(internet widgits pty ltd|snake ?oil|default company ltd|some-state|my company name|example (com|inc|corp|org|llc|ltd)|test (certificate|cert|server|client|device|key|ca)|(certificate|cert|server|client) (for )?test(s|ing)?|do not (use|trust)|dummy)\b|CN=(test|example|localhost\.localdomain|www\.example\.(com|org))(,|\s*$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
