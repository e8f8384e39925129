using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// What the build configuration says of secure boot against what IXIT 20-SecBoot says of the device. A build flag is no fuse:
/// agreement supports, contradiction keeps the units from passing, and neither passes them.
/// </summary>
public sealed class SecureBootFlag() : Check("secure-boot-flag", 1, Polarity.Support, CoverageScope.Declaration,
    "the same word on secure boot in the build configuration and in IXIT 20-SecBoot", "the fuse summary of a delivered unit", "5.7-1-1a", "5.7-1-1b", "5.7-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var flag = Flag(examined);
        var rows = examined.Rows(20).ToList();
        if (flag is null) return Units.Select(u => Open(u, "no build configuration was handed over that says whether boot is verified"));
        if (rows.Count == 0) return Units.Select(u => Open(u, "IXIT 20-SecBoot was not handed over", "IXIT 20-SecBoot, and the fuse summary of a delivered unit"));
        var (file, line, on, insecure) = flag.Value;
        var setting = file.Lines[line - 1].Trim();
        var answers = new List<Answer>();
        var denied = rows.Select(r => (r.Table, r.Row, Sentence: Denial(Papers.Whole(r.Row)))).FirstOrDefault(r => r.Sentence is not null);
        if (on && denied.Row is not null)
        {
            answers.AddRange(Units.Select(u => Contradicts(u, new Contradiction("whether the hardware verifies what it boots",
                new Statement($"{file.Name}: {Wording.Begin(setting)}", file.At(line), IsPaper: true), Papers.Says(denied.Table, denied.Row, Wording.Begin(denied.Sentence!))))));
        }
        if (!on && denied.Row is null)
        {
            var (table, row) = rows[0];
            answers.AddRange(Units.Select(u => Contradicts(u, new Contradiction("whether boot is verified",
                new Statement($"{file.Name}: {Wording.Begin(setting)}", file.At(line), IsPaper: true), Papers.Says(table, row, Wording.Begin(Papers.Whole(row)))))));
        }
        if (on && insecure is { } weak)
        {
            answers.AddRange(Units.Select(u => Contradicts(u, new Contradiction("whether the build enforces secure boot",
                new Statement($"{file.Name}: {Wording.Begin(setting)}", file.At(line), IsPaper: true), new Statement($"{file.Name}: {Wording.Begin(file.Lines[weak - 1])}", file.At(weak), IsPaper: true)))));
        }
        if (answers.Count > 0) return answers;
        return Units.Select(u => on
            ? Supports(u, $"the build configuration turns secure boot on ({file.At(line)}); whether the fuses of a delivered unit are burnt cannot be seen")
            : Open(u, "build configuration and table both say that boot is not verified by hardware"));
    }

    private static (DossierFile File, int Line, bool On, int? Insecure)? Flag(Examined examined)
    {
        (DossierFile, int, bool, int?)? off = null;
        foreach (var file in examined.Of(FileKind.BuildConfiguration))
        {
            int? on = null;
            int? insecure = null;
            for (var i = 0; i < file.Lines.Count; i++)
            {
                var line = file.Lines[i].Trim();
                if (line is "CONFIG_SECURE_BOOT_INSECURE=y") insecure = i + 1;
                else if (Flags.Any(f => line == $"{f}=y")) on = i + 1;
                else if (Flags.Any(f => line == $"# {f} is not set" || line == $"{f}=n")) off ??= (file, i + 1, false, null);
            }
            if (on is not null) return (file, on.Value, true, insecure);
        }
        return off;
    }

    // Names of ESP-IDF, Zephyr and U-Boot for "the boot loader checks a signature", the most telling last.
    private static readonly string[] Flags =
        ["CONFIG_SECURE_BOOT", "CONFIG_SECURE_BOOT_V1_ENABLED", "CONFIG_SECURE_BOOT_V2_ENABLED", "CONFIG_FIT_SIGNATURE", "CONFIG_BOOT_SIGNATURE_TYPE_RSA", "CONFIG_BOOT_SIGNATURE_TYPE_ECDSA_P256", "CONFIG_AVB_VERIFY"];

    // A sentence that speaks of fuses or hardware secure boot and denies them.
    private static string? Denial(string text)
    {
        foreach (var sentence in string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Split(". "))
        {
            var lower = sentence.ToLowerInvariant();
            if (!(lower.Contains("fuse", StringComparison.Ordinal) || lower.Contains("secure boot", StringComparison.Ordinal) || lower.Contains("otp", StringComparison.Ordinal) || lower.Contains("root of trust in hardware", StringComparison.Ordinal))) continue;
            if (Denials.Any(d => lower.Contains(d, StringComparison.Ordinal))) return Around(sentence, "fuse");
        }
        return null;
    }

    // The end of a long sentence is where it denies: show that part.
    private static string Around(string sentence, string word)
    {
        var at = sentence.IndexOf(word, StringComparison.OrdinalIgnoreCase);
        return at <= 60 ? sentence : "…" + sentence[(at - 60)..];
    }

    private static readonly string[] Denials = ["without burning", "not burn", "not been burn", "unburn", "not blown", "not enabled", "not enforced", "not active", "is disabled", "not set", "not used", "no secure boot", "not implemented", "not fused", "are open"];
}
