using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment.Examining;

/// <summary>The bytes of <see cref="FileFacts"/> for the cache and for digests: every member in a fixed order, the same facts the same bytes. Ours alone, never exchanged.</summary>
internal static class FactsFormat
{
    public static byte[] Bytes(FileFacts facts) => FactBytes.Bytes(to => new Writing(to).Facts(facts));

    /// <summary>Null where the bytes are not what <see cref="Bytes"/> writes.</summary>
    public static FileFacts? Read(byte[] bytes) => FactBytes.Read(bytes, from => new Reading(from).Facts());

    private readonly struct Writing(BinaryWriter to)
    {
        public void Facts(FileFacts facts)
        {
            to.List(facts.Findings, Finding);
            to.List(facts.Coverage, Coverage);
            to.List(facts.Components, to.Component);
            to.List(facts.Executables, Executable);
            to.List(facts.Materials, to.Component);
            to.Write(facts.Capture is not null);
            if (facts.Capture is { } capture) Capture(capture);
        }

        private void Finding(Finding f)
        {
            to.Write((byte)f.Kind);
            to.Write(f.Subject);
            to.Write(f.Value);
            to.Write(f.Confidence);
            to.Location(f.Location);
            to.Text(f.Note);
            to.Write((byte)(f.Default switch { null => 0, false => 1, true => 2 }));
            to.Texts(f.Traits);
        }

        private void Coverage(Coverage c)
        {
            to.Write(c.Artefact);
            to.Write((byte)c.Scope);
            to.Write(c.Unit);
            to.Write(c.Total);
            to.Write(c.Examined);
            to.Time(c.From);
            to.Time(c.To);
            to.List([.. c.Counts], Count);
            to.List(c.Losses, to.Loss);
        }

        private void Executable(ExecutableSeen e)
        {
            to.Write(e.Path);
            to.Write7BitEncodedInt64(e.Size);
            to.Text(e.Sha256);
            to.Text(e.Soname);
            to.Texts(e.Needed);
        }

        private void Count(KeyValuePair<string, long> count)
        {
            to.Write(count.Key);
            to.Write(count.Value);
        }

        private void Capture(CaptureFacts c)
        {
            to.Write(c.Artefact);
            to.Text(c.State);
            to.Time(c.From);
            to.Time(c.To);
            to.Write(c.IsOfDevice);
            to.Write(c.Left);
            to.List(c.Conversations, Conversation);
            to.List(c.Exchanges, Exchange);
            to.List(c.Trials, Trial);
            to.Texts(c.DeviceNames);
        }

        private void Exchange(Exchange e)
        {
            to.Time(e.Time);
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
            to.Time(t.Time);
            to.Write7BitEncodedInt64(t.Frame);
            to.Write(t.Protocol);
            to.Write(t.Client);
            to.Write(t.Server);
            to.Write((byte)((t.ToDevice ? 1 : 0) | (t.IsAccepted ? 2 : 0) | (t.IsThrottled ? 4 : 0)));
        }

        private void Conversation(Conversation c)
        {
            to.Time(c.First);
            to.Time(c.Last);
            to.Write7BitEncodedInt64(c.Frame);
            to.Write((byte)((c.IsOutward ? 1 : 0) | (c.IsRemote ? 2 : 0) | (c.IsAnswered ? 4 : 0)));
            to.Write(c.Peer);
            to.Texts(c.Names);
            to.Write(c.Protocol);
            to.Write7BitEncodedInt(c.Port ?? -1);
            to.Text(c.Application);
            to.Write7BitEncodedInt64(c.Sent);
            to.Write7BitEncodedInt64(c.Received);
        }
    }

    // The same order as above.
    private readonly struct Reading(BinaryReader from)
    {
        public FileFacts Facts() => new()
        {
            Findings = from.List(Finding),
            Coverage = from.List(Coverage),
            Components = from.List(from.Component),
            Executables = from.List(Executable),
            Materials = from.List(from.Component),
            Capture = from.ReadBoolean() ? Capture() : null,
        };

        private Finding Finding() => new()
        {
            Kind = (FindingKind)from.ReadByte(),
            Subject = from.ReadString(),
            Value = from.ReadString(),
            Confidence = from.ReadDouble(),
            Location = from.Location(),
            Note = from.Text(),
            Default = from.ReadByte() switch { 0 => null, 1 => false, _ => true },
            Traits = from.Texts(),
        };

        private Coverage Coverage() => new()
        {
            Artefact = from.ReadString(),
            Scope = (CoverageScope)from.ReadByte(),
            Unit = from.ReadString(),
            Total = from.ReadInt64(),
            Examined = from.ReadInt64(),
            From = from.Time(),
            To = from.Time(),
            Counts = new SortedDictionary<string, long>(from.List(Count).ToDictionary(c => c.Key, c => c.Value), StringComparer.Ordinal),
            Losses = from.List(from.Loss),
        };

        private ExecutableSeen Executable() => new(from.ReadString(), from.Read7BitEncodedInt64(), from.Text(), from.Text(), from.Texts());

        private KeyValuePair<string, long> Count() => new(from.ReadString(), from.ReadInt64());

        private CaptureFacts Capture() => new()
        {
            Artefact = from.ReadString(),
            State = from.Text(),
            From = from.Time()!.Value,
            To = from.Time()!.Value,
            IsOfDevice = from.ReadBoolean(),
            Left = from.ReadInt64(),
            Conversations = from.List(Conversation),
            Exchanges = from.List(Exchange),
            Trials = from.List(Trial),
            DeviceNames = from.Texts(),
        };

        private Exchange Exchange() => new(from.Time()!.Value, from.Read7BitEncodedInt64(), from.ReadString(), from.ReadString(), from.ReadBoolean(), from.Read7BitEncodedInt(), from.ReadString(), from.ReadString(), from.ReadString()) { IsRefused = from.ReadBoolean() };

        private LoginTrial Trial()
        {
            var (time, frame, protocol, client, server, flags) = (from.Time()!.Value, from.Read7BitEncodedInt64(), from.ReadString(), from.ReadString(), from.ReadString(), from.ReadByte());
            return new LoginTrial(time, frame, protocol, client, server, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
        }

        private Conversation Conversation()
        {
            DateTimeOffset first = from.Time()!.Value, last = from.Time()!.Value;
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
                Names = from.Texts(),
                Protocol = from.ReadString(),
                Port = from.Read7BitEncodedInt() is var port and >= 0 ? (ushort)port : null,
                Application = from.Text(),
                Sent = from.Read7BitEncodedInt64(),
                Received = from.Read7BitEncodedInt64(),
            };
        }
    }
}
