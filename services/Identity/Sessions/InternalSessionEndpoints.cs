using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Identity.Sessions;

/// <summary>What the gateway asks when it may have missed the end of a session; never routed from outside.</summary>
internal static class InternalSessionEndpoints
{
    private const string Read = "SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > $2)";

    public static IEndpointRouteBuilder MapInternalSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/internal/sessions/resolve", ResolveAsync)
            .RequirePermission("use:internal")
            .ExcludeFromDescription()
            .WithSummary("Whether a session still stands");
        return routes;
    }

    /// <summary>The tenant comes with the question: the asker is a service, which is in none.</summary>
    private static async Task<Ok<SessionState>> ResolveAsync(Body<SessionQuestion> body, NpgsqlDataSource source, TimeProvider clock, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, body.Value.TenantId, ct);
        await using var command = session.Command(Read);
        command.Parameters.Add(new() { Value = body.Value.SessionId });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        return TypedResults.Ok(new SessionState(await command.ExecuteScalarAsync(ct) is true));
    }

    internal sealed record SessionQuestion(Guid TenantId, Guid SessionId);

    internal sealed record SessionState(bool Active);
}
