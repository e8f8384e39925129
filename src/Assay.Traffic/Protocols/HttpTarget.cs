using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>What is asked for on which server, and all that these two texts tell by themselves: read once, however often it is asked for.</summary>
internal sealed class HttpTarget
{
    private readonly bool mayMark;

    public HttpTarget(string server, string target)
    {
        Server = server;
        Target = target;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        Path = question < 0 ? target : target[..question];
        Url = server + (Path.StartsWith('/') ? Path : "/" + Path);
        NamesUpdate = HttpEvidence.NamesUpdate(Url);
        Marks = PersonalMarks.Of(target, isAddress: true);
        mayMark = PersonalMarks.MayHold(Url);
        if (question < 0) return;
        Login = FormLogin.Of(target[(question + 1)..]);
        Tokens = HttpEvidence.Tokens(target[(question + 1)..]);
    }

    /// <summary>Host and port as subjects name them.</summary>
    public string Server { get; }
    public string Target { get; }
    /// <summary>The target without its query.</summary>
    public string Path { get; }
    /// <summary>Address without its query.</summary>
    public string Url { get; }
    public bool NamesUpdate { get; }
    /// <summary>Of the whole target.</summary>
    public PersonalMarks Marks { get; }
    /// <summary>In the query; null where there is none.</summary>
    public FormLogin? Login { get; }
    /// <summary>Keys and tokens in the query.</summary>
    public IReadOnlyList<string> Tokens { get; } = [];

    /// <summary><see cref="Url"/> as findings show it: what marks a person or device stays out of the report.</summary>
    public string Masked(Notes notes) => mayMark ? PersonalMarks.Masked(notes, Url) : Url;
    /// <summary>The same of <see cref="Path"/>.</summary>
    public string MaskedPath(Notes notes) => mayMark ? PersonalMarks.Masked(notes, Path) : Path;
}

/// <summary>Targets that were asked for, as long as they fit into 8 MB; then it begins anew.</summary>
internal sealed class HttpTargets
{
    private const int LongestHost = 255, LongestTarget = 2048, MostCharacters = 1 << 21;

    private readonly Dictionary<string, HttpTarget> known = new(StringComparer.Ordinal);
    private int characters;

    public HttpTarget Of(ReadOnlySpan<byte> host, ReadOnlySpan<byte> target, in Moment at)
    {
        Span<char> wide = stackalloc char[LongestHost];
        Span<char> asked = stackalloc char[LongestTarget];
        return Of(wide[..Wide(host, wide)], asked[..Wide(target, asked)], at);
    }

    private static int Wide(ReadOnlySpan<byte> bytes, Span<char> text) => Encoding.Latin1.GetChars(bytes[..Math.Min(bytes.Length, text.Length)], text);

    [SkipLocalsInit]
    public HttpTarget Of(ReadOnlySpan<char> host, ReadOnlySpan<char> target, in Moment at)
    {
        const int Ends = 64;
        if (host.Length > LongestHost || target.Length > LongestTarget) return Make(host, target, at);
        Span<char> key = stackalloc char[LongestHost + LongestTarget + Ends];
        host.CopyTo(key);
        key[host.Length] = '\n';
        target.CopyTo(key[(host.Length + 1)..]);
        var length = host.Length + 1 + target.Length;
        key[length++] = '\n';
        key[length++] = (char)at.DestinationPort;
        if (host.IsEmpty) length += Bits(at.Destination, key[length..]);
        var lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(key[..length], out var before)) return before;
        if (characters > MostCharacters)
        {
            known.Clear();
            characters = 0;
        }
        var made = Make(host, target, at);
        known.Add(new string(key[..length]), made);
        characters += length;
        return made;
    }

    private static int Bits(Address address, Span<char> key)
    {
        for (var i = 0; i < 4; i++)
        {
            key[i] = (char)(address.High >> 16 * i);
            key[4 + i] = (char)(address.Low >> 16 * i);
        }
        return 8;
    }

    private static HttpTarget Make(ReadOnlySpan<char> host, ReadOnlySpan<char> target, in Moment at)
    {
        var server = host.IsEmpty ? at.Destination.ToString() : new string(host);
        if (!server.Contains(':', StringComparison.Ordinal) && at.DestinationPort != 80) server = string.Create(CultureInfo.InvariantCulture, $"{server}:{at.DestinationPort}");
        return new HttpTarget(server, new string(target));
    }
}
