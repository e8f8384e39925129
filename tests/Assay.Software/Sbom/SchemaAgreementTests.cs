using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Evidence.Reading;
using Assay.Software.Sbom;
using Assay.Tests;

namespace Assay.Software.Tests.Sbom;

public class SchemaAgreementTests
{
    private static readonly string[] Versions = ["1.4", "1.5", "1.6", "1.7"];

    private const string Ready = """
        import fs from 'fs'; import { createRequire } from 'module';
        const require = createRequire(import.meta.url);
        const Ajv = require('ajv'), formats = require('ajv-formats'), more = require('ajv-formats-draft2019');
        const [schemas, input] = process.argv.slice(2);
        const ajv = new Ajv({ strict: false, validateFormats: true });
        formats(ajv); more(ajv);
        ajv.addFormat('iri-reference', true);
        const load = n => JSON.parse(fs.readFileSync(schemas + '/' + n)), files = {}, versions = ['1.4', '1.5', '1.6', '1.7'];
        for (const n of ['spdx.schema.json', 'jsf-0.82.schema.json', 'cryptography-defs.schema.json']) ajv.addSchema(files[n] = load(n), 'http://cyclonedx.org/schema/' + n);
        const valid = Object.fromEntries(versions.map(v => [v, ajv.compile(load(`bom-${v}.schema.json`))]));
        const judge = d => { const check = valid[d.specVersion]; return check(d) ? '1' : '0' + (check.errors[0].instancePath + ' ' + check.errors[0].message).replace(/\s/g, ' '); };

        """;

    /// <summary>Judges many documents at once: the published schemas, by ajv with formats. Prints one 0 or 1 for each line of the input.</summary>
    internal const string Judge = Ready + """
        console.log(fs.readFileSync(input, 'utf8').split('\n').filter(l => l).map(l => judge(JSON.parse(l))).join('\n'));
        """;

    /// <summary>Writes documents by walking the published schemas, members used least first, some of their values unfit, and each damaged three times; prints the verdict, a tab and the document. Seeded. On standard error: members that were never used.</summary>
    private const string Walk = Ready + """
        let state = 7;
        const random = n => (state = (Math.imul(state, 1103515245) + 12345) >>> 0, Math.floor(state / 4294967296 * n)), pick = l => l[random(l.length)];
        const uuid = '3e671687-395b-41f5-a30f-a58921a69b79';
        const samples = {
          digest: ['a'.repeat(32), 'B0'.repeat(32), 'a'.repeat(33)], 'urn:uuid': ['urn:uuid:' + uuid, 'urn:uuid:' + uuid.toUpperCase()], 'element': [`urn:cdx:${uuid}/1#x%2F`, `urn:cdx:${uuid}/0#x`, `urn:cdx:${uuid}/1`],
          'bom': [`urn:cdx:${uuid}/12`, `urn:cdx:${uuid}/01`], locale: ['en', 'de-AT', 'eng'], media: ['text/plain', 'Text/plain', 'application/vnd.x+json'], cre: ['CRE:12-3', 'CRE:1'], patent: ['US123 (A)', 'X'], country: ['AT', 'at'],
        };
        const form = p => p.includes('{96}') ? 'digest' : p.startsWith('^urn:uuid') ? 'urn:uuid' : p.endsWith('#.+$') ? 'element' : p.startsWith('^urn:cdx') ? 'bom' : p.startsWith('^([a-z]{2})') ? 'locale'
          : p.startsWith('^[-+a-z0-9.]+/') ? 'media' : p.startsWith('^CRE') ? 'cre' : p.includes('{0,28}') ? 'patent' : p === '^[A-Z]{2}$' ? 'country' : (() => { throw new Error('pattern ' + p); })();
        const times = ['2020-01-01T00:00:00Z', '2024-02-29T23:59:60+01:00', '2020-01-01T00:00:00', '2020-13-01T00:00:00Z', '2020-01-01t00:00:00.5z', '2020-01-01 00:00:00Z', '2021-02-29T00:00:00Z', '2020-01-01T24:00:00Z', '2020-01-01T00:00:00+0100', 'yesterday'];
        const other = () => pick([null, '', 'two words', -1, 0.5, true, [], {}, 7, 'x', [{}], ['']]);
        const out = [];
        for (const version of versions) {
          const root = load(`bom-${version}.schema.json`), used = new Map(); let serial = 0;
          const follow = (s, file) => { while (s.$ref) { const [f, p] = s.$ref.split('#'); if (f) file = files[f.split('/').pop()] ?? (() => { throw new Error(s.$ref); })(); s = (p ?? '').split('/').slice(1).reduce((o, k) => o[decodeURIComponent(k)], file); } return [s, file]; };
          const make = (s, file, name, depth, strict) => {
            [s, file] = follow(s, file);
            const chosen = (s.type === 'object' || s.properties) && (s.oneOf ?? s.anyOf) ? follow(pick(s.oneOf ?? s.anyOf), file)[0] : {};
            const others = (s.oneOf ?? s.anyOf ?? []).flatMap(a => a.required ?? []).filter(k => !chosen.required?.includes(k));
            const properties = s.properties || chosen.properties ? { ...s.properties, ...chosen.properties } : undefined, required = [...s.required ?? [], ...chosen.required ?? []];
            if (name === 'publicKey' && random(4)) return pick([{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }, { kty: 'OKP', crv: 'Ed448', x: 'a' }, { kty: 'RSA', n: 'a', e: 'b' }, { kty: 'OKP', crv: 'P-256', x: 'a' }]);
            if (s.enum) return pick(s.enum); if (s.const !== undefined) return s.const;
            let value;
            const alternatives = s.oneOf ?? s.anyOf;
            if (s.type === 'object' || properties) {
              value = {};
              const add = k => { if (properties?.[k]) value[k] = make(properties[k], file, k, depth + 1, strict); else value[k] = 'x'; };
              for (const k of required) add(k);
              const keys = Object.keys(properties ?? {}).filter(k => !(k in value) && (!strict || !others.includes(k))), count = k => { if (!used.has(properties[k])) used.set(properties[k], 0); return used.get(properties[k]); };
              keys.sort((a, b) => count(a) - count(b) || (random(2) ? 1 : -1));
              for (const k of keys.slice(0, depth === 0 ? 3 : depth > 9 ? 0 : random(4))) { used.set(properties[k], count(k) + 1); add(k); }
              if (s.additionalProperties !== false && chosen.additionalProperties !== false && random(8) === 0) value['x-more'] = 1;
            } else if (alternatives) value = make(pick(alternatives), file, name, depth, strict);
            else if (s.allOf) value = make(s.allOf[random(s.allOf.length)], file, name, depth, strict);
            else if (s.type === 'array') { const n = Math.max(s.minItems ?? 0, depth > 9 ? 0 : 1 + random(2)); value = Array.from({ length: Math.min(n, s.maxItems ?? 9) }, () => Array.isArray(s.items) ? make(s.items[0], file, name, depth + 1, strict) : s.items ? make(s.items, file, name, depth + 1, strict) : 'x'); }
            else if (s.type === 'integer' || s.type === 'number') value = pick([s.minimum ?? 1, s.maximum ?? 3, (s.minimum ?? 0) + (s.type === 'number' ? 0.25 : 1), ...(strict ? [] : [(s.minimum ?? 0) - 1, (s.maximum ?? 5) + 1, 1.5])]);
            else if (s.type === 'boolean') value = random(2) === 0;
            else if (s.type === 'string' || s.pattern || s.format) {
              const all = s.pattern ? samples[form(s.pattern)] : s.format === 'date-time' ? times : s.format === 'date' ? ['2024-02-29', '2023-02-29', '24-1-1'] : s.format === 'uri' ? ['https://x.example/alg', 'no uri'] : s.format === 'idn-email' ? ['a@example.org', 'ä@exämple.org', 'nobody'] : s.format === 'iri-reference' ? ['https://x.example/a?b#c', 'a/b', `urn:cdx:${uuid}/1`]
                : name === 'bom-ref' ? [`r${serial++}`] : name === 'expression' ? ['MIT', 'Apache-2.0 OR MIT'] : name === 'specVersion' ? [version] : [`text ${serial++}`, ...(strict ? [] : ['', 'x'.repeat(s.maxLength ?? 9)])];
              value = strict ? all[0] : pick(all);
            } else if (Array.isArray(s.type)) value = pick(['a', 1, true]);
            else value = pick(['x', { a: 1 }]);
            return value;
          };
          const places = (n, l = []) => { if (n && typeof n === 'object') { l.push(n); for (const k of Object.keys(n)) places(n[k], l); } return l; };
          const damage = d => {
            const all = places(d), place = pick(all.slice(random(all.length))), keys = Object.keys(place), k = pick(keys);
            if (k === undefined) { if (Array.isArray(place)) place.push(other()); else place.unheardOf = 1; return; }
            switch (random(7)) {
              case 0: if (Array.isArray(place)) place.splice(k, 1); else delete place[k]; break;
              case 1: if (Array.isArray(place)) place.push(structuredClone(place[k])); else place.unheardOf = 'x'; break;
              case 2: place[k] = other(); break;
              case 3: if (typeof place[k] === 'string') place[k] = pick([place[k].toUpperCase(), place[k].slice(1), place[k] + '0', place[k] + '\n', ' ' + place[k]]); else place[k] = [place[k]]; break;
              case 4: { const o = pick(all), m = pick(Object.keys(o)); if (m !== undefined && !Array.isArray(place)) place[m] = structuredClone(o[m]); break; }
              case 5: if (typeof place[k] === 'number') place[k] = pick([-place[k], place[k] * 100, place[k] + 0.5, 1e300]); else place[k] = other(); break;
              default: place[k] = Array.isArray(place[k]) ? place[k][0] ?? null : other();
            }
          };
          const write = d => { d.bomFormat = 'CycloneDX'; d.specVersion = version; if ('$schema' in d) d.$schema = `http://cyclonedx.org/schema/bom-${version}.schema.json`; out.push(judge(d) + '	' + JSON.stringify(d)); };
          for (let i = 0; i < Number(input); i++) {
            const strict = i % 3 > 0, d = make(root, root, '', 0, strict);
            write(structuredClone(d));
            for (let n = 0; n < 3; n++) { const e = structuredClone(d); for (let m = random(2); m >= 0; m--) damage(e); write(e); }
          }
          const never = [...used.values()].filter(n => n === 0).length;
          console.error(`${version}: ${used.size - never} of ${used.size} members used`);
        }
        console.log(out.join('\n'));
        """;

    internal static string Ajv => Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1", "ajv-formats-draft2019@1.6.1");

    [Fact]
    public void On_thousands_of_damaged_documents_of_all_versions_our_verdict_is_that_of_the_published_schemas()
    {
        var (schemas, folder) = (Corpus.Folder("sbom/cyclonedx/schema"), Ajv);
        var random = new Random(5);
        var documents = new List<string>();
        foreach (var path in Corpus.Files("sbom/cyclonedx", "*valid-*.json").Concat(Corpus.Files("sbom/cyclonedx/bom-examples", "*.json")).Where(f => new FileInfo(f).Length < 60_000))
        {
            var text = File.ReadAllText(path);
            foreach (var version in Versions)
            {
                for (var i = 0; i < 9; i++)
                {
                    var root = JsonNode.Parse(text)!.AsObject();
                    if (root["specVersion"] is not JsonValue || root["bomFormat"]?.ToString() != "CycloneDX") continue;
                    root["specVersion"] = version;
                    if (root.ContainsKey("$schema")) root["$schema"] = $"http://cyclonedx.org/schema/bom-{version}.schema.json";
                    for (var n = i == 0 ? 0 : random.Next(1, 3); n > 0; n--) Damage(root, random);
                    if (root["specVersion"] is not JsonValue told || told.ToString() != version || root["bomFormat"]?.ToString() != "CycloneDX") continue;
                    documents.Add(root.ToJsonString());
                }
            }
        }
        using var scratch = new Scratch();
        File.WriteAllLines(scratch.File("documents"), documents);
        var judged = Npm.Run(folder, Judge, schemas, scratch.File("documents"));
        Assert.True(judged.Exit == 0, judged.Error);
        var answers = judged.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(documents.Count, answers.Length);
        Compare(documents, answers);
    }

    [Fact]
    public void On_documents_with_every_member_that_the_schemas_know_our_verdict_is_theirs()
    {
        var (schemas, folder) = (Corpus.Folder("sbom/cyclonedx/schema"), Ajv);
        var walked = Npm.Run(folder, Walk, schemas, "2500");
        Assert.True(walked.Exit == 0, walked.Error);
        TestContext.Current.SendDiagnosticMessage(walked.Error.Trim());
        var lines = walked.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t', 2)).ToList();
        Compare([.. lines.Select(l => l[1])], [.. lines.Select(l => l[0])]);
    }

    private static void Compare(List<string> documents, string[] answers)
    {
        var (differ, valid) = (new List<string>(), 0);
        for (var i = 0; i < documents.Count; i++)
        {
            using var file = BillFile.Read("x", Encoding.UTF8.GetBytes(documents[i]));
            // What stands in words only, no schema can judge. The suite calls IRIs valid that ajv's format refuses, and 1.4 forgot to say that two of its lists hold objects.
            var faults = file.Faults.Where(f => f.Expected is not ("a bom-ref that no other part has" or "a licence expression (SPDX 2.3, annex D)")
                && !(f.Expected.Contains("an IRI reference", StringComparison.Ordinal) && !f.Expected.StartsWith("a list", StringComparison.Ordinal) && f.Found is not ("an object" or "a list" or "a number" or "true" or "false" or "null")) && !(file.Version == "1.4" && f.Expected is "an object (vulnerability.references)" or "an object (vulnerability.affects)")).ToList();
            if (answers[i][0] == '1') valid++;
            if (faults.Count == 0 != (answers[i][0] == '1')) differ.Add($"{file.Title}: schema says {answers[i]}, we say {(faults.Count == 0 ? "valid" : faults[0])}: {documents[i][..Math.Min(200, documents[i].Length)]}");
        }
        TestContext.Current.SendDiagnosticMessage($"{documents.Count} documents, {valid} valid, {differ.Count} judged differently");
        Assert.True(documents.Count > 4000 && valid > 300 && valid < documents.Count, $"{documents.Count} documents, {valid} valid");
        Assert.True(differ.Count == 0, $"{differ.Count} of {documents.Count} ({valid} valid)\n{string.Join('\n', differ.Take(40))}");
    }

    private static void Damage(JsonObject root, Random random)
    {
        var places = new List<JsonNode>();
        Gather(root, places);
        var place = places[random.Next(places.Count)];
        if (place is JsonObject held && held.Count > 0)
        {
            var name = held.ElementAt(random.Next(held.Count)).Key;
            switch (random.Next(6))
            {
                case 0:
                    held.Remove(name);
                    break;
                case 1:
                    held["unheardOf"] = "x";
                    break;
                case 2 when held[name] is JsonArray list && list.Count > 0:
                    list.Add(list[random.Next(list.Count)]?.DeepClone());
                    break;
                case 3:
                    held[name] = Other(random);
                    break;
                case 4 when held[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String:
                    var text = value.GetValue<string>();
                    held[name] = random.Next(3) switch { 0 => text.ToUpperInvariant(), 1 => text.Length > 0 ? text[1..] : "a", _ => text + "0" };
                    break;
                default:
                    // A member from elsewhere in the document.
                    if (places[random.Next(places.Count)] is JsonObject other && other.Count > 0 && other.ElementAt(random.Next(other.Count)) is var moved) held[moved.Key] = moved.Value?.DeepClone();
                    break;
            }
        }
        else if (place is JsonArray items && items.Count > 0)
        {
            if (random.Next(2) == 0) items[random.Next(items.Count)] = Other(random);
            else items.Add(items[random.Next(items.Count)]?.DeepClone());
        }
    }

    private static JsonNode? Other(Random random) => random.Next(9) switch
    {
        0 => null,
        1 => JsonValue.Create(""),
        2 => JsonValue.Create("two words"),
        3 => JsonValue.Create(-1),
        4 => JsonValue.Create(0.5),
        5 => JsonValue.Create(true),
        6 => new JsonArray(),
        7 => new JsonObject(),
        _ => JsonValue.Create(7),
    };

    private static void Gather(JsonNode? node, List<JsonNode> places)
    {
        if (node is JsonObject held)
        {
            places.Add(held);
            foreach (var (_, value) in held) Gather(value, places);
        }
        else if (node is JsonArray items)
        {
            places.Add(items);
            foreach (var item in items) Gather(item, places);
        }
    }
}
