using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Assay.Assessment.Documents;

/// <summary>What our OSCAL documents have in common (OSCAL 1.2): name space, identifiers, values of one line.</summary>
internal static class Oscal
{
    /// <summary>Of the properties that only we know.</summary>
    public const string Namespace = "https://assay.example/ns/oscal";
    public const string Version = "1.2.1";

    /// <summary>RFC 9562 version 5 in the namespace of URLs: the same seed and name, the same identifier.</summary>
    public static string Uuid(string seed, string of)
    {
        Span<byte> name = [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
        // SHA-1 is what version 5 is made of; nothing rests on its strength.
        Span<byte> digest = SHA1.HashData([.. name, .. Encoding.UTF8.GetBytes($"{Namespace}/{seed}/{of}")]);
        digest[6] = (byte)((digest[6] & 0x0f) | 0x50);
        digest[8] = (byte)((digest[8] & 0x3f) | 0x80);
        return $"{BinaryPrimitives.ReadUInt32BigEndian(digest):x8}-{BinaryPrimitives.ReadUInt16BigEndian(digest[4..]):x4}-{BinaryPrimitives.ReadUInt16BigEndian(digest[6..]):x4}-{BinaryPrimitives.ReadUInt16BigEndian(digest[8..]):x4}-{Convert.ToHexStringLower(digest[10..16])}";
    }

    /// <summary>Values of one line may neither begin nor end with a space.</summary>
    public static string Line(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>One of our own properties.</summary>
    public static void Property(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("ns", Namespace);
        json.WriteString("value", Line(value));
        json.WriteEndObject();
    }

    /// <summary>A property that OSCAL itself defines.</summary>
    public static void Standard(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("value", Line(value));
        json.WriteEndObject();
    }
}
