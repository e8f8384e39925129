using System.Collections.Concurrent;
using System.Globalization;
using Assay.Exchange.Cases;
using Assay.Registry.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Assay.Registry.Cases;

/// <summary>Every case, as the list of its events. In an event a person stands by id; the name is looked up when it is shown, so that it can be forgotten.</summary>
public sealed class CaseShelf
{
    public const string Schema = """
        create table if not exists cases (id text primary key, label text, incident text unique, opened text not null);
        create table if not exists case_names (label text not null, name text not null, case_id text not null references cases (id), primary key (label, name)) without rowid;
        create table if not exists case_events (case_id text not null references cases (id), number integer not null, record blob not null, primary key (case_id, number)) without rowid;
        create table if not exists case_numbers (year integer primary key, last integer not null);
        create index if not exists cases_of_label on cases (label);
        """;

    private readonly Database database;
    private readonly ConcurrentDictionary<string, Case> all = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> byLabel = new(StringComparer.Ordinal);

    public CaseShelf(Database database)
    {
        this.database = database;
        foreach (var events in database.Read(c => c.Query<Row>("select case_id CaseId, record Record from case_events order by case_id, number").ToList()).GroupBy(r => r.CaseId, StringComparer.Ordinal))
            Know(Case.Of(events.Key, [.. events.Select(e => CaseJson.ReadEvent(e.Record))]));
    }

    private void Know(Case one)
    {
        all[one.Id] = one;
        if (one.Label is { } label) byLabel.GetOrAdd(label.Id, _ => new(StringComparer.Ordinal))[one.Id] = true;
    }

    public Case? Find(string id) => all.GetValueOrDefault(id);

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Case> All => [.. all.Values.OrderByDescending(c => c.SignalledAt).ThenByDescending(c => c.Id, StringComparer.Ordinal)];

    public IReadOnlyList<Case> OfLabel(string label) => byLabel.TryGetValue(label, out var ids) ? [.. ids.Keys.Select(id => all[id])] : [];

    /// <summary>The case of this label under any of these names.</summary>
    public Case? Find(string label, IEnumerable<string> names) => database.Read(c =>
        c.QueryFirstOrDefault<string>("select case_id from case_names where label = @label and name in @names order by case_id", new { label, names })) is { } id ? Find(id) : null;

    public Case? FindIncident(string gateway, string incident) =>
        database.Read(c => c.QueryFirstOrDefault<string>("select id from cases where incident = @key", new { key = $"{gateway} {incident}" })) is { } id ? Find(id) : null;

    /// <summary>Keeps what is new of each case: all of it, or after a stop nothing.</summary>
    /// <param name="prepare">Told the number of the next case; gives the cases as they are after the act.</param>
    public IReadOnlyList<Case> Keep(Func<Func<DateTimeOffset, string>, IReadOnlyList<Case>> prepare)
    {
        var kept = database.Write((c, t) =>
        {
            var cases = prepare(at => NextId(c, t, at));
            foreach (var one in cases) Insert(c, t, one);
            return cases;
        });
        foreach (var one in kept) Know(one);
        return kept;
    }

    private static string NextId(SqliteConnection c, SqliteTransaction t, DateTimeOffset at)
    {
        var number = c.ExecuteScalar<long>("insert into case_numbers (year, last) values (@Year, 1) on conflict (year) do update set last = last + 1 returning last", new { at.UtcDateTime.Year }, t);
        return string.Create(CultureInfo.InvariantCulture, $"C-{at.UtcDateTime.Year:0000}-{number:0000}");
    }

    private void Insert(SqliteConnection c, SqliteTransaction t, Case one)
    {
        var known = all.GetValueOrDefault(one.Id)?.Events.Count ?? 0;
        if (known == 0)
        {
            c.Execute("insert into cases (id, label, incident, opened) values (@Id, @label, @incident, @opened)", new
            {
                one.Id,
                label = one.Label?.Id,
                incident = one.Incident is { } incident ? $"{incident.Gateway} {incident.Id}" : null,
                opened = Evidence.EvidenceJson.Time(one.SignalledAt),
            }, t);
        }
        foreach (var chain in one.Chains)
        {
            foreach (var name in chain.Advisory.Aliases.Append(chain.Advisory.Id).Distinct(StringComparer.Ordinal))
                c.Execute("insert into case_names (label, name, case_id) values (@label, @name, @Id) on conflict do nothing", new { label = chain.Label.Id, name, one.Id }, t);
        }
        for (var i = known; i < one.Events.Count; i++)
            c.Execute("insert into case_events (case_id, number, record) values (@Id, @i, @record)", new { one.Id, i, record = CaseJson.Event(one.Events[i]) }, t);
    }

    private sealed record Row(string CaseId, byte[] Record);
}
