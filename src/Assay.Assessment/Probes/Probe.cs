using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Probes;

/// <summary>What one file tells that an outside tool wrote: what it saw, how much it tried, and by which run.</summary>
public sealed record ProbeResult
{
    /// <summary>For a person: <c>nmap scan</c>, <c>testssl report</c> …</summary>
    public required string Kind { get; init; }
    /// <summary>The run itself is the first finding (<see cref="Traits.ToolRun"/>): tool and version, command, target, start.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
    public required IReadOnlyList<Coverage> Coverage { get; init; }
}

/// <summary>What a reader of tool results is told from outside.</summary>
public sealed record ProbeOptions
{
    /// <summary>Platform certificates have ended or not at this time.</summary>
    public required DateTimeOffset AsOf { get; init; }
    /// <summary>The device's hardware address, lower case with colons.</summary>
    public string? Mac { get; init; }
    /// <summary>The device's IP addresses.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    internal static ProbeOptions Of(Device device, DateTimeOffset asOf) => new() { AsOf = asOf, Mac = device.Mac, Addresses = device.Addresses };
}

/// <summary>
/// Results of outside tools, recognised by what they hold and never by their name. Each format is one file beside this one; adding a format is a
/// file and a line in <see cref="Formats"/>. Every failure is a loss in the coverage, and what came before it counts.
/// </summary>
public static class Probe
{
    /// <summary>More findings than a person reads; what lies beyond is a loss.</summary>
    public const int MostFindings = 20_000;

    /// <param name="Kind">For a person.</param>
    internal sealed record Format(string Kind, Func<ProbeText, bool> Recognises, Action<ProbeText, ProbeNotes, ProbeOptions> Read);

    private static readonly Format[] Formats =
    [
        new("nmap scan", NmapXml.Recognises, NmapXml.Read),
        new("testssl report", TestSsl.Recognises, TestSsl.Read),
        new("ssh-audit report", SshAudit.Recognises, SshAudit.Read),
        new("SARIF log", Sarif.Recognises, Sarif.Read),
        new("HTTP archive", HttpArchive.Recognises, HttpArchive.Read),
        new("ZAP report", ZapReport.Recognises, ZapReport.Read),
        new("list of platform certificates", PlatformFile.Recognises, PlatformFile.Read),
        new("list of sockets", SocketListing.Recognises, SocketListing.Read),
        new("list of processes", ProcessListing.Recognises, ProcessListing.Read),
    ];

    /// <summary>What tool wrote it, in words; null where it is no result of a tool that is known.</summary>
    public static string? Recognise(Artefact artefact, IReadOnlyList<string> lines) => lines.Count == 0 ? null : Of(new ProbeText(artefact, lines))?.Kind;

    /// <summary>Reads it whole. Null where <see cref="Recognise"/> gives null.</summary>
    public static ProbeResult? Read(Artefact artefact, IReadOnlyList<string> lines, ProbeOptions options)
    {
        if (lines.Count == 0) return null;
        var text = new ProbeText(artefact, lines);
        if (Of(text) is not { } format) return null;
        var notes = new ProbeNotes(artefact.Name);
        try
        {
            format.Read(text, notes, options);
        }
        catch (UnreadableException wrong)
        {
            notes.Lose(wrong.AsLoss(artefact.Name));
        }
        return notes.Result(format.Kind);
    }

    private static Format? Of(ProbeText text)
    {
        foreach (var format in Formats)
        {
            if (format.Recognises(text)) return format;
        }
        return null;
    }
}

/// <summary>A text that may be a tool's result: its lines, and what it is as JSON or XML, read once and only when somebody asks.</summary>
internal sealed class ProbeText(Artefact artefact, IReadOnlyList<string> lines)
{
    // Enough to know a format by; a long file is read whole only by the reader of its format.
    private const int HeadValues = 20_000;

    private JsonAt? json, head;
    private bool isJsonTried, isHeadTried;

    internal IReadOnlyList<string> Lines => lines;
    internal string Name => artefact.Name;
    internal ReadOnlySpan<byte> Bytes => artefact.Bytes.Span(0, (int)Math.Min(artefact.Size, Dossier.TextBytes));

    /// <summary>The first line that is not empty.</summary>
    internal string First => lines.FirstOrDefault(l => !string.IsNullOrWhiteSpace(l))?.Trim() ?? "";

    /// <summary>The beginning of a JSON text; null where it is none.</summary>
    internal JsonAt? Head
    {
        get
        {
            if (isHeadTried) return head;
            isHeadTried = true;
            if (First is ['{' or '[', ..]) head = JsonAt.Read(Bytes, HeadValues);
            return head;
        }
    }

    /// <summary>Null where it is no JSON. A text that breaks off in the middle keeps what came before, with <see cref="JsonAt.Broken"/>.</summary>
    internal JsonAt? Json
    {
        get
        {
            if (isJsonTried) return json;
            isJsonTried = true;
            if (First is ['{' or '[', ..]) json = JsonAt.Read(Bytes);
            return json;
        }
    }
}

/// <summary>Gathers what a reader saw: findings in order, one coverage, losses.</summary>
internal sealed class ProbeNotes(string artefact)
{
    private readonly List<Finding> findings = [];
    private readonly List<Loss> losses = [];
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
    private long beyond;

    /// <summary>What <see cref="Total"/> counts: <c>ports</c>, <c>tests</c>, <c>requests</c>.</summary>
    internal string Unit { get; set; } = "tests";
    internal long Total { get; set; }
    internal long Examined { get; set; }
    internal DateTimeOffset? From { get; set; }
    internal DateTimeOffset? To { get; set; }

    internal void Add(FindingKind kind, string subject, string value, int line, double confidence = 1, string? note = null, bool? isDefault = null, params IReadOnlyList<string> traits)
    {
        if (findings.Count == Probe.MostFindings)
        {
            beyond++;
            return;
        }
        findings.Add(new Finding
        {
            Kind = kind,
            Subject = Short(subject),
            Value = Short(value),
            Confidence = confidence,
            Location = At(line),
            Note = note is null ? null : Short(note),
            Default = isDefault,
            Traits = [.. traits.Distinct().Order(StringComparer.Ordinal)],
        });
    }

    /// <summary>The run: what makes the rest repeatable.</summary>
    internal void Run(string tool, string? version, string? command, string? target, int line, string? more = null)
    {
        var note = string.Join("; ", new[] { target is null ? null : $"target {target}", From is { } from ? $"started {EvidenceJson.Time(from)}" : "start not said", more }.OfType<string>());
        Add(FindingKind.Behaviour, version is { Length: > 0 } ? $"{tool} {version}" : tool, command is { Length: > 0 } ? Commands.WithoutSecrets(command) : "its command line is not said", line, note: note, traits: Traits.ToolRun);
    }

    internal void Count(string name, long by = 1) => counts[name] = counts.GetValueOrDefault(name) + by;

    internal void Lose(int line, string expected, string found) => Lose(new Loss { Location = At(line), Expected = expected, Found = Short(found) });

    internal void Lose(Loss loss)
    {
        if (losses.Count < 200) losses.Add(loss);
    }

    internal ProbeResult Result(string kind)
    {
        if (beyond > 0) Lose(1, $"at most {Probe.MostFindings} findings", $"{beyond} more, which are counted only");
        return new ProbeResult
        {
            Kind = kind,
            Findings = findings,
            Coverage = [new Coverage { Artefact = artefact, Scope = CoverageScope.Scan, Unit = Unit, Total = Math.Max(Total, Examined), Examined = Examined, From = From, To = To, Counts = counts, Losses = losses }],
        };
    }

    private Location At(int line) => new() { Artefact = artefact, Line = Math.Max(1, line) };

    private static string Short(string text)
    {
        var flat = text.Length > 600 ? text[..597] + "…" : text;
        return Shortened.Visible(flat.ReplaceLineEndings(" "));
    }
}
