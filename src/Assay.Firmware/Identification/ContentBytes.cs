using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Evidence.Reading;
using Assay.Firmware.Executables;
using Assay.Firmware.Secrets;
using Assay.Software.Components;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware.Identification;

/// <summary>How <see cref="ContentFacts"/> stand in bytes for a <see cref="FactsFolder"/> (<see cref="FactBytes"/>).</summary>
internal static class ContentBytes
{
    private static readonly Dictionary<VersionPattern, int> Rows = VersionPattern.All.Select((p, i) => (p, i)).ToDictionary(r => r.p, r => r.i);

    public static void Content(this BinaryWriter to, ContentFacts facts)
    {
        to.Write(facts.Name);
        to.Write7BitEncodedInt(facts.Size);
        to.Write((byte)((facts.IsElf ? 1 : 0) | (facts.IsBinary ? 2 : 0) | (facts.IsScript ? 4 : 0) | (facts.IsListing ? 8 : 0) | (facts.IsTelling ? 16 : 0)));
        to.Text(facts.Sha256);
        to.Write(facts.Elf is not null);
        if (facts.Elf is { } elf) Elf(to, elf);
        to.List(facts.Versions, v => Version(to, v));
        to.List(facts.Keys, k => Key(to, k));
        to.List(facts.Tokens, t => Token(to, t));
        to.List(facts.Embedded, to.Component);
        to.Write(facts.Applets is not null);
        if (facts.Applets is { } applets)
        {
            to.Texts(applets.Names);
            to.Location(applets.Location);
        }
        to.List(facts.Losses, to.Loss);
    }

    public static ContentFacts Content(this BinaryReader from)
    {
        var (name, size, flags) = (from.ReadString(), from.Read7BitEncodedInt(), from.ReadByte());
        return new ContentFacts
        {
            Name = name,
            Size = size,
            IsElf = (flags & 1) != 0,
            IsBinary = (flags & 2) != 0,
            IsScript = (flags & 4) != 0,
            IsListing = (flags & 8) != 0,
            IsTelling = (flags & 16) != 0,
            Sha256 = from.Text(),
            Elf = from.ReadBoolean() ? Elf(from) : null,
            Versions = from.List(() => Version(from)),
            Keys = from.List(() => Key(from)),
            Tokens = from.List(() => Token(from)),
            Embedded = from.List(from.Component),
            Applets = from.ReadBoolean() ? new AppletTable(from.Texts(), from.Location()) : null,
            Losses = from.List(from.Loss),
        };
    }

    private static void Elf(BinaryWriter to, ElfFacts elf)
    {
        to.Write(elf.Kind);
        to.Write(elf.Machine);
        to.Write((byte)elf.Bits);
        to.Write(elf.BigEndian);
        to.Text(elf.Soname);
        to.Texts(elf.Needed);
        to.Text(elf.Interpreter);
        to.Write(elf.IsStatic);
        to.Write(elf.IsStripped);
        to.Write(elf.IsPie);
        to.Write(elf.NoExecute);
        to.Write((byte)elf.Relro);
        Known(to, elf.Canary);
        Known(to, elf.Fortify);
        to.Write(elf.Calls is not null);
        if (elf.Calls is { } calls) to.Texts(calls);
    }

    private static ElfFacts Elf(BinaryReader from) => new()
    {
        Kind = from.ReadString(),
        Machine = from.ReadString(),
        Bits = from.ReadByte(),
        BigEndian = from.ReadBoolean(),
        Soname = from.Text(),
        Needed = from.Texts(),
        Interpreter = from.Text(),
        IsStatic = from.ReadBoolean(),
        IsStripped = from.ReadBoolean(),
        IsPie = from.ReadBoolean(),
        NoExecute = from.ReadBoolean(),
        Relro = (Relro)from.ReadByte(),
        Canary = Known(from),
        Fortify = Known(from),
        Calls = from.ReadBoolean() ? from.Texts() : null,
    };

    public static void Version(BinaryWriter to, VersionSeen version)
    {
        to.Write7BitEncodedInt(Rows[version.Pattern]);
        to.Write(version.Version);
        to.Number(version.Offset);
    }

    public static VersionSeen Version(BinaryReader from)
    {
        var row = from.Read7BitEncodedInt();
        if (row < 0 || row >= VersionPattern.All.Count) throw new UnreadableException($"one of {VersionPattern.All.Count} patterns", $"row {row}", from.BaseStream.Position);
        return new VersionSeen(VersionPattern.All[row], from.ReadString(), (int?)from.Number());
    }

    private static void Key(BinaryWriter to, KeySeen key)
    {
        to.Number(key.Offset);
        to.Number(key.Line);
        to.Write(key.IsPublished);
        to.Write(key.Key is not null);
        if (key.Key is { } secret)
        {
            to.Write(secret.Algorithm);
            to.Number(secret.Bits);
            to.Write(secret.Encrypted);
            to.Write(secret.Format);
            to.Text(secret.PublicKeyId);
        }
        to.Write(key.Certificate is not null);
        if (key.Certificate is not { } certificate) return;
        to.Write(certificate.Subject);
        to.Write(certificate.Issuer);
        to.Write(certificate.Serial);
        to.Write(certificate.NotBefore.UtcTicks);
        to.Write(certificate.NotAfter.UtcTicks);
        to.Write(certificate.KeyAlgorithmName);
        to.Number(certificate.KeyBits);
        to.Text(certificate.SignatureHash);
        to.Write(certificate.IsAuthority);
        to.Write(certificate.PublicKeyId);
        to.Write(certificate.Sha256);
        to.Texts(certificate.Names);
    }

    private static KeySeen Key(BinaryReader from) => new(from.Number(), (int?)from.Number(), from.ReadBoolean(),
        from.ReadBoolean() ? new PrivateKeyFacts { Algorithm = from.ReadString(), Bits = (int?)from.Number(), Encrypted = from.ReadBoolean(), Format = from.ReadString(), PublicKeyId = from.Text() } : null,
        !from.ReadBoolean() ? null : new CertificateFacts
        {
            Subject = from.ReadString(),
            Issuer = from.ReadString(),
            Serial = from.ReadString(),
            NotBefore = new DateTimeOffset(from.ReadInt64(), TimeSpan.Zero),
            NotAfter = new DateTimeOffset(from.ReadInt64(), TimeSpan.Zero),
            KeyAlgorithmName = from.ReadString(),
            KeyBits = (int?)from.Number(),
            SignatureHash = from.Text(),
            IsAuthority = from.ReadBoolean(),
            PublicKeyId = from.ReadString(),
            Sha256 = from.ReadString(),
            Names = from.Texts(),
        });

    private static void Token(BinaryWriter to, TokenSeen token)
    {
        to.Write(token.Name);
        to.Write(token.Shown);
        to.Number(token.Line);
        to.Number(token.Offset);
    }

    private static TokenSeen Token(BinaryReader from) => new(from.ReadString(), from.ReadString(), (int?)from.Number(), from.Number());

    private static void Known(BinaryWriter to, bool? value) => to.Write((byte)(value switch { null => 0, false => 1, true => 2 }));

    private static bool? Known(BinaryReader from) => from.ReadByte() switch { 0 => null, 1 => false, _ => true };
}
