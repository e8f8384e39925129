using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Labels.Trust;

namespace Assay.Labels.Page;

/// <summary>The page behind a code: one file that checks a label in a browser, with the keys of a trust list in it and without asking anybody (docs/label.md).</summary>
public static class VerifierPage
{
    public const int Languages = 24;

    /// <summary>The phrases that the page says, and no others.</summary>
    /// <param name="Reviewed">False for a draft, which the page then says.</param>
    public sealed record Language(string Code, string Name, bool Reviewed, IReadOnlyList<string> Words);

    /// <summary>The names of the phrases, in the order of <see cref="Language.Words"/>.</summary>
    public static IReadOnlyList<string> Names => Table[0].Skip(3).ToList();

    public static IReadOnlyList<Language> Phrases => [.. Table.Skip(1).Select(row => new Language(row[0], row[1], row[2] == "reviewed", row[3..]))];

    /// <summary>The whole page; the same list, the same bytes.</summary>
    /// <param name="trust">Whose labels it knows.</param>
    /// <param name="status">Where the status list lies, as seen from the page and on its own host: <c>/status/1</c>. Null where the page shall ask nobody.</param>
    /// <exception cref="ArgumentException">An address on another host.</exception>
    public static byte[] Write(TrustList trust, string? status = null)
    {
        // One slash: two would name another host.
        if (status is not null && (status.Length == 0 || status.StartsWith("//", StringComparison.Ordinal) || status.Contains(':', StringComparison.Ordinal) || status.Contains('\\', StringComparison.Ordinal)))
            throw new ArgumentException("expected an address without a host, for example /status/1", nameof(status));
        return Encoding.UTF8.GetBytes(Text.Replace("@DATA@", Data(trust, status), StringComparison.Ordinal));
    }

    /// <summary>The policy that stands in every such page (Content-Security-Policy), for the header of who serves it.</summary>
    public static string Policy
    {
        get
        {
            const string Before = "http-equiv=\"Content-Security-Policy\" content=\"";
            var from = Text.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
            return Text[from..Text.IndexOf('"', from)];
        }
    }

    // The page but for its data.
    private static string Text => field ??= WithDigests(Encoding.UTF8.GetString(Resource("verifier.html")));

    private static string WithDigests(string page) =>
        page.Replace("@SCRIPT@", Digest(page, "<script>", "</script>"), StringComparison.Ordinal).Replace("@STYLE@", Digest(page, "<style>", "</style>"), StringComparison.Ordinal);

    private static string Data(TrustList trust, string? status)
    {
        using var stream = new MemoryStream();
        // The default encoder leaves no <, so that no name ends the element.
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (status is not null) json.WriteString("status", status);
            json.WriteStartArray("names");
            foreach (var name in Names) json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteStartObject("phrases");
            foreach (var language in Phrases)
            {
                json.WriteStartObject(language.Code);
                json.WriteString("name", language.Name);
                json.WriteBoolean("reviewed", language.Reviewed);
                json.WriteStartArray("words");
                foreach (var word in language.Words) json.WriteStringValue(word);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteStartArray("keys");
            foreach (var key in trust.Keys)
            {
                json.WriteStartObject();
                json.WriteString("id", key.Key.Name);
                json.WriteBase64String("key", key.Key.Spki.Span);
                json.WriteString("name", key.Name);
                json.WriteBoolean("authority", key.IsAuthority);
                json.WriteStartArray("roles");
                if (key.Roles.HasFlag(KeyRoles.Issuer)) json.WriteStringValue("issuer");
                if (key.Roles.HasFlag(KeyRoles.Status)) json.WriteStringValue("status");
                json.WriteEndArray();
                if (key.From is not null) json.WriteString("from", Recognition.Day(key.From));
                if (key.To is not null) json.WriteString("to", Recognition.Day(key.To));
                if (key.Stolen is not null) json.WriteBoolean("stolen", true);
                if (key.Address is not null) json.WriteString("address", key.Address);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    // What the page may run and how it may look, by digest: whatever else gets into it is not run.
    private static string Digest(string page, string start, string end)
    {
        var from = page.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(page[from..page.IndexOf(end, from, StringComparison.Ordinal)])))}";
    }

    private static IReadOnlyList<string[]> Table => field ??= Rows();

    private static List<string[]> Rows()
    {
        var rows = Encoding.UTF8.GetString(Resource("phrases.tsv")).Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(l => l.TrimEnd('\r').Split('\t')).ToList();
        return rows.All(r => r.Length == rows[0].Length && r.Skip(3).All(w => w.Length > 0)) && rows.Skip(1).All(r => r[2] is "reviewed" or "draft") && rows.Count == Languages + 1
            ? rows : throw new UnreadableException($"{Languages} languages with as many phrases each in phrases.tsv", "another table", 0);
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(VerifierPage).Assembly.GetManifestResourceStream($"Assay.Labels.Page.{name}") ?? throw new InvalidOperationException($"no {name} in the program");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
