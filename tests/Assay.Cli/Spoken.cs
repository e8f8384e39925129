using System.Globalization;
using System.Net;
using Assay.CommandLine;

namespace Assay.Cli.Tests;

/// <summary>A verb as a person runs it, within this process: what it said, what it complained of, how it ended. Only for tests that run alone.</summary>
internal static class Spoken
{
    internal sealed class At(DateTimeOffset time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time;
    }

    /// <param name="answer">A file for what goes to standard output; it is read back.</param>
    public static (int Exit, string Text, string Error) Run(Verb verb, string answer, DateTimeOffset now, params string[] words)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var said = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var complained = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var own = words.Contains("-o");
        if (!own) words = [.. words, "-o", answer, "--force"];
        if (!own) File.Delete(answer);
        Console.SetOut(said);
        Console.SetError(complained);
        try
        {
            var arguments = Arguments.Parse(words, verb.Options);
            var exit = verb.Run(arguments, new Terminal(arguments, verb, new At(now)));
            return (exit, said + (File.Exists(answer) ? File.ReadAllText(answer) : ""), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}

/// <summary>A server of this machine that answers as the test says.</summary>
internal sealed class Served : IDisposable
{
    private readonly HttpListener listener = new();

    public Served(Func<HttpListenerRequest, (int Status, byte[] Body)> answer)
    {
        // A free port, asked of the system; someone else may take it before us.
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            Address = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
            listener.Prefixes.Clear();
            listener.Prefixes.Add(Address + "/");
            try
            {
                listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 5)
            {
            }
        }
        _ = Task.Run(async () =>
        {
            while (listener.IsListening)
            {
                try
                {
                    var context = await listener.GetContextAsync();
                    var (status, body) = answer(context.Request);
                    context.Response.StatusCode = status;
                    context.Response.OutputStream.Write(body);
                    context.Response.Close();
                }
                catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        });
    }

    public string Address { get; }

    public void Dispose() => listener.Close();
}
