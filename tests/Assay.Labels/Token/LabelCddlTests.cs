using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>docs/label.cddl is what others build on, so it says what the code does: the numbers, and how many items each of our arrays has.</summary>
/// <remarks>The whole of each token is held against the document by a validator of others (<see cref="CddlValidatorTests"/>); npm's cddl 0.21.2 knows JSON only and stops at <c>.cbor</c>.</remarks>
public partial class LabelCddlTests
{
    private static readonly string Cddl = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "label.cddl"));

    private static readonly Dictionary<string, int> Code = new()
    {
        ["iss"] = ClaimNumbers.Issuer,
        ["sub"] = ClaimNumbers.Subject,
        ["exp"] = ClaimNumbers.Expires,
        ["iat"] = ClaimNumbers.IssuedAt,
        ["cti"] = ClaimNumbers.TokenId,
        ["cnf"] = ClaimNumbers.Confirmation,
        ["authority"] = ClaimNumbers.DeviceAuthority,
        ["swname"] = ClaimNumbers.SoftwareName,
        ["swversion"] = ClaimNumbers.SoftwareVersion,
        ["status_list"] = ClaimNumbers.StatusList,
        ["ttl"] = ClaimNumbers.TimeToLive,
        ["status"] = ClaimNumbers.Status,
        ["hallmark"] = ClaimNumbers.Hallmark,
        ["decision"] = ClaimNumbers.Decision,
        ["certificate"] = ClaimNumbers.Certificate,
        ["notices"] = ClaimNumbers.Notices,
        ["issued"] = ClaimNumbers.Issued,
        ["changed"] = ClaimNumbers.Changed,
        ["edition"] = ClaimNumbers.Edition,
        ["delta"] = ClaimNumbers.Delta,
        ["previous"] = ClaimNumbers.Previous,
    };

    [Fact]
    public void The_numbers_of_the_document_are_those_of_the_code_and_no_others()
    {
        var document = Number().Matches(Cddl).ToDictionary(m => m.Groups["name"].Value, m => int.Parse(m.Groups["number"].Value, CultureInfo.InvariantCulture));
        Assert.Equal(Code.OrderBy(c => c.Key, StringComparer.Ordinal), document.OrderBy(d => d.Key, StringComparer.Ordinal));
        // Every constant of the code is in the table above; a new one must come here and into the document.
        Assert.Equal(typeof(ClaimNumbers).GetFields().Select(f => (int)f.GetRawConstantValue()!).Order(), Code.Values.Order());
        Assert.All(document.Values.Where(n => n < 0), n => Assert.True(n < -65536, $"{n} is not in the private range"));
    }

    [Theory]
    [InlineData(SignedKind.Decision)]
    [InlineData(SignedKind.Hallmark)]
    [InlineData(SignedKind.Certificate)]
    public void A_real_token_has_the_claims_and_items_that_the_document_names(SignedKind kind)
    {
        using var samples = new Samples();
        var statement = Statement.Read(samples.Statement());
        var decision = samples.Granted(statement, "met");
        // Not all that may stand in a label fits one box.
        var pin = new byte[DeviceBinding.PinBytes];
        var tokens = new[] { new DeviceBinding(pin, null), new DeviceBinding(null, pin) }.Select(binding =>
        {
            var (label, refusals) = Issuing.Issue(statement, samples.Assessor.Public, decision, samples.Decider.Public, samples.Issuer,
                new IssuingTerms { Issuer = "office", IssuedAt = Samples.Now, Product = "Bell", Status = new StatusPointer("s/1", 7), Binding = binding });
            Assert.Empty(refusals);
            var payload = kind switch { SignedKind.Decision => decision.Message.Payload, SignedKind.Hallmark => CoseSign1.Read(label!.Hallmark).Payload, _ => CoseSign1.Read(label!.Certificate).Payload };
            return CborValue.Read(payload, CborForm.Deterministic);
        }).ToList();

        var name = kind.ToString().ToLowerInvariant();
        var group = Regex.Match(Cddl, $@"^{name}-claims = \{{\n(?<claims>.*?)^\}}", RegexOptions.Multiline | RegexOptions.Singleline).Groups["claims"].Value;
        var claims = Claim().Matches(group).Select(m => Code[m.Groups["name"].Value]).ToHashSet();
        Assert.Equal(claims.Order(), tokens.SelectMany(t => t.Entries("claims")).Select(e => (int)e.Key.Number("a claim")).Distinct().Order());
        var items = Regex.Match(group, @"=> \[\n(?<items>.*?)^  \]", RegexOptions.Multiline | RegexOptions.Singleline).Groups["items"].Value;
        Assert.Equal(Item().Count(items), tokens[0][Code[name]]!.Items(name).Length);
    }

    [Fact]
    public void Lists_and_log_entries_have_the_claims_and_items_that_the_document_names()
    {
        using var samples = new Samples();
        var end = Samples.Now.AddDays(1);
        var notice = new Notice(7, NoticeKind.UpdateNeeded, "1.2", "why", "authority", Samples.Now, new DateOnly(2027, 1, 1), "2026-7");
        Same("status-list", StatusListToken.Sign(samples.Issuer, new StatusList(8), "https://office.example/status/1", Samples.Now, end, TimeSpan.FromMinutes(5), 1));
        Same("notice-list", NoticeList.Sign(samples.Issuer, [notice], "https://office.example/status/1", Samples.Now, end, 1));
        Assert.Equal(8, Item().Count(Group("notice = [", "]")));
        var delta = StatusDelta.Sign(samples.Issuer, new StatusList(8), new StatusList(8), "https://office.example/status/1", 1, 2, Samples.Now, end);
        Same("status-delta", delta);
        Assert.Equal(Item().Count(Group("status-delta-claims = {", "}")), CborValue.Read(CoseSign1.Read(delta).Payload, CborForm.Deterministic)[ClaimNumbers.Delta]!.Items("a delta").Length);

        var entry = new LogEntry { Issuer = "office", Subject = "Lumen/Doorbell", At = Samples.Now, Label = new byte[8], Issued = new(new byte[32], new byte[32], new byte[32], "https://office.example/status/1", 7) };
        var changed = entry with { Issued = null, Changed = new(7, LabelState.Notice, NoticeKind.UpdateNeeded, "1.2", "why", "authority", new byte[32], new DateOnly(2027, 1, 1), "2026-7") };
        Entry("issued", entry, ClaimNumbers.Issued);
        Entry("changed", changed, ClaimNumbers.Changed);

        void Same(string name, byte[] file)
        {
            var token = CborValue.Read(CoseSign1.Read(file).Payload, CborForm.Deterministic);
            Assert.Equal(Claim().Matches(Group($"{name}-claims = {{", "}")).Select(m => Code[m.Groups["name"].Value]).Order(), token.Entries("claims").Select(e => (int)e.Key.Number("a claim")).Order());
        }

        void Entry(string name, LogEntry of, int number)
        {
            var signed = CoseSign1.Read(of.Sign(samples.Issuer));
            Assert.Equal(Item().Count(Group($"{name} = [", "]")), CborValue.Read(signed.Payload, CborForm.Deterministic)[number]!.Items(name).Length);
            Assert.Equal(Claim().Matches(Group("entry-claims = {", "}")).Select(m => Code[m.Groups["name"].Value]).Order(), signed.Claims!.Entries("claims").Select(e => (int)e.Key.Number("a claim")).Order());
        }

        static string Group(string start, string end)
        {
            var at = Cddl.IndexOf("\n" + start, StringComparison.Ordinal);
            Assert.True(at >= 0, start);
            return Cddl[at..Cddl.IndexOf($"\n{end}", at + 2, StringComparison.Ordinal)];
        }
    }

    [GeneratedRegex(@"^(?<name>\w+)-label = (?<number>-?\d+)$", RegexOptions.Multiline)]
    private static partial Regex Number();

    [GeneratedRegex(@"^  (\? )?(?<name>\w+)-label =>", RegexOptions.Multiline)]
    private static partial Regex Claim();

    [GeneratedRegex(@"^ {2,4}[a-z-]+:", RegexOptions.Multiline)]
    private static partial Regex Item();
}
