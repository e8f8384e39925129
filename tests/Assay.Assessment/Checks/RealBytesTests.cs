using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Checks;

/// <summary>The same three questions on real bytes: the example's first image, captures and papers fail, its repair does not, and half of its bytes decide nothing.</summary>
public sealed class RealBytesTests(RealBytesTests.Doorbells doorbells) : IClassFixture<RealBytesTests.Doorbells>
{
    public static TheoryData<string> OfImage => ["universal-password", "weak-password-hash", "unfit-certificate", "private-key-in-image", "shared-key", "secret-in-configuration", "service-without-login",
        "clear-text-login-service", "console-without-login", "loose-permissions"];

    public static TheoryData<string> OfCapture => ["known-default-on-the-wire", "login-in-clear", "outdated-tls", "update-in-clear", "version-disclosure", "undeclared-channel"];

    public static TheoryData<string> OfPapers => ["support-period", "disclosure-policy", "service-declared-off"];

    [Theory]
    [MemberData(nameof(OfImage))]
    [MemberData(nameof(OfCapture))]
    [MemberData(nameof(OfPapers))]
    public void The_first_version_fails_it_and_its_repair_does_not(string id)
    {
        var check = Register.All.Single(c => c.Id == id);
        var against = check.Look(doorbells.First).Where(a => a.Says is Says.Refutes or Says.Contradicts).ToList();
        Assert.NotEmpty(against);
        Assert.All(against, a => Assert.NotEmpty(a.Locations));
        Assert.DoesNotContain(check.Look(doorbells.Repaired), a => a.Says is Says.Refutes or Says.Contradicts);
    }

    [Theory]
    [MemberData(nameof(OfImage))]
    [MemberData(nameof(OfCapture))]
    public void Half_of_the_bytes_decide_nothing(string id)
    {
        var check = Register.All.Single(c => c.Id == id);
        var answers = check.Look(doorbells.Halved).ToList();
        Assert.NotEmpty(answers);
        Assert.All(answers, a => Assert.Equal(Says.Open, a.Says));
        Assert.All(answers, a => Assert.False(string.IsNullOrWhiteSpace(a.Settle)));
    }

    /// <summary>The examples, examined once.</summary>
    public sealed class Doorbells
    {
        public Examined First { get; } = Examine("doorbell-1.0", b => b);
        public Examined Repaired { get; } = Examine("doorbell-1.1", b => b);
        public Examined Halved { get; } = Examine("doorbell-1.1", b => b[..(b.Length / 2 + 5)]);

        private static Examined Examine(string name, Func<byte[], byte[]> cut)
        {
            var folder = Path.Combine(Checkout.Root, "examples", name);
            var artefacts = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => (Name: Path.GetRelativePath(folder, f), Bytes: File.ReadAllBytes(f)))
                .Select(f => Artefact.Of(f.Name, f.Name.StartsWith("firmware", StringComparison.Ordinal) || f.Name.StartsWith("captures", StringComparison.Ordinal) ? cut(f.Bytes) : f.Bytes)).ToList();
            return Examination.Of(Dossier.Of(artefacts), new ExaminationOptions { AsOf = Plant.AsOf }) with { Provisions = [.. Catalogue.Default.Provisions.Select(p => p.Id)] };
        }
    }
}
