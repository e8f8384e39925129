using System.Text;
using Assay.Evidence.Cryptography;
using Assay.Tests;

namespace Assay.Evidence.Tests.Cryptography;

public class CryptTests
{
    [Theory]
    [InlineData("-1", "saltsalt", "root")]
    [InlineData("-1", "x", "a much longer password than sixteen bytes")]
    [InlineData("-1", "abcdefgh", "")]
    [InlineData("-apr1", "Zz/.9", "admin")]
    [InlineData("-5", "abcdefghijklmnop", "12345678")]
    [InlineData("-5", "q", "a password that is clearly longer than thirty-two bytes")]
    [InlineData("-6", "abcdefgh", "klv1234")]
    [InlineData("-6", "abcdefghijklmnop", "eine Prüfung mit Umlauten, die länger ist als 1 Zeile")]
    public void What_openssl_hashes_is_recognised_and_another_password_is_not(string scheme, string salt, string password)
    {
        Tool.Need("openssl", "openssl");
        var hash = Tool.Run("openssl", ["passwd", scheme, "-salt", salt, "-stdin"], input: Encoding.UTF8.GetBytes(password + "\n")).Text.Trim();
        Assert.True(Crypt.Verify(hash, password), hash);
        Assert.False(Crypt.Verify(hash, password + "x"));
    }

    [Theory]
    [InlineData("ab", "root")]
    [InlineData("./", "")]
    [InlineData("zZ", "12345678")]
    [InlineData("9k", "longer than eight")]
    [InlineData("Q7", "xc3511")]
    public void What_the_system_s_DES_crypt_hashes_is_recognised_and_another_password_is_not(string salt, string password)
    {
        Tool.Need("perl", "perl");
        var hash = Tool.Run("perl", ["-e", "print crypt($ARGV[0], $ARGV[1])", password, salt]).Text;
        if (hash.Length != 13) Assert.Skip("this system's crypt(3) knows no DES");
        Assert.True(Crypt.Verify(hash, password), hash);
        Assert.False(Crypt.Verify(hash, "y" + password));
    }

    [Theory]
    [InlineData("$6$rounds=999999999$salt$abcdefgh")]
    [InlineData("$6$rounds=99999999999999$salt$abc")]
    [InlineData("$6$nosecond")]
    [InlineData("$1$")]
    [InlineData("$y$j9T$abc$def")]
    [InlineData("$5$rounds=$")]
    public void A_hash_that_cannot_be_tried_or_would_cost_too_much_gives_no_answer(string hash) => Assert.Null(Crypt.Verify(hash, "root"));

    [Theory]
    [InlineData("", "no password", true)]
    [InlineData("$1$abc$def", "md5crypt", true)]
    [InlineData("$6$abc$def", "sha512crypt", false)]
    [InlineData("$2b$12$abcdefghijklmnopqrstuv", "bcrypt", false)]
    [InlineData("$y$j9T$abc$def", "yescrypt", false)]
    [InlineData("abJnggxhB/yWI", "DES crypt", true)]
    [InlineData("abJnggxhB/yWIabJnggxhB/y", "bigcrypt", true)]
    [InlineData("8846f7eaee8fb117ad06bdd830b7586c", "unsalted MD5 or NT hash", true)]
    [InlineData("hunter", "plain text", true)]
    public void A_password_field_tells_its_scheme(string field, string name, bool weak)
    {
        var scheme = PasswordScheme.Of(field);
        Assert.Equal(name, scheme?.Name);
        Assert.Equal(weak, scheme?.IsWeak);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("!")]
    [InlineData("!!")]
    [InlineData("x")]
    [InlineData("*LK*")]
    [InlineData("NP")]
    [InlineData("!$1$abc$def")]
    public void A_locked_account_is_not_an_empty_password(string field) => Assert.Null(PasswordScheme.Of(field));

    [Fact]
    public void A_known_default_is_found_behind_its_hash_and_an_unknown_one_is_not()
    {
        Tool.Need("openssl", "openssl");
        var trials = new PasswordTrials();
        Assert.Equal("xc3511", trials.Find("root", Hash("xc3511")));
        Assert.Equal("kamera", trials.Find("kamera", Hash("kamera")));
        Assert.Equal("", trials.Find("root", Hash("")));
        Assert.Null(trials.Find("root", Hash("Ahb4-quae-7xoo")));
        static string Hash(string password) => Tool.Run("openssl", ["passwd", "-1", "-salt", "s4lt", "-stdin"], input: Encoding.UTF8.GetBytes(password + "\n")).Text.Trim();
    }

    [Fact]
    public void Trials_end_when_their_budget_ends()
    {
        Tool.Need("openssl", "openssl");
        var hash = Tool.Run("openssl", ["passwd", "-1", "-salt", "s4lt", "oelinux123"]).Text.Trim();
        Assert.Null(new PasswordTrials(most: 5).Find("root", hash));
        Assert.Equal("oelinux123", new PasswordTrials().Find("root", hash));
    }
}
