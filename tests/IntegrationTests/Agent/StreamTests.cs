using System.Net.Http.Json;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Agent;

/// <summary>Streams that wait, end or break off.</summary>
public sealed class StreamTests(Stack stack) : IAsyncLifetime
{
    private AgentFixture _agent = null!;

    public async ValueTask InitializeAsync() =>
        _agent = await AgentFixture.StartAsync(stack, ("Chat:Heartbeat", "00:00:00.100"), ("Chat:StreamLimit", "00:00:02"), ("Chat:PollLimit", "00:00:00.500"));

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silent_stream_gets_comments_and_ends_with_an_error_at_its_limit()
    {
        _agent.Door.GivenUp = new TaskCompletionSource();
        using var client = _agent.ClientFor(_agent.Caller());
        using var response = await client.PostAsJsonAsync("/api/v2/agent/chat_sse", new { message = "How many techniques are there?" }, Ct);
        var stream = await response.Content.ReadAsStringAsync(Ct);
        Assert.StartsWith(": heartbeat\n\n", stream, StringComparison.Ordinal);
        Assert.EndsWith("data: {\"error\":\"The answer took too long.\"}\n\n", stream, StringComparison.Ordinal);
        await _agent.Door.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(5), Ct);
    }

    [Fact]
    public async Task A_client_that_goes_away_stops_the_work_and_the_turn_says_so()
    {
        _agent.Door.GivenUp = new TaskCompletionSource();
        using var client = _agent.ClientFor(_agent.Caller());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/agent/chat_sse") { Content = JsonContent.Create(new { message = "How many techniques are there?" }) };
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        await Eventually.TrueAsync(() => Task.FromResult(!_agent.Door.Audiences.IsEmpty), TimeSpan.FromSeconds(5), Ct, "The exchange");
        response.Dispose();
        await _agent.Door.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(5), Ct);
        await Eventually.TrueAsync(
            async () => await _agent.ScalarAsync<long>("SELECT count(*) FROM messages WHERE role = 'Assistant' AND evidence->>'status' = 'cancelled'", Ct) == 1,
            TimeSpan.FromSeconds(5), Ct, "The record of the cancelled turn");
    }

    [Fact]
    public async Task A_poll_ends_at_its_limit()
    {
        _agent.Door.GivenUp = new TaskCompletionSource();
        using var client = _agent.ClientFor(_agent.Caller());
        using var response = await client.PostAsJsonAsync("/api/v2/agent/chat_poll", new { message = "How many techniques are there?" }, Ct);
        Assert.Equal(System.Net.HttpStatusCode.GatewayTimeout, response.StatusCode);
    }
}
