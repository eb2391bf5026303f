using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ServiceDefaults.Semantics;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Typed plans over the tables, compiled here and held to the caller's rights.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class SemanticTests(ThreatIntelFixture service)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_member_of_the_shipped_model_can_be_asked_for()
    {
        var client = service.ClientFor(Guid.NewGuid(), TlpLevel.Red, ThreatIntelFixture.Everything + " read:incidents");
        var model = await client.GetFromJsonAsync<JsonElement>("/internal/semantic/models", Ct);
        var entities = model.GetProperty("entities").EnumerateArray().ToList();
        Assert.Equal(["indicators", "objects", "incidents"], entities.Select(e => e.GetProperty("name").GetString()));
        Assert.DoesNotContain("sql", model.GetRawText(), StringComparison.OrdinalIgnoreCase);
        foreach (var entity in entities)
        {
            var name = entity.GetProperty("name").GetString();
            string?[] measures = [.. entity.GetProperty("measures").EnumerateArray().Select(m => m.GetProperty("name").GetString())];
            foreach (var dimension in entity.GetProperty("dimensions").EnumerateArray())
            {
                var field = dimension.GetProperty("name").GetString()!;
                var isTime = dimension.GetProperty("type").GetString() == "time";
                await QueryAsync(client, new { entity = name, measures, dimensions = isTime ? Array.Empty<string>() : [field], time = isTime ? new { field, granularity = "month" } : null, filters = new[] { new { field, op = "set" } } });
            }
        }
    }

    [Fact]
    public async Task A_plan_counts_what_the_caller_may_see_and_nothing_else()
    {
        var tenant = Guid.NewGuid();
        var writer = service.ClientFor(tenant);
        foreach (var (value, severity, tlp) in new[] { ("a.example", "high", "clear"), ("b.example", "high", "red"), ("c.example", "low", "clear") })
        {
            using var made = await writer.PostAsJsonAsync("/api/v2/threat-intel/indicators", new { name = value, indicator_type = "domain-name", value, severity, tlp, valid_from = "2026-01-05T00:00:00Z" }, Ct);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }

        var plan = new { entity = "indicators", measures = new[] { "count" }, dimensions = new[] { "severity" }, time = new { field = "valid_from", from = "2026-01-01", to = "2026-02-01" } };
        Assert.Equal("""[["high",2],["low",1]]""", (await QueryAsync(writer, plan)).GetProperty("rows").GetRawText());
        Assert.Equal("""[["high",1],["low",1]]""", (await QueryAsync(service.ClientFor(tenant, TlpLevel.Clear), plan)).GetProperty("rows").GetRawText());
        Assert.Equal("[]", (await QueryAsync(service.ClientFor(Guid.NewGuid()), plan)).GetProperty("rows").GetRawText());
        Assert.Equal("""[["2026-01-01T00:00:00Z",3]]""", (await QueryAsync(writer, new { entity = "indicators", measures = new[] { "count" }, time = new { field = "valid_from", granularity = "month" } })).GetProperty("rows").GetRawText());
        Assert.True((await QueryAsync(writer, new { plan.entity, plan.measures, plan.dimensions, limit = 1 })).GetProperty("truncated").GetBoolean());

        using var forbidden = await writer.PostAsJsonAsync("/internal/semantic/query", new { entity = "incidents", measures = new[] { "count" } }, Ct);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        using var invented = await writer.PostAsJsonAsync("/internal/semantic/query", new { entity = "indicators", measures = new[] { "count(*)" } }, Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, invented.StatusCode);
    }

    [Fact]
    public async Task Sql_reads_published_views_inside_tenant_clearance_and_permission_and_nothing_else()
    {
        var tenant = Guid.NewGuid();
        var writer = service.ClientFor(tenant);
        foreach (var (value, severity, tlp) in new[] { ("sql-a.example", "high", "clear"), ("sql-b.example", "high", "red"), ("sql-c.example", "low", "clear") })
        {
            using var made = await writer.PostAsJsonAsync("/api/v2/threat-intel/indicators", new { name = value, indicator_type = "domain-name", value, severity, tlp, valid_from = "2026-01-05T00:00:00Z" }, Ct);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }

        const string PerSeverity = "SELECT severity, count(*) AS n FROM indicators GROUP BY severity ORDER BY n DESC, 1";
        Assert.Equal("""[["high",2],["low",1]]""", Rows(await SqlAsync(writer, PerSeverity)));
        Assert.Equal("""[["high",1],["low",1]]""", Rows(await SqlAsync(service.ClientFor(tenant, TlpLevel.Clear), PerSeverity)));
        Assert.Equal("[]", Rows(await SqlAsync(service.ClientFor(Guid.NewGuid()), PerSeverity)));
        var cut = await SqlAsync(writer, PerSeverity, limit: 1);
        Assert.True(cut.GetProperty("truncated").GetBoolean() && cut.GetProperty("rows").GetArrayLength() == 1);
        Assert.Equal("""["severity","n"]""", cut.GetProperty("columns").GetRawText());

        // Permission of each view, what the parser refuses, and what PostgreSQL finds wrong.
        await SqlAsync(writer, "SELECT count(*) FROM incidents", HttpStatusCode.Forbidden);
        foreach (var sql in new[] { "SELECT set_config('app.tenant_id', 'x', true)", "SELECT * FROM public.indicators", "DELETE FROM indicators", "SELECT 1; SELECT 2", "SELECT nothing FROM indicators", "SELECT 1 / 0", "SELECT pg_sleep(1)", "WITH pg_roles AS (SELECT * FROM pg_roles) SELECT * FROM pg_roles" })
        {
            await SqlAsync(writer, sql, HttpStatusCode.UnprocessableEntity);
        }
    }

    [Theory]
    [InlineData("SELECT rolname FROM pg_roles")]
    [InlineData("SELECT query FROM pg_stat_activity")]
    [InlineData("SELECT table_name FROM information_schema.tables")]
    [InlineData("SELECT count(*) FROM indicators, pg_catalog.pg_class")]
    public async Task What_the_server_tells_of_itself_is_refused_by_its_locks_whatever_the_parser_lets_through(string sql)
    {
        var database = service.Host.Services.GetRequiredKeyedService<NpgsqlDataSource>(DataSetup.SqlKey);
        var call = new CallContext();
        call.Enter(Caller.ForService(Guid.NewGuid(), "test"));
        Assert.Empty((await SqlEndpoints.ReadAsync("SELECT type FROM indicators", 10, database, call, Ct)).Rows);
        await Assert.ThrowsAsync<SqlRefusedException>(() => SqlEndpoints.ReadAsync(sql, 10, database, call, Ct));
    }

    private static string Rows(JsonElement result) => result.GetProperty("rows").GetRawText();

    private static async Task<JsonElement> SqlAsync(HttpClient client, string sql, HttpStatusCode expected = HttpStatusCode.OK, int limit = 100)
    {
        using var response = await client.PostAsJsonAsync("/internal/sql", new { sql, limit }, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == expected, $"{sql}: {(int)response.StatusCode}\n{text}");
        return JsonElement.Parse(text);
    }

    private static async Task<JsonElement> QueryAsync(HttpClient client, object plan)
    {
        using var response = await client.PostAsJsonAsync("/internal/semantic/query", plan, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{JsonSerializer.Serialize(plan)}\n{text}");
        return JsonElement.Parse(text);
    }
}
