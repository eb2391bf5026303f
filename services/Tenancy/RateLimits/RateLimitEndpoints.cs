using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
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
        if (await limits.WriteAsync(id, wanted, http.Request.IfMatch, ct) is not { } row)
        {
            return Faults.PreconditionFailed();
        }

        http.Response.SetETag(row.Version);
        return TypedResults.Ok(RateLimitView.Of(row));
    }

    private static Task<bool> ExistsAsync(TenancyDb db, Guid id, CancellationToken ct) =>
        db.Tenants.AnyAsync(t => t.Id == id && t.Status != TenantStatus.Cancelled, ct);

    /// <summary>All three limits, 1 to 100,000,000 each.</summary>
    internal sealed record LimitsSpec(int? RequestsPerMinute, int? RequestsPerHour, int? RequestsPerDay);

    internal sealed class LimitsSpecValidator : AbstractValidator<LimitsSpec>
    {
        private const string Message = "must be a whole number from 1 to 100000000";

        public LimitsSpecValidator()
        {
            RuleFor(l => l.RequestsPerMinute).Must(Fits).WithMessage(Message);
            RuleFor(l => l.RequestsPerHour).Must(Fits).WithMessage(Message);
            RuleFor(l => l.RequestsPerDay).Must(Fits).WithMessage(Message);
        }

        private static bool Fits(int? limit) => limit is >= 1 and <= 100_000_000;
    }

    /// <summary>A tenant's limits; <c>UpdatedAt</c> is absent while they are the defaults.</summary>
    internal sealed record RateLimitView(Guid TenantId, int RequestsPerMinute, int RequestsPerHour, int RequestsPerDay, DateTimeOffset? UpdatedAt)
    {
        public static RateLimitView Of(RateLimit row) =>
            new(row.TenantId, row.RequestsPerMinute, row.RequestsPerHour, row.RequestsPerDay, row.Version == 0 ? null : row.UpdatedAt);
    }
}
