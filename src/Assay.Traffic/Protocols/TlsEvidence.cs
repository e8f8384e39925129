using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>What the handshake messages of TLS, DTLS and QUIC say: versions, suites, names, certificates. One place for all three.</summary>
/// <param name="protocol">As observations name it: <c>tls</c>, <c>dtls</c>, <c>quic</c>.</param>
/// <param name="transport">As <see cref="Ja4"/> writes it.</param>
internal readonly struct TlsEvidence(Conversation conversation, string protocol, char transport)
{
    private Notes Notes => conversation.Notes;

    /// <exception cref="UnreadableException">The message contradicts itself.</exception>
    public void ClientHello(ReadOnlySpan<byte> body, in Moment at)
    {
        var hello = Protocols.ClientHello.Read(body, datagrams: transport == 'd');
        if (!hello.ServerName.IsEmpty) conversation.ServerName = Notes.Intern(hello.ServerName);
        if (!hello.Alpn.IsEmpty) conversation.Alpn = Notes.Intern(hello.Alpn);
        conversation.Offered = hello.Offered;
        // A second hello, after the server asked for another, is the same client's.
        var ja4 = conversation.Ja4 is null && Notes.KeepsFlows || Notes.Witness is not null ? Ja4.Of(transport, hello) : conversation.Ja4;
        if (ja4 is not null) conversation.Ja4 ??= Notes.Intern(ja4);
        if (Notes.Witness is not null)
        {
            for (var i = 0; i + 1 < hello.Suites.Length; i += 2) Notes.Saw(at, protocol, "suite", BinaryPrimitives.ReadUInt16BigEndian(hello.Suites[i..]));
            if (!hello.ServerName.IsEmpty) Notes.Saw(at, protocol, "name", hello.ServerName);
            Notes.Saw(at, protocol, "ja4", ja4!);
        }
        if (Notes.IsExamination) Offers(hello.Offered, hello.Suites, 2, at);
    }

    /// <summary>Notes what a client offers.</summary>
    /// <param name="step">Bytes of a suite: 2, or 3 in a hello of SSL 2.0.</param>
    public void Offers(ushort offered, ReadOnlySpan<byte> suites, int step, in Moment at)
    {
        var server = conversation.ServerName ?? Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString();
        var subject = FormattableString.Invariant($"{protocol} {server}:{at.DestinationPort}");
        var version = TlsVersions.Name(offered);
        Notes.Observe(at, protocol, Seen.ClientHello, subject, version);
        if (TlsVersions.IsOutdated(offered))
        {
            Notes.Observe(at, protocol, Seen.OutdatedVersion, subject, $"offers {version} at most", FindingKind.WeakCrypto, 1, null, null, Traits.TlsOutdated);
        }
        SortedSet<string>? weak = null;
        for (var i = 0; i + step <= suites.Length; i += step)
        {
            // In an SSL 2.0 hello a suite has three bytes, and those of TLS begin with zero.
            if (step == 3 && suites[i] != 0)
            {
                Add("SSL 2.0 suites");
                continue;
            }
            if (CipherSuites.Weakness(BinaryPrimitives.ReadUInt16BigEndian(suites[(i + step - 2)..])) is { } why) Add(why);
        }
        if (weak is not null) Notes.Observe(at, protocol, Seen.WeakSuite, subject, "offers " + string.Join(", ", weak), FindingKind.WeakCrypto, 0.9, null, null, Traits.WeakSuite);

        void Add(string why) => (weak ??= new SortedSet<string>(StringComparer.Ordinal)).Add(why);
    }

    /// <exception cref="UnreadableException">The message contradicts itself.</exception>
    public void ServerHello(ReadOnlySpan<byte> body, in Moment at)
    {
        var hello = new SpanReader(body, 0, bigEndian: true);
        var chosen = hello.U16("version");
        hello.Skip(32, "bytes of random");
        // Drafts of TLS 1.3 before the 22nd have no session and no compression here.
        var draft = chosen is >= 0x7f00 and <= 0x7f15;
        if (!draft) hello.Skip(hello.U8(), "bytes of session id");
        var suite = hello.U16("cipher suite");
        if (!draft) hello.Skip(1, "byte of compression method");
        var extensions = hello.Left >= 2 ? hello.Take(Math.Min(hello.U16(), (ushort)hello.Left), "bytes of extensions") : [];
        while (Protocols.ClientHello.Next(ref extensions, out var type, out var value))
        {
            if (type == 43 && value.Length == 2) chosen = BinaryPrimitives.ReadUInt16BigEndian(value);
        }
        conversation.Chosen = chosen;
        conversation.Suite = suite;
        if (Notes.Witness is not null) Notes.Saw(at, protocol, "suite", suite);
        if (!Notes.IsExamination) return;
        var server = conversation.ServerName ?? Notes.NameAt(Notes.NameOf(at.Source)) ?? at.Source.ToString();
        var subject = FormattableString.Invariant($"{protocol} {server}:{at.SourcePort}");
        Notes.Observe(at, protocol, Seen.ServerHello, subject, $"{TlsVersions.Name(chosen)} {CipherSuites.Name(suite)}");
        if (TlsVersions.IsOutdated(chosen))
        {
            Notes.Observe(at, protocol, Seen.OutdatedVersion, subject, $"{TlsVersions.Name(chosen)} was chosen", FindingKind.WeakCrypto, 1, null, null,
                Traits.TlsOutdated, Traits.Chosen);
        }
        if (CipherSuites.Weakness(suite) is { } why)
        {
            Notes.Observe(at, protocol, Seen.WeakSuite, subject, $"{CipherSuites.Name(suite)} was chosen ({why})", FindingKind.WeakCrypto, 1, null, null,
                Traits.WeakSuite, Traits.Chosen);
        }
        else if (CipherSuites.IsStaticRsa(suite))
        {
            Notes.Observe(at, protocol, Seen.WeakSuite, subject, $"{CipherSuites.Name(suite)} was chosen (no forward secrecy)", FindingKind.WeakCrypto, 1,
                null, null, Traits.StaticRsa, Traits.Chosen);
        }
    }

    public void Certificates(ReadOnlySpan<byte> body, in Moment at)
    {
        // TLS 1.3 has a context byte in front, but nobody sees its certificates unencrypted.
        if (body.Length < 6) return;
        var length = body[3] << 16 | body[4] << 8 | body[5];
        if (length == 0 || length > body.Length - 6) return;
        var server = conversation.ServerName ?? Notes.NameAt(Notes.NameOf(at.Source)) ?? at.Source.ToString();
        WireCertificate.Note(Notes, protocol, body.Slice(6, length), FormattableString.Invariant($"{protocol} {server}:{at.SourcePort}"), at, conversation.ServerName);
    }
}

/// <summary>Versions of SSL, TLS and DTLS by their numbers on the wire; those of DTLS count downwards.</summary>
internal static class TlsVersions
{
    public static string Name(ushort version) => version switch
    {
        0x0002 => "SSL 2.0",
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        0x0304 => "TLS 1.3",
        0x0100 or 0xfeff => "DTLS 1.0",
        0xfefd => "DTLS 1.2",
        0xfefc => "DTLS 1.3",
        _ => FormattableString.Invariant($"version 0x{version:x4}"),
    };

    /// <summary>Before TLS 1.2 and DTLS 1.2 (RFC 8996).</summary>
    public static bool IsOutdated(ushort version) => version is < 0x0303 or 0xfeff;
}
