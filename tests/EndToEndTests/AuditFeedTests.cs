using System.Net;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>One audit log, fed by all services.</summary>
public sealed class AuditFeedTests(PlatformFixture platform)
{
    private const string Password = "a really fine pass 9";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_any_service_refuses_is_in_the_log_of_the_callers_tenant()
    {
        var (_, admin) = await platform.NewTenantAsync("audit-refused");
        using var viewer = await ViewerOfAsync(admin);
        using var machine = await MachineOfAsync(admin);
        (Api Caller, HttpMethod Method, string Path)[] refused =
        [
            (viewer, HttpMethod.Post, "/api/v2/users"),
            (viewer, HttpMethod.Patch, "/api/v2/tenant"),
            (viewer, HttpMethod.Post, "/api/v2/threat-intel/indicators"),
            (viewer, HttpMethod.Post, "/api/v2/knowledge-graph/nodes"),
            (machine, HttpMethod.Get, "/api/v2/agent/conversations"),
        ];
        foreach (var (caller, method, path) in refused)
        {
            for (var i = 0; i < 3; i++)
            {
                using var response = await caller.SendAsync(method, path, method == HttpMethod.Get ? null : new { });
                Assert.True(response.StatusCode == HttpStatusCode.Forbidden, $"{method} {path} {(int)response.StatusCode}");
            }
        }

        List<JsonElement> entries = [];
        await Eventually.TrueAsync(
            async () =>
            {
                entries = [.. (await admin.GetAsync("/api/v2/audit?action=access_refused&outcome=refused&limit=100")).GetProperty("items").EnumerateArray()];
                return refused.All(r => CountOf(entries, r.Method, r.Path) == 3);
            },
            TimeSpan.FromSeconds(30), Ct, "A record of every refusal");
        // Three of a kind are one entry with a count, or two where the minute turned.
        Assert.InRange(entries.Count, refused.Length, 2 * refused.Length);
        Assert.All(entries, e => Assert.Equal("127.0.0.1", e.GetProperty("address").GetString()));
        Assert.Contains(entries, e => e.GetProperty("details").GetProperty("permission").GetString() == "manage:users");
    }

    [Fact]
    public async Task What_is_done_in_any_service_is_in_the_log_and_its_chain()
    {
        var (_, admin) = await platform.NewTenantAsync("audit-done");
        await admin.PostAsync("/api/v2/users", new { username = "done@example.com", password = Password });
        await admin.PostAsync("/api/v2/admin/api-keys", new { name = "audited", permissions = new[] { "read:all" } });
        await admin.ImportAsync(SmallBundle.Create(out var actor, out _));
        var node = (await admin.PostAsync("/api/v2/knowledge-graph/nodes", new { node_type = "x-acme-server", name = "web" })).GetProperty("id").GetString()!;
        var conversation = Guid.NewGuid();
        foreach (var path in new[] { $"/api/v2/threat-intel/threat-actors/{actor}", $"/api/v2/knowledge-graph/nodes/{node}", $"/api/v2/agent/conversations/{conversation}" })
        {
            using var response = await admin.SendAsync(HttpMethod.Delete, path);
            Assert.True(response.IsSuccessStatusCode, $"{path} {(int)response.StatusCode}");
        }

        List<(string Action, string Resource)> expected =
        [
            ("user_created", "user/"), ("api_key_created", "api_key/"), ("import_started", "import/"), ("threat_object_deleted", $"threat_object/{actor}"),
            ("node_deleted", $"node/{node}"), ("conversation_deleted", $"conversation/{conversation}"),
        ];
        await Eventually.TrueAsync(
            async () =>
            {
                var chained = (await admin.GetAsync("/api/v2/audit?outcome=success&limit=100")).GetProperty("items").EnumerateArray()
                    .Where(e => e.TryGetProperty("seq", out _)).Select(e => (Action: e.GetProperty("action").GetString()!, Resource: e.GetProperty("resource").GetString()!)).ToList();
                return expected.All(e => chained.Any(c => c.Action == e.Action && c.Resource.StartsWith(e.Resource, StringComparison.Ordinal)));
            },
            TimeSpan.FromSeconds(30), Ct, "A record of everything that was done");
        Assert.True((await admin.GetAsync("/api/v2/audit/verify")).GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task What_the_gateway_refuses_itself_is_in_the_log_of_whose_credential_it_was()
    {
        var (_, admin) = await platform.NewTenantAsync("audit-door");
        using var viewer = await ViewerOfAsync(admin);
        await viewer.PostAsync("/api/v2/auth/logout", new { });
        // From when the gateway has heard of the end, it refuses without asking anybody.
        await Eventually.TrueAsync(async () => await StatusAsync() == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(10), Ct, "The end of the session");
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync());
        }

        await Eventually.TrueAsync(
            async () => (await admin.GetAsync("/api/v2/audit?action=access_refused&outcome=refused&limit=100")).GetProperty("items").EnumerateArray()
                .Where(e => e.GetProperty("resource").GetString() == "endpoint/GET /api/v2/tenant" && IsOf(e, "AUTH_FAILED"))
                .Sum(e => e.GetProperty("count").GetInt64()) == 5,
            TimeSpan.FromSeconds(30), Ct, "A record of five refusals");

        // What the service itself refuses before that comes without a code.
        static bool IsOf(JsonElement entry, string code) =>
            entry.TryGetProperty("details", out var details) && details.TryGetProperty("code", out var found) && found.GetString() == code;

        async Task<HttpStatusCode> StatusAsync()
        {
            using var response = await viewer.SendAsync(HttpMethod.Get, "/api/v2/tenant");
            return response.StatusCode;
        }
    }

    private static long CountOf(List<JsonElement> entries, HttpMethod method, string path) =>
        entries.Where(e => e.GetProperty("resource").GetString() == $"endpoint/{method} {path}").Sum(e => e.GetProperty("count").GetInt64());

    private async Task<Api> ViewerOfAsync(Api admin)
    {
        await admin.PostAsync("/api/v2/users", new { username = "viewer@example.com", password = Password, role = "viewer", must_change_password = false });
        var tenant = (await admin.GetAsync("/api/v2/tenant")).GetProperty("slug").GetString();
        using var anonymous = platform.Anonymous();
        var tokens = await anonymous.PostAsync("/api/v2/auth/login", new { username = "viewer@example.com", password = Password, tenant });
        return platform.Anonymous().WithBearer(tokens.GetProperty("access_token").GetString()!);
    }

    /// <summary>A client that may not even chat.</summary>
    private async Task<Api> MachineOfAsync(Api admin)
    {
        var client = await admin.PostAsync("/api/v2/integrations/clients", new { client_name = "audited", permissions = new[] { "read:threat_intel" } });
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = client.GetProperty("client_id").GetString()!,
            ["client_secret"] = client.GetProperty("client_secret").GetString()!,
        });
        using var anonymous = platform.Anonymous();
        using var response = await anonymous.SendAsync(HttpMethod.Post, "/connect/token", form);
        using var tokens = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        return platform.Anonymous().WithBearer(tokens.RootElement.GetProperty("access_token").GetString()!);
    }
}
