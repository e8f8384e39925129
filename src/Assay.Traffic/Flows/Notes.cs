using System.Text;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Traffic.Captures;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Flows;

/// <summary>What readers of protocols write down: names always, observations and findings in an examination only.</summary>
internal sealed class Notes(Artefact artefact, ExaminationOptions options, bool isExamination)
{
    private const int MostNames = 1 << 20, MostObservations = 1 << 20, MostFindings = 100_000;

    private readonly List<string> names = [];
    private readonly Dictionary<string, int> nameIndex = new(StringComparer.Ordinal);
    private readonly Dictionary<Address, int> answered = [];
    private readonly List<Observation> observations = [];
    private readonly Dictionary<(FindingKind, string, string, string), Draft> drafts = [];
    private long unwritten;
    private int places;

    private sealed class Draft
    {
        public required Finding Finding { get; init; }
        public long Count { get; set; }
        public long Last { get; set; }
        /// <summary>Every place, where each counts: log-ins and hellos, which others look up by frame.</summary>
        public List<Location>? Places { get; init; }
    }

    public bool IsExamination => isExamination;
    public ExaminationOptions Options => options;
    public IReadOnlyList<Observation> Observations => observations;
    public Stations Stations { get; } = new();
    /// <summary>Orders to machines that wait for their answer.</summary>
    public Protocols.Industrial.Orders Orders { get; } = new();
    /// <summary>Files asked for by TFTP, by who asked: the server answers from a port of its own choice.</summary>
    public Dictionary<(Address, ushort), string> Transfers { get; } = [];
    /// <summary>Is told fields frame by frame; null but in tests.</summary>
    public IFieldWitness? Witness { get; set; }

    public void Saw(in Moment at, string protocol, string field, string value) => Witness?.Saw(at, protocol, field, value);

    public void Saw(in Moment at, string protocol, string field, long value) =>
        Witness?.Saw(at, protocol, field, value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public void Saw(in Moment at, string protocol, string field, ReadOnlySpan<byte> value) => Witness?.Saw(at, protocol, field, Encoding.Latin1.GetString(value));

    /// <summary>One string object per distinct text, so that names that come again cost nothing.</summary>
    public string Intern(ReadOnlySpan<char> text) => NameAt(IndexOf(text)) ?? new string(text);

    public string Intern(ReadOnlySpan<byte> text)
    {
        Span<char> characters = stackalloc char[Math.Min(text.Length, 256)];
        var length = Encoding.Latin1.GetChars(text[..characters.Length], characters);
        return Intern(characters[..length]);
    }

    /// <summary>Notes that <paramref name="address"/> was the answer to a question for <paramref name="name"/>.</summary>
    public void Answered(Address address, ReadOnlySpan<char> name)
    {
        var index = IndexOf(name);
        if (index > 0 && (answered.Count < MostNames || answered.ContainsKey(address))) answered[address] = index;
    }

    /// <summary>Index + 1 of the name that DNS answered with this address before; 0 for none.</summary>
    public int NameOf(Address address) => answered.GetValueOrDefault(address);

    public string? NameAt(int index) => index == 0 ? null : names[index - 1];

    private int IndexOf(ReadOnlySpan<char> text)
    {
        var lookup = nameIndex.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(text, out var index)) return index;
        if (names.Count >= MostNames) return 0;
        names.Add(new string(text));
        nameIndex.Add(names[^1], names.Count);
        return names.Count;
    }

    /// <summary>Writes an occurrence down; with <paramref name="kind"/> it is a finding too. <c>local</c> or <c>remote</c> is added to its traits.</summary>
    public void Observe(in Moment at, string protocol, string what, string subject, string value, FindingKind? kind = null, double confidence = 1,
        bool? known = null, string? note = null, params ReadOnlySpan<string> traits)
    {
        if (!isExamination) return;
        subject = Shortened.Visible(subject);
        value = Shortened.Visible(value);
        if (observations.Count >= MostObservations || drafts.Count + places >= MostFindings)
        {
            unwritten++;
            return;
        }
        observations.Add(new Observation
        {
            Frame = at.Frame,
            Offset = at.Offset,
            Time = Frame.At(at.Time),
            Source = at.Source,
            SourcePort = at.SourcePort,
            Destination = at.Destination,
            DestinationPort = at.DestinationPort,
            Protocol = protocol,
            What = what,
            Subject = subject,
            Value = value,
            Kind = kind,
        });
        if (kind is null) return;
        string[] all = [.. traits, IsRemote(at) ? Traits.Remote : Traits.Local];
        Array.Sort(all, StringComparer.Ordinal);
        var key = (kind.Value, subject, value, string.Join(' ', all));
        if (!drafts.TryGetValue(key, out var draft))
        {
            draft = new Draft
            {
                Finding = new Finding
                {
                    Kind = kind.Value,
                    Subject = subject,
                    Value = value,
                    Confidence = confidence,
                    Location = new Location { Artefact = artefact.Name, Frame = at.Frame, Offset = at.Offset },
                    Default = known,
                    Traits = all,
                    Note = note,
                },
                Places = kind is FindingKind.Credential or FindingKind.WeakCrypto ? [] : null,
            };
            drafts.Add(key, draft);
        }
        if (draft.Places is not null)
        {
            draft.Places.Add(new Location { Artefact = artefact.Name, Frame = at.Frame, Offset = at.Offset });
            places++;
        }
        draft.Count++;
        draft.Last = at.Frame;
    }

    /// <summary>A password that went over the wire in clear.</summary>
    public void Credential(in Moment at, string protocol, string what, string subject, string user, string password, params ReadOnlySpan<string> traits)
    {
        if (!isExamination) return;
        var known = KnownPasswords.Contains(password, user);
        List<string> all = [Traits.OnTheWire, .. traits];
        if (known) all.Add(Traits.KnownDefault);
        if (password.Length == 0) all.Add(Traits.EmptyPassword);
        Observe(at, protocol, what, subject, Shortened.Credential(user, password), FindingKind.Credential, 0.95, known ? true : null, null, [.. all]);
    }

    /// <summary>Findings in their order: log-ins and weak cryptography at every frame, all else at its first, with how often and until where it was seen.</summary>
    public IReadOnlyList<Finding> Findings()
    {
        var findings = new List<Finding>(drafts.Count);
        foreach (var draft in drafts.Values)
        {
            if (draft.Places is not null)
            {
                findings.AddRange(draft.Places.Distinct().Select(place => draft.Finding with { Location = place }));
                continue;
            }
            var times = draft.Count == 1 ? null : FormattableString.Invariant($"{draft.Count} times, last in frame {draft.Last}");
            var note = draft.Finding.Note is { } said ? times is null ? said : $"{said}; {times}" : times;
            findings.Add(draft.Finding with { Note = note });
        }
        findings.Sort(Finding.Compare);
        return findings;
    }

    public Loss? Loss => unwritten == 0 ? null : new Loss
    {
        Location = new Location { Artefact = artefact.Name },
        Expected = FormattableString.Invariant($"at most {MostObservations} observations and {MostFindings} findings in a capture"),
        Found = FormattableString.Invariant($"{unwritten} more that were not kept"),
    };

    /// <summary>One end is on the open Internet.</summary>
    public static bool IsRemote(in Moment at) => !at.Source.IsLocal || !at.Destination.IsLocal;
}
