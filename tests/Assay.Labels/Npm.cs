using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Packages of npm that judge us, installed once into the user's cache; the test skips where npm or its registry is out of reach.</summary>
internal static class Npm
{
    private static readonly Lock Installing = new();

    /// <summary>The <c>node_modules</c> folder that holds these packages, versions pinned.</summary>
    public static string Modules(params string[] packages)
    {
        Tool.Need("node", "nodejs");
        Tool.Need("npm", "npm");
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named ? named : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/tmp", ".cache");
        var folder = Path.Combine(cache, "assay-tests", string.Join('+', packages).Replace('/', '_'));
        lock (Installing)
        {
            if (!File.Exists(Path.Combine(folder, "complete")))
            {
                Directory.CreateDirectory(folder);
                File.WriteAllText(Path.Combine(folder, "package.json"), "{}");
                var result = Tool.Run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", .. packages], folder, seconds: 180);
                if (result.Exit != 0) Assert.Skip($"npm install {string.Join(' ', packages)} failed: the registry is out of reach");
                File.WriteAllText(Path.Combine(folder, "complete"), "");
            }
        }
        return Path.Combine(folder, "node_modules");
    }
}
