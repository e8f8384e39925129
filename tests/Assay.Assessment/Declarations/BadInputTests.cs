using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>Half-filled, misspelt, contradictory, enormous and hostile papers: always a message with its place, and the rest is still assessed.</summary>
public class BadInputTests
{
    private static readonly ExaminationOptions Options = new() { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero) };

    private static Declaration Read(params (string Name, byte[] Bytes)[] files) => Declaration.Read([.. files.Select(f => Artefact.Of(f.Name, f.Bytes))], default);

    private static Declaration Read(string text, string name = "declaration/paper") => Read((name, Encoding.UTF8.GetBytes(text)));

    private static Examined Examine(params (string Name, string Text)[] files)
    {
        using var dossier = Dossier.Of([.. files.Select(f => Artefact.Of(f.Name, Encoding.UTF8.GetBytes(f.Text)))]);
        return Examination.Of(dossier, Options);
    }

    [Fact]
    public void A_table_of_a_hundred_thousand_rows_is_bounded_quick_and_said_in_every_layout()
    {
        const int Many = 100_000;
        var yaml = new StringBuilder("ics:\n  5.1-1: yes\nixit:\n  6-SoftComp:\n");
        var csv = new StringBuilder("ID,Description,Update Mechanism\n");
        var markdown = new StringBuilder("# IXIT 6-SoftComp\n\n| ID | Description | Update Mechanism |\n|---|---|---|\n");
        for (var i = 0; i < Many; i++)
        {
            yaml.Append($"    - {{ id: SoftComp-{i}, Description: part {i}, Update Mechanism: UpdMech-1 }}\n");
            csv.Append($"SoftComp-{i},part {i},UpdMech-1\n");
            markdown.Append($"| SoftComp-{i} | part {i} | UpdMech-1 |\n");
        }
        foreach (var (name, text) in new[] { ("a.yaml", yaml), ("a.csv", csv), ("a.md", markdown) })
        {
            var watch = Stopwatch.StartNew();
            using var dossier = Dossier.Of([Artefact.Of($"declaration/{name}", Encoding.UTF8.GetBytes(text.ToString()))]);
            var result = Evaluation.Of(dossier, Catalogue.Default, Options);
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
            Assert.Contains(result.Unread, u => u.Text.Contains("90000 more rows of 6-SoftComp") && u.Expected.Contains("10000"));
        }
    }

    [Fact]
    public void A_thousand_messages_are_enough_and_the_rest_is_counted()
    {
        var text = new StringBuilder("ics:\n");
        for (var i = 0; i < 5000; i++) text.Append($"  9.{i}-1: yes\n");
        var declaration = Read(text.ToString());
        Assert.Equal(1001, declaration.Unread.Count);
        Assert.Equal("4000 more parts", declaration.Unread[^1].Text);
    }

    [Theory]
    [InlineData("ics:\n  5.1-l: yes\n", "5.1-l", "perhaps 5.1-1 is meant")]
    [InlineData("ixit:\n  SoftServ:\n    - { id: S-1, Descripton: x }\n", "Descripton", "perhaps \"Description\" is meant (row S-1)")]
    [InlineData("ixit:\n  SoftSrv:\n    - { id: S-1, Description: x }\n", "SoftSrv", "perhaps \"13-SoftServ\" is meant")]
    [InlineData("ics:\n  5.1-1: perhaps\n", "5.1-1: perhaps", "(ICS, 5.1-1)")]
    [InlineData("ics:\n  5.1-1: yes\nixit:\n  UserInfo:\n    Support Period: until 03/04/2031\n", "03/04/2031", "a date that can be read in one way only, as 2031-12-31 (2-UserInfo, row UserInfo, field Support Period)")]
    [InlineData("ixit:\n  SoftServ:\n    - { id: S-1, Description: x }\n    - { id: S-1, Description: y }\n", "S-1", "an id of its own for each row of 13-SoftServ; line 3 has it as well")]
    [InlineData("ixit:\n  SoftServ:\n    - { Description: x }\n", "SoftServ", "an id for the row of 13-SoftServ")]
    public void What_is_odd_is_named_with_its_line(string text, string found, string expected)
    {
        var unread = Assert.Single(Read(text).Unread);
        Assert.Equal(found, unread.Text);
        Assert.Contains(expected, unread.Expected);
        Assert.True(unread.Location.Line > 1);
    }

    [Fact]
    public void A_statement_whose_evidence_is_gone_is_named_with_table_row_and_field_and_still_stands()
    {
        var examined = Examine(("device.yaml", "maker: A\nmodel: B\nfiles:\n  captures/gone.pcap: capture\n"), ("documents/there.md", "hello\n"), ("declaration/ixit.yaml", """
            ics:
              5.2-1: { support: yes, justification: "see documents/policy.md and documents/there.md" }
            ixit:
              12-NetSecImpl:
                - id: NetSecImpl-1
                  Description: reads /etc/config.json and https://example.org/x/report.pdf
                  Report: audit-2026.pdf, there.md
            """));
        Assert.Equal([("documents/policy.md", 2, "the justification of 5.2-1"), ("audit-2026.pdf", 7, "12-NetSecImpl, row NetSecImpl-1, field Report")],
            examined.Declaration.Unread.Select(u => (u.Text, u.Location.Line!.Value, u.Expected.Split("which ")[1].Split(" names")[0])));
        Assert.Single(examined.Declaration.Claims);
        Assert.Contains(examined.Coverage.SelectMany(c => c.Losses), l => l.Location.ToString() == "device.yaml line 4" && l.Expected.Contains("captures/gone.pcap"));
    }

    [Fact]
    public void A_file_among_the_declarations_that_says_nothing_known_is_named()
    {
        var examined = Examine(("declaration/ics.txt", "we meet everything\n"), ("declaration/ok.yaml", "ics:\n  5.1-1: yes\n"), ("documents/note.txt", "hello\n"));
        Assert.Equal("declaration/ics.txt", Assert.Single(examined.Declaration.Unread).Location.Artefact);
        Assert.Single(examined.Declaration.Claims);
    }

    [Theory]
    [InlineData("31.12.2031", 0)]
    [InlineData("12/31/2031", 0)]
    [InlineData("Dec 2031", 0)]
    [InlineData("2031-12", 0)]
    [InlineData("Q4 2031", 0)]
    [InlineData("end of 2031", 0)]
    [InlineData("03/04/2031", 1)]
    [InlineData("five years after the model came on the market", 1)]
    [InlineData("as long as we like", 1)]
    public void The_end_of_support_is_read_in_every_notation_or_said(string text, int losses)
    {
        using var dossier = Dossier.Of([Artefact.Of("device.yaml", Encoding.UTF8.GetBytes($"maker: A\nmodel: B\nsupportEnd: {text}\n"))]);
        Assert.Equal(losses == 0 ? new DateOnly(2031, 12, 31) : null, dossier.Device.SupportEnd);
        Assert.Equal(losses, dossier.Losses.Count);
        Assert.All(dossier.Losses, l => Assert.Equal(3, l.Location.Line));
    }

    [Fact]
    public void Papers_in_the_code_pages_of_offices_read_like_utf_8()
    {
        const string Text = "provision;support;justification\r\n5.1-2;n/a;Für Geräte – „keine“\r\n";
        byte[] windows = [.. Text.Select(c => c switch { '–' => (byte)0x96, '„' => (byte)0x84, '“' => (byte)0x93, _ => (byte)c })];
        foreach (var bytes in new[] { windows, [0xff, 0xfe, .. Encoding.Unicode.GetBytes(Text)], [0xfe, 0xff, .. Encoding.BigEndianUnicode.GetBytes(Text)], [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(Text)] })
        {
            using var dossier = Dossier.Of([Artefact.Of("declaration/ics.csv", bytes)]);
            var claim = Assert.Single(Examination.Of(dossier, Options).Declaration.Claims);
            Assert.Equal("Für Geräte – „keine“", claim.Justification);
        }
    }

    // Workbooks out of parts, as a hostile hand would make them.
    private static byte[] Book(string sheet, string? strings = null, string workbook = "<workbook xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets><sheet name='ICS' r:id='r1'/></sheets></workbook>")
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, true))
        {
            foreach (var (name, text) in new[] { ("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id='r1' Target='worksheets/sheet1.xml'/></Relationships>"), ("xl/worksheets/sheet1.xml", sheet), ("xl/sharedStrings.xml", strings ?? "<sst/>") })
            {
                using var part = zip.CreateEntry(name).Open();
                part.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return stream.ToArray();
    }

    private static string Cell(string place, string text) => $"<c r='{place}' t='inlineStr'><is><t>{text}</t></is></c>";

    private static readonly string Ics = $"<row r='1'>{Cell("A1", "Provision")}{Cell("B1", "Support")}</row><row r='2'>{Cell("A2", "5.1-1")}{Cell("B2", "yes")}</row>";

    [Fact]
    public void A_hostile_workbook_is_refused_in_its_parts_quickly_and_the_rest_is_read()
    {
        var watch = Stopwatch.StartNew();
        var books = new (string Name, byte[] Bytes, int Claims, int Losses)[]
        {
            ("control", Book($"<worksheet><sheetData>{Ics}</sheetData></worksheet>"), 1, 0),
            ("last cell", Book($"<worksheet><sheetData>{Ics}<row r='1048576'>{Cell("XFD1048576", "far")}</row></sheetData></worksheet>"), 1, 0),
            ("beyond the last cell", Book($"<worksheet><sheetData>{Ics}<row r='1048577'>{Cell("XFE1048577", "far")}</row></sheetData></worksheet>"), 1, 1),
            ("entities", Book($"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]><worksheet><sheetData>{Ics}</sheetData></worksheet>"), 0, 1),
            ("external", Book($"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><worksheet><sheetData>{Ics}</sheetData></worksheet>"), 0, 1),
            ("bomb", Book($"<worksheet><sheetData>{Ics}</sheetData>{new string(' ', 70 << 20)}</worksheet>"), 0, 1),
            ("deep", Book($"<worksheet><sheetData>{Ics}</sheetData>{string.Concat(Enumerable.Repeat("<a>", 300_000))}</worksheet>"), 1, 1),
            ("merged", Book($"<worksheet><sheetData>{Ics}</sheetData><mergeCells>{string.Concat(Enumerable.Repeat("<mergeCell ref='A1:XFD1048576'/>", 50_000))}</mergeCells></worksheet>"), 1, 0),
            ("strings", Book($"<worksheet><sheetData>{Ics}<row r='3'><c r='A3' t='s'><v>7</v></c><c r='B3' t='s'><v>-1</v></c></row></sheetData></worksheet>"), 1, 0),
            ("no sheet", Book($"<worksheet><sheetData>{Ics}</sheetData></worksheet>", workbook: "<workbook><sheets><sheet name='ICS'/><sheet name='x'/></sheets></workbook>"), 1, 1),
        };
        foreach (var (name, bytes, claims, losses) in books)
        {
            var declaration = Read(("a.xlsx", bytes));
            Assert.True(claims == declaration.Claims.Count, $"{name}: {declaration.Claims.Count} claims");
            Assert.True(losses == declaration.Coverage.SelectMany(c => c.Losses).Count(), $"{name}: {string.Join("; ", declaration.Coverage.SelectMany(c => c.Losses))}");
        }
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
    }

    [Fact]
    public void A_part_with_another_checksum_or_size_is_a_loss_that_names_it()
    {
        var book = Book($"<worksheet><sheetData>{Ics}</sheetData></worksheet>");
        var directory = book.AsSpan().LastIndexOf("xl/worksheets/sheet1.xml"u8) - 46;
        foreach (var (offset, words) in new[] { (16, "CRC-32"), (24, "bytes of xl/worksheets/sheet1.xml") })
        {
            var damaged = book.ToArray();
            damaged[directory + offset] ^= 1;
            var loss = Assert.Single(Read(("a.xlsx", damaged)).Coverage.SelectMany(c => c.Losses));
            Assert.Contains(words, loss.Found);
            Assert.Equal("ICS", loss.Location.Path);
        }
        // An archive that ends early has no directory at all.
        Assert.Single(Read(("a.xlsx", book[..^30])).Coverage.SelectMany(c => c.Losses));
    }

    [Fact]
    public void A_workbook_about_other_things_is_no_declaration()
    {
        var prices = Book($"<worksheet><sheetData><row r='1'>{Cell("A1", "Article")}{Cell("B1", "Price")}</row></sheetData></worksheet>", workbook: "<workbook xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets><sheet name='Prices' r:id='r1'/></sheets></workbook>");
        Assert.Empty(Read(("a.xlsx", prices)).Files);
    }

    [Fact]
    public void A_signature_lies_beside_a_workbook_as_beside_any_file()
    {
        using var scratch = new Assay.Tests.Scratch();
        Assay.Tests.Tool.Need("openssl", "openssl");
        File.WriteAllBytes(scratch.File("d.xlsx"), Book($"<worksheet><sheetData>{Ics}</sheetData></worksheet>"));
        Assert.Equal(0, Assay.Tests.Tool.Run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-subj", "/CN=Maker", "-days", "30"], scratch.Folder).Exit);
        Assert.Equal(0, Assay.Tests.Tool.Run("openssl", ["cms", "-sign", "-binary", "-in", "d.xlsx", "-signer", "c.pem", "-inkey", "k.pem", "-outform", "DER", "-out", "d.xlsx.p7s"], scratch.Folder).Exit);
        Assert.Equal("Maker", Assert.Single(Declaration.Read(scratch.Folder, DateTimeOffset.UnixEpoch).Claims).SignedBy?.Name);
    }
}
