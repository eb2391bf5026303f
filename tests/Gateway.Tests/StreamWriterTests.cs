using System.IO.Pipelines;
using System.Text;
using Platform.Contracts;
using Platform.Gateway.Authentication;
using Platform.Gateway.Streaming;
using Platform.TestSupport;
using StreamWriter = Platform.Gateway.Streaming.StreamWriter;

namespace Platform.Gateway.Tests;

/// <summary>Who hears what, and how it goes out.</summary>
public sealed class StreamWriterTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public void Interests_in_the_same_are_equal_however_they_are_written()
    {
        var one = Of(TlpLevel.Amber, ["incidents", "imports"], ("severity", ["high", "critical"]), ("status", ["open"]));
        var other = Of(TlpLevel.Amber, ["imports", "incidents"], ("status", ["open"]), ("severity", ["critical", "high"]));
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
    }

    [Fact]
    public void Interests_that_differ_in_clearance_topic_field_or_value_are_not_decided_together()
    {
        Interest[] all =
        [
            Of(TlpLevel.Amber, ["incidents"], ("severity", ["high"])),
            Of(TlpLevel.Red, ["incidents"], ("severity", ["high"])),
            Of(TlpLevel.Amber, ["imports"], ("severity", ["high"])),
            Of(TlpLevel.Amber, ["incidents"], ("status", ["high"])),
            Of(TlpLevel.Amber, ["incidents"], ("severity", ["low"])),
            Of(TlpLevel.Amber, ["incidents"], ("severity", ["high", "low"])),
            Of(TlpLevel.Amber, ["incidents"]),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void An_event_is_told_to_all_with_an_equal_interest_until_they_leave_or_hear_something_else()
    {
        var tenant = new TenantStream();
        var (one, same, other) = (NewListener(), NewListener(), new Listener(new Credential(null!, null), Of(TlpLevel.Clear, ["imports"])));
        Array.ForEach([one, same, other], tenant.Add);
        Assert.Equal(2, tenant.Audiences.Count);
        tenant.Tell(Event(1));
        Assert.True(tenant.Remove(same));
        Assert.False(tenant.Remove(same));
        tenant.Tell(Event(2));
        Assert.Equal((2, 1, 0), (one.Waiting.Count, same.Waiting.Count, other.Waiting.Count));
        Assert.True(tenant.Remove(one) && tenant.Remove(other) && tenant.Audiences.IsEmpty);
    }

    [Fact]
    public async Task What_waits_together_goes_out_in_its_order_with_one_flush()
    {
        var listener = NewListener();
        listener.Offer(Event(8));
        listener.Offer(Event(9));
        listener.Offer(Event(9));
        listener.Offer(Event(10));
        listener.End();
        var told = new List<string>();
        await Writer(listener, told).RunAsync(7, null, Ct);
        Assert.Equal(["ready", "8", "9", "10", "flush", "end"], told);
    }

    [Fact]
    public async Task A_listener_that_is_too_slow_loses_the_oldest_and_is_told_how_many()
    {
        var listener = NewListener();
        for (var i = 1; i <= 300; i++)
        {
            listener.Offer(Event(i));
        }

        listener.End();
        var told = new List<string>();
        await Writer(listener, told).RunAsync(0, null, Ct);
        Assert.Equal(["ready", "dropped", "45"], told.Take(3));
        Assert.Equal(["300", "flush", "end"], told.TakeLast(3));
    }

    [Fact]
    public async Task A_stream_whose_client_has_gone_sends_no_more()
    {
        var listener = NewListener();
        var told = new List<string>();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = Writer(listener, told).RunAsync(0, null, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(["ready"], told);
    }

    [Fact]
    public async Task Events_are_written_as_they_were_made_ready_and_seen_when_flushed()
    {
        var pipe = new Pipe();
        var writer = new EventWriter(pipe.Writer);
        await writer.WriteAsync(Event(1));
        await writer.WriteAsync(Event(2));
        Assert.False(pipe.Reader.TryRead(out _));
        await writer.FlushAsync();
        Assert.True(pipe.Reader.TryRead(out var read));
        Assert.Equal(Encoding.UTF8.GetString(Event(1).Frame) + Encoding.UTF8.GetString(Event(2).Frame), Encoding.UTF8.GetString(read.Buffer));
    }

    [Fact]
    public async Task A_client_that_stops_reading_is_cut_after_three_beats_and_one_that_reads_never()
    {
        var cuts = new List<string>();
        var (reads, stops) = (NewListener(() => cuts.Add("reads")), NewListener(() => cuts.Add("stops")));
        var stuck = new TaskCompletionSource();
        var writing = Task.WhenAll(
            Writer(reads, []).RunAsync(0, null, Ct),
            new StreamWriter(stops, null!, _ => new ValueTask(stuck.Task), static (_, _) => default, static () => default).RunAsync(0, null, Ct));
        for (var beat = 0; beat < 3; beat++)
        {
            Assert.Empty(cuts);
            reads.Beat();
            stops.Beat();
            await Eventually.TrueAsync(() => Task.FromResult(!reads.Waiting.TryPeek(out _)), TimeSpan.FromSeconds(10), Ct);
        }

        Assert.Equal(["stops"], cuts);
        reads.End();
        stops.End();
        stuck.SetResult();
        await writing;
    }

    [Fact]
    public void What_waits_for_a_client_that_does_not_read_is_bounded()
    {
        var listener = NewListener();
        var happened = Event(1);
        for (var i = 1; i <= 100_000; i++)
        {
            listener.Offer(happened);
        }

        Assert.Equal(256, listener.Waiting.Count);
    }

    private static StreamWriter Writer(Listener listener, List<string> told) => new(
        listener,
        null!,
        happened => Tell(told, $"{happened.Sequence}"),
        (name, _) => Tell(told, name),
        () => Tell(told, "flush"));

    private static ValueTask Tell(List<string> told, string what)
    {
        told.Add(what);
        return ValueTask.CompletedTask;
    }

    private static Listener NewListener(Action? cut = null) => new(new Credential(null!, null), Of(TlpLevel.Clear, ["incidents"]), cut);

    private static StreamEvent Event(long number) => StreamEvent.Read(
        number, StreamEvent.Write(new StreamEntry("incidents", "incident.opened", DateTimeOffset.UnixEpoch, TlpLevel.Clear, null, new Dictionary<string, object?> { ["id"] = number })));

    private static Interest Of(TlpLevel clearance, string[] topics, params (string Field, string[] Values)[] filter) => new(
        clearance, topics.ToHashSet(), filter.ToDictionary(static f => f.Field, static IReadOnlySet<string> (f) => f.Values.ToHashSet()));
}
