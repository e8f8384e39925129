using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Drafts;

/// <param name="Rows">Texts; the first row is shown as a header that stays in view.</param>
internal sealed record WorkbookSheet(string Name, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>A workbook of texts (ECMA-376, transitional): inline strings only, no date, no formula, no clock. Same sheets, same bytes.</summary>
internal static class WorkbookWriter
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006/relationships";

    public static byte[] Bytes(IReadOnlyList<WorkbookSheet> sheets)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Part(zip, "[Content_Types].xml", x =>
            {
                x.WriteStartElement("Types", "http://schemas.openxmlformats.org/package/2006/content-types");
                Default(x, "rels", "application/vnd.openxmlformats-package.relationships+xml");
                Default(x, "xml", "application/xml");
                Override(x, "/xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml");
                Override(x, "/xl/styles.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml");
                for (var i = 1; i <= sheets.Count; i++) Override(x, $"/xl/worksheets/sheet{i}.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml");
            });
            Part(zip, "_rels/.rels", x =>
            {
                x.WriteStartElement("Relationships", Package);
                Relation(x, "rId1", Relations + "/officeDocument", "xl/workbook.xml");
            });
            Part(zip, "xl/_rels/workbook.xml.rels", x =>
            {
                x.WriteStartElement("Relationships", Package);
                for (var i = 1; i <= sheets.Count; i++) Relation(x, $"rId{i}", Relations + "/worksheet", $"worksheets/sheet{i}.xml");
                Relation(x, $"rId{sheets.Count + 1}", Relations + "/styles", "styles.xml");
            });
            Part(zip, "xl/workbook.xml", x =>
            {
                x.WriteStartElement("workbook", Main);
                x.WriteAttributeString("xmlns", "r", null, Relations);
                x.WriteStartElement("sheets");
                for (var i = 1; i <= sheets.Count; i++)
                {
                    x.WriteStartElement("sheet");
                    x.WriteAttributeString("name", sheets[i - 1].Name);
                    x.WriteAttributeString("sheetId", i.ToString(CultureInfo.InvariantCulture));
                    x.WriteAttributeString("id", Relations, $"rId{i}");
                    x.WriteEndElement();
                }
                x.WriteEndElement();
            });
            Part(zip, "xl/styles.xml", x =>
            {
                x.WriteStartElement("styleSheet", Main);
                x.WriteRaw(Styles);
            });
            for (var i = 1; i <= sheets.Count; i++)
            {
                var sheet = sheets[i - 1];
                Part(zip, $"xl/worksheets/sheet{i}.xml", x => Sheet(x, sheet));
            }
        }
        return stream.ToArray();
    }

    // A plain style, a bold one for headers, and one whose text wraps; all as text, so that no program takes "6-1" for a day.
    private const string Styles = """
        <fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
        """;

    private static void Sheet(XmlWriter x, WorkbookSheet sheet)
    {
        x.WriteStartElement("worksheet", Main);
        x.WriteRaw("<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>");
        var columns = Math.Max(1, sheet.Rows.Count == 0 ? 1 : sheet.Rows.Max(r => r.Count));
        // The style of the column holds for cells that nobody filled yet.
        x.WriteRaw($"<cols><col min=\"1\" max=\"{columns}\" width=\"28\" style=\"2\" customWidth=\"1\"/></cols>");
        x.WriteStartElement("sheetData");
        for (var r = 0; r < sheet.Rows.Count; r++)
        {
            x.WriteStartElement("row");
            x.WriteAttributeString("r", (r + 1).ToString(CultureInfo.InvariantCulture));
            for (var c = 0; c < sheet.Rows[r].Count; c++)
            {
                if (sheet.Rows[r][c].Length == 0) continue;
                x.WriteStartElement("c");
                x.WriteAttributeString("r", string.Create(CultureInfo.InvariantCulture, $"{GridCell.Letters(c)}{r + 1}"));
                x.WriteAttributeString("s", r == 0 ? "1" : "2");
                x.WriteAttributeString("t", "inlineStr");
                x.WriteStartElement("is");
                x.WriteStartElement("t");
                x.WriteAttributeString("xml", "space", null, "preserve");
                x.WriteString(Fit(sheet.Rows[r][c]));
                x.WriteEndElement();
                x.WriteEndElement();
                x.WriteEndElement();
            }
            x.WriteEndElement();
        }
        x.WriteEndElement();
    }

    // XML 1.0 knows no control characters, and a cell holds 32,767 signs.
    private static string Fit(string text)
    {
        var fit = new StringBuilder(Math.Min(text.Length, 32_767));
        for (var i = 0; i < text.Length && fit.Length < 32_767; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) fit.Append(text[i]).Append(text[++i]);
            else if (XmlConvert.IsXmlChar(text[i])) fit.Append(text[i]);
            else fit.Append('\ufffd');
        }
        return fit.ToString();
    }

    private static void Part(ZipArchive zip, string name, Action<XmlWriter> write)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        // The earliest time that the format knows: a draft has no clock.
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var stream = entry.Open();
        using var x = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), CloseOutput = false });
        x.WriteStartDocument(standalone: true);
        write(x);
        x.WriteEndDocument();
    }

    private static void Default(XmlWriter x, string extension, string type)
    {
        x.WriteStartElement("Default");
        x.WriteAttributeString("Extension", extension);
        x.WriteAttributeString("ContentType", type);
        x.WriteEndElement();
    }

    private static void Override(XmlWriter x, string part, string type)
    {
        x.WriteStartElement("Override");
        x.WriteAttributeString("PartName", part);
        x.WriteAttributeString("ContentType", type);
        x.WriteEndElement();
    }

    private static void Relation(XmlWriter x, string id, string type, string target)
    {
        x.WriteStartElement("Relationship");
        x.WriteAttributeString("Id", id);
        x.WriteAttributeString("Type", type);
        x.WriteAttributeString("Target", target);
        x.WriteEndElement();
    }
}
