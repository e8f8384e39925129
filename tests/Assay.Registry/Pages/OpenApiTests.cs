using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Tests;
using Microsoft.AspNetCore.Routing;

namespace Assay.Registry.Tests.Pages;

/// <summary>The description of the interface is valid, names exactly what the registry answers, and its answers follow it.</summary>
public partial class OpenApiTests
{
    private const string Redocly = "@redocly/cli@2.77.0";
    private static readonly Dictionary<string, string> Quiet = new() { ["REDOCLY_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true" };

    // What people see, and what their forms send.
    private static readonly string[] ForPeople = ["/", "/l", "/code", "/sign-in", "/sign-out", "/desk", "/people", "/labels/{id}", "/labels/{id}/status"];

    private static string File => Path.Combine(Checkout.Root, "docs", "openapi", "registry.json");

    [Fact]
    public void An_outside_linter_finds_no_fault()
    {
        var folder = Npm.Folder(Redocly);
        var judged = Tool.Run(Path.Combine(folder, "node_modules", ".bin", "redocly"), ["lint", File], folder, environment: Quiet);
        Assert.True(judged.Exit == 0 && (judged.Text + judged.Error).Contains("is valid", StringComparison.Ordinal), judged.Text + judged.Error);
        // The control: a reference into nothing and an operation without an answer.
        using var scratch = new Scratch();
        System.IO.File.WriteAllText(scratch.File("wrong.json"), System.IO.File.ReadAllText(File).Replace("#/components/schemas/Receipt", "#/components/schemas/Nothing", StringComparison.Ordinal));
        judged = Tool.Run(Path.Combine(folder, "node_modules", ".bin", "redocly"), ["lint", scratch.File("wrong.json")], folder, environment: Quiet);
        Assert.True(judged.Exit != 0 && (judged.Text + judged.Error).Contains("Nothing", StringComparison.Ordinal), judged.Text + judged.Error);
    }

    [Fact]
    public async Task It_names_every_endpoint_for_programs_and_no_other()
    {
        await using var registry = await RunningRegistry.Bare();
        var served = await registry.Get("/api/openapi.json");
        Assert.Equal(System.IO.File.ReadAllBytes(File), served.Bytes);
        var described = served.Json.GetProperty("paths").EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(o => $"{o.Name.ToUpperInvariant()} {p.Name}")).Order(StringComparer.Ordinal).ToList();
        var mapped = registry.Server.Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Where(m => m != "HEAD").Select(m => (Method: m, Path: Rest().Replace(e.RoutePattern.RawText!, "{$1}"))))
            .Where(e => !ForPeople.Contains(e.Path) && !e.Path.StartsWith("/cases", StringComparison.Ordinal) && !(e is { Method: "GET", Path: "/start/{token}" }))
            .Select(e => $"{e.Method} {e.Path}").Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(mapped.Count > 20);
        Assert.Empty(mapped.Except(described));
        Assert.Empty(described.Except(mapped));
    }

    [Fact]
    public async Task A_role_is_named_where_one_is_needed()
    {
        await using var registry = await RunningRegistry.Bare();
        var paths = (await registry.Get("/api/openapi.json")).Json.GetProperty("paths");
        foreach (var endpoint in registry.Server.Endpoints.OfType<RouteEndpoint>())
        {
            var path = Rest().Replace(endpoint.RoutePattern.RawText!, "{$1}");
            if (!paths.TryGetProperty(path, out var item)) continue;
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                if (!item.TryGetProperty(method.ToLowerInvariant(), out var operation)) continue;
                var needs = endpoint.Metadata.GetMetadata<Assay.Registry.Access.RoleRequirement>() is not null;
                Assert.True(needs == operation.GetProperty("security").GetArrayLength() > 0, $"{method} {path}");
                if (needs) Assert.True(operation.GetProperty("responses").TryGetProperty("403", out _), $"{method} {path}");
            }
        }
    }

    [Fact]
    public async Task Answers_follow_it()
    {
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        var receipt = await registry.Change(id, """{ "state": "updateNeeded", "updateBelow": "1.2", "reason": "x", "lookAgain": "2027-01-15" }""");
        var answers = new List<(string Schema, Answer Answer)>
        {
            ("Label", await registry.Get($"/api/labels/{id}")), ("Labels", await registry.Get("/api/labels")), ("Receipt", receipt), ("People", await registry.Get("/api/people", registry.Administrator)),
            ("TrustedKeys", await registry.Get("/api/trust", registry.Administrator)), ("Error", await registry.Get("/api/people")), ("TrustList", await registry.Get("/trust.json")),
        };
        const string Script = """
            import fs from 'node:fs';
            import Ajv from 'ajv/dist/2020.js';
            import formats from 'ajv-formats';
            const [file, ...rest] = process.argv.slice(2);
            const ajv = new Ajv({ strict: false, allErrors: true });
            formats(ajv);
            ajv.addSchema({ $id: 'https://assay.example/openapi', ...JSON.parse(fs.readFileSync(file)) });
            let bad = 0;
            for (let i = 0; i < rest.length; i += 2) {
              const check = ajv.getSchema(`https://assay.example/openapi#/components/schemas/${rest[i]}`);
              if (!check(JSON.parse(fs.readFileSync(rest[i + 1])))) { bad++; console.log(rest[i], JSON.stringify(check.errors)); }
            }
            console.log('bad', bad);
            """;
        using var scratch = new Scratch();
        var arguments = new List<string> { File };
        foreach (var (schema, answer) in answers)
        {
            var file = scratch.File(schema);
            System.IO.File.WriteAllBytes(file, answer.Bytes);
            arguments.AddRange([schema, file]);
        }
        var judged = Npm.Run(folder, Script, [.. arguments]);
        Assert.True(judged.Text.Trim() == "bad 0", judged.Text + judged.Error);
        // The control: a receipt is no label.
        Assert.Contains("bad 1", Npm.Run(folder, Script, File, "Label", scratch.File("Receipt")).Text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\{\*\*(\w+)\}")]
    private static partial Regex Rest();
}
