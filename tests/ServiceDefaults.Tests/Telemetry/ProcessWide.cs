namespace Platform.ServiceDefaults.Tests.Telemetry;

/// <summary>Meters are heard by every provider of the process, so tests that count run while no other app does.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;
