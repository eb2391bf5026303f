using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Gateway.Caching;
using Platform.Gateway.Revocation;
using Platform.Gateway.Streaming;
using Platform.Gateway.Tests.Support;
using Platform.TestSupport;

namespace Platform.Gateway.Tests;

/// <summary>What is kept, for whom, and for how long.</summary>
public sealed class ResponseCacheTests : IAsyncLifetime
{
    private const string Path = "/api/v2/threat-intel/indicators";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly CancellationTokenSource _pulse = new();
    private GatewayUnderTest _gateway = null!;
    private Task _pulsing = Task.CompletedTask;
    private int _asked;
    private string _control = "s-maxage=60";

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayUnderTest.StartAsync();
        _pulsing = PulseAsync(_gateway.Provider.GetRequiredService<FeedState>(), _gateway.Provider.GetRequiredService<ChangeFeed>().State);
        Answer(c => c.Response.WriteAsync($"{Interlocked.Increment(ref _asked)}", Ct));
        await Eventually.TrueAsync(
            async () =>
            {
                using var first = await _gateway.GetAsync($"{Path}?warm={Guid.NewGuid()}");
                return first.Headers.Contains("X-Cache");
            },
            TimeSpan.FromSeconds(10), Ct, "The feeds");
        _asked = 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _pulse.CancelAsync();
        await _pulsing;
        _pulse.Dispose();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_marked_answer_is_kept_and_told_to_clients_as_theirs_to_ask_for_again()
    {
        Assert.Equal(["1 MISS", "1 HIT", "1 HIT"], await AskAsync(3));
        using var response = await _gateway.GetAsync(Path);
        Assert.Equal("no-cache, private", string.Join(", ", response.Headers.CacheControl!.ToString().Split(", ").Order(StringComparer.Ordinal)));
        Assert.False(response.Headers.Contains("Surrogate-Key"));
        Assert.Equal(2, response.Headers.GetValues("RateLimit-Policy").Concat(response.Headers.GetValues("X-Request-ID")).Count());
    }

    [Theory]
    [InlineData("tenant")]
    [InlineData("tlp_clearance")]
    [InlineData("permissions")]
    public async Task Nobody_gets_what_was_answered_to_another_tenant_clearance_or_permission(string claim)
    {
        var other = _gateway.Issuer.Token(d => d.Claims[claim] = claim switch { "tenant" => Guid.NewGuid().ToString(), "tlp_clearance" => "red", _ => "read:all" });
        Assert.Equal("1 MISS", await AskAsync(Path));
        Assert.Equal("2 MISS", await AskAsync(Path, other));
        Assert.Equal("2 HIT", await AskAsync(Path, other));
    }

    [Fact]
    public async Task Users_of_one_tenant_with_the_same_rights_share_where_the_route_says_so()
    {
        Assert.Equal("1 MISS", await AskAsync(Path));
        Assert.Equal("1 HIT", await AskAsync(Path, _gateway.Issuer.Token(d => d.Claims["sub"] = Guid.NewGuid().ToString())));
    }

    [Fact]
    public async Task Without_a_credential_nothing_kept_is_shown()
    {
        await AskAsync(1);
        using var nobody = await _gateway.Client.GetAsync(Path, Ct);
        using var wrong = await _gateway.GetAsync(Path, "x.y.z");
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (nobody.StatusCode, wrong.StatusCode));
    }

    [Theory]
    [InlineData("?a=1&b=2", "?b=2&a=1", "1 HIT")]
    [InlineData("?a=1&a=2", "?a=2&a=1", "2 MISS")]
    [InlineData("?a=1", "?a=2", "2 MISS")]
    [InlineData("?a=1&b=2", "?a=1%26b=2", "2 MISS")]
    [InlineData("", "?a=1", "2 MISS")]
    public async Task A_query_is_the_same_in_any_order_of_its_names(string first, string second, string expected)
    {
        await AskAsync(Path + first);
        Assert.Equal(expected, await AskAsync(Path + second));
    }

    [Theory]
    [InlineData("s-maxage=60", "Set-Cookie", "a=b", 200)]
    [InlineData("s-maxage=60", "Vary", "*", 200)]
    [InlineData("s-maxage=60", "Vary", "Accept, X-Mood", 200)]
    [InlineData("s-maxage=60", "X-Any", "x", 500)]
    [InlineData("s-maxage=60", "X-Any", "x", 404)]
    [InlineData("no-store", "X-Any", "x", 200)]
    [InlineData("private, s-maxage=60", "X-Any", "x", 200)]
    [InlineData("max-age=60", "X-Any", "x", 200)]
    [InlineData("s-maxage=60", "Surrogate-Key", "", 200)]
    public async Task Errors_cookies_other_variants_and_what_is_not_marked_are_never_kept(string control, string header, string value, int status)
    {
        _control = control;
        Answer(c =>
        {
            c.Response.StatusCode = status;
            c.Response.Headers[header] = value;
            return c.Response.WriteAsync($"{Interlocked.Increment(ref _asked)}", Ct);
        });
        Assert.Equal(["1 MISS", "2 MISS"], await AskAsync(2));
    }

    [Fact]
    public async Task Answers_that_vary_by_language_are_kept_by_language()
    {
        Answer(c =>
        {
            c.Response.Headers.Vary = "Accept-Language";
            return c.Response.WriteAsync($"{Interlocked.Increment(ref _asked)} {c.Request.Headers.AcceptLanguage}", Ct);
        });
        Assert.Equal("1 de MISS", await AskAsync(Path, null, ("Accept-Language", "de")));
        Assert.Equal("2 en MISS", await AskAsync(Path, null, ("Accept-Language", "en")));
        Assert.Equal("1 de HIT", await AskAsync(Path, null, ("Accept-Language", "de")));
    }

    [Fact]
    public async Task Of_many_at_once_one_asks_the_service()
    {
        var go = new TaskCompletionSource();
        Answer(async c =>
        {
            Interlocked.Increment(ref _asked);
            await go.Task.WaitAsync(Ct);
            await c.Response.WriteAsync("one", Ct);
        });
        var all = Enumerable.Range(0, 50).Select(_ => AskAsync(Path)).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(_gateway.ThreatIntel.Requests.Any(r => r.Path == Path)), TimeSpan.FromSeconds(10), Ct, "The first request");
        go.SetResult();
        Assert.Equal(["one HIT", "one MISS"], (await Task.WhenAll(all)).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task A_stale_answer_is_sent_at_once_and_renewed_behind_it()
    {
        _control = "s-maxage=1, stale-while-revalidate=60";
        Assert.Equal("1 MISS", await AskAsync(Path));
        await Eventually.TrueAsync(async () => await AskAsync(Path) == "1 STALE", TimeSpan.FromSeconds(10), Ct, "A stale answer");
        // A later one than the second where a second passes between two looks.
        await Eventually.TrueAsync(async () => await AskAsync(Path) is [not '1', .., 'H', 'I', 'T'], TimeSpan.FromSeconds(10), Ct, "A renewed one");
    }

    [Fact]
    public async Task A_change_voids_what_was_asked_for_before_it()
    {
        var purges = _gateway.Provider.GetRequiredService<CachePurges>();
        Assert.Equal(["1 MISS", "1 HIT"], await AskAsync(2));
        purges.Purge(Guid.NewGuid(), "threat-intel");
        purges.Purge(WellKnown.DefaultTenantId, "something-else");
        Assert.Equal("1 HIT", await AskAsync(Path));
        purges.Purge(WellKnown.DefaultTenantId, "threat-intel");
        Assert.Equal("2 MISS", await AskAsync(Path));
    }

    [Fact]
    public async Task Whoever_changes_something_reads_their_change()
    {
        await AskAsync(2);
        using var changed = await _gateway.Client.SendAsync(_gateway.Request(HttpMethod.Delete, Path + "/1"), Ct);
        Assert.Equal("2 MISS", await AskAsync(Path));
    }

    [Fact]
    public async Task A_client_that_has_the_answer_gets_304_and_one_that_wants_a_new_one_a_new_one()
    {
        Answer(c =>
        {
            c.Response.Headers.ETag = "W/\"7\"";
            return c.Response.WriteAsync($"{Interlocked.Increment(ref _asked)}", Ct);
        });
        await AskAsync(1);
        Assert.Equal(" HIT", await AskAsync(Path, null, ("If-None-Match", "\"7\"")));
        Assert.Equal("2 MISS", await AskAsync(Path, null, ("Cache-Control", "no-cache")));
        Assert.Equal("2 HIT", await AskAsync(Path));
    }

    [Fact]
    public async Task In_v1_everybody_gets_the_id_of_their_own_request()
    {
        Answer(
            c => c.Response.WriteAsync($$"""{"success":true,"data":{},"request_id":"{{c.Request.Headers["X-Request-ID"]}}"}""", Ct), "/api/v1/threat-intel/indicators");
        for (var i = 0; i < 2; i++)
        {
            using var response = await _gateway.GetAsync("/api/v1/threat-intel/indicators");
            Assert.EndsWith($"\"request_id\":\"{response.Headers.GetValues("X-Request-ID").Single()}\"}}", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            Assert.Equal(i == 0 ? "MISS" : "HIT", response.Headers.GetValues("X-Cache").Single());
        }
    }

    [Fact]
    public async Task While_changes_are_not_heard_nothing_kept_is_used()
    {
        await AskAsync(2);
        await _pulse.CancelAsync();
        await _pulsing;
        await Eventually.TrueAsync(async () => !(await AskAsync(Path)).EndsWith("HIT", StringComparison.Ordinal), TimeSpan.FromSeconds(10), Ct, "The service's own answer");
    }

    private static async Task PulseWaitAsync(PeriodicTimer timer, CancellationToken ct) => await timer.WaitForNextTickAsync(ct);

    private async Task PulseAsync(params FeedState[] feeds)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (true)
            {
                foreach (var feed in feeds)
                {
                    feed.Heard();
                }

                await PulseWaitAsync(timer, _pulse.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Answer(RequestDelegate answer, string path = Path) => _gateway.ThreatIntel.Answers[path] = c =>
    {
        c.Response.Headers.CacheControl = _control;
        c.Response.Headers["Surrogate-Key"] = "threat-intel";
        c.Response.ContentType = "application/json";
        return answer(c);
    };

    private async Task<string[]> AskAsync(int times)
    {
        var answers = new string[times];
        for (var i = 0; i < times; i++)
        {
            answers[i] = await AskAsync(Path);
        }

        return answers;
    }

    private async Task<string> AskAsync(string path, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = _gateway.Request(HttpMethod.Get, path, token);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _gateway.Client.SendAsync(request, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        var cache = response.Headers.TryGetValues("X-Cache", out var values) ? values.Single() : "-";
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotModified || text.Length < 5 ? $"{text} {cache}" : text;
    }
}
