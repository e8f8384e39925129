using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Assay.Demo.Home;

namespace Assay.Demo.Story;

/// <summary>What the people of the story have in their hands: a dossier, advisories, a MUD file with its maker's signature, an investigator's key. All invented.</summary>
internal static class Papers
{
    public const string Vulnerability = "CVE-2026-99001";

    /// <summary>The dossier <c>examples/doorbell-1.1</c>, which this program carries within itself.</summary>
    public static void Dossier(string folder)
    {
        const string Start = "doorbell-1.1/";
        var assembly = typeof(Papers).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Start, StringComparison.Ordinal)))
        {
            var file = Path.Combine(folder, name[Start.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var from = assembly.GetManifestResourceStream(name)!;
            using var to = File.Create(file);
            from.CopyTo(to);
        }
    }

    /// <summary>An entry in the form of the list of known exploited vulnerabilities (KEV); the number is of a range that nobody assigns.</summary>
    public static byte[] Kev(DateTimeOffset now) => Encoding.UTF8.GetBytes($$"""
        {
          "title": "Demo Catalog of Known Exploited Vulnerabilities (fictitious)",
          "catalogVersion": "{{now:yyyy.MM.dd}}",
          "dateReleased": "{{now:yyyy-MM-dd}}T00:00:00.0000Z",
          "count": 1,
          "vulnerabilities": [
            {
              "cveID": "{{Vulnerability}}",
              "vendorProject": "Example Doorbells Ltd",
              "product": "edb-updater",
              "vulnerabilityName": "edb-updater Command Injection Vulnerability (fictitious)",
              "dateAdded": "{{now:yyyy-MM-dd}}",
              "shortDescription": "The updater of the fictitious doorbell hands a server's text to a shell.",
              "requiredAction": "Update to 1.2 or stop using it.",
              "dueDate": "{{now.AddDays(21):yyyy-MM-dd}}",
              "knownRansomwareCampaignUse": "Unknown",
              "notes": "",
              "cwes": [ "CWE-78" ]
            }
          ]
        }
        """);

    /// <summary>The same vulnerability with its versions (OSV 1.6): all of edb-updater before 1.2-1.</summary>
    public static byte[] Osv(DateTimeOffset now) => Encoding.UTF8.GetBytes($$"""
        {
          "schema_version": "1.6.0",
          "id": "EDB-2026-0001",
          "modified": "{{now:yyyy-MM-dd'T'HH:mm:ss}}Z",
          "published": "{{now:yyyy-MM-dd'T'HH:mm:ss}}Z",
          "aliases": [ "{{Vulnerability}}" ],
          "summary": "edb-updater before 1.2-1 hands a server's text to a shell (fictitious)",
          "affected": [
            {
              "package": { "ecosystem": "Generic", "name": "edb-updater", "purl": "pkg:generic/edb-updater" },
              "ranges": [ { "type": "ECOSYSTEM", "events": [ { "introduced": "0" }, { "fixed": "1.2-1" } ] } ]
            }
          ]
        }
        """);

    /// <summary>What the doorbell needs (RFC 8520): its update server, its cloud, its clock, and names.</summary>
    public static void Mud(string file, string signer, DateTimeOffset now)
    {
        string Out(string name, string host, int protocol, int port) => Entry(name, $$"""{ "ipv4": { "ietf-acldns:dst-dnsname": "{{host}}", "protocol": {{protocol}} }, {{Port(protocol, "destination-port", port)}} }""");
        string In(string name, string host, int protocol, int port) => Entry(name, $$"""{ "ipv4": { "ietf-acldns:src-dnsname": "{{host}}", "protocol": {{protocol}} }, {{Port(protocol, "source-port", port)}} }""");
        var mud = Encoding.UTF8.GetBytes($$"""
            {
              "ietf-mud:mud": {
                "mud-version": 1,
                "mud-url": "{{Plan.MudUrl}}",
                "mud-signature": "{{Path.ChangeExtension(Plan.MudUrl, ".p7s")}}",
                "last-update": "{{now:yyyy-MM-dd'T'HH:mm:ss}}+00:00",
                "cache-validity": 48,
                "is-supported": true,
                "systeminfo": "Example Doorbells Ltd EDB-100, a fictitious doorbell",
                "mfg-name": "Example Doorbells Ltd",
                "model-name": "{{Plan.Model}}",
                "from-device-policy": { "access-lists": { "access-list": [ { "name": "from-edb-100" } ] } },
                "to-device-policy": { "access-lists": { "access-list": [ { "name": "to-edb-100" } ] } }
              },
              "ietf-access-control-list:acls": {
                "acl": [
                  { "name": "from-edb-100", "type": "ipv4-acl-type", "aces": { "ace": [
                    {{Out("update-out", Plan.Update, 6, 80)}},
                    {{Out("cloud-out", Plan.Cloud, 6, 443)}},
                    {{Out("time-out", Plan.Clock, 17, 123)}}
                  ] } },
                  { "name": "to-edb-100", "type": "ipv4-acl-type", "aces": { "ace": [
                    {{In("update-in", Plan.Update, 6, 80)}},
                    {{In("cloud-in", Plan.Cloud, 6, 443)}},
                    {{In("time-in", Plan.Clock, 17, 123)}}
                  ] } }
                ]
              }
            }
            """);
        File.WriteAllBytes(file, mud);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Example Doorbells Ltd (demo)", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(365));
        File.WriteAllText(signer, certificate.ExportCertificatePem() + "\n");
        var cms = new SignedCms(new ContentInfo(mud), detached: true);
        cms.ComputeSignature(new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, certificate) { IncludeOption = X509IncludeOption.EndCertOnly, DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1") }, silent: true);
        File.WriteAllBytes(Path.ChangeExtension(file, ".p7s"), cms.Encode());
    }

    private static string Entry(string name, string matches) => $$"""{ "name": "{{name}}", "matches": {{matches}}, "actions": { "forwarding": "accept" } }""";

    private static string Port(int protocol, string field, int port)
    {
        var range = $$"""{ "{{field}}": { "operator": "eq", "port": {{port}} }""";
        return protocol == 6 ? $"\"tcp\": {range}, \"ietf-mud:direction-initiated\": \"from-device\" }}" : $"\"udp\": {range} }}";
    }

    /// <summary>The key and certificate of who may read what was frozen.</summary>
    public static void Investigator(string key, string certificate, DateTimeOffset now)
    {
        using var rsa = RSA.Create(3072);
        var request = new CertificateRequest("CN=Example CSIRT (demo)", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var own = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(365));
        File.WriteAllText(certificate, own.ExportCertificatePem() + "\n");
        File.WriteAllText(key, rsa.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
