using System.Collections.Concurrent;
using System.Diagnostics;
using Assay.Labels.Log;
using Assay.Labels.QrCode;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Bench;

/// <summary>What an office does most: codes drawn, labels verified, labels issued with their entry in the log and its checkpoint.</summary>
internal static class LabelBench
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    internal static int Run()
    {
        using var key = SigningKey.Create();
        var tokens = Enumerable.Range(0, 500).Select(i => Label(i).Sign(key)).ToArray();
        var texts = tokens.Select(t => LabelAddress.Write(t)).ToArray();
        Rate("codes encoded", 4000, i => QrCode.OfAddress(texts[i % texts.Length], QrLevel.M));
        var trust = new TrustList([new TrustedKey { Name = "Office", Key = key.Public, IsAuthority = true, Roles = KeyRoles.Issuer }]);
        var reading = new StatusReading(LabelState.InForce, At, At.AddDays(1));
        Rate("labels verified (form, signature, trust, status)", 8000, i =>
        {
            if (LabelCheck.Of(SignedFile.Read(tokens[i % tokens.Length]), trust, [], At, reading).Answer != LabelAnswer.InForce) throw new InvalidOperationException("not in force");
        });
        // What a verification costs that nobody can do without: the same key, one digest, one signature.
        using var bare = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var (hash, signature) = (new byte[32], bare.SignHash(new byte[32]));
        Rate("ECDSA signatures on P-256 verified by the framework and nothing else", 8000, _ =>
        {
            if (!bare.VerifyHash(hash, signature)) throw new InvalidOperationException("not by this key");
        });
        Issue(key);
        return 0;
    }

    private static Hallmark Label(int i) => new()
    {
        Issuer = "office",
        Subject = $"Lumen/Doorbell {i}",
        IssuedAt = At,
        Expires = At.AddYears(2),
        TokenId = BitConverter.GetBytes((long)i),
        Status = new StatusPointer("s/1", i),
        Level = new ProfileLevel(2, null),
        Versions = new VersionRange("1.1", null),
        SupportEnd = new DateOnly(2031, 12, 31),
        Certificate = new byte[16],
    };

    private static void Rate(string what, int count, Action<int> act)
    {
        for (var i = 0; i < count / 2; i++) act(i);
        var rates = new List<(double Wall, double Cpu)>();
        for (var run = 0; run < 7; run++)
        {
            var cpu = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < count; i++) act(i);
            rates.Add((count / watch.Elapsed.TotalSeconds, count / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds));
        }
        Console.WriteLine(FormattableString.Invariant($"{what}: {rates.Select(r => r.Wall).Order().ElementAt(3):F0} a second on one thread, {rates.Select(r => r.Cpu).Order().ElementAt(3):F0} a second of processor time (medians of 7)"));
    }

    // Two signers of hallmark, certificate and entry; one writer that takes what is there under one checkpoint. The wait is from a label's order to its index on the disk.
    private static void Issue(SigningKey key)
    {
        const int Count = 30_000;
        var folder = Directory.CreateTempSubdirectory("assay-bench-").FullName;
        try
        {
            var waits = new double[Count];
            using var ready = new BlockingCollection<(int Index, byte[] Entry, long From)>(5000);
            var cpu = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            var next = -1;
            var signers = Enumerable.Range(0, 2).Select(number => new Thread(() =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) < Count;)
                {
                    var from = Stopwatch.GetTimestamp();
                    var certificate = Certificate(i).Sign(key);
                    var digest = System.Security.Cryptography.SHA256.HashData(certificate);
                    var label = Label(i) with { Certificate = digest.AsMemory(0, 16) };
                    _ = label.Sign(key);
                    var entry = new LogEntry { Issuer = "office", Subject = label.Subject, At = At, Label = label.TokenId, Issued = new(digest, new byte[32], new byte[32], "https://office.example/status/1", i) };
                    ready.Add((i, entry.Sign(key), from));
                }
            })).ToList();
            signers.ForEach(s => s.Start());
            var writer = Task.Run(() =>
            {
                using var log = LogWriter.Open(folder, "office.example/log", LogKey.Create(), TimeProvider.System);
                var batch = new List<(int Index, byte[] Entry, long From)>();
                while (log.Size < Count)
                {
                    batch.Clear();
                    batch.Add(ready.Take());
                    while (batch.Count < 4096 && ready.TryTake(out var more)) batch.Add(more);
                    log.AppendAll([.. batch.Select(b => (ReadOnlyMemory<byte>)b.Entry)]);
                    foreach (var one in batch) waits[one.Index] = Stopwatch.GetElapsedTime(one.From).TotalMilliseconds;
                }
            });
            writer.Wait();
            var time = watch.Elapsed.TotalSeconds;
            var used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
            Array.Sort(waits);
            Console.WriteLine(FormattableString.Invariant($"issued, logged and under a checkpoint on the disk: {Count / time:F0} labels a second on two threads ({Count / used:F0} a second of processor time); from order to receipt {waits[Count / 2]:F0} ms, p99 {waits[Count * 99 / 100]:F0} ms"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Certificate Certificate(int i) => new()
    {
        Issuer = "office",
        Subject = $"Lumen/Doorbell {i}",
        IssuedAt = At,
        Expires = At.AddYears(2),
        TokenId = BitConverter.GetBytes((long)i),
        Status = new StatusPointer("s/1", i),
        Level = new ProfileLevel(2, null),
        Versions = new VersionRange("1.1", null),
        SupportEnd = new DateOnly(2031, 12, 31),
        Maker = "Lumen",
        Model = "Doorbell",
        Examined = ["1.1"],
        AsOf = At,
        Editions = ["EN 303 645 V2.1.1"],
        Limits = ["It speaks of the model and this range of versions, and proves nothing of a single unit."],
        NotChecked = [],
        Grades = [new("tool", 41), new("lab", 63)],
        Evidence = [new("firmware/doorbell.bin", new string('a', 64))],
        Assessor = "lab",
        DecidedBy = "A. Example",
        DecidedAs = "head of office",
        Statement = new byte[32],
        Decision = new byte[32],
    };
}
