using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Trust;

namespace Assay.Labels.Tests;

/// <summary>Changed, cut and stretched bytes in every form that comes over the network: each is read or refused in our own words, and never anything else.</summary>
public sealed class HostileBytesTests : IDisposable
{
    private readonly Samples samples = new();

    public void Dispose() => samples.Dispose();

    [Theory]
    [InlineData("status list")]
    [InlineData("notices")]
    [InlineData("log entry")]
    [InlineData("checkpoint")]
    [InlineData("bundle")]
    [InlineData("verifier key")]
    [InlineData("log key")]
    [InlineData("zlib")]
    public void Whatever_comes_is_read_or_refused(string form)
    {
        var (good, read) = Form(form);
        read(good);
        var random = new Random(form.Length * 7919);
        int refused = 0, passed = 0;
        for (var i = 0; i < 4000; i++)
        {
            var bytes = good.ToArray().ToList();
            for (var changes = random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                    case 1: bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 9))); break;
                    case 2: bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 9))); break;
                    default: bytes[at] = (byte)random.Next(256); break;
                }
            }
            try
            {
                read([.. bytes]);
                passed++;
            }
            catch (UnreadableException)
            {
                refused++;
            }
        }
        Assert.True(refused > 0, $"{refused} refused, {passed} read");
    }

    private (byte[] Good, Action<byte[]> Read) Form(string form)
    {
        var end = Samples.Now.AddDays(1);
        const string Uri = "https://o.example/status/1";
        var list = new StatusList(4000);
        list[7] = LabelState.Suspended;
        var key = LogKey.Create();
        return form switch
        {
            "status list" => (StatusListToken.Sign(samples.Issuer, list, Uri, Samples.Now, end, TimeSpan.FromMinutes(5), 3), b => StatusListToken.Read(b)),
            "notices" => (NoticeList.Sign(samples.Issuer, [new(7, NoticeKind.Suspended, null, "why", "authority", Samples.Now)], Uri, Samples.Now, end), b => NoticeList.Read(b)),
            "log entry" => (new LogEntry { Issuer = "o", Subject = "a/b", At = Samples.Now, Label = new byte[8], Issued = new(new byte[32], new byte[32], new byte[32], Uri, 7) }.Sign(samples.Issuer), b => LogEntry.Read(b)),
            "checkpoint" => (Checkpoint.Sign(key, "o.example/log", 7, new byte[32]), b => Checkpoint.Read(b).Verify(key.Verifier("o.example/log"))),
            "bundle" => ([0, 3, 1, 2, 3, 0, 0, 0, 1, 9], b => Tiles.ReadEntries(b, 3)),
            "verifier key" => (Encoding.UTF8.GetBytes(key.Verifier("o.example/log").ToString()), b => LogVerifier.Read(Encoding.UTF8.GetString(b))),
            "log key" => (Encoding.UTF8.GetBytes(key.ToPem()), b => LogKey.FromPem(Encoding.UTF8.GetString(b))),
            _ => (list.Compressed(), b => StatusList.Read(2, b)),
        };
    }
}
