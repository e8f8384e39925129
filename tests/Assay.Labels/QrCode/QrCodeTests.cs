using Assay.Evidence.Reading;
using Assay.Labels.QrCode;
using Assay.Labels.Token;
using Assay.Tests;
using Code = Assay.Labels.QrCode.QrCode;

namespace Assay.Labels.Tests;

public class QrCodeTests
{
    private static readonly QrLevel[] Levels = [QrLevel.L, QrLevel.M, QrLevel.Q, QrLevel.H];

    // A byte segment and as many digits as a code of this version and level holds.
    private static Code Full(int version, QrLevel level, out string text)
    {
        const string Prefix = "https://a.eu/#";
        var prefix = QrLayout.Of(version).DataBytes(level) < 40 ? "#" : Prefix;
        var bits = QrLayout.Of(version).DataBytes(level) * 8 - 4 - Code.CountBits(false, version) - prefix.Length * 8 - 4 - Code.CountBits(true, version);
        var digits = bits / 10 * 3;
        text = prefix + string.Concat(Enumerable.Range(0, digits).Select(i => (char)('0' + (i * 7 + i / 10 + version) % 10)));
        return Code.OfAddress(text, level);
    }

    [Fact]
    public void Every_version_at_every_level_is_read_back_by_ourselves_from_both_pictures()
    {
        for (var version = 1; version <= 40; version++)
        {
            foreach (var level in Levels)
            {
                var code = Full(version, level, out var text);
                Assert.Equal(version, code.Version);
                var picture = new LabelPicture { Code = code, Words = "TEST, NOT A LABEL" };
                var read = LabelPicture.ReadSvg(System.Text.Encoding.UTF8.GetBytes(picture.ToSvg()));
                Assert.Equal(new QrText(text, version, level, code.Mask, 0), read);
                if (version % 5 == 1 || version is 10 or 11) Assert.Equal(read, LabelPicture.ReadPoints(picture.ToPng()));
            }
        }
    }

    [Fact]
    public void Every_version_at_every_level_is_read_by_zbar()
    {
        Tool.Need("zbarimg", "zbar-tools");
        using var scratch = new Scratch();
        var texts = new List<string>();
        var files = new List<string>();
        for (var version = 1; version <= 40; version++)
        {
            foreach (var level in Levels)
            {
                var code = Full(version, level, out var text);
                files.Add(scratch.File($"{version:00}-{level}.png"));
                texts.Add(text);
                File.WriteAllBytes(files[^1], new LabelPicture { Code = code, Words = "TEST, NOT A LABEL", Scale = 3 }.ToPng());
            }
        }
        var result = Tool.Run("zbarimg", ["--raw", "-q", "-Sdisable", "-Sqrcode.enable", .. files], seconds: 300);
        Assert.Equal(texts, result.Text.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void A_token_of_the_greatest_length_behind_the_longest_address_fits_version_11_at_level_M()
    {
        var token = Enumerable.Repeat((byte)0xff, Hallmark.MaxBytes).ToArray();
        var code = Code.OfAddress(LabelAddress.Write(token, "https://host.example/path#"));
        Assert.Equal(11, code.Version);
        Assert.Equal(27.6, code.Millimetres, 3);
    }

    [Fact]
    public void Too_long_a_text_is_refused()
    {
        var longest = Code.Of([new(new string('7', 7089), true)], QrLevel.L);
        Assert.Equal(40, longest.Version);
        Assert.Throws<UnreadableException>(() => Code.Of([new(new string('7', 7090), true)], QrLevel.L));
    }

    [Theory]
    [InlineData(QrLevel.L)]
    [InlineData(QrLevel.M)]
    [InlineData(QrLevel.Q)]
    [InlineData(QrLevel.H)]
    public void As_many_wrong_bytes_as_a_block_has_checks_for_are_repaired_and_no_more(QrLevel level)
    {
        foreach (var version in new[] { 1, 5, 10, 11, 12, 27, 40 })
        {
            var code = Full(version, level, out var text);
            var layout = QrLayout.Of(version);
            var most = layout.CheckBytes(level) / 2;
            var random = new Random(version * 4 + (int)level);
            var repaired = Read(code, Damaged(layout, level, most, random));
            Assert.Equal(text, repaired!.Text);
            Assert.Equal(most * layout.Blocks(level), repaired.Repaired);
            // One more in every block: never another text.
            Assert.True(Read(code, Damaged(layout, level, most + 1, random)) is null || version == 1, $"version {version}");
        }
    }

    [Fact]
    public void Modules_at_random_never_make_another_exception_than_unreadable()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var size = 17 + 4 * random.Next(1, 12);
            var modules = new bool[size * size];
            for (var i = 0; i < modules.Length; i++) modules[i] = random.Next(2) == 0;
            Assert.Throws<UnreadableException>(() => QrReader.Read(size, (x, y) => modules[y * size + x]));
        }
    }

    // Modules of wrong bytes, so many in every block: one to eight modules of each byte are turned.
    internal static HashSet<int> Damaged(QrLayout layout, QrLevel level, int bytesInBlock, Random random)
    {
        var modules = new HashSet<int>();
        var ends = Enumerable.Range(1, layout.Blocks(level)).Select(count => Enumerable.Range(0, count).Sum(block => layout.DataBytes(level, block) + layout.CheckBytes(level))).ToArray();
        var places = layout.Order(level).Select((at, codeword) => (Block: Array.FindIndex(ends, end => at < end), codeword)).ToLookup(p => p.Block, p => p.codeword);
        foreach (var block in places)
        {
            var codewords = block.ToArray();
            random.Shuffle(codewords);
            foreach (var codeword in codewords.Take(bytesInBlock))
            {
                for (var bits = random.Next(1, 256); bits != 0; bits &= bits - 1)
                {
                    var (x, y) = layout.Place(layout.Path[codeword * 8 + System.Numerics.BitOperations.TrailingZeroCount(bits)]);
                    modules.Add(y * layout.Size + x);
                }
            }
        }
        return modules;
    }

    private static QrText? Read(Code code, HashSet<int> damaged)
    {
        try
        {
            return QrReader.Read(code.Size, (x, y) => code.IsDark(x, y) != damaged.Contains(y * code.Size + x));
        }
        catch (UnreadableException)
        {
            return null;
        }
    }
}
