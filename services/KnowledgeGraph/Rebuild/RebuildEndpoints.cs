using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts;
using Platform.Contracts.KnowledgeGraph;
using Platform.KnowledgeGraph.Repeats;
using Platform.ServiceDefaults;
using Fault = Platform.ServiceDefaults.Fault;

namespace Platform.KnowledgeGraph.Rebuild;

/// <summary>Building the graph anew from ThreatIntel.</summary>
internal static class RebuildEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static IEndpointRouteBuilder MapRebuilds(this IEndpointRouteBuilder api)
    {
        var rebuilds = api.MapGroup("/rebuilds").WithTags("Knowledge graph").RequirePermission("manage:config");
        rebuilds.MapPost("", Start).WithIdempotency().Audited("graph_rebuild_started", "graph_rebuild");
        rebuilds.MapGet("", List);
        rebuilds.MapGet("/{id:guid}", Get);
        return api;
    }

    /// <summary>
    /// Builds the tenant's graph anew from everything that ThreatIntel holds, while it goes on being read and written. Replaced is only
    /// what comes from there; nodes and relationships that users made stay.
    /// </summary>
    private static async Task<Results<Accepted<RebuildAnswer>, FaultResult>> Start(
        RebuildGraph rebuild, RebuildLedger ledger, CallContext call, IBus bus, Creation creation, HttpContext context, CancellationToken ct)
    {
        var id = creation.MessageId;
        await rebuild.BeginAsync(call.TenantId, id, ct);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            await bus.Publish(new GraphRebuildRequested(id), sent =>
            {
                sent.MessageId = id;
                sent.Headers.Set(WellKnown.EventHeaders.Tenant, call.TenantId.ToString("D"));
                sent.Headers.Set(WellKnown.EventHeaders.OccurredAt, creation.At.ToString("O"));
                sent.Headers.Set(WellKnown.EventHeaders.Actor, call.Subject);
            }, patience.Token);
        }
        catch (Exception exception) when (exception is RabbitMqConnectionException or ConnectionException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return new FaultResult(new Fault(ErrorCodes.UpstreamUnavailable, "The broker cannot be reached, so that ThreatIntel does not hear of it.", RetryAfter: TimeSpan.FromSeconds(10)));
        }

        var started = (await ledger.ListAsync(call.TenantId, ct)).First(r => r.Id == id);
        return TypedResults.Accepted($"{context.Request.Path.Value!.TrimEnd('/')}/{id:D}", Answer(started));
    }

    /// <summary>The newest rebuilds.</summary>
    private static async Task<Ok<RebuildList>> List(RebuildLedger ledger, CallContext call, CancellationToken ct) =>
        TypedResults.Ok(new RebuildList([.. (await ledger.ListAsync(call.TenantId, ct)).Select(Answer)]));

    /// <summary>How far a rebuild is.</summary>
    private static async Task<Results<Ok<RebuildAnswer>, FaultResult>> Get(Guid id, RebuildLedger ledger, CallContext call, CancellationToken ct) =>
        (await ledger.ListAsync(call.TenantId, ct)).FirstOrDefault(r => r.Id == id) is { } known ? TypedResults.Ok(Answer(known)) : Faults.NotFound("rebuild");

    private static RebuildAnswer Answer(KnownRebuild known) => new(
        known.Id, known.CompletedAt is null ? "running" : "completed", known.RequestedAt, known.CompletedAt, known.Parts, known.Applied, known.Removed);
}

/// <summary>The newest rebuilds, the newest first.</summary>
internal sealed record RebuildList(IReadOnlyList<RebuildAnswer> Items);

/// <summary>A rebuild.</summary>
/// <param name="Id">Which.</param>
/// <param name="State"><c>running</c> or <c>completed</c>.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="CompletedAt">When it was done.</param>
/// <param name="Parts">How many parts ThreatIntel sends, once it has said so.</param>
/// <param name="PartsApplied">How many of them the graph holds.</param>
/// <param name="Removed">How many nodes and relationships went because ThreatIntel has them no more.</param>
internal sealed record RebuildAnswer(Guid Id, string State, DateTimeOffset RequestedAt, DateTimeOffset? CompletedAt, long? Parts, long PartsApplied, long Removed);
