using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Assay.Tests;

/// <summary>
/// Every pattern of the house meets texts that are made to tire it: its own words beside long runs of blanks, line ends, letters and digits. A pattern that
/// goes back over a run again and again takes seconds for a hundred thousand characters, one that reads it once a few milliseconds. It measures time,
/// so it wants a quiet machine and runs with <c>./test --long stories</c>.
/// </summary>
public class PatternTests(ITestOutputHelper output)
{
    private const int Short = 10_000, Long = 4 * Short;
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(60), Limit = TimeSpan.FromSeconds(2);

    [Fact(Explicit = true)]
    public void No_pattern_tires()
    {
        var patterns = Patterns().ToList();
        Assert.True(patterns.Count > 400, $"{patterns.Count} patterns found");
        var tired = patterns.Where(p => Tires(p.Pattern) is { } text && Note(p.Name, text)).Select(p => p.Name).ToList();
        Assert.Empty(tired);

        bool Note(string name, string text)
        {
            output.WriteLine($"{name}: {text[..Math.Min(40, text.Length)]}");
            return true;
        }
    }

    [Theory(Explicit = true)]
    [InlineData(@"\w*update\w*\s*=")]
    public void A_pattern_that_goes_back_is_noticed(string pattern) => Assert.NotNull(Tires(new Regex(pattern, RegexOptions.None, Limit)));

    private static IEnumerable<(string Name, Regex Pattern)> Patterns()
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "Assay.*.dll").Append(Path.Combine(AppContext.BaseDirectory, "assay.dll")).Where(File.Exists).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(file).Contains("Tests", StringComparison.Ordinal) || Path.GetFileName(file).Contains("Stories", StringComparison.Ordinal)) continue;
            foreach (var type in Assembly.LoadFrom(file).GetTypes())
            {
                foreach (var method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    if (method.GetCustomAttribute<GeneratedRegexAttribute>() is { } made) yield return ($"{type.FullName}.{method.Name}", new Regex(made.Pattern, made.Options, Limit));
                }
                foreach (var property in type.GetProperties(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Where(p => p.PropertyType == typeof(Regex)))
                {
                    if (property.GetValue(null) is Regex kept) yield return ($"{type.FullName}.{property.Name}", new Regex(kept.ToString(), kept.Options, Limit));
                }
            }
        }
    }

    // The text on which four times the length takes far more than four times as long, or null. A slow machine may make one try slow, never three.
    private static string? Tires(Regex pattern)
    {
        foreach (var word in Regex.Matches(pattern.ToString(), "[A-Za-z]{3,}").Select(m => m.Value).Distinct().Take(10).Append("a"))
        {
            foreach (var (shorter, longer) in Texts(word, Short).Zip(Texts(word, Long)))
            {
                if (Enumerable.Range(0, 3).All(_ => Time(pattern, longer) is var time && (time >= Limit || time > Quick && time > 9 * Time(pattern, shorter)))) return longer;
            }
        }
        return null;
    }

    private static IEnumerable<string> Texts(string word, int length)
    {
        yield return word + new string(' ', length) + "!";
        yield return word + new string('\n', length) + "!";
        yield return word + new string('1', length);
        yield return string.Concat(Enumerable.Repeat(word, length / word.Length));
        yield return string.Concat(Enumerable.Repeat(word + " ", length / (word.Length + 1)));
    }

    private static TimeSpan Time(Regex pattern, string text)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            _ = pattern.Count(text);
        }
        catch (RegexMatchTimeoutException)
        {
        }
        return watch.Elapsed;
    }
}
