using System.Diagnostics;
using System.Text.Json;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Pipeline;

/// <summary>
/// An event that waits in the catalogue's graph, put there by the very query that made the change: one query is the
/// store's unit of atomicity.
/// </summary>
/// <param name="Id">The message's id.</param>
/// <param name="Seq">Its place in the tenant's order.</param>
/// <param name="Type">The event's full name.</param>
/// <param name="Body">The event as JSON.</param>
/// <param name="Actor">Who made the change.</param>
/// <param name="TraceParent">The trace of the change.</param>
/// <param name="OccurredAt">When, in milliseconds.</param>
internal sealed record OutboxEntry(Guid Id, long Seq, string Type, string Body, string? Actor, string? TraceParent, long OccurredAt)
{
    /// <summary>Ends a query that has one row, such as one after <c>WITH count(*) AS done</c>.</summary>
    public const string Clause =
        "CREATE (:Outbox {id: $o_id, seq: $o_seq, type: $o_type, body: $o_body, actor: $o_actor, trace: $o_trace, at: $o_at})";

    public static OutboxEntry Of(IIntegrationEvent e, long seq, string actor, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), seq, e.GetType().FullName!, JsonSerializer.Serialize(e, e.GetType(), EventTypes.Json), actor, Activity.Current?.Id, now.ToUnixTimeMilliseconds());

    /// <summary>The clause's parameters, with those of the query it ends.</summary>
    public Dictionary<string, object?> With(Dictionary<string, object?> parameters)
    {
        parameters["o_id"] = Id.ToString("D");
        parameters["o_seq"] = Seq;
        parameters["o_type"] = Type;
        parameters["o_body"] = Body;
        parameters["o_actor"] = Actor;
        parameters["o_trace"] = TraceParent;
        parameters["o_at"] = OccurredAt;
        return parameters;
    }
}
