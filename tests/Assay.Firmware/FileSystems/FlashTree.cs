using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>A tree for the writers of flash images, with the device nodes that a table adds, and what a reader of such an image must say.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class FlashTree
{
    private static readonly (string Path, char Type, string Mode, string? Target)[] Nodes =
    [
        ("/dev/console", 'c', "600", "5:1"), ("/dev/disk", 'b', "660", "31:7"), ("/dev/far", 'b', "640", "200:250"), ("/dev/queue", 'p', "644", null),
    ];

    internal FlashTree(Scratch scratch)
    {
        Folder = SquashFsTests.MakeTree(scratch);
        Directory.CreateDirectory(Path.Combine(Folder, "dev"));
        File.WriteAllText(Path.Combine(Folder, "naïve name"), "n");
        File.WriteAllText(Path.Combine(Folder, new string('l', 200)), "long");
        File.WriteAllText(Path.Combine(Folder, "nothing"), "");
        Table = scratch.File("devices");
        File.WriteAllText(Table, string.Concat(Nodes.Select(n => $"{n.Path}\t{n.Type}\t{n.Mode}\t0\t0\t{n.Target?.Split(':')[0] ?? "-"}\t{n.Target?.Split(':')[1] ?? "-"}\t-\t-\t-\n")));
        var rows = SquashFsTests.TreeOfFolder(Folder).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Concat(Nodes.Select(n => $"{n.Path}\t{n.Type}\t{n.Mode}\t-\t{n.Target ?? "-"}\t-"));
        Expected = Sorted(rows);
    }

    internal string Folder { get; }
    /// <summary>The device table that mkfs.jffs2 and mkfs.ubifs take with -D.</summary>
    internal string Table { get; }
    internal string Expected { get; }

    private static string Sorted(IEnumerable<string> rows) =>
        TreeTable.Header + "\n" + string.Concat(rows.OrderBy(r => Encoding.UTF8.GetBytes(r[..r.IndexOf('\t', StringComparison.Ordinal)]), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).Select(r => r + "\n"));

    internal static string TreeOf(IFileSystem files, int workers = 2)
    {
        var hashes = new ConcurrentDictionary<FilePath, string>();
        files.ReadContents((entries, content) =>
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(content));
            foreach (var entry in entries) Assert.True(hashes.TryAdd(entry.Path, hash), $"{entry.Path} was visited twice");
        }, workers, CancellationToken.None);
        return TreeTable.Header + "\n" + string.Concat(files.Entries.Select(e => TreeTable.Row(e, e.Path.Text, hashes.GetValueOrDefault(e.Path)) + "\n"));
    }

    internal static string Text(IFileSystem files, string path)
    {
        string? text = null;
        files.ReadContents((entries, content) =>
        {
            if (entries.Any(e => e.Path.Text == path)) Interlocked.Exchange(ref text, Encoding.Latin1.GetString(content));
        }, 1, CancellationToken.None);
        return text ?? "unread";
    }

    internal static Place Place => new("image", null, 0);

    /// <summary>Whatever is done to an image: no exception, in time, and each file that has no content has a loss.</summary>
    internal static void Mutate(byte[] healthy, int rounds, int seed, Func<byte[], Budget, ImageFileSystem?> open, Action<byte[], Random>? hurt = null)
    {
        var random = new Random(seed);
        var told = 0;
        for (var round = 0; round < rounds; round++)
        {
            var image = healthy.ToArray();
            for (var n = random.Next(1, 20); n > 0; n--)
            {
                if (hurt is not null && random.Next(2) == 0) hurt(image, random);
                else image[random.Next(image.Length)] = (byte)random.Next(256);
            }
            if (round % 7 == 0) image = image[..random.Next(image.Length)];
            if (round % 11 == 0) image.AsSpan(random.Next(image.Length / 2), random.Next(1, image.Length / 3)).Fill((byte)random.Next(256));
            var watch = Stopwatch.StartNew();
            if (open(image, new Budget { FileBytes = 16 << 20, Bytes = 400 << 20, Files = 100_000 }) is not { } files) continue;
            var tree = TreeOf(files);
            Assert.True(watch.Elapsed.TotalSeconds < 10, $"round {round}: {watch.Elapsed}");
            Assert.InRange(files.Length, 0, image.Length);
            if (files.Losses.Count > 0) told++;
            foreach (var row in tree.Split('\n').Where(r => r.Contains("\tf\t", StringComparison.Ordinal) && r.EndsWith("\t-", StringComparison.Ordinal)))
            {
                var path = row[..row.IndexOf('\t', StringComparison.Ordinal)];
                Assert.True(files.Losses.Any(l => l.Location.Path == path), $"round {round}: {path} has no content and no loss");
            }
        }
        Assert.True(told > rounds / 4, $"only {told} of {rounds} damages were told");
    }
}
