using System.Formats.Cbor;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Tests;

/// <summary>Our reader of deterministic CBOR beside the framework's in its canonical mode: what one takes the other takes, as the same value.</summary>
public class DeterministicCborTests
{
    private readonly Samples samples = new();

    [Fact]
    public void Changed_tokens_are_read_and_refused_as_the_framework_reads_and_refuses_them()
    {
        var good = new[] { CoseSign1.Read(Samples.Hallmark().Sign(samples.Issuer)).Payload.ToArray(), Samples.Hallmark().Sign(samples.Issuer)[1..], "\xa3\x01\x20\x18\x18\xf5\x61\x61\x82\xf6\x41\x07".Select(c => (byte)c).ToArray() };
        int taken = 0, refused = 0;
        for (var seed = 0; seed < 60_000; seed++)
        {
            var random = new Random(seed);
            var bytes = good[seed % good.Length].ToList();
            for (var changes = random.Next(4); changes > 0 && bytes.Count > 0; changes--)
            {
                var at = random.Next(Math.Min(bytes.Count, seed % 2 == 0 ? 40 : bytes.Count));
                switch (random.Next(4))
                {
                    case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                    case 1: bytes.RemoveAt(at); break;
                    case 2: bytes.Insert(at, (byte)random.Next(256)); break;
                    default: bytes[at] = (byte)random.Next(256); break;
                }
            }
            byte[] one = [.. bytes];
            var theirs = Theirs(one);
            string? ours;
            try
            {
                ours = Told(CborValue.Read(one, CborForm.Deterministic));
            }
            catch (UnreadableException wrong)
            {
                Assert.True(wrong.Expected.Length > 0 && wrong.Offset >= 0 && wrong.Offset <= one.Length, $"{Convert.ToHexString(one)}: {wrong.Message}");
                ours = null;
            }
            Assert.True(theirs == ours, $"{Convert.ToHexString(one)}: the framework {theirs ?? "refuses"}, we {ours ?? "refuse"}");
            if (ours is null) refused++;
            else taken++;
        }
        Assert.True(taken > 1000 && refused > 1000, $"{taken} read, {refused} refused");
    }

    [Theory]
    [InlineData("a201000100", "a key twice")]
    [InlineData("a202000100", "a key out of order")]
    [InlineData("1817", "a longer one")]
    [InlineData("9fff", "an indefinite one")]
    [InlineData("1c", "a reserved one")]
    [InlineData("62c328", "other bytes")]
    [InlineData("c101", "a tag")]
    [InlineData("f90000", "floating-point")]
    [InlineData("9b7fffffffffffffff", "to the end")]
    [InlineData("5b7fffffffffffffff", "to the end")]
    [InlineData("1bffffffffffffffff", "18446744073709551615")]
    [InlineData("0000", "1 more bytes")]
    [InlineData("", "the end")]
    public void What_is_refused_is_refused_with_its_reason(string hex, string found) =>
        Assert.Contains(found, Assert.Throws<UnreadableException>(() => CborValue.Read(Convert.FromHexString(hex), CborForm.Deterministic)).Found, StringComparison.Ordinal);

    [Fact]
    public void A_message_that_nests_without_end_is_refused() =>
        Assert.Contains("levels", Assert.Throws<UnreadableException>(() => CborValue.Read(Enumerable.Repeat((byte)0x81, 1_000_000).Append((byte)0).ToArray(), CborForm.Deterministic)).Message, StringComparison.Ordinal);

    private static string? Theirs(byte[] bytes)
    {
        var reader = new CborReader(bytes, CborConformanceMode.Ctap2Canonical);
        try
        {
            var told = Told(reader, CborValue.MaxDepth);
            return reader.BytesRemaining == 0 ? told : null;
        }
        catch (Exception wrong) when (wrong is CborContentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    private static string Told(CborReader reader, int depth)
    {
        if (depth == 0) throw new InvalidOperationException();
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger: return checked((long)reader.ReadUInt64()).ToString();
            case CborReaderState.NegativeInteger: return reader.ReadInt64().ToString();
            case CborReaderState.ByteString: return "h" + Convert.ToHexString(reader.ReadByteString());
            case CborReaderState.TextString: return $"\"{reader.ReadTextString()}\"";
            case CborReaderState.Boolean: return reader.ReadBoolean() ? "true" : "false";
            case CborReaderState.Null: reader.ReadNull(); return "null";
            case CborReaderState.StartArray:
                var items = new List<string>();
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray) items.Add(Told(reader, depth - 1));
                reader.ReadEndArray();
                return $"[{string.Join(", ", items)}]";
            case CborReaderState.StartMap:
                var entries = new List<string>();
                reader.ReadStartMap();
                while (reader.PeekState() != CborReaderState.EndMap) entries.Add($"{Told(reader, depth - 1)}: {Told(reader, depth - 1)}");
                reader.ReadEndMap();
                return $"{{{string.Join(", ", entries)}}}";
            default: throw new InvalidOperationException();
        }
    }

    private static string Told(CborValue value)
    {
        if (value.IsNull) return "null";
        if (value.IsBytes) return "h" + Convert.ToHexString(value.Bytes("it"));
        if (value.IsText()) return $"\"{value.Text("it")}\"";
        foreach (var read in new Func<string>[]
        {
            () => value.Number("it").ToString(), () => value.Boolean("it") ? "true" : "false", () => $"[{string.Join(", ", value.Items("it").Select(Told))}]",
            () => $"{{{string.Join(", ", value.Entries("it").Select(e => $"{Told(e.Key)}: {Told(e.Value)}"))}}}",
        })
        {
            try
            {
                return read();
            }
            catch (UnreadableException)
            {
                // Another kind.
            }
        }
        throw new InvalidOperationException("of no kind");
    }
}
