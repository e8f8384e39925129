using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary>The last status list of each address that was verified on this machine, in <c>seen/</c> of the configuration folder: who serves an older one is found out, and who is offline still has it. Signed deltas that were fetched since lie beside it, each under the edition that it follows.</summary>
internal sealed class SeenLists(string folder, TrustList trust, DateTimeOffset asOf)
{
    private const string Status = ".status.cwt", Notices = ".notices.cwt", Delta = ".delta.cwt";

    /// <summary>The list of this address and signer that was seen last; null where there is none that holds today.</summary>
    public StatusSnapshot? Before(StatusSnapshot one) => Open(Path.Combine(folder, Name(one) + Status));

    /// <summary>The newest list that a label's pointer may mean, of a signer with one of these names.</summary>
    public StatusSnapshot? For(StatusPointer pointer, IReadOnlyCollection<string> names) =>
        (Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Status) : [])
            .Select(Open).OfType<StatusSnapshot>().Where(s => s.Against(pointer) is null && names.Contains(s.Signer.Name)).MaxBy(s => s.AsOf);

    /// <exception cref="IOException"/>
    public void Keep(StatusSnapshot one, ReadOnlyMemory<byte> status, ReadOnlyMemory<byte>? notices)
    {
        Directory.CreateDirectory(folder);
        // The notices first: older ones do not count beside a newer list.
        if (notices is { IsEmpty: false } explained && one.Notices is not null) Put(Name(one) + Notices, explained);
        Put(Name(one) + Status, status);
        foreach (var delta in Deltas(Name(one))) File.Delete(delta);
    }

    /// <summary>What followed the list that is kept; it stays as it is.</summary>
    /// <exception cref="IOException"/>
    public void Follow(StatusSnapshot one, IEnumerable<(long From, byte[] Delta)> deltas, ReadOnlyMemory<byte> notices)
    {
        Put(Name(one) + Notices, notices);
        foreach (var (from, delta) in deltas) Put(DeltaName(Name(one), from), delta);
    }

    /// <summary>How many bytes deltas may still have, so that list and deltas stay cheaper than two lists: half of the list, less what is kept of them.</summary>
    public int Room(StatusSnapshot one) => (int)(new FileInfo(Path.Combine(folder, Name(one) + Status)).Length / 2 - Deltas(Name(one)).Sum(d => new FileInfo(d).Length));

    private string[] Deltas(string name) => Directory.GetFiles(folder, $"{name}.*{Delta}");

    private static string DeltaName(string name, long from) => $"{name}.{from.ToString(CultureInfo.InvariantCulture)}{Delta}";

    private void Put(string name, ReadOnlyMemory<byte> bytes)
    {
        var draft = Path.Combine(folder, $".{name}.{Environment.ProcessId}");
        File.WriteAllBytes(draft, bytes.Span);
        File.Move(draft, Path.Combine(folder, name), overwrite: true);
    }

    private StatusSnapshot? Open(string file)
    {
        try
        {
            if (!File.Exists(file) || new FileInfo(file).Length > StatusListToken.MaxBytes) return null;
            var list = StatusSnapshot.Of(File.ReadAllBytes(file), null, trust, asOf);
            var name = file[..^Status.Length];
            while (list.Token.Edition is { } edition && Follows(list, DeltaName(name, edition)) is { } next) list = next;
            return Beside(name + Notices, NoticeList.MaxBytes, notices => list.With(notices, trust, asOf)) ?? list;
        }
        catch (UnreadableException)
        {
            // Another trust list or another date than when it was kept.
            return null;
        }
    }

    private StatusSnapshot? Follows(StatusSnapshot list, string file) => Beside(file, StatusDelta.MaxBytes, delta => list.After(delta, null, trust, asOf));

    // Null where there is nothing, or nothing that holds.
    private static StatusSnapshot? Beside(string file, int maxBytes, Func<byte[], StatusSnapshot> read)
    {
        if (!File.Exists(file) || new FileInfo(file).Length > maxBytes) return null;
        try
        {
            return read(File.ReadAllBytes(file));
        }
        catch (UnreadableException)
        {
            return null;
        }
    }

    private static string Name(StatusSnapshot one) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{one.Signer.Name}\n{one.Token.Uri}")))[..32];
}
