using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary><c>assay trust list|add|verify|sign</c>: whose word counts here, for what and since when (docs/trust.md).</summary>
public static class TrustVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "trust",
        Summary = "see whose word counts here, take up a domain's signed list, check one or sign one",
        Usage = "list [FILE…] | add FILE | verify FILE | sign FILE.json",
        Example = "./assay trust list examples/trust/fi.json",
        Formats = ["table", "json", "lote", "jades"],
        Options =
        [
            new("--trust", "FILE", "add, verify: a list or key that vouches for the signer, beside those of the configuration folder", Repeats: true),
            new("--key", "FILE", "sign: the private key of the list; list --format jades: the same"),
            new("--issuer", "NAME", "sign: who signs"),
            new("--previous", "FILE", "sign, verify: the edition before"),
            new("--due", "DATE", "sign: when the next edition is due (default: half a year after)"),
            new("--as-of", "DATE", "the date of the act (default: now)"),
        ],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (terminal.Format is "lote" or "jades" && arguments.Operands is not ["list", _]) throw new UsageException($"--format {terminal.Format} is for list with one signed list");
        switch (arguments.Operands)
        {
            case ["list", var file] when terminal.Format is "lote" or "jades": return Export(arguments, terminal, file);
            case ["list", ..]: return List(arguments, terminal, [.. arguments.Operands.Skip(1)]);
            case ["add", var file]: return Add(arguments, terminal, file);
            case ["verify", var file]: return Verify(arguments, terminal, file);
            case ["sign", var file]: return Sign(arguments, terminal, file);
            case ["add" or "verify" or "sign", ..]: throw new UsageException($"expected {arguments.Operands[0]} FILE");
            default:
                throw new UsageException($"expected list, add, verify or sign, found {(arguments.Operands.Count == 0 ? "nothing" : arguments.Operands[0])}{(arguments.Operands.Count == 0 ? "" : Arguments.Nearest(arguments.Operands[0], ["list", "add", "verify", "sign"]))}");
        }
    }

    private static KeyFolder Keys() => KeyFolder.OfUser(Environment.GetEnvironmentVariable);

    private static TrustList Known(Arguments arguments) => arguments.Values("--trust").Aggregate(Keys().Trust(), (all, file) => all.And(KeyFolder.ReadTrust(file)));

    private static int List(Arguments arguments, Terminal terminal, IReadOnlyList<string> files)
    {
        var trust = files.Count == 0 ? Known(arguments) : files.Aggregate(TrustList.Empty, (all, file) => all.And(KeyFolder.ReadAny(file)));
        if (terminal.Format == "json")
        {
            terminal.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("schema", "assay/trust-view/1");
                json.WriteStartArray("keys");
                foreach (var key in trust.Keys)
                {
                    json.WriteStartObject();
                    json.WriteString("name", key.Name);
                    if (key.Domain is not null) json.WriteString("domain", key.Domain);
                    json.WriteString("key", key.Key.Name);
                    json.WriteBoolean("authority", key.IsAuthority);
                    EvidenceJson.Texts(json, "roles", [.. Roles(key)]);
                    if (key.From is { } from) json.WriteString("from", Day(from));
                    if (key.To is { } to) json.WriteString("to", Day(to));
                    if (key.Stolen is { } stolen)
                    {
                        json.WriteStartObject("stolen");
                        json.WriteString("log", stolen.Log.ToString());
                        json.WriteNumber("size", stolen.Size);
                        json.WriteEndObject();
                    }
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                EvidenceJson.Texts(json, "recognitions", [.. trust.Recognitions.Select(r => r.ToString())]);
                EvidenceJson.Texts(json, "logs", [.. trust.Logs.Select(l => l.ToString())]);
                json.WriteEndObject();
            });
            return Exit.Done;
        }
        terminal.Write(text =>
        {
            if (trust.Keys.Count == 0) text.WriteLine("nobody's word counts here yet: assay trust add FILE");
            foreach (var key in trust.Keys)
            {
                var stolen = key.Stolen is { } taken ? $", TAKEN: counts before entry {taken.Size.ToString(CultureInfo.InvariantCulture)} of {taken.Log.Name}" : "";
                text.WriteLine(Shortened.Visible($"{key.Domain ?? "-",-8} {key.Name}{(key.IsAuthority ? "" : " (test)")}: {string.Join(", ", Roles(key))}; from {Day(key.From)} to {Day(key.To)}, key {key.Key.Name}{stolen}"));
            }
            foreach (var one in trust.Recognitions) text.WriteLine(Shortened.Visible(one.ToString()));
            foreach (var log in trust.Logs) text.WriteLine(Shortened.Visible($"log {log}"));
        });
        return Exit.Done;
    }

    private static int Verify(Arguments arguments, Terminal terminal, string file)
    {
        var list = SignedTrustList.Read(Bytes(file));
        var (key, against) = Judged(arguments, list);
        Told(terminal, list, key, against, written: null);
        return against is null ? Exit.Done : Exit.No;
    }

    private static int Add(Arguments arguments, Terminal terminal, string file)
    {
        var bytes = Bytes(file);
        var list = SignedTrustList.Read(bytes);
        var kept = Keys().ListFile(list.Domain);
        var (key, against) = File.Exists(kept) && SignedTrustList.Read(Bytes(kept)) is var before
            ? before.Digest.Span.SequenceEqual(list.Digest.Span) ? list.By(Known(arguments)) : Follows(list, before, Known(arguments))
            : Judged(arguments, list);
        if (against is null) Keys().KeepList(list.Domain, bytes);
        Told(terminal, list, key, against, against is null ? kept : null);
        return against is null ? Exit.Done : Exit.No;
    }

    private static (TrustedKey? Key, string? Against) Judged(Arguments arguments, SignedTrustList list)
    {
        var known = Known(arguments);
        return arguments.Value("--previous") is { } previous ? Follows(list, SignedTrustList.Read(Bytes(previous)), known) : list.By(known);
    }

    // The edition before names who may sign the next; what a person pinned counts as well.
    private static (TrustedKey? Key, string? Against) Follows(SignedTrustList list, SignedTrustList before, TrustList known)
    {
        var (signer, unknown) = before.By(known);
        if (signer is null) return (null, $"the edition before does not hold: {unknown}");
        var (key, against) = list.By(known.And(before.Vouched(signer)));
        return (key, against ?? list.Against(before));
    }

    private static void Told(Terminal terminal, SignedTrustList list, TrustedKey? key, string? against, string? written)
    {
        if (terminal.Format == "json")
        {
            terminal.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("schema", "assay/trust-act/1");
                json.WriteBoolean("holds", against is null);
                if (against is not null) json.WriteString("against", against);
                json.WriteString("domain", list.Domain);
                json.WriteString("issuer", list.Issuer);
                json.WriteNumber("edition", list.Edition);
                json.WriteString("issuedAt", EvidenceJson.Time(list.IssuedAt));
                json.WriteString("due", EvidenceJson.Time(list.Due));
                json.WriteNumber("keys", list.List.Keys.Count);
                json.WriteNumber("recognitions", list.List.Recognitions.Count);
                if (key is not null)
                {
                    json.WriteString("signer", key.Name);
                    json.WriteBoolean("authority", key.IsAuthority);
                }
                if (written is not null) json.WriteString("file", written);
                json.WriteEndObject();
            });
            return;
        }
        terminal.Write(text =>
        {
            text.WriteLine(Shortened.Visible($"{(against is null ? "holds" : "refused")}: edition {list.Edition.ToString(CultureInfo.InvariantCulture)} of {list.Domain}'s list, of {Day(DateOnly.FromDateTime(list.IssuedAt.UtcDateTime))}, the next due by {Day(DateOnly.FromDateTime(list.Due.UtcDateTime))}"));
            if (against is not null) text.WriteLine($"  because   {Shortened.Visible(against)}");
            if (key is not null) text.WriteLine(Shortened.Visible($"  signed by {key.Name}{(key.IsAuthority ? "" : ", a test key: so is every key in it")}"));
            text.WriteLine(FormattableString.Invariant($"  says      {list.List.Keys.Count} keys, {list.List.Recognitions.Count} recognitions"));
            if (list.Due < terminal.Time.GetUtcNow()) text.WriteLine("  note      a newer edition is overdue; what it says of keys still holds");
            if (written is not null) text.WriteLine($"written: {Shortened.Visible(written)}");
        });
    }

    private static int Sign(Arguments arguments, Terminal terminal, string file)
    {
        var issuer = arguments.Value("--issuer") ?? throw new UsageException("sign expects --issuer NAME: who signs");
        var output = arguments.Value("-o") ?? throw new UsageException("sign expects -o FILE.cose");
        var keyFile = arguments.Value("--key") ?? throw new UsageException("sign expects --key FILE: the private key of the list");
        using var key = KeyFolder.Open(keyFile, terminal.Complain, Environment.GetEnvironmentVariable);
        var at = arguments.AsOf(terminal.Time);
        var due = arguments.Value("--due") is { } named
            ? DateTimeOffset.TryParseExact(named, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day : throw new UsageException($"--due expects a date like 2027-06-30, found {named}")
            : at.AddMonths(6);
        ReadOnlyMemory<byte>? previous = arguments.Value("--previous") is { } before ? Bytes(before) : default(ReadOnlyMemory<byte>?);
        var signed = SignedTrustList.Sign(key, Bytes(file), issuer, at, due, previous is { } old ? SignedTrustList.Read(old).Edition + 1 : 1, previous);
        terminal.WriteFile(output, stream => stream.Write(signed));
        terminal.Hint($"written: {output}; next: assay trust verify {output} --trust KEY");
        return Exit.Done;
    }

    private static int Export(Arguments arguments, Terminal terminal, string file)
    {
        var list = SignedTrustList.Read(Bytes(file));
        if (terminal.Format == "lote")
        {
            terminal.WriteBytes(stream => stream.Write(LoteDocument.Write(list)));
            return Exit.Done;
        }
        using var key = KeyFolder.Open(arguments.Value("--key") ?? throw new UsageException("--format jades expects --key FILE: the private key of the list"), terminal.Complain, Environment.GetEnvironmentVariable);
        terminal.WriteBytes(stream => stream.Write(Encoding.ASCII.GetBytes(LoteDocument.Sign(list, key))));
        return Exit.Done;
    }

    private static IEnumerable<string> Roles(TrustedKey key) =>
        Enum.GetValues<KeyRoles>().Where(r => r is not (KeyRoles.None or KeyRoles.All) && (key.Roles & r) == r).Select(r => r.ToString().ToLowerInvariant());

    private static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-";

    private static byte[] Bytes(string file)
    {
        using var stream = File.OpenRead(file);
        if (stream.Length > SignedTrustList.MaxBytes) throw new UnreadableException($"a file of at most {SignedTrustList.MaxBytes} bytes", $"{stream.Length}", 0);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
