using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>Where a key lies in a hardware token: a PKCS #11 URI (RFC 7512), which stands in a key's file instead of the key.</summary>
/// <param name="Module">The shared library that speaks with the token; an absolute path.</param>
/// <param name="Token">The token's label; null where any will do.</param>
/// <param name="Serial">The token's serial number; null where any will do.</param>
/// <param name="Label">Of the key in the token; null where its id says it all.</param>
/// <param name="Id">Of the key in the token; null where its label says it all.</param>
internal sealed record HardwareAddress(string Module, string? Token, string? Serial, string? Label, byte[]? Id)
{
    private const string Scheme = "pkcs11:";
    private const int MaxLength = 4096;

    /// <summary>Whether a key's file holds such an address.</summary>
    public static bool Looks(string text) => text.AsSpan().TrimStart().StartsWith(Scheme, StringComparison.Ordinal);

    /// <exception cref="UnreadableException">Not such a URI, or one without a key, without a module, or with a PIN in it.</exception>
    public static HardwareAddress Read(string text)
    {
        text = text.Trim();
        if (text.Length > MaxLength || text.Any(char.IsWhiteSpace) || !Looks(text)) throw new UnreadableException("one address like pkcs11:token=NAME;object=NAME?module-path=/FILE", "another text", 0);
        var (path, query) = text[Scheme.Length..].Split('?', 2) is [var left, var right] ? (left, right) : (text[Scheme.Length..], "");
        string? token = null, serial = null, label = null, module = null;
        byte[]? id = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in path.Split(';').Concat(query.Split('&')).Where(p => p.Length > 0))
        {
            if (part.Split('=', 2) is not [var name, var value] || !seen.Add(name)) throw new UnreadableException("attributes like name=value in a PKCS #11 address, each once", part.Split('=')[0], 0);
            var bytes = Bytes(value);
            switch (name)
            {
                case "token": token = Encoding.UTF8.GetString(bytes); break;
                case "serial": serial = Encoding.UTF8.GetString(bytes); break;
                case "object": label = Encoding.UTF8.GetString(bytes); break;
                case "id": id = bytes; break;
                case "type" when value == "private": break;
                case "module-path": module = Encoding.UTF8.GetString(bytes); break;
                case "pin-value" or "pin-source": throw new UnreadableException($"a PIN in {PassPhrase.Variable}", $"{name} in a PKCS #11 address", 0);
                default: throw new UnreadableException("token, serial, object, id, type=private and module-path in a PKCS #11 address", name, 0);
            }
        }
        if (label is null && id is null) throw new UnreadableException("object= or id= in a PKCS #11 address", "neither", 0);
        if (module is null || !Path.IsPathFullyQualified(module)) throw new UnreadableException("module-path= with an absolute path in a PKCS #11 address", module is null ? "none" : "another path", 0);
        return new HardwareAddress(module, token, serial, label, id);
    }

    // Percent signs stand before two hexadecimal digits (RFC 3986); an id is any bytes.
    private static byte[] Bytes(string value)
    {
        var bytes = new List<byte>(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '%') bytes.AddRange(Encoding.UTF8.GetBytes(value, i, 1));
            else if (i + 2 < value.Length && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                bytes.Add(Convert.ToByte(value.Substring(i + 1, 2), 16));
                i += 2;
            }
            else throw new UnreadableException("two hexadecimal digits after a percent sign", "others", i);
        }
        return [.. bytes];
    }

    public override string ToString() => $"{(Label is null ? $"the key {Convert.ToHexStringLower(Id!)}" : $"the key {Label}")} in {(Token is null ? "a token" : $"the token {Token}")}";
}
