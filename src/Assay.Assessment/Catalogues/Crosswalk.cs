using Assay.Evidence.Reading;

namespace Assay.Assessment.Catalogues;

/// <summary>How what one row asks relates to what another asks (the words of NIST IR 8477 and of OSCAL's mapping model).</summary>
public enum RelationKind
{
    /// <summary>Both ask for the same.</summary>
    Equal,
    /// <summary>The first asks for a part of what the second asks.</summary>
    Subset,
    /// <summary>The first asks for what the second asks, and for more.</summary>
    Superset,
    /// <summary>They share something; nothing more is said.</summary>
    Intersects,
}

/// <summary>A row of one catalogue beside a row of another.</summary>
public sealed record Relation
{
    /// <summary><c>uk-psti-2023</c></summary>
    public required string FromCatalogue { get; init; }
    public required string FromId { get; init; }
    /// <summary><c>en303645-2.1.1</c>; also the name of a catalogue that is only imported (<see cref="Crosswalk.Imported"/>).</summary>
    public required string ToCatalogue { get; init; }
    public required string ToId { get; init; }
    public required RelationKind Kind { get; init; }
    /// <summary>Who reviewed it, when, and why it holds; null where nobody did.</summary>
    public string? Review { get; init; }
    /// <summary>What narrows it, or null.</summary>
    public string? Note { get; init; }
    /// <summary>Key into <see cref="Catalogue.Sources"/>.</summary>
    public required string Source { get; init; }

    /// <summary>Only then does a verdict carry over; everything else proposes evidence (semantics.md section 1).</summary>
    public bool CarriesVerdicts => Kind == RelationKind.Equal && Review is not null;

    /// <summary>The same relation read from the other side.</summary>
    public Relation Turned() => this with
    {
        FromCatalogue = ToCatalogue,
        FromId = ToId,
        ToCatalogue = FromCatalogue,
        ToId = FromId,
        Kind = Kind switch { RelationKind.Subset => RelationKind.Superset, RelationKind.Superset => RelationKind.Subset, var same => same },
    };
}

/// <summary>The relations between catalogues: <c>Catalogues/Data/crosswalk.tsv</c>, and what the later edition of EN 303 645 says of its earlier one.</summary>
public static class Crosswalk
{
    /// <summary>Catalogues that relations name and that the program does not carry: they come in as OSCAL documents.</summary>
    public const string Imported = "pren40000-1-4";

    /// <summary>Every relation once, in the direction in which its source states it.</summary>
    public static IReadOnlyList<Relation> All => LazyAll.Value;

    /// <summary>The relations from one catalogue to another, in the order of the data; those that are stated the other way round are turned.</summary>
    public static IReadOnlyList<Relation> Of(string from, string to) =>
        [.. All.Where(r => r.FromCatalogue == from && r.ToCatalogue == to).Concat(All.Where(r => r.FromCatalogue == to && r.ToCatalogue == from).Select(r => r.Turned()))];

    /// <summary>The relations of one catalogue with all others, those that are stated the other way round turned.</summary>
    public static IReadOnlyList<Relation> Of(string catalogue) =>
        [.. All.Where(r => r.FromCatalogue == catalogue).Concat(All.Where(r => r.ToCatalogue == catalogue && r.FromCatalogue != catalogue).Select(r => r.Turned()))];

    /// <summary>The rows of a catalogue that are not among <paramref name="named"/>, neither themselves nor through the row they are a part of, nor through one of their own parts.</summary>
    public static IReadOnlyList<Provision> Unmapped(Catalogue catalogue, IEnumerable<string> named)
    {
        var ids = named.ToHashSet(StringComparer.Ordinal);
        return [.. catalogue.Provisions.Where(p => !ids.Contains(p.Id) && (p.Parent is null || !ids.Contains(p.Parent)) && !catalogue.PartsOf(p.Id).Any(part => ids.Contains(part.Id)))];
    }

    private static readonly Lazy<IReadOnlyList<Relation>> LazyAll = new(() => [.. Editions(), .. DataFile.Open(typeof(Crosswalk), "crosswalk.tsv").Rows.Select(Read)]);

    private static IEnumerable<Relation> Editions()
    {
        foreach (var edition in Catalogue.Editions)
        {
            foreach (var provision in edition.Provisions)
            {
                if (provision.Earlier is not { } earlier) continue;
                yield return new Relation
                {
                    FromCatalogue = edition.Id,
                    FromId = provision.Id,
                    ToCatalogue = Catalogue.Default.Id,
                    ToId = earlier,
                    Kind = provision.EarlierIsEqual ? RelationKind.Equal : RelationKind.Subset,
                    Review = provision.EarlierReview,
                    Source = provision.Source,
                };
            }
        }
    }

    private static Relation Read(DataRow r) => new()
    {
        FromCatalogue = r.Need("from"),
        FromId = r.Need("row"),
        ToCatalogue = r.Need("to"),
        ToId = r.Need("its"),
        Kind = r.Need("kind") switch
        {
            "equal" => RelationKind.Equal,
            "subset" => RelationKind.Subset,
            "superset" => RelationKind.Superset,
            "intersects" => RelationKind.Intersects,
            var other => throw new UnreadableException("equal, subset, superset or intersects", other, 0, r.Line),
        },
        Review = r["review"],
        Note = r["note"],
        Source = r.Need("source"),
    };
}
