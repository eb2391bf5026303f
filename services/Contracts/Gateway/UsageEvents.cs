using System.Text.Json.Serialization;

namespace Platform.Contracts.Gateway;

/// <summary>
/// A batch of completed requests. (<paramref name="Instance"/>, <paramref name="Segment"/>, <paramref name="Offset"/>)
/// names its place in the gateway's journal, so that a repeat is recognised and harmless.
/// </summary>
public sealed record UsageRecorded(
    string Instance,
    long Segment,
    long Offset,
    [property: JsonConverter(typeof(UsageEntriesConverter))] IReadOnlyList<UsageEntry> Entries) : IIntegrationEvent;

/// <summary>One completed, authenticated request.</summary>
public sealed record UsageEntry(
    Guid TenantId,
    Guid? ApiKeyId,
    string? Subject,
    string Endpoint,
    string Method,
    int StatusCode,
    double LatencyMs,
    long RequestSizeBytes,
    long ResponseSizeBytes,
    DateTimeOffset Timestamp);
