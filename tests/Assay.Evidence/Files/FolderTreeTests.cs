using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Evidence.Tests.Files;

public class FolderTreeTests
{
    [Fact]
    public void A_folder_shows_its_files_with_modes_and_contents_and_follows_no_link_out_of_it()
    {
        using var scratch = new Scratch();
        var root = scratch.File("root");
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        File.WriteAllText(scratch.File("outside"), "not ours");
        File.WriteAllText(Path.Combine(root, "etc/passwd"), "root::0:0");
        Tool.Run("chmod", ["4400", Path.Combine(root, "etc/passwd")]);
        File.CreateSymbolicLink(Path.Combine(root, "up"), "../outside");
        File.CreateSymbolicLink(Path.Combine(root, "folder"), "..");
        var pipe = Tool.Has("mkfifo") && Tool.Run("mkfifo", [Path.Combine(root, "pipe")]).Exit == 0;

        var tree = FolderTree.Open(root, "it", new Budget());
        var read = new Dictionary<string, string>();
        tree.ReadContents((entries, content) =>
        {
            lock (read) read.Add(entries[0].Path.Text, Encoding.UTF8.GetString(content));
        }, 2, default);

        var expected = new[] { "/etc d -", "/etc/passwd f -", "/folder l ..", "/pipe p -", "/up l ../outside" }.Where(e => pipe || e[1] != 'p');
        Assert.Equal(expected, tree.Entries.Select(e => $"{e.Path} {TreeTable.Letter(e.Type)} {e.TargetText ?? "-"}"));
        Assert.Equal("4400", Convert.ToString(tree.Entries.Single(e => e.Type == FileType.Regular).Mode, 8));
        Assert.Equal(["/etc/passwd", "root::0:0"], read.SelectMany(r => new[] { r.Key, r.Value }));
        Assert.Empty(tree.Losses);
    }

    [Fact]
    public void Hard_links_share_one_reading()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("a"), "twice");
        Tool.Need("ln", "coreutils");
        Tool.Run("ln", [scratch.File("a"), scratch.File("b")]);
        var calls = new List<string>();
        FolderTree.Open(scratch.Folder, "it", new Budget()).ReadContents((entries, _) => calls.Add(string.Join(' ', entries.Select(e => e.Path.Text))), 1, default);
        Assert.Equal(["/a /b"], calls);
    }

    [Fact]
    public void A_file_larger_than_its_budget_is_a_loss_and_the_others_are_read()
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("big"), new byte[2000]);
        File.WriteAllBytes(scratch.File("small"), new byte[10]);
        var tree = FolderTree.Open(scratch.Folder, "it", new Budget { FileBytes = 1000 });
        var read = 0;
        tree.ReadContents((_, content) => read += content.Length, 1, default);
        Assert.Equal(10, read);
        Assert.Equal("/big", Assert.Single(tree.Losses).Location.Path);
    }
}
