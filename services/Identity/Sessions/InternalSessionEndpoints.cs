using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Identity.Sessions;

/// <summary>What the gateway asks when it may have missed the end of a session; never routed from outside.</summary>
internal static class InternalSessionEndpoints
{
    private const string Read = "SELECT home_tenant_id, home_session_id FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > $2";

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
        var (stands, home) = await ReadAsync(source, body.Value, clock.GetUtcNow(), ct);
        if (stands && home is not null)
        {
            // Whoever acts in this tenant does so as long as they are signed in at home.
            (stands, _) = await ReadAsync(source, home, clock.GetUtcNow(), ct);
        }

        return TypedResults.Ok(new SessionState(stands));
    }

    private static async Task<(bool Stands, SessionQuestion? Home)> ReadAsync(NpgsqlDataSource source, SessionQuestion question, DateTimeOffset now, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, question.TenantId, ct);
        await using var command = session.Command(Read);
        command.Parameters.Add(new() { Value = question.SessionId });
        command.Parameters.Add(new() { Value = now });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return !await reader.ReadAsync(ct) ? (false, null)
            : reader.IsDBNull(0) ? (true, null)
            : (true, new SessionQuestion(reader.GetGuid(0), reader.GetGuid(1)));
    }

    internal sealed record SessionQuestion(Guid TenantId, Guid SessionId);

    internal sealed record SessionState(bool Active);
}
