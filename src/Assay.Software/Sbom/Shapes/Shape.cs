using System.Collections.Frozen;
using System.Text.Json;

namespace Assay.Software.Sbom.Shapes;

internal enum ShapeKind { Anything, Text, Word, Integer, Number, Boolean, Object, List, Any, One }

/// <summary>What a value may be.</summary>
internal sealed class ShapeType
{
    public required ShapeKind Kind { get; init; }
    public TextForm Form { get; init; }
    public FrozenSet<string>? Values { get; init; }
    public Shape? Shape { get; init; }
    public ShapeType? Item { get; init; }
    public bool IsUnique { get; init; }
    /// <summary>Bounds of a number, or of a list's length.</summary>
    public double Low { get; init; } = double.NegativeInfinity;
    public double High { get; init; } = double.PositiveInfinity;
    public ShapeType[] Alternatives { get; init; } = [];

    /// <summary>True where a value of this kind can fit at all.</summary>
    public bool Takes(JsonValueKind kind) => Kind switch
    {
        ShapeKind.Anything => true,
        ShapeKind.Text or ShapeKind.Word => kind == JsonValueKind.String,
        ShapeKind.Integer or ShapeKind.Number => kind == JsonValueKind.Number,
        ShapeKind.Boolean => kind is JsonValueKind.True or JsonValueKind.False,
        ShapeKind.Object => kind == JsonValueKind.Object,
        ShapeKind.List => kind == JsonValueKind.Array,
        _ => Alternatives.Any(a => a.Takes(kind)),
    };

    /// <summary>For a message: <c>a list of component</c>, <c>one of: required, optional, excluded</c>.</summary>
    public string Told => Kind switch
    {
        ShapeKind.Anything => "anything",
        ShapeKind.Text => TextForms.Told(Form),
        ShapeKind.Word when Form == TextForm.Licence => "an identifier of the SPDX licence list",
        ShapeKind.Word => Values!.Count == 1 ? Values.First() : $"one of {string.Join(", ", Values.Order(StringComparer.Ordinal).Take(40))}{(Values.Count > 40 ? " …" : "")}",
        ShapeKind.Integer => $"a whole number{Bounds}",
        ShapeKind.Number => $"a number{Bounds}",
        ShapeKind.Boolean => "true or false",
        ShapeKind.Object => Shape!.Name.Length == 0 ? "an object" : $"an object ({Shape.Name})",
        ShapeKind.List => $"a list of {(Item!.Kind is ShapeKind.Object ? Item.Shape!.Name : Item.Told)}",
        _ => string.Join(" or ", Alternatives.Select(a => a.Told).Distinct(StringComparer.Ordinal)),
    };

    private string Bounds => (double.IsInfinity(Low), double.IsInfinity(High)) switch
    {
        (true, true) => "",
        (false, true) => FormattableString.Invariant($" of {Low} at least"),
        (true, false) => FormattableString.Invariant($" of {High} at most"),
        _ => FormattableString.Invariant($" from {Low} to {High}"),
    };
}

/// <param name="Name">As the document writes it; <paramref name="Utf8"/> the same in bytes.</param>
internal sealed record ShapeMember(string Name, byte[] Utf8, bool IsRequired, ShapeType Type);

/// <param name="Kind"><c>.one</c>, <c>.any</c>, <c>.not</c>, <c>.with</c>, as the notation says.</param>
internal sealed record ShapeRule(string Kind, string[][] Groups);

/// <summary>One object of a format: at most 64 members.</summary>
internal sealed class Shape(string name)
{
    /// <summary>An object of which nothing is said.</summary>
    public static readonly Shape Free = new("") { IsOpen = true };

    private readonly List<ShapeMember> members = [];

    public string Name { get; } = name;
    public bool IsOpen { get; set; }
    public IReadOnlyList<ShapeMember> Members => members;
    public List<ShapeRule> Rules { get; } = [];
    /// <summary>Members that other versions of the format have here, with those versions.</summary>
    public Dictionary<string, string> Elsewhere { get; } = new(StringComparer.Ordinal);
    /// <summary>A bit for each member that must be there.</summary>
    public ulong Required { get; private set; }

    public void Add(ShapeMember member) => members.Add(member);

    public void Close()
    {
        if (members.Count > 64) throw new InvalidOperationException($"shapes: {Name} has more than 64 members");
        for (var i = 0; i < members.Count; i++) Required |= members[i].IsRequired ? 1UL << i : 0;
        foreach (var member in members) Elsewhere.Remove(member.Name);
    }

    /// <summary>The member's place, or -1.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < members.Count; i++)
        {
            if (name.SequenceEqual(members[i].Utf8)) return i;
        }
        return -1;
    }

    public int IndexOf(string name) => members.FindIndex(m => m.Name == name);
}
