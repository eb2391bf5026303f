using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.IntegrationTests.ServiceDefaults;

/// <summary>The conventions, tenancy and messaging that every service gets, on real PostgreSQL and RabbitMQ.</summary>
public sealed class ServiceDefaultsTests(Stack stack) : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private SampleService _service = null!;

    public async ValueTask InitializeAsync() => _service = await SampleService.StartAsync(stack);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private static Caller User(Guid tenant, string permissions = "read:notes write:notes") =>
        new(tenant, "user-" + tenant.ToString("N")[..6], CallerKind.User, PermissionSet.Parse(permissions), TlpLevel.Green);

    private static async Task<JsonElement> JsonOf(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct)).RootElement;

    [Fact]
    public async Task V1_wraps_what_v2_sends_bare()
    {
        var client = _service.ClientFor(User(Guid.NewGuid()));
        var created = await client.PostAsJsonAsync("/api/v1/notes", new { text = "first", rank = 1 }, Ct);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.NotNull(created.Headers.Location);
        var envelope = await JsonOf(created);
        Assert.True(envelope.GetProperty("success").GetBoolean());
        var id = envelope.GetProperty("data").GetProperty("id").GetString();
        var bare = await JsonOf(await client.GetAsync($"/api/v2/notes/{id}", Ct));
        Assert.Equal("first", bare.GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_refusal_is_told_to_the_audit_log_before_its_answer_ends()
    {
        var caller = User(Guid.NewGuid(), "read:notes");
        var refused = await _service.ClientFor(caller).PostAsJsonAsync("/api/v2/notes", new { text = "first", rank = 1 }, Ct);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        await using var owner = NpgsqlDataSource.Create(_service.Database.Owner);
        await using var told = owner.CreateCommand("SELECT body FROM outbox WHERE tenant_id = $1");
        told.Parameters.Add(new() { Value = caller.TenantId });
        var record = JsonSerializer.Deserialize<AuditRecorded>((string)(await told.ExecuteScalarAsync(Ct))!, JsonSerializerOptions.Web)!;
        Assert.Equal(("access_refused", "endpoint/POST /api/v2/notes", "refused", caller.Subject), (record.Action, record.Resource, record.Outcome, record.ActorId));
        Assert.Equal("write:notes", record.Details!["permission"]);
    }

    [Fact]
    public async Task Faults_follow_the_convention_of_the_version()
    {
        var client = _service.ClientFor(User(Guid.NewGuid()));
        var v1 = await client.GetAsync($"/api/v1/notes/{Guid.NewGuid()}", Ct);
        Assert.Equal("NOT_FOUND", (await JsonOf(v1)).GetProperty("error").GetProperty("code").GetString());
        var v2 = await client.GetAsync($"/api/v2/notes/{Guid.NewGuid()}", Ct);
        Assert.Equal("application/problem+json", v2.Content.Headers.ContentType?.MediaType);
        Assert.Equal(404, (await JsonOf(v2)).GetProperty("status").GetInt32());
        var unknown = await client.GetAsync("/api/v2/nothing", Ct);
        Assert.Equal("NOT_FOUND", (await JsonOf(unknown)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("{\"text\":7}", 400)]
    [InlineData("{\"text\":\"a\",\"text\":\"b\"}", 400)]
    [InlineData("null", 400)]
    [InlineData("{\"rank\":5000}", 422)]
    public async Task Bad_bodies_are_refused_with_a_fault(string body, int status)
    {
        var client = _service.ClientFor(User(Guid.NewGuid()));
        foreach (var version in new[] { "v1", "v2" })
        {
            var response = await client.PostAsync($"/api/{version}/notes", new StringContent(body, Encoding.UTF8, "application/json"), Ct);
            Assert.Equal(status, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task All_faults_of_a_body_are_reported_at_once_by_their_wire_names()
    {
        var client = _service.ClientFor(User(Guid.NewGuid()));
        var response = await client.PostAsJsonAsync("/api/v1/notes", new { rank = -1 }, Ct);
        var details = (await JsonOf(response)).GetProperty("error").GetProperty("details");
        Assert.Equal(["rank", "text"], details.EnumerateObject().Select(p => p.Name).Order());
    }

    [Fact]
    public async Task Unknown_members_are_ignored_in_v1_and_422_in_v2()
    {
        var client = _service.ClientFor(User(Guid.NewGuid()));
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsJsonAsync("/api/v1/notes", new { text = "x", colour = "red" }, Ct)).StatusCode);
        var refused = await client.PostAsJsonAsync("/api/v2/notes", new { text = "x", colour = "red" }, Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("colour", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_everything_but_the_public_list_is_401_and_without_permission_403()
    {
        var anonymous = await _service.Anonymous().GetAsync("/api/v1/notes", Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal("AUTH_REQUIRED", (await JsonOf(anonymous)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, (await _service.Anonymous().GetAsync("/api/v1/open", Ct)).StatusCode);
        var reader = _service.ClientFor(User(Guid.NewGuid(), "read:notes"));
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PostAsJsonAsync("/api/v1/notes", new { text = "x" }, Ct)).StatusCode);
    }

    [Fact]
    public async Task Pages_by_offset_and_by_cursor_hold_every_row_once()
    {
        var client = _service.ClientFor(User(Guid.NewGuid()));
        for (var i = 0; i < 12; i++)
        {
            await client.PostAsJsonAsync("/api/v1/notes", new { text = $"n{i}", rank = i / 3 }, Ct);
        }

        var v1 = await JsonOf(await client.GetAsync("/api/v1/notes?skip=10&limit=5", Ct));
        Assert.Equal(12, v1.GetProperty("data").GetProperty("total").GetInt32());
        Assert.Equal(2, v1.GetProperty("data").GetProperty("items").GetArrayLength());
        Assert.False(v1.GetProperty("data").GetProperty("has_next").GetBoolean());

        foreach (var sort in new[] { "rank", "-rank", "-rank,text" })
        {
            var seen = new List<string>();
            string? path = $"/api/v2/notes?limit=5&sort={sort}";
            while (path is not null)
            {
                var response = await client.GetAsync(path, Ct);
                seen.AddRange((await JsonOf(response)).GetProperty("items").EnumerateArray().Select(n => n.GetProperty("text").GetString()!));
                path = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
            }

            Assert.Equal(12, seen.Distinct().Count());
            Assert.Equal(12, seen.Count);
        }

        Assert.Equal(422, (int)(await client.GetAsync("/api/v2/notes?limit=51", Ct)).StatusCode);
        Assert.Equal(422, (int)(await client.GetAsync("/api/v2/notes?cursor=zzz", Ct)).StatusCode);
        Assert.Equal(422, (int)(await client.GetAsync("/api/v1/notes?sort_by=secret", Ct)).StatusCode);
    }

    [Fact]
    public async Task Row_level_security_alone_keeps_tenants_apart()
    {
        var (a, b) = (Guid.NewGuid(), Guid.NewGuid());
        var created = await _service.ClientFor(User(a)).PostAsJsonAsync("/api/v2/notes", new { text = "of a" }, Ct);
        var id = (await JsonOf(created)).GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NotFound, (await _service.ClientFor(User(b)).GetAsync($"/api/v2/notes/{id}", Ct)).StatusCode);
        Assert.Equal(0, (await JsonOf(await _service.ClientFor(User(b)).GetAsync("/api/v2/notes", Ct))).GetProperty("items").GetArrayLength());

        // The service's role itself: no tenant, no rows; and it cannot write into another tenant or leave its role.
        var source = (NpgsqlDataSource)_service.Services.GetService(typeof(NpgsqlDataSource))!;
        await using (var command = source.CreateCommand("SELECT count(*) FROM notes"))
        {
            Assert.Equal(0L, await command.ExecuteScalarAsync(Ct));
        }

        await using var session = await TenantSession.OpenAsync(source, b, Ct);
        await using var insert = session.Command("INSERT INTO notes VALUES (gen_random_uuid(), $1, 'x', 1)");
        insert.Parameters.Add(new() { Value = a });
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => insert.ExecuteNonQueryAsync(Ct))).SqlState);
    }

    [Fact]
    public async Task Of_two_changes_of_the_same_version_the_second_is_refused()
    {
        var tenant = Guid.NewGuid();
        var id = Guid.CreateVersion7();
        await using var writer = Scope(tenant);
        var db = writer.ServiceProvider.GetRequiredService<SampleDb>();
        db.Notes.Add(new Note { Id = id, TenantId = tenant, Text = "n", Rank = 1 });
        await db.SaveChangesAsync(Ct);

        await using var first = Scope(tenant);
        await using var second = Scope(tenant);
        var (one, two) = (first.ServiceProvider.GetRequiredService<SampleDb>(), second.ServiceProvider.GetRequiredService<SampleDb>());
        (await one.Notes.SingleAsync(n => n.Id == id, Ct)).Rank = 2;
        (await two.Notes.SingleAsync(n => n.Id == id, Ct)).Rank = 3;
        await one.SaveChangesAsync(Ct);

        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => two.SaveChangesAsync(Ct));
    }

    private AsyncServiceScope Scope(Guid tenant)
    {
        var scope = _service.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(tenant, "sample"));
        return scope;
    }

    [Fact]
    public async Task An_event_written_with_the_change_is_consumed_once()
    {
        var tenant = Guid.NewGuid();
        var client = _service.ClientFor(User(tenant));
        await client.PostAsJsonAsync("/api/v1/notes", new { text = "tell", announce = true }, Ct);
        await Until(async () => (await Texts(client)).Contains("heard tell"));

        // The same message again, as after a crash of the relay between confirm and delete.
        await using var owner = NpgsqlDataSource.Create(_service.Database.Owner);
        await using (var repeat = owner.CreateCommand("""
            INSERT INTO outbox (id, tenant_id, type, body, occurred_at, attempts)
            SELECT message_id, $1, 'Platform.Contracts.Tenancy.TenantUpdated', '{"tenantId":"00000000-0000-0000-0000-000000000001","name":"again","slug":"s","plan":"p"}', now(), 0
            FROM inbox
            """))
        {
            repeat.Parameters.Add(new() { Value = tenant });
            Assert.Equal(1, await repeat.ExecuteNonQueryAsync(Ct));
        }

        await client.PostAsJsonAsync("/api/v1/notes", new { text = "after", announce = true }, Ct);
        await Until(async () => (await Texts(client)).Contains("heard after"));
        Assert.DoesNotContain("heard again", await Texts(client));
    }

    [Fact]
    public async Task An_idempotency_key_replays_the_first_answer_and_refuses_another_body()
    {
        var client = _service.ClientFor(User(Guid.NewGuid()));
        async Task<HttpResponseMessage> Post(object body, string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/notes") { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", key);
            return await client.SendAsync(request, Ct);
        }

        var first = await Post(new { text = "once" }, "k1");
        var again = await Post(new { text = "once" }, "k1");
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Single(await Texts(client));
        var other = await Post(new { text = "twice" }, "k1");
        Assert.Equal("IDEMPOTENCY_KEY_REUSED", (await JsonOf(other)).GetProperty("code").GetString());
    }

    private static async Task<List<string>> Texts(HttpClient client) =>
        (await JsonOf(await client.GetAsync("/api/v2/notes?limit=50", Ct))).GetProperty("items").EnumerateArray().Select(n => n.GetProperty("text").GetString()!).ToList();

    private static Task Until(Func<Task<bool>> condition) => Eventually.TrueAsync(condition, TimeSpan.FromSeconds(20), Ct);
}
