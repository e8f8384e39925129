using Assay.Guard;
using Assay.Guard.Admission;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Tests.Admission;

/// <summary>From facts to a ruling; keys, labels and lists are real.</summary>
public sealed class RulingTests : IDisposable
{
    private static readonly MacAddress Mac = new(0x00005e00530b);
    private readonly Office office = new();

    private DeviceFacts Facts(LabelState state = LabelState.InForce, Notice? notice = null, string? version = "1.1", string? url = null, TimeSpan? life = null, TimeSpan? later = null, ShelfLabel? label = null, string? mud = "https://doorbell.example/mud/edb-100.json")
    {
        label ??= office.Label();
        var now = Office.Start + (later ?? TimeSpan.FromMinutes(1));
        return new DeviceFacts
        {
            Now = now,
            Entry = new DeviceEntry { Mac = Mac },
            Label = label,
            Reading = LabelReading.Of(label, office.Trust, office.Snapshot(state, notice, life), now),
            Stated = version is null ? null : new StatedVersion("EDB-100", version, "HTTP User-Agent", now, 7),
            StatedMudUrl = url,
            Mud = mud is null ? null : Mud(mud, "EDB-100"),
        };
    }

    private static ConfiguredMud Mud(string url, string model)
    {
        using var scratch = new Scratch();
        var file = scratch.File("mud.json");
        File.WriteAllText(file, $$"""
            { "ietf-mud:mud": { "mud-version": 1, "mud-url": "{{url}}", "last-update": "2026-01-01T00:00:00Z", "cache-validity": 48, "is-supported": true, "systeminfo": "a doorbell", "model-name": "{{model}}",
              "from-device-policy": { "access-lists": { "access-list": [ { "name": "from" } ] } }, "to-device-policy": { "access-lists": { "access-list": [] } } },
              "ietf-access-control-list:acls": { "acl": [ { "name": "from", "type": "ipv4-acl-type", "aces": { "ace": [ { "name": "cloud",
                "matches": { "ipv4": { "ietf-acldns:dst-dnsname": "cloud.doorbell.example", "protocol": 6 }, "tcp": { "destination-port": { "operator": "eq", "port": 443 } } }, "actions": { "forwarding": "accept" } } ] } } ] } }
            """);
        return ConfiguredMud.Read(file, null, Office.Start);
    }

    private static Ruling Of(DeviceFacts facts) => Ruling.Of(facts, ActionTable.Own);

    [Fact]
    public void Without_a_label_a_device_heals_and_a_person_may_admit_it()
    {
        var facts = new DeviceFacts { Now = Office.Start };
        Assert.Equal((DeviceStatus.None, GuardAction.Heal), (Of(facts).Status, Of(facts).Action));

        var admitted = Of(facts with { Admit = new Admit(GuardAction.Narrow, "A. Example", "householder", "bought it", new DateOnly(2026, 11, 30), Office.Start) });
        Assert.Equal(GuardAction.Narrow, admitted.Action);
        Assert.Contains("A. Example (householder) until 2026-11-30", admitted.Reasons[1], StringComparison.Ordinal);

        var over = Of(facts with { Now = Office.Start.AddDays(8), Admit = new Admit(GuardAction.Narrow, "A. Example", "householder", "bought it", new DateOnly(2026, 11, 30), Office.Start) });
        Assert.Equal(GuardAction.Heal, over.Action);
    }

    [Fact]
    public void A_label_frees_only_when_its_model_and_version_are_seen_on_the_wire()
    {
        var claimed = Of(Facts(version: null));
        Assert.Equal((Binding.Claimed, GuardAction.Heal), (claimed.Binding, claimed.Action));
        Assert.Contains(claimed.Reasons, r => r.StartsWith("version unknown", StringComparison.Ordinal));

        var observed = Of(Facts());
        Assert.Equal((DeviceStatus.InForce, Binding.Observed, GuardAction.Narrow), (observed.Status, observed.Binding, observed.Action));
        Assert.NotNull(observed.Mud);
    }

    [Theory]
    [InlineData("0.9", DeviceStatus.None)]
    [InlineData("2.0", DeviceStatus.None)]
    [InlineData("banana", DeviceStatus.InForce)]
    [InlineData("1.1;reboot", DeviceStatus.InForce)]
    public void A_version_outside_of_the_label_or_without_order_frees_nothing(string version, DeviceStatus status)
    {
        var ruling = Of(Facts(version: version, label: office.Label("1.0", "1.9")));
        Assert.Equal((status, Binding.Claimed, GuardAction.Heal), (ruling.Status, ruling.Binding, ruling.Action));
    }

    [Fact]
    public void A_lying_mud_url_is_refused_and_widens_nothing()
    {
        var lying = Of(Facts(url: "https://camera.example/mud/cam.json"));
        Assert.Equal((Binding.Claimed, GuardAction.Heal), (lying.Binding, lying.Action));
        Assert.Contains(lying.Reasons, r => r.StartsWith("refused: it names the MUD file https://camera.example", StringComparison.Ordinal));
        Assert.Equal(GuardAction.Narrow, Of(Facts(url: "https://doorbell.example/mud/edb-100.json")).Action);
    }

    [Fact]
    public void A_mud_file_of_another_model_counts_for_nothing()
    {
        var ruling = Of(Facts() with { Mud = Mud("https://camera.example/mud/cam.json", "CAM-7") });
        Assert.Null(ruling.Mud);
        Assert.Contains(ruling.Reasons, r => r.Contains("it speaks of the model CAM-7", StringComparison.Ordinal));
        Assert.Contains("no MUD file counts, so this leaves no more than heal does", ruling.Reasons);
    }

    [Fact]
    public void A_mud_url_alone_opens_nothing()
    {
        var ruling = Of(new DeviceFacts { Now = Office.Start, StatedMudUrl = "https://anything.example/all.json\x1b[2J" });
        Assert.Equal(GuardAction.Heal, ruling.Action);
        Assert.Null(ruling.Mud);
        Assert.DoesNotContain(ruling.Reasons, r => r.Contains('\x1b'));
    }

    [Fact]
    public void Suspended_heals_until_the_version_that_the_notice_names_is_seen()
    {
        var notice = Office.Notice(NoticeKind.Suspended, "1.2");
        Assert.Equal(GuardAction.Heal, Of(Facts(LabelState.Suspended, notice, "1.1")).Action);
        var updated = Of(Facts(LabelState.Suspended, notice, "1.2"));
        Assert.Equal((DeviceStatus.InForce, GuardAction.Narrow), (updated.Status, updated.Action));
        Assert.Contains(updated.Reasons, r => r.Contains("versions below 1.2", StringComparison.Ordinal));
        // Without such a version nothing that a device says ends a suspension.
        Assert.Equal(GuardAction.Heal, Of(Facts(LabelState.Suspended, Office.Notice(NoticeKind.Suspended), "9.9")).Action);
    }

    [Fact]
    public void Update_needed_ends_for_a_device_when_its_version_is_seen()
    {
        var notice = Office.Notice(NoticeKind.UpdateNeeded, "1.10");
        Assert.Equal(DeviceStatus.UpdateNeeded, Of(Facts(LabelState.Notice, notice, "1.9")).Status);
        Assert.Equal(DeviceStatus.InForce, Of(Facts(LabelState.Notice, notice, "1.10")).Status);
        Assert.Equal(DeviceStatus.UpdateNeeded, Of(Facts(LabelState.Notice, notice, null)).Status);
    }

    [Fact]
    public void Under_review_keeps_what_was_observed()
    {
        var ruling = Of(Facts(LabelState.Notice, Office.Notice(NoticeKind.UnderReview)));
        Assert.Equal((DeviceStatus.UnderReview, GuardAction.Narrow), (ruling.Status, ruling.Action));
    }

    [Fact]
    public void A_forged_or_foreign_label_counts_as_none()
    {
        using var stranger = SigningKey.Create();
        var ruling = Of(Facts(label: office.Label(by: stranger)));
        Assert.Equal((DeviceStatus.None, GuardAction.Heal), (ruling.Status, ruling.Action));
        Assert.Contains(ruling.Reasons, r => r.Contains("stands in no trust list", StringComparison.Ordinal));
    }

    [Fact]
    public void After_the_list_ended_a_new_device_waits_and_a_running_one_is_narrowed()
    {
        var late = Facts(life: TimeSpan.FromHours(1), later: TimeSpan.FromHours(2));
        var fresh = Of(late);
        Assert.Equal((DeviceStatus.Stale, GuardAction.Heal), (fresh.Status, fresh.Action));
        var running = Of(late with { IsSettled = true });
        Assert.Equal((DeviceStatus.Stale, GuardAction.Narrow), (running.Status, running.Action));
        Assert.False(running.Settles);
        Assert.True(Of(Facts()).Settles);
    }

    [Fact]
    public void An_ended_list_never_widens_what_it_last_said()
    {
        var late = Facts(LabelState.Suspended, Office.Notice(NoticeKind.Suspended), life: TimeSpan.FromHours(1), later: TimeSpan.FromHours(2)) with { IsSettled = true };
        Assert.Equal((DeviceStatus.Suspended, GuardAction.Heal), (Of(late).Status, Of(late).Action));
    }

    [Fact]
    public void An_industrial_device_holds_and_alarms_when_the_list_has_ended()
    {
        var late = Facts(life: TimeSpan.FromHours(1), later: TimeSpan.FromHours(2)) with { IsSettled = true, Entry = new DeviceEntry { Mac = Mac, Critical = Criticality.Industrial } };
        Assert.Equal((GuardAction.Narrow, true), (Of(late).Action, Of(late).Alarm));
    }

    [Fact]
    public void An_attack_cuts_and_a_safety_device_is_alarmed_instead()
    {
        var facts = Facts() with { Attack = new SeenAttack("scan of many hosts", "25 hosts on port 23 within 60 s; found 25", [3, 99], ["192.0.2.1:23"], Office.Start) };
        var cut = Of(facts);
        Assert.Equal((DeviceStatus.Attacking, GuardAction.Cut, false), (cut.Status, cut.Action, cut.Alarm));
        Assert.Contains(cut.Reasons, r => r.Contains("found 25; frames 3, 99", StringComparison.Ordinal));
        var safety = Of(facts with { Entry = new DeviceEntry { Mac = Mac, Critical = Criticality.Safety } });
        Assert.Equal((GuardAction.Notify, true), (safety.Action, safety.Alarm));
        // An admission does not outweigh what is seen; the command lifts an attack by taking it away.
        Assert.Equal(GuardAction.Cut, Of(facts with { Admit = new Admit(GuardAction.Notify, "A", "b", "c", null, Office.Start) }).Action);
    }

    [Fact]
    public void An_admission_speaks_of_what_was_known_when_it_was_given()
    {
        var before = new Admit(GuardAction.Narrow, "A", "householder", "bought it", null, Office.Start.AddHours(-1));
        var after = before with { At = Office.Start.AddSeconds(30) };
        var suspended = Facts(LabelState.Suspended, Office.Notice(NoticeKind.Suspended));
        Assert.Equal(GuardAction.Heal, Of(suspended with { Admit = before }).Action);
        Assert.Equal(GuardAction.Narrow, Of(suspended with { Admit = after }).Action);
        Assert.Equal(GuardAction.Heal, Of(suspended with { Entry = new DeviceEntry { Mac = Mac, Admit = before with { At = null } } }).Action);
        // Narrowing is always a person's to say.
        Assert.Equal(GuardAction.Cut, Of(Facts() with { Admit = before with { Action = GuardAction.Cut } }).Action);
    }

    [Fact]
    public void A_grade_is_the_least_of_the_certificate()
    {
        using var scratch = new Scratch();
        var certificate = office.Certificate(("tool", 40), ("lab", 3), ("open", 5), ("declared", 0));
        File.WriteAllBytes(scratch.File("certificate.cose"), certificate);
        File.WriteAllBytes(scratch.File("hallmark.cose"), office.Hallmark(certificate: certificate));
        Assert.Equal(Grade.Lab, ShelfLabel.Read(scratch.File("hallmark.cose")).Grade);
        Assert.Equal(Grade.Lab, ShelfLabel.Read(scratch.File("certificate.cose")).Grade);
        // A certificate that is not the hallmark's own raises nothing.
        File.WriteAllBytes(scratch.File("hallmark.cose"), office.Hallmark());
        Assert.Equal(Grade.Declared, ShelfLabel.Read(scratch.File("hallmark.cose")).Grade);
    }

    [Theory]
    [InlineData("1.9", "1.10", -1)]
    [InlineData("1.2", "1.2.0", 0)]
    [InlineData("v2.0", "1.99.99", 1)]
    [InlineData("1.2-rc1", "1.2", -1)]
    [InlineData("1.2a", "1.2", 1)]
    [InlineData("1.2+build7", "1.2", 0)]
    [InlineData("1.2", "1.2-1", 0)]
    public void Versions_have_an_order(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(VersionReading.Compare(left, right)!.Value));
        Assert.Equal(-order, Math.Sign(VersionReading.Compare(right, left)!.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("latest")]
    [InlineData("1.2/../../x")]
    [InlineData("99999999999999999999999999.1")]
    public void What_is_no_version_has_none(string version) => Assert.Null(VersionReading.Compare(version, "1.0"));

    public void Dispose() => office.Dispose();
}
