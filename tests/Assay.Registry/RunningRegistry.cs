using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Assay.Registry.Storage;
using Assay.Tests;

namespace Assay.Registry.Tests;

/// <summary>A registry in this process on a free port, with a folder that is gone afterwards, its people and a doorbell to label.</summary>
internal sealed class RunningRegistry : IAsyncDisposable
{
    private readonly Scratch scratch = new();
    private readonly HttpClientHandler handler = new() { AllowAutoRedirect = false, UseCookies = false };

    private RunningRegistry(TimeProvider time)
    {
        Time = time;
        Http = new HttpClient(handler);
    }

    public TimeProvider Time { get; }
    public HttpClient Http { get; }
    public RegistryServer Server { get; private set; } = null!;
    public Doorbell Doorbell { get; } = new();
    public string Folder => scratch.File("registry");
    public string Address => Server.Listening;
    public string Administrator { get; private set; } = "";
    public string Assessor { get; private set; } = "";
    public string Authority { get; private set; } = "";
    public string Csirt { get; private set; } = "";

    /// <summary>Without people: as it is on the very first start.</summary>
    public static async Task<RunningRegistry> Bare(TimeProvider? time = null, Func<RegistrySettings, RegistrySettings>? settings = null)
    {
        var registry = new RunningRegistry(time ?? TimeProvider.System);
        await registry.Open(settings);
        return registry;
    }

    /// <summary>With one person of each role, and the doorbell's keys trusted.</summary>
    public static async Task<RunningRegistry> Start(TimeProvider? time = null, Func<RegistrySettings, RegistrySettings>? settings = null)
    {
        var registry = await Bare(time, settings);
        var first = await registry.Post(registry.Server.StartLink!, null, """{ "name": "Ada Administrator" }""");
        registry.Administrator = first.Json.GetProperty("key").GetString()!;
        registry.Assessor = await registry.Person("Asa Assessor", "assessor");
        registry.Authority = await registry.Person("Aura Authority", "authority");
        registry.Csirt = await registry.Person("Cleo Csirt", "csirt");
        Assert.Equal(HttpStatusCode.OK, (await registry.Post("/api/trust", registry.Administrator, registry.Doorbell.Trust())).Status);
        return registry;
    }

    private async Task Open(Func<RegistrySettings, RegistrySettings>? settings)
    {
        var plain = new RegistrySettings { Folder = Folder, Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        Server = await RegistryServer.Start(settings is null ? plain : settings(plain), Time, _ => { });
        Http.BaseAddress ??= new Uri(Address);
    }

    /// <summary>Stops and starts again on the same folder; the port may be another.</summary>
    public async Task Restart(Action? meanwhile = null, Func<RegistrySettings, RegistrySettings>? settings = null)
    {
        await Server.DisposeAsync();
        meanwhile?.Invoke();
        await Open(settings);
    }

    public async Task<string> Person(string name, params string[] roles)
    {
        var answer = await Post("/api/people", Administrator, JsonSerializer.Serialize(new { name, roles }));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return answer.Json.GetProperty("key").GetString()!;
    }

    /// <summary>An issued label's number.</summary>
    public async Task<string> Issue(string maker = "Lumen", string model = "Doorbell")
    {
        var statement = Doorbell.Statement(Time.GetUtcNow(), maker: maker, model: model);
        var answer = await Submit(Assessor, Parts(statement, Doorbell.Decision(statement, Time.GetUtcNow()), Doorbell.Materials, "update.doorbell.example"));
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
        return answer.Json.GetProperty("id").GetString()!;
    }

    public static MultipartFormDataContent Parts(byte[]? statement, byte[]? decision, byte[]? materials = null, params string[] hosts)
    {
        var parts = new MultipartFormDataContent();
        if (statement is not null) parts.Add(new ByteArrayContent(statement), "statement", "statement.cose");
        if (decision is not null) parts.Add(new ByteArrayContent(decision), "decision", "decision.cose");
        if (materials is not null) parts.Add(new ByteArrayContent(materials), "sbom", "sbom.json");
        foreach (var host in hosts) parts.Add(new StringContent(host), "updateHost");
        return parts;
    }

    public Task<Answer> Submit(string? key, HttpContent content) => Send(HttpMethod.Post, "/api/labels", key, content);

    public Task<Answer> Change(string id, string body, string? key = null) => Post($"/api/labels/{id}/status", key ?? Authority, body);

    public Task<Answer> Get(string path, string? key = null) => Send(HttpMethod.Get, path, key, null);

    public Task<Answer> Post(string path, string? key, string json) => Send(HttpMethod.Post, path, key, new StringContent(json, MediaTypeHeaderValue.Parse("application/json")));

    public async Task<Answer> Send(HttpMethod method, string path, string? key, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith("http", StringComparison.Ordinal) ? path : Address + path) { Content = content };
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Headers, response.Content.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Http.Dispose();
        handler.Dispose();
        Doorbell.Dispose();
        scratch.Dispose();
    }
}

/// <summary>What came back, whole.</summary>
internal sealed record Answer(HttpStatusCode Status, byte[] Bytes, HttpResponseHeaders Headers, HttpContentHeaders Content)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes);
    public JsonElement Json => JsonDocument.Parse(Bytes).RootElement;

    /// <summary>The error's three words.</summary>
    public (string Expected, string Found, string Where) Error
    {
        get
        {
            var error = Json.GetProperty("error");
            return (error.GetProperty("expected").GetString()!, error.GetProperty("found").GetString()!, error.GetProperty("where").GetString()!);
        }
    }
}

/// <summary>A clock that stands until it is moved; timers run when it passes them.</summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly List<Timer> timers = [];
    private DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow() => now;
    public override long GetTimestamp() => now.UtcTicks;
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by)
    {
        List<Timer> all;
        lock (timers)
        {
            now += by;
            all = [.. timers];
        }
        foreach (var timer in all) timer.Run(now);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(callback, state, now + dueTime, period);
        lock (timers) timers.Add(timer);
        return timer;
    }

    private sealed class Timer(TimerCallback callback, object? state, DateTimeOffset due, TimeSpan period) : ITimer
    {
        private DateTimeOffset next = due;
        private bool ended;

        public void Run(DateTimeOffset now)
        {
            if (ended || now < next) return;
            next = now + period;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod) => throw new NotSupportedException();
        public void Dispose() => ended = true;

        public ValueTask DisposeAsync()
        {
            ended = true;
            return ValueTask.CompletedTask;
        }
    }
}
