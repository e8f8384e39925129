using System.Globalization;
using System.Net;
using Assay.Evidence.Reading;

namespace Assay.Registry.Storage;

/// <summary>What an operator may decide (docs/registry.md); nothing of it is needed.</summary>
public sealed record RegistrySettings
{
    /// <summary>Where everything is kept; copying it is the back-up.</summary>
    public required string Folder { get; init; }
    /// <summary>The address and port of this machine; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8080);
    /// <summary>The registry's address as others reach it, without a slash at its end; null for the one it listens on.</summary>
    public string? Address { get; init; }
    /// <summary>As a person knows the operator.</summary>
    public string Name { get; init; } = "Development registry";
    /// <summary>Only an authority's labels are labels; everything else says "TEST, NOT A LABEL".</summary>
    public bool IsAuthority { get; init; }
    /// <summary>The issuer's short name in tokens; the name of the log is derived from it.</summary>
    public string Issuer { get; init; } = "assay-test";
    /// <summary>Where to object: an https or mailto address, or words.</summary>
    public string? Objections { get; init; }
    /// <summary>The file of the witnesses whose cosignatures are taken in and served (docs/log.md); null where none are.</summary>
    public string? Witnesses { get; init; }

    public string File(string name) => Path.Combine(Folder, name);

    private static readonly string[] Known = ["folder", "listen", "address", "name", "kind", "issuer", "objections", "witnesses"];

    /// <param name="yaml">registry.yaml; paths in it are relative to <paramref name="beside"/>.</param>
    /// <exception cref="UnreadableException">Names the line.</exception>
    public static RegistrySettings Read(ReadOnlySpan<byte> yaml, string beside)
    {
        var root = YamlReader.Read(yaml);
        if (root is null) return new RegistrySettings { Folder = Path.Combine(beside, "registry") };
        if (root is not YamlMap map) throw new UnreadableException("a map of settings", root.Kind, 0, root.Line);
        foreach (var entry in map.Entries)
        {
            if (!Known.Contains(entry.Key)) throw new UnreadableException($"one of {string.Join(", ", Known)}", entry.Key, 0, entry.Line);
        }
        string? Text(string key) => map[key] is not { } node ? null : node.Text ?? throw new UnreadableException($"a text for {key}", node.Kind, 0, node.Line);
        T Of<T>(string key, Func<string, T> read, T otherwise)
        {
            if (Text(key) is not { } text) return otherwise;
            try
            {
                return read(text);
            }
            catch (UnreadableException wrong)
            {
                throw new UnreadableException($"{wrong.Expected} for {key}", wrong.Found, 0, map[key]!.Line);
            }
        }
        var standard = new RegistrySettings { Folder = "" };
        return new RegistrySettings
        {
            Folder = Path.Combine(beside, Text("folder") ?? "registry"),
            Listen = Of("listen", ListenAt, standard.Listen),
            Address = Of("address", AddressOf, null),
            Name = Text("name") ?? standard.Name,
            IsAuthority = Of("kind", text => text switch
            {
                "authority" => true,
                "test" => false,
                _ => throw new UnreadableException("authority or test", text, 0),
            }, false),
            Issuer = Of("issuer", IssuerOf, standard.Issuer),
            Objections = Text("objections"),
            Witnesses = Text("witnesses") is { } file ? Path.Combine(beside, file) : null,
        };
    }

    /// <summary><c>http://127.0.0.1:8080</c>. Encryption is the matter of a server in front (docs/registry.md).</summary>
    /// <exception cref="UnreadableException"/>
    public static IPEndPoint ListenAt(string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http", AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" })
        {
            if (uri.Host == "localhost") return new IPEndPoint(IPAddress.Loopback, uri.Port);
            if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)) return new IPEndPoint(address, uri.Port);
        }
        throw new UnreadableException("http://, an address of this machine and a port", text, 0);
    }

    /// <exception cref="UnreadableException"/>
    public static string AddressOf(string text)
    {
        var address = text.TrimEnd('/');
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && Html.Address.IsAllowed(address) && uri is { Query: "", Fragment: "", UserInfo: "" }
            ? address : throw new UnreadableException("an https or http address", text, 0);
    }

    private static string IssuerOf(string text) =>
        text.Length is > 0 and <= 32 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')
            ? text : throw new UnreadableException("1 to 32 letters, digits, points and hyphens", text, 0);

    internal static string Of(IPEndPoint endpoint) =>
        string.Create(CultureInfo.InvariantCulture, $"http://{(endpoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{endpoint.Address}]" : endpoint.Address)}:{endpoint.Port}");
}
