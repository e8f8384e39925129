using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Assay.Tests;

/// <summary>The parts of a registry that a guard meets, over HTTP/1.1: signed lists with entity tags, wake-ups, and an ear for reports. What it serves is really signed.</summary>
internal sealed class PaperRegistry : IDisposable
{
    private readonly TcpListener listener;
    private readonly Lock access = new();
    private readonly List<NetworkStream> listeners = [];
    private readonly List<(string Path, byte[] Body)> posted = [];
    private byte[] status = [], notices = [];
    private long number;
    private int fetched, notChanged;

    public PaperRegistry(IPEndPoint end)
    {
        listener = new TcpListener(end);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        _ = Task.Run(Accept);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;
    public int Fetched => Volatile.Read(ref fetched);
    public int NotChanged => Volatile.Read(ref notChanged);
    public int Listeners
    {
        get { lock (access) return listeners.Count; }
    }
    public IReadOnlyList<(string Path, byte[] Body)> Posted
    {
        get { lock (access) return [.. posted]; }
    }

    /// <summary>From now on these are served; everybody who listens is woken.</summary>
    public void Serve((byte[] Status, byte[] Notices) lists, bool wake = true)
    {
        lock (access)
        {
            (status, notices) = lists;
            number++;
            if (!wake) return;
            foreach (var stream in listeners.ToList())
            {
                try
                {
                    stream.Write(Encoding.ASCII.GetBytes($"event: change\nid: {number}\ndata: {{\"number\":{number}}}\n\n"));
                }
                catch (IOException)
                {
                    listeners.Remove(stream);
                }
            }
        }
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                _ = Task.Run(() => Answer(client));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
        }
    }

    private void Answer(TcpClient client)
    {
        var stream = client.GetStream();
        try
        {
            while (true)
            {
                var head = Head(stream);
                if (head is null) return;
                var lines = head.Split("\r\n");
                var words = lines[0].Split(' ');
                string? Header(string name) => lines.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) is { } line ? line[(name.Length + 1)..].Trim() : null;
                var body = new byte[int.Parse(Header("Content-Length") ?? "0", System.Globalization.CultureInfo.InvariantCulture)];
                stream.ReadExactly(body);
                if (words[1] == "/wakeups")
                {
                    lock (access)
                    {
                        stream.Write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n"u8);
                        listeners.Add(stream);
                    }
                    return;
                }
                if (words[0] == "POST")
                {
                    lock (access) posted.Add((words[1], body));
                    Reply(stream, "201 Created", "application/json", "{\"id\":\"gw-1\"}"u8.ToArray(), null);
                    continue;
                }
                byte[] answer;
                lock (access) answer = words[1] == "/status/1" ? status : words[1] == "/notices/1" ? notices : [];
                var tag = $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(answer))[..16]}\"";
                Interlocked.Increment(ref fetched);
                if (answer.Length == 0) Reply(stream, "404 Not Found", "text/plain", [], null);
                else if (Header("If-None-Match") == tag)
                {
                    Interlocked.Increment(ref notChanged);
                    Reply(stream, "304 Not Modified", null, [], tag);
                }
                else Reply(stream, "200 OK", "application/octet-stream", answer, tag);
            }
        }
        catch (IOException)
        {
            // The guard has gone.
        }
    }

    private static void Reply(NetworkStream stream, string status, string? type, byte[] body, string? tag)
    {
        stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{(type is null ? "" : $"Content-Type: {type}\r\n")}{(tag is null ? "" : $"ETag: {tag}\r\n")}Content-Length: {body.Length}\r\n\r\n"));
        stream.Write(body);
    }

    private static string? Head(NetworkStream stream)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var one = stream.ReadByte();
            if (one < 0) return null;
            head.Append((char)one);
        }
        return head.ToString();
    }

    public void Dispose()
    {
        listener.Dispose();
        lock (access) foreach (var stream in listeners) stream.Dispose();
    }
}
