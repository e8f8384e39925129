using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Assay.Custody.Freezing;
using Assay.Custody.Verification;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Custody.Tests.Verification;

public class CustodyCheckTests
{
    [Fact]
    public void A_freeze_as_it_was_written_is_whole_and_names_its_signer()
    {
        var check = CustodyCheck.Of(Frozen.Plain(), Frozen.Signer);
        Assert.True(check.IsWhole, string.Join("; ", check.Faults));
        Assert.Equal("CN=gateway at Elm Street 4", check.Signer!.Name);
        Assert.Equal(Frozen.Time, check.Signer.SignedAt);
        Assert.True(check.Signer is { IsExpected: true, SelfSigned: true });
        Assert.Equal(["leases.txt", "policy/rules.nft", "ring.pcap", "README.txt", "page.html"], check.Items.Select(i => i.Name));
    }

    [Fact]
    public void Any_single_bit_that_changes_is_found()
    {
        var freeze = Frozen.Plain();
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var changed = freeze.ToArray();
            var bit = random.Next(changed.Length * 8);
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(IsWhole(changed), $"bit {bit} of {freeze.Length * 8}");
        }
        Assert.True(IsWhole(freeze));
    }

    [Fact]
    public void A_change_of_which_the_zip_was_told_is_found_by_the_sums_and_the_signature()
    {
        var files = CustodyCheck.Of(Frozen.Plain()).Files.Select(f => (f.Key, f.Value)).ToList();
        Assert.True(CustodyCheck.Of(StoredZip.Write(files, Frozen.Time)).IsWhole);
        var random = new Random(2);
        for (var i = 0; i < 300; i++)
        {
            var (name, bytes) = files[random.Next(files.Count)];
            var changed = bytes.ToArray();
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            var forged = CustodyCheck.Of(StoredZip.Write([.. files.Select(f => f.Key == name ? (name, changed) : f)], Frozen.Time), Frozen.Signer);
            // Not every bit of a signature's encoding carries meaning; every bit of what is signed does.
            if (name != FreezeLayout.Signature) Assert.False(forged.IsWhole, name);
            else if (forged.IsWhole) Assert.Equal("CN=gateway at Elm Street 4", forged.Signer!.Name);
        }
    }

    [Fact]
    public void Missing_extra_and_changed_items_are_named_even_when_the_sums_were_written_anew()
    {
        var files = CustodyCheck.Of(Frozen.Plain()).Files.Select(f => (f.Key, f.Value)).ToList();
        var missing = CustodyCheck.Of(StoredZip.Write([.. files.Where(f => f.Key != "leases.txt")], Frozen.Time));
        Assert.Equal("leases.txt", Assert.Single(missing.Items, i => i.State == ItemState.Missing).Name);
        var extra = CustodyCheck.Of(StoredZip.Write([.. files, ("more.txt", "more"u8.ToArray())], Frozen.Time));
        Assert.Equal("more.txt", Assert.Single(extra.Items, i => i.State == ItemState.Extra).Name);
        var changed = CustodyCheck.Of(StoredZip.Write([.. files.Select(f => f.Key == "leases.txt" ? (f.Key, "other"u8.ToArray()) : f)], Frozen.Time));
        Assert.Equal("leases.txt", Assert.Single(changed.Items, i => i.State == ItemState.Changed).Name);
        Assert.All([missing, extra, changed], c => Assert.False(c.IsWhole));
        Assert.All([missing, extra, changed], c => Assert.NotNull(c.Signer)); // the list itself is still the signer's

        foreach (var name in new[] { FreezeLayout.Sums, FreezeLayout.Signature })
        {
            Assert.False(CustodyCheck.Of(StoredZip.Write([.. files.Where(f => f.Key != name)], Frozen.Time)).IsWhole);
        }
        var sums = Encoding.ASCII.GetBytes(string.Concat(files.Where(f => f.Key is not (FreezeLayout.Sums or FreezeLayout.Signature or "leases.txt"))
            .Select(f => $"{Convert.ToHexStringLower(SHA256.HashData(f.Value.Span))}  {f.Key}\n")));
        var anew = CustodyCheck.Of(StoredZip.Write([.. files.Where(f => f.Key != "leases.txt").Select(f => f.Key == FreezeLayout.Sums ? (f.Key, sums) : f)], Frozen.Time));
        Assert.False(anew.IsWhole);
        Assert.Null(anew.Signer);
    }

    [Fact]
    public void Another_signer_than_the_expected_one_is_said()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = FreezeCertificate.SelfSigned(key, "gateway at Elm Street 4", Frozen.Time, TimeSpan.FromDays(9));
        var forged = CustodyCheck.Of(Freeze.Write(Frozen.Items, Frozen.Page, other, key), Frozen.Signer);
        Assert.False(forged.IsWhole);
        Assert.False(forged.Signer!.IsExpected);
        Assert.True(CustodyCheck.Of(Freeze.Write(Frozen.Items, Frozen.Page, other, key)).IsWhole);
    }

    [Fact]
    public void An_encrypted_freeze_opens_for_its_recipient_alone()
    {
        var sealedUp = Freeze.Write(Frozen.Items, Frozen.Page, Frozen.Signer, Frozen.Key, Frozen.Recipient);
        Assert.True(CustodyCheck.Of(sealedUp, Frozen.Signer, Frozen.Recipient, Frozen.RecipientKey) is { IsWhole: true, WasEncrypted: true });
        Assert.Contains("encrypted", Assert.Throws<UnreadableException>(() => CustodyCheck.Of(sealedUp)).Message, StringComparison.Ordinal);
        using var key = RSA.Create(2048);
        Assert.Throws<UnreadableException>(() => CustodyCheck.Of(sealedUp, null, Frozen.Recipient, key));
        using var other = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=Other", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(Frozen.Time, Frozen.Time.AddDays(9));
        Assert.Contains("other recipients", Assert.Throws<UnreadableException>(() => CustodyCheck.Of(sealedUp, null, other, key)).Message, StringComparison.Ordinal);

        // CBC has no integrity of its own: what is inside has. A changed envelope gives the same evidence or none.
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var changed = sealedUp.ToArray();
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                var check = CustodyCheck.Of(changed, Frozen.Signer, Frozen.Recipient, Frozen.RecipientKey);
                if (check.IsWhole) Assert.Equal(Frozen.Items[0].Bytes.ToArray(), check.Files["ring.pcap"].ToArray());
            }
            catch (UnreadableException)
            {
            }
        }
    }

    [Theory]
    [InlineData("../../etc/cron.d/x")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("C:\\x")]
    [InlineData("nul\0l")]
    public void A_name_that_leads_elsewhere_is_refused(string name)
    {
        var files = CustodyCheck.Of(Frozen.Plain()).Files.Select(f => (f.Key, f.Value)).Append((name, "x"u8.ToArray())).ToList();
        var refusal = Assert.Throws<UnreadableException>(() => CustodyCheck.Of(StoredZip.Write(files, Frozen.Time)));
        Assert.Contains("stays in its folder", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zip_bombs_and_zips_of_other_programs_are_refused_without_inflating()
    {
        var bomb = new MemoryStream();
        using (var zip = new ZipArchive(bomb, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("SHA256SUMS", CompressionLevel.SmallestSize).Open();
            for (var i = 0; i < 64; i++) entry.Write(new byte[1 << 20]);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<UnreadableException>(() => CustodyCheck.Of(bomb.ToArray()));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);

        // Two directory entries that show the same bytes (an overlap), and bytes between files that no entry shows.
        var freeze = Frozen.Plain();
        var end = freeze.Length - 22 - 105;
        var directory = BitConverter.ToInt32(freeze, end + 16);
        var overlap = freeze.ToArray();
        overlap.AsSpan(directory + 42, 4).CopyTo(overlap.AsSpan(directory + 42 + 46 + "leases.txt".Length));
        Assert.Throws<UnreadableException>(() => CustodyCheck.Of(overlap));
        byte[] hidden = [.. freeze.AsSpan(0, directory), .. "hidden"u8, .. freeze.AsSpan(directory)];
        BitConverter.TryWriteBytes(hidden.AsSpan(end + 6 + 16), directory + 6);
        Assert.Throws<UnreadableException>(() => CustodyCheck.Of(hidden));
    }

    [Fact]
    public void Cut_and_random_bytes_are_refused_and_never_crash()
    {
        var freeze = Frozen.Plain();
        for (var length = 0; length < freeze.Length; length += 37) Assert.False(IsWhole(freeze[..length]));
        var random = new Random(4);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (i % 2 == 0 && bytes.Length > 0) bytes[0] = 0x30;
            Assert.False(IsWhole(bytes));
        }
    }

    private static bool IsWhole(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return CustodyCheck.Of(bytes, Frozen.Signer).IsWhole;
        }
        catch (UnreadableException)
        {
            return false;
        }
    }
}
