using System.Buffers.Binary;
using System.Net.Security;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>
/// TLS up to the point where it is encrypted: hellos, and certificates up to TLS 1.2 (RFC 5246, RFC 8446; SSL 2.0 hellos as RFC 5246 appendix E.2).
/// </summary>
internal sealed class TlsDissector(Conversation conversation) : Dissector(conversation)
{
    /// <summary>Bytes of handshake messages that are kept until one is whole; certificate chains are the longest.</summary>
    private const int MostHandshake = 1 << 16;

    private readonly Side outwardSide = new(), inwardSide = new();
    private readonly TlsEvidence evidence = new(conversation, "tls", 't');

    private sealed class Side
    {
        public byte[] Handshake = [];
        public int Length;
        public bool Closed;
        /// <summary>The change of the cipher was said. In TLS 1.3 it says nothing, and a second hello may follow.</summary>
        public bool Changed;
    }

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Tls,
        Name = "tls",
        Title = "TLS 1.0 to 1.3, SSL 2.0 and 3.0",
        Group = ProtocolGroup.Encryption,
        Source = "RFC 5246, RFC 8446, RFC 6101; SSL 2.0: RFC 5246 appendix E.2; JA4: github.com/FoxIO-LLC/ja4, technical_details/JA4.md",
        Ports = [443, 8443, 8883, 853],
        Stream = static (bytes, _, port) => Recognises(bytes) || IsMiddle(bytes, port) ? Recognition.Yes : bytes.Length < 6 && bytes[0] == 22 ? Recognition.More : Recognition.No,
        Dissector = static conversation => new TlsDissector(conversation),
        Evidence = [FindingKind.WeakCrypto, FindingKind.Certificate],
        Proof = [new("type", "tls.handshake.type"), new("suite", "tls.handshake.ciphersuite")],
        Limits = "what is encrypted: of TLS 1.3 everything behind the hellos; compressed certificates",
    };

    public override Application Application => Application.Tls;

    public static bool Recognises(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 6 && bytes[0] == 22 && bytes[1] == 3 && bytes[2] <= 4 && BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]) is >= 4 and <= 18432
            && bytes[5] is 0 or 1 or 2
        || IsVersion2(bytes);

    // A session that was caught in the middle: encrypted records, two of them one behind the other or filling the segment, or one where TLS is expected.
    private static bool IsMiddle(ReadOnlySpan<byte> bytes, ushort port)
    {
        if (bytes.Length < 5 || bytes[0] is not (20 or 21 or 22 or 23) || bytes[1] != 3 || bytes[2] is < 1 or > 4) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        if (length is 0 or > 18432 || bytes[0] == 20 && length != 1) return false;
        if (bytes.Length == 5 + length || port is 443 or 8443 or 8883 or 853 or 993 or 995 or 465) return true;
        return bytes.Length >= 10 + length && bytes[5 + length] is >= 20 and <= 23 && bytes[6 + length] == 3 && bytes[7 + length] == bytes[2];
    }

    // Two bytes of length with the top bit set, CLIENT-HELLO, version 3.x, and lengths that add up.
    private static bool IsVersion2(ReadOnlySpan<byte> bytes) => bytes.Length >= 11 && bytes[0] >> 7 == 1 && bytes[2] == 1 && bytes[3] == 3 && bytes[4] <= 3
        && ((bytes[0] & 0x7f) << 8 | bytes[1]) == 9 + BinaryPrimitives.ReadUInt16BigEndian(bytes[5..]) + BinaryPrimitives.ReadUInt16BigEndian(bytes[7..]) + BinaryPrimitives.ReadUInt16BigEndian(bytes[9..]);

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var side = outward ? outwardSide : inwardSide;
        if (side.Closed) return bytes.Length;
        if (IsVersion2(bytes))
        {
            var whole = 2 + ((bytes[0] & 0x7f) << 8 | bytes[1]);
            if (bytes.Length < whole) return 0;
            Hello2(bytes[..whole], at);
            return whole;
        }
        if (bytes.Length < 5) return 0;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        if (bytes[0] is < 20 or > 23 || bytes[1] != 3 || length > 18432) return Close(side, bytes.Length);
        // Behind the change of the cipher, and in application data, nothing can be read any more.
        if (bytes[0] == 23) return Close(side, bytes.Length);
        if (bytes[0] == 20 && Notes.IsExamination && length == 1)
        {
            if (bytes.Length < 6) return 0;
            side.Changed = true;
            return 6;
        }
        if (bytes[0] == 20) return Close(side, bytes.Length);
        if (side.Changed && bytes.Length >= 11 && !IsWholeHello(bytes[5..], outward, length)) return Close(side, bytes.Length);
        if (bytes.Length < 5 + length)
        {
            // A server's hello often shares its record with the certificate chain; a record of a flow needs only the hello.
            if (!outward && !Notes.IsExamination && bytes[0] == 22) Messages(bytes[5..], at);
            return Done ? bytes.Length : 0;
        }
        if (bytes[0] == 22 && !Handshake(side, bytes.Slice(5, length), at)) return Close(side, bytes.Length);
        return 5 + length;
    }

    public override void Lost(bool outward) => Close(outward ? outwardSide : inwardSide, 0);

    private static bool IsWholeHello(ReadOnlySpan<byte> record, bool outward, int length) =>
        record[0] == (outward ? 1 : 2) && (record[1] << 16 | record[2] << 8 | record[3]) == length - 4 && record[4] == 3 && record[5] == 3;

    private int Close(Side side, int used)
    {
        side.Closed = true;
        Conversation.GiveBack(side.Handshake.Length);
        side.Handshake = [];
        side.Length = 0;
        Done = outwardSide.Closed && inwardSide.Closed;
        return used;
    }

    private bool Handshake(Side side, ReadOnlySpan<byte> record, in Moment at)
    {
        if (side.Length == 0)
        {
            var used = Messages(record, at);
            if (used < 0) return false;
            record = record[used..];
        }
        if (record.IsEmpty) return true;
        if (side.Length + record.Length > MostHandshake) return false;
        if (side.Handshake.Length < side.Length + record.Length)
        {
            var size = Math.Max(2048, 2 * (side.Length + record.Length));
            if (!Conversation.Hold(size - side.Handshake.Length)) return false;
            Array.Resize(ref side.Handshake, size);
        }
        record.CopyTo(side.Handshake.AsSpan(side.Length));
        side.Length += record.Length;
        var done = Messages(side.Handshake.AsSpan(0, side.Length), at);
        if (done < 0) return false;
        side.Handshake.AsSpan(done, side.Length - done).CopyTo(side.Handshake);
        side.Length -= done;
        return true;
    }

    /// <summary>Reads whole handshake messages; answers the bytes used, or -1 where these are none.</summary>
    private int Messages(ReadOnlySpan<byte> bytes, in Moment at)
    {
        var used = 0;
        while (bytes.Length - used >= 4)
        {
            var type = bytes[used];
            var length = bytes[used + 1] << 16 | bytes[used + 2] << 8 | bytes[used + 3];
            if (type > 24 && type != 254 || length > MostHandshake) return -1;
            if (bytes.Length - used - 4 < length) break;
            var body = bytes.Slice(used + 4, length);
            try
            {
                Notes.Saw(at, "tls", "type", type);
                if (type == 1) evidence.ClientHello(body, at);
                else if (type == 2) evidence.ServerHello(body, at);
                else if (type == 11 && Notes.IsExamination) evidence.Certificates(body, at);
            }
            catch (UnreadableException)
            {
                // A message that contradicts itself is read as far as it goes; tshark marks such frames as malformed and names no version either.
            }
            used += 4 + length;
            if (type == 2 && !Notes.IsExamination)
            {
                Done = true;
                break;
            }
        }
        return used;
    }

    private void Hello2(ReadOnlySpan<byte> bytes, in Moment at)
    {
        var offered = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        Conversation.Offered = offered;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[5..]);
        Notes.Saw(at, "tls", "type", 1);
        if (Notes.IsExamination) evidence.Offers(offered, bytes.Slice(11, length), 3, at);
    }
}

/// <summary>What a cipher suite's registered name says of it (IANA registry of TLS parameters, as the framework names them).</summary>
public static class CipherSuites
{
    public static string Name(ushort suite) => Enum.GetName((TlsCipherSuite)suite) ?? FormattableString.Invariant($"suite 0x{suite:x4}");

    /// <summary>
    /// Why a suite gives no protection that one may rely on, or null. Reservations of names that protect nothing by themselves (0x00ff, 0x5600) have none.
    /// </summary>
    public static string? Weakness(ushort suite) => Weak.GetValueOrDefault(suite);

    // Clients offer forty suites each: their names are looked through once.
    private static readonly Dictionary<ushort, string> Weak = Enum.GetValues<TlsCipherSuite>().Select(s => (Suite: (ushort)s, Why: WeaknessOf(s.ToString())))
        .Where(s => s.Why is not null).ToDictionary(s => s.Suite, s => s.Why!);

    private static string? WeaknessOf(string name)
    {
        if (name.Contains("_WITH_NULL_", StringComparison.Ordinal)) return "no encryption";
        if (name.Contains("_anon_", StringComparison.OrdinalIgnoreCase)) return "no authentication";
        if (name.Contains("EXPORT", StringComparison.Ordinal)) return "export strength";
        if (name.Contains("_RC4_", StringComparison.Ordinal)) return "RC4";
        if (name.Contains("_RC2_", StringComparison.Ordinal)) return "RC2";
        if (name.Contains("_DES_CBC", StringComparison.Ordinal) || name.Contains("_DES40_", StringComparison.Ordinal)) return "DES";
        if (name.Contains("_3DES_", StringComparison.Ordinal)) return "3DES";
        return name.EndsWith("_MD5", StringComparison.Ordinal) ? "MD5" : null;
    }

    /// <summary>The key goes to the server encrypted with its long-lived key: who gets that later reads everything recorded before.</summary>
    public static bool IsStaticRsa(ushort suite) => Enum.GetName((TlsCipherSuite)suite)?.StartsWith("TLS_RSA_WITH_", StringComparison.Ordinal) == true;
}
