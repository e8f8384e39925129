using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching.Parts;
using Assay.Software.Matching.Repairs;

namespace Assay.Software.Matching;

internal enum Condition { False, Unknown, True }

/// <summary>What else is in a product: where the conditions of an advisory ("running on") are asked.</summary>
public sealed class Surroundings
{
    public static readonly Surroundings Unknown = new([]);

    private readonly IReadOnlyList<ComponentIdentity> all;
    private readonly ILookup<string, Repair> repairs;
    private readonly bool linux;

    /// <param name="facts">What else is known of the product: its parts, what it starts, what its packages say of themselves.</param>
    public Surroundings(IEnumerable<Component> components, ProductFacts? facts = null)
    {
        all = [.. components.Select(c => new ComponentIdentity(c))];
        linux = all.Any(i => i.IsLinux);
        Facts = facts;
        repairs = (facts?.Repairs ?? []).ToLookup(r => r.Vulnerability, StringComparer.Ordinal);
        Parts = facts is null ? null : new PartJudgement(facts);
    }

    /// <summary>Null where nobody looked.</summary>
    public ProductFacts? Facts { get; }
    internal PartJudgement? Parts { get; }

    /// <summary>What its own history says that mends one of these vulnerabilities in the component, or keeps it out; null where it says nothing.</summary>
    internal Repair? RepairOf(ComponentIdentity component, IEnumerable<string> ids)
    {
        if (repairs.Count == 0) return null;
        foreach (var id in ids)
        {
            if (repairs[id].FirstOrDefault(r => component.IsRepairedBy(r)) is { } repair) return repair;
        }
        return null;
    }

    /// <summary>Whether every need is met by the component itself or by something beside it; false only where the opposite is known.</summary>
    internal Condition Judge(ComponentIdentity self, IReadOnlyList<IReadOnlyList<CpeName>> needs, out string? unmet)
    {
        unmet = null;
        var answer = Condition.True;
        foreach (var need in needs)
        {
            var met = Condition.False;
            foreach (var name in need)
            {
                var one = Judge(self, name);
                if (one > met) met = one;
            }
            if (met == Condition.False)
            {
                unmet = Of(need);
                return Condition.False;
            }
            if (met == Condition.Unknown)
            {
                answer = Condition.Unknown;
                unmet ??= Of(need);
            }
        }
        return answer;

        static string Of(IReadOnlyList<CpeName> need) => string.Join(" or ", need.Take(3).Select(n => n.Vendor == CpeName.Any ? n.Product : n.Name)) + (need.Count > 3 ? " or others" : "");
    }

    private Condition Judge(ComponentIdentity self, CpeName need)
    {
        // A firmware is the firmware of its hardware.
        if (need.Part == "h" && self.IsCpe(need.Vendor, need.Product + "_firmware")) return Condition.True;
        if (need.Vendor == CpeName.Any)
        {
            if (self.Own.Any(c => c.TargetSoftware == need.Product) || all.Any(i => i.IsCalled(need.Product)) || need.Product == "linux" && linux) return Condition.True;
        }
        else if (all.Prepend(self).Any(i => i.IsCpe(need.Vendor, need.Product) && IsVersion(i, need.Version)))
        {
            return Condition.True;
        }
        // Two kernels do not run at once: where Linux is, Windows and Apple's systems are not.
        var foreign = need.Vendor is "microsoft" && need.Product.StartsWith("windows", StringComparison.Ordinal) || need.Vendor is "apple" && need.Part is "o" or "h"
            || need.Vendor == CpeName.Any && need.Product is "windows" or "macos" or "mac_os" or "mac_os_x" or "iphone_os" or "ios" or "ipados";
        return foreign && linux ? Condition.False : Condition.Unknown;
    }

    private static bool IsVersion(ComponentIdentity component, string version) =>
        version is CpeName.Any or CpeName.None || component.VersionFor(VersionScheme.Generic) is { } own && VersionOrder.Compare(own, version.Replace("\\", "", StringComparison.Ordinal), VersionScheme.Generic) == 0;
}
