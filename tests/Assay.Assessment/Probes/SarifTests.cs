using Assay.Evidence;

namespace Assay.Assessment.Tests.Probes;

public class SarifTests
{
    internal const string Sample = """
        { "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [ {
          "tool": { "driver": { "name": "Prober", "semanticVersion": "1.2.0", "rules": [
            { "id": "R1", "name": "SqlQuery", "defaultConfiguration": { "level": "error" }, "properties": { "tags": [ "external/cwe/cwe-089" ] } },
            { "id": "R2", "shortDescription": { "text": "a line is long" } } ] } },
          "invocations": [ { "commandLine": "prober --password=hunter22 http://192.168.1.7", "executionSuccessful": true, "startTimeUtc": "2026-10-01T10:00:00Z" } ],
          "results": [
            { "ruleId": "R1", "ruleIndex": 0, "message": { "text": "quote ends the query" }, "webRequest": { "method": "GET" }, "webResponse": { "statusCode": 500 },
              "locations": [ { "physicalLocation": { "artifactLocation": { "uri": "http://192.168.1.7/list?id=1" } } } ] },
            { "ruleId": "R1/inner", "level": "error", "message": { "text": "by reading the code" }, "locations": [ { "physicalLocation": { "artifactLocation": { "uri": "src/a.c" }, "region": { "startLine": 10 } } } ] },
            { "ruleId": "R1", "message": { "text": "known" }, "suppressions": [ { "kind": "external" } ] },
            { "ruleIndex": 1, "message": { "text": "too long" } },
            { "ruleId": "R1", "kind": "pass", "message": { "text": "held" } } ] } ] }
        """;

    [Fact]
    public void Level_rule_place_and_suppression_are_read()
    {
        var result = ToolSamplesTests.Read(Sample)!;
        Assert.Equal("SARIF log", result.Kind);
        Assert.Equal((5, 5), (result.Coverage[0].Total, result.Coverage[0].Examined));
        var found = result.Findings.Where(f => !f.Has(Traits.ToolRun)).ToList();
        Assert.Equal(["Prober R1", "Prober R1/inner", "Prober R1", "Prober R2"], found.Select(f => f.Subject));
        Assert.Equal([true, false, false, false], found.Select(f => f.Has(Traits.Confirmed)));
        Assert.Equal([true, true, true, false], found.Select(f => f.Has(Traits.Injection)));
        Assert.Equal([false, false, true, false], found.Select(f => f.Has(Traits.Suppressed)));
        Assert.StartsWith("warning: ", found[3].Value);
        Assert.Equal("src/a.c line 10", found[1].Note);
        Assert.Equal(9, found[1].Location.Line);
    }

    [Fact]
    public void A_password_in_the_command_line_is_shortened()
    {
        var run = Assert.Single(ToolSamplesTests.Read(Sample)!.Findings, f => f.Has(Traits.ToolRun));
        Assert.Equal("Prober 1.2.0", run.Subject);
        Assert.DoesNotContain("hunter22", run.Value);
        Assert.Contains("hu… (8)", run.Value);
    }
}
