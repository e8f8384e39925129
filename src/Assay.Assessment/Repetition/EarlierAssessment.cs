using System.Text.Json;
using Assay.Assessment.Documents;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Repetition;

/// <summary>
/// An <c>assessment.json</c> that was written before, as far as another assessment needs it: what it rested on, and what it answered.
/// Read from a file that anyone may have written, so every member is checked.
/// </summary>
public sealed record EarlierAssessment
{
    public required string ToolDigest { get; init; }
    public required DateTimeOffset AsOf { get; init; }
    /// <summary>Standard and methodology.</summary>
    public required IReadOnlyList<string> Editions { get; init; }
    public required IReadOnlyList<string> Versions { get; init; }
    /// <summary>SHA-256 by name of the file.</summary>
    public required IReadOnlyDictionary<string, string> Evidence { get; init; }
    /// <summary>Digest by name of the part of what was examined (<see cref="AssessmentResult.Inputs"/>); empty in assessments of older builds.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }
    public required IReadOnlyDictionary<string, CheckRun> Checks { get; init; }
    public required IReadOnlyDictionary<string, UnitVerdict> Units { get; init; }
    public required IReadOnlyDictionary<string, Outcome> Provisions { get; init; }
    public required IReadOnlyDictionary<int, bool> Levels { get; init; }

    private const int Largest = 256 << 20, Most = 100_000;

    /// <exception cref="UnreadableException">It is no assessment, or a member is missing or of another kind; says which.</exception>
    public static EarlierAssessment Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > Largest) throw new UnreadableException($"an assessment of at most {Largest} bytes", $"{json.Length} bytes", Largest);
        if (!System.Text.Unicode.Utf8.IsValid(json.Span)) throw new UnreadableException("an assessment in UTF-8", "other bytes", 0);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            return Of(document.RootElement);
        }
        catch (JsonException wrong)
        {
            throw new UnreadableException("an assessment in JSON", wrong.Message, wrong.BytePositionInLine ?? 0, (int)Math.Min(int.MaxValue, (wrong.LineNumber ?? 0) + 1));
        }
    }

    private static EarlierAssessment Of(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || Text(root, "schema") != AssessmentJson.Schema) throw new UnreadableException($"the schema {AssessmentJson.Schema}", Shown(root, "schema"), 0);
        var verdicts = List(root, "verdicts").ToList();
        return new EarlierAssessment
        {
            ToolDigest = Text(Member(root, "tool", JsonValueKind.Object), "digest"),
            AsOf = Member(root, "asOf", JsonValueKind.String).TryGetDateTimeOffset(out var time) ? time : throw new UnreadableException("a time in asOf", Shown(root, "asOf"), 0),
            Editions = Texts(root, "editions"),
            Versions = Texts(Member(root, "device", JsonValueKind.Object), "versions"),
            Evidence = Named(List(root, "evidence"), e => (Text(e, "artefact"), Text(e, "sha256"))),
            Inputs = root.TryGetProperty("inputs", out var inputs) && inputs.ValueKind == JsonValueKind.Object
                ? Named(inputs.EnumerateObject(), p => (p.Name, p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : "")) : new Dictionary<string, string>(),
            Checks = Named(List(root, "checks"), c => (Text(c, "id"), CheckRun(c))),
            Units = Named(verdicts.SelectMany(v => List(v, "units")), u => (Text(u, "unit"), Unit(u))),
            Provisions = Named(verdicts, v => (Text(v, "provision"), OutcomeOf(v))),
            Levels = Named(List(root, "levels"), l => (Number(l, "level"), Member(l, "met").ValueKind == JsonValueKind.True)),
        };
    }

    private static CheckRun CheckRun(JsonElement c) => new(Text(c, "id"), Number(c, "version"), Text(c, "polarity"), Text(c, "looksFor"), Texts(c, "units"), Number(c, "answers"),
        c.TryGetProperty("reads", out _) ? Texts(c, "reads") : []);

    private static UnitVerdict Unit(JsonElement u) => new()
    {
        Unit = Text(u, "unit"),
        Outcome = OutcomeOf(u),
        Grade = GradeOf(u),
        Reason = Text(u, "reason"),
        Findings = Texts(u, "findings"),
        Contradictions = [.. List(u, "contradictions").Select(c => new Contradiction(Text(c, "about"), Side(c, "one"), Side(c, "other")))],
        Settle = Maybe(u, "settle"),
        Declared = Maybe(u, "declared"),
        IsPreparatory = u.TryGetProperty("preparatory", out var preparatory) && preparatory.ValueKind == JsonValueKind.True,
        Scope = Maybe(u, "scope"),
        Rows = u.TryGetProperty("rows", out _) ? [.. List(u, "rows").Select(Row)] : [],
        Inherited = u.TryGetProperty("inherited", out _) ? Texts(u, "inherited") : [],
    };

    private static RowVerdict Row(JsonElement r) => new()
    {
        Row = new RowPlace(Number(r, "table"), Text(r, "row"), Place(Member(r, "location", JsonValueKind.Object))),
        Outcome = OutcomeOf(r),
        Grade = GradeOf(r),
        Reason = Text(r, "reason"),
        Findings = r.TryGetProperty("findings", out _) ? Texts(r, "findings") : [],
    };

    private static Statement Side(JsonElement contradiction, string name)
    {
        var side = Member(contradiction, name, JsonValueKind.Object);
        return new Statement(Text(side, "says"), Place(Member(side, "location", JsonValueKind.Object)), Member(side, "paper").ValueKind == JsonValueKind.True);
    }

    private static Location Place(JsonElement l) => new()
    {
        Artefact = Text(l, "artefact"),
        Path = Maybe(l, "path"),
        Offset = l.TryGetProperty("offset", out var offset) && offset.TryGetInt64(out var at) ? at : null,
        Frame = l.TryGetProperty("frame", out var frame) && frame.TryGetInt64(out var number) ? number : null,
        Line = l.TryGetProperty("line", out var line) && line.TryGetInt32(out var of) ? of : null,
    };

    private static Outcome OutcomeOf(JsonElement of) => EnumOf<Outcome>(Text(of, "outcome"), "outcome");

    private static Grade? GradeOf(JsonElement of) => Maybe(of, "grade") is { } grade ? EnumOf<Grade>(grade, "grade") : null;

    private static T EnumOf<T>(string word, string member) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (EvidenceJson.Name(value) == word) return value;
        }
        throw new UnreadableException($"one of {string.Join(", ", Enum.GetValues<T>().Select(EvidenceJson.Name))} in {member}", Shortened.Visible(word), 0);
    }

    private static JsonElement Member(JsonElement of, string name, JsonValueKind? kind = null) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var member) && (kind is null || member.ValueKind == kind) ? member
            : throw new UnreadableException($"{name} in an assessment", Shown(of, name), 0);

    private static string Text(JsonElement of, string name) => Member(of, name, JsonValueKind.String).GetString()!;

    private static string? Maybe(JsonElement of, string name) => of.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static int Number(JsonElement of, string name) => Member(of, name, JsonValueKind.Number).TryGetInt32(out var number) ? number : throw new UnreadableException($"a number in {name}", Shown(of, name), 0);

    private static IEnumerable<JsonElement> List(JsonElement of, string name)
    {
        var list = Member(of, name, JsonValueKind.Array);
        if (list.GetArrayLength() > Most) throw new UnreadableException($"at most {Most} {name}", $"{list.GetArrayLength()}", Most);
        return list.EnumerateArray();
    }

    private static List<string> Texts(JsonElement of, string name) =>
        [.. List(of, name).Select(t => t.ValueKind == JsonValueKind.String ? t.GetString()! : throw new UnreadableException($"texts in {name}", t.ValueKind.ToString(), 0))];

    // The last of a name counts, as in JSON itself.
    private static Dictionary<TKey, TValue> Named<T, TKey, TValue>(IEnumerable<T> all, Func<T, (TKey, TValue)> of) where TKey : notnull
    {
        var named = new Dictionary<TKey, TValue>();
        foreach (var (key, value) in all.Select(of)) named[key] = value;
        return named;
    }

    private static string Shown(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object ? of.TryGetProperty(name, out var member) ? member.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? member.ValueKind.ToString() : Shortened.Visible(member.ToString()) : "nothing" : of.ValueKind.ToString();
}
