using System.Buffers.Binary;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;

namespace Assay.Guard.Names;

/// <summary>An answer of a name server that is not believed, or not usable; the reason is counted.</summary>
internal sealed class DisbeliefException(string reason, bool ask = false) : Exception(reason)
{
    /// <summary>True where another server may know better.</summary>
    public bool AskAnother { get; } = ask;
}

/// <summary>What a name server answered for one name and type.</summary>
/// <param name="Code">0, or 3 for a name that is not there.</param>
/// <param name="Seconds">How long it holds: the least of the aliases' and the addresses'.</param>
/// <param name="Strangers">Records about names that nobody asked for; not used.</param>
/// <param name="Message">As it came, for types that are passed on.</param>
internal sealed record NameAnswer(int Code, IReadOnlyList<Address> Addresses, uint Seconds, int Strangers, byte[] Message)
{
    public const string OtherId = "the id is not the one asked with", OtherQuestion = "the question is not the one asked", NoAnswer = "it is no answer",
        Malformed = "the answer is malformed", TooMany = "too many records", LocalAddress = "a public name stands for a local address",
        Circle = "aliases run in a circle", Unwilling = "the server could not answer", UnaskedName = "a record for a name that was not asked";

    private const int MostRecords = 256, MostAliases = 12;
    /// <summary>How long "no such name" and "no such address" hold.</summary>
    private const uint Negative = 30;

    public static bool IsTruncated(ReadOnlySpan<byte> message) => (message[2] & 2) != 0;

    /// <summary>The answer to this very question, or why these bytes are not it.</summary>
    /// <exception cref="DisbeliefException"/>
    public static void Match(ReadOnlySpan<byte> message, ushort id, string name, ushort type)
    {
        if (message.Length < 12 || (message[2] & 0x80) == 0 || (message[2] & 0x78) != 0) throw new DisbeliefException(NoAnswer);
        if (BinaryPrimitives.ReadUInt16BigEndian(message) != id) throw new DisbeliefException(OtherId);
        if (BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1) throw new DisbeliefException(OtherQuestion);
        var at = 12;
        try
        {
            if (DnsWire.Name(message, ref at) != name || at + 4 > message.Length || BinaryPrimitives.ReadUInt16BigEndian(message[at..]) != type
                || BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]) != DnsWire.Internet) throw new DisbeliefException(OtherQuestion);
        }
        catch (UnreadableException)
        {
            throw new DisbeliefException(OtherQuestion);
        }
    }

    /// <param name="mostAddresses">More refuse the whole answer.</param>
    /// <param name="mayBeLocal">True for names of zones that stand for local addresses.</param>
    /// <exception cref="DisbeliefException"/>
    public static NameAnswer Read(byte[] bytes, string name, ushort type, int mostAddresses, bool mayBeLocal)
    {
        ReadOnlySpan<byte> message = bytes;
        var code = message[3] & 15;
        if (code is not (DnsWire.NoError or DnsWire.NoSuchName)) throw new DisbeliefException(Unwilling, ask: true);
        try
        {
            return Read(message, bytes, code, name, type, mostAddresses, mayBeLocal);
        }
        catch (UnreadableException)
        {
            throw new DisbeliefException(Malformed, ask: true);
        }
    }

    private static NameAnswer Read(ReadOnlySpan<byte> message, byte[] bytes, int code, string name, ushort type, int mostAddresses, bool mayBeLocal)
    {
        var at = 12;
        DnsWire.Name(message, ref at);
        at += 4;
        int count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        if (count > MostRecords) throw new DisbeliefException(TooMany);
        var aliases = new Dictionary<string, (string Target, uint Seconds)>(StringComparer.Ordinal);
        var found = new List<(string Owner, Address Address, uint Seconds)>();
        var strangers = 0;
        for (var i = 0; i < count; i++)
        {
            var owner = DnsWire.Name(message, ref at);
            if (at + 10 > message.Length) throw new UnreadableException("a record", "the end of the message", at);
            var kind = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            var seconds = BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            var data = at + 10;
            if (data + length > message.Length) throw new UnreadableException("a record's data", "the end of the message", data);
            at = data + length;
            if (seconds > int.MaxValue) seconds = 0; // RFC 2181 section 8
            if (kind == DnsWire.Cname)
            {
                var position = data;
                var target = DnsWire.Name(message, ref position);
                if (position != at) throw new UnreadableException("an alias of the record's length", $"one that ends at 0x{position:x}", data);
                aliases.TryAdd(owner, (target, seconds));
            }
            else if (kind is DnsWire.A or DnsWire.Aaaa)
            {
                if (length != (kind == DnsWire.A ? 4 : 16)) throw new UnreadableException("an address", $"{length} bytes", data);
                var address = kind == DnsWire.A ? Address.V4(BinaryPrimitives.ReadUInt32BigEndian(message[data..])) : Address.V6(message.Slice(data, 16));
                // IPv4 in an IPv6 record would pass for another family than it is.
                if (kind == DnsWire.Aaaa && address.IsV4) throw new DisbeliefException(LocalAddress);
                if (!mayBeLocal && HidesLocal(address)) throw new DisbeliefException(LocalAddress);
                if (kind == type) found.Add((owner, address, seconds));
            }
        }
        if (type is not (DnsWire.A or DnsWire.Aaaa)) return new NameAnswer(code, [], 0, 0, bytes);
        var current = name;
        var least = uint.MaxValue;
        var followed = new HashSet<string>(StringComparer.Ordinal) { name };
        while (aliases.TryGetValue(current, out var alias))
        {
            least = Math.Min(least, alias.Seconds);
            current = alias.Target;
            if (!followed.Add(current) || followed.Count > MostAliases) throw new DisbeliefException(Circle);
        }
        strangers = aliases.Keys.Count(k => !followed.Contains(k)) + found.Count(f => f.Owner != current);
        var own = found.Where(f => f.Owner == current).ToList();
        if (own.Count > mostAddresses) throw new DisbeliefException(TooMany);
        foreach (var one in own) least = Math.Min(least, one.Seconds);
        if (own.Count == 0) least = Math.Min(least, Negative);
        return new NameAnswer(code, own.Select(f => f.Address).Distinct().ToList(), least, strangers, bytes);
    }

    /// <summary>Local itself, or an IPv6 form that carries a local IPv4 address: translated (RFC 6052), 6to4 (RFC 3056), compatible (RFC 4291).</summary>
    public static bool HidesLocal(Address address)
    {
        if (address.IsLocal) return true;
        if (address.IsV4) return false;
        if (address.High == 0x0064_ff9b_0000_0000 && address.Low >> 32 == 0 || address.High == 0 && address.Low >> 32 == 0) return Address.V4((uint)address.Low).IsLocal;
        if (address.High >> 48 == 0x2002) return Address.V4((uint)(address.High >> 16)).IsLocal;
        // Site-local (RFC 3879), withdrawn but routed in some homes; translated locally (RFC 8215).
        return address.High >> 54 == 0x3fb || address.High >> 16 == 0x0064_ff9b_0001;
    }
}
