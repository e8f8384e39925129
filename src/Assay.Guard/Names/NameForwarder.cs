using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Assay.Evidence.Reading;
using Assay.Guard.Enforcement;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Guard.Names;

/// <summary>Where the forwarder listens, whom it asks, and its limits.</summary>
public sealed record NameForwarderOptions
{
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }
    /// <summary>Name servers, asked in this order; the next when one is silent.</summary>
    public required IReadOnlyList<IPEndPoint> Upstream { get; init; }
    /// <summary>Addresses stay admitted this much longer than the answer says; at least 60 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>How long one server has to answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>An answer is kept at most this long, whatever it says.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromHours(1);
    public int MostCached { get; init; } = 4096;
    /// <summary>Questions on their way at a time, of all devices and of one.</summary>
    public int MostOpen { get; init; } = 512;
    public int MostOpenPerDevice { get; init; } = 64;
    /// <summary>
    /// How long a question that a healing device or a stranger may not ask waits for their place to change: a device often asks in the moment after its
    /// address or its version was seen, while the change is on its way into the kernel.
    /// </summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromMilliseconds(300);
    /// <summary>Addresses that one answer may carry.</summary>
    public int MostAddresses { get; init; } = 64;
    /// <summary>Zones whose names may stand for local addresses, such as <c>home.arpa</c>.</summary>
    public IReadOnlyList<string> LocalZones { get; init; } = [];
    /// <summary>False: questions for IPv6 addresses get none, since the gateway carries no IPv6 for guarded devices.</summary>
    public bool Ipv6 { get; init; }
}

/// <summary>A device asked and was not told, most recent last.</summary>
public sealed record NameRefusal(DateTimeOffset Time, Address Device, string Name, string Reason);

/// <summary>What the forwarder did since it began.</summary>
public sealed record NameForwarderSnapshot
{
    public required long Questions { get; init; }
    public required long Answered { get; init; }
    public required long FromCache { get; init; }
    /// <summary>Transactions that put addresses into the kernel.</summary>
    public required long Transactions { get; init; }
    /// <summary>Refusals to devices and answers of upstream that were not believed, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Refused { get; init; }
    /// <summary>The last refusals to devices, at most 64.</summary>
    public required IReadOnlyList<NameRefusal> Recent { get; init; }
}

/// <summary>
/// The devices' only name server (DNS over UDP and TCP). The addresses of a name enter the device's rules, with their lifetime, before the answer leaves,
/// so that its first packet already passes; answers that come together share one transaction. It believes an upstream only what was asked for.
/// </summary>
/// <remarks>One thread does everything; a transaction, its own or one of <see cref="Use"/>, is made while holding <c>access</c>, so that none falls between another and what it rests on.</remarks>
public sealed class NameForwarder : IDisposable
{
    public const string TooBusy = "too many questions at once", Kernel = "the kernel did not take the addresses", NoQuestion = "the question is malformed";
    private const int MostStreams = 64, MostRecent = 64;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    private readonly NameForwarderOptions options;
    private readonly Action<string> commit;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly NameLoop loop = new();
    private readonly Thread thread;
    private readonly List<Socket> sockets = [];

    // Of the loop's thread.
    private readonly Upstream upstream;
    private readonly Dictionary<(string Name, ushort Type), (NameAnswer Answer, DateTimeOffset Until)> cache = [];
    private readonly Dictionary<(string Name, ushort Type), Task<NameAnswer>> asked = [];
    private readonly Dictionary<Address, int> open = [];
    private readonly List<(NameAdmission Admission, TaskCompletionSource<bool> Done)> waiting = [];
    private int allOpen, streams;
    private Neighbours? neighbours;

    // Behind access.
    private readonly Lock access = new();
    private RuleSet? rules;
    private volatile bool moved;
    private volatile NameTable table = NameTable.Empty;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<(string? Profile, string Name, bool Six), (IReadOnlyList<Address> Addresses, DateTimeOffset Until)> admitted = [];

    // Behind counts; taken briefly, inside access or alone.
    private readonly Lock counts = new();
    private readonly SortedDictionary<string, long> refused = new(StringComparer.Ordinal);
    private readonly Queue<NameRefusal> recent = new();
    private long questions, answered, fromCache, transactions;

    /// <param name="commit">Puts one transaction into the kernel: <see cref="Nft.Run"/>.</param>
    public NameForwarder(NameForwarderOptions options, Action<string> commit, TimeProvider time)
    {
        if (options.Upstream.Count == 0) throw new ArgumentException("expected at least one name server to ask, found none");
        if (options.Grace < TimeSpan.FromSeconds(60)) throw new ArgumentException($"expected a grace of at least 60 s, found {options.Grace.TotalSeconds} s");
        this.options = options;
        this.commit = commit;
        this.time = time;
        upstream = new Upstream(options, time, reason => Count(reason));
        thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(loop);
            foreach (var socket in sockets) _ = socket.SocketType == SocketType.Dgram ? Datagrams(socket) : Streams(socket);
            loop.Run();
        })
        { IsBackground = true, Name = "names" };
    }

    /// <summary>Listens and answers until disposed, in the network namespace of the calling thread.</summary>
    /// <exception cref="SocketException">An address is not ours, or another server has the port.</exception>
    public void Start()
    {
        foreach (var end in options.Listen)
        {
            var datagrams = new Socket(end.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            sockets.Add(datagrams);
            datagrams.ReceiveBufferSize = 1 << 20;
            datagrams.Bind(end);
            var streams = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(streams);
            // A restart need not wait for connections of before.
            streams.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            streams.Bind(end);
            streams.Listen(32);
        }
        thread.Start();
    }

    /// <summary>From now on these rules and this table hold. With <paramref name="change"/>, the transaction that it makes is run first, and no answer comes between.</summary>
    /// <param name="change">Gets the admissions that are still good: <c>admitted => rules.Whole(devices, admitted)</c>, or <c>_ => rules.Move(before, after)</c>.</param>
    /// <exception cref="RuleException">The kernel refused the change; rules and table stay as they were.</exception>
    public void Use(RuleSet rules, NameTable table, Func<IReadOnlyList<NameAdmission>, string>? change = null)
    {
        lock (access)
        {
            if (change is not null) commit(change(Current()));
            this.rules = rules;
            this.table = table;
            moved = true;
            changed.SetResult();
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Names whose addresses are in the rules now, with the time that they have left.</summary>
    public IReadOnlyList<NameAdmission> Admitted()
    {
        lock (access) return Current();
    }

    public NameForwarderSnapshot Snapshot()
    {
        lock (counts)
        {
            return new NameForwarderSnapshot
            {
                Questions = questions,
                Answered = answered,
                FromCache = fromCache,
                Transactions = transactions,
                Refused = new Dictionary<string, long>(refused),
                Recent = [.. recent],
            };
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        foreach (var socket in sockets) socket.Dispose();
        loop.End();
        if (thread.IsAlive) thread.Join();
        neighbours?.Dispose();
        stop.Dispose();
    }

    private List<NameAdmission> Current()
    {
        var now = time.GetUtcNow();
        foreach (var key in admitted.Where(a => a.Value.Until <= now).Select(a => a.Key).ToList()) admitted.Remove(key);
        return admitted.Select(a => new NameAdmission(a.Key.Profile, a.Key.Name, a.Value.Addresses, a.Value.Until - now)).ToList();
    }

    private void Count(string reason, Address? device = null, string? name = null)
    {
        lock (counts)
        {
            refused[reason] = refused.GetValueOrDefault(reason) + 1;
            if (device is not { } who || name is null) return;
            if (recent.Count == MostRecent) recent.Dequeue();
            recent.Enqueue(new NameRefusal(time.GetUtcNow(), who, name, reason));
        }
    }

    private async Task Datagrams(Socket socket)
    {
        var buffer = new byte[4096];
        var any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!stop.IsCancellationRequested)
        {
            SocketReceiveFromResult got;
            try
            {
                got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, stop.Token);
            }
            catch (SocketException)
            {
                continue; // An earlier answer met a closed port, or the datagram was too long.
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            _ = Reply(buffer[..got.ReceivedBytes], (IPEndPoint)got.RemoteEndPoint);
        }

        async Task Reply(byte[] message, IPEndPoint from)
        {
            try
            {
                if (await Answer(message, From(from), overUdp: true) is { } answer) await socket.SendToAsync(answer, SocketFlags.None, from, stop.Token);
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The device has left; it will ask again.
            }
        }
    }

    private async Task Streams(Socket listener)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var stream = await listener.AcceptAsync(stop.Token);
                if (streams >= MostStreams) stream.Dispose();
                else _ = Serve(stream);
            }
            catch (SocketException)
            {
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }

        async Task Serve(Socket stream)
        {
            streams++;
            try
            {
                var device = From((IPEndPoint)stream.RemoteEndPoint!);
                while (true)
                {
                    using var patience = new CancellationTokenSource(Idle, time);
                    using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop.Token);
                    if (await Framed.Read(stream, both.Token) is not { } message || await Answer(message, device, overUdp: false) is not { } answer) return;
                    var framed = new byte[answer.Length + 2];
                    BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)answer.Length);
                    answer.CopyTo(framed, 2);
                    await stream.SendAsync(framed, both.Token);
                }
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
            {
            }
            finally
            {
                streams--;
                stream.Dispose();
            }
        }
    }

    private static Address From(IPEndPoint end) => Address.Parse(new IPAddress(end.Address.GetAddressBytes()).ToString());

    // Interfaces may have come anew with the rules. Where the kernel does not say, addresses are believed.
    private MacAddress? Seen(Address device)
    {
        if (moved)
        {
            moved = false;
            neighbours?.Dispose();
            neighbours = null;
            IReadOnlyList<string> inside;
            lock (access) inside = rules!.Gateway.Inside;
            try
            {
                neighbours = new Neighbours(inside);
            }
            catch (IOException)
            {
                return null;
            }
        }
        return neighbours?.Of(device);
    }

    /// <summary>The answer to send, or null for none.</summary>
    private async Task<byte[]?> Answer(byte[] message, Address device, bool overUdp)
    {
        lock (counts) questions++;
        DnsQuestion? question;
        try
        {
            question = DnsQuestion.Read(message);
        }
        catch (UnreadableException)
        {
            Count(NoQuestion);
            return DnsQuestion.Error(message, (message[2] & 0x78) != 0 ? DnsWire.NotImplemented : DnsWire.FormatError);
        }
        if (question is null)
        {
            Count(NoQuestion);
            return null;
        }
        var own = open.GetValueOrDefault(device);
        if (allOpen >= options.MostOpen || own >= options.MostOpenPerDevice)
        {
            Count(TooBusy, device, question.Name);
            return null;
        }
        open[device] = own + 1;
        allOpen++;
        try
        {
            var answer = await Answer(question, device, overUdp);
            lock (counts) answered++;
            return answer;
        }
        finally
        {
            allOpen--;
            if (open[device] == 1) open.Remove(device);
            else open[device]--;
        }
    }

    private async Task<byte[]> Answer(DnsQuestion question, Address device, bool overUdp)
    {
        var decision = table.Decide(device, question.Name, Seen(device));
        if (decision.Refusal == NameTable.OutsideHealing) decision = await Settled(question, device);
        if (decision.Refusal is { } reason)
        {
            Count(reason, device, question.Name);
            return question.Answer(DnsWire.Refused, [], 0, overUdp);
        }
        var addresses = question.Type is DnsWire.A or DnsWire.Aaaa;
        // Other records would carry addresses past the rules (SVCB), or data out (TXT); IPv6 that is not carried would only cost the device time.
        if (!addresses && decision.Admit || question.Type == DnsWire.Aaaa && !options.Ipv6) return question.Answer(DnsWire.NoError, [], 0, overUdp);
        NameAnswer answer;
        var seconds = 0u;
        var key = (question.Name, question.Type);
        try
        {
            var now = time.GetUtcNow();
            if (cache.TryGetValue(key, out var kept) && kept.Until > now)
            {
                answer = kept.Answer;
                seconds = (uint)Math.Ceiling((kept.Until - now).TotalSeconds);
                lock (counts) fromCache++;
            }
            else
            {
                if (!asked.TryGetValue(key, out var running)) asked[key] = running = Ask(key);
                answer = await running;
                seconds = Math.Min(answer.Seconds, (uint)options.Longest.TotalSeconds);
            }
        }
        catch (DisbeliefException wrong)
        {
            lock (counts)
            {
                if (recent.Count == MostRecent) recent.Dequeue();
                recent.Enqueue(new NameRefusal(time.GetUtcNow(), device, question.Name, wrong.Message));
            }
            return question.Answer(DnsWire.ServerFailure, [], 0, overUdp);
        }
        if (!addresses) return Passed(question, answer, overUdp);
        if (answer.Addresses.Count > 0 && decision.Admit)
        {
            // While we asked, the device may have been cut.
            decision = table.Decide(device, question.Name, Seen(device));
            if (decision.Refusal is { } since)
            {
                Count(since, device, question.Name);
                return question.Answer(DnsWire.Refused, [], 0, overUdp);
            }
            if (decision.Admit && !await Install(new NameAdmission(decision.Profile, question.Name, answer.Addresses, TimeSpan.FromSeconds(seconds) + options.Grace)))
            {
                Count(Kernel, device, question.Name);
                return question.Answer(DnsWire.ServerFailure, [], 0, overUdp);
            }
        }
        return question.Answer(answer.Code, answer.Addresses, seconds, overUdp);
    }

    private async Task<NameDecision> Settled(DnsQuestion question, Address device)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var end = Task.Delay(options.Settling, time, patience.Token);
        while (true)
        {
            Task change;
            NameDecision decision;
            lock (access)
            {
                change = changed.Task;
                decision = table.Decide(device, question.Name);
            }
            if (decision.Refusal != NameTable.OutsideHealing || end.IsCompleted)
            {
                patience.Cancel();
                return decision.Refusal is null ? table.Decide(device, question.Name, Seen(device)) : decision;
            }
            await Task.WhenAny(change, end);
        }
    }

    // Other types, for devices that are only notified of: the server's own bytes under the device's id.
    private static byte[] Passed(DnsQuestion question, NameAnswer answer, bool overUdp)
    {
        if (overUdp && answer.Message.Length > question.UdpSize)
        {
            var cut = question.Answer(answer.Code, [], 0, overUdp);
            cut[2] |= 2;
            return cut;
        }
        var message = (byte[])answer.Message.Clone();
        BinaryPrimitives.WriteUInt16BigEndian(message, question.Id);
        return message;
    }

    private async Task<NameAnswer> Ask((string Name, ushort Type) key)
    {
        // The question is in the table of questions before it can be answered.
        await Task.Yield();
        try
        {
            var local = options.LocalZones.Any(z => key.Name == z || key.Name.EndsWith("." + z, StringComparison.Ordinal));
            var answer = await upstream.Ask(key.Name, key.Type, local, stop.Token);
            for (var i = 0; i < answer.Strangers; i++) Count(NameAnswer.UnaskedName);
            var seconds = Math.Min(answer.Seconds, (uint)options.Longest.TotalSeconds);
            if (seconds > 0)
            {
                Room();
                cache[key] = (answer, time.GetUtcNow() + TimeSpan.FromSeconds(seconds));
            }
            return answer;
        }
        finally
        {
            asked.Remove(key);
        }
    }

    private void Room()
    {
        if (cache.Count < options.MostCached) return;
        var now = time.GetUtcNow();
        foreach (var key in cache.Where(c => c.Value.Until <= now).Select(c => c.Key).ToList()) cache.Remove(key);
        // All are good still: those that end soonest make room.
        if (cache.Count < options.MostCached) return;
        foreach (var key in cache.OrderBy(c => c.Value.Until).Take(options.MostCached / 8 + 1).Select(c => c.Key).ToList()) cache.Remove(key);
    }

    private Task<bool> Install(NameAdmission admission)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Add((admission, done));
        // Behind everything that has already arrived: those answers join this transaction.
        if (waiting.Count == 1) loop.Post(_ => Flush(), null);
        return done.Task;
    }

    private void Flush()
    {
        var batch = waiting.ToList();
        waiting.Clear();
        var taken = new bool[batch.Count];
        lock (access)
        {
            if (rules is { } current)
            {
                try
                {
                    Run(current.Admit([.. batch.Select(b => b.Admission), .. Sharing(batch)]));
                    Array.Fill(taken, true);
                }
                catch (Exception one) when (one is RuleException or ArgumentException)
                {
                    // One of them is at fault, such as a set that is full; the others shall not wait for it.
                    for (var i = 0; i < batch.Count; i++) taken[i] = Single(current, batch[i].Admission);
                }
                var now = time.GetUtcNow();
                for (var i = 0; i < batch.Count; i++)
                {
                    var admission = batch[i].Admission;
                    if (!taken[i]) continue;
                    if (admitted.Count >= 2 * options.MostCached) Current();
                    if (admitted.Count >= 2 * options.MostCached) continue;
                    admitted[(admission.Profile, admission.Name, !admission.Addresses[0].IsV4)] = (admission.Addresses, now + admission.Lifetime);
                }
            }
        }
        for (var i = 0; i < batch.Count; i++) batch[i].Done.SetResult(taken[i]);
    }

    // Other names that stand for the same addresses: theirs may be good for longer.
    private IEnumerable<NameAdmission> Sharing(List<(NameAdmission Admission, TaskCompletionSource<bool> Done)> batch)
    {
        var addresses = batch.SelectMany(b => b.Admission.Addresses).ToHashSet();
        var now = time.GetUtcNow();
        foreach (var (key, value) in admitted)
        {
            if (value.Until <= now) continue;
            var shared = value.Addresses.Where(addresses.Contains).ToList();
            if (shared.Count > 0) yield return new NameAdmission(key.Profile, key.Name, shared, value.Until - now);
        }
    }

    private bool Single(RuleSet current, NameAdmission admission)
    {
        try
        {
            Run(current.Admit(admission));
            return true;
        }
        catch (Exception one) when (one is RuleException or ArgumentException)
        {
            return false;
        }
    }

    private void Run(string text)
    {
        if (text.Length == 0) return;
        commit(text);
        lock (counts) transactions++;
    }
}

/// <summary>One thread that runs what is posted to it, in order.</summary>
internal sealed class NameLoop : SynchronizationContext
{
    private readonly System.Collections.Concurrent.BlockingCollection<(SendOrPostCallback Call, object? State)> queue = [];

    public override void Post(SendOrPostCallback call, object? state)
    {
        try
        {
            queue.Add((call, state));
        }
        catch (InvalidOperationException)
        {
            // It has ended; what comes now is of sockets that were closed.
        }
    }

    public void Run()
    {
        foreach (var (call, state) in queue.GetConsumingEnumerable()) call(state);
    }

    public void End() => queue.CompleteAdding();
}
