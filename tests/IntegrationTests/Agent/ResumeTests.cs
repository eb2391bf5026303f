using System.Net;
using System.Net.Http.Json;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Agent;

/// <summary>Streams that a client loses and comes back to.</summary>
public sealed class ResumeTests(Stack stack) : IAsyncLifetime
{
    private AgentFixture _agent = null!;

    public async ValueTask InitializeAsync() => _agent = await AgentFixture.StartAsync(stack);

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_goes_on_after_its_last_event_and_loses_nothing()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        var whole = await EventsAsync(client, null);
        Assert.Equal("done", whole[^1].Name);
        for (var i = 0; i < whole.Count; i++)
        {
            Assert.Equal(whole.Skip(i + 1), await EventsAsync(client, whole[i].Id));
        }

        using var other = _agent.ClientFor(_agent.Caller());
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(other, whole[0].Id));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(client, "7"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(client, whole[^1].Id + "0"));
    }

    [Fact]
    public async Task An_answer_that_was_broken_off_is_finished_for_the_client_that_comes_back()
    {
        _agent.Door.GivenUp = new TaskCompletionSource();
        using var client = _agent.ClientFor(_agent.Caller());
        var response = await client.SendAsync(Ask(null), HttpCompletionOption.ResponseHeadersRead, Ct);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Ct));
        var first = (await reader.ReadLineAsync(Ct))!["id: ".Length..];
        await Eventually.TrueAsync(() => Task.FromResult(!_agent.Door.Audiences.IsEmpty), TimeSpan.FromSeconds(10), Ct, "The exchange");
        response.Dispose();
        // At once; two processors that run a hundred tests beside this one may take their time.
        await _agent.Door.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(5), Ct);
        _agent.Door.GivenUp = null;
        var rest = await EventsAsync(client, first);
        Assert.Equal(["text_delta", "usage", "done"], rest.Select(e => e.Name));
        Assert.Equal(Enumerable.Range(2, rest.Count), rest.Select(e => int.Parse(e.Id[(e.Id.LastIndexOf('-') + 1)..])));
        Assert.Equal(1, await _agent.ScalarAsync<long>("SELECT count(*) FROM messages WHERE role = 'Assistant'", Ct));
    }

    private static HttpRequestMessage Ask(string? last)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/agent/chat_sse") { Content = JsonContent.Create(new { message = "What does Nobody Bear use?" }) };
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream; profile=v2");
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        return request;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string last)
    {
        using var response = await client.SendAsync(Ask(last), Ct);
        return response.StatusCode;
    }

    private static async Task<List<(string Id, string Name, string Data)>> EventsAsync(HttpClient client, string? last)
    {
        using var response = await client.SendAsync(Ask(last), Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(f => f[0] != ':').Select(f => f.Split('\n')).Select(f => (f[0]["id: ".Length..], f[1]["event: ".Length..], f[2]))];
    }
}
