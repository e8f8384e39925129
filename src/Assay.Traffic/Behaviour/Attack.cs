using Assay.Evidence;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Behaviour;

/// <summary>The closed list of what <see cref="AttackWatch"/> sees.</summary>
public enum AttackKind
{
    /// <summary>One source, one port, many hosts.</summary>
    HorizontalScan,
    /// <summary>One source, one host, many ports.</summary>
    VerticalScan,
    /// <summary>One source looks for hosts by ARP.</summary>
    AddressSweep,
    /// <summary>One source looks for hosts by ICMP echo.</summary>
    PingSweep,
    /// <summary>One source, one log-in port, many connections or refused log-ins.</summary>
    BruteForce,
    /// <summary>More packets to one target than any use of it explains.</summary>
    Flood,
    /// <summary>Answers to one target that nobody asked for.</summary>
    Reflection,
}

/// <summary>An attack that was seen: by whom, on whom, which threshold it crossed, and at which frames.</summary>
public sealed record Attack
{
    public required AttackKind Kind { get; init; }
    /// <summary>Who sent the frames; zero where the link layer has no addresses.</summary>
    public required MacAddress Mac { get; init; }
    /// <summary>The address that it sent from; null where it used many (forged ones, or many reflectors).</summary>
    public Address? Source { get; init; }
    public required DateTimeOffset First { get; init; }
    public required DateTimeOffset Last { get; init; }
    /// <summary>The row of the thresholds: <c>horizontal-scan</c>.</summary>
    public required string Rule { get; init; }
    /// <summary><c>25 hosts on port 23 within 60 s; found 40</c></summary>
    public required string Threshold { get; init; }
    /// <summary>What was counted, up to now.</summary>
    public required long Count { get; init; }
    /// <summary>Frames from 1, ascending: the first, the one that crossed the threshold, and samples; 10 at most.</summary>
    public required IReadOnlyList<long> Frames { get; init; }
    /// <summary>The frame that crossed the threshold; one of <see cref="Frames"/>.</summary>
    public required long Crossed { get; init; }
    /// <summary>Whom it was aimed at, 8 at most, then <c>and N more</c>.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>Who: the address, else the station, else unknown.</summary>
    public string From => Source?.ToString() ?? (Mac.Bits != 0 ? Mac.ToString() : "many addresses");

    /// <summary>As a finding at the frame that crossed the threshold.</summary>
    public Finding AsFinding(string artefact) => new()
    {
        Kind = FindingKind.Behaviour,
        Subject = From,
        Value = $"{NameOf(Kind)}: {Threshold}",
        Confidence = 0.9,
        Location = new Location { Artefact = artefact, Frame = Crossed },
        Note = (Mac.Bits == 0 ? "" : $"station {Mac}; ") + $"on {string.Join(", ", Targets)}; frames {string.Join(", ", Frames)}",
    };

    /// <summary><c>scan of many hosts</c>, in a person's words.</summary>
    public static string NameOf(AttackKind kind) => kind switch
    {
        AttackKind.HorizontalScan => "scan of many hosts",
        AttackKind.VerticalScan => "scan of many ports",
        AttackKind.AddressSweep => "search for hosts by ARP",
        AttackKind.PingSweep => "search for hosts by ping",
        AttackKind.BruteForce => "guessing of passwords",
        AttackKind.Flood => "flood",
        _ => "reflected flood",
    };
}
