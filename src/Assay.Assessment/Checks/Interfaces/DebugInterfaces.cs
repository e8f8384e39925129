using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Rows of debug interfaces: does one that can be reached name how software turns it off, and is one that nobody needs off for good? One answer a row.</summary>
public sealed class DebugInterfaces() : Check("debug-interfaces", 3, Polarity.Refute, CoverageScope.Declaration,
    "declared debug interfaces without a way to turn them off, or on although nobody needs them", "IXIT 15-Intf with the fields Debug Interface, Status and Protection of every port", "5.6-4-1a", "5.6-4-1b", "5.6-4-1c")
{
    public override IEnumerable<Answer> Look(Examined examined) => Judge(examined).Together(asked: 15);

    private IEnumerable<Answer> Judge(Examined examined)
    {
        var rows = examined.Rows(15, 28).Where(r => IsDebug(r.Row)).ToList();
        var answers = new List<Answer>();
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var protection = Papers.Field(of.Row, "Protection");
            var filled = Fields.Of(protection);
            var status = InterfaceStatus.Of(of.Row);
            var said = string.Join("\n\n", of.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value));
            if (status is Switched.Off) answers.Add(Supports("5.6-4-1a", $"{id} is declared off").For(of));
            else if (filled is Filled.Empty or Filled.Placeholder or Filled.Denied) answers.Add(Refutes("5.6-4-1a", $"{id} is a debug interface that is not off, and its protection {Fields.Shown(protection)}", of.Row.At("Protection")).For(of));
            else if (protection is not null && (Wording.Clauses(protection).All(c => Omitted.IsMatch(c) || Bare.IsMatch(c) || NotLocked.IsMatch(c)) || protection is not null && status is Switched.On && GivenUp.Is(protection, Answer) || protection is not null && status is Switched.On && Inviting.IsMatch(protection))) answers.Add(Refutes("5.6-4-1a", $"{id} is a debug interface that is not off, and its protection {Fields.Shown(protection)}", of.Row.At("Protection")).For(of));
            else if (SoftwareSwitch.IsMatch(said)) answers.Add(Supports("5.6-4-1a", $"{id} names how software turns it off").For(of));
            else answers.Add(Open("5.6-4-1a", $"{id} names no switch in software that a program can read", $"how software turns {id} off").For(of));
            // One row, two answers: on, and off in software.
            if (status == Switched.On && protection is not null && OffInSoftware.IsMatch(protection) && Papers.Field(of.Row, "Status") is { } on)
                answers.Add(Contradicts("5.6-4-1a", new Contradiction($"whether {id} is off", Papers.Says(of.Table, of.Row, $"Status {Wording.Begin(on)}"), Papers.Says(of.Table, of.Row, $"Protection {Wording.Begin(protection)}"))).For(of));
            if (Never.Match(said) is { Success: true } never)
            {
                answers.Add(status == Switched.On
                    ? Refutes("5.6-4-1b", $"{id} is on, and its row says \"{Wording.Begin(never.Value)}\"", of.Row.At("Status")).For(of)
                    : Supports("5.6-4-1b", $"{id} is not needed and not on").For(of));
            }
            if (Service.IsMatch(said))
            {
                answers.Add(status is Switched.Off or Switched.OffByDefault or Switched.Sometimes
                    ? Supports("5.6-4-1c", $"{id} serves maintenance and is off at first").For(of)
                    : Open("5.6-4-1c", $"{id} serves maintenance; that it is off at first is not said", $"whether {id} is off as delivered").For(of));
            }
        }
        foreach (var unit in Units.Where(u => answers.All(a => a.Unit != u)))
        {
            answers.Add(Open(unit, examined.Rows(15).Any() ? "no row of this kind is declared a debug interface" : "IXIT 15-Intf was not handed over"));
        }
        return answers;
    }

    /// <summary>The row itself calls the interface one for debugging.</summary>
    internal static bool IsDebug(IxitRow row) => Papers.Field(row, "Debug Interface", "Debug") is { } debug && Wording.IsYes(debug);

    private static Regex OffInSoftware => field ??= new(@"^\W*(disabled|deactivated|switched off|off|turned off) (in|by) (the )?(software|firmware)\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Inviting => field ??= new(@"\b(easy|easily|freely|simple) (to )?(reach|access|open|use)\w*\b|\baccepts? any\b|\bleft as\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Answer => field ??= new(@"\b(disabl\w+|deactivat\w+|lock\w*|switch\w*|remap\w*|fus(e|es|ed|ing)|password\w*|authenticat\w+|challenge|token|populated|protect\w*|rdp|approtect|cas(e|ing)|housing|seal\w*|resin|glue\w*|screw\w*|weld\w*|pots?|potted|removed|compiled|cover\w*|plate)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Bare => field ??= new(@"^\W*(open|unprotected|unlocked|accessible|reachable( from (the )?outside)?|free(ly accessible)?|exposed|not (locked|protected|fused|disabled))\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NotLocked => field ??= new(@"\b(no|not|never|without( any| a)?)\b[^.;]{0,30}\b(lock\w*|fus(e|es|ed|ing)|protect\w*|password|disabl\w+|authenticat\w+|guard)\b(?![^.;]*\b(but|needed|because)\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // What would have locked it was left away.
    private static Regex Omitted => field ??= new(@"\b(saved|skipped|omitted|left (out|away|off|open|undone)|spared|dropped|forgotten|postponed|not (set|burn\w+|done|performed|carried out|programmed|applied|fitted|blown)|missing)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SoftwareSwitch => field ??= new(@"\b(disabl\w+|deactivat\w+|lock(ed|s|ing)?|switch\w* off|turn\w* off|remap\w*|reconfigur\w*|shut off|fus(e|es|ed)|password|authenticat\w+|challenge|not populated|read-?out protection|rdp|approtect)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Never => field ??= new(@"\b(never (needed|required|used|necessary)|(not|no longer) (needed|required|used|necessary) (in the field|after production|after manufactur\w+|by the user|in operation|any ?more)|no (purpose|use|function) (after|outside|beyond) (production|manufactur\w+|development)|left (over )?from development)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Service => field ??= new(@"\b(maintenance|service|servicing|repair|recovery|diagnos\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
