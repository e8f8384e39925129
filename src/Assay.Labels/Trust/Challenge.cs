using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Labels.Trust;

/// <summary>What a device is given to sign, so that it shows to hold its key now: three lines of text, signed as they are (<c>openssl dgst -sha256 -sign KEY</c>).</summary>
/// <param name="File">The exact bytes.</param>
public sealed record Challenge(DateTimeOffset At, ReadOnlyMemory<byte> File)
{
    public const int MaxBytes = 200;
    /// <summary>An answer that came later may have been asked for by somebody else.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    // No other thing that a device signs begins so.
    private const string First = "assay label challenge 1";
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const int RandomBytes = 32;

    public static Challenge Make(DateTimeOffset at, ReadOnlySpan<byte> random)
    {
        if (random.Length != RandomBytes) throw new ArgumentException($"{RandomBytes} random bytes", nameof(random));
        return new(at, Encoding.ASCII.GetBytes($"{First}\n{at.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture)}\n{Convert.ToHexStringLower(random)}\n"));
    }

    public static Challenge Fresh(TimeProvider time) => Make(time.GetUtcNow(), RandomNumberGenerator.GetBytes(RandomBytes));

    /// <exception cref="UnreadableException"/>
    public static Challenge Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length > MaxBytes) throw new UnreadableException($"a challenge of at most {MaxBytes} bytes", $"{file.Length}", 0);
        var lines = Encoding.Latin1.GetString(file.Span).Split('\n');
        if (lines is not [First, var at, var random, ""]) throw new UnreadableException($"a challenge: \"{First}\", a time, {RandomBytes * 2} hexadecimal digits", "another text", 0);
        if (!DateTimeOffset.TryParseExact(at, Form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) throw new UnreadableException("a time like 2026-11-23T12:00:00Z", "another text", First.Length + 1);
        if (random.Length != RandomBytes * 2 || !random.All(char.IsAsciiHexDigitLower)) throw new UnreadableException($"{RandomBytes * 2} hexadecimal digits", "another text", First.Length + at.Length + 2);
        return new(time, file.ToArray());
    }
}
