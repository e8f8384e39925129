using System.Text;
using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>A copy of a published page among the documents of a dossier: from where and when it was saved stands in its first lines.</summary>
/// <param name="Address">One of the addresses in the first lines.</param>
/// <param name="Saved">The day; default where none is given.</param>
/// <param name="Text">The page without marks of HTML.</param>
internal sealed record SavedPage(DossierFile File, string Address, DateOnly Saved, string Text)
{
    /// <summary>Words of a page that is more than a frame around an error.</summary>
    public const int LeastWords = 15;

    public int Words => Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
}

/// <summary>Finds the saved copies of the pages that a field names.</summary>
internal static class SavedPages
{
    private const int HeadLines = 12;

    /// <summary>Addresses that a text names, without what punctuation leaves at their ends, each once and in order.</summary>
    public static IReadOnlyList<string> Addresses(string text) => [.. Address.Matches(text).Select(m => Bare(m.Value)).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Copies of one of the addresses, or of a page below it; ordered by name.</summary>
    public static IEnumerable<SavedPage> Of(Examined examined, IReadOnlyList<string> addresses)
    {
        foreach (var file in examined.Of(FileKind.Document).Where(f => f.Lines.Count > 0))
        {
            var head = string.Join('\n', file.Lines.Take(HeadLines));
            var from = Addresses(head).FirstOrDefault(a => addresses.Any(d => Same(a, d)));
            if (from is null) continue;
            yield return new SavedPage(file, from, Wording.Dates(head).Select(d => d.Date).FirstOrDefault(), Plain(string.Join('\n', file.Lines)));
        }
    }

    /// <summary>Saved on a day that is given and not after the assessment.</summary>
    public static bool IsDated(this SavedPage page, Examined examined) => page.Saved != default && page.Saved <= DateOnly.FromDateTime(examined.AsOf.UtcDateTime);

    private static bool Same(string saved, string declared) =>
        string.Equals(Key(saved), Key(declared), StringComparison.OrdinalIgnoreCase) || Key(saved).StartsWith(Key(declared) + "/", StringComparison.OrdinalIgnoreCase);

    // The scheme, "www." and a fragment do not make another page.
    private static string Key(string address)
    {
        var key = address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..];
        if (key.IndexOf('#') is > 0 and var mark) key = key[..mark];
        if (key.StartsWith("www.", StringComparison.OrdinalIgnoreCase)) key = key[4..];
        return key.TrimEnd('/');
    }

    private static string Bare(string address) => address.TrimEnd('.', ',', ';', ':', '/', '*', '_');

    private static string Plain(string text) => text.Contains("<body", StringComparison.OrdinalIgnoreCase) || text.Contains("<html", StringComparison.OrdinalIgnoreCase)
        ? System.Net.WebUtility.HtmlDecode(Mark.Replace(Without(Without(text, "script"), "style"), " "))
        : text;

    // The element from its first mark to its last. One that is never closed ends the search, so that a page of openings costs one look for the end.
    private static string Without(string text, string element)
    {
        var kept = new StringBuilder(text.Length);
        var at = 0;
        while (text.IndexOf("<" + element, at, StringComparison.OrdinalIgnoreCase) is >= 0 and var open && text.IndexOf("</" + element, open, StringComparison.OrdinalIgnoreCase) is >= 0 and var close)
        {
            kept.Append(text, at, open - at).Append(' ');
            at = text.IndexOf('>', close) is >= 0 and var end ? end + 1 : text.Length;
        }
        return kept.Append(text, at, text.Length - at).ToString();
    }

    private static Regex Address => field ??= new(@"https?://[^\s<>()\[\]""'`|]{3,300}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Mark => field ??= new(@"<[^<>]{0,2000}>", RegexOptions.CultureInvariant);
}
