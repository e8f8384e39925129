using System.Text;
using System.Text.Json;
using Assay.Tests;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>Workbooks as programs of other people write them: openpyxl (Python) and exceljs (npm). Each gets sheets as lists of rows and knows nothing of us.</summary>
internal static class Outside
{
    /// <param name="Rows">Cells as text; <c>null</c> for an empty cell; <c>@date 2031-12-31</c>, <c>@number 5</c>, <c>@yes</c>, <c>@no</c>, <c>@formula =1+1</c>, <c>@rich text</c> for other kinds.</param>
    public sealed record Sheet(string Name, IReadOnlyList<string?[]> Rows, bool Hidden = false, IReadOnlyList<string>? Merged = null);

    public static readonly string[] Writers = ["openpyxl", "exceljs"];

    public static byte[] Write(string writer, IReadOnlyList<Sheet> sheets, bool from1904 = false)
    {
        using var scratch = new Scratch();
        var json = scratch.File("sheets.json");
        File.WriteAllText(json, JsonSerializer.Serialize(new { from1904, sheets = sheets.Select(s => new { name = s.Name, hidden = s.Hidden, merged = s.Merged ?? [], rows = s.Rows }) }));
        var file = scratch.File("book.xlsx");
        var result = writer == "openpyxl" ? Python(json, file) : Npm.Run(Npm.Folder("exceljs@4.4.0"), Script, json, file);
        Assert.True(result.Exit == 0, result.Error);
        return File.ReadAllBytes(file);
    }

    private static Tool.Result Python(string json, string file)
    {
        return Tool.Run(Interpreter(), ["-c", PythonScript, json, file]);
    }

    // The system's own, for which the package is; another one may come first on the path.
    private static string Interpreter()
    {
        Tool.Need("python3", "python3");
        var python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        if (Tool.Run(python, ["-c", "import openpyxl"]).Exit != 0) Assert.Skip("openpyxl is missing (apt-get install python3-openpyxl)");
        return python;
    }

    /// <summary>What openpyxl reads out of a workbook: for each sheet its name and its rows of values.</summary>
    public static JsonElement Read(byte[] workbook)
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("book.xlsx"), workbook);
        var result = Tool.Run(Interpreter(), ["-c", """
            import json, sys, openpyxl
            book = openpyxl.load_workbook(sys.argv[1])
            print(json.dumps([{"name": s.title, "rows": [[None if c is None else str(c) for c in r] for r in s.iter_rows(values_only=True)]} for s in book.worksheets]))
            """, scratch.File("book.xlsx")]);
        Assert.True(result.Exit == 0, result.Error);
        return JsonDocument.Parse(result.Text).RootElement;
    }

    /// <summary>What exceljs reads: names of the sheets and how many rows each has.</summary>
    public static string ReadByExcelJs(byte[] workbook)
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("book.xlsx"), workbook);
        var result = Npm.Run(Npm.Folder("exceljs@4.4.0"), """
            import { createRequire } from "node:module";
            const ExcelJS = createRequire(import.meta.url)("exceljs");
            const book = new ExcelJS.Workbook();
            await book.xlsx.readFile(process.argv[2]);
            console.log(book.worksheets.map(s => `${s.name}:${s.actualRowCount}`).join(" "));
            """, scratch.File("book.xlsx"));
        Assert.True(result.Exit == 0, result.Error);
        return result.Text.Trim();
    }

    private const string PythonScript = """
        import json, sys, datetime, openpyxl
        from openpyxl.utils.datetime import CALENDAR_MAC_1904
        told = json.load(open(sys.argv[1]))
        book = openpyxl.Workbook()
        book.remove(book.active)
        if told["from1904"]: book.epoch = CALENDAR_MAC_1904
        for s in told["sheets"]:
            sheet = book.create_sheet(s["name"])
            for r, row in enumerate(s["rows"], 1):
                for c, text in enumerate(row, 1):
                    if text is None: continue
                    cell = sheet.cell(r, c)
                    if text.startswith("@date "): cell.value = datetime.date.fromisoformat(text[6:])
                    elif text.startswith("@number "): cell.value = float(text[8:]) if "." in text else int(text[8:])
                    elif text == "@yes": cell.value = True
                    elif text == "@no": cell.value = False
                    elif text.startswith("@formula "): cell.value = text[9:]
                    elif text.startswith("@rich "): cell.value = text[6:]
                    else:
                        cell.value = text
                        cell.data_type = "s"
            for m in s["merged"]: sheet.merge_cells(m)
            if s["hidden"]: sheet.sheet_state = "hidden"
        if all(s["hidden"] for s in told["sheets"]): book.create_sheet("cover")
        book.save(sys.argv[2])
        """;

    private const string Script = """
        import { readFileSync } from "node:fs";
        import { createRequire } from "node:module";
        const ExcelJS = createRequire(import.meta.url)("exceljs");
        const told = JSON.parse(readFileSync(process.argv[2], "utf8"));
        const book = new ExcelJS.Workbook();
        book.properties.date1904 = told.from1904;
        for (const s of told.sheets) {
            const sheet = book.addWorksheet(s.name, { state: s.hidden ? "hidden" : "visible" });
            s.rows.forEach((row, r) => row.forEach((text, c) => {
                if (text === null) return;
                const cell = sheet.getCell(r + 1, c + 1);
                if (text.startsWith("@date ")) { cell.value = new Date(text.slice(6) + "T00:00:00Z"); cell.numFmt = "dd.mm.yyyy"; }
                else if (text.startsWith("@number ")) cell.value = Number(text.slice(8));
                else if (text === "@yes") cell.value = true;
                else if (text === "@no") cell.value = false;
                else if (text.startsWith("@formula ")) cell.value = { formula: text.slice(10), result: "computed" };
                else if (text.startsWith("@rich ")) cell.value = { richText: [{ text: text.slice(6, 9) }, { text: text.slice(9), font: { bold: true } }] };
                else cell.value = text;
            }));
            for (const m of s.merged) sheet.mergeCells(m);
        }
        if (told.sheets.every(s => s.hidden)) book.addWorksheet("cover");
        await book.xlsx.writeFile(process.argv[3]);
        """;
}
