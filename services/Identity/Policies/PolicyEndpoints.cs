using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts.Identity;
using Platform.Identity.Audit;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Policies;

/// <summary>The tenant's rules for signing in.</summary>
internal static class PolicyEndpoints
{
    public static void MapPolicy(this IEndpointRouteBuilder routes)
    {
        var policy = routes.MapGroup("/auth/policy").WithTags("auth");
        policy.MapGet("/", GetAsync).RequirePermission("read:config").WithSummary("The tenant's sign-in policy");
        policy.MapPut("/", PutAsync).RequirePermission("manage:config").WithSummary("Replace the tenant's sign-in policy");
    }

    /// <summary>The rules in force; the defaults where the tenant has made none.</summary>
    public static async Task<TenantPolicy> ReadPolicyAsync(this IdentityDb db, CancellationToken ct) =>
        (await db.Policies.AsNoTracking().SingleOrDefaultAsync(ct))?.Read() ?? TenantPolicy.Default;

    /// <summary>What is in force.</summary>
    private static async Task<Ok<TenantPolicy>> GetAsync(IdentityDb db, HttpResponse response, CancellationToken ct)
    {
        var row = await db.Policies.AsNoTracking().SingleOrDefaultAsync(ct);
        response.SetETag(row?.Version ?? 0);
        return TypedResults.Ok(row?.Read() ?? TenantPolicy.Default);
    }

    /// <summary>Members that are left out get their defaults. It holds from the next sign-in on.</summary>
    private static async Task<Results<Ok<TenantPolicy>, FaultResult>> PutAsync(
        Body<PolicyChange> body, CallContext call, IdentityDb db, AuditTrail audit, ClientOrigin origin, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        var row = await db.Policies.SingleOrDefaultAsync(ct);
        if (!http.Request.IfMatch(row?.Version ?? 0))
        {
            return Faults.PreconditionFailed();
        }

        var policy = body.Value.ToPolicy();
        row ??= db.Policies.Add(new PolicyRow { TenantId = call.TenantId }).Entity;
        row.Document = JsonSerializer.Serialize(policy, Json.Options);
        db.Publish(new PolicyChanged(call.TenantId, clock.GetUtcNow()), call.TenantId.ToString());
        audit.Record(db, call.TenantId, AuditActions.PolicyUpdated, "policy/sign-in", Outcomes.Success, call.Subject, origin.Address);
        await db.SaveChangesAsync(ct);
        http.Response.SetETag(row.Version);
        return TypedResults.Ok(policy);
    }
}

/// <summary>The wanted policy; see <see cref="TenantPolicy"/> for the members.</summary>
internal sealed record PolicyChange(
    IReadOnlyList<string>? MfaRequiredRoles,
    bool? MfaOnNewDevice,
    int? MaxSessions,
    int? SessionDays,
    int? RememberedSessionDays,
    int? PasswordMinLength,
    int? PasswordMaxLength,
    int? PasswordHistory,
    IReadOnlyList<string>? AllowedEmailDomains)
{
    internal TenantPolicy ToPolicy()
    {
        var d = TenantPolicy.Default;
        return new TenantPolicy(
            MfaRequiredRoles ?? d.MfaRequiredRoles,
            MfaOnNewDevice ?? d.MfaOnNewDevice,
            MaxSessions ?? d.MaxSessions,
            SessionDays ?? d.SessionDays,
            RememberedSessionDays ?? d.RememberedSessionDays,
            PasswordMinLength ?? d.PasswordMinLength,
            PasswordMaxLength ?? d.PasswordMaxLength,
            PasswordHistory ?? d.PasswordHistory,
            AllowedEmailDomains ?? d.AllowedEmailDomains);
    }
}

internal sealed class PolicyChangeValidator : AbstractValidator<PolicyChange>
{
    public PolicyChangeValidator(IValidator<TenantPolicy> whole) =>
        RuleFor(p => p).Custom((change, context) =>
        {
            foreach (var fault in whole.Validate(change.ToPolicy()).Errors)
            {
                context.AddFailure(fault.PropertyName, fault.ErrorMessage);
            }
        });
}
