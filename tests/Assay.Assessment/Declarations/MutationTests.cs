using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>A filled declaration, damaged in thousands of seeded ways: nothing throws, nothing takes long, and what was meant and not understood is said.</summary>
public class MutationTests
{
    private static readonly Filled Filled = new(5);

    private static Declaration Read(string name, byte[] bytes) => Declaration.Read([Artefact.Of(name, bytes)], default);

    public static TheoryData<string> Layouts() => new("a.yaml", "a.md", "a.csv", "titled.csv", "a.xlsx");

    private static byte[] Whole(string layout) => layout switch
    {
        "a.yaml" => Encoding.UTF8.GetBytes(Filled.Yaml(later: false)),
        "a.md" => Encoding.UTF8.GetBytes(Filled.Markdown(later: false)),
        "a.csv" => Encoding.UTF8.GetBytes(Filled.Csv(',')[1]),
        "titled.csv" => Encoding.UTF8.GetBytes(Filled.TitledCsv(later: false)),
        _ => Outside.Write("openpyxl", Filled.SheetEach(later: false)),
    };

    [Theory, MemberData(nameof(Layouts))]
    public void Damaged_bytes_and_lines_never_throw_and_never_take_long(string layout)
    {
        var whole = Whole(layout);
        var random = new Random(7);
        var watch = Stopwatch.StartNew();
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < 1500; i++)
        {
            var bytes = Damaged(whole, random);
            var begun = watch.Elapsed;
            var declaration = Read(layout, bytes);
            var took = watch.Elapsed - begun;
            if (took > slowest) slowest = took;
            // What the file's coverage counts is what came out of it.
            Assert.All(declaration.Coverage, c => Assert.True(c.Examined <= c.Total && c.Counts["unread"] == declaration.Unread.Count, $"mutation {i}"));
        }
        Assert.InRange(slowest.TotalSeconds, 0, 5);
    }

    private static byte[] Damaged(byte[] whole, Random random)
    {
        var bytes = whole.ToList();
        for (var n = random.Next(1, 5); n > 0 && bytes.Count > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(8))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, Math.Min(random.Next(1, 200), bytes.Count - at)); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 200), bytes.Count - at))); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                case 4: bytes.InsertRange(at, new byte[] { (byte)"\n\t|:-#\"'[{}]&*,;"[random.Next(16)] }); break;
                case 5: bytes.InsertRange(at, Encoding.UTF8.GetBytes(new string("\n|#: \"-"[random.Next(7)], random.Next(1, 500)))); break;
                case 6:
                    var end = bytes.IndexOf((byte)'\n', at);
                    if (end > at) bytes.RemoveRange(at, end - at);
                    break;
                default:
                    var other = random.Next(bytes.Count);
                    (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                    break;
            }
        }
        return [.. bytes];
    }

    [Fact]
    public void Damaged_cells_never_throw_and_what_is_lost_is_said()
    {
        var whole = Whole("a.xlsx");
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            // The parts are damaged and packed again, so that checksums fit and the damage arrives in the XML.
            using var stream = new MemoryStream();
            using (var from = new ZipArchive(new MemoryStream(whole)))
            using (var to = new ZipArchive(stream, ZipArchiveMode.Create, true))
            {
                foreach (var entry in from.Entries)
                {
                    using var part = new MemoryStream();
                    using (var opened = entry.Open()) opened.CopyTo(part);
                    var bytes = part.ToArray();
                    if (entry.FullName.StartsWith("xl/") && random.Next(6) == 0 && bytes.Length > 0) bytes = Damaged(bytes, random);
                    using var written = to.CreateEntry(entry.FullName, CompressionLevel.Fastest).Open();
                    written.Write(bytes);
                }
            }
            var declaration = Read("a.xlsx", stream.ToArray());
            Assert.All(declaration.Coverage, c => Assert.True(c.Examined <= c.Total));
        }
    }

    // Names that a person may misspell: each occurrence, with one letter changed, is still understood, or said, or has become another known name.
    [Theory]
    [InlineData("a.yaml")]
    [InlineData("a.md")]
    [InlineData("a.csv")]
    [InlineData("titled.csv")]
    public void A_name_with_a_wrong_letter_is_never_lost_in_silence(string layout)
    {
        var text = Encoding.UTF8.GetString(Whole(layout));
        var before = Filled.Said(Read(layout, Encoding.UTF8.GetBytes(text)));
        var random = new Random(3);
        var names = TableName.All.SelectMany(t => t.Fields.Append($"{t.Number}-{t.Name}")).Concat(Catalogue.Default.Provisions.Select(p => p.Id)).Concat(["provision", "support", "Provision", "Support", "ixit", "ics"]).Distinct().ToList();
        var places = names.SelectMany(n => Places(text, n).Select(at => (At: at, Name: n))).OrderBy(_ => random.Next()).Take(1200).ToList();
        Assert.True(places.Count > 150, $"{places.Count} places");
        var silent = new List<string>();
        foreach (var (at, name) in places)
        {
            var letter = at + random.Next(name.Length);
            if (!char.IsLetterOrDigit(text[letter])) continue;
            var wrong = char.IsDigit(text[letter]) ? (char)('0' + (text[letter] - '0' + 1 + random.Next(8)) % 10) : "abcdefghijklmnopqrstuvwxyz"[random.Next(26)];
            if (char.ToLowerInvariant(wrong) == char.ToLowerInvariant(text[letter])) continue;
            var mutated = string.Concat(text.AsSpan(0, letter), wrong.ToString(), text.AsSpan(letter + 1));
            var said = mutated.Substring(at, name.Length);
            var declaration = Read(layout, Encoding.UTF8.GetBytes(mutated));
            var isKnown = names.Contains(said, StringComparer.OrdinalIgnoreCase) || ProvisionId.Of(said) is not null;
            if (declaration.Unread.Count == 0 && declaration.Coverage.All(c => c.Losses.Count == 0) && !isKnown && Filled.Said(declaration) != before) silent.Add($"{name} -> {said} in \"{Line(mutated, at)}\"");
        }
        Assert.True(silent.Count == 0, $"{silent.Count} of {places.Count}: {string.Join("\n", silent.Take(20))}");
    }

    // Where a name stands as a name: a key, a cell, a heading; not inside a value.
    private static IEnumerable<int> Places(string text, string name)
    {
        for (var at = text.IndexOf(name, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            var before = at == 0 ? '\n' : text[at - 1];
            var after = at + name.Length == text.Length ? '\n' : text[at + name.Length];
            var line = Line(text, at);
            if (line.TrimStart().StartsWith(name, StringComparison.Ordinal) && after == ':') yield return at;
            else if (line.Contains("IXIT", StringComparison.Ordinal)) yield return at;
            else if (before is ',' or ';' or '\n' && after is ',' or ';' or '\r' or '\n') yield return at;
            else if (line.StartsWith('|') && before == ' ' && after == ' ' && text[at - 2] == '|' && text[at + name.Length + 1] == '|') yield return at;
        }
    }

    private static string Line(string text, int at)
    {
        var start = text.LastIndexOf('\n', Math.Max(0, at - 1)) + 1;
        var end = text.IndexOf('\n', at);
        return text[start..(end < 0 ? text.Length : end)];
    }
}
