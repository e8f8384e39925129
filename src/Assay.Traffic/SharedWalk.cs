using System.Collections.Concurrent;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic;

/// <summary>
/// Two walks over one capture at once, each with its share of the flows: reading frames costs little, keeping flows and names the rest.
/// Always two, on any machine, so that the records never depend on it.
/// </summary>
internal sealed class SharedWalk(Artefact artefact, ExaminationOptions options)
{
    private const int Shares = 2, Batch = 512, MostBatches = 64;

    private sealed class Share
    {
        public readonly BlockingCollection<List<Flow>> Batches = new(MostBatches);
        public Task<(CaptureWalk Walk, Coverage Coverage)> Work = null!;
        public List<Flow> Current = [];
        public int At;

        /// <summary>The next flow of this share; null at its end. Waits for it.</summary>
        public Flow? Head
        {
            get
            {
                while (At == Current.Count)
                {
                    if (!Batches.TryTake(out var next, Timeout.Infinite)) return null;
                    (Current, At) = (next, 0);
                }
                return Current[At];
            }
        }
    }

    public Coverage Run(Action<Flow> emit)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(options.Cancel);
        var inner = options with { Cancel = stop.Token };
        var shares = new Share[Shares];
        for (var i = 0; i < Shares; i++)
        {
            var (share, number) = (shares[i] = new Share(), i);
            share.Work = Task.Factory.StartNew(() => Walk(share, number, inner), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
        try
        {
            // Both heads are waited for before one is taken: the order depends on the capture alone. A share that waits for room has a head to take.
            while (true)
            {
                Share? first = null;
                foreach (var share in shares)
                {
                    if (share.Head is { } head && (first is null || head.FirstFrame < first.Head!.FirstFrame)) first = share;
                }
                if (first is null) break;
                emit(first.Current[first.At++]);
            }
        }
        catch
        {
            stop.Cancel();
            throw;
        }
        finally
        {
            foreach (var share in shares) ((Task)share.Work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }
        var results = shares.Select(s => s.Work.GetAwaiter().GetResult()).ToList();
        var counts = new SortedDictionary<string, long>(results[0].Coverage.Counts.ToDictionary(), StringComparer.Ordinal)
        {
            ["flows"] = results.Sum(r => r.Walk.Flows),
            ["evictedFlows"] = results.Sum(r => r.Walk.Evicted),
        };
        return results[0].Coverage with { Counts = counts };
    }

    private (CaptureWalk, Coverage) Walk(Share share, int number, ExaminationOptions inner)
    {
        var batch = new List<Flow>(Batch);
        try
        {
            var walk = new CaptureWalk(artefact, inner, isExamination: false, flow =>
            {
                batch.Add(flow);
                if (batch.Count < Batch) return;
                share.Batches.Add(batch, inner.Cancel);
                batch = new List<Flow>(Batch);
            }, CaptureWalk.MostFlows / Shares, number, Shares);
            var coverage = walk.Run();
            share.Batches.Add(batch, inner.Cancel);
            return (walk, coverage);
        }
        finally
        {
            share.Batches.CompleteAdding();
        }
    }
}
