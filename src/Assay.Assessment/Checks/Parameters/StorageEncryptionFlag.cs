using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>The build configuration's flags for encrypted storage beside what IXIT 10-SecParam says. A flag alone proves nothing: fuses and keys decide on the device.</summary>
public sealed class StorageEncryptionFlag() : Check("storage-encryption-flag", 2, Polarity.Support, CoverageScope.Declaration,
    "flags for encrypted storage in the build configuration beside IXIT 10-SecParam", "the state of the encryption fuses, or a read-out of the flash memory of a delivered unit", "5.4-1-2a")
{
    private static readonly string[] Flags = ["CONFIG_SECURE_FLASH_ENC_ENABLED", "CONFIG_FLASH_ENCRYPTION_ENABLED", "CONFIG_NVS_ENCRYPTION", "CONFIG_FS_ENCRYPTION", "CONFIG_UBIFS_FS_ENCRYPTION", "CONFIG_EXT4_ENCRYPTION", "CONFIG_EXT4_FS_ENCRYPTION", "CONFIG_F2FS_FS_ENCRYPTION", "CONFIG_DM_CRYPT", "CONFIG_TFM_ENCRYPTED_STORAGE", "CONFIG_PSA_ITS_ENCRYPTED", "CONFIG_MCUBOOT_ENCRYPTION_SUPPORT"];

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var set = new List<Location>();
        var unset = new List<Location>();
        foreach (var file in examined.Of(FileKind.BuildConfiguration))
        {
            for (var i = 0; i < file.Lines.Count; i++)
            {
                var line = file.Lines[i].Trim();
                if (Flags.Any(f => line == f + "=y")) set.Add(file.At(i + 1));
                else if (Flags.Any(f => line == $"# {f} is not set" || line == f + "=n")) unset.Add(file.At(i + 1));
            }
        }
        if (set.Count == 0 && unset.Count == 0) return [Open(Units[0], "no build configuration with a flag for encrypted storage was handed over")];
        foreach (var (table, row) in examined.Rows(10))
        {
            var scheme = Papers.Field(row, "Protection Scheme");
            if (set.Count == 0 && Wording.Clauses(scheme).FirstOrDefault(c => Storage.IsMatch(c) && !Wording.IsDenied(c) && !Later.IsMatch(c) && !Unencrypted.IsMatch(c)) is { } promise)
            {
                return [Contradicts(Units[0], new Contradiction("whether the memory that holds parameters is encrypted", Papers.Says(table, row, Wording.Begin(promise)), new Statement("the build configuration leaves encrypted storage off", unset[0], IsPaper: true)))];
            }
            if (set.Count > 0 && unset.Count == 0 && Wording.Clauses(scheme).FirstOrDefault(c => Unencrypted.IsMatch(c)) is { } denial)
            {
                return [Contradicts(Units[0], new Contradiction("whether the memory that holds parameters is encrypted", Papers.Says(table, row, Wording.Begin(denial)), new Statement("the build configuration turns encrypted storage on", set[0], IsPaper: true)))];
            }
        }
        return [Open(Units[0], set.Count > 0 ? "the build configuration turns encrypted storage on; what the fuses of a delivered unit say cannot be seen from it" : "the build configuration leaves encrypted storage off, and no row promises it") with { Locations = [(set.Count > 0 ? set : unset)[0]] }];
    }

    private static Regex Storage => field ??= new(@"\b(encrypt\w*)\b[^.;]{0,60}\b(flash|nvs|storage|partition|memory|file ?system|disk|at rest|emmc)\b|\b(flash|nvs|storage|partition|memory|file ?system|disk|emmc)\b[^.;]{0,60}\b(encrypt\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Unencrypted => field ??= new(@"\b(unencrypted|not encrypted|no encryption|without encryption|plain ?text)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Later => field ??= new(@"\b(scheduled|planned|plan|will|future|upcoming|next (release|version)|roadmap|intended)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
