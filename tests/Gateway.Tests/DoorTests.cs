using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Platform.Gateway.Tests.Support;
using Platform.TestSupport;

namespace Platform.Gateway.Tests;

/// <summary>Failures that other gateways had: each is a way in, or a way down, that must not be here.</summary>
public sealed class DoorTests : IAsyncLifetime
{
    private const string Path = "/api/v2/threat-intel/indicators";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    /// <summary>Framings that two servers read differently (RFC 9112, sections 6 and 7): the second request in them must reach no service.</summary>
    [Theory]
    [InlineData("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 0\r\nContent-Length: 44\r\n\r\n")]
    [InlineData("Content-Length: 0, 44\r\n\r\n")]
    [InlineData("Content-Length: +5\r\n\r\nhello")]
    [InlineData("Content-Length: 0x5\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5;ext=\"\n\"\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n")]
    [InlineData("X-Folded: a\r\n b\r\n\r\n")]
    [InlineData("X-Null: a\0b\r\n\r\n")]
    [InlineData("X Space: a\r\n\r\n")]
    [InlineData(": nameless\r\n\r\n")]
    public async Task Smuggling_an_ambiguous_framing_lets_no_second_request_through(string framing)
    {
        var token = _gateway.Issuer.Token();
        var answer = await RawAsync(
            $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{framing}GET {Path}/smuggled HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
        Assert.DoesNotContain(_gateway.ThreatIntel.Requests, r => r.Path.EndsWith("/smuggled", StringComparison.Ordinal));
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || CountOf(answer, "HTTP/1.1 ") == 1, answer);
    }

    [Fact]
    public async Task Header_injection_by_an_encoded_line_end_in_the_path_or_query_reaches_nobody_as_a_header()
    {
        using var path = await _gateway.GetAsync(Path + "/a%0d%0aX-Tenant-ID:%201");
        using var query = await _gateway.GetAsync(Path + "?q=a%0d%0aX-Tenant-ID:%201");
        Assert.Equal(HttpStatusCode.BadRequest, path.StatusCode);
        Assert.All(_gateway.ThreatIntel.Requests, r => Assert.DoesNotContain("X-Tenant-ID", r.Headers.Keys));
        Assert.False(query.Headers.Contains("X-Tenant-ID"));
    }

    [Fact]
    public async Task A_compression_bomb_in_a_request_is_not_inflated_on_its_way()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 64; i++)
            {
                await gzip.WriteAsync(zeros, Ct);
            }
        }

        long seen = 0;
        _gateway.ThreatIntel.Answers[Path] = async c =>
        {
            using var body = new MemoryStream();
            await c.Request.Body.CopyToAsync(body, Ct);
            seen = body.Length;
            await c.Response.WriteAsync("{}", Ct);
        };
        using var request = _gateway.Request(HttpMethod.Post, Path);
        request.Content = new ByteArrayContent(packed.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json"), ContentEncoding = { "gzip" } } };
        using var response = await _gateway.Client.SendAsync(request, Ct);
        Assert.Equal((HttpStatusCode.OK, packed.Length), (response.StatusCode, seen));
    }

    [Fact]
    public async Task A_flood_of_unknown_key_ids_asks_for_the_keys_once()
    {
        using var known = await _gateway.GetAsync(Path);
        var identity = _gateway.Services["identity"];
        int Fetches() => identity.Requests.Count(r => r.Path == "/.well-known/jwks.json");
        var before = Fetches();
        var tokens = Enumerable.Range(0, 50).Select(i => _gateway.Issuer.Token(d => d.SigningCredentials = new Microsoft.IdentityModel.Tokens.SigningCredentials(
            new Microsoft.IdentityModel.Tokens.ECDsaSecurityKey(System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256)) { KeyId = $"unknown{i}" },
            Microsoft.IdentityModel.Tokens.SecurityAlgorithms.EcdsaSha256)));
        var answers = await Task.WhenAll(tokens.Select(t => _gateway.GetAsync(Path, t)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Unauthorized, a.StatusCode));
        Assert.InRange(Fetches() - before, 0, 1);
    }

    [Fact]
    public async Task Slowloris_a_head_that_does_not_end_is_cut_off()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _gateway.Port, Ct);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {Path} HTTP/1.1\r\nHost: localhost\r\nX-Slow: "), Ct);
        var buffer = new byte[4096];
        var read = await client.GetStream().ReadAsync(buffer, Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Ct);
        Assert.True(read == 0 || Encoding.ASCII.GetString(buffer, 0, read).StartsWith("HTTP/1.1 408", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("X-Long", 32 * 1024, 1)]
    [InlineData("X-Many", 1, 200)]
    public async Task Headers_beyond_their_size_or_number_are_431(string name, int length, int count)
    {
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"{name}{i}: {new string('x', length)}\r\n"));
        Assert.StartsWith("HTTP/1.1 431", await RawAsync($"GET {Path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n", leaves: false), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CORS_lets_no_origin_in_that_is_not_listed()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(s => s["Gateway:CorsOrigins:0"] = "https://app.example");
        foreach (var (origin, allowed) in new[] { ("https://app.example", true), ("https://app.example.evil.example", false), ("null", false), ("http://app.example", false) })
        {
            using var request = gateway.Request(HttpMethod.Get, Path);
            request.Headers.Add("Origin", origin);
            using var response = await gateway.Client.SendAsync(request, Ct);
            Assert.Equal(allowed, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) && values.Single() == origin);
            Assert.False(!allowed && response.Headers.Contains("Access-Control-Allow-Credentials"));
        }
    }

    [Fact]
    public async Task A_service_that_is_gone_is_left_alone_for_a_moment_and_found_again()
    {
        await using var back = await FakeService.StartAsync();
        var port = new Uri(back.Address).Port;
        await back.DisposeAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(s => s["services:threatintel:http:0"] = $"http://127.0.0.1:{port}");
        for (var i = 0; i < 5; i++)
        {
            using var away = await gateway.GetAsync(Path);
            Assert.True(away.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(away.Headers.RetryAfter);
        }

        await using var again = await FakeService.StartAsync(port);
        await Eventually.TrueAsync(async () => (await gateway.GetAsync(Path)).StatusCode == HttpStatusCode.OK, TimeSpan.FromSeconds(15), Ct, "The service again");
    }

    [Fact]
    public async Task A_new_address_of_a_service_fails_no_request()
    {
        await using var second = await FakeService.StartAsync();
        second.Answers[Path] = c => c.Response.WriteAsync("second", Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var statuses = new System.Collections.Concurrent.ConcurrentBag<HttpStatusCode>();
        var clients = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var response = await _gateway.GetAsync(Path);
                statuses.Add(response.StatusCode);
            }
        }).ToArray();
        await Eventually.TrueAsync(() => Task.FromResult(statuses.Count > 50), TimeSpan.FromSeconds(10), Ct, "Traffic");
        var configuration = (IConfigurationRoot)_gateway.Provider.GetRequiredService<IConfiguration>();
        configuration["services:threatintel:http:0"] = second.Address;
        configuration.Reload();
        await Eventually.TrueAsync(async () => await (await _gateway.GetAsync(Path)).Content.ReadAsStringAsync(Ct) == "second", TimeSpan.FromSeconds(10), Ct, "The new address");
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        Assert.DoesNotContain(statuses, s => s is not (HttpStatusCode.OK or HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task HTTP_2_is_spoken_on_its_own_port_by_prior_knowledge()
    {
        var port = FreePort.Take();
        await using var gateway = await GatewayUnderTest.StartAsync(s => s["Gateway:Http2Port"] = $"{port}");
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var request = gateway.Request(HttpMethod.Get, $"http://127.0.0.1:{port}{Path}");
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var response = await client.SendAsync(request, Ct);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
    }

    private static int CountOf(string text, string part) => text.Split(part).Length - 1;

    /// <summary>What comes back until the gateway closes; to one who <paramref name="leaves"/> after the request a refusal may stay unsaid.</summary>
    private async Task<string> RawAsync(string request, bool leaves = true)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _gateway.Port, Ct);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Ct);
        if (leaves)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(15), Ct) is > 0 and var read)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // A connection that is closed before all was read is reset; what it said until then counts.
        }

        return answer.ToString();
    }
}
