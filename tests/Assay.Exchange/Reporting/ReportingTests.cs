using System.Text;
using System.Text.Json;
using Assay.Exchange.Cases;
using Assay.Exchange.Reporting;

namespace Assay.Exchange.Tests.Reporting;

/// <summary>Drafts of Article 14 and the notice in plain words.</summary>
public class ReportingTests
{
    private static readonly DateTimeOffset Now = Examples.Signal.AddHours(3);

    [Fact]
    public void A_suspended_label_gives_a_whole_early_warning_with_the_actor_and_the_right_clock()
    {
        var one = Examples.Vulnerability().Triage(Now, Examples.Ada, "reachable").Aware(Now, Examples.Ada, Now.AddHours(-1), "reproduced on a device")
            .Decide(Now, Examples.Ada, Examples.Decision(DecisionKind.Suspend));
        var draft = Article14.Draft(one, Duty.EarlyWarning, Tlp.Amber, Now);
        Assert.Empty(draft.Missing);
        Assert.Equal(("Example Devices", Now.AddHours(23)), (draft.Actor, draft.Clock.Due));
        Assert.Contains("Ada Example (market surveillance)", draft.Text(), StringComparison.Ordinal);
        Assert.Contains("Nothing was sent", draft.Text(), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(draft.Json());
        Assert.Equal(("provisional", false), (json.RootElement.GetProperty("fieldMap").GetProperty("status").GetString(), json.RootElement.GetProperty("sent").GetBoolean()));
        Assert.All(json.RootElement.GetProperty("fields").EnumerateArray(), f => Assert.Contains("2024/2847", f.GetProperty("source").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Every_kind_and_stage_has_fields_and_says_what_a_person_must_fill_in()
    {
        foreach (var one in new[] { Examples.Vulnerability(), Examples.Incident() })
        {
            foreach (var stage in new[] { Duty.EarlyWarning, Duty.Notification, Duty.FinalReport })
            {
                var draft = Article14.Draft(one, stage, Tlp.Green, Now);
                Assert.NotEmpty(draft.Fields);
                Assert.NotEmpty(draft.Missing); // nobody is aware yet, nothing is judged
                Assert.Equal(stage, draft.Clock.Duty);
                var filled = Article14.Draft(one, stage, Tlp.Green, Now, draft.Fields.ToDictionary(f => f.Id, f => $"by a person: {f.Id}"));
                Assert.Empty(filled.Missing);
                Assert.All(filled.Fields, f => Assert.StartsWith("by a person", f.Value, StringComparison.Ordinal));
            }
        }
        Assert.Throws<ArgumentException>(() => Article14.Draft(Examples.Incident(), Duty.TellUsers, Tlp.Green, Now));
    }

    [Fact]
    public void A_notice_says_first_what_to_do()
    {
        string First(Case one) => UserNotice.Of(one).Parts[0].Sentences[0].Phrase;
        Assert.Equal("do.askMaker", First(Examples.Vulnerability()));
        Assert.Equal("do.limit", First(Examples.Vulnerability().Decide(Now, Examples.Ada, Examples.Decision(DecisionKind.Suspend))));
        Assert.Equal("do.update", First(Examples.Vulnerability().Decide(Now, Examples.Ada, Examples.Decision(DecisionKind.UpdateNeeded))));
        Assert.Equal("do.none", First(Examples.Vulnerability().Decide(Now, Examples.Ada, Examples.Decision(DecisionKind.NotExploitable))));
        Assert.Equal("do.limit", First(Examples.Incident()));
        Assert.All(Examples.All(), c => Assert.Equal("What to do first", UserNotice.Of(c.Case).Parts[0].Title));
    }

    [Fact]
    public void A_notice_is_made_of_phrases_of_the_closed_set_and_names_no_person()
    {
        foreach (var (_, one) in Examples.All())
        {
            var notice = UserNotice.Of(one);
            Assert.All(notice.Parts.SelectMany(p => p.Sentences), s => Assert.Contains(s.Phrase, UserNotice.Phrases.Keys));
            Assert.DoesNotContain("Ada", notice.Text(), StringComparison.Ordinal);
            Assert.DoesNotContain('{', notice.Text());
            Assert.Contains(one.Id, notice.Text(), StringComparison.Ordinal);
            using var _json = JsonDocument.Parse(notice.Json());
        }
    }

    [Fact]
    public void Braces_and_controls_in_what_people_write_fill_no_blank()
    {
        var one = Examples.Vulnerability().Decide(Now, Examples.Ada, Examples.Decision(DecisionKind.Suspend) with { Reason = "{case} \u202e {secret}" });
        var text = UserNotice.Of(one).Text();
        Assert.Contains("{case}", text, StringComparison.Ordinal);
        Assert.Contains("\\u202e", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', text);
    }

    [Fact]
    public void Every_phrase_is_short_enough_to_be_read()
    {
        foreach (var sentence in UserNotice.Phrases.Values.SelectMany(p => p.Split(". ")))
            Assert.True(sentence.Split(' ').Length <= 25, sentence);
        Assert.True(Encoding.UTF8.GetByteCount(string.Concat(UserNotice.Phrases.Values)) > 1000);
    }
}
