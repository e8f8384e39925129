using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Assay.Demo.Home;

/// <summary>An address that the gateway gave, asked for as a device does it (RFC 2131), with host name, vendor class and MUD address (RFC 8520 section 10).</summary>
internal sealed record Lease(IPAddress Address, IPAddress Router, IPAddress Resolver)
{
    private const uint Transaction = 0x0EDB0100;

    /// <exception cref="HomeException">Nobody offered an address.</exception>
    public static Lease Ask(string link, string mac, string host, string vendorClass, string mudUrl)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Broadcast, true);
        socket.SetRawSocketOption(1, 25, Encoding.ASCII.GetBytes(link + "\0")); // SO_BINDTODEVICE: there is no address yet to choose a link by
        socket.Bind(new IPEndPoint(IPAddress.Any, 68));
        socket.ReceiveTimeout = 1500;
        var hardware = Convert.FromHexString(mac.Replace(":", "", StringComparison.Ordinal));
        (byte, byte[])[] own =
        [
            (61, [1, .. hardware]), (12, Encoding.ASCII.GetBytes(host)), (60, Encoding.ASCII.GetBytes(vendorClass)), (55, [1, 3, 6, 51]), (161, Encoding.ASCII.GetBytes(mudUrl)),
        ];
        var offer = Exchange(socket, Message(hardware, 1, own), 2);
        var taken = Exchange(socket, Message(hardware, 3, [.. own, (50, offer.Address.GetAddressBytes()), (54, offer.Server)]), 5);
        return new Lease(taken.Address, taken.Router, taken.Resolver);
    }

    private static (IPAddress Address, IPAddress Router, IPAddress Resolver, byte[] Server) Exchange(Socket socket, byte[] message, byte expected)
    {
        var buffer = new byte[1500];
        for (var tries = 0; tries < 5; tries++)
        {
            socket.SendTo(message, new IPEndPoint(IPAddress.Broadcast, 67));
            try
            {
                while (true)
                {
                    var bytes = buffer.AsSpan(0, socket.Receive(buffer));
                    if (bytes.Length < 241 || bytes[0] != 2 || BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) != Transaction) continue;
                    var options = Options(bytes[240..]);
                    if (!options.TryGetValue(53, out var kind) || kind[0] != expected) continue;
                    return (new IPAddress(bytes.Slice(16, 4)), First(options, 3), First(options, 6), options.GetValueOrDefault((byte)54, [0, 0, 0, 0]));
                }
            }
            catch (SocketException silence) when (silence.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
            }
        }
        throw new HomeException("no DHCP server gave an address");
    }

    private static IPAddress First(Dictionary<byte, byte[]> options, byte code) => options.TryGetValue(code, out var value) && value.Length >= 4 ? new IPAddress(value.AsSpan(0, 4)) : IPAddress.Any;

    private static Dictionary<byte, byte[]> Options(ReadOnlySpan<byte> bytes)
    {
        var options = new Dictionary<byte, byte[]>();
        var at = 0;
        while (at + 1 < bytes.Length && bytes[at] != 255)
        {
            if (bytes[at] == 0)
            {
                at++;
                continue;
            }
            if (at + 2 + bytes[at + 1] > bytes.Length) break;
            options[bytes[at]] = bytes.Slice(at + 2, bytes[at + 1]).ToArray();
            at += 2 + bytes[at + 1];
        }
        return options;
    }

    private static byte[] Message(byte[] hardware, byte kind, IEnumerable<(byte Code, byte[] Value)> options)
    {
        using var message = new MemoryStream();
        var head = new byte[240];
        head[0] = head[1] = 1;
        head[2] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), Transaction);
        head[10] = 0x80; // answer by broadcast
        hardware.CopyTo(head, 28);
        new byte[] { 0x63, 0x82, 0x53, 0x63 }.CopyTo(head, 236);
        message.Write(head);
        foreach (var (code, value) in options.Prepend(((byte)53, [kind])))
        {
            message.WriteByte(code);
            message.WriteByte((byte)value.Length);
            message.Write(value);
        }
        message.WriteByte(255);
        while (message.Length < 300) message.WriteByte(0);
        return message.ToArray();
    }
}
