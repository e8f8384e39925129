using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Probes;

/// <summary>A certificate of the platform below the device: of a chip, its root of trust, or an operating system. A paper of another party; what it says of the device is little.</summary>
public sealed record PlatformCertificate
{
    /// <summary><c>PSA Certified</c>, <c>SESIP</c>, <c>EUCC</c> …</summary>
    public required string Scheme { get; init; }
    public required string Number { get; init; }
    /// <summary>What was certified, by its maker's name for it.</summary>
    public required string Product { get; init; }
    public string? Level { get; init; }
    /// <summary>What it covers, in words: <c>secure boot</c>, <c>secure storage</c>, <c>cryptography</c>.</summary>
    public IReadOnlyList<string> Scope { get; init; } = [];
    public DateOnly? Issued { get; init; }
    public DateOnly? Expires { get; init; }
    /// <summary>The public entry of the scheme.</summary>
    public string? Address { get; init; }
    /// <summary>Name of the saved copy in the dossier, and the SHA-256 that it must have.</summary>
    public string? Copy { get; init; }
    public string? Sha256 { get; init; }
    public required Location Location { get; init; }

    /// <summary><c>PSA Certified 0716053550589-10100</c>.</summary>
    public string Name => $"{Scheme} {Number}";
}

/// <summary>
/// A YAML file of such certificates: a map whose key <c>platform</c> (or <c>platformCertificates</c>) holds one or a list of them with <c>scheme</c>,
/// <c>number</c>, <c>product</c>, <c>level</c>, <c>scope</c>, <c>issued</c>, <c>expires</c>, <c>address</c>, <c>copy</c>, <c>sha256</c>.
/// </summary>
internal static class PlatformFile
{
    internal static bool Recognises(ProbeText text)
    {
        var first = text.Lines.FirstOrDefault(l => !string.IsNullOrWhiteSpace(l) && !l.StartsWith('#') && l.Trim() != "---")?.TrimEnd();
        return first is "platform:" or "platformCertificates:" && text.Lines.Take(60).Any(l => l.TrimStart(' ', '-').StartsWith("scheme:", StringComparison.Ordinal));
    }

    internal static void Read(ProbeText text, ProbeNotes notes, ProbeOptions options)
    {
        notes.Unit = "certificates";
        var losses = new List<Loss>();
        foreach (var certificate in Of(text.Name, text.Bytes, losses))
        {
            notes.Total++;
            notes.Examined++;
            var expired = certificate.Expires is { } end && end < DateOnly.FromDateTime(options.AsOf.UtcDateTime);
            notes.Add(FindingKind.Behaviour, certificate.Name, $"says of {certificate.Product}{(certificate.Level is null ? "" : $", {certificate.Level}")}: {string.Join(", ", certificate.Scope)}{(certificate.Expires is { } until ? $"; until {Day(until)}" : "; its end is not said")}",
                certificate.Location.Line ?? 1, 1, certificate.Address, traits: expired ? [Traits.Expired] : []);
        }
        foreach (var loss in losses)
        {
            notes.Total++;
            notes.Lose(loss);
        }
    }

    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>What is no certificate is a loss with its line.</summary>
    internal static IReadOnlyList<PlatformCertificate> Of(string artefact, ReadOnlySpan<byte> bytes, List<Loss> losses)
    {
        YamlNode? root;
        try
        {
            root = YamlReader.Read(bytes);
        }
        catch (UnreadableException wrong)
        {
            losses.Add(wrong.AsLoss(artefact));
            return [];
        }
        var node = root is YamlMap map ? map["platform"] ?? map["platformCertificates"] : null;
        IReadOnlyList<YamlNode> entries = node switch { YamlList list => list.Items, YamlMap one => [one], _ => [] };
        var found = new List<PlatformCertificate>();
        foreach (var entry in entries)
        {
            string? Text(string key) => entry is YamlMap fields && fields[key]?.Text?.Trim() is { Length: > 0 } text ? Shortened.Visible(text) : null;
            void Lose(string expected, string what) => losses.Add(new Loss { Location = new Location { Artefact = artefact, Line = entry.Line }, Expected = expected, Found = what });
            DateOnly? Date(string key)
            {
                if (Text(key) is not { } text) return null;
                if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
                Lose($"{key}: a date as 2031-12-31", text);
                return null;
            }
            if (Text("scheme") is not { } scheme || Text("number") is not { } number || Text("product") is not { } product)
            {
                Lose("scheme, number and product of a certificate", entry.Kind);
                continue;
            }
            found.Add(new PlatformCertificate
            {
                Scheme = scheme,
                Number = number,
                Product = product,
                Level = Text("level"),
                Scope = (entry as YamlMap)?["scope"] switch
                {
                    YamlList words => [.. words.Items.Select(i => i.Text).OfType<string>().Select(Shortened.Visible)],
                    YamlScalar { IsNull: false } words => [.. words.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Shortened.Visible)],
                    _ => [],
                },
                Issued = Date("issued"),
                Expires = Date("expires"),
                Address = Text("address"),
                Copy = Text("copy"),
                Sha256 = Text("sha256")?.ToLowerInvariant(),
                Location = new Location { Artefact = artefact, Line = entry.Line },
            });
        }
        if (entries.Count == 0) losses.Add(new Loss { Location = new Location { Artefact = artefact, Line = 1 }, Expected = "one or a list of certificates under \"platform\"", Found = node?.Kind ?? "nothing" });
        return found;
    }
}
