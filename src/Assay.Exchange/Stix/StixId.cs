using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Assay.Exchange.Stix;

/// <summary>Identifiers that follow from what they name: UUID version 5 (RFC 9562 section 5.5), so that the same fact has the same id in every bundle of everyone.</summary>
internal static class StixId
{
    // STIX 2.1 section 2.9: the namespace of observables; everything else of ours has a namespace of our own.
    private static readonly byte[] Observables = Convert.FromHexString("00abedb4aa42466c9c01fed23315a9b7");
    private static readonly byte[] Ours = Uuid5(Convert.FromHexString("6ba7b8119dad11d180b400c04fd430c8"), "https://assay.example/ns/stix"u8);

    /// <summary>An observable's id: over its contributing properties in canonical JSON (RFC 8785).</summary>
    /// <param name="contributing">Texts, whole numbers, and lists of texts; absent ones left out.</param>
    public static string Observable(string type, JsonObject contributing) => $"{type}--{Text(Uuid5(Observables, Encoding.UTF8.GetBytes(Canonical(contributing))))}";

    /// <summary>Any other object's id: over words that name it.</summary>
    public static string Of(string type, params IEnumerable<string> names) => $"{type}--{Text(Uuid5(Ours, Encoding.UTF8.GetBytes($"{type}\n{string.Join('\n', names)}")))}";

    private static byte[] Uuid5(byte[] space, ReadOnlySpan<byte> name)
    {
        // SHA-1 because UUID version 5 is made with it; nothing relies on it.
#pragma warning disable CA5350
        var hash = SHA1.HashData([.. space, .. name]);
#pragma warning restore CA5350
        var uuid = hash[..16];
        uuid[6] = (byte)(uuid[6] & 0x0f | 0x50);
        uuid[8] = (byte)(uuid[8] & 0x3f | 0x80);
        return uuid;
    }

    private static string Text(byte[] uuid)
    {
        var hex = Convert.ToHexStringLower(uuid);
        return $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
    }

    // RFC 8785 for the few kinds of values that contribute: keys in the order of UTF-16 units, no blanks, only what must be is escaped.
    internal static string Canonical(JsonObject value)
    {
        var text = new StringBuilder("{");
        foreach (var (name, member) in value.Where(m => m.Value is not null).OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            if (text.Length > 1) text.Append(',');
            Quote(text, name);
            text.Append(':');
            if (member is JsonArray array)
            {
                text.Append('[');
                for (var i = 0; i < array.Count; i++)
                {
                    if (i > 0) text.Append(',');
                    Quote(text, array[i]!.GetValue<string>());
                }
                text.Append(']');
            }
            else if (member!.GetValueKind() == System.Text.Json.JsonValueKind.Number)
            {
                text.Append(member.GetValue<long>().ToString(CultureInfo.InvariantCulture));
            }
            else
            {
                Quote(text, member.GetValue<string>());
            }
        }
        return text.Append('}').ToString();
    }

    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case < ' ': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: text.Append(c); break;
            }
        }
        text.Append('"');
    }
}
