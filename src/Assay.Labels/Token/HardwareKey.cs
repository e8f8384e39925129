using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>An ES256 key whose private half stays in a hardware token; the framework's forms of signatures are made around it.</summary>
internal sealed class HardwareKey : ECDsa
{
    // OBJECT IDENTIFIER 1.2.840.10045.3.1.7.
    private static readonly byte[] P256 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

    private readonly HardwareToken token;
    private readonly ECDsa publicHalf;

    /// <exception cref="UnreadableException">No such key, or not one on P-256.</exception>
    internal HardwareKey(HardwareAddress address, string? pin)
    {
        token = new HardwareToken(address, pin);
        try
        {
            if (!token.Parameters.AsSpan().SequenceEqual(P256) || token.Point is not [4, ..] || token.Point.Length != 65) throw new UnreadableException($"{address} on the curve P-256", "another curve", 0);
            publicHalf = Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = token.Point[1..33], Y = token.Point[33..] } });
        }
        catch (CryptographicException wrong)
        {
            token.Dispose();
            throw new UnreadableException($"{address} on the curve P-256", wrong.Message, 0);
        }
        catch
        {
            token.Dispose();
            throw;
        }
        KeySizeValue = publicHalf.KeySize;
    }

    /// <exception cref="IOException">The token does not sign.</exception>
    public override byte[] SignHash(byte[] hash) => token.Sign(HardwareToken.Ecdsa, hash);

    public override bool VerifyHash(byte[] hash, byte[] signature) => publicHalf.VerifyHash(hash, signature);

    public override ECParameters ExportParameters(bool includePrivateParameters) =>
        includePrivateParameters ? throw new CryptographicException("the private half of a key stays in its token") : publicHalf.ExportParameters(false);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            token.Dispose();
            publicHalf.Dispose();
        }
        base.Dispose(disposing);
    }
}
