using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Components;
using Assay.Software.Sbom;
using Assay.Tests;

namespace Assay.Software.Tests.Sbom;

public class BillOfMaterialsTests
{
    private static readonly DateTimeOffset AsOf = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly BillSubject Subject = new("doorbell.img", "1.0", new string('a', 64));

    private static List<Component> Components() =>
    [
        new() { Name = "zlib1g", Version = "1.2.13", Package = "1:1.2.13.dfsg-1", Purl = "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=armhf", Cpe = ["cpe:2.3:a:zlib:zlib:1.2.13:*:*:*:*:*:*:*", "cpe:2.3:a:gnu:zlib:1.2.13:*:*:*:*:*:*:*"],
            Supplier = "Mark \"M\" <x@example.test>", Licence = "Zlib", Evidence = [new("package database", new Location { Artefact = "doorbell.img", Path = "/var/lib/dpkg/status", Line = 3 }, 0.95), new("string", new Location { Artefact = "doorbell.img", Path = "/lib/libz.so", Offset = 77 }, 0.9)] },
        new() { Name = "busybox", Version = "1.35.0", Purl = "pkg:generic/busybox@1.35.0", Evidence = [new("string", new Location { Artefact = "doorbell.img", Path = "/bin/busybox" }, 0.9)] },
        new() { Name = "linux-kernel", Version = "4.14.59", Cpe = ["cpe:2.3:o:linux:linux_kernel:4.14.59:*:*:*:*:*:*:*"], Evidence = [new("kernel banner", new Location { Artefact = "doorbell.img" }, 0.9)] },
        new() { Name = "busybox", Version = "1.35.0", Purl = "pkg:generic/busybox@1.35.0", Evidence = [] },
    ];

    [Fact]
    public void What_is_written_is_read_back_and_the_order_given_does_not_matter()
    {
        var written = CycloneDx.Write(Subject, Components(), AsOf, "0.1.0");
        Assert.Equal(written, CycloneDx.Write(Subject, Components().AsEnumerable().Reverse(), AsOf, "0.1.0").ToArray());
        var read = BillOfMaterials.Read("bom", written);
        Assert.Equal("CycloneDX 1.6", read.Format);
        Assert.Equal(("doorbell.img", "1.0"), (read.Subject!.Name, read.Subject.Version));
        var zlib = read.Components.Single(c => c.Name == "zlib1g");
        var before = Components()[0];
        Assert.Equal((before.Version, before.Package, before.Purl, before.Supplier, before.Licence), (zlib.Version, zlib.Package, zlib.Purl, zlib.Supplier, zlib.Licence));
        Assert.Equal(before.Cpe, zlib.Cpe);
        Assert.True(read.Coverage.IsWhole);
    }

    [Fact]
    public void The_serial_number_follows_the_content_and_nothing_else()
    {
        string Serial(BillSubject subject, List<Component> components) => BillOfMaterials.Read("b", CycloneDx.Write(subject, components, AsOf, "0.1.0")).SerialNumber!;
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", Serial(Subject, Components()));
        Assert.Equal(Serial(Subject, Components()), Serial(Subject, Components()));
        Assert.NotEqual(Serial(Subject, Components()), Serial(Subject with { Sha256 = new string('b', 64) }, Components()));
        Assert.NotEqual(Serial(Subject, Components()), Serial(Subject, Components()[1..]));
    }

    [Fact]
    public void Every_valid_document_of_the_CycloneDX_suite_is_accepted_with_all_its_components()
    {
        var count = 0;
        foreach (var file in Corpus.Files("sbom/cyclonedx", "valid-*.json"))
        {
            var bytes = File.ReadAllBytes(file);
            Assert.True(BillOfMaterials.Looks(bytes), file);
            var read = BillOfMaterials.Read(file, bytes);
            using var document = JsonDocument.Parse(bytes);
            var expected = document.RootElement.TryGetProperty("components", out var components) ? components.GetArrayLength() : 0;
            Assert.True(read.Components.Count >= expected, $"{file}: {read.Components.Count} of {expected}");
            Assert.Empty(read.Coverage.Losses);
            count++;
        }
        Assert.True(count > 20);
    }

    [Fact]
    public void Real_examples_are_read_without_a_loss()
    {
        var (read, spdx) = (0, 0);
        foreach (var file in Corpus.Files("sbom/cyclonedx/bom-examples", "*.json").Concat(Corpus.Files("sbom/spdx", "*.json")))
        {
            var bytes = File.ReadAllBytes(file);
            if (!BillOfMaterials.Looks(bytes)) continue;
            var bill = BillOfMaterials.Read(file, bytes);
            Assert.Empty(bill.Coverage.Losses);
            if (bill.Format.StartsWith("SPDX", StringComparison.Ordinal)) spdx += bill.Components.Count;
            else read++;
        }
        Assert.True(read > 10 && spdx > 20, $"{read} CycloneDX documents, {spdx} SPDX packages");
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "bomFormat")]
    [InlineData("{}", "neither")]
    [InlineData("""{"bomFormat":"Cyclone","specVersion":"1.6"}""", "Cyclone")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"9.9"}""", "9.9")]
    [InlineData("""{"bomFormat":"CycloneDX"}""", "without version")]
    [InlineData("""{"spdxVersion":"SPDX-1.0"}""", "SPDX-1.0")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[""", "JSON")]
    public void What_is_no_bill_of_materials_is_refused_with_what_was_expected_and_found(string text, string message)
    {
        var refused = Assert.Throws<UnreadableException>(() => BillOfMaterials.Read("x", Encoding.UTF8.GetBytes(text)));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[1, {"name": 5}, {"version": "1"}, null, {"name": "kept", "version": 3, "purl": [], "cpe": {}, "supplier": "x", "licenses": [{"license": 1}, 2]}]""", 1, 4)]
    [InlineData("\"none\"", 0, 1)]
    [InlineData("""[{"name": "a", "components": [{"name": "b", "components": [{"name": "c"}]}]}]""", 3, 0)]
    public void Wrong_types_are_losses_and_the_rest_is_kept(string components, int kept, int lost)
    {
        var read = BillOfMaterials.Read("x", Encoding.UTF8.GetBytes($$"""{"bomFormat":"CycloneDX","specVersion":"1.5","components":{{components}}}"""));
        Assert.Equal((kept, lost), (read.Components.Count, read.Coverage.Losses.Count));
    }

    [Fact]
    public void Two_hundred_thousand_brackets_are_refused_and_random_damage_never_crashes()
    {
        Assert.Throws<UnreadableException>(() => BillOfMaterials.Read("x", Encoding.ASCII.GetBytes("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":" + new string('[', 200_000))));
        var healthy = CycloneDx.Write(Subject, Components(), AsOf, "0.1.0");
        var random = new Random(11);
        var readable = 0;
        for (var i = 0; i < 2000; i++)
        {
            var damaged = healthy.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                BillOfMaterials.Read("x", damaged);
                readable++;
            }
            catch (UnreadableException)
            {
                // Refused with a message: what a damaged document should meet.
            }
        }
        Assert.InRange(readable, 1, 1999);
    }

    [Fact]
    public void What_is_written_is_valid_by_the_published_schema()
    {
        var schemas = Corpus.Folder("sbom/cyclonedx/schema");
        var cache = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("bom.json"), CycloneDx.Write(Subject, Components(), AsOf, "0.1.0"));
        File.WriteAllText(scratch.File("check.js"), $$"""
            const fs = require('fs'), Ajv = require('{{cache}}/node_modules/ajv'), formats = require('{{cache}}/node_modules/ajv-formats');
            const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
            formats(ajv);
            ajv.addFormat('idn-email', true); ajv.addFormat('iri-reference', true);
            const load = n => JSON.parse(fs.readFileSync('{{schemas}}/' + n));
            for (const n of ['spdx.schema.json', 'jsf-0.82.schema.json']) ajv.addSchema(load(n), 'http://cyclonedx.org/schema/' + n);
            const valid = ajv.compile(load('bom-1.6.schema.json'));
            const read = f => JSON.parse(fs.readFileSync(f));
            const bom = read(process.argv[2]);
            if (!valid(bom)) { console.log(JSON.stringify(valid.errors)); process.exit(1); }
            bom.components[0].type = 'nonsense';
            if (valid(bom)) { console.log('the schema refuses nothing'); process.exit(1); }
            """);
        var result = Tool.Run("node", [scratch.File("check.js"), scratch.File("bom.json")]);
        Assert.True(result.Exit == 0, result.Text + result.Error);
    }
}
