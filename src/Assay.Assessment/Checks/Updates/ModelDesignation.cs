using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>The model's name in IXIT 2-UserInfo, device.yaml and the MUD file: one and the same?</summary>
public sealed class ModelDesignation() : Check("model-designation", 4, Polarity.Support, CoverageScope.Declaration,
    "one model name in IXIT 2-UserInfo, device.yaml and the MUD file", "a picture of the label on the device", "5.3-16-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        if (examined.Device.Model == Device.Unknown) return [Open(Units[0], "what the device is called is not said", "device.yaml with \"model: NAME\"")];
        var answers = new List<Answer>();
        var agree = 0;
        var sheet = examined.Of(FileKind.Device).FirstOrDefault();
        var own = new Statement($"device.yaml: {examined.Device.Model}", sheet is null ? new Location { Artefact = "--model" } : sheet.At(1), IsPaper: true);
        foreach (var (table, row) in examined.Rows(2))
        {
            var says = Papers.Field(row, "Model Designation");
            if (Wording.IsEmpty(says) && row.Id.StartsWith("Model Designation", StringComparison.OrdinalIgnoreCase)) says = string.Join('\n', row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value));
            if (Wording.IsEmpty(says)) continue;
            if (says!.Contains(examined.Device.Model, StringComparison.OrdinalIgnoreCase)) agree++;
            else answers.Add(Contradicts(Units[0], new Contradiction("what the model is called", own, Papers.Says(table, row, Wording.Begin(says)))));
        }
        // The head of a conformance statement or of detail tables, as our own layouts have it.
        foreach (var file in examined.Of(FileKind.Declaration))
        {
            var at = file.Lines.Take(40).ToList().FindIndex(l => l.StartsWith("model:", StringComparison.Ordinal));
            if (at < 0 || file.Lines[at]["model:".Length..].Split('#')[0].Trim(' ', '"', '\'') is not { Length: > 0 } head) continue;
            if (Bare(head).Contains(Bare(examined.Device.Model), StringComparison.Ordinal)) agree++;
            else answers.Add(Contradicts(Units[0], new Contradiction("what the model is called", own, new Statement($"{file.Name}: {Wording.Begin(head)}", file.At(at + 1), IsPaper: true))));
        }
        foreach (var file in examined.Of(FileKind.Mud))
        {
            if (MudAgainstTraffic.Read(file)?.Model is not { Length: > 0 } model) continue;
            if (string.Equals(model, examined.Device.Model, StringComparison.OrdinalIgnoreCase)) agree++;
            else answers.Add(Contradicts(Units[0], new Contradiction("what the model is called", own, new Statement($"MUD file: {Wording.Begin(model)}", file.At(1), IsPaper: true))));
        }
        if (answers.Count > 0) return answers;
        // Names on the wire and in certificates carry more than the model; that they lack it says nothing.
        var bare = Bare(examined.Device.Model);
        if (bare.Length >= 3)
        {
            agree += examined.Captures.SelectMany(c => c.DeviceNames).Count(n => Bare(n).Contains(bare, StringComparison.Ordinal));
            agree += examined.Of(FindingKind.Certificate).Concat(examined.Of(FindingKind.Disclosure)).Count(f => !f.Has(Traits.Authority) && !f.Has(Traits.Remote) && (Bare(f.Subject).Contains(bare, StringComparison.Ordinal) || Bare(f.Value).Contains(bare, StringComparison.Ordinal)));
        }
        return agree > 0 ? [Supports(Units[0], $"{agree} other place(s) name the model in the same way")] : [Open(Units[0], "no second paper names the model")];
    }

    private static string Bare(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
