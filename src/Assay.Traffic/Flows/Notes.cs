using System.Runtime.CompilerServices;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Traffic.Captures;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Flows;

/// <summary>What readers of protocols write down: names always, observations and findings in an examination only.</summary>
/// <param name="keepsObservations">Every occurrence is kept, not only findings; of an examination alone.</param>
internal sealed class Notes(Artefact artefact, ExaminationOptions options, bool isExamination, bool keepsObservations)
{
    private const int MostNames = 1 << 20, MostObservations = 1 << 20, MostFindings = 100_000;
    /// <summary>Frames that are listed of one log-in or one weak hello; what comes more often is counted.</summary>
    public const int MostPlaces = 1000;

    private readonly List<string> names = [];
    private readonly Dictionary<string, int> nameIndex = new(StringComparer.Ordinal);
    private readonly Dictionary<Address, int> answered = [];
    private readonly List<Observation> observations = [];
    private readonly List<Draft> drafts = [];
    // Index + 1 of the latest draft of each hash, chained by Draft.Next; twice as many places as drafts.
    private int[] heads = new int[512];
    private readonly HashSet<string> texts = new(StringComparer.Ordinal);
    private long unwritten;
    private int places;

    private sealed class Draft
    {
        public required Finding Finding { get; init; }
        public required int Hash { get; init; }
        public int Next { get; set; }
        public long Count { get; set; }
        public long Last { get; set; }
        /// <summary>Frame and offset of each occurrence, where each counts: log-ins and hellos, which others look up by frame. At most <see cref="MostPlaces"/>.</summary>
        public List<(long Frame, long Offset)>? Places { get; init; }
    }

    /// <summary>Occurrences are kept one by one, not only what is found in them.</summary>
    public bool KeepsObservations => keepsObservations;
    /// <summary>What is noted of a flow goes into its record.</summary>
    public bool KeepsFlows => keepsObservations || !isExamination;
    /// <summary>Where phrases are put together; forgotten with each occurrence that is written down.</summary>
    internal PhraseRoom Room { get; } = new();
    public bool IsExamination => isExamination;
    public ExaminationOptions Options => options;
    public IReadOnlyList<Observation> Observations => observations;
    public Stations Stations { get; } = new();
    public HttpTargets Targets { get; } = new();
    public SeenCertificates Certificates { get; } = new();
    public HalfRead HalfRead { get; set; } = new();
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

    /// <summary>Writes an occurrence down that is no finding. Nothing is put in words where occurrences are not kept.</summary>
    public void Observe(in Moment at, string protocol, string what, [InterpolatedStringHandlerArgument("")] Aside subject, [InterpolatedStringHandlerArgument("")] Aside value)
    {
        if (keepsObservations && HasRoom()) Add(at, protocol, what, Kept(subject.Phrase), Kept(value.Phrase), null);
        Room.Clear();
    }

    /// <summary>Writes a finding down. <c>local</c> or <c>remote</c> is added to its traits. A string is made only of what was not found before.</summary>
    public void Observe(in Moment at, string protocol, string what, [InterpolatedStringHandlerArgument("")] Phrase subject, [InterpolatedStringHandlerArgument("")] Phrase value,
        FindingKind kind, double confidence = 1, bool? known = null, string? note = null, params ReadOnlySpan<string> traits)
    {
        if (isExamination && HasRoom())
        {
            var draft = Find(at, subject.Visible, value.Visible, kind, traits) ?? Begin(at, Kept(subject), Kept(value), kind, confidence, known, note, traits);
            if (keepsObservations) Add(at, protocol, what, draft.Finding.Subject, draft.Finding.Value, kind);
            if (draft.Places is { Count: < MostPlaces } listed)
            {
                listed.Add((at.Frame, at.Offset));
                places++;
            }
            draft.Count++;
            draft.Last = at.Frame;
        }
        Room.Clear();
    }

    private bool HasRoom()
    {
        if (observations.Count < MostObservations && drafts.Count + places < MostFindings) return true;
        unwritten++;
        return false;
    }

    private void Add(in Moment at, string protocol, string what, string subject, string value, FindingKind? kind) => observations.Add(new Observation
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

    private string Kept(in Phrase phrase)
    {
        var lookup = texts.GetAlternateLookup<ReadOnlySpan<char>>();
        var visible = phrase.Visible;
        if (lookup.TryGetValue(visible, out var known)) return known;
        known = new string(visible);
        texts.Add(known);
        return known;
    }

    private static int HashOf(ReadOnlySpan<char> subject, ReadOnlySpan<char> value, FindingKind kind) =>
        string.GetHashCode(subject) * 31 ^ string.GetHashCode(value) ^ (int)kind * 0x1e3779b1;

    /// <summary>What was found before with the same words and traits.</summary>
    private Draft? Find(in Moment at, ReadOnlySpan<char> subject, ReadOnlySpan<char> value, FindingKind kind, ReadOnlySpan<string> traits)
    {
        var hash = HashOf(subject, value, kind);
        for (var link = heads[hash & (heads.Length - 1)]; link != 0; link = drafts[link - 1].Next)
        {
            var draft = drafts[link - 1];
            if (draft.Hash != hash || draft.Finding.Kind != kind || !value.SequenceEqual(draft.Finding.Value) || !subject.SequenceEqual(draft.Finding.Subject)) continue;
            if (Has(draft.Finding.Traits, traits, Reach(at))) return draft;
        }
        return null;
    }

    private static bool Has(IReadOnlyList<string> all, ReadOnlySpan<string> traits, string reach)
    {
        if (all.Count != traits.Length + 1 || !all.Contains(reach)) return false;
        foreach (var trait in traits)
        {
            if (!all.Contains(trait)) return false;
        }
        return true;
    }

    private static string Reach(in Moment at) => IsRemote(at) ? Traits.Remote : Traits.Local;

    private Draft Begin(in Moment at, string subject, string value, FindingKind kind, double confidence, bool? known, string? note, ReadOnlySpan<string> traits)
    {
        string[] all = [.. traits, Reach(at)];
        Array.Sort(all, StringComparer.Ordinal);
        var draft = new Draft
        {
            Finding = new Finding
            {
                Kind = kind,
                Subject = subject,
                Value = value,
                Confidence = confidence,
                Location = new Location { Artefact = artefact.Name, Frame = at.Frame, Offset = at.Offset },
                Default = known,
                Traits = all,
                Note = note,
            },
            Hash = HashOf(subject, value, kind),
            Places = kind is FindingKind.Credential or FindingKind.WeakCrypto ? [] : null,
        };
        drafts.Add(draft);
        if (drafts.Count * 2 > heads.Length)
        {
            heads = new int[heads.Length * 2];
            for (var i = 0; i < drafts.Count - 1; i++) Link(i);
        }
        Link(drafts.Count - 1);
        return draft;
    }

    private void Link(int index)
    {
        ref var head = ref heads[drafts[index].Hash & (heads.Length - 1)];
        drafts[index].Next = head;
        head = index + 1;
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

    /// <summary>
    /// Findings in their order: log-ins and weak cryptography at every frame, at most <see cref="MostPlaces"/> of each; all else at its first. How often and until where something was
    /// seen that has fewer places than occurrences stands in its note, of several places in that of the first.
    /// </summary>
    public IReadOnlyList<Finding> Findings()
    {
        var findings = new List<Finding>(drafts.Count + places);
        foreach (var draft in drafts)
        {
            var first = draft.Finding;
            if (draft.Count > (draft.Places?.Count ?? 1))
            {
                var times = FormattableString.Invariant($"{draft.Count} times, last in frame {draft.Last}");
                first = first with { Note = first.Note is { } said ? $"{said}; {times}" : times };
            }
            findings.Add(first);
            if (draft.Places is null) continue;
            foreach (var place in draft.Places.Distinct().Skip(1))
            {
                findings.Add(draft.Finding with { Location = new Location { Artefact = artefact.Name, Frame = place.Frame, Offset = place.Offset } });
            }
        }
        findings.Sort(Finding.Compare);
        return findings;
    }

    public IEnumerable<Loss> Losses
    {
        get
        {
            if (unwritten > 0)
            {
                yield return new Loss
                {
                    Location = new Location { Artefact = artefact.Name },
                    Expected = FormattableString.Invariant($"at most {MostObservations} observations and {MostFindings} findings in a capture"),
                    Found = FormattableString.Invariant($"{unwritten} more that were not kept"),
                };
            }
            if (HalfRead.Refused > 0)
            {
                yield return new Loss
                {
                    Location = new Location { Artefact = artefact.Name },
                    Expected = HalfRead.Bound,
                    Found = FormattableString.Invariant($"{HalfRead.Refused} more that were not read"),
                };
            }
        }
    }

    /// <summary>One end is on the open Internet.</summary>
    public static bool IsRemote(in Moment at) => !at.Source.IsLocal || !at.Destination.IsLocal;
}
