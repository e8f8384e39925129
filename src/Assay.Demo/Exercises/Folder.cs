using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Assay.Custody.Freezing;

namespace Assay.Demo.Exercises;

/// <summary>The files of one exercise as a learner gets them. Same seed, same bytes: the freeze is signed with an RSA key for training that everybody has.</summary>
internal static class Folder
{
    public const string FreezeName = "freeze.zip", SheetName = "answers.yaml", QuestionsName = "questions.md", SignerName = "signer.pem";

    public static IReadOnlyDictionary<string, byte[]> Files(Exercise exercise, string seed)
    {
        using var key = TrainingKey();
        using var signer = TrainingCertificate(key);
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, (bytes, _)) in exercise.Items) files[name] = bytes;
        files[FreezeName] = Freeze.Write([.. exercise.Items.Select(i => new FrozenItem { Name = i.Key, What = i.Value.What, Bytes = i.Value.Bytes })], new FreezePage
        {
            Device = exercise.Device,
            Authority = "the keeper of this network (an exercise: home, people and events are invented)",
            Reason = exercise.Title,
            Begun = exercise.FrozenAt.AddSeconds(-1),
            Ended = exercise.FrozenAt,
            Clock = "the gateway's clock, set by NTP",
            NotCaptured = ["what happened before the capture begins", "memory of the devices: nobody asked them"],
            Tools = [new FreezeTool("assay-demo", "0.1.0")],
        }, signer, key);
        files[SignerName] = Encoding.ASCII.GetBytes(signer.ExportCertificatePem() + "\n");
        files[QuestionsName] = Encoding.UTF8.GetBytes(Questions(exercise, seed));
        files[SheetName] = Encoding.UTF8.GetBytes(Sheet(exercise, seed));
        return files;
    }

    private static string Questions(Exercise exercise, string seed)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {exercise.Title}\n\n{exercise.Story}\n\n");
        text.Append("Everything here is drawn from a seed: home, names and events are invented, addresses are documentation addresses, and the planted files are inert.\n\n");
        text.Append("| file | what it is |\n|---|---|\n");
        text.Append(CultureInfo.InvariantCulture, $"| `{FreezeName}` | what the gateway froze: the items below with their digests, signed; check it before you use anything |\n");
        foreach (var (name, (_, what)) in exercise.Items) text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {what} (a working copy of the item in the freeze) |\n");
        text.Append(CultureInfo.InvariantCulture, $"| `{SignerName}` | the certificate of who froze it, as its keeper gave it to you |\n");
        text.Append(CultureInfo.InvariantCulture, $"\nWrite into `{SheetName}` what you did (who, when, with which item and digest) and your answers, each with the evidence: an item and a frame number, or an item with a path or an offset. ");
        text.Append("A right answer counts; evidence that shows it counts half as much again; citing more than what shows it costs. Handling counts six points, and each mistake takes some.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"`assay demo exercise {seed} --answers {SheetName}` scores and explains.\n\n## Questions\n\n");
        for (var i = 0; i < exercise.Questions.Count; i++)
        {
            var question = exercise.Questions[i];
            text.Append(CultureInfo.InvariantCulture, $"{i + 1}. {question.Text} ({question.Points} {(question.Points == 1 ? "point" : "points")}, evidence {Points(question.Points / 2.0)})\n");
        }
        return text.ToString();
    }

    private static string Sheet(Exercise exercise, string seed)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"exercise: {exercise.Name}\nseed: \"{seed}\"\ninvestigator:\n\n");
        text.Append("# What you did with which item, in order. act: received, verified, copied, analysed or handed\ncustody:\n");
        text.Append(CultureInfo.InvariantCulture, $"  - {{ when: , who: , act: received, item: {FreezeName}, sha256: }}\n\n");
        text.Append("# evidence: { item: capture.pcap, frame: 12 } or { item: image.bin, path: /etc/passwd } or { item: image.bin, offset: 1024 }\nanswers:\n");
        for (var i = 0; i < exercise.Questions.Count; i++)
        {
            var question = exercise.Questions[i];
            text.Append(CultureInfo.InvariantCulture, $"  {i + 1}: # {question.Text}\n    answer: {(question.Kind == AnswerKind.Words ? "[]" : "")}\n    evidence: []\n");
        }
        return text.ToString();
    }

    internal static string Points(double points) => points.ToString("0.##", CultureInfo.InvariantCulture);

    private static RSA TrainingKey()
    {
        using var resource = typeof(Folder).Assembly.GetManifestResourceStream("exercise/TEST-ONLY.key")!;
        using var reader = new StreamReader(resource);
        var key = RSA.Create();
        key.ImportFromPem(reader.ReadToEnd());
        return key;
    }

    // Dates and serial number are fixed, and PKCS #1 v1.5 has no randomness: the same certificate each time.
    private static X509Certificate2 TrainingCertificate(RSA key)
    {
        var request = new CertificateRequest("CN=TEST ONLY: gateway of the exercises", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        return request.Create(request.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2036, 1, 1, 0, 0, 0, TimeSpan.Zero), [0x45, 0x44, 0x42, 1]);
    }
}
