using System.Runtime.InteropServices;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>
/// One key in a hardware token, spoken to by PKCS #11 version 2.40: it signs and never leaves. The interface is a table of C functions, called as they stand there,
/// so that native programs speak it too.
/// </summary>
/// <remarks>Linux and other systems whose <c>CK_ULONG</c> is a machine word. A token that was pulled and put back is found again at the next signature, with the PIN that was right before.</remarks>
internal sealed unsafe class HardwareToken : IDisposable
{
    /// <summary>ECDSA over a hash of 32 bytes; r and s of 32 bytes each come back.</summary>
    internal const nuint Ecdsa = 0x1041;
    /// <summary>Ed25519 over a message.</summary>
    internal const nuint Eddsa = 0x1057;

    // Places in the table of functions, which begins with a version.
    private const int Initialize = 0, GetSlotList = 4, GetTokenInfo = 6, OpenSession = 12, CloseSession = 13, Login = 18, GetAttributeValue = 24, FindObjectsInit = 26, FindObjects = 27,
        FindObjectsFinal = 28, SignInit = 42, SignOnce = 43;
    private const nuint Ok = 0, PinIncorrect = 0xa0, PinLocked = 0xa4, AlreadyLoggedIn = 0x100, AlreadyInitialized = 0x191;
    private const nuint Class = 0, Label = 3, Identifier = 0x102, EcParams = 0x180, EcPoint = 0x181, PublicKey = 2, PrivateKey = 3;
    private const int MostSlots = 256, MostAttribute = 1024;
    private static readonly Lock Loading = new();
    private static readonly Dictionary<string, nint> Modules = [];

    private readonly HardwareAddress address;
    private readonly byte[] pin;
    private readonly Lock signing = new();
    private readonly nint* functions;
    private nuint session, key;
    private bool isOpen;

    /// <param name="pin">Of the token's user.</param>
    /// <exception cref="UnreadableException">No such module, token or key, or another PIN.</exception>
    internal HardwareToken(HardwareAddress address, string? pin)
    {
        if (OperatingSystem.IsWindows()) throw new UnreadableException("a system where hardware tokens are spoken to", "Windows", 0);
        if (string.IsNullOrEmpty(pin)) throw new UnreadableException($"the PIN of {address} in {PassPhrase.Variable}", "none", 0);
        this.address = address;
        this.pin = Encoding.UTF8.GetBytes(pin);
        functions = (nint*)(Module(address.Module) + sizeof(nint));
        Open();
        try
        {
            var public_ = Find(PublicKey);
            (Parameters, Point) = (Attribute(public_, EcParams), OctetString(Attribute(public_, EcPoint)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>CKA_EC_PARAMS of the public half, DER.</summary>
    internal byte[] Parameters { get; }
    /// <summary>CKA_EC_POINT of the public half: 65 bytes of P-256, or 32 of Ed25519.</summary>
    internal byte[] Point { get; }

    /// <param name="mechanism"><see cref="Ecdsa"/> or <see cref="Eddsa"/>.</param>
    /// <returns>64 bytes.</returns>
    /// <exception cref="IOException">The token does not sign.</exception>
    internal byte[] Sign(nuint mechanism, ReadOnlySpan<byte> message)
    {
        lock (signing)
        {
            for (var again = false; ; again = true)
            {
                var answer = isOpen ? TrySign(mechanism, message, out var signature) : TryOpenAndSign(mechanism, message, out signature);
                if (answer == Ok) return signature;
                if (again) throw new IOException($"{address} does not sign: PKCS #11 answers 0x{answer:x}");
                Close();
            }
        }
    }

    private nuint TryOpenAndSign(nuint mechanism, ReadOnlySpan<byte> message, out byte[] signature)
    {
        try
        {
            Open();
        }
        catch (UnreadableException gone)
        {
            throw new IOException($"{address} does not sign: {gone.Message}", gone);
        }
        return TrySign(mechanism, message, out signature);
    }

    private nuint TrySign(nuint mechanism, ReadOnlySpan<byte> message, out byte[] signature)
    {
        signature = new byte[64];
        // CK_MECHANISM: its number, no parameter.
        var asked = stackalloc nuint[3] { mechanism, 0, 0 };
        var answer = ((delegate* unmanaged[Cdecl]<nuint, nuint*, nuint, nuint>)functions[SignInit])(session, asked, key);
        if (answer != Ok) return answer;
        nuint length = 64;
        fixed (byte* data = message)
        fixed (byte* into = signature)
        {
            answer = ((delegate* unmanaged[Cdecl]<nuint, byte*, nuint, byte*, nuint*, nuint>)functions[SignOnce])(session, data, (nuint)message.Length, into, &length);
        }
        return answer == Ok && length != 64 ? throw new IOException($"{address} gave a signature of {length} bytes, not of 64") : answer;
    }

    private void Open()
    {
        nuint opened;
        // CKF_SERIAL_SESSION, for reading.
        Check(((delegate* unmanaged[Cdecl]<nuint, nuint, void*, void*, nuint*, nuint>)functions[OpenSession])(Slot(), 4, null, null, &opened), "a session");
        (session, isOpen) = (opened, true);
        try
        {
            nuint answer;
            fixed (byte* secret = pin) answer = ((delegate* unmanaged[Cdecl]<nuint, nuint, byte*, nuint, nuint>)functions[Login])(session, 1, secret, (nuint)pin.Length);
            if (answer is PinIncorrect or PinLocked) throw new UnreadableException($"the PIN of {address}", answer == PinLocked ? "a token that is locked after wrong ones" : "another PIN", 0);
            if (answer != AlreadyLoggedIn) Check(answer, "a log-in");
            key = Find(PrivateKey);
        }
        catch
        {
            Close();
            throw;
        }
    }

    private nuint Slot()
    {
        nuint count = MostSlots;
        var slots = stackalloc nuint[MostSlots];
        Check(((delegate* unmanaged[Cdecl]<byte, nuint*, nuint*, nuint>)functions[GetSlotList])(1, slots, &count), "a list of its slots");
        // CK_TOKEN_INFO: the label in 32 bytes, maker and model in 48, the serial number in 16, then what is not asked for.
        var info = stackalloc byte[512];
        for (nuint i = 0; i < count; i++)
        {
            if (((delegate* unmanaged[Cdecl]<nuint, byte*, nuint>)functions[GetTokenInfo])(slots[i], info) != Ok) continue;
            if ((address.Token is null || Padded(info, 32) == address.Token) && (address.Serial is null || Padded(info + 80, 16) == address.Serial)) return slots[i];
        }
        throw new UnreadableException($"{address}", $"{count} tokens, and none of that name", 0);
    }

    private static string Padded(byte* text, int length) => Encoding.UTF8.GetString(text, length).TrimEnd(' ', '\0');

    // The one object of a class with the label and id of the address.
    private nuint Find(nuint kind)
    {
        var label = address.Label is null ? [] : Encoding.UTF8.GetBytes(address.Label);
        var id = address.Id ?? [];
        var found = stackalloc nuint[2];
        nuint count = 0;
        fixed (byte* labelAt = label, idAt = id)
        {
            // CK_ATTRIBUTE: its kind, where its value lies, how long that is.
            var template = stackalloc nuint[9];
            (template[0], template[1], template[2]) = (Class, (nuint)(&kind), (nuint)sizeof(nuint));
            nuint asked = 1;
            if (address.Label is not null)
            {
                (template[3], template[4], template[5]) = (Label, (nuint)labelAt, (nuint)label.Length);
                asked++;
            }
            if (address.Id is not null)
            {
                (template[3 * asked], template[3 * asked + 1], template[3 * asked + 2]) = (Identifier, (nuint)idAt, (nuint)id.Length);
                asked++;
            }
            Check(((delegate* unmanaged[Cdecl]<nuint, nuint*, nuint, nuint>)functions[FindObjectsInit])(session, template, asked), "a search");
            var answer = ((delegate* unmanaged[Cdecl]<nuint, nuint*, nuint, nuint*, nuint>)functions[FindObjects])(session, found, 2, &count);
            ((delegate* unmanaged[Cdecl]<nuint, nuint>)functions[FindObjectsFinal])(session);
            Check(answer, "a search");
        }
        return count == 1 ? found[0] : throw new UnreadableException($"{address}, with one {(kind == PublicKey ? "public" : "private")} half", count == 0 ? "none" : "several", 0);
    }

    private byte[] Attribute(nuint of, nuint kind)
    {
        var value = new byte[MostAttribute];
        fixed (byte* at = value)
        {
            var template = stackalloc nuint[3] { kind, (nuint)at, MostAttribute };
            Check(((delegate* unmanaged[Cdecl]<nuint, nuint, nuint*, nuint, nuint>)functions[GetAttributeValue])(session, of, template, 1), "the public half of a key");
            return template[2] <= MostAttribute ? value[..(int)template[2]] : throw new UnreadableException($"an attribute of at most {MostAttribute} bytes", "more", 0);
        }
    }

    // A point stands in an OCTET STRING; some tokens leave that out.
    private static byte[] OctetString(byte[] value) => value is [4, var length, ..] && length == value.Length - 2 ? value[2..] : value;

    private void Check(nuint answer, string what)
    {
        if (answer != Ok) throw new UnreadableException($"{what} of {address}", $"PKCS #11 answers 0x{answer:x}", 0);
    }

    // A module is loaded and made ready once for the whole program.
    private static nint Module(string file)
    {
        lock (Loading)
        {
            if (Modules.TryGetValue(file, out var known)) return known;
            if (!NativeLibrary.TryLoad(file, out var library)) throw new UnreadableException("a PKCS #11 module", $"nothing that can be loaded at {file}", 0);
            if (!NativeLibrary.TryGetExport(library, "C_GetFunctionList", out var export)) throw new UnreadableException("a PKCS #11 module", $"another library at {file}", 0);
            nint table;
            var answer = ((delegate* unmanaged[Cdecl]<nint*, nuint>)export)(&table);
            // CK_C_INITIALIZE_ARGS: no locks of ours, those of the system may be used.
            var arguments = stackalloc nuint[6] { 0, 0, 0, 0, 2, 0 };
            if (answer == Ok) answer = ((delegate* unmanaged[Cdecl]<nuint*, nuint>)((nint*)(table + sizeof(nint)))[Initialize])(arguments);
            if (answer is not (Ok or AlreadyInitialized)) throw new UnreadableException("a PKCS #11 module that starts", $"0x{answer:x} from {file}", 0);
            return Modules[file] = table;
        }
    }

    private void Close()
    {
        if (isOpen) ((delegate* unmanaged[Cdecl]<nuint, nuint>)functions[CloseSession])(session);
        isOpen = false;
    }

    public void Dispose()
    {
        Close();
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(pin);
    }
}
