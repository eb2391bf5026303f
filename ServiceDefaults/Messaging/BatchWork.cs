using System.Diagnostics;
using System.Diagnostics.Metrics;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults;

/// <summary>What is seen of the work on messages: a span that is linked to every sender, and how late the messages were.</summary>
public static class BatchWork
{
    // The limit of the SDK (OTEL_SPAN_LINK_COUNT_LIMIT).
    private const int MostLinks = 128;
    private const string Name = SignalSources.Own + ".Messaging";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Lag = Meter.CreateHistogram(
        "consumer_lag_seconds",
        "s",
        "From the event to the end of its processing, by consumer.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300] });

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "consumer_failures_total", null, "Batches whose processing threw, by consumer; they are tried again.");

    /// <summary>Does the work on messages under a span of its own, named after the queue (<c>service.event</c>).</summary>
    public static async Task RunAsync<T>(string consumer, IReadOnlyList<Received<T>> messages, Func<Task> work)
        where T : class
    {
        var label = new KeyValuePair<string, object?>("consumer", consumer);
        using var span = Start(consumer, messages);
        try
        {
            await work();
        }
        catch (Exception exception)
        {
            Failures.Add(1, label);
            span.Fail(exception);
            throw;
        }

        // A counter that appears with its first failure cannot be asked how much it grew by it.
        Failures.Add(0, label);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var message in messages)
        {
            Lag.Record(Math.Max(0, (now - message.OccurredAt).TotalSeconds), label);
        }
    }

    /// <summary>
    /// Part of a sender's trace, so that one trace shows what a request led to, and linked to all senders
    /// (OpenTelemetry semantic conventions for messaging, batches).
    /// </summary>
    internal static Activity? Start<T>(string consumer, IReadOnlyList<Received<T>> messages)
        where T : class
    {
        ActivityContext parent = default;
        var links = new List<ActivityLink>(Math.Min(messages.Count, MostLinks));
        for (var i = 0; i < messages.Count && links.Count < MostLinks; i++)
        {
            if (!ActivityContext.TryParse(messages[i].TraceParent, null, isRemote: true, out var sender))
            {
                continue;
            }

            links.Add(new ActivityLink(sender));
            if (links.Count == 1 || (sender.TraceFlags > parent.TraceFlags))
            {
                // The first sender, but rather one whose trace is recorded.
                parent = sender;
            }
        }

        var span = Source.StartActivity(ActivityKind.Consumer, parent, links: links, name: $"{consumer} process batch");
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("messaging.system", "rabbitmq");
            span.SetTag("messaging.operation.type", "process");
            span.SetTag("messaging.destination.name", consumer);
            span.SetTag("messaging.batch.message_count", messages.Count);
        }

        return span;
    }
}
