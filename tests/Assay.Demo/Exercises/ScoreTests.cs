using System.Text;
using Assay.Demo.Exercises;
using Assay.Evidence.Reading;

namespace Assay.Demo.Tests.Exercises;

/// <summary>Two sheets that were graded by hand, with tshark and strings in place of our own readers, before the program saw them.</summary>
public class ScoreTests
{
    private const string Careful = """
        exercise: scan
        seed: "17"
        investigator: A. Example
        custody:
          - { when: 2026-11-23T10:00:00Z, who: A. Example, act: received, item: freeze.zip, sha256: FREEZE }
          - { when: 2026-11-23T10:05:00Z, who: A. Example, act: verified, item: freeze.zip, sha256: FREEZE }
          - { when: 2026-11-23T10:10:00Z, who: A. Example, act: analysed, item: capture.pcap, sha256: 9944d0956154dc716f77212862dd3905f4dff639428331a12864320e74e5540d }
        answers:
          1: { answer: "00:00:5E:00:53:35", evidence: [ { item: capture.pcap, frame: 127 } ] }
          2: { answer: 23, evidence: [ { item: capture.pcap, frame: 127 }, { item: capture.pcap, frame: 2 } ] }
          3: { answer: 50, evidence: [ { item: capture.pcap, frame: 128 } ] }
          4: { answer: "2026-05-22T07:52:45Z", evidence: [ { item: capture.pcap, frame: 128 } ] }
          5: { answer: 192.168.77.67, evidence: [] }
          6: { answer: 40, evidence: [ { item: capture.pcap, frame: 215 } ] }
          7: { answer: no, evidence: [ { item: capture.pcap, frame: 402 } ] }
          8: { answer: /etc/init.d/S83net, evidence: [ { item: image.bin, path: etc/init.d/S83net } ] }
          9: { answer: , evidence: [] }
        """;

    private const string Careless = """
        exercise: update
        seed: "17"
        custody:
          - { who: B. Example, act: analysed, item: capture.pcap }
        answers:
          1: { answer: 4.8, evidence: [ { item: capture.pcap, frame: 94 } ] }
          2: { answer: 4.8.9 }
          3: { answer: "yes", evidence: [ { item: published.txt } ] }
          4: { answer: 192.0.2.166, evidence: [ { item: capture.pcap, frame: 170 } ] }
          5: { answer: 171 }
          7: { answer: A8A5247E68376B77487ED66F680FB05844F15BCF746525DA3C4B19F248F7C249, evidence: [ { item: image.bin } ] }
          8: { answer: [ /usr/sbin/netd, /etc/inittab ], evidence: [ { item: image.bin, offset: 3366 } ] }
        """;

    [Fact]
    public void A_careful_sheet_is_graded_as_by_hand()
    {
        var score = Judge(Careful);
        // question: answer + evidence
        double[] byHand = [2, 1, /*2*/ 2, 0.5, /*3*/ 1, 1, /*4*/ 1, 0, /*5*/ 2, 0, /*6*/ 0, 1, /*7*/ 1, 0.5, /*8*/ 2, 1, /*9*/ 0, 0, /*handling*/ 6];
        Assert.Equal(byHand, score.Marks.Select(m => m.Points));
        Assert.Equal((22, 31.5), (score.Points, score.Of));
    }

    [Fact]
    public void A_careless_sheet_is_graded_as_by_hand()
    {
        var score = Judge(Careless);
        // Handling: no when (-1), used before verified (-2), never verified (-2).
        double[] byHand = [2, 1, /*2*/ 2, 0, /*3*/ 0, 0.5, /*4*/ 2, 1, /*5*/ 0, 0, /*6*/ 0, 0, /*7*/ 2, 1, /*8*/ 0, 1, /*handling*/ 1];
        Assert.Equal(byHand, score.Marks.Select(m => m.Points));
        Assert.Equal((13.5, 28.5), (score.Points, score.Of));
        Assert.Contains("does not say when", score.Marks[^1].Why, StringComparison.Ordinal);
        Assert.Contains("before freeze.zip was verified", score.Marks[^1].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_item_and_a_wrong_digest_are_named_mistakes()
    {
        var sheet = Sheet(Careful.Replace("9944d0", "8844d0", StringComparison.Ordinal));
        var exercise = Exercise.Of("scan", "17");
        var changed = exercise.Items["image.bin"].Bytes.ToArray();
        changed[9] ^= 1;
        var handling = Score.Judge(exercise, sheet, new Dictionary<string, byte[]> { ["image.bin"] = changed, ["capture.pcap"] = exercise.Items["capture.pcap"].Bytes }).Marks[^1];
        Assert.Equal(1, handling.Points); // 6 - 3 - 2
        Assert.Contains("image.bin was changed", handling.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("capture.pcap was changed", handling.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scan", "17")]
    [InlineData("beacon", "17")]
    [InlineData("update", "17")]
    [InlineData("scan", "x")]
    [InlineData("beacon", "2026-11")]
    [InlineData("update", "99")]
    public void Who_answers_all_as_the_seed_has_it_gets_all_points_and_an_empty_sheet_gets_none(string name, string seed)
    {
        var exercise = Exercise.Of(name, seed);
        var yaml = new StringBuilder($"exercise: {name}\nseed: \"{seed}\"\ncustody:\n");
        var freeze = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Folder.Files(exercise, seed)[Folder.FreezeName]));
        foreach (var act in new[] { "received", "verified", "analysed" }) yaml.Append($"  - {{ when: 2026-11-23T10:00:00Z, who: A, act: {act}, item: freeze.zip, sha256: {freeze} }}\n");
        yaml.Append("answers:\n");
        for (var i = 0; i < exercise.Questions.Count; i++)
        {
            var question = exercise.Questions[i];
            var place = question.Places[0];
            var cited = place.Frames is { } frames ? $", frame: {frames.First()}" : place.Path is { } path ? $", path: {path}" : "";
            yaml.Append($"  {i + 1}: {{ answer: [{string.Join(", ", question.Truth.Select(t => $"\"{t}\""))}], evidence: [ {{ item: {place.Item}{cited} }} ] }}\n");
        }
        var score = Score.Judge(exercise, AnswerSheet.Read(Encoding.UTF8.GetBytes(yaml.ToString())), new Dictionary<string, byte[]>());
        Assert.True(score.Points == score.Of, string.Join("\n", score.Marks.Where(m => m.Points < m.Of)));
        var empty = Score.Judge(exercise, AnswerSheet.Read(Folder.Files(exercise, seed)[Folder.SheetName]), new Dictionary<string, byte[]>());
        Assert.Equal(0, empty.Marks.SkipLast(1).Sum(m => m.Points));
    }

    [Theory]
    [InlineData("- a list")]
    [InlineData("exercise: scan")]
    [InlineData("exercise: scan\nseed: 1\nanswers: 3")]
    [InlineData("exercise: scan\nseed: 1\nanswers: { one: { answer: 3 } }")]
    [InlineData("exercise: scan\nseed: 1\nanswers: { 1: { answer: 3, evidence: [ { item: x, frame: many } ] } }")]
    [InlineData("exercise: scan\nseed: 1\ncustody: [ verified ]")]
    public void A_sheet_that_is_none_is_refused_with_its_line(string yaml) =>
        Assert.NotNull(Assert.Throws<UnreadableException>(() => AnswerSheet.Read(Encoding.UTF8.GetBytes(yaml))).Line);

    // The freeze holds our style sheet, which changes now and then: what sha256sum says of it goes into the sheet here.
    private static AnswerSheet Sheet(string yaml) => AnswerSheet.Read(Encoding.UTF8.GetBytes(yaml.Replace("FREEZE",
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Folder.Files(Exercise.Of("scan", "17"), "17")[Folder.FreezeName])), StringComparison.Ordinal)));

    private static Score Judge(string yaml)
    {
        var sheet = Sheet(yaml);
        return Score.Judge(Exercise.Of(sheet.Exercise, sheet.Seed), sheet, new Dictionary<string, byte[]>());
    }
}
