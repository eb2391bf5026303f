using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Contracts.Gateway;
using Platform.Contracts.Identity;
using Platform.Identity.Clients;
using Platform.ServiceDefaults;
using Platform.TestSupport;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

[Collection(ProtocolCollection.Name)]
public sealed class ClientTests(IdentityFixture identity)
{
    private HttpClient Gateway => identity.ClientFor(new Caller(WellKnown.DefaultTenantId, "gateway", CallerKind.Service, PermissionSet.Parse("use:internal"), TlpLevel.Clear));

    [Fact]
    public async Task Secrets_are_shown_once_and_the_signing_secret_reaches_the_gateway_sealed()
    {
        var created = await CreateAsync(new { client_name = "feed", permissions = new[] { "read:threat_intel" } });
        var (id, secret, key) = (Text(created, "client_id"), Text(created, "client_secret"), Text(created, "api_key"));
        Assert.Equal("active", Text(created, "status"));
        var read = await SendAsync(identity.Admin, HttpMethod.Get, $"/api/v2/integrations/clients/{id}", HttpStatusCode.OK);
        Assert.False(read.TryGetProperty("client_secret", out _));
        Assert.Equal(0, await identity.CountAsync("SELECT count(*) FROM clients WHERE position($1 in encode(signing_secret, 'escape')) > 0", secret));

        var resolved = await SendAsync(Gateway, HttpMethod.Post, "/internal/clients/resolve", HttpStatusCode.OK, new { client_id = id });
        var internalKey = Convert.FromBase64String(identity.Services.GetRequiredService<IOptions<InternalAuthOptions>>().Value.Key);
        var opened = InternalSecrets.Open(internalKey, Convert.FromBase64String(resolved.GetProperty("signing_secrets")[0].GetString()!), InternalClientEndpoints.SealContext(id));
        Assert.Equal(secret, Encoding.UTF8.GetString(opened));
        Assert.Equal(id, Text(await SendAsync(Gateway, HttpMethod.Post, "/internal/clients/resolve", HttpStatusCode.OK, new { api_key = key }), "client_id"));
        await SendAsync(Gateway, HttpMethod.Post, "/internal/clients/resolve", HttpStatusCode.NotFound, new { api_key = key[..^2] + "AA" });
        await SendAsync(Gateway, HttpMethod.Post, "/internal/clients/resolve", HttpStatusCode.NotFound, new { client_id = id[..^2] + "AA" });
        await SendAsync(identity.Admin, HttpMethod.Post, "/internal/clients/resolve", HttpStatusCode.Forbidden, new { client_id = id });
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_work_until_the_grace_ends()
    {
        var created = await CreateAsync(new { client_name = "rotating", permissions = new[] { "read:threat_intel" } });
        var id = Text(created, "client_id");
        var rotated = await SendAsync(identity.Admin, HttpMethod.Post, $"/api/v2/integrations/clients/{id}/rotate-secret", HttpStatusCode.OK);
        Assert.NotEqual(Text(created, "client_secret"), Text(rotated, "client_secret"));
        Assert.Equal(HttpStatusCode.OK, await TokenAsync(id, Text(created, "client_secret")));
        Assert.Equal(HttpStatusCode.OK, await TokenAsync(id, Text(rotated, "client_secret")));
        Assert.Equal(2, (await SendAsync(Gateway, HttpMethod.Post, "/internal/clients/resolve", HttpStatusCode.OK, new { client_id = id })).GetProperty("signing_secrets").GetArrayLength());

        var leaked = await SendAsync(identity.Admin, HttpMethod.Post, $"/api/v2/integrations/clients/{id}/rotate-secret", HttpStatusCode.OK, new { grace_seconds = 0 });
        Assert.Equal(HttpStatusCode.Unauthorized, await TokenAsync(id, Text(created, "client_secret")));
        Assert.Equal(HttpStatusCode.Unauthorized, await TokenAsync(id, Text(rotated, "client_secret")));
        Assert.Equal(HttpStatusCode.OK, await TokenAsync(id, Text(leaked, "client_secret")));
        await SendAsync(Gateway, HttpMethod.Post, "/internal/clients/resolve", HttpStatusCode.NotFound, new { api_key = Text(created, "api_key") });
        await SendAsync(identity.Admin, HttpMethod.Post, $"/api/v2/integrations/clients/{id}/rotate-secret", HttpStatusCode.UnprocessableEntity, new { grace_seconds = -1 });
    }

    [Fact]
    public async Task A_client_is_bound_to_its_networks_and_a_patch_is_told_to_the_gateways()
    {
        await using var heard = await identity.HearAsync<IntegrationClientChanged>();
        var created = await CreateAsync(new { client_name = "bound", permissions = new[] { "read:threat_intel" }, allowed_cidrs = new[] { "192.0.2.0/24", "2001:db8::/32" } });
        var (id, secret) = (Text(created, "client_id"), Text(created, "client_secret"));
        Assert.Equal(HttpStatusCode.Unauthorized, await TokenAsync(id, secret, "198.51.100.1"));
        Assert.Equal(HttpStatusCode.OK, await TokenAsync(id, secret, "192.0.2.77"));
        Assert.Equal(HttpStatusCode.OK, await TokenAsync(id, secret, "2001:db8::1"));

        var patched = await SendAsync(
            identity.Admin, HttpMethod.Patch, $"/api/v2/integrations/clients/{id}", HttpStatusCode.OK, new { description = "now described", allowed_cidrs = (string[]?)null });
        Assert.Equal("now described", Text(patched, "description"));
        Assert.Equal("bound", Text(patched, "client_name"));
        Assert.Equal(HttpStatusCode.OK, await TokenAsync(id, secret, "198.51.100.1"));
        await heard.UntilAsync(e => e.ClientId == id && e.Usable);
        await SendAsync(identity.Admin, HttpMethod.Patch, $"/api/v2/integrations/clients/{id}", HttpStatusCode.UnprocessableEntity, new { allowed_cidrs = new[] { "300.0.0.0/8" } });
        var admin = await identity.NewUserClientAsync("admin");
        await SendAsync(admin, HttpMethod.Patch, $"/api/v2/integrations/clients/{id}", HttpStatusCode.Forbidden, new { permissions = new[] { "manage:platform" } });
        await SendAsync(identity.Admin, HttpMethod.Delete, $"/api/v2/integrations/clients/{id}", HttpStatusCode.NoContent);
        await heard.UntilAsync(e => e.ClientId == id && !e.Usable);
        Assert.Equal(HttpStatusCode.Unauthorized, await TokenAsync(id, secret));
    }

    [Fact]
    public async Task V1_takes_the_seeds_spellings_as_defaults_cut_to_the_creator()
    {
        var (_, _, acting) = await identity.CreateTenantAsync();
        await SendAsync(acting, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Created, new { name = "client_keeper", grants = new[] { "manage:clients" }, inherits = new[] { "viewer" } });
        var created = await SendAsync(acting, HttpMethod.Post, "/api/v1/integrations/clients", HttpStatusCode.Created, new { client_name = "old", permissions = new[] { "use_chat", "read" } });
        Assert.Equal(["use:chat", "read:all"], created.GetProperty("data").GetProperty("permissions").EnumerateArray().Select(p => p.GetString()!));
        var plain = await SendAsync(acting, HttpMethod.Post, "/api/v1/integrations/clients", HttpStatusCode.Created, new { client_name = "plain" });
        Assert.Equal("use:chat", plain.GetProperty("data").GetProperty("permissions")[0].GetString());
    }

    [Fact]
    public async Task Rfc7396_null_removes_what_a_client_may_lack_and_nothing_else()
    {
        var created = await CreateAsync(new { client_name = "patched", description = "d", permissions = new[] { "read:threat_intel" }, allowed_cidrs = new[] { "192.0.2.0/24" }, dpop_bound_access_tokens = true });
        var path = $"/api/v2/integrations/clients/{Text(created, "client_id")}";
        var patched = await SendAsync(
            identity.Admin, HttpMethod.Patch, path, HttpStatusCode.OK, new { description = (string?)null, allowed_cidrs = (string[]?)null, dpop_bound_access_tokens = (bool?)null });
        Assert.False(patched.TryGetProperty("description", out _));
        Assert.False(patched.TryGetProperty("allowed_cidrs", out var cidrs) && cidrs.GetArrayLength() > 0);
        Assert.Equal("patched", Text(patched, "client_name"));
        foreach (var member in new[] { "client_name", "permissions", "tlp_clearance" })
        {
            await SendAsync(identity.Admin, HttpMethod.Patch, path, HttpStatusCode.UnprocessableEntity, new Dictionary<string, object?> { [member] = null });
        }
    }

    [Fact]
    public async Task Tokens_of_before_a_change_are_void_also_those_made_of_an_older_copy()
    {
        var asker = await CreateAsync(new { client_name = "asker", permissions = new[] { "read:threat_intel" } });
        var created = await CreateAsync(new { client_name = "changed", permissions = new[] { "read:threat_intel", "write:threat_intel" } });
        var (id, secret) = (Text(created, "client_id"), Text(created, "client_secret"));
        var before = await TokensAsync(id, secret);
        Assert.True(await IsActiveAsync(asker, before));

        await SendAsync(identity.Admin, HttpMethod.Patch, $"/api/v2/integrations/clients/{id}", HttpStatusCode.OK, new { permissions = new[] { "read:threat_intel" } });
        Assert.False(await IsActiveAsync(asker, before));
        var after = await TokensAsync(id, secret);
        Assert.Equal("read:threat_intel", Text(after, "scope"));
        Assert.True(await IsActiveAsync(asker, after));

        // Another instance changes it: this one may go on by its copy for a second, to no use.
        var changedAt = DateTimeOffset.UtcNow;
        await using (var elsewhere = identity.Owner.CreateCommand("UPDATE clients SET permissions = '{read:items}', changed_at = $2 WHERE client_id = $1"))
        {
            elsewhere.Parameters.Add(new() { Value = id });
            elsewhere.Parameters.Add(new() { Value = changedAt });
            await elsewhere.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        JsonElement tokens = default;
        await Eventually.TrueAsync(
            async () =>
            {
                tokens = await TokensAsync(id, secret);
                Assert.Equal(Text(tokens, "scope") == "read:items", Read(tokens).IssueTime() >= changedAt);
                return Text(tokens, "scope") == "read:items";
            },
            TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken, "The change");
        Assert.True(await IsActiveAsync(asker, tokens));
    }

    [Fact]
    public async Task A_rotation_with_grace_leaves_tokens_good_and_one_without_makes_them_void()
    {
        var asker = await CreateAsync(new { client_name = "asker", permissions = new[] { "read:threat_intel" } });
        var created = await CreateAsync(new { client_name = "rotated", permissions = new[] { "read:threat_intel" } });
        var (id, secret) = (Text(created, "client_id"), Text(created, "client_secret"));
        var tokens = await TokensAsync(id, secret);
        await using var heard = await identity.HearAsync<IntegrationClientChanged>();

        await SendAsync(identity.Admin, HttpMethod.Post, $"/api/v2/integrations/clients/{id}/rotate-secret", HttpStatusCode.OK, new { grace_seconds = 60 });
        await heard.UntilAsync(c => c.ClientId == id && c.KeepsTokens);
        Assert.True(await IsActiveAsync(asker, tokens));
        await SendAsync(identity.Admin, HttpMethod.Post, $"/api/v2/integrations/clients/{id}/rotate-secret", HttpStatusCode.OK, new { grace_seconds = 0 });
        await heard.UntilAsync(c => c.ClientId == id && !c.KeepsTokens);
        Assert.False(await IsActiveAsync(asker, tokens));
    }

    [Fact]
    public async Task Usage_is_counted_once_by_day()
    {
        var created = await CreateAsync(new { client_name = "used", permissions = new[] { "read:threat_intel" } });
        var id = Text(created, "client_id");
        var now = DateTimeOffset.UtcNow;
        UsageEntry Entry(int status) => new(WellKnown.DefaultTenantId, null, id, "/x", "GET", status, 1, 10, 20, now);
        var batch = new UsageRecorded($"gw-{Guid.NewGuid():N}", 1, 1, [Entry(200), Entry(404), Entry(200)]);
        await identity.PublishAsync(WellKnown.DefaultTenantId, batch);
        await identity.PublishAsync(WellKnown.DefaultTenantId, batch); // Sent again under another message id.
        await identity.PublishAsync(WellKnown.DefaultTenantId, batch with { Offset = 2, Entries = [Entry(500)] });
        JsonElement report = default;
        await Eventually.TrueAsync(
            async () =>
            {
                report = await SendAsync(identity.Admin, HttpMethod.Get, $"/api/v2/integrations/clients/{id}/usage", HttpStatusCode.OK);
                return report.GetProperty("requests").GetInt64() >= 4;
            },
            TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken, "The usage");
        Assert.Equal((4, 2), (report.GetProperty("requests").GetInt64(), report.GetProperty("errors").GetInt64()));
        await SendAsync(identity.Admin, HttpMethod.Get, $"/api/v2/integrations/clients/{id}/usage?from=2020-01-01", HttpStatusCode.UnprocessableEntity);
    }

    private Task<JsonElement> CreateAsync(object wanted) => SendAsync(identity.Admin, HttpMethod.Post, "/api/v2/integrations/clients", HttpStatusCode.Created, wanted);

    private async Task<HttpStatusCode> TokenAsync(string id, string secret, string? address = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", id), new("client_secret", secret)]),
        };
        request.Headers.Add("X-Client-Address", address ?? identity.NewAddress());
        using var response = await identity.Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private async Task<JsonElement> TokensAsync(string id, string secret)
    {
        var (response, body) = await identity.FormAsync("/connect/token", "grant_type=client_credentials", (id, secret));
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return body;
    }

    private async Task<bool> IsActiveAsync(JsonElement asker, JsonElement tokens) => (await identity.FormAsync(
        "/connect/introspect", "token=" + Text(tokens, "access_token"), (Text(asker, "client_id"), Text(asker, "client_secret")))).Body.GetProperty("active").GetBoolean();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
