using Assay.Evidence;
using Assay.Traffic.Captures;

namespace Assay.Traffic;

/// <summary>One occurrence of something in a capture. Findings name each distinct thing once; observations name every frame.</summary>
public sealed record Observation
{
    /// <summary>Frame with the last byte of the message, from 1; tshark names the same.</summary>
    public required long Frame { get; init; }
    /// <summary>Bytes from the start of the capture to that frame.</summary>
    public required long Offset { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required Address Source { get; init; }
    public required ushort SourcePort { get; init; }
    public required Address Destination { get; init; }
    public required ushort DestinationPort { get; init; }
    /// <summary>Protocol: <c>dns</c>, <c>tls</c>, <c>http</c> …</summary>
    public required string Protocol { get; init; }
    /// <summary>What of the protocol: <see cref="Seen"/>.</summary>
    public required string What { get; init; }
    /// <summary>What it is about: a host name, a server, an account. Never a secret.</summary>
    public required string Subject { get; init; }
    /// <summary>What was seen of it, secrets shortened.</summary>
    public required string Value { get; init; }
    /// <summary>Set where the observation is a finding.</summary>
    public FindingKind? Kind { get; init; }
}

/// <summary>The words of <see cref="Observation.What"/>.</summary>
public static class Seen
{
    public const string Query = "query";
    public const string Answer = "answer";
    public const string ClientHello = "clientHello";
    public const string ServerHello = "serverHello";
    public const string Certificate = "certificate";
    public const string Request = "request";
    public const string Response = "response";
    public const string BasicCredential = "basicCredential";
    public const string DigestCredential = "digestCredential";
    /// <summary>An answered HTTP request: <c>401 POST basic /path</c> is status, method, what it showed to be let in (<c>none</c>, <c>basic</c>, <c>digest</c>, <c>bearer</c>, <c>form</c>, <c>cookie</c>, <c>other</c>) and target.</summary>
    public const string Exchange = "exchange";
    /// <summary>The answer to an exchange at the same frame says "2xx", and its body begins as an error or a log-in page does (local servers only).</summary>
    public const string Refusal = "refusal";
    /// <summary>What a server said to a log-in: <c>refused</c> or <c>accepted</c>.</summary>
    public const string LoginAnswer = "loginAnswer";
    public const string FormLogin = "formLogin";
    public const string Login = "login";
    public const string Connect = "connect";
    public const string Client = "client";
    public const string Server = "server";
    public const string Announcement = "announcement";
    public const string Banner = "banner";
    public const string Listener = "listener";
    public const string PersonalMarker = "personalMarker";
    public const string UpdateQuery = "updateQuery";
    public const string UpdateDownload = "updateDownload";
    public const string ClearText = "clearText";
    /// <summary>A TLS hello that offers at most, or chooses, a version before 1.2.</summary>
    public const string OutdatedVersion = "outdatedVersion";
    public const string WeakSuite = "weakSuite";
    /// <summary>An order to a machine: <c>asked: …</c>, then <c>accepted: …</c> or <c>refused: … (why)</c>.</summary>
    public const string Control = "control";
    /// <summary>What a machine says of itself to anybody who asks.</summary>
    public const string Identity = "identity";
}
