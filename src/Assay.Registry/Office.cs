using System.Buffers.Text;
using System.Security.Cryptography;
using Assay.Labels.Trust;
using Assay.Registry.Advisories;
using Assay.Registry.Cases;
using Assay.Registry.Labels;
using Assay.Registry.Publications;
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
    public required RegistryKeys Keys { get; init; }
    public required TrustShelf Trust { get; init; }
    public required IssuingDesk Issuing { get; init; }
    public required SignedLists Lists { get; init; }
    public required Cosignatures Cosignatures { get; init; }
    public required CaseDesk Cases { get; init; }
    public required Gateways Gateways { get; init; }
    public required AdvisoryDesk Advisories { get; init; }
    public required PublicationDesk Publications { get; init; }
    /// <summary>The registry's own keys as a trust list; <see cref="OwnTrust"/> is the same, read.</summary>
    public required byte[] TrustFile { get; init; }
    public required TrustList OwnTrust { get; init; }

    /// <summary>Tables of each feature.</summary>
    public static readonly IReadOnlyList<string> Schemas = [People.Schema, Ledger.Schema, LabelShelf.Schema, CaseShelf.Schema, Gateways.Schema, AdvisoryDesk.Schema, PublicationDesk.Schema];

    public static Office Open(RegistrySettings settings, string address, TimeProvider time, Action<string> warn)
    {
        var keys = RegistryKeys.Open(settings, warn);
        var database = Database.Open(settings.File("registry.db"), Schemas);
        try
        {
            var wakeups = new Wakeups();
            var people = new People(database, time);
            var shelf = new LabelShelf(database, settings.File("labels"));
            var trust = new TrustShelf(settings.File("trust"));
            var lists = new SignedLists(settings, address, keys, database, time);
            var ledger = new Ledger(settings, keys, database, shelf, lists, wakeups, time);
            var desk = new StatusDesk(settings, database, shelf, ledger, time);
            var cases = new CaseDesk(new CaseShelf(database), shelf, desk, people, time);
            var own = keys.TrustList(settings, address);
            return new Office
            {
                Settings = settings,
                Time = time,
                Address = address,
                Database = database,
                Keys = keys,
                People = people,
                Sessions = new Sessions(time),
                SignInLimit = new SignInLimit(time),
                StartToken = people.HasAdministrator ? null : Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)),
                Shelf = shelf,
                Trust = trust,
                Lists = lists,
                Cosignatures = Cosignatures.Open(settings, keys, time),
                Ledger = ledger,
                Issuing = new IssuingDesk(settings, address, keys, shelf, trust, lists, ledger, time),
                Desk = desk,
                Cases = cases,
                Gateways = new Gateways(database, time),
                Advisories = new AdvisoryDesk(settings.File("advisories.db"), database, shelf, cases, time),
                Publications = new PublicationDesk(settings, address, database),
                Wakeups = wakeups,
                TrustFile = own,
                OwnTrust = TrustList.Read(own, settings.Name),
            };
        }
        catch
        {
            database.Dispose();
            keys.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Advisories.Dispose();
        Ledger.Dispose();
        Database.Dispose();
        Keys.Dispose();
    }
}
