using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Personal data inside telemetry: the rows that are named exist, and telemetry with personal data has a purpose. One answer a row.</summary>
public sealed class TelemetryPersonalData() : Check("telemetry-personal-data", 2, Polarity.Refute, CoverageScope.Declaration,
    "rows of IXIT 24-TelData with personal data that have no purpose, or name a row that is not there", "IXIT 24-TelData with its fields Purpose and Personal Data, and the rows of IXIT 21 that it names", "6-4-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(24).ToList();
        var data = examined.Declaration.Table(21);
        if (rows.Count == 0) yield return Open(Units[0], "IXIT 24-TelData was not handed over", "IXIT 24-TelData");
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var personal = Papers.Field(of.Row, "Personal Data");
            var filled = Fields.Of(personal);
            var purpose = Papers.Field(of.Row, "Purpose");
            if (filled is Filled.Denied or Filled.NotApplicable)
            {
                yield return Supports(Units[0], $"{id} holds no personal data, by its row").For(of);
                continue;
            }
            if (filled is Filled.Missing or Filled.Empty or Filled.Placeholder)
            {
                yield return Open(Units[0], $"{id} does not say whether it holds personal data", $"the field Personal Data of {id}").For(of);
                continue;
            }
            var (known, unknown) = Papers.References(personal!, data, "PersData");
            if (unknown.Count > 0 && data is not null)
            {
                yield return Contradicts(Units[0], new Contradiction($"whether there is personal data {unknown[0]}", Papers.Says(of.Table, of.Row, $"names {unknown[0]}"), Papers.Says(data, data.Location, $"has no row {unknown[0]}"))).NotIn(21).For(of);
            }
            else if (Fields.Of(purpose) is Filled.Empty or Filled.Placeholder or Filled.Denied) yield return Refutes(Units[0], $"{id} holds personal data, and its purpose {Fields.Shown(purpose)}", of.Row.At("Purpose")).For(of);
            else yield return Fields.Of(purpose) == Filled.Words && known.Count > 0
                ? Supports(Units[0], $"{id} names its personal data and a purpose; whether it is needed for that is for a person").For(of)
                : Open(Units[0], $"{id} holds personal data; {(known.Count == 0 ? "the rows of IXIT 21-PersData behind it are not named" : "its purpose is not said")}").For(of);
        }
    }
}
