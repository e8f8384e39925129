using Assay.Exchange.Cases;
using Assay.Exchange.Reporting;
using Assay.Tests;

namespace Assay.Exchange.Tests;

/// <summary>Cases, drafts and notices follow docs/schemas, judged by ajv.</summary>
public class SchemasTests
{
    [Fact]
    public void What_a_case_gives_to_programs_follows_its_schema_and_a_wrong_document_does_not()
    {
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        using var scratch = new Scratch();
        var files = new List<string>();
        void Keep(string schema, byte[] document)
        {
            files.Add($"{schema}={scratch.File($"{files.Count}.json")}");
            File.WriteAllBytes(scratch.File($"{files.Count - 1}.json"), document);
        }
        foreach (var (_, one) in Examples.All())
        {
            Keep("case/1", CaseJson.Document(one, Examples.Signal));
            Keep("user-notice/1", UserNotice.Of(one).Json());
            foreach (var stage in new[] { Duty.EarlyWarning, Duty.Notification, Duty.FinalReport }) Keep("article14-draft/1", Article14.Draft(one, stage, Tlp.Amber, Examples.Signal).Json());
        }
        var judged = Npm.Run(folder, """
            import fs from 'node:fs';
            import Ajv from 'ajv/dist/2020.js';
            import formats from 'ajv-formats';
            const [schemas, ...files] = process.argv.slice(2);
            const ajv = new Ajv({ strict: false, allErrors: true });
            formats(ajv);
            for (const name of fs.readdirSync(schemas)) ajv.addSchema(JSON.parse(fs.readFileSync(`${schemas}/${name}`)));
            for (const one of files) {
              const [schema, file] = one.split('=');
              const check = ajv.getSchema(`https://assay.example/schemas/${schema}`);
              const document = JSON.parse(fs.readFileSync(file));
              if (!check(document)) { console.log(schema, JSON.stringify(check.errors.slice(0, 3))); process.exit(1); }
              document.extra = 1;
              if (check(document)) { console.log('the schema refuses nothing'); process.exit(1); }
            }
            """, [Path.Combine(Checkout.Root, "docs", "schemas"), .. files]);
        Assert.True(judged.Exit == 0, judged.Text + judged.Error);
        Assert.True(files.Count > 40);
    }
}
