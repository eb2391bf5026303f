using Microsoft.AspNetCore.Builder;

namespace Platform.ServiceDefaults;

/// <summary>What the audit log is told when a request to an endpoint succeeds, as endpoint metadata.</summary>
/// <param name="Action">A name of the audit vocabulary, such as <c>import_started</c>.</param>
/// <param name="Kind">The kind of what it is done to; its id is the route's <c>id</c>, or the last part of the answer's <c>Location</c>.</param>
public sealed record AuditedAction(string Action, string Kind);

/// <summary>Says in route tables what the audit log hears of.</summary>
public static class AuditMapping
{
    /// <summary>
    /// Tells the audit log of every request that succeeds, before its answer is complete. Changes that have an event of their
    /// own record themselves in their transaction instead.
    /// </summary>
    public static TBuilder Audited<TBuilder>(this TBuilder builder, string action, string kind)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AuditedAction(action, kind));
}
