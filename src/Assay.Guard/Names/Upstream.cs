using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Assay.Guard.Names;

/// <summary>
/// The name servers outside, asked one after the other. Each question has a socket of its own, connected to the server, on a port that the kernel draws
/// at random, and a random id: an answer from elsewhere never arrives, and a guessed one has 32 bits to guess.
/// </summary>
internal sealed class Upstream(NameForwarderOptions options, TimeProvider time, Action<string> count)
{
    public const string Silent = "no server answered", Unreachable = "the server cannot be reached";
    // After so many wrong answers to one question somebody is guessing: TCP cannot be guessed at.
    private const int MostWrong = 8;
    private int preferred;

    /// <exception cref="DisbeliefException">None gave a usable answer.</exception>
    public async Task<NameAnswer> Ask(string name, ushort type, bool mayBeLocal, CancellationToken stop)
    {
        DisbeliefException? last = null;
        var servers = options.Upstream.Count;
        for (var attempt = 0; attempt < Math.Max(2, servers); attempt++)
        {
            var index = (preferred + attempt) % servers;
            var server = options.Upstream[index];
            try
            {
                using var patience = new CancellationTokenSource(options.Patience, time);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
                var bytes = await OverUdp(server, name, type, withOptions: true, both.Token);
                // A server from before EDNS says so by a format error.
                if (bytes is not null && (bytes[3] & 15) is DnsWire.FormatError or DnsWire.NotImplemented) bytes = await OverUdp(server, name, type, withOptions: false, both.Token);
                bytes ??= await OverTcp(server, name, type, both.Token);
                var answer = NameAnswer.Read(bytes, name, type, options.MostAddresses, mayBeLocal);
                preferred = index;
                return answer;
            }
            catch (DisbeliefException wrong)
            {
                count(wrong.Message);
                if (!wrong.AskAnother) throw;
                last = wrong;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                last = new DisbeliefException(Silent);
            }
            catch (Exception failed) when (failed is SocketException or IOException)
            {
                last = new DisbeliefException(Unreachable);
            }
        }
        if (last!.Message is Silent or Unreachable) count(last.Message);
        throw last;
    }

    /// <summary>The answer, or null where it does not fit or somebody guesses: ask by TCP.</summary>
    private async Task<byte[]?> OverUdp(IPEndPoint server, string name, ushort type, bool withOptions, CancellationToken stop)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, stop);
        var id = Id();
        await socket.SendAsync(Question(id, name, type, withOptions), stop);
        var buffer = new byte[4096];
        for (var wrong = 0; wrong < MostWrong;)
        {
            var length = await socket.ReceiveAsync(buffer, stop);
            try
            {
                NameAnswer.Match(buffer.AsSpan(0, length), id, name, type);
            }
            catch (DisbeliefException other)
            {
                count(other.Message);
                wrong++;
                continue;
            }
            return NameAnswer.IsTruncated(buffer) ? null : buffer[..length];
        }
        return null;
    }

    private async Task<byte[]> OverTcp(IPEndPoint server, string name, ushort type, CancellationToken stop)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, stop);
        var id = Id();
        var question = Question(id, name, type, withOptions: true);
        var framed = new byte[question.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)question.Length);
        question.CopyTo(framed, 2);
        await socket.SendAsync(framed, stop);
        var answer = await Framed.Read(socket, stop) ?? throw new IOException("the server closed the connection");
        NameAnswer.Match(answer, id, name, type);
        return answer;
    }

    private static ushort Id()
    {
        Span<byte> bytes = stackalloc byte[2];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    private static byte[] Question(ushort id, string name, ushort type, bool withOptions)
    {
        var message = new List<byte>(64);
        DnsWire.Write(message, id);
        DnsWire.Write(message, (ushort)0x0100);
        DnsWire.Write(message, (ushort)1);
        DnsWire.Write(message, 0u);
        DnsWire.Write(message, (ushort)(withOptions ? 1 : 0));
        DnsWire.WriteName(message, name);
        DnsWire.Write(message, type);
        DnsWire.Write(message, DnsWire.Internet);
        if (withOptions) DnsWire.WriteOptions(message);
        return [.. message];
    }
}

/// <summary>Messages over TCP, each behind its length in two bytes (RFC 7766).</summary>
internal static class Framed
{
    /// <summary>The next message; null where the other side has closed.</summary>
    public static async Task<byte[]?> Read(Socket socket, CancellationToken stop)
    {
        var head = new byte[2];
        if (!await Fill(socket, head, stop)) return null;
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        return message.Length == 0 || !await Fill(socket, message, stop) ? null : message;
    }

    private static async Task<bool> Fill(Socket socket, byte[] bytes, CancellationToken stop)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var got = await socket.ReceiveAsync(bytes.AsMemory(at), stop);
            if (got == 0) return false;
            at += got;
        }
        return true;
    }
}
