using System.Text.Json;
using Assay.Exchange.Stix;
using Assay.Tests;

namespace Assay.Exchange.Tests.Stix;

/// <summary>Bundles of cases, judged object by object by the schemas of OASIS with ajv.</summary>
public class BundleTests
{
    private const string Script = """
        import fs from 'node:fs';
        import path from 'node:path';
        import Ajv from 'ajv/dist/2020.js';
        import formats from 'ajv-formats';
        const [schemas, list] = process.argv.slice(2);
        const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true, unicodeRegExp: false });
        formats(ajv);
        const base = 'http://raw.githubusercontent.com/oasis-open/cti-stix2-json-schemas/stix2.1/schemas/';
        const kinds = {};
        for (const folder of fs.readdirSync(schemas)) for (const name of fs.readdirSync(path.join(schemas, folder))) {
          const schema = JSON.parse(fs.readFileSync(path.join(schemas, folder, name)));
          ajv.addSchema(schema, base + folder + '/' + name);
          kinds[path.basename(name, '.json')] = base + folder + '/' + name;
        }
        for (const file of fs.readFileSync(list, 'utf8').trim().split('\n')) {
          const bundle = JSON.parse(fs.readFileSync(file));
          const wrong = [];
          const whole = ajv.getSchema(kinds.bundle);
          if (!whole(bundle)) wrong.push('bundle ' + JSON.stringify(whole.errors.slice(0, 3)));
          for (const one of bundle.objects) {
            const check = kinds[one.type] && ajv.getSchema(kinds[one.type]);
            if (!check) wrong.push('no schema for ' + one.type);
            else if (!check(one)) wrong.push(one.type + ' ' + JSON.stringify(check.errors.slice(0, 3)));
          }
          console.log(JSON.stringify({ file, objects: bundle.objects.length, wrong }));
        }
        """;

    private static List<(string File, int Objects, string[] Wrong)> Judge(IReadOnlyList<string> files)
    {
        var schemas = Corpus.Folder("stix/stix2-json-schemas/schemas");
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        using var scratch = new Scratch();
        File.WriteAllLines(scratch.File("files"), files);
        var result = Npm.Run(folder, Script, schemas, scratch.File("files"));
        Assert.True(result.Exit == 0, result.Text + result.Error);
        return [.. result.Text.Trim().Split('\n').Select(l => JsonDocument.Parse(l).RootElement)
            .Select(j => (j.GetProperty("file").GetString()!, j.GetProperty("objects").GetInt32(), j.GetProperty("wrong").EnumerateArray().Select(w => w.GetString()!).ToArray()))];
    }

    [Fact]
    public void Every_object_of_every_bundle_follows_the_schema_of_its_type()
    {
        using var scratch = new Scratch();
        var files = new List<string>();
        foreach (var (name, one) in Examples.All())
        {
            foreach (var tlp in Enum.GetValues<Tlp>())
            {
                files.Add(scratch.File($"{name}-{tlp}.json"));
                File.WriteAllBytes(files[^1], Bundle.Of(one, tlp, "Registry of Example", Examples.Address));
            }
        }
        var judged = Judge(files);
        Assert.True(judged.Count > 40 && judged.All(j => j.Objects >= 5));
        Assert.Empty(judged.SelectMany(j => j.Wrong.Select(w => $"{Path.GetFileName(j.File)}: {w}")));
    }

    [Fact]
    public void The_judge_passes_the_examples_of_oasis_and_refuses_a_bundle_with_any_required_member_taken_away()
    {
        using var scratch = new Scratch();
        var right = Judge([.. Corpus.Files("stix/stix2-json-schemas/examples", "*.json").Where(f => File.ReadAllText(f).Contains("\"objects\"", StringComparison.Ordinal))]);
        Assert.NotEmpty(right);
        Assert.Contains(right, j => j.Wrong.Length == 0);
        var whole = System.Text.Json.Nodes.JsonNode.Parse(Bundle.Of(Examples.Vulnerability(), Tlp.Clear, "Registry of Example", Examples.Address))!;
        var files = new List<string>();
        foreach (var (member, at) in new[] { ("identity_class", "identity"), ("name", "vulnerability"), ("relationship_type", "relationship"), ("object_refs", "report"), ("name", "software"), ("created", "infrastructure") })
        {
            var broken = whole.DeepClone();
            var target = broken["objects"]!.AsArray().First(o => o!["type"]!.GetValue<string>() == at)!.AsObject();
            if (member == "identity_class") target["identity_class"] = 5;
            else Assert.True(target.Remove(member));
            files.Add(scratch.File($"{at}-{member}.json"));
            File.WriteAllText(files[^1], broken.ToJsonString());
        }
        Assert.All(Judge(files), j => Assert.True(j.Wrong.Length > 0, Path.GetFileName(j.File)));
    }

    [Fact]
    public void Every_reference_leads_to_an_object_of_the_bundle_and_every_object_carries_its_marking()
    {
        foreach (var (name, one) in Examples.All())
        {
            using var json = JsonDocument.Parse(Bundle.Of(one, Tlp.AmberStrict, "Registry of Example", Examples.Address));
            var objects = json.RootElement.GetProperty("objects").EnumerateArray().ToList();
            var ids = objects.Select(o => o.GetProperty("id").GetString()!).ToList();
            Assert.Equal(ids.Count, ids.Distinct().Count());
            foreach (var each in objects)
            {
                foreach (var member in each.EnumerateObject().Where(m => m.Name.EndsWith("_ref", StringComparison.Ordinal))) Assert.Contains(member.Value.GetString()!, ids);
                foreach (var member in each.EnumerateObject().Where(m => m.Name.EndsWith("_refs", StringComparison.Ordinal)))
                    Assert.All(member.Value.EnumerateArray(), r => Assert.Contains(r.GetString()!, ids));
                if (each.GetProperty("type").GetString() != "marking-definition")
                    Assert.Equal("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", each.GetProperty("object_marking_refs")[0].GetString());
            }
            Assert.True(objects.Count >= 5, name);
        }
    }

    [Fact]
    public void An_observable_has_the_id_that_the_standard_gives_it()
    {
        // The standard's own example for a file-like canonical form is reproduced with Python's uuid.uuid5 of the same namespace and canonical JSON.
        Tool.Need("python3", "python3");
        var expected = Tool.Run("python3", ["-c", """
            import uuid, json
            d = {"name": "busybox", "version": "1.35.0", "cpe": "cpe:2.3:a:busybox:busybox:1.35.0:*:*:*:*:*:*:*"}
            print("software--" + str(uuid.uuid5(uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7"), json.dumps(d, sort_keys=True, separators=(",", ":"), ensure_ascii=False))))
            """]).Text.Trim();
        using var json = JsonDocument.Parse(Bundle.Of(Examples.Vulnerability(), Tlp.Clear, "Registry of Example", Examples.Address));
        Assert.Contains(expected, json.RootElement.GetProperty("objects").EnumerateArray().Select(o => o.GetProperty("id").GetString()));
    }

    [Fact]
    public void The_same_case_gives_the_same_bytes_and_no_person_s_name()
    {
        foreach (var (_, one) in Examples.All())
        {
            var bytes = Bundle.Of(one, Tlp.Green, "Registry of Example", Examples.Address);
            Assert.Equal(bytes, Bundle.Of(one, Tlp.Green, "Registry of Example", Examples.Address));
            Assert.DoesNotContain("Ada", System.Text.Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        }
    }
}
