using Assay.Traffic.Captures;

namespace Assay.Guard.Admission;

/// <summary>One device on the inside: what was seen of it, and what is done about it. Changed under the household's lock alone.</summary>
public sealed class Device
{
    /// <summary>A device that uses more addresses at once is treated as a stranger on the others.</summary>
    public const int MostAddresses = 8;
    /// <summary>Models that one device may state; the oldest goes.</summary>
    public const int MostModels = 8;

    public required MacAddress Mac { get; init; }
    public required DateTimeOffset FirstSeen { get; init; }
    public DateTimeOffset? LastSeen { get; set; }
    /// <summary>What it calls itself, fit for a terminal; a claim.</summary>
    public string? HostName { get; set; }
    /// <summary>Addresses that count as its own, in the order in which they came.</summary>
    public List<Address> Addresses { get; } = [];
    /// <summary>Whether <see cref="Addresses"/> come from a lease; then no other is learnt from frames.</summary>
    public bool Leased { get; set; }
    /// <summary>The last statement of each model, oldest first.</summary>
    public List<StatedVersion> Stated { get; } = [];
    public string? MudUrl { get; set; }
    public SeenAttack? Attack { get; set; }
    public Admit? Admit { get; set; }
    public bool IsSettled { get; set; }
    /// <summary>Null until it was judged for the first time.</summary>
    public Ruling? Ruling { get; set; }
    public ShelfLabel? Label { get; set; }
    /// <summary>Since when it has the action that it has.</summary>
    public DateTimeOffset Since { get; set; }
    /// <summary>Id of its profile in the rule set; null where nothing is known of it.</summary>
    public string? Profile { get; set; }
}
