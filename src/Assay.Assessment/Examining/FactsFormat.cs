using System.Text;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment.Examining;

/// <summary>The bytes of <see cref="FileFacts"/> for the cache and for digests: every member in a fixed order, the same facts the same bytes. Ours alone, never exchanged.</summary>
internal static class FactsFormat
{
    public static byte[] Bytes(FileFacts facts)
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true)) new Writing(writer).Facts(facts);
        return body.ToArray();
    }

    /// <summary>Null where the bytes are not what <see cref="Bytes"/> writes.</summary>
    public static FileFacts? Read(byte[] bytes, int from = 0)
    {
        try
        {
            using var stream = new MemoryStream(bytes, from, bytes.Length - from);
            using var reader = new BinaryReader(stream, Encoding.UTF8);
            var facts = new Reading(reader).Facts();
            return stream.Position == stream.Length ? facts : null;
        }
        catch (Exception e) when (e is IOException or ArgumentException or OverflowException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private readonly struct Writing(BinaryWriter to)
    {
        public void Facts(FileFacts facts)
        {
            List(facts.Findings, Finding);
            List(facts.Coverage, Coverage);
            List(facts.Components, Component);
            List(facts.Executables, Executable);
            List(facts.Materials, Component);
            to.Write(facts.Capture is not null);
            if (facts.Capture is { } capture) Capture(capture);
        }

        private void Finding(Finding f)
        {
            to.Write((byte)f.Kind);
            to.Write(f.Subject);
            to.Write(f.Value);
            to.Write(f.Confidence);
            Location(f.Location);
            Text(f.Note);
            to.Write((byte)(f.Default switch { null => 0, false => 1, true => 2 }));
            Texts(f.Traits);
        }

        private void Coverage(Coverage c)
        {
            to.Write(c.Artefact);
            to.Write((byte)c.Scope);
            to.Write(c.Unit);
            to.Write(c.Total);
            to.Write(c.Examined);
            Time(c.From);
            Time(c.To);
            List([.. c.Counts], Count);
            List(c.Losses, Loss);
        }

        private void Executable(ExecutableSeen e)
        {
            to.Write(e.Path);
            to.Write7BitEncodedInt64(e.Size);
            Text(e.Sha256);
            Text(e.Soname);
            Texts(e.Needed);
        }

        private void Count(KeyValuePair<string, long> count)
        {
            to.Write(count.Key);
            to.Write(count.Value);
        }

        private void Loss(Loss loss)
        {
            Location(loss.Location);
            to.Write(loss.Expected);
            to.Write(loss.Found);
        }

        private void Component(Component c)
        {
            to.Write(c.Name);
            Text(c.Version);
            Text(c.Package);
            Text(c.Purl);
            Texts(c.Cpe);
            Text(c.Supplier);
            Text(c.Licence);
            Text(c.Source?.Name);
            Text(c.Source?.Version);
            Text(c.PatchLevel);
            Text(c.Distribution);
            to.Write(c.IsGuess);
            List(c.Conflicts, OtherVersion);
            Texts(c.Files);
            Texts(c.Needs);
            Texts(c.Provides);
            List(c.Evidence, ComponentEvidence);
        }

        private void OtherVersion(OtherVersion o)
        {
            to.Write(o.Version);
            to.Write(o.Method);
            Location(o.Location);
        }

        private void ComponentEvidence(ComponentEvidence e)
        {
            to.Write(e.Method);
            Location(e.Location);
            to.Write(e.Confidence);
        }

        private void Capture(CaptureFacts c)
        {
            to.Write(c.Artefact);
            Text(c.State);
            Time(c.From);
            Time(c.To);
            to.Write(c.IsOfDevice);
            to.Write(c.Left);
            List(c.Conversations, Conversation);
            List(c.Exchanges, Exchange);
            List(c.Trials, Trial);
            Texts(c.DeviceNames);
        }

        private void Exchange(Exchange e)
        {
            Time(e.Time);
            to.Write7BitEncodedInt64(e.Frame);
            to.Write(e.Client);
            to.Write(e.Server);
            to.Write(e.ToDevice);
            to.Write7BitEncodedInt(e.Status);
            to.Write(e.Method);
            to.Write(e.Shown);
            to.Write(e.Path);
            to.Write(e.IsRefused);
        }

        private void Trial(LoginTrial t)
        {
            Time(t.Time);
            to.Write7BitEncodedInt64(t.Frame);
            to.Write(t.Protocol);
            to.Write(t.Client);
            to.Write(t.Server);
            to.Write((byte)((t.ToDevice ? 1 : 0) | (t.IsAccepted ? 2 : 0) | (t.IsThrottled ? 4 : 0)));
        }

        private void Conversation(Conversation c)
        {
            Time(c.First);
            Time(c.Last);
            to.Write7BitEncodedInt64(c.Frame);
            to.Write((byte)((c.IsOutward ? 1 : 0) | (c.IsRemote ? 2 : 0) | (c.IsAnswered ? 4 : 0)));
            to.Write(c.Peer);
            Texts(c.Names);
            to.Write(c.Protocol);
            to.Write7BitEncodedInt(c.Port ?? -1);
            Text(c.Application);
            to.Write7BitEncodedInt64(c.Sent);
            to.Write7BitEncodedInt64(c.Received);
        }

        private void Location(Location l)
        {
            to.Write(l.Artefact);
            Text(l.Path);
            to.Write7BitEncodedInt64(l.Offset ?? -1);
            to.Write7BitEncodedInt64(l.Frame ?? -1);
            to.Write7BitEncodedInt(l.Line ?? -1);
        }

        private void Time(DateTimeOffset? time) => to.Write(time?.UtcTicks ?? -1);

        private void Text(string? text)
        {
            to.Write(text is not null);
            if (text is not null) to.Write(text);
        }

        private void Texts(IReadOnlyList<string> texts) => List(texts, to.Write);

        private void List<T>(IReadOnlyList<T> all, Action<T> each)
        {
            to.Write7BitEncodedInt(all.Count);
            foreach (var one in all) each(one);
        }
    }

    // The same order as above.
    private readonly struct Reading(BinaryReader from)
    {
        public FileFacts Facts() => new()
        {
            Findings = List(Finding),
            Coverage = List(Coverage),
            Components = List(Component),
            Executables = List(Executable),
            Materials = List(Component),
            Capture = from.ReadBoolean() ? Capture() : null,
        };

        private Finding Finding() => new()
        {
            Kind = (FindingKind)from.ReadByte(),
            Subject = from.ReadString(),
            Value = from.ReadString(),
            Confidence = from.ReadDouble(),
            Location = Location(),
            Note = Text(),
            Default = from.ReadByte() switch { 0 => null, 1 => false, _ => true },
            Traits = Texts(),
        };

        private Coverage Coverage() => new()
        {
            Artefact = from.ReadString(),
            Scope = (CoverageScope)from.ReadByte(),
            Unit = from.ReadString(),
            Total = from.ReadInt64(),
            Examined = from.ReadInt64(),
            From = Time(),
            To = Time(),
            Counts = new SortedDictionary<string, long>(List(Count).ToDictionary(c => c.Key, c => c.Value), StringComparer.Ordinal),
            Losses = List(Loss),
        };

        private ExecutableSeen Executable() => new(from.ReadString(), from.Read7BitEncodedInt64(), Text(), Text(), Texts());

        private KeyValuePair<string, long> Count() => new(from.ReadString(), from.ReadInt64());

        private Loss Loss() => new() { Location = Location(), Expected = from.ReadString(), Found = from.ReadString() };

        private Component Component() => new()
        {
            Name = from.ReadString(),
            Version = Text(),
            Package = Text(),
            Purl = Text(),
            Cpe = Texts(),
            Supplier = Text(),
            Licence = Text(),
            Source = Source(),
            PatchLevel = Text(),
            Distribution = Text(),
            IsGuess = from.ReadBoolean(),
            Conflicts = List(OtherVersion),
            Files = Texts(),
            Needs = Texts(),
            Provides = Texts(),
            Evidence = List(ComponentEvidence),
        };

        private SourcePackage? Source()
        {
            var (name, version) = (Text(), Text());
            return name is null ? null : new SourcePackage(name, version);
        }

        private OtherVersion OtherVersion() => new(from.ReadString(), from.ReadString(), Location());

        private ComponentEvidence ComponentEvidence() => new(from.ReadString(), Location(), from.ReadDouble());

        private CaptureFacts Capture() => new()
        {
            Artefact = from.ReadString(),
            State = Text(),
            From = Time()!.Value,
            To = Time()!.Value,
            IsOfDevice = from.ReadBoolean(),
            Left = from.ReadInt64(),
            Conversations = List(Conversation),
            Exchanges = List(Exchange),
            Trials = List(Trial),
            DeviceNames = Texts(),
        };

        private Exchange Exchange() => new(Time()!.Value, from.Read7BitEncodedInt64(), from.ReadString(), from.ReadString(), from.ReadBoolean(), from.Read7BitEncodedInt(), from.ReadString(), from.ReadString(), from.ReadString()) { IsRefused = from.ReadBoolean() };

        private LoginTrial Trial()
        {
            var (time, frame, protocol, client, server, flags) = (Time()!.Value, from.Read7BitEncodedInt64(), from.ReadString(), from.ReadString(), from.ReadString(), from.ReadByte());
            return new LoginTrial(time, frame, protocol, client, server, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
        }

        private Conversation Conversation()
        {
            DateTimeOffset first = Time()!.Value, last = Time()!.Value;
            var frame = from.Read7BitEncodedInt64();
            var flags = from.ReadByte();
            return new Conversation
            {
                First = first,
                Last = last,
                Frame = frame,
                IsOutward = (flags & 1) != 0,
                IsRemote = (flags & 2) != 0,
                IsAnswered = (flags & 4) != 0,
                Peer = from.ReadString(),
                Names = Texts(),
                Protocol = from.ReadString(),
                Port = from.Read7BitEncodedInt() is var port and >= 0 ? (ushort)port : null,
                Application = Text(),
                Sent = from.Read7BitEncodedInt64(),
                Received = from.Read7BitEncodedInt64(),
            };
        }

        private Location Location() => new()
        {
            Artefact = from.ReadString(),
            Path = Text(),
            Offset = from.Read7BitEncodedInt64() is var offset and >= 0 ? offset : null,
            Frame = from.Read7BitEncodedInt64() is var frame and >= 0 ? frame : null,
            Line = from.Read7BitEncodedInt() is var line and >= 0 ? line : null,
        };

        private DateTimeOffset? Time() => from.ReadInt64() is var ticks and >= 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

        private string? Text() => from.ReadBoolean() ? from.ReadString() : null;

        private List<string> Texts() => List(from.ReadString);

        private List<T> List<T>(Func<T> each)
        {
            var count = from.Read7BitEncodedInt();
            // Each item has at least a byte.
            if (count < 0 || count > from.BaseStream.Length - from.BaseStream.Position) throw new EndOfStreamException();
            var all = new List<T>(count);
            for (var i = 0; i < count; i++) all.Add(each());
            return all;
        }
    }
}
