using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Assay.Tests;
using Assay.Traffic.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>
/// Faults in evidence that a machine reads exactly (images, captures, structured fields, results of other tools), one at a time in the repaired example,
/// and harmless things that look like them. They were written, and laid down, before their author had seen a check.
/// </summary>
internal static class HeldOutFourth
{
    public static IReadOnlyList<HeldOutFault> All => [.. HeldOutFourthImages.All, .. HeldOutFourthCaptures.All, .. HeldOutFourthFields.All];

    public static HeldOutFault Image(string name, string[] units, Action<RootFolder> change) =>
        new(name, "image", units, () => HonestDossier.Of(0).With(HonestDossier.Image, RootFolder.Image(change)));

    public static HeldOutFault Wire(string name, string[] units, Action<Capture> say, string state = "initialised") => new(name, "capture", units, () => Heard(say, state));

    public static HeldOutFault Field(string name, string[] units, Func<HonestDossier, HonestDossier> change, bool contradiction = false) =>
        new(name, "field", units, () => change(HonestDossier.Of(0)), contradiction);

    /// <summary>The example with one capture more, in which its own hardware address stands for the ones that these frames are made with.</summary>
    public static HonestDossier Heard(Action<Capture> say, string state = "initialised")
    {
        // 2026-09-21, within the certificates' years and before the day of the assessment.
        var capture = new Capture { Clock = 1_790_000_000_000 };
        say(capture);
        var pcap = capture.Pcap();
        ReadOnlySpan<byte> real = [0x00, 0x00, 0x5e, 0x00, 0x53, 0x0b];
        foreach (var address in (string[])[Capture.Device, Speech.Six])
        {
            var made = Capture.Mac(address);
            for (var at = pcap.AsSpan().IndexOf(made); at >= 0; at = pcap.AsSpan().IndexOf(made)) real.CopyTo(pcap.AsSpan(at));
        }
        return HonestDossier.Of(0).With("captures/further.pcap", pcap).Told(HonestDossier.Sheet, "files:\n", $"files:\n  captures/further.pcap: {{ kind: capture, state: {state} }}\n");
    }

    /// <summary>The example with the result of another tool, taken of the initialised device at 192.168.77.20.</summary>
    public static HonestDossier Probed(this HonestDossier dossier, string file, string text) => dossier.With($"probes/{file}", text)
        .Told(HonestDossier.Sheet, "files:\n", $"addresses: [192.168.77.20]\nfiles:\n  probes/{file}: {{ state: initialised }}\n");

    /// <summary>Self-signed, as the tests of this set need it: nobody trusts it.</summary>
    public static X509Certificate2 Certificate(string name, int from, int until, int bits = 2048, bool sha1 = false)
    {
        using var key = RSA.Create(bits);
        var request = new CertificateRequest($"CN={name}", key, sha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(new DateTimeOffset(from, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(until, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    public static string Hash(string scheme, string password) => Tool.Run("openssl", ["passwd", "-" + scheme, "-salt", "hjklmnop", password]).Text.Trim();
}
