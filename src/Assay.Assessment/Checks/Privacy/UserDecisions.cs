using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every decision that a user is asked has options and a default, and the default keeps protection on. One answer a row.</summary>
public sealed class UserDecisions() : Check("user-decisions", 3, Polarity.Refute, CoverageScope.Declaration,
    "a default for every row of IXIT 26-UserDec that keeps protection on", "IXIT 26-UserDec with its fields Options and Default filled", "5.12-1-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(26).ToList();
        if (rows.Count == 0) yield return Open(Units[0], "IXIT 26-UserDec was not handed over");
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var preset = Papers.Field(of.Row, "Default", "Preset");
            var options = Papers.Field(of.Row, "Options", "Choices");
            // Some layouts mark the default among the options.
            var marked = options is not null && InOptions.IsMatch(options);
            if (Wording.IsEmpty(preset) && !marked || preset is not null && Declarations.Placeholder.Is(preset)) yield return Refutes(Units[0], $"{id} names no default", of.Row.At("Default")).For(of);
            else if (preset is not null && Loose.Match(preset) is { Success: true } loose && !Denied.IsMatch(preset)) yield return Refutes(Units[0], $"the default of {id} is \"{Wording.Begin(loose.Value)}\"", of.Row.At("Default")).For(of);
            else if (preset is not null && IsOff.IsMatch(preset) && Protects.IsMatch($"{of.Row.Id.Replace('-', ' ')}\n{Papers.Field(of.Row, "Description")}")) yield return Refutes(Units[0], $"{id} is about protection, and its default is \"{Wording.Begin(preset)}\"", of.Row.At("Default")).For(of);
            else if (preset is not null && IsOn.IsMatch(preset) && Exposes.Match($"{of.Row.Id.Replace('-', ' ')}\n{Papers.Field(of.Row, "Description")}") is { Success: true } exposed) yield return Refutes(Units[0], $"{id} opens {Wording.Begin(exposed.Value)}, and its default is \"{Wording.Begin(preset)}\"", of.Row.At("Default")).For(of);
            else if (preset is not null && IsOn.IsMatch(preset) && Leaves.Match(preset) is { Success: true } leaves && !Stays.IsMatch(preset)) yield return Refutes(Units[0], $"by the default of {id}, data leaves the device before anybody chose it: \"{Wording.Begin(preset)}\"", of.Row.At("Default")).For(of);
            else yield return Supports(Units[0], $"{id} has a default, and its words leave no protection off").For(of);
        }
    }

    private static Regex InOptions => field ??= new(@"\bdefault\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex IsOn => field ??= new(@"^\W*(on|yes|enabled?|active|activated|true|allowed|open|switched on|always)\b(?!\W*(demand|request|off))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // Old ways in without a cipher, and doors for developers: nothing that is on without a wish for it.
    private static Regex Exposes => field ??= new(@"\b(telnet|t?ftp(?! over (tls|ssh))|rsh|rlogin|adb|debug\w*|developer (mode|options|access)|root shell|serial console|snmp ?v?[12]c?|upnp|port forwarding|wps|wep|smb ?v?1)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Leaves => field ??= new(@"\b(upload\w*|sent|transmitted|shared|published|forwarded|handed (over|on)|passed on|stored (in|at|by|on) (the |our )?(cloud|service|server))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Stays => field ??= new(@"\b(not|never|no|nothing|without|only (if|when|after)|until|unless)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Loose => field ??= new(@"\b(no password|without (a |any )?(key|passphrase|pass ?word|pin|cipher|encryption|protection|log-?in|code)|no (key|passphrase|pin|protection)\b(?! (change|stored))|without (a )?password|password(less| is empty| off)|empty password|no (authentication|encryption|log-?in)|(authentication|encryption|firewall|tls|updates?|automatic updates?|verification|protection|access control)( is| are|:)? (off|disabled|none|switched off|turned off|deactivated)|unencrypted|unprotected|open access|open (network|wi-?fi)|anonymous access|accept (all|any) certificates?|wep)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // "no password until one is set" is loose; "never without password" is not.
    private static Regex Denied => field ??= new(@"\b(never|not (possible|offered|allowed|selectable|available)|cannot|refuses?|prevents?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex IsOff => field ??= new(@"^\W*(off|disabled?|no|none|open|empty|without|false|deactivated|never|not (enabled|active))\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // What is better on, in the row's own name; remote access, telemetry and sharing are better off.
    private static Regex Protects => field ??= new(@"\b((automatic|security|auto|firmware|software)[- ]updates?|passwords?( protection)?|authentication|encrypt\w*|https|tls|firewall|two-factor|2fa|multi-factor|lock-?out|log-?in protection|access control|encryption|signature (check|verification))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
