using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Which stages of development the rows of IXIT 19-SecDev speak of: training, design, coding, tests, review, archive, delivery, suppliers.</summary>
/// <remarks>A row that only says that there is nothing refutes; a stage that is not named stays open, since a name is no process and its absence no proof.</remarks>
public sealed class DevelopmentTopics() : Check("development-topics", 2, Polarity.Refute, CoverageScope.Declaration,
    "all stages of development in IXIT 19-SecDev", "a row of IXIT 19-SecDev for every stage from training to suppliers", "5.6-9-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(19).ToList();
        if (rows.Count == 0) return [Open(Units[0], "IXIT 19-SecDev was not handed over", "IXIT 19-SecDev")];
        var answers = new List<Answer>();
        foreach (var of in rows)
        {
            var description = Papers.Field(of.Row, "Description");
            if (Fields.Of(description) is Filled.Denied or Filled.Placeholder or Filled.Empty) answers.Add(Refutes(Units[0], $"{Shortened.Visible(of.Row.Id)} {Fields.Shown(description)}", of.Row.At("Description")).For(of));
        }
        if (answers.Count > 0) return answers;
        var text = string.Join("\n\n", rows.Select(r => Papers.Whole(r.Row)));
        var missing = Stages.Where(s => !s.Words.IsMatch(text)).Select(s => s.Name).ToList();
        // Said to be written nowhere, and most stages without a word.
        if (missing.Count > Stages.Length / 2 && rows.Select(r => (Of: r, Clause: Wording.Clauses(Papers.Field(r.Row, "Description")).FirstOrDefault(c => Unwritten.IsMatch(c) || missing.Count >= Stages.Length - 1 && GivenUp.Is(c, Answer)))).FirstOrDefault(r => r.Clause is not null) is { Clause: { } unwritten } informal)
        {
            return [Refutes(Units[0], $"{Shortened.Visible(informal.Of.Row.Id)} describes no process: \"{Wording.Begin(unwritten)}\"", informal.Of.Row.At("Description")).For(informal.Of)];
        }
        return missing.Count == 0
            ? [Supports(Units[0], $"the {rows.Count} row(s) of IXIT 19-SecDev speak of every stage of development")]
            : [Open(Units[0], $"no row of IXIT 19-SecDev speaks of {string.Join(", ", missing)}", $"a row of IXIT 19-SecDev on {missing[0]}")];
    }

    private static (string Name, Regex Words)[] Stages => field ??=
    [
        ("training", Training), ("design", Design), ("coding", Coding), ("tests", Tests), ("review", Review), ("archive", Archive), ("delivery", Delivery), ("suppliers", Suppliers),
    ];

    private static Regex Answer => field ??= new(@"\b(process|iso|iec|train\w*|model\w*|tests?|tested|review\w*|audit\w*|archiv\w*|sign\w*|standard|lifecycle|sdl|certific\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Unwritten => field ??= new(@"\b(nothing|none of (it|this)|not|never) (is |are |was |has been |been )?(\w+ )?(written( down)?|documented|formali[sz]ed|defined|recorded|laid down|fixed)\b|\b(no|without( any| a)?) (\w+ )?(process|procedures?|rules?|guidelines?|method|methodology|documentation)\b|\b(informal(ly)?|ad[- ]hoc|by feel|as we go|by word of mouth|undocumented|improvis\w+|just (write|do|start|begin)\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Training => field ??= new(@"\b(train(ed|ing|s)?|courses?|education|awareness|taught|qualif\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Design => field ??= new(@"\b(design\w*|architect\w*|requirements?|threat (model\w*|analys\w+)|risk (assessment|analys\w+)|stride)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Coding => field ??= new(@"\b(cod(e|es|ing)|programming|misra|cert c|compiler|lint\w*|static(ally)? analy\w+|sast|implement\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Tests => field ??= new(@"\b(test(s|ed|ing)?|fuzz\w*|penetration|pen-?test\w*|verification|dast|regression)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Review => field ??= new(@"\b((peer|code|design|security|pull request)?[- ]?review\w*|audit\w*|inspection|four[- ]eyes|second (engineer|developer|person))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Archive => field ??= new(@"\b(archiv\w*|version control|source control|repositor(y|ies)|git\w*|svn|backups?|retention|stored for|kept for|configuration management)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Delivery => field ??= new(@"\b(deploy\w*|releas\w*|deliver\w*|roll-?out|ship(ped|ping|s)?|signing|ci/cd|continuous (integration|delivery)|pipeline)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Suppliers => field ??= new(@"\b(suppliers?|third[- ]part(y|ies)|vendors?|supply[- ]chain|sub-?contract\w*|open[- ]source|sbom|bill of materials|dependenc(y|ies)|components? of others)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
