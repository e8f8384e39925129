using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>A row on the control of privileges that controls none: everything runs with all rights, or nothing is done.</summary>
public sealed class PrivilegeDesign() : RowCheck("privilege-design", 1, Polarity.Refute, 17,
    "rows of IXIT 17-PrivlCtrl by which everything runs with all rights", "IXIT 17-PrivlCtrl with the user and the rights of each process", "5.6-7-1a")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var says = Papers.Field(row, "Description");
        if (says is null) yield break;
        var all = Wording.Clauses(says).FirstOrDefault(c => AllRights.IsMatch(c) && !Spared.IsMatch(c) && !Wording.IsAverted(c)) ?? Wording.Clauses(says).FirstOrDefault(c => None.IsMatch(c));
        if (!Wording.IsMissing(says) && Fields.Of(says) != Filled.Denied && all is null && !GivenUp.Is(says, Answer)) yield return Open(Units[0], $"{Name(row)}: whether it leaves each part no more rights than it needs is for a person");
        else yield return Refutes(Units[0], $"{Name(row)} controls no privileges: \"{Wording.Begin(all ?? says)}\"", row.At("Description"));
    }

    private static Regex Answer => field ??= new(@"\b(users?|uids?|capab\w*|seccomp|separat\w*|mpu|mmu|sandbox\w*|isolat\w*|own|roles?|selinux|apparmor|tasks?|threads?|domains?|confin\w*|acls?|root|rights?|jail\w*|minijail|ujail|polkit|partition\w*|trustzone|abilities|queue|apart|only|drop\w*|container\w*|namespaces?|tf-m|supervisor)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex AllRights => field ??= new(@"\b(everything|all (the )?(\w+ )?(processes|programs?|daemons|services|software|code|tasks|applications?|components|parts|functions)|(the )?(whole|entire) (system|software|application|firmware)|(each|every) (process|program|daemon|service|task|application|component))\b[^.;]{0,30}\b(runs?|works?|executes?|executed|operates?|running|has|have|started)\b[^.;]{0,20}\b(root|superuser|administrator|uid 0|(all|full|the (same|highest|maximum)|unrestricted|kernel|system|privileged) (rights?|privileges?|mode|permissions?|access|level|user)|privileged)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // What runs so at first, or with exceptions, is another design.
    private static Regex Spared => field ??= new(@"\b(except|apart from|other than|until|at first|then drops?|drops?|unless|only (during|while|at|for|in)|before)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex None => field ??= new(@"^[^.;]{0,30}\b(no (separation|control|division) of (privileges|rights|duties|processes|users)|everything is root|(there is )?only one (user|account)\b|(one|a single) (user|process|task|account|program) (\w+ ){0,2}(everything|all)\b|uid 0 for (every|all)|no user (but|except|other than) root|(each|every|any) (program|process|task|part|component) (may|can) (do )?(everything|anything|all)|privileges are not (controlled|separated|restricted|limited)|no privilege (control|separation)\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
