using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
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
            Files = ["/lib/libz.so"], Supplier = "Mark \"M\" <x@example.test>", Licence = "Zlib", Evidence = [new("package database", new Location { Artefact = "doorbell.img", Path = "/var/lib/dpkg/status", Line = 3 }, 0.95), new("string", new Location { Artefact = "doorbell.img", Path = "/lib/libz.so", Offset = 77 }, 0.9)] },
        new() { Name = "busybox", Version = "1.35.0", Purl = "pkg:generic/busybox@1.35.0", Files = ["/bin/busybox"], Evidence = [new("string", new Location { Artefact = "doorbell.img", Path = "/bin/busybox" }, 0.9)] },
        new() { Name = "linux-kernel", Version = "4.14.59", Cpe = ["cpe:2.3:o:linux:linux_kernel:4.14.59:*:*:*:*:*:*:*"], Evidence = [new("kernel banner", new Location { Artefact = "doorbell.img" }, 0.9)] },
        new() { Name = "busybox", Version = "1.35.0", Purl = "pkg:generic/busybox@1.35.0", Evidence = [] },
    ];

    private static byte[] Written(BillSubject subject, List<Component> components) => CycloneDx.Write(BillDraft.Of(subject, components, [], AsOf, "0.1.0"));

    [Fact]
    public void What_is_written_is_read_back_and_the_order_given_does_not_matter()
    {
        var written = Written(Subject, Components());
        Assert.Equal(written, Written(Subject, [.. Components().AsEnumerable().Reverse()]));
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
        string Serial(BillSubject subject, List<Component> components) => BillOfMaterials.Read("b", Written(subject, components)).SerialNumber!;
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
        var healthy = Written(Subject, Components());
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

    [Theory]
    [InlineData("""[{"license":{"id":"MIT","acknowledgement":"declared"}},{"license":{"id":"MIT","acknowledgement":"concluded"}}]""", "MIT")]
    [InlineData("""[{"license":{"id":"MIT"}},{"license":{"name":"Own words"}}]""", "MIT AND Own words")]
    [InlineData("""[{"expression":"MIT OR ISC"},{"license":{"id":"Zlib"}}]""", "(MIT OR ISC) AND Zlib")]
    [InlineData("[]", null)]
    public void Licences_of_one_part_hold_together_and_none_is_said_twice(string licences, string? read) =>
        Assert.Equal(read, Assert.Single(BillOfMaterials.Read("x", Encoding.UTF8.GetBytes($$"""{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"type":"library","name":"a","licenses":{{licences}}}]}""")).Components).Licence);

    private static BillDraft Draft() => new()
    {
        Subject = Subject,
        Entries = BillDraft.EntriesOf(
        [
            .. Components(),
            new() { Name = "nine", Version = "9", Licence = "GPL-2.0-only WITH Classpath-exception-2.0 OR MIT", Cpe = ["no name"], IsGuess = true, Source = new SourcePackage("nine-src", "9-1"),
                Conflicts = [new("8", "string", new Location { Artefact = "doorbell.img", Path = "/bin/nine" })], Evidence = [new("soname", new Location { Artefact = "doorbell.img", Path = "/lib/nine.so" }, 0.4)] },
            new() { Name = "ten", Licence = "as the author likes", Evidence = [new("string", new Location { Artefact = "doorbell.img", Path = "/bin/ten" }, 0.9)] },
        ], [new("/bin/busybox", 700, new string('c', 64), null, ["libz.so.1"]), new("/lib/libz.so", 300, null, "libz.so.1", [])]),
        AsOf = AsOf,
        ToolVersion = "0.1.0",
        Completeness = new Completeness(1000, 400),
    };

    [Fact]
    public void What_is_written_in_any_version_is_valid_by_the_published_schema()
    {
        var (schemas, folder) = (Corpus.Folder("sbom/cyclonedx/schema"), SchemaAgreementTests.Ajv);
        using var scratch = new Scratch();
        var documents = new List<string>();
        foreach (var version in CycloneDx.Versions)
        {
            var written = CycloneDx.Write(Draft(), version);
            using var file = BillFile.Read("b", written);
            Assert.Empty(file.Faults);
            documents.Add(JsonNode.Parse(written)!.ToJsonString());
            documents.Add(JsonNode.Parse(CycloneDx.Write(BillDraft.Of(BillOfMaterials.Read("s", Spdx.Write(Draft())), "s", AsOf, "0.1.0"), version))!.ToJsonString());
            var damaged = JsonNode.Parse(written)!;
            damaged["components"]![0]!["type"] = "nonsense";
            documents.Add(damaged.ToJsonString());
        }
        File.WriteAllLines(scratch.File("documents"), documents);
        var judged = Npm.Run(folder, SchemaAgreementTests.Judge, schemas, scratch.File("documents"));
        Assert.True(judged.Exit == 0, judged.Error);
        var answers = judged.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(documents.Count, answers.Length);
        for (var i = 0; i < answers.Length; i++) Assert.True(answers[i][0] == (i % 3 == 2 ? '0' : '1'), $"{i}: {answers[i]}");
    }

    [Fact]
    public void Parts_with_their_identifiers_licences_and_hashes_come_back_from_every_format()
    {
        var draft = Draft();
        foreach (var written in CycloneDx.Versions.Select(v => CycloneDx.Write(draft, v)).Append(Spdx.Write(draft)))
        {
            using var file = BillFile.Read("b", written);
            Assert.Empty(file.Faults);
            var read = file.Materials();
            var parts = read.Entries.Where(e => e.Component.Name != Subject.Name).ToList();
            Assert.Equal(draft.Entries.Select(e => (e.Component.Name, e.Component.Version, e.Component.Package, e.Component.Purl)), parts.Select(e => (e.Component.Name, e.Component.Version, e.Component.Package, e.Component.Purl)));
            Assert.Equal(draft.Entries.Select(e => e.Kind), parts.Select(e => e.Kind));
            Assert.Equal(draft.Entries.SelectMany(e => e.Hashes), parts.SelectMany(e => e.Hashes));
            Assert.Contains(parts, p => p.Component.Licence == "GPL-2.0-only WITH Classpath-exception-2.0 OR MIT");
            Assert.Equal(2, parts.Single(p => p.Component.Name == "zlib1g").Component.Cpe.Count);
            Assert.Equal(Subject.Name, read.Subject!.Name);
        }
    }

    [Fact]
    public void What_a_document_says_of_dependencies_is_kept_when_it_is_converted_there_and_back()
    {
        var text = """{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"application","name":"app","version":"2","bom-ref":"me"}},"components":[{"type":"library","name":"a","version":"1","bom-ref":"x a"},{"type":"library","name":"a","version":"1","bom-ref":"x/a"}],"dependencies":[{"ref":"me","dependsOn":["x a"]},{"ref":"x a","dependsOn":["x/a","gone"]},{"ref":"x/a","dependsOn":["x a"]}]}""";
        var spdx = Spdx.Write(BillDraft.Of(BillOfMaterials.Read("b", Encoding.UTF8.GetBytes(text)), "b", AsOf, "0"));
        using var file = BillFile.Read("s", spdx);
        Assert.Empty(file.Faults);
        var back = BillOfMaterials.Read("c", CycloneDx.Write(BillDraft.Of(file.Materials(), "s", AsOf, "0"), "1.7"));
        Assert.Equal(("app", "2", "application"), (back.Subject!.Name, back.Subject.Version, back.About!.Kind));
        Assert.Equal([back.Entries[0].Reference!], back.About.DependsOn);
        Assert.Equal([back.Entries[1].Reference!], back.Entries[0].DependsOn);
        Assert.Equal([back.Entries[0].Reference!], back.Entries[1].DependsOn);
    }

    [Fact]
    public void A_million_components_in_a_circle_are_read_and_one_more_is_told()
    {
        const int count = 1_000_001;
        var text = new StringBuilder("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[""");
        for (var i = 0; i < count; i++) text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$"""{"type":"library","name":"c{{i}}","version":"1","bom-ref":"{{i}}"}""");
        text.Append("""],"dependencies":[""");
        for (var i = 0; i < count; i++) text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$"""{"ref":"{{i}}","dependsOn":["{{(i + 1) % count}}"]}""");
        var bytes = Encoding.UTF8.GetBytes(text.Append("]}").ToString());
        text.Clear();
        var watch = Stopwatch.StartNew();
        using var file = BillFile.Read("big", bytes);
        var read = file.Materials();
        var held = GC.GetTotalMemory(true) >> 20;
        TestContext.Current.SendDiagnosticMessage($"{bytes.Length} bytes, {watch.Elapsed.TotalSeconds:0.0} s, {held} MiB held");
        // Several times what an idle machine takes, and what other tests of this process hold besides.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(120) && held < 1200, $"{watch.Elapsed}, {held} MiB");
        Assert.Equal(count - 1, read.Components.Count);
        Assert.Equal(count, read.Coverage.Total);
        Assert.Contains("1000001", Assert.Single(read.Coverage.Losses).Found, StringComparison.Ordinal);
        Assert.Contains(file.Remarks, r => r.Found.StartsWith("a circle", StringComparison.Ordinal));
        Assert.Empty(file.Faults);
    }

    [Fact]
    public void A_document_of_more_values_than_are_held_is_refused_before_it_is_held()
    {
        var bytes = new byte[(BillFile.MostValues + 8) * 2];
        bytes.AsSpan().Fill((byte)',');
        for (var i = 1; i < bytes.Length; i += 2) bytes[i] = (byte)'1';
        (bytes[0], bytes[^1]) = ((byte)'[', (byte)']');
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains($"at most {BillFile.MostValues} names and values", Assert.Throws<UnreadableException>(() => BillFile.Read("x", bytes)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Completeness_counts_executables_that_are_a_named_components_own_and_guesses_count_nothing()
    {
        Component Seen(string path, bool guess) => new() { Name = "x", IsGuess = guess, Files = [path], Evidence = [new("string", new Location { Artefact = "i", Path = path }, 0.9)] };
        ExecutableSeen File(string path, long size) => new(path, size, null, null, []);
        var completeness = Completeness.Of([File("/bin/a", 100), File("/bin/b", 50), File("/bin/owned", 25), File("/bin/nobody", 25)], [Seen("/bin/a", false), Seen("/bin/b", true), Seen("/bin/owned", false), Seen("/bin/a", false)]);
        Assert.Equal(new Completeness(200, 125), completeness);
        Assert.Contains("62.5 %", completeness.ToString(), StringComparison.Ordinal);
        Assert.Contains("not known", Completeness.Of([], [Seen("/bin/a", false)]).ToString(), StringComparison.Ordinal);
    }
}
