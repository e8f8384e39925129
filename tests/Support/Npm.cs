namespace Assay.Tests;

/// <summary>Outside judges from npm: installed once into the user's cache, at the versions given here, never into the checkout.</summary>
public static class Npm
{
    private static readonly Lock Access = new();

    /// <summary>A folder whose <c>node_modules</c> holds the packages; skips the test when node, npm or the registry is not there.</summary>
    /// <param name="packages">With their versions: <c>ajv@8.17.1</c>.</param>
    public static string Folder(params string[] packages)
    {
        Tool.Need("node", "nodejs");
        Tool.Need("npm", "npm");
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named
            ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var folder = Path.Combine(cache, "assay-tests", "npm", string.Join('+', packages.Order(StringComparer.Ordinal)).Replace('/', '_'));
        var done = Path.Combine(folder, "installed");
        lock (Access)
        {
            if (File.Exists(done)) return folder;
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "package.json"), "{ \"private\": true }");
            var install = Tool.Run("npm", ["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", .. packages], folder, seconds: 240);
            if (install.Exit != 0) Assert.Skip($"npm could not install {string.Join(' ', packages)}: {install.Error.Split('\n')[0]}");
            File.WriteAllText(done, "");
            return folder;
        }
    }

    /// <summary>Runs a script with the packages in reach; arguments arrive as <c>process.argv.slice(2)</c>.</summary>
    public static Tool.Result Run(string folder, string script, params string[] arguments)
    {
        var file = Path.Combine(folder, $"script-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(script)))[..12]}.mjs");
        lock (Access)
        {
            if (!File.Exists(file)) File.WriteAllText(file, script);
        }
        return Tool.Run("node", [file, .. arguments], folder);
    }
}
