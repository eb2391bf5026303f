using OpenTelemetry.Trace;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>Starts as many traces as its reservoir takes.</summary>
internal sealed class ReservoirSampler(Reservoir reservoir) : Sampler
{
    private static readonly SamplingResult Keep = new(SamplingDecision.RecordAndSample);
    private static readonly SamplingResult Drop = new(SamplingDecision.Drop);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => reservoir.Takes() ? Keep : Drop;
}
