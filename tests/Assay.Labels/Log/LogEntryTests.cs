using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Labels.Tests;

/// <summary>What the log holds of a label: signed, read back, without a person's name.</summary>
public sealed class LogEntryTests : IDisposable
{
    private readonly Samples samples = new();

    private static LogEntry Issued => new()
    {
        Issuer = "office",
        Subject = "Lumen/Doorbell",
        At = Samples.Now,
        Label = new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 },
        Issued = new(Bytes(1), Bytes(2), Bytes(3), "https://office.example/status/1", 4711),
    };

    private static LogEntry Changed(byte[] commitment) => Issued with
    {
        Issued = null,
        Changed = new(4711, LabelState.Notice, NoticeKind.UpdateNeeded, "1.2", "the log-in is known", "market surveillance", commitment, new DateOnly(2027, 1, 1), "2026-7"),
    };

    public void Dispose() => samples.Dispose();

    [Fact]
    public void An_entry_comes_back_as_it_was_signed()
    {
        var issued = LogEntry.Read(Issued.Sign(samples.Issuer));
        Assert.True(issued.Message!.Verify(samples.Issuer.Public));
        Assert.False(issued.Message.Verify(samples.Decider.Public));
        Assert.Equal(("office", "Lumen/Doorbell", Samples.Now, 4711L, "https://office.example/status/1"), (issued.Issuer, issued.Subject, issued.At, issued.Issued!.Index, issued.Issued.StatusUri));
        Assert.Equal(Bytes(2), issued.Issued.Statement.ToArray());
        Assert.Null(issued.Changed);
        var changed = LogEntry.Read(Changed(Bytes(9)).Sign(samples.Issuer)).Changed!;
        Assert.Equal((LabelState.Notice, NoticeKind.UpdateNeeded, "1.2", "market surveillance", new DateOnly(2027, 1, 1), "2026-7"), (changed.State, changed.Kind!.Value, changed.UpdateBelow, changed.Role, changed.LookAgain!.Value, changed.Case));
        Assert.Null(LogEntry.Read((Changed(Bytes(9)) with { Changed = Changed(Bytes(9)).Changed! with { State = LabelState.InForce, Kind = null, UpdateBelow = null, Case = null, LookAgain = null } }).Sign(samples.Issuer)).Changed!.Kind);
    }

    [Fact]
    public void It_commits_to_a_name_and_does_not_hold_it()
    {
        var salt = Bytes(5)[..LogEntry.SaltBytes];
        var entry = Changed(LogEntry.Commit(salt, "A. Example")).Sign(samples.Issuer);
        Assert.False(entry.AsSpan().IndexOf(Encoding.UTF8.GetBytes("Example")) >= 0);
        Assert.Equal(LogEntry.Commit(salt, "A. Example"), LogEntry.Read(entry).Changed!.Commitment.ToArray());
        Assert.NotEqual(LogEntry.Commit(salt, "B. Example"), LogEntry.Commit(salt, "A. Example"));
        Assert.NotEqual(LogEntry.Commit(Bytes(6)[..LogEntry.SaltBytes], "A. Example"), LogEntry.Commit(salt, "A. Example"));
    }

    [Fact]
    public void Both_neither_and_anything_else_that_we_sign_are_no_entry()
    {
        Assert.Throws<UnreadableException>(() => (Issued with { Issued = null }).Sign(samples.Issuer));
        Assert.Throws<UnreadableException>(() => (Issued with { Changed = Changed(Bytes(1)).Changed }).Sign(samples.Issuer));
        Assert.Throws<UnreadableException>(() => LogEntry.Read(Samples.Hallmark().Sign(samples.Issuer)));
        Assert.Throws<UnreadableException>(() => LogEntry.Read(samples.Statement()));
        var entry = Issued.Sign(samples.Issuer);
        Assert.Throws<UnreadableException>(() => SignedFile.Read(entry));
        for (var bit = 0; bit < entry.Length * 8; bit += 3)
        {
            var forged = (byte[])entry.Clone();
            forged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(Holds(forged), $"bit {bit}");
        }

        bool Holds(byte[] bytes)
        {
            try
            {
                return LogEntry.Read(bytes).Message!.Verify(samples.Issuer.Public);
            }
            catch (UnreadableException)
            {
                return false;
            }
        }
    }

    private static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, 32)];
}
