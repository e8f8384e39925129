using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Status;

namespace Assay.Guard.Watching;

/// <summary>
/// Follows a registry: a server-sent event wakes it, the signed list and the signed notices are the truth. Everybody fetches the same two files, so the registry never
/// learns which label is asked about. What is refused or unreachable is told to the household, which says so.
/// </summary>
public sealed class RegistryFollower : IDisposable
{
    /// <summary>The registry sends a comment every 15 s; after this long without one the connection counts as lost.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(50);
    /// <summary>Without any wake-up the lists are asked for again after this long, and earlier where the list's own ttl is shorter.</summary>
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private const int LongestLine = 4096;

    private readonly Household household;
    private readonly TimeProvider time;
    private readonly HttpClient http;
    private readonly Uri status, notices, wakeups;
    private readonly CancellationTokenSource end = new();
    private readonly SemaphoreSlim fetching = new(1, 1);
    private Task running = Task.CompletedTask;
    private string? statusTag, noticesTag, lastEvent;
    private byte[]? statusBytes, noticesBytes;

    public RegistryFollower(Household household, Uri registry, TimeProvider time)
    {
        this.household = household;
        this.time = time;
        (status, notices, wakeups) = (new Uri(registry, "status/1"), new Uri(registry, "notices/1"), new Uri(registry, "wakeups"));
        // One answer, from where we asked: a redirect would let any network on the way choose whom we follow.
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5), MaxConnectionsPerServer = 4 })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public HttpClient Http => http;

    public void Start() => running = Task.Run(Follow);

    private async Task Follow()
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                waiting.CancelAfter(Silence);
                using var request = new HttpRequestMessage(HttpMethod.Get, wakeups);
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
                if (lastEvent is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEvent);
                // Listen first, then fetch: what changes between the two wakes us.
                var asked = http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, waiting.Token);
                await Fetch();
                using var response = await asked;
                if (response.StatusCode != HttpStatusCode.OK) throw new HttpRequestException($"expected 200 from {wakeups.AbsolutePath}, found {(int)response.StatusCode}");
                await using var stream = await response.Content.ReadAsStreamAsync(waiting.Token);
                pause = TimeSpan.FromSeconds(1);
                await Listen(stream, waiting);
                throw new HttpRequestException("the registry ended the wake-ups");
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException or OperationCanceledException)
            {
                if (end.IsCancellationRequested) return;
                household.Lost(lost is OperationCanceledException ? "nothing came for too long" : lost.InnerException?.Message ?? lost.Message);
            }
            try
            {
                await Task.Delay(pause, time, end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // Server-sent events (HTML, section 9.2): lines; a blank one ends an event. Only that one came counts, and its id.
    private async Task Listen(Stream stream, CancellationTokenSource waiting)
    {
        var buffer = new byte[4096];
        var line = new StringBuilder();
        var fetched = time.GetTimestamp();
        var woken = false;
        string? id = null;
        while (true)
        {
            waiting.CancelAfter(Silence);
            var got = await stream.ReadAsync(buffer, waiting.Token);
            if (got == 0) return;
            household.Reached();
            for (var i = 0; i < got; i++)
            {
                if (buffer[i] is (byte)'\r') continue;
                if (buffer[i] is not (byte)'\n')
                {
                    if (line.Length >= LongestLine) throw new HttpRequestException($"expected lines of at most {LongestLine} characters in the wake-ups, found a longer one");
                    line.Append((char)buffer[i]);
                    continue;
                }
                var text = line.ToString();
                line.Clear();
                if (text.StartsWith("data:", StringComparison.Ordinal)) woken = true;
                else if (text.StartsWith("id:", StringComparison.Ordinal) && text.Length < 64) id = text[3..].Trim();
            }
            if (woken || time.GetElapsedTime(fetched) > AtLeastEvery)
            {
                (woken, lastEvent, fetched) = (false, id ?? lastEvent, time.GetTimestamp());
                await Fetch();
            }
        }
    }

    /// <summary>Fetches both files now, the list first. A refused pair is told and leaves what was verified before.</summary>
    public async Task Fetch()
    {
        await fetching.WaitAsync(end.Token);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
            limit.CancelAfter(TimeSpan.FromSeconds(20));
            var (list, listTag) = await Get(status, statusTag, StatusListToken.MaxBytes, limit.Token);
            var (words, wordsTag) = await Get(notices, noticesTag, NoticeList.MaxBytes, limit.Token);
            household.Reached();
            if (list is null && words is null) return;
            list ??= statusBytes;
            words ??= noticesBytes;
            if (list is null) return;
            try
            {
                household.Listed(list, words);
                // Remembered only once it is verified: a refused file is asked for again.
                (statusTag, noticesTag, statusBytes, noticesBytes) = (listTag, wordsTag, list, words);
            }
            catch (UnreadableException)
            {
                // The household has the reason, and shows it.
            }
        }
        finally
        {
            fetching.Release();
        }
    }

    // Null bytes: not changed since the tag.
    private async Task<(byte[]? Bytes, string? Tag)> Get(Uri uri, string? tag, int most, CancellationToken limit)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        if (tag is not null) request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
        if (response.StatusCode == HttpStatusCode.NotModified) return (null, tag);
        if (response.StatusCode != HttpStatusCode.OK) throw new HttpRequestException($"expected 200 from {uri.AbsolutePath}, found {(int)response.StatusCode}");
        if (response.Content.Headers.ContentLength > most) throw new HttpRequestException($"expected at most {most} bytes from {uri.AbsolutePath}, found {response.Content.Headers.ContentLength}");
        await using var stream = await response.Content.ReadAsStreamAsync(limit);
        using var bytes = new MemoryStream();
        var buffer = new byte[16384];
        for (int got; (got = await stream.ReadAsync(buffer, limit)) > 0;)
        {
            if (bytes.Length + got > most) throw new HttpRequestException($"expected at most {most} bytes from {uri.AbsolutePath}, found more");
            bytes.Write(buffer, 0, got);
        }
        return (bytes.ToArray(), response.Headers.ETag?.ToString());
    }

    public void Dispose()
    {
        end.Cancel();
        try
        {
            running.Wait(2000);
        }
        catch (AggregateException)
        {
            // It ends because we end.
        }
        http.Dispose();
        end.Dispose();
    }
}
