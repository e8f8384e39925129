using System.Globalization;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Exchange.Cases;

/// <summary>A case for a program (<c>assay/case/1</c>), and one event as it is kept.</summary>
public static class CaseJson
{
    /// <summary>The whole document, as of a time: clocks say whether they are late then.</summary>
    public static byte[] Document(Case one, DateTimeOffset asOf) =>
        EvidenceJson.Bytes(json => Write(json, one, asOf));

    /// <summary>One line of a list of cases.</summary>
    public static void WriteSummary(Utf8JsonWriter json, Case one, DateTimeOffset asOf)
    {
        json.WriteStartObject();
        Head(json, one);
        var next = one.Clocks.Where(c => c.Due is not null && c.SentAt is null).MinBy(c => c.Due);
        if (next is not null) Write(json, "nextClock", next, asOf);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Case one, DateTimeOffset asOf)
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/case/1");
        Head(json, one);
        if (one.Awareness is { } aware) json.WriteString("awareSince", EvidenceJson.Time(aware.Since));
        if (one.Standing is { } standing)
        {
            json.WriteStartObject("decision");
            json.WriteString("at", EvidenceJson.Time(standing.At));
            Write(json, "by", standing.By);
            Fields(json, standing.Decision);
            json.WriteEndObject();
            if (one.LookAgain is { } day) json.WriteString("lookAgain", Day(day));
            json.WriteBoolean("endsByItself", one.EndsByItself);
        }
        if (one.Incident is { } incident) Write(json, "incident", incident);
        json.WriteStartArray("chains");
        foreach (var chain in one.Chains) Write(json, null, chain);
        json.WriteEndArray();
        json.WriteStartArray("clocks");
        foreach (var clock in one.Clocks) Write(json, null, clock, asOf);
        json.WriteEndArray();
        json.WriteStartArray("events");
        foreach (var happened in one.Events) Write(json, happened);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Head(Utf8JsonWriter json, Case one)
    {
        json.WriteString("id", one.Id);
        json.WriteString("kind", EvidenceJson.Name(one.Kind));
        json.WriteString("state", EvidenceJson.Name(one.State));
        json.WriteString("title", one.Title);
        json.WriteString("actor", one.Maker);
        if (one.Vulnerability is { } id) json.WriteString("vulnerability", id);
        json.WriteString("certainty", EvidenceJson.Name(one.Certainty));
        json.WriteBoolean("exploited", one.Exploited);
        json.WriteString("consequence", EvidenceJson.Name(one.Consequence));
        if (one.Label is { } label) json.WriteString("label", label.Id);
        json.WriteString("signalledAt", EvidenceJson.Time(one.SignalledAt));
        json.WriteString("changedAt", EvidenceJson.Time(one.LastChange));
    }

    private static void Write(Utf8JsonWriter json, string? name, Clock clock, DateTimeOffset asOf)
    {
        Start(json, name);
        json.WriteString("duty", EvidenceJson.Name(clock.Duty));
        json.WriteString("actor", clock.Actor);
        if (clock.Due is { } due) json.WriteString("due", EvidenceJson.Time(due));
        json.WriteString("basis", clock.Basis);
        if (clock.SentAt is { } sent) json.WriteString("sentAt", EvidenceJson.Time(sent));
        json.WriteBoolean("late", clock.IsLate(asOf));
        json.WriteEndObject();
    }

    /// <summary>One event on one line, UTF-8.</summary>
    public static byte[] Event(CaseEvent happened)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, EvidenceJson.Line)) Write(json, happened);
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, CaseEvent happened)
    {
        json.WriteStartObject();
        json.WriteString("event", happened switch
        {
            MatchSignalled or IncidentSignalled => "signal",
            EvidenceAdded => "evidence",
            Triaged => "triage",
            BecameAware => "aware",
            Decided => "decision",
            SuspensionConfirmed => "confirmed",
            SuspensionEnded => "ended",
            MeasureAvailable => "measure",
            NoticeSent => "notified",
            Closed => "closed",
            Reopened => "reopened",
            _ => throw new InvalidOperationException(happened.GetType().Name),
        });
        json.WriteString("at", EvidenceJson.Time(happened.At));
        Write(json, "by", happened.By);
        switch (happened)
        {
            case MatchSignalled e: Write(json, "chain", e.Chain); break;
            case EvidenceAdded e: Write(json, "chain", e.Chain); break;
            case IncidentSignalled e:
                Write(json, "incident", e.Incident);
                if (e.Label is { } label) Write(json, "label", label);
                break;
            case Triaged e: json.WriteString("assessment", e.Assessment); break;
            case BecameAware e:
                json.WriteString("since", EvidenceJson.Time(e.Since));
                json.WriteString("reason", e.Reason);
                break;
            case Decided e: Fields(json, e.Decision); break;
            case SuspensionConfirmed e:
                json.WriteString("reason", e.Reason);
                json.WriteString("lookAgain", Day(e.LookAgain));
                break;
            case SuspensionEnded e: json.WriteString("reason", e.Reason); break;
            case MeasureAvailable e:
                json.WriteString("since", EvidenceJson.Time(e.Since));
                if (e.Version is { } version) json.WriteString("version", version);
                json.WriteString("text", e.Text);
                break;
            case NoticeSent e:
                json.WriteString("duty", EvidenceJson.Name(e.Duty));
                json.WriteString("sentAt", EvidenceJson.Time(e.SentAt));
                json.WriteString("to", e.To);
                break;
            case Closed e: json.WriteString("reason", e.Reason); break;
            case Reopened e: json.WriteString("reason", e.Reason); break;
        }
        json.WriteEndObject();
    }

    private static void Fields(Utf8JsonWriter json, Decision decision)
    {
        json.WriteString("decision", EvidenceJson.Name(decision.Kind));
        json.WriteString("reason", decision.Reason);
        json.WriteString("lookAgain", Day(decision.LookAgain));
        json.WriteString("objection", decision.Objection);
        if (decision.Emergency) json.WriteBoolean("emergency", true);
        if (decision.UpdateBelow is { } version) json.WriteString("updateBelow", version);
        if (decision.Evidence is { } evidence) json.WriteString("evidence", evidence);
        if (decision.Justification is { } justification) json.WriteString("justification", justification);
        if (decision.Statement is { } statement) json.WriteString("statement", statement);
    }

    private static void Write(Utf8JsonWriter json, string name, Actor actor)
    {
        json.WriteStartObject(name);
        json.WriteString("name", actor.Name);
        json.WriteString("role", actor.Role);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, LabelLink label)
    {
        json.WriteStartObject(name);
        json.WriteString("id", label.Id);
        json.WriteString("subject", label.Subject);
        json.WriteString("maker", label.Maker);
        json.WriteString("model", label.Model);
        Texts(json, "versions", label.Versions);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string? name, Chain chain)
    {
        Start(json, name);
        json.WriteString("certainty", EvidenceJson.Name(chain.Certainty));
        json.WriteString("reason", chain.Reason);
        json.WriteStartObject("advisory");
        json.WriteString("id", chain.Advisory.Id);
        Texts(json, "aliases", chain.Advisory.Aliases);
        Texts(json, "sources", chain.Advisory.Sources);
        if (chain.Advisory.Summary is { } summary) json.WriteString("summary", summary);
        json.WriteBoolean("exploited", chain.Advisory.Exploited);
        if (chain.Advisory.ExploitedSince is { } since) json.WriteString("exploitedSince", Day(since));
        if (chain.Advisory.Fix is { } fix) json.WriteString("fix", fix);
        if (chain.Advisory.Snapshot is { } snapshot) json.WriteString("snapshot", snapshot);
        json.WriteEndObject();
        json.WriteStartObject("component");
        json.WriteString("name", chain.Component.Name);
        if (chain.Component.Version is { } version) json.WriteString("version", version);
        if (chain.Component.Purl is { } purl) json.WriteString("purl", purl);
        Texts(json, "cpe", chain.Component.Cpe);
        json.WriteString("seen", chain.Component.Seen);
        json.WriteString("method", chain.Component.Method);
        json.WriteEndObject();
        json.WriteStartObject("inventory");
        json.WriteString("digest", chain.Inventory.Digest);
        json.WriteNumber("components", chain.Inventory.Components);
        json.WriteEndObject();
        Write(json, "label", chain.Label);
        json.WriteStartArray("makerSays");
        foreach (var word in chain.MakerSays)
        {
            json.WriteStartObject();
            json.WriteString("by", word.By);
            json.WriteBoolean("signed", word.Signed);
            json.WriteString("status", word.Status);
            if (word.Justification is { } justification) json.WriteString("justification", justification);
            if (word.Contradiction is { } contradiction) json.WriteString("contradiction", contradiction);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IncidentRecord incident)
    {
        json.WriteStartObject(name);
        json.WriteString("id", incident.Id);
        json.WriteString("gateway", incident.Gateway);
        json.WriteString("device", incident.Device);
        if (incident.Label is { } label) json.WriteString("label", label);
        json.WriteString("kind", incident.Kind);
        json.WriteString("first", EvidenceJson.Time(incident.First));
        json.WriteString("last", EvidenceJson.Time(incident.Last));
        json.WriteString("threshold", incident.Threshold);
        json.WriteStartArray("frames");
        foreach (var frame in incident.Frames) json.WriteNumberValue(frame);
        json.WriteEndArray();
        Texts(json, "targets", incident.Targets);
        json.WriteString("action", incident.Action);
        if (incident.Version is { } version) json.WriteString("version", version);
        if (incident.Evidence is { } evidence) json.WriteString("evidence", evidence);
        json.WriteEndObject();
    }

    private static void Start(Utf8JsonWriter json, string? name)
    {
        if (name is not null) json.WritePropertyName(name);
        json.WriteStartObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>An event as <see cref="Event"/> wrote it.</summary>
    /// <exception cref="UnreadableException">Anything else.</exception>
    public static CaseEvent ReadEvent(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return Read(document.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UnreadableException("an event of a case", wrong.Message, 0);
        }
    }

    private static CaseEvent Read(JsonElement e)
    {
        var at = Time(e, "at");
        var by = new Actor(Text(e.GetProperty("by"), "name"), Text(e.GetProperty("by"), "role"));
        return Text(e, "event") switch
        {
            "signal" when e.TryGetProperty("chain", out var chain) => new MatchSignalled(at, by, ReadChain(chain)),
            "signal" => new IncidentSignalled(at, by, ReadIncident(e.GetProperty("incident")), e.TryGetProperty("label", out var label) ? ReadLabel(label) : null),
            "evidence" => new EvidenceAdded(at, by, ReadChain(e.GetProperty("chain"))),
            "triage" => new Triaged(at, by, Text(e, "assessment")),
            "aware" => new BecameAware(at, by, Time(e, "since"), Text(e, "reason")),
            "decision" => new Decided(at, by, new Decision
            {
                Kind = Value<DecisionKind>(Text(e, "decision")),
                Reason = Text(e, "reason"),
                LookAgain = ReadDay(Text(e, "lookAgain")),
                Objection = Text(e, "objection"),
                Emergency = e.TryGetProperty("emergency", out var emergency) && emergency.GetBoolean(),
                UpdateBelow = Maybe(e, "updateBelow"),
                Evidence = Maybe(e, "evidence"),
                Justification = Maybe(e, "justification"),
                Statement = Maybe(e, "statement"),
            }),
            "confirmed" => new SuspensionConfirmed(at, by, Text(e, "reason"), ReadDay(Text(e, "lookAgain"))),
            "ended" => new SuspensionEnded(at, by, Text(e, "reason")),
            "measure" => new MeasureAvailable(at, by, Time(e, "since"), Maybe(e, "version"), Text(e, "text")),
            "notified" => new NoticeSent(at, by, Value<Duty>(Text(e, "duty")), Time(e, "sentAt"), Text(e, "to")),
            "closed" => new Closed(at, by, Text(e, "reason")),
            "reopened" => new Reopened(at, by, Text(e, "reason")),
            var other => throw new FormatException($"the event {other}"),
        };
    }

    private static Chain ReadChain(JsonElement e)
    {
        var advisory = e.GetProperty("advisory");
        var component = e.GetProperty("component");
        return new Chain
        {
            Certainty = Value<Certainty>(Text(e, "certainty")),
            Reason = Text(e, "reason"),
            Advisory = new AdvisoryLink
            {
                Id = Text(advisory, "id"),
                Aliases = ReadTexts(advisory, "aliases"),
                Sources = ReadTexts(advisory, "sources"),
                Summary = Maybe(advisory, "summary"),
                Exploited = advisory.GetProperty("exploited").GetBoolean(),
                ExploitedSince = Maybe(advisory, "exploitedSince") is { } since ? ReadDay(since) : null,
                Fix = Maybe(advisory, "fix"),
                Snapshot = Maybe(advisory, "snapshot"),
            },
            Component = new ComponentLink
            {
                Name = Text(component, "name"),
                Version = Maybe(component, "version"),
                Purl = Maybe(component, "purl"),
                Cpe = ReadTexts(component, "cpe"),
                Seen = Text(component, "seen"),
                Method = Text(component, "method"),
            },
            Inventory = new InventoryLink(Text(e.GetProperty("inventory"), "digest"), e.GetProperty("inventory").GetProperty("components").GetInt32()),
            Label = ReadLabel(e.GetProperty("label")),
            MakerSays = [.. e.GetProperty("makerSays").EnumerateArray().Select(w =>
                new MakersWord(Text(w, "by"), w.GetProperty("signed").GetBoolean(), Text(w, "status"), Maybe(w, "justification"), Maybe(w, "contradiction")))],
        };
    }

    private static LabelLink ReadLabel(JsonElement e) => new(Text(e, "id"), Text(e, "subject"), Text(e, "maker"), Text(e, "model"), ReadTexts(e, "versions"));

    private static IncidentRecord ReadIncident(JsonElement e) => new()
    {
        Id = Text(e, "id"),
        Gateway = Text(e, "gateway"),
        Device = Text(e, "device"),
        Label = Maybe(e, "label"),
        Kind = Text(e, "kind"),
        First = Time(e, "first"),
        Last = Time(e, "last"),
        Threshold = Text(e, "threshold"),
        Frames = [.. e.GetProperty("frames").EnumerateArray().Select(f => f.GetInt64())],
        Targets = ReadTexts(e, "targets"),
        Action = Text(e, "action"),
        Version = Maybe(e, "version"),
        Evidence = Maybe(e, "evidence"),
    };

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString() ?? throw new FormatException($"no {name}");
    private static string? Maybe(JsonElement e, string name) => e.TryGetProperty(name, out var value) ? value.GetString() : null;
    private static string[] ReadTexts(JsonElement e, string name) => [.. e.GetProperty(name).EnumerateArray().Select(t => t.GetString() ?? throw new FormatException($"null in {name}"))];
    private static DateTimeOffset Time(JsonElement e, string name) => e.GetProperty(name).GetDateTimeOffset().ToUniversalTime();
    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    private static DateOnly ReadDay(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
    private static T Value<T>(string name) where T : struct, Enum => Enum.TryParse<T>(name, ignoreCase: true, out var value) ? value : throw new FormatException($"the value {name}");
}
