using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Custody.Freezing;
using Assay.Custody.Verification;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Cli;

/// <summary><c>assay custody verify FILE</c>: a freeze, whole or not, by whom, what is missing (docs/custody.md).</summary>
public static class CustodyVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "custody",
        Summary = "check frozen evidence: whole or not, by whom, what is missing",
        Usage = "verify FILE [--key KEY.pem --recipient CERT.pem] [--signer CERT.pem]",
        Example = "./assay custody verify doorbell.freeze.zip --signer gateway.pem",
        Options =
        [
            new("--key", "FILE", "the recipient's private key (RSA, PEM), for an encrypted freeze"),
            new("--recipient", "FILE", "the recipient's certificate (PEM or DER), for an encrypted freeze"),
            new("--signer", "FILE", "the certificate that the freeze must be signed with, as you know it from elsewhere"),
        ],
        Formats = ["table", "json"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands is not ["verify", var file]) throw new UsageException($"custody expects verify FILE, found {(arguments.Operands.Count == 0 ? "nothing" : string.Join(' ', arguments.Operands))}");
        if (arguments.Has("--key") != arguments.Has("--recipient")) throw new UsageException("--key and --recipient belong together: which key opens what was encrypted to which certificate");
        using var expected = arguments.Value("--signer") is { } signer ? Certificate(signer) : null;
        using var recipient = arguments.Value("--recipient") is { } mine ? Certificate(mine) : null;
        using var key = arguments.Value("--key") is { } secret ? Key(secret) : null;
        var length = new FileInfo(file).Length;
        if (length > FreezeLayout.MostBytes) throw new UnreadableException($"at most {FreezeLayout.MostBytes} bytes", $"{length}", 0);
        var check = CustodyCheck.Of(File.ReadAllBytes(file), expected, recipient, key);
        if (terminal.Format == "json") terminal.WriteJson(json => Write(json, Path.GetFileName(file), check));
        else terminal.Write(writer => Show(writer, check));
        return check.IsWhole ? Exit.Done : Exit.No;
    }

    private static void Show(TextWriter writer, CustodyCheck check)
    {
        writer.WriteLine(check.IsWhole ? "whole" : "NOT whole");
        foreach (var fault in check.Faults) writer.WriteLine($"  {fault}");
        if (check.Signer is { } signer)
        {
            writer.WriteLine($"signed by {signer.Name}{(signer.SignedAt is { } at ? $" at {EvidenceJson.Time(at)} by its own clock" : "")}");
            writer.WriteLine($"  certificate SHA-256 {signer.CertificateSha256}{(signer.SelfSigned ? ", self-signed: compare this digest with what its keeper says" : "")}");
            if (signer.IsExpected is null) writer.WriteLine("  no --signer was named, so whose key this is was not checked");
        }
        else
        {
            writer.WriteLine("nobody's signature holds");
        }
        writer.WriteLine(check.Stamp switch
        {
            null => "no time-stamp token: the times rest on the signer's clock alone",
            { Holds: true } stamp => $"time-stamped by {stamp.Name} at {EvidenceJson.Time(stamp.Time!.Value)}; whether this service counts was not checked",
            { } stamp => $"its time-stamp token ({stamp.Name}) does not hold",
        });
        if (check.WasEncrypted) writer.WriteLine("it was encrypted, and opened with the key");
        foreach (var item in check.Items) writer.WriteLine($"  {EvidenceJson.Name(item.State),-8} {item.Bytes.ToString("N0", CultureInfo.InvariantCulture),14}  {item.Name}");
    }

    private static void Write(Utf8JsonWriter json, string name, CustodyCheck check)
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/custody/1");
        json.WriteString("file", name);
        json.WriteBoolean("whole", check.IsWhole);
        json.WriteBoolean("encrypted", check.WasEncrypted);
        if (check.Signer is { } signer)
        {
            json.WriteStartObject("signer");
            json.WriteString("name", signer.Name);
            json.WriteString("certificate", signer.CertificateSha256);
            json.WriteBoolean("selfSigned", signer.SelfSigned);
            if (signer.SignedAt is { } at) json.WriteString("signedAt", EvidenceJson.Time(at));
            if (signer.IsExpected is { } expected) json.WriteBoolean("expected", expected);
            json.WriteEndObject();
        }
        if (check.Stamp is { } stamp)
        {
            json.WriteStartObject("timeStamp");
            json.WriteString("name", stamp.Name);
            if (stamp.Time is { } time) json.WriteString("time", EvidenceJson.Time(time));
            json.WriteBoolean("holds", stamp.Holds);
            json.WriteEndObject();
        }
        json.WriteStartArray("faults");
        foreach (var fault in check.Faults) json.WriteStringValue(fault);
        json.WriteEndArray();
        json.WriteStartArray("items");
        foreach (var item in check.Items)
        {
            json.WriteStartObject();
            json.WriteString("name", item.Name);
            json.WriteString("state", EvidenceJson.Name(item.State));
            json.WriteNumber("bytes", item.Bytes);
            if (item.Sha256 is { } digest) json.WriteString("sha256", digest);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static X509Certificate2 Certificate(string file)
    {
        try
        {
            return X509CertificateLoader.LoadCertificateFromFile(file);
        }
        catch (CryptographicException)
        {
            throw new UnreadableException("a certificate in PEM or DER", $"something else in {Path.GetFileName(file)}", 0);
        }
    }

    private static RSA Key(string file)
    {
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key;
        }
        catch (Exception wrong) when (wrong is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new UnreadableException("an RSA private key in PEM without a pass phrase", $"something else in {Path.GetFileName(file)}", 0);
        }
    }
}
