using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace Assay.Custody.Freezing;

/// <summary>A service that confirms when something existed (RFC 3161 over HTTP). Asked when it can be reached; a freeze does not wait for it.</summary>
public static class TimeStampService
{
    /// <summary>For <see cref="Freeze.Write"/>: the service's whole response, or null when it does not answer, refuses, or answers something else.</summary>
    /// <param name="patience">How long in all.</param>
    public static Func<ReadOnlyMemory<byte>, byte[]?> At(Uri service, TimeSpan patience) => signature =>
    {
        var request = Rfc3161TimestampRequest.CreateFromData(signature.Span, HashAlgorithmName.SHA256, nonce: RandomNumberGenerator.GetBytes(8), requestSignerCertificates: true);
        try
        {
            using var client = new HttpClient { Timeout = patience, MaxResponseContentBufferSize = 1 << 20 };
            using var query = new ByteArrayContent(request.Encode());
            query.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
            using var message = new HttpRequestMessage(HttpMethod.Post, service) { Content = query };
            using var answer = client.Send(message, HttpCompletionOption.ResponseContentRead);
            if (!answer.IsSuccessStatusCode) return null;
            using var stream = answer.Content.ReadAsStream();
            using var whole = new MemoryStream();
            stream.CopyTo(whole);
            var bytes = whole.ToArray();
            _ = request.ProcessResponse(bytes, out var used);
            return used == bytes.Length ? bytes : null;
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or TaskCanceledException or CryptographicException or IOException)
        {
            return null; // The freeze counts without it, and says that there is none.
        }
    };
}
