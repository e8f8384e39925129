using Assay.Software.Matching;

namespace Assay.Tests.Software.Matching.Versions;

/// <summary>Each ecosystem's own program compares the same pairs of generated versions.</summary>
public class OutsideJudgesTests
{
    private const int Pairs = 1500;

    [Fact]
    public void RPM_versions_are_ordered_as_rpm_orders_them()
    {
        Tool.Need("rpm", "rpm");
        var pairs = Generated(11, ["1", "0", "02", "10", ".", ".", "~", "^", "a", "rc", "git", "-", "+", "_"], s => s.Length > 0 && char.IsAsciiLetterOrDigit(s[0]) && !s.Contains('-', StringComparison.Ordinal));
        var script = "%{lua: " + string.Join(' ', pairs.Select(p => $"print(rpm.vercmp('{p.A}','{p.B}')..' ')")) + "}";
        Judge(pairs, Tool.Run("rpm", ["--eval", script]), VersionScheme.Rpm);
    }

    [Fact]
    public void Gems_are_ordered_as_rubygems_orders_them()
    {
        Tool.Need("ruby", "ruby");
        var pairs = Generated(12, ["1", "0", "02", "10", ".", ".", "a", "rc", "pre", "-"], s => VersionOrder.Fits(s, VersionScheme.Gem));
        Judge(pairs, Tool.Run("ruby", ["-rrubygems", "-e", "STDIN.each_line { |l| a, b = l.split; puts Gem::Version.new(a) <=> Gem::Version.new(b) }"], input: Lines(pairs)), VersionScheme.Gem);
    }

    [Fact]
    public void Python_versions_are_ordered_as_packaging_orders_them()
    {
        if (!File.Exists("/usr/lib/python3/dist-packages/packaging/version.py")) Assert.Skip("packaging is missing (apt-get install python3-packaging)");
        var pairs = Generated(13, ["1", "0", "02", "10", ".", ".", "a1", "b2", "rc1", ".post1", ".dev2", "+x.1", "1!", "-1", "c", "-pre-3"], s => VersionOrder.Fits(s, VersionScheme.PyPi));
        Judge(pairs, Tool.Run("/usr/bin/python3", ["-c", "import sys\nfrom packaging.version import Version as V\nfor l in sys.stdin:\n  a,b=map(V,l.split())\n  print((a>b)-(a<b))"], input: Lines(pairs)), VersionScheme.PyPi);
    }

    [Fact]
    public void Perl_versions_are_ordered_as_perl_orders_them()
    {
        Tool.Need("perl", "perl");
        var pairs = Generated(14, ["1", "0", "02", "10", "123", ".", ".", "v1."], s => VersionOrder.Fits(s, VersionScheme.Cpan) && !s.StartsWith('.') && (s.Length < 2 || s[0] != '0' || s[1] == '.'));
        Judge(pairs, Tool.Run("perl", ["-Mversion", "-ne", "($a,$b)=split; print(version->parse($a) <=> version->parse($b), \"\\n\")"], input: Lines(pairs)), VersionScheme.Cpan);
    }

    [Fact]
    public void Composer_versions_are_ordered_as_composer_orders_them()
    {
        Tool.Need("php", "php-cli");
        const string library = "/usr/share/php/Composer/Semver/autoload.php";
        if (!File.Exists(library)) Assert.Skip("composer/semver is missing (apt-get install php-composer-semver)");
        var pairs = Generated(16, ["1", "0", "02", "10", ".", ".", "-beta", "a", "RC1", "-dev", "pl2", "+b", "2016", "-stable"], s => VersionOrder.Fits(s, VersionScheme.Composer));
        Judge(pairs, Tool.Run("php", ["-r", $"require '{library}'; $p = new Composer\\Semver\\VersionParser; while ($l = fgets(STDIN)) {{ list($a, $b) = explode(' ', trim($l)); echo version_compare($p->normalize($a), $p->normalize($b)), \"\\n\"; }}"], input: Lines(pairs)), VersionScheme.Composer);
    }

    [Fact]
    public void Maven_versions_are_ordered_as_maven_orders_them()
    {
        Tool.Need("java", "default-jre-headless");
        const string library = "/usr/share/java/maven3-artifact.jar";
        if (!File.Exists(library)) Assert.Skip("maven-artifact is missing (apt-get install libmaven3-core-java)");
        // A word right after a dot branches since Maven 3.8.7 and does not in VERS' test data, which we follow.
        var versions = Generated(18, ["1", "0", "02", "10", ".", ".", "-", "a", "b1", "rc", "sp", "ga", "x", "-SNAPSHOT"], s => char.IsAsciiDigit(s[0]) && !System.Text.RegularExpressions.Regex.IsMatch(s, "[.][a-z]")).SelectMany(p => new[] { p.A, p.B }).Distinct().ToList();
        // The program compares each argument with the next one.
        var said = Tool.Run("java", ["-cp", $"{library}:/usr/share/java/commons-lang3.jar", "org.apache.maven.artifact.versioning.ComparableVersion", .. versions]).Text
            .Split('\n').Select(l => l.Trim().Split(' ')).Where(l => l.Length == 3 && l[1] is "<" or "==" or ">").ToList();
        Assert.True(said.Count >= versions.Count - 1, $"{said.Count} answers about {versions.Count} versions");
        var wrong = said.Where(l => VersionOrder.Find(l[0], l[2], VersionScheme.Maven) != (l[1] == "<" ? -1 : l[1] == ">" ? 1 : 0)).Select(l => string.Join(' ', l)).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"Maven: {said.Count} pairs, {wrong.Count} wrong");
        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Take(15)));
    }

    [Fact]
    public void Semantic_versions_of_any_kind_are_ordered_as_npm_orders_them()
    {
        var folder = Npm.Folder("semver@7.7.2");
        var pairs = Generated(15, ["1", "0", "10", ".", ".", "-rc", "-0", ".1", ".a", "+b"], s => System.Text.RegularExpressions.Regex.IsMatch(s, @"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-rc|-0)?$"));
        Judge(pairs, Npm.Run(folder, "import semver from 'semver'; for (const p of process.argv.slice(2)) { const [a, b] = p.split(' '); console.log(semver.compare(a, b)); }", [.. pairs.Select(p => $"{p.A} {p.B}")]), VersionScheme.SemVer);
    }

    [Theory]
    [InlineData(VersionScheme.Generic)]
    [InlineData(VersionScheme.Dpkg)]
    [InlineData(VersionScheme.Rpm)]
    [InlineData(VersionScheme.Apk)]
    [InlineData(VersionScheme.SemVer)]
    [InlineData(VersionScheme.SemVerBuild)]
    [InlineData(VersionScheme.NuGet)]
    [InlineData(VersionScheme.OpenSsl)]
    [InlineData(VersionScheme.PyPi)]
    [InlineData(VersionScheme.Gem)]
    [InlineData(VersionScheme.Composer)]
    [InlineData(VersionScheme.Cpan)]
    [InlineData(VersionScheme.Cran)]
    [InlineData(VersionScheme.Hackage)]
    [InlineData(VersionScheme.Opam)]
    [InlineData(VersionScheme.Lexicographic)]
    public void Versions_of_one_scheme_stand_in_one_line(VersionScheme scheme)
    {
        var random = new Random(17);
        // Without a dash: a revision of the generic scheme counts only beside another one.
        string[] pieces = scheme == VersionScheme.Generic ? ["1", "0", "02", ".", ".", "a", "za", "rc", "~", "word"] : ["1", "0", "02", "10", ".", ".", "-", "a", "rc1", "_p1", "~", "+b", "1.0.2"];
        var versions = new List<string>();
        for (var i = 0; i < 400_000 && versions.Count < 60; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (VersionOrder.Fits(text, scheme) && !versions.Contains(text)) versions.Add(text);
        }
        Assert.True(versions.Count >= 30, $"only {versions.Count} versions");
        int Order(string a, string b) => VersionOrder.Find(a, b, scheme)!.Value;
        foreach (var a in versions)
        {
            foreach (var b in versions)
            {
                Assert.True(Order(a, b) == -Order(b, a), $"{a} {b}");
                foreach (var c in versions)
                {
                    if (Order(a, b) <= 0 && Order(b, c) <= 0) Assert.True(Order(a, c) <= 0, $"{a} <= {b} <= {c}");
                }
            }
        }
    }

    [Fact]
    public void Texts_of_any_length_have_an_answer_or_none_within_a_moment()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        foreach (var scheme in Enum.GetValues<VersionScheme>())
        {
            foreach (var text in new[] { "", " ", new string('1', 200_000), string.Concat(Enumerable.Repeat("1-", 100_000)), string.Concat(Enumerable.Repeat("a.", 100_000)), "é\0\U0001F600", new string('~', 100_000) })
            {
                VersionOrder.Find(text, text, scheme);
                Assert.Equal(0, VersionOrder.Compare(text, text, scheme));
                VersionOrder.Compare(text, "1.0", scheme);
            }
        }
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    private static List<(string A, string B)> Generated(int seed, string[] pieces, Func<string, bool> fits)
    {
        var random = new Random(seed);
        var versions = new List<string>();
        for (var i = 0; i < 2_000_000 && versions.Count < 200; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (fits(text) && !versions.Contains(text)) versions.Add(text);
        }
        return [.. Enumerable.Range(0, Pairs).Select(_ => (versions[random.Next(versions.Count)], versions[random.Next(versions.Count)]))];
    }

    private static byte[] Lines(List<(string A, string B)> pairs) => System.Text.Encoding.ASCII.GetBytes(string.Concat(pairs.Select(p => $"{p.A} {p.B}\n")));

    private static void Judge(List<(string A, string B)> pairs, Tool.Result said, VersionScheme scheme)
    {
        var orders = said.Text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
        Assert.True(orders.Count == pairs.Count, $"{orders.Count} answers to {pairs.Count} pairs: {said.Error}");
        var wrong = pairs.Zip(orders).Where(p => VersionOrder.Find(p.First.A, p.First.B, scheme) != p.Second).Select(p => $"{p.First.A} {p.First.B}: {p.Second}").Distinct().ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{scheme}: {orders.Count} pairs, {orders.Count(o => o == 0)} equal, {wrong.Count} wrong");
        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Take(15)));
    }
}
