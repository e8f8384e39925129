using Assay.Evidence.Reading;
using Assay.Guard.Admission;
using Assay.Traffic.Mud;

namespace Assay.Tests.Admission;

/// <summary>The promises of semantics.md section 5, over every key that the table has.</summary>
public sealed class ActionTableTests
{
    private static int Free(DeviceStatus status, Grade grade, Binding binding, Criticality criticality) => Freedom.Of(ActionTable.Own.Row(status, grade, binding, criticality).Action);

    [Fact]
    public void The_page_shows_the_table_as_it_is()
    {
        var page = File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "semantics.md"));
        var shown = page.Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2]) && line.Count(c => c == '|') == 8).Select(line => line.Replace("`", "", StringComparison.Ordinal));
        static string Word<T>(T? value) where T : struct, Enum => value is { } one ? Evidence.EvidenceJson.Name(one) : "*";
        Assert.Equal(ActionTable.Own.Rows.Select(r => $"| {r.Number} | {Word(r.Status)} | {Word(r.Grade)} | {Word(r.Binding)} | {Word(r.Criticality)} | {Word<GuardAction>(r.Action)} | {r.Reason} |"), shown);
    }

    [Fact]
    public void A_label_under_review_or_suspended_never_fares_worse_than_none()
    {
        foreach (var (_, grade, binding, criticality) in ActionTable.Keys())
        {
            foreach (var status in new[] { DeviceStatus.UnderReview, DeviceStatus.Suspended })
                Assert.True(Free(status, grade, binding, criticality) >= Free(DeviceStatus.None, grade, binding, criticality), $"{status} {grade} {binding} {criticality}");
        }
    }

    [Fact]
    public void No_status_but_an_attack_fares_worse_than_no_label_at_all()
    {
        foreach (var (status, grade, binding, criticality) in ActionTable.Keys().Where(k => k.Status != DeviceStatus.Attacking))
            Assert.True(Free(status, grade, binding, criticality) >= Free(DeviceStatus.None, grade, binding, criticality), $"{status} {grade} {binding} {criticality}");
    }

    [Fact]
    public void A_claimed_label_frees_no_more_than_none()
    {
        foreach (var (status, grade, _, criticality) in ActionTable.Keys())
            Assert.True(Free(status, grade, Binding.Claimed, criticality) <= Free(DeviceStatus.None, grade, Binding.Claimed, criticality), $"{status} {grade} {criticality}");
    }

    [Fact]
    public void Only_a_device_that_attacks_is_cut_and_it_is_unless_marked_as_safety_relevant()
    {
        foreach (var (status, grade, binding, criticality) in ActionTable.Keys())
        {
            var cut = ActionTable.Own.Row(status, grade, binding, criticality).Action == GuardAction.Cut;
            Assert.Equal(status == DeviceStatus.Attacking && criticality != Criticality.Safety, cut);
        }
    }

    [Fact]
    public void A_stronger_binding_never_frees_less()
    {
        foreach (var (status, grade, _, criticality) in ActionTable.Keys())
        {
            Assert.True(Free(status, grade, Binding.Observed, criticality) >= Free(status, grade, Binding.Claimed, criticality));
            Assert.True(Free(status, grade, Binding.Authenticated, criticality) >= Free(status, grade, Binding.Observed, criticality));
        }
    }

    [Fact]
    public void An_ended_list_never_frees_more_than_a_fresh_one_that_says_in_force()
    {
        foreach (var (_, grade, binding, criticality) in ActionTable.Keys())
            Assert.True(Free(DeviceStatus.Stale, grade, binding, criticality) <= Free(DeviceStatus.InForce, grade, binding, criticality));
    }

    [Fact]
    public void Doubt_never_frees_more_than_being_in_force()
    {
        foreach (var (status, grade, binding, criticality) in ActionTable.Keys())
            Assert.True(Free(status, grade, binding, criticality) <= Free(DeviceStatus.InForce, grade, binding, criticality), $"{status} {grade} {binding} {criticality}");
    }

    [Theory]
    [InlineData(DeviceStatus.None, Binding.Claimed, GuardAction.Heal)]
    [InlineData(DeviceStatus.InForce, Binding.Claimed, GuardAction.Heal)]
    [InlineData(DeviceStatus.InForce, Binding.Observed, GuardAction.Narrow)]
    [InlineData(DeviceStatus.UnderReview, Binding.Observed, GuardAction.Narrow)]
    [InlineData(DeviceStatus.Suspended, Binding.Observed, GuardAction.Heal)]
    [InlineData(DeviceStatus.Attacking, Binding.Observed, GuardAction.Cut)]
    public void The_rows_that_a_home_meets(DeviceStatus status, Binding binding, GuardAction action) =>
        Assert.Equal(action, ActionTable.Own.Row(status, Grade.Declared, binding, Criticality.None).Action);

    [Fact]
    public void Every_row_is_used_by_some_key()
    {
        var used = ActionTable.Keys().Select(k => ActionTable.Own.Row(k.Status, k.Grade, k.Binding, k.Criticality).Number).ToHashSet();
        Assert.Equal(ActionTable.Own.Rows.Select(r => r.Number), used.Order());
    }

    [Theory]
    [InlineData("*\t*\t*\t*\theal\tall", null)]
    [InlineData("inForce\t*\t*\t*\theal\tsome", "a row for")]
    [InlineData("*\t*\t*\t*\tfree\tall", "expected one of notify")]
    [InlineData("good\t*\t*\t*\theal\tall", "expected one of attacking")]
    [InlineData("*\t*\t*\t*\t*\tall", "expected an action")]
    [InlineData("*\t*\t*\theal\tall", "6 columns")]
    [InlineData("*\t*\t*\t*\theal\t", "a reason")]
    public void A_table_that_leaves_a_question_open_is_not_read(string row, string? wrong)
    {
        var text = $"# a comment\nstatus\tgrade\tbinding\tcriticality\taction\treason\n{row}\n";
        if (wrong is null) Assert.Single(ActionTable.Read(text).Rows);
        else Assert.Contains(wrong, Assert.Throws<UnreadableException>(() => ActionTable.Read(text)).Message, StringComparison.Ordinal);
    }
}
