using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>A folder with everything that a file system can hold, made anew for each test, and the table of what is in it, told by find and stat.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal static class FreshTree
{
    internal static readonly Place Place = new("image", null, 0);

    /// <param name="plain">Files and folders with names that FAT knows, and nothing else.</param>
    internal static string Make(Scratch scratch, bool plain = false)
    {
        var root = scratch.File("tree");
        var noise = new byte[300_001];
        new Random(20).NextBytes(noise);
        Directory.CreateDirectory(root);
        Directory.CreateDirectory(Path.Combine(root, "deep/er/est/of/all"));
        Directory.CreateDirectory(Path.Combine(root, "empty folder"));
        Directory.CreateDirectory(Path.Combine(root, "many"));
        File.WriteAllBytes(Path.Combine(root, "noise"), noise);
        File.WriteAllBytes(Path.Combine(root, "code"), File.ReadAllBytes(typeof(object).Assembly.Location).AsSpan(0, 700_000).ToArray());
        File.WriteAllBytes(Path.Combine(root, "block"), noise[..4096]);
        File.WriteAllBytes(Path.Combine(root, "block and one"), noise[..4097]);
        File.WriteAllBytes(Path.Combine(root, "mixed"), [.. noise.AsSpan(0, 9000), .. new byte[50_000], .. noise.AsSpan(0, 9001)]);
        File.WriteAllText(Path.Combine(root, "small"), "small");
        File.WriteAllText(Path.Combine(root, "inline"), string.Concat(Enumerable.Repeat("a line in its inode\n", 7)));
        File.WriteAllText(Path.Combine(root, "empty"), "");
        File.WriteAllText(Path.Combine(root, new string('n', 120)), "a long name");
        File.WriteAllText(Path.Combine(root, "Größe und Maß"), "beyond ASCII");
        File.WriteAllText(Path.Combine(root, "deep/er/est/of/all/file"), "deep");
        for (var i = 0; i < 300; i++) File.WriteAllText(Path.Combine(root, "many", $"file-with-a-rather-long-name-{i:d4}"), $"content {i % 50}");
        if (plain) return root;
        File.SetUnixFileMode(Path.Combine(root, "small"), (UnixFileMode)Convert.ToInt32("4755", 8));
        File.SetUnixFileMode(Path.Combine(root, "empty folder"), (UnixFileMode)Convert.ToInt32("1700", 8));
        var script = """
            set -e
            truncate -s 400000 hole; printf end >> hole
            printf x > $'tab\there'
            printf x > $'not\xff\xfeutf8'
            ln small 'deep/er/hard link'
            ln -s loop loop
            ln -s ../../../../etc/passwd up
            ln -s "$(printf 'a/%.0s' $(seq 200))" 'long link'
            ln -s "$(printf 'b%.0s' $(seq 59))" 'link of 59'
            ln -s "$(printf 'b%.0s' $(seq 60))" 'link of 60'
            mkfifo -m 640 pipe
            if [ "$(id -u)" = 0 ]; then
                mknod -m 600 console c 5 1
                mknod -m 660 disk b 31 3
            fi
            """;
        var made = Tool.Run("bash", ["-c", script], folder: root);
        Assert.True(made.Exit == 0, made.Error);
        return root;
    }

    /// <summary>The rows of <c>assay tree</c> as find and stat tell them.</summary>
    internal static string Expected(string root, bool modes = true)
    {
        var found = Tool.Run("find", [root, "-mindepth", "1", "-printf", "%P\\0%y\\0%m\\0%s\\0%l\\0"]).Output;
        var fields = new List<byte[]>();
        for (var at = 0; at < found.Length;)
        {
            var end = Array.IndexOf(found, (byte)0, at);
            fields.Add(found[at..end]);
            at = end + 1;
        }
        var hashes = Hashes(root);
        var rows = new List<(byte[] Path, string Row)>();
        for (var i = 0; i < fields.Count; i += 5)
        {
            string type = Text(fields[i + 1]), mode = modes ? Text(fields[i + 2]) : "-";
            byte[] path = [(byte)'/', .. fields[i]];
            var row = type switch
            {
                "f" => $"{Text(fields[i + 3])}\t-\t{hashes[Convert.ToHexString(fields[i])]}",
                "l" => $"-\t{FilePath.Escape(fields[i + 4])}\t-",
                "c" or "b" => $"-\t{Device(Path.Combine(root, Text(fields[i])))}\t-",
                _ => "-\t-\t-",
            };
            rows.Add((path, $"{FilePath.Escape(path)}\t{type}\t{mode}\t{row}\n"));
        }
        return string.Concat(rows.OrderBy(r => r.Path, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).Select(r => r.Row));
    }

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    // Names that are no UTF-8 cannot be passed on as text, so one program finds and sums all files: 64 digits, two spaces, the path from "./" on.
    private static Dictionary<string, string> Hashes(string root)
    {
        var sums = Tool.Run("bash", ["-c", "find . -type f -print0 | xargs -0 -r sha256sum -z"], folder: root).Output;
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at < sums.Length;)
        {
            var end = Array.IndexOf(sums, (byte)0, at);
            hashes.Add(Convert.ToHexString(sums[(at + 68)..end]), Text(sums[at..(at + 64)]));
            at = end + 1;
        }
        return hashes;
    }

    private static string Device(string path)
    {
        var numbers = Tool.Run("stat", ["-c", "%t %T", path]).Text.Trim().Split(' ');
        return string.Join(':', numbers.Select(n => int.Parse(n, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
    }

    /// <summary>The rows of a file system, after its contents were read.</summary>
    internal static string Rows(ImageFileSystem files, bool modes = true)
    {
        var hashes = new ConcurrentDictionary<FilePath, string>();
        files.ReadContents((entries, content) =>
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(content));
            foreach (var entry in entries) Assert.True(hashes.TryAdd(entry.Path, hash), $"{entry.Path} is visited twice");
        }, 2, CancellationToken.None);
        return string.Concat(files.Entries.Where(e => e.Path.Text != "/lost+found")
            .Select(e => TreeTable.Row(modes ? e : e with { Mode = -1 }, e.Path.Text, hashes.GetValueOrDefault(e.Path)) + "\n"));
    }

    /// <summary>Rows of files, folders and links alone, without modes: what judges unpack that cannot make nodes.</summary>
    internal static string Plain(string rows) =>
        string.Concat(rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('\t')).Where(c => c[1] is "f" or "d" or "l").Select(c => $"{c[0]} {c[1]} {c[3]} {c[4]} {c[5]}\n"));

    /// <summary>Mutated images end without exception, in time, and every file without content is told.</summary>
    /// <param name="hot">Ranges where headers and tables stand: half of the hits go there.</param>
    internal static void Mutate(byte[] healthy, Func<ReadOnlyMemory<byte>, Budget, ImageFileSystem> open, int rounds, params Range[] hot)
    {
        var random = new Random(healthy.Length);
        Assert.NotEmpty(open(healthy, new Budget()).Entries);
        var opened = 0;
        for (var round = 0; round < rounds; round++)
        {
            var image = healthy.ToArray();
            for (var n = random.Next(1, 12); n > 0; n--)
            {
                var (start, length) = random.Next(2) == 0 && hot.Length > 0 ? hot[random.Next(hot.Length)].GetOffsetAndLength(image.Length) : (0, image.Length);
                image[start + random.Next(length)] = (byte)(random.Next(3) == 0 ? 0xff : random.Next(256));
            }
            if (round % 7 == 0) image = image[..random.Next(image.Length)];
            var watch = Stopwatch.StartNew();
            try
            {
                var files = open(image, new Budget { FileBytes = 16 << 20, Bytes = 300 << 20, Files = 20_000 });
                opened++;
                var without = Rows(files).Split('\n').Where(r => r.Contains("\tf\t", StringComparison.Ordinal) && r.EndsWith("\t-", StringComparison.Ordinal));
                foreach (var row in without) Assert.Contains(files.Losses, l => l.Location.Path == row[..row.IndexOf('\t', StringComparison.Ordinal)]);
            }
            catch (UnreadableException)
            {
                // The header is gone: nobody would have opened it.
            }
            catch (Xunit.Sdk.TrueException)
            {
                // Two entries of one path, as a mutated name can make them.
            }
            Assert.True(watch.Elapsed.TotalSeconds < 10, $"round {round}: {watch.Elapsed}");
        }
        Assert.True(opened > rounds / 2, $"{opened} of {rounds} were opened");
    }
}
