using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>
/// Drops whole traces that say nothing: calls to a store without a parent (a relay that polls every second makes them)
/// and the probes and scrapes of the platform itself, with all that happens below them.
/// </summary>
internal sealed class NoiseFilter(Sampler inner) : Sampler
{
    private static readonly SamplingResult Drop = new(SamplingDecision.Drop);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        return IsUnasked(samplingParameters) || IsProbe(samplingParameters) || IsBelowDropped(samplingParameters)
            ? Drop
            : inner.ShouldSample(samplingParameters);
    }

    // A sampler is told neither the source nor, by Npgsql, any tag. But what asks a store without a request, message or
    // job around it is a poll, and those are the only client spans that start a trace, apart from HTTP calls.
    private static bool IsUnasked(in SamplingParameters parameters) =>
        parameters.Kind == ActivityKind.Client && parameters.ParentContext.TraceId == default && parameters.Name is not (SpanNames.HttpCall or SpanNames.GuardedCall);

    private static bool IsProbe(in SamplingParameters parameters)
    {
        if (parameters.Kind == ActivityKind.Server && parameters.Tags is not null)
        {
            foreach (var tag in parameters.Tags)
            {
                if (tag.Key == "url.path")
                {
                    return OperationalPaths.Contains(tag.Value as string);
                }
            }
        }

        return false;
    }

    // Also under always_on, which asks no parent: what a dropped probe calls is as uninteresting as the probe.
    private static bool IsBelowDropped(in SamplingParameters parameters) =>
        parameters.ParentContext is { IsRemote: false, TraceFlags: ActivityTraceFlags.None } parent
        && parent.SpanId != default
        && Activity.Current is { Recorded: false } current
        && current.SpanId == parent.SpanId;
}
