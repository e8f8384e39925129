namespace Assay.Exchange.Cases;

/// <summary>The reports that Article 14 of Regulation (EU) 2024/2847 asks of a maker.</summary>
public enum Duty { EarlyWarning, Notification, FinalReport, TellUsers }

/// <summary>One time limit of the named maker.</summary>
/// <param name="Actor">Whose duty it is: the maker's name.</param>
/// <param name="Due">Null while the limit has not begun; <paramref name="Basis"/> says what begins it.</param>
/// <param name="Basis">From when it runs, how long, and by which paragraph.</param>
/// <param name="SentAt">When a person said that it was sent.</param>
public sealed record Clock(Duty Duty, string Actor, DateTimeOffset? Due, string Basis, DateTimeOffset? SentAt)
{
    public bool IsLate(DateTimeOffset asOf) => Due is { } due && (SentAt ?? asOf) > due;
}

/// <summary>
/// The clocks of Article 14, counted in UTC. They start when a person says that the maker is aware, never when a machine signals. A limit is never longer than the
/// law's: a weekend or holiday at its end does not move it, and a month that is shorter ends on its last day.
/// </summary>
public static class Clocks
{
    public static readonly TimeSpan EarlyWarning = TimeSpan.FromHours(24), Notification = TimeSpan.FromHours(72), AfterMeasure = TimeSpan.FromDays(14);

    /// <param name="measure">When a corrective or mitigating measure became available.</param>
    public static IReadOnlyList<Clock> ExploitedVulnerability(string maker, DateTimeOffset? aware, DateTimeOffset? measure, IReadOnlyDictionary<Duty, DateTimeOffset> sent) =>
    [
        Hours(Duty.EarlyWarning, maker, aware, EarlyWarning, "Article 14(2)(a)", sent),
        Hours(Duty.Notification, maker, aware, Notification, "Article 14(2)(b)", sent),
        new(Duty.FinalReport, maker, aware is null ? null : Later(measure, aware) + AfterMeasure,
            aware is null ? NotAware : measure is null
                ? "14 days from the day a corrective or mitigating measure is available; none is known yet (Article 14(2)(c))"
                : "14 days after a corrective or mitigating measure is available, not after awareness (Article 14(2)(c))", Sent(sent, Duty.FinalReport)),
        TellUsers(maker, aware, sent),
    ];

    public static IReadOnlyList<Clock> SevereIncident(string maker, DateTimeOffset? aware, IReadOnlyDictionary<Duty, DateTimeOffset> sent) =>
    [
        Hours(Duty.EarlyWarning, maker, aware, EarlyWarning, "Article 14(4)(a)", sent),
        Hours(Duty.Notification, maker, aware, Notification, "Article 14(4)(b)", sent),
        new(Duty.FinalReport, maker, Sent(sent, Duty.Notification) is { } notified ? Month(notified) : null,
            aware is null ? NotAware : Sent(sent, Duty.Notification) is null
                ? "one month after the 72-hour notification is sent; it is not sent yet (Article 14(4)(c))"
                : "one month after the 72-hour notification was sent (Article 14(4)(c))", Sent(sent, Duty.FinalReport)),
        TellUsers(maker, aware, sent),
    ];

    private const string NotAware = "begins when a named person says that the maker is aware; a machine's signal does not begin it";

    /// <summary>The same day and time of the next month; where that month is shorter, its last day.</summary>
    public static DateTimeOffset Month(DateTimeOffset from) => from.ToUniversalTime().AddMonths(1);

    private static Clock Hours(Duty duty, string maker, DateTimeOffset? aware, TimeSpan limit, string clause, IReadOnlyDictionary<Duty, DateTimeOffset> sent) =>
        new(duty, maker, aware?.ToUniversalTime() + limit, aware is null ? NotAware : $"{(int)limit.TotalHours} hours after becoming aware ({clause})", Sent(sent, duty));

    private static Clock TellUsers(string maker, DateTimeOffset? aware, IReadOnlyDictionary<Duty, DateTimeOffset> sent) =>
        new(Duty.TellUsers, maker, null, aware is null ? NotAware : "without undue delay after becoming aware; the law names no hours (Article 14(8))", Sent(sent, Duty.TellUsers));

    // A measure that was there before anyone was aware gives no time that has already run out.
    private static DateTimeOffset? Later(DateTimeOffset? measure, DateTimeOffset? aware) => measure is null ? null : (measure > aware ? measure : aware)?.ToUniversalTime();

    private static DateTimeOffset? Sent(IReadOnlyDictionary<Duty, DateTimeOffset> sent, Duty duty) => sent.TryGetValue(duty, out var at) ? at.ToUniversalTime() : null;
}
