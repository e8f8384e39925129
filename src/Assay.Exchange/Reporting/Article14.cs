using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Exchange.Cases;

namespace Assay.Exchange.Reporting;

/// <summary>One field of a report.</summary>
/// <param name="Need"><c>must</c>, <c>where applicable</c>, <c>where available</c>.</param>
/// <param name="Value">Null where a person has to fill it in.</param>
public sealed record ReportField(string Id, string Label, string Need, string? Value, string Source);

/// <summary>
/// A draft of what a maker reports under Article 14 of Regulation (EU) 2024/2847, for a person to complete and send: nothing here sends anything. The map of fields is
/// a data file of its own version, read from the Regulation's text; the platform's form was not seen, so the map is provisional and says so.
/// </summary>
public sealed record Article14
{
    public const string MapVersion = "2026-11-23", MapStatus = "provisional",
        MapNote = "Fields follow the text of Article 14. The form of the single reporting platform, as published by ENISA, was not compared field by field: check each field there before sending.";

    public required string Case { get; init; }
    /// <summary>Whose duty it is.</summary>
    public required string Actor { get; init; }
    public required CaseKind Kind { get; init; }
    public required Clock Clock { get; init; }
    public required DateTimeOffset DraftedAt { get; init; }
    public required IReadOnlyList<ReportField> Fields { get; init; }

    /// <summary>Labels of fields that must be there and are not yet.</summary>
    public IReadOnlyList<string> Missing => [.. Fields.Where(f => f is { Need: "must", Value: null }).Select(f => f.Label)];

    /// <param name="stage">Early warning, notification or final report.</param>
    /// <param name="own">What a person filled in: values by field id; they stand before what the case says.</param>
    public static Article14 Draft(Case one, Duty stage, Tlp sensitivity, DateTimeOffset now, IReadOnlyDictionary<string, string>? own = null)
    {
        if (stage == Duty.TellUsers) throw new ArgumentException("the notice to users is a page of its own", nameof(stage));
        var kind = EvidenceJson.Name(one.Kind);
        return new Article14
        {
            Case = one.Id,
            Actor = one.Maker,
            Kind = one.Kind,
            Clock = one.Clocks.First(c => c.Duty == stage),
            DraftedAt = now,
            Fields = [.. Map.Where(r => r["kind"] == kind && r["stage"] == EvidenceJson.Name(stage)).Select(r => new ReportField(r.Need("field"), r.Need("label"), r.Need("need"),
                own?.GetValueOrDefault(r.Need("field")) ?? Fill(one, r["fill"], sensitivity), r.Need("source")))],
        };
    }

    private static readonly IReadOnlyList<DataRow> Map = DataFile.Open(typeof(Article14), "article14.tsv").Rows;

    private static string? Fill(Case one, string? fill, Tlp sensitivity) => fill switch
    {
        "actor" => one.Label is null ? null : one.Maker,
        "product" => one.Label is { } p ? $"{p.Maker} {p.Model}, versions examined: {(p.Versions.Count > 0 ? string.Join(", ", p.Versions) : "not stated")} (label {p.Id})" : null,
        "vulnerability" => one.Chain is { } c ? $"{c.Advisory.Id}{(c.Advisory.Aliases.Count > 0 ? $" ({string.Join(", ", c.Advisory.Aliases)})" : "")} in {c.Component.Name} {c.Component.Version}" : null,
        "aware" => one.Awareness is { } a ? $"{EvidenceJson.Time(a.Since)}, stated by {a.By} on {EvidenceJson.Time(a.At)}: {a.Reason}" : null,
        "exploit" => one.Chain is { Advisory: { Exploited: true } advisory }
            ? $"Listed as exploited{(advisory.ExploitedSince is { } day ? $" since {day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : "")} by {string.Join(", ", advisory.Sources)}" : null,
        "nature" => one.Chain is { } chain ? $"{chain.Advisory.Summary ?? "No summary in the advisories."} {chain.Reason}; seen at {chain.Component.Seen}." : null,
        "measures" => one.Measure is { } measure ? $"{measure.Text}{(measure.Version is { } v ? $" (version {v})" : "")}, available since {EvidenceJson.Time(measure.Since)}" : null,
        "userMeasures" => UserNotice.Of(one).First,
        "tlp" => sensitivity.Name(),
        "incident" => one.Incident is { } i ? $"{i.Kind}, {EvidenceJson.Time(i.First)} to {EvidenceJson.Time(i.Last)}: {i.Threshold}. The gateway's action: {i.Action}." : null,
        "triage" => one.Events.OfType<Triaged>().LastOrDefault()?.Assessment,
        "threat" => one.Incident is { } seen ? Stix.Bundle.Taxonomy(seen.Kind) : null,
        _ => null,
    };

    /// <summary><c>assay/article14-draft/1</c>.</summary>
    public byte[] Json() => JsonBytes.Of(new JsonObject
    {
        ["schema"] = "assay/article14-draft/1",
        ["case"] = Case,
        ["kind"] = EvidenceJson.Name(Kind),
        ["stage"] = EvidenceJson.Name(Clock.Duty),
        ["actor"] = Actor,
        ["due"] = Clock.Due is { } due ? EvidenceJson.Time(due) : null,
        ["basis"] = Clock.Basis,
        ["draftedAt"] = EvidenceJson.Time(DraftedAt),
        ["sent"] = false,
        ["fieldMap"] = new JsonObject { ["version"] = MapVersion, ["status"] = MapStatus, ["note"] = MapNote },
        ["fields"] = JsonBytes.Array(Fields.Select(f => new JsonObject
        {
            ["field"] = f.Id,
            ["label"] = f.Label,
            ["need"] = f.Need,
            ["value"] = f.Value,
            ["source"] = f.Source,
        })),
        ["missing"] = JsonBytes.Array(Missing),
    });

    /// <summary>To read, complete and copy.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"DRAFT for a person to complete and send. Nothing was sent.\n\n{Title(Clock.Duty)} under Article 14, case {Case}\nReporting duty of: {Actor}\n");
        text.Append(CultureInfo.InvariantCulture, $"Due: {(Clock.Due is { } due ? EvidenceJson.Time(due) : "not running yet")} ({Clock.Basis})\nDrafted: {EvidenceJson.Time(DraftedAt)}\n");
        foreach (var field in Fields) text.Append(CultureInfo.InvariantCulture, $"\n{field.Label} [{field.Need}; {field.Source}]\n  {field.Value ?? "(to be filled in by a person)"}\n");
        if (Missing.Count > 0) text.Append(CultureInfo.InvariantCulture, $"\nStill missing: {string.Join("; ", Missing)}\n");
        return text.Append(CultureInfo.InvariantCulture, $"\nField map {MapVersion}, {MapStatus}. {MapNote}\n").ToString();
    }

    private static string Title(Duty duty) => duty switch
    {
        Duty.EarlyWarning => "Early warning (24 hours)",
        Duty.Notification => "Notification (72 hours)",
        _ => "Final report",
    };
}
