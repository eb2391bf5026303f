using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Contracts;
using Platform.Gateway.Tests.Support;

namespace Platform.Gateway.Tests;

public sealed class ProxyTests : IAsyncLifetime
{
    private const string Path = "/api/v1/threat-intel/indicators";

    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("/internal/keys/resolve")]
    [InlineData("/api/v1/internal/keys")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/metrics")]
    [InlineData("/api/v3/users")]
    [InlineData("/nowhere")]
    public async Task What_is_not_routed_is_404_for_everybody(string path)
    {
        Assert.Equal(HttpStatusCode.NotFound, (await _gateway.Client.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _gateway.GetAsync(path)).StatusCode);
        Assert.All(_gateway.Services.Values, s => Assert.DoesNotContain(s.Requests, r => r.Path == path));
    }

    [Theory]
    [InlineData("/api/v1/users", "identity")]
    [InlineData("/api/v2/auth/sessions", "identity")]
    [InlineData("/api/admin/tenants", "tenancy")]
    [InlineData("/api/v2/admin/api-keys", "tenancy")]
    [InlineData("/api/v1/usage/limits", "tenancy")]
    [InlineData("/api/v1/threat-intel/import", "threatintel")]
    [InlineData("/taxii2/", "threatintel")]
    [InlineData("/api/v1/knowledge-graph/nodes/x", "knowledgegraph")]
    [InlineData("/api/v2/recommendations", "knowledgegraph")]
    [InlineData("/api/v1/agent/chat_sse", "agent")]
    public async Task A_path_goes_to_its_service(string path, string service)
    {
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(path)).StatusCode);
        Assert.Equal(path, _gateway.Services[service].Last.Path);
    }

    [Theory]
    [InlineData("GET /api/v1/../internal/keys HTTP/1.1")]
    [InlineData("GET /api//v1/users HTTP/1.1")]
    [InlineData("GET /api/v1/%2e%2e/internal HTTP/1.1")]
    [InlineData("GET /api/v1/..;/internal HTTP/1.1")]
    public async Task An_ambiguous_path_is_400_before_anything_else(string line) =>
        Assert.StartsWith("HTTP/1.1 400", await RawAsync($"{line}\r\nHost: x\r\nConnection: close\r\n\r\n"));

    [Fact]
    public async Task Every_answer_has_its_headers_once_and_none_that_tell_of_the_server()
    {
        _gateway.ThreatIntel.Answers[Path] = c =>
        {
            c.Response.Headers["X-Content-Type-Options"] = "sniff";
            c.Response.Headers["X-Request-ID"] = "theirs";
            c.Response.Headers["Server"] = "secret";
            c.Response.Headers["X-Powered-By"] = "secret";
            return c.Response.WriteAsync("{}");
        };
        var request = _gateway.Request(HttpMethod.Get, Path);
        request.Headers.Add("X-Request-ID", "mine-1");

        var response = await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(["mine-1"], response.Headers.GetValues("X-Request-ID"));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Single(response.Headers.GetValues("X-Frame-Options"));
        Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("X-Powered-By"));
        Assert.Equal("mine-1", _gateway.ThreatIntel.Last.Headers["X-Request-ID"]);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_also_when_it_does_not_say_its_length()
    {
        var large = new byte[1024 * 1024 + 1];

        foreach (var chunked in new[] { false, true })
        {
            var request = _gateway.Request(HttpMethod.Post, Path);
            request.Content = new ByteArrayContent(large);
            request.Headers.TransferEncodingChunked = chunked;
            var response = await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
            Assert.Contains(ErrorCodes.PayloadTooLarge, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_bulk_route_takes_more()
    {
        var request = _gateway.Request(HttpMethod.Post, "/api/v2/threat-intel/indicators/bulk");
        request.Content = new ByteArrayContent(new byte[2 * 1024 * 1024]);

        Assert.Equal(HttpStatusCode.OK, (await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/agent/tools")]
    [InlineData("/api/v2/agent/tools")]
    public async Task A_service_that_is_away_is_502_in_the_convention_of_the_version(string path)
    {
        await _gateway.Services["agent"].DisposeAsync();

        var response = await _gateway.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        var code = path.Contains("v2", StringComparison.Ordinal) ? body.GetProperty("code") : body.GetProperty("error").GetProperty("code");
        Assert.Equal(ErrorCodes.UpstreamUnavailable, code.GetString());
    }

    [Fact]
    public async Task A_bare_error_of_a_service_becomes_a_fault()
    {
        _gateway.ThreatIntel.Answers[Path] = c =>
        {
            c.Response.StatusCode = 409;
            return Task.CompletedTask;
        };

        var response = await _gateway.GetAsync(Path);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Contains("CONFLICT", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Event_streams_pass_unbuffered_and_uncompressed()
    {
        var more = new TaskCompletionSource();
        _gateway.Services["agent"].Answers["/api/v1/agent/chat_sse"] = async c =>
        {
            c.Response.ContentType = "text/event-stream";
            await c.Response.WriteAsync("data: 1\n\n");
            await c.Response.Body.FlushAsync();
            await more.Task;
            await c.Response.WriteAsync("data: 2\n\n");
        };
        var request = _gateway.Request(HttpMethod.Post, "/api/v1/agent/chat_sse");
        request.Headers.Add("Accept-Encoding", "gzip");

        using var response = await _gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        Assert.Equal("data: 1", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        more.SetResult();
        Assert.Contains("data: 2", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(response.Content.Headers.ContentEncoding);
    }

    [Theory]
    [InlineData(5000, "gzip", "gzip")]
    [InlineData(5000, "br", "br")]
    [InlineData(500, "gzip", null)]
    public async Task Large_answers_are_compressed(int size, string accepts, string? expected)
    {
        var body = JsonSerializer.Serialize(new string('a', size));
        _gateway.ThreatIntel.Answers[Path] = c =>
        {
            c.Response.ContentType = "application/json";
            c.Response.ContentLength = body.Length;
            return c.Response.WriteAsync(body);
        };
        var request = _gateway.Request(HttpMethod.Get, Path);
        request.Headers.Add("Accept-Encoding", accepts);

        var response = await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.Content.Headers.ContentEncoding.SingleOrDefault());
    }

    private async Task<string> RawAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _gateway.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(socket.GetStream());
        return await reader.ReadToEndAsync();
    }
}
