using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>A row on trimming code by which nothing is trimmed: none is done, or what a supplier delivers goes out as it came.</summary>
public sealed class CodeMinimisation() : RowCheck("code-minimisation", 1, Polarity.Refute, 16,
    "rows of IXIT 16-CodeMin by which nothing is left out", "IXIT 16-CodeMin with the technique, and the list of what the image holds", "5.6-6-1a")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var says = Papers.Field(row, "Description");
        if (says is null) yield break;
        var untouched = Wording.Clauses(says).FirstOrDefault(c => Untouched.IsMatch(c));
        if (!Wording.IsMissing(says) && Fields.Of(says) != Filled.Denied && untouched is null && !GivenUp.Is(says, Answer)) yield return Open(Units[0], $"{Name(row)}: whether that leaves only what is needed is for a person");
        else yield return Refutes(Units[0], $"{Name(row)} trims nothing: \"{Wording.Begin(untouched ?? says)}\"", row.At("Description"));
    }

    private static Regex Answer => field ??= new(@"\b(remov\w*|strip\w*|link\w*|minim\w*|manifest|list\w*|config\w*|only|unused|select\w*|size|kconfig|lto|exclud\w*|without|reduc\w*|build\w*|built|compil\w*|review\w*|dead|snaps?|packages?|audit\w*|allow-?list|dynamic|shell|needed|required|debug\w*|symbols?|names?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Untouched => field ??= new(@"\b(nothing|no code|no (feature|function|package|component)s?) (is|are|was|were|gets?) (ever )?(removed|trimmed|taken out|left out|stripped|minimi[sz]ed|reduced)\b|\b(ship\w*|goes|go|go out|deliver\w*|taken over|used|installed|left)\b[^.;]{0,30}\bas (it|they) (is|are|came|comes?|stands?)\b|\b(ship\w*|used|goes out|left) (as (delivered|supplied|received)|unchanged|complete(ly)?|in full|as a whole)\b|\b(do|does|did) not (remove|trim|strip|minimi[sz]e|reduce|leave out)\b|^[^.;]{0,10}\bno (technique|minimi[sz]ation|reduction|method|measure)s?\b[^.;]{0,30}(applied|used|taken|done)?(?=[.;,]|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
