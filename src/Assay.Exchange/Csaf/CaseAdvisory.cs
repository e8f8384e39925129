using System.Globalization;
using Assay.Exchange.Cases;
using Assay.Exchange.Reporting;

namespace Assay.Exchange.Csaf;

/// <summary>What a case says to others, as CSAF 2.0: a security advisory, a VEX document, or an incident response. Roles stand in it, never a person's name.</summary>
public static class CaseAdvisory
{
    private const string Product = "CSAFPID-0001", FixedProduct = "CSAFPID-0002";

    /// <summary>The advisory's id: <c>ASSAY-2026-0001</c> for the case <c>C-2026-0001</c>.</summary>
    public static string IdOf(Case one) => "ASSAY-" + (one.Id.StartsWith("C-", StringComparison.Ordinal) ? one.Id[2..] : one.Id);

    /// <param name="address">The registry's own address, for the label's page.</param>
    /// <param name="revisions">What was issued before, and this issue.</param>
    public static CsafDocument Advisory(Case one, CsafPublisher publisher, string address, Tlp tlp, IReadOnlyList<CsafRevision> revisions) => new()
    {
        Category = one.Kind == CaseKind.Vulnerability ? CsafCategory.SecurityAdvisory : CsafCategory.IncidentResponse,
        Title = one.Kind == CaseKind.Vulnerability ? Title(one) : $"Incident: {one.Title}",
        Publisher = publisher,
        Id = IdOf(one),
        Revisions = revisions,
        Tlp = tlp,
        Notes = Notes(one),
        References = References(one, address),
        Products = one.Kind == CaseKind.Vulnerability ? Products(one) : [],
        Vulnerabilities = one.Kind == CaseKind.Vulnerability ? [Vulnerability(one)] : [],
    };

    /// <summary>The same judgement as a statement about exploitability alone.</summary>
    /// <exception cref="ArgumentException">An incident has none.</exception>
    public static CsafDocument Vex(Case one, CsafPublisher publisher, string address, Tlp tlp, IReadOnlyList<CsafRevision> revisions) => one.Kind == CaseKind.Vulnerability
        ? new()
        {
            Category = CsafCategory.Vex,
            Title = $"VEX: {Title(one)}",
            Publisher = publisher,
            Id = IdOf(one) + "-VEX",
            Revisions = revisions,
            Tlp = tlp,
            Notes = Notes(one),
            References = References(one, address),
            Products = Products(one),
            Vulnerabilities = [Vulnerability(one)],
        }
        : throw new ArgumentException("a VEX document speaks of a vulnerability, not of an incident", nameof(one));

    private static string Title(Case one) => $"{one.Vulnerability} in {one.Label!.Maker} {one.Label.Model}";

    private static IReadOnlyList<CsafNote> Notes(Case one)
    {
        var notice = UserNotice.Of(one);
        var notes = new List<CsafNote> { new("summary", "What to do first", notice.First), new("general", "For users", string.Join("\n", notice.Parts.Skip(1).SelectMany(p => p.Sentences).Select(s => s.Text))) };
        if (one.Incident is { } incident)
        {
            notes.Add(new("description", "What was seen", $"{incident.Threshold}. From {Time(incident.First)} to {Time(incident.Last)}. The gateway's action: {incident.Action}."));
            if (incident.Evidence is { } sha256) notes.Add(new("details", "Frozen evidence", $"SHA-256 {sha256}"));
        }
        return notes;
    }

    private static IReadOnlyList<CsafReference> References(Case one, string address) =>
        one.Label is { } label ? [new CsafReference("The label of the product", $"{address}/labels/{label.Id}")] : [new CsafReference("The registry", address + "/")];

    private static IReadOnlyList<CsafProduct> Products(Case one)
    {
        var chain = one.Chain!;
        var label = chain.Label;
        var component = new CsafComponent(Supplier(chain), chain.Component.Name, chain.Component.Version ?? "not stated", chain.Component.Purl, chain.Component.Cpe.FirstOrDefault(c => c.StartsWith("cpe:", StringComparison.Ordinal)));
        var fix = one.EndsWith;
        var concerned = new CsafProduct
        {
            Id = Product,
            Vendor = label.Maker,
            Name = label.Model,
            Version = fix is null ? label.Versions.Count > 0 ? string.Join(", ", label.Versions) : "not stated" : null,
            VersionRange = fix is null ? null : $"vers:generic/<{Uri.EscapeDataString(fix)}",
            Component = component,
        };
        return fix is null ? [concerned] : [concerned, new CsafProduct { Id = FixedProduct, Vendor = label.Maker, Name = label.Model, Version = fix }];
    }

    // cpe:2.3:a:VENDOR:product and cpe:/a:VENDOR:product; without a CPE the component stands under its own name.
    private static string Supplier(Chain chain)
    {
        foreach (var cpe in chain.Component.Cpe)
        {
            var parts = cpe.Split(':');
            var at = cpe.StartsWith("cpe:2.3:", StringComparison.Ordinal) ? 3 : 2;
            if (parts.Length > at && parts[at] is { Length: > 0 } vendor and not ("*" or "-")) return vendor;
        }
        return chain.Component.Name;
    }

    private static CsafVulnerability Vulnerability(Case one)
    {
        var chain = one.Chain!;
        var standing = one.Standing?.Decision;
        var fix = one.EndsWith;
        IReadOnlyList<string> concerned = [Product];
        var notes = new List<CsafNote>
        {
            new("description", "The vulnerability", chain.Advisory.Summary ?? $"{chain.Advisory.Id}, as published by {string.Join(", ", chain.Advisory.Sources)}."),
            new("details", "Why this product", $"{chain.Reason}. {chain.Component.Name} {chain.Component.Version} was seen at {chain.Component.Seen} ({chain.Component.Method}); inventory SHA-256 {chain.Inventory.Digest}; label {chain.Label.Id}."),
        };
        if (standing is not null) notes.Add(new("other", "The decision", $"{standing.Reason} Role: {one.Standing!.By.Role}. Looked at again on {one.LookAgain:yyyy-MM-dd}. To object: {standing.Objection}"));
        foreach (var word in chain.MakerSays)
            notes.Add(new("other", "Maker says", $"{word.By}: {word.Status}{(word.Justification is { } why ? $" ({why})" : "")}{(word.Signed ? "" : ", not signed")}{(word.Contradiction is { } but ? $"; evidence contradicts: {but}" : "")}"));
        var vulnerability = new CsafVulnerability
        {
            Id = chain.Advisory.Id,
            System = chain.Advisory.Sources.FirstOrDefault() ?? "other",
            Title = $"{chain.Advisory.Id} in {chain.Component.Name}",
            Notes = notes,
            Fixed = fix is null ? [] : [FixedProduct],
            Threats = chain.Advisory.Exploited
                ? [new CsafThreat("exploit_status", $"Known to be exploited, says {string.Join(", ", chain.Advisory.Sources)}", concerned)] : [],
            Remediations = fix is null
                ? [] : [new CsafRemediation("vendor_fix", one.Measure?.Text ?? $"Update to {fix} or later.", concerned, one.Measure?.Since)],
        };
        return standing?.Kind switch
        {
            DecisionKind.NotExploitable => vulnerability with
            {
                NotAffected = concerned,
                Remediations = [],
                Flags = [new CsafFlag(standing.Justification!, concerned, one.Standing!.At)],
                Threats = [.. vulnerability.Threats, new CsafThreat("impact", standing.Reason, concerned, one.Standing!.At)],
            },
            DecisionKind.Resume => vulnerability with
            {
                NotAffected = concerned,
                Remediations = [],
                Threats = [.. vulnerability.Threats, new CsafThreat("impact", standing.Reason, concerned, one.Standing!.At)],
            },
            DecisionKind.Suspend or DecisionKind.UpdateNeeded => vulnerability with
            {
                Affected = concerned,
                Remediations = vulnerability.Remediations.Count > 0
                    ? vulnerability.Remediations : [new CsafRemediation("mitigation", UserNotice.Of(one).First, concerned, one.Standing!.At)],
            },
            _ => vulnerability with { UnderInvestigation = concerned },
        };
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
