using System.Globalization;
using Assay.Exchange.Cases;

namespace Assay.Exchange.Tests.Cases;

/// <summary>Fifty ends of the limits of Article 14, worked out by hand with a calendar.</summary>
public class ClockTests
{
    private static readonly Dictionary<Duty, DateTimeOffset> None = [];

    [Theory]
    [InlineData("2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z", "2026-11-26T09:00:00Z")] // a Monday
    [InlineData("2026-11-27T17:30:00Z", "2026-11-28T17:30:00Z", "2026-11-30T17:30:00Z")] // Friday evening: a weekend gives no hour more
    [InlineData("2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z", "2026-12-01T00:00:00Z")]
    [InlineData("2026-12-24T12:00:00Z", "2026-12-25T12:00:00Z", "2026-12-27T12:00:00Z")] // holidays neither
    [InlineData("2026-12-31T23:59:59Z", "2027-01-01T23:59:59Z", "2027-01-03T23:59:59Z")] // over the year's end
    [InlineData("2028-02-28T10:00:00Z", "2028-02-29T10:00:00Z", "2028-03-02T10:00:00Z")] // a leap year
    [InlineData("2028-02-29T10:00:00Z", "2028-03-01T10:00:00Z", "2028-03-03T10:00:00Z")]
    [InlineData("2027-02-28T10:00:00Z", "2027-03-01T10:00:00Z", "2027-03-03T10:00:00Z")] // none
    [InlineData("2100-02-28T10:00:00Z", "2100-03-01T10:00:00Z", "2100-03-03T10:00:00Z")] // a century that is none
    [InlineData("2027-03-27T22:00:00Z", "2027-03-28T22:00:00Z", "2027-03-30T22:00:00Z")] // summer time begins in Europe: hours stay hours
    [InlineData("2027-10-30T22:00:00Z", "2027-10-31T22:00:00Z", "2027-11-02T22:00:00Z")] // and ends
    [InlineData("2027-03-28T03:30:00+02:00", "2027-03-29T01:30:00Z", "2027-03-31T01:30:00Z")] // stated in another zone
    [InlineData("2026-11-23T23:30:00-05:00", "2026-11-25T04:30:00Z", "2026-11-27T04:30:00Z")]
    public void Early_warning_and_notification_run_24_and_72_hours_from_awareness(string aware, string warning, string notification)
    {
        foreach (var clocks in new[] { Clocks.ExploitedVulnerability("Maker", Time(aware), null, None), Clocks.SevereIncident("Maker", Time(aware), None) })
        {
            Assert.Equal(Time(warning), clocks[0].Due);
            Assert.Equal(Time(notification), clocks[1].Due);
            Assert.Equal(TimeSpan.Zero, clocks[0].Due!.Value.Offset);
            Assert.All(clocks, c => Assert.Equal("Maker", c.Actor));
        }
    }

    [Theory]
    [InlineData("2026-11-01T08:00:00Z", "2026-11-23T09:00:00Z", "2026-12-07T09:00:00Z")] // from the measure, weeks after awareness
    [InlineData("2026-11-22T08:00:00Z", "2026-11-23T09:00:00Z", "2026-12-07T09:00:00Z")] // the day of awareness plays no part
    [InlineData("2025-01-01T00:00:00Z", "2026-11-23T09:00:00Z", "2026-12-07T09:00:00Z")] // nor does a year
    [InlineData("2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z", "2026-12-07T09:00:00Z")]
    [InlineData("2026-11-25T10:00:00Z", "2026-11-01T09:00:00Z", "2026-12-09T10:00:00Z")] // the measure was there first: from awareness
    [InlineData("2028-02-10T00:00:00Z", "2028-02-15T12:00:00Z", "2028-02-29T12:00:00Z")] // ends on a leap day
    [InlineData("2028-02-10T00:00:00Z", "2028-02-16T12:00:00Z", "2028-03-01T12:00:00Z")]
    [InlineData("2027-02-10T00:00:00Z", "2027-02-15T12:00:00Z", "2027-03-01T12:00:00Z")]
    [InlineData("2026-12-01T00:00:00Z", "2026-12-20T18:00:00Z", "2027-01-03T18:00:00Z")] // ends on a Sunday
    [InlineData("2026-12-01T00:00:00Z", "2026-12-18T18:00:00Z", "2027-01-01T18:00:00Z")] // ends on a holiday
    [InlineData("2027-03-01T00:00:00Z", "2027-03-20T01:30:00Z", "2027-04-03T01:30:00Z")] // across summer time
    [InlineData("2027-10-01T00:00:00Z", "2027-10-25T00:30:00Z", "2027-11-08T00:30:00Z")]
    [InlineData("2027-10-01T00:00:00Z", "2027-10-25T02:30:00+02:00", "2027-11-08T00:30:00Z")]
    public void The_final_report_on_a_vulnerability_is_due_14_days_after_a_measure_is_available(string aware, string measure, string due) =>
        Assert.Equal(Time(due), Clocks.ExploitedVulnerability("Maker", Time(aware), Time(measure), None)[2].Due);

    [Theory]
    [InlineData("2026-11-26T09:00:00Z", "2026-12-26T09:00:00Z")]
    [InlineData("2026-12-26T09:00:00Z", "2027-01-26T09:00:00Z")] // over the year's end
    [InlineData("2027-01-28T09:00:00Z", "2027-02-28T09:00:00Z")]
    [InlineData("2027-01-29T09:00:00Z", "2027-02-28T09:00:00Z")] // no such day: the month's last
    [InlineData("2027-01-30T09:00:00Z", "2027-02-28T09:00:00Z")]
    [InlineData("2027-01-31T09:00:00Z", "2027-02-28T09:00:00Z")]
    [InlineData("2028-01-29T09:00:00Z", "2028-02-29T09:00:00Z")] // a leap year
    [InlineData("2028-01-30T09:00:00Z", "2028-02-29T09:00:00Z")]
    [InlineData("2028-01-31T23:59:59Z", "2028-02-29T23:59:59Z")]
    [InlineData("2028-02-29T09:00:00Z", "2028-03-29T09:00:00Z")]
    [InlineData("2100-01-31T09:00:00Z", "2100-02-28T09:00:00Z")]
    [InlineData("2027-02-28T09:00:00Z", "2027-03-28T09:00:00Z")] // the month's last day, not the next month's last
    [InlineData("2027-03-31T09:00:00Z", "2027-04-30T09:00:00Z")]
    [InlineData("2027-05-31T09:00:00Z", "2027-06-30T09:00:00Z")]
    [InlineData("2027-07-31T09:00:00Z", "2027-08-31T09:00:00Z")]
    [InlineData("2027-08-31T09:00:00Z", "2027-09-30T09:00:00Z")]
    [InlineData("2027-10-31T09:00:00Z", "2027-11-30T09:00:00Z")]
    [InlineData("2026-12-31T00:30:00+01:00", "2027-01-30T23:30:00Z")] // counted in UTC: the 30th
    [InlineData("2027-02-28T23:30:00-05:00", "2027-04-01T04:30:00Z")] // the 1st of March in UTC
    public void The_final_report_on_an_incident_is_due_one_month_after_the_notification_was_sent(string notified, string due) =>
        Assert.Equal(Time(due), Clocks.SevereIncident("Maker", Time(notified).AddHours(-70), new Dictionary<Duty, DateTimeOffset> { [Duty.Notification] = Time(notified) })[2].Due);

    [Fact]
    public void Nothing_runs_before_awareness_and_the_clock_says_what_begins_it()
    {
        foreach (var clocks in new[] { Clocks.ExploitedVulnerability("Maker", null, Time("2026-11-23T09:00:00Z"), None), Clocks.SevereIncident("Maker", null, None) })
        {
            Assert.All(clocks, c => Assert.Null(c.Due));
            Assert.All(clocks, c => Assert.Contains("named person", c.Basis, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Without_a_measure_the_final_report_on_a_vulnerability_has_no_date()
    {
        var final = Clocks.ExploitedVulnerability("Maker", Time("2026-01-01T00:00:00Z"), null, None)[2];
        Assert.Null(final.Due);
        Assert.Contains("none is known yet", final.Basis, StringComparison.Ordinal);
    }

    [Fact]
    public void Before_the_notification_is_sent_the_final_report_on_an_incident_has_no_date() =>
        Assert.Null(Clocks.SevereIncident("Maker", Time("2026-01-01T00:00:00Z"), None)[2].Due);

    [Theory]
    [InlineData("2026-11-24T08:59:59Z", null, false)]
    [InlineData("2026-11-24T09:00:01Z", null, true)]
    [InlineData("2027-01-01T00:00:00Z", "2026-11-24T09:00:00Z", false)] // sent in time stays in time
    [InlineData("2027-01-01T00:00:00Z", "2026-11-24T09:00:01Z", true)]
    public void Late_is_what_was_not_sent_by_its_end(string asOf, string? sent, bool late)
    {
        var notices = sent is null ? None : new Dictionary<Duty, DateTimeOffset> { [Duty.EarlyWarning] = Time(sent) };
        Assert.Equal(late, Clocks.ExploitedVulnerability("Maker", Time("2026-11-23T09:00:00Z"), null, notices)[0].IsLate(Time(asOf)));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
