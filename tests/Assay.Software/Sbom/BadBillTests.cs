using System.Text;
using Assay.Evidence.Reading;
using Assay.Software.Sbom;

namespace Assay.Software.Tests.Sbom;

/// <summary>Documents that are not what they should be: each is refused or remarked upon with the path, what was expected, what was found.</summary>
public class BadBillTests
{
    private const string Cdx = """{"bomFormat":"CycloneDX","specVersion":"1.6",""";
    private const string Spdx = """{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"n","dataLicense":"CC0-1.0","documentNamespace":"urn:x","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: t"]},""";
    private const string Spdx3 = """{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-01T00:00:00Z","createdBy":["urn:x:me"]},{"type":"Person","spdxId":"urn:x:me","creationInfo":"_:c","name":"me"},""";

    private static BillFile Read(string text) => BillFile.Read("x", Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData(Cdx + "\"components\":[]}")]
    [InlineData(Spdx + "\"packages\":[]}")]
    [InlineData(Spdx3 + """{"type":"software_Package","spdxId":"urn:x:p","creationInfo":"_:c","name":"p"}]}""")]
    public void The_same_documents_without_what_is_wrong_are_accepted_without_a_word(string text)
    {
        using var file = Read(text);
        Assert.Empty(file.Faults);
        Assert.Empty(file.Remarks);
    }

    [Theory]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.8"}""", "1.2 to 1.7", "1.8")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":1.6}""", "1.2 to 1.7", "without version")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.06"}""", "1.2 to 1.7", "1.06")]
    [InlineData("""{"spdxVersion":"SPDX-2.4"}""", "SPDX-2.2 or SPDX-2.3", "SPDX-2.4")]
    [InlineData("""{"@context":"https://spdx.org/rdf/4.0.0/spdx-context.jsonld","@graph":[]}""", "SPDX 3.0", "4.0.0")]
    [InlineData("""{"@context":"https://other.example/","@graph":[]}""", "spdx-context.jsonld", "https://other.example/")]
    [InlineData("SPDXVersion: SPDX-9\nDataLicense: CC0-1.0\n", "SPDX-2.2 or SPDX-2.3", "SPDX-9")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[}""", "JSON", "'}'")]
    public void A_version_that_nobody_knows_is_refused_with_those_that_are_known(string text, string expected, string found)
    {
        var message = Assert.Throws<UnreadableException>(() => Read(text)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(found, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Cdx + "\"components\":{}}", "$.components: expected a list of component, found an object")]
    [InlineData(Cdx + "\"components\":[7]}", "$.components[0]: expected an object (component), found a number")]
    [InlineData(Cdx + """ "components":[{"type":"library","name":["a"]}]}""", "$.components[0].name: expected a text, found a list")]
    [InlineData(Cdx + """ "components":[{"type":"book","name":"a"}]}""", "$.components[0].type: expected one of ")]
    [InlineData(Cdx + """ "components":[{"type":"library","name":"a","hashes":[{"alg":"SHA-256","content":"abc"}]}]}""", "$.components[0].hashes[0].content: expected ")]
    [InlineData(Cdx + """ "metadata":null}""", "$.metadata: expected an object (metadata), found null")]
    [InlineData(Cdx + """ "metadata":{"timestamp":"yesterday"}}""", "$.metadata.timestamp: expected ")]
    [InlineData(Cdx + """ "dependencies":[{"ref":{}}]}""", "$.dependencies[0].ref: expected ")]
    [InlineData(Cdx + """ "version":1e400}""", "$.version: expected ")]
    [InlineData(Cdx + """ "version":1,"version":2}""", "$.version: expected each member once, found it is there twice")]
    [InlineData(Cdx + """ "citations":[]}""", "$.citations: expected a member of bom in CycloneDX 1.6, found one of 1.7 and later")]
    [InlineData(Cdx + """ "unheardOf":[]}""", "$.unheardOf: expected a member of bom in CycloneDX 1.6, found another")]
    [InlineData(Spdx + "\"packages\":{}}", "$.packages: expected ")]
    [InlineData(Spdx + """ "packages":[{"SPDXID":"SPDXRef-a","name":true,"downloadLocation":"NONE"}]}""", "$.packages[0].name: expected a text, found true")]
    [InlineData(Spdx3 + "7]}", "$.@graph[2]: expected an element, found Number")]
    [InlineData(Spdx3 + """{"type":"software_Package","spdxId":"urn:x:p","creationInfo":"_:c","name":9}]}""", "$.@graph[2].name: expected a text, found a number")]
    public void A_wrong_type_is_a_fault_with_its_path(string text, string fault)
    {
        using var file = Read(text);
        Assert.Contains(file.Faults, f => f.ToString().StartsWith(fault, StringComparison.Ordinal));
        var read = file.Materials();
        Assert.Equal(file.Faults, read.Faults);
    }

    [Theory]
    [InlineData(Cdx + """ "components":[{"type":"library","name":"a","bom-ref":"r"},{"type":"library","name":"b","bom-ref":"r"}]}""", "$.components[1].bom-ref: expected a bom-ref that no other part has, found r")]
    [InlineData(Cdx + """ "metadata":{"component":{"type":"library","name":"a","bom-ref":"r"}},"components":[{"type":"library","name":"b","components":[{"type":"library","name":"c","bom-ref":"r"}]}]}""", "$.components[0].components[0].bom-ref: expected a bom-ref that no other part has, found r")]
    [InlineData(Cdx + """ "components":[{"type":"library","name":"a"},{"name":"a","type":"library"}]}""", "$.components[1]: expected no two equal entries, found the same entry again")]
    [InlineData(Cdx + """ "dependencies":[{"ref":"a","dependsOn":["b","b"]}]}""", "$.dependencies[0].dependsOn[1]: expected no two equal entries, found the same entry again")]
    [InlineData(Spdx + """ "packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"},{"SPDXID":"SPDXRef-a","name":"b","downloadLocation":"NONE"}]}""", "$.packages[1].SPDXID: expected an identifier that nothing else has, found SPDXRef-a")]
    public void A_reference_that_two_parts_have_is_a_fault_with_the_second_ones_path(string text, string fault)
    {
        using var file = Read(text);
        Assert.Contains(fault, file.Faults.Select(f => f.ToString()));
        Assert.NotNull(file.Materials());
    }

    [Theory]
    [InlineData(Cdx + """ "components":[{"type":"library","name":"a","bom-ref":"a"},{"type":"library","name":"b","bom-ref":"b"}],"dependencies":[{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["a"]}]}""", "$.dependencies: expected parts that do not need themselves, found a circle: a → b → a")]
    [InlineData(Cdx + """ "components":[{"type":"library","name":"a","bom-ref":"a"}],"dependencies":[{"ref":"a","dependsOn":["a"]}]}""", "$.dependencies: expected parts that do not need themselves, found a circle: a → a")]
    [InlineData(Cdx + """ "components":[{"type":"library","name":"a","bom-ref":"a"}],"dependencies":[{"ref":"a","dependsOn":["gone"]}]}""", "$.dependencies[0].dependsOn: expected bom-refs of parts, found gone")]
    [InlineData(Spdx + """ "packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"}],"relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-a"}]}""", "$.relationships: expected packages that do not need themselves, found a circle: SPDXRef-a → SPDXRef-a")]
    [InlineData(Spdx3 + """{"type":"software_Package","spdxId":"urn:x:p","creationInfo":"_:c","name":"p"},{"type":"Relationship","spdxId":"urn:x:r","creationInfo":"_:c","from":"urn:x:p","to":["urn:x:p"],"relationshipType":"dependsOn"}]}""", "$.@graph: expected packages that do not need themselves, found a circle: urn:x:p → urn:x:p")]
    [InlineData(Spdx3 + """{"type":"software_Package","spdxId":"urn:x:p","creationInfo":"_:c","name":"p"},{"type":"software_Package","spdxId":"urn:x:p","creationInfo":"_:c","name":"q"}]}""", "$.@graph[3].spdxId: expected an identifier that no other element has, found urn:x:p")]
    public void Circles_and_references_that_lead_nowhere_are_remarked_and_the_document_is_read_and_converted(string text, string remark)
    {
        using var file = Read(text);
        Assert.Empty(file.Faults);
        Assert.Contains(remark, file.Remarks.Select(f => f.ToString()));
        var draft = BillDraft.Of(file.Materials(), "x", DateTimeOffset.UnixEpoch, "0");
        using var one = BillFile.Read("again", CycloneDx.Write(draft));
        using var other = BillFile.Read("again", Assay.Software.Sbom.Spdx.Write(draft));
        Assert.Empty(one.Faults);
        Assert.Empty(other.Faults);
    }

    [Theory]
    [InlineData(Cdx + """ "components":[{"type":"library","name":"\ud800"}]}""")]
    [InlineData(Cdx + """ "components":[{"type":"library","name":"a","bom-ref":"\udfff"}],"dependencies":[{"ref":"\udfff","dependsOn":["\ud800"]}]}""")]
    [InlineData(Cdx + """ "\ud800":1}""")]
    [InlineData(Spdx + """ "packages":[{"SPDXID":"SPDXRef-a","name":"\ud800","licenseDeclared":"\ud800","downloadLocation":"NONE"}],"relationships":[{"spdxElementId":"\ud800","relationshipType":"DEPENDS_ON","relatedSpdxElement":"x"}]}""")]
    [InlineData(Spdx3 + """{"type":"software_Package","spdxId":"urn:x:p","creationInfo":"_:c","name":"\ud800","\ud800":{}}]}""")]
    [InlineData("""{"bomFormat":"\ud800"}""")]
    [InlineData("""{"@context":["\ud800"],"@graph":[]}""")]
    public void Half_a_character_is_told_and_nothing_breaks(string text)
    {
        try
        {
            using var file = Read(text);
            Assert.NotEmpty(file.Faults);
            _ = file.Materials();
        }
        catch (UnreadableException refused)
        {
            Assert.Contains("expected", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Depth_and_length_have_an_end_and_a_long_text_is_shown_cut()
    {
        string Nested(int deep) => Cdx + "\"components\":[" + string.Concat(Enumerable.Repeat("""{"type":"library","name":"a","components":[""", deep)) + string.Concat(Enumerable.Repeat("]}", deep)) + "]}";
        using (var deep = Read(Nested(60))) Assert.Equal((0, 60), (deep.Faults.Count, deep.Materials().Components.Count));
        Assert.Contains($"at most {BillFile.Depth} deep", Assert.Throws<UnreadableException>(() => Read(Nested(70))).Message, StringComparison.Ordinal);
        Assert.Contains($"at most {BillFile.Depth} deep", Assert.Throws<UnreadableException>(() => Read(Cdx + "\"components\":" + new string('[', 1_000_000))).Message, StringComparison.Ordinal);
        using var wide = Read(Cdx + $"\"components\":[{{\"type\":\"{new string('x', 5_000_000)}\",\"name\":\"{new string('y', 5_000_000)}\"}}]}}");
        Assert.InRange(Assert.Single(wide.Faults).ToString().Length, 50, 1000);
        using var many = Read(Cdx + "\"components\":[" + string.Join(',', Enumerable.Repeat("7", 200_000)) + "]}");
        Assert.InRange(many.Faults.Count, 100, 101);
    }
}
