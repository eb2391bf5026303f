using System.Globalization;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>Reads <c>OTEL_TRACES_SAMPLER</c> and <c>OTEL_TRACES_SAMPLER_ARG</c> (OpenTelemetry environment variables).</summary>
internal static class SamplerChoice
{
    /// <summary>
    /// The sampler that the operator asks for, behind the filter for spans that nobody reads. Unset means every trace
    /// when signals are exported and only those that a caller already records when they are not.
    /// </summary>
    public static Sampler From(IConfiguration configuration, bool exports)
    {
        var argument = configuration["OTEL_TRACES_SAMPLER_ARG"];
        Sampler chosen = configuration["OTEL_TRACES_SAMPLER"] switch
        {
            null or "" => new ParentBasedSampler(exports ? new AlwaysOnSampler() : new AlwaysOffSampler()),
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
