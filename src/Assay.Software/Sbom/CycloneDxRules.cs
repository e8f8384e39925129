using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Matching;
using Assay.Software.Sbom.Shapes;
using static Assay.Software.Sbom.Collecting;

namespace Assay.Software.Sbom;

/// <summary>The rules of CycloneDX: those of its shapes, and those that stand in words only — a reference names one part, a licence expression can be read.</summary>
internal static class CycloneDxRules
{
    public static (IReadOnlyList<BillFault> Faults, IReadOnlyList<BillFault> Remarks) Check(BillFile file)
    {
        if (file.Version is "1.2" or "1.3") return ([], []);
        var walk = new Walk([.. ShapeCheck.Of(file.Root, ShapeTable.CycloneDx[file.Version], "bom", lists: file.Lists)], file);
        walk.Of(file.Root, isInventory: true);
        walk.Relations();
        return (walk.Faults, walk.Remarks);
    }

    private sealed class Walk(List<BillFault> faults, BillFile file)
    {
        private readonly List<(string? Name, int Index)> trail = [];
        private readonly TextNumbers inventory = new(), others = new();

        public List<BillFault> Faults => faults;
        public List<BillFault> Remarks { get; } = [];

        /// <param name="isInventory">True on the way through parts and services: their references have to differ. Steps of a workflow repeat those of what they work with.</param>
        public void Of(JsonElement value, bool isInventory)
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in value.EnumerateObject())
                {
                    if (member.Value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null) continue;
                    if (member.Value.ValueKind == JsonValueKind.String && !IsLookedAt(JsonMarshal.GetRawUtf8PropertyName(member))) continue;
                    var name = member.Name;
                    trail.Add((name, 0));
                    if (member.Value.ValueKind == JsonValueKind.String) Word(value, name, member.Value, isInventory);
                    else if (trail.Count == 1 && file.Lists.Has(name)) Each(file.Lists.Of(name), isInventory && name == "components");
                    else Of(member.Value, isInventory && name is "metadata" or "component" or "components" or "services" or "vulnerabilities");
                    trail.RemoveAt(trail.Count - 1);
                }
            }
            else if (value.ValueKind == JsonValueKind.Array) Each(value.EnumerateArray(), isInventory);
        }

        private void Each(IEnumerable<JsonElement> items, bool isInventory)
        {
            var index = 0;
            foreach (var item in items)
            {
                trail.Add((null, index++));
                if (item.ValueKind is JsonValueKind.Object or JsonValueKind.Array) Of(item, isInventory);
                trail.RemoveAt(trail.Count - 1);
            }
        }

        // Most texts of a document are none of these; their names need not be made.
        private static bool IsLookedAt(ReadOnlySpan<byte> name) =>
            name.SequenceEqual("bom-ref"u8) || name.SequenceEqual("expression"u8) || name.SequenceEqual("purl"u8) || name.SequenceEqual("cpe"u8) || name.SequenceEqual("content"u8) || name.Contains((byte)'\\');

        private void Word(JsonElement holder, string name, JsonElement value, bool isInventory)
        {
            switch (name)
            {
                case "bom-ref" when JsonMarshal.GetRawUtf8Value(value).Length > 2:
                    if (!(isInventory ? inventory : others).Add(value) && isInventory) Fault("a bom-ref that no other part has", Cut(value.GetString()!));
                    break;
                case "expression" when trail.Count > 2 && trail[^3].Name == "licenses" && value.GetString() is { } expression:
                    var read = LicenceExpression.Read(expression);
                    if (read.Fault is { } wrong) Fault("a licence expression (SPDX 2.3, annex D)", Cut(wrong));
                    else if (read.Unknown.FirstOrDefault() is { } unknown) Remark("licences of the SPDX list or LicenseRef-…", Cut(unknown));
                    break;
                case "purl" when value.GetString() is { Length: > 0 } purl:
                    if (PackageName.Read(purl) is null) Remark("a package URL such as pkg:generic/busybox@1.36.1", Cut(purl));
                    break;
                case "cpe" when value.GetString() is { Length: > 0 } cpe:
                    if (CpeName.Read(cpe) is null && !cpe.StartsWith("cpe:/", StringComparison.Ordinal)) Remark("a CPE 2.2 or 2.3 name", Cut(cpe));
                    break;
                case "content" when Text(holder, "alg") is { } algorithm && Length(algorithm) is { } digits && value.GetString()!.Length is var length && length != digits:
                    Remark($"{digits} hexadecimal digits of {algorithm}", length.ToString(CultureInfo.InvariantCulture));
                    break;
            }
        }

        private static int? Length(string? algorithm) => algorithm switch
        {
            "MD5" => 32,
            "SHA-1" => 40,
            "SHA-256" or "SHA3-256" or "BLAKE2b-256" or "BLAKE3" or "Streebog-256" => 64,
            "SHA-384" or "SHA3-384" or "BLAKE2b-384" => 96,
            "SHA-512" or "SHA3-512" or "BLAKE2b-512" or "Streebog-512" => 128,
            _ => null,
        };

        /// <summary>What depends on what: references that lead nowhere, and a circle. Both are allowed, and both are told.</summary>
        public void Relations()
        {
            // What no part is called gets a number behind those of the parts.
            var (graph, parts) = (new DependencyGraph(inventory), inventory.Count);
            var index = 0;
            foreach (var dependency in file.List("dependencies"))
            {
                var row = index++;
                if (Part(dependency, "ref") is not { ValueKind: JsonValueKind.String } from) continue;
                var one = inventory.Number(TextNumbers.Bytes(from));
                if (one >= parts && !IsKnown(from)) Tell($"$.dependencies[{row}].ref", "the bom-ref of a part", Cut(from.GetString()!));
                foreach (var to in List(dependency, "dependsOn"))
                {
                    if (to.ValueKind != JsonValueKind.String) continue;
                    var other = inventory.Number(TextNumbers.Bytes(to));
                    if (other >= parts && !IsKnown(to)) Tell($"$.dependencies[{row}].dependsOn", "bom-refs of parts", Cut(to.GetString()!));
                    graph.Add(one, other);
                }
            }
            if (graph.Circle() is { } circle) Tell("$.dependencies", "parts that do not need themselves", "a circle: " + string.Join(" → ", circle.Take(6).Select(Cut)) + (circle.Count > 6 ? " …" : ""));
        }

        private bool IsKnown(JsonElement reference) => others.Contains(reference) || JsonMarshal.GetRawUtf8Value(reference)[1..].StartsWith("urn:cdx:"u8);

        private void Tell(string at, string expected, string found)
        {
            if (Remarks.Count < ShapeCheck.MostFaults) Remarks.Add(new BillFault(at, expected, found));
        }

        private void Fault(string expected, string found)
        {
            if (faults.Count < ShapeCheck.MostFaults) faults.Add(new BillFault(Path(), expected, found));
        }

        private void Remark(string expected, string found)
        {
            if (Remarks.Count < ShapeCheck.MostFaults) Tell(Path(), expected, found);
        }

        private string Path()
        {
            var path = new StringBuilder("$");
            foreach (var (name, at) in trail) _ = name is null ? path.Append(CultureInfo.InvariantCulture, $"[{at}]") : path.Append('.').Append(Shortened.Visible(Cut(name)));
            return path.ToString();
        }
    }

    internal static string Cut(string text) => Shortened.Visible(text.Length <= 80 ? text : text[..(char.IsHighSurrogate(text[79]) ? 79 : 80)] + "…");
}
