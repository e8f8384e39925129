using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Assay.Custody.Freezing;
using Assay.Labels.Token;

namespace Assay.Guard;

/// <summary>The gateway's own ES256 key, made at its first start: it signs incidents and freezes. Its certificate is its own word; a person compares its digest in another way.</summary>
public sealed class GatewayKey : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(3650);
    private readonly ECDsa key;

    private GatewayKey(ECDsa key, X509Certificate2 certificate, SigningKey signing) => (this.key, Certificate, Signing) = (key, certificate, signing);

    public X509Certificate2 Certificate { get; }
    public SigningKey Signing { get; }
    public ECDsa Key => key;
    public string PublicPem => key.ExportSubjectPublicKeyInfoPem();

    /// <exception cref="Assay.Evidence.Reading.UnreadableException">The file is no key.</exception>
    public static GatewayKey Open(string folder, TimeProvider time)
    {
        var (file, page) = (Path.Combine(folder, "gateway.key.pem"), Path.Combine(folder, "gateway.pem"));
        if (!File.Exists(file))
        {
            using var fresh = SigningKey.Create();
            Durable.Write(file, System.Text.Encoding.ASCII.GetBytes(fresh.ToPem()));
        }
        var pem = File.ReadAllText(file);
        var signing = SigningKey.FromPem(pem);
        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        if (!File.Exists(page))
        {
            var day = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
            using var made = FreezeCertificate.SelfSigned(key, $"assay-guard gateway {signing.Public.Name}", day, Life);
            Durable.Write(page, System.Text.Encoding.ASCII.GetBytes(made.ExportCertificatePem() + "\n"));
        }
        return new GatewayKey(key, X509Certificate2.CreateFromPem(File.ReadAllText(page)), signing);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        Signing.Dispose();
        key.Dispose();
    }
}
