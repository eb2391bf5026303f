using System.Threading.Channels;
using Platform.Agent.Chat;
using Platform.Agent.Storage;

namespace Platform.Agent.Tests;

/// <summary>An answer that goes on after a break says nothing twice and leaves nothing out.</summary>
public sealed class AnswerEventsTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static readonly ChatEvent[] Whole =
    [
        new StatusEvent("planning"), new ToolResultEvent("call_1", "run_cypher", 1, 3.5, null), new TextEvent("There are "), new TextEvent("7."), new UsageEvent("built_in", 1, 9.5),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task The_same_answer_goes_on_after_what_was_sent(int broken)
    {
        var again = Whole.Select(e => e is ToolResultEvent result ? result with { DurationMs = 88 } : e).ToArray();
        var (sent, journal) = await RunAsync([.. Whole.Take(broken).Select(TypedEvents.Of)], again);
        Assert.Equal(again.Skip(broken), sent);
        Assert.Equal(Whole.Select(e => TypedEvents.Of(e).Name), journal.Select(e => e.Name));
    }

    [Fact]
    public async Task Another_answer_begins_anew_and_is_whole()
    {
        ChatEvent[] other = [Whole[0], Whole[1], new TextEvent("There are "), new TextEvent("8.")];
        var (sent, journal) = await RunAsync([.. Whole.Take(4).Select(TypedEvents.Of)], other);
        Assert.Equal([new StatusEvent("restarted"), .. other], sent);
        Assert.Equal(4 + 1 + 4, journal.Count);
    }

    [Theory]
    [InlineData("0123456789ab7def8123456789abcdef-17", true)]
    [InlineData("0123456789ab7def8123456789abcdef-", false)]
    [InlineData("0123456789ab7def8123456789abcdef-1 ", false)]
    [InlineData("0123456789ab7def8123456789abcdef--1", false)]
    [InlineData("01234567-89ab-7def-8123-456789abcdef-1", false)]
    [InlineData("17", false)]
    public void Ids_of_events_are_read_strictly(string text, bool good)
    {
        Assert.Equal(good, LastEventId.TryParse(text, out var id));
        Assert.True(!good || id.ToString() == text);
    }

    private static async Task<(List<ChatEvent> Sent, IReadOnlyList<StreamedEvent> Journal)> RunAsync(IReadOnlyList<StreamedEvent> earlier, ChatEvent[] again)
    {
        var channel = Channel.CreateUnbounded<ChatEvent>();
        var events = new AnswerEvents(channel.Writer, earlier, anew: false);
        foreach (var chatEvent in again)
        {
            await events.WriteAsync(chatEvent, Ct);
        }

        channel.Writer.Complete();
        return (await channel.Reader.ReadAllAsync(Ct).ToListAsync(Ct), events.Journal);
    }
}
