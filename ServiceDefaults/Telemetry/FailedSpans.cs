using System.Diagnostics;

namespace Platform.ServiceDefaults;

/// <summary>How a span tells that its work failed.</summary>
public static class FailedSpans
{
    /// <summary>
    /// Marks a span as failed and keeps it, whatever the sampler said, as long as it has not ended. The type alone is told:
    /// the message may quote what the caller sent.
    /// </summary>
    public static void Fail(this Activity? span, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        span.Fail(exception.GetType().FullName!);
    }

    /// <summary>The same with a low-cardinality name of the error, such as a status (semantic conventions: error.type).</summary>
    public static void Fail(this Activity? span, string errorType)
    {
        if (span is null)
        {
            return;
        }

        // A span that the sampler dropped is only there to pass its ids on; from here on it is a recorded one.
        span.IsAllDataRequested = true;
        span.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        span.SetTag("error.type", errorType);
        span.SetStatus(ActivityStatusCode.Error);
    }
}
