using System.Net;
using System.Net.Sockets;
using Assay.Registry.Advisories;
using Assay.Registry.Cases;
using Assay.Registry.Labels;
using Assay.Registry.Pages;
using Assay.Registry.Publications;
using Assay.Registry.Status;
using Assay.Registry.Storage;

namespace Assay.Registry;

/// <summary>The running registry: one socket, the endpoints of every feature, the office behind them.</summary>
public sealed class RegistryServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private int ended;
    private readonly CaseWatch watch;

    private RegistryServer(WebApplication app, Office office, string listening)
    {
        this.app = app;
        watch = new CaseWatch(office);
        Office = office;
        Listening = listening;
    }

    public Office Office { get; }
    /// <summary><c>http://127.0.0.1:8080</c></summary>
    public string Listening { get; }
    /// <summary>Null once there is an administrator.</summary>
    public string? StartLink => Office.StartToken is { } token && !Office.People.HasAdministrator ? $"{Listening}/start/{token}" : null;

    internal IReadOnlyList<Endpoint> Endpoints => [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(d => d.Endpoints)];

    /// <summary>Every endpoint of the registry, one line for each feature.</summary>
    private static void Map(IEndpointRouteBuilder routes, Office office)
    {
        AccessEndpoints.Map(routes, office);
        LabelEndpoints.Map(routes, office);
        StatusEndpoints.Map(routes, office);
        PageEndpoints.Map(routes, office);
        AdvisoryEndpoints.Map(routes, office);
        CaseEndpoints.Map(routes, office);
        GatewayEndpoints.Map(routes, office);
        PublicationEndpoints.Map(routes, office);
    }

    /// <summary>Takes the port, makes good what a stop left open, signs the lists, and answers.</summary>
    /// <exception cref="IOException">The port is taken, or the folder is in use.</exception>
    public static async Task<RegistryServer> Start(RegistrySettings settings, TimeProvider time, Action<string> warn)
    {
        var socket = Bind(settings.Listen);
        Office? office = null;
        try
        {
            var listening = RegistrySettings.Of((IPEndPoint)socket.LocalEndPoint!);
            office = Office.Open(settings, settings.Address ?? listening, time, warn);
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "assay-registry", EnvironmentName = "Production", ContentRootPath = AppContext.BaseDirectory });
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = BodyLimit.Standard;
                kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
                kestrel.Limits.MaxConcurrentConnections = 5000;
                kestrel.Listen(settings.Listen);
            });
            builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = _ => socket);
            builder.Services.AddRoutingCore();
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
            var app = builder.Build();
            app.UseMiddleware<Manners>(office);
            app.UseRouting();
            app.UseMiddleware<Gate>(office);
            Map(app, office);
            await app.StartAsync();
            return new RegistryServer(app, office, listening);
        }
        catch
        {
            socket.Dispose();
            office?.Dispose();
            throw;
        }
    }

    private static Socket Bind(IPEndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(at);
            return socket;
        }
        catch (SocketException taken)
        {
            socket.Dispose();
            throw new IOException($"expected a free address to listen on, found {at} refused: {taken.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref ended, 1) != 0) return;
        Office.Wakeups.Close();
        await watch.DisposeAsync();
        await app.StopAsync();
        await app.DisposeAsync();
        Office.Dispose();
    }
}
