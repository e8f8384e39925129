using System.Buffers.Text;
using System.Security.Cryptography;
using Assay.Registry.Access;
using Assay.Registry.Labels;
using Assay.Registry.Status;
using Assay.Registry.Storage;

namespace Assay.Registry;

/// <summary>The registry put together: what its endpoints work with.</summary>
public sealed class Office : IDisposable
{
    public required RegistrySettings Settings { get; init; }
    public required TimeProvider Time { get; init; }
    /// <summary>As others reach it, without a slash at its end.</summary>
    public required string Address { get; init; }
    public required Database Database { get; init; }
    public required People People { get; init; }
    public required Sessions Sessions { get; init; }
    public required SignInLimit SignInLimit { get; init; }
    /// <summary>Of the link for the first administrator; null where there was one at the start.</summary>
    public required string? StartToken { get; init; }
    public required LabelShelf Shelf { get; init; }
    public required StatusDesk Desk { get; init; }
    public required Wakeups Wakeups { get; init; }
    public required Ledger Ledger { get; init; }

    /// <summary>Tables of each feature.</summary>
    public static readonly IReadOnlyList<string> Schemas = [People.Schema, Ledger.Schema, LabelShelf.Schema];

    public static Office Open(RegistrySettings settings, string address, TimeProvider time, Action<string> warn)
    {
        var database = Database.Open(settings.File("registry.db"), Schemas);
        var wakeups = new Wakeups();
        var ledger = new Ledger(database, wakeups);
        var people = new People(database, time);
        var shelf = new LabelShelf(database, settings.File("labels"));
        return new Office
        {
            Settings = settings,
            Time = time,
            Address = address,
            Database = database,
            People = people,
            Sessions = new Sessions(time),
            SignInLimit = new SignInLimit(time),
            StartToken = people.HasAdministrator ? null : Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)),
            Shelf = shelf,
            Ledger = ledger,
            Desk = new StatusDesk(database, shelf, ledger, time),
            Wakeups = wakeups,
        };
    }

    public void Dispose() => Database.Dispose();
}
