using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>While a replica's variables are resolved or its health is checked, the target ports are its own.</summary>
internal static class ReplicaScope
{
    private static readonly AsyncLocal<IReadOnlyDictionary<EndpointAnnotation, int>?> Current = new();

    public static void Enter(IReadOnlyDictionary<EndpointAnnotation, int> ports) => Current.Value = ports;

    public static int? PortOf(EndpointAnnotation endpoint)
        => Current.Value is { } ports && ports.TryGetValue(endpoint, out var port) ? port : null;
}
