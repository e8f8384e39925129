using System.Threading.Channels;

namespace Assay.Registry.Status;

/// <summary>Server-sent events that only say "something changed, up to this number"; the signed list and the log are the truth.</summary>
public sealed class Wakeups
{
    /// <summary>Listeners at once; one more is told to come back.</summary>
    public const int Most = 1000;
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly Lock access = new();
    private readonly HashSet<Channel<long>> listeners = [];
    private long number;

    /// <summary>The last number told, or known from the log at the start.</summary>
    public long Number
    {
        get { lock (access) return number; }
    }

    public int Listeners
    {
        get { lock (access) return listeners.Count; }
    }

    /// <summary>Wakes everybody who listens. A slow listener misses numbers, never the newest one.</summary>
    public void Tell(long newNumber)
    {
        lock (access)
        {
            if (newNumber <= number) return;
            number = newNumber;
            foreach (var listener in listeners) listener.Writer.TryWrite(newNumber);
        }
    }

    /// <summary>Begins to listen; null where there are too many already.</summary>
    internal Channel<long>? Listen(out long now)
    {
        var channel = Channel.CreateBounded<long>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (access)
        {
            now = number;
            if (listeners.Count >= Most) return null;
            listeners.Add(channel);
            return channel;
        }
    }

    /// <summary>Ends every stream: the registry stops.</summary>
    internal void Close()
    {
        lock (access)
        {
            foreach (var listener in listeners) listener.Writer.TryComplete();
            listeners.Clear();
        }
    }

    internal void Leave(Channel<long> channel)
    {
        lock (access) listeners.Remove(channel);
    }
}
