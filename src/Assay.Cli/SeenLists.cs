using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary>The last status list of each address that was verified on this machine, in <c>seen/</c> of the configuration folder: who serves an older one is found out, and who is offline still has it.</summary>
internal sealed class SeenLists(string folder, TrustList trust, DateTimeOffset asOf)
{
    private const string Status = ".status.cwt", Notices = ".notices.cwt";

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
    }

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
            var status = File.ReadAllBytes(file);
            var beside = file[..^Status.Length] + Notices;
            if (!File.Exists(beside) || new FileInfo(beside).Length > NoticeList.MaxBytes) return StatusSnapshot.Of(status, null, trust, asOf);
            try
            {
                return StatusSnapshot.Of(status, File.ReadAllBytes(beside), trust, asOf);
            }
            catch (UnreadableException)
            {
                return StatusSnapshot.Of(status, null, trust, asOf);
            }
        }
        catch (UnreadableException)
        {
            // Another trust list or another date than when it was kept.
            return null;
        }
    }

    private static string Name(StatusSnapshot one) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{one.Signer.Name}\n{one.Token.Uri}")))[..32];
}
