using System.Net;
using System.Net.Sockets;

namespace Assay.Exchange.Tests.Csaf;

/// <summary>A web server over a folder and nothing else, as a provider's: <c>/csaf/…</c> and the metadata in its well-known place.</summary>
internal sealed class WebFolder : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly string folder;
    private readonly Task serving;

    public WebFolder(string folder)
    {
        this.folder = folder;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        listener.Start();
        serving = Task.Run(Serve);
    }

    public int Port { get; }
    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>Answers of its own for some paths: a status and a body.</summary>
    public Dictionary<string, (int Status, byte[] Body)> Instead { get; } = [];
    public List<string> Asked { get; } = [];

    private async Task Serve()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var path = context.Request.Url!.AbsolutePath;
            lock (Asked) Asked.Add(path);
            var file = Path.Combine(folder, path.Replace("/.well-known/csaf/", "/csaf/", StringComparison.Ordinal).Replace("/csaf/", "/", StringComparison.Ordinal).TrimStart('/'));
            byte[] body = [];
            if (Instead.TryGetValue(path, out var instead)) (context.Response.StatusCode, body) = instead;
            else if (File.Exists(file)) body = await File.ReadAllBytesAsync(file);
            else context.Response.StatusCode = 404;
            if (context.Response.StatusCode is >= 300 and < 400) context.Response.RedirectLocation = $"{Address}/csaf/elsewhere.json";
            try
            {
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
            catch (Exception gone) when (gone is HttpListenerException or IOException)
            {
                // The client had seen enough.
            }
        }
    }

    public void Dispose()
    {
        listener.Stop();
        listener.Close();
        serving.Wait(TimeSpan.FromSeconds(5));
    }
}
