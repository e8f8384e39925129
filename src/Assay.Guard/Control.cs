using System.Net.Sockets;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence.Reading;

namespace Assay.Guard;

/// <summary>The control socket <c>guard.sock</c>: one line of JSON asks, one document answers. Whoever may open the socket (its owner) may ask.</summary>
/// <remarks>An answer begins with a line <c>{"length":N}</c> and then has N bytes; <c>{"error":"…"}</c> in its place says why not.</remarks>
internal sealed class Control : IDisposable
{
    private const int LongestRequest = 64 << 10;
    /// <summary>A freeze holds a ring and lists.</summary>
    private const int LongestAnswer = 1 << 30;
    private readonly Socket socket;
    private readonly string path;
    private readonly Func<JsonElement, byte[]> answer;

    /// <param name="answer">Gets the request; may throw <see cref="UsageException"/>, <see cref="UnreadableException"/> or <see cref="ArgumentException"/> with the reason.</param>
    public Control(string path, Func<JsonElement, byte[]> answer)
    {
        this.path = path;
        this.answer = answer;
        if (File.Exists(path))
        {
            if (Answers(path)) throw new IOException($"expected no guard at {path}, found one that answers: one guard at a time has a folder");
            File.Delete(path);
        }
        socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        socket.Listen(16);
    }

    public void Start() => new Thread(Accept) { IsBackground = true, Name = "control" }.Start();

    private void Accept()
    {
        while (true)
        {
            try
            {
                using var client = socket.Accept();
                client.ReceiveTimeout = client.SendTimeout = 10_000;
                Serve(client);
            }
            catch (SocketException)
            {
                if (!socket.IsBound || disposed) return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Serve(Socket client)
    {
        using var stream = new NetworkStream(client);
        byte[] reply;
        string? error = null;
        try
        {
            using var request = JsonDocument.Parse(Line(stream, LongestRequest), new JsonDocumentOptions { MaxDepth = 8 });
            reply = answer(request.RootElement);
        }
        catch (Exception wrong) when (wrong is UsageException or UnreadableException or ArgumentException or JsonException or FormatException or IOException or InvalidOperationException or BudgetException)
        {
            (reply, error) = ([], wrong.Message);
        }
        try
        {
            var head = new MemoryStream();
            using (var json = new Utf8JsonWriter(head))
            {
                json.WriteStartObject();
                if (error is null) json.WriteNumber("length", reply.Length);
                else json.WriteString("error", error);
                json.WriteEndObject();
            }
            head.WriteByte((byte)'\n');
            stream.Write(head.ToArray());
            stream.Write(reply);
        }
        catch (IOException)
        {
            // Who asked has gone.
        }
    }

    /// <summary>Asks the guard at a socket.</summary>
    /// <exception cref="IOException">No guard is there, or it gave up.</exception>
    /// <exception cref="UsageException">It refused, with its reason.</exception>
    public static byte[] Ask(string path, Action<Utf8JsonWriter> request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.ReceiveTimeout = 120_000;
        using var stream = new NetworkStream(socket);
        var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            request(json);
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        stream.Write(line.ToArray());
        using var head = JsonDocument.Parse(Line(stream, LongestRequest));
        if (State.Text(head.RootElement, "error") is { } error) throw new UsageException(error);
        var length = head.RootElement.GetProperty("length").GetInt64();
        if (length is < 0 or > LongestAnswer) throw new IOException($"expected an answer of at most {LongestAnswer} bytes, found {length}");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Whether a guard answers at a socket.</summary>
    public static bool Answers(string path)
    {
        if (!File.Exists(path)) return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static ReadOnlyMemory<byte> Line(Stream stream, int most)
    {
        var line = new MemoryStream();
        Span<byte> one = stackalloc byte[1];
        while (stream.Read(one) == 1 && one[0] != (byte)'\n')
        {
            if (line.Length >= most) throw new IOException($"expected a line of at most {most} bytes, found a longer one");
            line.WriteByte(one[0]);
        }
        return line.ToArray();
    }

    private volatile bool disposed;

    public void Dispose()
    {
        disposed = true;
        socket.Dispose();
        File.Delete(path);
    }
}
