using System.Net;
using Assay.Custody.Freezing;
using Assay.Custody.Verification;
using Assay.Tests;

namespace Assay.Custody.Tests.Freezing;

/// <summary>Openssl is the time-stamp service here: behind a small HTTP server of the test.</summary>
public class TimeStampTests
{
    [Fact]
    public void A_token_of_openssl_is_put_in_and_verified_by_us_and_by_openssl()
    {
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        Authority(scratch);
        using var service = new Service(query =>
        {
            File.WriteAllBytes(scratch.File("query.tsq"), query);
            FreezeTests.Ok(Tool.Run("openssl", ["ts", "-reply", "-config", "ts.cnf", "-section", "tsa", "-queryfile", "query.tsq", "-out", "reply.tsr"], scratch.Folder));
            return File.ReadAllBytes(scratch.File("reply.tsr"));
        });
        var freeze = Frozen.Plain(TimeStampService.At(service.Address, TimeSpan.FromSeconds(20)));
        var check = CustodyCheck.Of(freeze);
        Assert.True(check.IsWhole, string.Join("; ", check.Faults));
        Assert.True(check.Stamp!.Holds);
        Assert.Equal("CN=Example time stamps", check.Stamp.Name);
        File.WriteAllBytes(scratch.File("SHA256SUMS.p7s"), check.Files["SHA256SUMS.p7s"].ToArray());
        File.WriteAllBytes(scratch.File("token.tsr"), check.Files["token.tsr"].ToArray());
        FreezeTests.Ok(Tool.Run("openssl", ["ts", "-verify", "-data", "SHA256SUMS.p7s", "-in", "token.tsr", "-CAfile", "tsa.pem"], scratch.Folder));

        // The token of one freeze under the signature of another.
        var other = Frozen.Plain(_ => check.Files["token.tsr"].ToArray());
        Assert.False(CustodyCheck.Of(other).Stamp!.Holds);
        Assert.False(CustodyCheck.Of(other).IsWhole);
        Assert.False(CustodyCheck.Of(Frozen.Plain(_ => [0x30, 0x00])).IsWhole);
    }

    [Fact]
    public void A_service_that_answers_nonsense_or_not_at_all_leaves_a_freeze_without_a_token()
    {
        using var service = new Service(_ => [1, 2, 3]);
        var check = CustodyCheck.Of(Frozen.Plain(TimeStampService.At(service.Address, TimeSpan.FromSeconds(20))));
        Assert.True(check.IsWhole);
        Assert.Null(check.Stamp);
        Assert.Null(CustodyCheck.Of(Frozen.Plain(TimeStampService.At(new Uri("http://127.0.0.1:9/"), TimeSpan.FromSeconds(2)))).Stamp);
    }

    private static void Authority(Scratch scratch)
    {
        File.WriteAllText(scratch.File("ts.cnf"), """
            [req]
            distinguished_name = dn
            x509_extensions = v3
            prompt = no
            [dn]
            CN = Example time stamps
            [v3]
            basicConstraints = critical,CA:false
            keyUsage = critical,digitalSignature
            extendedKeyUsage = critical,timeStamping
            [tsa]
            serial = ./serial
            crypto_device = builtin
            signer_cert = ./tsa.pem
            signer_key = ./tsa.key
            signer_digest = sha256
            default_policy = 1.3.6.1.4.1.32473.1
            digests = sha256
            accuracy = secs:1
            ess_cert_id_chain = no
            ess_cert_id_alg = sha256
            """);
        File.WriteAllText(scratch.File("serial"), "01");
        FreezeTests.Ok(Tool.Run("openssl", ["req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-days", "30", "-config", "ts.cnf"], scratch.Folder));
    }

    private sealed class Service : IDisposable
    {
        private readonly HttpListener listener = new();

        public Service(Func<byte[], byte[]> answer)
        {
            using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
            }
            listener.Prefixes.Add(Address.ToString());
            listener.Start();
            _ = Task.Run(async () =>
            {
                while (listener.IsListening)
                {
                    var context = await listener.GetContextAsync();
                    using var query = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(query);
                    var reply = answer(query.ToArray());
                    await context.Response.OutputStream.WriteAsync(reply);
                    context.Response.Close();
                }
            });
        }

        public Uri Address { get; }
        public void Dispose() => listener.Close();
    }
}
