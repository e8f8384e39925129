using System.Formats.Cbor;
using System.Security.Cryptography;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Tests;

/// <summary>One good token, and everything that must not pass for it. Each test first shows that the good one passes.</summary>
public class ForgedTokenTests
{
    private readonly Samples samples = new();
    private readonly byte[] good;

    public ForgedTokenTests()
    {
        good = Samples.Hallmark().Sign(samples.Issuer);
        Assert.True(Passes(good));
    }

    private bool Passes(byte[] token) => CoseSign1.Read(token, maxBytes: Hallmark.MaxBytes).Verify(samples.Issuer.Public);

    private bool Refuses(byte[] token)
    {
        try
        {
            var message = CoseSign1.Read(token, maxBytes: Hallmark.MaxBytes);
            _ = SignedFile.Read(token);
            return !message.Verify(samples.Issuer.Public);
        }
        catch (UnreadableException)
        {
            return true;
        }
    }

    [Fact]
    public void No_bit_of_a_token_can_be_flipped()
    {
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var forged = (byte[])good.Clone();
            forged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.True(Refuses(forged), $"bit {bit % 8} of byte {bit / 8}");
        }
    }

    [Fact]
    public void No_part_of_a_token_passes_for_the_whole()
    {
        for (var length = 0; length < good.Length; length++) Assert.True(Refuses(good[..length]), $"{length} bytes");
    }

    [Fact]
    public void Nothing_may_follow_a_token() => Assert.True(Refuses([.. good, 0]));

    [Fact]
    public void A_token_may_be_untagged_or_stand_in_the_tag_of_a_web_token_and_in_no_other()
    {
        Assert.True(Passes(good[1..]));
        Assert.True(Passes([0xd8, 61, .. good]));
        Assert.True(Refuses([0xd8, 62, .. good]));
        Assert.True(Refuses([0xd8, 61, 0xd8, 61, .. good]));
        Assert.True(Refuses([0xd2, .. good]));
        Assert.True(Refuses([0xd1, .. good[1..]]));
    }

    [Fact]
    public void A_token_of_more_bytes_than_the_box_carries_is_refused_before_it_is_read() =>
        Assert.Contains("at most 219", Assert.Throws<UnreadableException>(() => CoseSign1.Read(new byte[220], maxBytes: Hallmark.MaxBytes)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a10126", true)] // {1: -7}
    [InlineData("a1013822", false)] // ES384
    [InlineData("a10127", false)] // EdDSA
    [InlineData("a1013a00010000", false)] // a private one
    [InlineData("a101654553323536", false)] // "ES256" as text
    [InlineData("a0", false)] // none
    [InlineData("", false)] // none, as an empty string
    [InlineData("a2012601 26", false)] // twice
    [InlineData("a1180126", false)] // the label in two bytes
    [InlineData("bf0126ff", false)] // a map without a length
    [InlineData("a20126028101", false)] // a critical header that we do not know
    [InlineData("a2044101 0126", false)] // keys out of order
    public void Only_es256_in_deterministic_protected_headers_is_read(string headers, bool passes)
    {
        var token = Made(Convert.FromHexString(headers.Replace(" ", "", StringComparison.Ordinal)), [0xa0]);
        Assert.Equal(passes, !Refused(token));
    }

    [Theory]
    [InlineData("a0", true)]
    [InlineData("a10126", false)] // the algorithm again
    [InlineData("a1044101", true)]
    [InlineData("a204410104 4102", false)] // a label twice
    [InlineData("a1f50c", false)] // a label that is neither number nor text
    public void The_unprotected_headers_may_not_speak_of_the_algorithm(string headers, bool passes) =>
        Assert.Equal(passes, !Refused(Made([0xa1, 0x01, 0x26], Convert.FromHexString(headers.Replace(" ", "", StringComparison.Ordinal)))));

    [Fact]
    public void A_label_has_one_form_and_takes_no_header_that_is_not_signed()
    {
        Assert.NotNull(SignedFile.Read(good).Hallmark);
        var at = good.AsSpan().IndexOf((byte)0xa0);
        byte[] added = [.. good[..at], 0xa1, 0x18, 0x63, 0x00, .. good[(at + 1)..]];
        Assert.True(CoseSign1.Read(added).Verify(samples.Issuer.Public));
        Assert.Throws<UnreadableException>(() => SignedFile.Read(added));
    }

    [Fact]
    public void The_algorithm_outside_the_protected_headers_does_not_count() => Assert.True(Refused(Made([0xa0], [0xa1, 0x01, 0x26])));

    [Fact]
    public void A_signature_in_the_other_encoding_is_refused()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = ec.SignData([1, 2, 3], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        Assert.True(Refused(Made([0xa1, 0x01, 0x26], [0xa0], der)));
        var key = VerifyingKey.FromSpki(ec.ExportSubjectPublicKeyInfo());
        Assert.False(key.Verify([1, 2, 3], der));
        Assert.True(key.Verify([1, 2, 3], ec.SignData([1, 2, 3], HashAlgorithmName.SHA256)));
    }

    [Fact]
    public void A_key_on_another_curve_is_refused()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(8, VerifyingKey.FromSpki(p256.ExportSubjectPublicKeyInfo()).Id.Length);
        Assert.Throws<UnreadableException>(() => VerifyingKey.FromSpki(p384.ExportSubjectPublicKeyInfo()));
        Assert.Throws<UnreadableException>(() => VerifyingKey.FromSpki(rsa.ExportSubjectPublicKeyInfo()));
        Assert.Throws<UnreadableException>(() => VerifyingKey.FromSpki([.. p256.ExportSubjectPublicKeyInfo(), 0]));
        Assert.Throws<UnreadableException>(() => VerifyingKey.FromPem("not a key"));
        Assert.Throws<UnreadableException>(() => SigningKey.FromPem(p384.ExportPkcs8PrivateKeyPem()));
        Assert.Throws<UnreadableException>(() => SigningKey.FromPem(p256.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<UnreadableException>(() => VerifyingKey.FromPoint(new byte[32], new byte[32]));
    }

    [Fact]
    public void The_same_claims_in_another_encoding_are_refused()
    {
        var payload = CoseSign1.Read(good).Payload.ToArray();
        Assert.Equal(0xa7 - 1, payload[0]);
        // The map's length in two bytes instead of one, signed anew with the true key: the form alone refuses it.
        byte[] loose = [0xb8, (byte)(payload[0] & 0x1f), .. payload[1..]];
        var token = CoseSign1.Sign(samples.Issuer, loose);
        Assert.True(CoseSign1.Read(token).Verify(samples.Issuer.Public));
        Assert.Throws<UnreadableException>(() => Hallmark.Read(token));
        // A claim twice, also signed with the true key.
        byte[] twice = [0xa7, 0x01, 0x63, (byte)'d', (byte)'e', (byte)'v', .. payload[1..]];
        Assert.Throws<UnreadableException>(() => Hallmark.Read(CoseSign1.Sign(samples.Issuer, twice)));
    }

    [Fact]
    public void A_token_of_one_kind_does_not_pass_for_another()
    {
        Assert.Throws<UnreadableException>(() => Decision.Read(good));
        Assert.Throws<UnreadableException>(() => Certificate.Read(good));
        Assert.Throws<UnreadableException>(() => Statement.Read(good));
        Assert.Throws<UnreadableException>(() => Hallmark.Read(samples.Statement()));
        Assert.Equal("Lumen/Doorbell", Statement.Read(samples.Statement()).Subject);
    }

    [Fact]
    public void Garbage_never_makes_another_exception_than_unreadable()
    {
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var garbage = new byte[random.Next(0, 400)];
            random.NextBytes(garbage);
            if (seed % 2 == 0 && garbage.Length > 4) (garbage[0], garbage[1]) = (0xd2, 0x84);
            Assert.True(RefusesWithReason(garbage), $"seed {seed}");
            var mutated = (byte[])good.Clone();
            for (var i = 0; i < 1 + seed % 5; i++) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            if (!mutated.AsSpan().SequenceEqual(good)) Assert.True(Refuses(mutated), $"seed {seed}");
        }
    }

    [Fact]
    public void A_message_that_nests_without_end_is_refused()
    {
        Assert.Throws<UnreadableException>(() => CborValue.Read(Enumerable.Repeat((byte)0x81, 1_000_000).Append((byte)0).ToArray(), CborForm.WellFormed));
        Assert.Throws<UnreadableException>(() => CborValue.Read(new byte[] { 0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, CborForm.WellFormed));
        Assert.Throws<UnreadableException>(() => CborValue.Read(new byte[] { 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, CborForm.WellFormed));
    }

    private static bool RefusesWithReason(byte[] bytes)
    {
        try
        {
            _ = Hallmark.Of(CborValue.Read(CoseSign1.Read(bytes, CborForm.WellFormed).Payload, CborForm.Deterministic));
            return false;
        }
        catch (UnreadableException wrong)
        {
            return wrong.Expected.Length > 0;
        }
    }

    private static bool Refused(byte[] token)
    {
        try
        {
            CoseSign1.Read(token);
            return false;
        }
        catch (UnreadableException)
        {
            return true;
        }
    }

    private static byte[] Made(byte[] protectedHeaders, byte[] unprotected, byte[]? signature = null)
    {
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteTag((CborTag)18);
        writer.WriteStartArray(4);
        writer.WriteByteString(protectedHeaders);
        writer.WriteEncodedValue(unprotected);
        writer.WriteByteString([0xa0]);
        writer.WriteByteString(signature ?? new byte[64]);
        writer.WriteEndArray();
        return writer.Encode();
    }
}
