using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Agent.Chat;
using Platform.Agent.Storage;
using Platform.Contracts.Gateway;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tools;

/// <summary>What the agent can do for the caller.</summary>
internal static class ToolEndpoints
{
    public static IEndpointRouteBuilder MapTools(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/agent/tools").WithTags("agent");
        group.MapGet("", ListAsync).WithSummary("List the agent's tools")
            .WithDescription("Only those that the caller's permissions cover; `parameters` is a JSON Schema. 200 an hour, together with calls of tools.");
        group.MapPost("/{id}/invoke", InvokeAsync).RequirePermission(Permissions.UseChat).Audited("tool_invoked", "tool").WithSummary("Call a tool directly")
            .WithDescription("The same permissions, validation and limits as in a conversation. A tool that writes does so at once.");
        return api;
    }

    private static async Task<Ok<IReadOnlyList<ToolInfo>>> ListAsync(ToolRegistry tools, AgentDb db, HourlyLimit limit, CancellationToken ct)
    {
        await CountAsync(db, limit, ct);
        return TypedResults.Ok(tools.Available);
    }

    private static async Task<Results<Ok<InvokedTool>, FaultResult>> InvokeAsync(
        string id, Body<InvokeTool> body, ToolRegistry tools, AgentDb db, HourlyLimit limit, TimeProvider clock, CancellationToken ct)
    {
        var arguments = body.Value.Arguments ?? [];
        if (tools.Refusal(id, arguments) is { } refusal)
        {
            return new FaultResult(refusal);
        }

        await CountAsync(db, limit, ct);
        var started = clock.GetTimestamp();
        var result = await tools.InvokeAsync(id, arguments, ct);
        return result.Error is { } error
            ? new FaultResult(error)
            : TypedResults.Ok(new InvokedTool(id, result.Data, result.Rows, result.Source ?? tools.SourceOf(id), Math.Round(clock.GetElapsedTime(started).TotalMilliseconds, 1)));
    }

    /// <summary>In a transaction of its own: the limit's lock must not be held while a tool works.</summary>
    private static async Task CountAsync(AgentDb db, HourlyLimit limit, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await limit.CountAsync(LimitedRoutes.ToolsList, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }
}

/// <summary>A direct call of a tool.</summary>
/// <param name="Arguments">What it is given, as its <c>parameters</c> say.</param>
internal sealed record InvokeTool(JsonObject? Arguments);

/// <summary>What a tool brought back.</summary>
/// <param name="ToolId">The tool.</param>
/// <param name="Data">The data; absent where there is none.</param>
/// <param name="Rows">How many rows or objects.</param>
/// <param name="Source">The service that owns the data.</param>
/// <param name="DurationMs">How long it took.</param>
internal sealed record InvokedTool(string ToolId, JsonNode? Data, int Rows, string Source, double DurationMs);
