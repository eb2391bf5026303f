using System.Globalization;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>Reads <c>OTEL_TRACES_SAMPLER</c> and <c>OTEL_TRACES_SAMPLER_ARG</c> (OpenTelemetry environment variables).</summary>
internal static class SamplerChoice
{
    /// <summary>
    /// The sampler that the operator asks for, behind the filter for spans that nobody reads. Unset means the reservoir of
    /// <see cref="TelemetryOptions"/> when signals are exported, and only traces that a caller already records when not.
    /// At the edge callers are not ours: that they record is a wish, met as far as the reservoir goes.
    /// </summary>
    public static Sampler From(IConfiguration configuration, TelemetryOptions options, bool exports, bool isEdge = false)
    {
        var argument = configuration["OTEL_TRACES_SAMPLER_ARG"];
        Sampler chosen = configuration["OTEL_TRACES_SAMPLER"] switch
        {
            null or "" when !exports => new ParentBasedSampler(new AlwaysOffSampler()),
            null or "" => Default(options, isEdge),
            "always_on" => new AlwaysOnSampler(),
            "always_off" => new AlwaysOffSampler(),
            "traceidratio" => new TraceIdRatioBasedSampler(Ratio(argument)),
            "parentbased_always_on" => new ParentBasedSampler(new AlwaysOnSampler()),
            "parentbased_always_off" => new ParentBasedSampler(new AlwaysOffSampler()),
            "parentbased_traceidratio" => new ParentBasedSampler(new TraceIdRatioBasedSampler(Ratio(argument))),
            var other => throw new InvalidOperationException($"OTEL_TRACES_SAMPLER is '{other}', which is not a known sampler."),
        };
        return new NoiseFilter(chosen);
    }

    private static ParentBasedSampler Default(TelemetryOptions options, bool isEdge)
    {
        var reservoir = new ReservoirSampler(new Reservoir(options.TracesPerSecond, options.TraceRatio, TimeProvider.System));
        return isEdge ? new ParentBasedSampler(reservoir, remoteParentSampled: reservoir) : new ParentBasedSampler(reservoir);
    }

    private static double Ratio(string? argument)
    {
        if (string.IsNullOrEmpty(argument))
        {
            return 1;
        }

        return double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1
            ? ratio
            : throw new InvalidOperationException($"OTEL_TRACES_SAMPLER_ARG is '{argument}'; it must be a number from 0 to 1.");
    }
}
