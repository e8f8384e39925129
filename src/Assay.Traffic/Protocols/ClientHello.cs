using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Traffic.Protocols;

/// <summary>What a client says first in TLS, DTLS and QUIC (RFC 8446 section 4.1.2, RFC 6347 section 4.2.1): views into the message.</summary>
internal readonly ref struct ClientHello
{
    private ClientHello(ushort legacy, ushort offered, ReadOnlySpan<byte> suites, ReadOnlySpan<byte> extensions, ReadOnlySpan<byte> serverName, ReadOnlySpan<byte> alpn,
        ReadOnlySpan<byte> signatures, bool namesServer)
    {
        Legacy = legacy;
        Offered = offered;
        Suites = suites;
        Extensions = extensions;
        ServerName = serverName;
        Alpn = alpn;
        Signatures = signatures;
        NamesServer = namesServer;
    }

    /// <summary>The version field of old.</summary>
    public ushort Legacy { get; }
    /// <summary>The highest version that is offered; reserved values left out.</summary>
    public ushort Offered { get; }
    /// <summary>Cipher suites, 2 bytes each.</summary>
    public ReadOnlySpan<byte> Suites { get; }
    /// <summary>Type, length and value of each, one behind the other.</summary>
    public ReadOnlySpan<byte> Extensions { get; }
    /// <summary>Empty where there is none.</summary>
    public ReadOnlySpan<byte> ServerName { get; }
    /// <summary>The first protocol that is offered; empty where there is none.</summary>
    public ReadOnlySpan<byte> Alpn { get; }
    /// <summary>Signature schemes, 2 bytes each; empty where the extension is not there.</summary>
    public ReadOnlySpan<byte> Signatures { get; }
    /// <summary>There is an extension for the server's name, whatever it holds.</summary>
    public bool NamesServer { get; }

    /// <param name="body">The message behind its header.</param>
    /// <param name="datagrams">It is one of DTLS, with a cookie, and versions that count downwards.</param>
    /// <exception cref="UnreadableException">The message contradicts itself before its extensions.</exception>
    public static ClientHello Read(ReadOnlySpan<byte> body, bool datagrams)
    {
        var hello = new SpanReader(body, 0, bigEndian: true);
        var legacy = hello.U16("legacy version");
        hello.Skip(32, "bytes of random");
        hello.Skip(hello.U8(), "bytes of session id");
        if (datagrams) hello.Skip(hello.U8(), "bytes of cookie");
        var suites = hello.Take(hello.U16(), "bytes of cipher suites");
        hello.Skip(hello.U8(), "bytes of compression methods");
        var offered = legacy;
        var all = hello.Left >= 2 ? hello.Take(Math.Min(hello.U16(), (ushort)hello.Left), "bytes of extensions") : [];
        ReadOnlySpan<byte> serverName = default, alpn = default, signatures = default;
        var namesServer = false;
        var rest = all;
        while (Next(ref rest, out var type, out var extension))
        {
            var length = extension.Length;
            switch (type)
            {
                case 0:
                    namesServer = true;
                    if (length <= 5 || extension[2] != 0) break;
                    int name = BinaryPrimitives.ReadUInt16BigEndian(extension[3..]);
                    if (name <= length - 5 && name is > 0 and < 256) serverName = extension.Slice(5, name);
                    break;
                case 13 when length > 2:
                    signatures = extension[2..Math.Min(length, 2 + (BinaryPrimitives.ReadUInt16BigEndian(extension) & ~1))];
                    break;
                case 16 when length > 3 && extension[2] > 0 && extension[2] <= length - 3:
                    alpn = extension.Slice(3, extension[2]);
                    break;
                case 43 when length > 2:
                    if (Best(extension, datagrams) is var best and not 0) offered = best;
                    break;
            }
        }
        return new ClientHello(legacy, offered, suites, all, serverName, alpn, signatures, namesServer);
    }

    /// <summary>The next extension; false at the end and where one is cut.</summary>
    public static bool Next(scoped ref ReadOnlySpan<byte> extensions, out ushort type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (extensions.Length < 4) return false;
        type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
        int length = BinaryPrimitives.ReadUInt16BigEndian(extensions[2..]);
        if (length > extensions.Length - 4) return false;
        value = extensions.Slice(4, length);
        extensions = extensions[(4 + length)..];
        return true;
    }

    private static ushort Best(ReadOnlySpan<byte> versions, bool datagrams)
    {
        ushort best = 0;
        for (var i = 1; i + 1 < versions.Length && i < 1 + versions[0]; i += 2)
        {
            var version = BinaryPrimitives.ReadUInt16BigEndian(versions[i..]);
            if (IsGrease(version)) continue;
            if (datagrams ? version >> 8 == 0xfe && (best == 0 || version < best) : version > best && version < 0x7f00) best = version;
        }
        return best;
    }

    /// <summary>Values that clients send to keep servers tolerant (RFC 8701).</summary>
    internal static bool IsGrease(ushort value) => (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}
