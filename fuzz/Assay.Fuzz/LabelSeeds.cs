using System.Security.Cryptography;
using System.Text;
using Assay.Labels.Log;
using Assay.Labels.QrCode;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Fuzz;

/// <summary>Small valid inputs that no writer of the system makes: labels, lists, what a log holds, codes. Keys are made anew each time.</summary>
internal static class LabelSeeds
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private const string Uri = "https://office.example/status/1";

    /// <summary>Name and bytes of each seed; none for a target whose seeds the system's writers make.</summary>
    internal static IEnumerable<(string Name, byte[] Bytes)> Of(string target)
    {
        using var key = SigningKey.Create();
        return target switch
        {
            "tokens" => [.. Tokens(key)],
            "lists" => [.. Lists(key)],
            "logs" => [.. Logged(key)],
            "codes" => [.. Codes(key)],
            _ => [],
        };
    }

    private static Hallmark Label => new()
    {
        Issuer = "office",
        Subject = "Lumen/Doorbell",
        IssuedAt = At,
        Expires = At.AddYears(2),
        TokenId = new byte[8],
        Status = new StatusPointer("s/1", 3),
        Level = new ProfileLevel(2, null),
        Versions = new VersionRange("1.1", null),
        SupportEnd = new DateOnly(2031, 12, 31),
        Certificate = new byte[16],
    };

    private static IEnumerable<(string, byte[])> Tokens(SigningKey key)
    {
        yield return ("hallmark", Label.Sign(key));
        yield return ("certificate", new Certificate
        {
            Issuer = "office",
            Subject = "Lumen/Doorbell",
            IssuedAt = At,
            Expires = At.AddYears(2),
            TokenId = new byte[8],
            Status = new StatusPointer("s/1", 3),
            Level = new ProfileLevel(2, null),
            Versions = new VersionRange("1.1", null),
            SupportEnd = new DateOnly(2031, 12, 31),
            Maker = "Lumen",
            Model = "Doorbell",
            Examined = ["1.1"],
            AsOf = At,
            Editions = ["EN 303 645 V2.1.1"],
            Limits = ["one model"],
            NotChecked = [],
            Grades = [new("tool", 41)],
            Evidence = [new("firmware/doorbell.bin", new string('a', 64))],
            Assessor = "lab",
            DecidedBy = "A. Example",
            DecidedAs = "head of office",
            Statement = new byte[32],
            Decision = new byte[32],
        }.Sign(key));
    }

    private static IEnumerable<(string, byte[])> Lists(SigningKey key)
    {
        var (before, after) = (new StatusList(64), new StatusList(64));
        after[3] = LabelState.Withdrawn;
        after[9] = LabelState.Suspended;
        yield return ("status", StatusListToken.Sign(key, after, Uri, At, At.AddDays(1), TimeSpan.FromMinutes(5), 1));
        yield return ("delta", StatusDelta.Sign(key, before, after, Uri, 1, 2, At, At.AddDays(1)));
        yield return ("notices", NoticeList.Sign(key, [new Notice(3, NoticeKind.UpdateNeeded, "1.2", "a reason", "office", At)], Uri, At, At.AddDays(1)));
        var pem = new string(PemEncoding.Write("PUBLIC KEY", key.Public.Spki.Span)).ReplaceLineEndings("\\n");
        var json = Encoding.UTF8.GetBytes($$"""{"schema":"assay/trust/1","domain":"SG","issuers":[{"name":"Office","kind":"authority","roles":["issuer"],"from":"2026-01-01","to":"2030-12-31","key":"{{pem}}"}],"recognitions":[{"of":"FI","issuer":"Agency","levels":[{"theirs":2,"ours":3}],"categories":["router"],"from":"2021-10-06","to":"2027-12-31","source":"a memorandum"}]}""");
        yield return ("trust.json", json);
        yield return ("trust.cose", SignedTrustList.Sign(key, json, "Office", At, At.AddDays(90), 1));
    }

    private static IEnumerable<(string, byte[])> Logged(SigningKey key)
    {
        var folder = Directory.CreateTempSubdirectory("assay-fuzz-").FullName;
        try
        {
            var entry = new LogEntry { Issuer = "office", Subject = "Lumen/Doorbell", At = At, Label = new byte[8], Issued = new(new byte[32], new byte[32], new byte[32], Uri, 3) }.Sign(key);
            var signer = LogKey.Create();
            using (var log = LogWriter.Open(folder, "office.example/log", signer, TimeProvider.System)) log.AppendAll([entry, entry, entry]);
            var reader = new LogReader(LogReader.Folder(folder));
            return
            [
                ("entry", entry),
                ("checkpoint", File.ReadAllBytes(Path.Combine(folder, Tiles.Checkpoint))),
                ("receipt", Receipt.Sign(signer, reader, 1)),
                ("key", File.ReadAllBytes(Path.Combine(folder, LogWriter.KeyFile))),
                ("proof", Encoding.UTF8.GetBytes("c2sp.org/tlog-proof@v1\nindex 1\n" + Convert.ToBase64String(reader.LeafHash(0)) + "\n\n" + File.ReadAllText(Path.Combine(folder, Tiles.Checkpoint)))),
                ("policy", Encoding.UTF8.GetBytes($"log {File.ReadAllText(Path.Combine(folder, LogWriter.KeyFile)).Trim()} https://office.example/log\nquorum none\n")),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<(string, byte[])> Codes(SigningKey key)
    {
        var picture = new LabelPicture { Code = QrCode.OfAddress(LabelAddress.Write(Label.Sign(key)), QrLevel.M), Words = "", Scale = 2 };
        yield return ("png", picture.ToPng());
        yield return ("svg", Encoding.UTF8.GetBytes(picture.ToSvg()));
    }
}
