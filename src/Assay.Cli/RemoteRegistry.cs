using System.Net;
using System.Net.Http.Headers;
using Assay.CommandLine;
using Assay.Evidence.Reading;

namespace Assay.Cli;

/// <summary>A registry, or a log, that is asked over the network: sizes, redirects and waiting have limits, and nothing of what it says is believed here.</summary>
internal sealed class RemoteRegistry : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly HttpClient client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), MaxAutomaticRedirections = 3, MaxResponseHeadersLength = 64 }) { Timeout = Patience };

    /// <param name="address">http or https, with or without a path.</param>
    /// <exception cref="UsageException">Another text.</exception>
    public RemoteRegistry(string address)
    {
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Query.Length + uri.Fragment.Length + uri.UserInfo.Length > 0)
            throw new UsageException($"expected an address like https://registry.example, found {address}");
        Address = uri;
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("assay", typeof(RemoteRegistry).Assembly.GetName().Version!.ToString(3)));
    }

    public Uri Address { get; }

    public static bool Looks(string text) => text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The bytes at a path below the address; null where there is nothing.</summary>
    /// <exception cref="IOException">It did not answer, or not with that.</exception>
    /// <exception cref="UnreadableException">More than <paramref name="maxBytes"/>.</exception>
    public byte[]? Get(string path, int maxBytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, path));
        var (status, bytes) = Send(request, maxBytes);
        return status switch
        {
            HttpStatusCode.OK => bytes,
            HttpStatusCode.NotFound or HttpStatusCode.Gone => null,
            _ => throw new IOException($"expected an answer from {request.RequestUri}, found status {(int)status}"),
        };
    }

    /// <exception cref="IOException">It did not answer.</exception>
    public (HttpStatusCode Status, byte[] Body) Post(string path, HttpContent content, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return Send(request, 4 << 20);
    }

    private (HttpStatusCode Status, byte[] Body) Send(HttpRequestMessage request, int maxBytes)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            return Send(request, maxBytes, patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException)
        {
            throw new IOException($"expected an answer from {request.RequestUri}, found {(failed is OperationCanceledException ? $"none within {Patience.TotalSeconds:0} s" : failed.Message)}", failed);
        }
    }

    private async Task<(HttpStatusCode, byte[])> Send(HttpRequestMessage request, int maxBytes, CancellationToken patience)
    {
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience).ConfigureAwait(false);
        using var stream = await response.Content.ReadAsStreamAsync(patience).ConfigureAwait(false);
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = await stream.ReadAsync(buffer, patience).ConfigureAwait(false)) > 0;)
        {
            if (bytes.Length + read > maxBytes) throw new UnreadableException($"at most {maxBytes} bytes at {request.RequestUri}", "more", maxBytes);
            bytes.Write(buffer, 0, read);
        }
        return (response.StatusCode, bytes.ToArray());
    }

    public void Dispose() => client.Dispose();
}
