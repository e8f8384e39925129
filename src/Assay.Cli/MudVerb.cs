using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Mud;

namespace Assay.Cli;

/// <summary><c>assay mud lint|verify|learn|check|compile</c>: what a MUD file says and how well it says it, whether a known signer signed it, what a device was seen to need,
/// whether it kept to its file, and the rules the file gives (docs/mud.md).</summary>
public static class MudVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "mud",
        Summary = "read a MUD file: what it allows, what departs from the standard; check its signature; learn one from captures, hold captures against it; make rules of it",
        Usage = "lint FILE… | verify FILE [--signature P7S] --signer CERTIFICATE… | learn CAPTURE… --device MAC | check FILE CAPTURE… [--device MAC] | compile FILE [--device MAC,ADDRESS]…",
        Example = "./assay mud lint examples/doorbell-1.1/mud/edb-100.json",
        Formats = ["table", "json"],
        Options =
        [
            new("--signature", "P7S", "verify: the detached signature (default: FILE with the ending .p7s)"),
            new("--signer", "CERTIFICATE", "verify: the signer's certificate, or its authority's, in PEM or DER", Repeats: true),
            new("--as-of", "DATE", "verify: the date for which certificates are checked (default: now)"),
            .. MudCompile.Options,
            .. MudCheckAct.Options,
        ],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal) => arguments.Operands switch
    {
        ["lint", _, ..] => Lint(arguments, terminal),
        ["verify", var file] => Verify(arguments, terminal, file),
        ["compile", var file] => MudCompile.Run(arguments, terminal, file),
        ["learn", _, ..] => MudLearnAct.Run(arguments, terminal),
        ["check", var file, _, ..] => MudCheckAct.Run(arguments, terminal, file),
        ["learn"] => throw new UsageException("expected learn with at least one CAPTURE"),
        ["check", ..] => throw new UsageException("expected check with one FILE and at least one CAPTURE"),
        ["compile", ..] => throw new UsageException("expected compile with one FILE"),
        [] => throw new UsageException("expected lint, verify, learn, check or compile, found nothing"),
        ["lint"] => throw new UsageException("expected lint with at least one FILE"),
        ["verify", ..] => throw new UsageException("expected verify with one FILE"),
        [var other, ..] => throw new UsageException($"expected lint, verify, learn, check or compile, found {other}{Arguments.Nearest(other, ["lint", "verify", "learn", "check", "compile"])}"),
    };

    // ---- lint

    private sealed record Linted(string File, string Sha256, MudFile? Mud, UnreadableException? Refusal)
    {
        public bool IsClean => Mud is { } mud && mud.Remarks.All(r => r.Weight == RemarkWeight.Advice);
    }

    private static int Lint(Arguments arguments, Terminal terminal)
    {
        var linted = arguments.Operands.Skip(1).SelectMany(Files).Select(Read).ToList();
        if (linted.Count == 0) throw new UsageException("expected MUD files, found a folder without any");
        if (terminal.Format == "json") terminal.WriteJson(json => Document(json, linted));
        else terminal.Write(writer => Show(writer, linted, terminal.Width));
        foreach (var one in linted.Where(l => l.Refusal is not null)) terminal.Complain($"{one.File}: {one.Refusal!.Message}");
        return linted.Any(l => l.Refusal is not null) ? Exit.Unreadable : linted.All(l => l.IsClean) ? Exit.Done : Exit.No;
    }

    // In a folder, what looks like a MUD file counts; a file that is named must be one.
    private static IEnumerable<string> Files(string operand)
    {
        if (!Directory.Exists(operand)) return [operand];
        return Directory.EnumerateFiles(operand, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Order(StringComparer.Ordinal).Where(file => new FileInfo(file).Length <= MudFile.LongestFile && MudFile.Recognises(File.ReadAllBytes(file)));
    }

    private static Linted Read(string file)
    {
        if (new FileInfo(file) is { Exists: true } found && found.Length > MudFile.LongestFile)
        {
            return new Linted(file, "", null, new UnreadableException(FormattableString.Invariant($"a MUD file of at most {MudFile.LongestFile} bytes"), FormattableString.Invariant($"{found.Length} bytes"), 0));
        }
        var bytes = File.ReadAllBytes(file);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        try
        {
            return new Linted(file, digest, MudFile.Read(bytes), null);
        }
        catch (UnreadableException refused)
        {
            return new Linted(file, digest, null, refused);
        }
    }

    private static void Show(TextWriter writer, IReadOnlyList<Linted> linted, int width)
    {
        foreach (var (file, _, mud, _) in linted)
        {
            if (mud is null) continue;
            writer.WriteLine($"{Shortened.Visible(file)}: {mud.Url}");
            var who = string.Join(" ", new[] { mud.Maker, mud.Model, mud.FirmwareRev }.Where(t => !string.IsNullOrEmpty(t)));
            writer.WriteLine($"  {(who.Length > 0 ? who : mud.SystemInfo ?? "no maker, no model")}; {(mud.IsSupported ? "supported" : "not supported any more")}"
                + (mud.LastUpdate is { } updated ? $"; of {updated.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : "")
                + FormattableString.Invariant($"; {Count(mud.Permissions.Count, "entry is", "entries are")} used, {mud.Dropped} dropped; all else is denied"));
            if (mud.UpdateHosts.Count > 0) writer.WriteLine($"  updates from {string.Join(", ", mud.UpdateHosts)}");
            writer.WriteLine();
            if (mud.Permissions.Count > 0) TextTable.Write(writer, ["direction", "what", "with", "peer's ports", "device's ports", "opened by"], [.. mud.Permissions.Select(Row)], width);
            if (mud.Remarks.Count > 0)
            {
                writer.WriteLine();
                TextTable.Write(writer, ["weight", "rule", "where", "expected, found"], [.. mud.Remarks.Select(r => new[] { Name(r.Weight), r.Rule, r.Where, $"expected {r.Expected}, found {r.Found}" })], width);
            }
            writer.WriteLine();
        }
        var remarks = linted.Where(l => l.Mud is not null).SelectMany(l => l.Mud!.Remarks).ToList();
        writer.WriteLine(FormattableString.Invariant($"{Count(linted.Count, "file", "files")}; {remarks.Count(r => r.Weight == RemarkWeight.Dropped)} dropped, {remarks.Count(r => r.Weight == RemarkWeight.Departs)} departures, {remarks.Count(r => r.Weight == RemarkWeight.Advice)} pieces of advice; a file says what its maker declares, which is not what the device does."));
    }

    private static string Count(int number, string one, string many) => FormattableString.Invariant($"{number} {(number == 1 ? one : many)}");

    private static string[] Row(Permission p) =>
    [
        (p.FromDevice ? "from device" : "to device") + (p.Accept ? "" : ", denied"),
        Protocol(p),
        MudCheck.Name(p.Peer),
        MudCheck.Name(p.PeerPorts),
        MudCheck.Name(p.DevicePorts),
        p.InitiatedBy switch { InitiatedBy.Device => "device", InitiatedBy.Peer => "peer", _ => "either" },
    ];

    private static string Protocol(Permission p)
    {
        var name = p.Protocol switch { null => "any", 1 => "ICMP", 6 => "TCP", 17 => "UDP", 58 => "ICMPv6", var n => FormattableString.Invariant($"protocol {n}") };
        if (p.IcmpType is { } type) name += FormattableString.Invariant($" type {type}");
        if (p.IcmpCode is { } code) name += FormattableString.Invariant($" code {code}");
        return p.IpVersion is { } version ? FormattableString.Invariant($"{name}, IPv{version}") : name;
    }

    private static string Name(RemarkWeight weight) => weight switch { RemarkWeight.Dropped => "dropped", RemarkWeight.Departs => "departs", _ => "advice" };

    private static string Name(PeerKind kind) => kind switch
    {
        PeerKind.Any => "any",
        PeerKind.Name => "name",
        PeerKind.Network => "network",
        PeerKind.LocalNetworks => "localNetworks",
        PeerKind.Controller => "controller",
        PeerKind.MyController => "myController",
        PeerKind.SameManufacturer => "sameManufacturer",
        PeerKind.Manufacturer => "manufacturer",
        _ => "model",
    };

    private static void Document(Utf8JsonWriter json, IReadOnlyList<Linted> linted)
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/mud-lint/1");
        json.WriteStartArray("files");
        foreach (var (file, sha256, mud, refusal) in linted)
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            if (sha256.Length > 0) json.WriteString("sha256", sha256);
            if (refusal is not null)
            {
                json.WriteStartObject("unreadable");
                json.WriteString("expected", refusal.Expected);
                json.WriteString("found", refusal.Found);
                if (refusal.Line is { } line) json.WriteNumber("line", line);
                json.WriteEndObject();
            }
            if (mud is not null) Write(json, mud);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MudFile mud)
    {
        json.WriteString("url", mud.Url);
        if (mud.LastUpdate is { } updated) json.WriteString("lastUpdate", EvidenceJson.Time(updated));
        json.WriteNumber("cacheHours", (int)mud.CacheValidity.TotalHours);
        json.WriteBoolean("supported", mud.IsSupported);
        Text("maker", mud.Maker);
        Text("model", mud.Model);
        Text("firmware", mud.FirmwareRev);
        Text("systemInfo", mud.SystemInfo);
        Text("signature", mud.SignatureUri);
        Text("label", mud.LabelUri);
        json.WriteStartArray("updateHosts");
        foreach (var host in mud.UpdateHosts) json.WriteStringValue(host);
        json.WriteEndArray();
        json.WriteNumber("dropped", mud.Dropped);
        json.WriteStartArray("permissions");
        foreach (var p in mud.Permissions)
        {
            json.WriteStartObject();
            json.WriteString("name", p.Name);
            json.WriteString("direction", p.FromDevice ? "fromDevice" : "toDevice");
            json.WriteBoolean("accept", p.Accept);
            json.WriteString("peer", Name(p.Peer.Kind));
            if (p.Peer.Value is { } value) json.WriteString("value", value);
            if (p.IpVersion is { } version) json.WriteNumber("ipVersion", version);
            if (p.Protocol is { } protocol) json.WriteNumber("protocol", protocol);
            Ranges("peerPorts", p.PeerPorts);
            Ranges("devicePorts", p.DevicePorts);
            if (p.InitiatedBy != InitiatedBy.Either) json.WriteString("initiatedBy", p.InitiatedBy == InitiatedBy.Device ? "device" : "peer");
            if (p.IcmpType is { } type) json.WriteNumber("icmpType", type);
            if (p.IcmpCode is { } code) json.WriteNumber("icmpCode", code);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("remarks");
        foreach (var remark in mud.Remarks)
        {
            json.WriteStartObject();
            json.WriteString("rule", remark.Rule);
            json.WriteString("weight", Name(remark.Weight));
            json.WriteString("where", remark.Where);
            json.WriteString("expected", remark.Expected);
            json.WriteString("found", remark.Found);
            json.WriteEndObject();
        }
        json.WriteEndArray();

        void Text(string name, string? text)
        {
            if (text is not null) json.WriteString(name, text);
        }

        void Ranges(string name, IReadOnlyList<PortRange> ports)
        {
            if (ports.Count == 0) return;
            json.WriteStartArray(name);
            foreach (var (first, last) in ports)
            {
                json.WriteStartArray();
                json.WriteNumberValue(first);
                json.WriteNumberValue(last);
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
    }

    // ---- verify

    private static int Verify(Arguments arguments, Terminal terminal, string file)
    {
        var signers = arguments.Values("--signer");
        if (signers.Count == 0) throw new UsageException("verify expects --signer CERTIFICATE: a signature counts only from somebody who is known");
        var signature = arguments.Value("--signature") ?? Path.ChangeExtension(file, ".p7s");
        var asOf = arguments.Has("--as-of") ? arguments.AsOf(terminal.Time) : terminal.Time.GetUtcNow();
        var pinned = signers.SelectMany(Certificates).ToList();
        MudSignature answer;
        try
        {
            answer = MudSignature.Verify(File.ReadAllBytes(file), File.ReadAllBytes(signature), pinned, asOf);
        }
        finally
        {
            foreach (var one in pinned) one.Dispose();
        }
        if (terminal.Format == "json")
        {
            terminal.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("schema", "assay/mud-signature/1");
                json.WriteString("file", file);
                json.WriteBoolean("valid", answer.IsValid);
                json.WriteString("reason", answer.Reason);
                if (answer.Signer is not null) json.WriteString("signer", answer.Signer);
                if (answer.Fingerprint is not null) json.WriteString("fingerprint", answer.Fingerprint);
                if (answer.SigningTime is { } time) json.WriteString("signingTime", EvidenceJson.Time(time));
                json.WriteEndObject();
            });
        }
        else
        {
            terminal.Write(writer =>
            {
                writer.WriteLine($"{Shortened.Visible(file)}: {(answer.IsValid ? "signed" : "not accepted")}: {answer.Reason}");
                if (answer.Signer is not null) writer.WriteLine($"  by {answer.Signer}, certificate {answer.Fingerprint}");
                if (answer.SigningTime is { } time) writer.WriteLine($"  on {EvidenceJson.Time(time)}, as the signer says");
            });
        }
        return answer.IsValid ? Exit.Done : Exit.No;
    }

    private static IEnumerable<X509Certificate2> Certificates(string file)
    {
        var bytes = File.ReadAllBytes(file);
        try
        {
            if (bytes.AsSpan().IndexOf("-----BEGIN"u8) < 0) return [X509CertificateLoader.LoadCertificate(bytes)];
            var all = new X509Certificate2Collection();
            all.ImportFromPem(Encoding.Latin1.GetString(bytes));
            if (all.Count > 0) return [.. all];
        }
        catch (CryptographicException)
        {
            // Said below.
        }
        throw new UnreadableException($"a certificate in PEM or DER in {file}", "none", 0);
    }
}
