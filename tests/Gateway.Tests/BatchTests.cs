using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Gateway.Tests.Support;

namespace Platform.Gateway.Tests;

public sealed class BatchTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Each_operation_has_its_own_answer_in_the_order_of_the_batch(string version)
    {
        _gateway.ThreatIntel.Answers[$"/api/{version}/threat-intel/gone"] = c =>
        {
            c.Response.StatusCode = 404;
            c.Response.Headers.SetCookie = "session=1";
            return c.Response.WriteAsJsonAsync(new { code = "NOT_FOUND" });
        };
        _gateway.Services["identity"].Answers[$"/api/{version}/users/me"] = c => c.Response.WriteAsync("plain");
        var answer = await SendAsync(version, Operation("a", "GET", $"/api/{version}/threat-intel/gone"), Operation("b", "GET", $"/api/{version}/users/me"), Operation("c", "GET", $"/api/{version}/nowhere"));
        Assert.Equal(["a 404", "b 200", "c 404"], answer.Select(r => $"{r.GetProperty("id")} {r.GetProperty("status")}"));
        Assert.Equal("NOT_FOUND", answer[0].GetProperty("body").GetProperty("code").GetString());
        Assert.False(answer[0].GetProperty("headers").TryGetProperty("set-cookie", out _));
        Assert.Equal("plain", answer[1].GetProperty("body").GetString());
    }

    [Fact]
    public async Task An_operation_is_made_under_the_outer_credential_and_none_of_its_own()
    {
        await SendAsync("v2", Operation("a", "POST", "/api/v2/threat-intel/things", body: new { name = "x" }, headers: new { Idempotency_Key = "k1" }, headerName: "Idempotency-Key"));
        var seen = _gateway.ThreatIntel.Last;
        Assert.Equal(("POST", "/api/v2/threat-intel/things", "k1", "application/json"), (seen.Method, seen.Path, seen.Headers["Idempotency-Key"], seen.Headers["Content-Type"]));
        Assert.Equal(_gateway.Issuer.User.ToString(), (await _gateway.CallerAtAsync("threatintel"))!.Subject);
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("X-API-Key")]
    [InlineData("X_Api_Key")]
    [InlineData("Cookie")]
    [InlineData("DPoP")]
    [InlineData("X-Tenant-ID")]
    [InlineData("X_Forwarded_For")]
    [InlineData("X-Client-Address")]
    [InlineData("Signature")]
    [InlineData("Host")]
    [InlineData("Content-Length")]
    [InlineData("Transfer-Encoding")]
    public async Task Inner_headers_cannot_override_the_identity_or_the_framing(string name) =>
        Assert.Equal([$"operations[0].headers.{name}"], await RefusedAsync(Operation("a", "GET", "/api/v2/users", headers: new { x = "1" }, headerName: name)));

    [Fact]
    public async Task A_header_value_cannot_bring_further_headers() =>
        Assert.Equal(["operations[0].headers.If-Match"], await RefusedAsync(Operation("a", "GET", "/api/v2/users", headers: new { x = "1\r\nX-Tenant-ID: 2" }, headerName: "If-Match")));

    [Theory]
    [InlineData("/api/v2/batch")]
    [InlineData("/api/v1/auth/login")]
    [InlineData("/API/v1/users")]
    [InlineData("/api/v2/AUTH/sessions")]
    [InlineData("/internal/token")]
    [InlineData("/connect/token")]
    [InlineData("/health")]
    [InlineData("//api/v2/users")]
    [InlineData("/api/v2/%61uth/sessions")]
    [InlineData("/api/v2/x/..;/users")]
    [InlineData("/api/v2/x/%2e%2e/users")]
    [InlineData("/api/v2/users%2fme")]
    [InlineData("http://elsewhere/api/v2/users")]
    [InlineData("/api/v2/users/{b.data.id}")]
    [InlineData("/api/v2/users?{b.data.id}=1")]
    public async Task A_path_is_plain_and_routed_or_nothing_is_sent(string path)
    {
        Assert.Equal(["operations[0].path"], await RefusedAsync(Operation("a", "GET", path), Operation("b", "GET", "/api/v2/users")));
        Assert.All(_gateway.Services.Values, s => Assert.DoesNotContain(s.Requests, r => r.Path.StartsWith("/api/", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("POST", "/api/v2/threat-intel/import")]
    [InlineData("GET", "/api/v2/agent/chat_sse")]
    [InlineData("GET", "/api/v2/audit/export")]
    [InlineData("POST", "/api/v1/users/token")]
    [InlineData("GET", "/api/v2/health/detailed")]
    public async Task Streams_imports_and_what_needs_no_credential_are_not_inside(string method, string path)
    {
        var answer = await SendAsync("v2", Operation("a", method, path));
        Assert.Equal(422, answer[0].GetProperty("status").GetInt32());
        Assert.All(_gateway.Services.Values, s => Assert.DoesNotContain(s.Requests, r => r.Path == path));
    }

    [Fact]
    public async Task References_carry_values_encoded_and_never_text_that_is_read_again()
    {
        _gateway.ThreatIntel.Answers["/api/v2/threat-intel/first"] = c => c.Response.WriteAsJsonAsync(new { id = "a&admin=1/../{c.data.id}", n = 7, list = new[] { "x", "y" } });
        string? body = null;
        _gateway.ThreatIntel.Answers["/api/v2/threat-intel/second"] = async c =>
        {
            body = await new StreamReader(c.Request.Body).ReadToEndAsync(c.RequestAborted);
            await c.Response.WriteAsJsonAsync(new { });
        };
        var answer = await SendAsync(
            "v2",
            Operation("second", "POST", "/api/v2/threat-intel/second?q={first.data.id}&n={first.data.n}", body: new { n = "{first.data.n}", text = "n is {first.data.n}, {other.data.id}", list = "{first.data.list}", item = "{first.data.list.1}" }),
            Operation("first", "GET", "/api/v2/threat-intel/first"));
        Assert.Equal(200, answer[0].GetProperty("status").GetInt32());
        Assert.Equal("""{"n":7,"text":"n is 7, {other.data.id}","list":["x","y"],"item":"y"}""", body);
        Assert.Equal("/api/v2/threat-intel/second?q=a%26admin%3D1%2F..%2F%7Bc.data.id%7D&n=7", _gateway.ThreatIntel.Last.Path);
    }

    [Fact]
    public async Task In_v1_data_is_what_the_envelope_holds()
    {
        _gateway.ThreatIntel.Answers["/api/v1/threat-intel/first"] = c => c.Response.WriteAsJsonAsync(new { success = true, data = new { id = "seven" } });
        await SendAsync("v1", Operation("a", "GET", "/api/v1/threat-intel/first"), Operation("b", "GET", "/api/v1/threat-intel/second?id={a.data.id}"));
        Assert.Equal("/api/v1/threat-intel/second?id=seven", _gateway.ThreatIntel.Last.Path);
    }

    [Fact]
    public async Task What_depends_on_a_failure_is_not_sent()
    {
        _gateway.ThreatIntel.Answers["/api/v2/threat-intel/bad"] = c => { c.Response.StatusCode = 409; return Task.CompletedTask; };
        var answer = await SendAsync(
            "v2", Operation("bad", "POST", "/api/v2/threat-intel/bad", body: new { }), Operation("next", "GET", "/api/v2/threat-intel/next", dependsOn: ["bad"]),
            Operation("last", "GET", "/api/v2/threat-intel/last", dependsOn: ["next"]), Operation("free", "GET", "/api/v2/threat-intel/free"));
        Assert.Equal([409, 424, 424, 200], answer.Select(r => r.GetProperty("status").GetInt32()));
        Assert.DoesNotContain(_gateway.ThreatIntel.Requests, r => r.Path.EndsWith("/next", StringComparison.Ordinal) || r.Path.EndsWith("/last", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ring_of_dependencies_an_unknown_one_and_atomic_are_refused()
    {
        Assert.Contains("operations[0].depends_on", await RefusedAsync(Operation("a", "GET", "/api/v2/users", dependsOn: ["b"]), Operation("b", "GET", "/api/v2/users?x={a.data.x}")));
        Assert.Equal(["operations[0].depends_on"], await RefusedAsync(Operation("a", "GET", "/api/v2/users", dependsOn: ["z"])));
        Assert.Equal(["operations[1].id"], await RefusedAsync(Operation("a", "GET", "/api/v2/users"), Operation("a", "GET", "/api/v2/users")));
        using var atomic = await PostAsync("v2", new { atomic = true, operations = new[] { Operation("a", "GET", "/api/v2/users") } });
        using var many = await PostAsync("v2", new { operations = Enumerable.Range(0, 101).Select(i => Operation($"o{i}", "GET", "/api/v2/users")) });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity), (atomic.StatusCode, many.StatusCode));
    }

    [Fact]
    public async Task Eight_run_at_once_and_each_counts_against_the_limit()
    {
        _gateway.Services["tenancy"].Answers["/internal/tenants/resolve"] = GatewayUnderTest.Tenant("active", perMinute: 31);
        var (running, most) = (0, 0);
        var counting = new Lock();
        var all = new TaskCompletionSource();
        _gateway.ThreatIntel.Answers["/api/v2/threat-intel/slow"] = async c =>
        {
            lock (counting)
            {
                most = Math.Max(most, ++running);
                if (running == 8)
                {
                    all.TrySetResult();
                }
            }

            await all.Task.WaitAsync(TimeSpan.FromSeconds(30), c.RequestAborted);
            lock (counting)
            {
                running--;
            }

            await c.Response.WriteAsJsonAsync(new { });
        };
        var answer = await SendAsync("v2", [.. Enumerable.Range(0, 40).Select(i => Operation($"o{i}", "GET", "/api/v2/threat-intel/slow"))]);
        // One of the 31 was the batch itself.
        Assert.Equal((30, 10), (answer.Count(r => r.GetProperty("status").GetInt32() == 200), answer.Count(r => r.GetProperty("status").GetInt32() == 429)));
        Assert.Equal(8, most);
    }

    [Fact]
    public async Task Answers_have_eight_megabytes_together()
    {
        _gateway.ThreatIntel.Answers["/api/v2/threat-intel/big"] = c => c.Response.WriteAsync(new string('x', 5 << 20));
        var answer = await SendAsync("v2", Operation("a", "GET", "/api/v2/threat-intel/big"), Operation("b", "GET", "/api/v2/threat-intel/big", dependsOn: ["a"]));
        Assert.Equal([200, 413], answer.Select(r => r.GetProperty("status").GetInt32()));
        using var large = await PostAsync("v2", new { operations = new[] { Operation("a", "POST", "/api/v2/users", body: new { x = new string('x', 9 << 20) }) } });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
    }

    private static Dictionary<string, object?> Operation(
        string id, string method, string path, object? body = null, object? headers = null, string? headerName = null, string[]? dependsOn = null)
    {
        var operation = new Dictionary<string, object?> { ["id"] = id, ["method"] = method, ["path"] = path };
        if (body is not null)
        {
            operation["body"] = body;
        }

        if (headers is not null)
        {
            operation["headers"] = new Dictionary<string, object?> { [headerName!] = headers.GetType().GetProperties()[0].GetValue(headers) };
        }

        if (dependsOn is not null)
        {
            operation["depends_on"] = dependsOn;
        }

        return operation;
    }

    private async Task<HttpResponseMessage> PostAsync(string version, object batch)
    {
        using var request = _gateway.Request(HttpMethod.Post, $"/api/{version}/batch");
        request.Content = JsonContent.Create(batch);
        return await _gateway.Client.SendAsync(request, Ct);
    }

    private async Task<JsonElement[]> SendAsync(string version, params Dictionary<string, object?>[] operations)
    {
        using var response = await PostAsync(version, new { operations });
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.IsSuccessStatusCode, text);
        var answer = JsonElement.Parse(text);
        return [.. (version == "v1" ? answer.GetProperty("data") : answer).GetProperty("responses").EnumerateArray()];
    }

    private async Task<string[]> RefusedAsync(params Dictionary<string, object?>[] operations)
    {
        using var response = await PostAsync("v2", new { operations });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        return [.. JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).GetProperty("errors").EnumerateObject().Select(e => e.Name)];
    }
}
