using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Probes;

/// <summary>
/// What testssl.sh writes: the flat list (<c>--jsonfile</c>) and the sorted one (<c>--jsonfile-pretty</c>), versions 2.9 to 3.2. A record is one test;
/// a record of severity WARN or FATAL is a test that could not be made.
/// </summary>
internal static class TestSsl
{
    internal static bool Recognises(ProbeText text)
    {
        if (text.First is ['[', ..]) return text.Head is { IsArray: true, Items: [{ IsObject: true } first, ..] } && IsRecord(first) && first["ip"] is not null;
        return text.First is ['{', ..] && text.Head is { IsObject: true } json && (json["scanResult"] is { IsArray: true } || (json["Invocation"] is not null && json["openssl"] is not null));
    }

    private static bool IsRecord(JsonAt value) => value["id"] is not null && value["finding"] is not null && value["severity"] is not null;

    internal static void Read(ProbeText text, ProbeNotes notes, ProbeOptions options)
    {
        var root = text.Json!;
        if (root.Broken is { } broken) notes.Lose(broken.AsLoss(text.Name));
        var records = new List<Record>();
        if (root.IsArray)
        {
            foreach (var item in root.Items.Where(IsRecord)) records.Add(Of(item, item.Word("ip"), item.Word("port")));
            var version = records.FirstOrDefault(r => r.Id is "engine_problem" or "scanTime");
            notes.Run("testssl", null, null, records.Count > 0 ? string.Join(", ", records.Select(r => r.Target).Where(t => t.Length > 0).Distinct().Take(4)) : null, root.Line,
                version is null ? "the flat form names neither version nor command" : $"{version.Id} {version.Finding}");
        }
        else
        {
            if (long.TryParse(root.Word("startTime"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var start) && start is > 0 and < 253402300800) notes.From = DateTimeOffset.FromUnixTimeSeconds(start);
            foreach (var scan in root.Each("scanResult").Where(s => s.IsObject))
            {
                if (IsRecord(scan))
                {
                    records.Add(Of(scan, scan.Word("ip"), scan.Word("port")));
                    continue;
                }
                var host = $"{scan.Word("targetHost")}/{scan.Word("ip")}";
                foreach (var (_, section) in scan.Members.Where(m => m.Value.IsArray))
                {
                    foreach (var item in section.Items.Where(IsRecord)) records.Add(Of(item, host, scan.Word("port")));
                }
            }
            notes.Run("testssl", root.Word("version")?.Split("  from")[0].Trim(), root.Word("Invocation"), string.Join(", ", records.Select(r => r.Target).Distinct().Take(4)), root.Line, root.Word("openssl"));
            if (root.Broken is null && root["scanTime"] is null) notes.Lose(root.Line, "scanTime, which ends a run", "none: it was interrupted");
        }
        foreach (var record in records) Note(record, notes);
    }

    /// <param name="Target"><c>name/address:port</c>.</param>
    private sealed record Record(string Id, string Severity, string Finding, string? Cwe, string Host, string Target, int Line);

    private static Record Of(JsonAt item, string? ip, string? port)
    {
        // "cert_expirationStatus <hostCert#1>": which of several certificates stands behind the id.
        var id = item.Word("id")!;
        if (id.IndexOf(" <", StringComparison.Ordinal) is > 0 and var at) id = id[..at];
        var parts = (ip ?? "").Split('/');
        var host = parts[^1] is { Length: > 0 } address ? address : parts[0];
        return new Record(id, item.Word("severity")!, item.Word("finding") ?? "", item.Word("cwe"), host, $"{(parts[0].Length > 0 ? parts[0] : host)}:{port}", item.Line);
    }

    private static void Note(Record record, ProbeNotes notes)
    {
        notes.Total++;
        if (record.Severity is "WARN" or "FATAL")
        {
            notes.Lose(record.Line, $"the test {record.Id}", record.Finding);
            return;
        }
        notes.Examined++;
        notes.Count(record.Severity.ToLowerInvariant());
        var where = Hosts.IsLocal(record.Host) ? Traits.Local : Traits.Remote;
        var subject = $"{record.Target}/tcp";
        if (record.Id is "cert" or "host_certificate_Problem" || record.Finding.StartsWith("-----BEGIN CERTIFICATE", StringComparison.Ordinal))
        {
            Certificates.Note(record.Finding, subject, record.Line, where, notes);
            return;
        }
        var traits = Judge(record);
        if (traits is null) return;
        var kind = record.Id.StartsWith("cert", StringComparison.Ordinal) ? FindingKind.Certificate : FindingKind.WeakCrypto;
        notes.Add(kind, subject, $"{record.Id}: {record.Finding}", record.Line, traits.Count > 0 ? 1 : 0.5, $"severity {record.Severity}{(record.Cwe is null ? "" : $", {record.Cwe}")}", traits: [.. traits, where]);
    }

    // Null: nothing to note. Empty: noted, and left to a person.
    private static IReadOnlyList<string>? Judge(Record record)
    {
        var offered = Offered.IsMatch(record.Finding);
        switch (record.Id)
        {
            case "SSLv2" or "SSLv3" or "TLS1" or "TLS1_1":
                return offered || record.Finding.StartsWith("vulnerable", StringComparison.OrdinalIgnoreCase) ? [Traits.TlsOutdated] : null;
            case "cipherlist_NULL" or "cipherlist_aNULL" or "cipherlist_EXPORT" or "cipherlist_LOW" or "cipherlist_3DES_IDEA" or "cipherlist_3DES" or "cipherlist_DES+64Bit"
                or "std_NULL" or "std_aNULL" or "std_ADH" or "std_EXPORT" or "std_EXPORT40" or "std_EXPORT56" or "std_LOW" or "std_DES" or "std_3DES" or "std_DES+64Bit":
                return offered ? [Traits.WeakSuite] : null;
            case "RC4":
                return IsVulnerable(record) ? [Traits.WeakSuite] : null;
            case "heartbleed" or "CCS" or "ticketbleed" or "ROBOT" or "secure_renego" or "CRIME_TLS" or "POODLE_SSL" or "FREAK" or "DROWN" or "LOGJAM" or "winshock" or "opossum":
                return IsVulnerable(record) ? [Traits.Attackable] : null;
            case "cert_expirationStatus":
                return record.Finding.StartsWith("expired", StringComparison.OrdinalIgnoreCase) ? [Traits.Expired] : Grave(record);
            case "cert_keySize":
                return KeyBits.Match(record.Finding) is { Success: true } bits && IsShort(bits) ? [Traits.ShortKey] : null;
            case "cert_signatureAlgorithm":
                return WeakHash.IsMatch(record.Finding) ? [Traits.WeakSignatureHash] : null;
            case "cert_chain_of_trust" when record.Finding.Contains("self signed", StringComparison.OrdinalIgnoreCase) || record.Finding.Contains("self-signed", StringComparison.OrdinalIgnoreCase):
                return [Traits.SelfSigned];
            case var id when id.StartsWith("cipher", StringComparison.Ordinal) && CipherName.Matches(record.Finding).Any(m => WeakAlgorithms.IsWeakSuite(m.Value)):
                return [Traits.WeakSuite];
            default:
                return Grave(record);
        }
    }

    private static IReadOnlyList<string>? Grave(Record record) => record.Severity is "MEDIUM" or "HIGH" or "CRITICAL" && !NotOffered.IsMatch(record.Finding) ? [] : null;

    // "potentially VULNERABLE" and "likely not" leave it open; the severity says what testssl itself thinks of it.
    private static bool IsVulnerable(Record record) => record.Severity is "MEDIUM" or "HIGH" or "CRITICAL" && record.Finding.StartsWith("vulnerable", StringComparison.OrdinalIgnoreCase);

    private static bool IsShort(Match bits)
    {
        var number = int.Parse(bits.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture);
        return bits.Groups[1].Value.StartsWith("EC", StringComparison.OrdinalIgnoreCase) ? number < 224 : number < 2048;
    }

    private static Regex Offered => field ??= new(@"^(is |are )?offered\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NotOffered => field ??= new(@"^(not offered|not vulnerable|--|no\b|none\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex KeyBits => field ??= new(@"\b(RSA|DSA|EC|ECDSA)\b[^\d]{0,40}(\d{2,5})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex WeakHash => field ??= new(@"\b(MD2|MD4|MD5|SHA-?1)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex CipherName => field ??= new(@"\b[A-Z0-9]+(?:[-_][A-Za-z0-9]+){2,}\b", RegexOptions.CultureInvariant);
}
