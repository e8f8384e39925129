using System.Diagnostics;
using System.Globalization;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;

namespace Assay.Bench;

/// <summary>New advisories against many stored inventories, in one process: the index's size, one advisory, all advisories.</summary>
internal static class RematchBench
{
    /// <param name="folder">What <see cref="AdvisoryMaker"/> made.</param>
    /// <param name="inventories">How many inventories.</param>
    /// <param name="each">Components in each.</param>
    /// <param name="most">Advisories to match, at most.</param>
    public static int Run(string folder, int inventories, int each, int most)
    {
        var file = Path.Combine(Path.GetTempPath(), $"assay-bench-{Environment.ProcessId}.db");
        try
        {
            using var store = AdvisoryStore.Open(file);
            var ids = new List<string>();
            var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) ids.AddRange(store.Import(path, File.ReadAllBytes(path)).Touched);
            Say($"imported {ids.Count} advisories", watch, cpu);
            ids = [.. ids.Take(most)];

            (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var index = new InventoryIndex<int>();
            var random = new Random(20261123);
            var making = TimeSpan.Zero;
            for (var i = 0; i < inventories; i++)
            {
                var start = Stopwatch.GetTimestamp();
                var inventory = Inventory(random, each);
                making += Stopwatch.GetElapsedTime(start);
                index.Put(i, inventory);
            }
            Say($"{index.Owners} inventories (made in {making.TotalSeconds:f1} s of this time), {index.Components} components, {index.DistinctComponents} of them distinct", watch, cpu);
            var held = GC.GetTotalMemory(forceFullCollection: true) - before;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the index holds {held / 1e6:f0} MB, {held / (double)index.Components:f1} bytes a component"));

            foreach (var (what, product) in ((string, int)[])[("the part that most devices hold", 0), ("a common part", 150), ("a rare part", 2900)])
            {
                store.Import(what, System.Text.Encoding.UTF8.GetBytes($$"""{ "id": "NEW-{{product}}", "affected": [ { "package": { "name": "{{AdvisoryMaker.Name(product)}}", "ecosystem": "" }, "ranges": [ { "type": "SEMVER", "events": [ { "introduced": "0" }, { "fixed": "3.0" } ] } ] } ] }"""));
                store.Import(what, System.Text.Encoding.UTF8.GetBytes($$"""
                    { "id": "CVE-2026-{{product}}", "vulnStatus": "Analyzed", "configurations": [ { "operator": "AND", "nodes": [
                      { "operator": "OR", "cpeMatch": [ { "vulnerable": true, "criteria": "cpe:2.3:a:{{AdvisoryMaker.Vendor(product)}}:{{AdvisoryMaker.Name(product)}}:*:*:*:*:*:*:*:*", "versionEndExcluding": "3.0" } ] },
                      { "operator": "OR", "cpeMatch": [ { "vulnerable": false, "criteria": "cpe:2.3:a:openssl:openssl:-:*:*:*:*:*:*:*" } ] } ] } ] }
                    """));
                foreach (var (id, kind) in ((string, string)[])[($"NEW-{product}", "a range"), ($"CVE-2026-{product}", "a range and a condition")])
                {
                    var times = new List<double>();
                    long devices = 0;
                    for (var run = 0; run < 9; run++)
                    {
                        var start = Stopwatch.GetTimestamp();
                        devices = index.Hits([id], store).Sum(h => (long)h.Count);
                        times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    }
                    times.Sort();
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one advisory with {kind}, {what}: {devices} devices found in {times[4]:f2} ms (median of nine, {times[0]:f2} to {times[^1]:f2})"));
                }
            }

            (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            var (hits, answers) = (0L, 0L);
            foreach (var hit in index.Hits(ids, store))
            {
                hits++;
                answers += hit.Count;
            }
            Say($"{ids.Count} advisories against them: {hits} answers, for {answers} pairs of device and vulnerability", watch, cpu);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak of the working set {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:f0} MB"));
            return 0;
        }
        finally
        {
            foreach (var left in (string[])[file, $"{file}-wal", $"{file}-shm"]) File.Delete(left);
        }
    }

    private static List<Component> Inventory(Random random, int each)
    {
        var (components, held) = (new List<Component>(each), new HashSet<int>());
        // Every device has a kernel and the shell's tools; the rest is drawn, each part once.
        while (components.Count < each)
        {
            var product = held.Count < 2 ? held.Count : AdvisoryMaker.Product(random);
            if (!held.Add(product)) continue;
            var (name, version) = (AdvisoryMaker.Name(product), AdvisoryMaker.Version(random.Next(AdvisoryMaker.Versions)));
            components.Add(new Component { Name = name, Version = version, Cpe = [$"cpe:2.3:{(product == 1 ? 'o' : 'a')}:{AdvisoryMaker.Vendor(product)}:{name}:{version}:*:*:*:*:*:*:*"], Purl = $"pkg:generic/{name}@{version}", Evidence = [] });
        }
        return components;
    }

    private static void Say(string what, Stopwatch watch, TimeSpan cpu) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.Elapsed.TotalSeconds:f2} s wall, {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:f2} s of processor"));
}
