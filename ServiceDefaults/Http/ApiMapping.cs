using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Platform.ServiceDefaults;

/// <summary>Mounts the same handlers under both versions.</summary>
public static class ApiMapping
{
    /// <summary>
    /// Maps routes under <c>/api/v1</c> (answers in the envelope) and <c>/api/v2</c> (bare). Every route asks for an
    /// authenticated caller unless it says otherwise.
    /// </summary>
    public static WebApplication MapApi(this WebApplication app, Action<IEndpointRouteBuilder> map)
    {
        map(app.MapGroup("/api/v1").WithGroupName("v1").RequireAuthorization().AddEndpointFilter(new EnvelopeFilter()));
        map(app.MapGroup("/api/v2").WithGroupName("v2").RequireAuthorization());
        return app;
    }

    /// <summary>
    /// Maps routes under both versions for a process with an authentication of its own: answers are shaped as by
    /// <see cref="MapApi"/>, and nothing is asked for here.
    /// </summary>
    public static WebApplication MapVersions(this WebApplication app, Action<IEndpointRouteBuilder> map)
    {
        map(app.MapGroup("/api/v1").WithGroupName("v1").AddEndpointFilter(new EnvelopeFilter()));
        map(app.MapGroup("/api/v2").WithGroupName("v2"));
        return app;
    }

    /// <summary>Maps the unversioned <c>/api</c> routes of the seeds (<c>/api/admin/…</c>), which answer as v1.</summary>
    public static WebApplication MapUnversionedApi(this WebApplication app, Action<IEndpointRouteBuilder> map)
    {
        map(app.MapGroup("/api").WithGroupName("v1").RequireAuthorization().AddEndpointFilter(new EnvelopeFilter()));
        return app;
    }

    /// <summary>Answers go out as the handler wrote them, without the v1 envelope.</summary>
    public static TBuilder Unwrapped<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata(UnwrappedMetadata.Instance);
        return builder;
    }
}
