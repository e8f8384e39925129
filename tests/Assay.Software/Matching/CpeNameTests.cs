using Assay.Software.Matching;

namespace Assay.Tests.Software.Matching;

public class CpeNameTests
{
    [Fact]
    public void What_the_suite_of_CSAF_calls_a_valid_name_is_read_and_what_it_calls_invalid_is_not()
    {
        var (read, refused, wrong) = (0, 0, new List<string>());
        foreach (var file in Corpus.Files("csaf/csaf_2.1/test/cpe", "cpe.txt"))
        {
            var valid = file.Contains("/valid/", StringComparison.Ordinal);
            foreach (var line in File.ReadLines(file).Select(l => l.Trim()).Where(l => l.Length > 0))
            {
                if (CpeName.Read(line) is null == valid) wrong.Add($"{(valid ? "valid" : "invalid")} {line}");
                if (valid) read++;
                else refused++;
            }
        }
        Assert.True(read > 5 && refused > 5, $"{read} valid and {refused} invalid names were found");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {read} valid and {refused} invalid: {string.Join("\n", wrong.Take(40))}");
    }

    [Theory]
    [InlineData(@"cpe:2.3:a:soap\:\:lite_project:soap\:\:lite:*:*:*:*:*:perl:*:*", "soap::lite_project", "soap::lite", "*")]
    [InlineData(@"cpe:2.3:a:acme:mini\-httpd:1.30:*:*:*:*:*:*:*", "acme", "mini-httpd", "1.30")]
    [InlineData(@"cpe:2.3:o:linux:linux_kernel:6.6\+rpt:*:*:*:*:*:*:*", "linux", "linux_kernel", "6.6+rpt")]
    [InlineData("cpe:/a:w1.fi:hostapd", "w1.fi", "hostapd", "*")]
    [InlineData("cpe:/a:busybox:busybox:1.35.0", "busybox", "busybox", "1.35.0")]
    [InlineData("cpe:2.3:A:BusyBox:BusyBox:1.35.0:*:*:*:*:*:*:*", "busybox", "busybox", "1.35.0")]
    public void Escapes_and_both_forms_give_the_same_plain_names(string text, string vendor, string product, string version)
    {
        var name = CpeName.Read(text);
        Assert.NotNull(name);
        Assert.Equal((vendor, product, version), (name.Vendor, name.Product, name.Version));
    }

    [Theory]
    [InlineData("")]
    [InlineData("busybox")]
    [InlineData("cpe:2.3:a:busybox:busybox:1.35.0")]
    [InlineData("cpe:2.3:a:busybox:busybox:1.35.0:*:*:*:*:*:*:*:*")]
    [InlineData(@"cpe:2.3:a:busybox:busybox:1.35.0:*:*:*:*:*:*:\")]
    [InlineData("cpe:2.3:a:busybox::1.35.0:*:*:*:*:*:*:*")]
    [InlineData("cpe:2.3:x:busybox:busybox:1.35.0:*:*:*:*:*:*:*")]
    [InlineData("cpe:2.3:a:busy box:busybox:1.35.0:*:*:*:*:*:*:*")]
    public void What_breaks_the_rules_is_no_name(string text) => Assert.Null(CpeName.Read(text));

    [Theory]
    [InlineData("*", "anything", true)]
    [InlineData("-", "-", true)]
    [InlineData("-", "1", false)]
    [InlineData("1", "*", false)]
    [InlineData("1.*", "1.35.0", true)]
    [InlineData("1.?", "1.3", true)]
    [InlineData("1.?", "1.35", false)]
    [InlineData("*firmware", "x_firmware", true)]
    public void One_value_covers_another_as_names_are_compared(string pattern, string value, bool covers) => Assert.Equal(covers, CpeName.Covers(pattern, value));
}
