using System.Security.Cryptography;
using System.Text;

namespace Assay.Evidence;

/// <summary>The closed list of what a finding can be about (command.md, "finding").</summary>
public enum FindingKind
{
    Credential, Key, Certificate, Service, Debug, Update, Secret, Permission, Hardening,
    Component, Cleartext, WeakCrypto, Disclosure, Exposure, Behaviour,
}

/// <summary>One thing that was seen, where it was seen, and how sure the reader is that it is what it says.</summary>
public sealed record Finding
{
    public required FindingKind Kind { get; init; }
    /// <summary>What it is about: an account, a service, a host, a component. Never a secret.</summary>
    public required string Subject { get; init; }
    /// <summary>What was seen of it, in words; a secret only as <see cref="Shortened"/> gives it.</summary>
    public required string Value { get; init; }
    /// <summary>0 to 1: how sure that this is what <see cref="Subject"/> and <see cref="Value"/> say.</summary>
    public required double Confidence { get; init; }
    public required Location Location { get; init; }
    public string? Note { get; init; }
    /// <summary>True when a credential or secret is in the list of known defaults.</summary>
    public bool? Default { get; init; }
    /// <summary>What checks rely on: words out of <see cref="Evidence.Traits"/>, sorted.</summary>
    public IReadOnlyList<string> Traits { get; init; } = [];

    /// <summary>Stable: 12 hexadecimal digits of SHA-256 over kind, subject, value and location.</summary>
    public string Id
    {
        get
        {
            var text = $"{Kind}\n{Subject}\n{Value}\n{Location.Artefact}\n{Location.Path}\n{Location.Offset}\n{Location.Frame}\n{Location.Line}";
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 6));
        }
    }

    public bool Has(string trait) => Traits.Contains(trait);

    /// <summary>The order of every list of findings: by place, then kind, then subject, so that the same evidence gives the same bytes.</summary>
    public static int Compare(Finding a, Finding b)
    {
        var order = string.CompareOrdinal(a.Location.Artefact, b.Location.Artefact);
        if (order == 0) order = string.CompareOrdinal(a.Location.Path, b.Location.Path);
        if (order == 0) order = Nullable.Compare(a.Location.Frame, b.Location.Frame);
        if (order == 0) order = Nullable.Compare(a.Location.Offset, b.Location.Offset);
        if (order == 0) order = Nullable.Compare(a.Location.Line, b.Location.Line);
        if (order == 0) order = a.Kind.CompareTo(b.Kind);
        if (order == 0) order = string.CompareOrdinal(a.Subject, b.Subject);
        return order != 0 ? order : string.CompareOrdinal(a.Value, b.Value);
    }
}
