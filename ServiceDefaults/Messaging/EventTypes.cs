using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>The allow-list of events: every record in Contracts that is one.</summary>
public static class EventTypes
{
    /// <summary>How events are written; independent of what HTTP answers look like.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Event types by full name.</summary>
    public static readonly FrozenDictionary<string, Type> ByName = typeof(IIntegrationEvent).Assembly.GetExportedTypes()
        .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IIntegrationEvent)))
        .ToFrozenDictionary(t => t.FullName!);
}
