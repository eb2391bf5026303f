using System.Net;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>Tenant A never sees, changes or infers anything of tenant B, by any endpoint of the main job.</summary>
public sealed class TenantIsolationTests(PlatformFixture platform)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_of_one_tenant_shows_in_another()
    {
        var marker = "Hidden" + Guid.NewGuid().ToString("N")[..8];
        var (_, a) = await platform.NewTenantAsync("alpha");
        var (_, b) = await platform.NewTenantAsync("beta");
        var import = await a.StartImportAsync(SmallBundle.Create(out var actor, out var malware, marker));
        await a.WaitForImportAsync(import.Location!);
        await Eventually.TrueAsync(
            async () =>
            {
                using var node = await a.SendAsync(HttpMethod.Get, $"/api/v2/knowledge-graph/nodes/{actor}");
                return node.StatusCode == HttpStatusCode.OK;
            },
            TimeSpan.FromSeconds(20), Ct, "The node in the graph of its own tenant");

        foreach (var path in new[]
        {
            $"/api/v2/knowledge-graph/nodes/{actor}",
            $"/api/v2/knowledge-graph/nodes/{actor}/relationships",
            $"/api/v2/threat-intel/objects/{actor}",
            $"/api/v2/threat-intel/objects/{actor}/versions",
            import.Location!,
        })
        {
            using var response = await b.SendAsync(HttpMethod.Get, path);
            Assert.True(response.StatusCode == HttpStatusCode.NotFound, $"{path} answered {(int)response.StatusCode}");
        }

        using (var path = await b.SendAsync(HttpMethod.Post, "/api/v2/knowledge-graph/path", new { source_id = actor, target_id = malware }))
        {
            Assert.Equal(HttpStatusCode.NotFound, path.StatusCode);
        }

        var reads = new List<string>();
        foreach (var path in new[]
        {
            "/api/v2/threat-intel/threat-actors?count=true", "/api/v2/threat-intel/indicators?count=true", "/api/v2/threat-intel/campaigns?count=true",
            "/api/v2/threat-intel/export", "/api/v2/threat-intel/imports", "/api/v2/knowledge-graph/nodes", "/api/v2/knowledge-graph/stats",
            "/api/v2/knowledge-graph/schema", "/api/v2/users", "/api/v2/admin/api-keys", "/api/v2/usage", "/api/v2/agent/conversations",
        })
        {
            using var response = await b.SendAsync(HttpMethod.Get, path);
            reads.Add($"{path}: {await response.Content.ReadAsStringAsync(Ct)}");
        }

        foreach (var (path, body) in new (string, object)[]
        {
            ("/api/v2/knowledge-graph/search", new { query = marker, search_type = "text" }),
            ("/api/v2/knowledge-graph/query", new { cypher = "MATCH (n) RETURN n" }),
            ("/api/v2/threat-intel/indicators/search", new { search_query = marker }),
            ("/api/v2/threat-intel/indicators/lookup", new { values = new[] { "beacon.example.org" } }),
            ("/api/v2/agent/chat_poll", new { message = "How many malware does " + marker + " use?" }),
        })
        {
            using var response = await b.SendAsync(HttpMethod.Post, path, body);
            var text = await response.Content.ReadAsStringAsync(Ct);
            reads.Add($"{path}: {text.Replace("does " + marker, "", StringComparison.Ordinal)}");
        }

        foreach (var read in reads)
        {
            Assert.DoesNotContain(actor, read, StringComparison.Ordinal);
            Assert.DoesNotContain(malware, read, StringComparison.Ordinal);
            Assert.False(read.Contains(marker + " beacon", StringComparison.Ordinal) || read.Contains(marker + " Loader", StringComparison.Ordinal), read);
        }
    }

    [Fact]
    public async Task The_tenant_comes_from_the_credential_and_never_from_a_header()
    {
        var (tenantA, a) = await platform.NewTenantAsync("header-a");
        var (_, b) = await platform.NewTenantAsync("header-b");
        await a.ImportAsync(SmallBundle.Create(out var actor, out _));
        foreach (var header in new[] { "X-Tenant-ID", "X-Tenant", "X_Tenant_Id", "X-Internal-Tenant", "X-User-ID", "X-Forwarded-User" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v2/threat-intel/objects/{actor}");
            request.Headers.TryAddWithoutValidation(header, tenantA.ToString());
            using var response = await b.Http.SendAsync(request, Ct);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public async Task Objects_above_the_callers_clearance_are_absent()
    {
        const string red = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";
        var (_, admin) = await platform.NewTenantAsync("tlp");
        await admin.ImportAsync(SmallBundle.Create(out var secret, out _, "Secret Owl", red));
        await admin.ImportAsync(SmallBundle.Create(out var open, out _, "Open Owl"));
        var key = await admin.PostAsync("/api/v2/admin/api-keys", new { name = "green", permissions = new[] { "read:all", "use:query" } });
        var reader = platform.Anonymous().WithApiKey(key.GetProperty("key").GetString()!);
        foreach (var (caller, id, expected) in new[] { (admin, secret, HttpStatusCode.OK), (reader, open, HttpStatusCode.OK), (reader, secret, HttpStatusCode.NotFound) })
        {
            using var stored = await caller.SendAsync(HttpMethod.Get, $"/api/v2/threat-intel/objects/{id}");
            Assert.Equal(expected, stored.StatusCode);
            await Eventually.TrueAsync(
                async () =>
                {
                    using var node = await caller.SendAsync(HttpMethod.Get, $"/api/v2/knowledge-graph/nodes/{id}");
                    return node.StatusCode == expected;
                },
                TimeSpan.FromSeconds(20), Ct, $"{id} in the graph");
        }

        var actors = await reader.GetAsync("/api/v1/threat-intel/threat-actors");
        Assert.Equal(1, actors.GetProperty("total").GetInt32());
        var names = await reader.PostAsync("/api/v2/knowledge-graph/query", new { cypher = "MATCH (n:Object) RETURN n.name AS name" });
        Assert.DoesNotContain("Secret Owl", names.ToString(), StringComparison.Ordinal);
    }
}
