using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Each declared access control of memory names the hardware behind it; one that its own row calls software only is none. One answer a row.</summary>
public sealed class MemoryHardware() : Check("memory-hardware", 2, Polarity.Refute, CoverageScope.Declaration,
    "a hardware mechanism behind every row of IXIT 18-AccCtrl", "IXIT 18-AccCtrl with the hardware mechanism of every row", "5.6-8-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(18).ToList();
        if (rows.Count == 0) yield return Open(Units[0], "IXIT 18-AccCtrl was not handed over", "IXIT 18-AccCtrl");
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var whole = string.Join("\n\n", of.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value));
            if (GivenUp.Is(whole, Hardware) || Convention.IsMatch(whole)) yield return Refutes(Units[0], $"{id} names no hardware: \"{Wording.Begin(whole)}\"", of.Row.Location).For(of);
            else if (SoftwareOnly.Match(whole) is { Success: true } software) yield return Refutes(Units[0], $"{id} is no hardware mechanism: \"{Wording.Begin(software.Value)}\"", of.Row.Location).For(of);
            else if (Hardware.Match(whole) is { Success: true } hardware) yield return Supports(Units[0], $"{id} names {Wording.Begin(hardware.Value)}").For(of);
            else yield return Open(Units[0], $"{id} names no hardware that a program knows", $"the hardware behind {id}").For(of);
        }
    }

    private static Regex Convention => field ??= new(@"\b((by|through) (the )?(compiler|linker|convention|discipline)( only| alone)?|flat memory|(every|any)(body|one|thing)? (\w+ )?(may|can) (read|write) every(where|thing))\b(?![^.;]*\b(and|with) (the |an? )?(mmu|mpu))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SoftwareOnly => field ??= new(@"(?<!\bnot )\b((purely|only|solely|entirely|exclusively) (\w+ )?(in|by|through|implemented in|enforced (in|by)) (the )?software|(in|by) software (only|alone)|software[- ]only|^\W*(by |in |through )?software( checks?| means| measures| tests)?\W*$|no (hardware|mmu|mpu|memory (management|protection) unit)( or \w+)?( support| mechanism| is (used|available|present))?|without (any )?(hardware support|(an? )?(mmu|mpu)))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Hardware => field ??= new(@"\b(mmu|mpu|pmp|smmu|iommu|trustzone|tzasc|tz-?m|sau|memory (management|protection) units?|no-?execute|nx( bit)?|xn|enclaves?|trusted execution|tee|hypervisor|privileged mode|protection rings?|hardware|e-?fuses?|tpm)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
