namespace Assay.Traffic.Flows;

/// <summary>
/// What all connections together hold while they are read: their state, what came too early, and messages of which the end is missing. One bound for all, so that many connections
/// that never say a whole thing cost no more than that. What is beyond it is not read, and counted.
/// </summary>
/// <param name="most">Bytes.</param>
internal sealed class HalfRead(long most = HalfRead.Most)
{
    public const long Most = 96 << 20;
    /// <summary>Bytes that the state of a connection takes, roughly: two directions and a reader.</summary>
    public const int Connection = 640;

    private long held;

    /// <summary>Connections, and messages in connections, that were not read.</summary>
    public long Refused { get; private set; }

    public bool Take(int bytes)
    {
        if (held + bytes > most)
        {
            Refused++;
            return false;
        }
        held += bytes;
        return true;
    }

    public void GiveBack(int bytes) => held -= bytes;

    /// <summary>For a person: <c>at most 96 MiB</c>.</summary>
    public string Bound => FormattableString.Invariant($"at most {most >> 20} MiB of connections that are half read");
}
