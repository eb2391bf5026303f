namespace Platform.Contracts;

/// <summary>Values that every service must agree on before any event has been exchanged.</summary>
public static class WellKnown
{
    /// <summary>The tenant that exists from the first start on.</summary>
    public static readonly Guid DefaultTenantId = new("00000000-0000-7000-8000-000000000001");

    /// <summary>The slug of <see cref="DefaultTenantId"/>.</summary>
    public const string DefaultTenantSlug = "default";

    /// <summary>Names of the message headers that make up an event's envelope.</summary>
    public static class EventHeaders
    {
        public const string Tenant = "tenant";
        public const string Actor = "actor";
        public const string OccurredAt = "occurred_at";
        public const string TraceParent = "traceparent";
    }
}
