using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Token;
using Assay.Registry.Status;
using Assay.Registry.Storage;
using Assay.Software.Components;
using Assay.Software.Sbom;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Assay.Registry.Labels;

/// <summary>Every label of this registry: signed files in a folder of their own each, an index in the database.</summary>
public sealed class LabelShelf(Database database, string folder)
{
    public const string Schema = """
        create table if not exists labels (
          id text primary key, subject text not null, maker text not null, model text not null, level integer, profile text, version_from text, version_to text,
          support_end text, issued text not null, expires text not null, slot integer not null unique, log_index integer not null, standing text not null,
          update_below text, since text not null, inventory text, update_hosts text not null, words text not null);
        create table if not exists history (
          log_index integer primary key, label text not null references labels (id), at text not null, standing text not null, update_below text, reason text not null,
          role text not null, look_again text, case_id text, commitment blob);
        create index if not exists history_of_label on history (label);
        create index if not exists labels_of_standing on labels (standing) where standing <> 'InForce';
        """;

    public const string Statement = "statement.cose", Decision = "decision.cose", Hallmark = "hallmark.cose", Certificate = "certificate.cose",
        Receipt = "receipt.cose", Picture = "label.svg", Bitmap = "label.png", Materials = "sbom.json", Hosts = "update-hosts.txt";

    /// <summary>Whether a text can be the id of a label: only then it may become part of a path.</summary>
    public static bool IsId(string id) => id.Length == 16 && id.All(char.IsAsciiHexDigitLower);

    public LabelRecord? Find(string id) => !IsId(id) ? null : database.Read(c => c.QuerySingleOrDefault<Row>($"select {Columns} from labels where id = @id", new { id })?.Record());

    /// <summary>All labels, the newest first; expired and withdrawn ones too.</summary>
    public IReadOnlyList<LabelRecord> All() => database.Read(c => c.Query<Row>($"select {Columns} from labels order by log_index desc").Select(r => r.Record()).ToList());

    public long Count => database.Read(c => c.ExecuteScalar<long>("select count(*) from labels"));

    /// <summary>Labels whose maker, model, product identity or number contain every word, the newest first.</summary>
    public IReadOnlyList<LabelRecord> Search(string words, int most, int skip = 0) => database.Read(c =>
    {
        var parameters = new DynamicParameters(new { most, skip });
        var conditions = new List<string>();
        foreach (var word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(8))
        {
            parameters.Add($"w{conditions.Count}", $"%{Like(word.ToLowerInvariant())}%");
            conditions.Add($"words like @w{conditions.Count} escape '\\'");
        }
        var where = conditions.Count == 0 ? "" : $"where {string.Join(" and ", conditions)}";
        return c.Query<Row>($"select {Columns} from labels {where} order by log_index desc limit @most offset @skip", parameters).Select(r => r.Record()).ToList();
    });

    /// <summary>Everything that happened to a label after its issue, the oldest first.</summary>
    public IReadOnlyList<HistoryLine> History(string id) => database.Read(c => c.Query<HistoryRow>("""
        select h.log_index LogIndex, h.at At, h.standing Standing, h.update_below UpdateBelow, h.reason Reason, h.role Role, h.look_again LookAgain, h.case_id CaseId, p.name Name
        from history h left join acts a on a.commitment = h.commitment left join people p on p.id = a.person where h.label = @id order by h.log_index
        """, new { id }).Select(h => new HistoryLine(h.LogIndex, Time(h.At), Enum.Parse<Standing>(h.Standing), h.UpdateBelow, h.Reason, h.Role,
            h.LookAgain is null ? null : DateOnly.ParseExact(h.LookAgain, "yyyy-MM-dd", CultureInfo.InvariantCulture), h.CaseId, h.Name)).ToList());

    /// <summary>A file of a label; null where it has none of this name.</summary>
    public byte[]? File(string id, string name)
    {
        if (!IsId(id)) return null;
        var file = Path.Combine(FolderOf(id), name);
        return System.IO.File.Exists(file) ? System.IO.File.ReadAllBytes(file) : null;
    }

    /// <summary>The components that the label's bill of materials names; empty where none was handed in.</summary>
    public IReadOnlyList<Component> Inventory(string id) => File(id, Materials) is { } bill ? BillOfMaterials.Read(Materials, bill).Components : [];

    /// <summary>The row of a label, out of its files and the log's word.</summary>
    /// <exception cref="UnreadableException">Its files are not there or are others: a copy of the folder is not whole.</exception>
    internal LabelRecord Describe(string id, LabelIssued issued, long logIndex)
    {
        var file = File(id, Certificate) ?? throw new UnreadableException($"the files of the label {id} in {folder}, which the log names", "none", 0);
        if (!SHA256.HashData(file).AsSpan().SequenceEqual(issued.Certificate.Span)) throw new UnreadableException($"the certificate of the label {id} that the log names", "another", 0);
        var certificate = Assay.Labels.Token.Certificate.Read(file);
        return new LabelRecord
        {
            Id = id,
            Subject = certificate.Subject,
            Maker = certificate.Maker,
            Model = certificate.Model,
            Level = certificate.Level,
            Versions = certificate.Versions,
            SupportEnd = certificate.SupportEnd,
            IssuedAt = certificate.IssuedAt,
            Expires = certificate.Expires,
            Slot = issued.Index,
            LogIndex = logIndex,
            Standing = Standing.InForce,
            Since = certificate.IssuedAt,
            Inventory = File(id, Materials) is { } bill ? Convert.ToHexStringLower(SHA256.HashData(bill)) : null,
            UpdateHosts = File(id, Hosts) is { } hosts ? Encoding.ASCII.GetString(hosts).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [],
        };
    }

    /// <summary>One more file of a label that is there.</summary>
    internal void Keep(string id, string name, byte[] content) => DurableFile.Write(Path.Combine(FolderOf(id), name), content);

    /// <summary>Files of a label in its folder, all of them there when this returns. A folder of this id that no log entry names is replaced.</summary>
    internal void Put(string id, IEnumerable<(string Name, byte[] Content)> files)
    {
        var target = FolderOf(id);
        if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
        Directory.CreateDirectory(target);
        foreach (var (name, content) in files) DurableFile.Write(Path.Combine(target, name), content);
        DurableFile.FlushFolder(folder);
    }

    /// <summary>Removes the folders of labels that never came into the log: a stop between files and entry.</summary>
    internal void Sweep()
    {
        if (!Directory.Exists(folder)) return;
        var known = database.Read(c => c.Query<string>("select id from labels").ToHashSet(StringComparer.Ordinal));
        foreach (var left in Directory.EnumerateDirectories(folder).Where(f => IsId(Path.GetFileName(f)) && !known.Contains(Path.GetFileName(f))).ToList()) Directory.Delete(left, recursive: true);
    }

    internal bool IsTaken(long slot) => database.Read(c => c.ExecuteScalar<long>("select count(*) from labels where slot = @slot", new { slot })) > 0;

    internal string FolderOf(string id) => Path.Combine(folder, id);

    internal static string Time(DateTimeOffset time) => EvidenceJson.Time(time);
    internal static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    internal static void Insert(SqliteConnection c, SqliteTransaction t, LabelRecord label) => c.Execute($"""
        insert into labels ({Columns}, words) values (@Id, @Subject, @Maker, @Model, @Level, @Profile, @VersionFrom, @VersionTo, @SupportEnd, @Issued, @Expires, @Slot, @LogIndex,
          @Standing, @UpdateBelow, @Since, @Inventory, @UpdateHosts, @words) on conflict (id) do nothing
        """, new
    {
        label.Id,
        label.Subject,
        label.Maker,
        label.Model,
        label.Level.Level,
        label.Level.Profile,
        VersionFrom = label.Versions.From,
        VersionTo = label.Versions.UpTo,
        SupportEnd = label.SupportEnd?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Issued = Time(label.IssuedAt),
        Expires = Time(label.Expires),
        label.Slot,
        label.LogIndex,
        Standing = label.Standing.ToString(),
        label.UpdateBelow,
        Since = Time(label.Since),
        label.Inventory,
        UpdateHosts = string.Join('\n', label.UpdateHosts),
        words = $"{label.Maker} {label.Model} {label.Subject} {label.Id}".ToLowerInvariant(),
    }, t);

    private const string Columns = "id, subject, maker, model, level, profile, version_from, version_to, support_end, issued, expires, slot, log_index, standing, update_below, since, inventory, update_hosts";

    private static string Like(string word) => word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    // Named as the columns are; Dapper fills it.
    private sealed record Row(string id, string subject, string maker, string model, long? level, string? profile, string? version_from, string? version_to, string? support_end,
        string issued, string expires, long slot, long log_index, string standing, string? update_below, string since, string? inventory, string update_hosts)
    {
        public LabelRecord Record() => new()
        {
            Id = id,
            Subject = subject,
            Maker = maker,
            Model = model,
            Level = new ProfileLevel((int?)level, profile),
            Versions = new VersionRange(version_from, version_to),
            SupportEnd = support_end is null ? null : DateOnly.ParseExact(support_end, "yyyy-MM-dd", CultureInfo.InvariantCulture),
            IssuedAt = Time(issued),
            Expires = Time(expires),
            Slot = slot,
            LogIndex = log_index,
            Standing = Enum.Parse<Standing>(standing),
            UpdateBelow = update_below,
            Since = Time(since),
            Inventory = inventory,
            UpdateHosts = update_hosts.Length == 0 ? [] : update_hosts.Split('\n'),
        };
    }

    private sealed record HistoryRow(long LogIndex, string At, string Standing, string? UpdateBelow, string Reason, string Role, string? LookAgain, string? CaseId, string? Name);
}
