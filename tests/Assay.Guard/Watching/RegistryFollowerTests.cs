using System.Net;
using System.Text;
using Assay.Guard;
using Assay.Guard.Watching;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Tests.Watching;

/// <summary>Following a registry over real sockets with really signed lists.</summary>
public sealed class RegistryFollowerTests : IDisposable
{
    private readonly Office office = new();
    private readonly Scratch scratch = new();
    private readonly Household household;

    public RegistryFollowerTests()
    {
        Directory.CreateDirectory(scratch.File("state"));
        household = new Household(Configuration.Read(Encoding.UTF8.GetBytes("""
            folder: state
            inside: [br0]
            outside: wan0
            names: { listen: 192.168.77.1, upstream: [203.0.113.53] }
            """), scratch.Folder), office.Trust, TimeProvider.System);
    }

    private static DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());

    private (byte[], byte[]) Lists(LabelState state = LabelState.InForce) =>
        office.Lists(state, state == LabelState.Suspended ? Office.Notice(NoticeKind.Suspended, since: Now) : null, Now);

    private static void Until(Func<bool> there, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!there())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(10), $"{what} did not come within ten seconds");
            Thread.Sleep(5);
        }
    }

    private LabelState? State => household.Look(v => v.Snapshot?.Token.List[5]);

    [Fact]
    public async Task A_wake_up_brings_a_suspension_in_well_under_a_second()
    {
        using var registry = new PaperRegistry(new IPEndPoint(IPAddress.Loopback, 0));
        registry.Serve(Lists());
        using var follower = new RegistryFollower(household, new Uri($"http://127.0.0.1:{registry.Port}/"), TimeProvider.System);
        follower.Start();
        Until(() => State == LabelState.InForce && registry.Listeners == 1, "the first list");
        var start = TimeProvider.System.GetTimestamp();
        registry.Serve(Lists(LabelState.Suspended));
        Until(() => State == LabelState.Suspended, "the suspension");
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(1));
        Assert.Equal(NoticeKind.Suspended, household.Look(v => v.Snapshot!.Notices!.For(5)!.Kind));
        // A wake-up without a change costs two empty answers.
        var before = registry.NotChanged;
        await follower.Fetch();
        Assert.Equal(before + 2, registry.NotChanged);
    }

    [Fact]
    public void A_lost_registry_is_said_and_found_again()
    {
        int port;
        var registry = new PaperRegistry(new IPEndPoint(IPAddress.Loopback, 0));
        port = registry.Port;
        registry.Serve(Lists());
        using var follower = new RegistryFollower(household, new Uri($"http://127.0.0.1:{port}/"), TimeProvider.System);
        follower.Start();
        Until(() => State == LabelState.InForce && registry.Listeners == 1, "the first list");
        registry.Dispose();
        Until(() => household.Look(v => v.RegistryLost) is not null, "the loss");
        using var again = new PaperRegistry(new IPEndPoint(IPAddress.Loopback, port));
        again.Serve(Lists(LabelState.Suspended));
        Until(() => State == LabelState.Suspended && household.Look(v => v.RegistryLost) is null, "the registry's return");
    }

    [Fact]
    public void A_refused_list_is_asked_for_again_and_the_next_true_one_counts()
    {
        using var registry = new PaperRegistry(new IPEndPoint(IPAddress.Loopback, 0));
        using var stranger = SigningKey.Create();
        registry.Serve(office.Lists(LabelState.Suspended, Office.Notice(NoticeKind.Suspended, since: Now), Now, by: stranger));
        using var follower = new RegistryFollower(household, new Uri($"http://127.0.0.1:{registry.Port}/"), TimeProvider.System);
        follower.Start();
        Until(() => household.Look(v => v.RefusedList) is not null, "the refusal");
        Assert.Null(State);
        registry.Serve(Lists());
        Until(() => State == LabelState.InForce, "the true list");
        Assert.Null(household.Look(v => v.RefusedList));
    }

    public void Dispose()
    {
        office.Dispose();
        scratch.Dispose();
    }
}
