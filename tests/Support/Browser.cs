namespace Assay.Tests;

/// <summary>A real browser without a window, as an outside judge of pages: of a file, or of an http address on this machine. Each run has a profile of its own.</summary>
public static class Browser
{
    /// <summary>The page as a PNG picture.</summary>
    public static byte[] Picture(string file, int width, int height, bool dark = false)
    {
        using var scratch = new Scratch();
        var picture = scratch.File("page.png");
        Run(scratch, file, [$"--screenshot={picture}", $"--window-size={width},{height}", .. Colours(dark)]);
        return File.ReadAllBytes(picture);
    }

    /// <summary>The page after its scripts ran, as text: for test copies into which a judge was put.</summary>
    public static string Dom(string file, int width, int height, bool dark = false)
    {
        using var scratch = new Scratch();
        return Run(scratch, file, ["--dump-dom", $"--window-size={width},{height}", "--virtual-time-budget=60000", .. Colours(dark)]);
    }

    /// <summary>The page on paper.</summary>
    public static byte[] Pdf(string file)
    {
        using var scratch = new Scratch();
        var paper = scratch.File("page.pdf");
        Run(scratch, file, [$"--print-to-pdf={paper}", "--no-pdf-header-footer"]);
        return File.ReadAllBytes(paper);
    }

    private static string Run(Scratch scratch, string file, IEnumerable<string> arguments)
    {
        Tool.Need("chromium", "chromium");
        var result = Tool.Run("chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--hide-scrollbars", $"--user-data-dir={scratch.File("profile")}", .. arguments, file.StartsWith("http://", StringComparison.Ordinal) ? file : "file://" + file,
        ]);
        Assert.True(result.Exit == 0, $"chromium ended with {result.Exit}: {result.Error}");
        return result.Text;
    }

    private static string[] Colours(bool dark) => dark ? ["--blink-settings=preferredColorScheme=0"] : [];
}
