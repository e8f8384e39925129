using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Assay.Demo.Home;

namespace Assay.Demo.Story;

/// <summary>The registry as its people meet it: HTTP, from the registry's own namespace or over loopback, each call with the key of who makes it.</summary>
internal sealed class Office : IDisposable
{
    private readonly HttpClient http;

    /// <param name="space">Where the registry can be reached from; null for this machine's own network.</param>
    public Office(Uri address, Space? space)
    {
        Address = address;
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        handler.ConnectCallback = async (context, cancellation) =>
        {
            var socket = space is null
                ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
                : space.Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.NoDelay = true;
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        };
        http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public Uri Address { get; }

    /// <summary>An answer of the registry: its status, its bytes, and its JSON where it is that.</summary>
    public sealed record Reply(int Status, byte[] Bytes)
    {
        public bool Ok => Status is >= 200 and < 300;
        public string Text => Encoding.UTF8.GetString(Bytes);

        public JsonElement Json
        {
            get
            {
                using var document = JsonDocument.Parse(Bytes);
                return document.RootElement.Clone();
            }
        }
    }

    public Reply Get(string path, string? key = null) => Send(HttpMethod.Get, path, null, key);

    public Reply Post(string path, string? key, Action<Utf8JsonWriter> body)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }
        return Post(path, key, bytes.ToArray(), "application/json");
    }

    public Reply Post(string path, string? key, byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return Send(HttpMethod.Post, path, content, key);
    }

    public Reply Post(string path, string? key, HttpContent content) => Send(HttpMethod.Post, path, content, key);

    private Reply Send(HttpMethod method, string path, HttpContent? content, string? key)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path)) { Content = content };
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = http.Send(request);
        using var bytes = new MemoryStream();
        response.Content.ReadAsStream().CopyTo(bytes);
        return new Reply((int)response.StatusCode, bytes.ToArray());
    }

    public void Dispose() => http.Dispose();
}
