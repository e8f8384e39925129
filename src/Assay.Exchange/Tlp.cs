namespace Assay.Exchange;

/// <summary>How far something may be passed on: the five labels of the Traffic Light Protocol 2.0 (FIRST), from open to closed.</summary>
public enum Tlp { Clear, Green, Amber, AmberStrict, Red }

/// <summary>The names of the labels, and who may read what.</summary>
public static class TlpLabels
{
    /// <summary><c>TLP:AMBER+STRICT</c>.</summary>
    public static string Name(this Tlp label) => label switch
    {
        Tlp.Clear => "TLP:CLEAR",
        Tlp.Green => "TLP:GREEN",
        Tlp.Amber => "TLP:AMBER",
        Tlp.AmberStrict => "TLP:AMBER+STRICT",
        _ => "TLP:RED",
    };

    /// <summary>CSAF 2.0 knows the four labels of TLP 1: CLEAR is WHITE there, and what is stricter than AMBER becomes RED, never less.</summary>
    public static string Csaf20(this Tlp label) => label switch
    {
        Tlp.Clear => "WHITE",
        Tlp.Green => "GREEN",
        Tlp.Amber => "AMBER",
        _ => "RED",
    };

    /// <summary>A name with or without <c>TLP:</c>, in any case; WHITE is an older word for CLEAR.</summary>
    public static bool TryRead(string text, out Tlp label)
    {
        var name = text.Trim().ToUpperInvariant();
        if (name.StartsWith("TLP:", StringComparison.Ordinal)) name = name[4..];
        label = name switch
        {
            "CLEAR" or "WHITE" => Tlp.Clear,
            "GREEN" => Tlp.Green,
            "AMBER" => Tlp.Amber,
            "AMBER+STRICT" or "AMBERSTRICT" => Tlp.AmberStrict,
            _ => Tlp.Red,
        };
        return label != Tlp.Red || name == "RED";
    }
}
