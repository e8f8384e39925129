using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Applications;

/// <summary>One walk over an app's archive: manifest, network settings, code, files, signature.</summary>
internal sealed class ApplicationWalk(string artefact, ExaminationOptions options)
{
    private const int MostAddresses = 4000;
    // Members may all point to the same bytes, so that a small archive unpacks without end.
    private const long MostBytes = 4L << 30;

    private readonly List<Finding> findings = [];
    private readonly List<Loss> losses = [];
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
    // Where a host was named first, by host and whether in clear text.
    private readonly SortedDictionary<(string Host, bool IsClear), (string Path, int Offset)> hosts = new(Comparer<(string Host, bool IsClear)>.Create((a, b) => string.CompareOrdinal(a.Host, b.Host) is var order and not 0 ? order : a.IsClear.CompareTo(b.IsClear)));
    private readonly SortedDictionary<string, (string Path, int Offset, string Type)> trackers = new(StringComparer.Ordinal);
    private long total, examined, unpacked;

    internal ApplicationFacts? Facts { get; private set; }

    internal void Lose(string path, string expected, string found, long? offset = null)
    {
        if (losses.Count < 200) losses.Add(new Loss { Location = new Location { Artefact = artefact, Path = path.Length > 0 ? path : null, Offset = offset }, Expected = expected, Found = Shortened.Visible(found) });
    }

    internal Coverage Coverage() => new() { Artefact = artefact, Scope = CoverageScope.Application, Unit = "parts", Total = Math.Max(total, losses.Count > 0 ? 1 : 0), Examined = examined, Counts = counts, Losses = losses };

    internal IReadOnlyList<Finding> Findings()
    {
        Facts = Facts is null ? null : Facts with { Hosts = [.. hosts.Keys.Select(h => h.Host).Distinct(StringComparer.Ordinal)] };
        foreach (var ((host, isClear), (path, offset)) in hosts)
        {
            var where = Hosts.IsLocal(host) ? Traits.Local : Traits.Remote;
            var tracker = Tracker.OfHost(host)?.Party;
            if (isClear) Add(FindingKind.Cleartext, host, "an address without encryption is named", path, offset, 0.6, null, Traits.ClearTextAddress, where);
            if (!isClear || !hosts.ContainsKey((host, false))) Add(FindingKind.Behaviour, host, tracker is null ? "named in the app" : $"named in the app; {tracker}", path, offset, 0.6, null, tracker is null ? [where] : [where, Traits.Tracker]);
        }
        foreach (var (name, (path, offset, type)) in trackers) Add(FindingKind.Behaviour, name, $"its library is in the app: {type}", path, offset, 0.8, null, Traits.Tracker, Traits.Remote);
        return findings;
    }

    /// <summary>A zip of packages: the base says what the app is, the splits carry code and files.</summary>
    internal void Set(ZipDirectory zip)
    {
        var packages = zip.Members.Where(m => m.Name.EndsWith(".apk", StringComparison.OrdinalIgnoreCase)).OrderBy(m => m.Name, StringComparer.Ordinal).ToList();
        counts["packages"] = packages.Count;
        foreach (var member in packages.Take(200))
        {
            if (Open(zip, member, "") is not { } bytes) continue;
            try
            {
                Package(ZipDirectory.Read(bytes), bytes, member.Name + "/");
            }
            catch (UnreadableException wrong)
            {
                Lose(member.Name, wrong.Expected, wrong.Found, wrong.Offset);
            }
        }
    }

    internal void Package(ZipDirectory zip, ReadOnlyMemory<byte> bytes, string prefix)
    {
        var table = ResourceTable.Empty;
        if (zip.Find("resources.arsc") is { } resources) Part(zip, resources, prefix, content => table = ResourceTable.Read(content));
        if (zip.Find("AndroidManifest.xml") is { } manifest) Part(zip, manifest, prefix, content => Manifest(BinaryXml.Read(content), prefix + manifest.Name, zip, table, prefix));
        foreach (var member in zip.Members.Where(m => m.Name.StartsWith("classes", StringComparison.Ordinal) && m.Name.EndsWith(".dex", StringComparison.Ordinal)).OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            Part(zip, member, prefix, content => DexStrings.Read(content, (text, offset) => Text(text, offset, prefix + member.Name)));
            counts["code"] = counts.GetValueOrDefault("code") + 1;
        }
        foreach (var member in zip.Members.Where(m => (m.Name.StartsWith("assets/", StringComparison.Ordinal) || m.Name.StartsWith("lib/", StringComparison.Ordinal) || m.Name.StartsWith("res/raw/", StringComparison.Ordinal)) && !m.Name.EndsWith('/') && !IsPicture(m.Name)).OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            Part(zip, member, prefix, content => Applications.Addresses.In(content, found => Host(found, prefix + member.Name, found.Offset)));
            counts["files"] = counts.GetValueOrDefault("files") + 1;
        }
        // Splits are signed as the base is.
        if (Facts is not { Signers.Count: 0 } facts) return;
        var signed = Signatures.Of(zip, bytes, member => Open(zip, member, prefix));
        foreach (var signer in signed.GroupBy(s => s.Certificate.Sha256, StringComparer.Ordinal))
        {
            var certificate = signer.First().Certificate;
            var schemes = string.Join(", ", signer.Select(s => s.Scheme).Distinct());
            Add(FindingKind.Behaviour, $"signed by {certificate.Subject}", $"{schemes}; {certificate.KeyAlgorithmName} {ApplicationExamination.Number(certificate.KeyBits)} bits, certificate SHA-256 {certificate.Sha256}", prefix.TrimEnd('/'), null, 1, "not verified");
            if (certificate.Subject.Contains("CN=Android Debug", StringComparison.OrdinalIgnoreCase)) Add(FindingKind.Debug, "signature", "made with the debug key that every developer has", prefix.TrimEnd('/'), null, 1, null, Traits.Debuggable);
        }
        if (signed.Count == 0) Add(FindingKind.Behaviour, "not signed", "no signature of scheme v1, v2 or v3", prefix.TrimEnd('/'), null, 0.9, null);
        Facts = facts with { Signers = [.. signed.Select(s => $"{s.Scheme} {s.Certificate.Sha256}")] };
    }

    private delegate void Reading(ReadOnlySpan<byte> content);

    private void Part(ZipDirectory zip, ZipDirectory.Member member, string prefix, Reading read)
    {
        options.Cancel.ThrowIfCancellationRequested();
        total++;
        if (Open(zip, member, prefix) is not { } content) return;
        try
        {
            read(content);
            examined++;
        }
        catch (UnreadableException wrong)
        {
            Lose(prefix + member.Name, wrong.Expected, wrong.Found, wrong.Offset);
        }
    }

    private byte[]? Open(ZipDirectory zip, ZipDirectory.Member member, string prefix)
    {
        try
        {
            if ((unpacked += member.Size) > MostBytes) throw new UnreadableException($"at most {MostBytes} bytes in all", "more", member.Header);
            return zip.Open(member, options.Budget);
        }
        catch (UnreadableException wrong)
        {
            Lose(prefix + member.Name, wrong.Expected, wrong.Found, wrong.Offset);
        }
        catch (BudgetException spent)
        {
            Lose(prefix + member.Name, "a part within the budget", spent.Message);
        }
        return null;
    }

    private void Manifest(XmlElement manifest, string path, ZipDirectory zip, ResourceTable table, string prefix)
    {
        if (manifest.Name != "manifest") throw new UnreadableException("the element manifest", Shortened.Visible(manifest.Name), 0);
        // A split names the package too; the base is the one with an application of its own code, and comes by its name.
        if (manifest["split"] is not null) return;
        if (Facts is not null)
        {
            Lose(path, "one base package", "another one");
            return;
        }
        string? Value(XmlAttribute? attribute) => attribute?.Text ?? (attribute?.Reference is { } id ? table.Of(id).FirstOrDefault() : null);
        bool? Switch(XmlAttribute? attribute) => Value(attribute) switch { "true" or "-1" or "1" => true, "false" or "0" => false, _ => null };
        int? Count(XmlAttribute? attribute) => int.TryParse(Value(attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        string Name(XmlElement element) => Shortened.Visible(Value(element["name"]) ?? "without name");

        var package = Shortened.Visible(Value(manifest["package"]) ?? "");
        var sdk = manifest.First("uses-sdk");
        var minimum = Count(sdk?["minSdkVersion"]) ?? 1;
        var target = Count(sdk?["targetSdkVersion"]) ?? minimum;
        var application = manifest.First("application");
        var permissions = manifest.All("uses-permission").Concat(manifest.All("uses-permission-sdk-23")).Select(Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var version = Value(manifest["versionName"]) is { } name ? Shortened.Visible(name) : null;
        Add(FindingKind.Behaviour, package, $"Android app, version {version ?? "not said"} ({Value(manifest["versionCode"]) ?? "?"}), SDK {ApplicationExamination.Number(minimum)} to {ApplicationExamination.Number(target)}", path, null, 1, null);
        foreach (var permission in permissions)
        {
            if (IsSensor(permission)) Add(FindingKind.Permission, permission, "asked for by the app", path, null, 1, null, Traits.SensorPermission);
            else Add(FindingKind.Permission, permission, "asked for by the app", path, null, 1, null);
        }
        var exported = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var part in application?.Children.Where(c => c.Name is "activity" or "activity-alias" or "service" or "receiver" or "provider") ?? [])
        {
            var isLauncher = part.Below.Any(e => e.Name == "category" && Value(e["name"]) == "android.intent.category.LAUNCHER");
            // Until SDK 30 a component with a filter was open to others unless it said otherwise; a provider until SDK 16.
            var isOpen = Switch(part["exported"]) ?? (part.Name == "provider" ? target < 17 : target < 31 && part.First("intent-filter") is not null);
            if (!isOpen || isLauncher || Value(part["permission"]) is not null || Value(part["readPermission"]) is not null) continue;
            exported.Add(Name(part));
            Add(FindingKind.Exposure, Name(part), $"{part.Name} that other apps may start without a permission", path, null, 0.9, null);
        }
        var isDebuggable = Switch(application?["debuggable"]) == true;
        if (isDebuggable) Add(FindingKind.Debug, package, "the app is built for debugging", path, null, 1, null, Traits.Debuggable);
        var backup = Switch(application?["allowBackup"]) ?? true;
        var settings = new NetworkSettings { AllowsClearText = Switch(application?["usesCleartextTraffic"]) ?? target < 28, Path = path };
        if (application?["networkSecurityConfig"] is { } named) settings = Network(named, target, zip, table, prefix) ?? settings;
        if (settings.AllowsClearText) Add(FindingKind.Cleartext, "all hosts", "connections without encryption are allowed", settings.Path, null, 1, target < 28 && application?["usesCleartextTraffic"] is null ? $"by default for SDK {target}" : null, Traits.ClearTextAllowed, Traits.Remote);
        foreach (var host in settings.ClearTextHosts) Add(FindingKind.Cleartext, host, "connections without encryption are allowed", settings.Path, null, 1, null, Traits.ClearTextAllowed, Hosts.IsLocal(host) ? Traits.Local : Traits.Remote);
        if (settings.TrustsUser) Add(FindingKind.Behaviour, "authorities of the user", "trusted by the released app", settings.Path, null, 1, null);
        Facts = new ApplicationFacts
        {
            Package = package,
            VersionName = version,
            VersionCode = Value(manifest["versionCode"]),
            MinSdk = minimum,
            TargetSdk = target,
            Permissions = permissions,
            Exported = [.. exported],
            IsDebuggable = isDebuggable,
            AllowsBackup = backup,
            AllowsClearText = settings.AllowsClearText,
            ClearTextHosts = settings.ClearTextHosts,
            TrustsUserAuthorities = settings.TrustsUser,
        };
    }

    private sealed record NetworkSettings
    {
        public required bool AllowsClearText { get; init; }
        public required string Path { get; init; }
        public IReadOnlyList<string> ClearTextHosts { get; init; } = [];
        public bool TrustsUser { get; init; }
    }

    // Where there are settings of their own, the manifest's switch does not count (from SDK 24 on).
    private NetworkSettings? Network(XmlAttribute named, int target, ZipDirectory zip, ResourceTable table, string prefix)
    {
        var paths = named.Reference is { } id ? table.Of(id) : named.Text is ['@', ..] ? [$"res/{named.Text[1..].TrimStart('+')}.xml"] : [];
        foreach (var path in paths)
        {
            if (zip.Find(path) is not { } member) continue;
            NetworkSettings? settings = null;
            Part(zip, member, prefix, content => settings = Settings(BinaryXml.Read(content), target, prefix + path));
            if (settings is not null) return settings;
        }
        Lose(prefix + "AndroidManifest.xml", "the file of networkSecurityConfig", paths.Count == 0 ? "a resource that is not in the table" : paths[0]);
        return null;
    }

    private static NetworkSettings Settings(XmlElement root, int target, string path)
    {
        var general = root.First("base-config");
        var allowed = Allows(general) ?? target < 28;
        var hosts = new SortedSet<string>(StringComparer.Ordinal);
        Domains(root, allowed, hosts);
        var trusts = new[] { general }.OfType<XmlElement>().Concat(root.Below.Where(e => e.Name == "domain-config")).SelectMany(c => c.All("trust-anchors")).SelectMany(a => a.All("certificates")).Any(c => c["src"]?.Text == "user");
        return new NetworkSettings { AllowsClearText = allowed, Path = path, ClearTextHosts = [.. hosts], TrustsUser = trusts || (general?.First("trust-anchors") is null && target < 24) };
    }

    private static void Domains(XmlElement parent, bool inherited, SortedSet<string> hosts)
    {
        foreach (var config in parent.All("domain-config"))
        {
            var allowed = Allows(config) ?? inherited;
            if (allowed) hosts.UnionWith(config.All("domain").Select(d => Shortened.Visible(d.Text.Trim().ToLowerInvariant())).Where(d => d.Length > 0));
            Domains(config, allowed, hosts);
        }
    }

    private static bool? Allows(XmlElement? config) => config?["cleartextTrafficPermitted"]?.Text switch { "true" or "-1" or "1" => true, "false" or "0" => false, _ => null };

    private void Text(string text, int offset, string path)
    {
        if (text.Length > 3 && text[0] == 'L' && text[^1] == ';' && Tracker.OfType(text) is { } tracker) trackers.TryAdd(tracker.Party, (path, offset, text[1..^1]));
        if (text.Contains("://", StringComparison.Ordinal)) Applications.Addresses.In(System.Text.Encoding.UTF8.GetBytes(text), found => Host(found, path, offset));
    }

    private void Host(Addresses.Found found, string path, int offset)
    {
        if (Applications.Addresses.IsVocabulary(found.Host)) return;
        if (hosts.Count >= MostAddresses)
        {
            counts["addressesBeyond"] = counts.GetValueOrDefault("addressesBeyond") + 1;
            return;
        }
        if (hosts.TryAdd((found.Host, found.IsClear), (path, offset))) counts["addresses"] = counts.GetValueOrDefault("addresses") + 1;
    }

    private static bool IsPicture(string name) =>
        new[] { ".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp3", ".mp4", ".ogg", ".wav", ".ttf", ".otf", ".woff", ".woff2" }.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    // Permissions of Android by which an app sees, hears, places or knows people.
    private static bool IsSensor(string permission) => permission.StartsWith("android.permission.", StringComparison.Ordinal) && permission[19..] is
        "CAMERA" or "RECORD_AUDIO" or "ACCESS_FINE_LOCATION" or "ACCESS_COARSE_LOCATION" or "ACCESS_BACKGROUND_LOCATION" or "BODY_SENSORS" or "BODY_SENSORS_BACKGROUND" or "ACTIVITY_RECOGNITION"
        or "READ_CONTACTS" or "READ_CALENDAR" or "READ_CALL_LOG" or "READ_SMS" or "RECEIVE_SMS" or "READ_PHONE_STATE" or "READ_PHONE_NUMBERS" or "GET_ACCOUNTS";

    private void Add(FindingKind kind, string subject, string value, string path, int? offset, double confidence, string? note, params IReadOnlyList<string> traits) => findings.Add(new Finding
    {
        Kind = kind,
        Subject = Shortened.Visible(subject),
        Value = Shortened.Visible(value),
        Confidence = confidence,
        Location = new Location { Artefact = artefact, Path = path.Length > 0 ? path : null, Offset = offset },
        Note = note,
        Traits = [.. traits.Order(StringComparer.Ordinal)],
    });
}
