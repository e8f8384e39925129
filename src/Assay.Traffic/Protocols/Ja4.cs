using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Traffic.Protocols;

/// <summary>
/// JA4, the fingerprint of a client's hello (BSD-3-Clause, github.com/FoxIO-LLC/ja4): what it counts, then digests of its sorted suites and of its sorted extensions
/// with its signature schemes. Only this one: its siblings of other messages are patented.
/// </summary>
internal static class Ja4
{
    private const int Most = 512;

    /// <param name="transport"><c>t</c> for TCP, <c>q</c> for QUIC, <c>d</c> for DTLS.</param>
    public static string Of(char transport, in ClientHello hello)
    {
        Span<ushort> suites = stackalloc ushort[Most];
        var suiteCount = 0;
        for (var i = 0; i + 1 < hello.Suites.Length && suiteCount < Most; i += 2)
        {
            var suite = BinaryPrimitives.ReadUInt16BigEndian(hello.Suites[i..]);
            if (!ClientHello.IsGrease(suite)) suites[suiteCount++] = suite;
        }
        Span<ushort> kinds = stackalloc ushort[Most];
        int kindCount = 0, extensionCount = 0;
        var rest = hello.Extensions;
        while (ClientHello.Next(ref rest, out var type, out _))
        {
            if (ClientHello.IsGrease(type)) continue;
            extensionCount++;
            if (type is not (0 or 16) && kindCount < Most) kinds[kindCount++] = type;
        }
        suites = suites[..suiteCount];
        kinds = kinds[..kindCount];
        suites.Sort();
        kinds.Sort();

        // A suite takes 5 characters with its comma, and so do extensions and schemes.
        Span<char> text = stackalloc char[37];
        var head = text[..10];
        head[0] = transport;
        Version(hello.Offered).CopyTo(head[1..]);
        head[3] = hello.NamesServer ? 'd' : 'i';
        Two(Math.Min(99, suiteCount), head[4..]);
        Two(Math.Min(99, extensionCount), head[6..]);
        Ends(hello.Alpn, head[8..]);

        var list = new StringBuilder(5 * (kindCount + hello.Signatures.Length / 2) + 8);
        List(list, suites);
        text[10] = '_';
        Digest(list, suiteCount == 0, text[11..]);
        list.Clear();
        List(list, kinds);
        var schemes = false;
        for (var i = 0; i + 1 < hello.Signatures.Length && i < 2 * Most; i += 2)
        {
            var scheme = BinaryPrimitives.ReadUInt16BigEndian(hello.Signatures[i..]);
            if (ClientHello.IsGrease(scheme)) continue;
            list.Append(schemes ? ',' : '_');
            Hex(list, scheme);
            schemes = true;
        }
        text[23] = '_';
        Digest(list, kindCount == 0, text[24..]);
        return new string(text[..36]);
    }

    private static string Version(ushort version) => version switch
    {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        0xfeff => "d1",
        0xfefd => "d2",
        0xfefc => "d3",
        _ => "00",
    };

    // First and last character; where one is none that can be shown, those of its hexadecimal form; 99 where it is no ASCII at all.
    private static void Ends(ReadOnlySpan<byte> alpn, Span<char> to)
    {
        to[0] = to[1] = '0';
        if (alpn.IsEmpty) return;
        var (first, last) = ((char)alpn[0], (char)alpn[^1]);
        if (first > 127) to[0] = to[1] = '9';
        else if (char.IsAsciiLetterOrDigit(first) && char.IsAsciiLetterOrDigit(last)) (to[0], to[1]) = (first, last);
        else (to[0], to[1]) = (Digit(first >> 4), Digit(last & 15));
    }

    private static char Digit(int value) => (char)(value < 10 ? '0' + value : 'a' + value - 10);

    private static void Two(int value, Span<char> to) => (to[0], to[1]) = ((char)('0' + value / 10), (char)('0' + value % 10));

    private static void List(StringBuilder list, ReadOnlySpan<ushort> values)
    {
        foreach (var value in values)
        {
            if (list.Length > 0) list.Append(',');
            Hex(list, value);
        }
    }

    private static void Hex(StringBuilder list, ushort value) =>
        list.Append(Digit(value >> 12)).Append(Digit(value >> 8 & 15)).Append(Digit(value >> 4 & 15)).Append(Digit(value & 15));

    private static void Digest(StringBuilder list, bool none, Span<char> to)
    {
        if (none)
        {
            to[..12].Fill('0');
            return;
        }
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(Encoding.ASCII.GetBytes(list.ToString()), digest);
        for (var i = 0; i < 6; i++) (to[2 * i], to[2 * i + 1]) = (Digit(digest[i] >> 4), Digit(digest[i] & 15));
    }
}
