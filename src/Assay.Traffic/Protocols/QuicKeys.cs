using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Traffic.Protocols;

/// <summary>The keys of QUIC's first packets (RFC 9001, section 5.2): derived from a salt of the version and the connection identifier that the client chose. They keep nothing secret.</summary>
internal sealed class QuicKeys
{
    public const uint Version1 = 1, Version2 = 0x6b3343cf;

    private static readonly QuicKeys First = new("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic"), Second = new("0dede3def700a6db819381be6e269dcbf9bd2ed9", "quicv2"),
        Draft29 = new("afbfec289993d24c9e9786f19c6111e04390a899", "quic"), Draft23 = new("c3eef712c72ebb5a11a7d2432bb46365bef9f502", "quic"),
        Draft21 = new("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a", "quic"), T050 = new("7ff579e5acd072915580304c43a2367c60488310", "quic"),
        T051 = new("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d", "quic");

    private readonly byte[] salt;
    private readonly byte[] key, iv, header;
    private static readonly byte[] Client = Label(32, "client in"), Server = Label(32, "server in");

    private QuicKeys(string salt, string prefix)
    {
        this.salt = Convert.FromHexString(salt);
        (key, iv, header) = (Label(16, prefix + " key"), Label(12, prefix + " iv"), Label(16, prefix + " hp"));
    }

    /// <summary>The keys of a version; null where its first packets cannot be opened.</summary>
    public static QuicKeys? Of(uint version) => version switch
    {
        Version1 => First,
        Version2 => Second,
        >= 0xff000021 and <= 0xff000022 => First,
        >= 0xff00001d and <= 0xff000020 => Draft29,
        >= 0xff000017 and <= 0xff00001c or 0xfaceb002 or 0xfaceb00e => Draft23,
        >= 0xff000015 and <= 0xff000016 or 0xfaceb001 => Draft21,
        0x54303530 => T050,
        0x54303531 => T051,
        _ => null,
    };

    /// <summary>Versions that somebody registered, also such whose packets stay closed.</summary>
    public static bool IsKnown(uint version) => Of(version) is not null || version >> 8 is 0xff0000 or 0xfaceb0
        || version >> 24 is 'Q' or 'T' && (version >> 16 & 0xff) == '0' && (version >> 8 & 0xff) is >= '0' and <= '9' && (version & 0xff) is >= '0' and <= '9';

    /// <summary>Opens a packet; answers the bytes of its frames, or -1 where the key does not fit.</summary>
    /// <param name="packet">From its first byte to the end that its length says.</param>
    /// <param name="start">Where the packet number begins.</param>
    /// <param name="connection">The identifier that the client first chose.</param>
    /// <param name="opened">2,048 bytes; longer packets are not opened.</param>
    public int Open(ReadOnlySpan<byte> packet, int start, ReadOnlySpan<byte> connection, bool client, Span<byte> opened)
    {
        // Tokens are short; the head is copied to the stack.
        if (start > 2048 || packet.Length < start + 20 || packet.Length - start > opened.Length) return -1;
        Span<byte> secret = stackalloc byte[32], side = stackalloc byte[32], aesKey = stackalloc byte[16], nonce = stackalloc byte[12], mask = stackalloc byte[16];
        HKDF.Extract(HashAlgorithmName.SHA256, connection, salt, secret);
        HKDF.Expand(HashAlgorithmName.SHA256, secret, side, client ? Client : Server);
        HKDF.Expand(HashAlgorithmName.SHA256, side, aesKey, header);
        using (var aes = Aes.Create())
        {
            aes.SetKey(aesKey);
            aes.EncryptEcb(packet.Slice(start + 4, 16), mask, PaddingMode.None);
        }
        Span<byte> head = stackalloc byte[start + 4];
        packet[..(start + 4)].CopyTo(head);
        head[0] ^= (byte)(mask[0] & 0x0f);
        var numberLength = (head[0] & 3) + 1;
        for (var i = 0; i < numberLength; i++) head[start + i] ^= mask[1 + i];
        HKDF.Expand(HashAlgorithmName.SHA256, side, nonce, iv);
        for (var i = 0; i < numberLength; i++) nonce[12 - numberLength + i] ^= head[start + i];
        HKDF.Expand(HashAlgorithmName.SHA256, side, aesKey, key);
        var sealedBytes = packet[(start + numberLength)..];
        var length = sealedBytes.Length - 16;
        if (length < 0) return -1;
        using var gcm = new AesGcm(aesKey, 16);
        try
        {
            gcm.Decrypt(nonce, sealedBytes[..length], sealedBytes[length..], opened[..length], head[..(start + numberLength)]);
            return length;
        }
        catch (AuthenticationTagMismatchException)
        {
            return -1;
        }
    }

    /// <summary>HkdfLabel of RFC 8446, section 7.1, without context.</summary>
    private static byte[] Label(int length, string label)
    {
        var name = Encoding.ASCII.GetBytes("tls13 " + label);
        var bytes = new byte[4 + name.Length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)length);
        bytes[2] = (byte)name.Length;
        name.CopyTo(bytes, 3);
        return bytes;
    }
}
