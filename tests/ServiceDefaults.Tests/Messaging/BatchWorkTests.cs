using System.Diagnostics;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults.Tests.Messaging;

/// <summary>What a trace shows of messages that are processed together.</summary>
public sealed class BatchWorkTests : IDisposable
{
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;
    private readonly string _consumer = $"test.{Guid.NewGuid():N}";

    public BatchWorkTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Platform.Messaging",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceFlags == ActivityTraceFlags.Recorded ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.PropagationData,
            ActivityStopped = span =>
            {
                // Other tests run beside this one.
                if (span.OperationName.StartsWith(_consumer, StringComparison.Ordinal))
                {
                    _ended.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task One_span_links_to_the_sender_of_each_message()
    {
        var senders = Enumerable.Range(0, 5).Select(_ => Sender(recorded: true)).ToList();
        await BatchWork.RunAsync(_consumer, [.. senders.Select(Message)], () => Task.CompletedTask);
        var span = Assert.Single(_ended);
        Assert.Equal(senders.Select(s => s.SpanId), span.Links.Select(l => l.Context.SpanId));
        Assert.Equal(senders[0].SpanId, span.ParentSpanId);
        Assert.Equal(ActivityKind.Consumer, span.Kind);
        Assert.Equal(5, span.GetTagItem("messaging.batch.message_count"));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Fact]
    public async Task The_span_joins_a_trace_that_is_recorded()
    {
        var recorded = Sender(recorded: true);
        await BatchWork.RunAsync(_consumer, [Message(Sender(recorded: false)), Message(recorded)], () => Task.CompletedTask);
        Assert.Equal(recorded.TraceId, Assert.Single(_ended).TraceId);
    }

    [Fact]
    public async Task Failed_work_marks_and_keeps_the_span_by_type_alone()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => BatchWork.RunAsync(
            _consumer, [Message(Sender(recorded: false))], () => throw new InvalidOperationException("mail of ann@example.org")));
        var span = Assert.Single(_ended);
        Assert.True(span.Recorded);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("System.InvalidOperationException", span.GetTagItem("error.type"));
        Assert.DoesNotContain(span.TagObjects, t => t.Value?.ToString()?.Contains("ann@", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Messages_of_senders_that_say_nothing_are_processed_too()
    {
        var ran = false;
        await BatchWork.RunAsync(_consumer, [new Received<string>(Guid.NewGuid(), Guid.NewGuid(), null, DateTimeOffset.UnixEpoch, null, "x")], () =>
        {
            ran = true;
            return Task.CompletedTask;
        });
        Assert.True(ran);
        Assert.Empty(Assert.Single(_ended).Links);
    }

    [Fact]
    public void Sends_below_the_outbox_relay_are_not_marked_and_others_stay_marked()
    {
        using var source = new ActivitySource(OutboxRelay.SourceName);
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => ReferenceEquals(s, source),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var processor = new ReturnedMessages();
        using (source.StartActivity("outbox relay"))
        {
            Assert.Equal(ActivityStatusCode.Unset, Returned().Status);
        }

        Assert.Equal(ActivityStatusCode.Error, Returned().Status);

        Activity Returned()
        {
            using var send = source.StartActivity("x send", ActivityKind.Producer)!;
            send.SetStatus(ActivityStatusCode.Error);
            processor.OnEnd(send);
            return send;
        }
    }

    private static ActivityContext Sender(bool recorded) => new(
        ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), recorded ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None);

    private static Received<string> Message(ActivityContext sender) => new(
        Guid.NewGuid(), Guid.NewGuid(), null, DateTimeOffset.UnixEpoch, $"00-{sender.TraceId}-{sender.SpanId}-{(int)sender.TraceFlags:x2}", "x");
}
