using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Marks of personal data in clear text in a capture.</summary>
public sealed class PersonalDataInClear() : Check("personal-data-in-clear", 1, Polarity.Refute, CoverageScope.Capture,
    "e-mail addresses, names, positions and other marks of personal data in clear text", "a capture while personal data is known to flow", "5.8-1-2a", "5.8-2-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Findings.Where(f => f.Location.Frame is not null && f.Has(Traits.PersonalMarker)).ToList();
        if (seen.Count == 0) return Silence(examined);
        var answers = Refutes($"{seen.Count} mark(s) of personal data crossed the network in clear text", seen, "5.8-1-2a").ToList();
        var sensitive = examined.Rows(21).FirstOrDefault(r => Wording.IsYes(Papers.Field(r.Row, "Sensitive")));
        // Which data is sensitive only the table says: without it the second unit needs a person.
        answers.Add(sensitive.Row is null
            ? Open("5.8-2-2a", "personal data crossed the network in clear text; whether it is sensitive, IXIT 21-PersData does not say", "IXIT 21-PersData with its field Sensitive", seen)
            : Contradicts("5.8-2-2a", new Contradiction("whether sensitive personal data is protected on its way", Papers.Says(sensitive.Table, sensitive.Row, "is declared sensitive"), Papers.Seen(seen[0])), seen));
        return answers;
    }
}
