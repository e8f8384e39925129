using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Firmware.Applications;
using Assay.Tests;

namespace Assay.Firmware.Tests.Applications;

/// <summary>Packages made by Android's own tools, and what those tools say of them.</summary>
public class ApplicationTests
{
    private static readonly ExaminationOptions Options = new() { AsOf = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero) };
    private const string Framework = "/usr/share/android-framework-res/framework-res.apk";

    private const string Manifest = """
        <?xml version="1.0" encoding="utf-8"?>
        <manifest xmlns:android="http://schemas.android.com/apk/res/android" package="com.acme.bell" android:versionCode="17" android:versionName="@string/version">
          <uses-sdk android:minSdkVersion="23" android:targetSdkVersion="29"/>
          <uses-permission android:name="android.permission.INTERNET"/>
          <uses-permission android:name="android.permission.RECORD_AUDIO"/>
          <uses-permission android:name="android.permission.ACCESS_FINE_LOCATION"/>
          <application android:label="Bell" android:debuggable="true" android:allowBackup="false" android:networkSecurityConfig="@xml/net">
            <activity android:name=".Main"><intent-filter><action android:name="android.intent.action.MAIN"/><category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity>
            <activity android:name="com.acme.bell.Share"><intent-filter><action android:name="android.intent.action.SEND"/></intent-filter></activity>
            <service android:name="com.acme.bell.Guarded" android:exported="true" android:permission="com.acme.bell.USE"/>
            <receiver android:name="com.acme.bell.Closed" android:exported="false"><intent-filter><action android:name="x"/></intent-filter></receiver>
            <provider android:name="com.acme.bell.Data" android:authorities="com.acme.bell.data" android:exported="true"/>
          </application>
        </manifest>
        """;

    private const string Network = """
        <?xml version="1.0" encoding="utf-8"?>
        <network-security-config>
          <base-config cleartextTrafficPermitted="false"><trust-anchors><certificates src="system"/></trust-anchors></base-config>
          <domain-config cleartextTrafficPermitted="true"><domain includeSubdomains="true">old.acme.example.org</domain><domain>bell.local</domain>
            <domain-config><domain>deeper.acme.test</domain></domain-config>
            <domain-config cleartextTrafficPermitted="false"><domain>closed.acme.test</domain></domain-config></domain-config>
          <debug-overrides><trust-anchors><certificates src="user"/></trust-anchors></debug-overrides>
        </network-security-config>
        """;

    [Fact]
    public void Package_version_permissions_and_switches_are_what_aapt_says()
    {
        using var scratch = new Scratch();
        var file = Build(scratch, Manifest, Network);
        var badging = Tool.Run("aapt", ["dump", "badging", file]).Text;
        var permissions = Tool.Run("aapt", ["dump", "permissions", file]).Text;
        var app = Read(file);
        var facts = app.Facts!;
        Assert.Equal("Android app", app.Kind);
        Assert.True(app.Coverage.IsWhole, string.Join('\n', app.Coverage.Losses));
        Assert.Equal(Match(badging, "package: name='([^']*)'"), facts.Package);
        Assert.Equal(Match(badging, "versionCode='([^']*)'"), facts.VersionCode);
        Assert.Equal(Match(badging, "versionName='([^']*)'"), facts.VersionName);
        Assert.Equal("2.4.1", facts.VersionName);
        Assert.Equal(Match(badging, "sdkVersion:'([^']*)'"), $"{facts.MinSdk}");
        Assert.Equal(Match(badging, "targetSdkVersion:'([^']*)'"), $"{facts.TargetSdk}");
        Assert.Equal(badging.Contains("application-debuggable"), facts.IsDebuggable);
        Assert.Equal(Regex.Matches(permissions, "uses-permission: name='([^']*)'").Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal), facts.Permissions);
        Assert.False(facts.AllowsBackup);
        Assert.Equal(["com.acme.bell.Data", "com.acme.bell.Share"], facts.Exported);
        Assert.Equal(["android.permission.ACCESS_FINE_LOCATION", "android.permission.RECORD_AUDIO"], app.Findings.Where(f => f.Has(Traits.SensorPermission)).Select(f => f.Subject));
        Assert.All(app.Findings.Where(f => f.Has(Traits.SensorPermission)), f => Assert.Equal("AndroidManifest.xml", f.Location.Path));
    }

    [Fact]
    public void Network_settings_are_found_through_the_table_of_resources()
    {
        using var scratch = new Scratch();
        var facts = Read(Build(scratch, Manifest, Network)).Facts!;
        Assert.False(facts.AllowsClearText);
        Assert.Equal(["bell.local", "deeper.acme.test", "old.acme.example.org"], facts.ClearTextHosts);
        Assert.False(facts.TrustsUserAuthorities);
        var open = Read(Build(scratch, Manifest, Network.Replace("cleartextTrafficPermitted=\"false\"><trust-anchors><certificates src=\"system\"/>", "cleartextTrafficPermitted=\"true\"><trust-anchors><certificates src=\"user\"/>")));
        Assert.True(open.Facts!.AllowsClearText);
        Assert.True(open.Facts.TrustsUserAuthorities);
        Assert.Equal("res/xml/net.xml", Assert.Single(open.Findings, f => f.Subject == "all hosts").Location.Path);
    }

    [Theory]
    [InlineData("android:usesCleartextTraffic=\"true\"", 29, true)]
    [InlineData("android:usesCleartextTraffic=\"false\"", 26, false)]
    [InlineData("", 29, false)]
    [InlineData("", 26, true)]
    public void Without_settings_of_its_own_the_switch_counts_and_then_the_platforms_default(string attribute, int target, bool allowed)
    {
        using var scratch = new Scratch();
        var manifest = Manifest.Replace("android:networkSecurityConfig=\"@xml/net\"", attribute).Replace("targetSdkVersion=\"29\"", $"targetSdkVersion=\"{target}\"");
        Assert.Equal(allowed, Read(Build(scratch, manifest, Network)).Facts!.AllowsClearText);
    }

    [Fact]
    public void Signers_are_those_that_apksigner_prints()
    {
        Tool.Need("apksigner", "apksigner");
        Tool.Need("keytool", "default-jre-headless");
        using var scratch = new Scratch();
        var file = Build(scratch, Manifest, Network);
        Assert.Contains(Read(file).Findings, f => f.Subject == "not signed");
        Tool.Run("keytool", ["-genkeypair", "-keystore", scratch.File("k"), "-storepass", "123456", "-keypass", "123456", "-alias", "a", "-keyalg", "RSA", "-keysize", "2048", "-validity", "9000", "-dname", "CN=Android Debug,O=Android,C=US"]);
        var sign = Tool.Run("apksigner", ["sign", "--ks", scratch.File("k"), "--ks-pass", "pass:123456", "--min-sdk-version", "23", "--v1-signing-enabled", "true", "--v2-signing-enabled", "true", "--v3-signing-enabled", "true", file]);
        Assert.True(sign.Exit == 0, sign.Error);
        var printed = Tool.Run("apksigner", ["verify", "--print-certs", file]).Text;
        var digest = Match(printed, "certificate SHA-256 digest: ([0-9a-f]{64})");
        var app = Read(file);
        Assert.Equal([$"v1 {digest}", $"v2 {digest}", $"v3 {digest}"], app.Facts!.Signers);
        Assert.Contains(app.Findings, f => f.Subject == "signature" && f.Has(Traits.Debuggable));
    }

    [Fact]
    public void Addresses_and_libraries_are_found_in_code_and_files()
    {
        using var scratch = new Scratch();
        var app = Read(Build(scratch, Manifest, Network));
        Assert.Equal(["192.168.4.1", "api.acme.test", "app-measurement.com", "broker.acme.test", "old.acme.test"], app.Facts!.Hosts);
        var clear = app.Findings.Where(f => f.Has(Traits.ClearTextAddress)).ToList();
        Assert.Equal(["192.168.4.1", "broker.acme.test", "old.acme.test"], clear.Select(f => f.Subject));
        Assert.Equal([Traits.Local, Traits.Remote, Traits.Remote], clear.Select(f => f.Traits.Single(t => t is Traits.Local or Traits.Remote)));
        Assert.Equal("assets/conf.json", clear[1].Location.Path);
        Assert.Contains(app.Findings, f => f.Subject == "Adjust" && f.Has(Traits.Tracker) && f.Location.Path == "classes.dex");
        Assert.Contains(app.Findings, f => f.Subject == "app-measurement.com" && f.Has(Traits.Tracker));
    }

    [Fact]
    public void A_set_of_packages_is_read_by_its_base_and_its_splits()
    {
        using var scratch = new Scratch();
        var file = Build(scratch, Manifest, Network);
        var set = scratch.File("bell.xapk");
        using (var zip = ZipFile.Open(set, ZipArchiveMode.Create))
        {
            zip.CreateEntryFromFile(file, "base.apk");
            using var note = new StreamWriter(zip.CreateEntry("manifest.json").Open());
            note.Write("{}");
        }
        var app = Read(set);
        Assert.Equal("set of Android packages", app.Kind);
        Assert.Equal("com.acme.bell", app.Facts!.Package);
        Assert.Contains(app.Findings, f => f.Location.Path == "base.apk/AndroidManifest.xml");
        Assert.True(app.Coverage.IsWhole, string.Join('\n', app.Coverage.Losses));
    }

    [Fact]
    public void Bundles_and_ios_archives_are_named_and_not_read()
    {
        foreach (var (kind, names) in new[] { ("Android app bundle", new[] { "BundleConfig.pb", "base/manifest/AndroidManifest.xml" }), ("iOS app", ["Payload/Bell.app/Info.plist"]) })
        {
            using var archive = Artefact.Of("a", Packed.Zip(names.Select(n => (n, "x"u8.ToArray()))));
            var app = ApplicationExamination.Of(archive, Options);
            Assert.Equal(kind, app.Kind);
            Assert.Equal(0, app.Coverage.Examined);
            Assert.Single(app.Coverage.Losses);
        }
    }

    [Fact]
    public void Other_archives_are_no_apps() => Assert.False(ApplicationExamination.Recognises(Artefact.Of("a", Packed.Zip([("word/document.xml", "x"u8.ToArray())]))));

    [Fact]
    public void A_plain_manifest_is_read_as_well_and_entities_are_refused()
    {
        var plain = ApplicationExamination.Of(Artefact.Of("a", Packed.Zip([("AndroidManifest.xml", Encoding.UTF8.GetBytes(Manifest)), ("res/xml/net.xml", Encoding.UTF8.GetBytes(Network))])), Options);
        Assert.Equal("com.acme.bell", plain.Facts!.Package);
        Assert.Contains("old.acme.example.org", plain.Facts.ClearTextHosts);
        var bomb = ApplicationExamination.Of(Artefact.Of("a", Packed.Zip([("AndroidManifest.xml", "<!DOCTYPE manifest [<!ENTITY a \"b\">]><manifest package=\"&a;\"/>"u8.ToArray())])), Options);
        Assert.Null(bomb.Facts);
        Assert.NotEmpty(bomb.Coverage.Losses);
    }

    [Fact]
    public void Bent_packages_end_in_findings_or_losses()
    {
        using var scratch = new Scratch();
        var whole = File.ReadAllBytes(Build(scratch, Manifest, Network));
        // The parts themselves, so that no checksum or compression stands before their readers.
        using var source = new ZipArchive(new MemoryStream(whole));
        var parts = source.Entries.Select(e => (e.FullName, Bytes(e))).ToList();
        var random = new Random(303645);
        var read = 0;
        for (var round = 0; round < 1500; round++)
        {
            byte[] bytes;
            if (round % 3 == 0)
            {
                bytes = (byte[])whole.Clone();
                for (var i = random.Next(1, 30); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            else
            {
                bytes = Packed.Zip(parts.Select(p =>
                {
                    var content = (byte[])p.Item2.Clone();
                    if (content.Length > 0) for (var i = random.Next(0, 12); i > 0; i--) content[random.Next(Math.Min(content.Length, 400))] = (byte)random.Next(256);
                    return (p.FullName, content);
                }));
            }
            using var artefact = Artefact.Of("a", bytes);
            if (!ApplicationExamination.Recognises(artefact)) continue;
            var app = ApplicationExamination.Of(artefact, Options with { Budget = new Budget { FileBytes = 1 << 24 } });
            Assert.InRange(app.Coverage.Examined, 0, app.Coverage.Total);
            Assert.All(app.Findings, f => Assert.DoesNotContain(f.Subject + f.Value, char.IsControl));
            read++;
        }
        Assert.True(read > 800, $"{read} of 1500 were still recognised");
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static ApplicationExamination Read(string file)
    {
        using var artefact = Artefact.Open(file, "app/bell.apk");
        Assert.True(ApplicationExamination.Recognises(artefact));
        return ApplicationExamination.Of(artefact, Options);
    }

    private static string Match(string text, string pattern) => Regex.Match(text, pattern) is { Success: true } match ? match.Groups[1].Value : $"no {pattern} in {text}";

    private static string Build(Scratch scratch, string manifest, string network)
    {
        Tool.Need("aapt", "aapt");
        if (!File.Exists(Framework)) Assert.Skip("the platform's resources are missing (apt-get install android-framework-res)");
        var folder = Directory.CreateDirectory(Path.Combine(scratch.Folder, Path.GetRandomFileName())).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "res/xml"));
        Directory.CreateDirectory(Path.Combine(folder, "res/values"));
        Directory.CreateDirectory(Path.Combine(folder, "assets"));
        File.WriteAllText(Path.Combine(folder, "AndroidManifest.xml"), manifest);
        File.WriteAllText(Path.Combine(folder, "res/xml/net.xml"), network);
        File.WriteAllText(Path.Combine(folder, "res/values/strings.xml"), "<resources><string name=\"version\">2.4.1</string></resources>");
        File.WriteAllText(Path.Combine(folder, "assets/conf.json"), """{ "broker": "mqtt://broker.acme.test:1883", "doc": "http://www.w3.org/ns", "setup": "http://192.168.4.1/setup", "format": "http://%s/a" }""");
        File.WriteAllBytes(Path.Combine(folder, "classes.dex"), Dex("Lcom/adjust/sdk/Adjust;", "https://api.acme.test/v1", "http://old.acme.test/ping", "https://app-measurement.com/a", "http://schemas.android.com/apk/res/android"));
        var file = Path.Combine(folder, "bell.apk");
        var made = Tool.Run("aapt", ["package", "-f", "-M", "AndroidManifest.xml", "-S", "res", "-A", "assets", "-I", Framework, "-F", file], folder);
        Assert.True(made.Exit == 0, made.Error);
        Assert.Equal(0, Tool.Run("aapt", ["add", file, "classes.dex"], folder).Exit);
        return file;
    }

    // A header and a table of strings; the rest of the format is nothing that is read here.
    private static byte[] Dex(params string[] strings)
    {
        var data = new MemoryStream();
        var table = new byte[4 * strings.Length];
        for (var i = 0; i < strings.Length; i++)
        {
            BitConverter.TryWriteBytes(table.AsSpan(4 * i), 112 + table.Length + (int)data.Length);
            data.WriteByte((byte)strings[i].Length);
            data.Write(Encoding.UTF8.GetBytes(strings[i] + "\0"));
        }
        var header = new byte[112];
        "dex\n035\0"u8.CopyTo(header);
        BitConverter.TryWriteBytes(header.AsSpan(0x38), strings.Length);
        BitConverter.TryWriteBytes(header.AsSpan(0x3c), 112);
        return [.. header, .. table, .. data.ToArray()];
    }
}
