using System.Globalization;
using System.Text.Json.Nodes;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Exchange.Cases;

namespace Assay.Exchange.Reporting;

/// <summary>A heading with its sentences; each sentence is a phrase of the closed set in <c>phrases.tsv</c>, with its blanks filled.</summary>
public sealed record NoticePart(string Title, IReadOnlyList<NoticeSentence> Sentences);

/// <param name="Phrase">The phrase's id, for translations and for gateways.</param>
public sealed record NoticeSentence(string Phrase, string Text);

/// <summary>What a person at home is told: what to do first, then what happened, what it means and who says so. Nothing but phrases of a closed set.</summary>
public sealed record UserNotice
{
    public required string Case { get; init; }
    public required string Title { get; init; }
    public required IReadOnlyList<NoticePart> Parts { get; init; }

    /// <summary>What to do, in one line.</summary>
    public string First => string.Join(" ", Parts[0].Sentences.Select(s => s.Text));

    public static UserNotice Of(Case one)
    {
        var product = one.Label is { } label ? $"{label.Maker} {label.Model}" : "a device without a label";
        var standing = one.Standing?.Decision;
        var version = one.EndsWith;
        var said = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["product"] = product,
            ["case"] = one.Id,
            ["version"] = version ?? "",
            ["vulnerability"] = one.Vulnerability ?? "",
            ["component"] = one.Chain?.Component.Name ?? "",
            ["incident"] = one.Incident?.Threshold ?? "",
            ["date"] = Day(one.Standing?.At ?? one.LastChange),
            ["role"] = one.Standing?.By.Role ?? "",
            ["reason"] = standing?.Reason ?? "",
            ["objection"] = standing?.Objection ?? "",
            ["lookAgain"] = one.LookAgain is { } day ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "",
        };
        NoticeSentence Say(string phrase) => new(phrase, Fill(Phrases[phrase], said));
        NoticePart Part(string title, params IEnumerable<string?> phrases) => new(Phrases[title], [.. phrases.OfType<string>().Select(Say)]);
        var consequence = one.Consequence;
        string[] first = consequence switch
        {
            _ when !one.IsOpen && consequence != Consequence.UpdateNeeded => ["do.none"],
            Consequence.UpdateNeeded => ["do.update", "do.update.how"],
            Consequence.Suspended when version is not null => ["do.update", "do.update.how", "do.limit"],
            Consequence.Suspended => ["do.limit"],
            Consequence.UnderReview when version is not null => ["do.update", "do.update.how"],
            Consequence.UnderReview => ["do.askMaker"],
            _ when one.Kind == CaseKind.Incident => ["do.limit"],
            _ when standing is not null => ["do.none"],
            _ => ["do.askMaker"],
        };
        return new UserNotice
        {
            Case = one.Id,
            Title = Fill(Phrases["notice.title"], said),
            Parts =
            [
                Part("do.title", first),
                Part("happened.title", one.Kind == CaseKind.Incident ? "happened.incident" : one.Certainty == Certainty.Affected && one.Exploited ? "happened.exploited" : "happened.candidate"),
                Part("means.title", consequence switch
                {
                    Consequence.Suspended => "means.suspended",
                    Consequence.UpdateNeeded => "means.update",
                    Consequence.UnderReview => "means.review",
                    _ when standing?.Kind == DecisionKind.NotExploitable => "means.notExploitable",
                    _ when !one.IsOpen => "means.closed",
                    _ => null,
                }, "who.limits"),
                Part("who.title", standing is null ? "who.machine" : "who.decided", standing is null ? null : "who.object", "who.case"),
            ],
        };
    }

    /// <summary><c>assay/user-notice/1</c>.</summary>
    public byte[] Json() => JsonBytes.Of(new JsonObject
    {
        ["schema"] = "assay/user-notice/1",
        ["case"] = Case,
        ["title"] = Title,
        ["parts"] = JsonBytes.Array(Parts.Select(p => new JsonObject
        {
            ["title"] = p.Title,
            ["sentences"] = JsonBytes.Array(p.Sentences.Select(s => new JsonObject { ["phrase"] = s.Phrase, ["text"] = s.Text })),
        })),
    });

    public string Text() => $"{Title}\n{string.Concat(Parts.Select(p => $"\n{p.Title}\n{string.Concat(p.Sentences.Select(s => $"- {s.Text}\n"))}"))}";

    /// <summary>Every phrase there is, by id.</summary>
    public static readonly IReadOnlyDictionary<string, string> Phrases = DataFile.Open(typeof(UserNotice), "phrases.tsv").Rows.ToDictionary(r => r.Need("phrase"), r => r.Need("text"), StringComparer.Ordinal);

    // What comes from people and advisories stays data: a brace in it fills no blank.
    private static string Fill(string phrase, Dictionary<string, string> said)
    {
        var text = new System.Text.StringBuilder();
        for (var at = 0; at < phrase.Length;)
        {
            var open = phrase.IndexOf('{', at);
            if (open < 0)
            {
                text.Append(phrase, at, phrase.Length - at);
                break;
            }
            var close = phrase.IndexOf('}', open);
            text.Append(phrase, at, open - at).Append(Shortened.Visible(said[phrase[(open + 1)..close]]));
            at = close + 1;
        }
        return text.ToString();
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
