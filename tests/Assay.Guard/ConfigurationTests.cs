using System.Text;
using Assay.Evidence.Reading;
using Assay.Guard;
using Assay.Guard.Admission;
using Assay.Traffic.Mud;

namespace Assay.Tests;

public sealed class ConfigurationTests
{
    private const string Least = "inside: [br0]\noutside: wan0\nnames: { listen: 192.168.77.1, upstream: [203.0.113.53] }\n";

    private static Configuration Read(string yaml) => Configuration.Read(Encoding.UTF8.GetBytes(yaml), "/home/gateway");

    [Fact]
    public void The_example_is_read_as_it_stands()
    {
        var example = Configuration.Open(Path.Combine(Checkout.Root, "examples", "guard.yaml"));
        Assert.Equal("/var/lib/assay-guard", example.Folder);
        Assert.Equal(["br0"], example.Inside);
        Assert.Equal("203.0.113.53:53", example.Names.Upstream.Single().ToString());
        Assert.True(File.Exists(example.Devices.Single().Mud));
        Assert.False(example.RingPayload);
    }

    [Fact]
    public void Every_line_of_a_device_is_read()
    {
        var device = Read(Least + """
            devices:
              - mac: 00:00:5E:00:53:0b
                name: doorbell
                label: box/label.png
                mud: m.json
                mudSigner: /etc/maker.pem
                updates: [Update.Doorbell.Example.]
                critical: industrial
                admit: { action: heal, by: A. Example, role: householder, reason: new, until: 2027-01-01 }
            """).Devices.Single();
        Assert.Equal(("/home/gateway/box/label.png", "/home/gateway/m.json", "/etc/maker.pem"), (device.Label, device.Mud, device.MudSigner));
        Assert.Equal(["update.doorbell.example"], device.Updates);
        Assert.Equal(Criticality.Industrial, device.Critical);
        Assert.Equal(new Admit(GuardAction.Heal, "A. Example", "householder", "new", new DateOnly(2027, 1, 1), null), device.Admit);
    }

    [Theory]
    [InlineData("", "a map with")]
    [InlineData("inside: [br0]\noutside: wan0\n", "\"names\"")]
    [InlineData("outside: wan0\nnames: { listen: 192.168.77.1, upstream: [203.0.113.53] }\n", "\"inside\"")]
    [InlineData("inside: ['br0\"; flush ruleset; #']\noutside: wan0\nnames: { listen: 192.168.77.1, upstream: [203.0.113.53] }\n", "the name of an interface")]
    [InlineData(Least + "devices: [ { mac: 00:00:5e:00:53 } ]", "a mac such as")]
    [InlineData(Least + "devices: [ { mac: 01:00:5e:00:53:0b } ]", "a mac such as")]
    [InlineData(Least + "devices: [ { mac: 00:00:5e:00:53:0b }, { mac: 00-00-5E-00-53-0B } ]", "each mac once")]
    [InlineData(Least + "devices: [ { mac: 00:00:5e:00:53:0b, updates: ['a b'] } ]", "a host name")]
    [InlineData(Least + "devices: [ { mac: 00:00:5e:00:53:0b, critical: very } ]", "one of none, safety, industrial")]
    [InlineData(Least + "devices: [ { mac: 00:00:5e:00:53:0b, admit: { action: narrow, by: A } } ]", "\"role\" of an admission")]
    [InlineData(Least + "devices: [ { mac: 00:00:5e:00:53:0b, admit: { action: free, by: A, role: b, reason: c } } ]", "one of notify, narrow, heal, cut")]
    [InlineData(Least + "registry: { address: 'file:///etc/passwd' }", "an http or https address")]
    [InlineData(Least + "ring: { bytes: 1 }", "a number from")]
    [InlineData(Least + "ring: { payload: perhaps }", "true or false")]
    public void What_is_meant_otherwise_is_refused_with_its_line(string yaml, string expected)
    {
        var wrong = Assert.Throws<UnreadableException>(() => Read(yaml));
        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
        Assert.NotNull(wrong.Line);
    }
}
