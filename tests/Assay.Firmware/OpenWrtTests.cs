using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Software.Components;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>Real OpenWrt images: their package lists are the oracle, the one whose list was stripped must speak through its programs.</summary>
public class OpenWrtTests(ITestOutputHelper output)
{
    [Fact]
    public void Packages_are_those_of_the_manifest_and_without_a_list_the_programs_speak()
    {
        Tool.Need("unsquashfs", "squashfs-tools");
        foreach (var manifest in Corpus.Files("firmware/openwrt", "*.manifest"))
        {
            var image = Directory.EnumerateFiles(Path.GetDirectoryName(manifest)!, "*squashfs*").Single();
            using var scratch = new Scratch();
            var start = File.ReadAllBytes(image).AsSpan().IndexOf("hsqs"u8);
            Tool.Run("unsquashfs", ["-q", "-n", "-no-xattrs", "-o", $"{start}", "-d", scratch.File("root"), image]);
            if (!Directory.Exists(scratch.File("root"))) Assert.Skip("unsquashfs cannot unpack it here");
            var facts = RootFacts.Examine("it", FolderTree.Open(scratch.File("root"), "it", new Budget()), new ExaminationOptions { AsOf = MemoryTree.AsOf });

            var listed = File.ReadLines(manifest).Select(l => l.Split(" - ", 2)).ToDictionary(l => l[0], l => l[1]);
            var packages = facts.Components.Where(c => c.Package is not null).ToDictionary(c => c.Name, c => c.Package!);
            var spoken = facts.Components.Where(c => c.Evidence.Any(e => e.Method != "package database")).ToList();
            output.WriteLine($"{Path.GetFileName(image)}: {listed.Count} listed, {packages.Count} in the database, {string.Join(", ", spoken.Select(c => $"{c.Name} {c.Version}"))}");
            if (packages.Count > 0)
            {
                Assert.Equal(listed.OrderBy(p => p.Key, StringComparer.Ordinal), packages.OrderBy(p => p.Key, StringComparer.Ordinal));
            }
            else
            {
                Assert.Contains(facts.Coverage.Losses, l => l.Found.Contains("stripped", StringComparison.Ordinal));
                foreach (var product in new[] { "busybox", "dnsmasq", "dropbear", "iptables" })
                {
                    if (!listed.TryGetValue(product, out var version)) continue;
                    Assert.Equal(PackageDatabase.Upstream(version), spoken.SingleOrDefault(c => c.Name == product)?.Version);
                }
                Assert.True(spoken.Count >= 10, $"only {spoken.Count} programs spoke");
            }
            Assert.Contains(facts.Findings, f => f.Location.Path == "/etc/shadow" && f.Has(Traits.EmptyPassword) && f.Has(Traits.Root));
            Assert.Contains(facts.Findings, f => f.Kind == FindingKind.Service && f.Has(Traits.Ssh) && f.Location.Path == "/etc/init.d/dropbear");
            Assert.DoesNotContain(facts.Findings, f => f.Kind == FindingKind.Service && f.Has(Traits.Telnet));
            Assert.DoesNotContain(facts.Findings, f => f.Kind is FindingKind.Secret or FindingKind.Key or FindingKind.Certificate);
            Assert.StartsWith("4.9.", facts.Components.First(c => c.Cpe.Any(x => x.Contains("linux_kernel", StringComparison.Ordinal))).Version, StringComparison.Ordinal);
        }
    }
}
