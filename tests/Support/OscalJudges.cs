namespace Assay.Tests;

/// <summary>Two validators that know nothing of each other judge a document by one of OSCAL's published JSON schemas: ajv in node, jsonschema in Python.</summary>
public static class OscalJudges
{
    private const string Ajv = """
        import { createRequire } from "node:module";
        import { readFileSync } from "node:fs";
        const require = createRequire(import.meta.url);
        const Ajv = require("ajv");
        const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: true });
        require("ajv-formats")(ajv);
        const read = file => JSON.parse(readFileSync(file, "utf8"));
        const [schema, ...documents] = process.argv.slice(2);
        const validate = ajv.compile(read(schema));
        for (const document of documents) console.log(validate(read(document)) ? "valid" : JSON.stringify(validate.errors.slice(0, 5)));
        """;

    // Python's re has no \p{…}; these two classes mean the same there.
    private const string Python = """
        import json, sys
        from jsonschema import Draft7Validator, FormatChecker

        def plain(node):
            if isinstance(node, dict):
                return {k: v.replace(r"\p{L}", r"[^\W\d_]").replace(r"\p{N}", r"\d") if k == "pattern" and isinstance(v, str) else plain(v) for k, v in node.items()}
            return [plain(v) for v in node] if isinstance(node, list) else node

        judge = Draft7Validator(plain(json.load(open(sys.argv[1], encoding="utf-8"))), format_checker=FormatChecker())
        for document in sys.argv[2:]:
            errors = list(judge.iter_errors(json.load(open(document, encoding="utf-8"))))
            print("valid" if not errors else "; ".join(f"{'/'.join(map(str, e.absolute_path))}: {e.validator}" for e in errors[:5]))
        """;

    /// <summary>One line per document: <c>valid</c>, or what is wrong. Skips the test when node or the registry of npm is not there.</summary>
    public static IReadOnlyList<string> ByAjv(string schema, params string[] documents)
    {
        var result = Npm.Run(Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1"), Ajv, [schema, .. documents]);
        return Lines(result, documents);
    }

    /// <inheritdoc cref="ByAjv"/>
    public static IReadOnlyList<string> ByPython(string schema, params string[] documents)
    {
        Tool.Need("jsonschema", "python3-jsonschema");
        // The system's Python has the Debian package; another one that comes first may not.
        var python = File.Exists("/usr/lib/python3/dist-packages/jsonschema/__init__.py") ? "/usr/bin/python3" : "python3";
        return Lines(Tool.Run(python, ["-c", Python, schema, .. documents]), documents);
    }

    private static string[] Lines(Tool.Result result, string[] documents)
    {
        Assert.True(result.Exit == 0, result.Error);
        var lines = result.Text.Trim().Split('\n');
        Assert.Equal(documents.Length, lines.Length);
        return lines;
    }
}
