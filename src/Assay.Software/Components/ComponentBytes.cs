using Assay.Evidence;

namespace Assay.Software.Components;

/// <summary>How components stand in bytes for a <see cref="FactsFolder"/> (<see cref="FactBytes"/>).</summary>
public static class ComponentBytes
{
    public static void Component(this BinaryWriter to, Component c)
    {
        to.Write(c.Name);
        to.Text(c.Version);
        to.Text(c.Package);
        to.Text(c.Purl);
        to.Texts(c.Cpe);
        to.Text(c.Supplier);
        to.Text(c.Licence);
        to.Text(c.Source?.Name);
        to.Text(c.Source?.Version);
        to.Text(c.PatchLevel);
        to.Text(c.Distribution);
        to.Write(c.IsGuess);
        to.List(c.Conflicts, o =>
        {
            to.Write(o.Version);
            to.Write(o.Method);
            to.Location(o.Location);
        });
        to.Texts(c.Files);
        to.Texts(c.Needs);
        to.Texts(c.Provides);
        to.List(c.Evidence, e =>
        {
            to.Write(e.Method);
            to.Location(e.Location);
            to.Write(e.Confidence);
        });
    }

    public static Component Component(this BinaryReader from) => new()
    {
        Name = from.ReadString(),
        Version = from.Text(),
        Package = from.Text(),
        Purl = from.Text(),
        Cpe = from.Texts(),
        Supplier = from.Text(),
        Licence = from.Text(),
        Source = Source(from),
        PatchLevel = from.Text(),
        Distribution = from.Text(),
        IsGuess = from.ReadBoolean(),
        Conflicts = from.List(() => new OtherVersion(from.ReadString(), from.ReadString(), from.Location())),
        Files = from.Texts(),
        Needs = from.Texts(),
        Provides = from.Texts(),
        Evidence = from.List(() => new ComponentEvidence(from.ReadString(), from.Location(), from.ReadDouble())),
    };

    private static SourcePackage? Source(BinaryReader from)
    {
        var (name, version) = (from.Text(), from.Text());
        return name is null ? null : new SourcePackage(name, version);
    }
}
