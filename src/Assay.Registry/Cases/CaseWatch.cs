using Assay.Evidence.Reading;
using Microsoft.Data.Sqlite;

namespace Assay.Registry.Cases;

/// <summary>
/// What no request asks for: at the start, what a stop left half done; then, whenever a label was issued and once a minute, labels that no advisory met yet and emergency
/// suspensions whose date has passed.
/// </summary>
internal sealed class CaseWatch : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource end = new();
    private readonly Task watching;

    public CaseWatch(Office office) => watching = Task.Run(() => Watch(office));

    private async Task Watch(Office office)
    {
        var channel = office.Wakeups.Listen(out _);
        try
        {
            while (!end.IsCancellationRequested)
            {
                Once(office);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                var minute = Task.Delay(Look, office.Time, either.Token);
                var told = channel?.Reader.WaitToReadAsync(either.Token).AsTask();
                var first = await Task.WhenAny(minute, told ?? minute);
                // A closed channel means that the registry stops.
                if (told is not null && first == told && !await told) return;
                while (channel?.Reader.TryRead(out _) == true) { }
                await either.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            if (channel is not null) office.Wakeups.Leave(channel);
        }
    }

    private static void Once(Office office)
    {
        try
        {
            office.Advisories.CatchUp();
            office.Cases.SettleAll();
        }
        catch (Exception failed) when (failed is IOException or SqliteException or UnreadableException or UnauthorizedAccessException or Refusal)
        {
            Console.Error.WriteLine($"assay serve: cases could not be looked after: {failed.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        try
        {
            await watching;
        }
        catch (OperationCanceledException)
        {
        }
        end.Dispose();
    }
}
