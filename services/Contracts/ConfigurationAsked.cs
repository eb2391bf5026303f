namespace Platform.Contracts;

/// <summary>A process has started and wants to know the platform's settings.</summary>
/// <param name="Service">The resource name of its service.</param>
public sealed record ConfigurationAsked(string Service) : IIntegrationEvent;
