using System.Text;
using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Guard;
using Assay.Guard.Admission;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Traffic.Behaviour;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;
using Assay.Traffic.Mud;
using Device = Assay.Guard.Admission.Device;

namespace Assay.Tests;

/// <summary>What the guard remembers, believes and refuses; state on a real disk, lists with real signatures.</summary>
public sealed class HouseholdTests : IDisposable
{
    private static readonly MacAddress Doorbell = new(0x00005e00530b), Camera = new(0x00005e00530c);
    private readonly Office office = new();
    private readonly Scratch scratch = new();
    private readonly TurnedClock clock = new(Office.Start.AddMinutes(1));

    private Household Begin(string? more = null, TrustList? trust = null)
    {
        File.WriteAllBytes(scratch.File("hallmark.cose"), hallmark ??= office.Hallmark());
        var yaml = $$"""
            folder: state
            inside: [br0]
            outside: wan0
            names: { listen: 192.168.77.1, upstream: [203.0.113.53] }
            devices:
              - { mac: "{{Doorbell}}", name: doorbell, label: hallmark.cose, updates: [update.doorbell.example] {{more}} }
            """;
        Directory.CreateDirectory(scratch.File("state"));
        return new Household(Configuration.Read(Encoding.UTF8.GetBytes(yaml), scratch.Folder), trust ?? office.Trust, clock);
    }

    private byte[]? hallmark;

    private static Ruling Of(Household household, MacAddress mac) => household.Look(v => v.Devices.Single(d => d.Mac == mac).Ruling!);

    private static Sighting Says(MacAddress mac, SightingKind kind, string value, VersionStatement? version = null) =>
        new() { Time = Office.Start, Frame = 9, Mac = mac, Kind = kind, Value = value, Source = "HTTP User-Agent", Version = version };

    private static Sighting Runs(string version) => Says(Doorbell, SightingKind.Version, $"EDB-100/{version}", new VersionStatement("EDB-100", version));

    private static Attack Scan(MacAddress mac) => new()
    {
        Kind = AttackKind.HorizontalScan,
        Mac = mac,
        First = Office.Start,
        Last = Office.Start,
        Rule = "horizontal-scan",
        Threshold = "25 hosts on port 23 within 60 s; found 25",
        Count = 25,
        Frames = [3, 99],
        Crossed = 99,
        Targets = ["192.0.2.1:23"],
    };

    [Fact]
    public void What_was_acknowledged_is_there_after_a_kill_at_any_moment()
    {
        var first = Begin();
        var (status, notices) = office.Lists();
        first.Listed(status, notices);
        first.Sighted(Runs("1.1"));
        first.Sighted(Says(Doorbell, SightingKind.MudUrl, "https://x.example/m.json"));
        first.Seen(Camera, Address.Parse("192.168.77.30"));
        Assert.NotNull(first.Attacked(Scan(Camera)));
        Assert.Equal(GuardAction.Narrow, Of(first, Doorbell).Action);

        // Nothing is closed or flushed: the second reads what the first left on disk.
        var second = Begin();
        Assert.Equal(GuardAction.Narrow, Of(second, Doorbell).Action);
        Assert.Equal(GuardAction.Cut, Of(second, Camera).Action);
        Assert.Contains(Of(second, Camera).Reasons, r => r.Contains("found 25; frames 3, 99", StringComparison.Ordinal));
        Assert.Equal("1.1", second.Look(v => v.Devices.Single(d => d.Mac == Doorbell).Stated.Single().Version));
        Assert.Equal("https://x.example/m.json", second.Look(v => v.Devices.Single(d => d.Mac == Doorbell).MudUrl));

        second.Admitted(Camera, new Admit(GuardAction.Narrow, "A. Example", "householder", "it is clean again", null, clock.GetUtcNow()));
        var third = Begin();
        Assert.Equal(GuardAction.Narrow, Of(third, Camera).Action);
        Assert.Null(third.Look(v => v.Devices.Single(d => d.Mac == Camera).Attack));
    }

    [Fact]
    public void A_half_written_state_beside_the_whole_one_changes_nothing()
    {
        var first = Begin();
        first.Attacked(Scan(Camera));
        File.WriteAllText(Path.Combine(scratch.File("state"), "state.json.new"), "{ \"schema\": \"assay/gu");
        File.WriteAllText(Path.Combine(scratch.File("state"), "status-0123456789abcdef.cwt"), "half");
        Assert.Equal(GuardAction.Cut, Of(Begin(), Camera).Action);

        // A damaged state is no reason to forget: the guard does not start on it.
        File.WriteAllText(Path.Combine(scratch.File("state"), "state.json"), "{ \"schema\": \"assay/gu");
        Assert.Throws<UnreadableException>(() => Begin());
    }

    [Fact]
    public void Suspension_reaches_the_change_at_once_and_its_update_ends_it()
    {
        var household = Begin();
        household.Listed(office.Lists().Status, null);
        household.Sighted(Runs("1.1"));
        var changes = new List<(GuardAction? Before, GuardAction After)>();
        household.Changed = all => changes.AddRange(all.Select(c => (c.Before, c.After!.Action)));
        var (status, notices) = office.Lists(LabelState.Suspended, Office.Notice(NoticeKind.Suspended, "1.2"), clock.GetUtcNow());
        household.Listed(status, notices);
        household.Sighted(Runs("1.2"));
        Assert.Equal([(GuardAction.Narrow, GuardAction.Heal), (GuardAction.Heal, GuardAction.Narrow)], changes);
        // An older version seen again narrows again.
        household.Sighted(Runs("1.1"));
        Assert.Equal(GuardAction.Heal, Of(household, Doorbell).Action);
    }

    [Fact]
    public void Forged_foreign_and_older_lists_are_refused_and_shown_and_the_verified_one_stays()
    {
        var household = Begin();
        var (old, oldNotices) = office.Lists(at: Office.Start.AddHours(-1));
        var (status, notices) = office.Lists(LabelState.Suspended, Office.Notice(NoticeKind.Suspended));
        household.Listed(status, notices);
        household.Sighted(Runs("1.1"));
        Assert.Equal(DeviceStatus.Suspended, Of(household, Doorbell).Status);

        using var stranger = SigningKey.Create();
        var forged = (byte[])office.Lists().Status.Clone();
        forged[^1] ^= 1;
        foreach (var (bad, words, why) in new[]
        {
            (old, oldNotices, "not older than"),
            (forged, null, "forged signature"),
            (office.Lists(by: stranger).Status, null, "unknown key"),
            (office.Lists(by: office.Issuer).Status, null, "role \"status\""),
            (office.Lists(uri: "https://other.example/status/2").Status, null, "expected the status list"),
            ("not a list"u8.ToArray(), null, "expected"),
        })
        {
            var refused = Assert.Throws<UnreadableException>(() => household.Listed(bad, words));
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
            Assert.Equal(refused.Message, household.Look(v => v.RefusedList!.Value.Reason));
            Assert.Equal(DeviceStatus.Suspended, Of(household, Doorbell).Status);
        }
        Assert.Equal(DeviceStatus.Suspended, Of(Begin(), Doorbell).Status);
        // The positive control: the next list of the same office counts, and takes the refusal away.
        var (next, nextNotices) = office.Lists(at: clock.GetUtcNow());
        household.Listed(next, nextNotices);
        Assert.Equal(DeviceStatus.InForce, Of(household, Doorbell).Status);
        Assert.Null(household.Look(v => v.RefusedList));
    }

    [Fact]
    public void A_list_kept_on_disk_counts_only_under_the_trust_lists_of_today()
    {
        var first = Begin();
        first.Listed(office.Lists().Status, null);
        using var other = new Office();
        var second = Begin(trust: new TrustList([office.Trust.Keys[0], other.Trust.Keys[1]]));
        Assert.Null(second.Look(v => v.Snapshot));
        Assert.Contains("unknown key", second.Look(v => v.RefusedList!.Value.Reason), StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_device_keeps_what_it_had_while_the_registry_is_lost_until_the_list_ends()
    {
        var household = Begin();
        household.Listed(office.Lists(life: TimeSpan.FromHours(2)).Status, null);
        household.Sighted(Runs("1.1"));
        household.Lost("connection refused");
        var lost = clock.GetUtcNow();
        clock.Turn(TimeSpan.FromHours(1));
        household.Tick();
        Assert.Equal((DeviceStatus.InForce, GuardAction.Narrow), (Of(household, Doorbell).Status, Of(household, Doorbell).Action));
        Assert.Equal(lost, household.Look(v => v.RegistryLost));
        clock.Turn(TimeSpan.FromHours(2));
        household.Tick();
        Assert.Equal((DeviceStatus.Stale, GuardAction.Narrow), (Of(household, Doorbell).Status, Of(household, Doorbell).Action));
        Assert.Equal(DeviceStatus.Stale, Of(Begin(), Doorbell).Status);
        household.Reached();
        Assert.Null(household.Look(v => v.RegistryLost));
    }

    [Fact]
    public void A_full_disk_is_told_and_does_not_let_a_device_go_on()
    {
        var household = Begin();
        household.Seen(Camera, null);
        var after = new List<GuardAction>();
        household.Changed = all => after.AddRange(all.Select(c => c.After!.Action));
        Directory.Delete(scratch.File("state"), recursive: true);
        Assert.ThrowsAny<IOException>(() => household.Attacked(Scan(Camera)));
        Assert.Equal([GuardAction.Cut], after);
    }

    [Fact]
    public void A_clock_that_is_not_set_yet_does_not_lose_the_list()
    {
        var first = Begin();
        first.Listed(office.Lists().Status, null);
        clock.Turn(TimeSpan.FromDays(-3000));
        var second = Begin();
        Assert.Null(second.Look(v => v.Snapshot));
        second.Attacked(Scan(Camera));
        clock.Turn(TimeSpan.FromDays(3000));
        second.Tick();
        Assert.NotNull(second.Look(v => v.Snapshot));
        Assert.NotNull(Begin().Look(v => v.Snapshot));
    }

    [Theory]
    [InlineData(SightingKind.Name, "door\u0007\u001b[31mbell\n")]
    [InlineData(SightingKind.MudUrl, "https://evil.example/\u202egnp.json")]
    [InlineData(SightingKind.VendorClass, "x\0y")]
    public void What_a_device_says_of_itself_reaches_nobody_s_terminal_as_it_is(SightingKind kind, string value)
    {
        var household = Begin();
        var told = new List<string>();
        household.Tell = told.Add;
        household.Sighted(Says(Camera, kind, value));
        household.Sighted(Says(Camera, kind, new string('a', 100_000)));
        var document = Encoding.UTF8.GetString(household.Look(v => GuardStatus.Document(v, new GuardSelf { IsGuarding = true })));
        using var json = JsonDocument.Parse(document);
        Assert.All(Texts(json.RootElement).Concat(told.Select(t => Assay.Evidence.Shortened.Visible(t))), text => Assert.DoesNotContain(text, c => char.IsControl(c) || c == '\u202e'));
        Assert.Equal(GuardAction.Heal, Of(household, Camera).Action);
    }

    [Fact]
    public void A_flood_of_models_does_not_push_out_what_the_label_rests_on()
    {
        var household = Begin();
        household.Listed(office.Lists().Status, null);
        household.Sighted(Runs("1.1"));
        for (var i = 0; i < 100; i++) household.Sighted(Says(Doorbell, SightingKind.Version, "x", new VersionStatement($"model{i}", "1.0")));
        Assert.Equal(GuardAction.Narrow, Of(household, Doorbell).Action);
        Assert.True(household.Look(v => v.Devices.Single(d => d.Mac == Doorbell).Stated.Count) <= Device.MostModels);
    }

    [Fact]
    public void A_flood_of_forged_macs_is_bounded_and_keeps_the_known_ones()
    {
        var household = Begin();
        household.Attacked(Scan(Camera));
        var gone = 0;
        household.Changed = all => gone += all.Count(c => c.After is null);
        for (var i = 0; i < Configuration.MaxDevices + 100; i++)
        {
            clock.Turn(TimeSpan.FromMilliseconds(1));
            household.Seen(new MacAddress(0x020000000000 + (ulong)i), null);
        }
        Assert.Equal(Configuration.MaxDevices, household.Look(v => v.Devices.Count));
        Assert.Equal(102, gone);
        Assert.NotNull(Of(household, Doorbell));
        Assert.Equal(GuardAction.Cut, Of(household, Camera).Action);
        // Who comes last is seen, and can be admitted.
        Assert.Equal(GuardAction.Heal, Of(household, new MacAddress(0x020000000000 + (ulong)Configuration.MaxDevices + 99)).Action);
    }

    [Theory]
    [InlineData(AttackKind.AddressSweep)]
    [InlineData(AttackKind.PingSweep)]
    public void A_search_for_hosts_is_told_and_cuts_nobody_while_a_scan_cuts(AttackKind kind)
    {
        var household = Begin();
        var told = new List<string>();
        household.Tell = told.Add;
        household.Seen(Camera, null);
        Assert.Null(household.Attacked(Scan(Camera) with { Kind = kind }));
        Assert.Equal(GuardAction.Heal, Of(household, Camera).Action);
        Assert.Contains(told, line => line.Contains("told, not cut", StringComparison.Ordinal));
        Assert.NotNull(household.Attacked(Scan(Camera)));
        Assert.Equal(GuardAction.Cut, Of(household, Camera).Action);
    }

    [Fact]
    public void An_address_belongs_to_one_device_and_a_lease_decides()
    {
        var household = Begin();
        var address = Address.Parse("192.168.77.20");
        household.Seen(Camera, address);
        household.Seen(Doorbell, address);
        Assert.Equal([address], household.Look(v => v.Devices.Single(d => d.Mac == Camera).Addresses.ToList()));
        Assert.Empty(household.Look(v => v.Devices.Single(d => d.Mac == Doorbell).Addresses.ToList()));
        household.Lease([new Lease(Doorbell, address, "bell", null)]);
        Assert.Empty(household.Look(v => v.Devices.Single(d => d.Mac == Camera).Addresses.ToList()));
        Assert.Equal([address], household.Look(v => v.Devices.Single(d => d.Mac == Doorbell).Addresses.ToList()));
        // Once leased, frames from other addresses add none; public ones never do.
        household.Seen(Doorbell, Address.Parse("192.168.77.99"));
        household.Seen(Camera, Address.Parse("8.8.8.8"));
        Assert.Single(household.Look(v => v.Devices.Single(d => d.Mac == Doorbell).Addresses.ToList()));
        Assert.Empty(household.Look(v => v.Devices.Single(d => d.Mac == Camera).Addresses.ToList()));
    }

    [Fact]
    public void Status_is_the_document_of_its_schema()
    {
        var household = Begin(", critical: industrial");
        household.Listed(office.Lists().Status, null);
        household.Sighted(Runs("1.1"));
        household.Seen(Camera, Address.Parse("192.168.77.30"));
        household.Attacked(Scan(Camera));
        household.Lost("connection refused");
        household.Admitted(new MacAddress(0x00005e00530d), new Admit(GuardAction.Narrow, "A. Example", "householder", "bought it", new DateOnly(2027, 1, 1), clock.GetUtcNow()));
        Assert.Throws<UnreadableException>(() => household.Listed("x"u8.ToArray(), null));
        File.WriteAllBytes(scratch.File("status.json"), household.Look(v => GuardStatus.Document(v, new GuardSelf { IsGuarding = true })));
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        var judged = Npm.Run(folder, """
            import Ajv from 'ajv/dist/2020.js'; import formats from 'ajv-formats'; import fs from 'fs';
            const ajv = new Ajv({ strict: true, allErrors: true }); formats(ajv);
            const check = ajv.compile(JSON.parse(fs.readFileSync(process.argv[2])));
            const ok = check(JSON.parse(fs.readFileSync(process.argv[3])));
            if (!ok) { console.error(JSON.stringify(check.errors)); process.exit(1); }
            """, Path.Combine(Checkout.Root, "docs", "schemas", "guard-status.schema.json"), scratch.File("status.json"));
        Assert.True(judged.Exit == 0, judged.Error);
    }

    private static IEnumerable<string> Texts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => Texts(p.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
        JsonValueKind.String => [json.GetString()!],
        _ => [],
    };

    public void Dispose()
    {
        office.Dispose();
        scratch.Dispose();
    }
}
