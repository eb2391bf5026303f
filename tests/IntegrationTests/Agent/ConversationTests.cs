using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MassTransit;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Agent;

/// <summary>Conversations belong to one caller; tenants are answered for.</summary>
public sealed class ConversationTests(Stack stack) : IAsyncLifetime
{
    private AgentFixture _agent = null!;

    public async ValueTask InitializeAsync() => _agent = await AgentFixture.StartAsync(stack);

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_conversation_goes_on_is_renamed_and_deleted()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        var first = await AgentFixture.AskAsync(client, "hello there", Ct);
        var id = first.GetProperty("conversation_id").GetGuid();
        using var second = await client.PostAsJsonAsync("/api/v2/agent/chat_poll", new { message = "and again", conversation_id = id }, Ct);
        Assert.Equal(id, (await second.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("conversation_id").GetGuid());
        var messages = await client.GetFromJsonAsync<JsonElement>($"/api/v1/agent/conversations/{id}/messages", Ct);
        Assert.Equal(4, messages.GetProperty("data").GetProperty("total").GetInt32());

        using var read = await client.GetAsync($"/api/v2/agent/conversations/{id}", Ct);
        var etag = read.Headers.ETag!.ToString();
        Assert.Equal("hello there", (await read.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("title").GetString());
        Assert.Equal(HttpStatusCode.PreconditionFailed, await PatchAsync(client, id, "W/\"0\"", "Bears"));
        Assert.Equal(HttpStatusCode.OK, await PatchAsync(client, id, etag, "Bears"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PatchAsync(client, id, null, ""));
        var list = await client.GetFromJsonAsync<JsonElement>("/api/v2/agent/conversations?count=true", Ct);
        Assert.Equal("Bears", list.GetProperty("items")[0].GetProperty("title").GetString());
        Assert.Equal(1, list.GetProperty("total").GetInt32());

        for (var i = 0; i < 2; i++)
        {
            using var deleted = await client.DeleteAsync($"/api/v2/agent/conversations/{id}", Ct);
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        using var gone = await client.GetAsync($"/api/v2/agent/conversations/{id}", Ct);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(0, await _agent.ScalarAsync<long>("SELECT count(*) FROM messages", Ct));
        Assert.Equal(2, await _agent.ScalarAsync<long>("SELECT count(*) FROM chat_turns", Ct));
    }

    [Fact]
    public async Task Nobody_else_reaches_a_conversation_in_the_tenant_or_outside()
    {
        using var owner = _agent.ClientFor(_agent.Caller());
        var id = (await AgentFixture.AskAsync(owner, "hello", Ct)).GetProperty("conversation_id").GetGuid();
        foreach (var caller in new[] { _agent.Caller(), _agent.Caller(tenant: Guid.NewGuid()) })
        {
            using var other = _agent.ClientFor(caller);
            foreach (var path in new[] { "", "/messages" })
            {
                using var read = await other.GetAsync($"/api/v2/agent/conversations/{id}{path}", Ct);
                Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
            }

            using var ask = await other.PostAsJsonAsync("/api/v2/agent/chat_sse", new { message = "x", conversation_id = id }, Ct);
            Assert.Equal(HttpStatusCode.NotFound, ask.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, await PatchAsync(other, id, null, "Mine"));
            using var deleted = await other.DeleteAsync($"/api/v2/agent/conversations/{id}", Ct);
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
            Assert.Equal(0, (await other.GetFromJsonAsync<JsonElement>("/api/v1/agent/conversations", Ct)).GetProperty("data").GetProperty("total").GetInt32());
        }

        using var still = await owner.GetAsync($"/api/v2/agent/conversations/{id}", Ct);
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Fact]
    public async Task Conversations_are_searched_rated_and_taken_along()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        var answer = await AgentFixture.AskAsync(client, "Tell me 100% of it", Ct);
        await AgentFixture.AskAsync(client, "Something else", Ct);
        var id = answer.GetProperty("conversation_id").GetGuid();
        var message = answer.GetProperty("metadata").GetProperty("message_id").GetGuid();
        Assert.Equal([id], await SearchAsync(client, "100%25"));
        Assert.Empty(await SearchAsync(client, "1%25it"));
        Assert.Equal(2, (await SearchAsync(client, "nearest questions")).Count);
        using var other = _agent.ClientFor(_agent.Caller());
        Assert.Empty(await SearchAsync(other, "100%25"));

        var rating = $"/api/v2/agent/conversations/{id}/messages/{message}/feedback";
        using var rated = await client.PostAsJsonAsync(rating, new { rating = "down", comment = "not it" }, Ct);
        Assert.Equal("down", (await rated.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("rating").GetString());
        using var wrong = await client.PostAsJsonAsync(rating, new { rating = "better" }, Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        using var foreign = await other.PostAsJsonAsync(rating, new { rating = "up" }, Ct);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        var question = (await client.GetFromJsonAsync<JsonElement>($"/api/v2/agent/conversations/{id}/messages", Ct)).GetProperty("items")[0].GetProperty("id").GetGuid();
        using var own = await client.PostAsJsonAsync($"/api/v2/agent/conversations/{id}/messages/{question}/feedback", new { rating = "up" }, Ct);
        Assert.Equal(HttpStatusCode.Conflict, own.StatusCode);

        var markdown = await client.GetStringAsync($"/api/v2/agent/conversations/{id}/export", Ct);
        Assert.StartsWith("# Tell me 100% of it\n\n**You**, ", markdown, StringComparison.Ordinal);
        Assert.Contains("\n> Tell me 100% of it\n", markdown, StringComparison.Ordinal);
        var json = await client.GetFromJsonAsync<JsonElement>($"/api/v1/agent/conversations/{id}/export?format=json", Ct);
        Assert.Equal("not it", json.GetProperty("messages")[1].GetProperty("comment").GetString());
        using var hidden = await other.GetAsync($"/api/v2/agent/conversations/{id}/export", Ct);
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
    }

    private static async Task<List<Guid>> SearchAsync(HttpClient client, string text) =>
        [.. (await client.GetFromJsonAsync<JsonElement>("/api/v2/agent/conversations?search=" + text, Ct)).GetProperty("items").EnumerateArray().Select(c => c.GetProperty("id").GetGuid())];

    [Fact]
    public async Task A_new_tenant_is_answered_for()
    {
        var tenant = Guid.NewGuid();
        var bus = await _agent.Services.ReadyBusAsync();
        var message = Guid.NewGuid();
        for (var i = 0; i < 2; i++)
        {
            await bus.Publish(new TenantCreated(tenant, "New", "new", "starter", null), Pipe.Execute<PublishContext>(context =>
            {
                context.MessageId = message;
                context.Headers.Set(WellKnown.EventHeaders.Tenant, WellKnown.DefaultTenantId.ToString("D"));
            }), Ct);
        }

        await Eventually.TrueAsync(
            async () => await _agent.ScalarAsync<long>("SELECT count(*) FROM inbox WHERE consumer = 'agent.tenant-created'", Ct) == 1,
            TimeSpan.FromSeconds(30), Ct, "The mark of the message");
    }

    private static async Task<HttpStatusCode> PatchAsync(HttpClient client, Guid id, string? etag, string title)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v2/agent/conversations/{id}")
        {
            Content = new StringContent(JsonSerializer.Serialize(new { title }), Encoding.UTF8, "application/json"),
        };
        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        }

        using var response = await client.SendAsync(request, Ct);
        return response.StatusCode;
    }
}
