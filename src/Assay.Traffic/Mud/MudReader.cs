using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Traffic.Mud;

/// <summary>Reads one MUD file: RFC 8520 (the MUD container and its matches) and RFC 8519 (the lists), in JSON after RFC 7951.</summary>
internal sealed class MudReader(ReadOnlyMemory<byte> bytes)
{
    private const string Mud = "ietf-mud:mud", Acls = "ietf-access-control-list:acls", DraftAcls = "ietf-access-control-list:access-lists";
    internal const string TrustLabel = "trust-label", TrustLabelNode = "assay-trust-label:trust-label";
    private const int Depth = 32, MostRemarks = 1000, LongestUri = 1024, MostLists = 256, MostUpdateHosts = 64;

    private readonly List<MudRemark> remarks = [];
    private readonly List<Permission> permissions = [];
    private int dropped, entries;
    private bool remarksFull;

    private sealed record AccessList(string Name, string Where, int? IpVersion, bool Unknown, JsonElement Entries);

    public MudFile Read()
    {
        var start = bytes.Span;
        if (start.Length > MudFile.LongestFile)
        {
            throw new UnreadableException(FormattableString.Invariant($"a MUD file of at most {MudFile.LongestFile} bytes"), FormattableString.Invariant($"{start.Length} bytes"), 0);
        }
        var skip = 0;
        if (start.StartsWith("\uFEFF"u8))
        {
            skip = 3;
            Remark("byte-order-mark", RemarkWeight.Departs, "/", "JSON without a byte order mark (RFC 8259 section 8.1)", "one");
        }
        if (!Utf8.IsValid(start)) throw new UnreadableException("a MUD file in UTF-8 (RFC 8259 section 8.1)", "bytes that are none", 0);
        try
        {
            using var document = JsonDocument.Parse(bytes[skip..], new JsonDocumentOptions { MaxDepth = Depth, AllowDuplicateProperties = false });
            return Whole(document.RootElement);
        }
        catch (JsonException wrong)
        {
            throw new UnreadableException(
                FormattableString.Invariant($"a MUD file in JSON, nested at most {Depth} deep, each member once in its object (RFC 7951)"),
                start.Length == skip ? "an empty file" : Reason(wrong), 0, (int)Math.Min(int.MaxValue, (wrong.LineNumber ?? 0) + 1));
        }
        catch (InvalidOperationException wrong) when (wrong.Message.Contains("UTF", StringComparison.Ordinal))
        {
            // Half of a surrogate pair, written as an escape, is JSON by its grammar and no text.
            throw new UnreadableException("texts of whole characters", "an escape for half of one", 0);
        }
    }

    // The framework's message carries its own positions; the first sentence says what is wrong.
    private static string Reason(JsonException wrong)
    {
        var text = wrong.Message;
        var end = text.IndexOf(" Path:", StringComparison.Ordinal);
        if (end < 0) end = text.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return "other text: " + Shortened.Visible(Cut((end < 0 ? text : text[..end]).TrimEnd('.'), 160));
    }

    private MudFile Whole(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(Mud, out var mud) || mud.ValueKind != JsonValueKind.Object)
        {
            throw new UnreadableException($"an object with the container {Mud}", root.ValueKind == JsonValueKind.Object ? "an object without it" : Kind(root), 0);
        }
        Version(mud);
        var url = Url(mud);
        if (RuleSetPlan.Authority(url) == ObservedProfile.Host) Remark("observed-profile", RemarkWeight.Advice, $"/{Mud}/mud-url", "a file of the device's maker", "a profile that was learnt from captures, which no maker stated");
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name is not (Mud or Acls or DraftAcls)) Remark("unknown-node", RemarkWeight.Advice, "/" + Name(member.Name), $"{Mud} and {Acls}", "another node, which is passed over");
        }
        var extensions = Extensions(mud);
        var lists = Lists(root);
        Policy(mud, "from-device-policy", fromDevice: true, lists, out var usedFrom);
        Policy(mud, "to-device-policy", fromDevice: false, lists, out var usedTo);
        foreach (var list in lists.Values)
        {
            if (!usedFrom.Contains(list.Name) && !usedTo.Contains(list.Name)) Remark("list-unused", RemarkWeight.Advice, list.Where, "a list that a policy names", "one that none names, which has no effect");
        }
        var (labelUri, hosts) = OurExtension(mud, extensions);
        var supported = Supported(mud);
        var validity = Validity(mud);
        var info = Text(mud, "systeminfo", 60);
        if (info is null && !mud.TryGetProperty("systeminfo", out _)) Remark("systeminfo-missing", RemarkWeight.Advice, $"/{Mud}/systeminfo", "a short description of the device", "none");
        var signature = Uri(mud, "mud-signature");
        if (signature is null) Remark("signature-missing", RemarkWeight.Advice, $"/{Mud}/mud-signature", "the address of a detached signature", "none: anyone on the way can change this file");
        if (permissions.Count == 0) Remark("nothing-allowed", RemarkWeight.Advice, "/", "at least one entry that is understood", "none: everything is denied");
        if (permissions.Any(p => p.Accept && p.FromDevice) != permissions.Any(p => p.Accept && !p.FromDevice))
        {
            Remark("one-direction", RemarkWeight.Advice, "/", "entries for both directions (RFC 8520 section 5)", permissions.Any(p => p.FromDevice && p.Accept) ? "entries from the device only" : "entries to the device only");
        }
        return new MudFile
        {
            Url = url,
            LastUpdate = LastUpdate(mud),
            CacheValidity = validity,
            IsSupported = supported,
            SystemInfo = info,
            Maker = Text(mud, "mfg-name", 200),
            Model = Text(mud, "model-name", 200),
            FirmwareRev = Text(mud, "firmware-rev", 200),
            SoftwareRev = Text(mud, "software-rev", 200),
            Documentation = Uri(mud, "documentation"),
            Permissions = permissions,
            Dropped = dropped,
            UpdateHosts = hosts,
            LabelUri = labelUri,
            SignatureUri = signature,
            Extensions = extensions,
            Remarks = remarks,
        };
    }

    // ---- the MUD container

    private void Version(JsonElement mud)
    {
        if (!mud.TryGetProperty("mud-version", out var version))
        {
            Remark("version-missing", RemarkWeight.Departs, $"/{Mud}/mud-version", "1", "none");
            return;
        }
        if (version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == 1) return;
        if (version.ValueKind == JsonValueKind.String && version.GetString() == "1")
        {
            Remark("number-quoted", RemarkWeight.Departs, $"/{Mud}/mud-version", "the number 1", "a text");
            return;
        }
        // Another version may give every node another meaning.
        throw new UnreadableException("a MUD file of version 1", Kind(version), 0);
    }

    private string Url(JsonElement mud)
    {
        const string Where = $"/{Mud}/mud-url";
        if (!mud.TryGetProperty("mud-url", out var node) || node.ValueKind != JsonValueKind.String) throw new UnreadableException("the address of the file in mud-url", "none", 0);
        var text = node.GetString()!;
        if (!IsUri(text, out var uri) || uri!.Scheme is not ("https" or "http")) throw new UnreadableException("an absolute https address in mud-url", Kind(node), 0);
        if (uri.Scheme == "http") Remark("url-not-https", RemarkWeight.Departs, Where, "an https address (RFC 8520 section 3.3)", "http: anyone on the way can change this file");
        return text;
    }

    private DateTimeOffset? LastUpdate(JsonElement mud)
    {
        const string Where = $"/{Mud}/last-update";
        if (!mud.TryGetProperty("last-update", out var node))
        {
            Remark("last-update-missing", RemarkWeight.Departs, Where, "when the file was changed", "none");
            return null;
        }
        if (node.ValueKind == JsonValueKind.String && DateTimeOffset.TryParseExact(node.GetString(),
            ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return time;
        Remark("last-update-form", RemarkWeight.Departs, Where, "a time as 2026-11-01T12:00:00Z", Kind(node));
        return null;
    }

    private TimeSpan Validity(JsonElement mud)
    {
        if (!mud.TryGetProperty("cache-validity", out var node)) return TimeSpan.FromHours(48);
        if (node.ValueKind == JsonValueKind.Number && node.TryGetInt32(out var hours) && hours is >= 1 and <= 168) return TimeSpan.FromHours(hours);
        Remark("cache-validity-range", RemarkWeight.Departs, $"/{Mud}/cache-validity", "1 to 168 hours", Kind(node) + ", so 48 hours count");
        return TimeSpan.FromHours(48);
    }

    private bool Supported(JsonElement mud)
    {
        const string Where = $"/{Mud}/is-supported";
        if (!mud.TryGetProperty("is-supported", out var node))
        {
            Remark("is-supported-missing", RemarkWeight.Departs, Where, "true or false", "none");
            return true;
        }
        var value = Boolean(node, Where);
        if (value is null) Remark("is-supported-form", RemarkWeight.Departs, Where, "true or false", Kind(node));
        if (value == false) Remark("not-supported", RemarkWeight.Advice, Where, "a device that still gets updates", "false: the maker says that it gets none");
        return value ?? true;
    }

    private bool? Boolean(JsonElement node, string where)
    {
        if (node.ValueKind is JsonValueKind.True or JsonValueKind.False) return node.GetBoolean();
        if (node.ValueKind != JsonValueKind.String || node.GetString() is not ("true" or "false")) return null;
        Remark("boolean-quoted", RemarkWeight.Departs, where, "true or false without quotation marks (RFC 7951 section 6.3)", "a text");
        return node.GetString() == "true";
    }

    private List<string> Extensions(JsonElement mud)
    {
        var names = new List<string>();
        const string Where = $"/{Mud}/extensions";
        if (mud.TryGetProperty("extensions", out var node))
        {
            if (node.ValueKind != JsonValueKind.Array) Remark("extensions-form", RemarkWeight.Departs, Where, "a list of names", Kind(node));
            else
            {
                foreach (var one in node.EnumerateArray())
                {
                    if (names.Count == 64) break;
                    if (one.ValueKind == JsonValueKind.String) names.Add(Name(one.GetString()!));
                    else Remark("extensions-form", RemarkWeight.Departs, Where, "names", Kind(one));
                }
            }
        }
        foreach (var name in names)
        {
            if (name != TrustLabel) Remark("extension-unknown", RemarkWeight.Advice, Where, $"the extension {TrustLabel}, or none", $"{name}, which is passed over");
        }
        foreach (var member in mud.EnumerateObject())
        {
            if (member.Name is "mud-version" or "mud-url" or "last-update" or "mud-signature" or "cache-validity" or "is-supported" or "systeminfo" or "mfg-name"
                or "model-name" or "firmware-rev" or "software-rev" or "documentation" or "extensions" or "from-device-policy" or "to-device-policy" or TrustLabelNode) continue;
            var name = Name(member.Name);
            var module = name.Contains(':') ? name[..name.IndexOf(':')] : name;
            Remark(name.Contains(':') && !names.Any(n => module.Contains(n, StringComparison.Ordinal)) ? "extension-undeclared" : "unknown-node", RemarkWeight.Advice, $"/{Mud}/{name}",
                "a node of RFC 8520, or of an extension that is listed and known", "another one, which is passed over");
        }
        return names;
    }

    private (string? Label, IReadOnlyList<string> Hosts) OurExtension(JsonElement mud, List<string> extensions)
    {
        const string Where = $"/{Mud}/{TrustLabelNode}";
        if (!mud.TryGetProperty(TrustLabelNode, out var node)) return (null, []);
        if (!extensions.Contains(TrustLabel))
        {
            Remark("extension-undeclared", RemarkWeight.Dropped, Where, $"{TrustLabel} in the list extensions (RFC 8520 section 3.9)", "an extension that is not listed there, which is not used");
            return (null, []);
        }
        if (node.ValueKind != JsonValueKind.Object)
        {
            Remark("trust-label-form", RemarkWeight.Dropped, Where, "an object with label-uri and update-hosts", Kind(node));
            return (null, []);
        }
        var hosts = new List<string>();
        if (node.TryGetProperty("update-hosts", out var list))
        {
            if (list.ValueKind != JsonValueKind.Array) Remark("trust-label-form", RemarkWeight.Dropped, Where + "/update-hosts", "a list of DNS names", Kind(list));
            else
            {
                foreach (var one in list.EnumerateArray())
                {
                    if (hosts.Count == MostUpdateHosts)
                    {
                        Remark("too-many", RemarkWeight.Dropped, Where + "/update-hosts", FormattableString.Invariant($"at most {MostUpdateHosts} names"), "more, which are not used");
                        break;
                    }
                    if (one.ValueKind == JsonValueKind.String && DnsName.TryRead(one.GetString(), out var name))
                    {
                        if (!hosts.Contains(name)) hosts.Add(name);
                    }
                    else Remark("name-form", RemarkWeight.Dropped, Where + "/update-hosts", "a DNS name", Kind(one));
                }
            }
        }
        foreach (var host in hosts)
        {
            if (!permissions.Any(p => p.Accept && p.FromDevice && p.Peer == new Peer(PeerKind.Name, host)))
            {
                Remark("update-host-not-allowed", RemarkWeight.Advice, Where + "/update-hosts", "update hosts that an entry allows too", $"{host}, which none allows");
            }
        }
        return (Uri(node, "label-uri"), hosts);
    }

    // ---- policies and lists

    private Dictionary<string, AccessList> Lists(JsonElement root)
    {
        var lists = new Dictionary<string, AccessList>(StringComparer.Ordinal);
        var where = "/" + Acls;
        if (root.TryGetProperty(DraftAcls, out var container))
        {
            Remark("draft-container", RemarkWeight.Departs, "/" + DraftAcls, $"the container {Acls} (RFC 8519 section 4.1)", "its name of an early draft");
            if (root.TryGetProperty(Acls, out var both))
            {
                Remark("draft-container", RemarkWeight.Dropped, "/" + DraftAcls, "one container of lists", $"two; only {Acls} is used");
                container = both;
            }
            else where = "/" + DraftAcls;
        }
        else if (!root.TryGetProperty(Acls, out container))
        {
            Remark("lists-missing", RemarkWeight.Departs, where, "the access lists that the policies name", "none: everything is denied");
            return lists;
        }
        if (container.ValueKind != JsonValueKind.Object || !container.TryGetProperty("acl", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            Remark("lists-form", RemarkWeight.Dropped, where, "an object with the list acl", Kind(container));
            return lists;
        }
        var index = -1;
        foreach (var acl in list.EnumerateArray())
        {
            index++;
            var at = FormattableString.Invariant($"/acl[{index}]");
            if (index >= MostLists)
            {
                Remark("too-many", RemarkWeight.Dropped, at, FormattableString.Invariant($"at most {MostLists} lists"), "more, which are not used");
                break;
            }
            if (acl.ValueKind != JsonValueKind.Object || !acl.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
            {
                Remark("list-form", RemarkWeight.Dropped, at, "a list with a name", Kind(acl));
                continue;
            }
            var text = name.GetString()!;
            if (lists.ContainsKey(text))
            {
                Remark("list-twice", RemarkWeight.Dropped, at, "each list name once", $"{Name(text)} again; only the first is used");
                continue;
            }
            var (version, unknown) = Type(acl, at);
            JsonElement aces = default;
            if (acl.TryGetProperty("aces", out var box) && box.ValueKind == JsonValueKind.Object && box.TryGetProperty("ace", out var ace) && ace.ValueKind == JsonValueKind.Array) aces = ace;
            else Remark("list-form", RemarkWeight.Departs, at, "entries in aces/ace", "none");
            lists.Add(text, new AccessList(text, at, version, unknown, aces));
        }
        return lists;
    }

    private (int? Version, bool Unknown) Type(JsonElement acl, string at)
    {
        if (!acl.TryGetProperty("type", out var node)) return (null, false);
        var text = node.ValueKind == JsonValueKind.String ? node.GetString()! : "";
        var bare = text.StartsWith("ietf-access-control-list:", StringComparison.Ordinal) ? text[25..] : text;
        switch (bare)
        {
            case "ipv4-acl-type": return (4, false);
            case "ipv6-acl-type": return (6, false);
            case "mixed-ipv4-ipv6-acl-type" or "mixed-eth-ipv4-acl-type" or "mixed-eth-ipv6-acl-type" or "mixed-eth-ipv4-ipv6-acl-type" or "eth-acl-type":
                return (null, false);
            case "ipv4" or "ipv6":
                Remark("list-type", RemarkWeight.Departs, at + "/type", bare + "-acl-type", bare);
                return (bare == "ipv4" ? 4 : 6, false);
            case "ethernet-acl-type":
                Remark("list-type", RemarkWeight.Departs, at + "/type", "eth-acl-type", bare);
                return (null, false);
            default:
                Remark("list-type", RemarkWeight.Dropped, at + "/type", "ipv4-acl-type, ipv6-acl-type or a mixed type", Kind(node) + ": only what it denies is used");
                return (null, true);
        }
    }

    private void Policy(JsonElement mud, string policy, bool fromDevice, Dictionary<string, AccessList> lists, out HashSet<string> used)
    {
        used = new HashSet<string>(StringComparer.Ordinal);
        var where = $"/{Mud}/{policy}";
        if (!mud.TryGetProperty(policy, out var node))
        {
            Remark("policy-missing", RemarkWeight.Advice, where, "the lists of this direction", "none: everything in this direction is denied");
            return;
        }
        if (node.ValueKind != JsonValueKind.Object || !node.TryGetProperty("access-lists", out var box) || box.ValueKind != JsonValueKind.Object
            || !box.TryGetProperty("access-list", out var names) || names.ValueKind != JsonValueKind.Array)
        {
            Remark("policy-form", RemarkWeight.Dropped, where, "access-lists/access-list", Kind(node));
            return;
        }
        foreach (var one in names.EnumerateArray())
        {
            if (used.Count == MostLists) break;
            if (one.ValueKind != JsonValueKind.Object || !one.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
            {
                Remark("policy-form", RemarkWeight.Dropped, where, "the name of a list", Kind(one));
                continue;
            }
            var text = name.GetString()!;
            if (!lists.TryGetValue(text, out var list))
            {
                Remark("list-absent", RemarkWeight.Dropped, where, "a list of this file", $"{Name(text)}, which it does not hold");
                continue;
            }
            if (!used.Add(text))
            {
                Remark("list-twice", RemarkWeight.Departs, where, "each list once", $"{Name(text)} again");
                continue;
            }
            if (list.Entries.ValueKind == JsonValueKind.Array) Entries(list, fromDevice);
        }
    }

    private void Entries(AccessList list, bool fromDevice)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = -1;
        foreach (var ace in list.Entries.EnumerateArray())
        {
            index++;
            if (++entries > MudFile.MostEntries)
            {
                if (entries == MudFile.MostEntries + 1) Remark("too-many", RemarkWeight.Dropped, list.Where, FormattableString.Invariant($"at most {MudFile.MostEntries} entries in a file"), "more; those behind are denied");
                dropped++;
                continue;
            }
            var name = FormattableString.Invariant($"entry {index}");
            var at = FormattableString.Invariant($"{list.Where}/ace[{index}]");
            if (ace.ValueKind != JsonValueKind.Object)
            {
                dropped++;
                Remark("entry-form", RemarkWeight.Dropped, at, "an object", Kind(ace));
                continue;
            }
            if (ace.TryGetProperty("name", out var node) && node.ValueKind == JsonValueKind.String && node.GetString() is { Length: > 0 } given)
            {
                name = Name(given);
                at += $" ({name})";
                if (given.Length > 64) Remark("entry-name", RemarkWeight.Departs, at, "a name of at most 64 characters", FormattableString.Invariant($"{given.Length}"));
                if (!seen.Add(given)) Remark("entry-twice", RemarkWeight.Departs, at, "each entry name once in its list", "the same name again; both are used, in their order");
            }
            else Remark("entry-name", RemarkWeight.Departs, at, "a name", "none");
            var entry = new MudEntry(fromDevice, list.IpVersion);
            var permission = entry.Read(ace, name);
            foreach (var remark in entry.Remarks) Remark(remark.Rule, remark.Weight, at + remark.Where, remark.Expected, remark.Found);
            if (permission is null || list.Unknown && permission.Accept)
            {
                dropped++;
                continue;
            }
            permissions.Add(permission);
            if (permission.Accept) Advise(permission, at);
        }
    }

    /// <summary>What RFC 9726 (BCP 241) asks of makers as far as a file shows it: names and not addresses, names that stay, the network's own resolver.</summary>
    private void Advise(Permission entry, string at)
    {
        var peer = entry.Peer;
        if (peer.Kind == PeerKind.Network && Network.TryParse(peer.Value!, out var network) && !network.Address.IsLocal && network.Prefix == (network.Address.IsV4 ? 32 : 128))
        {
            Remark("address-literal", RemarkWeight.Advice, at, "a DNS name, which can move (RFC 9726 section 4.1)", $"the address {peer.Value}");
        }
        if (peer.Kind == PeerKind.Name && IsDrawn(peer.Value!)) Remark("name-drawn", RemarkWeight.Advice, at, "a name that stays the same (RFC 9726 section 4.2)", $"{peer.Value}, which looks drawn by a machine");
        var asksNames = entry.FromDevice && entry.Protocol is 6 or 17 && (entry.PeerPorts.Contains(new PortRange(53, 53)) || entry.PeerPorts.Contains(new PortRange(853, 853)));
        if (peer.Kind is PeerKind.Name or PeerKind.Network && (asksNames && !IsLocal(peer) || peer.Kind == PeerKind.Name && NamesOverHttps.Knows(peer.Value!)))
        {
            Remark("resolver-named", RemarkWeight.Advice, at, "the network's own resolver, the class urn:ietf:params:mud:dns (RFC 9726 section 6)", $"{peer.Value}: a gateway that enforces names cannot see its answers");
        }
    }

    private static bool IsLocal(Peer peer) => peer.Kind == PeerKind.Network && Network.TryParse(peer.Value!, out var network) && network.Address.IsLocal;

    // A label with an address in it, or of sixteen and more hexadecimal digits.
    private static bool IsDrawn(string name) => name.Split('.').Any(label => label.Length >= 16 && label.All(char.IsAsciiHexDigit) && label.Any(char.IsAsciiDigit)
        || label.Split('-') is [.., var a, var b, var c, var d] && new[] { a, b, c, d }.All(p => byte.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _)));

    // ---- small things

    private string? Text(JsonElement parent, string member, int longest)
    {
        if (!parent.TryGetProperty(member, out var node)) return null;
        var where = $"/{Mud}/{member}";
        if (node.ValueKind != JsonValueKind.String)
        {
            Remark("text-form", RemarkWeight.Departs, where, "a text", Kind(node));
            return null;
        }
        var text = node.GetString()!;
        if (text.Length > longest)
        {
            Remark(member == "systeminfo" ? "systeminfo-long" : "text-long", RemarkWeight.Departs, where, FormattableString.Invariant($"at most {longest} characters"),
                FormattableString.Invariant($"{text.Length}"));
        }
        return Shortened.Visible(Cut(text, 256));
    }

    private string? Uri(JsonElement parent, string member)
    {
        if (!parent.TryGetProperty(member, out var node)) return null;
        if (node.ValueKind == JsonValueKind.String && IsUri(node.GetString()!, out _)) return node.GetString();
        Remark("uri-form", RemarkWeight.Dropped, $"/{Mud}/{member}", "an absolute address", Kind(node));
        return null;
    }

    /// <summary>Absolute, printable ASCII without quotation marks, spaces and the like (RFC 3986 section 2), of sane length.</summary>
    internal static bool IsUri(string text, out Uri? uri)
    {
        uri = null;
        if (text.Length is 0 or > LongestUri) return false;
        foreach (var c in text)
        {
            if (c is <= ' ' or > '~' or '"' or '\'' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}' or ';') return false;
        }
        return System.Uri.TryCreate(text, UriKind.Absolute, out uri);
    }

    private static string Name(string text) => Shortened.Visible(Cut(text, 64));
    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest] + "…";

    /// <summary>A value as a message shows it: short, and visible.</summary>
    internal static string Kind(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.String => "the text " + Name(node.GetString()!),
        JsonValueKind.Number => "the number " + Cut(node.GetRawText(), 32),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Null => "null",
        JsonValueKind.Array => FormattableString.Invariant($"a list of {node.GetArrayLength()}"),
        _ => "an object",
    };

    private void Remark(string rule, RemarkWeight weight, string where, string expected, string found)
    {
        if (remarks.Count < MostRemarks) remarks.Add(new MudRemark(rule, weight, where, expected, found));
        else if (!remarksFull)
        {
            remarksFull = true;
            remarks.Add(new MudRemark("too-many", RemarkWeight.Dropped, "/", FormattableString.Invariant($"at most {MostRemarks} remarks"), "more, which are not listed"));
        }
    }
}
