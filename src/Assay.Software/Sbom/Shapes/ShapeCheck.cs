using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Assay.Evidence;

namespace Assay.Software.Sbom.Shapes;

/// <summary>Holds a document against a <see cref="ShapeTable"/>: every departure with its JSON path, what was expected, what was found.</summary>
internal sealed class ShapeCheck
{
    /// <summary>Beyond this many one knows enough.</summary>
    public const int MostFaults = 100;
    private const int MostTold = 60;

    private readonly ShapeTable table;
    private readonly List<(string? Name, int Index)> trail = [];
    // Null: only whether it fits is asked, and the first departure ends the look.
    private List<BillFault>? faults = [];

    private readonly string start;
    private readonly LongLists? lists;

    private ShapeCheck(ShapeTable table, string start, LongLists? lists = null) => (this.table, this.start, this.lists) = (table, start, lists);

    /// <param name="start">The path of <paramref name="root"/> itself.</param>
    /// <param name="lists">Lists right inside of <paramref name="root"/> that stand empty there.</param>
    public static IReadOnlyList<BillFault> Of(JsonElement root, ShapeTable table, string shape, string start = "$", LongLists? lists = null)
    {
        var check = new ShapeCheck(table, start, lists);
        check.Value(root, new ShapeType { Kind = ShapeKind.Object, Shape = table[shape] });
        return check.faults!;
    }

    public static bool Fits(JsonElement value, ShapeTable table, ShapeType type) => new ShapeCheck(table, "$") { faults = null }.Value(value, type);

    private bool Value(JsonElement value, ShapeType type)
    {
        switch (type.Kind)
        {
            case ShapeKind.Anything:
                return true;
            case ShapeKind.Text:
                if (value.ValueKind != JsonValueKind.String) return Fault(type.Told, Kind(value));
                return Form(value, type.Form) || Fault(type.Told, Told(value));
            case ShapeKind.Word:
                if (value.ValueKind != JsonValueKind.String) return Fault(type.Told, Kind(value));
                return type.Values!.Contains(value.GetString()!) || Fault(type.Told, Told(value));
            case ShapeKind.Integer or ShapeKind.Number:
                if (value.ValueKind != JsonValueKind.Number) return Fault(type.Told, Kind(value));
                var number = value.GetDouble();
                var fits = double.IsFinite(number) && (type.Kind == ShapeKind.Number || number == Math.Floor(number)) && number >= type.Low && number <= type.High;
                return fits || Fault(type.Told, Told(value));
            case ShapeKind.Boolean:
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False || Fault(type.Told, Kind(value));
            case ShapeKind.Object:
                return value.ValueKind == JsonValueKind.Object ? Object(value, type.Shape!) : Fault(type.Told, Kind(value));
            case ShapeKind.List:
                return value.ValueKind == JsonValueKind.Array ? List(value, type) : Fault(type.Told, Kind(value));
            default:
                return Alternatives(value, type);
        }
    }

    private bool Object(JsonElement value, Shape shape)
    {
        var (seen, whole) = (0UL, true);
        foreach (var member in value.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(member);
            var index = raw.IndexOf((byte)'\\') < 0 ? shape.IndexOf(raw) : shape.IndexOf(member.Name);
            if (index < 0)
            {
                if (shape.IsOpen) continue;
                trail.Add((member.Name, 0));
                whole = Fault($"a member of {shape.Name} in {table.Format} {table.Version}", shape.Elsewhere.TryGetValue(member.Name, out var span) ? $"one of {Span(span)}" : "another") && whole;
                trail.RemoveAt(trail.Count - 1);
            }
            else
            {
                var known = shape.Members[index];
                trail.Add((known.Name, 0));
                if ((seen & 1UL << index) != 0) whole = Fault("each member once", "it is there twice") && whole;
                seen |= 1UL << index;
                whole = Value(member.Value, known.Type) && whole;
                trail.RemoveAt(trail.Count - 1);
            }
            if (!whole && (faults is null || faults.Count >= MostFaults)) return false;
        }
        if ((seen & shape.Required) != shape.Required)
        {
            var missing = shape.Members.Where((m, i) => m.IsRequired && (seen & 1UL << i) == 0).Select(m => m.Name);
            whole = Fault($"{string.Join(" and ", missing)} in {shape.Name}", "none") && whole;
        }
        foreach (var rule in shape.Rules) whole = Rule(value, rule, shape, seen) && whole;
        return whole;
    }

    private bool Rule(JsonElement value, ShapeRule rule, Shape shape, ulong seen)
    {
        bool Has(string name) => shape.IndexOf(name) is >= 0 and var at && (seen & 1UL << at) != 0;
        var whole = rule.Groups.Count(g => g.All(Has));
        string Names(bool there) => string.Join(there ? " and " : ", ", rule.Groups.Where(g => !there || g.All(Has)).Select(g => string.Join(" with ", g)));
        return rule.Kind switch
        {
            ".one" => whole == 1 || Fault($"exactly one of {Names(false)} in {shape.Name}", whole == 0 ? "none" : Names(true)),
            ".any" => whole > 0 || Fault($"one of {Names(false)} in {shape.Name}", "none"),
            ".not" => whole < rule.Groups.Length || Fault($"not {Names(true)} together", "all of them"),
            _ => !Has(rule.Groups[0][0]) || value.TryGetProperty(rule.Groups[1][0], out var flag) && flag.ValueKind == JsonValueKind.True
                || Fault($"{rule.Groups[0][0]} only where {rule.Groups[1][0]} is true", $"{rule.Groups[0][0]} without that"),
        };
    }

    private bool List(JsonElement value, ShapeType type)
    {
        if (trail.Count == 1 && lists is not null && trail[0].Name is { } name && lists.Has(name)) return LongList(name, type);
        var (index, whole) = (0, true);
        var distinct = type.IsUnique && value.GetArrayLength() > 1 ? new HashSet<JsonElement>(JsonEquality.Comparer) : null;
        foreach (var item in value.EnumerateArray())
        {
            trail.Add((null, index++));
            whole = Value(item, type.Item!) && whole;
            if (distinct is not null && !distinct.Add(item)) whole = Fault("no two equal entries", "the same entry again") && whole;
            trail.RemoveAt(trail.Count - 1);
            if (!whole && (faults is null || faults.Count >= MostFaults)) return false;
        }
        return IsLong(index, type) && whole;
    }

    // The same of a list that is read a part at a time: what may be equal is found by its hash.
    private bool LongList(string name, ShapeType type)
    {
        var (index, whole) = (0, true);
        var hashes = type.IsUnique && lists!.Count(name) > 1 ? new (int Hash, int Index)[lists.Count(name)] : null;
        foreach (var item in lists!.Of(name))
        {
            if (hashes is not null) hashes[index] = (JsonEquality.Comparer.GetHashCode(item), index);
            trail.Add((null, index++));
            whole = Value(item, type.Item!) && whole;
            trail.RemoveAt(trail.Count - 1);
            if (!whole && (faults is null || faults.Count >= MostFaults)) return false;
        }
        if (hashes is not null)
        {
            Array.Sort(hashes);
            for (var i = 1; i < hashes.Length && faults is not { Count: >= MostFaults }; i++)
            {
                if (hashes[i].Hash != hashes[i - 1].Hash || !lists.AreEqual(name, hashes[i - 1].Index, hashes[i].Index)) continue;
                trail.Add((null, hashes[i].Index));
                whole = Fault("no two equal entries", "the same entry again");
                trail.RemoveAt(trail.Count - 1);
            }
        }
        return IsLong(index, type) && whole;
    }

    private bool IsLong(int index, ShapeType type)
    {
        if (index >= type.Low && index <= type.High || type.Low == double.NegativeInfinity && index <= type.High) return true;
        return Fault(FormattableString.Invariant($"{type.Low}{(type.High == type.Low ? "" : double.IsInfinity(type.High) ? " or more" : $" to {type.High}")} in the list"), index.ToString(CultureInfo.InvariantCulture));
    }

    private bool Alternatives(JsonElement value, ShapeType type)
    {
        var (outside, fitting) = (faults, 0);
        faults = null;
        foreach (var alternative in type.Alternatives)
        {
            if (!alternative.Takes(value.ValueKind) || !Value(value, alternative)) continue;
            fitting++;
            if (type.Kind == ShapeKind.Any) break;
        }
        faults = outside;
        if (fitting == 1) return true;
        if (fitting > 1) return Fault($"exactly one of {type.Told}", "what fits several");
        if (faults is null) return false;
        // The alternative that fits best tells most.
        List<BillFault>? best = null;
        foreach (var alternative in type.Alternatives.Where(a => a.Takes(value.ValueKind)))
        {
            faults = [];
            Value(value, alternative);
            if (best is null || faults.Count < best.Count) best = faults;
        }
        faults = outside;
        if (best is null || best.Count == 1 && best[0].Path == Path() && value.ValueKind != JsonValueKind.Object) return Fault(type.Told, value.ValueKind == JsonValueKind.String ? Told(value) : Kind(value));
        faults!.AddRange(best.Take(Math.Max(0, MostFaults - faults.Count)));
        return false;
    }

    private bool Fault(string expected, string found)
    {
        if (faults is { Count: < MostFaults }) faults.Add(new BillFault(Path(), expected, found));
        return false;
    }

    private string Path()
    {
        var path = new StringBuilder(start);
        foreach (var (name, index) in trail)
        {
            if (name is null) path.Append(CultureInfo.InvariantCulture, $"[{index}]");
            else if (name.Length <= MostTold && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '$')) path.Append('.').Append(name);
            else path.Append("['").Append(Shortened.Visible(Cut(name))).Append("']");
        }
        return path.ToString();
    }

    private static bool Form(JsonElement value, TextForm form)
    {
        if (form is TextForm.NotEmpty or TextForm.Reference or TextForm.Link) return JsonMarshal.GetRawUtf8Value(value).Length > 2;
        return TextForms.Fits(form, value.GetString()!);
    }

    private static string Span(string span) => span.EndsWith('-') ? $"{span[..^1]} and later" : span.StartsWith('-') ? $"versions up to {span[1..]}" : span.Replace("-", " to ", StringComparison.Ordinal);

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    private static string Told(JsonElement value) => value.ValueKind != JsonValueKind.String ? Cut(value.GetRawText())
        : value.ValueEquals("") ? "an empty text" : Shortened.Visible(Cut(value.GetString()!));

    private static string Cut(string text) => text.Length <= MostTold ? text : text[..(char.IsHighSurrogate(text[MostTold - 1]) ? MostTold - 1 : MostTold)] + "…";
}
