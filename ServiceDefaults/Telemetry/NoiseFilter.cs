using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>
/// Drops whole traces that say nothing: database spans without a parent (a relay that polls every second makes them)
/// and the probes and scrapes of the platform itself, with all that happens below them.
/// </summary>
internal sealed class NoiseFilter(Sampler inner) : Sampler
{
    private static readonly SamplingResult Drop = new(SamplingDecision.Drop);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var hasParent = samplingParameters.ParentContext.TraceId != default;
        return (!hasParent && IsDatabaseCall(samplingParameters)) || IsProbe(samplingParameters) || IsBelowDropped(samplingParameters)
            ? Drop
            : inner.ShouldSample(samplingParameters);
    }

    // The sampler is not told the source, but only database clients set this tag when the span starts.
    private static bool IsDatabaseCall(in SamplingParameters parameters) =>
        parameters.Kind == ActivityKind.Client && Tag(parameters, "db.system.name", "db.system") is not null;

    private static bool IsProbe(in SamplingParameters parameters) =>
        parameters.Kind == ActivityKind.Server && Tag(parameters, "url.path", "url.path") is string path && OperationalPaths.Contains(path);

    // Also under always_on, which asks no parent: what a dropped probe calls is as uninteresting as the probe.
    private static bool IsBelowDropped(in SamplingParameters parameters) =>
        parameters.ParentContext is { IsRemote: false, TraceFlags: ActivityTraceFlags.None } parent
        && parent.SpanId != default
        && Activity.Current is { Recorded: false } current
        && current.SpanId == parent.SpanId;

    private static object? Tag(in SamplingParameters parameters, string name, string olderName)
    {
        if (parameters.Tags is not null)
        {
            foreach (var tag in parameters.Tags)
            {
                if (tag.Key == name || tag.Key == olderName)
                {
                    return tag.Value;
                }
            }
        }

        return null;
    }
}
