using System.Globalization;
using System.Text;
using Assay.Tests;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>docs/protocols.md is what the code says of its protocols. With <c>ASSAY_WRITE=1</c> it writes the page anew.</summary>
public class ProtocolsPageTests
{
    private static readonly string Page = Path.Combine(Checkout.Root, "docs", "protocols.md");

    [Fact]
    public void The_page_of_protocols_says_what_the_code_says()
    {
        var expected = Write();
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE") == "1") File.WriteAllText(Page, expected);
        Assert.True(File.Exists(Page) && File.ReadAllText(Page) == expected, "docs/protocols.md is not what the code says: write it anew with ASSAY_WRITE=1 .build/bin/Assay.Traffic.Tests/release/Assay.Traffic.Tests -class " + typeof(ProtocolsPageTests).FullName);
    }

    [Fact]
    public void Each_protocol_stands_once_with_a_reader_and_its_source()
    {
        Assert.Equal(ProtocolTable.All.Length, ProtocolTable.All.Select(p => p.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(ProtocolTable.All.Length, ProtocolTable.All.Select(p => p.Application).Distinct().Count());
        Assert.All(ProtocolTable.All, p =>
        {
            Assert.True(p.Source.Length > 3 && p.Title.Length > 2, p.Name);
            Assert.True(p.Stream is not null == p.Dissector is not null && p.Datagram is not null == p.Read is not null && (p.Stream is not null || p.Datagram is not null) != p.Inside is not null, p.Name);
            Assert.True(p.Proof.Length is 0 or >= 2, $"{p.Name}: expected two proved fields or none");
        });
    }

    private static string Write()
    {
        var page = new StringBuilder("""
            # Protocols

            Written from the code by a test. A protocol is recognised by what its first bytes say, on any port, unless the column says **by port**: then its messages cannot be told
            from others anywhere else. A flow that was decided is not asked again. A protocol is **proved** when two named fields agree with tshark on every frame of every capture
            that the tests have; the differences stand, each with its reason, in tests/Assay.Traffic/Protocols/proof-differences.tsv and Industrial/differences.tsv
            beside it. All others are **unproved**: their readers follow the source alone.


            """.ReplaceLineEndings("\n"));
        page.Append(CultureInfo.InvariantCulture, $"{ProtocolTable.All.Length} protocols are read, {ProtocolTable.All.Count(p => p.Proof.Length == 0)} of them unproved.\n");
        foreach (var group in ProtocolTable.All.GroupBy(p => p.Group).OrderBy(g => g.Key))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {Heading(group.Key)}\n\n| protocol | name in records | over | known | findings | proved by | not read of it | source |\n|---|---|---|---|---|---|---|---|\n");
            foreach (var protocol in group.OrderBy(p => p.Title, StringComparer.OrdinalIgnoreCase))
            {
                var over = protocol.Inside is { } carrier ? $"`{ProtocolTable.Of(carrier)!.Name}`" : protocol.Stream is null ? "UDP" : protocol.Datagram is null ? "TCP" : "TCP, UDP";
                var known = protocol.OnlyOnPorts ? "**by port** " + string.Join(", ", protocol.Ports) : protocol.Inside is not null ? "inside" : protocol.Ports.Length == 0 ? "anywhere" : "anywhere; first on " + string.Join(", ", protocol.Ports);
                var findings = string.Join(", ", protocol.Evidence.Select(k => $"`{char.ToLowerInvariant(k.ToString()[0])}{k.ToString()[1..]}`"));
                var proof = protocol.Proof.Length == 0 ? "**unproved**" : string.Join(", ", protocol.Proof.Select(f => $"`{f.Theirs}`"));
                page.Append($"| {protocol.Title} | `{protocol.Name}` | {over} | {known} | {findings} | {proof} | {protocol.Limits ?? ""} | {protocol.Source} |\n");
            }
        }
        return page.ToString();
    }

    private static string Heading(ProtocolGroup group) => group switch
    {
        ProtocolGroup.Names => "Names, addresses, time",
        ProtocolGroup.Encryption => "Encryption",
        ProtocolGroup.Web => "Web",
        ProtocolGroup.Control => "Control",
        ProtocolGroup.Mail => "Mail",
        ProtocolGroup.Media => "Calls and media",
        ProtocolGroup.Things => "Things",
        ProtocolGroup.Industry => "Industry",
        _ => "Mobile networks",
    };
}
