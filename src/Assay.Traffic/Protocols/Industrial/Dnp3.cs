using System.Buffers.Binary;
using System.Globalization;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// DNP3 (IEEE 1815-2012): frames put together to fragments, orders and what the outstation said to them. Authentication counts as seen once the
/// outstation or the master speaks of it (group 120, functions 32, 33 and 131; clause 7).
/// </summary>
internal sealed class Dnp3(Notes notes)
{
    public const string Name = "dnp3";
    /// <summary>A fragment is 2,048 bytes by default (clause 4.2.2.2); what grows beyond this is given up.</summary>
    private const int MostFragment = 4096;

    private readonly byte[]?[] held = new byte[2][];
    private readonly int[] heldLength = [-1, -1];
    private readonly int[] sequence = [-1, -1];
    private bool authentication;

    /// <summary>What came from one side so far is not followed by what comes next.</summary>
    public void Lost(bool outward) => heldLength[outward ? 1 : 0] = -1;

    /// <summary>One whole frame.</summary>
    public void Read(bool outward, in Dnp3Link frame, in Moment at)
    {
        notes.Saw(at, Name, "destination", frame.Destination);
        notes.Saw(at, Name, "source", frame.Source);
        if (!frame.HasUserData || frame.DataLength < 1) return;
        Span<byte> data = stackalloc byte[Dnp3Link.MostData];
        data = data[..frame.DataLength];
        var side = outward ? 1 : 0;
        if (!frame.TryCopyData(data))
        {
            heldLength[side] = -1;
            return;
        }
        var transport = data[0];
        data = data[1..];
        if ((transport & 0x40) != 0) (heldLength[side], sequence[side]) = (0, transport & 0x3f);
        else if (heldLength[side] < 0 || (transport & 0x3f) != (sequence[side] + 1 & 0x3f) || heldLength[side] + data.Length > MostFragment)
        {
            heldLength[side] = -1;
            return;
        }
        else sequence[side] = transport & 0x3f;
        var isLast = (transport & 0x80) != 0;
        if (isLast && heldLength[side] == 0)
        {
            Fragment(data, frame, at);
            heldLength[side] = -1;
            return;
        }
        var store = held[side] ??= new byte[MostFragment];
        data.CopyTo(store.AsSpan(heldLength[side]));
        heldLength[side] += data.Length;
        if (!isLast) return;
        Fragment(store.AsSpan(0, heldLength[side]), frame, at);
        heldLength[side] = -1;
    }

    private void Fragment(ReadOnlySpan<byte> bytes, in Dnp3Link frame, in Moment at)
    {
        if (bytes.Length < 2) return;
        var (control, function) = (bytes[0], bytes[1]);
        notes.Saw(at, Name, "function", function);
        var isAnswer = function is 129 or 130 or 131;
        if (isAnswer && bytes.Length < 4) return;
        var outstation = frame.FromMaster ? frame.Destination : frame.Source;
        var id = (ulong)outstation << 8 | (uint)(control & 0x0f);
        if (function is 32 or 33 or 131) authentication = true;
        var objects = bytes[(isAnswer ? 4 : 2)..];
        if (notes.Witness is not null) Show(frame, bytes, objects, isAnswer, at);
        if (!isAnswer)
        {
            if (Order(function, objects) is { } order) notes.Orders.Asked(notes, at, Name, id, order, authentication ? "after a challenge" : null);
            return;
        }
        if (function != 129) return;
        var walk = new Dnp3Objects(objects, withData: true);
        string? status = null;
        while (walk.Next(out var header))
        {
            if (header.Group == 120) authentication = true;
            status ??= StatusOf(header);
        }
        // A challenge is no answer yet: the order waits for it.
        if (authentication && objects is [120, ..]) return;
        notes.Orders.Answered(notes, at, Name, id, Refusal(bytes[3]) ?? status);
    }

    /// <summary>What else a fragment says, for whoever compares.</summary>
    private void Show(in Dnp3Link frame, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> objects, bool isAnswer, in Moment at)
    {
        notes.Saw(at, Name, "control", frame.Control);
        notes.Saw(at, Name, "application", bytes[0]);
        if (isAnswer) notes.Saw(at, Name, "indications", BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
        var walk = new Dnp3Objects(objects, withData: bytes[1] is not (1 or 20 or 21 or 22 or 7 or 8 or 9 or 10));
        while (walk.Next(out var header))
        {
            notes.Saw(at, Name, "object", string.Create(CultureInfo.InvariantCulture, $"{header.Group} {header.Variation} {header.Qualifier} {header.Start} {header.Count}"));
        }
    }

    /// <summary>The order that a function gives (clause 4.4); null for one that only reads or confirms.</summary>
    private static string? Order(byte function, ReadOnlySpan<byte> objects) => function switch
    {
        2 => objects.IsEmpty ? null : "write " + Group(objects[0]),
        3 => objects.IsEmpty ? null : "select " + Group(objects[0]),
        4 => objects.IsEmpty ? null : "operate " + Group(objects[0]),
        5 => objects.IsEmpty ? null : "direct operate " + Group(objects[0]),
        6 => objects.IsEmpty ? null : "direct operate without answer " + Group(objects[0]),
        9 or 10 => "freeze and clear counters",
        13 => "cold restart",
        14 => "warm restart",
        15 => "initialise data",
        16 => "initialise application",
        17 => "start application",
        18 => "stop application",
        19 => "save configuration",
        20 => "enable unsolicited messages",
        21 => "disable unsolicited messages",
        22 => "assign class",
        24 => "record current time",
        27 => "delete file",
        31 => "activate configuration",
        _ => null,
    };

    private static string Group(byte group) => group switch
    {
        10 or 11 or 12 or 13 => "binary outputs",
        34 => "deadbands",
        40 or 41 or 42 or 43 => "analogue outputs",
        50 or 51 => "time",
        70 => "files",
        80 => "internal indications",
        85 or 86 or 87 => "data sets",
        0 => "device attributes",
        102 => "unsigned integers",
        110 or 112 => "strings",
        _ => string.Create(CultureInfo.InvariantCulture, $"group {group}"),
    };

    /// <summary>Bits of the second byte of internal indications that mean no (clause 4.2.2.5).</summary>
    private static string? Refusal(byte second) => (second & 1) != 0 ? "function not supported" : (second & 2) != 0 ? "object unknown"
        : (second & 4) != 0 ? "parameter error" : (second & 0x10) != 0 ? "already executing" : null;

    /// <summary>The first status that is not zero in the echo of an operation (annex A, groups 12 and 41).</summary>
    private static string? StatusOf(in Dnp3Object header)
    {
        var size = (header.Group, header.Variation) switch { (12, 1) => 11, (41, 1) => 5, (41, 2) => 3, (41, 3) => 5, (41, 4) => 9, _ => 0 };
        if (size == 0) return null;
        var step = header.PrefixLength + size;
        for (var at = step; at <= header.Data.Length; at += step)
        {
            var status = header.Data[at - 1] & 0x7f;
            if (status == 0) continue;
            return status switch
            {
                1 => "select timed out",
                2 => "no select before",
                3 => "format error",
                4 => "not supported",
                5 => "already active",
                6 => "hardware error",
                7 => "switched to local",
                8 => "too many objects",
                9 => "not authorised",
                _ => string.Create(CultureInfo.InvariantCulture, $"status {status}"),
            };
        }
        return null;
    }
}

/// <summary>DNP3 over TCP.</summary>
internal sealed class Dnp3Dissector(Conversation conversation) : MessageDissector(conversation)
{
    private readonly Dnp3 reading = new(conversation.Notes);

    public override Application Application => Application.Dnp3;

    public override void Lost(bool outward) => reading.Lost(outward);

    protected override int Measure(ReadOnlySpan<byte> bytes) => Dnp3Link.Measure(bytes);

    protected override void Take(bool outward, ReadOnlySpan<byte> message, in Moment at)
    {
        if (!Dnp3Link.TryRead(message, out var frame)) return;
        InClear(at, Dnp3.Name, frame.FromMaster);
        reading.Read(outward, frame, at);
    }
}
