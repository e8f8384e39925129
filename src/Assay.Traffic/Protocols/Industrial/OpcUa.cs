using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// OPC UA over TCP (OPC 10000-6, clause 7.1): hello, secure channel, services. What is opened under security policy None can be read and forged by
/// anybody on the way; only then are services read here.
/// </summary>
internal sealed class OpcUaDissector(Conversation conversation) : MessageDissector(conversation)
{
    public const string Name = "opcua";
    private const int HeaderLength = 8;
    /// <summary>Bytes of one chunk, and of one message of several chunks.</summary>
    private const int LongestChunk = 1 << 16, Longest = 1 << 18;
    private const int FindServers = 422, GetEndpoints = 428, GetEndpointsAnswer = 431, OpenChannel = 446, OpenChannelAnswer = 449, CloseChannel = 452, CreateSessionAnswer = 464,
        ActivateSession = 467, ActivateSessionAnswer = 470, Fault = 397;

    private readonly byte[]?[] held = new byte[2][];
    private readonly int[] heldLength = new int[2];
    private Policy policy;
    private string? offered, login;
    private bool isAnonymous;

    private enum Policy : byte { Unknown, None, Other }

    public override Application Application => Application.OpcUa;

    /// <summary>Six kinds of messages, each with a letter for its chunk.</summary>
    private static bool IsKind(ReadOnlySpan<byte> bytes) => bytes[3] is (byte)'F' && (bytes.StartsWith("HEL"u8) || bytes.StartsWith("ACK"u8) || bytes.StartsWith("ERR"u8)
        || bytes.StartsWith("RHE"u8)) || bytes[3] is (byte)'F' or (byte)'C' or (byte)'A' && (bytes.StartsWith("MSG"u8) || bytes.StartsWith("OPN"u8) || bytes.StartsWith("CLO"u8));

    public static Recognition Recognises(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength) return bytes.Length >= 4 && IsKind(bytes) ? Recognition.More : Recognition.No;
        return Size(bytes) > 0 ? Recognition.Yes : Recognition.No;
    }

    private static int Size(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength) return bytes.Length >= 4 && !IsKind(bytes) ? -1 : 0;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        return !IsKind(bytes) || length is < HeaderLength or > LongestChunk ? -1 : (int)length;
    }

    protected override int Measure(ReadOnlySpan<byte> bytes) => Size(bytes);

    public override void Lost(bool outward) => heldLength[outward ? 1 : 0] = 0;

    protected override void Take(bool outward, ReadOnlySpan<byte> message, in Moment at)
    {
        Notes.Saw(at, Name, "kind", message[..3]);
        if (message.StartsWith("OPN"u8)) Channel(outward, message[HeaderLength..], at);
        else if (message.StartsWith("MSG"u8)) Chunk(outward, message, at);
        else if (message.StartsWith("CLO"u8) && policy != Policy.Other && message.Length > 24) Service(outward, message[24..], 0, at);
    }

    /// <summary>Opening of a channel (clause 6.7.2): channel, policy, certificate, thumbprint, sequence; then, under None, the service.</summary>
    private void Channel(bool outward, ReadOnlySpan<byte> body, in Moment at)
    {
        var reader = new OpcUaReader(body);
        reader.Skip(4);
        var name = reader.Text();
        reader.Bytes();
        reader.Bytes();
        reader.Skip(8);
        var hash = name.LastIndexOf('#');
        var word = hash >= 0 ? name[(hash + 1)..] : name;
        policy = word == "None" ? Policy.None : Policy.Other;
        if (outward)
        {
            var subject = Orders.Subject(Notes, Name, at.Destination, at.DestinationPort);
            Notes.Observe(at, Name, Seen.Connect, subject, $"a channel under security policy {Known(word)}");
            if (word is "Basic128Rsa15" or "Basic256") Notes.Observe(at, Name, Seen.WeakSuite, subject, $"security policy {word}", FindingKind.WeakCrypto, 0.95, null, "withdrawn: it signs with SHA-1");
        }
        if (policy == Policy.None) Service(outward, body[(body.Length - reader.Left)..], 0, at);
    }

    private static string Known(string word) => word is "None" or "Basic128Rsa15" or "Basic256" or "Basic256Sha256" or "Aes128_Sha256_RsaOaep" or "Aes256_Sha256_RsaPss" ? word : "of another name";

    /// <summary>A chunk of a message: channel, token, sequence number, request; then its part of the service.</summary>
    private void Chunk(bool outward, ReadOnlySpan<byte> message, in Moment at)
    {
        const int Before = HeaderLength + 16;
        if (policy == Policy.Other || message.Length < Before) return;
        var side = outward ? 1 : 0;
        var (kind, request) = (message[3], BinaryPrimitives.ReadUInt32LittleEndian(message[20..]));
        var part = message[Before..];
        if (kind == (byte)'A')
        {
            heldLength[side] = 0;
            return;
        }
        if (kind == (byte)'F' && heldLength[side] == 0)
        {
            Service(outward, part, request, at);
            return;
        }
        var length = heldLength[side] + part.Length;
        if (length > Longest)
        {
            heldLength[side] = 0;
            return;
        }
        var store = held[side];
        if (store is null || store.Length < length)
        {
            Array.Resize(ref store, Math.Max(2 * length, 4096));
            held[side] = store;
        }
        part.CopyTo(store.AsSpan(heldLength[side]));
        heldLength[side] = length;
        if (kind != (byte)'F') return;
        heldLength[side] = 0;
        Service(outward, store.AsSpan(0, length), request, at);
    }

    private void Service(bool outward, ReadOnlySpan<byte> body, uint request, in Moment at)
    {
        var reader = new OpcUaReader(body);
        var service = (int)reader.NodeId();
        if (service < 0) return;
        Notes.Saw(at, Name, "service", service);
        var isDiscovery = service is FindServers or GetEndpoints or GetEndpointsAnswer or OpenChannel or OpenChannelAnswer or CloseChannel or FindServers + 3;
        if (policy == Policy.None && !isDiscovery) InClear(at, Name, outward);
        if (outward)
        {
            if (Order(service) is { } order) Notes.Orders.Asked(Notes, at, Name, request, order, login);
            else if (service == ActivateSession) Identity(ref reader, at);
            return;
        }
        var result = reader.ResponseHeader();
        var refusal = IsGood(result) ? null : string.Create(CultureInfo.InvariantCulture, $"status 0x{result:x8}");
        switch (service)
        {
            case ActivateSessionAnswer:
                if (refusal is null && !isAnonymous) login = offered;
                Notes.Observe(at, Name, Seen.LoginAnswer, Orders.Subject(Notes, Name, at.Source, at.SourcePort), refusal is null ? "accepted" : "refused");
                break;
            case GetEndpointsAnswer when refusal is null:
                Endpoints(ref reader, at);
                break;
            case CreateSessionAnswer when refusal is null:
                reader.NodeId();
                reader.NodeId();
                reader.Skip(8);
                reader.Bytes();
                reader.Bytes();
                Endpoints(ref reader, at);
                break;
            case 676 or 703 or 715 or 491 or 503:
                // Write, update of history, call, new and deleted nodes: one result for each, which begins with its status.
                if (refusal is null && reader.Count(4) > 0 && reader.U32() is var first && !IsGood(first)) refusal = string.Create(CultureInfo.InvariantCulture, $"status 0x{first:x8}");
                Notes.Orders.Answered(Notes, at, Name, request, refusal);
                break;
            case Fault:
                Notes.Orders.Answered(Notes, at, Name, request, refusal ?? "fault");
                break;
        }
    }

    private static bool IsGood(uint status) => status >> 30 == 0;

    /// <summary>Services that change something (OPC 10000-4, 5), by the number of their encoding.</summary>
    private static string? Order(int service) => service switch
    {
        673 => "write",
        700 => "update history",
        712 => "call a method",
        488 => "add nodes",
        500 => "delete nodes",
        _ => null,
    };

    /// <summary>Who opens a session (OPC 10000-4, 5.6.3): signature, software certificates, locales, then the token of the user.</summary>
    private void Identity(ref OpcUaReader reader, in Moment at)
    {
        reader.RequestHeader();
        reader.Bytes();
        reader.Bytes();
        for (var i = reader.Count(8); i > 0; i--)
        {
            reader.Bytes();
            reader.Bytes();
        }
        reader.Strings();
        var token = reader.Extension(out var body);
        var subject = Orders.Subject(Notes, Name, at.Destination, at.DestinationPort);
        isAnonymous = token is not (324 or 327 or 940);
        offered = token switch { 324 => "with a user name", 327 => "with a certificate", 940 => "with an issued token", _ => null };
        Notes.Observe(at, Name, Seen.Login, subject, token switch { 324 => "a user name", 327 => "a certificate", 940 => "an issued token", _ => "anonymous" });
        if (token != 324) return;
        var user = new OpcUaReader(body);
        user.Bytes();
        var name = user.Text();
        var password = user.Bytes();
        if (user.Bytes().Length > 0) return;
        Notes.Credential(at, Name, Seen.Login, subject, name, Encoding.UTF8.GetString(password[..Math.Min(64, password.Length)]), Traits.Login);
        Notes.Observe(at, Name, Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 1, null, null, Traits.Login);
    }

    /// <summary>Where and how a server may be reached (OPC 10000-4, 7.14).</summary>
    private void Endpoints(ref OpcUaReader reader, in Moment at)
    {
        for (var i = Math.Min(reader.Count(40), 32); i > 0; i--)
        {
            reader.Bytes();
            reader.Bytes();
            var (product, name) = (reader.Text(), reader.LocalizedText());
            reader.Skip(4);
            reader.Bytes();
            reader.Bytes();
            reader.Strings();
            reader.Bytes();
            var mode = reader.U32();
            reader.Bytes();
            if (product.Length > 0) Disclosure.Note(Notes, at, Name, "product", product);
            if (name.Length > 0) Disclosure.Note(Notes, at, Name, "application", name);
            if (mode == 1) Notes.Observe(at, Name, Seen.WeakSuite, Orders.Subject(Notes, Name, at.Source, at.SourcePort), "offers security mode None", FindingKind.WeakCrypto, 0.95);
            for (var tokens = reader.Count(17); tokens > 0; tokens--)
            {
                reader.Bytes();
                var kind = reader.U32();
                reader.Bytes();
                reader.Bytes();
                reader.Bytes();
                if (kind == 0) Notes.Observe(at, Name, Seen.Identity, Orders.Subject(Notes, Name, at.Source, at.SourcePort), "lets anonymous users in, it says");
            }
            reader.Bytes();
            reader.Skip(1);
        }
    }
}
