using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>A registry that contradicts itself is found out by its own log.</summary>
public sealed class LogAuditTests : IDisposable
{
    private const string Uri = "https://o.example/status/1";
    private readonly Samples samples = new();

    public void Dispose() => samples.Dispose();

    private byte[] Issued(byte label, long index, string uri = Uri) =>
        new LogEntry { Issuer = "o", Subject = "a/b", At = Samples.Now, Label = new byte[] { label, 0, 0, 0, 0, 0, 0, 0 }, Issued = new(new byte[32], new byte[32], new byte[32], uri, index) }.Sign(samples.Issuer);

    private byte[] Changed(byte label, long index, LabelState state) =>
        new LogEntry
        {
            Issuer = "o",
            Subject = "a/b",
            At = Samples.Now,
            Label = new byte[] { label, 0, 0, 0, 0, 0, 0, 0 },
            Changed = new(index, state, state == LabelState.InForce ? null : state == LabelState.Withdrawn ? NoticeKind.Withdrawn : NoticeKind.Suspended, null, "why", "authority", new byte[32], null, null),
        }.Sign(samples.Issuer);

    private static IReadOnlyList<string> Audit(params byte[][] entries)
    {
        using var scratch = new Scratch();
        using (var writer = LogWriter.Open(scratch.Folder, "o.example/log", LogKey.Create(), TimeProvider.System)) writer.AppendAll([.. entries.Select(e => (ReadOnlyMemory<byte>)e)]);
        return LogAudit.Of(new LogReader(LogReader.Folder(scratch.Folder)));
    }

    [Fact]
    public void An_honest_log_contradicts_nothing() => Assert.Empty(Audit(
        [.. Enumerable.Range(0, 300).Select(_ => "of another kind"u8.ToArray()), Issued(1, 7), Issued(2, 8), Issued(3, 7, "https://o.example/status/2"),
        Changed(1, 7, LabelState.Suspended), Changed(1, 7, LabelState.InForce), Changed(1, 7, LabelState.Withdrawn), Changed(2, 8, LabelState.Suspended)]));

    [Fact]
    public void Two_labels_in_one_place_and_what_else_must_not_be_are_told_with_their_entries()
    {
        Assert.Equal($"entries 0 and 1 give place 7 of {Uri} to two labels, 0100000000000000 and 0200000000000000", Assert.Single(Audit(Issued(1, 7), Issued(2, 7))));
        Assert.Contains("two places, 7 and 8", Assert.Single(Audit(Issued(1, 7), Issued(1, 8))), StringComparison.Ordinal);
        Assert.Contains("which no entry before it issued", Assert.Single(Audit(Changed(1, 7, LabelState.Suspended))), StringComparison.Ordinal);
        Assert.Contains("which entry 0 put in place 7", Assert.Single(Audit(Issued(1, 7), Changed(1, 9, LabelState.Suspended))), StringComparison.Ordinal);
        Assert.Contains("entry 2 changes label 0100000000000000, which entry 1 withdrew for ever", Assert.Single(Audit(Issued(1, 7), Changed(1, 7, LabelState.Withdrawn), Changed(1, 7, LabelState.InForce))), StringComparison.Ordinal);
    }
}
