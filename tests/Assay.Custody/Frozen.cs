using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Assay.Custody.Freezing;

namespace Assay.Custody.Tests;

/// <summary>A freeze with three items, the key that signs it, and a recipient.</summary>
internal static class Frozen
{
    public static readonly DateTimeOffset Time = new(2026, 11, 23, 4, 5, 6, TimeSpan.Zero);
    public static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public static readonly X509Certificate2 Signer = FreezeCertificate.SelfSigned(Key, "gateway at Elm Street 4", Time.AddDays(-1), TimeSpan.FromDays(3650));
    public static readonly RSA RecipientKey = RSA.Create(2048);
    public static readonly X509Certificate2 Recipient = new CertificateRequest("CN=Example CSIRT", RecipientKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        .CreateSelfSigned(Time.AddDays(-1), Time.AddDays(900));

    public static readonly IReadOnlyList<FrozenItem> Items =
    [
        new() { Name = "ring.pcap", What = "the last 60 s of frames on br0, headers only", Bytes = Bytes(4000) },
        new() { Name = "leases.txt", What = "the leases of the DHCP server", Bytes = Encoding.UTF8.GetBytes("1700000000 00:00:5e:00:53:0b 192.168.77.11 doorbell *\n") },
        new() { Name = "policy/rules.nft", What = "the rule set in force", Bytes = Encoding.UTF8.GetBytes("table inet assay { }\n") },
    ];

    public static readonly FreezePage Page = new()
    {
        Device = "doorbell at the front door (00:00:5e:00:53:0b)",
        Authority = "M. Example (keeper of this network), by the rule that is in force since 2026-11-01",
        Reason = "scan of 40 hosts on port 23 within 60 s <script>",
        Begun = Time.AddSeconds(-2),
        Ended = Time,
        Clock = "the gateway's clock, set by NTP, 3 ms off at 04:00",
        NotCaptured = ["payload of frames: the ring keeps headers", "memory of the device: nobody asked it"],
        Tools = [new("assay-guard", "0.1.0"), new("Linux", "6.18")],
        Retention = "until 2027-02-23",
    };

    public static byte[] Plain(Func<ReadOnlyMemory<byte>, byte[]?>? timeStamp = null) => Freeze.Write(Items, Page, Signer, Key, timeStamp: timeStamp);

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
