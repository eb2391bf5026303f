using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts.Gateway;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.RateLimits;

/// <summary>The request limits of a tenant, for the platform's administrators.</summary>
internal static class RateLimitEndpoints
{
    public static void MapRateLimits(this IEndpointRouteBuilder api)
    {
        var limits = api.MapGroup("/admin/tenants/{id:guid}/rate-limits").RequirePermission("manage:tenants").WithTags("tenants");
        limits.MapGet("", GetAsync).WithSummary("Read a tenant's request limits");
        limits.MapPut("", PutAsync).WithSummary("Set a tenant's request limits");
    }

    private static async Task<Results<Ok<RateLimitView>, FaultResult>> GetAsync(
        Guid id, TenancyDb db, ChangeLimits limits, HttpResponse response, CancellationToken ct)
    {
        if (!await ExistsAsync(db, id, ct))
        {
            return Faults.NotFound("tenant");
        }

        var row = await limits.ReadAsync(id, ct);
        response.SetETag(row.Version);
        return TypedResults.Ok(RateLimitView.Of(row));
    }

    private static async Task<Results<Ok<RateLimitView>, FaultResult>> PutAsync(
        Guid id, Body<LimitsSpec> body, TenancyDb db, ChangeLimits limits, HttpContext http, CancellationToken ct)
    {
        if (!await ExistsAsync(db, id, ct))
        {
            return Faults.NotFound("tenant");
        }

        var spec = body.Value;
        var wanted = new Limits(spec.RequestsPerMinute!.Value, spec.RequestsPerHour!.Value, spec.RequestsPerDay!.Value);
        var routes = spec.Routes?.ConvertAll(r => new RouteLimit(r.Route!, r.UserType, r.RequestsPerHour!.Value));
        if (await limits.WriteAsync(id, wanted, routes, spec.ModelTokensPerMonth, http.Request.IfMatch, ct) is not { } row)
        {
            return Faults.PreconditionFailed();
        }

        http.Response.SetETag(row.Version);
        return TypedResults.Ok(RateLimitView.Of(row));
    }

    private static Task<bool> ExistsAsync(TenancyDb db, Guid id, CancellationToken ct) =>
        db.Tenants.AnyAsync(t => t.Id == id && t.Status != TenantStatus.Cancelled, ct);

    /// <summary>All three limits, 1 to 100,000,000 each.</summary>
    /// <param name="RequestsPerMinute">Of the tenant, in any minute.</param>
    /// <param name="RequestsPerHour">Of the tenant, in any hour.</param>
    /// <param name="RequestsPerDay">Of the tenant, in any day.</param>
    /// <param name="Routes">Hourly limits of single operations for each caller; those that are there stay when this is absent.</param>
    /// <param name="ModelTokensPerMonth">Tokens that its language models may take in a calendar month (UTC); 0 for no end; what is there stays when this is absent.</param>
    internal sealed record LimitsSpec(int? RequestsPerMinute, int? RequestsPerHour, int? RequestsPerDay, List<RouteLimitSpec>? Routes, long? ModelTokensPerMonth = null);

    /// <summary>The hourly limit of one operation.</summary>
    /// <param name="Route">Such as <c>users.list</c>; the gateway's documentation lists them.</param>
    /// <param name="UserType">The role it is for, <c>api_key</c> or <c>client</c>; for everybody when absent.</param>
    /// <param name="RequestsPerHour">For each caller, 1 to 100,000,000.</param>
    internal sealed record RouteLimitSpec(string? Route, string? UserType, int? RequestsPerHour);

    internal sealed class LimitsSpecValidator : AbstractValidator<LimitsSpec>
    {
        private const string Message = "must be a whole number from 1 to 100000000";

        public LimitsSpecValidator()
        {
            RuleFor(l => l.RequestsPerMinute).Must(Fits).WithMessage(Message);
            RuleFor(l => l.RequestsPerHour).Must(Fits).WithMessage(Message);
            RuleFor(l => l.RequestsPerDay).Must(Fits).WithMessage(Message);
            RuleFor(l => l.Routes!.Count).LessThanOrEqualTo(500).When(l => l.Routes is not null).OverridePropertyName("routes").WithMessage("must be at most 500");
            RuleFor(l => l.ModelTokensPerMonth).Must(t => t is null or (>= 0 and <= 1_000_000_000_000)).WithMessage("must be a whole number from 0 (without end) to 1000000000000");
            RuleForEach(l => l.Routes).ChildRules(route =>
            {
                route.RuleFor(r => r.Route).Must(r => r is not null && LimitedRoutes.RequestsPerHour.ContainsKey(r))
                    .WithMessage($"must be one of {string.Join(", ", LimitedRoutes.RequestsPerHour.Keys.Order(StringComparer.Ordinal))}");
                route.RuleFor(r => r.UserType).Matches("^[a-z0-9_-]{1,64}$").WithMessage("must be a role, api_key or client");
                route.RuleFor(r => r.RequestsPerHour).Must(Fits).WithMessage(Message);
            });
        }

        private static bool Fits(int? limit) => limit is >= 1 and <= 100_000_000;
    }

    /// <summary>A tenant's limits; <c>UpdatedAt</c> is absent while they are the defaults, <c>ModelTokensPerMonth</c> where there is no end of them.</summary>
    internal sealed record RateLimitView(
        Guid TenantId, int RequestsPerMinute, int RequestsPerHour, int RequestsPerDay, IReadOnlyList<RouteLimit> Routes, long? ModelTokensPerMonth, DateTimeOffset? UpdatedAt)
    {
        public static RateLimitView Of(RateLimit row) => new(
            row.TenantId, row.RequestsPerMinute, row.RequestsPerHour, row.RequestsPerDay, RouteLimit.Read(row.Routes), row.ModelTokensPerMonth, row.Version == 0 ? null : row.UpdatedAt);
    }
}
