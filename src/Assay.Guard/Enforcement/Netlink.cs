using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Assay.Guard.Enforcement;

/// <summary>A netlink socket of one protocol (netlink(7)): one request, its answers, in the network namespace of the thread that opened it.</summary>
internal sealed unsafe partial class Netlink : IDisposable
{
    public const int Route = 0, Netfilter = 12;
    public const ushort Request = 1, Acknowledge = 4, Dump = 0x300;
    private const ushort Error = 2, Done = 3;
    private const int Family = 16;

    private readonly int socket;
    private readonly byte[] buffer = new byte[1 << 16];
    private uint sequence;

    /// <exception cref="IOException">The kernel offers no such protocol, or we lack the right.</exception>
    public Netlink(int protocol)
    {
        socket = Open(Family, (int)(3 | 0x80000), protocol);
        if (socket < 0) throw Failed("socket");
        var time = stackalloc long[2] { 5, 0 };
        SetOption(socket, 1, 20, time, 16);
    }

    /// <summary>Sends one message and hands each part of the answer on, without the netlink header: type, payload.</summary>
    /// <param name="single">The answer is one message, or an error; nothing follows it.</param>
    /// <returns>0, or the kernel's error number.</returns>
    public int Exchange(ushort type, ushort flags, ReadOnlySpan<byte> payload, Action<ushort, ReadOnlyMemory<byte>>? answer = null, bool single = false)
    {
        var message = new byte[16 + payload.Length + 3 & ~3];
        BitConverter.TryWriteBytes(message, (uint)(16 + payload.Length));
        BitConverter.TryWriteBytes(message.AsSpan(4), type);
        BitConverter.TryWriteBytes(message.AsSpan(6), (ushort)(flags | Request));
        BitConverter.TryWriteBytes(message.AsSpan(8), ++sequence);
        payload.CopyTo(message.AsSpan(16));
        fixed (byte* bytes = message)
        {
            if (Send(socket, bytes, message.Length, 0) != message.Length) throw Failed("send");
        }
        while (true)
        {
            nint got;
            fixed (byte* bytes = buffer) got = Receive(socket, bytes, buffer.Length, 0);
            if (got < 0) throw Failed("recv");
            var at = 0;
            while (at + 16 <= got)
            {
                var length = (int)BitConverter.ToUInt32(buffer, at);
                if (length < 16 || at + length > got) throw new IOException($"netlink: expected a whole message, found length {length} of {got - at}");
                var kind = BitConverter.ToUInt16(buffer, at + 4);
                if (BitConverter.ToUInt32(buffer, at + 8) == sequence)
                {
                    if (kind == Done) return 0;
                    if (kind == Error) return -BitConverter.ToInt32(buffer, at + 16);
                    answer?.Invoke(kind, buffer.AsMemory(at + 16, length - 16));
                    if (single) return 0;
                }
                at += length + 3 & ~3;
            }
        }
    }

    public void Dispose() => Close(socket);

    private static IOException Failed(string call) => new($"netlink {call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    /// <summary>Appends one attribute: length and type in the machine's order, the value padded to four bytes.</summary>
    public static void Attribute(List<byte> message, ushort type, ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[4];
        BitConverter.TryWriteBytes(head, (ushort)(4 + value.Length));
        BitConverter.TryWriteBytes(head[2..], type);
        message.AddRange(head);
        message.AddRange(value);
        while (message.Count % 4 != 0) message.Add(0);
    }

    /// <summary>The next attribute of <paramref name="rest"/>; false at its end or where its length lies.</summary>
    public static bool Next(ref ReadOnlySpan<byte> rest, out ushort type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (rest.Length < 4) return false;
        int length = BitConverter.ToUInt16(rest);
        if (length < 4 || length > rest.Length) return false;
        type = (ushort)(BitConverter.ToUInt16(rest[2..]) & 0x3fff);
        value = rest[4..length];
        rest = rest[Math.Min(rest.Length, length + 3 & ~3)..];
        return true;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int family, int type, int protocol);
    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte* bytes, nint length, int flags);
    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* bytes, nint length, int flags);
    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int name, void* value, uint length);
    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int socket);
}
