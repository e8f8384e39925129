using System.Numerics;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Tests;

public class LabelAddressTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(160)]
    [InlineData(219)]
    public void A_token_comes_back_from_its_address(int length)
    {
        var token = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
        var address = LabelAddress.Write(token);
        Assert.StartsWith("https://assay.example/l#", address, StringComparison.Ordinal);
        Assert.Equal(token, LabelAddress.Read(address));
        Assert.Equal(token, LabelAddress.Read(address[24..]));
        Assert.Equal(token, LabelAddress.Read("HTTPS://ELSEWHERE.TEST/#" + address[24..]));
    }

    [Fact]
    public void The_digits_are_the_integer_of_one_and_the_token() => Assert.Equal("https://assay.example/l#65536", LabelAddress.Write([0, 0]));

    [Fact]
    public void The_longest_token_has_528_digits() =>
        Assert.Equal(LabelAddress.MaxDigits, LabelAddress.Write(Enumerable.Repeat((byte)0xff, Hallmark.MaxBytes).ToArray()).Length - LabelAddress.DefaultPrefix.Length);

    [Theory]
    [InlineData("https://assay.example/l#065536", "leading zero")]
    [InlineData("https://assay.example/l#", "0 characters")]
    [InlineData("https://assay.example/l", "no #")]
    [InlineData("https://assay.example/l#655 36", "another character")]
    [InlineData("https://assay.example/l#+65536", "another character")]
    [InlineData("https://assay.example/l#٣٤٥", "another character")]
    [InlineData("https://assay.example/l#65536#65536", "another character")]
    [InlineData("http://assay.example/l#65536", "another one")]
    [InlineData("javascript:#65536", "another one")]
    [InlineData("#65536", "another one")]
    [InlineData("https://a-very-long-host.example/l#65536", "characters")]
    [InlineData("https://assay.example/l#131072", "0x02")]
    [InlineData("https://assay.example/l#1", "found 0")]
    [InlineData("https://assay.example/l#0", "leading zero")]
    [InlineData("", "0 characters")]
    public void Another_address_is_refused_with_its_reason(string address, string reason)
    {
        Assert.Equal([0, 0], LabelAddress.Read("https://assay.example/l#65536"));
        Assert.Contains(reason, Assert.Throws<UnreadableException>(() => LabelAddress.Read(address)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_digits_than_a_token_has_are_refused_before_they_are_counted()
    {
        Assert.Throws<UnreadableException>(() => LabelAddress.Read(new string('9', 50_000_000)));
        Assert.Throws<UnreadableException>(() => LabelAddress.Read("https://assay.example/l#" + (BigInteger.One << 1760)));
    }
}
