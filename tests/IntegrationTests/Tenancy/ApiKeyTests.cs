using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts;
using static Platform.IntegrationTests.Tenancy.TenancyFixture;

namespace Platform.IntegrationTests.Tenancy;

[Collection(TenancyCollection.Name)]
public sealed class ApiKeyTests(TenancyFixture tenancy)
{
    private const string Keys = "/api/v2/admin/api-keys";
    private static readonly string[] ReadThreats = ["read:threat_intel"];
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static Task<JsonElement> CreateAsync(HttpClient client, object? body = null) =>
        SendAsync(client, HttpMethod.Post, Keys, HttpStatusCode.Created, Ct, body ?? new { name = "k", permissions = ReadThreats });

    [Fact]
    public async Task A_key_is_created_found_changed_rotated_and_revoked()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var admin = tenancy.ClientFor(tenant, PlatformAdmin);
        var issued = await CreateAsync(admin, new
        {
            name = "siem",
            permissions = new[] { "read:threat_intel", "write:threat_intel" },
            allowed_cidrs = new[] { "192.0.2.0/24", "2001:db8::1" },
            rate_limit = new { requests_per_minute = 7 },
            tlp_clearance = "amber",
        });
        var key = issued.GetProperty("key").GetString()!;
        var id = issued.GetProperty("id").GetGuid();
        Assert.Matches("^pk_test_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$", key);

        var found = (await tenancy.ResolveAsync(key, Ct))!.Value;
        Assert.Equal(id, found.GetProperty("id").GetGuid());
        Assert.Equal(tenant, found.GetProperty("tenant_id").GetGuid());
        Assert.Equal("active", found.GetProperty("tenant_status").GetString());
        Assert.Equal("amber", found.GetProperty("tlp_clearance").GetString());
        Assert.Equal(7, found.GetProperty("rate_limit").GetProperty("requests_per_minute").GetInt32());
        Assert.Equal(1000, found.GetProperty("limits").GetProperty("requests_per_minute").GetInt32());
        Assert.Equal(["192.0.2.0/24", "2001:db8::1/128"], found.GetProperty("allowed_cidrs").EnumerateArray().Select(c => c.GetString()));

        var listed = await SendAsync(admin, HttpMethod.Get, Keys, HttpStatusCode.OK, Ct);
        Assert.Equal(id, Assert.Single(listed.GetProperty("items").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.DoesNotContain(key[^43..], listed.ToString(), StringComparison.Ordinal);

        await SendAsync(admin, HttpMethod.Patch, $"{Keys}/{id}", HttpStatusCode.OK, Ct, new { permissions = ReadThreats, rate_limit = (object?)null });
        found = (await tenancy.ResolveAsync(key, Ct))!.Value;
        Assert.Equal("read:threat_intel", Assert.Single(found.GetProperty("permissions").EnumerateArray()).GetString());
        Assert.False(found.TryGetProperty("rate_limit", out _));

        var rotated = await SendAsync(admin, HttpMethod.Post, $"{Keys}/{id}/rotate", HttpStatusCode.Created, Ct, new { grace_seconds = 600 });
        var next = rotated.GetProperty("key").GetString()!;
        Assert.Equal(id, (await tenancy.ResolveAsync(next, Ct))!.Value.GetProperty("id").GetGuid());
        var inGrace = (await tenancy.ResolveAsync(key, Ct))!.Value;
        Assert.InRange(inGrace.GetProperty("expires_at").GetDateTimeOffset(), TimeProvider.System.GetUtcNow().AddMinutes(9), TimeProvider.System.GetUtcNow().AddMinutes(11));

        await SendAsync(admin, HttpMethod.Post, $"{Keys}/{id}/rotate", HttpStatusCode.Created, Ct, new { grace_seconds = 0 });
        Assert.Null(await tenancy.ResolveAsync(key, Ct));
        Assert.Null(await tenancy.ResolveAsync(next, Ct));

        await SendAsync(admin, HttpMethod.Delete, $"{Keys}/{id}", HttpStatusCode.NoContent, Ct);
        await SendAsync(admin, HttpMethod.Delete, $"{Keys}/{id}", HttpStatusCode.NoContent, Ct);
        await SendAsync(admin, HttpMethod.Get, $"{Keys}/{id}", HttpStatusCode.NotFound, Ct);
        await SendAsync(admin, HttpMethod.Post, $"{Keys}/{id}/rotate", HttpStatusCode.NotFound, Ct);
    }

    [Fact]
    public async Task A_key_that_is_wrong_in_any_way_is_not_found()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var issued = await CreateAsync(tenancy.ClientFor(tenant, PlatformAdmin));
        var key = issued.GetProperty("key").GetString()!;
        var last = key[^1] == 'a' ? 'b' : 'a';
        foreach (var wrong in new[]
        {
            key[..^1] + last, // the secret
            key.Replace(issued.GetProperty("prefix").GetString()!, "000000000000", StringComparison.Ordinal),
            key.Replace("_test_", "_live_", StringComparison.Ordinal), // the environment is part of what is hashed
            key + "a", key[1..], "", "pk_", "pk_test__", "'; DROP TABLE api_keys; --", new string('a', 5000),
        })
        {
            Assert.Null(await tenancy.ResolveAsync(wrong, Ct));
        }

        Assert.NotNull(await tenancy.ResolveAsync(key, Ct));
        await tenancy.ExecuteAsync("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1", Ct, issued.GetProperty("id").GetGuid());
        Assert.Null(await tenancy.ResolveAsync(key, Ct));
    }

    [Fact]
    public async Task A_key_tells_of_its_tenants_state_and_dies_with_the_tenant()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var key = (await CreateAsync(tenancy.ClientFor(tenant, PlatformAdmin))).GetProperty("key").GetString()!;
        await SendAsync(tenancy.Admin, HttpMethod.Post, $"/api/v1/admin/tenants/{tenant}/suspend", HttpStatusCode.OK, Ct);
        Assert.Equal("suspended", (await tenancy.ResolveAsync(key, Ct))!.Value.GetProperty("tenant_status").GetString());
        await SendAsync(tenancy.Admin, HttpMethod.Delete, $"/api/v1/admin/tenants/{tenant}", HttpStatusCode.NoContent, Ct);
        Assert.Null(await tenancy.ResolveAsync(key, Ct));
    }

    [Theory]
    [InlineData("manage:tenants")]
    [InlineData("read:users")]
    [InlineData("use:internal")]
    public async Task Nobody_grants_what_they_do_not_hold(string permission)
    {
        var developer = tenancy.ClientFor(WellKnown.DefaultTenantId, "manage:own_api_keys read:all", TlpLevel.Green);
        await SendAsync(developer, HttpMethod.Post, Keys, HttpStatusCode.Forbidden, Ct, new { name = "k", permissions = new[] { permission } });
        await SendAsync(developer, HttpMethod.Post, Keys, HttpStatusCode.Forbidden, Ct, new { name = "k", permissions = ReadThreats, tlp_clearance = "amber" });
        var key = await CreateAsync(developer);
        await SendAsync(developer, HttpMethod.Patch, $"{Keys}/{key.GetProperty("id")}", HttpStatusCode.Forbidden, Ct, new { permissions = new[] { permission } });
    }

    [Fact]
    public async Task V1_takes_the_spellings_of_the_seeds_cut_to_what_the_creator_holds()
    {
        var analyst = tenancy.ClientFor(WellKnown.DefaultTenantId, "manage:own_api_keys read:all write:threat_intel write:notes");
        var created = await SendAsync(analyst, HttpMethod.Post, "/api/admin/api-keys", HttpStatusCode.Created, Ct, new { name = "k", permissions = new[] { "read", "write", "use_chat" } });
        Assert.Equal(
            ["read:all", "write:notes", "write:threat_intel"],
            created.GetProperty("data").GetProperty("permissions").EnumerateArray().Select(p => p.GetString()));
        await SendAsync(analyst, HttpMethod.Post, Keys, HttpStatusCode.UnprocessableEntity, Ct, new { name = "k", permissions = new[] { "read" } });
    }

    [Fact]
    public async Task Bad_keys_are_refused_with_all_their_faults()
    {
        var fault = await SendAsync(tenancy.Admin, HttpMethod.Post, Keys, HttpStatusCode.UnprocessableEntity, Ct, new
        {
            name = " ",
            permissions = Array.Empty<string>(),
            allowed_cidrs = new[] { "10.0.0.0/8", "300.1.1.1" },
            rate_limit = new { requests_per_day = 0 },
        });
        Assert.Equal(["allowed_cidrs[1]", "name", "permissions", "rate_limit"], fault.GetProperty("errors").EnumerateObject().Select(p => p.Name).Order());
        await SendAsync(tenancy.Admin, HttpMethod.Post, Keys, HttpStatusCode.UnprocessableEntity, Ct, new { name = "k", permissions = ReadThreats, expires_at = "2020-01-01T00:00:00Z" });
    }

    [Fact]
    public async Task Own_keys_are_all_that_a_developer_sees()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var theirs = await CreateAsync(tenancy.ClientFor(tenant, PlatformAdmin));
        var developer = tenancy.ClientFor(tenant, "manage:own_api_keys read:all");
        var own = await CreateAsync(developer);
        var listed = await SendAsync(developer, HttpMethod.Get, Keys, HttpStatusCode.OK, Ct);
        Assert.Equal(own.GetProperty("id").GetGuid(), Assert.Single(listed.GetProperty("items").EnumerateArray()).GetProperty("id").GetGuid());
        await SendAsync(developer, HttpMethod.Get, $"{Keys}/{theirs.GetProperty("id")}", HttpStatusCode.NotFound, Ct);
        await SendAsync(tenancy.ClientFor(tenant, "read:all"), HttpMethod.Get, Keys, HttpStatusCode.Forbidden, Ct);
    }

    [Fact]
    public async Task The_secret_is_kept_nowhere_and_a_repeat_does_not_show_it_again()
    {
        var client = tenancy.ClientFor(await tenancy.CreateTenantAsync(Ct), PlatformAdmin);
        client.DefaultRequestHeaders.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var first = await client.PostAsJsonAsync(Keys, new { name = "k", permissions = ReadThreats }, Ct);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.True(first.Headers.CacheControl!.NoStore);
        var issued = JsonDocument.Parse(await first.Content.ReadAsStringAsync(Ct)).RootElement;
        using var second = await client.PostAsJsonAsync(Keys, new { name = "k", permissions = ReadThreats }, Ct);
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal(first.Headers.Location, second.Headers.Location);

        var secret = issued.GetProperty("key").GetString()![^43..];
        foreach (var table in new[] { "api_keys", "outbox", "idempotency_keys" })
        {
            Assert.Equal(0, await tenancy.ScalarAsync<long>($"SELECT count(*) FROM {table} AS r WHERE r::text LIKE '%' || $1 || '%'", Ct, secret));
        }
    }

    [Fact]
    public async Task A_change_meant_for_another_version_is_refused()
    {
        var client = tenancy.ClientFor(await tenancy.CreateTenantAsync(Ct), PlatformAdmin);
        var id = (await CreateAsync(client)).GetProperty("id").GetGuid();
        using var read = await client.GetAsync($"{Keys}/{id}", Ct);
        await SendAsync(client, HttpMethod.Patch, $"{Keys}/{id}", HttpStatusCode.OK, Ct, new { name = "first" });
        client.DefaultRequestHeaders.IfMatch.Add(read.Headers.ETag!);
        await SendAsync(client, HttpMethod.Patch, $"{Keys}/{id}", HttpStatusCode.PreconditionFailed, Ct, new { name = "second" });
        await SendAsync(client, HttpMethod.Delete, $"{Keys}/{id}", HttpStatusCode.PreconditionFailed, Ct);
    }
}
