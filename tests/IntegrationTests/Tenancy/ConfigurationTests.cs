using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.TestSupport;
using static Platform.IntegrationTests.Tenancy.TenancyFixture;

namespace Platform.IntegrationTests.Tenancy;

/// <summary>The platform's settings, on a service of their own: there is one set of them.</summary>
public sealed class ConfigurationTests(Stack stack) : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly TenancyFixture _tenancy = new(stack);

    public ValueTask InitializeAsync() => _tenancy.InitializeAsync();

    public ValueTask DisposeAsync() => _tenancy.DisposeAsync();

    private HttpClient Reader => _tenancy.ClientFor(WellKnown.DefaultTenantId, "read:all");

    [Fact]
    public async Task A_change_is_kept_told_recorded_and_can_be_taken_back()
    {
        var live = _tenancy.Services.GetRequiredService<LiveSettings>();
        var first = await SendAsync(Reader, HttpMethod.Get, "/api/v2/config", HttpStatusCode.OK, Ct);
        Assert.Equal((100, 60, 0), (first.GetProperty("rate_limit_max_requests").GetInt32(), first.GetProperty("rate_limit_window").GetInt32(), first.GetProperty("revision").GetInt32()));
        Assert.False(first.TryGetProperty("backup_path", out _), "Paths are not public.");

        var changed = await SendAsync(_tenancy.Admin, HttpMethod.Put, "/api/v2/config", HttpStatusCode.OK, Ct, new { rate_limit_max_requests = 7, backup_path = "vault/daily" });
        Assert.Equal((7, 60, "vault/daily", 1), (changed.GetProperty("rate_limit_max_requests").GetInt32(), changed.GetProperty("rate_limit_window").GetInt32(), changed.GetProperty("backup_path").GetString(), changed.GetProperty("revision").GetInt32()));
        await Eventually.TrueAsync(() => Task.FromResult(live.Current?.RateLimitMaxRequests == 7), TimeSpan.FromSeconds(10), Ct, "The change in the process");

        await SendAsync(_tenancy.Admin, HttpMethod.Put, "/api/v2/config", HttpStatusCode.OK, Ct, new { circuit_breaker_timeout = 30 });
        await SendAsync(_tenancy.Admin, HttpMethod.Put, "/api/v2/config", HttpStatusCode.OK, Ct, new { circuit_breaker_timeout = 30 });
        var back = await SendAsync(_tenancy.Admin, HttpMethod.Post, "/api/v2/config/rollback/0", HttpStatusCode.OK, Ct);
        Assert.Equal((100, 5, 3), (back.GetProperty("rate_limit_max_requests").GetInt32(), back.GetProperty("circuit_breaker_timeout").GetInt32(), back.GetProperty("revision").GetInt32()));
        await Eventually.TrueAsync(() => Task.FromResult(live.Version == 3 && live.Current!.CircuitBreakerTimeout == 5), TimeSpan.FromSeconds(10), Ct, "The rollback in the process");

        var history = await SendAsync(_tenancy.Admin, HttpMethod.Get, "/api/v2/config/history", HttpStatusCode.OK, Ct);
        var items = history.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([3, 2, 1], items.Select(i => i.GetProperty("version").GetInt32()));
        Assert.Equal(0, items[0].GetProperty("rolled_back_to").GetInt32());
        Assert.Equal(("100", "7"), (items[2].GetProperty("changes").GetProperty("rate_limit_max_requests").GetProperty("from").GetString(), items[2].GetProperty("changes").GetProperty("rate_limit_max_requests").GetProperty("to").GetString()));
        await SendAsync(_tenancy.Admin, HttpMethod.Post, "/api/v2/config/rollback/99", HttpStatusCode.NotFound, Ct);
    }

    [Fact]
    public async Task A_process_that_starts_later_asks_and_is_told()
    {
        await SendAsync(_tenancy.Admin, HttpMethod.Put, "/api/v2/config", HttpStatusCode.OK, Ct, new { rate_limit_window = 30 });
        await using var later = _tenancy.Another();
        var live = later.Services.GetRequiredService<LiveSettings>();
        await Eventually.TrueAsync(() => Task.FromResult(live.Current?.RateLimitWindow == 30), TimeSpan.FromSeconds(15), Ct, "The settings in the later process");
    }

    [Theory]
    [InlineData("{\"rate_limit_max_requests\":0,\"rate_limit_window\":90000}", "rate_limit_max_requests", "rate_limit_window")]
    [InlineData("{\"circuit_breaker_failure_threshold\":1}", "circuit_breaker_failure_threshold")]
    [InlineData("{\"backup_path\":\"/etc\"}", "backup_path")]
    [InlineData("{\"backup_path\":\"a/../../b\"}", "backup_path")]
    [InlineData("{\"log_path\":\"../logs\"}", "log_path")]
    [InlineData("{\"database_provider\":\"oracle\"}", "database_provider")]
    public async Task What_cannot_be_is_refused_and_changes_nothing(string body, params string[] fields)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using var response = await _tenancy.Admin.PutAsync(new Uri("/api/v2/config", UriKind.Relative), content, Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var errors = (await response.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(Ct)).GetProperty("errors");
        Assert.All(fields, f => Assert.True(errors.TryGetProperty(f, out _), f));
        Assert.Equal(0, (await SendAsync(Reader, HttpMethod.Get, "/api/v2/config", HttpStatusCode.OK, Ct)).GetProperty("revision").GetInt32());
    }

    [Fact]
    public async Task Only_the_platforms_administrators_change_and_see_changes()
    {
        var admin = _tenancy.ClientFor(WellKnown.DefaultTenantId, "read:all write:all delete:all manage:config manage:api_keys");
        await SendAsync(admin, HttpMethod.Put, "/api/v2/config", HttpStatusCode.Forbidden, Ct, new { rate_limit_window = 30 });
        await SendAsync(admin, HttpMethod.Get, "/api/v2/admin/backups", HttpStatusCode.Forbidden, Ct);
        await SendAsync(admin, HttpMethod.Get, "/api/v2/config/history", HttpStatusCode.Forbidden, Ct);
        await SendAsync(admin, HttpMethod.Post, "/api/v2/config/rollback/0", HttpStatusCode.Forbidden, Ct);
        await SendAsync(admin, HttpMethod.Post, "/api/v2/config/test-database", HttpStatusCode.Forbidden, Ct);
    }

    [Fact]
    public async Task Of_two_changes_at_once_each_stands_in_the_history_or_is_told_of_the_conflict()
    {
        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(async i =>
        {
            using var response = await _tenancy.Admin.PutAsJsonAsync("/api/v2/config", new { rate_limit_window = 100 + i }, Ct);
            return response.StatusCode;
        }));
        Assert.All(answers, a => Assert.True(a is HttpStatusCode.OK or HttpStatusCode.Conflict, a.ToString()));
        Assert.Equal(answers.Count(a => a == HttpStatusCode.OK), await _tenancy.ScalarAsync<long>("SELECT count(*) FROM configuration_versions", Ct));

        using var stale = new HttpRequestMessage(HttpMethod.Put, "/api/v2/config") { Content = JsonContent.Create(new { rate_limit_window = 1 }), Headers = { { "If-Match", "W/\"0\"" } } };
        using var refused = await _tenancy.Admin.SendAsync(stale, Ct);
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
    }

    [Fact]
    public async Task Stores_are_tried_by_name_and_no_other_address_is()
    {
        var answer = await SendAsync(_tenancy.Admin, HttpMethod.Post, "/api/v2/config/test-database", HttpStatusCode.OK, Ct);
        Assert.Equal("success", answer.GetProperty("status").GetString());
        Assert.True(answer.GetProperty("connection_time_ms").GetDouble() > 0);
        await SendAsync(_tenancy.Admin, HttpMethod.Post, "/api/v2/config/test-database", HttpStatusCode.UnprocessableEntity, Ct, new { name = "Host=127.0.0.1;Database=postgres" });
        await SendAsync(_tenancy.Admin, HttpMethod.Post, "/api/v2/config/test-database", HttpStatusCode.UnprocessableEntity, Ct, new { name = "identitydb" });
    }
}
